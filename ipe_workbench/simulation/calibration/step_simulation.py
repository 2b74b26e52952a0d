"""Cohorts made by the step model itself, learner by learner: to test the fitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.simulation.calibration.recorded_steps import StepCohort

__all__ = ["simulate_step_cohort"]


def simulate_step_cohort(
    chances: dict[str, Any],
    sizes: Sequence[int],
    due: Sequence[int],
    kinds: Sequence[str],
    *,
    weeks: int,
    rng: np.random.Generator,
) -> StepCohort:
    """One cohort, complete, that was drawn with the given chances.

    Parameters
    ----------
    chances : dict
        As `Layout.chances` gives them: `withdraw` and `stop` (groups, weeks), `withdraw_after_stop`, `lapse`, `submit`
        (steps), `passing` (groups, steps).
    sizes : sequence of int
        Learners of each group.
    due : sequence of int
        Week of each step, ascending.
    kinds : sequence of str
        Kind of each step.
    weeks : int
    rng : Generator
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    learners, steps = group.size, len(due)
    active, stopped = np.ones(learners, bool), np.zeros(learners, bool)
    withdrew = np.zeros(learners, np.int64)
    submitted, passed = np.zeros((learners, steps), bool), np.zeros((learners, steps), bool)
    handed_in = np.full((learners, steps), np.nan)
    for week in range(1, weeks + 1):
        luck: npt.NDArray[np.float64] = rng.random((4, learners))
        leaves = active & (luck[0] < chances["withdraw"][group, week - 1])
        late = stopped & (luck[0] < chances["withdraw_after_stop"][week - 1])
        lapses = stopped & ~late & (luck[1] < chances["lapse"])
        stops = active & ~leaves & (luck[1] < chances["stop"][group, week - 1])
        withdrew[leaves | late] = week
        active &= ~leaves & ~stops
        stopped = (stopped & ~late & ~lapses) | stops
        for step in np.flatnonzero(np.asarray(due) == week):
            luck = rng.random((2, learners))
            submitted[:, step] = active & (luck[0] < chances["submit"][step])
            passed[:, step] = submitted[:, step] & (luck[1] < chances["passing"][group, step])
            handed_in[submitted[:, step], step] = week
    names = tuple(f"step {index + 1}" for index in range(steps))
    groups = tuple(f"group {index + 1}" for index in range(len(sizes)))
    return StepCohort(
        weeks,
        weeks,
        groups,
        group,
        withdrew,
        names,
        tuple(kinds),
        np.array(due, np.int64),
        submitted,
        passed,
        handed_in,
    )
