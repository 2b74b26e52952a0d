"""Confidence against shown skill: whether learners know what they can do, and what noise alone would look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.association import association, goodman_kruskal_gamma
from ipe_workbench.evaluation.confidence_curve import calibration, quarters
from ipe_workbench.evaluation.estimates import (
    Analysis,
    Estimate,
    Test,
    interval_words,
    left_out,
    not_estimable,
    remark,
    status_of,
)
from ipe_workbench.evaluation.intervals import clustered_mean, t_interval
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy import TOTAL, safe_means

__all__ = ["calibrate_confidence"]

FEWEST = 10
_QUARTERS_NEED = 40
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Pairs:
    confidence: Numbers
    skill: Numbers
    again: Numbers | None  # NaN where not measured twice
    cluster: NDArray[Any] | None
    common: bool  # whether the two may be subtracted

    @property
    def n(self) -> int:
        return len(self.skill)


def calibrate_confidence(
    frame: pd.DataFrame,
    *,
    confidence: str = "confidence",
    skill: str = "skill",
    skill_again: str | None = None,
    reliability: float | None = None,
    group: str | None = None,
    cluster: str | None = None,
    confidence_scale: tuple[float, float] | None = None,
    skill_scale: tuple[float, float] | None = None,
    ordinal: bool = False,
    threshold: int = 10,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 1,
) -> Analysis:
    """Bias, correlation and calibration of self-rated confidence.

    Parameters
    ----------
    frame : DataFrame
        One row a learner.
    confidence, skill : str
        Columns with the self-rating and the shown skill (a score that others gave).
    skill_again : str, optional
        Column with a second, independent measure of the skill: with it the error of the first can be allowed for.
    reliability : float, optional
        Of the skill, where there is no second measure.
    group : str, optional
        Column such as the profession: the bias of each group that may be shown.
    cluster : str, optional
        Column such as the team; intervals then allow for it.
    confidence_scale, skill_scale : (float, float), optional
        Ends of the two scales; both are then put on 0 to 100 percent. Without them the two must have one scale.
    ordinal : bool
        Use ranks only: no bias, no slope.
    threshold : int
        The least number of learners of a group that is shown.
    level, resamples, seed : optional
        Of the intervals; the permutations of the quarters.

    Returns
    -------
    Analysis
        ``bias`` (mean of confidence minus skill; positive: over-confident), ``absolute_error``, ``sd_of_difference``,
        ``correlation_pearson``, ``correlation_spearman``, ``gamma_goodman_kruskal``,
        ``correlation_corrected_for_skill``; ``calibration_slope`` (points of confidence a point of skill) and
        ``calibration_slope_corrected`` (with the second measure as instrument); ``gap_quarter[Q1]`` to ``Q4`` (quarters
        of skill), beside ``gap_quarter_unrelated[Q1]``, which is what shuffled confidence shows, and
        ``gap_quarter_second_measure[Q1]``; ``bias[GROUP]``. Tests: is the slope the same all along (quadratic term), is
        the scatter (Glejser)?

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, a value lies off its scale, or the reliability outside 0 to 1.

    Notes
    -----
    Split into quarters of a noisy score, the lowest look over- and the highest under-confident even where confidence
    has nothing to do with skill (regression to the mean); quarters are no evidence that the unskilled are unaware.

    References
    ----------
    Gignac GE, Zajenkowski M. Intelligence 2020;80:101449, doi 10.1016/j.intell.2020.101449. Nuhfer E et al. Numeracy
    2016;9(1):4. Second measure: Fuller WA. Measurement Error Models, 1987, section 1.4.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> skill = rng.normal(60, 10, 80)
    >>> frame = pd.DataFrame({"skill": skill, "confidence": 70 + 0.4 * (skill - 60) + rng.normal(0, 8, 80)})
    >>> found = calibrate_confidence(frame)
    >>> found["bias"].low > 0, found["calibration_slope"].high < 1
    (True, True)
    """
    extra = [one for one in (skill_again, group, cluster) if one]
    require_columns(frame, [confidence, skill, *extra])
    if reliability is not None and not 0 < reliability <= 1:
        raise UnusableInputError(f"The reliability {reliability:g} is out of range.", mend="Give one between 0 and 1.")
    scales = {confidence: confidence_scale, skill: skill_scale, **({skill_again: skill_scale} if skill_again else {})}
    data, found = _on_common_scale(frame, scales, confidence, skill, ordinal)
    kept = data.dropna(subset=[confidence, skill, *([cluster] if cluster else [])]).reset_index(drop=True)
    missing = {"not_complete": len(data) - len(kept)}
    refused = _refusal(frame, kept, confidence, skill, cluster)
    if refused:
        return not_estimable("confidence", [refused, *found], missing)
    pairs = _Pairs(
        kept[confidence].to_numpy(dtype=np.float64),
        kept[skill].to_numpy(dtype=np.float64),
        kept[skill_again].to_numpy(dtype=np.float64) if skill_again else None,
        kept[cluster].astype(str).to_numpy() if cluster else None,
        not ordinal and not any(one.id == "scales-differ" for one in found),
    )
    found += _clustering(frame, pairs, cluster) + left_out(missing["not_complete"], len(data), "learners")
    estimates = _biases(pairs, level) if pairs.common else []
    if group and pairs.common:
        more, said = _by_group(kept, confidence, skill, group, threshold, level)
        estimates += more
        found += said
    estimates += _associations(pairs, reliability, ordinal, level)
    tests: list[Test] = []
    if not ordinal:
        slopes, tests = calibration(pairs.confidence, pairs.skill, pairs.again, pairs.cluster, level)
        estimates += slopes
    if pairs.common and pairs.n >= _QUARTERS_NEED:
        estimates += quarters(pairs.confidence, pairs.skill, pairs.again, level, resamples, seed)
        message = (
            "Quarters of a noisy score look over-confident at the bottom and under-confident at the top by themselves: "
            "compare them with gap_quarter_unrelated, and read the slope and its tests instead."
        )
        found.append(remark("quarters-regress", message, "", "info"))
    sentence = _sentence(estimates, pairs, level)
    model = "ranks" if ordinal else "difference, and least squares of confidence on skill"
    return Analysis("confidence", estimates, status_of(found), found, sentence, model, tests, missing)


def _on_common_scale(
    frame: pd.DataFrame, scales: dict[str, tuple[float, float] | None], confidence: str, skill: str, ordinal: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    data = frame.assign(**{one: numbers(frame, one) for one in scales})
    for column, scale in scales.items():
        if scale is None:
            continue
        off = (data[column] < scale[0]) | (data[column] > scale[1])
        if off.any():
            row = int(np.flatnonzero(off.to_numpy())[0])
            raise UnusableInputError(
                f"{data[column].iloc[row]:g} in column `{column}` lies outside {scale[0]:g} to {scale[1]:g}.",
                place=f"row {row + 2}", mend="Mend the cell, or the scale.",
            )  # fmt: skip
    given = [scales[confidence] is not None, scales[skill] is not None]
    if all(given) and not ordinal:
        for column, scale in scales.items():
            if scale is not None:
                data[column] = 100 * (data[column] - scale[0]) / (scale[1] - scale[0])
        return data, [remark("common-scale", "Both are on 0 to 100 percent of their scales.", "", "info")]
    if ordinal:
        return data, []
    spans = [float(data[one].max()) for one in (confidence, skill)]
    far = min(spans) <= 0 or max(spans) > 2.5 * min(spans)
    if any(given) or (far and np.isfinite(spans).all()):
        message = "Confidence and skill are not on one scale, so they cannot be subtracted."
        return data, [remark("scales-differ", message, "Give the ends of both scales.")]
    return data, [remark("common-scale", "Both are taken to be on one scale, as they stand.", "", "info")]


def _refusal(
    frame: pd.DataFrame, kept: pd.DataFrame, confidence: str, skill: str, cluster: str | None
) -> Finding | None:
    who = next((one for one in ("learner", "id") if one in frame.columns), None)
    if who is not None and kept[who].dropna().duplicated().any():
        message = f"A learner has more than one row in column `{who}`; this analysis wants one a learner."
        return remark("duplicate-learner", message, "Choose a wave, or average.", "error")
    if len(kept) < FEWEST:
        message = f"Only {len(kept)} learners have both confidence and skill; {FEWEST} are the least."
        return remark("too-few", message, "Describe them in words, or wait for more.", "error")
    for column in (confidence, skill):
        if np.ptp(kept[column].to_numpy()) == 0:
            return remark("constant", f"All values of `{column}` are the same.", "Check the column.", "error")
    if cluster is not None and kept[cluster].nunique() < 2:
        return remark("one-cluster", "All learners are in one cluster.", "Leave the cluster out.", "error")
    return None


def _clustering(frame: pd.DataFrame, pairs: _Pairs, cluster: str | None) -> list[Finding]:
    if cluster is None and "team" in frame.columns:
        message = "Learners share a team, and the intervals do not allow for it; they may be too narrow."
        return [remark("clustering-ignored", message, "Name it: cluster team.")]
    if pairs.cluster is not None and len(set(pairs.cluster)) < 30:
        message = f"Only {len(set(pairs.cluster))} clusters: cluster-robust intervals are too narrow below about 30."
        return [remark("few-clusters", message, "Read them as too narrow.")]
    return []


def _biases(pairs: _Pairs, level: float) -> list[Estimate]:
    gap, n, percent = pairs.confidence - pairs.skill, pairs.n, f"{level:.0%}"
    estimates = []
    for name, values in (("bias", gap), ("absolute_error", np.abs(gap))):
        if pairs.cluster is None:
            mean, se, df, how = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n)), float(n - 1), "t"
        else:
            mean, se, groups = clustered_mean(values, pairs.cluster)
            df, how = float(groups - 1), f"CR1, t({groups - 1})"
        estimates.append(Estimate(name, mean, *t_interval(mean, se, df, level), n, f"{how}, {percent}"))
    sd = float(gap.std(ddof=1))
    estimates.append(Estimate("sd_of_difference", sd, None, None, n, "of confidence minus skill"))
    return estimates


def _associations(pairs: _Pairs, reliability: float | None, ordinal: bool, level: float) -> list[Estimate]:
    c, s, n = pairs.confidence, pairs.skill, pairs.n
    estimates = []
    pearson = association(c, s, pairs.cluster, level)
    if not ordinal:
        how = "Pearson; attenuated by the error of both measures"
        estimates.append(Estimate("correlation_pearson", *pearson, n, f"{how}; Fisher z, {level:.0%}"))
    ranks = association(stats.rankdata(c), stats.rankdata(s), pairs.cluster, level, rank=True)
    estimates.append(Estimate("correlation_spearman", *ranks, n, f"Spearman; Fisher z, Bonett and Wright, {level:.0%}"))
    gamma = goodman_kruskal_gamma(c, s, pairs.cluster, level)
    estimates.append(Estimate("gamma_goodman_kruskal", *gamma, n, f"pairs in order minus others, {level:.0%}"))
    if ordinal:
        return estimates
    if pairs.again is not None:
        both = np.isfinite(pairs.again)
        if int(both.sum()) >= FEWEST and np.ptp(pairs.again[both]) > 0:
            known = float(np.corrcoef(s[both], pairs.again[both])[0, 1])
            estimates.append(Estimate("reliability_of_skill", known, None, None, int(both.sum()), "two measures"))
            reliability = known
    if reliability is not None and reliability > 0:
        root = float(np.sqrt(reliability))
        r, low, high = (float(np.clip(one / root, -1, 1)) for one in pearson)
        how = f"divided by the root of the reliability {reliability:.2f}, taken as known"
        estimates.append(Estimate("correlation_corrected_for_skill", r, low, high, n, how))
    return estimates


def _by_group(
    kept: pd.DataFrame, confidence: str, skill: str, group: str, threshold: int, level: float
) -> tuple[list[Estimate], list[Finding]]:
    data = kept.dropna(subset=[group])
    data = data.assign(_gap=data[confidence] - data[skill], **{group: data[group].astype(str).str.strip()})
    names = sorted(data[group].unique())
    if len(names) < 2:
        message = f"Column `{group}` has {len(names)} value; there is nothing to compare."
        return [], [remark("one-group", message, "Leave the group out.", "info")]
    table = safe_means(data, [group], "_gap", threshold=threshold).published
    shown = set(table.loc[~table["suppressed"].astype(bool), group]) - {TOTAL}
    estimates, found = [], []
    for name in names:
        if name in shown:
            gap = data.loc[data[group] == name, "_gap"].to_numpy(dtype=float)
            se = float(gap.std(ddof=1) / np.sqrt(len(gap)))
            interval = t_interval(float(gap.mean()), se, len(gap) - 1, level)
            estimates.append(Estimate(f"bias[{name}]", float(gap.mean()), *interval, len(gap), f"t, {level:.0%}"))
    hidden = [one for one in names if one not in shown]
    if hidden:
        message = f"Not shown: {', '.join(hidden)}. They have fewer than {threshold} learners, or would give one away."
        found.append(remark("hidden-groups", message, "Pool small groups, or wait for more learners."))
    return estimates, found


def _sentence(estimates: Sequence[Estimate], pairs: _Pairs, level: float) -> str:
    known = {one.name: one for one in estimates}
    r = known.get("correlation_pearson", known["correlation_spearman"])
    tail = f"the correlation is {r.estimate:.2f} ({interval_words(r, level)}; {pairs.n} learners)."
    if "bias" not in known:
        return f"Of confidence and shown skill {tail}"
    bias = known["bias"]
    value = bias.estimate or 0.0
    sign = 1 if value >= 0 else -1
    side = "above" if value >= 0 else "below"
    return (
        f"On average learners rated themselves {abs(value):.1f} points {side} their shown skill "
        f"({interval_words(bias, level, sign)}); {tail}"
    )
