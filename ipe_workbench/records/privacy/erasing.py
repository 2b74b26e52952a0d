"""Erasing a person: out of every table, and proof by a search of everything that is left."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, or_, select, update

from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.records.privacy.audit import record
from ipe_workbench.records.privacy.traces import Trace, search, wipe
from ipe_workbench.records.tables import PERSONAL, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ipe_workbench.records.store import Store

__all__ = ["OUTSIDE", "ErasePolicy", "Erasure", "erase"]

#: What becomes of awards. Both cut the tie to the person; `revoke` also says that they no longer count.
ErasePolicy = Literal["anonymise", "revoke"]

#: Where a person may still be, and what an erasure here cannot reach.
OUTSIDE = (
    "Exports and research data sets made before, as listed under exports; reports made of them.",
    "Backups of the database, and of the server's write-ahead log: they run out as the office's plan says.",
    "Badges already issued: they are files in the hands of the person, and revoked only by the badges' status list.",
    "The systems that the records came from: importing their file again brings the person back.",
)


@dataclass(frozen=True)
class Erasure:
    """What an erasure removed, and what a search found afterwards.

    Parameters
    ----------
    removed : mapping of str to int
        Rows removed, by table.
    awards : int
        Awards that were kept without the person.
    policy : "anonymise" or "revoke"
        What became of them.
    traces : tuple of Trace
        Where the person's identifiers still stand; empty when the erasure is proven.
    digest : str
        The entry of the audit log.
    exports : tuple of str
        Each export made before, by day, person, what and where: the files may still speak of the erased.
    """

    removed: Mapping[str, int]
    awards: int
    policy: ErasePolicy
    traces: tuple[Trace, ...]
    digest: str
    exports: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON; it holds nothing of the person."""
        return {
            "removed": dict(self.removed),
            "awards": {"kept": self.awards, "policy": self.policy},
            "traces": [one.to_dict() for one in self.traces],
            "exports": list(self.exports),
            "outside": list(OUTSIDE),
            "digest": self.digest,
        }


def erase(
    store: Store,
    learner: str,
    *,
    who: str,
    awards: ErasePolicy = "anonymise",
    at: datetime.datetime | None = None,
) -> Erasure:
    """Remove a learner from all tables, and search everything that is left for what identified them.

    Parameters
    ----------
    store : Store
        The records.
    learner : str
        The learner's id in other systems, or the pseudonym.
    who : str
        Who erases; for the audit log, which holds nothing of the erased.
    awards : "anonymise" or "revoke"
        Awards stay and lose their learner. With `revoke` each of them is revoked, too.
    at : datetime.datetime, optional
        The time, in UTC; now by default.

    Raises
    ------
    UnknownNameError
        When there is no such learner.

    Notes
    -----
    On SQLite the freed pages are overwritten, the file is written anew and the write-ahead log emptied; on PostgreSQL
    the tables are vacuumed, which frees old row versions for reuse but leaves a server's own log and backups.
    """
    if awards not in ("anonymise", "revoke"):
        raise UnusableInputError(f"Awards cannot be treated as `{awards}`.", mend="Choose anonymise or revoke.")
    moment = (at or datetime.datetime.now(datetime.UTC)).replace(tzinfo=None)
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        number, source = _find(connection, store, learner)
        marks = _marks(connection, store, number, source)
        kept = _release_awards(connection, number, awards, moment)
        removed = _remove(connection, number)
        what = f"a learner; {kept} awards: {awards}"
        exports = tuple(_exports(connection))
        digest = record(connection, who=who, action="erase", what=what, rows=sum(removed.values()), at=moment)
    wipe(store)
    return Erasure(removed, kept, awards, search(store, marks), digest, exports)


def _find(connection: Connection, store: Store, learner: str) -> tuple[int, str]:
    people = table("learners")
    found = connection.execute(select(people.c.id, people.c.source_id).where(people.c.source_id == learner)).first()
    if found is None:
        rows = connection.execute(select(people.c.id, people.c.source_id))
        found = next((row for row in rows if store.key.pseudonym(row.source_id) == learner), None)
    if found is None:
        # What was typed may be a name: it is not repeated.
        raise UnknownNameError(
            "No learner has this id or pseudonym.", mend="Take the id of the system that the roster came from."
        )
    return int(found.id), str(found.source_id)


def _marks(connection: Connection, store: Store, number: int, source: str) -> dict[str, str]:
    """What identifies the learner, by the word for it."""
    names = table("learner_names")
    row = connection.execute(select(names).where(names.c.learner_id == number)).mappings().first()
    known = {"source id": source, "pseudonym": store.key.pseudonym(source)}
    if row is not None:
        full = " ".join(filter(None, (row["given_name"], row["family_name"])))
        known |= {"name": full, "family name": row["family_name"] or "", "email": row["email"] or ""}
    return {word: mark for word, mark in known.items() if mark}


def _release_awards(connection: Connection, number: int, policy: ErasePolicy, at: datetime.datetime) -> int:
    awards, events = table("awards"), table("award_events")
    numbers = list(connection.scalars(select(awards.c.id).where(awards.c.learner_id == number)))
    if policy == "revoke":
        for award in numbers:
            row = {"award_id": award, "event": "revoked", "at": at, "reason": "erasure", "reference": None}
            connection.execute(events.insert().values(row))
    own = events.c.award_id.in_(numbers)
    told = or_(events.c.reason.is_not(None), events.c.reference.is_not(None))
    connection.execute(update(events).where(own & told).values(reason=None, reference=None))
    connection.execute(update(awards).where(awards.c.learner_id == number).values(learner_id=None))
    return len(numbers)


def _exports(connection: Connection) -> Iterator[str]:
    """What left the database before, as the log says it."""
    log = table("audit_log")
    gone = log.c.action.in_(("export", "research export", "names"))
    for row in connection.execute(select(log).where(gone).order_by(log.c.id)).mappings():
        yield f"{row['at']:%Y-%m-%d}, {row['who']}: {row['action']}, {row['what']}"


def _remove(connection: Connection, number: int) -> dict[str, int]:
    removed = {}
    for name in PERSONAL:
        rows = connection.execute(delete(table(name)).where(table(name).c.learner_id == number)).rowcount
        if rows:
            removed[name] = rows
    people = table("learners")
    removed["learners"] = connection.execute(delete(people).where(people.c.id == number)).rowcount
    return removed
