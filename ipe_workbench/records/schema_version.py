"""Bringing a database to the tables that this version of the Workbench knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["current_version", "latest_version", "require_empty", "require_latest", "require_not_newer", "upgrade"]

_SCRIPTS = Path(__file__).parent / "migrations"


def latest_version() -> str:
    """The version of the tables that this Workbench writes, such as ``0001``."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current_version(connection: Connection) -> str | None:
    """The version of the tables in a database; ``None`` where there are no records."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Make or bring up to date all tables, in the transaction of the connection."""
    from alembic import command

    command.upgrade(_config(connection), "head")


def require_empty(connection: Connection, place: str) -> None:
    """Refuse to make records among the tables of another program.

    Raises
    ------
    UnusableInputError
        When a SQLite file has any table, or a server's database, which may be shared, one of the same name.
    """
    from sqlalchemy import inspect

    found = set(inspect(connection).get_table_names())
    if connection.dialect.name != "sqlite":
        found &= set(metadata.tables)
    if found:
        mend = "Name another file or database; `ipe records init` makes the records in it."
        raise UnusableInputError("This is the database of another program.", place=place, mend=mend)


def require_latest(connection: Connection, place: str) -> None:
    """Refuse a database whose tables are not those that this Workbench knows.

    Raises
    ------
    UnusableInputError
        When there are no records, older tables, or those of a newer Workbench.
    """
    found, wanted = current_version(connection), latest_version()
    if found is None:
        raise UnusableInputError("There are no records here.", place=place, mend="Make them with `ipe records init`.")
    require_not_newer(connection, place)
    if found != wanted:
        raise UnusableInputError(
            f"The records are of version {found}; this Workbench needs {wanted}.",
            place=place,
            mend="Make a copy of the database, then bring it up to date with `ipe records init`.",
        )


def require_not_newer(connection: Connection, place: str) -> None:
    """Refuse a database that a newer Workbench, or another program, made.

    Raises
    ------
    UnusableInputError
        When its version is not one that this Workbench knows.
    """
    found = current_version(connection)
    if found is not None and found not in _known_versions():
        raise UnusableInputError(
            f"The records are of version {found}; this Workbench knows {latest_version()} at most.",
            place=place,
            mend="Install the newer Workbench that made them.",
        )


def _known_versions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config(connection: Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
