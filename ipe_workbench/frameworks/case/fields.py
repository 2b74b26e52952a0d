"""Which attribute of ours each property of CASE is, for reading and for writing.

Source: 1EdTech Competencies and Academic Standards Exchange, JSON bindings of CASE 1.0 and 1.1. Version 1.1 adds
``caseVersion``, ``frameworkType``, subjects of items, notes of associations, ``targetType``, ``extensions`` and an open
vocabulary of associations.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ipe_workbench.frameworks.identifiers import local_id, original_id
from ipe_workbench.frameworks.import_result import Notes

__all__ = [
    "ASSOCIATION",
    "CRITERION",
    "DEFINITION",
    "DEFINITION_KINDS",
    "DOCUMENT",
    "ITEM",
    "LEVEL",
    "RELATIONS",
    "RELATIONS_1_0",
    "RUBRIC",
    "Part",
    "identifier",
    "records",
    "take",
    "take_named",
    "text",
]

Kind = Literal["text", "texts", "integer", "real", "time", "date", "link", "links", "object"]

#: The association types of CASE 1.0; 1.1 adds isTranslationOf and any ``ext:`` of the publisher's own.
RELATIONS_1_0 = (
    *("isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes"),
    *("isRelatedTo", "replacedBy", "exemplar", "hasSkillLevel"),
)
RELATIONS = (*RELATIONS_1_0, "isTranslationOf")

#: The lists of CFDefinitions, by our kind.
DEFINITION_KINDS = {
    "item-type": "CFItemTypes",
    "concept": "CFConcepts",
    "subject": "CFSubjects",
    "licence": "CFLicenses",
    "grouping": "CFAssociationGroupings",
}


@dataclass(frozen=True, eq=False)
class Part:
    """One class of CASE: what becomes an attribute of ours, what is kept in ``extras``, and what 1.1 added to it.

    `ours` maps a CASE name to (our attribute, kind); `kept` maps further names to their kind; `later` are those that
    only 1.1 has; `derived` are pointers that a server makes from other fields and that are not kept.
    """

    ours: dict[str, tuple[str, Kind]]
    kept: dict[str, Kind]
    later: frozenset[str] = frozenset({"extensions"})
    derived: frozenset[str] = frozenset()


_DATES: dict[str, Kind] = {"statusStartDate": "date", "statusEndDate": "date"}
_NAMED: dict[str, tuple[str, Kind]] = {
    "title": ("title", "text"),
    "description": ("description", "text"),
    "uri": ("uri", "text"),
    "lastChangeDateTime": ("changed", "time"),
}
_UNTITLED = {name: ours for name, ours in _NAMED.items() if name != "title"}
_POINTERS = frozenset({"CFDocumentURI", "CFPackageURI", "CFItemAssociationURI", "sourcedId", "identifier"})

DOCUMENT = Part(
    ours=_NAMED
    | {
        "creator": ("creator", "text"),
        "publisher": ("publisher", "text"),
        "officialSourceURL": ("source", "text"),
        "subject": ("subjects", "texts"),
        "language": ("language", "text"),
        "version": ("version", "text"),
        "notes": ("notes", "text"),
    },
    kept=_DATES
    | {"subjectURI": "links", "licenseURI": "link", "adoptionStatus": "text", "frameworkType": "text"}
    | {"extensions": "object"},
    later=frozenset({"frameworkType", "extensions"}),
    derived=_POINTERS | {"caseVersion"},
)
ITEM = Part(
    ours={
        "fullStatement": ("statement", "text"),
        "humanCodingScheme": ("code", "text"),
        "abbreviatedStatement": ("title", "text"),
        "CFItemType": ("type", "text"),
        "conceptKeywords": ("keywords", "texts"),
        "educationLevel": ("education_levels", "texts"),
        "language": ("language", "text"),
        "notes": ("notes", "text"),
        "uri": ("uri", "text"),
        "lastChangeDateTime": ("changed", "time"),
    },
    kept=_DATES
    | {"alternativeLabel": "text", "listEnumeration": "text", "conceptKeywordsURI": "link", "CFItemTypeURI": "link"}
    | {"licenseURI": "link", "subject": "texts", "subjectURI": "links", "extensions": "object"},
    later=frozenset({"subject", "subjectURI", "extensions"}),
    derived=_POINTERS,
)
ASSOCIATION = Part(
    ours={
        "sequenceNumber": ("order", "integer"),
        "uri": ("uri", "text"),
        "notes": ("notes", "text"),
        "lastChangeDateTime": ("changed", "time"),
    },
    kept={"extensions": "object"},
    later=frozenset({"notes", "extensions"}),
    derived=_POINTERS | {"originNodeURI", "destinationNodeURI", "associationType", "CFAssociationGroupingURI"},
)
DEFINITION = Part(
    ours=_NAMED
    | {
        "hierarchyCode": ("code", "text"),
        "typeCode": ("type_code", "text"),
        "keywords": ("keywords", "text"),
        "licenseText": ("text", "text"),
    },
    kept={"extensions": "object"},
    derived=_POINTERS,
)
RUBRIC = Part(ours=_NAMED, kept={"extensions": "object"}, derived=_POINTERS | {"CFRubricCriteria"})
CRITERION = Part(
    ours=_UNTITLED
    | {"category": ("category", "text"), "weight": ("weight", "real"), "position": ("position", "integer")},
    kept={"extensions": "object"},
    derived=_POINTERS | {"CFRubricCriterionLevels", "CFItemURI", "rubricId"},
)
LEVEL = Part(
    ours=_UNTITLED
    | {"quality": ("quality", "text"), "score": ("score", "real"), "feedback": ("feedback", "text")}
    | {"position": ("position", "integer")},
    # 1.1 has a list of extensions here and one object everywhere else.
    kept={"extensions": "object"},
    derived=_POINTERS | {"rubricCriterionId"},
)

#: Values that say nothing.
_EMPTY: tuple[Any, ...] = (None, "", [], {})
#: Names that older servers used.
_OLD_NAMES = {"educationalLevel": "educationLevel", "abbreviatedFullStatement": "abbreviatedStatement"}


def take(record: dict[str, Any], part: Part, notes: Notes, subject: str) -> dict[str, Any]:
    """Our attributes of one CASE record, with everything else of it in ``extras``; what was mended is noted."""
    values: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    for written, value in record.items():
        name = _OLD_NAMES.get(written, written)
        if name in part.derived or value in _EMPTY:
            continue
        if name not in part.ours:
            extras[name] = value
            if name not in part.kept:
                notes.count("case-extra", "info", f"{name} is no property of CASE here and is kept aside", subject)
            continue
        attribute, kind = part.ours[name]
        converted = _time(value, name, notes, subject) if kind == "time" else _CONVERTED[kind](value)
        if converted is not None:
            values[attribute] = converted
        elif not (isinstance(value, str) and not value.strip()):
            extras[name] = value
            mend = "Correct it at the source."
            notes.count("case-mended", "warning", f"{name} is not {_KINDS[kind]} and is kept aside", subject, mend)
    if extras:
        values["extras"] = {"case": extras}
    return values


def take_named(
    record: dict[str, Any], part: Part, framework: str, notes: Notes, subject: str
) -> tuple[str | None, dict[str, Any]]:
    """Our id of a CASE record and our attributes of it, as `take` gives them; `framework` is the id of the framework.

    An address of our own making holds the id instead of being an attribute.
    """
    values = take(record, part, notes, subject)
    uri, written = values.get("uri", ""), identifier(record) or ""
    if local_id(uri, framework):
        del values["uri"]
    return original_id(uri, written, framework) or written or None, values


def records(listed: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a list with their places; an entry that is no record stands as an empty one."""
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        yield index, one if isinstance(one, dict) else {}


