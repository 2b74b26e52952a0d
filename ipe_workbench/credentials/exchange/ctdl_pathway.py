"""Read a CTDL Pathway as JSON-LD: compact or expanded, with ``@graph`` or as a bare list.

Source: Credential Engine, CTDL Pathways (https://credreg.net/ctdl/terms/Pathway). A component is complete when all its
conditions hold; a condition asks for `requiredNumber` of its targets and nested conditions, for one of them with the
operator *or*, and for all where it says neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ipe_workbench.credentials.exchange.design import Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.numbers import said_numbers
from ipe_workbench.frameworks.import_result import Notes, refused

__all__ = ["is_ctdl_pathway", "read_ctdl_pathway"]

_NAMESPACES = {
    "purl.org/ctdl/terms/": "ceterms:",
    "credreg.net/ctdl/terms/": "ceterms:",
    "purl.org/ctdlasn/terms/": "ceasn:",
    "credreg.net/ctdlasn/terms/": "ceasn:",
}
_COMPONENT = re.compile(r"ceterms:\w+Component")
#: Terms that earlier drafts of CTDL Pathways had, and what has taken their place.
_OBSOLETE = {
    "ceterms:hasPart": "ceterms:hasChild of CTDL-ASN (ceasn:hasChild)",
    "ceterms:isPartOf": "ceasn:isChildOf",
    "ceterms:hasChild": "ceasn:hasChild",
    "ceterms:isChildOf": "ceasn:isChildOf",
    "ceterms:hasProgressionLevel": "ceasn:hasProgressionLevel",
    "ceterms:prerequisite": "ceterms:hasCondition",
}


def is_ctdl_pathway(data: Any) -> bool:
    """Whether the JSON holds a pathway or its components."""
    return any(_type(one) == "ceterms:Pathway" or _is_component(one) for one in _nodes(data))


def read_ctdl_pathway(data: Any, notes: Notes) -> PathwayDesign:
    """The pathway of JSON-LD that `parse_json` has read.

    Raises
    ------
    UnreadableFileError
        When there is no component in it, or an address stands twice.
    """
    nodes = [_compact(one, notes) for one in _nodes(data)]
    if not any(_is_component(one) for one in nodes):
        raise refused("There is no component of a pathway in the file.", notes.file)
    return _Reading(notes, nodes).done()


@dataclass
class _Reading:
    notes: Notes
    nodes: list[dict[str, Any]]
    conditions: int = 0
    targets: int = 0
    dangling: int = 0
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, one in enumerate(self.nodes):
            name = _id(one) or f"_:node-{at}"
            if name in self.by_id and _is_component(one):
                raise refused(f"The component {name} stands twice.", self.notes.file, mend="Keep one of the two.")
            self.by_id.setdefault(name, one)
        self.components = {name: one for name, one in self.by_id.items() if _is_component(one)}
        #: A CTID, too, may point at a component.
        self.names = {
            str(one["ceterms:ctid"]): name for name, one in self.components.items() if one.get("ceterms:ctid")
        }

    def done(self) -> PathwayDesign:
        self._check_inverses()
        stepwise = {name for name, one in self.components.items() if self._asks(one)}
        elements = {}
        for name, one in self.components.items():
            if name in stepwise:
                wanted = tuple(self._wanted(name, one, stepwise))
                badge = name if _type(one) == "ceterms:CredentialComponent" else None
                parent = next(
                    (end for end in map(self._end, _ends(one.get("ceasn:isChildOf"))) if end in stepwise), None
                )
                text = _text(one.get("ceterms:description"))
                elements[name] = Element(name, _text(one.get("ceterms:name")) or name, wanted, badge, (), parent, text)
        pathway = next((one for one in self.nodes if _type(one) == "ceterms:Pathway"), {})
        root = self._root(pathway, elements)
        title = _text(pathway.get("ceterms:name")) or (elements[root].name if root else "Untitled pathway")
        if root is not None and root not in elements:
            elements[root] = Element(root, _text(self.components[root].get("ceterms:name")) or root)
        badges = {
            name: _text(one.get("ceterms:name")) or name
            for name, one in self.components.items()
            if name not in elements
        }
        return PathwayDesign(
            format="ctdl-pathway",
            title=title,
            root=root,
            elements=elements,
            badges=badges,
            conditions=self.conditions,
            targets=self.targets,
            dangling=self.dangling,
            findings=self.notes.all(),
        )

    def _asks(self, one: dict[str, Any]) -> bool:
        return bool(
            _list(one.get("ceterms:hasCondition"))
            or _ends(one.get("ceterms:prerequisite"))
            or _ends(one.get("ceasn:hasChild"))
        )

    def _root(self, pathway: dict[str, Any], elements: dict[str, Element]) -> str | None:
        stated = [self._end(one) for one in _ends(pathway.get("ceterms:hasDestinationComponent"))]
        stated += [name for name, one in self.components.items() if _ends(one.get("ceterms:isDestinationComponentFor"))]
        found = list(dict.fromkeys(name for name in stated if name in self.components))
        if len(found) > 1:
            self.notes.say("several-destinations", "info", f"There are {len(found)} destinations; the first is taken.")
        if found:
            return found[0]
        asked = {wish.id for one in elements.values() for wish in one.wishes()}
        free = [name for name in elements if name not in asked]
        if free:
            message = "No destination is stated; the first component that no other asks for is taken."
            self.notes.say("exchange-guessed", "warning", message, free[0], "State ceterms:hasDestinationComponent.")
        return free[0] if free else None

    def _wanted(self, name: str, one: dict[str, Any], stepwise: set[str]) -> Iterator[Wanted]:
        conditions = _list(one.get("ceterms:hasCondition"))
        for condition in conditions:
            yield from self._condition(name, condition, stepwise, 0)
        if before := _ends(one.get("ceterms:prerequisite")):
            wishes = self._wishes(before, stepwise)
            yield Wanted(len(wishes), tuple(wishes))
        if not conditions and not before:
            children = self._wishes(_ends(one.get("ceasn:hasChild")), stepwise)
            message = "Components with children and no condition, read as asking for all of them"
            self.notes.count("exchange-guessed", "warning", message, name, "State a ceterms:hasCondition.")
            yield Wanted(len(children), tuple(children))

    def _condition(self, name: str, value: Any, stepwise: set[str], depth: int) -> Iterator[Wanted]:
        condition = self.by_id.get(value, {}) if isinstance(value, str) else value
        if isinstance(condition, dict) and set(condition) == {"@id"}:
            condition = self.by_id.get(str(condition["@id"]), {})
        if not isinstance(condition, dict) or not condition or depth > 50:
            self.dangling += 1
            self.notes.count("dangling-target", "error", "Conditions that are not in the file", name)
            return
        self.conditions += 1
        ends = _ends(condition.get("ceterms:targetComponent"))
        self.targets += len(ends)
        parts: list[Wish | Wanted] = list(self._wishes(ends, stepwise))
        for inner in _list(condition.get("ceterms:hasCondition")):
            parts += self._condition(name, inner, stepwise, depth + 1)
        if _list(condition.get("ceterms:hasConstraint")):
            message = "Constraints on values, which badges cannot show; they are kept in the text only"
            self.notes.count("constraint-not-evaluated", "warning", message, name, "Check them by hand.")
        count = self._count(
            name, condition, len(ends) + len(parts) - len([one for one in parts if isinstance(one, Wish)])
        )
        self._compare_text(name, condition, count, len(ends))
        yield Wanted(count, tuple(parts))

    def _count(self, name: str, condition: dict[str, Any], whole: int) -> int:
        stated = condition.get("ceterms:requiredNumber")
        stated = stated[0] if isinstance(stated, list) and stated else stated
        stated = stated.get("@value") if isinstance(stated, dict) else stated
        operator = str(next(iter(_ends(condition.get("ceterms:logicalOperator"))), "")).rsplit(":", 1)[-1].lower()
        if operator.startswith("not"):
            message = "Conditions with the operator not, which the algebra does not have; they ask for nothing"
            self.notes.count("operator-not", "warning", message, name, "Say it another way.")
            return 0
        if isinstance(stated, str) and stated.strip().isdigit():
            stated = int(stated)
        if isinstance(stated, float) and stated.is_integer():
            stated = int(stated)
        if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0:
            if stated > whole:
                message = f"Asks for {stated} of {whole} things, which nobody can do"
                self.notes.count("unsatisfiable-count", "warning", message, name, "Lower the number.")
            return stated
        return min(1, whole) if operator.startswith("or") else whole

    def _compare_text(self, name: str, condition: dict[str, Any], count: int, targets: int) -> None:
        for least, whole in said_numbers(_text(condition.get("ceterms:description"))):
            if least != count or whole not in (None, targets):
                of = f" of {whole}" if whole is not None else ""
                message = f"The text says {least}{of}, but the condition asks for {count} of {targets}."
                self.notes.say("text-number-mismatch", "warning", message, name, "Correct the text or the number.")

    def _wishes(self, ends: Iterable[str], stepwise: set[str]) -> list[Wish]:
        found: dict[Wish, None] = {}
        for end in ends:
            name = self._end(end)
            if name not in self.components:
                self.dangling += 1
                message = "Components that are named and are not in the file"
                self.notes.count("dangling-target", "error", message, end, "Export the whole pathway.")
            found[Wish("element" if name in stepwise else "badge", name)] = None
        return list(found)

    def _end(self, written: str) -> str:
        if written in self.components:
            return written
        return self.names.get(written) or self.names.get(written.rstrip("/").rsplit("/", 1)[-1]) or written

    def _check_inverses(self) -> None:
        down = {
            (name, self._end(end)) for name, one in self.components.items() for end in _ends(one.get("ceasn:hasChild"))
        }
        up = {
            (self._end(end), name) for name, one in self.components.items() for end in _ends(one.get("ceasn:isChildOf"))
        }
        if not down or not up:
            return
        both = {child for _, child in down & up}
        for parent, child in sorted(down ^ up):
            says, lacks = ("hasChild", "isChildOf") if (parent, child) in down else ("isChildOf", "hasChild")
            if lacks == "isChildOf" and child in both:
                message = "Components that several have as child and that name one of them only"
                self.notes.count("inverse-partial", "info", message, child)
                continue
            message = f"Links that {says} states and {lacks} does not"
            self.notes.count("inverse-mismatch", "warning", message, f"{parent} and {child}", "State both or one only.")


def _nodes(data: Any) -> list[Any]:
    if isinstance(data, dict):
        graph = data.get("@graph", [data])
        data = graph if isinstance(graph, list) else [graph]
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def _compact(node: dict[str, Any], notes: Notes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for written, value in node.items():
        name = _name(written)
        if name in _OBSOLETE:
            message = f"{name} is an obsolete term here"
            notes.count("obsolete-term", "warning", message, _id(node) or "a node", f"Use {_OBSOLETE[name]}.")
        inner = value
        if name in ("ceterms:hasCondition", "ceterms:hasConstraint"):
            inner = [_compact(one, notes) if isinstance(one, dict) else one for one in _list(value)]
        found.setdefault(name, inner)
    return found


def _name(written: str) -> str:
    bare = re.sub(r"^https?://", "", written)
    for address, prefix in _NAMESPACES.items():
        if bare.startswith(address):
            return prefix + bare.removeprefix(address)
    return written


def _type(node: Any) -> str:
    written = node.get("@type") if isinstance(node, dict) else None
    types = [_name(one) for one in (written if isinstance(written, list) else [written]) if isinstance(one, str)]
    return next(
        (one for one in types if one == "ceterms:Pathway" or _COMPONENT.fullmatch(one)), types[0] if types else ""
    )


def _is_component(node: Any) -> bool:
    return bool(_COMPONENT.fullmatch(_type(node)))


def _id(node: dict[str, Any]) -> str:
    name = node.get("@id") or node.get("ceterms:ctid")
    return name.strip() if isinstance(name, str) else ""


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _ends(value: Any) -> list[str]:
    found = []
    for one in _list(value):
        written = one.get("@id") or one.get("ceterms:targetNode") or one.get("@value") if isinstance(one, dict) else one
        if isinstance(written, str) and written.strip():
            found.append(written.strip())
    return list(dict.fromkeys(found))


def _text(value: Any) -> str:
    """The English text, else the first that there is."""
    spoken: dict[str, str] = {}
    for one in _list(value):
        if isinstance(one, dict) and "@value" in one:
            spoken.setdefault(str(one.get("@language", "")), str(one["@value"]))
        elif isinstance(one, dict):
            spoken.update({tag: said for tag, said in one.items() if isinstance(said, str)})
        elif isinstance(one, str):
            spoken.setdefault("", one)
    english = next((said for tag, said in spoken.items() if tag.lower().startswith("en")), None)
    return (english or next(iter(spoken.values()), "")).strip()
