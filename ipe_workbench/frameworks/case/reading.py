"""Read a 1EdTech CASE package (1.0 or 1.1, at the root level or inside ``CFPackage``) from JSON.

Source: 1EdTech Competencies and Academic Standards Exchange, information model 1.0 and 1.1. Older servers write links
as plain strings, times without a zone and nulls where a value is absent; all are read. What was guessed or mended is a
finding; what a framework of ours has no name for is kept in ``extras``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.documents import id_from
from ipe_workbench.frameworks.case.fields import (
    ASSOCIATION,
    DEFINITION,
    DEFINITION_KINDS,
    DOCUMENT,
    ITEM,
    identifier,
    records,
    take,
    take_named,
    text,
)
from ipe_workbench.frameworks.case.links import CHILD_OF, Link, external_nodes, read_links, tree_of
from ipe_workbench.frameworks.case.rubrics import ids_of, read_rubrics
from ipe_workbench.frameworks.hierarchy import Tree
from ipe_workbench.frameworks.identifiers import local_id, original_id
from ipe_workbench.frameworks.import_result import FrameworkReading, Notes, refused
from ipe_workbench.frameworks.json_files import parse_json, read_bytes
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import Association, Definition

__all__ = ["is_case", "read_case", "read_case_data"]

_ASK_FOR_ALL = "Ask the CASE server for the whole package (.../CFPackages/{id})."
_STATUS = {"draft": "draft", "private draft": "draft", "deprecated": "superseded"}
_PARTS = ("CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics")


def read_case(path: str | Path) -> FrameworkReading:
    """Read a CASE package.

    Parameters
    ----------
    path : path
        A JSON file: a package as a CASE server gives it.

    Returns
    -------
    FrameworkReading

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, not JSON, or JSON of another kind.

    Notes
    -----
    Linear in items and associations. An item's id is its ``identifier``, its code the ``humanCodingScheme``. Siblings
    follow their sequence numbers; without one, the natural order of their codes (VE2 before VE10).

    Examples
    --------
    >>> import datetime
    >>> import tempfile
    >>> from ipe_workbench.frameworks import export_framework, load_framework
    >>> file = Path(tempfile.mkdtemp(), "ipec.json")
    >>> made = export_framework(load_framework("ipec-2023"), "case-1.1", now=datetime.datetime(2027, 1, 1))
    >>> _ = file.write_bytes(made.content)
    >>> len(read_case(file).framework.competencies)
    37
    """
    return read_case_data(*parse_json(read_bytes(Path(path)), str(path)))


def is_case(data: Any) -> bool:
    """Whether JSON looks like a CASE package, whole or not."""
    return isinstance(data, dict) and ("CFDocument" in data or "CFItems" in data or "CFPackage" in data)


def read_case_data(data: Any, notes: Notes) -> FrameworkReading:
    """Read a CASE package from its JSON value; returns and raises as `read_case` does."""
    wrapper = data if isinstance(data, dict) else {}
    if isinstance(wrapper.get("CFPackage"), dict):
        data = wrapper["CFPackage"]
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("CFDocument"), dict)
        or not isinstance(data.get("CFItems"), list)
    ):
        message = "This JSON is not a CASE package: it has no CFDocument with CFItems."
        raise refused(message, notes.file, mend=_ASK_FOR_ALL)
    version = data["CFDocument"].get("caseVersion") or wrapper.get("caseVersion")
    return _Reader(data, notes).read("case-1.1" if version == "1.1" else "case-1.0")


class _Reader:
    """One reading of one package."""

    def __init__(self, package: dict[str, Any], notes: Notes) -> None:
        self.package = package
        self.notes = notes
        self.document: dict[str, Any] = package["CFDocument"]
        self.document_id = identifier(self.document) or ""
        address = text(self.document.get("uri")) or ""
        title = text(self.document.get("title"))
        if not title:
            title = "Untitled framework"
            notes.say("case-guessed", "warning", "The document has no title.", "CFDocument", "Give it a title.")
        self.title = title
        self.id = local_id(address) or id_from(title) or id_from(self.document_id) or "case-framework"
        self.items = self._items()
        self.in_lower_case = {one.casefold(): one for one in (*self.items, self.document_id)}
        #: Our id of each item; addresses of our own making hold it.
        self.names = self._names()

    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        taken: set[str] = set()
        for written, item in self.items.items():
            name = original_id(text(item.get("uri")) or "", written, self.id) or written
            if name in taken or (name != written and name in self.items):
                message = "Items with the address of another one; they keep their own identifier"
                self.notes.count("case-mended", "warning", message, written, "Give each item an address of its own.")
                name = written
            taken.add(name)
            names[written] = name
        return names

    def read(self, format: str) -> FrameworkReading:
        links = list(read_links(self.package.get("CFAssociations"), self._meant, self.notes))
        rubrics = tuple(read_rubrics(self.package.get("CFRubrics"), self.names, self.id, self.notes))
        definitions = tuple(self._definitions())
        inside = {*self.items, self.document_id, *(one.id for one in definitions)}
        inside.update(one for rubric in rubrics for one in ids_of(rubric))
        codes = {one: text(item.get("humanCodingScheme")) or "" for one, item in self.items.items()}
        tree, others = tree_of(links, codes, self.document_id, self.notes)
        framework = Framework.model_validate(
            self._document()
            | {
                "competencies": tuple(self._competencies(tree)),
                "associations": tuple(self._association(link) for link in others),
                "external": external_nodes(links, inside, self.id),
                "definitions": definitions,
                "rubrics": rubrics,
            }
        )
        ends = sum((link.source not in inside) + (link.target not in inside) for link in links)
        if ends:
            message = f"Ends of associations outside the package: {ends}. They are kept as external nodes."
            self.notes.say("case-external", "info", message, "CFAssociations")
        return FrameworkReading(
            framework=framework,
            findings=self.notes.all(),
            associations=dict(Counter(link.relation for link in links)),
            external_links=ends,
            format=format,
        )

    def _meant(self, written: str) -> str:
        """The item, document or outer node that is written; a UUID is the same in capitals (RFC 9562)."""
        return written if written in self.items else self.in_lower_case.get(written.casefold(), written)

    def _document(self) -> dict[str, Any]:
        values = take(self.document, DOCUMENT, self.notes, "CFDocument")
        extras = values.setdefault("extras", {}).setdefault("case", {})
        adoption = text(self.document.get("adoptionStatus")) or ""
        if adoption in ("Draft", "Adopted", "Deprecated"):
            del extras["adoptionStatus"]
        beside = {name: part for name, part in self.package.items() if name not in _PARTS and part}
        if beside:
            extras["CFPackage"] = beside
        if not extras:
            del values["extras"]
        own = local_id(values.get("uri", ""))
        return values | {
            "id": self.id,
            "title": self.title,
            "license": _license(self.document),
            "status": _STATUS.get(adoption.casefold(), "current"),
            "statement_source": "publisher",
            "identifier": ""
            if own
            else original_id(values.get("uri", ""), self.document_id, self.id) or self.document_id,
            "uri": "" if own else values.get("uri", ""),
        }

    def _items(self) -> dict[str, dict[str, Any]]:
        items: dict[str, dict[str, Any]] = {}
        for index, item in enumerate(self.package["CFItems"]):
            field = f"CFItems[{index}]"
            reference = identifier(item) if isinstance(item, dict) else None
            if reference is None:
                message = "The item has no identifier and is left out."
                self.notes.say("case-refused", "warning", message, field, "Give it an identifier.")
            elif reference in items:
                message = f"The identifier {reference} stands twice; the first is kept."
                mend = "Give each item an identifier of its own."
                self.notes.say("duplicate-id", "error", message, field, mend)
            else:
                items[reference] = item
                if not text(item.get("fullStatement")):
                    message, mend = "Items without a statement", "Write their fullStatement."
                    self.notes.count("case-guessed", "warning", message, reference, mend)
        if not items:
            raise refused("The CASE package holds no usable item.", self.notes.file, mend=_ASK_FOR_ALL)
        return items

    def _competencies(self, tree: Tree) -> Iterator[Competency]:
        for one, parent, order in tree.items:
            item = self.items[one]
            values = take(item, ITEM, self.notes, text(item.get("humanCodingScheme")) or one)
            if "type" not in values and (kind := _title(item.get("CFItemTypeURI"))):
                values["type"] = kind
            if license := _license(item):
                values["license"] = license
            if local_id(values.get("uri", ""), self.id):
                del values["uri"]
            link = tree.links.get(one)
            kept = {} if link is None else self._kept_of_link(link.record)
            if kept:
                values.setdefault("extras", {}).setdefault("case", {})[CHILD_OF] = kept
            name = None if parent is None else self.names[parent]
            yield Competency(id=self.names[one], parent=name, order=order, **values)

    def _kept_of_link(self, link: Link) -> dict[str, Any]:
        """What a hierarchical link says besides its ends and its place, unless all of it is of our own making."""
        own = local_id(text(link.record.get("uri")) or "", self.id)
        if own:
            return {} if " isChildOf " in own else {"identifier": own}
        left_out = {"originNodeURI", "destinationNodeURI", "associationType", "sequenceNumber", "CFDocumentURI"}
        kept = {name: value for name, value in link.record.items() if name not in left_out and value is not None}
        if original := original_id(text(kept.get("uri")) or "", link.id or "", self.id):
            kept["identifier"] = original
        if "lastChangeDateTime" in kept:
            changed = take({"lastChangeDateTime": kept["lastChangeDateTime"]}, ASSOCIATION, self.notes, link.field)
            kept["lastChangeDateTime"] = changed.get("changed", kept["lastChangeDateTime"])
        return kept

    def _association(self, link: Link) -> Association:
        reference, values = take_named(link.record, ASSOCIATION, self.id, self.notes, link.field)
        ends = [self.names.get(end, end) for end in (link.source, link.target)]
        return Association(
            id=None if reference and reference.startswith("association ") else reference,
            source=ends[0],
            relation=link.relation,
            target=ends[1],
            grouping=identifier(link.record.get("CFAssociationGroupingURI")),
            **values,
        )

    def _definitions(self) -> Iterator[Definition]:
        defined = self.package.get("CFDefinitions")
        for kind, listed in DEFINITION_KINDS.items():
            for _, one in records(defined.get(listed) if isinstance(defined, dict) else None):
                reference, values = take_named(one, DEFINITION, self.id, self.notes, listed)
                if reference:
                    yield Definition.model_validate({"kind": kind, "id": reference} | values)


def _title(link: Any) -> str | None:
    return text(link.get("title")) if isinstance(link, dict) else None


def _license(record: dict[str, Any]) -> str:
    link = record.get("licenseURI")
    return _title(link) or text(link.get("uri") if isinstance(link, dict) else link) or ""
