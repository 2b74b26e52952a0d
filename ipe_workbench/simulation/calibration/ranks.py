"""Simulation-based calibration: whether a fitting procedure is right.

Draw parameters from the prior, simulate data with them, fit, and take the rank of the true value among the posterior
draws. If simulation, likelihood and sampler agree, the ranks are uniform; a lean to one side is a bias, a hump too
wide and a bowl too narrow posteriors (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv 1804.06788).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chisquare

__all__ = ["RankStatistics", "rank_statistics"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RankStatistics:
    """Ranks of the true values.

    Parameters
    ----------
    ranks : DataFrame
        One row a simulated data set, one column a parameter; 0 to `draws`.
    draws : int
        Independent posterior draws that each rank is among.
    """

    ranks: pd.DataFrame
    draws: int

    def test(self, bins: int = 10) -> pd.DataFrame:
        """`parameter`, `chi_square`, `p`: whether the ranks are uniform, in equal bins."""
        rows = []
        for name in self.ranks.columns:
            seen, _ = np.histogram(self.ranks[name], np.linspace(-0.5, self.draws + 0.5, bins + 1))
            told = chisquare(seen)
            rows.append({"parameter": name, "chi_square": float(told.statistic), "p": float(told.pvalue)})
        return pd.DataFrame(rows)


def rank_statistics(
    draw_prior: Callable[[np.random.Generator], Floats],
    fit_simulated: Callable[[Floats, np.random.Generator], Floats],
    names: Sequence[str],
    *,
    rounds: int,
    draws: int = 99,
    seed: int = 1,
) -> RankStatistics:
    """Ranks of true values in posterior draws, over many simulated data sets.

    Parameters
    ----------
    draw_prior : callable
        Draws parameters.
    fit_simulated : callable
        Simulates data with given parameters, fits, and gives posterior draws (draws, parameters); they are thinned to
        `draws`, so that give several times as many where they are not independent.
    names : sequence of str
        Of the parameters.
    rounds : int
        Simulated data sets.
    draws : int
        One less than a multiple of the bins of the test keeps these equally likely.
    seed : int

    Examples
    --------
    Two coin counts with a uniform prior, fitted by the exact beta posterior:

    >>> import numpy as np
    >>> def fit(p, rng):
    ...     heads = rng.binomial(20, p[0])
    ...     return rng.beta(1 + heads, 21 - heads, (99, 1))
    >>> found = rank_statistics(lambda rng: rng.random(1), fit, ["p"], rounds=300)
    >>> bool(found.test()["p"][0] > 0.01)
    True
    """
    ranks = np.empty((rounds, len(names)), np.int64)
    for index, child in enumerate(np.random.SeedSequence(seed).spawn(rounds)):
        rng = np.random.default_rng(child)
        truth = draw_prior(rng)
        posterior = fit_simulated(truth, rng)
        chosen = posterior[np.linspace(0, len(posterior) - 1, draws).round().astype(int)]
        ranks[index] = (chosen < truth).sum(axis=0)
    return RankStatistics(pd.DataFrame(ranks, columns=list(names)), draws)
