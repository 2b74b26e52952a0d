"""What is left to choose on the way to a badge, in pieces that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ipe_workbench.pathways.and_or import AndOrGraph, Node
from ipe_workbench.pathways.gates import Gate, alone, counts, names_in

__all__ = ["Piece", "pieces_of"]


class Piece(NamedTuple):
    """Gates to be met, the badges among which they leave a choice, and those that are held and that these ask for.

    Each badge stands with its hours and what it asks for, in the graph's order.
    """

    gates: tuple[Gate, ...]
    nodes: tuple[tuple[str, float, Gate], ...]
    held: tuple[str, ...]


def pieces_of(graph: AndOrGraph, nodes: Mapping[str, Node], held: frozenset[str]) -> list[Piece]:
    """The pieces that are left where these badges are held, what they ask for not all met.

    Parameters
    ----------
    graph : AndOrGraph
        Without circles.
    nodes : mapping of str to Node
        The held badges and all that they rest on, in the graph's order.
    held : frozenset of str

    Returns
    -------
    list of Piece
        No badge of one is asked for in another, so that the cheapest ways to meet each are together the cheapest.
    """
    gates = [gate for one in nodes if one in held for gate in _open(graph, nodes[one].asks, held)]
    left = {one for one in nodes if one not in held}
    reached = [_reached(graph, gate, left) for gate in gates]
    found: list[tuple[list[Gate], set[str]]] = []
    for gate, badges in zip(gates, reached, strict=True):
        apart = []
        joined: tuple[list[Gate], set[str]] = ([gate], set(badges))
        for other in found:
            if other[1].isdisjoint(joined[1]):
                apart.append(other)
            else:
                joined = ([*other[0], *joined[0]], other[1] | joined[1])
        found = [*apart, joined]
    return [_piece(nodes, some, badges, held) for some, badges in found]


def _open(graph: AndOrGraph, gate: Gate, held: frozenset[str]) -> Iterator[Gate]:
    """What is not met yet of a gate; of one that asks for everything each part for itself."""
    if graph.met(gate, held):
        return
    if counts(gate) and gate.least == len(gate.parts) > 1:
        for part in gate.parts:
            yield from _open(graph, alone(part), held)
    else:
        yield gate


def _reached(graph: AndOrGraph, gate: Gate, left: set[str]) -> set[str]:
    """The badges that may be chosen for a gate."""
    found: set[str] = set()
    waiting = [one for one in names_in(gate) if one in left]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [other for other in graph.named[one] if other in left]
    return found


def _piece(nodes: Mapping[str, Node], gates: list[Gate], badges: set[str], held: frozenset[str]) -> Piece:
    listed = tuple((one, node.hours, node.asks) for one, node in nodes.items() if one in badges)
    named = {one for gate in (*gates, *(asks for _, _, asks in listed)) for one in names_in(gate)}
    return Piece(tuple(gates), listed, tuple(one for one in nodes if one in held and one in named))
