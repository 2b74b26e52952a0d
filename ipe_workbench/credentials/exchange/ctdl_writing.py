"""Write a programme's stacks and credentials as a CTDL Pathway, a graph of JSON-LD.

Source: Credential Engine, CTDL Pathways (https://credreg.net/ctdl/terms/Pathway) and "About the CTID"
(https://credreg.net/ctdl/ctid). A CTID is made of our ids, so that it never changes; one that came with a file stays. A
component whose rule is still the one that came keeps its conditions word for word; links that one side states are
stated by both, and terms that the schema has no more give way to those that it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from ipe_workbench.credentials.exchange.achievements import achievement_id
from ipe_workbench.credentials.exchange.ctdl_nodes import CONDITION, CONSTRAINT, PATHWAY, ends, text, type_of
from ipe_workbench.credentials.exchange.ctdl_pathway import OBSOLETE, read_ctdl_pathway
from ipe_workbench.credentials.exchange.design import Constraint, Wanted, Wish
from ipe_workbench.credentials.exchange.importing import rule_of
from ipe_workbench.credentials.exchange.narrative import criteria_narrative, one_line
from ipe_workbench.credentials.exchange.outgoing import content_losses, note_loss, peel_shortcuts, wanted_of
from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Badge, InOrder, badges_in, describe, parse_rule, walk
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks.identifiers import is_address
from ipe_workbench.frameworks.import_result import Notes

__all__ = ["write_ctdl_pathway"]

_CONTEXT = "https://credreg.net/ctdl/schema/context/json"
_FORMAT = "A CTDL Pathway"
_TYPES = {
    "certificate": "ceterms:Certificate",
    "micro-credential": "ceterms:MicroCredential",
    "badge": "ceterms:DigitalBadge",
    "recognition": "ceterms:DigitalBadge",
    "knowledge": "ceterms:MicroCredential",
    "application": "ceterms:MicroCredential",
}


def write_ctdl_pathway(programme: Programme) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The pathway as a graph, and what it does not carry.

    Raises
    ------
    UnusableInputError
        When the programme has no stack.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> graph = write_ctdl_pathway(example_programme())[0]["@graph"]
    >>> [one["@type"] for one in graph[:2]], len(graph)
    (['ceterms:Pathway', 'ceterms:CredentialComponent'], 22)
    """
    if not programme.stacks:
        raise UnusableInputError("The programme has no stack, so there is no pathway.", place=programme.id)
    notes = Notes(programme.id)
    graph = _Writing(programme, notes).graph()
    content_losses(
        programme, notes, _FORMAT, badges={"title", "summary", "requires", "type"},
        stacks={"title", "summary", "rule", "kind"},
    )  # fmt: skip
    return {"@context": _CONTEXT, "@graph": graph}, notes.all()


