"""Plain tables of text out of CSV files and Excel workbooks: values only, within limits."""

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ipe_workbench.documents import plain_cell
from ipe_workbench.frameworks.import_result import MAX_BYTES, Notes, refused
from ipe_workbench.frameworks.sheets.columns import ITEM_COLUMNS, RELATION_COLUMNS, WHOLE_COLUMNS, plain_header

__all__ = ["Table", "csv_table", "is_workbook", "workbook_tables"]

_MAX_ROWS = 100_000
_MAX_COLUMNS = 200
#: A workbook unpacked; a larger one is a mistake or a bomb.
_MAX_UNPACKED = 4 * MAX_BYTES
#: What the zip library raises on damaged and on encrypted files.
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_BLANK_SIGNS = " \t\u00a0\u2003"
_BLANKS = frozenset(_BLANK_SIGNS)
_DELIMITERS = (",", ";", "\t", "|")
#: Cells of all rows and columns of a sheet up to its last ones.
_MAX_LAID_OUT = 2_000_000
_OTHER_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
#: Everything that may be a cell, with any prefix; and a cell as spreadsheet programs write it.
_CELLS = re.compile(rb"<(?:[^\s<>/!?]+:)?[cC](?=[\s/>])")
_PLAIN_CELLS = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: (?:s|t|cm|vm|ph)="[^"<>]*")* ?/?>')


@dataclass(frozen=True)
class Table:
    """One sheet: its name (empty for a CSV file) and its rows of text, (number, cells), without the empty ones.

    `formulas` are the cells (row, column) whose formula has no stored value; `indents` say how far cells are moved to
    the right, by blanks or by their layout.
    """

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    formulas: frozenset[tuple[int, int]] = frozenset()
    indents: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def place(self, row: int, column: int | None = None) -> str:
        """A row or cell, as people name it."""
        where = f"row {row}" if column is None else f"cell {_letters(column)}{row}"
        return f"{self.name}, {where}" if self.name else where


#: Those of frameworks.
_HEADERS = frozenset(ITEM_COLUMNS) | WHOLE_COLUMNS.keys() | RELATION_COLUMNS.keys()


def csv_table(content: bytes, notes: Notes, headers: Container[str] = _HEADERS, *, strict: bool = False) -> Table:
    """The table of a CSV file, whatever separates its cells: comma, semicolon, tab or bar.

    `headers` are those by which the separator is known, as `plain_header` gives them. UTF-8 and UTF-16 are known by
    themselves; anything else is read as Windows-1252, and said, or refused where reading is `strict`.
    """
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused("This is not a table of text.", notes.file, mend="Save it as CSV, UTF-8.")
    text = _decoded(content, notes, strict=strict)
    candidates = [(_known_headers(text, sign, headers), -at, sign) for at, sign in enumerate(_DELIMITERS)]
    rows = _csv_rows(text, max(candidates)[2], notes)
    texts = ((number, tuple([plain_cell(cell) for cell in cells])) for number, cells in rows)
    return Table("", tuple(row for row in texts if any(row[1])), indents=_blanks(rows))


def is_workbook(content: bytes) -> bool:
    """Whether the content begins as a zip file, which an .xlsx is."""
    return content.startswith(b"PK\x03\x04")


def workbook_tables(content: bytes, notes: Notes) -> list[Table]:
    """The tables of a workbook (.xlsx, .xlsm). Values only: formulas and macros are never run, and said."""
    contents = _inspected(content, notes)
    values = _quick_sheets(content, notes) if contents.plain else _sheets(content, notes, formulas=False)
    laid_out = _layout_indents(content, notes) if contents.indented else {}
    tables = [Table(name, rows, indents=blanks | laid_out.get(name, {})) for name, rows, blanks in values]
    if not contents.formulas:
        return tables
    written = {name: rows for name, rows, _ in _sheets(content, notes, formulas=True)}
    return [_without_formulas(table, written.get(table.name, ()), notes) for table in tables]


@dataclass(frozen=True)
class _Contents:
    """Whether a sheet holds a formula, a style indents, and the quick reader may see the workbook."""

    formulas: bool
    indented: bool
    plain: bool


