"""The structure of a programme, whose requisites leave choices that the published metrics do not know.

A choice says which of its alternatives a badge rests on; under it the programme is a curriculum without alternatives,
for which the metrics are published. Three of them bound what a learner can meet:

``every``
    what no choice avoids: a badge rests on another when it cannot be earned without it, whatever is chosen;
``cheapest``
    what a learner meets who takes to each badge the way of the fewest hours;
``any``
    what some choice can bring: every alternative that a rule names counts.

Without alternatives the three are one, and equal to the published figures. Always ``every <= cheapest <= any`` in
delay, blocking and complexity (see docs/pathways.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.findings import Finding
from ipe_workbench.pathways.and_or import AndOrGraph
from ipe_workbench.pathways.rule_gates import and_or_graph
from ipe_workbench.pathways.structure import Course, Curriculum, NodeStructure, Structure, structure
from ipe_workbench.pathways.ways import Way, cheapest_ways

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHOICES", "Choice", "ProgrammeStructure", "curriculum_of", "programme_structure", "structure_of_graph"]

#: Which alternatives count; see the module.
Choice = Literal["every", "cheapest", "any"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True)
class ProgrammeStructure:
    """The structure of a programme under each choice.

    Parameters
    ----------
    profession : str or None
        Whose choices are looked at; ``None``: the profession is a choice, too.
    choices : mapping of str to Structure
        By `Choice`; nodes are the credentials and stacks in the programme's order.
    before : mapping of str to mapping of str to tuple of str
        By `Choice`: for each badge those that a learner must pass before it, in the programme's order. A badge that
        cannot be earned has no entry under ``every`` and ``cheapest``.
    ways : mapping of str to Way
        The cheapest way to each badge that can be earned.
    findings : tuple of Finding
        Redundant requisites and badges that cannot be earned.
    """

    profession: str | None
    choices: Mapping[Choice, Structure]
    before: Mapping[Choice, Mapping[str, tuple[str, ...]]]
    ways: Mapping[str, Way]
    findings: tuple[Finding, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a choice and badge.

        Returns
        -------
        pandas.DataFrame
            Columns ``choice, id, name, delay, blocking, centrality, complexity, before`` (how many badges come before
            it) and ``hours`` (of the cheapest way to it, from nothing; missing where it cannot be earned).
        """
        import pandas as pd

        rows = [
            (
                choice,
                *one,
                len(self.before[choice].get(one.id, ())),
                self.ways[one.id].hours if one.id in self.ways else None,
            )
            for choice, found in self.choices.items()
            for one in found.nodes
        ]
        columns = ["choice", *NodeStructure._fields, "before", "hours"]
        return pd.DataFrame(rows, columns=columns).astype({"centrality": object, "hours": float})

    def to_dict(self) -> dict[str, Any]:
        """The structure as plain JSON: that of ``any`` as for a curriculum, and all three under ``choices``."""
        choices = {}
        for choice, found in self.choices.items():
            written = found.to_dict()
            for node in written["nodes"]:
                node["before"] = list(self.before[choice].get(node["id"], ()))
            choices[choice] = {name: written[name] for name in ("nodes", "totals", "longest_path")}
        ways = {one: {"hours": way.hours, "proven": way.proven} for one, way in self.ways.items()}
        findings = [one.to_dict() for one in self.findings]
        about = {"profession": self.profession, "choices": choices, "cheapest_ways": ways}
        return self.choices["any"].to_dict() | {"findings": findings} | about


def programme_structure(programme: Programme, profession: str | None = None) -> ProgrammeStructure:
    """The structural figures of a programme under each choice.

    Parameters
    ----------
    programme : Programme
        Retired credentials are left out.
    profession : str, optional
        Look at the learners of one profession.

    Raises
    ------
    UnknownNameError
        When the programme has no such profession.
    UnusableInputError
        When badges name each other in a circle.

    Notes
    -----
    The generalisation is ours; it rests on Heileman and others (2018, arXiv:1811.09676), and on dominators of AND-OR
    graphs: what every way includes is exact, by a fixed point over sets. The cheapest ways are proven by CP-SAT.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> found = programme_structure(example_programme(), "nursing")
    >>> [found.choices[choice].totals["blocking"] for choice in CHOICES]
    [37, 75, 120]
    """
    return structure_of_graph(programme, profession, and_or_graph(programme, profession))


