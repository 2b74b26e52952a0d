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
from functools import cache
from typing import Any

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from ipe_workbench.badges.contexts import CONTEXTS, UnknownContextError, document_loader

__all__ = ["Part", "SharedParts", "Statement", "UnsafeDocumentError", "read_statements"]

# Subject, predicate, object, graph (empty: the default graph), as terms of N-Quads; blank nodes as `_:b0`, `_:b1`, ...
Statement = tuple[str, str, str, str]
# A node's id, the place where it is named, and what is said about it there.
_Mention = tuple[str, str, Mapping[str, Any]]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
# Writers of N-Quads differ on these; no honest text holds them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMBEDDED = frozenset({"verifiableCredential", "endorsement"})
_MOST_STATEMENTS = 20_000


class UnsafeDocumentError(ValueError):
    """A document whose JSON says more, less or other than what its proof covers. The message names the place."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or 'the document'}: {reason}")
        self.place = place
        self.reason = reason


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
    ipe_workbench.badges.statements.UnsafeDocumentError: colour: No pinned context defines this member.
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

    def part(self, scope: _Scope, name: str, node: Mapping[str, Any], place: str) -> Part | None:
        """The part that a node is; ``None`` when it is not shared. For the reader."""
        if id(node) not in self._nodes or "id" not in node:
            return None
        key = (id(node), id(scope), name)
        if key not in self._read:
            reader = _Reader(label=f"_:s{len(self._read)}x")
            described = _Descriptions()
            subject = reader.node(scope, name, node, place, "", described)
            self._read[key] = Part(subject, tuple(reader.statements), tuple(described.mentions))
        return self._read[key]


@dataclass(frozen=True, eq=False)
class Part:
    """What a shared node says. Its blank nodes occur nowhere else."""

    subject: str
    statements: tuple[Statement, ...]
    mentions: tuple[_Mention, ...]


class _Descriptions:
    """Where the nodes of one credential are named and described; embedded credentials have their own, and own proofs.

    Nodes of one id are one node to the proof, so members could be moved from one to the other. That is harmless only
    if the place where people look first says everything: the issuer, else the one nearest to the top.
    """

    def __init__(self) -> None:
        self.mentions: list[_Mention] = []

    def check(self) -> None:
        """Raise `UnsafeDocumentError` when a node says something elsewhere that its first place does not."""
        by_id: dict[str, list[_Mention]] = {}
        for mention in self.mentions:
            by_id.setdefault(mention[0], []).append(mention)
        for mentions in by_id.values():
            if len(mentions) > 1 and any(node for _, _, node in mentions):
                _refuse_scattered(mentions)


def _refuse_scattered(mentions: list[_Mention]) -> None:
    first, *others = sorted(mentions, key=lambda one: (one[1].count("/"), one[1] != "issuer", one[1]))
    for identifier, place, node in others:
        if any(name not in first[2] or first[2][name] != value for name, value in node.items()):
            raise UnsafeDocumentError(
                place,
                f"The node {identifier[:200]} says more here than in its first place ({first[1] or 'the top'}): "
                "members could have been moved between the two under the same proof.",
            )


@dataclass(frozen=True)
class _Term:
    iri: str
    coercion: str | None  # "@id", "@vocab", a datatype, or None
    is_list: bool
    is_graph: bool


class _Scope:
    """An active context of JSON-LD, with what was worked out about its terms and the places below it."""

    def __init__(self, active: Any) -> None:
        self.active = active
        self.mappings: Mapping[str, Any] = active["mappings"]
        self._terms: dict[str, _Term | str] = {}
        self._values: dict[str, _Scope] = {}
        self._nodes: dict[tuple[Any, ...], tuple[_Scope, _Scope]] = {}

    def term(self, name: str) -> _Term | str:
        """The term, or the reason why it cannot be used as a member."""
        known = self._terms.get(name)
        if known is None:
            known = self._terms[name] = self._worked_out(name)
        return known

    def type_iri(self, name: str) -> str | None:
        mapping = self.mappings.get(name)
        return mapping["@id"] if mapping and not str(mapping["@id"]).startswith("@") else None

    def values(self, name: str) -> _Scope:
        """The scope of a member's scalar values."""
        known = self._values.get(name)
        if known is None:
            scoped = jsonld.JsonLdProcessor.get_context_value(self.active, name, "@context")
            known = self._values[name] = (
                self if scoped is None else _Scope(_processed(self.active, scoped, override=True))
            )
        return known

    def node(
        self, name: str | None, bare: bool, contexts: tuple[str, ...], types: tuple[str, ...]
    ) -> tuple[_Scope, _Scope]:
        """The scopes of a node under a member: for its members, and for its types (JSON-LD 1.1 API, 5.1.2)."""
        key = (name, bare, contexts, types)
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = self._entered(name, bare, contexts, types)
        return known

    def _entered(
        self, name: str | None, bare: bool, contexts: tuple[str, ...], types: tuple[str, ...]
    ) -> tuple[_Scope, _Scope]:
        active = self.active if name is None else self.values(name).active
        scoped = None if name is None else jsonld.JsonLdProcessor.get_context_value(active, name, "@context")
        if not bare and "previousContext" in active:
            active = active["previousContext"]
        if scoped is not None:
            active = _processed(active, scoped, override=True)
        if contexts:
            active = _processed(active, list(contexts))
        for_types = active
        for one in sorted(types):
            scoped = jsonld.JsonLdProcessor.get_context_value(for_types, one, "@context")
            if scoped is not None and scoped is not False:
                active = _processed(active, scoped, propagate=False)
        return _Scope(active), _Scope(for_types)

    def _worked_out(self, name: str) -> _Term | str:
        mapping = self.mappings.get(name)
        if mapping is None:
            return "No pinned context defines this member."
        iri = mapping["@id"]
        if mapping.get("reverse") or iri is None or iri.startswith("@"):
            return "This member is a keyword of JSON-LD in disguise."
        if name[0].isupper() or ":" in name:
            return "This is the name of a type or an address, not of a member."
        twins = [other for other, one in self.mappings.items() if one and one["@id"] == iri and other != name]
        if any(not other[0].isupper() for other in twins):
            return f"The contexts give this member and `{min(twins)}` the same meaning."
        container = mapping.get("@container") or []
        container = [container] if isinstance(container, str) else container
        coercion = mapping.get("@type")
        if not set(container) <= {"@set", "@list", "@graph"} or coercion in ("@json", "@none"):
            return "This member has a form that badges do not use."
        return _Term(iri, coercion, "@list" in container, "@graph" in container)


