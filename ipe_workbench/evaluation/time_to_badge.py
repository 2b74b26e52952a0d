"""Time to badge: what share has earned it by when, where withdrawing ends the chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, Test, left_out, not_estimable, remark, status_of
from ipe_workbench.evaluation.hazards import hazard_ratios
from ipe_workbench.evaluation.tidy_files import named, numbers, repeated_learner, require_columns
from ipe_workbench.findings import Finding

__all__ = ["cumulative_incidence", "estimate_time_to_badge"]

FEWEST = 10
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Learners:
    duration: Numbers
    kind: NDArray[np.intp]  # 0 still under way (censored), 1 the badge, 2 a competing end
    entry: Numbers
    cluster: NDArray[Any] | None = None


def estimate_time_to_badge(
    frame: pd.DataFrame,
    *,
    duration: str = "days",
    status: str = "status",
    event: str = "badge",
    competing: Sequence[str] = (),
    entry: str | None = None,
    at: Sequence[float] = (),
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    level: float = 0.95,
) -> Analysis:
    """Cumulative incidence of a badge with withdrawal as a competing event; hazard ratios on request.

    Parameters
    ----------
    frame : DataFrame
        One row a learner.
    duration : str
        Column with the time under observation, from the start (any unit).
    status : str
        Column with how it ended.
    event : str
        The status that means that the badge was earned.
    competing : sequence of str
        Statuses after which it can no longer be earned, such as ``withdrawn``. Every other status is censoring: the
        term ended, the learner is still under way.
    entry : str, optional
        Column with the time at which a learner came under observation (left truncation).
    at : sequence of float
        Times at which to report; by default the quarters of the observed time.
    covariates : sequence of str
        Columns for a Cox model of the cause-specific hazard of the badge.
    cluster : str, optional
        Column such as the team; intervals then allow for it (jackknife over clusters, robust errors of the Cox model).
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``incidence[TIME]`` (share that has earned the badge by then), ``competing_incidence[TIME]``, ``median_time``
        (when half of all who began have earned it; null if never), ``hazard_ratio[COLUMN]`` for covariates, with tests
        that it is the same all along (Schoenfeld residuals). 1 minus Kaplan-Meier, which overstates attainment, is not
        given.

    Raises
    ------
    UnusableInputError
        When a column is missing, a time is no number or negative, or no status is the event.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 1978;5:141. Variance by the delta method, as Marubini E, Valsecchi MG. Analysing
    Survival Data, 1995, section 10.3; interval on the complementary log-log scale. Why not Kaplan-Meier: Gooley TA et
    al. Stat Med 1999;18:695.

    Examples
    --------
    >>> frame = pd.DataFrame({"days": [5, 8, 12, 12, 15, 20, 22, 30, 30, 30],
    ...     "status": ["badge", "withdrawn", "badge", "badge", "withdrawn", "badge", "badge"] + ["enrolled"] * 3})
    >>> result = estimate_time_to_badge(frame, competing=["withdrawn"], at=[15, 30])
    >>> [round(result[f"incidence[{time}]"].estimate, 2) for time in (15, 30)]
    [0.3, 0.5]
    """
    require_columns(frame, [duration, status, *(one for one in (entry, cluster) if one), *covariates])
    names = frame[status].dropna().astype(str).str.strip().unique()
    event, *competing = (named(one, names) or one for one in (event, *competing))
    learners, used, missing = _learners(frame, duration, status, event, competing, entry, cluster)
    refused, found = _look(learners, used, status, event, competing)
    if refused:
        return not_estimable("time-to-badge", [refused, *found], missing)
    curve = cumulative_incidence(learners.duration, learners.kind, learners.entry, level=level)
    times = [float(one) for one in at] or _quarters(learners)
    last = float(learners.duration.max())
    late = [one for one in times if one > last]
    if late:
        message = f"Nobody was observed as long as {late[0]:g} (the longest is {last:g})."
        beyond = remark("beyond-observation", message, "Ask for an earlier time.")
        if len(late) == len(times):
            return not_estimable("time-to-badge", [replace(beyond, severity="error"), *found], missing)
        found.append(beyond)
    found += _clustering(learners, frame, cluster) + left_out(missing["no_time_or_status"], len(frame), "learners")
    empty = int((frame[status].isna() & frame[duration].notna()).sum())
    if empty and not (learners.kind == 0).any():
        message = f"{empty} learners have no status and are left out, and nobody else is still under way."
        mend = "If no status means under way, write that word there; without them the share is too large."
        found.append(remark("empty-status", message, mend))
    n, how = len(learners.duration), f"Aalen-Johansen; complementary log-log, {level:.0%}"
    if learners.cluster is not None:
        curve, how = _clustered(curve, learners, level), f"{how}, jackknife over clusters"
    estimates = [_at(curve, "incidence", "", time, n, how) for time in times if time <= last]
    if (learners.kind == 2).any():
        estimates += [_at(curve, "competing_incidence", "competing_", time, n, how) for time in times if time <= last]
    estimates.append(_median(curve, n))
    tests: list[Test] = []
    if covariates:
        ratios, tests, more = hazard_ratios(
            used, covariates, duration=learners.duration, earned=learners.kind == 1, entry=learners.entry,
            cluster=learners.cluster, level=level,
        )  # fmt: skip
        estimates += ratios
        found += more
    status = status_of(found)
    sentence = _sentence(estimates, learners, level)
    model = "cumulative incidence with competing events"
    return Analysis("time-to-badge", estimates, status, found, sentence, model, tests, missing)


def cumulative_incidence(
    duration: Numbers, kind: NDArray[np.intp], entry: Numbers | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    """The curves of both events.

    Parameters
    ----------
    duration : array (n,)
    kind : array of int (n,)
        0 censored, 1 the event, 2 a competing event.
    entry : array (n,), optional
        When each came under observation; at zero, that is from the start, by default.
    level : float
        Of the interval of the event.

    Returns
    -------
    DataFrame
        One row for each time at which something happened: ``time, at_risk, free`` (share with neither), ``incidence,
        se, low, high`` and ``competing_incidence, competing_se, competing_low, competing_high``.

    Examples
    --------
    >>> curve = cumulative_incidence(np.array([1., 2, 3, 4]), np.array([1, 2, 0, 1]))
    >>> curve["incidence"].tolist(), curve["at_risk"].tolist()
    ([0.25, 0.25, 0.75], [4, 3, 1])
    """
    # Who did not enter late is at risk from the start, and so on the very first day, too.
    began = np.full(len(duration), -np.inf) if entry is None else np.where(entry > 0, entry, -np.inf)
    times = np.unique(duration[kind > 0])
    # At risk at t: came before t and still there at t.
    at_risk = np.searchsorted(np.sort(began), times, side="left") - np.searchsorted(
        np.sort(duration), times, side="left"
    )
    counts = [np.searchsorted(np.sort(duration[kind == k]), times, side="right") for k in (1, 2)]
    events = [np.diff(one, prepend=0).astype(float) for one in counts]
    both = events[0] + events[1]
    free = np.cumprod(1 - both / at_risk)
    before = np.concatenate([[1.0], free[:-1]])
    columns: dict[str, Any] = {"time": times, "at_risk": at_risk, "free": free}
    for name, own in (("", events[0]), ("competing_", events[1])):
        incidence = np.minimum(np.cumsum(before * own / at_risk), 1.0)
        se = np.sqrt(_delta_variance(incidence, before, own, both, at_risk.astype(float)))
        low, high = _cloglog(incidence, se, level)
        columns |= {f"{name}incidence": incidence, f"{name}se": se, f"{name}low": low, f"{name}high": high}
    return pd.DataFrame(columns)


def _delta_variance(incidence: Numbers, before: Numbers, own: Numbers, both: Numbers, at_risk: Numbers) -> Numbers:
    """Var F(t) = sum over s <= t of three terms; expanded in F(t), so that running sums suffice."""
    with np.errstate(all="ignore"):
        greenwood = np.where(at_risk > both, both / (at_risk * (at_risk - both)), 0.0)
    single = before**2 * own * (at_risk - own) / at_risk**3
    cross = before * own / at_risk**2
    return np.asarray(
        np.maximum(
            incidence**2 * np.cumsum(greenwood)
            - 2 * incidence * np.cumsum(incidence * greenwood)
            + np.cumsum(incidence**2 * greenwood)
            + np.cumsum(single)
            - 2 * (incidence * np.cumsum(cross) - np.cumsum(incidence * cross)),
            0.0,
        )
    )


def _cloglog(share: Numbers, se: Numbers, level: float) -> tuple[Numbers, Numbers]:
    with np.errstate(all="ignore"):
        centre = np.log(-np.log(1 - share))
        reach = stats.norm.ppf(0.5 + level / 2) * se / ((1 - share) * -np.log(1 - share))
        low, high = (1 - np.exp(-np.exp(one)) for one in (centre - reach, centre + reach))
    inside = (share > 1e-12) & (share < 1 - 1e-12)  # at both ends the scale has no interval
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _learners(
    frame: pd.DataFrame,
    duration: str,
    status: str,
    event: str,
    competing: Sequence[str],
    entry: str | None,
    cluster: str | None,
) -> tuple[_Learners, pd.DataFrame, dict[str, int]]:
    data = frame.assign(**{duration: numbers(frame, duration)})
    data["_entry"] = numbers(frame, entry) if entry else 0.0
    known = data[duration].notna() & data[status].notna() & data["_entry"].notna()
    used = data[known & data[cluster].notna()] if cluster else data[known]
    if (used[duration] < 0).any():
        row = int(np.flatnonzero((data[duration] < 0).to_numpy())[0])
        raise UnusableInputError(
            f"The duration {data[duration].iloc[row]:g} is negative.", place=f"row {row + 2}", mend="Check the dates."
        )
    names = used[status].astype(str).str.strip()
    if event in competing:
        raise UnusableInputError(f"`{event}` cannot be the event and compete with it.", mend="Name another.")
    kind = np.where(names == event, 1, np.where(names.isin(list(competing)), 2, 0)).astype(np.intp)
    learners = _Learners(
        used[duration].to_numpy(dtype=float),
        kind,
        used["_entry"].to_numpy(dtype=float),
        used[cluster].astype(str).to_numpy() if cluster else None,
    )
    return learners, used, {"no_time_or_status": len(frame) - len(used)}


def _look(
    learners: _Learners, used: pd.DataFrame, status: str, event: str, competing: Sequence[str]
) -> tuple[Finding | None, list[Finding]]:
    names = sorted(used[status].astype(str).str.strip().unique())
    shown = ", ".join(names[:8]) or "none at all"
    if not (learners.kind == 1).any():
        return remark("no-event", f"Nobody has the status `{event}` (found: {shown}).", "Name the event.", "error"), []
    if learners.cluster is not None and len(np.unique(learners.cluster)) < 2:
        return remark("one-cluster", "All learners are in one cluster.", "Leave the cluster out.", "error"), []
    twice = repeated_learner(used)
    if twice:
        return remark("duplicate-learner", twice, "Keep the rows of one badge.", "error"), []
    if len(learners.kind) < FEWEST:
        return remark("too-few", f"Only {len(learners.kind)} learners; {FEWEST} are the least.", "", "error"), []
    found = []
    absent = [one for one in competing if one not in names]
    if absent:
        found.append(remark("no-competing", f"Nobody has the status `{absent[0]}`.", f"Found: {shown}."))
    other = [one for one in names if one != event and one not in competing]
    if len(other) > 1 or (other and not competing):
        message = f"Counted as censored (could still earn it): {', '.join(other[:6])}."
        found.append(remark("censored", message, "Name those who can no longer earn it as competing.", "info"))
    if (learners.entry >= learners.duration).any() and (learners.entry > 0).any():
        late = int(((learners.entry >= learners.duration) & (learners.entry > 0)).sum())
        return remark("entry-after-end", f"{late} learners entered after their end.", "Check the dates.", "error"), []
    return None, found


def _clustering(learners: _Learners, frame: pd.DataFrame, cluster: str | None) -> list[Finding]:
    if learners.cluster is None:
        if "team" not in frame.columns:
            return []
        message = "Learners share a team, and the intervals do not allow for it; they may be too narrow."
        return [remark("clustering-ignored", message, "Name it: cluster team.")]
    clusters = len(np.unique(learners.cluster))
    if clusters >= 30:
        return []
    message = f"Only {clusters} clusters: intervals that allow for them are too narrow below about 30."
    return [remark("few-clusters", message, "Read them as too narrow.")]


def _clustered(curve: pd.DataFrame, learners: _Learners, level: float) -> pd.DataFrame:
    """The curve with intervals from leaving out one cluster at a time."""
    times = curve["time"].to_numpy()
    codes = np.unique(learners.cluster, return_inverse=True)[1] if learners.cluster is not None else np.empty(0, int)
    groups = int(codes.max()) + 1
    told = curve.copy()
    without = []
    for one in range(groups):
        keep = codes != one
        part = cumulative_incidence(learners.duration[keep], learners.kind[keep], learners.entry[keep], level=level)
        rows = np.searchsorted(part["time"].to_numpy(), times, side="right") - 1
        without.append([np.where(rows >= 0, part[f"{name}incidence"].to_numpy()[np.maximum(rows, 0)], 0.0)
                        for name in ("", "competing_")])  # fmt: skip
    t = float(stats.t.ppf(0.5 + level / 2, groups - 1)) / float(stats.norm.ppf(0.5 + level / 2))
    for i, name in enumerate(("", "competing_")):
        drawn = np.array([one[i] for one in without])
        se = np.sqrt((groups - 1) / groups * ((drawn - drawn.mean(axis=0)) ** 2).sum(axis=0))
        low, high = _cloglog(curve[f"{name}incidence"].to_numpy(), t * se, level)
        told = told.assign(**{f"{name}se": se, f"{name}low": low, f"{name}high": high})
    return told


def _quarters(learners: _Learners) -> list[float]:
    last = float(learners.duration.max())
    return [round(last * share, 6) for share in (0.25, 0.5, 0.75, 1.0)]


def _at(curve: pd.DataFrame, name: str, prefix: str, time: float, n: int, how: str) -> Estimate:
    rows = curve[curve["time"] <= time]
    label = f"{name}[{time:g}]"
    if rows.empty:
        return Estimate(label, 0.0, None, None, n, how)
    row = rows.iloc[-1]
    return Estimate(label, row[f"{prefix}incidence"], row[f"{prefix}low"], row[f"{prefix}high"], n, how)


def _median(curve: pd.DataFrame, n: int) -> Estimate:
    def reached(column: str) -> float | None:
        rows = curve[curve[column] >= 0.5 - 1e-12]
        return None if rows.empty else float(rows["time"].iloc[0])

    # A larger share is reached earlier, so the ends of the interval change places.
    how = "time at which the incidence, and each end of its interval, reaches one half"
    return Estimate("median_time", reached("incidence"), reached("high"), reached("low"), n, how)


def _sentence(estimates: list[Estimate], learners: _Learners, level: float) -> str:
    last = next(one for one in reversed(estimates) if one.name.startswith("incidence["))
    n, withdrawn = len(learners.kind), int((learners.kind == 2).sum())
    sentence = f"By {last.name[10:-1]}, {100 * (last.estimate or 0):.0f} % of the {n} learners had earned the badge"
    if last.low is not None and last.high is not None and np.isfinite(last.low):
        sentence += f" ({100 * level:.0f} % interval {100 * last.low:.0f} to {100 * last.high:.0f} %)"
    return sentence + (f"; {withdrawn} could no longer earn it." if withdrawn else ".")
