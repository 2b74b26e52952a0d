"""The columns and rules that many tables of the records share."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Text

__all__ = [
    "brought_by",
    "filled",
    "in_order",
    "learner",
    "number_id",
    "one_of",
    "staff",
    "text",
    "text_id",
    "text_reference",
]


def number_id() -> Column[int]:
    """A number that means nothing outside the database."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def text_id() -> Column[str]:
    """An id that the programme's files or another system define."""
    return Column("id", Text, primary_key=True)


def text(name: str, *, needed: bool = False) -> Column[str]:
    """Text, missing unless it is needed."""
    return Column(name, Text, nullable=not needed)


def text_reference(name: str, target: str) -> Column[str]:
    """The text id of a row of another table."""
    return Column(name, Text, ForeignKey(f"{target}.id"), index=True)


def learner(*, needed: bool = True) -> Column[int]:
    """Whose row it is."""
    # No index of its own: a unique constraint that begins with it serves as one wherever there are many rows.
    return Column("learner_id", Integer, ForeignKey("learners.id"), nullable=not needed)


def staff(name: str) -> Column[int]:
    """A member of staff."""
    return Column(name, Integer, ForeignKey("staff.id"), index=True)


def brought_by() -> Column[int]:
    """The import that brought the row; none for what the Workbench itself recorded."""
    return Column("import_id", Integer, ForeignKey("imports.id"))


def one_of(column: str, *values: str) -> CheckConstraint:
    """One of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def in_order(first: str, last: str) -> CheckConstraint:
    """The last day is not before the first."""
    return CheckConstraint(f"{last} >= {first}", name=f"{first}_before_{last}")


def filled(column: str) -> CheckConstraint:
    """Not the empty text."""
    return CheckConstraint(f"{column} <> ''", name=f"{column}_filled")
