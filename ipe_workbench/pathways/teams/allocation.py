"""How many teams of which size meet in each slot, and who comes in which slot; with proven bounds for all teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ipe_workbench.pathways.teams.highs import solve_by_highs
from ipe_workbench.pathways.teams.problem import Problem, problem_of
from ipe_workbench.pathways.teams.slot_model import LEVELS, Level, SlotModel, lines_below, solver_of, teams_value

__all__ = ["Allocation", "allocate", "balance_bound", "least_to_give"]


@dataclass(frozen=True)
class Allocation:
    """The answer: `feasible` is ``None`` when time ran out before either was proven.

    `slot_of` is the slot of each unit, `sizes` the sizes of the teams of each slot, largest first, `wished` for each
    wish the number of teams of each slot that must meet it. `bounds` is, by level, what no teams can go below that are
    within the `limits` of the levels before it.
    """

    feasible: bool | None
    slot_of: tuple[int, ...] = ()
    sizes: tuple[tuple[int, ...], ...] = ()
    wished: tuple[tuple[int, ...], ...] = ()
    bounds: dict[Level, int] = field(default_factory=dict)
    limits: dict[Level, int] = field(default_factory=dict)


def allocate(
    problem: Problem,
    *,
    levels: Sequence[Level] = LEVELS,
    effort: float = 10.0,
    seed: int = 0,
    settled: Mapping[Level, int] | None = None,
) -> Allocation:
    """Allocate units and teams to slots, best in each level in turn.

    Parameters
    ----------
    problem : Problem
        The learners and rules.
    levels : sequence of Level
        What to make best; none to ask only whether it is possible.
    effort : float
        Deterministic seconds of CP-SAT for each level.
    seed : int
        Of the solver.
    settled : mapping of Level to int, optional
        Levels that are not made best but only kept from getting worse than that; the bounds of the others then hold for
        all teams that are no worse in these.
    """
    model = SlotModel(problem)
    if model.contradicts:
        return Allocation(False)
    least = 0
    if len(problem.timetable.slots) > 1 and "teams" in levels and "teams" not in (settled or {}):
        # Without times and rooms it is quickly proven, and helps the proof with them.
        anywhere = allocate(problem.anywhere, levels=("teams",), effort=effort, seed=seed)
        if anywhere.feasible is False:
            return Allocation(False)
        least = anywhere.bounds.get("teams", 0)
    found: tuple[int, ...] | None = None
    bounds: dict[Level, int] = {}
    limits: dict[Level, int] = {}
    for level in levels or (None,):
        objective: Any = None if level is None else model.objective(level)
        if level is not None and objective is None:
            bounds[level] = limits[level] = 0
            continue
        if level is not None and settled and level in settled:
            limits[level] = settled[level]
            model.cp.add(objective <= limits[level])
            continue
        if objective is not None:
            model.cp.minimize(objective)
        if level == "imbalance":
            # Sums of many points: the linear relaxation is all but whole, which suits HiGHS better than CP-SAT.
            answer = solve_by_highs(model.cp, model.variables, scale=problem.learners)
            if answer is not None:
                found, bounds[level] = answer
                limits[level] = bounds[level]
            continue
        if level == "teams":
            model.cp.add(objective >= least)
        solver = solver_of(effort, seed)
        status = solver.status_name(solver.solve(model.cp))
        if status == "INFEASIBLE":
            return Allocation(False)
        if status not in ("OPTIMAL", "FEASIBLE"):
            if found is None:
                return Allocation(None)
            break
        found = tuple(solver.value(one) for one in model.variables)
        if level is not None and objective is not None:
            bounds[level] = round(solver.best_objective_bound)
            limits[level] = round(solver.objective_value)
            model.cp.add(objective <= limits[level])
        model.hint(found)
    return _read(model, found or (), bounds, limits)


def least_to_give(
    problem: Problem, rule: str, *, sizes: tuple[int, int] | None = None, effort: float = 10.0, seed: int = 0
) -> int | None:
    """How many teams, rooms, learners or pairs would do if the rule gave way; ``None`` when that helps nothing.

    For a wish: teams that go without it. Otherwise `rule` is ``sizes`` (learners in teams of another size than now,
    with `sizes` as the smallest and largest allowed), ``rooms``, ``availability``, ``apart`` or ``repeats``. It is a
    bound: who forms the teams may need more.
    """
    if rule == "sizes" and sizes is not None:
        wider = replace(problem.rules, min_size=sizes[0], max_size=sizes[1])
        model = SlotModel(problem_of(problem.roster, wider, problem.timetable, problem.dropped))
    else:
        model = SlotModel(problem_of(problem.roster, problem.rules, problem.timetable, problem.dropped | {rule}))
    if model.contradicts:
        return None
    model.cp.minimize(model.given(problem, rule))
    solver = solver_of(effort, seed)
    if solver.status_name(solver.solve(model.cp)) not in ("OPTIMAL", "FEASIBLE"):
        return None
    return max(1, round(solver.objective_value))


def balance_bound(problem: Problem, teams: int) -> int:
    """What the imbalance cannot go below, whoever comes when: from the sizes of the teams alone.

    `teams` is the value of the level of that name, which the sizes must not exceed.
    """
    if not problem.step:
        return 0
    from ortools.sat.python import cp_model

    cp = cp_model.CpModel()
    n = problem.learners
    number = {z: cp.new_int_var(0, n // z, "") for z in problem.sizes}
    cp.add(sum(z * one for z, one in number.items()) == n)
    off = cp.new_int_var(0, 2 * n, "")
    wanted = problem.rules.wanted_teams(n)
    cp.add(off >= sum(number.values()) - wanted)
    cp.add(off >= wanted - sum(number.values()))
    cp.add(teams_value(problem, off, number.items()) <= teams)
    missed = cp.new_int_var(0, n * n * n, "")
    for slope, low in lines_below(problem):
        cp.add(missed >= slope * problem.total + sum(low[z] * one for z, one in number.items()))
    cp.minimize(missed)
    solver = solver_of(1.0, 0)
    solver.solve(cp)
    return max(0, round(solver.best_objective_bound))


def _read(model: SlotModel, values: Sequence[int], bounds: dict[Level, int], limits: dict[Level, int]) -> Allocation:
    """The allocation that the values of the variables mean."""
    at = {variable.index: value for variable, value in zip(model.variables, values, strict=False)}
    problem = model.problem
    chosen = tuple(next(s for s in unit.slots if at[model.place[u, s].index]) for u, unit in enumerate(problem.units))
    sizes = tuple(
        tuple(z for z in reversed(problem.sizes) for _ in range(at[model.number[s, z].index])) for s in model.slots
    )
    wished = tuple(tuple(at[model.wished[w, s].index] for s in model.slots) for w in range(len(problem.rules.wishes)))
    return Allocation(True, chosen, sizes, wished, bounds, limits)
