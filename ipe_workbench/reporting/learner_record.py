"""What the record of one learner is written from: badges, growth areas and next steps by the end of a term."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials import Facts, Programme, load_programme
from ipe_workbench.credentials.facts import Award
from ipe_workbench.credentials.model import Rubric
from ipe_workbench.credentials.programme import Term
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.reporting.snapshot import open_snapshot, simulated_snapshot, up_to
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.pathways.feedback import Feedback

__all__ = ["LearnerRecord", "RatedRow", "Recalled", "open_learner_record", "shared_programme"]


@dataclass(frozen=True)
class RatedRow:
    """What the raters said of one row of a rubric, in the last attempt that was rated.

    `level` is the one that at least half of the raters gave or exceeded; `following` what the next level asks for,
    empty at the highest one. `passed` says that the row reached the least level that passes, `strong` that it went
    beyond that or is at the top.
    """

    credential: str
    criterion: str
    level: str
    raters: int
    on: datetime.date | None
    passed: bool
    strong: bool
    following: str


@dataclass(frozen=True)
class Recalled:
    """An award that does not count any more: the day of the award, and ``revoked`` or ``suspended`` since a day."""

    title: str
    on: datetime.date
    since: datetime.date
    state: str


@dataclass(frozen=True)
class LearnerRecord:
    """One learner by the end of a term.

    Parameters
    ----------
    programme : Programme
        The design.
    term : Term
        What counts is dated up to its last day.
    learner : str
        The pseudonym.
    profession : str
        Id of the learner's profession; empty where it is not known.
    feedback : Feedback
        Badges, what they show, what is close, and the proven best plan to the programme's goal.
    rated : tuple of RatedRow
        Rows of rubrics, those with most to gain first.
    results : DataFrame
        The frame `assessments` of the learner.
    attendance : DataFrame
        The frame `attendance` of the learner.
    enrolled : DataFrame
        The frame `enrolments` of the learner, of those begun by then.
    recalled : tuple of Recalled
        Awards that were revoked or suspended.
    snapshot : str
        Digest of the records that this is made from.
    simulated : bool
        Whether the learner is none of flesh and blood.
    rendered_at : str
        When the record is made.
    """

    programme: Programme
    term: Term
    learner: str
    profession: str
    feedback: Feedback
    rated: tuple[RatedRow, ...]
    results: pd.DataFrame
    attendance: pd.DataFrame
    enrolled: pd.DataFrame
    recalled: tuple[Recalled, ...]
    snapshot: str
    simulated: bool = False
    rendered_at: str = ""

    @cached_property
    def growth(self) -> tuple[RatedRow, ...]:
        """The rows with a next level to reach, those that did not pass first."""
        return tuple(sorted((one for one in self.rated if one.following), key=lambda one: (one.passed, one.strong)))

    @property
    def left(self) -> bool:
        """Whether the last enrolment was broken off or has paused."""
        return not self.enrolled.empty and self.enrolled["status"].iloc[-1] in ("withdrawn", "paused")

    @property
    def strengths(self) -> tuple[RatedRow, ...]:
        """The rows beyond what is asked for."""
        return tuple(one for one in self.rated if one.strong)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``badges``, ``ratings`` and ``next-steps`` as tidy frames."""
        import pandas as pd

        held = [(one.badge, one.title, one.on, one.expires, one.valid) for one in self.feedback.held]
        steps = [
            (one.badge, one.title, one.term, one.begins, one.ends, one.hours, one.why) for one in self.feedback.next
        ]
        rows = [
            (one.credential, one.criterion, one.level, one.raters, one.on, one.passed, one.following)
            for one in self.rated
        ]
        return {
            "badges": pd.DataFrame(held, columns=["badge", "title", "on", "expires", "valid"]),
            "ratings": pd.DataFrame(
                rows, columns=["credential", "criterion", "level", "raters", "on", "passed", "next_level"]
            ),
            "next-steps": pd.DataFrame(steps, columns=["badge", "title", "term", "begins", "ends", "hours", "why"]),
        }


def open_learner_record(
    programme: str | Path, term: str, records: str | Path, learner: str, *, rendered_at: str = ""
) -> LearnerRecord:
    """Gather what the record of a learner is written from.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    term : str
        Id of the term.
    records : path
        Folder of a snapshot of the records; those of a simulated cohort when empty.
    learner : str
        Pseudonym; the first one when empty.
    rendered_at : str
        When the record is made, in ISO 8601.

    Raises
    ------
    UnknownNameError
        When the programme has no such term, or the records no such learner.

    Examples
    --------
    >>> record = open_learner_record("", "2026-fall", "", "")
    >>> list(record.tables())
    ['badges', 'ratings', 'next-steps']
    """
    from ipe_workbench.pathways.feedback import feedback

    folder = str(programme or data_folder() / "programmes" / "cu-ipe")
    design = shared_programme(folder)
    chosen = design.term(term)
    snapshot = open_snapshot(str(records)) if records else simulated_snapshot(folder)
    learner = learner or next(iter(snapshot.learners(chosen.start, chosen.end)), "")
    of_learner = {"learner": learner}
    enrolled = snapshot.frame("enrolments", where=of_learner)
    awards = up_to(snapshot.frame("awards", where=of_learner), chosen.end)
    results = up_to(snapshot.frame("assessments", where=of_learner), chosen.end)
    if enrolled.empty and awards.empty and results.empty:
        raise UnknownNameError("The records have no such learner.", mend="Give the pseudonym that the frames show.")
    professions = {one.id for one in design.info.professions}
    profession = next((str(one) for one in enrolled["profession"].dropna() if one in professions), "")
    recalled = _recalled(snapshot.frame("award_events", where={"award": awards["award"].tolist()}))
    counting = awards[~awards["award"].isin(recalled["award"])]
    facts = Facts(profession=profession or None, awards=tuple(_awards(design, counting)))
    ratings = up_to(snapshot.frame("rubric_scores", where=of_learner), chosen.end)
    plan = {str(one): str(two) for one, two in zip(results["assessment"], results["credential"], strict=True)}
    return LearnerRecord(
        design,
        chosen,
        learner,
        profession,
        feedback(design, facts, on=chosen.end),
        _latest(_rated(design, ratings, plan)),
        results,
        up_to(snapshot.frame("attendance", where=of_learner), chosen.end),
        _begun(enrolled, chosen.end),
        tuple(_told_recalled(design, awards, recalled)),
        snapshot.digest_of(learner, chosen.end),
        snapshot.simulated,
        rendered_at,
    )


