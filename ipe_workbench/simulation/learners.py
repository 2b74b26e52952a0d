"""One simulated cohort learner by learner: who earned what when, and with how many attempts.

`simulate` keeps counts only. The same replicate, simulated again with a log of every attempt, is the same cohort,
learner for learner.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.simulation.cohort_model import CohortModel, compile_cohort
from ipe_workbench.simulation.scenario import Scenario
from ipe_workbench.simulation.shards import Shard, trace_shard

__all__ = ["SimulatedAttempt", "SimulatedLearner", "simulate_learners"]


@dataclass(frozen=True, slots=True)
class SimulatedAttempt:
    """An attempt at the assessment of a credential, by its number from 1: its term and the first day of its week."""

    credential: str
    number: int
    term: str
    passed: bool
    on: datetime.date


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
    key = scenario.seed if seed is None else seed
    log = trace_shard(model, key, Shard(replicate, 1, 0, model.blocks))
    lines = log[np.argsort(log[:, 1], kind="stable")]
    block_of = np.array(model.arrays.layout.profession)
    for profession, (name, size) in enumerate(zip(model.professions, model.sizes, strict=True)):
        first = 64 * int(np.searchsorted(block_of, profession))
        for number in range(int(size)):
            begin, end = np.searchsorted(lines[:, 1], [first + number, first + number + 1])
            own = lines[begin:end]
            yield SimulatedLearner(name, number, _awards(model, own), tuple(_attempts(model, own)))


def _awards(model: CohortModel, lines: npt.NDArray[np.int32]) -> tuple[tuple[str, datetime.date], ...]:
    items = (*model.credentials, *model.stacks)
    found = [(model.calendar.dates[line[2]], int(line[3])) for line in lines if line[5]]
    return tuple((items[item], day) for day, item in sorted(found))


def _attempts(model: CohortModel, lines: npt.NDArray[np.int32]) -> Iterator[SimulatedAttempt]:
    tries = lines[lines[:, 4] > 0]
    for line in tries[np.lexsort((tries[:, 4], tries[:, 3]))]:
        week = int(line[2])
        term = model.calendar.terms[model.calendar.term_of_week[week]][0]
        yield SimulatedAttempt(
            model.credentials[line[3]], int(line[4]), term, bool(line[5]), model.calendar.dates[week]
        )
