"""Bringing a database to the tables that this version of the Workbench knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["current_version", "latest_version", "require_latest", "upgrade"]

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


def require_latest(connection: Connection, place: str) -> None:
    """Refuse a database whose tables are not those that this Workbench knows.

    Raises
    ------
    UnusableInputError
        When there are no records, older tables, or those of a newer Workbench.
    """
    found, wanted = current_version(connection), latest_version()
    if found == wanted:
        return
    if found is None:
        raise UnusableInputError("There are no records here.", place=place, mend="Make them with `ipe records init`.")
    if found < wanted:
        raise UnusableInputError(
            f"The records are of version {found}; this Workbench needs {wanted}.",
            place=place,
            mend="Make a copy of the database, then bring it up to date with `ipe records init`.",
        )
    raise UnusableInputError(
        f"The records are of version {found}; this Workbench knows {wanted} at most.",
        place=place,
        mend="Install the newer Workbench that made them.",
    )


def _config(connection: Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
