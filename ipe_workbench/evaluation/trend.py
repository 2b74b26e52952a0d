"""The trend over terms: attainment of each badge and stack, means of each instrument, and where the comparison breaks.

Of a badge each learner counts once, in the term of the first attempt: the share is of those who earned it within that
term. Of a stack each learner counts once, in the term in which the time of the programme is over for who began then.
So the terms are of different learners, and a term is done when it ends. Where a rule, a form or the frames in which an
instrument was asked differ from the term before, two numbers beside each other do not measure the same: that is a
break, and nothing is compared across it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.trend_breaks import Break, breaks_of_badge, breaks_of_instrument

if TYPE_CHECKING:
    from ipe_workbench.evaluation.planned.data import PlanData

__all__ = ["Series", "Trend", "TrendPoint", "TrendTerm", "term_trend"]

Kind = Literal["badge", "stack", "instrument"]
#: Results that decide about no badge: of a whole team, or a year later.
_UNDECIDED = ("trat", "follow-up")


@dataclass(frozen=True)
class TrendTerm:
    """A term, from its first day until the day before `until`: the break after it belongs to it."""

    id: str
    title: str
    starts: str
    until: str


@dataclass(frozen=True)
class TrendPoint:
    """What a term says: learners, those with the outcome (shares only), the value with its 95 % interval.

    All but the term is missing where it is hidden.
    """

    term: str
    n: int | None
    yes: int | None
    value: float | None
    low: float | None
    high: float | None

    @property
    def hidden(self) -> bool:
        """Whether it rests on too few learners to be shown."""
        return self.n is None


@dataclass(frozen=True)
class Series:
    """One line of the trend: a badge, a stack, or a scale of an instrument in one frame.

    Parameters
    ----------
    id, title, kind
        What it is of.
    scale : (float, float)
        Ends of the values: 0 and 1 of shares.
    points : tuple of TrendPoint
        Of the terms that have one, in their order.
    breaks : tuple of Break
        Between points.
    """

    id: str
    title: str
    kind: Kind
    scale: tuple[float, float]
    points: tuple[TrendPoint, ...]
    breaks: tuple[Break, ...] = ()

    def runs(self) -> Iterator[tuple[TrendPoint, ...]]:
        """The points that may be joined by a line: no break and nothing hidden between them."""
        run: list[TrendPoint] = []
        broken = {one.term for one in self.breaks}
        for point in self.points:
            if run and (point.hidden or point.term in broken):
                yield tuple(run)
                run = []
            if not point.hidden:
                run.append(point)
        if run:
            yield tuple(run)

    def last_change(self) -> tuple[TrendPoint, TrendPoint, float, float, float] | None:
        """The last two points, where they may be compared: before, now, difference with its 95 % interval.

        Of shares by Newcombe's hybrid score interval, of means by Welch's.

        References
        ----------
        Newcombe RG. Stat Med 1998;17:873, method 10.

        Examples
        --------
        >>> points = tuple(_share(term, n, yes) for term, n, yes in (("2026", 80, 48), ("2027", 70, 56)))
        >>> _, _, *change = Series("a", "A", "badge", (0, 1), points).last_change()
        >>> [round(float(one), 4) for one in change]  # its example a: 0.2 (0.0524 to 0.3339)
        [0.2, 0.0524, 0.3339]
        """
        if len(self.points) < 2 or any(one.term == self.points[-1].term for one in self.breaks):
            return None
        before, now = self.points[-2:]
        ends = [one for point in (before, now) for one in (point.value, point.low, point.high)]
        if any(one is None for one in ends):
            return None
        first, low_1, high_1, second, low_2, high_2 = (float(one) for one in ends if one is not None)
        return before, now, *_difference((first, low_1, high_1), (second, low_2, high_2))


@dataclass(frozen=True)
class Trend:
    """Terms and series; `invented` says that no real person is in it."""

    terms: tuple[TrendTerm, ...]
    series: tuple[Series, ...]
    invented: bool = False

    def of(self, kind: Kind) -> tuple[Series, ...]:
        """The series of one kind."""
        return tuple(one for one in self.series if one.kind == kind)

    def to_frame(self) -> pd.DataFrame:
        """``kind, id, title, term, n, value, low, high, hidden, break``: one row a point."""
        rows = [
            {
                "kind": one.kind, "id": one.id, "title": one.title, "term": point.term, "n": point.n,
                "value": point.value, "low": point.low, "high": point.high, "hidden": point.hidden,
                "break": "; ".join(each.why for each in one.breaks if each.term == point.term),
            }
            for one in self.series
            for point in one.points
        ]  # fmt: skip
        columns = ["kind", "id", "title", "term", "n", "value", "low", "high", "hidden", "break"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Trend:
        """From plain JSON.

        Examples
        --------
        >>> trend = Trend((TrendTerm("a", "A", "2026-08-24", "2027-01-11"),), ())
        >>> Trend.from_dict(trend.to_dict()) == trend
        True
        """
        series = tuple(
            Series(
                one["id"], one["title"], one["kind"], (one["scale"][0], one["scale"][1]),
                tuple(TrendPoint(**each) for each in one["points"]), tuple(Break(**each) for each in one["breaks"]),
            )
            for one in told["series"]
        )  # fmt: skip
        return cls(tuple(TrendTerm(**one) for one in told["terms"]), series, bool(told["invented"]))

    def shown(self, keep: Mapping[tuple[str, str], bool]) -> Trend:
        """The trend with what may not be shown hidden; `keep` says by series and term what may."""

        def cut(series: str, point: TrendPoint) -> TrendPoint:
            return point if keep.get((series, point.term)) else TrendPoint(point.term, *[None] * 5)

        series = (replace(one, points=tuple(cut(one.id, each) for each in one.points)) for one in self.series)
        return replace(self, series=tuple(series))


def term_trend(data: PlanData, *, until: str) -> Trend:
    """The trend up to a term, with its true numbers: not for publication before `Trend.shown`.

    Parameters
    ----------
    data : PlanData
        Records and programme. Terms are the programme's and those of the records that lie beside them.
    until : str
        Id of the last term.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation.planned.data import PlanData
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="quick", title="Quick look"), seed=7)
    >>> trend = term_trend(PlanData(records, programme), until="2026-fall")
    >>> [one.id for one in trend.terms], len(trend.of("badge")), trend.of("stack")
    (['2026-fall'], 4, ())
    """
    terms = _terms(data, until)
    made = _Making(data, terms)
    series = (*made.badges(), *made.stacks(), *made.instruments())
    return Trend(terms, tuple(one for one in series if one.points), data.invented)


def _terms(data: PlanData, until: str) -> tuple[TrendTerm, ...]:
    """The programme's terms, and those of the records that overlap none of them, up to one."""
    known = [(one.start, one.end, one.id, one.title) for one in data.programme.info.terms]
    for row in data.frame("terms").dropna(subset=["starts", "ends"]).sort_values("starts").to_dict("records"):
        first, last = row["starts"].date(), row["ends"].date()
        if not any(first <= end and start <= last for start, end, _, _ in known):
            known.append((first, last, str(row["term"]), str(row["title"] or row["term"])))
    known.sort()
    rest = datetime.timedelta(weeks=26)
    edges = [start for start, *_ in known] + [known[-1][1] + rest]
    found = [
        TrendTerm(id, title, start.isoformat(), after.isoformat())
        for (start, _, id, title), after in zip(known, edges[1:], strict=True)
    ]
    last = next(place for place, one in enumerate(found) if one.id == until)
    return tuple(found[: last + 1])


