"""Retention: how fast a skill fades after the badge, and how many still reach the pass mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.decay_models import MODELS, DecayFit, Measurements, fit_decay, fit_flat
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.selection import regression_to_the_mean
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["estimate_retention"]

FEWEST = 10
_FAR = 10.0  # of AICc: such a model has hardly any support (Burnham KP, Anderson DR. 2002, section 2.6)
_FEW_BETWEEN = 5
_FLOOR_NEEDS = 4  # times, for a floor to be estimated
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Asked:
    floor: float
    pass_mark: float | None
    at: Sequence[float]
    level: float


def estimate_retention(
    frame: pd.DataFrame,
    *,
    id: str = "learner",
    time: str = "days",
    value: str = "value",
    pass_mark: float | None = None,
    floor: float = 0.0,
    at: Sequence[float] = (),
    second_rating: str | None = None,
    reliability: float | None = None,
    assessed_mean: float | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """The forgetting curve since the badge: half-life, what is retained, and the share that still passes.

    Parameters
    ----------
    frame : DataFrame
        One row a learner and measurement.
    id, time, value : str
        Columns with the learner, the time since the badge (a number, zero is the assessment for it), and the score.
    pass_mark : float, optional
        The score that was needed for the badge.
    floor : float
        The score of somebody who knows nothing, such as 25 on four answers by guessing. Curves fall to it, or to a
        floor above it that is estimated (with four times or more).
    at : sequence of float
        Times at which to report; by default those at which many were measured.
    second_rating : str, optional
        Column with an independent second rating of the assessment at time zero, on which the badge did not depend.
    reliability : float, optional
        Of the score at time zero, for the correction of regression to the mean where there is no second rating.
    assessed_mean : float, optional
        Mean of all who were assessed, including those who failed; otherwise it is estimated from the scores that passed
        as a normal distribution cut off at the pass mark.
    cluster : str, optional
        Column such as the team; intervals of the curve then allow for it (sandwich). A learner's first one counts.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``half_life`` (time until half of what lies above the floor is gone, of the curve with the lowest AICc; profile
        likelihood), ``half_life[MODEL]`` and ``aicc[MODEL]`` of each curve (exponential, or a power of one plus the
        time; to the stated floor, or to an estimated one that lies above it), ``retained[TIME]`` (fitted mean of all
        who began, as if nobody had left), ``observed_mean[TIME]`` (of those who came), ``floor``,
        ``share_at_pass[TIME]`` (fitted) and ``share_at_pass_observed[TIME]``, ``regression_to_the_mean`` (points that
        the first scores lie too high because they were selected).

    Raises
    ------
    UnusableInputError
        When a column is missing or no number, a time is negative, or a reliability lies outside 0 to 1.

    Notes
    -----
    The model is mixed: each learner has a level and, where there are measurements enough, a loss of their own, so that
    those who leave because their earlier scores were low do not bend the curve. Badge holders are chosen by a score
    that passed, which chance has helped on average; their next score is lower without any forgetting.

    References
    ----------
    Curves: Rubin DC, Wenzel AE. Psychol Rev 1996;103:734; Murre JMJ, Dros J. PLoS ONE 2015;10:e0120644, doi
    10.1371/journal.pone.0120644. Random effects and dropout: Verbeke G, Molenberghs G. Linear Mixed Models for
    Longitudinal Data, 2000, chapter 17. AICc: Hurvich CM, Tsai C-L. Biometrika 1989;76:297.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> days = np.tile([0, 30, 90, 180], 40)
    >>> level = np.repeat(rng.normal(0, 4, 40), 4)
    >>> frame = pd.DataFrame({"learner": np.repeat(np.arange(40), 4), "days": days,
    ...                       "value": 60 + level + 25 * 0.5 ** (days / 45) + rng.normal(0, 3, 160)})
    >>> result = estimate_retention(frame)
    >>> result["half_life"].low < 45 < result["half_life"].high
    True
    """
    extra = [one for one in (second_rating, cluster) if one]
    require_columns(frame, [id, time, value, *extra])
    data, missing = _measured(frame, (id, time, value), second_rating, cluster)
    refused = _refusal(data, id, time, value, cluster)
    if refused:
        return not_estimable("retention", [refused], missing)
    found = _look(data, frame, id, time, cluster)
    data, selected, more = regression_to_the_mean(
        data, time=time, value=value, pass_mark=pass_mark, second_rating=second_rating, reliability=reliability,
        assessed_mean=assessed_mean, level=level,
    )  # fmt: skip
    found += more
    asked = _Asked(floor, pass_mark, at, level)
    measurements = _measurements(data, (id, time, value), floor, cluster)
    fits = _fits(measurements)
    chosen, more = _choose(fits, fit_flat(measurements))
    found += more
    estimates = _half_lives(fits, chosen, asked, found)
    estimates += _over_time(data, chosen, time, value, asked, found)
    estimates += selected
    sentence = _sentence(estimates, chosen, asked, time)
    words = "no curve" if chosen is None else chosen.model.replace("_", " ")
    terms = "level and loss" if measurements.random_loss else "level"
    model = f"{words}; {terms} of each learner random, maximum likelihood; chosen by AICc"
    return Analysis("retention", estimates, status_of(found), found, sentence, model, (), missing)


def _measured(
    frame: pd.DataFrame, columns: tuple[str, str, str], second: str | None, cluster: str | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    id, time, value = columns
    named = [time, value, *([second] if second else [])]
    kept_columns = list(dict.fromkeys([id, *named, *([cluster] if cluster else [])]))
    data = frame[kept_columns].assign(**{one: numbers(frame, one) for one in named})
    kept = data.dropna(subset=[id, time, value, *([cluster] if cluster else [])]).reset_index(drop=True)
    if (kept[time] < 0).any():
        row = int(np.flatnonzero((data[time] < 0).to_numpy())[0])
        raise UnusableInputError(
            f"The time {data[time].iloc[row]:g} is negative.", place=f"row {row + 2}", mend="Count from the badge."
        )
    return kept, {"not_complete": len(data) - len(kept)}


def _refusal(data: pd.DataFrame, id: str, time: str, value: str, cluster: str | None) -> Finding | None:
    if data.empty:
        return remark("no-score", "There is no score with a learner and a time.", "Check the columns.", "error")
    if data.duplicated([id, time]).any():
        row = data[data.duplicated([id, time])].iloc[0]
        message = f"A learner has more than one score at time {row[time]:g}."
        return remark("duplicate-wave", message, "Keep one; a second rating has a column of its own.", "error")
    if data[id].nunique() < FEWEST:
        message = f"Only {data[id].nunique()} learners; {FEWEST} are the least."
        return remark("too-few", message, "Describe them in words, or wait for more.", "error")
    if data[time].nunique() < 3:
        message = f"Scores at {data[time].nunique()} times only; a curve needs three."
        return remark("too-few-times", message, "Ask for the change between two times instead.", "error")
    if cluster is not None and data[cluster].nunique() < 2:
        return remark("one-cluster", "All learners are in one cluster.", "Leave the cluster out.", "error")
    if _between(data[time].to_numpy(dtype=float)) < _FEW_BETWEEN:
        message = "Hardly any score lies between the first and the last time: in effect these are two times."
        return remark("too-few-times", message, "Ask for the change between two times instead.", "error")
    if int(data.duplicated(id).sum()) < FEWEST:
        message = "Hardly anybody was measured twice, so fading cannot be told from who came."
        return remark("no-repetition", message, "Measure the same learners again.", "error")
    scores = data[value].to_numpy()
    if np.ptp(scores) <= 1e-6 * np.abs(scores).max():
        message = "All scores are the same, or nearly so beside their size; nothing varies."
        return remark("constant", message, "Check the column; take off what all have in common.", "error")
    return None


def _between(time: Numbers) -> int:
    """Measurements well between the first and the last time, on the scale of time or of its logarithm.

    Where each learner has days of their own, two occasions make many times.
    """
    inside = np.zeros(len(time), dtype=bool)
    for one in (time, np.log1p(time)):
        share = (one - one.min()) / np.ptp(one)
        inside |= (share > 0.15) & (share < 0.85)
    return int(inside.sum())


def _look(data: pd.DataFrame, frame: pd.DataFrame, id: str, time: str, cluster: str | None) -> list[Finding]:
    found = []
    first = float(data[time].min())
    if first > 0:
        message = f"Nobody was measured at time zero (the first is {first:g}): the start of the curve is a guess."
        found.append(remark("no-start", message, "Give the score of the assessment, or read the curve from there on."))
    if data[time].nunique() < _FLOOR_NEEDS:
        message = f"With {data[time].nunique()} times a floor cannot be estimated: curves fall to the stated one."
        found.append(remark("few-times", message, "State the floor, or measure once more."))
    last = float(data[time].max())
    began = data.loc[data[time] == first, id].nunique()
    stayed = data.loc[data[time] >= 0.5 * last, id].nunique()
    if began and stayed < 0.7 * began:
        message = f"{stayed} of {began} were measured in the second half: the curve leans on who stayed."
        found.append(remark("dropout", message, "Describe who left: ipe evaluate missing."))
    if "team" in frame.columns and id != "team":
        message = "Learners share a team, and the intervals do not allow for it; they may be too narrow."
        found.append(remark("clustering-ignored", message, "Fit growth with nested team, learner beside this.", "info"))
    return found


def _measurements(data: pd.DataFrame, columns: tuple[str, str, str], floor: float, cluster: str | None) -> Measurements:
    id, time, value = columns
    codes, learners = pd.factorize(data[id].astype(str))
    often = int((np.bincount(codes) >= 3).sum())
    of_learners = None
    if cluster is not None:
        of_learners = pd.factorize(data.drop_duplicates(id)[cluster].astype(str))[0]  # in the order of the codes
    return Measurements(
        codes,
        data[time].to_numpy(dtype=np.float64),
        data[value].to_numpy(dtype=np.float64) - floor,
        len(learners),
        often >= max(FEWEST, len(learners) // 3),
        of_learners,
    )


def _fits(data: Measurements) -> list[DecayFit]:
    few = len(np.unique(data.time)) < _FLOOR_NEEDS
    fits = [fit_decay(data, model) for model in MODELS if not (few and model.endswith("estimated_floor"))]
    # A floor below the stated one cannot be: the same curve to the stated floor is among the others.
    return [one for one in fits if not one.model.endswith("estimated_floor") or one.beta[0] > 0]


def _choose(fits: Sequence[DecayFit], flat: DecayFit) -> tuple[DecayFit | None, list[Finding]]:
    best = min(fits, key=lambda one: one.aicc)
    if flat.aicc <= best.aicc or best.beta[-1] <= 0:
        what = "no fall can be seen" if flat.aicc <= best.aicc else "the scores rise"
        message = f"Over the time that was observed {what}: a half-life cannot be given."
        return None, [remark("no-decay", message, "Measure later, or ask for the change.")]
    if best.at_the_end:
        message = "The scores fall, but too quickly or too slowly for a half-life to be told from these times."
        return None, [remark("half-life-out-of-reach", message, "Ask for the change; measure at other times.")]
    found = []
    for other in fits:
        if other is not best and other.aicc - best.aicc < 2:
            message = (
                f"{best.model} and {other.model} fit alike (AICc {best.aicc:.1f} and {other.aicc:.1f}); their "
                f"half-lives are {np.exp(best.log_half_life):.3g} and {np.exp(other.log_half_life):.3g}."
            )
            found.append(remark("models-alike", message, "Report both; measure where they part."))
    last = float(best.data.time.max())
    if np.exp(best.log_half_life) > last:
        message = f"The half-life lies beyond the last measurement ({last:g}): it is an extrapolation."
        found.append(remark("extrapolated", message, "Report what is retained at times that were observed."))
    return best, found


def _half_lives(
    fits: Sequence[DecayFit], chosen: DecayFit | None, asked: _Asked, found: list[Finding]
) -> list[Estimate]:
    rows = len(fits[0].data.score)
    estimates: list[Estimate] = []
    best = min(one.aicc for one in fits)
    for one in fits:
        ends: tuple[float, float] = (float("nan"), float("nan"))
        usable = one.beta[-1] > 0 and not one.at_the_end
        near = usable and one.aicc < best + _FAR
        if near:
            ends = one.half_life_interval(asked.level)
        way = "profile likelihood" if one.data.cluster is None else "Wald on the logarithm, robust to clusters"
        how = f"{one.model}; {way}, {asked.level:.0%}" if near else f"{one.model}; fits far worse, no interval"
        value = float(np.exp(one.log_half_life)) if usable else None
        told = Estimate(f"half_life[{one.model}]", value, *ends, one.data.learners, how)
        if one is chosen:
            estimates.insert(0, Estimate("half_life", value, *ends, one.data.learners, f"lowest AICc: {how}"))
            if not np.isfinite(ends).all():
                message = "The half-life is known on one side only: the data fit a much longer or shorter one as well."
                found.append(remark("open-interval", message, "Measure at more times."))
        estimates += [told, Estimate(f"aicc[{one.model}]", one.aicc, None, None, rows, "maximum likelihood")]
    if chosen is not None and chosen.model.endswith("estimated_floor"):
        floor = float(chosen.beta[0])
        ends = chosen.interval_of(lambda fit: float(fit.beta[0]), asked.level)
        how = f"delta method, {asked.level:.0%}"
        told = Estimate("floor", floor + asked.floor, ends[0] + asked.floor, ends[1] + asked.floor, rows, how)
        estimates.append(told)
    return estimates


def _over_time(
    data: pd.DataFrame, chosen: DecayFit | None, time: str, value: str, asked: _Asked, found: list[Finding]
) -> list[Estimate]:
    counts = data[time].value_counts().sort_index()
    usual = [float(one) for one in counts[counts >= 5].index]
    if len(usual) < 2:  # each learner has days of their own
        usual = [float(np.round(one)) for one in np.quantile(data[time].unique(), [0, 0.25, 0.5, 0.75, 1])]
    times = list(dict.fromkeys(float(one) for one in asked.at)) or list(dict.fromkeys(usual[:12]))
    last = float(data[time].max())
    late = [one for one in times if one > last]
    if late:
        message = f"Nobody was measured as late as {late[0]:g} (the last is {last:g}): no number is given for it."
        found.append(remark("beyond-observation", message, "Ask for an earlier time."))
    estimates = []
    for one in times:
        if one > last:
            continue
        if chosen is not None:
            estimates += _fitted(chosen, one, asked)
        scores = data.loc[data[time] == one, value].to_numpy(dtype=float)
        if len(scores) >= 5:
            estimates += _observed(scores, one, asked)
    return estimates


def _fitted(fit: DecayFit, time: float, asked: _Asked) -> list[Estimate]:
    level, n = asked.level, fit.data.learners
    low, high = fit.interval_of(lambda one: one.mean(time), level)
    how = f"{fit.model}; delta method, {level:.0%}"
    mean = fit.mean(time) + asked.floor
    estimates = [Estimate(f"retained[{time:g}]", mean, low + asked.floor, high + asked.floor, n, how)]
    mark = asked.pass_mark
    if mark is not None:

        def above(one: DecayFit) -> float:
            return (one.mean(time) + asked.floor - mark) / one.spread(time)

        low, high = fit.interval_of(above, level)
        ends = (float(stats.norm.cdf(low)), float(stats.norm.cdf(high)))
        how = f"normal scores around the curve; probit scale, {level:.0%}"
        estimates.append(Estimate(f"share_at_pass[{time:g}]", float(stats.norm.cdf(above(fit))), *ends, n, how))
    return estimates


def _observed(scores: Numbers, time: float, asked: _Asked) -> list[Estimate]:
    n, level = len(scores), asked.level
    interval = t_interval(float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(n)), n - 1, level)
    estimates = [
        Estimate(f"observed_mean[{time:g}]", float(scores.mean()), *interval, n, f"those who came; t, {level:.0%}")
    ]
    if asked.pass_mark is not None:
        passed = int((scores >= asked.pass_mark).sum())
        share = stats.binomtest(passed, n).proportion_ci(level, method="wilson")
        how = f"those who came; Wilson, {level:.0%}"
        estimates.append(Estimate(f"share_at_pass_observed[{time:g}]", passed / n, share.low, share.high, n, how))
    return estimates


def _sentence(estimates: Sequence[Estimate], chosen: DecayFit | None, asked: _Asked, time: str) -> str:
    known = {one.name: one for one in estimates}
    if chosen is None:
        return "A half-life cannot be given; the findings say why."
    main = known["half_life"]
    ends = [("?" if one is None or not np.isfinite(one) else f"{one:.3g}") for one in (main.low, main.high)]
    sentence = (
        f"Half of what can be lost is gone after {main.estimate:.3g} {time} "
        f"({100 * asked.level:.0f} % interval {ends[0]} to {ends[1]}; {main.n} learners)"
    )
    shares = [one for one in estimates if one.name.startswith("share_at_pass[")]
    if not shares:
        return sentence + "."
    last = shares[-1]
    return (
        f"{sentence}; at {last.name[14:-1]} {time}, {100 * (last.estimate or 0):.0f} % would still pass "
        f"({100 * (last.low or 0):.0f} to {100 * (last.high or 0):.0f} %)."
    )
