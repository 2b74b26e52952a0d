"""The cheapest way to each badge of an AND-OR graph, from nothing, proven.

Most badges leave no choice that matters: what every way includes is then enough, and is the cheapest way. The rest is
an integer program for CP-SAT of Google OR-Tools. Answers are kept by what they depend on, so that a design with one
change solves only what the change can reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ipe_workbench.pathways.and_or import AndOrGraph, Gate, Node

__all__ = ["Way", "cheapest_way", "cheapest_ways"]

#: How much the solver may do for one badge, in its own measure of time, which is the same on every machine.
_EFFORT = 20.0


class Way(NamedTuple):
    """The cheapest way to a badge: all that is earned, the badge included, in the graph's order, and its hours.

    Of several the one with the fewest badges, then with those that come first. `proven` is whether none is cheaper.
    """

    badges: tuple[str, ...]
    hours: float
    proven: bool = True


def cheapest_ways(graph: AndOrGraph) -> dict[str, Way]:
    """The cheapest way to every badge that can be earned.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.and_or import and_or_graph
    >>> way = cheapest_ways(and_or_graph(example_programme(), "nursing"))["communication-certificate"]
    >>> len(way.badges), way.hours, way.proven
    (8, 31.0, True)
    """
    return {one: way for one in graph.nodes if (way := cheapest_way(graph, one)) is not None}


def cheapest_way(graph: AndOrGraph, goal: str) -> Way | None:
    """The cheapest way to one badge; ``None`` when it cannot be earned."""
    if goal not in graph.needed:
        return None
    sure = graph.needed[goal] | {goal}
    listed = tuple(one for one in graph.nodes if one in sure)
    if _is_a_way(tuple((one, graph.nodes[one].asks) for one in listed)):
        return Way(listed, sum([graph.nodes[one].hours for one in listed]))
    rest = {*graph.rests_on(goal), goal}
    parts = tuple((one, node) for one, node in graph.untitled.items() if one in rest)
    return _solved(parts, goal, tuple(sorted(sure)))


@lru_cache(maxsize=4096)
def _is_a_way(parts: tuple[tuple[str, Gate], ...]) -> bool:
    """Whether these badges can all be earned with nothing but each other."""
    graph = AndOrGraph({one: Node("", 0.0, asks) for one, asks in parts})
    return len(graph.supports(graph.nodes)) == len(parts)


@lru_cache(maxsize=4096)
def _solved(parts: tuple[tuple[str, Node], ...], goal: str, sure: tuple[str, ...]) -> Way:
    from ortools.sat.python import cp_model

    nodes = dict(parts)
    model = _WayModel(nodes)
    for one in sure:
        model.cp.add(model.earned[one] == 1)
    model.cp.minimize(model.cost())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _EFFORT
    # The models are small: presolving them takes longer than solving them.
    solver.parameters.cp_model_presolve = len(nodes) > 60
    status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise RuntimeError(f"No way to {goal} was found in the time that it was given.")
    badges = tuple(one for one, earned in model.earned.items() if solver.boolean_value(earned))
    return Way(badges, sum(nodes[one].hours for one in badges), status == cp_model.OPTIMAL)


class _WayModel:
    """Which badges are earned, each only with what it asks for, and in a circle only one after the other."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        from ortools.sat.python import cp_model

        self.nodes = nodes
        self.cp: Any = cp_model.CpModel()
        self.earned = {one: self.cp.new_bool_var(one) for one in nodes}
        self.circle = _circles(nodes)
        self.turn = {one: self.cp.new_int_var(0, len(nodes), "") for one in self.circle}
        for one, node in nodes.items():
            self._ask(node.asks, self.earned[one], one)

    def cost(self) -> Any:
        """Hours, then the number of badges, then their places."""
        count = len(self.nodes)
        places = count * (count + 1) // 2 + 1
        weights = [
            (round(node.hours * 1000) * (count + 1) + 1) * places + at
            for at, node in enumerate(self.nodes.values(), start=1)
        ]
        return sum(weight * one for weight, one in zip(weights, self.earned.values(), strict=True))

    def _ask(self, gate: Gate, owner: Any, badge: str) -> None:
        """Where the owner is true, the gate is met."""
        held = [self._held(part.of, badge) for part in gate.parts]
        counted = []
        kinds: dict[str, list[Any]] = {}
        for part, one in zip(gate.parts, held, strict=True):
            if part.kind in dict(gate.caps):
                # Counted only if it is held; of the kind no more than the cap are.
                counts = self.cp.new_bool_var("")
                self.cp.add_implication(counts, one)
                kinds.setdefault(part.kind, []).append(counts)
                one = counts
            counted.append(part.weight * one)
        for kind, most in gate.caps:
            self.cp.add(sum(kinds.get(kind, ())) <= most)
        if all(one.weight == 1 for one in gate.parts) and not gate.caps and gate.least == len(gate.parts):
            for one in held:
                self.cp.add_implication(owner, one)
        else:
            self.cp.add(sum(counted) >= gate.least).only_enforce_if(owner)

    def _held(self, of: str | Gate, badge: str) -> Any:
        if isinstance(of, Gate):
            inner = self.cp.new_bool_var("")
            self._ask(of, inner, badge)
            return inner
        if of not in self.earned:
            return self.cp.new_constant(0)
        if self.circle.get(of) is None or self.circle.get(of) != self.circle.get(badge):
            return self.earned[of]
        first = self.cp.new_bool_var("")
        self.cp.add_implication(first, self.earned[of])
        self.cp.add(self.turn[of] < self.turn[badge]).only_enforce_if(first)
        return first


def _circles(nodes: Mapping[str, Node]) -> dict[str, int]:
    """The number of the circle for each badge that can rest on itself."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    for one, names in AndOrGraph(nodes).named.items():
        graph.add_edges_from((one, other) for other in names)
    found = (one for one in nx.strongly_connected_components(graph) if len(one) > 1 or graph.has_edge(*(*one, *one)))
    return {reference: number for number, circle in enumerate(found) for reference in circle}
