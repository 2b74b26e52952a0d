"""The canonical form of a credential (RDF Dataset Canonicalization, RDFC-1.0), which is what gets signed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyld import canon, jsonld, nquads

from ipe_workbench.badges.contexts import document_loader
from ipe_workbench.badges.statements import Part, Statement, UnsafeDocumentError, read_statements

__all__ = ["canonical_form", "canonical_form_by_pyld", "canonical_form_of", "first_degree_hashes"]

# Calls of "Hash N-Degree Quads"; a badge that needs more is made to keep verifiers busy, and npm verifiers give up
# sooner.
_MOST_DEEP_HASHES = 2000

_BLANK = re.compile("\0(.*?)\0")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", '"': '"', "\\": "\\"}


def canonical_form(document: Mapping[str, Any]) -> str:
    """The canonical N-Quads of a document of pinned contexts.

    Parameters
    ----------
    document : mapping
        A credential or proof with ``@context``; for a credential, without its proof.

    Raises
    ------
    UnsafeDocumentError
        When JSON and statements do not agree (see `read_statements`), or when its blank nodes are so alike that
        telling them apart would take too long.

    References
    ----------
    RDF Dataset Canonicalization, W3C Recommendation 21 May 2024, https://www.w3.org/TR/rdf-canon/

    Examples
    --------
    >>> document = {"@context": "https://www.w3.org/ns/credentials/v2", "type": "DataIntegrityProof"}
    >>> print(canonical_form(document), end="")
    _:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#DataIntegrityProof> .
    """
    return canonical_form_of(read_statements(document))


def canonical_form_of(statements: Iterable[Statement], parts: Iterable[Part] = ()) -> str:
    """The canonical N-Quads of statements and of parts that other documents share."""
    own, shared = list(statements), [_prepared(part) for part in parts]
    hashes = first_degree_hashes(own)
    for part in shared:
        hashes.update(part.hashes)
    if len(set(hashes.values())) < len(hashes):
        return _by_deep_hashes([*own, *(one for part in shared for one in part.statements)])
    issued = {blank: f"_:c14n{number}" for number, blank in enumerate(sorted(hashes, key=hashes.__getitem__))}
    # An IRI or literal is not in the table and stays as it is.
    get = issued.get
    lines = {_line(get(s, s), p, get(o, o), get(g, g)) for s, p, o, g in own}
    for part in shared:
        lines.update(_BLANK.sub(lambda found: issued[found[1]], part.text).split("\n"))
    return _text(lines)


def first_degree_hashes(statements: Iterable[Statement]) -> dict[str, str]:
    """SHA-256 of what each blank node says by itself (RDFC-1.0, 4.6, Hash First Degree Quads)."""
    mentions: dict[str, list[Statement]] = {}
    for statement in statements:
        for position in (0, 2, 3):
            term = statement[position]
            if term[:2] == "_:":
                known = mentions.setdefault(term, [])
                if not known or known[-1] is not statement:
                    known.append(statement)
    return {blank: _first_degree(blank, known) for blank, known in mentions.items()}


@dataclass(frozen=True)
class _Prepared:
    statements: tuple[Statement, ...]
    hashes: dict[str, str]
    text: str


@lru_cache(maxsize=512)
def _prepared(part: Part) -> _Prepared:
    # No text holds a control character, so one can mark the places where labels go.
    lines = [_line(_place(s), p, _place(o), _place(g)) for s, p, o, g in part.statements]
    return _Prepared(part.statements, first_degree_hashes(part.statements), "\n".join(lines))


def _place(term: str) -> str:
    return f"\0{term}\0" if term[:2] == "_:" else term


def canonical_form_by_pyld(document: Mapping[str, Any], loader: Any = document_loader) -> str:
    """The canonical N-Quads as PyLD makes them: the reference that the tests and benchmarks compare with."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": loader}
    return str(jsonld.normalize(dict(document), options))


def _first_degree(blank: str, statements: list[Statement]) -> str:
    lines = [_line(_marked(s, blank), p, _marked(o, blank), _marked(g, blank)) for s, p, o, g in statements]
    return hashlib.sha256(_text(lines).encode()).hexdigest()


def _marked(term: str, blank: str) -> str:
    if term[:2] != "_:":
        return term
    return "_:a" if term == blank else "_:z"


def _line(subject: str, predicate: str, value: str, graph: str) -> str:
    return f"{subject} {predicate} {value} {graph} ." if graph else f"{subject} {predicate} {value} ."


def _text(lines: Iterable[str]) -> str:
    # Not splitlines and its kin: a literal may hold line ends of other alphabets.
    return "\n".join(sorted(lines)) + "\n"


def _by_deep_hashes(statements: list[Statement]) -> str:
    dataset: dict[str, list[dict[str, Any]]] = {}
    for subject, predicate, value, graph in statements:
        triple = {"subject": _component(subject), "predicate": _component(predicate), "object": _component(value)}
        dataset.setdefault(graph or "@default", []).append(triple)
    return str(_BoundedCanonicalization().main(dataset, {"format": "application/n-quads"}))


def _component(term: str) -> dict[str, str]:
    """A term as PyLD holds it."""
    if term[0] == "_":
        return {"type": "blank node", "value": term}
    if term[0] == "<":
        return {"type": "IRI", "value": term[1:-1]}
    quoted, _, datatype = term.rpartition('"')
    value = _ESCAPE.sub(lambda found: _ESCAPED[found[1]], quoted[1:])
    return {"type": "literal", "value": value, "datatype": datatype[3:-1] or nquads.XSD_STRING}


class _BoundedCanonicalization(canon.URDNA2015):  # type: ignore[misc]
    """PyLD's algorithm, which gives up instead of trying every order of many like nodes."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = 0

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self._calls += 1
        if self._calls > _MOST_DEEP_HASHES:
            raise UnsafeDocumentError(
                "", "Its parts are too much alike to tell apart in reasonable time; give them ids or leave copies out."
            )
        return super().hash_n_degree_quads(id_, issuer)
