"""What many reports read alike: read once in the press, before it forks."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Mapping
from typing import Any

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.faculty_report import shared_feedback
from ipe_workbench.reporting.learner_record import shared_programme
from ipe_workbench.reporting.snapshot import open_snapshot

__all__ = ["read_shared"]


#: Libraries that many reports use, but only when they come to it.
_LATE = (
    "ipe_workbench.reporting.sections",
    "ipe_workbench.pathways.feedback",
    "ipe_workbench.pathways.planning.model",
    "ipe_workbench.evaluation.feedback",
    "ortools.sat.python.cp_model",
    "xlsxwriter",
)


def read_shared(hints: Mapping[str, Any]) -> None:
    """Import what reports import late, and read the programme and the records that they are about.

    Parameters
    ----------
    hints : mapping
        ``programme``: its folder; ``records``: the folder of the snapshot; ``raters_in``: the term by whose end many
        raters are told how they rate. What cannot be read or studied is left to the reports, which say what is wrong.
    """
    for name in _LATE:
        importlib.import_module(name)
    with contextlib.suppress(WorkbenchError, OSError):
        if hints.get("programme"):
            shared_programme(str(hints["programme"]))
        if hints.get("records"):
            open_snapshot(str(hints["records"])).warm()
    if hints.get("raters_in"):
        with contextlib.suppress(Exception):
            programme = str(hints["programme"])
            until = shared_programme(programme).term(str(hints["raters_in"])).end
            shared_feedback(programme, str(hints.get("records", "")), until)
