"""Where something still stands in a database: in any column of any table, and in the bytes of a SQLite file."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, select

if TYPE_CHECKING:
    from ipe_workbench.records.store import Store

__all__ = ["Trace", "search", "wipe"]

#: Bytes read at once from a database file.
_PIECE = 1 << 20


@dataclass(frozen=True)
class Trace:
    """Something that identified a person and still stands somewhere: what it is, where, and how often."""

    what: str
    where: str
    times: int

    def to_dict(self) -> dict[str, str | int]:
        """The trace as plain JSON."""
        return {"what": self.what, "where": self.where, "times": self.times}


def search(store: Store, marks: Mapping[str, str]) -> tuple[Trace, ...]:
    """Every column of every table that the database itself knows, and the files of SQLite, for these marks.

    Parameters
    ----------
    store : Store
        The records.
    marks : mapping of str to str
        What to look for, by the word for it. A whole identifier or name is looked for, upper and lower case alike and
        however its accents are composed (Unicode), not inside longer words: the id ``12`` is not found in ``2012``.

    Notes
    -----
    Reads everything once for each mark.
    """
    return (*_in_tables(store, marks), *_in_files(store, marks))


def wipe(store: Store) -> None:
    """Overwrite what was deleted: SQLite's free pages and write-ahead log; PostgreSQL's dead rows."""
    if store.engine.dialect.name == "sqlite":
        # Through the driver: no transaction may be open here.
        raw: Any = store.engine.raw_connection()
        try:
            # Another program may be writing. What is deleted was overwritten already, and the search of the files that
            # follows says what is left: an error here would only hide that the person is erased.
            with suppress(sqlite3.OperationalError):
                raw.execute("VACUUM")
            # A notebook may hold its view of the records for hours: not worth waiting for.
            patience = raw.execute("PRAGMA busy_timeout").fetchone()[0]
            raw.execute("PRAGMA busy_timeout = 2000")
            with suppress(sqlite3.OperationalError):
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute(f"PRAGMA busy_timeout = {int(patience)}")
        finally:
            raw.close()
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")


def _in_tables(store: Store, marks: Mapping[str, str]) -> list[Trace]:
    from sqlalchemy import MetaData

    found = []
    with store.reading() as connection:
        actual = MetaData()
        actual.reflect(connection)
        for one in actual.sorted_tables:
            for column in one.columns:
                written = func.lower(cast(column, Text))
                for what, mark in marks.items():
                    near = select(column).where(written.contains(_plain_part(mark), autoescape=True))
                    times = sum(_stands_in(mark, str(value)) for value in connection.scalars(near))
                    if times:
                        found.append(Trace(what, f"{one.name}.{column.name}", times))
    return found


def _in_files(store: Store, marks: Mapping[str, str]) -> list[Trace]:
    if store.engine.dialect.name != "sqlite":
        return []
    found = []
    for file in (Path(f"{store.place}{end}") for end in ("", "-wal")):
        if not file.exists():
            continue
        for what, mark in marks.items():
            # Short marks stand in any file by chance.
            times = sum(_times_in(file, one) for one in _written(mark) if len(one) >= 6)
            if times:
                found.append(Trace(what, file.name, times))
    return found


def _times_in(file: Path, mark: bytes) -> int:
    times, tail = 0, b""
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            piece = tail + piece
            times += piece.count(mark)
            tail = piece[-(len(mark) - 1) :]
    return times


def _plain_part(mark: str) -> str:
    """The longest part of a mark that every database puts into lower case alike, and that no way of writing changes."""
    parts = re.findall(r"[\x00-\x7f]+", unicodedata.normalize("NFC", mark))
    return max(parts, key=len, default="").lower()


def _written(mark: str) -> set[bytes]:
    """The bytes of a mark, with its accents composed or not."""
    return {mark.encode(), *(unicodedata.normalize(form, mark).encode() for form in ("NFC", "NFD"))}


def _stands_in(mark: str, text: str) -> bool:
    wanted, written = _same(mark), _same(text)
    at = written.find(wanted)
    while at >= 0:
        before, after = written[at - 1 : at], written[at + len(wanted) : at + len(wanted) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        at = written.find(wanted, at + 1)
    return False


def _same(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())
