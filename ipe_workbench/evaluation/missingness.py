"""Missing scores: who is missing, when, and how they differed before they left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.growth import design_of
from ipe_workbench.evaluation.intervals import noncentral_d
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.evaluation.waves import ordered_waves
from ipe_workbench.findings import Finding

__all__ = ["describe_missing", "wide_scores"]

_FEWEST, _FEWEST_A_SIDE = 10, 5
Numbers = NDArray[np.float64]


def describe_missing(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "wave",
    value: str = "value",
    covariates: Sequence[str] = (),
    level: float = 0.95,
) -> Analysis:
    """What is missing at each wave, in which patterns, and how those who left differed from those who stayed.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and wave; a wave without a row, or with an empty score, is missing.
    id, time, value : str
        Columns with the learner, the wave and the score.
    covariates : sequence of str
        Columns that are known of everybody, such as the profession; a learner's first known value counts.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``missing[WAVE]`` (share, Wilson's interval), ``complete`` (share with every wave), ``monotone`` (share of the
        incomplete who, once gone, stayed away), ``pattern[110]`` (share with each pattern, waves in order, 1 is
        there), and of those with a score at the first wave ``left_minus_stayed_smd[COLUMN]``: by how many standard
        deviations those who miss the last wave were above those who have it, in the first score and in each
        covariate, with the exact interval.

    Raises
    ------
    UnusableInputError
        When a column is missing, a score is no number, or the order of the waves cannot be told.

    Notes
    -----
    That no difference is seen does not show that scores are missing at random: what was not measured may differ.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209. Patterns: van Buuren S. Flexible Imputation of Missing Data, 2018, 4.1.

    Examples
    --------
    >>> frame = pd.DataFrame({"learner": [*range(20)] * 2, "wave": [1] * 20 + [2] * 20,
    ...                       "value": [*range(20), *[None] * 6, *range(14)]})
    >>> found = describe_missing(frame)
    >>> found["missing[2]"].estimate, found["left_minus_stayed_smd[value]"].estimate < 0
    (0.3, True)
    """
    require_columns(frame, [id, time, value, *covariates])
    wide, refused = wide_scores(frame, id, time, value)
    if refused or wide is None:
        return not_estimable("missing", [refused] if refused else [])
    waves, n, percent = list(wide.columns), len(wide), f"{level:.0%}"
    there = wide.notna()
    estimates = [_share(f"missing[{one}]", n - int(there[one].sum()), n, level) for one in waves]
    complete = int(there.all(axis=1).sum())
    estimates.append(_share("complete", complete, n, level))
    if complete < n:
        gone = there[~there.all(axis=1)]
        steady = int((gone.astype(int).diff(axis=1).iloc[:, 1:] <= 0).all(axis=1).sum())
        estimates.append(_share("monotone", steady, len(gone), level))
    patterns = there.astype(int).astype(str).agg("".join, axis=1).value_counts(sort=False).sort_index(ascending=False)
    estimates += [_share(f"pattern[{one}]", int(count), n, level) for one, count in patterns.items()]
    found: list[Finding] = []
    if len(waves) > 1:
        gaps, found = _baseline(wide, frame, id, value, covariates, percent, level)
        estimates += gaps
    if n < _FEWEST:
        found.append(remark("too-few", f"Only {n} learners: shares of so few say little of others.", "Name them."))
    last = waves[-1]
    out = n - int(there[last].sum())
    sentence = f"{complete} of {n} learners have all {len(waves)} waves; {out} miss {last}."
    missing = {f"missing_{one}": n - int(there[one].sum()) for one in waves}
    return Analysis("missing", estimates, status_of(found), found, sentence, "counts and differences", (), missing)


def wide_scores(frame: pd.DataFrame, id: str, time: str, value: str) -> tuple[pd.DataFrame | None, Finding | None]:
    """Scores with one row a learner and one column a wave, in the order of time; or why there are none."""
    data = frame.assign(**{value: numbers(frame, value)}).dropna(subset=[id, time])
    if data.empty or data[value].notna().sum() == 0:
        return None, remark("no-score", "There is no score at all.", "Check the column.", "error")
    scored = data.dropna(subset=[value])
    if scored.duplicated([id, time]).any():
        position = int(np.flatnonzero(scored.duplicated([id, time]).to_numpy())[0])
        message = f"A learner has more than one score at wave {scored[time].iloc[position]}."
        return None, remark("duplicate-wave", message, "Keep one row a learner and wave.", "error")
    waves = ordered_waves(list(pd.unique(data[time])), time)
    wide = scored.pivot_table(index=id, columns=time, values=value, aggfunc="first")
    return wide.reindex(index=pd.unique(data[id]), columns=waves), None


def _share(name: str, count: int, n: int, level: float) -> Estimate:
    interval = stats.binomtest(count, n).proportion_ci(level, method="wilson")
    return Estimate(name, count / n, interval.low, interval.high, n, f"Wilson, {level:.0%}")


def _baseline(
    wide: pd.DataFrame, frame: pd.DataFrame, id: str, value: str, covariates: Sequence[str], percent: str, level: float
) -> tuple[list[Estimate], list[Finding]]:
    first, last = wide.columns[0], wide.columns[-1]
    began = wide[wide[first].notna()]
    left = began[last].isna().to_numpy()
    fewer = min(int(left.sum()), int((~left).sum()))
    if fewer < _FEWEST_A_SIDE:
        if left.any():
            message = f"Only {fewer} learners on one side: those who left cannot be compared with those who stayed."
            return [], [remark("too-few-to-compare", message, "Describe them in words.", "info")]
        return [], []
    known = frame.dropna(subset=[id]).groupby(id, sort=False)[list(covariates)].first().reindex(began.index)
    table = pd.DataFrame({value: began[first]})
    if covariates:
        usable = [one for one in covariates if known[one].notna().any()]
        text = known[usable].apply(lambda one: one if pd.api.types.is_numeric_dtype(one) else one.fillna("(missing)"))
        design, _ = design_of(text.fillna(text.mean(numeric_only=True)), usable)
        table = table.join(design.drop(columns="intercept").set_index(began.index))
    estimates = []
    for column in table.columns:
        x = table[column].to_numpy(dtype=float)
        gap = _smd(x[left], x[~left], level)
        if gap is not None:
            n, how = len(x), f"difference / pooled SD, noncentral t, {percent}"
            estimates.append(Estimate(f"left_minus_stayed_smd[{column}]", *gap, n, how))
    apart = [
        (one.name[len("left_minus_stayed_smd[") : -1], one.estimate)
        for one in estimates
        if abs(one.estimate or 0) > 0.1 and ((one.low or 0) > 0 or (one.high or 0) < 0)
    ]
    found = []
    if apart:
        shown = ", ".join(f"{name} ({gap:+.2f} SD)" for name, gap in apart[:5])
        message = f"Those who left differed at the first wave in {shown}: the scores that are left are a selection."
        found.append(remark("dropout-differs", message, "Impute with these columns, and vary what is assumed."))
    return estimates, found


def _smd(left: Numbers, stayed: Numbers, level: float) -> tuple[float, float, float] | None:
    n1, n2 = len(left), len(stayed)
    pooled = np.sqrt(((n1 - 1) * left.var(ddof=1) + (n2 - 1) * stayed.var(ddof=1)) / (n1 + n2 - 2))
    if not pooled > 0:
        return None
    d, per_t = float((left.mean() - stayed.mean()) / pooled), float(np.sqrt(1 / n1 + 1 / n2))
    return d, *noncentral_d(d / per_t, n1 + n2 - 2, per_t, level)
