"""How many of each profession each team of a slot has, and which team a group that stays together joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.pathways.teams.allocation import Allocation
from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.slot_model import solver_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Composition", "compose"]


@dataclass(frozen=True)
class Composition:
    """The teams of one slot: learners by profession of each team, and the team of each unit of several learners."""

    counts: tuple[tuple[int, ...], ...]
    joined: dict[int, int]


def compose(
    problem: Problem, allocation: Allocation, slot: int, *, effort: float = 10.0, seed: int = 0
) -> Composition | None:
    """Make up the teams of a slot with as few pairs of one profession as possible; ``None`` if that was not found.

    First each profession is spread evenly, which is best where it works; otherwise the pairs are counted.
    """
    for even in (True, False):
        model = _Model(problem, allocation, slot, even=even)
        solver = solver_of(effort, seed)
        if solver.status_name(solver.solve(model.cp)) in ("OPTIMAL", "FEASIBLE"):
            counts = tuple(tuple(solver.value(one) for one in row) for row in model.counts)
            joined = {
                unit: next(t for t, joins in enumerate(row) if solver.value(joins)) for unit, row in model.joins.items()
            }
            return Composition(counts, joined)
    return None


class _Model:
    def __init__(self, problem: Problem, allocation: Allocation, slot: int, *, even: bool) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model.CpModel()
        self.problem = problem
        self.units = [u for u, at in enumerate(allocation.slot_of) if at == slot]
        self.sizes = allocation.sizes[slot]
        kinds = range(len(problem.professions))
        heads = [sum(problem.units[u].professions.count(p) for u in self.units) for p in kinds]
        self.counts = [self._row(size, heads, even=even) for size in self.sizes]
        for p in kinds:
            self.cp.add(sum(row[p] for row in self.counts) == heads[p])
        self.joins = self._joined()
        self._wishes([own[slot] for own in allocation.wished])
        self._in_order()
        if not even:
            self.cp.minimize(sum(self._pairs(row[p], size) for row, size in zip(self.counts, self.sizes, strict=True)
                                 for p in kinds))  # fmt: skip

    def _row(self, size: int, heads: Sequence[int], *, even: bool) -> list[cp_model.IntVar]:
        teams, cap = len(self.sizes), self.problem.cap(size)
        low = [head // teams if even else 0 for head in heads]
        high = [min(cap, -(-head // teams)) if even else min(cap, head) for head in heads]
        row = [self.cp.new_int_var(min(a, b), b, "") for a, b in zip(low, high, strict=True)]
        self.cp.add(sum(row) == size)
        present = []
        for one in row:
            seen = self.cp.new_bool_var("")
            self.cp.add(seen <= one)
            present.append(seen)
        self.cp.add(sum(present) >= self.problem.min_professions)
        return row

    def _joined(self) -> dict[int, list[cp_model.IntVar]]:
        problem = self.problem
        several = [u for u in self.units if problem.units[u].size > 1]
        joins = {u: [self.cp.new_bool_var("") for _ in self.sizes] for u in several}
        for row in joins.values():
            self.cp.add_exactly_one(row)
        for t, row in enumerate(self.counts):
            for p, count in enumerate(row):
                inside: Any = sum(problem.units[u].professions.count(p) * joins[u][t] for u in several)
                self.cp.add(count >= inside)
        for group in problem.parted:
            together = {problem.unit_of[one] for one in group} & set(several)
            if len(together) > 1:
                for t in range(len(self.sizes)):
                    self.cp.add_at_most_one(joins[u][t] for u in sorted(together))
        return joins

    def _wishes(self, wished: Sequence[int]) -> None:
        problem = self.problem
        for w, wish in enumerate(problem.rules.wishes):
            if f"wish-{w}" in problem.dropped:
                continue
            kinds = [p for p, name in enumerate(problem.professions) if name in wish.professions]
            held = []
            for row in self.counts:
                has: Any = sum(row[p] for p in kinds)
                if wish.kind == "at-most":
                    self.cp.add(has <= wish.count)
                    continue
                holds = self.cp.new_bool_var("")
                self.cp.add(has >= wish.count).only_enforce_if(holds)
                held.append(holds)
            if wish.kind == "at-least":
                self.cp.add(sum(held) >= wished[w])

    def _in_order(self) -> None:
        """Of teams that are alike, the one with more of the first profession comes first: fewer equal answers."""
        if not self.joins:
            for t in range(1, len(self.sizes)):
                if self.sizes[t - 1] == self.sizes[t]:
                    self.cp.add(self.counts[t - 1][0] >= self.counts[t][0])

    def _pairs(self, count: cp_model.IntVar, size: int) -> cp_model.IntVar:
        pairs = self.cp.new_int_var(0, size * size, "")
        for q in range(1, size):
            self.cp.add(pairs >= q * count - q * (q + 1) // 2)
        return pairs
