"""The shares that a forecast of a step cohort is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.calibration.recorded_steps import StepCohort

__all__ = ["StepPoints", "step_points"]

#: Weeks from one point of the withdrawal curve to the next.
_EVERY = 2
#: Learners that a group needs for shares of its own.
_SMALLEST = 20
Counts = Mapping[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class StepPoints:
    """What is forecast, as shares of the learners who reached the first week.

    Parameters
    ----------
    frame : DataFrame
        One row a point: `measure`, `item`, `week`, `group` (or `all`), `learners`, `seen`.
    """

    frame: pd.DataFrame
    sizes: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]  # withdrawn in the fitted part, by group
    rows: tuple[tuple[str, int, int], ...]  # measure, index of step or week, index of group or -1

    def shares(self, counts: Counts) -> npt.NDArray[np.float64]:
        """The shares from counts of what comes: `withdrawn` (groups, weeks), `submitted`, `passed` (groups, steps)."""
        gone = self.before[:, None] + np.cumsum(counts["withdrawn"], axis=1)
        tables = {"withdrawn": gone, "submitted": counts["submitted"], "passed": counts["passed"]}
        found = np.empty(len(self.rows))
        for place, (measure, index, group) in enumerate(self.rows):
            column = tables[measure][:, index]
            found[place] = column.sum() / self.sizes.sum() if group < 0 else column[group] / self.sizes[group]
        return found


def step_points(earlier: StepCohort, later: StepCohort) -> StepPoints:
    """Shares of what comes after `earlier`, with what `later` recorded.

    Raises
    ------
    UnusableInputError
        When the two are not the same cohort.
    """
    if earlier.steps != later.steps or not np.array_equal(earlier.group, later.group):
        raise UnusableInputError("The two records are of different cohorts.", mend="Give both parts of one record.")
    groups, known = len(earlier.groups), earlier.known_steps
    sizes = np.bincount(earlier.group, minlength=groups).astype(np.int64)
    before = np.bincount(earlier.group[earlier.withdrew > 0], minlength=groups).astype(np.int64)
    rows: list[tuple[str, int, int]] = []
    about: list[dict[str, Any]] = []
    shown = [-1, *(g for g in range(groups) if sizes[g] >= _SMALLEST)] if groups > 1 else [-1]
    for g in shown:
        name = {"group": earlier.groups[g] if g >= 0 else "all", "learners": int(sizes[g] if g >= 0 else sizes.sum())}
        for measure in ("submitted", "passed"):
            for step in range(known, len(earlier.steps)):
                rows.append((measure, step - known, g))
                item = earlier.steps[step]
                about.append({"measure": measure, "item": item, "week": int(earlier.due[step]), **name})
        for week in range(earlier.seen + _EVERY, later.seen + 1, _EVERY):
            rows.append(("withdrawn", week - 1, g))
            about.append({"measure": "withdrawn", "item": f"week {week}", "week": week, **name})
    points = StepPoints(pd.DataFrame(about), sizes, before, tuple(rows))
    points.frame["seen"] = points.shares(_counted(earlier, later))
    return points


def _counted(earlier: StepCohort, later: StepCohort) -> dict[str, npt.NDArray[np.int64]]:
    groups, known = len(earlier.groups), earlier.known_steps
    withdrawn = np.zeros((groups, later.weeks), np.int64)
    new = later.withdrew > earlier.seen
    np.add.at(withdrawn, (later.group[new], later.withdrew[new] - 1), 1)
    # As in the model, who has withdrawn by the week of an assessment does not count as taking part in it.
    there = (later.withdrew[:, None] == 0) | (later.withdrew[:, None] > later.due[None, :])
    found = {"withdrawn": withdrawn}
    for name, table in (("submitted", later.submitted & there), ("passed", later.passed & there)):
        found[name] = np.stack([table[later.group == g, known:].sum(axis=0) for g in range(groups)])
    return found