@dataclass
class _Making:
    data: PlanData
    terms: tuple[TrendTerm, ...]
    _edges: Any = field(init=False)

    def __post_init__(self) -> None:
        self._edges = np.array([one.starts for one in self.terms] + [self.terms[-1].until], dtype="datetime64[s]")

    def term_of(self, days: pd.Series[Any]) -> pd.Series[Any]:
        """The term of each day; missing outside of all."""
        places = np.searchsorted(self._edges, days.to_numpy().astype("datetime64[s]"), side="right") - 1
        inside = days.notna().to_numpy() & (places >= 0) & (places < len(self.terms))
        ids = [one.id for one in self.terms]
        found = [ids[place] if there else None for place, there in zip(places, inside, strict=True)]
        return pd.Series(found, index=days.index, dtype="str")

    def badges(self) -> Iterator[Series]:
        programme = self.data.programme
        tried = self.data.frame("assessments")
        tried = tried[tried["on"].notna() & tried["credential"].notna() & ~tried["kind"].isin(_UNDECIDED)]
        decided = tried[tried["passed"].notna()]
        for id, badge in programme.credentials.items():
            own = decided[decided["credential"] == id]
            own = tried[tried["credential"] == id] if own.empty else own
            awards = self.data.earned([id])
            if own.empty:
                continue
            days = pd.concat([own[["learner", "on"]], awards[["learner", "on"]]])
            first = days.groupby("learner")["on"].min().to_frame("first")
            first["term"] = self.term_of(first["first"])
            first["earned"] = self.term_of(awards.set_index("learner")["on"].reindex(first.index))
            first = first[first["term"].notna()]
            points = self._shares(first["term"], first["earned"] == first["term"])
            found = breaks_of_badge(programme, id, points, self._designs(id, own, awards))
            yield Series(id, badge.title, "badge", (0.0, 1.0), points, found)

    def _designs(self, id: str, tried: pd.DataFrame, awards: pd.DataFrame) -> dict[str, dict[str, frozenset[str]]]:
        """By term: the versions awarded, the kinds of assessment, the rows rated."""
        rated = self.data.frame("rubric_scores")
        rated = rated[rated["assessment"].isin([id, *tried["assessment"].unique()])]
        parts = {"version": (awards, "version"), "kind": (tried, "kind"), "rows": (rated, "criterion")}
        found: dict[str, dict[str, frozenset[str]]] = {}
        for name, (frame, column) in parts.items():
            known = frame[frame[column].notna() & frame["on"].notna()]
            for term, own in known.groupby(self.term_of(known["on"])):
                # What a handful has is an exception, such as a late award by the rule of before.
                counts = own[column].value_counts(normalize=True)
                found.setdefault(str(term), {})[name] = frozenset(map(str, counts[counts >= 0.05].index))
        return found

    def stacks(self) -> Iterator[Series]:
        programme = self.data.programme
        people = self.data.learners
        length = programme.info.terms[-1].end - programme.info.terms[0].start
        due = self.term_of(people["starts"].dropna() + pd.Timedelta(length)).dropna()
        ends = {one.id: pd.Timestamp(one.until) for one in self.terms}
        for id, stack in programme.stacks.items():
            awards = self.data.earned([id])
            if awards.empty:
                continue
            on = awards.set_index("learner")["on"].reindex(due.index)
            points = self._shares(due, on < due.map(ends))
            # Before the first one nobody could earn it.
            points = points[next((at for at, one in enumerate(points) if one.yes), len(points)) :]
            versions = awards.assign(term=due.reindex(awards["learner"]).to_numpy()).dropna(subset=["term"])
            designs = {
                str(term): {"version": frozenset(map(str, own["version"].unique()))}
                for term, own in versions.groupby("term")
            }
            yield Series(id, stack.title, "stack", (0.0, 1.0), points, breaks_of_badge(programme, id, points, designs))

    def _shares(self, term: pd.Series[Any], yes: pd.Series[Any]) -> tuple[TrendPoint, ...]:
        counted = yes.groupby(term).agg(["size", "sum"])
        return tuple(
            _share(one.id, int(counted.loc[one.id, "size"]), int(counted.loc[one.id, "sum"]))  # type: ignore[arg-type]
            for one in self.terms
            if one.id in counted.index
        )

    def instruments(self) -> Iterator[Series]:
        from ipe_workbench.evaluation.instruments import list_instruments

        answers = self.data.frame("survey_responses")
        answers = answers[answers["value"].notna()]
        if answers.empty:
            return
        by_day = self.term_of(answers["on"])
        known = {one.id for one in self.terms}
        # The term that the survey names goes before the day: some answer late.
        term = answers["term"].where(answers["term"].isin(known), by_day)
        answers = answers.assign(at=term)[term.notna()]
        forms = {one.id: one for one in list_instruments(self.data.programme.folder) if not one.to_complete}
        families: dict[str, list[str]] = {}
        for id in (one for one in answers["instrument"].unique() if one in forms):
            families.setdefault(min(id, forms[id].parallel_form or id), []).append(id)
        for ids in families.values():
            yield from self._family([forms[one] for one in sorted(ids)], answers)

    def _family(self, forms: list[Any], answers: pd.DataFrame) -> Iterator[Series]:
        """Series of an instrument and its parallel form: one a scale and frame."""
        from ipe_workbench.evaluation.instruments import score_instrument

        own = answers[answers["instrument"].isin([one.id for one in forms])]
        scored = pd.concat([_scored(score_instrument, one, own) for one in forms], ignore_index=True)
        first = forms[0]
        scales = {"total": ""} if first.total else dict(first.subscales)
        stages = self._stage(own)
        for key, asked in own.groupby(["frame", stages], sort=True):
            frame, stage = map(str, key)
            # Answers of the same year of study are compared; where all are, that goes without saying.
            when = f"half-year {stage}" if stage != "0" and stages[own["frame"] == frame].nunique() > 1 else ""
            there = scored.merge(asked[["at", "learner", "frame"]].drop_duplicates(), on=["at", "learner", "frame"])
            for scale, words in scales.items():
                scores = there[there["scale"] == scale].dropna(subset=["score"])
                points = self._means(scores.groupby(["at", "learner"])["score"].mean().reset_index())
                title = ", ".join(filter(None, [_short(first.title), words, frame, when]))
                at, order = [one.term for one in points], [one.id for one in self.terms]
                found = breaks_of_instrument(asked, own, at, forms, scale, order)
                id = ".".join(filter(None, [first.id, scale, frame, stage if when else ""]))
                if points:
                    yield Series(id, title, "instrument", _ends(first, scale), points, found)

    def _means(self, rows: pd.DataFrame) -> tuple[TrendPoint, ...]:
        there = set(rows["at"])
        return tuple(
            _mean(one.id, rows.loc[rows["at"] == one.id, "score"].to_numpy()) for one in self.terms if one.id in there
        )

    def _stage(self, answers: pd.DataFrame) -> pd.Series[int]:
        """In which half-year of the learner's programme an answer was given; 0 where that is not known."""
        begun = self.data.learners["starts"].reindex(answers["learner"]).to_numpy()
        starts = answers["at"].map({one.id: pd.Timestamp(one.starts) for one in self.terms}).to_numpy()
        days = (starts - begun) / np.timedelta64(1, "D")
        return pd.Series(np.where(np.isnan(days), 0, np.round(days / 182.5) + 1).astype(int), index=answers.index)


