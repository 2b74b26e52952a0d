"""How good a forecast was: the continuous ranked probability score and the coverage of intervals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["coverage", "crps"]

Floats = npt.NDArray[np.float64]


def crps(draws: Floats, seen: Floats) -> Floats:
    """The continuous ranked probability score of each point, in its unit; 0 is perfect, smaller is better.

    With a single draw it is the absolute error. The estimate is fair: it does not punish few draws (Gneiting and
    Raftery 2007, Journal of the American Statistical Association 102 359, eq. 21; Ferro 2014, QJRMS 140 1917).

    Parameters
    ----------
    draws : array (draws, points)
        From the forecast's distribution.
    seen : array (points)
        What happened.

    Examples
    --------
    >>> import numpy as np
    >>> crps(np.array([[0.0], [1.0]]), np.array([0.5])).tolist()
    [0.0]
    >>> crps(np.array([[0.3]]), np.array([0.5])).round(3).tolist()
    [0.2]
    """
    count = len(draws)
    error = np.abs(draws - seen).mean(axis=0)
    if count == 1:
        return np.asarray(error)
    # Mean absolute difference of all pairs, from the sorted draws.
    weights = 2 * np.arange(1, count + 1) - count - 1
    spread = 2 * (np.sort(draws, axis=0) * weights[:, None]).sum(axis=0) / (count * (count - 1))
    return np.asarray(error - 0.5 * spread)


def coverage(draws: Floats, seen: Floats, *, level: float = 0.9) -> float:
    """Share of the points that lie in their central interval of that level.

    Examples
    --------
    >>> import numpy as np
    >>> coverage(np.linspace(0, 1, 101)[:, None], np.array([0.03]))
    0.0
    """
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return float(((low - 1e-12 <= seen) & (seen <= high + 1e-12)).mean())