Rows = tuple[tuple[int, tuple[str, ...]], ...]
#: How far cells (row, column) are moved to the right.
Indents = dict[tuple[int, int], int]


def _without_formulas(table: Table, written: Rows, notes: Notes) -> Table:
    stored = dict(table.rows)
    empty: set[tuple[int, int]] = set()
    for number, cells in written:
        for column, cell in enumerate(cells):
            if cell.startswith("=") and len(cell) > 1:
                known = stored.get(number, ())
                if column < len(known) and known[column]:
                    message = "Cells with a formula; the value that was stored last is read"
                    notes.count("sheet-formula", "warning", message, f"{_letters(column)}{number}", "Paste values.")
                else:
                    empty.add((number, column))
    return replace(table, formulas=frozenset(empty))


def _inspected(content: bytes, notes: Notes) -> _Contents:
    """What the sheets hold; refuses what is no workbook, and notes macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > 2_000 or sum(one.file_size for one in members) > _MAX_UNPACKED:
                raise refused("The workbook is too large when unpacked.", notes.file)
            names = [one.filename for one in members]
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                message = "The workbook has macros; they are neither read nor run."
                notes.say("sheet-macros", "warning", message, "", "Save it as .xlsx.")
            sheets = [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            if not sheets:
                mend = "Save it from a spreadsheet program as .xlsx, or as CSV."
                raise refused("This is not an Excel workbook.", notes.file, mend=mend)
            content_of = {name: packed.read(name) for name in names}
            styles = [one for name, one in content_of.items() if name.casefold() == "xl/styles.xml"]
            return _Contents(
                formulas=any(re.search(rb"<(\w+:)?f[ >/]", content_of[name]) for name in sheets),
                indented=any(re.search(rb"\bindent=[\"'][1-9]", one) for one in styles),
                plain=len(content_of) == len(names) and all(map(_is_plain, content_of.values())),
            )
    except _DAMAGED as error:
        raise _broken(error, notes) from None


def _is_plain(member: bytes) -> bool:
    """Whether the quick reader may see this member of the workbook, sheet or not.

    It lays out every cell up to the last one, and its process dies where memory does not reach. So it only gets sheets
    in which each cell is written as spreadsheet programs write it, with an address, and that are small when laid out.
    """
    if b"\0" in member[:200] or _OTHER_ENCODING.search(member[:200]):
        return False
    if b"sheetData" not in member and not _CELLS.search(member):
        return True
    if b"<!" in member or b"\0" in member:
        return False
    found = _PLAIN_CELLS.findall(member)
    if len(found) != len(_CELLS.findall(member)):
        return False
    rows = max((int(row) for _, row in found), default=0)
    columns = max(map(_number_of, {letters for letters, _ in found}), default=0)
    return rows <= _MAX_ROWS and columns <= _MAX_COLUMNS and rows * columns <= _MAX_LAID_OUT


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _quick_sheets(content: bytes, notes: Notes) -> list[tuple[str, Rows, Indents]]:
    """The same as `_sheets` without formulas, twenty times as quickly, for sheets whose size is known."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names]
    except (CalamineError, *_DAMAGED) as error:
        raise _broken(error, notes) from None
    return [(name, *_texts(enumerate(rows, start=1))) for name, rows in sheets]


def _texts(rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[Rows, Indents]:
    """The rows as texts without the empty ones, and how many blanks cells begin with."""
    listed = list(rows)
    texts = ((number, tuple(map(_cell, cells))) for number, cells in listed)
    return tuple(row for row in texts if any(row[1])), _blanks(listed)


def _blanks(rows: Iterable[tuple[int, Sequence[Any]]]) -> Indents:
    found: Indents = {}
    for number, cells in rows:
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell[:1] in _BLANKS:
                text = cell.expandtabs(4)
                found[number, column] = len(text) - len(text.lstrip(_BLANK_SIGNS))
    return found


def _layout_indents(content: bytes, notes: Notes) -> dict[str, Indents]:
    """The indents that a spreadsheet program's button sets, by sheet."""
    import openpyxl

    found: dict[str, Indents] = {}
    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            for sheet in book.worksheets:
                found.setdefault(sheet.title, {}).update(_indented_cells(sheet))
    except Exception as error:
        # As with the values: a broken workbook makes the library raise anything.
        raise _broken(error, notes) from None
    return found


def _indented_cells(sheet: Any) -> Iterator[tuple[tuple[int, int], int]]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=_MAX_ROWS), start=1):
        for column, cell in enumerate(cells[:_MAX_COLUMNS]):
            if cell.value is not None and (steps := int(cell.alignment.indent)):
                yield (number, column), steps


