"""Rows of a table as records, by whatever headers its columns have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.columns import plain_header
from ipe_workbench.frameworks.sheets.tables import Table

__all__ = ["Record", "records"]

#: The header may stand below a title and a remark.
_SEARCHED_ROWS = 20
_RELATION = "relation:"


@dataclass(frozen=True)
class Record:
    """One row: its texts by field, its associations by type, and by header what is in columns of other names."""

    row: int
    place: str
    fields: dict[str, str]
    relations: dict[str, str]
    others: dict[str, str]
    columns: Mapping[str, int]

    def get(self, field: str) -> str | None:
        """The text of a field; ``None`` where the cell is empty."""
        return self.fields.get(field)


def records(table: Table, known: Mapping[str, str], needed: Collection[str], notes: Notes) -> list[Record]:
    """The rows below the header; none when no row is a header with one of the needed fields.

    `known` maps plain headers to fields; a field ``relation:x`` holds associations of type x.
    """
    best: tuple[int, int] | None = None
    for at, (_, cells) in enumerate(table.rows[:_SEARCHED_ROWS]):
        fields = {known[plain_header(cell)] for cell in cells if plain_header(cell) in known}
        if fields & set(needed) and (best is None or len(fields) > best[0]):
            best = len(fields), at
    if best is None:
        return []
    headers = table.rows[best[1]][1]
    columns = _columns(headers, known, table, notes)
    taken = set(columns.values())
    other = {header: at for at, header in enumerate(headers) if header and at not in taken}
    return [_record(table, number, cells, columns, other) for number, cells in table.rows[best[1] + 1 :]]


def _columns(headers: tuple[str, ...], known: Mapping[str, str], table: Table, notes: Notes) -> dict[str, int]:
    """The column of each field; of two columns for one field the header that comes first in our list wins."""
    rank = {header: at for at, header in enumerate(known)}
    columns: dict[str, int] = {}
    plain = [plain_header(header) for header in headers]
    for at in sorted(range(len(plain)), key=lambda at: (rank.get(plain[at], len(rank)), at)):
        field = known.get(plain[at])
        if field is None:
            if plain[at]:
                message = "Columns of names that are not known here, kept aside"
                notes.count("sheet-extra", "info", message, headers[at])
        elif field in columns:
            message = "Columns that say the same as another, kept aside"
            notes.count("sheet-extra", "warning", message, headers[at], "Rename one.")
        else:
            columns[field] = at
    return columns


def _record(
    table: Table, number: int, cells: tuple[str, ...], columns: Mapping[str, int], other: Mapping[str, int]
) -> Record:
    fields: dict[str, str] = {}
    relations: dict[str, str] = {}
    for field, at in columns.items():
        if at < len(cells) and cells[at]:
            if field.startswith(_RELATION):
                relations[field.removeprefix(_RELATION)] = cells[at]
            else:
                fields[field] = cells[at]
    others = {header: cells[at] for header, at in other.items() if at < len(cells) and cells[at]}
    return Record(number, table.place(number), fields, relations, others, columns)
