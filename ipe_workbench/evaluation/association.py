"""Association of two measures: correlations and Goodman and Kruskal's gamma, with intervals that allow for clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["association", "goodman_kruskal_gamma"]

Numbers = NDArray[np.float64]


def association(
    x: Numbers, y: Numbers, cluster: NDArray[Any] | None, level: float, *, rank: bool = False
) -> tuple[float, float, float]:
    """Correlation of two columns with its interval on Fisher's z scale.

    Parameters
    ----------
    x, y : array (n,)
        Values, or their ranks with `rank`, whose z has the variance of Bonett and Wright.
    cluster : array (n,) or None
        With clusters the variance comes from sums of influence over them, and Student's t with clusters less one.
    level : float
        Of the interval.

    References
    ----------
    Bonett DG, Wright TA. Psychometrika 2000;65:23. Influence of a correlation: Devlin SJ et al. Biometrika 1975;62:531.

    Examples
    --------
    >>> low = association(np.arange(20.0), np.arange(20.0) % 7, None, 0.95)
    >>> [round(one, 3) for one in low]
    [0.236, -0.231, 0.614]
    """
    n = len(x)
    r = float(np.corrcoef(x, y)[0, 1])
    if not abs(r) < 1 or n < 4:
        return r, float("nan"), float("nan")
    if cluster is None:
        se = np.sqrt((1 + r * r / 2 if rank else 1.0) / (n - 3))
        reach = float(stats.norm.ppf(0.5 + level / 2)) * se
    else:
        a, b = ((one - one.mean()) / one.std() for one in (x, y))
        influence = a * b - r * (a * a + b * b) / 2
        reach = _reach(influence / n, cluster, level) / (1 - r * r)
    return r, float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach))


def goodman_kruskal_gamma(
    x: Numbers, y: Numbers, cluster: NDArray[Any] | None, level: float
) -> tuple[float, float, float]:
    """Of pairs that differ in both: the share in order minus the share against it.

    The interval is on Fisher's z scale, from the asymptotic variance. Memory is the square of the rows.

    References
    ----------
    Goodman LA, Kruskal WH. J Am Stat Assoc 1963;58:310, section 3.

    Examples
    --------
    >>> goodman_kruskal_gamma(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4]), None, 0.95)[0]
    0.6666666666666666
    """
    concordant, discordant = np.zeros(len(x)), np.zeros(len(x))
    for rows in np.array_split(np.arange(len(x)), max(1, len(x) // 500)):
        sign = np.sign(x[rows][:, None] - x[None, :]) * np.sign(y[rows][:, None] - y[None, :])
        concordant[rows], discordant[rows] = (sign > 0).sum(axis=1), (sign < 0).sum(axis=1)
    p, q = float(concordant.sum()), float(discordant.sum())
    if p + q == 0:
        return float("nan"), float("nan"), float("nan")
    gamma = (p - q) / (p + q)
    if not abs(gamma) < 1:
        return gamma, float("nan"), float("nan")
    influence = 4 * (q * concordant - p * discordant) / (p + q) ** 2
    reach = _reach(influence, cluster, level) / (1 - gamma**2)
    return gamma, float(np.tanh(np.arctanh(gamma) - reach)), float(np.tanh(np.arctanh(gamma) + reach))


def _reach(influence: Numbers, cluster: NDArray[Any] | None, level: float) -> float:
    """Quantile times standard error of an estimate that is a sum of `influence`."""
    if cluster is None:
        return float(stats.norm.ppf(0.5 + level / 2) * np.sqrt((influence**2).sum()))
    _, codes = np.unique(cluster, return_inverse=True)
    sums = np.bincount(codes, influence)
    groups = len(sums)
    return float(stats.t.ppf(0.5 + level / 2, groups - 1) * np.sqrt(groups / (groups - 1) * (sums**2).sum()))
