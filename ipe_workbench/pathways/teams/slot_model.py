"""The integer program over slots: how many teams of each size and which units come in each slot.

There is no team in it, only slots. It is a relaxation of forming teams, so what is impossible here is impossible, and
its optimum bounds every choice of teams (docs/teams.md). Every constraint is linear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ipe_workbench.pathways.teams.problem import Problem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["LEVELS", "Level", "SlotModel", "imbalance_of", "lines_below", "room_limits", "solver_of", "teams_value"]

#: What is made best, in this order: each only among the choices that are best in those before it.
Level = Literal["teams", "repeats", "pairs", "imbalance"]
LEVELS: tuple[Level, ...] = ("teams", "repeats", "pairs", "imbalance")


class SlotModel:
    """The integer program of one problem. `contradicts` says that it has no answer, before any search."""

    def __init__(self, problem: Problem) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.cp = cp_model.CpModel()
        self.variables: list[cp_model.IntVar] = []
        self.slots = range(len(problem.timetable.slots))
        most = problem.learners // min(problem.sizes)
        self.number = {(s, z): self._whole(most) for s in self.slots for z in problem.sizes}
        self.teams = {s: sum(self.number[s, z] for z in problem.sizes) for s in self.slots}
        self.place = {(u, s): self._whole(1) for u, unit in enumerate(problem.units) for s in unit.slots}
        self.wished = {(w, s): self._whole(most) for w in range(len(problem.rules.wishes)) for s in self.slots}
        self.contradicts = self._impossible_unit() or not self.slots
        if not self.contradicts:
            self._units_and_sizes()
            self._professions()
            self._wishes()
            self._groups()

    def objective(self, level: Level) -> Any:
        """What the level makes least; ``None`` when there is nothing to choose."""
        problem = self.problem
        match level:
            case "teams":
                wanted = problem.rules.wanted_teams(problem.learners)
                off = self._whole(problem.learners + wanted)
                total = self._whole(problem.learners)
                self.cp.add(total == sum(self.teams.values()))
                self.cp.add(off >= total - wanted)
                self.cp.add(off >= wanted - total)
                return teams_value(problem, off, ((z, one) for (_, z), one in self.number.items()))
            case "repeats":
                return self._pairs(problem.counted) if problem.counted else None
            case "pairs":
                kinds = [
                    [i for i, p in enumerate(problem.profession) if p == k] for k in range(len(problem.professions))
                ]
                return self._pairs(kinds)
            case "imbalance":
                return self._imbalance() if problem.step else None

    def given(self, before: Problem, rule: str) -> Any:
        """By how much the rule, which is dropped here and stands in the problem `before`, is broken."""
        if rule.startswith("wish-"):
            return self._without_wish(before, int(rule.removeprefix("wish-")))
        if rule == "sizes":
            return sum(z * one for (_, z), one in self.number.items() if z not in before.sizes)
        if rule == "availability":
            # Units have the same numbers with and without the rule.
            return sum(
                self.problem.units[u].size * here
                for (u, s), here in self.place.items() if s not in before.units[u].slots
            )  # fmt: skip
        if rule == "rooms":
            extra = []
            for s in self.slots:
                more = self._whole(self.problem.learners)
                extra.append(more)
                for z, rooms in room_limits(before, s):
                    self.cp.add(sum(one for (t, y), one in self.number.items() if t == s and y >= z) <= rooms + more)
            return sum(extra)
        return self._pairs(before.apart if rule == "apart" else before.old)

    def _without_wish(self, before: Problem, number: int) -> Any:
        """Teams that go without the wish, or lack in the number that was asked for."""
        wish = before.rules.wishes[number]
        kinds = {p for p, name in enumerate(before.professions) if name in wish.professions}
        held = []
        for s in self.slots:
            here = self._learners(s, [i for i, p in enumerate(before.profession) if p in kinds])
            holds = self._whole(before.learners)
            self.cp.add(here >= wish.count * holds)
            self.cp.add(holds <= self.teams[s])
            held.append(holds)
        lack = self._whole(before.learners + (wish.teams or 0))
        self.cp.add(lack >= (sum(self.teams.values()) if wish.teams is None else wish.teams) - sum(held))
        return lack

    def hint(self, values: Sequence[int]) -> None:
        """Begin the next search where the last one ended."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for variable, value in zip(self.variables, values, strict=False):
            self.cp.add_hint(variable, value)

    def _whole(self, most: int) -> cp_model.IntVar:
        variable = self.cp.new_int_var(0, most, "")
        self.variables.append(variable)
        return variable

    def _impossible_unit(self) -> bool:
        """Whether some unit fits no slot or no team, or joins whom a rule parts."""
        problem = self.problem
        for unit in problem.units:
            most = max(unit.professions.count(p) for p in unit.professions)
            if not unit.slots or not any(z >= unit.size and problem.cap(z) >= most for z in problem.sizes):
                return True
        return any(len({problem.unit_of[one] for one in group}) < len(group) for group in problem.parted)

    def _units_and_sizes(self) -> None:
        problem = self.problem
        for u, unit in enumerate(problem.units):
            self.cp.add_exactly_one(self.place[u, s] for s in unit.slots)
        for s in self.slots:
            here = [u for u, unit in enumerate(problem.units) if s in unit.slots]
            heads = sum(problem.units[u].size * self.place[u, s] for u in here)
            self.cp.add(heads == sum(z * self.number[s, z] for z in problem.sizes))
            for z, rooms in room_limits(problem, s):
                self.cp.add(sum(self.number[s, other] for other in problem.sizes if other >= z) <= rooms)
            large = [u for u in here if 2 * problem.units[u].size > max(problem.sizes)]
            if large:
                self.cp.add(sum(self.place[u, s] for u in large) <= self.teams[s])
            for u in here:
                unit = problem.units[u]
                if unit.size > 1:
                    most = max(unit.professions.count(p) for p in unit.professions)
                    fits = [z for z in problem.sizes if z >= unit.size and problem.cap(z) >= most]
                    self.cp.add(sum(self.number[s, z] for z in fits) >= self.place[u, s])
        if problem.rules.teams is not None and "teams" not in problem.dropped:
            self.cp.add(sum(self.teams.values()) == problem.rules.teams)

    def _professions(self) -> None:
        problem = self.problem
        for s in self.slots:
            present = []
            for p in range(len(problem.professions)):
                here = self._learners(s, [i for i, own in enumerate(problem.profession) if own == p])
                self.cp.add(here <= sum(problem.cap(z) * self.number[s, z] for z in problem.sizes))
                seen = self._whole(problem.learners)
                self.cp.add(seen <= here)
                self.cp.add(seen <= self.teams[s])
                present.append(seen)
            self.cp.add(sum(present) >= problem.min_professions * self.teams[s])

    def _wishes(self) -> None:
        problem = self.problem
        for w, wish in enumerate(problem.rules.wishes):
            if f"wish-{w}" in problem.dropped:
                for s in self.slots:
                    self.cp.add(self.wished[w, s] == 0)
                continue
            kinds = {p for p, name in enumerate(problem.professions) if name in wish.professions}
            for s in self.slots:
                here = self._learners(s, [i for i, p in enumerate(problem.profession) if p in kinds])
                if wish.kind == "at-most":
                    self.cp.add(here <= wish.count * self.teams[s])
                    self.cp.add(self.wished[w, s] == self.teams[s])
                    continue
                self.cp.add(here >= wish.count * self.wished[w, s])
                self.cp.add(self.wished[w, s] <= self.teams[s])
                if wish.teams is None:
                    self.cp.add(self.wished[w, s] == self.teams[s])
            if wish.teams is not None:
                self.cp.add(sum(self.wished[w, s] for s in self.slots) >= wish.teams)

    def _groups(self) -> None:
        """No slot can hold more of a group that is to be parted than it has teams."""
        for group in self.problem.parted:
            for s in self.slots:
                self.cp.add(self._learners(s, group) <= self.teams[s])

    def _learners(self, slot: int, learners: Sequence[int]) -> Any:
        """How many of these learners come in the slot."""
        problem = self.problem
        count = Counter(problem.unit_of[learner] for learner in learners)
        return sum(times * self.place[u, slot] for u, times in count.items() if (u, slot) in self.place)

    def _pairs(self, groups: Sequence[Sequence[int]]) -> Any:
        """The fewest pairs of one group in one team.

        For every whole q, c (c - 1) / 2 >= q c - q (q + 1) / 2; summed over the teams of a slot that bounds the pairs
        by the number of learners and of teams alone, and the largest of these bounds is what spreading the learners
        evenly gives. A unit of several learners of the group adds what its team has above the line,
        (c - q) (c - q - 1) / 2: for c > q that only grows with c, and two such units in one team are further above it
        than both apart.
        """
        found = []
        for group in groups:
            for s in self.slots:
                here = self._learners(s, group)
                if isinstance(here, int):
                    continue
                pairs = self._whole(len(group) ** 2)
                found.append(pairs)
                top = min(len(group), max(self.problem.sizes))
                several = Counter(self.problem.unit_of[one] for one in group)
                for q in range(top):
                    above: Any = sum(
                        (c - q) * (c - q - 1) // 2 * self.place[u, s]
                        for u, c in several.items() if c > q + 1 and (u, s) in self.place
                    )  # fmt: skip
                    self.cp.add(pairs >= q * here - (q * (q + 1) // 2) * self.teams[s] + above)
        return sum(found) if found else None

    def _imbalance(self) -> Any:
        """The least sum of `imbalance_of` over the teams, each slot bounded by its points and its teams."""
        problem = self.problem
        found = []
        for s in self.slots:
            points = sum(unit.points * self.place[u, s] for u, unit in enumerate(problem.units) if (u, s) in self.place)
            missed = self._whole(
                problem.learners * (sum(abs(unit.points) for unit in problem.units) + problem.learners)
            )
            found.append(missed)
            for slope, low in lines_below(problem):
                self.cp.add(missed >= slope * points + sum(low[z] * self.number[s, z] for z in problem.sizes))
        return sum(found)


def solver_of(effort: float, seed: int) -> cp_model.CpSolver:
    """A CP-SAT solver that gives the same answer on every machine: one thread, and time counted in steps."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    return solver


def imbalance_of(points: int, size: int, problem: Problem) -> int:
    """By how much a team's points miss the share that its size has of all points; times the number of learners."""
    return abs(problem.learners * points - size * problem.total)


def room_limits(problem: Problem, slot: int) -> Iterable[tuple[int, int]]:
    """(size, most teams of at least that size in the slot), for each size at which that changes."""
    last: int | None = None
    for z in problem.sizes:
        rooms = problem.rooms_for(slot, z)
        if rooms is not None and rooms != last:
            yield z, rooms
        last = rooms


def teams_value(problem: Problem, off: Any, number: Iterable[tuple[int, Any]]) -> Any:
    """How far the number of teams is off, and then how far their sizes are; `number` has teams by size."""
    sizes = sum(abs(z - problem.rules.size) * one for z, one in number)
    return 10 * problem.learners * problem.rules.max_size * off + sizes


def lines_below(problem: Problem) -> Iterable[tuple[int, dict[int, int]]]:
    """Lines below the imbalance of a team: (slope, start by size).

    By its size a team's imbalance is a convex function of its points, made of three straight pieces. The sum of such
    lines over teams, all of one slope, bounds their imbalance by the sum of their points and their number alone.
    """
    n, total = problem.learners, problem.total
    floor = {z: z * total // n for z in problem.sizes}
    value = {(z, at): imbalance_of(at, z, problem) for z in problem.sizes for at in (floor[z], floor[z] + 1)}
    middle = {value[z, floor[z] + 1] - value[z, floor[z]] for z in problem.sizes}
    for slope in sorted({-n, n, *middle}):
        yield slope, {z: min(value[z, at] - slope * at for at in (floor[z], floor[z] + 1)) for z in problem.sizes}
