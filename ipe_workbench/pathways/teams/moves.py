"""The fewest moves that late changes can cost, proven by counting professions in teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.roster import Seat
from ipe_workbench.pathways.teams.slot_model import room_limits, solver_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["KeptTeams", "LeastMoves", "least_moves", "overfull"]


@dataclass(frozen=True)
class KeptTeams:
    """Teams before a change: names, slot (``None`` when it is closed), seat (slot and room), who is left, by number."""

    ids: tuple[str, ...]
    slots: tuple[int | None, ...]
    seats: tuple[tuple[str, str], ...]
    members: tuple[tuple[int, ...], ...]
    newcomers: tuple[int, ...]

    @classmethod
    def of(cls, problem: Problem, kept: Sequence[Seat]) -> KeptTeams:
        """The teams as a list of seats says them."""
        number = {one.id: at for at, one in enumerate(problem.roster.learners)}
        slot = {one.id: at for at, one in enumerate(problem.timetable.slots)}
        where = {seat.team: (seat.slot, seat.room) for seat in kept}
        members: dict[str, list[int]] = {team: [] for team in where}
        for seat in kept:
            if seat.learner in number:
                members[seat.team].append(number[seat.learner])
        seated = {one for own in members.values() for one in own}
        return cls(
            tuple(where),
            tuple(slot.get(at) for at, _ in where.values()),
            tuple(where.values()),
            tuple(tuple(own) for own in members.values()),
            tuple(one for one in range(problem.learners) if one not in seated),
        )

    def pairs(self, ids: Sequence[str]) -> set[frozenset[str]]:
        """Those who are in one team."""
        return {frozenset((ids[a], ids[b])) for own in self.members for a, b in combinations(own, 2)}

    def spare(self, problem: Problem) -> int:
        """How many new teams to allow: those that must be or that newcomers can fill, and one more."""
        needed = max(-(-problem.learners // max(problem.sizes)), problem.rules.teams or 0) - len(self.ids)
        return max(0, needed, len(self.newcomers) // min(problem.sizes)) + 1


def overfull(problem: Problem, kept: KeptTeams) -> set[int]:
    """The slots that have fewer rooms than teams of the sizes that meet there."""
    full = set()
    for s in range(len(problem.timetable.slots)):
        sizes = [len(own) for own, at in zip(kept.members, kept.slots, strict=True) if at == s]
        if any(sum(size >= z for size in sizes) > rooms for z, rooms in room_limits(problem, s)):
            full.add(s)
    return full


@dataclass(frozen=True)
class LeastMoves:
    """What no mending can go below: learners with another team or time, and learners with another team.

    The second bound holds where the first is reached. `slots` is where each team meets then, ``None`` for one that is
    gone.
    """

    moved: int
    changed: int
    slots: tuple[int | None, ...]


def least_moves(problem: Problem, kept: KeptTeams, *, effort: float, seed: int) -> LeastMoves | None:
    """Bounds of the moves; ``None`` when no mending is possible.

    Learners of one profession count alike and could go to any team, whoever is there: a relaxation, so a bound.
    """
    model = _Counts(problem, kept)
    bounds = [0, 0]
    slots: tuple[int | None, ...] = kept.slots
    for at, objective in enumerate((model.moved, model.changed)):
        model.cp.minimize(objective)
        solver = solver_of(effort, seed)
        status = solver.status_name(solver.solve(model.cp))
        if status == "INFEASIBLE":
            return None
        if status == "UNKNOWN":
            break
        bounds[at] = max(0, round(solver.best_objective_bound))
        slots = tuple(next((s for s, one in row.items() if solver.value(one)), None) for row in model.here)
        model.cp.add(objective <= round(solver.objective_value))
        if status != "OPTIMAL":
            break
    return LeastMoves(bounds[0], bounds[1], slots)


class _Counts:
    """How many of each profession leave and join each team, and which teams meet at another time."""

    def __init__(self, problem: Problem, kept: KeptTeams) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.kept = problem, kept
        self.cp = cp_model.CpModel()
        self.slots = range(len(problem.timetable.slots))
        self.kinds = range(len(problem.professions))
        self.leave: list[list[Any]] = []
        self.join: list[list[Any]] = []
        self.moved: Any = 0
        self.changed: Any = 0
        self.active: list[cp_model.IntVar] = []
        self.here: list[dict[int, cp_model.IntVar]] = []
        self.large: list[dict[int, cp_model.IntVar]] = []
        new = [()] * kept.spare(problem)
        for own, home in zip([*kept.members, *new], [*kept.slots, *[None] * len(new)], strict=True):
            self._team(own, home)
        for p in self.kinds:
            coming = sum(problem.profession[one] == p for one in kept.newcomers)
            self.cp.add(sum(row[p] for row in self.leave) + coming == sum(row[p] for row in self.join))
        for s in self.slots:
            for z, rooms in room_limits(problem, s):
                self.cp.add(sum(self._needs(t, s, z) for t in range(len(self.active))) <= rooms)
        if problem.rules.teams is not None:
            self.cp.add(sum(self.active) == problem.rules.teams)

    def _team(self, own: Sequence[int], home: int | None) -> None:
        """The variables and rules of one team."""
        problem = self.problem
        active = self.cp.new_bool_var("")
        here = {s: self.cp.new_bool_var("") for s in self.slots}
        self.cp.add(sum(here.values()) == active)
        had = Counter(problem.profession[one] for one in own)
        leave: list[Any] = [self.cp.new_int_var(0, had[p], "") for p in self.kinds]
        join: list[Any] = [self.cp.new_int_var(0, max(problem.sizes), "") for p in self.kinds]
        heads = [had[p] - leave[p] + join[p] for p in self.kinds]
        sizes = {z: self.cp.new_bool_var("") for z in problem.sizes}
        self.cp.add(sum(sizes.values()) == active)
        self.cp.add(sum(heads) == sum(z * one for z, one in sizes.items()))
        present = []
        for one in heads:
            self.cp.add(one <= sum(problem.cap(z) * has for z, has in sizes.items()))
            seen = self.cp.new_bool_var("")
            self.cp.add(seen <= one)
            present.append(seen)
        self.cp.add(sum(present) >= problem.min_professions * active)
        self._wishes(heads, active)
        for s in self.slots:
            away = Counter(problem.profession[one] for one in own if s not in problem.units[problem.unit_of[one]].slots)
            for p, count in away.items():
                self.cp.add(leave[p] >= count * here[s])
        stay = self.cp.new_int_var(0, len(own), "")
        self.cp.add(stay <= len(own) - sum(leave))
        self.cp.add(stay <= len(own) * (here[home] if home is not None else 0))
        self.moved += len(own) - stay
        self.changed += sum(leave)
        self.leave.append(leave)
        self.join.append(join)
        self.active.append(active)
        self.here.append(here)
        self.large.append(sizes)

    def _wishes(self, heads: Sequence[Any], active: cp_model.IntVar) -> None:
        for wish in self.problem.rules.wishes:
            has = sum(heads[p] for p, name in enumerate(self.problem.professions) if name in wish.professions)
            if wish.kind == "at-most":
                self.cp.add(has <= wish.count)
            elif wish.teams is None:
                self.cp.add(has >= wish.count * active)

    def _needs(self, team: int, slot: int, size: int) -> Any:
        here = self.here[team][slot]
        if size <= min(self.problem.sizes):
            return here
        both = self.cp.new_bool_var("")
        self.cp.add(both >= here + sum(one for z, one in self.large[team].items() if z >= size) - 1)
        return both
