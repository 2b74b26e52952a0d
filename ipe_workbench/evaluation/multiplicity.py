"""Multiplicity: many tests of one plan, judged together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError

__all__ = ["adjust_p_values", "holm"]


def adjust_p_values(p_values: Mapping[str, float]) -> pd.DataFrame:
    """P-values adjusted over a family of tests.

    Parameters
    ----------
    p_values : mapping of str to float
        Two-sided p of each test by name; those that are not finite stay out of the family.

    Returns
    -------
    DataFrame
        Indexed by name: ``p``, ``p_holm`` (the chance of even one false claim is held; Holm S. Scand J Stat 1979;6:65)
        and ``p_fdr`` (the share of false ones among the claims is held; Benjamini Y, Hochberg Y. J R Stat Soc B
        1995;57:289).

    Raises
    ------
    UnusableInputError
        When a p-value lies outside 0 to 1.

    Examples
    --------
    >>> adjust_p_values({"a": 0.01, "b": 0.04, "c": 0.03}).round(3).to_dict("list")
    {'p': [0.01, 0.04, 0.03], 'p_holm': [0.03, 0.06, 0.06], 'p_fdr': [0.03, 0.04, 0.04]}
    """
    p = pd.Series(dict(p_values), dtype=float)
    known = p[np.isfinite(p)]
    if ((known < 0) | (known > 1)).any():
        raise UnusableInputError("A p-value lies outside 0 to 1.", mend="Check the tests.")
    table = pd.DataFrame({"p": p, "p_holm": np.nan, "p_fdr": np.nan})
    if len(known):
        values = np.asarray(known, dtype=np.float64)
        adjusted = {"p_holm": holm(values), "p_fdr": stats.false_discovery_control(values, method="bh")}
        for column, found in adjusted.items():
            table[column] = pd.Series(found, index=known.index)  # what was not tested stays without
    return table


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values adjusted by Holm's method.

    SciPy has none, and statsmodels' collects garbage at each call, which takes a fifth of a second.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted
