"""The nodes of a JSON-LD graph as people write them: with prefixes or addresses, language maps or plain texts."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from ipe_workbench.frameworks.ctdl_asn import terms
from ipe_workbench.frameworks.identifiers import local_id
from ipe_workbench.frameworks.import_result import Notes

__all__ = ["Node", "graph_nodes", "keyword", "reference", "references", "weight_of"]

_IDENTIFIER = re.compile(r"(ce-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


#: What contexts of JSON-LD 1.1 commonly allow in place of "@id", "@type" ...
_KEYWORDS = frozenset(("id", "type", "graph", "included"))


def keyword(node: Mapping[str, Any], name: str) -> Any:
    """The value of a keyword such as ``@id``, which may be written without its sign.

    Examples
    --------
    >>> keyword({"id": "ce-1"}, "@id")
    'ce-1'
    """
    return node[name] if name in node else node.get(name.removeprefix("@"))


class Node:
    """One node: its address, its kind, and its values by the names of CTDL-ASN."""

    def __init__(self, id: str, kind: str, data: Mapping[str, Any], notes: Notes, index: int = 0) -> None:
        self.id = id
        self.kind = kind
        self.index = index
        self._notes = notes
        self._data: dict[str, Any] = {}
        self._unknown: dict[str, Any] = {}
        for written, value in data.items():
            if written.startswith("@") or written in _KEYWORDS:
                continue
            name = terms.known_name(written)
            if name is None:
                self._unknown[written] = value
            else:
                self._data.setdefault(name, value)
                if name != written:
                    message = f"The key {written[:80]} is read as {name}"
                    notes.count("ctdl-mended", "info", message, id or f"@graph[{index}]")

    @cached_property
    def ctid(self) -> str | None:
        """The CTID, from its property or from the end of the address."""
        written = self.plain("ceterms:ctid")
        if written:
            return written
        last = self.id.rsplit("/", 1)[-1]
        return last if last.startswith("ce-") and _IDENTIFIER.fullmatch(last) else None

    def local_id(self) -> str | None:
        """Our own id of a framework that we wrote."""
        return local_id(self.id)

    def values(self, name: str) -> list[Any]:
        """The values of a property; none is an empty list."""
        value = self._data.get(name)
        return [] if value is None else value if isinstance(value, list) else [value]

    def among(self, names: Iterable[str]) -> list[str]:
        """Those of the names that are properties of the node."""
        return [name for name in names if name in self._data]

    def plain(self, name: str) -> str | None:
        """The first value as plain text; a number is written out."""
        for value in self.values(name):
            one = value.get("@value") if isinstance(value, dict) else value
            if isinstance(one, str) and one.strip():
                return one.strip()
            if isinstance(one, int | float) and not isinstance(one, bool):
                return str(one)
        return None

    def text(self, name: str, language: str) -> str | None:
        """The text in the language, else in one like it, else in the first that there is."""
        found = self.texts(name, language)
        return " ".join(found) if found else None

    def texts(self, name: str, language: str) -> tuple[str, ...]:
        """The texts of a language map in one language (see `text`); plain texts are taken as they are."""
        spoken: dict[str, list[str]] = {}
        for value in self.values(name):
            for tag, one in _spoken(value):
                spoken.setdefault(tag, []).append(one)
        for tag in (language, language.split("-")[0], ""):
            for known, found in spoken.items():
                if known.casefold() == tag.casefold():
                    return tuple(found)
        near = [tag for tag in spoken if tag.split("-")[0].casefold() == language.split("-")[0].casefold()]
        return tuple(spoken[(near or list(spoken))[0]]) if spoken else ()

    def number(self, name: str) -> float | None:
        """A finite number, which may be written as text."""
        try:
            number = float(self.plain(name) or "nan")
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def time(self, name: str) -> str:
        """A time in ISO 8601 with a zone; a day is its beginning; empty where it is none."""
        written = self.plain(name)
        try:
            read = datetime.datetime.fromisoformat(written or "")
        except ValueError:
            return ""
        if read.tzinfo is None:
            self._notes.count("ctdl-mended", "info", f"{name} has no time zone and is read as UTC", self.id)
            read = read.replace(tzinfo=datetime.UTC)
        return read.isoformat().replace("+00:00", "Z")

    def take(self, texts: Mapping[str, str], kept: Collection[str], language: str) -> dict[str, Any]:
        """Our attributes of the language maps, and in ``extras`` what is kept aside.

        Of a map in several languages the whole is kept aside, too.
        """
        values: dict[str, Any] = {}
        extras: dict[str, Any] = {}
        for name, attribute in texts.items():
            found = self.text(name, language)
            if found:
                values[attribute] = found
                if len({tag for value in self.values(name) for tag, _ in _spoken(value)}) > 1:
                    extras[name] = self._data[name]
        extras |= {name: value for name, value in self._data.items() if name in kept and value not in (None, [], {})}
        for name, value in self._unknown.items():
            extras[name] = value
            self._notes.count("ctdl-extra", "info", f"{name[:80]} is unknown here and is kept aside", self.id)
        if extras:
            values["extras"] = {"ctdl": extras}
        return values


def graph_nodes(data: Any, notes: Notes) -> list[Node]:
    """Every node with a type that frameworks use; nodes that stand inside others are taken out, too."""
    listed = _listed(data)
    found: list[Node] = []
    waiting = [(one, index) for index, one in enumerate(listed)][::-1]
    while waiting:
        one, index = waiting.pop()
        if not isinstance(one, dict):
            continue
        inner = [part for value in one.values() for part in (value if isinstance(value, list) else [value])]
        waiting.extend((part, index) for part in reversed(inner) if isinstance(part, dict) and _typed(part))
        written = keyword(one, "@type")
        types = written if isinstance(written, list) else [written]
        kinds = [terms.CLASSES.get(terms.known_name(str(type)) or "") for type in types if isinstance(type, str)]
        kind = next((kind for kind in kinds if kind), None)
        if kind is not None:
            address = keyword(one, "@id")
            name = address.strip() if isinstance(address, str) else ""
            if not name:
                ctid = Node("", kind, one, Notes(notes.file)).ctid
                name = ctid or f"_:{index}"
                if kind == "competency" and ctid is None:
                    notes.count(
                        "ctdl-guessed", "warning", "Competencies without an address or CTID", f"@graph[{index}]"
                    )
            found.append(Node(name, kind, one, notes, index))
    return found


def _listed(data: Any) -> list[Any]:
    """The nodes on top: of the graph and what is included beside it, of a list, or the one that there is."""
    if not isinstance(data, dict):
        return data if isinstance(data, list) else [data]
    graphs = [keyword(data, name) for name in ("@graph", "@included") if keyword(data, name) is not None]
    if _typed(data) or not graphs:
        # What it includes stands inside it, and is taken out of it.
        return [data]
    return [node for graph in graphs for node in (graph if isinstance(graph, list) else [graph])]


def _typed(node: Mapping[str, Any]) -> bool:
    return isinstance(keyword(node, "@type"), str | list)


@lru_cache(maxsize=2**16)
def reference(address: str) -> str:
    """What identifies the node at an address: the CTID or UUID that it ends in, else the address itself."""
    last = re.split("[/:]", address.strip().rstrip("/"))[-1]
    return last if _IDENTIFIER.fullmatch(last) else address.strip()


def references(values: Iterable[Any]) -> list[str]:
    """The addresses that values point at: texts, nodes with an ``@id``, alignment objects with a target."""
    found = []
    for value in values:
        one = value
        if isinstance(value, dict):
            named = {terms.known_name(key) or key: part for key, part in value.items()}
            one = keyword(named, "@id") or named.get("ceterms:targetNode") or named.get("ceterms:ctid")
        if isinstance(one, str) and one.strip():
            found.append(one.strip())
    return found


def weight_of(value: Any) -> float | None:
    """The weight that an alignment object states."""
    if not isinstance(value, dict):
        return None
    weight = {terms.known_name(key): part for key, part in value.items()}.get("ceterms:weight")
    usable = isinstance(weight, int | float) and not isinstance(weight, bool) and math.isfinite(weight)
    return float(weight) if usable and isinstance(weight, int | float) else None


def _spoken(value: Any) -> Iterator[tuple[str, str]]:
    """(language tag, text) of a language map, a tagged text or a plain one."""
    if isinstance(value, dict):
        if "@value" in value:
            value = {value.get("@language") or "": value["@value"]}
        for tag, said in value.items():
            for one in said if isinstance(said, list) else [said]:
                if isinstance(one, str) and one.strip() and isinstance(tag, str):
                    yield tag, one.strip()
    elif isinstance(value, str) and value.strip():
        yield "", value.strip()
