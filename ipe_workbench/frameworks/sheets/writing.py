"""Write a framework as a sheet: CSV or an Excel workbook, in the layouts that OpenSALT imports.

Cells that a spreadsheet would run as formulas are written as text.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ipe_workbench.documents import safe_cell
from ipe_workbench.frameworks.model import Competency, Framework

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["write_csv", "write_xlsx"]

_ADOPTION = {"draft": "Draft", "superseded": "Deprecated", "current": "Adopted"}
#: OpenSALT's columns of associations, by type.
_RELATION_HEADERS = {
    "isPartOf": "IsPartOf",
    "replacedBy": "replacedBy",
    "exemplar": "Exemplar",
    "hasSkillLevel": "hasSkillLevel",
    "isRelatedTo": "IsRelatedTo",
    "exactMatchOf": "exactMatchOf",
    "isPeerOf": "isPeerOf",
    "precedes": "precedes",
    "isTranslationOf": "isTranslationOf",
}
_ITEM_CELLS: dict[str, Callable[[Competency], Any]] = {
    "listEnumeration": lambda one: one.extras.get("case", {}).get("listEnumeration"),
    "abbreviatedStatement": lambda one: one.title,
    "conceptKeywords": lambda one: _several(one.keywords),
    "notes": lambda one: one.notes,
    "language": lambda one: one.language,
    "educationLevel": lambda one: _several(one.education_levels),
    "CFItemType": lambda one: "" if one.type == "competency" else one.type,
    "license": lambda one: one.license,
    "weight": lambda one: one.weight,
    "uri": lambda one: one.uri,
    "lastChangeDateTime": lambda one: one.changed,
}


def write_csv(framework: Framework) -> str:
    """One row a competency, in the order of the tree, with OpenSALT's headers; parents by code where it is unique.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> print(write_csv(load_framework("ipec-2023")).splitlines()[0][:67])
    Identifier,fullStatement,Human Coding Scheme,sequenceNumber,Abbrevi
    """
    names = {"abbreviatedStatement": "Abbreviated Statement", "conceptKeywords": "ConceptKeywords", "notes": "Notes"}
    ends: dict[str, dict[str, list[str]]] = {}
    for link in framework.associations:
        if link.relation in _RELATION_HEADERS:
            ends.setdefault(link.relation, {}).setdefault(link.source, []).append(link.target)
    others = [name for name in _ITEM_CELLS if name not in names and any(map(_ITEM_CELLS[name], framework.competencies))]
    kept = _kept_columns(framework)
    # Without one parent a reader would guess the tree from the codes; the level says that there is none.
    flat = len(framework.roots) == len(framework.competencies)
    rows: list[list[Any]] = [
        ["Identifier", "fullStatement", "Human Coding Scheme", "sequenceNumber", *names.values(), "Is Child Of"]
        + [_RELATION_HEADERS[relation] for relation in ends]
        + [*others, *(["level"] if flat else []), *kept]
    ]
    for one, place in _in_order(framework):
        row = [one.id, one.statement, one.code, place, *(_ITEM_CELLS[name](one) for name in names)]
        row.append(_reference(framework, one.parent))
        row += ["; ".join(ends[relation].get(one.id, ())) for relation in ends]
        row += [*(_ITEM_CELLS[name](one) for name in others), *([1] if flat else [])]
        rows.append(row + [one.extras.get("sheet", {}).get(name) for name in kept])
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([safe_cell(_plain(cell)) for cell in row] for row in rows)
    return stream.getvalue()


def write_xlsx(framework: Framework, now: datetime.datetime) -> bytes:
    """A workbook with the sheets CF Doc, CF Item (whose smartLevel tells the hierarchy) and CF Association.

    `now` is the time that the workbook is marked with.
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    with Workbook(stream, {"constant_memory": True}) as book:
        author = _legal(framework.creator or framework.publisher or "IPE Workbench")
        created = now.astimezone(datetime.UTC).replace(tzinfo=None)
        book.set_properties({"author": author, "title": _legal(framework.title), "created": created})
        _fill(book, "CF Doc", _document(framework), (38, 24, 40))
        _fill(book, "CF Item", _items(framework), (38, 80, 18, 12, 14, 40, 24, 40))
        _fill(book, "CF Association", _links(framework), (38, 38, 24, 18, 24, 38))
    return stream.getvalue()


