"""The metadata that all tables of the records share, and how to find a table or a column in it by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table

__all__ = ["column_named", "metadata", "table"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str) -> Table:
    """The table of that name. Raises `KeyError` when there is none."""
    return metadata.tables[name]


def column_named(dotted: str) -> Column[Any]:
    """The column ``table.column``. Raises `KeyError` when there is none."""
    home, column = dotted.split(".")
    return metadata.tables[home].c[column]