def identifier(node: Any) -> str | None:
    """The identifier of a link or record; of an old plain-string address its last part."""
    if isinstance(node, str):
        return node.rstrip("/").rsplit("/", 1)[-1].strip() or None
    if isinstance(node, dict):
        return text(node.get("identifier")) or text(node.get("sourcedId")) or identifier(text(node.get("uri")))
    return None


def text(value: Any) -> str | None:
    """Text without blanks around it; a number is written out."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return str(value)
    return None


_KINDS = {
    "text": "text",
    "texts": "a list of texts",
    "integer": "a whole number",
    "real": "a number",
    "time": "a time of ISO 8601",
}


def _texts(value: Any) -> tuple[str, ...] | None:
    listed = value if isinstance(value, list) else re.split(r"[|,;]", value) if isinstance(value, str) else [value]
    found = [text(one) for one in listed]
    usable = all(one is not None or listed[index] in ("", None) for index, one in enumerate(found))
    return (tuple(one for one in found if one) or None) if usable else None


def _integer(value: Any) -> int | None:
    real = _real(value)
    return int(real) if real is not None and real.is_integer() and abs(real) < 2**31 else None


def _real(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,15}(\.[0-9]{1,15})?\s*", value):
        value = float(value)
    if isinstance(value, int | float) and abs(value) < 1e15:
        return float(value)
    return None


def _time(value: Any, name: str, notes: Notes, subject: str) -> str | None:
    shown, has_zone = _read_time(value) if isinstance(value, str) else (None, True)
    if not has_zone:
        notes.count("case-mended", "info", f"{name} has no time zone and is read as UTC", subject)
    return shown


@lru_cache
def _read_time(written: str) -> tuple[str | None, bool]:
    """The time as RFC 3339 writes it, and whether it has a zone. The records of a package share a few of them."""
    try:
        read = datetime.datetime.fromisoformat(written.strip())
    except ValueError:
        return None, True
    zoned = read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
    shown = zoned.isoformat().replace("+00:00", "Z")
    return (shown if _RFC_3339.fullmatch(shown) else None), read.tzinfo is not None


_CONVERTED: dict[Kind, Callable[[Any], Any]] = {"text": text, "texts": _texts, "integer": _integer, "real": _real}
_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