def _scored(score: Any, form: Any, answers: pd.DataFrame) -> pd.DataFrame:
    """Scores with the term in which they were given."""
    mine = answers[answers["instrument"] == form.id]
    parts: list[pd.DataFrame] = [score(own, form)[0].assign(at=at) for at, own in mine.groupby("at")]
    return pd.concat(parts, ignore_index=True)


def _short(title: str) -> str:
    """The short name that stands in brackets, as in `Situational Motivation Scale (SIMS)`; else what is before them."""
    named = re.search(r"\(([A-Z][A-Za-z-]+(?: [A-Z0-9][\w-]*)?)\)", title)
    return named[1] if named else title.split(" (")[0]


def _ends(form: Any, scale: str) -> tuple[float, float]:
    number = len(form.scales()[scale]) if form.scoring == "sum" else 1
    return float(form.minimum * number), float(form.maximum * number)


def _share(term: str, n: int, yes: int) -> TrendPoint:
    low, high = proportion_confint(yes, n, method="wilson")
    return TrendPoint(term, n, yes, yes / n, float(low), float(high))


def _mean(term: str, scores: Any) -> TrendPoint:
    n, mean = len(scores), float(np.mean(scores))
    if n < 2:
        return TrendPoint(term, n, None, mean, None, None)
    low, high = t_interval(mean, float(stats.sem(scores)), n - 1, 0.95)
    return TrendPoint(term, n, None, mean, low, high)


def _difference(before: tuple[float, float, float], now: tuple[float, float, float]) -> tuple[float, float, float]:
    """Now minus before, from the two intervals (MOVER, which for Wilson's is Newcombe's)."""
    (first, low_1, high_1), (second, low_2, high_2) = before, now
    change = second - first
    below = np.hypot(second - low_2, high_1 - first)
    above = np.hypot(high_2 - second, first - low_1)
    return change, float(change - below), float(change + above)
