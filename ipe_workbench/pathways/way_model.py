"""The cheapest way to a badge as an integer program for CP-SAT of Google OR-Tools; circles of badges are no matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipe_workbench.pathways.and_or import AndOrGraph, Node
from ipe_workbench.pathways.gates import Gate

__all__ = ["solved_way"]

#: How much the solver may do at once, in its own measure of time, which is the same on every machine.
_EFFORT = 20.0
#: Most models are solved with much less, and at once; the others after a closer look at them.
_LITTLE_EFFORT = 0.005
#: Its numbers have 64 bits; with so many nothing is rounded.
_BITS = 52


def solved_way(
    nodes: Mapping[str, Node], units: Sequence[int], goal: str, sure: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """The badges of a way to the goal of the fewest units, of these ways the one whose badges come first.

    Parameters
    ----------
    nodes : mapping of str to Node
        The goal and all that it rests on.
    units : sequence of int
        What each of them costs.
    goal : str
    sure : sequence of str
        The goal and what every way to it includes.

    Returns
    -------
    tuple of str, bool
        The badges in the order of `nodes`, and whether it is proven that no way is better.

    Raises
    ------
    RuntimeError
        When no way was found in the time that it was given.
    """
    model = _WayModel(nodes)
    for one in sure:
        model.cp.add(model.earned[one] == 1)
    names = [one for one in nodes if one not in sure]
    cost: Any = sum(each * one for each, one in zip(units, model.earned.values(), strict=True))
    room = max(_BITS - sum(units).bit_length(), 0)
    found: frozenset[str] = frozenset()
    proven = True
    while True:
        # Which badges come first is decided with the cost, as far as the solver's numbers go, then for the others.
        some, names = names[:room], names[room:]
        early: Any = sum((1 << at) * model.earned[one] for at, one in enumerate(reversed(some)))
        better, best = model.least((1 << len(some)) * cost - early)
        found, proven = better or found, proven and best
        if not found:
            raise RuntimeError(f"No way to {goal} was found in the time that it was given.")
        if not names or not proven:
            return tuple(one for one in nodes if one in found), proven
        for one in some:
            model.cp.add(model.earned[one] == (one in found))
        model.cp.add(cost == sum(each for each, one in zip(units, nodes, strict=True) if one in found))
        cost, room = 0, _BITS


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

    def least(self, cost: Any) -> tuple[frozenset[str], bool]:
        """The badges that are earned at the least cost, none if no way was found, and whether that is proven."""
        from ortools.sat.python import cp_model

        self.cp.minimize(cost)
        for effort in (_LITTLE_EFFORT, _EFFORT):
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.random_seed = 1
            solver.parameters.max_deterministic_time = effort
            if effort == _LITTLE_EFFORT:
                solver.parameters.cp_model_presolve = False
            else:
                solver.parameters.linearization_level = 2
            status = solver.solve(self.cp)
            if status == cp_model.OPTIMAL:
                break
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return frozenset(), False
        earned = (one for one, variable in self.earned.items() if solver.boolean_value(variable))
        return frozenset(earned), status == cp_model.OPTIMAL

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
