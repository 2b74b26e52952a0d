"""Where the records speak of what the programme does not have: ids that somebody mistyped, or a design that moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ipe_workbench.errors import near_names
from ipe_workbench.findings import Finding, Place, Severity
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ipe_workbench.credentials.programme import Programme

__all__ = ["against_programme"]


def against_programme(connection: Connection, programme: Programme, place: str) -> Iterator[Finding]:
    """Findings about ids of the programme in the records: one for each id, with how many rows name it.

    ``award-unknown`` is an error, the others are warnings.
    """
    badges = {*programme.credentials, *programme.stacks}
    activities = {one.id for one in programme.activities()}
    look = _Look(connection, place)
    yield from look.unknown("awards", "credential", badges, "award", "credential", "error", where_ours=True)
    yield from look.unknown("assessment_plan", "credential", badges, "assessment", "credential")
    yield from look.unknown("offerings", "credential", badges, "offering", "credential")
    yield from look.unknown("offerings", "activity", activities, "offering", "activity")
    yield from look.unknown("evidence", "credential", badges, "evidence", "credential")
    professions = {one.id for one in programme.info.professions}
    yield from look.unknown("study_programmes", "profession", professions, "study-programme", "profession")
    yield from look.unknown("terms", "id", {one.id for one in programme.info.terms}, "term", "term")
    yield from _versions(connection, programme, look)
    yield from _ratings(connection, programme, look)


def _versions(connection: Connection, programme: Programme, look: _Look) -> Iterator[Finding]:
    """Awards by a version of a design that is neither today's nor kept."""
    from sqlalchemy import func, select

    awards = table("awards")
    query = select(awards.c.credential, awards.c.version, func.count()).where(awards.c.issuer == "")
    for credential, version, count in connection.execute(
        query.group_by(awards.c.credential, awards.c.version).order_by(awards.c.credential, awards.c.version)
    ):
        now = programme.credentials.get(credential) or programme.stacks.get(credential)
        if not version or now is None or version == now.version or (credential, version) in programme.issued:
            continue
        message = f"{_rows(count)} of awards name version {version} of `{credential}`, of which nothing is kept."
        mend = "Put the version's file into issued/, or mend the version in the file that was imported."
        yield look.finding("award-version-unknown", "warning", message, mend, "awards", credential)


def _ratings(connection: Connection, programme: Programme, look: _Look) -> Iterator[Finding]:
    """Ratings of criteria, or with levels, that the credential's rubric does not have."""
    from sqlalchemy import func, select

    scores, plan = table("rubric_scores"), table("assessment_plan")
    decides = func.coalesce(plan.c.credential, scores.c.assessment_id)
    source = scores.join(plan, plan.c.id == scores.c.assessment_id)
    for column, what in (("criterion", "criterion"), ("level", "level")):
        named = scores.c[column]
        query = select(decides, named, func.count()).select_from(source).where(named.is_not(None))
        for credential, id, count in connection.execute(query.group_by(decides, named).order_by(decides, named)):
            design = programme.credentials.get(credential)
            if design is None or design.rubric is None:
                continue
            known = [one.id for one in (design.rubric.criteria if column == "criterion" else design.rubric.levels)]
            if id not in known:
                message = f"{_rows(count)} of ratings name the {what} `{id}`, which the rubric of `{credential}` lacks."
                yield look.finding(
                    f"rating-{what}-unknown", "warning", message, near_names(id, known), "rubric_scores", credential
                )


class _Look:
    """Questions of one kind: which ids of a column are not in a set."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection, self._place = connection, place

    def unknown(
        self,
        name: str,
        column: str,
        known: Collection[str],
        subject: str,
        what: str,
        severity: Severity = "warning",
        *,
        where_ours: bool = False,
    ) -> Iterator[Finding]:
        """One finding for each id that the programme does not have; `where_ours` leaves out badges of others."""
        from sqlalchemy import func, select

        one = table(name)
        query = select(one.c[column], func.count()).where(one.c[column].is_not(None))
        if where_ours:
            query = query.where(one.c.issuer == "")
        for id, count in self._connection.execute(query.group_by(one.c[column]).order_by(one.c[column])):
            if id not in known:
                message = f"{_rows(count)} of {name.replace('_', ' ')} name the {what} `{id}`, "
                message += "which the programme does not have."
                mend = f"{near_names(id, list(known))} Mend it in the file that was imported, or add it."
                identifier = f"{subject}-unknown" if subject in ("award", "term") else f"{subject}-{what}-unknown"
                yield self.finding(identifier, severity, message, mend.strip(), name, id)

    def finding(self, id: str, severity: Severity, message: str, mend: str, name: str, subject: str) -> Finding:
        """A finding about a table of the records."""
        return Finding(id, severity, message, mend, Place(self._place, None, f"table {name}"), subject)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
