"""The ways that learners took: which step followed which, how long it took, and what may be shown of it."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.process_privacy import END, START, uncertain
from ipe_workbench.evaluation.tidy_files import require_columns
from ipe_workbench.records.privacy import TOTAL, Counts, suppress
from ipe_workbench.records.privacy.counts import Cell
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["ProcessMap", "map_process", "read_events"]


@dataclass(frozen=True)
class ProcessMap:
    """Which step followed which, over all learners.

    Parameters
    ----------
    transitions : DataFrame
        ``from, to, count, learners, days_q1, days_median, days_q3``; from ``(start)`` and to ``(end)`` without days.
        True counts, not for publication.
    activities : DataFrame
        ``activity, count, learners, position``: the mean place in a learner's path, from 1. Not for publication.
    variants : DataFrame
        ``path`` (a tuple of activities) and ``learners``, most frequent first. Not for publication.
    hidden : frozenset of (from, to)
        Steps that may not be shown: too few learners, or they would give such a step away.
    hidden_activities : frozenset of str
        Activities whose own number may not be shown.
    threshold : int
        The least number that is shown.
    """

    transitions: pd.DataFrame
    activities: pd.DataFrame
    variants: pd.DataFrame
    hidden: frozenset[tuple[str, str]]
    hidden_activities: frozenset[str]
    threshold: int

    @property
    def published(self) -> pd.DataFrame:
        """The steps that may be shown, most frequent first: ``from, to, count, days_q1, days_median, days_q3``."""
        pairs = zip(self.transitions["from"], self.transitions["to"], strict=True)
        shown = self.transitions[[pair not in self.hidden for pair in pairs]]
        return shown.drop(columns="learners").reset_index(drop=True)

    def to_networkx(self) -> nx.DiGraph[str]:
        """The steps that may be shown as a graph: edges with ``count``, ``days_median``, nodes with ``count``.

        Examples
        --------
        >>> events = pd.DataFrame({"learner": [1, 1, 2, 2] * 9, "credential": list("abab") * 9, "on": ["2026-01-01",
        ...     "2026-02-01"] * 18}).assign(learner=lambda f: [n // 2 for n in f.index])
        >>> graph = map_process(read_events(events)).to_networkx()
        >>> graph.edges["a", "b"]["count"], graph.edges["a", "b"]["days_median"]
        (18, 31.0)
        """
        graph: nx.DiGraph[str] = nx.DiGraph()
        for node in self.activities.to_dict("records"):
            if node["activity"] not in self.hidden_activities:
                graph.add_node(node["activity"], count=int(node["count"]), position=float(node["position"]))
        for step in self.published.to_dict("records"):
            graph.add_edge(step["from"], step["to"], count=int(step["count"]), days_median=float(step["days_median"]))
        return graph


def read_events(
    frame: pd.DataFrame,
    *,
    learner: str = "learner",
    activity: str = "credential",
    time: str = "on",
    profession: str | None = None,
) -> pd.DataFrame:
    """Events in order: ``learner, activity, time, profession, tied``, a learner's events together.

    Events of one learner at the same time have no order; they stand in the order in which most learners took them, and
    are `tied`.

    Raises
    ------
    UnusableInputError
        When a column is missing or a time cannot be read.

    Examples
    --------
    >>> days = ["2026-02-01", "2026-01-01"]
    >>> read_events(pd.DataFrame({"learner": ["x", "x"], "credential": ["b", "a"], "on": days}))["activity"].tolist()
    ['a', 'b']
    """
    require_columns(frame, [learner, activity, time, *([profession] if profession else [])])
    data = pd.DataFrame({"learner": frame[learner], "activity": frame[activity], "time": _times(frame, time)})
    data["profession"] = frame[profession] if profession else None
    data = data.dropna(subset=["learner", "activity", "time"]).astype({"learner": str, "activity": str})
    if data.empty:
        data["rank"] = []
    else:
        data["rank"] = data["activity"].map(data.groupby("activity")["time"].median())
    data = data.sort_values(["learner", "time", "rank", "activity"], kind="stable").drop(columns="rank")
    data["tied"] = data.duplicated(["learner", "time"], keep=False)
    data.attrs["not_complete"] = len(frame) - len(data)
    return data.reset_index(drop=True)


def map_process(events: pd.DataFrame, *, threshold: int = THRESHOLD) -> ProcessMap:
    """Count which step follows which, and hide what too few learners did.

    Parameters
    ----------
    events : DataFrame
        As `read_events` gives them.
    threshold : int
        The least number of learners that is shown.

    Notes
    -----
    The matrix of steps is protected with its row and column sums, which are the counts of the activities: a reader can
    subtract. Every activity is left as often as it is reached, which a reader knows, too (`uncertain`).

    References
    ----------
    van der Aalst WMP. Process Mining, 2nd ed. 2016, doi 10.1007/978-3-662-49851-4, chapter 6.
    """
    steps = _steps(events)
    grouped = steps.groupby(["from", "to"], sort=False)
    quartiles = grouped["days"].quantile(np.array([0.25, 0.5, 0.75])).unstack()
    quartiles.columns = ["days_q1", "days_median", "days_q3"]
    table = grouped.agg(count=("learner", "size"), learners=("learner", "nunique")).join(quartiles).reset_index()
    table = table.sort_values(["count", "from", "to"], ascending=[False, True, True], ignore_index=True)
    place = events.groupby("learner").cumcount() + 1
    activities = (
        events.assign(position=place)
        .groupby("activity")
        .agg(count=("learner", "size"), learners=("learner", "nunique"), position=("position", "mean"))
        .sort_values("position", kind="stable")
        .reset_index()
    )
    paths = events.groupby("learner")["activity"].agg(tuple)
    variants = paths.value_counts().rename_axis("path").rename("learners").reset_index()
    hidden, sums = _protected(table, threshold)
    return ProcessMap(table, activities, variants, hidden, sums, threshold)


def _times(frame: pd.DataFrame, time: str) -> pd.Series[pd.Timestamp]:
    cells = frame[time]
    if pd.api.types.is_numeric_dtype(cells):
        raise UnusableInputError(
            f"Column `{time}` holds numbers, not days.", place=str(frame.attrs.get("file", "the table")),
            mend="Write days as 2026-09-30.",
        )  # fmt: skip
    read = pd.to_datetime(cells, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
    bad = np.flatnonzero((cells.notna() & (cells.astype(str).str.strip() != "") & read.isna()).to_numpy())
    if bad.size:
        raise UnusableInputError(
            f"`{str(cells.iloc[bad[0]])[:40]}` in column `{time}` is no day.",
            place=f"{frame.attrs.get('file', 'the table')}:{bad[0] + 2}", mend="Write days as 2026-09-30.",
        )  # fmt: skip
    return read


def _steps(events: pd.DataFrame) -> pd.DataFrame:
    """One row a step of a learner, from ``(start)`` to ``(end)``; days are missing at both ends."""
    whose = events["learner"]
    before = whose.shift() == whose
    days = (events["time"] - events["time"].shift()).dt.total_seconds() / 86400
    inner = pd.DataFrame({
        "learner": whose, "from": events["activity"].shift().where(before, START), "to": events["activity"],
        "days": days.where(before),
    })  # fmt: skip
    last = events[whose != whose.shift(-1)]
    ends = pd.DataFrame({"learner": last["learner"], "from": last["activity"], "to": END, "days": np.nan})
    return pd.concat([inner, ends], ignore_index=True)


def _protected(table: pd.DataFrame, threshold: int) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """Steps and activities whose counts may not be shown."""
    cells = table[["from", "to", "count"]]
    rows = cells.groupby("from", as_index=False)["count"].sum().assign(to=TOTAL)
    columns = cells.groupby("to", as_index=False)["count"].sum().assign(**{"from": TOTAL})
    whole = pd.DataFrame([{"from": TOTAL, "to": TOTAL, "count": int(cells["count"].sum())}])
    counts = Counts(pd.concat([cells, rows, columns, whole])[["from", "to", "count"]])
    # A step that few learners made often is as private as one that few made once.
    few = table.loc[(table["learners"] < threshold) & (table["count"] >= threshold), ["from", "to"]]
    also: frozenset[Cell] = frozenset(_cell(a, b) for a, b in few.itertuples(index=False))
    while True:
        hidden = frozenset(suppress({"steps": counts}, threshold=threshold, also=also).hidden)
        twins = frozenset(_twin(cell) for cell in hidden if len(cell) == 1)
        if twins <= hidden:
            break
        also |= twins
    pairs = {(dict(cell)["from"], dict(cell)["to"]) for cell in hidden if len(cell) == 2}
    sums = {value for cell in hidden if len(cell) == 1 for _, value in cell} - {START, END}
    return uncertain(table, pairs, sums, threshold)


def _cell(start: str, end: str) -> Cell:
    return frozenset({("from", start), ("to", end)})


def _twin(cell: Cell) -> Cell:
    """The other sum with the same count: an activity is left as often as reached, and starts are as many as ends."""
    ((side, name),) = cell
    other = {START: END, END: START}.get(name, name)
    return frozenset({("to" if side == "from" else "from", other)})
