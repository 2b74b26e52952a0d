"""Feedback for a learner: where to grow, by the rubrics' own words, and what to do next."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ipe_workbench.credentials.facts import Award, Facts, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.feedback.ratings import latest_levels, levelled_ratings, own_assessments
from ipe_workbench.evaluation.feedback.teaching import coming_activities, competencies_of
from ipe_workbench.pathways.feedback import Feedback, feedback
from ipe_workbench.records.awards_in_force import awards_out_of_force

if TYPE_CHECKING:
    from ipe_workbench.records.simulated import Frames

__all__ = ["GrowthArea", "LearnerFeedback", "growth_areas", "growth_wishes", "learner_feedback"]

#: So many growth areas are put in words.
_SHOWN = 4


@dataclass(frozen=True)
class GrowthArea:
    """A row of a rubric in which the learner can grow.

    Parameters
    ----------
    credential, criterion : str
    title : str
        Of the row.
    on : date or None
        The last day on which it was rated.
    level, descriptor : str
        The level reached, by its title, and what the rubric says of it.
    passes : bool
        Whether that level passes.
    raters : int
        How many rated it; where they differ, the lower median counts.
    next_level, next_descriptor : str
        The next level and what would be seen there: the next step.
    practise : str
        Where it is practised again, in words; empty where nothing more is planned.
    competencies : tuple of str
        Ids of competencies that the row bears on.
    """

    credential: str
    criterion: str
    title: str
    on: datetime.date | None
    level: str
    descriptor: str
    passes: bool
    raters: int
    next_level: str
    next_descriptor: str
    practise: str
    competencies: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {
            "on": self.on.isoformat() if self.on else None,
            "competencies": list(self.competencies),
        }


@dataclass(frozen=True)
class LearnerFeedback:
    """What a learner is told: growth areas, those that do not pass yet first, and the pathway's feedback."""

    learner: str
    on: datetime.date
    areas: tuple[GrowthArea, ...]
    rated: int
    pathway: Feedback

    def text(self) -> str:
        """The feedback in plain words; names are as they were given."""
        return f"{self.pathway.text()}\n\n" + "\n".join(self._growing())

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "learner": self.learner,
            "on": self.on.isoformat(),
            "growth_areas": [one.to_dict() for one in self.areas],
            "rows_rated": self.rated,
            "pathway": self.pathway.to_dict(),
            "text": self.text(),
        }

    def _growing(self) -> Iterator[str]:
        yield "WHERE TO GROW"
        if not self.rated:
            yield "Nobody has rated you by a rubric yet."
            return
        if not self.areas:
            yield "You reached the highest level in every row that was rated. Help somebody else to get there."
            return
        for one in self.areas[:_SHOWN]:
            where = f"{_line(one.title)}: you were at “{_line(one.level)}”"
            yield f"- {where} ({_line(one.descriptor)})" if one.descriptor else f"- {where}."
            step = f"  Next step, “{_line(one.next_level)}”"
            yield f"{step}: {_line(one.next_descriptor)}" if one.next_descriptor else f"{step}."
            if one.practise:
                yield f"  {_line(one.practise)}"
        more = len(self.areas) - _SHOWN
        if more > 0:
            yield f"{more} more {'row has' if more == 1 else 'rows have'} room above; begin with these."
        if any(one.raters == 1 for one in self.areas[:_SHOWN]):
            yield "One rating is one view on one day: ask your facilitator what else was seen."


def learner_feedback(
    programme: Programme, records: Frames, learner: str, *, on: datetime.date, goal: str | None = None
) -> LearnerFeedback:
    """Where a learner can grow and what to do next, from the learner's own records alone.

    Parameters
    ----------
    programme : Programme
    records : Frames
        A store of records, or simulated ones.
    learner : str
        Pseudonym.
    on : date
        The day: what was recorded later is not known.
    goal : str, optional
        As for `pathways.feedback.feedback`.

    Raises
    ------
    UnknownNameError
        When the records have no such learner, or the programme no such goal.

    Notes
    -----
    An award that is revoked or suspended on that day does not count. A row counts by its last attempt. Of several
    raters of that attempt the lower median counts. Next steps are the words of the next level up; they are practised
    again where a credential that the learner does not hold, and that is still ahead, practises or assesses a competency
    of the row.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records.simulated import simulated_records
    >>> from ipe_workbench.simulation import Scenario
    >>> programme = example_programme()
    >>> records = simulated_records(programme, Scenario(id="quick", title="Quick look"), seed=7)
    >>> found = learner_feedback(programme, records, "sim-nursing-0001", on=datetime.date(2027, 6, 1))
    >>> found.rated, found.text().count("WHERE TO GROW")
    (0, 1)
    """
    enrolments = records.frame("enrolments", where={"learner": learner})
    if enrolments.empty:
        raise UnknownNameError("The records have no such learner.", mend="Check the id.")
    day = pd.Timestamp(on)
    results = records.frame("assessments", where={"learner": learner})
    ratings = levelled_ratings(programme, records.frame("rubric_scores", where={"learner": learner}), results)
    ratings = ratings[ratings["on"].isna() | (pd.to_datetime(ratings["on"]) <= day)]
    results = results[pd.to_datetime(results["on"]) <= day]
    awards = records.frame("awards", where={"learner": learner})
    awards = awards[pd.to_datetime(awards["on"]) <= day]
    events = records.frame("award_events", where={"award": awards["award"].tolist()})
    counting = awards[~awards["award"].isin(awards_out_of_force(events, on))]
    facts = _facts(programme, enrolments, results, counting)
    areas = growth_areas(programme, ratings, held={one.badge for one in facts.awards}, on=on)
    said = feedback(programme, facts, on=on, goal=goal, growth=growth_wishes(areas))
    return LearnerFeedback(learner, on, areas, ratings.groupby(["credential", "criterion"]).ngroups, said)