class _Reader:
    def __init__(self, shared: SharedParts | None = None, label: str = "_:b") -> None:
        self.statements: dict[Statement, None] = {}
        self.parts: list[Part] = []
        self._shared = shared
        self._label = label
        self._blanks = 0
        self._frozen: dict[int, Any] = {}

    def node(
        self, scope: _Scope, name: str | None, node: Mapping[str, Any], place: str, graph: str, described: _Descriptions
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
            own = _Descriptions()
            subject = self._read(scope, name, node, contexts, place, graph, own)
            own.check()
            return subject
        return self._read(scope, name, node, contexts, place, graph, described)

    def document(self, document: Mapping[str, Any]) -> None:
        """Read a whole document."""
        described = _Descriptions()
        self.node(_initial_scope(), None, document, "", "", described)
        described.check()

    def _read(
        self,
        scope: _Scope,
        name: str | None,
        node: Mapping[str, Any],
        contexts: tuple[str, ...],
        place: str,
        graph: str,
        described: _Descriptions,
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

    def _subject(self, scope: _Scope, node: Mapping[str, Any], place: str, described: _Descriptions) -> str:
        if "id" not in node:
            return self._blank()
        identifier = node["id"]
        subject = _address(scope, identifier, f"{place}/id" if place else "id")
        said = {name: value for name, value in node.items() if name not in ("id", "type", "@context")}
        described.mentions.append((identifier, place, said))
        return subject

    def _member(
        self, scope: _Scope, subject: str, member: str, value: Any, place: str, graph: str, described: _Descriptions
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
            _refuse_equal_items(items, place, self._frozen)
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
        self, scope: _Scope, term: _Term, member: str, item: Any, place: str, graph: str, described: _Descriptions
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


def _scalar(scope: _Scope, member: str, item: Any, place: str) -> str:
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


def _datatype(term: _Term) -> str | None:
    return None if term.coercion in ("@id", "@vocab") else term.coercion


def _canonical_double(value: float) -> str:
    # XSD 1.1, canonical form of a double, to the 16 digits that JSON-LD 1.1 names.
    return re.sub(r"(\d)0*E\+?(-)?0*(\d)", r"\1E\2\3", f"{value:1.15E}")


def _literal(value: str, datatype: str | None) -> str:
    escaped = (
        value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace('"', '\\"')
    )
    return f'"{escaped}"' if datatype in (None, f"{_XSD}string") else f'"{escaped}"^^<{datatype}>'


def _address(scope: _Scope, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise UnsafeDocumentError(place, "An id must be a text.")
    if value.startswith("_:"):
        raise UnsafeDocumentError(place, "A blank node may not be named (`_:`).")
    if not _IRI.fullmatch(value):
        raise UnsafeDocumentError(place, f"{value[:120]!r} is no absolute address (https:, urn:, did:, ...).")
    if value.partition(":")[0] in scope.mappings:
        raise UnsafeDocumentError(place, f"{value[:120]!r} is an abbreviated address; write it in full.")
    return f"<{value}>"


def _refuse_equal_items(items: list[Any], place: str, memory: dict[int, Any]) -> None:
    if all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items) and len(
        {item["id"] for item in items}
    ) == len(items):
        return
    seen = set()
    for index, item in enumerate(items):
        frozen = _frozen(item, memory)
        if frozen in seen:
            raise UnsafeDocumentError(
                f"{place}[{index}]", "This item equals an earlier one; the proof cannot tell how many there are."
            )
        seen.add(frozen)


def _frozen(value: Any, memory: dict[int, Any]) -> Any:
    """A hashable value, equal for what says the same; each part of a document is worked out once."""
    if not isinstance(value, dict | list):
        return (type(value).__name__, value)
    known = memory.get(id(value))
    if known is None:
        if isinstance(value, dict):
            known = frozenset((name, _frozen(one, memory)) for name, one in value.items())
        else:
            # A set says the same in any order.
            known = ("array", frozenset(_frozen(one, memory) for one in value))
        memory[id(value)] = known
    return known


@cache
def _initial_scope() -> _Scope:
    return _Scope(_processor()._get_initial_context(_options()))


@cache
def _processor() -> Any:
    return jsonld.JsonLdProcessor()


@cache
def _options() -> dict[str, Any]:
    return {
        "base": "",
        "processingMode": "json-ld-1.1",
        "isFrame": False,
        "documentLoader": document_loader,
        "contextResolver": ContextResolver({}, document_loader),
    }


def _processed(active: Any, local: Any, *, override: bool = False, propagate: bool = True) -> Any:
    try:
        return _processor()._process_context(
            active, local, _options(), override_protected=override, propagate=propagate
        )
    except (jsonld.JsonLdError, UnknownContextError) as error:
        raise UnsafeDocumentError(
            "@context", f"The contexts do not go together: {str(error).splitlines()[0]}"
        ) from None
