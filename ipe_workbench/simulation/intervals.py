"""From sums over replicates to means, intervals and errors; the learners that shares are of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ipe_workbench.simulation.cohort_model import CohortModel

__all__ = ["amounts", "eligible", "interval", "reach", "variance", "with_all"]

_MOST = 2**63 - 1
Floats = npt.NDArray[np.float64]


def interval(total: Any, squares: Any, n: Any, replicates: int, most: float = 1.0) -> dict[str, Floats]:
    """Mean share; 95 % prediction interval of one cohort's share, cut to [0, `most`]; Monte Carlo error of the mean.

    The variance comes from whole-number sums, so it is exact before the one division (as long as they fit 64 bits).
    """
    size = np.where(n > 0, n, 1).astype(float)
    mean = total / replicates / size
    if replicates == 1:
        missing = np.full(mean.shape, np.nan)
        return {"mean": mean, "low": missing, "high": missing, "se": missing}
    spread = np.sqrt(variance(total, squares, replicates)) / size
    far = reach(replicates)
    return {
        "mean": mean,
        "low": np.clip(mean - far * spread, 0, most),
        "high": np.clip(mean + far * spread, 0, most),
        "se": spread / np.sqrt(replicates),
    }


def variance(total: Any, squares: Any, replicates: int) -> Floats:
    """Variance between replicates from sums and sums of squares of whole numbers; of at least two replicates."""
    if int(squares.max(initial=0)) * replicates > _MOST:
        total, squares = total.astype(float), squares.astype(float)
    spread = np.maximum(replicates * squares - total * total, 0) / (replicates * (replicates - 1.0))
    return np.asarray(spread, np.float64)


def reach(replicates: int) -> float:
    """How many standard deviations a 95 % prediction interval for one more cohort reaches from the mean.

    Student's t with one degree of freedom fewer than replicates, widened for the mean being estimated, too (Hahn and
    Meeker 1991, Statistical Intervals, section 4.7). Nears 1.96 with many replicates and is honest with two.
    """
    if replicates < 2:
        return float("nan")
    return float(stdtrit(replicates - 1, 0.975)) * math.sqrt(1 + 1 / replicates)


def amounts(values: Floats) -> dict[str, Floats]:
    """The same of amounts of which every replicate is kept, along the first axis; nothing is below 0."""
    count = len(values)
    mean = values.mean(axis=0)
    if count == 1:
        missing = np.full(mean.shape, np.nan)
        return {"mean": mean, "low": missing, "high": missing, "se": missing}
    spread = values.std(axis=0, ddof=1)
    return {
        "mean": mean,
        "low": np.maximum(mean - reach(count) * spread, 0),
        "high": mean + reach(count) * spread,
        "se": spread / np.sqrt(count),
    }


def eligible(model: CohortModel) -> npt.NDArray[np.int64]:
    """Learners of each profession, and of all, who may earn each credential."""
    return with_all(model.sizes[:, None] * model.arrays.layout.may_earn)


def with_all(by_profession: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Counts by profession with one row more for all of them."""
    return np.concatenate([by_profession, by_profession.sum(axis=0, keepdims=True)]).astype(np.int64)
