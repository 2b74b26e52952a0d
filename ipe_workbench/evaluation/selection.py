"""Selection by a pass mark: how far chosen scores lie above the truth, which is no change of the learners."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Estimate, remark
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.findings import Finding

__all__ = ["mean_before_cut", "regression_to_the_mean"]

_FEWEST = 5
Numbers = NDArray[np.float64]


def regression_to_the_mean(
    data: pd.DataFrame,
    *,
    time: str,
    value: str,
    pass_mark: float | None,
    second_rating: str | None = None,
    reliability: float | None = None,
    assessed_mean: float | None = None,
    level: float = 0.95,
) -> tuple[pd.DataFrame, list[Estimate], list[Finding]]:
    """Scores at time zero freed from what selection by the pass mark added to them.

    Parameters
    ----------
    data : DataFrame
        One row a learner and time; time zero is the assessment that decided.
    time, value : str
        Columns.
    pass_mark : float or None
        Without one nothing is done.
    second_rating : str, optional
        Column with a second rating of the same performance, which did not decide: it takes the place of the first.
    reliability, assessed_mean : float, optional
        Without a second rating: scores move by ``(1 - reliability) (mean of the passed - mean of the assessed)``.

    Returns
    -------
    (data, estimates, findings)
        ``regression_to_the_mean`` in points, where it can be told.

    Raises
    ------
    UnusableInputError
        When the reliability lies outside 0 to 1.

    References
    ----------
    Kelley TL. Fundamentals of Statistics, 1947; Davis CE. Am J Epidemiol 1976;104:493 (selection by a cut).
    """
    if reliability is not None and not 0 < reliability <= 1:
        raise UnusableInputError(f"The reliability {reliability:g} is out of range.", mend="Give one between 0 and 1.")
    start = (data[time] == 0).to_numpy()
    first = data.loc[start, value].to_numpy(dtype=float)
    if second_rating is not None:
        return _by_second_rating(data, start, value, second_rating, level)
    if pass_mark is None or len(first) < _FEWEST or (first < pass_mark).any():
        return data, [], []
    if reliability is None:
        message = (
            "Everybody passed at time zero: they were chosen by that score, so part of the first fall is regression to "
            "the mean and not forgetting."
        )
        return data, [], [remark("selected-at-start", message, "Give its reliability, or a second rating.")]
    centre = assessed_mean if assessed_mean is not None else mean_before_cut(first, pass_mark)
    if centre is None:
        message = "The mean of all who were assessed cannot be told from the scores that passed."
        return data, [], [remark("selected-at-start", message, "Give assessed_mean.")]
    moved = (1 - reliability) * (float(first.mean()) - centre)
    source = "given" if assessed_mean is not None else "estimated from a normal distribution cut at the pass mark"
    how = f"(1 - {reliability:g}) x (mean of the passed - {centre:.3g}, the mean of all assessed, {source})"
    message = f"Scores at time zero were lowered by {moved:.3g} for regression to the mean, taken as known."
    changed = data.assign(**{value: np.where(start, data[value] - moved, data[value])})
    told = [Estimate("regression_to_the_mean", moved, None, None, len(first), how)]
    return changed, told, [remark("corrected-start", message, "", "info")]


def mean_before_cut(scores: Numbers, cut: float) -> float | None:
    """The mean of a normal distribution of which only the scores from `cut` up were seen; ``None`` if it runs away.

    Examples
    --------
    >>> scores = np.random.default_rng(1).normal(70, 10, 4000)
    >>> round(mean_before_cut(scores[scores >= 65], 65))
    70
    """
    spread = float(scores.std(ddof=1))
    if not spread > 0:
        return None

    def minus(x: Numbers) -> float:
        z = (scores - x[0]) / np.exp(x[1])
        tail = stats.norm.logsf((cut - x[0]) / np.exp(x[1]))
        return float(-(stats.norm.logpdf(z) - x[1] - tail).sum())

    mean = float(scores.mean())
    found = optimize.minimize(minus, [mean, np.log(spread)], method="Nelder-Mead", options={"maxiter": 2000})
    centre = float(found.x[0])
    far = centre < cut - 4 * spread  # nearly exponential: any mean far below fits as well
    return None if far or not found.success else min(centre, mean)


def _by_second_rating(
    data: pd.DataFrame, start: NDArray[np.bool_], value: str, second: str, level: float
) -> tuple[pd.DataFrame, list[Estimate], list[Finding]]:
    both = start & data[second].notna().to_numpy()
    n = int(both.sum())
    if n < _FEWEST:
        message = f"Only {n} learners have a second rating at time zero; {_FEWEST} are the least."
        return data, [], [remark("few-second-ratings", message, "Regression to the mean is not allowed for.")]
    gap = (data.loc[both, value] - data.loc[both, second]).to_numpy(dtype=float)
    moved = float(gap.mean())
    interval = t_interval(moved, float(gap.std(ddof=1) / np.sqrt(n)), n - 1, level)
    told = Estimate("regression_to_the_mean", moved, *interval, n, f"first rating - second; t, {level:.0%}")
    # Who has no second rating is moved by the mean gap.
    fresh = np.where(both, data[second], np.where(start, data[value] - moved, data[value]))
    message = "The second rating stands for the score at time zero, as it did not decide about the badge."
    return data.assign(**{value: fresh}), [told], [remark("corrected-start", message, "", "info")]
