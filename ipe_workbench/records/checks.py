"""What is odd in the records and no constraint can refuse: one finding a kind, with how often and whom."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ipe_workbench.findings import Finding, Place, Severity
from ipe_workbench.records.programme_checks import against_programme
from ipe_workbench.records.store import Store
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ipe_workbench.credentials.programme import Programme

__all__ = ["check_records"]

_SHOWN = 5


def check_records(store: Store, *, on: datetime.date, programme: Programme | None = None) -> tuple[Finding, ...]:
    """What a person should look at.

    Parameters
    ----------
    store : Store
        The records.
    on : datetime.date
        The day for which it is asked whether an award still counts.
    programme : Programme, optional
        The programme that the records are of; without it they are not compared with one.

    Returns
    -------
    tuple of Finding
        ``award-unknown`` is an error: an award of this programme for a credential that it does not have. Learners are
        named by pseudonym.
    """
    with store.reading() as connection:
        look = _Look(store, connection)
        return (
            *(against_programme(connection, programme, str(store.place)) if programme is not None else ()),
            *look.expired(on),
            *look.unplanned(),
            *look.outside_enrolment(),
            *look.not_enrolled(),
            *look.outside_offering(),
            *look.small_teams(),
        )


class _Look:
    """The questions, asked in one state of the records."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store, self._connection = store, connection

    def expired(self, on: datetime.date) -> Iterator[Finding]:
        """Awards that have run out and were not earned again."""
        from sqlalchemy import or_, select

        awards, later = table("awards"), table("awards").alias()
        lasting = or_(later.c.expires.is_(None), later.c.expires >= on)
        same = (later.c.learner_id == awards.c.learner_id) & (later.c.credential == awards.c.credential)
        query = select(awards.c.learner_id).where(
            awards.c.expires < on, ~select(later.c.id).where(same, lasting).exists()
        )
        message = f"had run out on {on}, and nothing newer stands beside them"
        yield from self._people(
            query, "award-expired", "info", "awards", message, "Renew them where they still matter."
        )

    def unplanned(self) -> Iterator[Finding]:
        """Assessments with results of which nothing but the id is known."""
        from sqlalchemy import select

        plan = table("assessment_plan")
        bare = plan.c.kind.is_(None) & plan.c.credential.is_(None) & plan.c.points.is_(None)
        for (id,) in self._connection.execute(select(plan.c.id).where(bare).order_by(plan.c.id)):
            message = f"Of the assessment `{id}` nothing is known but its results."
            mend = "Import its results with the columns kind and credential."
            yield self._finding("assessment-unplanned", "warning", message, mend, "assessment_plan", id)

    def outside_enrolment(self) -> Iterator[Finding]:
        """Results before the first day or after the last day of all enrolments of the learner."""
        from sqlalchemy import func, or_, select

        enrolments, results = table("enrolments"), table("assessments")
        # Without a first (or a last) day nothing is before (or after) it.
        spans = (
            select(
                enrolments.c.learner_id,
                func.min(enrolments.c.starts).label("first"),
                func.max(enrolments.c.ends).label("last"),
                func.count().label("all"),
                func.count(enrolments.c.starts).label("starts"),
                func.count(enrolments.c.ends).label("ends"),
            )
            .group_by(enrolments.c.learner_id)
            .subquery()
        )
        before = (spans.c.starts == spans.c.all) & (results.c.on < spans.c.first)
        after = (spans.c.ends == spans.c.all) & (results.c.on > spans.c.last)
        query = select(results.c.learner_id).join(spans, spans.c.learner_id == results.c.learner_id)
        message = "are from days on which the learner was not enrolled"
        mend = "Mend the days of the enrolment or of the results."
        yield from self._people(
            query.where(or_(before, after)), "result-outside-enrolment", "warning", "assessments", message, mend
        )

    def not_enrolled(self) -> Iterator[Finding]:
        """Learners without an enrolment."""
        from sqlalchemy import select

        learners, enrolments = table("learners"), table("enrolments")
        query = select(learners.c.id).where(
            ~select(enrolments.c.id).where(enrolments.c.learner_id == learners.c.id).exists()
        )
        mend = "Import the roster with programme of study or profession, and cohort."
        message = "have no enrolment, so no profession and no cohort"
        yield from self._people(query, "learner-without-enrolment", "warning", "learners", message, mend)

    def outside_offering(self) -> Iterator[Finding]:
        """Attendance on days on which the activity was not held."""
        from sqlalchemy import or_, select

        attendance, offerings = table("attendance"), table("offerings")
        outside = or_(attendance.c.on < offerings.c.starts, attendance.c.on > offerings.c.ends)
        query = (
            select(attendance.c.learner_id).join(offerings, offerings.c.id == attendance.c.offering_id).where(outside)
        )
        message = "are from days on which the activity was not held"
        mend = "Mend the day, or the days of the offering."
        yield from self._people(query, "attendance-outside-offering", "warning", "attendance", message, mend)

    def small_teams(self) -> Iterator[Finding]:
        """Teams of nobody or of one."""
        from sqlalchemy import func, select

        teams, members = table("teams"), table("team_members")
        query = (
            select(teams.c.term_id, teams.c.name, func.count(members.c.learner_id))
            .outerjoin(members, members.c.team_id == teams.c.id)
            .group_by(teams.c.id, teams.c.term_id, teams.c.name)
            .having(func.count(members.c.learner_id) < 2)
            .order_by(teams.c.term_id, teams.c.name)
        )
        for term, name, count in self._connection.execute(query):
            message = f"The team `{name}` of {term} has {_times(count, 'member')}."
            yield self._finding("team-small", "warning", message, "Import the whole team.", "teams", name)

    def _people(self, query: Any, id: str, severity: Severity, what: str, message: str, mend: str) -> Iterator[Finding]:
        from sqlalchemy import func, select

        found = query.subquery()
        count = self._connection.scalar(select(func.count()).select_from(found)) or 0
        if not count:
            return
        learners, number = table("learners"), next(iter(found.c))
        some = (
            select(learners.c.source_id).where(learners.c.id.in_(select(number))).order_by(learners.c.id).limit(_SHOWN)
        )
        shown = ", ".join(self._store.key.pseudonym(source) for (source,) in self._connection.execute(some))
        noun = what.replace("_", " ") if what != "assessments" else "results"
        yield self._finding(id, severity, f"{count:,} of the {noun} {message} ({shown}, ...).", mend, what)

    def _finding(self, id: str, severity: Severity, message: str, mend: str, what: str, subject: str = "") -> Finding:
        return Finding(id, severity, message, mend, Place(str(self._store.place), None, f"table {what}"), subject)


def _times(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
