"""The tidy tables behind planned analyses, made of the frames of the records."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.evaluation.instruments import Instrument, load_instrument, score_instrument
from ipe_workbench.evaluation.planned.analyses import Measure, TimePoint
from ipe_workbench.findings import Finding
from ipe_workbench.records.awards_in_force import awards_out_of_force

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.records.simulated import Frames

__all__ = ["PlanData", "Scores"]

_DATED = ("assessments", "awards", "rubric_scores", "survey_responses", "attendance")


@dataclass(frozen=True)
class Scores:
    """Scores of one measure: one row a learner and point in time.

    Parameters
    ----------
    table : DataFrame
        ``learner, wave, value, on``; `wave` holds the words of the planned points in time.
    waves : tuple of str
        The planned points that have scores, in their order.
    scale : (float, float) or None
        Ends of the scale of the values.
    findings : tuple of Finding
    higher_is_better : bool
        Polarity of the values.
    """

    table: pd.DataFrame
    waves: tuple[str, ...]
    scale: tuple[float, float] | None = None
    findings: tuple[Finding, ...] = ()
    higher_is_better: bool = True


@dataclass
class PlanData:
    """What the records hold, asked for once and kept: each frame is read when an analysis first needs it."""

    records: Frames
    programme: Programme
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _scores: dict[tuple[Measure, tuple[TimePoint, ...]], Scores] = field(default_factory=dict, repr=False)

    def frame(self, name: str) -> pd.DataFrame:
        """A frame of the records."""
        if name not in self._frames:
            self._frames[name] = self.records.frame(name)
        return self._frames[name]

    @cached_property
    def last_day(self) -> datetime.date | None:
        """The last day on which anything is recorded: what was planned later is not due yet."""
        days = [self.frame(name)["on"].max() for name in _DATED]
        known = [one for one in days if not pd.isna(one)]
        return max(known).date() if known else None

    @cached_property
    def invented(self) -> bool:
        """Whether the records are of a simulated cohort, or of a practice one (every learner bears the trait)."""
        if self.frame("enrolments").attrs.get("simulated", False):
            return True
        people = self.learners
        return bool(len(people)) and "practice" in people and bool((people["practice"] == "yes").all())

    @cached_property
    def people(self) -> frozenset[str]:
        """Pseudonyms of all learners and raters."""
        raters = self.frame("rubric_scores")["rater"].dropna()
        return frozenset({*map(str, self.learners.index), *map(str, raters.unique())})

    @cached_property
    def learners(self) -> pd.DataFrame:
        """One row a learner, by pseudonym: profession, cohort, study_programme, starts, ends, status, and traits."""
        enrolled = self.frame("enrolments").sort_values(["learner", "starts"], kind="stable")
        people = enrolled.drop_duplicates("learner").set_index("learner")
        traits = self.frame("traits")
        if len(traits):
            wide = traits.drop_duplicates(["learner", "trait"]).pivot(index="learner", columns="trait", values="value")
            people = people.join(wide[[one for one in wide.columns if one not in people.columns]], how="left")
        return people.assign(entered=self._entered(people["starts"]))

    def among(self, table: pd.DataFrame, wanted: Mapping[str, Sequence[str]] | None) -> pd.DataFrame:
        """Rows of the learners who have one of the wanted values in each column; learners stand in column `learner`.

        Raises
        ------
        UnusableInputError
            When the records have no such column.
        """
        people = self.learners
        for column, values in (wanted or {}).items():
            if column not in people.columns:
                mend = f"Import it as a trait. {near_names(column, people.columns)}"
                raise UnusableInputError(f"The records do not say `{column}` of learners.", mend=mend)
            people = people[people[column].isin(list(values))]
        return table[table["learner"].isin(people.index)] if wanted else table

    def teams(self, term: str | None) -> pd.Series[str]:
        """The team of each learner in a term, or in the first term in which there is one."""
        teams = self.frame("teams")
        chosen = teams[teams["term"] == term] if term is not None and (teams["term"] == term).any() else teams
        first = chosen.drop_duplicates("learner").set_index("learner")
        return (first["term"] + " " + first["team"]).rename("team")

    def pass_mark(self, measure: Measure) -> float | None:
        """The score that passes, in points of the rubric, where the design names one; a share for assessments."""
        design = self.programme.credentials.get(measure.id)
        if design is None or design.assessment is None or design.assessment.pass_score is None:
            return None
        if measure.kind == "assessment" or design.rubric is None:
            return design.assessment.pass_score
        return design.assessment.pass_score * max(one.points for one in design.rubric.levels)

    def instrument(self, id: str) -> Instrument:
        """The instrument of that id, the programme's own before ours."""
        return load_instrument(id, self.programme.folder)

    def scores(self, measure: Measure, waves: Sequence[TimePoint]) -> Scores:
        """Scores of a measure at points in time; none (with findings) where the records have nothing."""
        key = (measure, tuple(waves))
        if key not in self._scores:
            make = {"instrument": self._answered, "rubric": self._rated, "assessment": self._assessed}[measure.kind]
            self._scores[key] = make(measure, tuple(waves))
        return self._scores[key]

    def scores_beside(self, measure: Measure, grade: Measure, waves: Sequence[TimePoint]) -> Scores:
        """Scores of a measure without the row of its rubric that is the overall grade: it must not judge itself."""
        if measure.rubric is None or measure.rubric != grade.rubric or measure.criterion is not None:
            return self.scores(measure, waves)
        return self._rated(measure, tuple(waves), without=grade.criterion)

    def item_answers(self, assessment: str, waves: Sequence[TimePoint] = ()) -> pd.DataFrame:
        """Answers to the items of a test at the first attempt, or at a learner's attempt in one point in time."""
        rows = self.frame("item_responses")
        rows = rows[rows["assessment"] == assessment]
        if not waves:
            return rows[rows["attempt"] == 1]
        sittings = self.frame("assessments")
        sittings = self._at(sittings[sittings["assessment"] == assessment], waves)
        chosen = _one_attempt(sittings, waves)[["learner", "assessment", "attempt"]].drop_duplicates()
        return rows.merge(chosen, on=["learner", "assessment", "attempt"])

    def answers(self, instrument: Instrument, waves: Sequence[TimePoint]) -> tuple[pd.DataFrame, list[Finding]]:
        """Single answers at points in time: ``learner, wave, frame, instrument, item, value, comment, on``."""
        responses = self.frame("survey_responses")
        forms = [instrument.id, *([instrument.parallel_form] if instrument.parallel_form else [])]
        mine = responses[responses["instrument"].isin(forms)]
        parts, found = [], []
        for point in waves:
            part = mine[_meets_survey(mine, point)]
            ids = sorted(part["wave"].unique())
            if point.attempt is not None:
                part = _one_wave(part, point.attempt)
            elif (part.groupby("learner")["wave"].nunique() > 1).any():
                message = f"{point.words} fits {len(ids)} waves of {instrument.id}: {', '.join(ids[:4])}."
                found.append(remark("ambiguous-wave", message, "Name the wave or the frame in the plan.", "error"))
                continue
            parts.append(part.assign(wave=point.words))
        return (pd.concat(parts, ignore_index=True) if parts else mine.iloc[:0]), found

    def ratings(self, credential: str, waves: Sequence[TimePoint] = ()) -> pd.DataFrame:
        """Rubric ratings, with their ``points`` and their ``wave``; of all time when no waves are named."""
        rated = self._of_credential(self.frame("rubric_scores"), credential)
        design = self.programme.credentials.get(credential)
        points = rated["score"]
        if design is not None and design.rubric is not None:
            of_level = {one.id: one.points for one in design.rubric.levels}
            points = points.fillna(rated["level"].map(of_level).astype(float))
        rated = rated.assign(points=points)
        return self._at(rated, waves) if waves else rated.assign(wave="")

    def earned(self, credentials: Sequence[str]) -> pd.DataFrame:
        """Awards in force, first one a learner and credential: ``learner, credential, on, version``."""
        awards = self.frame("awards").dropna(subset=["learner"])
        lost = awards_out_of_force(self.frame("award_events"))
        kept = awards[awards["credential"].isin(list(credentials)) & ~awards["award"].isin(lost)]
        first = kept.sort_values("on", kind="stable").drop_duplicates(["learner", "credential"])
        return first[["learner", "credential", "on", "version"]].reset_index(drop=True)

    def _answered(self, measure: Measure, waves: tuple[TimePoint, ...]) -> Scores:
        try:
            form = self.instrument(measure.id)
        except UnknownNameError as error:
            return _nothing(remark("unknown-instrument", error.message, error.mend or "", "error"))
        answers, found = self.answers(form, waves)
        numbers = answers[answers["value"].notna()]
        if numbers.empty:
            return _nothing(*found)
        parts = []
        for id, part in numbers.groupby("instrument"):
            scored, said = score_instrument(part, form if id == form.id else self.instrument(str(id)))
            parts.append(scored)
            found += [one for one in said if one not in found]
        scored = pd.concat(parts, ignore_index=True)
        table = scored[scored["scale"] == measure.scale].dropna(subset=["score"])
        if table.empty:
            message = f"{form.title} has no scores on the scale `{measure.scale}`."
            known = f"Scales: {', '.join(form.scales())}."
            return _nothing(remark("unknown-scale", message, known, "error"), *found)
        days = numbers.groupby(["learner", "wave"])["on"].max().rename("on").reset_index()
        table = table.rename(columns={"score": "value"})[["learner", "wave", "value"]]
        ends = (form.minimum, form.maximum)
        if form.scoring == "sum":
            number = len(form.scales()[measure.scale])
            ends = (ends[0] * number, ends[1] * number)
        table = table.merge(days, on=["learner", "wave"], how="left")
        return Scores(table, _present(table, waves), ends, tuple(found), form.higher_is_better)

    def _rated(self, measure: Measure, waves: tuple[TimePoint, ...], without: str | None = None) -> Scores:
        design = self.programme.credentials.get(measure.id)
        if design is None or design.rubric is None:
            message = f"There is no credential `{measure.id}` with a rubric."
            return _nothing(remark("unknown-credential", message, "Check the id in the plan.", "error"))
        rated = self.ratings(measure.id, waves).dropna(subset=["points"])
        rated = _one_attempt(rated, waves)
        weights = {one.id: one.weight for one in design.rubric.criteria if one.id != without}
        if measure.criterion is not None:
            weights = {measure.criterion: 1.0}
        keys = ["learner", "wave"]
        rows = rated[rated["criterion"].isin(list(weights))]
        if rows.empty:
            return _nothing()
        by_row = rows.groupby([*keys, "criterion"])["points"].mean().unstack("criterion")
        weight = pd.Series(weights)[by_row.columns]
        # A learner who was not rated on every row has no score: a mean of other rows is another measure.
        value = (by_row * weight).sum(axis=1, skipna=False) / weight.sum()
        if len(by_row.columns) < len(weights):
            return _nothing(remark("missing-criterion", "A row of the rubric has no ratings.", "Import them.", "error"))
        days = rows.groupby(keys)["on"].max()
        table = pd.DataFrame({"value": value, "on": days}).dropna(subset=["value"]).reset_index()
        ends = [one.points for one in design.rubric.levels]
        return Scores(table[[*keys, "value", "on"]], _present(table, waves), (min(ends), max(ends)))

    def _assessed(self, measure: Measure, waves: tuple[TimePoint, ...]) -> Scores:
        rows = self.frame("assessments").dropna(subset=["score"])
        rows = rows[rows["assessment"] == measure.id]
        rows = _one_attempt(self._at(rows, waves), waves)
        table = rows.rename(columns={"score": "value"})[["learner", "wave", "value", "on"]]
        return Scores(table.drop_duplicates(["learner", "wave"]), _present(table, waves), (0.0, 1.0))

    def _of_credential(self, rows: pd.DataFrame, id: str) -> pd.DataFrame:
        """Rows about an assessment of that id, or about one that decides about the credential of that id."""
        plan = self.frame("assessments")
        deciding = set(plan.loc[plan["credential"] == id, "assessment"])
        return rows[rows["assessment"].isin({id, *deciding})]

    def _at(self, rows: pd.DataFrame, waves: Sequence[TimePoint]) -> pd.DataFrame:
        parts = []
        for point in waves:
            chosen = pd.Series(True, index=rows.index)
            if point.term is not None:
                first, last = self._term(point.term)
                chosen &= (rows["on"] >= first) & (rows["on"] < last)
            if point.wave is not None:
                chosen &= rows["assessment"] == point.wave
            parts.append(rows[chosen].assign(wave=point.words))
        return pd.concat(parts, ignore_index=True) if parts else rows.iloc[:0].assign(wave="")

    def _entered(self, starts: pd.Series[pd.Timestamp]) -> pd.Series[str]:
        """The term in which each learner began; ``earlier`` before the first term, missing where no day is known."""
        terms = sorted(self.programme.info.terms, key=lambda one: one.start)
        names = pd.Series(["earlier", *(one.id for one in terms)])
        edges = pd.to_datetime([one.start for one in terms])
        # A learner may be enrolled some days before teaching begins.
        place = np.searchsorted(edges.to_numpy(), (starts + pd.Timedelta(weeks=4)).to_numpy(), side="right")
        return pd.Series(names.to_numpy()[place], index=starts.index).where(starts.notna())

    def _term(self, id: str) -> tuple[pd.Timestamp, pd.Timestamp]:
        """From the first day of a term to that of the next: what is recorded in the break belongs to the term."""
        terms = sorted(self.programme.info.terms, key=lambda one: one.start)
        for number, one in enumerate(terms):
            if one.id == id:
                after = terms[number + 1].start if number + 1 < len(terms) else one.end + datetime.timedelta(weeks=26)
                return pd.Timestamp(one.start), pd.Timestamp(after)
        never = pd.Timestamp(datetime.date(1900, 1, 1))
        return never, never