def _sheets(content: bytes, notes: Notes, *, formulas: bool) -> list[tuple[str, Rows, Indents]]:
    import openpyxl

    try:
        # The library warns programmers of what it mends or passes over, which says nothing to those with the file.
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False)
            return [(sheet.title, *_texts(_rows(sheet, notes))) for sheet in book.worksheets]
    except Exception as error:
        # A broken workbook makes the library raise anything; whatever it is, the file cannot be used.
        if type(error).__module__.startswith("ipe_workbench"):
            raise
        raise _broken(error, notes) from None


def _rows(sheet: Any, notes: Notes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    if (sheet.max_row or 0) > _MAX_ROWS or (sheet.max_column or 0) > _MAX_COLUMNS:
        message = f"The sheet {sheet.title} says it is larger than {_MAX_ROWS:,} rows by {_MAX_COLUMNS} columns."
        notes.say("sheet-cut", "warning", message + " The rest is not read.", sheet.title, "Delete what is empty.")
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=_MAX_ROWS, values_only=True), start=1):
        if any(cell is not None for cell in cells):
            yield number, cells[:_MAX_COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value).strip()


def _broken(error: Exception, notes: Notes) -> Exception:
    reason = type(error).__name__
    mend = "Open it in a spreadsheet program and save it again as .xlsx, or as CSV."
    return refused(f"The workbook is damaged and cannot be read ({reason}).", notes.file, mend=mend)


def _decoded(content: bytes, notes: Notes, *, strict: bool) -> str:
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            pass
    if strict:
        raise refused("The file is not UTF-8.", notes.file, mend="Save it as CSV, UTF-8.")
    message = "The file is not UTF-8; it is read as Windows-1252."
    notes.say("sheet-guessed", "warning", message, "", "Save it as CSV, UTF-8, and look at its accents.")
    return content.decode("cp1252", errors="replace")


def _known_headers(text: str, delimiter: str, known: Container[str]) -> int:
    """The most headers that are known in one of the first rows."""
    start = io.StringIO("".join(text[:20_000].splitlines(keepends=True)[:20]))
    best = 0
    try:
        for cells in csv.reader(start, delimiter=delimiter):
            best = max(best, len({header for header in map(plain_header, cells[:_MAX_COLUMNS]) if header in known}))
    except csv.Error:
        return 0
    return best


def _csv_rows(text: str, delimiter: str, notes: Notes) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if len(cells) > _MAX_COLUMNS:
                raise refused(f"The row has more than {_MAX_COLUMNS} cells.", notes.file, reader.line_num)
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        message = f"This is not a table of text: {error}."
        raise refused(message, notes.file, reader.line_num, "Save it as CSV, UTF-8.") from None
    if rows and _is_open(text, delimiter, rows[-1][1]):
        line = rows[-2][0] + 1 if len(rows) > 1 else 1
        message = "A quotation mark opens a cell in this row, and none closes it."
        raise refused(message, notes.file, line, "Is the file complete? Close the cell.")
    return rows


def _is_open(text: str, delimiter: str, last: list[str]) -> bool:
    """Whether the text ends inside a cell. The reader takes all that follows an open quotation mark for its text."""
    if '"' not in text or not last or (text[-1] == "\n" and last[-1][-1:] != "\n"):
        return False
    # Read with one more cell, which stands apart only when the last one is closed.
    more = list(csv.reader(io.StringIO(f"{text}{delimiter}more", newline=""), delimiter=delimiter))
    return more[-1][-1] != "more"


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
