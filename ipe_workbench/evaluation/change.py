"""Change: whether the same learners moved between two points in time, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.intervals import bca, clustered_mean, hedges_correction, noncentral_d, t_interval
from ipe_workbench.evaluation.signed_ranks import ordinal_estimates, signed_rank_test
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.evaluation.waves import choose_waves
from ipe_workbench.findings import Finding

__all__ = ["estimate_change"]

FEWEST_PAIRS = 5
_FEW = 10
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Pairs:
    before: Numbers
    after: Numbers
    cluster: NDArray[Any] | None
    waves: tuple[Any, Any]
    missing: dict[str, int]

    @property
    def n(self) -> int:
        return len(self.before)

    @property
    def change(self) -> Numbers:
        return self.after - self.before


def estimate_change(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "wave",
    value: str = "value",
    before: Any = None,
    after: Any = None,
    cluster: str | None = None,
    scale: tuple[float, float] | None = None,
    level: float = 0.95,
    resamples: int | None = None,
    seed: int = 1,
) -> Analysis:
    """Mean change between two waves of the same learners, with standardised effects.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and wave.
    id, time, value : str
        Columns with the learner, the wave and the score.
    before, after : optional
        The two waves; by default the only two, ordered as numbers or by their names (pre, post, ...).
    cluster : str, optional
        Column such as the team; the interval of the mean change then allows for it.
    scale : (float, float), optional
        Ends of the scale, so that ceiling and floor can be seen.
    level : float
        Of the intervals.
    resamples, seed : int, optional
        Of the bootstrap; 10,000 resamples up to 200 pairs, then fewer, and 2,000 from a thousand pairs on.

    Returns
    -------
    Analysis
        Estimates ``mean_change`` (t), ``mean_before``, ``mean_after``, ``d_z`` (change by its own SD), ``g_z``,
        ``d_av_mean_sd`` (by the mean of the two SDs), ``d_av_rms_sd`` (by the root of the mean variance),
        ``g_av_mean_sd``, ``g_av_rms_sd``, ``d_rm``, ``median_change_hodges_lehmann`` (and with ``_zeros_dropped`` where
        some did not change), ``superiority_paired`` (share that rose plus half of the ties: for ordinal answers),
        ``correlation``.

    Raises
    ------
    UnusableInputError
        When a column is missing, a score is no number, or the order of the waves cannot be told.

    Notes
    -----
    d_z, d_av and d_rm: Lakens D. Front Psychol 2013;4:863, doi 10.3389/fpsyg.2013.00863; the root mean square: Cumming
    G. Understanding the New Statistics, 2012. Hedges' correction of the paired effects uses n - 1 degrees of freedom.
    Not corrected: regression to the mean, and response shift when one frame is retrospective.

    Examples
    --------
    >>> frame = pd.DataFrame({"learner": list("abcdefgh") * 2, "wave": ["pre"] * 8 + ["post"] * 8,
    ...                       "value": [3, 4, 3, 5, 2, 4, 3, 4, 4, 5, 3, 6, 4, 4, 5, 5.]})
    >>> result = estimate_change(frame)
    >>> result["mean_change"].estimate, round(result["d_z"].estimate, 3)
    (1.0, 1.323)
    >>> result.sentence
    'The score rose by 1.00 on average from pre to post (95 % interval 0.37 to 1.63; 8 learners with both).'
    """
    require_columns(frame, [id, time, value, *([cluster] if cluster else [])])
    data = frame.assign(**{value: numbers(frame, value)})
    first, last, found = choose_waves(data, time, value, before, after)
    if first is None:
        return not_estimable("change", found)
    pairs, more = _pairs(data, id, time, value, cluster, (first, last))
    found += more
    if pairs is None:
        return not_estimable("change", found)
    found += _data_findings(pairs, frame, cluster, scale)
    resamples = resamples or min(10_000, max(2_000, 2_000_000 // max(pairs.n, 1)))
    refused = _refusal(pairs)
    if refused:
        return not_estimable("change", [refused, *found], pairs.missing)
    estimates, tests = _effects(pairs, level, resamples, seed)
    return Analysis(
        "change", estimates, status_of(found), found, _sentence(estimates[0], pairs, level),
        "paired differences" + (f", standard error clustered by {cluster}" if cluster else ""), tests, pairs.missing,
    )  # fmt: skip


def _pairs(
    data: pd.DataFrame, id: str, time: str, value: str, cluster: str | None, waves: tuple[Any, Any]
) -> tuple[_Pairs | None, list[Finding]]:
    scored = data[data[time].isin(waves) & data[value].notna() & data[id].notna()]
    twice = scored[scored.duplicated([id, time], keep=False)]
    if len(twice):
        row, number = twice.iloc[0], twice[id].nunique()
        message = (
            f"{number} {'learners have' if number > 1 else 'learner has'} more than one score in a wave "
            f"(first: wave {row[time]}, row {int(twice.index[0]) + 2})."
        )
        return None, [remark("duplicate-wave", message, "Keep one row a learner and wave.", "error")]
    sides = [scored[scored[time] == wave].set_index(id) for wave in waves]
    both = sides[0].index.intersection(sides[1].index)
    missing = {
        "only_before": len(sides[0]) - len(both),
        "only_after": len(sides[1]) - len(both),
        "no_score": int((data[time].isin(waves) & data[value].isna()).sum()),
    }
    groups = sides[0].loc[both, cluster].to_numpy() if cluster else None
    before, after = (side.loc[both, value].to_numpy(dtype=float) for side in sides)
    findings = []
    if missing["only_before"]:
        left = sides[0].index.difference(both)
        gap = float(sides[0].loc[left, value].mean() - before.mean()) if len(both) else float("nan")
        side = "higher" if gap > 0 else "lower"
        message = f"{missing['only_before']} learners answered before but not after and are left out."
        if np.isfinite(gap):
            message += f" Before, they scored {abs(gap):.2f} {side} than those kept."
        many = missing["only_before"] > 0.05 * len(sides[0])
        findings.append(
            remark("dropout", message, "Look at them apart; try multiple imputation.", "warning" if many else "info")
        )
    return _Pairs(before, after, groups, waves, missing), findings


def _refusal(pairs: _Pairs) -> Finding | None:
    if pairs.n < FEWEST_PAIRS:
        message = f"Only {pairs.n} learners have both waves; {FEWEST_PAIRS} are the least for an estimate."
        return remark("too-few", message, "Describe them in words, or wait for more.", "error")
    if np.ptp(pairs.before) == 0 and np.ptp(pairs.after) == 0:
        return remark("constant", "All scores of a wave are the same; nothing varies.", "Check the column.", "error")
    if np.ptp(pairs.change) == 0:
        message = "All learners changed by the same amount, so the interval would have no width."
        return remark("constant", message, "Check that one wave is not computed from the other.", "error")
    if pairs.cluster is not None and len(set(pairs.cluster)) < 2:
        return remark("one-cluster", "All learners are in one cluster.", "Leave the cluster out.", "error")
    return None


def _data_findings(
    pairs: _Pairs, frame: pd.DataFrame, cluster: str | None, scale: tuple[float, float] | None
) -> list[Finding]:
    found = []
    if FEWEST_PAIRS <= pairs.n < _FEW:
        found.append(
            remark("few", f"Only {pairs.n} pairs: the interval leans on a normal distribution.", "", "warning")
        )
    unused = [one for one in ("team", "school", "site") if cluster is None and one in frame.columns]
    if unused:
        message = f"Learners share a {unused[0]}, and the interval does not allow for it; it may be too narrow."
        found.append(remark("clustering-ignored", message, f"Name it: cluster {unused[0]}.", "warning"))
    if cluster is not None and pairs.cluster is not None and len(set(pairs.cluster)) < 30:
        message = f"Only {len(set(pairs.cluster))} clusters: cluster-robust intervals are too narrow below about 30."
        found.append(remark("few-clusters", message, "Use a mixed model (growth).", "warning"))
    if scale is not None and pairs.n:
        for share, which in (
            (np.mean(pairs.before >= scale[1]), "ceiling"),
            (np.mean(pairs.before <= scale[0]), "floor"),
        ):
            if share > 0.15:  # Terwee CB et al. 2007, doi 10.1016/j.jclinepi.2006.03.012
                message = f"{share:.0%} of the learners were at the {which} before: part of a change cannot be seen."
                found.append(remark(which, message, "Report it; use an instrument with more room.", "warning"))
    return found


def _effects(pairs: _Pairs, level: float, resamples: int, seed: int) -> tuple[list[Estimate], list[Test]]:
    n, change, percent = pairs.n, pairs.change, f"{level:.0%}"
    mean, sd = float(change.mean()), float(change.std(ddof=1))
    df = float(n - 1)
    se = sd / np.sqrt(n)
    how = f"paired t, {percent}"
    if pairs.cluster is not None:
        mean, se, groups = clustered_mean(change, pairs.cluster)
        df, how = float(groups - 1), f"paired, CR1 by cluster, t({groups - 1}), {percent}"
    t = mean / se
    estimates = [Estimate("mean_change", mean, *t_interval(mean, se, df, level), n, how)]
    for name, side in (("mean_before", pairs.before), ("mean_after", pairs.after)):
        interval = t_interval(float(side.mean()), float(side.std(ddof=1) / np.sqrt(n)), n - 1, level)
        estimates.append(Estimate(name, float(side.mean()), *interval, n, f"t, {percent}"))
    d_z = mean / sd
    low, high = noncentral_d(d_z * np.sqrt(n), n - 1, 1 / np.sqrt(n), level)
    small = hedges_correction(n - 1)
    exact = f"noncentral t, {percent}"
    estimates += [
        Estimate("d_z", d_z, low, high, n, f"mean change / SD of change; {exact}"),
        Estimate("g_z", d_z * small, low * small, high * small, n, f"d_z x J(n - 1); {exact}"),
    ]
    columns = (pairs.before, pairs.after)
    booted = f"BCa bootstrap, {resamples} resamples, {percent}"
    for name, divisor, words in _AVERAGES:
        value = float(_standardised(*columns, divisor=divisor))
        low, high = bca(columns, lambda b, a, axis=-1, f=divisor: _standardised(b, a, axis, f), level, resamples, seed)
        estimates.append(Estimate(f"d_{name}", value, low, high, n, f"{words}; {booted}"))
        if name != "rm":
            how = f"d_{name} x J(n - 1); {booted}"
            estimates.append(Estimate(f"g_{name}", value * small, low * small, high * small, n, how))
    low, high = bca(columns, lambda b, a, axis=-1: np.mean(a - b, axis=axis), level, resamples, seed)
    estimates.append(Estimate("mean_change_bootstrap", mean, low, high, n, booted))
    # Differences that tie in decimals must tie in binary, too.
    moved = np.round(change, 12 - int(np.ceil(np.log10(np.abs(columns).max()))))
    estimates += ordinal_estimates(moved, level)
    both_vary = np.ptp(pairs.before) > 0 and np.ptp(pairs.after) > 0
    r = float(np.corrcoef(pairs.before, pairs.after)[0, 1]) if both_vary else float("nan")
    low, high = _fisher(r, n, level)
    estimates.append(Estimate("correlation", r, low, high, n, f"Pearson, Fisher z, {percent}"))
    tests = [Test("paired t" if pairs.cluster is None else "clustered t", t, (df,), float(2 * stats.t.sf(abs(t), df)))]
    tests.append(signed_rank_test(moved))
    return estimates, tests


def _mean_sd(before: Numbers, after: Numbers, axis: int) -> Any:
    return (before.std(axis=axis, ddof=1) + after.std(axis=axis, ddof=1)) / 2


def _rms_sd(before: Numbers, after: Numbers, axis: int) -> Any:
    return np.sqrt((before.var(axis=axis, ddof=1) + after.var(axis=axis, ddof=1)) / 2)


def _rm_sd(before: Numbers, after: Numbers, axis: int) -> Any:
    # d_rm = d_z sqrt(2 (1 - r)), r the correlation of the two waves.
    b = before - before.mean(axis=axis, keepdims=True)
    a = after - after.mean(axis=axis, keepdims=True)
    r = (a * b).sum(axis=axis) / np.sqrt((a**2).sum(axis=axis) * (b**2).sum(axis=axis))
    return (after - before).std(axis=axis, ddof=1) / np.sqrt(2 * (1 - r))


_AVERAGES = (
    ("av_mean_sd", _mean_sd, "mean change / mean of the two SDs (Lakens 2013)"),
    ("av_rms_sd", _rms_sd, "mean change / root of the mean variance (Cumming 2012)"),
    ("rm", _rm_sd, "d_z x sqrt(2 (1 - r)) (Lakens 2013)"),
)


def _standardised(before: Numbers, after: Numbers, axis: int = -1, divisor: Any = _mean_sd) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):  # a wave that does not vary has no correlation
        return np.mean(after - before, axis=axis) / divisor(before, after, axis)


def _fisher(r: float, n: int, level: float) -> tuple[float, float]:
    if not abs(r) < 1 or n < 4:
        return float("nan"), float("nan")
    reach = stats.norm.ppf(0.5 + level / 2) / np.sqrt(n - 3)
    return float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach))


def _sentence(main: Estimate, pairs: _Pairs, level: float) -> str:
    value = main.estimate or 0.0
    moved = "rose" if value > 0 else "fell"
    return (
        f"The score {moved} by {abs(value):.2f} on average from {pairs.waves[0]} to {pairs.waves[1]} "
        f"({interval_words(main, level, sign=1 if value > 0 else -1)}; {pairs.n} learners with both)."
    )
