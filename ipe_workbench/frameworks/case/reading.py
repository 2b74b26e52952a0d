"""Read a 1EdTech CASE package (1.0 or 1.1, at the root level or inside ``CFPackage``) from JSON.

Source: 1EdTech Competencies and Academic Standards Exchange, information model 1.0 and 1.1. Older servers write links
as plain strings, times without a zone and nulls where a value is absent; all are read. What was guessed or mended is a
finding; what a framework of ours has no name for is kept in ``extras``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ipe_workbench.frameworks.case.fields import (
    ASSOCIATION,
    CRITERION,
    DEFINITION,
    DEFINITION_KINDS,
    DOCUMENT,
    ITEM,
    LEVEL,
    RELATIONS,
    RUBRIC,
    identifier,
    take,
    text,
)
from ipe_workbench.frameworks.hierarchy import ChildLink, Tree, grow_tree, in_code_order
from ipe_workbench.frameworks.identifiers import local_id, original_id, slug
from ipe_workbench.frameworks.import_result import FrameworkReading, Notes, refused
from ipe_workbench.frameworks.json_files import parse_json, read_bytes
from ipe_workbench.frameworks.model import Competency, Framework
from ipe_workbench.frameworks.package import (
    Association,
    Definition,
    ExternalNode,
    PublishedCriterion,
    PublishedLevel,
    PublishedRubric,
)

__all__ = ["is_case", "read_case", "read_case_data"]

_CHILD_OF = "isChildOf"
_ASK_FOR_ALL = "Ask the CASE server for the whole package (.../CFPackages/{id})."
#: Other spellings of the association types ("Is Child Of") by which they are known.
_RELATIONS = {name.casefold(): name for name in RELATIONS}
_STATUS = {"draft": "draft", "private draft": "draft", "deprecated": "superseded"}
_PARTS = ("CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics")


@dataclass(frozen=True)
class _Link:
    id: str | None
    source: str
    relation: str
    target: str
    record: dict[str, Any]
    field: str


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
        self.id = local_id(address) or slug(title) or slug(self.document_id) or "case-framework"
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
        links = list(self._links())
        rubrics = tuple(self._rubrics())
        definitions = tuple(self._definitions())
        inside = {*self.items, self.document_id, *_ids_inside(rubrics, definitions)}
        tree, others = self._tree(links)
        framework = Framework.model_validate(
            self._document()
            | {
                "competencies": tuple(self._competencies(tree)),
                "associations": tuple(self._association(link) for link in others),
                "external": self._external(links, inside),
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

    def _links(self) -> Iterator[_Link]:
        for index, one in _records(self.package.get("CFAssociations")):
            field = f"CFAssociations[{index}]"
            source, target = (
                self._end(one, f"{end}NodeURI", f"{end}NodeIdentifier") for end in ("origin", "destination")
            )
            written = text(one.get("associationType"))
            if not (source and target and written):
                message = "The association lacks an end or its type and is left out."
                mend = "Give it a type, an origin and a destination."
                self.notes.say("case-refused", "warning", message, field, mend)
                continue
            relation = _relation(written)
            if relation != written:
                message = f"The association type {written[:60]} is read as {relation}"
                self.notes.count("case-mended", "info", message, field)
            elif relation not in RELATIONS and not relation.startswith("ext:"):
                message = "Association types that CASE does not know, kept as they are"
                self.notes.count("case-extra", "info", message, relation)
            yield _Link(text(one.get("identifier")), source, relation, target, one, field)

    def _end(self, record: dict[str, Any], *names: str) -> str | None:
        """The item, document or outer node at the end of a link; a UUID is the same in capitals (RFC 9562)."""
        written = next(filter(None, (identifier(record.get(name)) for name in names)), None)
        if written is None or written in self.items:
            return written
        return self.in_lower_case.get(written.casefold(), written)

    def _tree(self, links: list[_Link]) -> tuple[Tree, list[_Link]]:
        """The tree that the package's own isChildOf links make, and every link that is not part of it."""
        others: list[_Link] = []
        children: list[ChildLink] = []
        for link in links:
            in_package = link.source in self.items and (link.target in self.items or link.target == self.document_id)
            if link.relation == _CHILD_OF and in_package:
                order = take({"sequenceNumber": link.record.get("sequenceNumber")}, ASSOCIATION, self.notes, link.field)
                parent = link.target if link.target in self.items else None
                children.append(ChildLink(link.source, parent, order.get("order"), link))
            else:
                others.append(link)
        codes = {one: text(item.get("humanCodingScheme")) or "" for one, item in self.items.items()}
        tree = grow_tree(self.items, children, in_code_order(codes))
        for child in tree.second:
            others.append(child.record)
            message, mend = "Second parents, kept as associations", "Decide which parent is meant."
            self.notes.count("case-second-parent", "info", message, child.child, mend)
        for child in tree.cut:
            others.append(child.record)
            message = f"{child.child} is part of itself in a circle of isChildOf; it is made a top item."
            self.notes.say("cycle", "error", message, child.record.field, "Remove one association of the circle.")
        for one in tree.orphans:
            self.notes.count("case-guessed", "info", "Items without a parent in the package, made top items", one)
        return tree, others

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
                values.setdefault("extras", {}).setdefault("case", {})[_CHILD_OF] = kept
            name = None if parent is None else self.names[parent]
            yield Competency(id=self.names[one], parent=name, order=order, **values)

    def _kept_of_link(self, link: _Link) -> dict[str, Any]:
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

    def _association(self, link: _Link) -> Association:
        values = take(link.record, ASSOCIATION, self.notes, link.field)
        reference, values = self._named(link.record, values)
        ends = [self.names.get(end, end) for end in (link.source, link.target)]
        return Association(
            id=None if reference and reference.startswith("association ") else reference,
            source=ends[0],
            relation=link.relation,
            target=ends[1],
            grouping=identifier(link.record.get("CFAssociationGroupingURI")),
            **values,
        )

    def _external(self, links: list[_Link], inside: set[str]) -> tuple[ExternalNode, ...]:
        found: dict[str, ExternalNode] = {}
        for link in links:
            for end, name in ((link.source, "originNodeURI"), (link.target, "destinationNodeURI")):
                if end not in inside and end not in found:
                    node = link.record.get(name)
                    record = node if isinstance(node, dict) else {"uri": node}
                    uri, title = text(record.get("uri")) or "", text(record.get("title")) or ""
                    found[end] = ExternalNode(
                        id=end,
                        title="" if title == end else title,
                        uri="" if uri == end or local_id(uri, self.id) else uri,
                        type=text(record.get("targetType")) or "",
                    )
        return tuple(found.values())

    def _definitions(self) -> Iterator[Definition]:
        defined = self.package.get("CFDefinitions")
        for kind, listed in DEFINITION_KINDS.items():
            for _, one in _records(defined.get(listed) if isinstance(defined, dict) else None):
                reference, values = self._named(one, take(one, DEFINITION, self.notes, listed))
                if reference:
                    yield Definition.model_validate({"kind": kind, "id": reference} | values)

    def _rubrics(self) -> Iterator[PublishedRubric]:
        for index, one in _records(self.package.get("CFRubrics")):
            reference, values = self._named(one, take(one, RUBRIC, self.notes, f"CFRubrics[{index}]"))
            name = reference or f"rubric-{index + 1}"
            yield PublishedRubric(id=name, criteria=tuple(self._criteria(one, name)), **values)

    def _criteria(self, rubric: dict[str, Any], rubric_name: str) -> Iterator[PublishedCriterion]:
        for index, one in _records(rubric.get("CFRubricCriteria")):
            reference, values = self._named(one, take(one, CRITERION, self.notes, f"CFRubricCriteria[{index}]"))
            name = reference or f"{rubric_name}-criterion-{index + 1}"
            item = identifier(one.get("CFItemURI"))
            yield PublishedCriterion(
                id=name,
                competency=self.names.get(item, item) if item else None,
                levels=tuple(self._levels(one, name)),
                **values,
            )

    def _levels(self, criterion: dict[str, Any], criterion_name: str) -> Iterator[PublishedLevel]:
        for index, one in _records(criterion.get("CFRubricCriterionLevels")):
            if isinstance(extensions := one.get("extensions"), list) and len(extensions) == 1:
                one = one | {"extensions": extensions[0]}
            reference, values = self._named(one, take(one, LEVEL, self.notes, f"CFRubricCriterionLevels[{index}]"))
            yield PublishedLevel(id=reference or f"{criterion_name}-level-{index + 1}", **values)

    def _named(self, record: dict[str, Any], values: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """The id of a record, which an address of our own making holds instead of being one."""
        written = identifier(record) or ""
        uri = values.get("uri", "")
        if local_id(uri, self.id):
            del values["uri"]
        return original_id(uri, written, self.id) or written or None, values


@lru_cache
def _relation(written: str) -> str:
    """The association type of CASE that is meant, else the one that is written."""
    return _RELATIONS.get(re.sub(r"[\s_-]", "", written).casefold(), written)


def _records(listed: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a list; an entry that is none stands as an empty one."""
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        yield index, one if isinstance(one, dict) else {}


def _ids_inside(rubrics: tuple[PublishedRubric, ...], definitions: tuple[Definition, ...]) -> Iterator[str]:
    yield from (one.id for one in definitions)
    for rubric in rubrics:
        yield rubric.id
        for criterion in rubric.criteria:
            yield criterion.id
            yield from (level.id for level in criterion.levels)


def _title(link: Any) -> str | None:
    return text(link.get("title")) if isinstance(link, dict) else None


def _license(record: dict[str, Any]) -> str:
    link = record.get("licenseURI")
    return _title(link) or text(link.get("uri") if isinstance(link, dict) else link) or ""
