"""The cheapest way to each badge of an AND-OR graph, from nothing, proven.

Most badges leave no choice that matters: what every way includes is then enough, and is the cheapest way. The rest is a
short search, or an integer program where the search would be long. A way that was proven for a design that is much the
same is not looked for again where it is easy to see that it still is the cheapest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from math import gcd
from typing import NamedTuple

from ipe_workbench.pathways.and_or import AndOrGraph, Node
from ipe_workbench.pathways.gates import NOTHING, Gate, Part, implies
from ipe_workbench.pathways.pieces import Piece, pieces_of
from ipe_workbench.pathways.way_model import solved_way
from ipe_workbench.pathways.way_search import TooManySteps, least_cost

__all__ = ["Way", "cheapest_way", "cheapest_ways"]


#: Stands for all gates of a piece together; no badge has this id.
_ALL = ""


class Way(NamedTuple):
    """The cheapest way to a badge: all that is earned, the badge included, in the graph's order, and its hours.

    Of several the one with the fewest badges; of these the one that has the first badge in which two of them differ.
    `proven` is whether none is better.
    """

    badges: tuple[str, ...]
    hours: float
    proven: bool = True


def cheapest_ways(graph: AndOrGraph) -> dict[str, Way]:
    """The cheapest way to every badge that can be earned.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.rule_gates import and_or_graph
    >>> way = cheapest_ways(and_or_graph(example_programme(), "nursing"))["communication-certificate"]
    >>> len(way.badges), way.hours, way.proven
    (8, 31.0, True)
    """
    return {one: way for one in graph.nodes if (way := cheapest_way(graph, one)) is not None}


def cheapest_way(graph: AndOrGraph, goal: str) -> Way | None:
    """The cheapest way to one badge; ``None`` when it cannot be earned."""
    if goal not in graph.needed:
        return None
    return graph.kept("way", goal, partial(_way, graph, goal))


def _way(graph: AndOrGraph, goal: str) -> Way:
    place = graph.known.place
    listed = tuple(sorted((goal, *graph.before(goal)), key=place.__getitem__))
    if _is_a_way(graph, listed):
        return _of(graph, listed)
    parts = sorted((goal, *graph.rests_on(goal)), key=place.__getitem__)
    nodes = {one: graph.nodes[one] for one in parts}
    if graph.circular:
        return _of(graph, *solved_way(nodes, _units(nodes), goal, listed))
    question = f"the proven way to {goal}"
    proofs = graph.known.answers(question)
    badges = next((one.badges for one in proofs if _still_holds(one, graph, nodes, goal)), None)
    if badges is None:
        badges, proven = _found(graph, nodes, listed)
        if not proven:
            return _of(graph, badges, proven)
    graph.kept(question, goal, partial(_Proof, nodes, badges))
    return _of(graph, badges)


def _of(graph: AndOrGraph, badges: tuple[str, ...], proven: bool = True) -> Way:
    return Way(badges, sum([graph.nodes[one].hours for one in badges]), proven)


def _is_a_way(graph: AndOrGraph, badges: Sequence[str]) -> bool:
    """Whether these badges can all be earned with nothing but each other."""
    if graph.circular:
        return len(graph.supports(badges)) == len(badges)
    held = frozenset(badges)
    return all(one in graph.nodes and graph.met(graph.nodes[one].asks, held) for one in badges)


def _found(graph: AndOrGraph, nodes: Mapping[str, Node], sure: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """What every way includes, and the cheapest of what is left to choose, piece by piece."""
    chosen, all_proven = set(sure), True
    for piece in pieces_of(graph, nodes, frozenset(sure)):
        badges, proven = _cheapest(piece)
        chosen.update(badges)
        all_proven = all_proven and proven
    return tuple(one for one in nodes if one in chosen), all_proven


@lru_cache(maxsize=4096)
def _cheapest(piece: Piece) -> tuple[tuple[str, ...], bool]:
    """The badges that meet all gates of a piece at the least cost; kept, since a change is often tried again."""
    nodes = {one: Node("", hours, asks) for one, hours, asks in piece.nodes}
    nodes |= {one: Node("", 0.0, NOTHING) for one in piece.held}
    nodes[_ALL] = Node("", 0.0, Gate(len(piece.gates), tuple(Part(gate) for gate in piece.gates)))
    graph = AndOrGraph(nodes)
    # What is held costs the same in every way, as long as it is in every way.
    needed = {one: frozenset({*badges, *piece.held}) for one, badges in graph.needed.items()}
    units = _units(nodes)
    # Below the units a bit for each badge, the first the highest: no two ways cost the same.
    count = len(nodes)
    costs = [(one << count + 1) - (1 << count - at) for at, one in enumerate(units, start=1)]
    asks = {one: node.asks for one, node in nodes.items()}
    try:
        found, proven = least_cost(asks, costs, graph.order, needed, _ALL), True
    except TooManySteps:
        found, proven = solved_way(nodes, units, _ALL, (_ALL, *piece.held))
    return tuple(one for one in found if one != _ALL), proven


def _units(nodes: Mapping[str, Node]) -> list[int]:
    """Hours, then one for each badge, in whole numbers as small as can be."""
    hours = [round(node.hours * 1000) for node in nodes.values()]
    step = gcd(*hours) or 1
    return [one // step * (len(nodes) + 1) + 1 for one in hours]


class _Proof(NamedTuple):
    """The cheapest way to a badge that rests on these nodes."""

    nodes: Mapping[str, Node]
    badges: tuple[str, ...]


def _still_holds(proof: _Proof, graph: AndOrGraph, nodes: Mapping[str, Node], goal: str) -> bool:
    """Whether a way that was the cheapest among other nodes is so among these.

    It is where it still leads there, nothing asks for less than before, and hours are fewer only on the way, and more
    only beside it, if not of what every way includes: every way there is was one then, and compared with this one it
    did not become better.
    """
    if not _is_a_way(graph, proof.badges):
        return False
    on_it, on_all = frozenset(proof.badges), {goal, *graph.needed[goal]}
    for one, node in nodes.items():
        was = proof.nodes.get(one)
        # What the old way did not rest on can only be asked for on top.
        if was is not None:
            if node.hours != was.hours and one not in on_all and (node.hours < was.hours) != (one in on_it):
                return False
            if not implies(node.asks, was.asks):
                return False
    return True
