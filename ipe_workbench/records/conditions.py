"""Conditions on a frame's columns as the database answers them, so that only rows that are wanted leave it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from ipe_workbench.records.frames import Frame
from ipe_workbench.records.tables import column_named

if TYPE_CHECKING:
    from sqlalchemy import Dialect

__all__ = ["Condition", "expressions"]

#: A condition on a column of a frame: a value, several of them, or the least and the greatest (``None``: no limit).
Condition = Any

#: So many values are looked up in an index one by one; of more, each row is compared with all of them.
_FEW = 1_000


def expressions(
    described: Frame,
    where: Mapping[str, Condition],
    numbers: Callable[[str, Collection[str]], list[int]],
    dialect: Dialect,
) -> list[Any]:
    """The conditions in SQL.

    Parameters
    ----------
    described : Frame
        The frame.
    where : mapping
        Conditions by column.
    numbers : callable
        The numbers in the database of people, ``learner`` or ``staff``, with these pseudonyms.
    dialect : Dialect
        The database that will answer.

    Raises
    ------
    UnknownNameError
        When the frame has no such column.
    """
    found = []
    for name, condition in where.items():
        column = described.column(name)
        expression = column_named(column.source)
        several = isinstance(condition, Collection) and not isinstance(condition, str | bytes)
        if column.type in ("learner", "staff"):
            people = list(condition) if several else [condition]
            found.append(_one_of(expression, numbers(column.type, people), dialect))
        elif isinstance(condition, slice):
            if condition.start is not None:
                found.append(expression >= condition.start)
            if condition.stop is not None:
                found.append(expression <= condition.stop)
        elif several and column.type == "text":
            found.append(_one_of(expression, list(condition), dialect))
        elif several:
            found.append(expression.in_(list(condition)))
        else:
            found.append(expression == condition)
    return found


def _one_of(column: Any, values: list[Any], dialect: Dialect) -> Any:
    """One of many values, all of them in one parameter: a database takes 65,535 (PostgreSQL) or 250,000 at most."""
    from sqlalchemy import ARRAY, any_, bindparam, func, select
    from sqlalchemy.sql.expression import UnaryExpression
    from sqlalchemy.sql.operators import custom_op

    if len(values) <= _FEW:
        return column.in_(values)
    if dialect.name == "postgresql":
        return column == any_(bindparam(None, values, type_=ARRAY(column.type)))
    listed = func.json_each(json.dumps(values)).table_valued("value")
    # The sign keeps SQLite from an index: of two long lists it would look up each pair.
    unindexed: Any = UnaryExpression(column, operator=custom_op("+"))
    return unindexed.in_(select(listed.c.value))
