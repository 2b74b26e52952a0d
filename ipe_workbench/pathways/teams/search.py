"""Which learner joins which team: a local search that swaps learners, and keeps what is best and allowed."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ipe_workbench.pathways.teams.allocation import Allocation
from ipe_workbench.pathways.teams.composition import Composition
from ipe_workbench.pathways.teams.problem import Problem
from ipe_workbench.pathways.teams.slot_model import imbalance_of

__all__ = ["Assignment", "search", "worth"]

#: What a pair costs that must not be in one team, in points of imbalance: more than a swap can gain.
_FORBIDDEN, _REPEATED = 60.0, 40.0
#: Points of imbalance at which the search ends, and those at which its rounds begin, each with its share of the steps.
_COLD = 0.08
_ROUNDS = ((6.0, 0.15), (0.8, 0.35), (0.8, 0.3), (0.4, 0.2))


@dataclass(frozen=True)
class Assignment:
    """The slot and the units of each team."""

    slots: tuple[int, ...]
    teams: tuple[tuple[int, ...], ...]


def worth(problem: Problem, assignment: Assignment) -> tuple[int, int, int, int]:
    """(forbidden pairs, repeats, pairs of one profession, imbalance): the smaller, in this order, the better."""
    parted, counted = pairs_of(problem, problem.parted), pairs_of(problem, problem.counted)
    forbidden = repeats = pairs = imbalance = 0
    for units in assignment.teams:
        members = [one for u in units for one in problem.units[u].members]
        for one, other in combinations(sorted(units), 2):
            forbidden += parted.get((one, other), 0)
            repeats += counted.get((one, other), 0)
        repeats += sum(counted.get((u, u), 0) for u in units)
        heads: dict[int, int] = defaultdict(int)
        for one in members:
            pairs += heads[problem.profession[one]]
            heads[problem.profession[one]] += 1
        if problem.step:
            imbalance += imbalance_of(sum(problem.points[one] for one in members), len(members), problem)
    return forbidden, repeats, pairs, imbalance


def search(
    problem: Problem,
    allocation: Allocation,
    compositions: Sequence[Composition],
    *,
    goal: tuple[int, int, int, int],
    steps: int,
    seed: int = 0,
) -> Assignment:
    """Fill the teams and swap units until the goal is reached or the steps are used up.

    Parameters
    ----------
    goal : tuple of int
        The `worth` below which nothing can be; the search ends when it gets there.
    steps : int
        Swaps to try. The answer depends on them and on the seed alone, not on the machine.

    Notes
    -----
    Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983, doi 10.1126/science.220.4598.671). A swap exchanges units
    of the same professions between two teams, or single learners of two professions where no rule breaks and no pair
    of one profession is added; so what teams are made up of stays as good as it was.
    """
    state = _State(problem, allocation, compositions, random.Random(seed))  # noqa: S311 - a search, no secret
    state.anneal(goal, steps)
    return state.best


def pairs_of(problem: Problem, groups: Sequence[Sequence[int]]) -> dict[tuple[int, int], int]:
    """How many pairs of learners two units (or one within itself) have in common groups."""
    seen = {tuple(sorted(pair)) for group in groups for pair in combinations(group, 2)}
    found: dict[tuple[int, int], int] = defaultdict(int)
    for one, other in sorted(seen):
        units = sorted((problem.unit_of[one], problem.unit_of[other]))
        found[units[0], units[1]] += 1
    return dict(found)


class _State:
    """Teams while they are searched."""

    def __init__(
        self, problem: Problem, allocation: Allocation, compositions: Sequence[Composition], chance: random.Random
    ) -> None:
        self.problem, self.chance = problem, chance
        self.slots: list[int] = []
        self.teams: list[list[int]] = []
        self.team_of = [0] * len(problem.units)
        for slot, composition in enumerate(compositions):
            self._fill(allocation, slot, composition)
        self.sizes = [sum(problem.units[u].size for u in team) for team in self.teams]
        self._count()
        self.best = self._placed(self.team_of)
        self.worth = worth(problem, self.best)

    def anneal(self, goal: tuple[int, int, int, int], steps: int) -> None:
        """Swap until the goal is reached: once from warm to cold, then from the best so far, less warm each time."""
        if self.worth <= goal or len(self.teams) < 2:
            return
        for number, (heat, share) in enumerate(_ROUNDS):
            if self._round(goal, round(steps * share), heat, within=number == 0):
                return
            self._resume(self.best)

    def _round(self, goal: tuple[int, int, int, int], steps: int, heat: float, *, within: bool) -> bool:
        """One cooling; `within` slots only, whose shares of points are level at the start and soon lost to heat."""
        chance = self.chance.random
        units, problem = self.problem.units, self.problem
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for u, unit in enumerate(units):
            alike[unit.professions].append(u)
        near = self._near()
        near_share, mixed_from = (0.85, 0.85) if within else (0.6, 0.9)
        singles = [u for u, unit in enumerate(units) if unit.size == 1]
        n, total = problem.learners, problem.total
        shares = [size * total for size in self.sizes]
        cost_now = self._cost()
        goal_cost = self._goal_cost(goal)
        best_cost, best_teams = cost_now, self.team_of[:]
        fall = (_COLD / heat) ** (1 / max(1, steps))
        team_of, points, conflicts, weights = self.team_of, self.points, self.conflicts, self.weights
        every = len(units)
        for _ in range(steps):
            heat *= fall
            u = int(chance() * every)
            unit = units[u]
            mixed = False
            if (luck := chance()) < near_share:
                pool = near[self.slots[team_of[u]], unit.professions]
            elif luck < mixed_from or unit.size > 1:
                pool = alike[unit.professions]
            else:
                pool, mixed = singles, True
            v = pool[int(chance() * len(pool))]
            a, b = team_of[u], team_of[v]
            if a == b:
                continue
            other = units[v]
            if self.slots[a] != self.slots[b] and (
                within or self.slots[b] not in unit.slots or self.slots[a] not in other.slots
            ):
                continue
            gain = other.points - unit.points
            change = (
                abs(n * (points[a] + gain) - shares[a]) - abs(n * points[a] - shares[a])
                + abs(n * (points[b] - gain) - shares[b]) - abs(n * points[b] - shares[b])
            ) / n  # fmt: skip
            change += conflicts[u][b] + conflicts[v][a] - conflicts[u][a] - conflicts[v][b]
            if weights[u]:
                change -= 2 * weights[u].get(v, 0.0)
            if change > 0 and chance() >= math.exp(-change / heat):
                continue
            if mixed and unit.professions != other.professions and not self._may_mix(u, v):
                continue
            self._swap(u, v)
            if self.slots[a] != self.slots[b]:
                self._changed_slot(near, u, v)
            cost_now += change
            if cost_now < best_cost - 1e-9:
                best_cost = cost_now
                if heat < 1.0 or best_cost <= goal_cost + 1e-6:
                    best_teams = team_of[:]
                if best_cost <= goal_cost + 1e-6:
                    self._keep(best_teams)
                    if self.worth <= goal:
                        return True
        # The last teams may have fewer pairs of one profession, which the cost does not count.
        self._keep(best_teams)
        self._keep(team_of)
        return self.worth <= goal

    def _near(self) -> dict[tuple[int, tuple[int, ...]], list[int]]:
        """Units by slot and professions."""
        found: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
        for u, t in enumerate(self.team_of):
            found[self.slots[t], self.problem.units[u].professions].append(u)
        return found

    def _changed_slot(self, near: dict[tuple[int, tuple[int, ...]], list[int]], u: int, v: int) -> None:
        """Note that u and v have come to each other's slot."""
        for one, other in ((u, v), (v, u)):
            kind = self.problem.units[one].professions
            near[self.slots[self.team_of[other]], kind].remove(one)
            near[self.slots[self.team_of[one]], kind].append(one)

    def _fill(self, allocation: Allocation, slot: int, composition: Composition) -> None:
        """Teams of one slot, filled at random as their composition says."""
        problem = self.problem
        first = len(self.teams)
        here = [u for u, at in enumerate(allocation.slot_of) if at == slot]
        waiting: dict[int, list[int]] = defaultdict(list)
        for u in here:
            if problem.units[u].size == 1:
                waiting[problem.units[u].professions[0]].append(u)
        for own in waiting.values():
            self.chance.shuffle(own)
        for number, counts in enumerate(composition.counts):
            joined = [u for u, t in composition.joined.items() if t == number]
            team = list(joined)
            for p, count in enumerate(counts):
                left = count - sum(problem.units[u].professions.count(p) for u in joined)
                team += [waiting[p].pop() for _ in range(left)]
            self.slots.append(slot)
            self.teams.append(team)
            for u in team:
                self.team_of[u] = first + number

    def _resume(self, assignment: Assignment) -> None:
        """Go on from there."""
        self.teams = [list(team) for team in assignment.teams]
        for t, team in enumerate(self.teams):
            for u in team:
                self.team_of[u] = t
        self._count()

    def _count(self) -> None:
        """What is kept of each team besides who is in it."""
        units = self.problem.units
        self.points = [sum(units[u].points for u in team) for team in self.teams]
        self.heads = [[0] * len(self.problem.professions) for _ in self.teams]
        for t, team in enumerate(self.teams):
            for u in team:
                for p in units[u].professions:
                    self.heads[t][p] += 1
        self._mates()

    def _mates(self) -> None:
        """What each unit would cost in each team, by those whom it must not or should not meet."""
        self.weights: list[dict[int, float]] = [{} for _ in self.problem.units]
        weighted = ((_FORBIDDEN, self.problem.parted), (_REPEATED, self.problem.counted))
        for weight, groups in weighted:
            for (one, other), count in pairs_of(self.problem, groups).items():
                if one != other:
                    for here, there in ((one, other), (other, one)):
                        self.weights[here][there] = self.weights[here].get(there, 0.0) + weight * count
        self.conflicts = [[0.0] * len(self.teams) for _ in self.problem.units]
        for u, mates in enumerate(self.weights):
            for v, weight in mates.items():
                self.conflicts[u][self.team_of[v]] += weight

    def _swap(self, u: int, v: int) -> None:
        a, b = self.team_of[u], self.team_of[v]
        for one, old, new in ((u, a, b), (v, b, a)):
            unit = self.problem.units[one]
            self.teams[old].remove(one)
            self.teams[new].append(one)
            self.team_of[one] = new
            self.points[old] -= unit.points
            self.points[new] += unit.points
            for p in unit.professions:
                self.heads[old][p] -= 1
                self.heads[new][p] += 1
            for mate, weight in self.weights[one].items():
                self.conflicts[mate][old] -= weight
                self.conflicts[mate][new] += weight

    def _may_mix(self, u: int, v: int) -> bool:
        """Whether swapping two single learners of two professions keeps every rule and adds no pair."""
        problem = self.problem
        a, b = self.team_of[u], self.team_of[v]
        p, q = problem.units[u].professions[0], problem.units[v].professions[0]
        more = (self.heads[a][q] - self.heads[a][p] + 1) + (self.heads[b][p] - self.heads[b][q] + 1)
        if more > 0:
            return False
        for team, gone, come in ((a, p, q), (b, q, p)):
            heads = self.heads[team][:]
            heads[gone] -= 1
            heads[come] += 1
            if heads[come] > problem.cap(self.sizes[team]) or sum(map(bool, heads)) < problem.min_professions:
                return False
            if any(_breaks(problem, w, self.heads[team], heads) for w in range(len(problem.rules.wishes))):
                return False
        return True

    def _cost(self) -> float:
        n = max(1, self.problem.learners)
        gap = sum(imbalance_of(p, z, self.problem) for p, z in zip(self.points, self.sizes, strict=True)) / n
        return gap + sum(self.conflicts[u][t] for u, t in enumerate(self.team_of)) / 2

    def _goal_cost(self, goal: tuple[int, int, int, int]) -> float:
        return goal[3] / max(1, self.problem.learners) + goal[1] * _REPEATED

    def _placed(self, team_of: Sequence[int]) -> Assignment:
        teams: list[list[int]] = [[] for _ in self.slots]
        for u, t in enumerate(team_of):
            teams[t].append(u)
        return Assignment(tuple(self.slots), tuple(map(tuple, teams)))

    def _keep(self, team_of: Sequence[int]) -> None:
        now = self._placed(team_of)
        value = worth(self.problem, now)
        if value < self.worth:
            self.best, self.worth = now, value


def _breaks(problem: Problem, number: int, before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether a wish that held for the team, or must hold for each, no longer does."""
    wish = problem.rules.wishes[number]
    if f"wish-{number}" in problem.dropped:
        return False
    kinds = [p for p, name in enumerate(problem.professions) if name in wish.professions]
    had, has = (sum(heads[p] for p in kinds) for heads in (before, after))
    if wish.kind == "at-most":
        return has > wish.count
    return had >= wish.count > has
