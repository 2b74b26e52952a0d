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
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ipe_workbench.evaluation.trend_breaks import breaks_of_badge, breaks_of_instrument
from ipe_workbench.evaluation.trend_series import Series, Trend, TrendPoint, TrendTerm

if TYPE_CHECKING:
    from ipe_workbench.evaluation.planned.data import PlanData

__all__ = ["Series", "Trend", "TrendPoint", "TrendTerm", "term_trend"]

#: Results that decide about no badge: of a whole team, or a year later.
_UNDECIDED = ("trat", "follow-up")


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
            TrendPoint.of_share(one.id, int(counted.loc[one.id, "size"]), int(counted.loc[one.id, "sum"]))  # type: ignore[arg-type]
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
            TrendPoint.of_mean(one.id, rows.loc[rows["at"] == one.id, "score"].to_numpy())
            for one in self.terms
            if one.id in there
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
