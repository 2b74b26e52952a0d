"""Intervals that several questions need: t, noncentral t, bootstrap (BCa), clustered means."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import gammaln, ndtr

__all__ = ["bca", "clustered_mean", "hedges_correction", "noncentral_d", "noncentral_t_cdf", "t_interval"]

Numbers = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def t_interval(mean: float, se: float, df: float, level: float) -> tuple[float, float]:
    """Mean plus and minus Student's t times the standard error."""
    reach = float(stats.t.ppf(0.5 + level / 2, df)) * se
    return mean - reach, mean + reach


def noncentral_d(t: float, df: float, per_t: float, level: float) -> tuple[float, float]:
    """The exact interval of a standardised difference, by inverting the noncentral t distribution.

    Parameters
    ----------
    t : float
        The t statistic.
    df : float
        Its degrees of freedom.
    per_t : float
        What turns t into the standardised difference: ``1 / sqrt(n)`` for pairs, ``sqrt(1 / n1 + 1 / n2)`` for groups.
    level : float
        Such as 0.95.

    References
    ----------
    Cumming G, Finch S. Educ Psychol Meas 2001;61:532, doi 10.1177/0013164401614002.

    Examples
    --------
    >>> low, high = noncentral_d(2.0, 19, 20 ** -0.5, 0.95)
    >>> round(low, 3), round(high, 3)
    (-0.019, 0.902)
    """
    tail = (1 - level) / 2

    def end(probability: float) -> float:
        reach = 10.0 + abs(t)
        return float(optimize.brentq(lambda ncp: noncentral_t_cdf(t, df, ncp) - probability, t - reach, t + reach))

    return end(1 - tail) * per_t, end(tail) * per_t


def noncentral_t_cdf(t: float, df: float, ncp: float) -> float:
    """P(T <= t) of the noncentral t distribution, by quadrature over the chi distribution of its denominator.

    SciPy 1.17's is not a number for about one in 170 of the arguments that intervals ask for; this one is within 1e-12
    of it elsewhere.

    Examples
    --------
    >>> round(noncentral_t_cdf(2.0, 19, 1.0), 12)  # R 4.2: pt(2, 19, 1)
    0.822988945346
    """
    reach = 12 / np.sqrt(2 * df)
    low, high = max(0.0, 1 - reach), 1 + reach
    root = (high - low) / 2 * _NODES + (high + low) / 2  # sqrt(chi squared / df), which lies near one
    density = np.log(2) + df / 2 * np.log(df / 2) - gammaln(df / 2) + (df - 1) * np.log(root) - df * root**2 / 2
    return float((high - low) / 2 * (_WEIGHTS @ (np.exp(density) * ndtr(t * root - ncp))))


def hedges_correction(df: float) -> float:
    """The factor that makes a standardised difference nearly unbiased: J(df), by gamma functions.

    References
    ----------
    Hedges LV. J Educ Stat 1981;6:107, doi 10.3102/10769986006002107.

    Examples
    --------
    >>> round(hedges_correction(18), 4)
    0.9576
    """
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def clustered_mean(values: Numbers, cluster: NDArray[Any]) -> tuple[float, float, int]:
    """Mean, its cluster-robust standard error (CR1), and the number of clusters.

    References
    ----------
    Liang K-Y, Zeger SL. Biometrika 1986;73:13, doi 10.1093/biomet/73.1.13; with the factor G / (G - 1).
    """
    _, codes = np.unique(cluster, return_inverse=True)
    mean = float(values.mean())
    sums = np.bincount(codes, weights=values - mean)
    groups = len(sums)
    return mean, float(np.sqrt(groups / (groups - 1) * (sums**2).sum()) / len(values)), groups


def bca(
    columns: tuple[Numbers, ...], statistic: Callable[..., Any], level: float, resamples: int, seed: int
) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap interval of a statistic of paired columns.

    `statistic` takes the columns and an ``axis``. NaN where it cannot be found, as for a constant.

    References
    ----------
    Efron B. J Am Stat Assoc 1987;82:171, doi 10.1080/01621459.1987.10478410.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # told by NaN
        found = stats.bootstrap(
            columns, statistic, paired=True, vectorized=True, n_resamples=resamples, confidence_level=level,
            method="BCa", rng=np.random.default_rng(seed), batch=max(1, 2_000_000 // len(columns[0])),
        ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)
