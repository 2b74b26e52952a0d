"""One simulated cohort learner by learner: who earned what when, and with how many attempts.

`simulate` keeps counts only. Random numbers belong to a learner, whoever else is computed, so walking the learners of a
replicate one at a time gives the same cohort, learner for learner.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.simulation.cohort_model import CohortModel, compile_cohort
from ipe_workbench.simulation.kernel import Counts, empty_counts, run
from ipe_workbench.simulation.rule_table import desk_for
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["SimulatedAttempt", "SimulatedLearner", "simulate_learners"]


@dataclass(frozen=True, slots=True)
class SimulatedAttempt:
    """An attempt at the assessment of a credential, by its number from 1; its term, and its day where it was passed.

    The simulator counts attempts that failed by their term; it does not say on which day they were.
    """

    credential: str
    number: int
    term: str
    passed: bool
    on: datetime.date | None


@dataclass(frozen=True, slots=True)
class SimulatedLearner:
    """A learner of a simulated cohort: number within the profession from 0, awards (item and day), attempts."""

    profession: str
    number: int
    awards: tuple[tuple[str, datetime.date], ...]
    attempts: tuple[SimulatedAttempt, ...]


def simulate_learners(
    programme: Programme, scenario: Scenario, *, replicate: int = 0, seed: int | None = None
) -> Iterator[SimulatedLearner]:
    """The learners of one replicate of `simulate`, in the order of the programme's professions.

    Parameters
    ----------
    programme : Programme
        The design. The scenario's `design_changes` are made first.
    scenario : Scenario
        Every parameter of the model.
    replicate : int
        Which cohort, from 0: the rows of that replicate in ``SimulationResult.by_replicate()`` count these learners.
    seed : int, optional
        Names the random numbers; by default the scenario's.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> learners = simulate_learners(example_programme(), Scenario(id="quick", title="Quick look"), seed=7)
    >>> sum(1 for one in learners)
    700
    """
    model = compile_cohort(programme, scenario)
    desk = desk_for(model.rules)
    counts = empty_counts(model, 1)
    key = scenario.seed if seed is None else seed
    professions = np.repeat(np.arange(len(model.sizes)), model.sizes)
    for position, profession in enumerate(professions):
        for part in counts:
            part[...] = 0
        run(model.arrays, model.rules, desk, key, replicate, position, position + 1, counts)
        number = position - int(model.arrays.first_learner[profession])
        yield SimulatedLearner(
            model.professions[profession], number, _awards(model, counts), tuple(_attempts(model, counts))
        )


def _awards(model: CohortModel, counts: Counts) -> tuple[tuple[str, datetime.date], ...]:
    items = (*model.credentials, *model.stacks)
    # Of the professions only the learner's own counts anything.
    weeks_of_items: Any = counts.earned[0].sum(axis=0)
    found = [(model.calendar.dates[week], items[item]) for item, week in zip(*np.nonzero(weeks_of_items), strict=True)]
    return tuple((item, day) for day, item in sorted(found, key=lambda one: one[0]))


def _attempts(model: CohortModel, counts: Counts) -> Iterator[SimulatedAttempt]:
    earned = counts.earned[0].sum(axis=0)
    for badge, credential in enumerate(model.credentials):
        terms = np.repeat(np.arange(counts.attempts.shape[2]), counts.attempts[0, badge])
        for at, term in enumerate(terms):
            passed = bool(counts.passes[badge, at])
            on = model.calendar.dates[int(np.argmax(earned[badge]))] if passed else None
            yield SimulatedAttempt(credential, at + 1, model.calendar.terms[term][0], passed, on)
