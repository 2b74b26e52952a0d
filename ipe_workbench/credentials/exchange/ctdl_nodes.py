"""The nodes of a CTDL graph in one form, whatever form of JSON-LD they came in.

Compact, expanded, flattened, a bare list, one node alone, nodes within nodes, prefixes of a context's own, and names in
full with http or https all become nodes with ``ceterms:`` and ``ceasn:`` names, references as text and language maps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ipe_workbench.frameworks.import_result import Notes

__all__ = [
    "CONDITION",
    "CONSTRAINT",
    "PATHWAY",
    "ends",
    "is_component",
    "items",
    "node_id",
    "nodes_of",
    "text",
    "type_of",
]

PATHWAY, CONDITION, CONSTRAINT = "ceterms:Pathway", "ceterms:ComponentCondition", "ceterms:Constraint"
_NAMESPACES = {
    "purl.org/ctdl/terms/": "ceterms:",
    "credreg.net/ctdl/terms/": "ceterms:",
    "purl.org/ctdlasn/terms/": "ceasn:",
    "credreg.net/ctdlasn/terms/": "ceasn:",
}
_COMPONENT = re.compile(r"ceterms:\w+Component")
_CEASN = {"hasChild", "isChildOf"}
#: Terms of pathways that a context with a vocabulary of its own may write without a prefix.
_BARE = {
    "Pathway", "ComponentCondition", "Constraint", "hasDestinationComponent", "isDestinationComponentOf",
    "isDestinationComponentFor", "hasCondition", "hasConstraint", "targetComponent", "requiredNumber",
    "requiredConstraints", "logicalOperator", "comparator", "leftSource", "leftAction", "rightSource", "rightAction",
    "name", "description", "ctid", "precedes", "precededBy", "hasPart", "isPartOf", "prerequisite", "proxyFor",
    "credentialType", "sourceData", "subjectWebpage", *_CEASN,
}  # fmt: skip


def nodes_of(data: Any, notes: Notes | None = None) -> list[dict[str, Any]]:
    """Every node of the file, nodes within nodes after the one they stand in; conditions stay where they stand."""
    contexts = data.get("@context") if isinstance(data, dict) else None
    if isinstance(data, dict):
        graph = data.get("@graph", [data])
        data = graph if isinstance(graph, list) else [graph]
    if not isinstance(data, list):
        return []
    reader = _Reader(_prefixes(contexts), notes)
    for one in data:
        if isinstance(one, dict):
            own = _prefixes(one.get("@context"))
            place = len(reader.found)
            node = _Reader(reader.prefixes | own, notes, reader.found).node(one) if own else reader.node(one)
            reader.found.insert(place, node)
    return reader.found


class _Reader:
    def __init__(
        self, prefixes: dict[str, str], notes: Notes | None, found: list[dict[str, Any]] | None = None
    ) -> None:
        self.prefixes = prefixes
        self.notes = notes
        self.found: list[dict[str, Any]] = [] if found is None else found

    def node(self, written: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in written.items():
            if key in ("@context", "@index"):
                continue
            name = {"id": "@id", "type": "@type"}.get(key, key) if key in ("id", "type") else self.name(key)
            if name == "@type":
                types = [self.name(one) for one in items(value) if isinstance(one, str)]
                made[name] = types[0] if len(types) == 1 else types
            elif name not in made:
                made[name] = self.value(value)
        return made

    def value(self, value: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and ("@list" in value or "@set" in value):
            value = next(iter(value.values()))
        if isinstance(value, list):
            if value and all(isinstance(one, dict) and "@value" in one and "@language" in one for one in value):
                spoken: dict[str, Any] = {}
                for one in value:
                    spoken.setdefault(str(one["@language"]), one["@value"])
                return spoken
            made = [self.value(one) for one in value]
            plain = [one["@value"] for one in value if isinstance(one, dict) and "@value" in one]
            return made[0] if len(value) == len(plain) == 1 else made
        if not isinstance(value, dict):
            return value
        if "@value" in value:
            return {str(value["@language"]): value["@value"]} if "@language" in value else value["@value"]
        if set(value) in ({"@id"}, {"id"}):
            return next(iter(value.values()))
        if not any(key.startswith("@") or key in ("id", "type") or self.name(key) != key for key in value) and not any(
            ":" in key for key in value
        ):
            return value
        node = self.node(value)
        if is_component(node) and node_id(node):
            self.found.append(node)
            return node_id(node)
        return node

    def name(self, written: str) -> str:
        bare = re.sub(r"^https?://", "", written)
        for address, prefix in _NAMESPACES.items():
            if bare.startswith(address):
                return prefix + bare.removeprefix(address)
        before, colon, after = written.partition(":")
        if colon:
            return self.prefixes.get(before, f"{before}:") + after
        if written in _BARE or re.fullmatch(r"\w+Component", written):
            return ("ceasn:" if written in _CEASN else "ceterms:") + written
        return written


def _prefixes(contexts: Any) -> dict[str, str]:
    """Prefixes that stand for the namespaces of CTDL in a context of the file's own."""
    found = {}
    for context in items(contexts):
        for name, meant in context.items() if isinstance(context, dict) else ():
            meant = meant.get("@id") if isinstance(meant, dict) else meant
            if isinstance(meant, str):
                known = _NAMESPACES.get(re.sub(r"^https?://", "", meant))
                if known:
                    found[str(name)] = known
    return found


def type_of(node: Any) -> str:
    """The type of a node: what makes it part of a pathway, where it has several."""
    types = [one for one in items(node.get("@type")) if isinstance(one, str)] if isinstance(node, dict) else []
    ours = (one for one in types if one in (PATHWAY, CONDITION, CONSTRAINT) or _COMPONENT.fullmatch(one))
    return next(ours, types[0] if types else "")


def is_component(node: Any) -> bool:
    """Whether the node is a component of a pathway."""
    return bool(_COMPONENT.fullmatch(type_of(node)))


def node_id(node: Mapping[str, Any]) -> str:
    """Its address, else its CTID; empty where it has neither."""
    name = node.get("@id") or node.get("ceterms:ctid")
    return name.strip() if isinstance(name, str) else ""


def items(value: Any) -> list[Any]:
    """One or several as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def ends(value: Any) -> list[str]:
    """The references in a value, each once; an alignment object refers to its target, in every shape of JSON-LD."""
    found: list[str] = []
    for one in items(value):
        if isinstance(one, dict) and not one.get("@id"):
            found += ends(one.get("ceterms:targetNode"))
            continue
        written = one["@id"] if isinstance(one, dict) else one
        if isinstance(written, str) and written.strip():
            found.append(written.strip())
    return list(dict.fromkeys(found))


def text(value: Any) -> str:
    """The English text, else the first that there is."""
    spoken: dict[str, str] = {}
    for one in items(value):
        if isinstance(one, dict):
            spoken.update({tag: said for tag, said in one.items() if isinstance(said, str)})
        elif isinstance(one, str):
            spoken.setdefault("", one)
    english = next((said for tag, said in spoken.items() if tag.lower().startswith("en")), None)
    return (english or next(iter(spoken.values()), "")).strip()
