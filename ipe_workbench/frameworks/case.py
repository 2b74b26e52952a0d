"""Read a 1EdTech CASE package (1.0 at the root level, 1.1 inside ``CFPackage``) from a JSON file.

Source: 1EdTech Competencies and Academic Standards Exchange, information model 1.0 and 1.1. Older servers write links
as plain strings and leave nulls where a value is absent; both are read. What was guessed, mended or not kept is a
finding.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.findings import Finding, Place, Severity, sort_findings
from ipe_workbench.frameworks.model import Association, Competency, Framework
from ipe_workbench.frameworks.tree import natural_order

__all__ = ["CaseReading", "read_case"]

#: A whole national framework is some 20 MB; more than this is a mistake or an attack (64 MiB).
_MAX_BYTES = 64 * 1024 * 1024
_CHILD_OF = "isChildOf"
#: The association types of CASE 1.0 and 1.1, by which other spellings of them ("Is Child Of") are known.
_RELATIONS = {
    name.casefold(): name
    for name in (
        *(_CHILD_OF, "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar"),
        *("hasSkillLevel", "isTranslationOf"),
    )
}
#: What an item's competency carries, and what only serves the server that the item came from.
_KEPT = {"identifier", "humanCodingScheme", "abbreviatedStatement", "fullStatement", "CFItemType", "CFItemTypeURI"}
_KEPT |= {"uri", "CFDocumentURI", "CFItemAssociationURI", "lastChangeDateTime"}


@dataclass(frozen=True)
class CaseReading:
    """A framework read from a CASE package, with what the package held and what was found on the way.

    `associations` counts every link by type, those that became the hierarchy included; `external_links` counts the ends
    of links that lie outside the package.
    """

    framework: Framework
    findings: tuple[Finding, ...]
    associations: dict[str, int]
    external_links: int
    rubrics: int

    def to_dict(self) -> dict[str, Any]:
        """Facts of the package as plain JSON."""
        framework = self.framework
        return {
            "id": framework.id,
            "title": framework.title,
            "items": len(framework.competencies),
            "top_items": len(framework.roots),
            "depth": framework.depth,
            "leaves": len(framework.leaves),
            "associations": self.associations,
            "external_links": self.external_links,
            "rubrics": self.rubrics,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True)
class _Link:
    id: str | None
    source: str
    relation: str
    target: str
    order: int | None


def read_case(path: str | Path) -> CaseReading:
    """Read a CASE package.

    Parameters
    ----------
    path : path
        A JSON file: a package as a CASE server gives it.

    Returns
    -------
    CaseReading

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, not JSON, or JSON of another kind.

    Notes
    -----
    Linear in items and associations. An item's id is its ``identifier``, its code the ``humanCodingScheme``. Siblings
    follow their sequence numbers; without one, the natural order of their codes (VE2 before VE10).
    """
    name = str(path)
    data, mended = _json(Path(path), name)
    reader = _Reader(_package(data, name), name)
    if mended:
        reader.say(
            "case-mended", "warning", "Broken characters were replaced by the sign \ufffd.", "", "Correct the texts."
        )
    return reader.read()


def _json(path: Path, name: str) -> tuple[Any, bool]:
    """The content, and whether characters that no text may hold (half of a surrogate pair) were replaced."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _refused(f"The file is larger than {_MAX_BYTES // 2**20} MiB.", name)
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text)
        if not _SURROGATE.search(text):
            return data, False
        whole = _whole(data)
        return whole, whole != data
    except FileNotFoundError:
        raise _refused("The file does not exist.", name, mend="Check the path.") from None
    except IsADirectoryError:
        raise _refused("This is a folder, not a file.", name, mend="Name a file.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _refused("The file is not UTF-8 text.", name, line, "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _refused(f"This is not valid JSON: {error.msg}.", name, error.lineno, "Is the file complete?") from None
    except RecursionError:
        raise _refused("The JSON is nested too deep to be a CASE package.", name) from None
    except OSError as error:
        raise _refused(f"The file cannot be read: {error.strerror}.", name) from None
    except ValueError as error:
        # Python's advice to programmers follows the semicolon (a number of thousands of digits).
        raise _refused(f"The file cannot be read: {str(error).split(';')[0]}.", name) from None


_SURROGATE = re.compile(r"\\ud[89a-f]", re.IGNORECASE)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _package(data: Any, name: str) -> dict[str, Any]:
    if isinstance(data, dict) and isinstance(data.get("CFPackage"), dict):
        data = data["CFPackage"]
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("CFDocument"), dict)
        or not isinstance(data.get("CFItems"), list)
    ):
        raise _refused(
            "This JSON is not a CASE package: it has no CFDocument with CFItems.",
            name,
            mend="Ask the CASE server for the whole package (.../CFPackages/{id}).",
        )
    return data


