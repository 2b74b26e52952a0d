"""Process: the ways that learners really took, against the design; waiting, detours, and where they stop."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.process_conformance import check_awards, needed_for, terms_fit
from ipe_workbench.evaluation.process_map import ProcessMap, map_process, read_events
from ipe_workbench.evaluation.process_privacy import END, START
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["ProcessStudy", "study_process"]

FEWEST = 20
_PROBLEM_WORDS = {
    "not-for-profession": "is not meant for the learner's profession",
    "too-early": "came before its prerequisites",
    "expired-prerequisite": "came when a prerequisite had expired",
    "before-term": "came before its term",
}


@dataclass(frozen=True)
class ProcessStudy:
    """The analysis, the map of steps, and each award against the design.

    Parameters
    ----------
    analysis : Analysis
        Small counts are hidden in it.
    map : ProcessMap, optional
        None when there are too few learners.
    awards : DataFrame
        With a programme: every award with ``problem``, ``eligible``, ``after_term`` (see `check_awards`). Of persons:
        not for publication.
    """

    analysis: Analysis
    map: ProcessMap | None = None
    awards: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


def study_process(
    frame: pd.DataFrame,
    *,
    programme: Programme | None = None,
    goal: str | None = None,
    ends: Collection[str] = (),
    learner: str = "learner",
    activity: str = "credential",
    time: str = "on",
    profession: str | None = None,
    today: datetime.date | None = None,
    idle_days: int = 180,
    threshold: int = THRESHOLD,
    level: float = 0.95,
) -> ProcessStudy:
    """Which step followed which and how long it took; awards against the design; detours; where learners stop.

    Parameters
    ----------
    frame : DataFrame
        One row an event, such as an award: the columns of the records' frame ``awards``.
    programme : Programme, optional
        The design to compare with; activities are then ids of its credentials and stacks.
    goal : str, optional
        A stack or credential: who has it is through, and what does not count toward it is a detour.
    ends : collection of str
        Without a goal: activities that end a way.
    learner, activity, time, profession : str
        Columns.
    today : date, optional
        The day of the question; the last day of the events otherwise.
    idle_days : int
        A learner who is not through and had no event for so long has stopped.
    threshold : int
        Smaller counts are hidden, and what would give them away.
    level : float
        Of the intervals.

    Returns
    -------
    ProcessStudy
        ``step[A>B]``: of the times that A was left, the share that went to B (Wilson), ``days[A>B]``: the median with
        quartiles as low and high; ``path[...]``: the most frequent whole ways, to the nearest `threshold` learners;
        ``repeats``: learners who did an activity again. With a programme: ``conforming_awards``,
        ``conforming_learners``, ``problem[KIND]``, ``problem[BADGE]``, ``late[BADGE]`` (after its term),
        ``waiting[BADGE]`` (median days from being eligible to the award, quartiles). With a goal or ends: ``through``,
        ``stopped``, ``under_way``, ``stopped_after[A]``; with a goal ``detours``: learners with a badge that does not
        count toward it.

    Raises
    ------
    UnusableInputError
        When a column is missing or a day cannot be read.
    UnknownNameError
        When the goal is not in the programme.

    References
    ----------
    van der Aalst WMP. Process Mining, 2nd ed. 2016, doi 10.1007/978-3-662-49851-4.

    Examples
    --------
    >>> rows = [(n, b, f"2026-0{1 + i}-0{1 + n % 5}") for n in range(60) for i, b in enumerate("ab" if n % 3 else "ba")]
    >>> study = study_process(pd.DataFrame(rows, columns=["learner", "credential", "on"]))
    >>> round(study.analysis["step[a>b]"].estimate, 2), study.map.to_networkx().number_of_edges()
    (0.67, 6)
    """
    if programme is not None and goal is not None and goal not in (*programme.credentials, *programme.stacks):
        known = (*programme.stacks, *programme.credentials)
        raise UnknownNameError(f"`{goal}` is neither a stack nor a credential.", mend=near_names(goal, known))
    events = read_events(frame, learner=learner, activity=activity, time=time, profession=profession)
    missing = {"not_complete": int(events.attrs["not_complete"])}
    people = events["learner"].nunique()
    if people < max(FEWEST, threshold) or events["activity"].nunique() < 2:
        message = f"Only {people} learners and {events['activity'].nunique()} activities have events."
        few = remark("too-few", message, f"{FEWEST} learners and two activities are the least.", "error")
        return ProcessStudy(not_estimable("process", [few], missing))
    mapped = map_process(events, threshold=threshold)
    shares = _Shares(threshold, level, mapped.hidden_activities)
    found = _log_findings(events, mapped)
    rows = [*_steps(mapped, level), *_ways(mapped, people)]
    again = events.duplicated(["learner", "activity"], keep=False)
    rows += shares.of("repeats", events.loc[again, "learner"].nunique(), people, "learners who did an activity again")
    awards = pd.DataFrame()
    if programme is not None:
        fits = terms_fit(events, programme)
        awards = check_awards(events, programme, terms=fits)
        rows += _conformance(awards, shares)
        found += _design_findings(awards, programme, fits=fits)
        if goal is not None:
            counted = needed_for(programme, goal)
            off = events.loc[~events["activity"].isin(counted), "learner"].nunique()
            rows += shares.of("detours", off, people, f"learners with a badge that does not count toward {goal}")
    last = {goal} if goal is not None else set(ends)
    if last:
        rows += _endings(events, last, today, idle_days, shares)
    missing["hidden_cells"] = shares.hidden + len(mapped.hidden)
    if missing["hidden_cells"]:
        hides = f"fewer than {threshold} learners, or they would give such a count away"
        message = f"{missing['hidden_cells']} counts are hidden: {hides}."
        found.append(remark("small-cells", message, "", "info"))
    sentence = _sentence(rows, mapped, people)
    model = "directly-follows counts" + ("; awards against the programme's rules" if programme is not None else "")
    return ProcessStudy(
        Analysis("process", rows, status_of(found), found, sentence, model, (), missing), mapped, awards
    )


class _Shares:
    """Shares of learners or awards, none of them with a small count on either side or to be worked out from others."""

    def __init__(self, threshold: int, level: float, hidden_activities: Collection[str]) -> None:
        self.threshold, self.level, self.hidden = threshold, level, 0
        self.hidden_activities = hidden_activities

    def of(self, name: str, count: int, n: int, how: str) -> list[Estimate]:
        if any(0 < one < self.threshold for one in (count, n - count)):
            self.hidden += 1
            return []
        if not n:
            return []
        ends = stats.binomtest(int(count), int(n)).proportion_ci(self.level, method="wilson")
        return [Estimate(name, count / n, float(ends.low), float(ends.high), n, f"{how}; Wilson, {self.level:.0%}")]

    def parts(self, counts: pd.Series[int]) -> set[str]:
        """The parts of a known whole that may be shown: what is hidden adds up to so much that no part is known.

        Each hidden part can be anything from none to the sum of the hidden ones, which a reader gets by subtraction.
        """
        order = counts[counts > 0].sort_values(kind="stable")
        hidden = [str(one) for one in order.index[order < self.threshold]]
        left = [str(one) for one in order.index[order >= self.threshold]]
        while hidden and (len(hidden) < 2 or int(order[hidden].sum()) < self.threshold) and left:
            hidden.append(left.pop(0))
        self.hidden += len(hidden)
        return {str(one) for one in counts.index} - set(hidden)


def _steps(mapped: ProcessMap, level: float) -> list[Estimate]:
    left = mapped.transitions.groupby("from")["count"].sum()
    rows = []
    for one in mapped.published.to_dict("records"):
        name, n = f"{one['from']}>{one['to']}", int(left[one["from"]])
        if one["from"] in mapped.hidden_activities:
            continue
        ends = stats.binomtest(int(one["count"]), n).proportion_ci(level, method="wilson")
        rows.append(Estimate(f"step[{name}]", one["count"] / n, float(ends.low), float(ends.high), n,
                             f"share of the times that {one['from']} was left; Wilson, {level:.0%}"))  # fmt: skip
        if np.isfinite(one["days_median"]):
            rows.append(Estimate(f"days[{name}]", one["days_median"], one["days_q1"], one["days_q3"], int(one["count"]),
                                 "median days; low and high are the quartiles"))  # fmt: skip
    return rows


def _ways(mapped: ProcessMap, people: int) -> list[Estimate]:
    """The most frequent ways; rounded, since a way and the steps on it tell of each other."""
    base = mapped.threshold
    rows = []
    for one in mapped.variants.head(10).itertuples():
        count = base * round(int(str(one.learners)) / base)
        if int(str(one.learners)) >= base and count:
            name = f"path[{' > '.join(map(str, one.path))}]"  # type: ignore[arg-type]
            rows.append(Estimate(name, count / people, None, None, people, f"to the nearest {base} learners"))
    return rows


def _conformance(awards: pd.DataFrame, shares: _Shares) -> list[Estimate]:
    known = awards[awards["known"].astype(bool)]
    if known.empty:
        return []
    bad = known["problem"] != ""
    clean = ~bad.groupby(known["learner"]).any()
    rows = shares.of("conforming_awards", int((~bad).sum()), len(known), "awards that the design allowed on their day")
    rows += shares.of("conforming_learners", int(clean.sum()), len(clean), "learners all of whose awards it allowed")
    wrong = known[bad]
    for column, word in (("problem", "awards"), ("activity", "its awards")):
        counts = wrong[column].value_counts()
        shown = shares.parts(counts) if rows else set()
        for name, count in counts.items():
            if str(name) in shown and name not in shares.hidden_activities:
                n = len(known) if column == "problem" else int((known["activity"] == name).sum())
                rows += shares.of(f"problem[{name}]", int(count), n, word)
    for badge, part in known.groupby("activity", sort=True):
        if badge in shares.hidden_activities:
            continue
        late = int(part["after_term"].astype(bool).sum())
        rows += shares.of(f"late[{badge}]", late, len(part), "its awards, after its last term") if late else []
        waits = (part["time"] - pd.to_datetime(part["eligible"])).dt.total_seconds().dropna() / 86400
        if len(waits) >= shares.threshold:
            low, middle, high = np.quantile(np.floor(waits.to_numpy()), [0.25, 0.5, 0.75])
            rows.append(Estimate(f"waiting[{badge}]", middle, low, high, len(waits),
                                 "median days from eligible to awarded; low and high are the quartiles"))  # fmt: skip
    return rows


def _endings(
    events: pd.DataFrame, ends: Collection[str], today: datetime.date | None, idle_days: int, shares: _Shares
) -> list[Estimate]:
    """Who is through, who is under way, who has stopped, and after what."""
    now = pd.Timestamp(today) if today is not None else events["time"].max()
    seen = events[events["time"] <= now + pd.Timedelta(days=1)]
    people = seen["learner"].nunique()
    through = set(seen.loc[seen["activity"].isin(ends), "learner"])
    last = seen.groupby("learner").tail(1).set_index("learner")
    open_ones = last[~last.index.isin(through)]
    idle = open_ones["time"] < now - pd.Timedelta(days=idle_days)
    how = f"of learners with an event by {now:%Y-%m-%d}"
    state = pd.Series("through", index=last.index)
    state[open_ones.index] = np.where(idle, "stopped", "under_way")
    counts = state.value_counts().reindex(["through", "stopped", "under_way"], fill_value=0)
    shown = shares.parts(counts)
    words = {"through": how, "stopped": f"{how}; no event for {idle_days} days", "under_way": how}
    rows: list[Estimate] = []
    for name, word in words.items():
        rows += shares.of(name, int(counts[name]), people, word) if name in shown else []
    if "stopped" not in shown:
        return rows
    stopped = open_ones.loc[idle, "activity"].value_counts()
    for activity in shares.parts(stopped) - set(shares.hidden_activities):
        reached = seen.loc[seen["activity"] == activity, "learner"].nunique()
        rows += shares.of(
            f"stopped_after[{activity}]", int(stopped[activity]), reached, f"of those who reached {activity}"
        )
    return sorted(rows, key=lambda one: (one.name.startswith("stopped_after"), -(one.estimate or 0), one.name))


def _log_findings(events: pd.DataFrame, mapped: ProcessMap) -> list[Finding]:
    found = []
    tied = float(events["tied"].mean())
    if tied > 0:
        message = f"{100 * tied:.0f} % of the events share their day with another of the same learner: no order."
        mend = "They stand in the order in which most learners took them."
        found.append(remark("same-day", message, mend, "warning" if tied > 0.25 else "info"))
    if len(mapped.variants) > 0.8 * events["learner"].nunique():
        message = f"{len(mapped.variants)} different ways: hardly two learners took the same."
        found.append(remark("many-ways", message, "Read single steps rather than whole ways.", "info"))
    return found


def _design_findings(awards: pd.DataFrame, programme: Programme, *, fits: bool) -> list[Finding]:
    found = []
    strange = sorted(set(awards.loc[~awards["known"].astype(bool), "activity"]))
    if strange:
        shown = ", ".join(strange[:5])
        message = f"{len(strange)} activities are not in {programme.id}: {shown}."
        found.append(remark("unknown-activity", message, "They are on the map, but not compared with the design."))
    if not fits:
        message = "Most events lie outside of the programme's terms: they are not compared with them."
        found.append(remark("other-terms", message, "Use the programme file of that cohort.", "info"))
    known = awards[awards["known"].astype(bool)]
    for kind, part in known[known["problem"] != ""].groupby("problem", sort=True):
        if len(part) >= max(10, 0.01 * len(known)):
            message = f"{100 * len(part) / len(known):.0f} % of the awards: the award {_PROBLEM_WORDS[str(kind)]}."
            found.append(remark(str(kind), message, "Is the rule meant so, or is the record wrong?"))
    return found


def _sentence(rows: list[Estimate], mapped: ProcessMap, people: int) -> str:
    known = {one.name: one for one in rows}
    inner = mapped.published[(mapped.published["from"] != START) & (mapped.published["to"] != END)]
    said = f"{people} learners took {len(mapped.variants)} different ways"
    if len(inner):
        top = inner.iloc[0]
        said += f"; most often {top['to']} followed {top['from']}, after {top['days_median']:.0f} days (median)"
    if "conforming_awards" in known:
        said += (
            f"; the design allowed {100 * (known['conforming_awards'].estimate or 0):.0f} % of the awards on their day"
        )
    if "stopped" in known:
        said += f"; {100 * (known['stopped'].estimate or 0):.0f} % have stopped"
    return said + "."
