"""What ordinal answers allow to say of a change: signed ranks, the median of Walsh averages, and who rose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Estimate, Test

__all__ = ["ordinal_estimates", "signed_rank_test"]

Numbers = NDArray[np.float64]
_MOST = 2000  # beyond it the averages of all pairs do not fit
_EXACT = 50  # as many changes have exact signed ranks


def ordinal_estimates(change: Numbers, level: float) -> list[Estimate]:
    """Who rose rather than fell, and the pseudomedian of the change (Hodges and Lehmann).

    Returns
    -------
    list of Estimate
        ``superiority_paired``; ``median_change_hodges_lehmann``; and where some did not change
        ``median_change_hodges_lehmann_zeros_dropped``, which R's ``wilcox.test`` prints.

    References
    ----------
    Hollander M, Wolfe DA. Nonparametric Statistical Methods, 2nd ed. 1999, section 3.3.

    Examples
    --------
    >>> [one.name for one in ordinal_estimates(np.array([1.0, 2, 3, -1, 4, 2]), 0.95)]
    ['superiority_paired', 'median_change_hodges_lehmann']
    """
    n, percent = len(change), f"{level:.0%}"
    rose = (change > 0) + 0.5 * (change == 0)
    share = float(rose.mean())
    ends = _logit_interval(share, float(rose.std(ddof=1) / np.sqrt(n)), n - 1, level)
    how = f"share that rose + half of the ties; t on the logit, {percent}"
    estimates = [Estimate("superiority_paired", share, *ends, n, how)]
    moved = change[change != 0]
    for values, name, words in (
        (change, "median_change_hodges_lehmann", "zeros kept"),
        (moved, "median_change_hodges_lehmann_zeros_dropped", "zeros dropped, as R's wilcox.test"),
    ):
        if 2 <= len(values) <= _MOST and (len(moved) < n or values is change):
            middle, low, high = _walsh(values, level)
            how = "signed ranks" if len(values) <= _EXACT else "normal approximation of signed ranks"
            estimates.append(
                Estimate(name, middle, low, high, len(values), f"median of Walsh averages, {words}; {how}, {percent}")
            )
    return estimates


def signed_rank_test(change: Numbers) -> Test:
    """Wilcoxon's test: exact up to 50 changes without ties or zeros, else normal with correction, as R has it.

    Examples
    --------
    >>> round(signed_rank_test(np.array([1.0, 2, 3, -1.5, 4, 2.5])).p, 5)
    0.09375
    """
    moved = np.abs(change[change != 0])
    plain = len(moved) == len(change) < _EXACT and len(np.unique(moved)) == len(moved)
    # Handed over without zeros, so that SciPy does not choose again.
    found = stats.wilcoxon(change[change != 0], method="exact" if plain else "approx", correction=True)
    return Test("Wilcoxon signed rank", float(found.statistic), (), float(found.pvalue))


def _walsh(change: Numbers, level: float) -> tuple[float, float, float]:
    """The median of the averages of all pairs, and the ends of its interval among them."""
    n = len(change)
    walsh = np.sort(((change[:, None] + change[None, :]) / 2)[np.triu_indices(n)])
    tail = (1 - level) / 2
    if n <= _EXACT:
        cut = max(int(np.searchsorted(np.cumsum(_rank_sums(n)), tail, side="left")), 1)
    else:
        reach = stats.norm.ppf(1 - tail) * np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        cut = max(int(np.floor(n * (n + 1) / 4 - reach)), 1)
    if n <= _EXACT and 0.5**n > tail:  # even the widest interval holds too little
        return float(np.median(walsh)), float("nan"), float("nan")
    return float(np.median(walsh)), float(walsh[cut - 1]), float(walsh[-cut])


def _rank_sums(n: int) -> Numbers:
    """The chance of each sum of positive ranks, 0 to n (n + 1) / 2, when each sign is as likely as the other."""
    chance = np.ones(1)
    for rank in range(1, n + 1):
        chance = (np.pad(chance, (0, rank)) + np.pad(chance, (rank, 0))) / 2
    return chance


def _logit_interval(share: float, se: float, df: float, level: float) -> tuple[float, float]:
    if not 0 < share < 1 or se == 0:
        return float("nan"), float("nan")
    centre, reach = np.log(share / (1 - share)), stats.t.ppf(0.5 + level / 2, df) * se / (share * (1 - share))
    low, high = (1 / (1 + np.exp(-one)) for one in (centre - reach, centre + reach))
    return float(low), float(high)
