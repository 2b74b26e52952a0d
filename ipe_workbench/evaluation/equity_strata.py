"""Gaps inside strata: whether a gap between groups turns around where like is compared with like."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ipe_workbench.evaluation.estimates import Estimate, remark
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.regression import clustered_ols, hc3
from ipe_workbench.findings import Finding

__all__ = ["gaps_within_strata"]

Numbers = NDArray[np.float64]


def gaps_within_strata(
    data: pd.DataFrame,
    *,
    group: str,
    outcome: str,
    stratify: str,
    reference: str | None,
    shown: Sequence[str],
    cells: Collection[tuple[str, str]],
    raw: Mapping[str, Estimate],
    cluster: str | None = None,
    level: float = 0.95,
) -> tuple[list[Estimate], list[Finding]]:
    """The gap of each shown group adjusted for the stratum (least squares with an intercept a stratum), and by stratum.

    A gap that is clearly there overall and clearly the other way inside the strata is Simpson's paradox; one that
    shrinks by half or more is told, too. Gaps of a single stratum are given where both cells may be shown, which is
    with a reference only.

    Examples
    --------
    >>> frame = pd.DataFrame({"g": ["a"] * 30 + ["b"] * 30, "s": (["x"] * 25 + ["y"] * 5) + (["x"] * 5 + ["y"] * 25),
    ...                       "y": [1.0, 2] * 12 + [1] + [5, 6, 5, 6, 5] + [0.5, 1] * 2 + [0.5] + [4.5, 5] * 12 + [5]})
    >>> gap = {"gap[b vs a]": Estimate("gap[b vs a]", 2.0, 1.2, 2.8, 60, "")}
    >>> _, found = gaps_within_strata(frame, group="g", outcome="y", stratify="s", reference="a", shown=["a", "b"],
    ...                               cells={}, raw=gap)
    >>> found[0].id
    'simpson'
    """
    estimates: list[Estimate] = []
    found: list[Finding] = []
    for name in shown:
        if name == reference:
            continue
        label = f"{name} vs {reference or 'others'}"
        mine = (data[group] == name).to_numpy()
        others = ~mine if reference is None else (data[group] == reference).to_numpy()
        part, inside = data[mine | others], mine[mine | others].astype(float)
        within = _adjusted(part, inside, outcome, stratify, cluster, label, level)
        if within is None:
            message = f"{label}: no value of `{stratify}` has both, so like cannot be compared with like."
            found.append(remark("no-common-stratum", message, "Use a coarser stratum."))
            continue
        estimates.append(within)
        found += _compared(raw[f"gap[{label}]"], within, stratify)
        if reference is not None:
            estimates += _by_stratum(part, inside, (group, outcome, stratify), (name, reference), cells)
    return estimates, found


def _adjusted(
    part: pd.DataFrame, inside: Numbers, outcome: str, stratify: str, cluster: str | None, label: str, level: float
) -> Estimate | None:
    strata = part[stratify].to_numpy()
    shared = pd.Series(inside).groupby(strata).transform("nunique").to_numpy() == 2
    if not shared.any():
        return None
    everybody = len(part)  # the number of those in shared strata would give away the few in others
    part, inside, strata = part[shared], inside[shared], strata[shared]
    values = np.unique(strata)
    x = np.column_stack([inside, *((strata == one).astype(float) for one in values)])
    y = part[outcome].to_numpy(dtype=float)
    df = float(len(y) - x.shape[1])
    if df < 5:
        return None
    if cluster is not None:
        if part[cluster].nunique() < 2:
            return None
        beta, se, df = clustered_ols(x, y, part[cluster].to_numpy())
        how = f"CR1 by {cluster}"
    else:
        beta, se, how = np.linalg.lstsq(x, y, rcond=None)[0], hc3(x, y), "HC3"
    if not np.isfinite(se[0]):
        return None
    gap = float(beta[0])
    how = f"least squares with an intercept a stratum, {how}, t, {level:.0%}"
    return Estimate(f"gap_within[{label}]", gap, *t_interval(gap, float(se[0]), df, level), everybody, how)


def _compared(raw: Estimate, within: Estimate, stratify: str) -> list[Finding]:
    a, b = raw.estimate or 0.0, within.estimate or 0.0
    label = raw.name[4:-1]
    clear = [(one.low or 0.0) > 0 or (one.high or 0.0) < 0 for one in (raw, within)]
    if a * b < 0 and any(clear):
        message = f"{label}: {a:+.2f} over all, {b:+.2f} within `{stratify}` (Simpson's paradox)."
        return [remark("simpson", message, "Report both; ask which comparison answers the question.")]
    if clear[0] and abs(b) < 0.5 * abs(a):
        message = f"{label}: {a:+.2f} over all, {b:+.2f} within `{stratify}`; most of the gap lies between its values."
        return [remark("gap-between-strata", message, "Report both.")]
    return []


def _by_stratum(
    part: pd.DataFrame, inside: Numbers, columns: tuple[str, str, str], names: tuple[str, str],
    cells: Collection[tuple[str, str]],
) -> list[Estimate]:  # fmt: skip
    _, outcome, stratify = columns
    estimates = []
    for one in sorted(part[stratify].unique()):
        if any((name, one) not in cells for name in names):
            continue
        there = (part[stratify] == one).to_numpy()
        y = part[outcome].to_numpy(dtype=float)
        gap = float(y[there & (inside == 1)].mean() - y[there & (inside == 0)].mean())
        label = f"gap[{names[0]} vs {names[1]} in {one}]"
        estimates.append(Estimate(label, gap, None, None, int(there.sum()), "difference inside the stratum"))
    return estimates
