"""The accreditation matrix as an Excel workbook: an overview and a sheet for each profession."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.pathways.accreditation_matrix import AccreditationMatrix, AccreditationRow

__all__ = ["accreditation_workbook", "sheet_names"]

_NOT_CHECKED = "NOT CHECKED against the body's own text"
#: Heading and width, in characters, of each column.
_OVERVIEW = (
    ("Profession", 22),
    ("Body", 34),
    ("Standard", 16),
    ("Edition", 22),
    ("Year", 8),
    ("Kind", 14),
    ("Checked", 24),
    ("Credentials as evidence", 13),
    ("Pieces of evidence", 11),
    ("Credentials that support", 13),
    ("Gap", 34),
)
_SHEET = (
    ("Body", 26),
    ("Standard", 13),
    ("Edition", 18),
    ("Year", 7),
    ("Kind", 13),
    ("In our words", 34),
    ("Checked", 18),
    ("Role", 10),
    ("Credential", 24),
    ("Through", 16),
    ("Contact hours", 9),
    ("Evidence", 17),
    ("Usual kind", 8),
    ("What it is", 34),
    ("Kept in", 26),
    ("Kept for (months)", 10),
    ("Remark", 26),
)
_HEAD = PatternFill("solid", start_color="FF1F3A54")
_MARK = PatternFill("solid", start_color="FFFFF1CC")
_GAP = PatternFill("solid", start_color="FFFBE3D8")
_LINE = Border(bottom=Side("thin", color="FFD3D9E0"))
#: What XML cannot hold besides what `spreadsheet_safe` takes out, and the longest text of a cell.
_NO_XML = re.compile(r"[\ufffe\uffff]")
_MOST = 32_000
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def accreditation_workbook(matrix: AccreditationMatrix, *, on: datetime.date) -> bytes:
    """The matrix as the bytes of an ``.xlsx`` file; the same arguments give the same bytes.

    Parameters
    ----------
    matrix : AccreditationMatrix
        What to show. Every text is a text cell, never a formula.
    on : datetime.date
        The date of the workbook.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    names = sheet_names(["Overview", *(one.title for one in matrix.professions)])
    _overview(book.create_sheet(names[0]), matrix, on)
    for profession, name in zip(matrix.professions, names[1:], strict=True):
        rows = [row for row in matrix.rows if row.profession == profession.id]
        sheet = book.create_sheet(name)
        _lay_out(sheet, _SHEET, f"{matrix.title}: {profession.title}", on)
        for row in rows:
            _write(sheet, _cells(row), _fills(row))
        _finish(sheet, _SHEET, first=1)
    book.properties.title = _text(f"Accreditation evidence: {matrix.title}")
    book.properties.creator = "IPE Workbench"
    book.properties.created = datetime.datetime.combine(on, datetime.time())
    return _same_bytes(book, on)


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Names of sheets that Excel accepts: without ``[]:*?/`` and backslash, of 31 characters at most, each once.

    Examples
    --------
    >>> sheet_names(["Overview", "Speech/Audiology", "overview", "", "'History'"])
    ['Overview', 'Speech Audiology', 'overview 2', 'Sheet', 'History 2']
    """
    # "History" is a name that Excel keeps to itself.
    taken = {"history"}
    names = []
    for title in titles:
        plain = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _text(title)).split()).strip("' ") or "Sheet"
        name, count = _cut(plain, 31), 1
        while name.casefold() in taken:
            count += 1
            ending = f" {count}"
            name = _cut(plain, 31 - len(ending)) + ending
        taken.add(name.casefold())
        names.append(name)
    return names


def _overview(sheet: Worksheet, matrix: AccreditationMatrix, on: datetime.date) -> None:
    lines = (
        f"Accreditation evidence: {matrix.title}",
        f"Programme version {matrix.version}, {on.isoformat()}",
        "A standard that is not checked was not compared with the body's own text; the summaries are ours.",
    )
    for number, line in enumerate(lines, start=1):
        _put(sheet, number, 1, line).font = Font(bold=number == 1, size=14 if number == 1 else 11)
    _lay_out(sheet, _OVERVIEW, matrix.title, on, first=5)
    for profession in matrix.professions:
        groups = matrix.rows_of(profession.id)
        if not groups:
            _write(sheet, [profession.title, "No standard on file", *[""] * 9], {})
        for group in groups:
            _write(sheet, [profession.title, *_summed(group)], _fills(group[0], checked=6, gap=10))
    _finish(sheet, _OVERVIEW, first=5)


def _summed(group: Sequence[AccreditationRow]) -> list[object]:
    by_role = {role: [row for row in group if row.role == role] for role in ("evidence", "supports")}
    credentials = {role: len({row.credential.id for row in rows if row.credential}) for role, rows in by_role.items()}
    kept = sum(row.evidence is not None for row in by_role["evidence"])
    gap = group[0].remark if group[0].role == "gap" else ""
    return [*_standard(group[0]), _checked(group[0]), credentials["evidence"], kept, credentials["supports"], gap]


def _cells(row: AccreditationRow) -> list[object]:
    evidence = row.evidence
    return [
        *_standard(row),
        row.standard.summary if row.standard else "",
        _checked(row),
        {"evidence": "evidence", "supports": "supports", "gap": "GAP", "no-standard": ""}[row.role],
        row.credential.title if row.credential else "",
        ", ".join(row.codes),
        row.hours,
        evidence.kind if evidence else "",
        {True: "yes", False: "no", None: ""}[row.usual],
        *((evidence.description, evidence.kept_in) if evidence else ("", "")),
        evidence.retention_months if evidence else None,
        row.remark,
    ]


def _standard(row: AccreditationRow) -> list[object]:
    if row.body is None or row.standard is None:
        return ["No standard on file", "", "", None, ""]
    standard = row.standard
    return [row.body.name, standard.number, standard.edition, standard.year, standard.kind]


def _checked(row: AccreditationRow) -> str:
    if row.standard is None:
        return ""
    if not row.standard.checked:
        return _NOT_CHECKED
    day = row.standard.checked_on
    return f"checked {day.isoformat() if day else ''} by {row.standard.checked_by}"


def _fills(row: AccreditationRow, *, checked: int = 6, gap: int = 7) -> dict[int, PatternFill]:
    fills = {}
    if row.standard is not None and not row.standard.checked:
        fills[checked] = _MARK
    if row.role == "gap":
        fills[gap] = _GAP
    return fills


def _lay_out(
    sheet: Worksheet, columns: Sequence[tuple[str, int]], title: str, on: datetime.date, *, first: int = 1
) -> None:
    for index, (heading, width) in enumerate(columns, start=1):
        cell = _put(sheet, first, index, heading)
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.row_dimensions[first].height = 32
    sheet.print_title_rows = f"{first}:{first}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    header, footer = sheet.oddHeader, sheet.oddFooter
    if header is not None and footer is not None:
        # An ampersand would begin a code of Excel's own.
        header.left.text = _text(title)[:100].replace("&", "&&")
        header.right.text = on.isoformat()
        footer.right.text = "&P of &N"


def _write(sheet: Worksheet, values: Sequence[object], fills: dict[int, PatternFill]) -> None:
    at = sheet.max_row + 1
    for index, value in enumerate(values):
        cell = _put(sheet, at, index + 1, value)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = _LINE
        if index in fills:
            cell.fill = fills[index]


def _finish(sheet: Worksheet, columns: Sequence[tuple[str, int]], *, first: int) -> None:
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(columns))}{max(sheet.max_row, first)}"
    # On a profession's sheet the standard stays in sight, too.
    sheet.freeze_panes = f"C{first + 1}" if first == 1 else f"A{first + 1}"


def _put(sheet: Worksheet, row: int, column: int, value: object) -> Cell | MergedCell:
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        return cell
    if isinstance(value, int | float):
        cell.value = value
    elif value is not None and value != "":
        cell.value = _text(str(value))
        # Whatever openpyxl takes the text for (a formula, an error), it is text.
        cell.data_type = "s"
    return cell


def _text(value: str) -> str:
    return _NO_XML.sub("", spreadsheet_safe(value))[:_MOST]


def _cut(text: str, most: int) -> str:
    """At most that many characters as Excel counts them, in units of UTF-16."""
    while len(text.encode("utf-16-le")) > 2 * most:
        text = text[:-1]
    return text.rstrip("' ")


def _same_bytes(book: Workbook, on: datetime.date) -> bytes:
    """The workbook without the clock, which openpyxl writes into its properties and into the archive."""
    saved = io.BytesIO()
    book.save(saved)
    made = io.BytesIO()
    date = f"{on.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + date + rb"\g<2>", content)
            # An archive knows no year before 1980.
            info = zipfile.ZipInfo(entry, (max(on.year, 1980), on.month, on.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return made.getvalue()
