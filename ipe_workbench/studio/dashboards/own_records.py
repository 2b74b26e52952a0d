"""What the records say of one learner: read for that learner alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from ipe_workbench.credentials import Award, Facts, HoursRecorded, Programme, ScoreReached
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.recorded import is_practice, rows_of, until

if TYPE_CHECKING:
    from ipe_workbench.evaluation.feedback import GrowthArea
    from ipe_workbench.records import Store

__all__ = ["LearnerRecords", "OwnBadge", "read_learner"]

State = Literal["valid", "expired", "suspended", "revoked"]


@dataclass(frozen=True)
class OwnBadge:
    """An award as its learner sees it; `expires` is the last day on which it counts."""

    id: str
    title: str
    on: datetime.date
    expires: datetime.date | None
    state: State
    stack: bool
    version: str = ""
    issuer: str = ""


@dataclass(frozen=True)
class LearnerRecords:
    """One learner: how they are called, what they study, and what is recorded of them until a day.

    `growth` says where there is a level above the one reached, `hours` are the hours of attendance that count, and
    `practice` says that the learner is invented.
    """

    pseudonym: str
    id: str
    called: str
    profession: str | None
    facts: Facts
    badges: tuple[OwnBadge, ...]
    growth: tuple[GrowthArea, ...]
    hours: float
    practice: bool = False


def read_learner(store: Store, programme: Programme, learner: str, day: datetime.date) -> LearnerRecords:
    """The records of one learner.

    Parameters
    ----------
    store : Store
        The records.
    programme : Programme
        The programme of the credentials.
    learner : str
        The id that the university has for the learner.
    day : date
        What was recorded later is left out.

    Raises
    ------
    UnknownNameError
        When the records have no such learner.
    """
    from ipe_workbench.evaluation.feedback import growth_areas, levelled_ratings

    called = _called(store, learner)
    pseudonym = store.key.pseudonym(learner)
    mine = {"learner": pseudonym}
    profession = _profession(store, programme, mine)
    badges = _badges(store, programme, mine, day)
    attended = until(store.frame("attendance", where=mine), day)
    results = until(store.frame("assessments", where=mine), day)
    hours = attended[attended["hours"].notna() & attended["activity"].notna()]
    facts = Facts(
        profession=profession,
        awards=tuple(_awards(programme, badges)),
        scores=tuple(
            ScoreReached(str(one.assessment), float(one.score), one.on.date())
            for one in rows_of(results)
            if one.score == one.score and one.on == one.on
        ),
        hours=tuple(HoursRecorded(str(one.activity), float(one.hours), one.on.date()) for one in rows_of(hours)),
    )
    ratings = levelled_ratings(programme, until(store.frame("rubric_scores", where=mine), day), results)
    held = {one.id for one in badges if one.state == "valid"}
    growth = growth_areas(programme, ratings, held=held, on=day)
    return LearnerRecords(
        pseudonym,
        learner,
        called,
        profession,
        facts,
        badges,
        growth,
        float(hours["hours"].sum()),
        practice=is_practice(store, [pseudonym]),
    )


def _called(store: Store, learner: str) -> str:
    """How the learner is called, for the learner alone."""
    people, names = table("learners"), table("learner_names")
    query = (
        select(people.c.id, names.c.given_name)
        .select_from(people.outerjoin(names, people.c.id == names.c.learner_id))
        .where(people.c.source_id == learner)
    )
    with store.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise UnknownNameError("The records do not know you (any more).", mend="Ask the office about it.")
    return row.given_name or ""


def _profession(store: Store, programme: Programme, mine: dict[str, str]) -> str | None:
    """The profession of the latest enrolment that the programme knows."""
    enrolments = store.frame("enrolments", where=mine).sort_values("starts", na_position="first", kind="stable")
    known = {one.id for one in programme.info.professions}
    active = enrolments[enrolments["status"] == "active"]
    for rows in (active, enrolments):
        there = [one for one in rows["profession"] if one in known]
        if there:
            return str(there[-1])
    return None


def _badges(store: Store, programme: Programme, mine: dict[str, str], day: datetime.date) -> tuple[OwnBadge, ...]:
    awards = until(store.frame("awards", where=mine), day)
    numbers = [int(one) for one in awards["award"]]
    events = store.frame("award_events", where={"award": numbers}) if numbers else None
    last: dict[int, str] = {}
    if events is not None:
        for one in rows_of(events.sort_values("at", kind="stable")):
            if one.event != "claimed" and one.at.date() <= day:
                last[int(one.award)] = str(one.event)
    found = []
    for one in rows_of(awards):
        expires = one.expires.date() if one.expires == one.expires else None
        event = last.get(int(one.award), "")
        state: State = (
            "revoked" if event == "revoked"
            else "suspended" if event == "suspended"
            else "expired" if expires is not None and expires < day
            else "valid"
        )  # fmt: skip
        found.append(
            OwnBadge(
                str(one.credential), _title(programme, str(one.credential), str(one.version)), one.on.date(), expires,
                state, str(one.credential) in programme.stacks, str(one.version), str(one.issuer),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.on, one.id)))


def _title(programme: Programme, reference: str, version: str) -> str:
    try:
        return programme.designed(reference, version or None).title
    except UnknownNameError:
        return reference


def _awards(programme: Programme, badges: tuple[OwnBadge, ...]) -> list[Award]:
    """The awards that rules may count: those in force, of badges that the programme has."""
    found = []
    for one in badges:
        if one.state in ("valid", "expired") and (one.id in programme.credentials or one.stack):
            made = programme.award(one.id, one.on)
            found.append(Award(one.id, one.on, one.expires, made.hours, one.version or made.version))
    return found
