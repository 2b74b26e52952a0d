"""A term against the one before: the same number of days of each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme
from ipe_workbench.records.privacy.suppression import THRESHOLD
from ipe_workbench.studio.dashboards.cohort import Cohort, term_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Line", "compare_terms"]


@dataclass(frozen=True)
class Line:
    """One quantity in both terms; None where it rests on too few learners. `share` says whether it is one."""

    kind: str
    before: float | None
    now: float | None
    share: bool


@dataclass(frozen=True)
class Comparison:
    """The terms, the days of each that are compared, and the quantities."""

    before: str
    now: str
    days: int
    lines: tuple[Line, ...]


def compare_terms(programme: Programme, cohort: Cohort, day: datetime.date) -> Comparison | None:
    """The term until a day against as many days of the term before; None where there is no term before.

    Notes
    -----
    A share is hidden where fewer than ten learners stand on either side of it, a count where it is of fewer than ten
    learners.
    """
    now = term_of(programme, day)
    earlier = [one for one in programme.info.terms if now is not None and one.start < now.start]
    if now is None or not earlier:
        return None
    before = max(earlier, key=lambda one: one.start)
    days = (min(day, now.end) - now.start).days + 1
    spans = [(one.start, one.start + datetime.timedelta(days=days - 1)) for one in (before, now)]
    lines = []
    for kind, share in (("awards", False), ("attended", True), ("passed", True), ("assessed", False)):
        measured = [_MEASURES[kind](cohort, first, last) for first, last in spans]
        lines.append(Line(kind, measured[0], measured[1], share))
    return Comparison(before.title, now.title, days, tuple(lines))


def _between(frame: pd.DataFrame, first: datetime.date, last: datetime.date) -> pd.DataFrame:
    import pandas as pd

    return frame[frame["on"].between(pd.Timestamp(first), pd.Timestamp(last))]


def _awards(cohort: Cohort, first: datetime.date, last: datetime.date) -> float | None:
    rows = _between(cohort.awards, first, last)
    return float(len(rows)) if rows["learner"].nunique() >= THRESHOLD else None


def _attended(cohort: Cohort, first: datetime.date, last: datetime.date) -> float | None:
    rows = _between(cohort.attendance, first, last)
    rows = rows[rows["status"] != "excused"]
    return _share(rows, rows["status"].isin(["present", "late"]))


def _passed(cohort: Cohort, first: datetime.date, last: datetime.date) -> float | None:
    rows = _between(cohort.attempts, first, last)
    rows = rows[(rows["attempt"] == 1) & rows["passed"].notna()]
    return _share(rows, rows["passed"].astype(bool))


def _assessed(cohort: Cohort, first: datetime.date, last: datetime.date) -> float | None:
    rows = _between(cohort.attempts, first, last)
    return float(len(rows)) if rows["learner"].nunique() >= THRESHOLD else None


def _share(rows: pd.DataFrame, yes: pd.Series[bool]) -> float | None:
    """The share of rows, where enough learners are on either side."""
    sides = [rows[one]["learner"].nunique() for one in (yes, ~yes)]
    return float(yes.mean()) if min(sides) >= THRESHOLD else None


_MEASURES = {"awards": _awards, "attended": _attended, "passed": _passed, "assessed": _assessed}
