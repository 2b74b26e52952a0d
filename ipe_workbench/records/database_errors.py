"""What a database says when it cannot go on, in one sentence for the person who has to mend it.

Only what is nobody's mistake in the program is put into words here: a lock, a full disk, a right that is missing, a
server that is gone, a file that is no database. A refused row (`IntegrityError`) and a wrong question stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ipe_workbench.errors import EnvironmentFault, UnusableInputError, WorkbenchError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["said_plainly"]

_ELSE = ("The database does not answer: {cause}.", "Is it running, and are address, user and password right?")

#: What it means and how it is mended, by the beginning of SQLite's name of the error.
_SQLITE: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": (
        "Another program has kept the records locked for too long.",
        "Try again when its import is done; nothing of this was recorded.",
    ),
    "SQLITE_FULL": ("The disk is full.", "Make room, then do it again; nothing of this was recorded."),
    "SQLITE_IOERR": (
        "The disk does not do what it is asked: it is full, over a quota, or failing.",
        "Make room or use another disk, then do it again; nothing of this was recorded.",
    ),
    "SQLITE_READONLY": ("You may not write here.", "Ask for the right to write the file and its folder."),
    "SQLITE_PERM": ("You may not open the records.", "Ask for the right to read and write the file and its folder."),
    "SQLITE_CANTOPEN": (
        "The records cannot be opened.",
        "Is the folder there, and may you write in it? SQLite keeps two more files beside the records.",
    ),
}
#: The same by the beginning of the SQLSTATE of PostgreSQL. Source: PostgreSQL 15, appendix A.
_POSTGRESQL: dict[str, tuple[str, str]] = {
    "53100": ("The server's disk is full.", "Make room there, then do it again; nothing of this was recorded."),
    "53300": ("The server has too many visitors.", "Try again later, or let it take more connections."),
    "55P03": _SQLITE["SQLITE_BUSY"],
    "25006": ("The server takes no changes.", "Is it a copy that is only read? Name the main server."),
    "42501": ("You may not do this here: {cause}.", "Ask whoever runs the server for the right."),
    "57P": ("The server was stopped.", "Do it again when it runs; nothing of this was recorded."),
    "08": ("The server is gone: {cause}.", "Do it again when it answers; nothing of this was recorded."),
}


@contextmanager
def said_plainly(place: str) -> Iterator[None]:
    """Errors of the database as errors of ours.

    Parameters
    ----------
    place : str
        The database in words for people; never with a password.

    Raises
    ------
    EnvironmentFault
        When the database cannot go on.
    UnusableInputError
        When it is not one, or is damaged.
    """
    from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError

    try:
        yield
    except IntegrityError:
        raise
    except (DatabaseError, InterfaceError) as error:
        found = _plain(error, place)
        if found is None:
            raise
        # The driver's error holds the statement and its values: it is not passed on.
        raise found from None


def _plain(error: DBAPIError, place: str) -> WorkbenchError | None:
    from sqlalchemy.exc import OperationalError

    cause = (str(error.orig).strip().splitlines() or ["no reason given"])[0].rstrip(".")
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        mend = "Name the right file in --db or IPE_DB; if it is the right one, put back a copy."
        return UnusableInputError(f"This is not a database of records: {cause}.", place=place, mend=mend)
    known = _POSTGRESQL if not name else _SQLITE
    code = name or str(getattr(error.orig, "sqlstate", None) or "")
    for start, (message, mend) in known.items():
        if code.startswith(start):
            return EnvironmentFault(message.format(cause=cause), place=place, mend=mend)
    # psycopg gives no code to a connection that failed or broke; an OperationalError of SQLite without one of the
    # names above is a wrong question (SQLITE_ERROR).
    if name or not isinstance(error, OperationalError):
        return None
    if error.connection_invalidated:
        message, mend = _POSTGRESQL["08"]
    else:
        message, mend = _ELSE
    return EnvironmentFault(message.format(cause=cause), place=place, mend=mend)
