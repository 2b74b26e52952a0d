"""Read a CTDL Pathway from its nodes.

Source: Credential Engine, CTDL Pathways (https://credreg.net/ctdl/terms/Pathway). A component is complete when all its
conditions hold; a condition asks for `requiredNumber` of its targets and nested conditions, for one of them with the
operator *or*, and for all where it says neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ipe_workbench.credentials.exchange.ctdl_nodes import PATHWAY, ends, is_component, items, node_id, nodes_of, text
from ipe_workbench.credentials.exchange.ctdl_nodes import type_of as _type
from ipe_workbench.credentials.exchange.design import Constraint, Element, PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.exchange.numbers import unkept_numbers, whole_number
from ipe_workbench.findings import Severity
from ipe_workbench.frameworks.import_result import Notes, refused

__all__ = ["OBSOLETE", "is_ctdl_pathway", "read_ctdl_pathway"]

#: Terms that earlier drafts of CTDL Pathways had and the schema has no more, and what has taken their place.
OBSOLETE = {
    "ceterms:hasChild": "ceasn:hasChild",
    "ceterms:isChildOf": "ceasn:isChildOf",
    "ceterms:hasProgressionLevel": "asn:hasProgressionLevel",
    "ceterms:prerequisite": "ceterms:hasCondition",
    "ceterms:hasPrerequisite": "ceterms:hasCondition",
    "ceterms:isDestinationComponentFor": "ceterms:isDestinationComponentOf",
    "ceterms:pathwayComponentType": "the class of the component as @type",
    "ceterms:componentDesignationType": "ceterms:componentDesignation",
}
#: Terms that say the same from either end.
_INVERSES = (
    ("ceasn:hasChild", "ceasn:isChildOf"),
    ("ceterms:precedes", "ceterms:precededBy"),
    ("ceterms:hasPart", "ceterms:isPartOf"),
    ("ceterms:hasDestinationComponent", "ceterms:isDestinationComponentOf"),
)
_AMONG_COMPONENTS = {"ceasn:hasChild", "ceterms:precedes"}
_FORMER = {"ceterms:isDestinationComponentOf": ("ceterms:isDestinationComponentFor",)}
#: So many published files have it that it says nothing about this one.
_HARMLESS = {"ceterms:isDestinationComponentFor"}


def is_ctdl_pathway(data: Any) -> bool:
    """Whether the JSON holds a pathway or its components."""
    return any(_type(one) == PATHWAY or is_component(one) for one in nodes_of(data))


def read_ctdl_pathway(data: Any, notes: Notes) -> PathwayDesign:
    """The pathway of JSON-LD that `parse_json` has read.

    Raises
    ------
    UnreadableFileError
        When there is no component in it, or an address stands twice.
    """
    nodes = nodes_of(data, notes)
    if not any(is_component(one) for one in nodes):
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
            name = node_id(one) or f"_:node-{at}"
            if name in self.by_id and is_component(one) and is_component(self.by_id[name]):
                raise refused(f"The component {name} stands twice.", self.notes.file, mend="Keep one of the two.")
            if name not in self.by_id or is_component(one):
                self.by_id[name] = one
        self.components = {name: one for name, one in self.by_id.items() if is_component(one)}
        #: A CTID may point at a component too, and http at what is written with https.
        self.names = {_bare(name): name for name in self.components}
        self.names |= {
            str(one["ceterms:ctid"]): name for name, one in self.components.items() if one.get("ceterms:ctid")
        }

    def done(self) -> PathwayDesign:
        self._check_terms()
        self._check_inverses()
        stepwise = {name for name, one in self.components.items() if self._asks(one)}
        elements = {}
        for name, one in self.components.items():
            if name in stepwise:
                wanted = tuple(self._wanted(name, one, stepwise))
                badge = name if _type(one) == "ceterms:CredentialComponent" else None
                parent = next(
                    (end for end in map(self._end, ends(one.get("ceasn:isChildOf"))) if end in stepwise), None
                )
                said = text(one.get("ceterms:description"))
                self._compare_text(name, said, [count for part in wanted for count in part.counts()])
                title = text(one.get("ceterms:name")) or name
                elements[name] = Element(name, title, wanted, badge, (), parent, said, one)
        pathway = next((one for one in self.nodes if _type(one) == PATHWAY), {})
        root = self._root(pathway, elements)
        title = text(pathway.get("ceterms:name")) or (elements[root].name if root in elements else "")
        if root is not None and root not in elements:
            bare = self.components[root]
            elements[root] = Element(root, text(bare.get("ceterms:name")) or root, kept=bare)
        badges = {
            name: text(one.get("ceterms:name")) or name for name, one in self.components.items() if name not in elements
        }
        return PathwayDesign(
            format="ctdl-pathway",
            title=title or "Untitled pathway",
            root=root,
            elements=elements,
            badges=badges,
            conditions=self.conditions,
            targets=self.targets,
            dangling=self.dangling,
            findings=self.notes.all(),
            kept={"nodes": [one for one in self.nodes if not is_component(one)]},
            kept_badges={name: self.components[name] for name in badges},
        )

    def _asks(self, one: dict[str, Any]) -> bool:
        return bool(
            items(one.get("ceterms:hasCondition"))
            or ends(one.get("ceterms:prerequisite"))
            or ends(one.get("ceasn:hasChild"))
        )

    def _root(self, pathway: dict[str, Any], elements: dict[str, Element]) -> str | None:
        stated = [self._end(one) for one in ends(pathway.get("ceterms:hasDestinationComponent"))]
        for one in stated:
            if one not in self.components:
                message = "The destination is not in the file."
                self.notes.say("dangling-target", "error", message, one, "Export the whole pathway.")
        for term in ("ceterms:isDestinationComponentOf", "ceterms:isDestinationComponentFor"):
            stated += [name for name, one in self.components.items() if ends(one.get(term))]
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
        conditions = items(one.get("ceterms:hasCondition"))
        for condition in conditions:
            yield from self._condition(name, condition, stepwise, ())
        if before := ends(one.get("ceterms:prerequisite")):
            wishes = self._wishes(before, stepwise)
            yield Wanted(len(wishes), tuple(wishes))
        if not conditions and not before:
            children = self._wishes(ends(one.get("ceasn:hasChild")), stepwise)
            message = "Components with children and no condition, read as asking for all of them"
            self.notes.count("exchange-guessed", "warning", message, name, "State a ceterms:hasCondition.")
            yield Wanted(len(children), tuple(children))

    def _condition(self, name: str, value: Any, stepwise: set[str], above: tuple[str, ...]) -> Iterator[Wanted]:
        if isinstance(value, dict) and set(value) == {"@id"}:
            value = value["@id"]
        condition = self.by_id.get(value, {}) if isinstance(value, str) else value
        if not isinstance(condition, dict) or not condition or is_component(condition):
            self.dangling += 1
            self.notes.count("dangling-target", "error", "Conditions that are not in the file", name)
            return
        if isinstance(value, str) and value in above:
            self.notes.count("cycle", "error", "Conditions that contain themselves", name, "Take one of them out.")
            return
        if isinstance(value, str):
            above = (*above, value)
        self.conditions += 1
        targets = ends(condition.get("ceterms:targetComponent"))
        self.targets += len(targets)
        parts: list[Wish | Wanted] = list(self._wishes(targets, stepwise))
        whole = len(parts)
        for inner in items(condition.get("ceterms:hasCondition")):
            whole += 1
            parts += self._condition(name, inner, stepwise, above)
        constraints = tuple(map(_constraint, self._constraints(condition)))
        if constraints:
            said = "; ".join(dict.fromkeys(one.in_words() for one in constraints))[:160]
            message = f"Constraints on values, which badges cannot show, so a person has to check them ({said})"
            self.notes.count("constraint-not-evaluated", "warning", message, name, "Check them by hand.")
        count = self._count(name, condition, whole)
        self._compare_text(name, text(condition.get("ceterms:description")), [(count, len(targets) or whole)])
        yield Wanted(count, tuple(parts), constraints)

    def _constraints(self, condition: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for one in items(condition.get("ceterms:hasConstraint")):
            known = self.by_id.get(one) if isinstance(one, str) else one
            yield known if isinstance(known, dict) else {"ceterms:description": str(one)}

    def _count(self, name: str, condition: dict[str, Any], whole: int) -> int:
        written = next(iter(items(condition.get("ceterms:requiredNumber"))), None)
        stated = whole_number(written)
        operator = next(iter(ends(condition.get("ceterms:logicalOperator"))), "")
        operator = re.split(r"[:/#]", operator.rstrip("/"))[-1].lower()
        if operator.startswith("not"):
            message = "Conditions with the operator not, which the algebra does not have; they ask for nothing"
            self.notes.count("operator-not", "warning", message, name, "Say it another way.")
            return 0
        if operator == "onlyone":
            message = "Conditions with the operator only one, which is read as at least one"
            self.notes.count("operator-only-one", "warning", message, name, "Say it another way.")
        if stated is not None:
            if stated > whole:
                message = f"Asks for {stated} of {whole} things, which nobody can do"
                self.notes.count("unsatisfiable-count", "warning", message, name, "Lower the number.")
            return stated
        if written is not None:
            message = "Conditions whose number is none, read as if they stated none"
            self.notes.count("exchange-guessed", "warning", message, name, "Correct ceterms:requiredNumber.")
        return min(1, whole) if operator in ("or", "onlyone") else whole

    def _compare_text(self, name: str, said: str, asked: list[tuple[int, int]]) -> None:
        for claim, instead in unkept_numbers(said, asked):
            message = f"The text says {claim}, but the condition asks for {instead}."
            self.notes.say("text-number-mismatch", "warning", message, name, "Correct the text or the number.")

    def _wishes(self, written: Iterable[str], stepwise: set[str]) -> list[Wish]:
        found: dict[Wish, None] = {}
        for end in written:
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
        last = written.rstrip("/").rsplit("/", 1)[-1]
        return self.names.get(_bare(written)) or self.names.get(last) or written

    def _check_terms(self) -> None:
        for one in self.nodes:
            for term in _terms(one):
                if term in OBSOLETE:
                    self._obsolete(term, OBSOLETE[term], one)
            # They link a pathway and its components still; among components they did in earlier drafts.
            for term, now in (("ceterms:hasPart", "ceasn:hasChild"), ("ceterms:isPartOf", "ceasn:isChildOf")):
                if is_component(one) and any(self._end(end) in self.components for end in ends(one.get(term))):
                    self._obsolete(term, now, one)

    def _obsolete(self, term: str, now: str, node: dict[str, Any]) -> None:
        severity: Severity = "info" if term in _HARMLESS else "warning"
        self.notes.count("obsolete-term", severity, f"{term} is an obsolete term here", node_id(node), f"Use {now}.")

    def _check_inverses(self) -> None:
        for there, back in _INVERSES:
            down, up = set(self._links(there)), {(end, name) for name, end in self._links(back)}
            if there in _AMONG_COMPONENTS:
                for end in sorted({end for link in down | up for end in link} - set(self.components)):
                    message = "Components that links name and that are not in the file"
                    self.notes.count("dangling-link", "warning", message, end, "Export the whole pathway.")
            if not down or not up:
                continue
            both = {end for _, end in down & up}
            for start, end in sorted(down ^ up):
                says, lacks = (there, back) if (start, end) in down else (back, there)
                if says == "ceasn:hasChild" and end in both and end in self._targets(start):
                    # Exporters name one parent of several only; that the rule asks for the child confirms the link.
                    message = "Components that several have as child and that name one of them only"
                    self.notes.count("inverse-partial", "info", message, end)
                    continue
                message = f"Links that {says.partition(':')[2]} states and {lacks.partition(':')[2]} does not"
                link = f"{start} and {end}"
                self.notes.count("inverse-mismatch", "warning", message, link, "State both or one only.")

    def _links(self, term: str) -> Iterator[tuple[str, str]]:
        """Who names whom by the term, under any name that it has had."""
        for name, one in self.by_id.items():
            if is_component(one) or _type(one) == PATHWAY:
                for written in (term, *_FORMER.get(term, ())):
                    yield from ((name, self._end(end)) for end in ends(one.get(written)))

    def _targets(self, name: str) -> set[str]:
        """What the conditions of a component name, at any depth."""
        found: set[str] = set()
        seen: set[str] = set()
        open_ = list(items(self.components.get(name, {}).get("ceterms:hasCondition")))
        while open_:
            one = open_.pop()
            if isinstance(one, dict) and set(one) == {"@id"}:
                one = one["@id"]
            if isinstance(one, str):
                if one in seen:
                    continue
                seen.add(one)
                one = self.by_id.get(one)
            if isinstance(one, dict):
                found |= {self._end(end) for end in ends(one.get("ceterms:targetComponent"))}
                open_ += items(one.get("ceterms:hasCondition"))
        return found


def _bare(address: str) -> str:
    return re.sub(r"^https?://", "", address).rstrip("/")


def _terms(node: dict[str, Any]) -> Iterator[str]:
    for term, value in node.items():
        yield term
        for one in items(value):
            if isinstance(one, dict):
                yield from _terms(one)


def _constraint(node: dict[str, Any]) -> Constraint:
    def said(term: str) -> str:
        value = node.get(f"ceterms:{term}")
        return text(value) or ", ".join(str(one) for one in items(value) if not isinstance(one, dict))

    return Constraint(
        left=" of ".join(filter(None, (said("leftAction"), said("leftSource")))),
        comparator=said("comparator"),
        right=" of ".join(filter(None, (said("rightAction"), said("rightSource")))),
        description=said("description") or said("name"),
    )
