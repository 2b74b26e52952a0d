"""Whether a badge's alignments lead to competencies that exist, by the frameworks that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ipe_workbench.frameworks import Framework, list_frameworks, load_framework

__all__ = ["is_known_alignment"]


def is_known_alignment(alignment: Mapping[str, Any]) -> bool | None:
    """Whether an Alignment names a competency of the framework that it names; ``None`` for frameworks not known here.

    Examples
    --------
    >>> title = load_framework("ipec-2023").title
    >>> [is_known_alignment({"targetFramework": title, "targetCode": code}) for code in ("VE2", "VE99")]
    [True, False]
    >>> is_known_alignment({"targetFramework": "Another framework", "targetCode": "A1"}) is None
    True
    """
    framework = _by_title().get(str(alignment.get("targetFramework")))
    code = alignment.get("targetCode")
    if framework is None or not isinstance(code, str):
        return None
    return framework.find(code) is not None


@cache
def _by_title() -> Mapping[str, Framework]:
    return {one.title: load_framework(one.id) for one in list_frameworks()}
