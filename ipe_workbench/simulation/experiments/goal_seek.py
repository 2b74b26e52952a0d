"""What would it take: the value of one parameter at which an outcome reaches a target.

Every value is tried on the same learners with the same luck (common random numbers), so that the mean outcome is a
smooth function of the value and a bracket can be halved. A coarse grid comes first: an outcome need not rise with the
value all the way, and the crossing nearest to today's value is wanted. The value found was chosen by luck in part, as
every best of several is (Smith and Winkler 2006, Management Science 52(3) 311), so the answer is simulated once more on
cohorts that the search has not seen, and that number is reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.experiments.outcomes import Outcome, outcome_values
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["GoalSought", "Tried", "what_it_takes"]

#: Values of the coarse grid, and halvings of the bracket after it.
_GRID, _HALVINGS = 5, 6


@dataclass(frozen=True)
class Tried:
    """A value with the mean outcome of the simulated cohorts and its Monte Carlo standard error."""

    value: float
    mean: float
    se: float


@dataclass(frozen=True)
class GoalSought:
    """The answer; simulated, as everything in it.

    Parameters
    ----------
    target : float
        The outcome wanted.
    value : float or None
        Where the outcome reaches it: the nearest to today's value that does; ``None`` when no value of the range does.
    confirmed : Tried or None
        The same value on fresh cohorts.
    today : Tried
        The value as it is.
    tried : tuple of Tried
        Every value that was simulated, in ascending order.
    """

    target: float
    value: float | None
    confirmed: Tried | None
    today: Tried
    tried: tuple[Tried, ...]

    @property
    def best(self) -> Tried:
        """Of what was tried, the value whose outcome is nearest to the target."""
        return min(self.tried, key=lambda one: abs(one.mean - self.target))


def what_it_takes(
    programme: Programme,
    make: Callable[[float], Scenario],
    *,
    now: float,
    low: float,
    high: float,
    outcome: Outcome,
    target: float,
    whole: bool = False,
    replicates: int = 40,
    check: Callable[[], None] = lambda: None,
) -> GoalSought:
    """The value nearest to today's at which the mean outcome reaches a target.

    Parameters
    ----------
    programme : Programme
    make : callable
        The scenario at a value; all of them with one seed.
    now : float
        Today's value.
    low, high : float
        Ends of the range that may be searched, both included.
    outcome : Outcome
        What is to reach the target.
    target : float
        In the outcome's unit: a share, hours, or badges a learner. It counts as reached from the side on which today's
        outcome is not.
    whole : bool
        Whether the parameter takes whole numbers only; the answer is then the first that reaches the target.
    replicates : int
        Simulated cohorts a value, at least 2.
    check : callable
        Called before each simulation; it may raise to stop the search.

    Raises
    ------
    UnknownNameError
        When the programme does not have the outcome.
    UnusableInputError
        When the range is empty.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation.experiments.factors import with_values
    >>> from ipe_workbench.simulation.experiments.outcomes import parse_outcome
    >>> plain = Scenario(id="plain", title="Plain")
    >>> found = what_it_takes(
    ...     example_programme(), lambda value: with_values(plain, {"assessment.attempt_probability": value}),
    ...     now=0.5, low=0.05, high=1.0, outcome=parse_outcome("badges"), target=3.0, replicates=4)
    >>> found.value < 0.5, abs(found.best.mean - 3.0) < 0.1
    (True, True)
    """
    if not low < high:
        raise UnusableInputError("The range to search is empty.", mend="Give a higher end above the lower one.")
    seed = make(now).seed
    known: dict[float, Tried] = {}

    def at(value: float) -> Tried:
        value = float(round(value)) if whole else value
        if value not in known:
            check()
            known[value] = _tried(programme, make(value), value, outcome, seed, 0, replicates)
        return known[value]

    today = at(min(max(now, low), high))
    rises = today.mean < target

    def reached(one: Tried) -> bool:
        return one.mean >= target if rises else one.mean <= target

    grid = sorted({at(low + (high - low) * step / (_GRID - 1)).value for step in range(_GRID)} | {today.value})
    crossing = _nearest_crossing([known[one] for one in grid], today.value, reached)
    value = _halved(at, *crossing, reached, target, whole) if crossing else None
    if today.mean == target:
        value = today.value
    confirmed = None
    if value is not None:
        check()
        # Cohorts after those of the search: the same seed, other learners.
        confirmed = _tried(programme, make(value), value, outcome, seed, replicates, replicates)
    return GoalSought(target, value, confirmed, today, tuple(sorted(known.values(), key=lambda one: one.value)))


def _tried(
    programme: Programme, scenario: Scenario, value: float, outcome: Outcome, seed: int, first: int, replicates: int
) -> Tried:
    model = compile_cohort(programme, scenario)
    outcome.check(model)
    numbers = outcome_values(model, simulate_range(model, seed, first, replicates), (outcome,))[:, 0]
    return Tried(value, float(np.mean(numbers)), float(np.std(numbers, ddof=1) / math.sqrt(len(numbers))))


def _nearest_crossing(tried: list[Tried], now: float, reached: Callable[[Tried], bool]) -> tuple[Tried, Tried] | None:
    """Two neighbours, the second of which reaches the target and the first does not, nearest to today's value."""
    pairs = [pair for one in pairwise(tried) for pair in (one, one[::-1]) if reached(pair[1]) and not reached(pair[0])]
    return min(pairs, key=lambda pair: min(abs(one.value - now) for one in pair), default=None)


def _halved(
    at: Callable[[float], Tried],
    near: Tried,
    far: Tried,
    reached: Callable[[Tried], bool],
    target: float,
    whole: bool,
) -> float:
    """Halve the bracket between a value that does not reach the target and one that does."""
    steps = 64 if whole else _HALVINGS
    while steps > 0 and not (whole and abs(far.value - near.value) <= 1):
        middle = at((near.value + far.value) / 2)
        near, far = (near, middle) if reached(middle) else (middle, far)
        steps -= 1
    if whole:
        return far.value
    # Between the ends of a bracket as narrow as this the outcome is a line.
    return near.value + (target - near.mean) / (far.mean - near.mean) * (far.value - near.value)