def structure_of_graph(programme: Programme, profession: str | None, graph: AndOrGraph) -> ProgrammeStructure:
    """As `programme_structure`, of a graph that is there already; what it knows is not worked out again."""
    title, issuer = programme.info.title, programme.info.issuer.name
    named = {one: tuple(sorted(names)) for one, names in graph.named.items()}
    most = structure(_curriculum(title, issuer, graph, named))
    ways = cheapest_ways(graph)
    choices: dict[Choice, Structure] = {
        "every": structure(_curriculum(title, issuer, graph, _sure_requisites(graph))),
        "cheapest": _cheapest(graph, ways),
        "any": most,
    }
    before: dict[Choice, Mapping[str, tuple[str, ...]]] = {
        "every": {one: graph.before(one) for one in graph.needed},
        "cheapest": {one: tuple([badge for badge in way.badges if badge != one]) for one, way in ways.items()},
        "any": {one: graph.rests_on(one) for one in graph.nodes},
    }
    return ProgrammeStructure(profession, choices, before, ways, tuple(_findings(programme, graph)))


def curriculum_of(programme: Programme, profession: str | None = None) -> Curriculum:
    """The credentials and stacks of a programme as courses, each with all that its rule names.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> curriculum = curriculum_of(example_programme())
    >>> len(curriculum.courses), dict(curriculum.courses[4].requisites)
    (21, {'communication-foundations': 'pre', 'teamwork-foundations': 'pre'})
    """
    graph = and_or_graph(programme, profession)
    named = {one: tuple(sorted(names)) for one, names in graph.named.items()}
    return _curriculum(programme.info.title, programme.info.issuer.name, graph, named)


def _curriculum(title: str, issuer: str, graph: AndOrGraph, requisites: Mapping[str, tuple[str, ...]]) -> Curriculum:
    courses = tuple(
        Course(one, node.title, dict.fromkeys((other for other in requisites[one] if other != one), "pre"), node.hours)
        for one, node in graph.nodes.items()
    )
    return Curriculum(title, courses, institution=issuer, choices=True)


def _sure_requisites(graph: AndOrGraph) -> dict[str, tuple[str, ...]]:
    """What a badge asks for whatever is chosen, and what else no way leaves out, unless one of these implies it."""
    return {one: graph.kept("sure requisites", one, partial(_sure_of, graph, one)) for one in graph.nodes}


def _sure_of(graph: AndOrGraph, reference: str) -> tuple[str, ...]:
    needed = graph.needed.get(reference, frozenset())
    direct = [other for other in graph.asked_directly[reference] if other in needed]
    implied = frozenset().union(*(graph.needed[other] for other in needed))
    return tuple(sorted({*direct, *(needed - implied)}))


def _cheapest(graph: AndOrGraph, ways: Mapping[str, Way]) -> Structure:
    """Each badge on the cheapest ways: those behind it, and the paths of the badges that each way rests on."""
    delay = dict.fromkeys(graph.nodes, 1)
    blocking = dict.fromkeys(graph.nodes, 0)
    centrality = dict.fromkeys(graph.nodes, 0)
    for goal, way in ways.items():
        for one in way.badges:
            blocking[one] += one != goal
    longest: tuple[str, ...] = ()
    for goal, way in ways.items():
        found = graph.kept("along", goal, partial(_along, graph, way))
        for node in found.nodes:
            delay[node.id] = max(delay[node.id], node.delay)
            if not blocking[goal]:
                centrality[node.id] += node.centrality
        longest = max(longest, found.longest_path, key=len)
    nodes = (
        NodeStructure(one, node.title, delay[one], blocking[one], centrality[one], delay[one] + blocking[one])
        for one, node in graph.nodes.items()
    )
    return Structure(tuple(nodes), longest)


def _along(graph: AndOrGraph, way: Way) -> Structure:
    """The structure of what the badges of one way rest on in it."""
    supports = graph.supports(way.badges)
    courses = tuple(Course(one, "", dict.fromkeys(supports[one], "pre")) for one in way.badges)
    return structure(Curriculum("", courses, choices=True))


def _findings(programme: Programme, graph: AndOrGraph) -> list[Finding]:
    found = []
    for one, node in graph.nodes.items():
        kind: Literal["stack", "credential"] = "stack" if one in programme.stacks else "credential"
        field = "rule" if kind == "stack" else "requires"
        place = programme.place(kind, one, field)
        if one not in graph.needed:
            message = f"{node.title} ({one}) cannot be earned, whatever is chosen."
            found.append(Finding("cannot-be-earned", "warning", message, "Look at what it asks for.", place, one))
            continue
        for other in graph.redundant(one):
            # One that expires may be asked for so that it is renewed.
            if programme.designed(other).validity_months is None:
                message = f"{node.title} ({one}) asks for {programme.title(other)} ({other}), which the rest implies."
                mend = "Leave it out; the same badges are needed."
                found.append(Finding("redundant-requisite", "info", message, mend, place, one))
    return found
