"""Write a framework as a CASE package of version 1.0 or 1.1, valid against 1EdTech's own schema.

Source: 1EdTech Competencies and Academic Standards Exchange, JSON bindings of CASE 1.0 and 1.1. In both the package
stands at the root of the file; 1.1 marks itself by ``caseVersion``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from ipe_workbench.frameworks.case.fields import (
    ASSOCIATION,
    CRITERION,
    DEFINITION,
    DEFINITION_KINDS,
    DOCUMENT,
    ITEM,
    LEVEL,
    RELATIONS,
    RELATIONS_1_0,
    RUBRIC,
    Kind,
    Part,
    text,
)
from ipe_workbench.frameworks.identifiers import address, framework_address, is_address, is_uuid, local_uri, stable_uuid
from ipe_workbench.frameworks.json_files import json_text
from ipe_workbench.frameworks.model import Competency, Framework

__all__ = ["CaseVersion", "write_case"]

CaseVersion = Literal["1.0", "1.1"]
_ADOPTION = {"draft": "Draft", "superseded": "Deprecated", "current": "Adopted"}
#: Each must stand there, empty or not.
_REQUIRED_OF_DEFINITIONS = {
    "item-type": ("title", "description", "hierarchyCode"),
    "concept": ("title", "hierarchyCode"),
    "subject": ("title", "hierarchyCode"),
    "licence": ("title", "licenseText"),
    "grouping": ("title",),
}
#: Definitions of a kind have only these of the texts.
_TEXTS_OF_DEFINITIONS = {
    "item-type": {"hierarchyCode", "typeCode"},
    "concept": {"hierarchyCode", "keywords"},
    "subject": {"hierarchyCode"},
    "licence": {"licenseText"},
    "grouping": set[str](),
}


def write_case(framework: Framework, version: CaseVersion, now: datetime.datetime) -> str:
    """A CASE package as JSON text.

    Parameters
    ----------
    framework : Framework
        What to write. An id that is no UUID becomes one of version 5, always the same, with an address that holds it.
    version : "1.0" or "1.1"
        1.0 has nine types of association and no extensions; what it cannot hold is left out.
    now : datetime
        The time of the last change where the framework tells none, with a zone.

    Examples
    --------
    >>> import json
    >>> from ipe_workbench.frameworks import load_framework
    >>> written = write_case(load_framework("ipec-2023"), "1.0", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    >>> len(json.loads(written)["CFItems"])
    37
    """
    return json_text(_Writer(framework, version, now).package())


class _Writer:
    """One writing of one framework."""

    def __init__(self, framework: Framework, version: CaseVersion, now: datetime.datetime) -> None:
        self.framework = framework
        self.version = version
        self.now = now.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.titles = {
            one.id: one.code or (one.title or one.statement or one.id)[:80] for one in framework.competencies
        }
        self.groupings = {one.id: one for one in framework.definitions if one.kind == "grouping"}
        self.external = {one.id: one for one in framework.external}
        families = [framework.roots, *(framework.children(one.id) for one in framework.competencies)]
        self.places = {one.id: place for family in families for place, one in enumerate(family, start=1)}
        uri = framework_address(framework.uri, framework.id, framework.title)
        self.whole = {"title": framework.title, "identifier": self._uuid(framework.identifier), "uri": uri}
        self.ends: dict[str, dict[str, Any]] = {}

    def package(self) -> dict[str, Any]:
        framework = self.framework
        beside = framework.extras.get("case", {}).get("CFPackage", {})
        package: dict[str, Any] = {
            "CFDocument": self._document(),
            "CFItems": [self._item(one) for one in framework.competencies],
            "CFAssociations": [*self._tree(), *self._associations()],
        }
        if framework.definitions:
            package["CFDefinitions"] = self._definitions()
        if framework.rubrics:
            package["CFRubrics"] = [self._rubric(number) for number in range(len(framework.rubrics))]
        if self.version == "1.1" and isinstance(beside.get("extensions"), dict):
            package["extensions"] = beside["extensions"]
        return package

    def _uuid(self, reference: str) -> str:
        return reference if is_uuid(reference) else stable_uuid(self.framework.id, reference)

    def _address(self, uri: str, reference: str) -> str:
        return address(uri, self.framework.id, reference)

    def _record(self, fields: Mapping[str, Any], part: Part, reference: str) -> dict[str, Any]:
        """The properties of one record: identifier, address, what is ours, and what was kept of a CASE file."""
        record: dict[str, Any] = {"identifier": self._uuid(reference)}
        for name, attribute, cleaned in _ours(part, self.version):
            content = fields.get(attribute)
            if (content or content == 0) and (content := cleaned(content)) is not None:
                record[name] = content
        record["uri"] = self._address(fields.get("uri", ""), reference)
        record.setdefault("lastChangeDateTime", self.now)
        for name, content in fields.get("extras", {}).get("case", {}).items():
            if name in part.kept and name not in record and _has(part, name, self.version):
                content = _CLEANED[part.kept[name]](content)
                if content is not None:
                    record[name] = content
        return record

    def _document(self) -> dict[str, Any]:
        framework = self.framework
        record = self._record(vars(framework), DOCUMENT, framework.identifier or "")
        record["uri"] = self.whole["uri"]
        record["creator"] = framework.creator or framework.publisher or "Not stated"
        if "adoptionStatus" not in record and framework.status:
            record["adoptionStatus"] = _ADOPTION[framework.status]
        if not is_address(framework.source):
            record.pop("officialSourceURL", None)
        self._put_license(record, framework.license)
        if self.version == "1.1":
            record["caseVersion"] = "1.1"
        return record

    def _item(self, one: Competency) -> dict[str, Any]:
        record = self._record(vars(one), ITEM, one.id)
        record.setdefault("fullStatement", one.title or one.code or one.id)
        if one.type == "competency":
            record.pop("CFItemType", None)
        self._put_license(record, one.license)
        return record

    def _put_license(self, record: dict[str, Any], license: str) -> None:
        kept = record.get("licenseURI")
        if kept and license in (kept["title"], kept["uri"]):
            return
        record.pop("licenseURI", None)
        if license:
            uri = license if is_address(license) else f"urn:uuid:{stable_uuid('licence', license)}"
            record["licenseURI"] = {"title": license, "identifier": stable_uuid("licence", license), "uri": uri}

    def _tree(self) -> Iterator[dict[str, Any]]:
        for one in self.framework.in_order():
            kept = one.extras.get("case", {}).get("isChildOf", {})
            kept = kept if isinstance(kept, dict) else {}
            reference = f"{one.id} isChildOf {one.parent or ''}"
            yield self._link({"id": text(kept.get("identifier"))}, kept, reference) | {
                "associationType": "isChildOf",
                "originNodeURI": self._end(one.id),
                "destinationNodeURI": self.whole if one.parent is None else self._end(one.parent),
                "sequenceNumber": self.places[one.id],
            }

    def _associations(self) -> Iterator[dict[str, Any]]:
        for number, one in enumerate(self.framework.associations):
            relation = self._relation(one.relation)
            if relation:
                known = {"CFAssociationGroupingURI": one.grouping and self._grouping(one.grouping)}
                yield self._link(vars(one), known, f"association {number}") | {
                    "associationType": relation,
                    "originNodeURI": self._end(one.source),
                    "destinationNodeURI": self._end(one.target),
                }

    def _relation(self, relation: str) -> str | None:
        if relation in RELATIONS_1_0 or (self.version == "1.1" and relation in RELATIONS):
            return relation
        if self.version == "1.0":
            return None
        return (
            relation if _EXTENSION.fullmatch(relation) else "ext:" + (re.sub(r"[^a-zA-Z0-9._-]", ".", relation) or ".")
        )

    def _link(self, fields: Mapping[str, Any], kept: dict[str, Any], reference: str) -> dict[str, Any]:
        """What a link says besides its type and its ends."""
        record = self._record(fields, ASSOCIATION, fields["id"] or reference)
        for name, content in kept.items():
            kind = _KEPT_OF_LINK.get(name)
            cleaned = _CLEANED[kind](content) if kind and content and _has(ASSOCIATION, name, self.version) else None
            if cleaned is not None:
                record[name] = cleaned
        if kept.get("uri") and not is_address(record["uri"]):
            record["uri"] = local_uri(self.framework.id, reference)
        if record["lastChangeDateTime"] != self.now:
            record["lastChangeDateTime"] = _time(record["lastChangeDateTime"]) or self.now
        return record

    def _grouping(self, reference: str) -> dict[str, Any]:
        known = self.groupings.get(reference)
        title, uri = (known.title, known.uri) if known else ("", "")
        return {"title": title or reference, "identifier": self._uuid(reference), "uri": self._address(uri, reference)}

    def _end(self, reference: str) -> dict[str, Any]:
        if reference not in self.ends:
            self.ends[reference] = self._new_end(reference)
        return self.ends[reference]

    def _new_end(self, reference: str) -> dict[str, Any]:
        if reference and reference == self.framework.identifier:
            return self.whole
        one = self.framework.by_id(reference)
        if one is not None:
            uri = self._address(one.uri, one.id)
            return {"title": self.titles[reference], "identifier": self._uuid(reference), "uri": uri}
        node = self.external.get(reference)
        known = [one for one in (node.uri if node else "", reference) if is_address(one)]
        end = {
            "title": (node.title if node else "") or reference,
            "identifier": reference,
            "uri": known[0] if known else local_uri(self.framework.id, reference),
        }
        if self.version == "1.1" and node and (node.type == "CASE" or _EXTENSION.fullmatch(node.type)):
            end["targetType"] = node.type
        return end

    def _definitions(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.framework.definitions:
            record = self._record(vars(one), DEFINITION, one.id)
            allowed = {"identifier", "uri", "title", "description", "lastChangeDateTime", "extensions"}
            allowed |= _TEXTS_OF_DEFINITIONS[one.kind]
            required = dict.fromkeys(_REQUIRED_OF_DEFINITIONS[one.kind], "")
            record = required | {name: content for name, content in record.items() if name in allowed}
            found.setdefault(DEFINITION_KINDS[one.kind], []).append(record)
        return found

    def _rubric(self, number: int) -> dict[str, Any]:
        rubric = self.framework.rubrics[number]
        record = self._record(vars(rubric), RUBRIC, rubric.id)
        criteria = []
        for criterion in rubric.criteria:
            row = self._record(vars(criterion), CRITERION, criterion.id) | {"rubricId": record["identifier"]}
            if criterion.competency:
                end = self._end(criterion.competency)
                row["CFItemURI"] = {name: end[name] for name in ("title", "uri")} | {
                    "identifier": self._uuid(criterion.competency)
                }
            row["CFRubricCriterionLevels"] = [
                self._level(self._record(vars(level), LEVEL, level.id), row["identifier"]) for level in criterion.levels
            ]
            criteria.append(row)
        return record | {"CFRubricCriteria": criteria}

    def _level(self, record: dict[str, Any], criterion: str) -> dict[str, Any]:
        if "extensions" in record:
            # Here, and only here, the schema of 1.1 asks for a list.
            record["extensions"] = [record["extensions"]]
        return record | {"rubricCriterionId": criterion}


#: What a link of the hierarchy may say besides.
_KEPT_OF_LINK: dict[str, Kind] = {
    "uri": "text",
    "lastChangeDateTime": "text",
    "CFAssociationGroupingURI": "link",
    "notes": "text",
    "extensions": "object",
}
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _has(part: Part, name: str, version: CaseVersion) -> bool:
    return version == "1.1" or name not in part.later


@lru_cache
def _ours(part: Part, version: CaseVersion) -> tuple[tuple[str, str, Callable[[Any], Any]], ...]:
    """The properties of a part that are attributes of ours: their names, ours, and what makes the one of the other."""
    return tuple(
        (name, attribute, _CLEANED[kind]) for name, (attribute, kind) in part.ours.items() if _has(part, name, version)
    )


def _date(value: Any) -> str | None:
    written = (text(value) or "")[:10]
    try:
        datetime.date.fromisoformat(written)
    except ValueError:
        return None
    return written if _DATE.fullmatch(written) else None


def _time(value: Any) -> str | None:
    try:
        read = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return str(value) if read.tzinfo is not None else f"{value}Z"


def _link(value: Any) -> dict[str, Any] | None:
    record = value if isinstance(value, dict) else {"uri": value}
    uri = text(record.get("uri")) or ""
    if not is_address(uri):
        return None
    reference = text(record.get("identifier")) or ""
    usable = reference if is_uuid(reference) else stable_uuid("link", uri)
    return {"title": text(record.get("title")) or uri, "identifier": usable, "uri": uri}


def _links(value: Any) -> list[dict[str, Any]] | None:
    found = [link for link in map(_link, value if isinstance(value, list) else [value]) if link]
    return found or None


def _texts(value: Any) -> list[str] | None:
    found = [one for one in map(text, value if isinstance(value, list | tuple) else [value]) if one]
    return found or None


_CLEANED: dict[Kind, Callable[[Any], Any]] = {
    "text": text,
    "texts": _texts,
    "integer": lambda value: value,
    "real": lambda value: value,
    "time": _time,
    "date": _date,
    "link": _link,
    "links": _links,
    "object": lambda value: value if isinstance(value, dict) else None,
}