def _document(framework: Framework) -> list[list[Any]]:
    cells = {
        "identifier": framework.identifier,
        "creator": framework.creator,
        "title": framework.title,
        "lastChangeDate": framework.changed,
        "officialSourceURL": framework.source,
        "publisher": framework.publisher,
        "description": framework.description,
        "subject": "; ".join(framework.subjects),
        "language": framework.language,
        "version": framework.version,
        "adoptionStatus": _ADOPTION[framework.status],
        "licenseTitle": framework.license,
        "notes": framework.notes,
        "framework id": framework.id,
        "year": framework.year,
        "superseded by": framework.superseded_by,
        "statement source": framework.statement_source,
        "uri": framework.uri,
    }
    return [list(cells), list(cells.values())]


def _items(framework: Framework) -> list[list[Any]]:
    kept = _kept_columns(framework)
    rows: list[list[Any]] = [
        ["identifier", "fullStatement", "humanCodingScheme", "smartLevel", "sequenceNumber", *_ITEM_CELLS, *kept]
    ]
    outline: dict[str | None, str] = {None: ""}
    for one, place in _in_order(framework):
        outline[one.id] = f"{outline[one.parent]}{place}."
        row = [one.id, one.statement, one.code, outline[one.id].rstrip("."), place]
        row += [cell(one) for cell in _ITEM_CELLS.values()]
        rows.append(row + [one.extras.get("sheet", {}).get(name) for name in kept])
    return rows


def _links(framework: Framework) -> list[list[Any]]:
    header = ["identifier", "originNodeIdentifier", "originNodeHumanCodingScheme", "associationType"]
    header += ["destinationNodeHumanCodingScheme", "destinationNodeIdentifier", "associationGroupIdentifier"]
    header += ["sequenceNumber", "destinationNodeTitle", "destinationNodeURI", "notes", "weight"]
    external = {one.id: one for one in framework.external}
    rows: list[list[Any]] = [header]
    for link in framework.associations:
        source, target, node = framework.by_id(link.source), framework.by_id(link.target), external.get(link.target)
        ends = [link.source, source and source.code, link.relation, target and target.code, link.target]
        about = [node.title, node.uri] if node else ["", ""]
        rows.append([link.id, *ends, link.grouping, link.order, *about, link.notes, link.weight])
    return rows


def _fill(book: Workbook, name: str, rows: list[list[Any]], widths: tuple[int, ...]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    bold = book.add_format({"bold": True})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif text := _legal(str(value)):
                # As text, never as a formula or a link, whatever it begins with.
                sheet.write_string(number, column, text, None if number else bold)


def _in_order(framework: Framework) -> list[tuple[Competency, int]]:
    """Each competency in the order of the tree, with its place among its siblings."""
    placed: dict[str | None, int] = {}
    found = []
    for one in framework.in_order():
        placed[one.parent] = placed.get(one.parent, 0) + 1
        found.append((one, placed[one.parent]))
    return found


def _kept_columns(framework: Framework) -> list[str]:
    """Columns of a sheet that was read, whose names are not known here."""
    return list(dict.fromkeys(name for one in framework.competencies for name in one.extras.get("sheet", {})))


def _reference(framework: Framework, parent: str | None) -> str:
    if parent is None:
        return ""
    code = framework[parent].code
    alone = code and framework.by_id(code) in (None, framework.by_id(parent)) and framework.find(code) is not None
    return code if code and alone else parent


def _several(texts: tuple[str, ...]) -> str:
    """Separated by semicolons; a lone text that holds another separator ends in one, to stay one text."""
    return "; ".join(texts) + (";" if len(texts) == 1 and any(one in texts[0] for one in "|,\n") else "")


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _legal(text: str) -> str:
    """Without the characters that no XML may hold; a cell holds 32,767 characters."""
    return text[:32_767] if text.isprintable() else _ILLEGAL.sub("", text)[:32_767]
