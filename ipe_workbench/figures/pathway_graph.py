"""A pathway as it is drawn: its badges in bands by term and stage, and the groups in which they count.

A line into a badge is needed; lines into a gate are counted, and the gate says how many of them are needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.model import Stage
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    badges_in,
    branch_for,
    subrules,
)
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.pathways.planning import offerings_of
from ipe_workbench.pathways.programme_structure import curriculum_of
from ipe_workbench.pathways.structure import Curriculum, Structure, structure

__all__ = ["Gate", "Node", "PathwayGraph", "pathway_graph"]

_STAGES: tuple[Stage, ...] = get_args(Stage)
_LAST = 1_000_000
#: An hours rule over more badges than these is a condition in words, not a bundle of lines.
_FEW = 6
_PLURAL = {"certificate": "Certificates", "micro-credential": "Micro-credentials", "badge": "Stacks"}
_SINGLE = {"certificate": "Certificate", "micro-credential": "Micro-credential", "badge": "Stack"}


@dataclass(frozen=True)
class Node:
    """A credential, stack or course. `band` orders and names where it stands; `conditions` are asked for besides."""

    id: str
    title: str
    kind: str
    band: tuple[int, int, int]
    hours: float = 0.0
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """A group of a rule: how many of the lines into it are needed, for which badge."""

    id: str
    label: str
    target: str
    depth: int


@dataclass
class PathwayGraph:
    """Badges, gates and lines.

    Parameters
    ----------
    title : str
    nodes, gates : mapping of str to Node and Gate
    lines : mapping of (str, str) to str
        From a badge or gate to a badge or gate: ``pre``, ``co`` or ``strict-co``.
    requires : mapping of str to tuple of str
        The badges that each badge names, gates apart.
    bands : mapping of tuple to (str, str)
        The names of a band: term and stage.
    step : mapping of str to int
        The place of each badge in its band: after those that it names.
    figures : Structure
        Of what is drawn.
    """

    title: str
    nodes: dict[str, Node] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    lines: dict[tuple[str, str], str] = field(default_factory=dict)
    requires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bands: dict[tuple[int, int, int], tuple[str, str]] = field(default_factory=dict)
    step: dict[str, int] = field(default_factory=dict)
    figures: Structure = field(default_factory=lambda: Structure((), ()))

    def rows(self, most: int) -> Iterator[tuple[tuple[int, int, int], list[str]]]:
        """(band, badges) from top to bottom, at most so many in a row; none beside what it requires."""
        levels: dict[tuple[tuple[int, int, int], int], list[str]] = {}
        for one in self.nodes.values():
            levels.setdefault((one.band, self.step[one.id]), []).append(one.id)
        for (band, _), members in sorted(levels.items()):
            count = -(-len(members) // most)
            size = -(-len(members) // count)
            for start in range(0, len(members), size):
                yield band, members[start : start + size]

    def between(self, source: str, target: str) -> set[tuple[str, str]]:
        """The lines by which one badge counts for another, through gates."""
        found: set[tuple[str, str]] = set()

        def walk(one: str, so_far: tuple[tuple[str, str], ...]) -> None:
            for line in (each for each in self.lines if each[0] == one):
                if line[1] == target:
                    found.update((*so_far, line))
                elif line[1] in self.gates:
                    walk(line[1], (*so_far, line))

        walk(source, ())
        return found

    def into(self, reference: str) -> list[tuple[str, str]]:
        """The lines on the way from badges to one badge, through its gates."""
        own = {reference} | {one.id for one in self.gates.values() if one.target == reference}
        return [line for line in self.lines if line[1] in own]


def pathway_graph(
    pathway: Programme | Curriculum, goal: str | None = None, profession: str | None = None
) -> PathwayGraph:
    """What is drawn of a programme or curriculum.

    Parameters
    ----------
    pathway : Programme or Curriculum
        Retired credentials are left out.
    goal : str, optional
        Only what can play a part in earning this badge.
    profession : str, optional
        Of rules by profession, only its branch.

    Raises
    ------
    UnknownNameError
        When there is no such goal.
    UnusableInputError
        When requisites go in a circle.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> shown = pathway_graph(example_programme())
    >>> len(shown.nodes), [gate.label for gate in shown.gates.values() if gate.target == "team-clinical-experience"]
    (21, ['3 of 5'])
    """
    curriculum = pathway if isinstance(pathway, Curriculum) else curriculum_of(pathway)
    kept = _leading_to(curriculum, goal)
    # Says so when requisites go in a circle, before anything is laid out.
    figures = structure(replace(curriculum, courses=tuple(one for one in curriculum.courses if one.id in kept)))
    if isinstance(pathway, Curriculum):
        graph = _of_curriculum(pathway, kept)
    else:
        if profession is not None:
            pathway.profession(profession)
        graph = _Reader(pathway, profession).read(kept)
    graph.figures = figures
    _settle(graph)
    return graph


def _leading_to(curriculum: Curriculum, goal: str | None) -> set[str]:
    named = {one.id: tuple(one.requisites) for one in curriculum.courses}
    if goal is None:
        return set(named)
    if goal not in named:
        raise UnknownNameError(f"`{goal}` is not part of this pathway.", mend=near_names(goal, named))
    found, waiting = {goal}, [goal]
    while waiting:
        new = set(named[waiting.pop()]) - found
        found |= new
        waiting += sorted(new)
    return found


def _of_curriculum(curriculum: Curriculum, kept: set[str]) -> PathwayGraph:
    graph = PathwayGraph(curriculum.plan or curriculum.name)
    for one in curriculum.courses:
        if one.id in kept:
            band = (one.term or 0, 0, 0)
            graph.bands[band] = (f"Term {one.term}" if one.term else "", "")
            code = " ".join(part for part in (one.prefix, one.number) if part)
            title = f"{code}: {one.name}" if code and one.name else one.name or code or one.id
            graph.nodes[one.id] = Node(one.id, title, "course", band, one.hours)
            graph.requires[one.id] = tuple(one.requisites)
            graph.lines |= {(other, one.id): kind for other, kind in one.requisites.items()}
    return graph


class _Reader:
    """Reads the rules of a programme into gates and lines."""

    def __init__(self, programme: Programme, profession: str | None) -> None:
        self.programme, self.profession = programme, profession
        self.graph = PathwayGraph(programme.info.title)
        self.owner = {one.id: each.id for each in programme.credentials.values() for one in each.activities}

    def read(self, kept: set[str]) -> PathwayGraph:
        self._add_nodes(kept)
        for reference in self.graph.nodes:
            stack = self.programme.stacks.get(reference)
            rule = stack.rule if stack else self.programme.credentials[reference].requires
            self.conditions: list[str] = []
            if rule is not None:
                self._asked(rule, reference, reference, 0)
            self.graph.nodes[reference] = replace(self.graph.nodes[reference], conditions=tuple(self.conditions))
        for reference in self.graph.nodes:
            named = [source for source, _ in self.graph.into(reference) if source in self.graph.nodes]
            self.graph.requires[reference] = tuple(dict.fromkeys(named))
        self._order_stacks()
        return self.graph

    def _add_nodes(self, kept: set[str]) -> None:
        terms = [one.id for one in self.programme.info.terms]
        first: dict[str, int] = {}
        for offering in offerings_of(self.programme):
            if self.programme.credentials[offering.credential].activities:
                first.setdefault(offering.credential, terms.index(offering.term))
        for one in self.programme.credentials.values():
            if one.id in kept:
                term = first.get(one.id, -1)
                band = (term, _STAGES.index(one.stage), 0)
                name = self.programme.info.terms[term].title if term >= 0 else "Any term" if first else ""
                self.graph.bands[band] = (name, one.stage.capitalize())
                self.graph.nodes[one.id] = Node(one.id, one.title, "credential", band, one.hours)
        for stack in self.programme.stacks.values():
            if stack.id in kept:
                self.graph.nodes[stack.id] = Node(stack.id, stack.title, stack.kind, (_LAST, 0, 1))

    def _order_stacks(self) -> None:
        """A stack that a credential asks for stands after what it counts; the others at the end."""
        graph, asked = self.graph, set[str]()
        waiting = [one for one in graph.nodes if one in self.programme.credentials]
        while waiting:
            new = [one for one in graph.requires[waiting.pop()] if one in self.programme.stacks and one not in asked]
            asked |= set(new)
            waiting += new
        for one in asked:
            graph.nodes[one] = replace(graph.nodes[one], band=(-1, 0, 1))

    def _asked(self, rule: Rule, into: str, target: str, depth: int) -> None:
        """A part of a rule that the thing `into` needs."""
        match rule:
            case Badge(badge=one):
                self._line(one, into)
            case AllOf(all=parts) if into == target or len(parts) == 1:
                for part in parts:
                    self._asked(part, into, target, depth)
            case Within() if into == target:
                self.conditions.append(f"within {rule.within.months} months")
                self._asked(rule.within.rule, into, target, depth)
            case Approval() if into == target:
                self.conditions.append(f"approved by the {rule.approval.role.replace('-', ' ')}")
            case Hours() if into == target and len(rule.hours.of) > _FEW:
                self.conditions.append(f"{rule.hours.min:g} h in {len(rule.hours.of)} badges")
            case PerProfession() if self.profession is not None:
                branch = branch_for(rule, self.profession)
                if branch is not None:
                    self._asked(branch, into, target, depth)
            case AnyOf(any=(part,)) | InOrder(in_order=(part,)):
                self._asked(part, into, target, depth)
            case AtLeast() if rule.at_least.count == len(rule.at_least.of):
                self._asked(AllOf(all=rule.at_least.of), into, target, depth)
            case _:
                self._gate(rule, into, target, depth + 1)

    def _gate(self, rule: Rule, into: str, target: str, depth: int, prefix: str = "") -> None:
        gate = f"gate {len(self.graph.gates)}"
        self.graph.gates[gate] = Gate(gate, prefix + _label(rule), target, depth)
        self.graph.lines[gate, into] = "pre"
        match rule:
            case PerProfession():
                self._branches(rule, gate, target, depth)
            case Badge(badge=one):
                self._line(one, gate)
            case Score():
                self._line(rule.score.assessment, gate)
            case Points() | Hours():
                for one in badges_in(rule):
                    self._line(one, gate)
            case Shortcut():
                self._line(rule.shortcut.badge, gate)
                self._asked(rule.shortcut.otherwise, gate, target, depth)
            case _:
                for part in subrules(rule):
                    self._asked(part, gate, target, depth)

    def _branches(self, rule: PerProfession, gate: str, target: str, depth: int) -> None:
        short = {one.id: one.short or one.title for one in self.programme.info.professions}
        groups: list[tuple[Rule, list[str]]] = []
        for name, branch in rule.per_profession.items():
            same = next((names for other, names in groups if other == branch), None)
            word = "others" if name == "default" else short.get(name, name)
            if same is None:
                groups.append((branch, [word]))
            else:
                same.append(word)
        for branch, words in groups:
            who = ", ".join(words) if len(words) <= 2 else f"{len(words)} professions"
            self._gate(branch, gate, target, depth + 1, prefix=f"{who}: " if _label(branch) else who)

    def _line(self, named: str, into: str) -> None:
        source = self.owner.get(named, named)
        if source in self.graph.nodes and source != into:
            self.graph.lines[source, into] = "pre"


def _label(rule: Rule) -> str:
    """What a gate asks for, as short as can be; nothing for a single badge."""
    match rule:
        case AllOf(all=parts):
            return f"all {len(parts)}" if len(parts) != 1 else ""
        case AnyOf(any=parts):
            return f"1 of {len(parts)}"
        case AtLeast():
            return f"{rule.at_least.count} of {len(rule.at_least.of)}"
        case Points():
            return f"{rule.points.min:g} points"
        case Hours():
            return f"{rule.hours.min:g} hours"
        case Score():
            return f"score {100 * rule.score.min:.3g} %"
        case Approval():
            return f"approval: {rule.approval.role.replace('-', ' ')}"
        case InOrder():
            return "in order"
        case Within():
            return f"within {rule.within.months} months"
        case PerProfession():
            return "by profession"
        case Shortcut():
            return "either"
        case _:
            return ""


def _settle(graph: PathwayGraph) -> None:
    """No badge stands in an earlier band than what it names; inside a band, each after those it names."""
    followers: dict[str, list[str]] = {one: [] for one in graph.nodes}
    waits_for = Counter[str]()
    for reference, names in graph.requires.items():
        for other in names:
            followers[other].append(reference)
            waits_for[reference] += 1
    ready = [reference for reference in graph.nodes if not waits_for[reference]]
    for reference in ready:
        node = _after(graph, graph.nodes[reference])
        graph.nodes[reference] = node
        graph.bands.setdefault(node.band, ("", ""))
        beside = [graph.step[other] for other in graph.requires[reference] if graph.nodes[other].band == node.band]
        graph.step[reference] = 1 + max(beside, default=-1)
        for other in followers[reference]:
            waits_for[other] -= 1
            if not waits_for[other]:
                ready.append(other)


def _after(graph: PathwayGraph, node: Node) -> Node:
    """The node in a band that is none before those of what it names; it says so where that is not its own."""
    before = [graph.nodes[other].band for other in graph.requires[node.id]]
    if not before or (floor := max(before)) <= node.band:
        return node
    if node.band[2]:
        return replace(node, band=(floor[0], floor[1], 1))
    name = next((word for word in graph.bands[node.band] if word), "")
    said = (f"offered in {name}",) if name else ()
    return replace(node, band=floor, conditions=(*node.conditions, *said))


def band_words(graph: PathwayGraph, band: tuple[int, int, int], members: Mapping[str, Node]) -> tuple[str, str]:
    """The name of a row: term and stage, or the kind of its stacks."""
    kinds = Counter(one.kind for one in members.values())
    if kinds and not kinds.keys() & {"credential", "course"}:
        return " and ".join(_SINGLE[kind] if count == 1 else _PLURAL[kind] for kind, count in kinds.items()), ""
    first, second = graph.bands[band]
    if not first and not second and "course" in kinds:
        steps = sorted({graph.step[one] + 1 for one in members})
        return f"Step {steps[0]}", ""
    return first or second, second if first else ""