@cache
def shared_programme(folder: str) -> Programme:
    """A programme, read once in a process: a press reads it before it forks."""
    return load_programme(folder)


def _awards(programme: Programme, frame: pd.DataFrame) -> Iterator[Award]:
    known = {*programme.credentials, *programme.stacks}
    for row in frame.to_dict("records"):
        if row["credential"] in known:
            expires = row["expires"]
            yield Award(
                str(row["credential"]),
                row["on"].date(),
                expires=None if expires != expires else expires.date(),
                hours=0.0 if row["hours"] != row["hours"] else float(row["hours"]),
                version=str(row["version"]),
            )


def _recalled(events: pd.DataFrame) -> pd.DataFrame:
    """The last event of each award whose last word is that it does not count."""
    told = events[events["event"].isin(["suspended", "reinstated", "revoked"])].sort_values("at", kind="stable")
    last = told.drop_duplicates("award", keep="last")
    return last[last["event"] != "reinstated"]


def _told_recalled(programme: Programme, awards: pd.DataFrame, events: pd.DataFrame) -> Iterator[Recalled]:
    titles = {one.id: one.title for one in programme.credentials.values()}
    titles |= {one.id: one.title for one in programme.stacks.values()}
    for row in awards.merge(events, on="award").sort_values("on", kind="stable").to_dict("records"):
        if row["credential"] in titles:
            state, since = str(row["event"]), row["at"].date()
            yield Recalled(titles[row["credential"]], row["on"].date(), since, state)


def _begun(enrolments: pd.DataFrame, day: datetime.date) -> pd.DataFrame:
    import pandas as pd

    begun = enrolments["starts"].isna() | (enrolments["starts"] <= pd.Timestamp(day))
    return enrolments[begun].sort_values("starts", kind="stable", na_position="first")


def _rated(programme: Programme, ratings: pd.DataFrame, plan: dict[str, str]) -> Iterator[RatedRow]:
    for assessment, of_assessment in ratings.groupby("assessment", sort=True):
        credential = programme.credentials.get(str(assessment))
        credential = credential or programme.credentials.get(plan.get(str(assessment), ""))
        if credential is None or credential.rubric is None:
            continue
        for criterion in credential.rubric.criteria:
            given = of_assessment[of_assessment["criterion"].isin([criterion.id, criterion.title])]
            if given.empty:
                continue
            last = given[given["attempt"] == given["attempt"].max()]
            ranks = sorted(at for at in (_rank(credential.rubric, row) for row in last.itertuples()) if at is not None)
            if ranks:
                yield _row(credential.title, credential.rubric, criterion, ranks, last["on"].max())


def _latest(rows: Iterable[RatedRow]) -> tuple[RatedRow, ...]:
    """Of a row that several assessments of a credential rated, such as a follow-up, what was said last."""
    found: dict[tuple[str, str], RatedRow] = {}
    for one in rows:
        before = found.get((one.credential, one.criterion))
        if before is None or (one.on or datetime.date.min) >= (before.on or datetime.date.min):
            found[one.credential, one.criterion] = one
    return tuple(found.values())


def _row(title: str, rubric: Rubric, criterion: Any, ranks: list[int], on: Any) -> RatedRow:
    # The lower median: at least half of the raters gave this level or a higher one.
    at = ranks[(len(ranks) - 1) // 2]
    needed = [one.id for one in rubric.levels].index(rubric.pass_level)
    following = rubric.levels[at + 1] if at + 1 < len(rubric.levels) else None
    described = criterion.descriptors.get(following.id, following.title) if following else ""
    return RatedRow(
        title,
        criterion.title,
        rubric.levels[at].title,
        len(ranks),
        None if on != on else on.date(),
        at >= needed,
        at > needed or following is None,
        described,
    )


def _rank(rubric: Rubric, row: Any) -> int | None:
    for at, level in enumerate(rubric.levels):
        if (isinstance(row.level, str) and row.level in (level.id, level.title)) or (
            not isinstance(row.level, str) and level.points == row.score
        ):
            return at
    return None