def growth_areas(
    programme: Programme, ratings: pd.DataFrame, *, held: Collection[str], on: datetime.date
) -> tuple[GrowthArea, ...]:
    """The rows of rubrics in which a learner can grow: those that do not pass first, then the latest.

    Parameters
    ----------
    programme : Programme
        Its rubrics that are not public are left out.
    ratings : DataFrame
        As `levelled_ratings` gives them, of one learner.
    held : collection of str
        Credentials that the learner has: they are not proposed for practice.
    on : date
        What is over by then is not proposed either.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> names = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]
    >>> nothing = pd.DataFrame(columns=names)
    >>> growth_areas(example_programme(), nothing, held=(), on=datetime.date(2027, 3, 1))
    ()
    """
    found = []
    rows: Iterable[Any] = latest_levels(ratings).itertuples()
    for row in rows:
        area = _shown_next(programme, row, held, on)
        if area is not None:
            found.append((row.place - row.passing, -area.on.toordinal() if area.on else 0, area))
    found.sort(key=lambda one: one[:2])
    return tuple(area for *_, area in found)


def growth_wishes(areas: Iterable[GrowthArea]) -> tuple[str, ...]:
    """Ids of competencies of the rows that do not pass yet, for the plan to show most of.

    Examples
    --------
    >>> growth_wishes([])
    ()
    """
    return tuple(dict.fromkeys(one.split("/", 1)[1] for area in areas if not area.passes for one in area.competencies))


def _facts(programme: Programme, enrolments: pd.DataFrame, results: pd.DataFrame, awards: pd.DataFrame) -> Facts:
    last = enrolments.sort_values("starts", na_position="first", kind="stable").iloc[-1]
    profession = last["profession"] if last["profession"] in {p.id for p in programme.info.professions} else None
    known = {*programme.credentials, *programme.stacks}
    held = tuple(
        Award(
            row["credential"], row["on"].date(), expires=None if pd.isna(row["expires"]) else row["expires"].date(),
            hours=0.0 if pd.isna(row["hours"]) else float(row["hours"]), version=row["version"],
        )
        for row in awards.to_dict("records")
        if row["credential"] in known
    )  # fmt: skip
    own = own_assessments(programme, results)
    scores = tuple(
        ScoreReached(own[row["assessment"]], float(row["score"]), row["on"].date())
        for row in results.to_dict("records")
        if row["assessment"] in own and pd.notna(row["score"]) and pd.notna(row["on"])
    )
    return Facts(profession=profession, awards=held, scores=scores)


def _shown_next(programme: Programme, row: Any, held: Collection[str], on: datetime.date) -> GrowthArea | None:
    """What one row of `latest_levels` leaves to grow; nothing at the highest level."""
    rubric = programme.credentials[row.credential].rubric
    criterion = next((one for one in rubric.criteria if one.id == row.criterion), None) if rubric else None
    if rubric is None or not rubric.public or criterion is None or row.place + 1 >= len(rubric.levels):
        return None
    level, above = rubric.levels[row.place], rubric.levels[row.place + 1]
    competencies = competencies_of(programme, row.credential, row.criterion)
    return GrowthArea(
        row.credential, row.criterion, criterion.title, None if pd.isna(row.on) else row.on.date(), level.title,
        criterion.descriptors.get(level.id, ""), row.place >= row.passing, int(row.raters), above.title,
        criterion.descriptors.get(above.id, ""), _practise(programme, competencies, held, on), competencies,
    )  # fmt: skip


def _practise(programme: Programme, competencies: tuple[str, ...], held: Collection[str], on: datetime.date) -> str:
    """The next credential, not held yet, whose activities still to come practise or assess one of these."""
    coming = coming_activities(programme, competencies, how=("practised", "assessed"), without=held, on=on)
    found = next(coming, None)
    if found is None:
        return ""
    activity, term, credential = found
    return f"You can practise this in “{activity.title}” ({term.title}, {credential.title})."


def _line(text: str) -> str:
    """A text in one line, so that it cannot look like a section of its own."""
    return " ".join(text.split())
