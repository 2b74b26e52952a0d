"""Feedback for faculty as a whole: for those who lead the programme, or for one rater who sees only the own part."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.feedback.criteria import judge_criteria, low_competencies, low_criteria
from ipe_workbench.evaluation.feedback.rater_feedback import RaterFeedback, feed_back_raters
from ipe_workbench.evaluation.feedback.ratings import first_results, levelled_ratings
from ipe_workbench.evaluation.feedback.support import SupportStudy, who_may_need_help
from ipe_workbench.findings import Finding

if TYPE_CHECKING:
    from ipe_workbench.records.simulated import Frames

__all__ = ["FacultyFeedback", "faculty_feedback"]

#: So many rows and competencies are put in words.
_SHOWN = 5


@dataclass(frozen=True)
class FacultyFeedback:
    """What faculty are told.

    Parameters
    ----------
    on : date
        The day on which this was known.
    rater : str or None
        Pseudonym of the one rater whom it is for, or ``None`` for those who lead the programme.
    raters : tuple of RaterFeedback
        All raters, or the one.
    agreement, spread : float or None
        Share of doubly rated rows with the same level, and standard deviation of severity in levels, of all together.
    criteria : DataFrame
        See `judge_criteria`.
    low_criteria, low_competencies : DataFrame
        See there.
    support : SupportStudy
        Who may need help: of all learners, or of the rater's teams alone.
    findings : tuple of Finding
    """

    on: datetime.date
    rater: str | None
    raters: tuple[RaterFeedback, ...]
    agreement: float | None
    spread: float | None
    criteria: pd.DataFrame
    low_criteria: pd.DataFrame
    low_competencies: pd.DataFrame
    support: SupportStudy
    findings: tuple[Finding, ...]

    def of(self, rater: str, learners: Collection[str]) -> FacultyFeedback:
        """The same for one rater, who leads the teams of these learners and is told of nobody else."""
        own = tuple(one for one in self.raters if one.rater == rater)
        named = tuple(one for one in self.support.learners if one.learner in set(learners))
        return replace(self, rater=rater, raters=own, support=replace(self.support, learners=named))

    def text(self) -> str:
        """The feedback in plain words, a section a paragraph."""
        parts = (self._rating(), self._rows(), self._teaching(), self._helping())
        return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))

    def to_dict(self) -> dict[str, Any]:
        """The feedback as plain JSON."""
        return {
            "on": self.on.isoformat(),
            "rater": self.rater,
            "raters": [one.to_dict() for one in self.raters],
            "agreement": self.agreement,
            "spread": self.spread,
            "criteria": _records(self.criteria),
            "low_criteria": _records(self.low_criteria),
            "low_competencies": _records(self.low_competencies),
            "support": self.support.to_dict(),
            "findings": [one.to_dict() for one in self.findings],
            "text": self.text(),
        }

    def _rating(self) -> Iterator[str]:
        yield "YOUR RATINGS" if self.rater else "RATERS"
        if self.rater:
            yield from (sentence for one in self.raters for sentence in one.sentences)
        elif not self.raters:
            yield "No ratings by the programme's rubrics are on record."
        else:
            known = [one for one in self.raters if one.low is not None and one.high is not None]
            severe = [one for one in known if one.low is not None and one.low > 0]
            lenient = [one for one in known if one.high is not None and one.high < 0]
            yield f"{len(self.raters)} people have rated; for {len(known)} severity can be told."
            for word, those in (("severe", severe), ("lenient", list(reversed(lenient)))):
                for one in those[:_SHOWN]:
                    yield f"- {one.rater} is {word}: {_levels(one)}, {one.performances} performances."
            if self.agreement is not None:
                yield f"Where two rated one performance, they gave the same level in {self.agreement:.0%} of the rows."
        if self.rater is None and self.spread is not None:
            yield f"Severity varies between raters with a standard deviation of {self.spread:.2f} levels."

    def _rows(self) -> Iterator[str]:
        poor = self.criteria[self.criteria["verdict"].isin(["tells-nobody-apart", "all-alike"])]
        yield "ROWS OF RUBRICS THAT TELL FEW APART"
        if poor.empty:
            judged = int((self.criteria["verdict"] != "too-few").sum())
            yield f"None of the {judged} rows with enough ratings." if judged else "No row has enough ratings yet."
        yield from (f"- {one}" for one in poor["sentence"])

    def _teaching(self) -> Iterator[str]:
        yield "WHAT TO TEACH MORE"
        said = 0
        for frame in (self.low_criteria, self.low_competencies):
            for most, what in ((True, "most learners"), (False, "more learners than usual")):
                shown = frame[frame["more"] & (frame["most"] == most)]
                yield from (f"- {one} [{what}]" for one in shown["sentence"][:_SHOWN])
                said += len(shown)
        if not said:
            yield "There is no row and no competency in which surely more learners than usual fell short at first."

    def _helping(self) -> Iterator[str]:
        yield "WHO MAY NEED HELP NOW"
        for finding in self.support.findings:
            yield finding.message
        if self.support.record is not None and not self.support.findings:
            if not self.support.learners:
                yield "Nobody whose chance of falling short is surely above the usual one."
            for one in self.support.learners[: 2 * _SHOWN]:
                yield (
                    f"- {one.learner}: chance to fall short at the next assessment {one.chance:.0%} (90 % interval "
                    f"{one.low:.0%} to {one.high:.0%}; usual {one.usual:.0%}). {' '.join(one.reasons)}"
                )
            if (more := len(self.support.learners) - 2 * _SHOWN) > 0:
                yield f"- and {more} more, less likely."
            yield self.support.record.sentence()
            yield self.support.caution


def faculty_feedback(
    programme: Programme, records: Frames, *, on: datetime.date, rater: str | None = None
) -> FacultyFeedback:
    """Everything that faculty are told from the records of a day.

    Parameters
    ----------
    programme : Programme
    records : Frames
        A store of records, or simulated ones.
    on : date
        The day: what was recorded later is not known.
    rater : str, optional
        Pseudonym of one rater: then only the own ratings are fed back, and only learners of the own teams are named.
        What is said of rubrics and teaching is the same for all.

    Raises
    ------
    UnknownNameError
        When the rater has neither rated nor led a team by that day.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="quick", title="Quick look"), seed=7)
    >>> found = faculty_feedback(programme, records, on=datetime.date(2027, 6, 1))
    >>> found.raters, found.support.learners
    ((), ())
    """
    results, ratings = records.frame("assessments"), records.frame("rubric_scores")
    day = pd.Timestamp(on)
    results = results[pd.to_datetime(results["on"]) <= day]
    levelled = levelled_ratings(programme, ratings, results)
    levelled = levelled[levelled["on"].isna() | (pd.to_datetime(levelled["on"]) <= day)]
    study = feed_back_raters(levelled)
    support = who_may_need_help(
        programme,
        results,
        on=on,
        attendance=records.frame("attendance"),
        enrolments=records.frame("enrolments"),
    )
    found = FacultyFeedback(
        on, None, study.raters, study.agreement, study.spread, judge_criteria(programme, levelled),
        low_criteria(programme, levelled), low_competencies(programme, levelled, first_results(programme, results)),
        support, study.findings,
    )  # fmt: skip
    return found if rater is None else feedback_for_rater(found, programme, records, rater)


def feedback_for_rater(found: FacultyFeedback, programme: Programme, records: Frames, rater: str) -> FacultyFeedback:
    """What one rater is told, of what `faculty_feedback` found for all: with many raters the study is made once.

    Raises
    ------
    UnknownNameError
        When the rater has neither rated nor led a team by that day.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="quick", title="Quick look"), seed=7)
    >>> of_all = faculty_feedback(programme, records, on=datetime.date(2027, 6, 1))
    >>> feedback_for_rater(of_all, programme, records, "R1")
    Traceback (most recent call last):
    ipe_workbench.errors.UnknownNameError: There is no rating of this rater. Check the id; see `ipe records export`.
    """
    teams = _teams_of(programme, records, rater, found.on)
    if not teams and rater not in {one.rater for one in found.raters}:
        raise UnknownNameError("There is no rating of this rater.", mend="Check the id; see `ipe records export`.")
    return found.of(rater, teams)


def _teams_of(programme: Programme, records: Frames, rater: str, on: datetime.date) -> set[str]:
    """Learners of the rater's teams in the term of the day, or else in the last one that has begun."""
    teams = records.frame("teams", where={"facilitator": rater})
    begun = [one.id for one in programme.info.terms if one.start <= on]
    mine = [one for one in begun if one in set(teams["term"])]
    now = teams[teams["term"] == mine[-1]] if mine else teams.iloc[:0]
    left = pd.to_datetime(now["left"])
    return set(now[left.isna() | (left >= pd.Timestamp(on))]["learner"].astype(str))


def _levels(one: RaterFeedback) -> str:
    value, low, high = one.severity or 0.0, one.low or 0.0, one.high or 0.0
    way, ends = ("less", (low, high)) if value > 0 else ("more", (-high, -low))
    return f"about {abs(value):.1f} levels {way} than others (95 % interval {ends[0]:.1f} to {ends[1]:.1f})"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain JSON, missing numbers as null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): _round(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _round(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
