"""Every learner and every team in one integer program: exact, for small rosters and for what the search leaves open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.search import Assignment
from ipe_workbench.pathways.teams.slot_model import LEVELS, Level, room_limits, solver_of, teams_value

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Exact", "TeamModel", "is_small", "solve_exactly"]

#: Up to so many pairs of a unit and a team the program is solved to the end.
_SMALL = 600


@dataclass(frozen=True)
class Exact:
    """The answer: `feasible` is ``None`` when the effort ran out before either was proven.

    `bounds` is, by level, what no teams can go below that are within the `limits` of the levels before it.
    """

    feasible: bool | None
    assignment: Assignment | None = None
    bounds: dict[Level, int] = field(default_factory=dict)
    limits: dict[Level, int] = field(default_factory=dict)


def is_small(problem: Problem) -> bool:
    """Whether the program settles the problem in a moment."""
    return len(problem.units) * (problem.learners // problem.rules.min_size) <= _SMALL


def solve_exactly(
    problem: Problem,
    *,
    levels: Sequence[Level] = LEVELS,
    start: Assignment | None = None,
    effort: float = 10.0,
    seed: int = 0,
) -> Exact:
    """Form teams by one integer program, best in each level in turn.

    `start` is where the search begins; `effort` is deterministic seconds of CP-SAT for each level. The program has
    units times teams variables, so this is for some hundreds of them; more only to ask whether it is possible.
    """
    if problem.learners < min(problem.sizes) or any(not unit.slots for unit in problem.units):
        return Exact(False)
    most = problem.learners // min(problem.sizes)
    if "teams" not in problem.dropped and problem.rules.teams is not None:
        most = min(most, problem.rules.teams)
    every = range(len(problem.timetable.slots))
    # A team is called after the first of its units, so that no unit is in a team called after a later one.
    model = TeamModel(problem, [every] * most, lambda u, t: t <= u)
    if start:
        model.start(sorted(start.teams, key=min))
    bounds: dict[Level, int] = {}
    limits: dict[Level, int] = {}
    found: Assignment | None = None
    for level in levels or (None,):
        objective: Any = 0 if level is None else model.objective(level)
        if isinstance(objective, int) and level is not None:
            bounds[level] = limits[level] = objective
            continue
        if level is not None:
            model.cp.minimize(objective)
        solver = solver_of(effort, seed)
        status = solver.status_name(solver.solve(model.cp))
        if status == "INFEASIBLE":
            return Exact(False)
        if status not in ("OPTIMAL", "FEASIBLE"):
            return Exact(None if found is None else True, found, bounds, limits)
        found = model.assignment(solver)
        if level is not None:
            bounds[level] = round(solver.best_objective_bound)
            limits[level] = round(solver.objective_value)
            model.cp.add(objective <= limits[level])
        model.hint(solver)
    return Exact(True, found, bounds, limits)


class TeamModel:
    """The integer program of learners in teams.

    Parameters
    ----------
    slots_of : sequence of sequence of int
        For each team the slots in which it may meet.
    may_join : callable
        Whether a unit may be in a team, besides being available.
    ordered_from : int
        Teams from that number on are alike, and are used in their order.
    company : callable, optional
        Adds what parts learners to one team; by default no two of a group that is to be parted.
    """

    def __init__(
        self,
        problem: Problem,
        slots_of: Sequence[Sequence[int]],
        may_join: Callable[[int, int], bool],
        *,
        ordered_from: int = 0,
        company: Callable[[TeamModel, Sequence[int], int], None] | None = None,
    ) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.cp = cp_model.CpModel()
        self.teams = range(len(slots_of))
        self.slots = range(len(problem.timetable.slots))
        self.active = [self.cp.new_bool_var("") for _ in self.teams]
        self.meets = [
            {s: self.active[t] if len(slots_of[t]) == 1 else self.cp.new_bool_var("") for s in slots_of[t]}
            for t in self.teams
        ]
        self.joins = [
            [
                self.cp.new_bool_var("") if may_join(u, t) and set(unit.slots) & set(slots_of[t]) else None
                for t in self.teams
            ]
            for u, unit in enumerate(problem.units)
        ]
        self.heads = [[self._count(t, [p]) for p in range(len(problem.professions))] for t in self.teams]
        self.size = [sum(row) for row in self.heads]
        self.has_size: list[dict[int, cp_model.IntVar]] = []
        self._membership(company or TeamModel.part)
        self._sizes(ordered_from)
        self._times()
        self._wishes()

    def objective(self, level: Level) -> Any:
        """What the level makes least; 0 when there is nothing to choose."""
        problem = self.problem
        match level:
            case "teams":
                wanted = problem.rules.wanted_teams(problem.learners)
                off = self.cp.new_int_var(0, problem.learners + wanted, "")
                self.cp.add_abs_equality(off, sum(self.active) - wanted)
                return teams_value(problem, off, (pair for row in self.has_size for pair in row.items()))
            case "repeats":
                return self._pairs(problem.counted) if problem.counted else 0
            case "pairs":
                kinds = range(len(problem.professions))
                return self._pairs([[i for i, own in enumerate(problem.profession) if own == p] for p in kinds])
            case "imbalance":
                return self._imbalance() if problem.step else 0

    def assignment(self, solver: cp_model.CpSolver) -> Assignment:
        """The teams that the solver found."""
        slots, teams = [], []
        for t in self.teams:
            if solver.value(self.active[t]):
                slots.append(next(s for s, here in self.meets[t].items() if solver.value(here)))
                inside = (u for u, row in enumerate(self.joins) if (one := row[t]) is not None and solver.value(one))
                teams.append(tuple(inside))
        return Assignment(tuple(slots), tuple(teams))

    def hint(self, solver: cp_model.CpSolver) -> None:
        """Begin the next search where this one ended."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for row in self.joins:
            for one in row:
                if one is not None:
                    self.cp.add_hint(one, solver.value(one))

    def start(self, teams: Sequence[Sequence[int]]) -> None:
        """Begin the search with these teams."""
        team_of = {u: t for t, team in enumerate(teams) for u in team}
        for u, row in enumerate(self.joins):
            for t, one in enumerate(row):
                if one is not None:
                    self.cp.add_hint(one, team_of.get(u) == t)

    def part(self, group: Sequence[int], team: int) -> None:
        """No two of the group in the team."""
        inside = [self.joins[u][team] for u in sorted({self.problem.unit_of[one] for one in group})]
        self.cp.add_at_most_one(one for one in inside if one is not None)

    def _count(self, team: int, kinds: Sequence[int]) -> Any:
        """How many learners of these professions the team has."""
        inside = []
        for u, unit in enumerate(self.problem.units):
            count = sum(p in kinds for p in unit.professions)
            joins = self.joins[u][team]
            if count and joins is not None:
                inside.append(count * joins)
        return sum(inside)

    def _membership(self, company: Callable[[TeamModel, Sequence[int], int], None]) -> None:
        problem = self.problem
        for row in self.joins:
            self.cp.add_exactly_one(one for one in row if one is not None)
        for group in problem.parted:
            if len({problem.unit_of[one] for one in group}) < len(group) and company is TeamModel.part:
                self.cp.add_bool_or([])  # Two who must be apart are kept together.
            for t in self.teams:
                company(self, group, t)

    def _sizes(self, ordered_from: int) -> None:
        problem = self.problem
        for t in self.teams:
            has = {z: self.cp.new_bool_var("") for z in problem.sizes}
            self.has_size.append(has)
            self.cp.add(sum(has.values()) == self.active[t])
            self.cp.add(self.size[t] == sum(z * one for z, one in has.items()))
            present = []
            for heads in self.heads[t]:
                if isinstance(heads, int):
                    continue
                self.cp.add(heads <= sum(problem.cap(z) * one for z, one in has.items()))
                seen = self.cp.new_bool_var("")
                self.cp.add(seen <= heads)
                present.append(seen)
            self.cp.add(sum(present) >= problem.min_professions * self.active[t])
            if t > ordered_from:
                self.cp.add_implication(self.active[t], self.active[t - 1])
        if "teams" not in problem.dropped and problem.rules.teams is not None:
            self.cp.add(sum(self.active) == problem.rules.teams)

    def _times(self) -> None:
        problem = self.problem
        for t in self.teams:
            if len(self.meets[t]) != 1:
                self.cp.add(sum(self.meets[t].values()) == self.active[t])
            for u, unit in enumerate(problem.units):
                joins = self.joins[u][t]
                if joins is not None and not self.meets[t].keys() <= set(unit.slots):
                    self.cp.add_bool_or(*(here for s, here in self.meets[t].items() if s in unit.slots), ~joins)
        for s in self.slots:
            for z, rooms in room_limits(problem, s):
                self.cp.add(sum(self._large(t, s, z) for t in self.teams if s in self.meets[t]) <= rooms)

    def _large(self, team: int, slot: int, size: int) -> cp_model.IntVar:
        """At least one when the team meets in the slot and has at least that size."""
        here = self.meets[team][slot]
        if size <= min(self.problem.sizes):
            return here
        both = self.cp.new_bool_var("")
        bigger = [one for other, one in self.has_size[team].items() if other >= size]
        self.cp.add(both >= here + sum(bigger) - 1)
        return both

    def _wishes(self) -> None:
        problem = self.problem
        for w, wish in enumerate(problem.rules.wishes):
            if f"wish-{w}" in problem.dropped:
                continue
            kinds = [p for p, name in enumerate(problem.professions) if name in wish.professions]
            held = []
            for t in self.teams:
                has = sum(self.heads[t][p] for p in kinds)
                if wish.kind == "at-most":
                    self.cp.add(has <= wish.count)
                    continue
                holds = self.cp.new_bool_var("")
                self.cp.add(has >= wish.count * holds)
                self.cp.add_implication(holds, self.active[t])
                if wish.teams is None:
                    self.cp.add_implication(self.active[t], holds)
                held.append(holds)
            if wish.teams is not None:
                self.cp.add(sum(held) >= wish.teams)

    def _pairs(self, groups: Sequence[Sequence[int]]) -> Any:
        problem = self.problem
        found = []
        for group in groups:
            top = min(len(group), max(problem.sizes))
            for t in self.teams:
                weights: dict[int, int] = {}
                for one in group:
                    weights[problem.unit_of[one]] = weights.get(problem.unit_of[one], 0) + 1
                inside = [n * joins for u, n in weights.items() if (joins := self.joins[u][t]) is not None]
                if not inside:
                    continue
                pairs = self.cp.new_int_var(0, top * top, "")
                found.append(pairs)
                for q in range(1, top):
                    self.cp.add(pairs >= q * sum(inside) - q * (q + 1) // 2)
        return sum(found)

    def _imbalance(self) -> Any:
        problem = self.problem
        largest = problem.learners * sum(abs(unit.points) for unit in problem.units) + problem.learners**2
        missed = []
        for t in self.teams:
            points: Any = sum(
                unit.points * joins for unit, row in zip(problem.units, self.joins, strict=True)
                if (joins := row[t]) is not None
            )  # fmt: skip
            off = self.cp.new_int_var(0, largest, "")
            exact = problem.learners * points - problem.total * self.size[t]
            self.cp.add(off >= exact)
            self.cp.add(off >= -exact)
            missed.append(off)
        return sum(missed)
