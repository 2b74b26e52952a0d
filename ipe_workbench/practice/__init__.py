"""Practice records: a complete, invented cohort of any programme, to learn on and to test analyses with.

In come a programme, its evaluation plan and instruments, a scenario and a seed; out go the simple CSV files that
``ipe records import`` reads, everything in them marked as practice, and beside them the truth that they were made from.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.practice.records import PracticeRecords, practice_records
    from ipe_workbench.practice.truths import Truths
    from ipe_workbench.practice.writing import record_practice, write_practice

_HOMES = {
    "PracticeRecords": "records",
    "Truths": "truths",
    "practice_records": "records",
    "record_practice": "writing",
    "write_practice": "writing",
}

__all__ = ["PracticeRecords", "Truths", "practice_records", "record_practice", "write_practice"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
