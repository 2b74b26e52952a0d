"""Propensity weights: two groups made alike in what was measured, and a table that shows how alike they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ipe_workbench.evaluation.estimates import Estimate, remark
from ipe_workbench.evaluation.growth import design_of
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.regression import logistic
from ipe_workbench.findings import Finding

__all__ = ["balance", "weighted_difference"]

Numbers = NDArray[np.float64]


def balance(frame: pd.DataFrame, inside: Numbers, weights: Numbers | None = None) -> pd.DataFrame:
    """Standardised mean differences of numeric columns between two groups, before and after weighting.

    Returns
    -------
    DataFrame
        ``column, smd, smd_weighted``; below 0.1 a column counts as balanced (Austin PC. Stat Med 2009;28:3083).

    Examples
    --------
    >>> balance(pd.DataFrame({"age": [20, 22, 24, 26.]}), np.array([0, 0, 1, 1.]))["smd"].round(2).tolist()
    [2.83]
    """
    one, zero = inside == 1, inside == 0
    rows = []
    for column in frame.columns:
        x = frame[column].to_numpy(dtype=float)
        sd = np.sqrt((x[one].var(ddof=1) + x[zero].var(ddof=1)) / 2)
        w = np.ones(len(x)) if weights is None else weights
        gaps = [
            x[one].mean() - x[zero].mean(),
            np.average(x[one], weights=w[one]) - np.average(x[zero], weights=w[zero]),
        ]
        rows.append((str(column), *(float(gap / sd) if sd > 0 else 0.0 for gap in gaps)))
    return pd.DataFrame(rows, columns=["column", "smd", "smd_weighted"])


def weighted_difference(
    data: pd.DataFrame, inside: Numbers, value: str, covariates: Sequence[str], names: tuple[str, str],
    *, cluster: str | None, level: float,
) -> tuple[list[Estimate], list[Finding]]:  # fmt: skip
    """The difference of two groups weighted to overlap, effective sample sizes, and the balance table.

    Parameters
    ----------
    data : DataFrame
        One row a learner, complete.
    inside : array (n,)
        1 in the second of `names`, 0 in the first.
    value, covariates : str, sequence of str
        Columns.
    cluster : str or None
        With one the interval allows for it.

    References
    ----------
    Sandwich of weights that were estimated: Lunceford JK, Davidian M. Stat Med 2004;23:2937, doi 10.1002/sim.1903.
    """
    design, found = design_of(data, covariates)
    x, y, n = design.to_numpy(dtype=float), data[value].to_numpy(dtype=float), len(data)
    propensity = logistic(x, inside)
    if propensity is None or ((propensity < 1e-6) | (propensity > 1 - 1e-6)).any():
        message = "The covariates tell the groups apart completely; no weights can make them alike."
        return [], [*found, remark("no-overlap", message, "Use fewer covariates, or do not compare.")]

    gap, influence = _gap_and_influence(x, y, inside, propensity)
    if cluster is None:
        df, how = float(n - x.shape[1] - 1), "sandwich"
        se = float(np.sqrt(n / df * (influence**2).sum()))
    else:
        _, codes = np.unique(data[cluster].astype(str).to_numpy(), return_inverse=True)
        sums = np.bincount(codes, influence)
        df, how = float(len(sums) - 1), f"sandwich, CR1 by {cluster}"
        se = float(np.sqrt(len(sums) / df * (sums**2).sum()))
    how = f"overlap weights, logistic; {how}, t({df:.0f}), {level:.0%}"
    estimates = [Estimate("difference_weighted", gap, *t_interval(gap, se, df, level), n, how)]
    weights = np.where(inside == 1, 1 - propensity, propensity)
    for name, side in zip(names[::-1], (1, 0), strict=True):
        w = weights[inside == side]
        effective = float(w.sum() ** 2 / (w**2).sum())
        estimates.append(Estimate(f"effective_n[{name}]", effective, None, None, len(w), "Kish"))
    table = balance(design.drop(columns="intercept"), inside, weights)
    for column, plain, after in zip(table["column"], table["smd"], table["smd_weighted"], strict=True):
        estimates += [
            Estimate(f"smd[{column}]", plain, None, None, n, "before weighting"),
            Estimate(f"smd_weighted[{column}]", after, None, None, n, "after weighting"),
        ]
    apart = table.loc[table["smd"].abs() > 0.1, "column"].tolist()
    if apart:
        message = f"Before weighting the groups differ in {', '.join(apart[:5])} (standardised difference above 0.1)."
        found.append(
            remark("unbalanced", message, "Read the weighted difference; look for what was not measured.", "info")
        )
    return estimates, found


def _gap_and_influence(x: Numbers, y: Numbers, inside: Numbers, propensity: Numbers) -> tuple[float, Numbers]:
    """The weighted difference, and what each learner adds to it, the fit of the propensity included."""
    scores = x * (inside - propensity)[:, None]
    curved = propensity * (1 - propensity)
    information = (x * curved[:, None]).T @ x

    def side(member: Numbers, weight: Numbers, sign: float) -> tuple[float, Numbers]:
        total = float((member * weight).sum())
        mean = float((member * weight * y).sum()) / total
        slope = sign * (x * (member * curved * (y - mean))[:, None]).sum(axis=0)
        added = member * weight * (y - mean) + scores @ np.linalg.solve(information, slope)
        return mean, np.asarray(added / total, dtype=np.float64)

    # The weight of the second group falls, that of the first rises, with the propensity.
    second, first = side(inside, 1 - propensity, -1.0), side(1 - inside, propensity, 1.0)
    return second[0] - first[0], second[1] - first[1]
