"""Rows of a table as records, by whatever headers its columns have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.columns import CODE_WORDS, NESTED_STATEMENTS, plain_header
from ipe_workbench.frameworks.sheets.tables import Table

__all__ = ["Record", "records"]

#: The header may stand below a title and a remark.
_SEARCHED_ROWS = 20
_RELATION = "relation:"
_WHOLE = "whole:"
_INDENTED = ("code", "title", "statement")


@dataclass(frozen=True)
class Record:
    """One row: its texts by field, its associations by type, and by header what is in columns of other names.

    `wholes` are the texts of the columns of what it is part of, from left to right, by header; `indent` is how far its
    code or text is moved to the right; `whole` is the id of the row that was made of its wholes.
    """

    row: int
    place: str
    fields: dict[str, str]
    relations: dict[str, str]
    others: dict[str, str]
    columns: Mapping[str, int]
    wholes: Mapping[str, str] = field(default_factory=dict)
    indent: int = 0
    whole: str = ""

    def get(self, field: str) -> str | None:
        """The text of a field; ``None`` where the cell is empty."""
        return self.fields.get(field)


def records(table: Table, known: Mapping[str, str], needed: Collection[str], notes: Notes) -> list[Record]:
    """The rows below the header; none when no row is a header with one of the needed fields.

    `known` maps plain headers to fields; a field ``relation:x`` holds associations of type x, and ``whole:x`` what the
    row is part of.
    """
    best: tuple[int, int] | None = None
    for at, (_, cells) in enumerate(table.rows[:_SEARCHED_ROWS]):
        fields = {known[plain_header(cell)] for cell in cells if plain_header(cell) in known}
        # Two columns of wholes, such as Level 1 and Level 2, are a table of competencies as well.
        told = fields & set(needed) or sum(map(_is_whole, fields)) > 1
        if told and (best is None or len(fields) > best[0]):
            best = len(fields), at
    if best is None:
        return []
    headers = table.rows[best[1]][1]
    columns = _columns(headers, known, table, notes)
    taken = set(columns.values())
    other = {header: at for at, header in enumerate(headers) if header and at not in taken}
    wholes = {headers[at]: at for field, at in sorted(columns.items(), key=lambda one: one[1]) if _is_whole(field)}
    columns = {field: at for field, at in columns.items() if not _is_whole(field)}
    return [_record(table, number, cells, columns, other, wholes) for number, cells in table.rows[best[1] + 1 :]]


def _is_whole(field: str) -> bool:
    return field.startswith(_WHOLE)


def _columns(headers: tuple[str, ...], known: Mapping[str, str], table: Table, notes: Notes) -> dict[str, int]:
    """The column of each field; of two columns for one field the header that comes first in our list wins."""
    rank = {header: at for at, header in enumerate(known)}
    columns: dict[str, int] = {}
    plain = [plain_header(header) for header in headers]
    nested = _nested(plain, known)
    for at in sorted(range(len(plain)), key=lambda at: (rank.get(plain[at], len(rank)), at)):
        if plain[at] in nested and nested[plain[at]] is None:
            continue
        field = nested.get(plain[at]) or known.get(plain[at])
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


def _nested(plain: Sequence[str], known: Mapping[str, str]) -> dict[str, str | None]:
    """What headers are where there are wholes: a whole, the statement's code, or (``None``) the code of a whole."""
    depth = {one: NESTED_STATEMENTS[one] for one in plain if known.get(one) == "statement" and one in NESTED_STATEMENTS}
    deepest = max(depth, key=lambda one: depth[one], default="")
    fields: dict[str, str | None] = {one: f"{_WHOLE}{one}" for one in depth if depth[one] < depth[deepest]}
    wholes = [one for one in plain if one in fields or _is_whole(known.get(one, ""))]
    codes = {f"{whole}{word}" for whole in wholes for word in CODE_WORDS}
    fields |= {one: None for one in plain if one in codes}
    if wholes:
        fields |= {one: "code" for one in plain if one in {f"{deepest}{word}" for word in CODE_WORDS}}
    return fields


def _record(
    table: Table,
    number: int,
    cells: tuple[str, ...],
    columns: Mapping[str, int],
    other: Mapping[str, int],
    whole: Mapping[str, int],
) -> Record:
    fields: dict[str, str] = {}
    relations: dict[str, str] = {}
    for name, at in columns.items():
        if at < len(cells) and cells[at]:
            if name.startswith(_RELATION):
                relations[name.removeprefix(_RELATION)] = cells[at]
            else:
                fields[name] = cells[at]
    others = {header: cells[at] for header, at in other.items() if at < len(cells) and cells[at]}
    wholes = {header: cells[at] if at < len(cells) else "" for header, at in whole.items()}
    indent = 0
    if table.indents:
        indents = (table.indents.get((number, columns[name]), 0) for name in _INDENTED if name in columns)
        indent = max(indents, default=0)
    return Record(number, table.place(number), fields, relations, others, columns, wholes, indent)
