"""Tables of counts, and everything that adds up in them: what a reader who can add and subtract knows."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COUNT", "TOTAL", "Cell", "Counts", "Sum", "Sums", "sums_of", "values_of", "words_of"]

#: The value of a dimension in a row that holds a total over it.
TOTAL = "(all)"
#: The column of a table that holds the number of learners.
COUNT = "count"
_UNKNOWN = "(unknown)"

#: A group of learners: the dimensions that are not a total, with their values; empty for all learners.
Cell = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Counts:
    """A table of counts of learners that is to be published.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a cell: a column a dimension and `count`, whole numbers. A row with ``"(all)"`` in a dimension holds
        the total over it; totals may be missing. A combination that is missing counts none.
    where : mapping of str to str
        What all learners of the table have in common, such as ``{"year": "1"}``, where other tables have more.
    overlapping : collection of str
        Dimensions in which a learner may stand in several rows or none, such as a badge: they do not add up.
    """

    frame: pd.DataFrame
    where: Mapping[str, str] = field(default_factory=dict)
    overlapping: Collection[str] = ()

    @property
    def dimensions(self) -> list[str]:
        """The columns other than the count."""
        return [str(one) for one in self.frame.columns if one != COUNT]

    def rows(self, name: str) -> dict[Cell, int]:
        """The count of each cell that has a row.

        Raises
        ------
        UnusableInputError
            When a count is no whole number, or a cell has two rows.
        """
        if COUNT not in self.frame:
            raise UnusableInputError(f"The table has no column `{COUNT}`.", place=name, mend="Name the counts so.")
        found: dict[Cell, int] = {}
        for number, row in enumerate(self.frame.to_dict("records"), start=1):
            cell = self.cell(row)
            try:
                count = int(row[COUNT])
            except (TypeError, ValueError):
                count = -1
            if count < 0 or count != row[COUNT]:
                raise UnusableInputError("A count is a whole number.", place=f"{name}, row {number}", mend="Mend it.")
            if cell in found:
                mend = "Add the rows of one group up first."
                raise UnusableInputError("The same group has two rows.", place=f"{name}, row {number}", mend=mend)
            found[cell] = count
        return found

    def cell(self, row: Mapping[Any, Any]) -> Cell:
        """The group of learners that a row counts."""
        named = {one: _value(row[one]) for one in self.dimensions}
        return frozenset([*((one, value) for one, value in named.items() if value != TOTAL), *self.where.items()])


@dataclass(frozen=True)
class Sum:
    """A cell that is the sum of others."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class Sums:
    """The cells of linked tables with their true counts, those that would be published, and what adds up."""

    counts: Mapping[Cell, int]
    published: Collection[Cell]
    sums: tuple[Sum, ...]


def values_of(tables: Iterable[Counts]) -> dict[str, list[str]]:
    """The values of each dimension in any of the tables, totals apart."""
    found: dict[str, dict[str, None]] = {}
    for one in tables:
        for dimension in one.dimensions:
            seen = found.setdefault(dimension, {})
            seen.update(dict.fromkeys(_value(value) for value in one.frame[dimension]))
            seen.pop(TOTAL, None)
    return {dimension: sorted(seen) for dimension, seen in found.items()}


def sums_of(tables: Mapping[str, Counts], values: Mapping[str, list[str]]) -> Sums:
    """Everything that adds up in linked tables: margins, shown or not, and what is left beside a part.

    Raises
    ------
    UnusableInputError
        When a total is not the sum of its parts, or two tables differ about the same group.
    """
    counts: dict[Cell, int] = {}
    published: dict[Cell, None] = {}
    sums: dict[Sum, None] = {}
    for name, one in tables.items():
        full, rows, own = _filled(name, one, values)
        for cell, count in full.items():
            if counts.setdefault(cell, count) != count:
                mend = "Tables released together must count the same learners on the same day."
                what = f"{counts[cell]} elsewhere and {count} here"
                raise UnusableInputError(f"The same group counts {what}: {words_of(cell)}.", place=name, mend=mend)
        published.update(rows)
        sums.update(own)
    for one in tables.values():
        _add_rests(one, counts, sums)
    return Sums(counts, tuple(published), tuple(sums))


def _filled(
    name: str, table: Counts, values: Mapping[str, list[str]]
) -> tuple[dict[Cell, int], dict[Cell, None], dict[Sum, None]]:
    """All cells of a table and of its margins; the cells with a row or none because nobody is in them; its sums."""
    rows = table.rows(name)
    where = frozenset(table.where.items())
    dimensions = table.dimensions
    inner = [
        where.union(zip(dimensions, chosen, strict=True))
        for chosen in itertools.product(*(values[one] for one in dimensions))
    ]
    full = {cell: rows.get(cell, 0) for cell in inner}
    shown = dict.fromkeys([*inner, *rows])
    sums: dict[Sum, None] = {}
    layer = set(inner)
    while layer:
        parts: dict[tuple[Cell, str], list[Cell]] = {}
        for cell in sorted(layer, key=sorted):
            for item in sorted(cell - where):
                parts.setdefault((cell - {item}, item[0]), []).append(cell)
        layer = set()
        for (total, dimension), members in parts.items():
            layer.add(total)
            if dimension in table.overlapping:
                if total in rows:
                    full[total] = rows[total]
                continue
            if not all(one in full for one in members):
                continue
            count = sum(full[one] for one in members)
            if rows.get(total, count) != count or full.get(total, count) != count:
                message = f"A total is {rows.get(total)}, its parts are {count}: {words_of(total)}."
                mend = "Count again, or name the dimension in `overlapping` when a learner may stand in several rows."
                raise UnusableInputError(message, place=name, mend=mend)
            full[total] = count
            sums[Sum(total, tuple(members))] = None
    full.update(rows)
    return full, shown, sums


def _add_rests(table: Counts, counts: dict[Cell, int], sums: dict[Sum, None]) -> None:
    """Those of a larger group who are not in a part of it: 30 in all and 27 with a badge say 3 without it."""
    where = frozenset(table.where.items())
    for cell in list(counts):
        lone = [frozenset([item]) for item in cell if item[0] in table.overlapping]
        if where and where <= cell:
            lone.append(where)
        for part in lone:
            total = cell - part
            if total not in counts or any(one.total == total and cell in one.parts for one in sums):
                continue
            rest = total | {("not " + words_of(part), "")}
            counts.setdefault(rest, counts[total] - counts[cell])
            if counts[rest] < 0:
                message = f"A part counts {counts[cell]}, the whole {counts[total]}: {words_of(cell)}."
                raise UnusableInputError(message, mend="Count both on the same day.")
            sums[Sum(total, (cell, rest))] = None


def _value(value: Any) -> str:
    import pandas as pd

    return _UNKNOWN if pd.isna(value) else str(value)


def words_of(cell: Cell) -> str:
    """A group of learners for people, such as ``badge=huddles, profession=nursing``."""
    return ", ".join(f"{dimension}={value}".rstrip("=") for dimension, value in sorted(cell)) or "all learners"
