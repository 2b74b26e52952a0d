"""Where the records are, and how to talk to that database.

SQLite serves one machine: a file in write-ahead mode, so that notebooks, a dashboard and the command line read while
one of them writes. PostgreSQL serves many machines, by URL.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import EnvironmentFault, UnusableInputError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL

__all__ = ["DEFAULT", "PATIENCE", "engine_for", "place_of", "url_of"]

#: The file that holds the records of a workspace unless `--db` or IPE_DB says otherwise.
DEFAULT = "records.sqlite"
#: How long a writer waits for another one, in seconds.
PATIENCE = 60
#: How many KiB of the database a connection to SQLite keeps in memory: each row of an import touches a page of each
#: index, and with SQLite's own 2 MiB most of them are no longer there. Larger ones gain little.
_CACHE = 8_192


def url_of(db: str | Path | None = None) -> URL:
    """The URL of a database.

    Parameters
    ----------
    db : str or Path, optional
        A path of a SQLite file or a URL, ``postgresql://user@host/name`` for example. The environment variable
        ``IPE_DB`` by default, else ``records.sqlite`` in this folder.

    Raises
    ------
    UnusableInputError
        When the URL is not one, or names another kind of database.

    Examples
    --------
    >>> url_of("postgresql://office@db.example.edu/ipe").drivername
    'postgresql+psycopg'
    >>> url_of("cohort.sqlite").get_backend_name()
    'sqlite'
    """
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    text = str(db or os.environ.get("IPE_DB") or DEFAULT)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).resolve()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is not repeated.
        raise UnusableInputError(
            "The URL of the records is not one.", place="--db", mend="Write postgresql://user@host/name, or a path."
        ) from None
    kind = url.get_backend_name()
    if kind == "sqlite":
        if not url.database or url.database == ":memory:":
            raise UnusableInputError("Records need a file.", place="--db", mend="Name one, such as records.sqlite.")
        return URL.create("sqlite", database=str(Path(url.database).resolve()))
    if kind not in ("postgresql", "postgres"):
        raise UnusableInputError(
            f"Records cannot be kept in {kind}.", place="--db", mend="Use a SQLite file or a PostgreSQL URL."
        )
    if "@" in (url.host or ""):
        # Whatever stands before it is the end of the password: it is not repeated.
        mend = "In a password write %40 for @ and %2F for /."
        raise UnusableInputError("The URL of the records has an @ too many.", place="--db", mend=mend)
    return url.set(drivername="postgresql+psycopg")


def place_of(url: URL) -> str:
    """The database in words for people: never with a password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def engine_for(url: URL) -> Engine:
    """An engine whose transactions are serialised as the records need it; nothing is opened yet."""
    from sqlalchemy import create_engine, event

    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # We begin transactions ourselves: the driver would begin them late, and not for reading.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise EnvironmentFault(
            "SQLite cannot keep several programs apart on this disk.",
            mend="Keep the records on a local disk, or use PostgreSQL.",
        )
    # What was reported as recorded must outlive a power cut, not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{_CACHE}")
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A writer takes its turn at once. One that began by reading could not go on after somebody else wrote.
    writes = connection.get_execution_options().get("ipe_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")
