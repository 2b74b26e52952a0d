"""Read a framework from a sheet: CSV or Excel, with whatever headers people give their columns.

The layouts of OpenSALT (its CSV, and its workbook with the sheets CF Doc, CF Item and CF Association) are read, and
tables that people make. The hierarchy comes from the associations sheet, the column of parents (a code or an id),
outline numbers (1.2.1), levels (1, 2, 3), rows that are headings, or the codes themselves (VE1 below VE); what was
guessed is a finding.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.documents import id_from
from ipe_workbench.frameworks.hierarchy import ChildLink, Tree, grow_tree
from ipe_workbench.frameworks.identifiers import is_address
from ipe_workbench.frameworks.import_result import FrameworkReading, Notes, refused
from ipe_workbench.frameworks.json_files import read_bytes
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import Association, ExternalNode
from ipe_workbench.frameworks.sheets.columns import (
    ASSOCIATION_COLUMNS,
    DOCUMENT_COLUMNS,
    ITEM_COLUMNS,
    RELATION_COLUMNS,
    WHOLE_COLUMNS,
    plain_header,
)
from ipe_workbench.frameworks.sheets.numbering import with_codes
from ipe_workbench.frameworks.sheets.parents import parents_of
from ipe_workbench.frameworks.sheets.records import Record, records
from ipe_workbench.frameworks.sheets.tables import Table, csv_table, is_workbook, workbook_tables
from ipe_workbench.frameworks.sheets.wholes import with_wholes

__all__ = ["read_sheet", "read_sheet_bytes"]

_CHILD_OF = "isChildOf"
_STATUS = {"draft": "draft", "private draft": "draft", "deprecated": "superseded", "superseded": "superseded"}
_SOURCES = ("paraphrase", "official-local", "publisher", "none")


def read_sheet(path: str | Path) -> FrameworkReading:
    r"""Read a framework from a CSV file or an Excel workbook.

    Parameters
    ----------
    path : path
        A ``.csv``, ``.tsv`` or ``.txt`` file, or a workbook (``.xlsx``, ``.xlsm``; values only).

    Returns
    -------
    FrameworkReading
        `associations` counts ``isChildOf`` for each parent that a row names, and the other associations by type.

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, damaged, has no column of statements, or a formula stands where a
        statement, code or parent is needed and no value is stored.

    Notes
    -----
    Linear in rows. Siblings stand in the order of the rows, unless a column numbers them. A row's id is its identifier,
    else its code.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "skills.csv")
    >>> _ = file.write_text("code,statement,parent\nT,Work as a team,\nT1,Hand over safely,T\n")
    >>> [(one.code, one.parent) for one in read_sheet(file).framework.competencies]
    [('T', None), ('T1', 'T')]
    """
    return read_sheet_bytes(read_bytes(Path(path)), str(path))


def read_sheet_bytes(content: bytes, name: str) -> FrameworkReading:
    """Read a framework from the content of a sheet; returns and raises as `read_sheet` does."""
    notes = Notes(name)
    workbook = is_workbook(content)
    tables = workbook_tables(content, notes) if workbook else [csv_table(content, notes)]
    return _Reader(tables, notes).read("xlsx" if workbook else "csv")


@dataclass(frozen=True)
class _End:
    """One association as a row tells it."""

    source: str
    relation: str
    target: str
    record: Record


class _Reader:
    """One reading of one file."""

    def __init__(self, tables: list[Table], notes: Notes) -> None:
        self.notes = notes
        self.rows, used = self._items(tables)
        others = [table for table in tables if not any(table is one for one in used)]
        self.document = self._first(others, DOCUMENT_COLUMNS, {"title"}, notes)
        self.links = self._first_all(others, ASSOCIATION_COLUMNS, {"relation"}, notes)
        self.named: dict[str, Record] = {}
        for record in self.rows:
            self._name(record)
        self.by_code: dict[str, str | None] = {}
        for name, record in self.named.items():
            if code := record.get("code"):
                self.by_code[code] = None if code in self.by_code else name
        self.id = (
            self.document.get("id")
            or id_from(self.document.get("title") or self.heading or Path(notes.file).stem)
            or "sheet"
        )

    def read(self, format: str) -> FrameworkReading:
        whole = self.document.get("identifier") or ""
        children: list[ChildLink] = []
        others: list[_End] = []
        for end in self._ends():
            child = self._child(end, whole) if end.relation == _CHILD_OF else None
            if child is not None:
                children.append(child)
            elif end.relation != _CHILD_OF or end.record.get("relation"):
                others.append(end)
        tree = self._tree(children)
        associations = (*self._second(tree), *(self._association(end) for end in others))
        outside: dict[str, ExternalNode] = {}
        count = 0
        for end in others:
            for one in (end.source, end.target):
                if self._found(one) is None and one != whole:
                    count += 1
                    uri = end.record.get("target_uri") or (one if is_address(one) else "")
                    title = end.record.get("target_title") or ""
                    outside.setdefault(one, ExternalNode(id=one, title=title, uri="" if uri == one else uri))
        if count:
            self.notes.say("sheet-external", "info", f"Ends of associations outside the file: {count}. They are kept.")
        framework = Framework.model_validate(
            self._document()
            | {
                "competencies": tuple(self._competencies(tree)),
                "associations": associations,
                "external": tuple(outside.values()),
            }
        )
        counts = Counter(end.relation for end in others) + Counter({_CHILD_OF: len(children)})
        return FrameworkReading(framework, self.notes.all(), dict(counts), count, format)

    def _items(self, tables: list[Table]) -> tuple[list[Record], list[Table]]:
        """The rows of the sheet that looks most like one of competencies, and of those with the same columns."""
        found = []
        for table in tables:
            aside = Notes(self.notes.file)
            rows = records(table, _COLUMNS, {"statement", "code", "title"}, aside)
            # A row that is a formula alone is read as empty, so the header of such a sheet counts as well.
            told = any(row.get("statement") or row.get("title") or any(row.wholes.values()) for row in rows)
            if told or (rows and table.formulas):
                found.append((len(rows[0].columns), len(rows), rows, table, aside))
        if not found:
            mend = "Name the columns in the first row: code, statement, parent (the code of the whole it is part of)."
            raise refused("No row with a statement below a header was found.", self.notes.file, mend=mend)
        best = max(found, key=lambda one: one[:2])
        same = [one for one in found if one[2][0].columns.keys() == best[2][0].columns.keys()]
        for _, _, rows, table, aside in same:
            self.notes.take(aside)
            self._refuse_formulas(rows, table)
        if len(same) > 1:
            names = ", ".join(table.name for *_, table, _ in same)
            self.notes.say("sheet-joined", "info", f"Sheets with the same columns are read as one: {names[:200]}.")
        for one in found:
            if one not in same and one[1] > 1 and "statement" in one[2][0].columns:
                message, mend = "Sheets with other columns, not read", "Give them the same columns, or save them apart."
                self.notes.count("sheet-unread", "warning", message, one[3].name, mend)
        self.heading = _heading(best[3], best[2][0].row)
        numbered = [with_codes(rows, self.notes) for _, _, rows, _, _ in same]
        return [row for rows in numbered for row in with_wholes(rows, self.notes)], [table for *_, table, _ in same]

    def _refuse_formulas(self, rows: list[Record], table: Table) -> None:
        needed = {column for field, column in rows[0].columns.items() if field in ("statement", "code", "parent", "id")}
        for row, column in sorted(table.formulas):
            if column in needed:
                place = table.place(row, column)
                message = f"A formula stands in {place}, and no value is stored with it."
                mend = "Open and save the workbook in a spreadsheet program, or paste values."
                raise refused(message, self.notes.file, mend=mend)

    def _first(self, tables: list[Table], columns: dict[str, str], needed: set[str], notes: Notes) -> dict[str, str]:
        """The first record of a sheet with the needed columns, as plain fields."""
        for table in tables:
            found = records(table, columns, needed, Notes(notes.file))
            if found and found[0].get("title") and not found[0].get("relation"):
                return found[0].fields
        return {}

    def _first_all(self, tables: list[Table], columns: dict[str, str], needed: set[str], notes: Notes) -> list[Record]:
        for table in tables:
            found = records(table, columns, needed, Notes(notes.file))
            if found:
                return found
        return []

    def _name(self, record: Record) -> None:
        """Give the row its id; a row with an id that stands already is an error, and gets another."""
        wanted = record.get("id") or record.get("code") or f"row-{record.row}"
        name = wanted
        if wanted in self.named:
            what = "identifier" if record.get("id") else "code"
            name = f"{wanted} (row {record.row})"
            message = f"The {what} {wanted[:80]} stands twice, again in {record.place}; that row becomes {name[:100]}."
            self.notes.say("duplicate-id", "error", message, record.place, f"Give each row a {what} of its own.")
        self.named[name] = record

    def _found(self, reference: str) -> str | None:
        """Our id of a row by its id or, where only one row has it, its code."""
        return reference if reference in self.named else self.by_code.get(reference)

    def _ends(self) -> Iterator[_End]:
        # What rows state goes before the sheet of associations, whose further parents are second ones; what is only
        # guessed comes in where there is nothing else.
        linked = any(plain_header(record.get("relation") or "") == "ischildof" for record in self.links)
        stated = any(record.get("parent") or record.get("smart_level") for record in self.rows)
        parents = dict(parents_of(self.named, self._found, self.notes)) if stated or not linked else {}
        for name, parent in parents.items():
            yield _End(name, _CHILD_OF, parent, self.named[name])
        for name, record in self.named.items():
            for relation, written in record.relations.items():
                for target in re.split(r"\s*[;|\n]\s*|,\s+", written):
                    if target:
                        yield _End(name, relation, self._found(target) or target, record)
        for record in self.links:
            source = record.get("source") or record.get("source_code")
            target = record.get("target") or record.get("target_code")
            relation = RELATION_COLUMNS.get(plain_header(record.get("relation") or ""), record.get("relation") or "")
            if plain_header(relation) == "ischildof":
                relation = _CHILD_OF
            if not (source and target and relation):
                message = f"The association in {record.place} lacks an end or its type and is left out."
                self.notes.say("sheet-refused", "warning", message, record.place, "Fill in both ends and the type.")
                continue
            end = _End(self._found(source) or source, relation, self._found(target) or target, record)
            if relation != _CHILD_OF or parents.get(end.source) != end.target:
                yield end

    def _child(self, end: _End, whole: str) -> ChildLink | None:
        if end.source not in self.named:
            return None
        order = _number(end.record.get("order")) if end.record.get("relation") else None
        if order is None:
            order = _number(self.named[end.source].get("order"))
        if end.target == whole or end.target == "":
            return ChildLink(end.source, None, order, end)
        if end.target not in self.named:
            if not end.record.get("relation"):
                message = "Parents that are not in the file; the row is made a top item"
                self.notes.count("sheet-unknown-parent", "warning", message, f"{end.target[:60]} of {end.source[:60]}")
            return None
        return ChildLink(end.source, end.target, order, end)

    def _tree(self, children: list[ChildLink]) -> Tree:
        position = {name: at for at, name in enumerate(self.named)}
        numbered = {name: _number(record.get("order")) for name, record in self.named.items()}

        def rank(name: str) -> tuple[float, int]:
            order = numbered[name]
            return math.inf if order is None else order, position[name]

        tree = grow_tree(self.named, children, rank)
        for link in tree.cut:
            message = f"{link.child} is part of itself in a circle of parents; it is made a top item."
            self.notes.say("cycle", "error", message, self.named[link.child].place, "Correct one parent of the circle.")
        for link in tree.second:
            message, mend = "Second parents, kept as associations", "Decide which parent is meant."
            self.notes.count("sheet-second-parent", "info", message, link.child, mend)
        return tree

    def _second(self, tree: Tree) -> Iterator[Association]:
        for link in (*tree.second, *tree.cut):
            if link.parent is not None:
                yield Association(source=link.child, relation=_CHILD_OF, target=link.parent)

    def _association(self, end: _End) -> Association:
        if not end.record.get("relation"):
            return Association(source=end.source, relation=end.relation, target=end.target)
        order, weight = _number(end.record.get("order")), _number(end.record.get("weight"))
        return Association(
            id=end.record.get("id"),
            source=end.source,
            relation=end.relation,
            target=end.target,
            grouping=end.record.get("grouping"),
            order=None if order is None else int(order),
            weight=weight,
            notes=end.record.get("notes") or "",
        )

    def _competencies(self, tree: Tree) -> Iterator[Competency]:
        for name, parent, order in tree.items:
            record = self.named[name]
            taken = {
                field: text
                for field in ("code", "title", "statement", "type", "notes", "language", "license", "uri", "changed")
                if (text := record.get(field))
            }
            extras: dict[str, Any] = {}
            if enumeration := record.get("list_enumeration"):
                extras["case"] = {"listEnumeration": enumeration}
            if record.others:
                extras["sheet"] = dict(record.others)
            yield Competency.model_validate(
                taken
                | {
                    "id": name,
                    "parent": parent,
                    "order": order,
                    "keywords": _several(record.get("keywords")),
                    "education_levels": _several(record.get("education_levels")),
                    "weight": _number(record.get("weight")),
                    "extras": extras,
                }
            )
            if not taken.get("statement"):
                self.notes.count("sheet-guessed", "warning", "Rows without a statement", name, "Write their statement.")

    def _document(self) -> dict[str, Any]:
        known = self.document
        title = known.get("title") or self.heading
        if not known.get("title") and title:
            self.notes.say("sheet-guessed", "info", f"The title is taken from above the table: {title[:80]}.")
        if not title:
            title = re.sub(r"[_\s-]+", " ", Path(self.notes.file).stem).strip() or "Untitled framework"
            self.notes.say("sheet-guessed", "info", f"The title is taken from the file's name: {title[:80]}.")
        year = _number(known.get("year"))
        source = known.get("statement_source") or ""
        plain = ("creator", "publisher", "source", "description", "notes", "version", "license", "uri", "changed")
        return {field: known[field] for field in plain if field in known} | {
            "id": self.id,
            "title": title,
            "language": known.get("language") or "en",
            "identifier": known.get("identifier") or "",
            "subjects": _several(known.get("subjects")),
            "year": int(year) if year is not None and 1000 <= year <= 9999 else None,
            "status": _STATUS.get((known.get("status") or "").casefold(), "current"),
            "superseded_by": known.get("superseded_by") or None,
            "statement_source": source if source in _SOURCES else "publisher",
        }


_COLUMNS = ITEM_COLUMNS | WHOLE_COLUMNS | {header: f"relation:{name}" for header, name in RELATION_COLUMNS.items()}


def _heading(table: Table, first: int) -> str:
    """The text that stands alone in the first line above the header, as tables in documents have it.

    `first` is the number of the first row below the header.
    """
    above = [cells for number, cells in table.rows if number < first][:-1]
    texts = [cell for cell in above[0] if cell] if above else []
    return texts[0][:200] if len(texts) == 1 else ""


def _several(text: str | None) -> tuple[str, ...]:
    # The strongest separator there is, so that a keyword may hold a weaker one.
    separator = next((one for one in (";", "\n", "|", ",") if one in (text or "")), ";")
    return tuple(one.strip() for one in (text or "").split(separator) if one.strip())


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text) else None
