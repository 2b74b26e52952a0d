"""The last steps to balance: a few teams at a time are formed anew by an integer program."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.search import Assignment, worth
from ipe_workbench.pathways.teams.slot_model import solver_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["polish"]

_TEAMS = 7
_EFFORT = 0.12


def polish(
    problem: Problem, assignment: Assignment, *, goal: tuple[int, int, int, int], rounds: int, seed: int = 0
) -> Assignment:
    """Form a few teams anew, again and again, while that makes the imbalance smaller or keeps it.

    Large neighbourhood search (Shaw 1998, doi 10.1007/3-540-49481-2_30): some teams that miss their share and some
    others keep their times and sizes; their learners are divided anew by CP-SAT, with no more pairs of one profession
    than before.
    """
    chance = random.Random(seed)  # noqa: S311 - a search, no secret
    best = assignment
    for _ in range(rounds):
        now = worth(problem, best)
        if now[:3] > goal[:3] or now[3] <= goal[3] or len(best.teams) < 2:
            break
        best = _anew(problem, best, _chosen(problem, best, chance), chance.randrange(1 << 30))
    return best


def _missed(problem: Problem, units: Sequence[int]) -> int:
    """By how much a team misses its share of points, times the number of learners; with sign."""
    size = sum(problem.units[u].size for u in units)
    return problem.learners * sum(problem.units[u].points for u in units) - size * problem.total


def _chosen(problem: Problem, assignment: Assignment, chance: random.Random) -> list[int]:
    """Two teams that miss their share, one of them by more and one by less, and others at random."""
    missed = [_missed(problem, team) for team in assignment.teams]
    off = [t for t, value in enumerate(missed) if abs(value) >= problem.learners]
    over, under = ([t for t in off if (missed[t] > 0) is side] for side in (True, False))
    every = range(len(missed))
    picked = [chance.choice(side or list(every)) for side in (over, under)]
    others = [t for t in every if t not in picked]
    near = [t for t in others if assignment.slots[t] in {assignment.slots[p] for p in picked}]
    chance.shuffle(near)
    chance.shuffle(others)
    return sorted({*picked, *near[: _TEAMS // 3], *others[: _TEAMS - 2 - _TEAMS // 3]})


def _anew(problem: Problem, assignment: Assignment, chosen: Sequence[int], seed: int) -> Assignment:
    """The assignment with the chosen teams formed anew; the same where nothing at least as good is found."""
    model = _Neighbourhood(problem, assignment, chosen)
    solver = solver_of(_EFFORT, seed)
    if solver.status_name(solver.solve(model.cp)) not in ("OPTIMAL", "FEASIBLE"):
        return assignment
    teams = list(assignment.teams)
    for t in chosen:
        teams[t] = tuple(sorted(u for u in model.units if (u, t) in model.joins and solver.value(model.joins[u, t])))
    found = Assignment(assignment.slots, tuple(teams))
    return found if worth(problem, found) <= worth(problem, assignment) else assignment


class _Neighbourhood:
    """The program that divides the learners of some teams among these teams anew."""

    def __init__(self, problem: Problem, assignment: Assignment, chosen: Sequence[int]) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.assignment = problem, assignment
        self.cp = cp_model.CpModel()
        self.units = sorted(u for t in chosen for u in assignment.teams[t])
        self.joins: dict[tuple[int, int], cp_model.IntVar] = {}
        for t in chosen:
            for u in self.units:
                if assignment.slots[t] in problem.units[u].slots:
                    self.joins[u, t] = self.cp.new_bool_var("")
                    self.cp.add_hint(self.joins[u, t], u in assignment.teams[t])
        for u in self.units:
            self.cp.add_exactly_one(self.joins[u, t] for t in chosen if (u, t) in self.joins)
        pairs = [self._makeup(t) for t in chosen]
        for t in chosen:
            self._groups(t)
        self.cp.add(sum(new for new, _ in pairs) <= sum(old for _, old in pairs))
        self.cp.minimize(sum(self._missed(t) for t in chosen))

    def _heads(self, team: int, kinds: Sequence[int]) -> tuple[Any, int]:
        """How many of these professions the team has, as it will be and as it was."""
        units = self.problem.units
        count = {u: sum(p in kinds for p in units[u].professions) for u in self.units}
        found: Any = sum(n * self.joins[u, team] for u, n in count.items() if n and (u, team) in self.joins)
        return found, sum(count[u] for u in self.assignment.teams[team])

    def _makeup(self, team: int) -> tuple[Any, int]:
        """Size, professions and wishes as before; gives the pairs of one profession, new and old."""
        problem = self.problem
        size = sum(problem.units[u].size for u in self.assignment.teams[team])
        pairs: list[Any] = []
        present: list[Any] = []
        every, old = [], 0
        for p in range(len(problem.professions)):
            inside, had = self._heads(team, [p])
            heads = self.cp.new_int_var(0, problem.cap(size), "")
            self.cp.add(heads == inside)
            every.append(heads)
            seen = self.cp.new_bool_var("")
            self.cp.add(seen <= heads)
            present.append(seen)
            pairs.append(self.cp.new_int_var(0, size * size, ""))
            for q in range(1, problem.cap(size)):
                self.cp.add(pairs[-1] >= q * heads - q * (q + 1) // 2)
            old += had * (had - 1) // 2
        self.cp.add(sum(every) == size)
        self.cp.add(sum(present) >= problem.min_professions)
        for w, wish in enumerate(problem.rules.wishes):
            if f"wish-{w}" not in problem.dropped:
                has, had = self._heads(
                    team, [p for p, name in enumerate(problem.professions) if name in wish.professions]
                )
                if wish.kind == "at-most":
                    self.cp.add(has <= wish.count)
                elif had >= wish.count:
                    self.cp.add(has >= wish.count)
        return sum(pairs), old

    def _groups(self, team: int) -> None:
        inside = set(self.units)
        for group in (*self.problem.parted, *self.problem.counted):
            both = sorted({self.problem.unit_of[one] for one in group} & inside)
            had = sum(u in self.assignment.teams[team] for u in both)
            if len(both) > 1:
                # Repeats that are there already may stay; no new ones come.
                self.cp.add(sum(self.joins[u, team] for u in both if (u, team) in self.joins) <= max(1, had))

    def _missed(self, team: int) -> Any:
        problem = self.problem
        size = sum(problem.units[u].size for u in self.assignment.teams[team])
        most = problem.learners * sum(abs(problem.units[u].points) for u in self.units) + size * abs(problem.total)
        off = self.cp.new_int_var(0, most, "")
        points: Any = sum(problem.units[u].points * self.joins[u, team] for u in self.units if (u, team) in self.joins)
        self.cp.add(off >= problem.learners * points - size * problem.total)
        self.cp.add(off >= size * problem.total - problem.learners * points)
        return off
