"""Stopping when the wanted precision is reached, without fooling oneself.

Looking at the standard error again and again and stopping as soon as it happens to look small enough stops too early
more often than one look would. Three things keep the promise here. Looks are few and at fixed numbers of replicates
(each about half as many more), so the number of replicates depends on the numbers alone. What is held against the
wanted standard error is not its estimate but an upper confidence limit of it (chi-square), with the 5 % that it may
fail shared among all looks (Bonferroni); so the true standard error is at most the wanted one with 95 % confidence.
And the decision looks at the spread only, which for nearly normal means is independent of the mean (Stein 1945,
Annals of Mathematical Statistics 16(3) 243), so that stopping does not bend the result. The replicate counts are
close to normal with a cohort of dozens of learners or more; below that, trust the limit less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.experiments.outcomes import Outcome, outcome_values

if TYPE_CHECKING:
    from ipe_workbench.simulation.cohort_model import CohortModel
    from ipe_workbench.simulation.totals import Totals

__all__ = ["Precision", "PrecisionReport", "upper_standard_error"]

_FIRST_LOOK = 32
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PrecisionReport:
    """What was reached: the largest standard error over the outcomes, and its upper confidence limit."""

    wanted: float
    outcomes: tuple[str, ...]
    standard_error: float
    upper_limit: float
    replicates: int
    reached: bool


@dataclass(frozen=True)
class Precision:
    """The wanted Monte Carlo standard error of the mean of each of some outcomes.

    Parameters
    ----------
    standard_error : float
        In the outcome's unit: 0.002 is 0.2 percentage points of a share.
    outcomes : tuple of Outcome
        All of them have to be this precise; none named: whether each credential and stack is earned.

    Examples
    --------
    >>> Precision(0.002, (Outcome("earned", "huddles"),)).standard_error
    0.002
    >>> Precision(0.0)
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: The wanted standard error must be above 0. For shares, try 0.002.
    """

    standard_error: float
    outcomes: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        if not (self.standard_error > 0 and math.isfinite(self.standard_error)):
            raise UnusableInputError("The wanted standard error must be above 0.", mend="For shares, try 0.002.")

    def check(self, model: CohortModel) -> None:
        """Whether the model has the outcomes; an unknown one is an `UnknownNameError`."""
        for outcome in self.outcomes:
            outcome.check(model)

    def looks(self, most: int) -> tuple[int, ...]:
        """Numbers of replicates at which to look, the last one `most`."""
        looks = [min(_FIRST_LOOK, most)]
        while looks[-1] < most:
            looks.append(min(most, math.ceil(looks[-1] * 1.5)))
        return tuple(looks)

    def report(self, model: CohortModel, totals: Totals, most: int) -> PrecisionReport:
        """How precise the outcomes are after the replicates of `totals`, when there may be `most`."""
        outcomes = self.outcomes or tuple(Outcome("earned", item) for item in (*model.credentials, *model.stacks))
        values = outcome_values(model, totals, outcomes)
        error, limit = upper_standard_error(values, looks=len(self.looks(most)))
        reached = bool(limit <= self.standard_error)
        names = tuple(str(one) for one in outcomes)
        return PrecisionReport(self.standard_error, names, error, limit, totals.replicates, reached)


def upper_standard_error(values: npt.NDArray[np.float64], *, looks: int) -> tuple[float, float]:
    """The largest standard error of the columns' means, and an upper confidence limit of it.

    Examples
    --------
    >>> import numpy as np
    >>> error, limit = upper_standard_error(np.arange(100.0)[:, None], looks=1)
    >>> round(error, 3), round(limit, 3)
    (2.901, 3.289)
    """
    n, outcomes = values.shape
    if n < 2:
        return math.nan, math.inf
    error = float(values.std(axis=0, ddof=1).max() / math.sqrt(n))
    # The spread of the worst of several outcomes is looked at; each of them may be the one that fails.
    failing = (1 - _CONFIDENCE) / (looks * outcomes)
    return error, error * math.sqrt((n - 1) / float(chdtri(n - 1, 1 - failing)))
