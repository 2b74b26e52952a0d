"""What a credential says, as RDF statements: JSON-LD read the strict way.

People read JSON, a Data Integrity proof covers RDF. The two agree only if every member is a plain term of a pinned
context; then nothing is left unsigned in silence and nothing can be renamed, moved or doubled without breaking the
proof. So this reader knows just that part of JSON-LD, refuses the rest by name, and is the check before signing as
well as before verifying. For what it accepts its statements equal those of PyLD (``tests/badges/test_canonical.py``),
at a tenth of the time: PyLD works out the scoped contexts, once for each place in a document, and they are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.ambiguity import Descriptions, Mention, UnsafeDocumentError, refuse_equal_items
from ipe_workbench.badges.contexts import CONTEXTS
from ipe_workbench.badges.scopes import Scope, Term, initial_scope

__all__ = ["Part", "SharedParts", "Statement", "UnsafeDocumentError", "read_statements"]

# Subject, predicate, object, graph (empty: the default graph), as terms of N-Quads; blank nodes as `_:b0`, `_:b1`, ...
Statement = tuple[str, str, str, str]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
# Writers of N-Quads differ on these; no honest text holds them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMBEDDED = frozenset({"verifiableCredential", "endorsement"})
_MOST_STATEMENTS = 20_000


def read_statements(document: Mapping[str, Any]) -> list[Statement]:
    """The statements of a credential, proof or list.

    Parameters
    ----------
    document : mapping
        JSON with ``@context``: addresses of pinned contexts, no contexts of its own.

    Returns
    -------
    list of Statement
        Each once, in no particular order.

    Raises
    ------
    UnsafeDocumentError
        For anything that a pinned context does not define, and for what could be changed under a valid proof: inline or
        unknown contexts, keywords and addresses as member names, compact or relative addresses, ``_:`` ids, nulls and
        empty arrays, equal items of an array, a node that says more elsewhere than in its first place, control
        characters.

    Examples
    --------
    >>> proof = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "DataIntegrityProof", "nonce": "n-1"}
    >>> sorted(read_statements(proof))[1][:3]
    ('_:b0', '<https://w3id.org/security#nonce>', '"n-1"')
    >>> read_statements({**proof, "colour": "green"})
    Traceback (most recent call last):
        ...
    ipe_workbench.badges.ambiguity.UnsafeDocumentError: colour: No pinned context defines this member.
    """
    reader = _Reader()
    reader.document(document)
    return list(reader.statements)


class SharedParts:
    """Nodes that many documents share, such as the achievement of a cohort's badges: each is read once.

    Parameters
    ----------
    *nodes : mapping
        The nodes, with an ``id`` each. They are recognised as the objects that they are, so they must not be changed.
    """

    def __init__(self, *nodes: Mapping[str, Any]) -> None:
        self._nodes = {id(node): node for node in nodes}
        self._read: dict[tuple[int, int, str], Part] = {}

    def add(self, node: Mapping[str, Any]) -> None:
        """Share one more node."""
        self._nodes[id(node)] = node

    def read(self, document: Mapping[str, Any]) -> tuple[list[Statement], list[Part]]:
        """The statements of a document but those of its shared nodes, and these apart; see `read_statements`."""
        reader = _Reader(self)
        reader.document(document)
        return list(reader.statements), reader.parts

    def part(self, scope: Scope, name: str, node: Mapping[str, Any], place: str) -> Part | None:
        """The part that a node is; ``None`` when it is not shared. For the reader."""
        if id(node) not in self._nodes or "id" not in node:
            return None
        key = (id(node), id(scope), name)
        if key not in self._read:
            reader = _Reader(label=f"_:s{len(self._read)}x")
            described = Descriptions()
            subject = reader.node(scope, name, node, place, "", described)
            self._read[key] = Part(subject, tuple(reader.statements), tuple(described.mentions))
        return self._read[key]


@dataclass(frozen=True, eq=False)
class Part:
    """What a shared node says. Its blank nodes occur nowhere else."""

    subject: str
    statements: tuple[Statement, ...]
    mentions: tuple[Mention, ...]


class _Reader:
    def __init__(self, shared: SharedParts | None = None, label: str = "_:b") -> None:
        self.statements: dict[Statement, None] = {}
        self.parts: list[Part] = []
        self._shared = shared
        self._label = label
        self._blanks = 0
        self._frozen: dict[int, Any] = {}

    def node(
        self, scope: Scope, name: str | None, node: Mapping[str, Any], place: str, graph: str, described: Descriptions
    ) -> str:
        """Read a node; returns its term."""
        part = (
            self._shared.part(scope, name, node, place)
            if self._shared is not None and name is not None and not graph
            else None
        )
        if part is not None:
            self.parts.append(part)
            described.mentions += part.mentions
            return part.subject
        contexts = _contexts(node, place, name)
        if contexts and name is not None:
            own = Descriptions()
            subject = self._read(scope, name, node, contexts, place, graph, own)
            own.check()
            return subject
        return self._read(scope, name, node, contexts, place, graph, described)

    def document(self, document: Mapping[str, Any]) -> None:
        """Read a whole document."""
        described = Descriptions()
        self.node(initial_scope(), None, document, "", "", described)
        described.check()

    def _read(
        self,
        scope: Scope,
        name: str | None,
        node: Mapping[str, Any],
        contexts: tuple[str, ...],
        place: str,
        graph: str,
        described: Descriptions,
    ) -> str:
        types = _types(node, place)
        inner, for_types = scope.node(name, len(node) == 1 and "id" in node, contexts, types)
        subject = self._subject(inner, node, place, described)
        for one in types:
            iri = for_types.type_iri(one)
            if iri is None:
                raise UnsafeDocumentError(
                    f"{place}/type" if place else "type", f"No pinned context defines the type {one[:80]!r}."
                )
            self._add(subject, f"<{_RDF}type>", f"<{iri}>", graph)
        for member, value in node.items():
            if member not in ("id", "type", "@context"):
                self._member(inner, subject, member, value, f"{place}/{member}" if place else member, graph, described)
        return subject

    def _subject(self, scope: Scope, node: Mapping[str, Any], place: str, described: Descriptions) -> str:
        if "id" not in node:
            return self._blank()
        identifier = node["id"]
        subject = _address(scope, identifier, f"{place}/id" if place else "id")
        said = {name: value for name, value in node.items() if name not in ("id", "type", "@context")}
        described.mentions.append((identifier, place, said))
        return subject

    def _member(
        self, scope: Scope, subject: str, member: str, value: Any, place: str, graph: str, described: Descriptions
    ) -> None:
        term = scope.term(member)
        if isinstance(term, str):
            raise UnsafeDocumentError(place, term)
        items = value if isinstance(value, list) else [value]
        if not items:
            raise UnsafeDocumentError(
                place, "An empty array says nothing and no proof covers it. Leave the member out."
            )
        if len(items) > 1 and not term.is_list:
            refuse_equal_items(items, place, self._frozen)
        objects = []
        for index, item in enumerate(items):
            where = f"{place}[{index}]" if isinstance(value, list) else place
            objects.append(self._object(scope, term, member, item, where, graph, described))
        predicate = f"<{term.iri}>"
        if term.is_list:
            objects = [self._list(objects, graph)]
        for one in objects:
            self._add(subject, predicate, one, graph)

    def _object(
        self, scope: Scope, term: Term, member: str, item: Any, place: str, graph: str, described: Descriptions
    ) -> str:
        if not isinstance(item, dict):
            read = _scalar(scope.values(member), member, item, place)
            if read[0] == "<":
                described.mentions.append((item, place, {}))
            return read
        if not term.is_graph:
            return self.node(scope, member, item, place, graph, described)
        named = self._blank()
        self.node(scope, member, item, place, named, described)
        return named

    def _list(self, objects: list[str], graph: str) -> str:
        rest = f"<{_RDF}nil>"
        for one in reversed(objects):
            cell = self._blank()
            self._add(cell, f"<{_RDF}first>", one, graph)
            self._add(cell, f"<{_RDF}rest>", rest, graph)
            rest = cell
        return rest

    def _blank(self) -> str:
        self._blanks += 1
        return f"{self._label}{self._blanks - 1}"

    def _add(self, subject: str, predicate: str, value: str, graph: str) -> None:
        self.statements[(subject, predicate, value, graph)] = None
        if len(self.statements) > _MOST_STATEMENTS:
            raise UnsafeDocumentError("", f"More than {_MOST_STATEMENTS:,} statements are no badge.")


def _contexts(node: Mapping[str, Any], place: str, name: str | None) -> tuple[str, ...]:
    if "@context" not in node:
        if name is None:
            raise UnsafeDocumentError("@context", "The document names no context.")
        return ()
    where = f"{place}/@context" if place else "@context"
    if name is not None and name not in _EMBEDDED:
        raise UnsafeDocumentError(where, "Only a whole credential may name contexts.")
    named = node["@context"]
    named = [named] if isinstance(named, str) else named
    if not isinstance(named, list) or not named:
        raise UnsafeDocumentError(where, "The contexts must be an array of addresses.")
    for one in named:
        if not isinstance(one, str):
            raise UnsafeDocumentError(where, "A context written into the document could change what its words mean.")
        if one not in CONTEXTS:
            raise UnsafeDocumentError(
                where, f"The context {one[:120]!r} is none of the pinned ones, and none is fetched."
            )
    if len(set(named)) != len(named):
        raise UnsafeDocumentError(where, "A context is named twice.")
    return tuple(named)


def _types(node: Mapping[str, Any], place: str) -> tuple[str, ...]:
    if "type" not in node:
        return ()
    types = node["type"]
    types = [types] if isinstance(types, str) else types
    where = f"{place}/type" if place else "type"
    if not isinstance(types, list) or not types or not all(isinstance(one, str) for one in types):
        raise UnsafeDocumentError(where, "A type must be a name or an array of names.")
    if len(set(types)) != len(types):
        raise UnsafeDocumentError(where, "A type is named twice.")
    return tuple(types)


def _scalar(scope: Scope, member: str, item: Any, place: str) -> str:
    # The scoped context of the member itself decides how its values are read.
    term = scope.term(member)
    if isinstance(term, str):
        raise UnsafeDocumentError(place, term)
    if isinstance(item, str):
        if _CONTROL.search(item):
            raise UnsafeDocumentError(place, "The text holds a control character.")
        if term.coercion == "@id":
            return _address(scope, item, place)
        if term.coercion == "@vocab":
            iri = scope.type_iri(item)
            if iri is None:
                raise UnsafeDocumentError(place, f"No pinned context defines {item[:80]!r}.")
            return f"<{iri}>"
        return _literal(item, term.coercion)
    if item is None:
        raise UnsafeDocumentError(place, "A null says nothing and no proof covers it. Leave the member out.")
    if isinstance(item, list):
        raise UnsafeDocumentError(place, "An array inside an array is not used in badges.")
    if isinstance(item, bool):
        return _literal("true" if item else "false", _datatype(term) or f"{_XSD}boolean")
    if float(item).is_integer() and abs(item) < 1e21:
        # For JSON-LD 3 and 3.0 are the same whole number.
        return _literal(str(int(item)), _datatype(term) or f"{_XSD}integer")
    return _literal(_canonical_double(item), _datatype(term) or f"{_XSD}double")


def _datatype(term: Term) -> str | None:
    return None if term.coercion in ("@id", "@vocab") else term.coercion


def _canonical_double(value: float) -> str:
    # XSD 1.1, canonical form of a double, to the 16 digits that JSON-LD 1.1 names.
    return re.sub(r"(\d)0*E\+?(-)?0*(\d)", r"\1E\2\3", f"{value:1.15E}")


def _literal(value: str, datatype: str | None) -> str:
    escaped = (
        value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace('"', '\\"')
    )
    return f'"{escaped}"' if datatype in (None, f"{_XSD}string") else f'"{escaped}"^^<{datatype}>'


def _address(scope: Scope, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise UnsafeDocumentError(place, "An id must be a text.")
    if value.startswith("_:"):
        raise UnsafeDocumentError(place, "A blank node may not be named (`_:`).")
    if not _IRI.fullmatch(value):
        raise UnsafeDocumentError(place, f"{value[:120]!r} is no absolute address (https:, urn:, did:, ...).")
    if value.partition(":")[0] in scope.mappings:
        raise UnsafeDocumentError(place, f"{value[:120]!r} is an abbreviated address; write it in full.")
    return f"<{value}>"
