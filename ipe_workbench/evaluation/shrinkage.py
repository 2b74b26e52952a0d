"""Empirical Bayes: means of groups, those of few learners pulled toward the mean of all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from ipe_workbench.evaluation.estimates import Estimate

__all__ = ["between_variance", "shrink"]

Numbers = NDArray[np.float64]


def shrink(
    names: Sequence[str], means: Numbers, variances: Numbers, counts: Sequence[int], level: float
) -> list[Estimate]:
    """``between_groups_sd`` and ``shrunken[NAME]`` of each group.

    Parameters
    ----------
    names, means, variances, counts : sequence
        Of the groups; the variances are squared standard errors of the means.
    level : float
        Of the intervals, which take the variance between groups as known.

    References
    ----------
    Raudenbush SW, Bryk AS. J Educ Stat 1985;10:75; restricted likelihood as in Viechtbauer W. J Stat Softw
    2010;36(3).

    Examples
    --------
    >>> found = shrink(["a", "b", "c"], np.array([1.0, 2, 6]), np.array([0.1, 0.1, 2]), [50, 50, 5], 0.95)
    >>> found[-1].name, found[-1].estimate < 6
    ('shrunken[c]', True)
    """
    tau2 = between_variance(means, variances)
    weights = 1 / (variances + tau2)
    grand = float((weights * means).sum() / weights.sum())
    how = "restricted maximum likelihood"
    n = int(sum(counts))
    estimates = [Estimate("between_groups_sd", float(np.sqrt(tau2)), None, None, n, how)]
    keep = tau2 / (tau2 + variances)
    centre = keep * means + (1 - keep) * grand
    spread = np.sqrt(keep * variances + (1 - keep) ** 2 / weights.sum())
    reach = float(stats.norm.ppf(0.5 + level / 2)) * spread
    how = f"empirical Bayes; variance between groups taken as known, {level:.0%}"
    estimates += [
        Estimate(f"shrunken[{name}]", centre[i], centre[i] - reach[i], centre[i] + reach[i], counts[i], how)
        for i, name in enumerate(names)
    ]
    return estimates


def between_variance(means: Numbers, variances: Numbers) -> float:
    """The variance between groups by restricted maximum likelihood, the variances within being known.

    Examples
    --------
    >>> between_variance(np.array([1.0, 1.1, 0.9]), np.ones(3))
    0.0
    """

    def minus(tau2: float) -> float:
        w = 1 / (variances + tau2)
        grand = (w * means).sum() / w.sum()
        return float(0.5 * (-np.log(w).sum() + np.log(w.sum()) + (w * (means - grand) ** 2).sum()))

    high = 10 * float(means.var(ddof=1)) + 1e-12
    found = optimize.minimize_scalar(minus, bounds=(0.0, high), method="bounded", options={"xatol": 1e-10 * high})
    return 0.0 if minus(0.0) <= float(found.fun) else float(found.x)