class _Writing:
    """One writing of one programme."""

    def __init__(self, programme: Programme, notes: Notes) -> None:
        self.programme = programme
        self.notes = notes
        self.language = programme.info.language or "en"
        self.designs: dict[str, MicroCredential | Stack] = {**programme.credentials, **programme.stacks}
        self.ids = {name: _kept_id(one) or self._urn(name) for name, one in self.designs.items()}
        self.names = {identifier: name for name, identifier in self.ids.items()}  # a stack's where both have it
        self.others = [one for one in _said(programme.info).get("nodes", []) if isinstance(one, dict)]
        self.same = self._unchanged()

    def graph(self) -> list[dict[str, Any]]:
        components = {name: self._component(name, one) for name, one in self.designs.items()}
        self._order(components)
        self._both_ways(components)
        roots = self._destinations(components)
        for name in roots:
            components[name].setdefault("ceterms:isDestinationComponentOf", [self._pathway_id()])
        pathway = self._pathway([self.ids[name] for name in roots])
        extra = [one for one in self.others if type_of(one) != PATHWAY]
        stacks = [components[name] for name in self.programme.stacks]
        steps = {self.ids[name] for name in self.programme.stacks}
        # A destination without a condition is a step, and may be asked for as a badge too: it is one component.
        badges = [components[name] for name in self.programme.credentials if self.ids[name] not in steps]
        return [_clean(one) for one in (pathway, *stacks, *badges, *extra)]

    def _pathway(self, roots: list[str]) -> dict[str, Any]:
        said = self._came()
        info = self.programme.info
        made = {
            "@type": PATHWAY,
            "@id": self._pathway_id(),
            "ceterms:ctid": self._ctid(""),
            "ceterms:name": self._text(info.title),
            "ceterms:description": self._text(info.summary or info.title),
            "ceterms:versionCode": info.version,
            "ceterms:hasDestinationComponent": roots,
        }
        if said:
            made = {**made, **said, "ceterms:hasDestinationComponent": roots}
            if text(said.get("ceterms:name")) != info.title:
                made["ceterms:name"] = self._text(info.title)
        return made

    def _destinations(self, components: dict[str, dict[str, Any]]) -> list[str]:
        came = [
            self.names[end] for end in ends(self._came().get("ceterms:hasDestinationComponent")) if end in self.names
        ]
        for one in components:
            said = _said(self.designs[one])
            if ends(said.get("ceterms:isDestinationComponentOf")) or ends(
                said.get("ceterms:isDestinationComponentFor")
            ):
                came.append(one)
        if came:
            return list(dict.fromkeys(came))
        asked = {name for one in self.programme.stacks.values() for name in badges_in(one.rule)}
        free = [name for name in self.programme.stacks if name not in asked]
        return free or list(self.programme.stacks)[:1]

    def _component(self, name: str, design: MicroCredential | Stack) -> dict[str, Any]:
        said = {key: value for key, value in _said(design).items() if key not in OBSOLETE}
        made: dict[str, Any] = {
            "@type": "ceterms:CredentialComponent",
            "@id": self.ids[name],
            "ceterms:ctid": self._ctid(name),
            "ceterms:name": self._text(design.title),
            "ceterms:description": self._text(self._description(design)),
            "ceterms:credentialType": _TYPES[design.kind if isinstance(design, Stack) else design.type],
            "ceterms:proxyFor": achievement_id(design, self.programme),
        }
        if said:
            made = dict(said)
            if (text(said.get("ceterms:name")) or self.ids[name]) != design.title:
                made["ceterms:name"] = self._text(design.title)
            if isinstance(design, Stack) and text(said.get("ceterms:description")) != design.summary:
                made["ceterms:description"] = self._text(design.summary)
        if isinstance(design, Stack) and name not in self.same:
            shortcuts, rule = peel_shortcuts(design.rule)
            wanted = wanted_of(rule, self.programme, name, self.notes, _FORMAT, constraints=True)
            made["ceterms:hasCondition"] = self._conditions(
                wanted, shortcuts, one_line(describe(design.rule, self.programme.title))
            )
            named = [*shortcuts, *(wish.id for wish in _wishes(wanted))]
            made["ceasn:hasChild"] = list(
                dict.fromkeys(self._end(one) for one in named if self._end(one) != self.ids[name])
            )
        return made

    def _description(self, design: MicroCredential | Stack) -> str:
        return design.summary or criteria_narrative(design, self.programme)

    def _conditions(self, wanted: Wish | Wanted | None, shortcuts: tuple[str, ...], words: str) -> list[dict[str, Any]]:
        if shortcuts:
            quick = tuple(Wish("element" if one in self.programme.stacks else "badge", one) for one in shortcuts)
            # A step that asks for nothing is complete, shortcut or not.
            wanted = None if wanted is None else Wanted(1, (*quick, wanted))
        if isinstance(wanted, Wish):
            wanted = Wanted(1, (wanted,))
        # Without a condition it would not be a step, but something to be earned by itself.
        return [self._condition(wanted or Wanted(0, ()), words)]

    def _condition(self, wanted: Wanted, words: str = "") -> dict[str, Any]:
        nested = [one for one in wanted.of if isinstance(one, Wanted)]
        targets = [self._end(one.id) for one in wanted.of if isinstance(one, Wish)]
        if len(set(targets)) < len(targets):
            # A target counts once; where the rule counts it twice, each has a condition of its own.
            nested += [Wanted(1, (one,)) for one in wanted.of if isinstance(one, Wish)]
            targets = []
        # What only holds constraints is a condition of those alone.
        bare = [one for one in nested if not one.of and one.constraints]
        whole = wanted.count == len(wanted.of)
        constraints = [*wanted.constraints]
        count = wanted.count
        if whole and bare:
            constraints += [constraint for one in bare for constraint in one.constraints]
            nested = [one for one in nested if one not in bare]
            count -= len(bare)
        made: dict[str, Any] = {
            "@type": CONDITION,
            "ceterms:description": self._text(words),
            "ceterms:requiredNumber": count if targets or nested or not constraints else None,
            "ceterms:targetComponent": targets,
            "ceterms:hasCondition": [self._condition(one) for one in nested],
            "ceterms:hasConstraint": [self._constraint(one) for one in constraints],
            "ceterms:requiredConstraints": len(constraints) or None,
        }
        if len(nested) > 1 and not targets:
            made["ceterms:logicalOperator"] = (
                "logicOp:And" if count == len(nested) else "logicOp:Or" if count == 1 else None
            )
        return made

    def _constraint(self, one: Constraint) -> dict[str, Any]:
        return {
            "@type": CONSTRAINT,
            "ceterms:description": self._text(one.description),
            "ceterms:leftSource": _literal(one.left),
            "ceterms:comparator": one.comparator,
            "ceterms:rightSource": _literal(one.right),
        }

    def _order(self, components: dict[str, dict[str, Any]]) -> None:
        """What comes before what: prerequisites of credentials, and rules in order."""
        pairs: list[tuple[str, str]] = []
        for one in self.programme.credentials.values():
            if one.requires is not None:
                pairs += [(before, one.id) for before in badges_in(one.requires)]
                if any(not isinstance(part, Badge) for part in walk(one.requires)):
                    note_loss(
                        self.notes, _FORMAT, "alternatives within prerequisites; each is said to come before", one.id
                    )
        for stack in self.programme.stacks.values():
            for rule in walk(stack.rule):
                if isinstance(rule, InOrder):
                    for first, then in zip(rule.in_order, rule.in_order[1:], strict=False):
                        pairs += [(a, b) for a in badges_in(first) for b in badges_in(then) if a != b]
        for before, after in dict.fromkeys(pairs):
            if before in components and after in components and not _said(self.designs[after]):
                components[after].setdefault("ceterms:precededBy", []).append(self.ids[before])
                components[before].setdefault("ceterms:precedes", []).append(self.ids[after])

    def _both_ways(self, components: dict[str, dict[str, Any]]) -> None:
        """Each link of parent and child stated by both."""
        by_id = {one["@id"]: one for one in components.values()}
        links: dict[tuple[str, str], None] = {}
        for one in components.values():
            links.update(((one["@id"], child), None) for child in ends(one.get("ceasn:hasChild")))
            links.update(((parent, one["@id"]), None) for parent in ends(one.get("ceasn:isChildOf")))
        for one in components.values():
            one.pop("ceasn:hasChild", None)
            one.pop("ceasn:isChildOf", None)
        for parent, child in links:
            if parent in by_id and child in by_id:
                by_id[parent].setdefault("ceasn:hasChild", []).append(child)
                by_id[child].setdefault("ceasn:isChildOf", []).append(parent)

    def _unchanged(self) -> set[str]:
        """Stacks whose rule is still what their component says."""
        came = {self.ids[name]: _said(one) for name, one in self.designs.items() if _said(one)}
        if not came:
            return set()
        design = read_ctdl_pathway([*self.others, *came.values()], Notes(""))
        ids = {("element", self.ids[name]): name for name in self.programme.stacks}
        ids |= {("badge", self.ids[name]): name for name in self.programme.credentials}
        same = set()
        for element in design.elements.values():
            stack = self.programme.stacks.get(self.names.get(element.id, ""))
            if stack is not None and parse_rule(rule_of(element, design, ids)) == stack.rule:
                same.add(stack.id)
        return same

    def _came(self) -> dict[str, Any]:
        return next((dict(one) for one in self.others if type_of(one) == PATHWAY), {})

    def _pathway_id(self) -> str:
        came = self._came().get("@id")
        return came if isinstance(came, str) and is_address(came) else self._urn("")

    def _end(self, name: str) -> str:
        return self.ids.get(name) or self._urn(name)

    def _urn(self, name: str) -> str:
        return f"urn:uuid:{self._ctid(name).removeprefix('ce-')}"

    def _ctid(self, name: str) -> str:
        key = f"ipe-workbench:ctdl:{len(self.programme.id)}:{self.programme.id}:{name}"
        # The grammar of CTIDs wants the version bits of UUID 4; the rest comes of the ids, so that it never changes.
        return f"ce-{UUID(bytes=hashlib.sha256(key.encode('utf-8')).digest()[:16], version=4)}"

    def _text(self, said: str) -> dict[str, str] | None:
        return {self.language: said} if said else None


def _clean(node: dict[str, Any]) -> dict[str, Any]:
    """The node without what is empty, at any depth."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: one
                for key, one in ((key, kept(one)) for key, one in value.items())
                if one not in (None, "", [], {})
            }
        return [one for one in map(kept, value) if one not in (None, "", {})] if isinstance(value, list) else value

    return dict(kept(node))


def _literal(said: str) -> dict[str, str] | None:
    """A value in full, since the context would take plain text for an address."""
    return {"@value": said} if said else None


def _wishes(wanted: Wish | Wanted | None) -> Iterator[Wish]:
    if isinstance(wanted, Wish):
        yield wanted
    elif wanted is not None:
        yield from wanted.wishes()


def _said(value: Any) -> dict[str, Any]:
    kept = value.extras.get("ctdl", {})
    said = kept.get("said", {}) if isinstance(kept, dict) else {}
    return dict(said) if isinstance(said, dict) else {}


def _kept_id(design: MicroCredential | Stack) -> str | None:
    kept = design.extras.get("ctdl", {})
    found = kept.get("id") if isinstance(kept, dict) else None
    return found if isinstance(found, str) and found else None
