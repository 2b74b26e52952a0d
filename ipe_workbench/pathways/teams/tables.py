"""Rows of a CSV file or a workbook by the names of their columns, each cell with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipe_workbench.documents import plain_cell
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks.import_result import Notes, refused
from ipe_workbench.frameworks.json_files import read_bytes
from ipe_workbench.frameworks.sheets.columns import plain_header
from ipe_workbench.frameworks.sheets.tables import csv_table, is_workbook, workbook_tables

__all__ = ["Row", "Rows", "bad_table", "read_rows"]

_MAX_ROWS = 50_000


@dataclass(frozen=True)
class Row:
    """One row: its number in the file (from 1, the header included) and its texts by field; empty cells are absent."""

    number: int
    cells: Mapping[str, str]

    def get(self, field: str) -> str:
        """The text of a field; empty when it is not there."""
        return self.cells.get(field, "")


@dataclass(frozen=True)
class Rows:
    """The rows below the header, the heading of each known column, and the headings that nobody reads."""

    file: str
    rows: tuple[Row, ...]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def place(self, row: Row, field: str = "") -> Place:
        """Where a cell stands."""
        return Place(self.file, row.number, f"column {self.headings[field]}" if field in self.headings else "")


def read_rows(path: str | Path, columns: Mapping[str, Sequence[str]], needed: Sequence[str], what: str) -> Rows:
    """Read a table whose first row names its columns.

    Parameters
    ----------
    path : path
        CSV (comma, semicolon, tab or bar; UTF-8 or UTF-16) or workbook (.xlsx; its first sheet with a fitting header).
    columns : mapping of str to sequence of str
        For each field: the headings that people give it. Case, blanks and signs do not matter.
    needed : sequence of str
        Fields without which the file is of no use.
    what : str
        What the file should be, for messages, such as ``roster``.

    Raises
    ------
    UnreadableFileError
        When the file is missing, damaged or no table.
    UnusableInputError
        When a needed column is missing or one stands twice.
    """
    name = str(path)
    content = read_bytes(Path(path))
    notes = Notes(name)
    known = {plain_header(heading): field for field, names in columns.items() for heading in names}
    if is_workbook(content):
        tables = [
            [(number, tuple(map(plain_cell, cells))) for number, cells in table.rows]
            for table in workbook_tables(content, notes)
        ]
    else:
        tables = [list(csv_table(content, notes, known, strict=True).rows)]
    fitting = [
        rows for rows in tables if rows and set(needed) <= {known.get(plain_header(cell)) for cell in rows[0][1]}
    ]
    rows = fitting[0] if fitting else next((rows for rows in tables if rows), [])
    if not rows:
        raise bad_table([Finding("empty-table", "error", f"The {what} is empty.", "Give it rows.", Place(name))])
    if len(rows) > _MAX_ROWS:
        raise refused(f"The {what} has more than {_MAX_ROWS:,} rows.", name)
    at, ignored = _columns(rows[0], known, needed, columns, name)
    below = [
        Row(number, {field: cells[c] for field, c in at.items() if c < len(cells) and cells[c]})
        for number, cells in rows[1:]
    ]
    headings = {field: rows[0][1][c] for field, c in at.items()}
    return Rows(name, tuple(row for row in below if row.cells), headings, ignored, notes.all())


def bad_table(findings: Sequence[Finding]) -> UnusableInputError:
    """The error for a file with findings: the first in words, the number of the others, all of them as data."""
    first = findings[0]
    more = len(findings) - 1
    rest = f" (and {more} more {'fault' if more == 1 else 'faults'})" if more else ""
    field = f", {first.place.field}" if first.place.field else ""
    return UnusableInputError(
        first.message.removesuffix(".") + rest + ".",
        place=f"{first.place}{field}",
        mend=first.mend or None,
        findings=findings,
    )


def _columns(
    header: tuple[int, tuple[str, ...]],
    known: Mapping[str, str],
    needed: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    file: str,
) -> tuple[dict[str, int], tuple[str, ...]]:
    number, cells = header
    at: dict[str, int] = {}
    ignored, findings = [], []
    for column, cell in enumerate(cells):
        field = known.get(plain_header(cell))
        if field is None:
            ignored.extend([cell] if cell else [])
        elif field in at:
            message = f"The columns `{cells[at[field]]}` and `{cell}` are the same field."
            findings.append(
                Finding("column-twice", "error", message, "Remove one.", Place(file, number, f"column {cell}"))
            )
        else:
            at[field] = column
    for field in needed:
        if field not in at:
            found = ", ".join(cell for cell in cells if cell)[:200]
            message = f"There is no column `{field}` in the first row (found: {found})."
            mend = f"Name it {' or '.join(columns[field][:3])}."
            findings.append(Finding("column-missing", "error", message, mend, Place(file, number)))
    if findings:
        raise bad_table(findings)
    return at, tuple(ignored)
