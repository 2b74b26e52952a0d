"""The active contexts of JSON-LD, worked out by PyLD once for each place in a document, and kept.

Working them out is nine tenths of the time of reading a credential, and the pinned contexts give only a few dozen.

References
----------
W3C, JSON-LD 1.1 Processing Algorithms and API (Recommendation, 2020), sections 4.1 (contexts) and 5.1 (expansion).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from ipe_workbench.badges.ambiguity import UnsafeDocumentError
from ipe_workbench.badges.contexts import UnknownContextError, document_loader

__all__ = ["Scope", "Term", "initial_scope"]


@dataclass(frozen=True)
class Term:
    """What a member means: its address, how its values are read, whether they are a list or graphs."""

    iri: str
    coercion: str | None  # "@id", "@vocab", a datatype, or None
    is_list: bool
    is_graph: bool


class Scope:
    """An active context of JSON-LD, with what was worked out about its terms and the places below it."""

    def __init__(self, active: Any) -> None:
        self.active = active
        self.mappings: Mapping[str, Any] = active["mappings"]
        self._terms: dict[str, Term | str] = {}
        self._values: dict[str, Scope] = {}
        self._nodes: dict[tuple[Any, ...], tuple[Scope, Scope]] = {}

    def term(self, name: str) -> Term | str:
        """The term, or the reason why it cannot be used as a member."""
        known = self._terms.get(name)
        if known is None:
            known = self._terms[name] = self._worked_out(name)
        return known

    def type_iri(self, name: str) -> str | None:
        """The address of a type or of a word of the vocabulary; ``None`` for what no context defines."""
        mapping = self.mappings.get(name)
        return mapping["@id"] if mapping and not str(mapping["@id"]).startswith("@") else None

    def values(self, name: str) -> Scope:
        """The scope of a member's scalar values."""
        known = self._values.get(name)
        if known is None:
            scoped = jsonld.JsonLdProcessor.get_context_value(self.active, name, "@context")
            known = self._values[name] = (
                self if scoped is None else Scope(_processed(self.active, scoped, override=True))
            )
        return known

    def node(
        self, name: str | None, bare: bool, contexts: tuple[str, ...], types: tuple[str, ...]
    ) -> tuple[Scope, Scope]:
        """The scopes of a node under a member: for its members, and for its types (JSON-LD 1.1 API, 5.1.2)."""
        key = (name, bare, contexts, types)
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = self._entered(name, bare, contexts, types)
        return known

    def _entered(
        self, name: str | None, bare: bool, contexts: tuple[str, ...], types: tuple[str, ...]
    ) -> tuple[Scope, Scope]:
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
        return Scope(active), Scope(for_types)

    def _worked_out(self, name: str) -> Term | str:
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
        return Term(iri, coercion, "@list" in container, "@graph" in container)


@cache
def initial_scope() -> Scope:
    """Where a document begins: no context yet."""
    return Scope(_processor()._get_initial_context(_options()))


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