def _meets_survey(rows: pd.DataFrame, point: TimePoint) -> pd.Series[bool]:
    chosen = pd.Series(True, index=rows.index)
    if point.term is not None:
        chosen &= rows["term"] == point.term
    if point.wave is not None:
        chosen &= rows["wave"] == point.wave
    # A retrospective pretest is another measure, and is taken only when it is asked for.
    chosen &= rows["frame"] == point.frame if point.frame is not None else rows["frame"] != "retrospective-pre"
    return chosen.fillna(False).astype(bool)


def _one_attempt(rows: pd.DataFrame, waves: Sequence[TimePoint]) -> pd.DataFrame:
    """Of several attempts in one point in time, the last, or the first where the plan says so."""
    keys, which = ["learner", "wave"], ["assessment", "attempt"]
    ordered = rows.sort_values(["on", "attempt"], kind="stable")
    first = ordered["wave"].isin([one.words for one in waves if one.attempt == "first"])
    chosen = pd.concat([ordered[first].drop_duplicates(keys), ordered[~first].drop_duplicates(keys, keep="last")])
    # All ratings of that one performance, whoever gave them.
    return rows.merge(chosen[[*keys, *which]], on=[*keys, *which])


def _one_wave(rows: pd.DataFrame, attempt: str) -> pd.DataFrame:
    """Of a learner's several waves, the first or the last."""
    days = rows.groupby(["learner", "wave"])["on"].max().reset_index().sort_values("on", kind="stable")
    chosen = days.drop_duplicates("learner", keep="first" if attempt == "first" else "last")
    return rows.merge(chosen[["learner", "wave"]], on=["learner", "wave"])


def _present(table: pd.DataFrame, waves: Sequence[TimePoint]) -> tuple[str, ...]:
    held = set(table["wave"])
    return tuple(one.words for one in waves if one.words in held)


def _nothing(*findings: Finding) -> Scores:
    types = {"learner": "str", "wave": "str", "value": "float64", "on": "datetime64[s]"}
    empty = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types.items()})
    return Scores(empty, (), None, findings)