def _refused(message: str, file: str, line: int | None = None, mend: str = "") -> UnreadableFileError:
    place = Place(file, line)
    finding = Finding("unreadable-file", "error", message, mend, place)
    return UnreadableFileError(message, place=str(place), mend=mend or None, findings=[finding])


class _Reader:
    """One reading of one package."""

    def __init__(self, package: dict[str, Any], file: str) -> None:
        self.package = package
        self.file = file
        self.findings: list[Finding] = []

    def read(self) -> CaseReading:
        document = self.package["CFDocument"]
        items = self._items()
        links = list(self._links())
        document_id = _identifier(document) or ""
        hierarchy, others = self._hierarchy(items, links, document_id)
        title = _text(document.get("title"))
        if not title:
            title = "Untitled framework"
            self.say("case-guessed", "warning", "The document has no title.", "CFDocument", "Give it a title.")
        ends = {*items, document_id}
        framework = Framework(
            id=_slug(title) or _slug(document_id) or "case-framework",
            title=title,
            version=_text(document.get("version")) or "",
            publisher=_text(document.get("publisher")) or _text(document.get("creator")) or "",
            source=_text(document.get("uri")) or "",
            license=_license(document),
            language=_text(document.get("language")) or "en",
            status="draft" if _text(document.get("adoptionStatus")) == "Draft" else "current",
            statement_source="publisher",
            notes=_text(document.get("description")) or "",
            competencies=tuple(self._competencies(items, hierarchy)),
            associations=tuple(
                Association(id=one.id, source=one.source, relation=one.relation, target=one.target) for one in others
            ),
        )
        external = sum((link.source not in ends) + (link.target not in ends) for link in links)
        if external:
            message = (
                f"Ends of associations outside the package: {external}. They are kept by identifier, not by address."
            )
            self.say("case-external", "info", message, "CFAssociations")
        self._say_what_is_not_kept(items)
        rubrics = self.package.get("CFRubrics")
        return CaseReading(
            framework=framework,
            findings=sort_findings(self.findings),
            associations=dict(Counter(link.relation for link in links)),
            external_links=external,
            rubrics=len(rubrics) if isinstance(rubrics, list) else 0,
        )

    def _items(self) -> dict[str, dict[str, Any]]:
        items: dict[str, dict[str, Any]] = {}
        for index, item in enumerate(self.package["CFItems"]):
            field = f"CFItems[{index}]"
            reference = _identifier(item) if isinstance(item, dict) else None
            if reference is None:
                message = "The item has no identifier and is left out."
                self.say("case-refused", "error", message, field, "Give it an identifier.")
            elif reference in items:
                message = f"The identifier {reference} stands twice; the first is kept."
                self.say("duplicate-id", "error", message, field, "Give each item an identifier of its own.")
            else:
                items[reference] = item
                if not _text(item.get("fullStatement")):
                    message = f"The item {reference} has no statement."
                    self.say("case-guessed", "warning", message, field, "Write its fullStatement.")
        if not items:
            mend = "Ask the CASE server for the whole package (.../CFPackages/{id})."
            raise _refused("The CASE package holds no usable item.", self.file, mend=mend)
        return items

    def _links(self) -> Iterator[_Link]:
        associations = self.package.get("CFAssociations")
        for index, one in enumerate(associations if isinstance(associations, list) else ()):
            field = f"CFAssociations[{index}]"
            link = one if isinstance(one, dict) else {}
            source, target = _identifier(link.get("originNodeURI")), _identifier(link.get("destinationNodeURI"))
            written = _text(link.get("associationType"))
            if not (source and target and written):
                message = "The association lacks an end or its type and is left out."
                self.say("case-refused", "error", message, field, "Give it a type, an origin and a destination.")
                continue
            relation = _RELATIONS.get(re.sub(r"[\s_-]", "", written).casefold(), written)
            if relation != written:
                self.say("case-mended", "info", f"The association type {written} is read as {relation}.", field)
            yield _Link(_text(link.get("identifier")), source, relation, target, _number(link.get("sequenceNumber")))

    def _hierarchy(
        self, items: dict[str, dict[str, Any]], links: list[_Link], document_id: str
    ) -> tuple[dict[str, _Link], list[_Link]]:
        """The link to each item's parent, and every link that is not part of the tree."""
        parents: dict[str, _Link] = {}
        others: list[_Link] = []
        for link in links:
            inside = link.relation == _CHILD_OF and link.source in items
            if not inside or (link.target not in items and link.target != document_id):
                others.append(link)
            elif link.source in parents:
                others.append(link)
                message = f"{link.source} has a second parent, which is kept as an association."
                self.say("case-second-parent", "info", message, "CFAssociations", "Decide which parent is meant.")
            else:
                parents[link.source] = link
        orphans = [reference for reference in items if reference not in parents]
        if orphans:
            shown = ", ".join(orphans[:3]) + (", ..." if len(orphans) > 3 else "")
            message = f"Items without a parent in the package, made top items: {len(orphans)} ({shown})."
            self.say("case-guessed", "info", message, "CFAssociations")
        for link in _cut_circles(parents):
            others.append(link)
            message = f"{link.source} is part of itself in a circle of isChildOf; it is made a top item."
            self.say("cycle", "error", message, "CFAssociations", "Remove one association of the circle.")
        return parents, others

    def _competencies(self, items: dict[str, dict[str, Any]], parents: dict[str, _Link]) -> Iterator[Competency]:
        def position(reference: str) -> tuple[Any, ...]:
            link = parents.get(reference)
            number = link.order if link and link.order is not None else float("inf")
            return number, natural_order(_text(items[reference].get("humanCodingScheme")) or ""), reference

        for order, reference in enumerate(sorted(items, key=position)):
            item = items[reference]
            parent = parents[reference].target if reference in parents else None
            yield Competency(
                id=reference,
                code=_text(item.get("humanCodingScheme")),
                title=_text(item.get("abbreviatedStatement")),
                statement=_text(item.get("fullStatement")),
                parent=parent if parent in items else None,
                type=_text(item.get("CFItemType")) or _title(item.get("CFItemTypeURI")) or "competency",
                order=order,
            )

    def _say_what_is_not_kept(self, items: dict[str, dict[str, Any]]) -> None:
        fields = Counter(
            name for item in items.values() for name, value in item.items() if name not in _KEPT and value not in _EMPTY
        )
        lost = [f"{name} ({count})" for name, count in sorted(fields.items())]
        lost += [part for part in ("CFDefinitions", "CFRubrics") if self.package.get(part) not in _EMPTY]
        if lost:
            self.say("case-not-kept", "info", f"A framework of ours has no place for: {', '.join(lost)}.", "CFItems")

    def say(self, id: str, severity: Severity, message: str, field: str = "", mend: str = "") -> None:
        self.findings.append(Finding(id, severity, message, mend, Place(self.file, None, field)))


_EMPTY: tuple[Any, ...] = (None, "", [], {})


def _cut_circles(parents: dict[str, _Link]) -> list[_Link]:
    """Take one link out of each circle of parents. Linear: each item is walked over once."""
    cut: list[_Link] = []
    settled: set[str] = set()
    for start in list(parents):
        path: set[str] = set()
        here = start
        while here in parents and here not in settled:
            if here in path:
                cut.append(parents.pop(here))
                break
            path.add(here)
            here = parents[here].target
        settled |= path
    return cut


def _identifier(node: Any) -> str | None:
    """The identifier of a link or item; of an old plain-string address its last part."""
    if isinstance(node, str):
        return node.rstrip("/").rsplit("/", 1)[-1].strip() or None
    if isinstance(node, dict):
        return _text(node.get("identifier")) or _text(node.get("sourcedId")) or _identifier(_text(node.get("uri")))
    return None


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _title(link: Any) -> str | None:
    return _text(link.get("title")) if isinstance(link, dict) else None


def _license(document: dict[str, Any]) -> str:
    link = document.get("licenseURI")
    return _title(link) or _text(link.get("uri") if isinstance(link, dict) else link) or ""


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80].strip("-")
