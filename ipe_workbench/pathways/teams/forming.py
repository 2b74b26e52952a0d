"""Form teams: allocate to slots, make up the teams, place the learners, and prove how good that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.teams.allocation import Allocation, allocate, balance_bound
from ipe_workbench.pathways.teams.composition import compose
from ipe_workbench.pathways.teams.conflicts import explain
from ipe_workbench.pathways.teams.exact import Exact, is_small, solve_exactly
from ipe_workbench.pathways.teams.measures import check_teams, quality_of
from ipe_workbench.pathways.teams.plan import Aim, NoTeams, TeamPlan
from ipe_workbench.pathways.teams.polish import polish
from ipe_workbench.pathways.teams.problem import Problem, problem_of
from ipe_workbench.pathways.teams.roster import Roster, timetable_of, with_slot_remarks
from ipe_workbench.pathways.teams.rules import FormingRules, Timetable
from ipe_workbench.pathways.teams.search import Assignment, search, worth
from ipe_workbench.pathways.teams.slot_model import LEVELS, Level, imbalance_of, teams_value
from ipe_workbench.pathways.teams.team import in_rooms, numbered

__all__ = ["form_teams"]

#: Up to so many pairs of a unit and a team the exact program is asked whether there are teams at all.
_ASKED = 100_000
#: Swaps of the search for each second of the limit: they take about a fifth of it.
_STEPS = 100_000
#: A gap of the imbalance at which the polish ends: what is left to win is less than a score means.
_ENOUGH = 0.005
#: Of the swaps, where the exact program settles what they leave open.
_SMALL_SHARE = 0.1


def form_teams(
    roster: Roster,
    rules: FormingRules,
    timetable: Timetable | None = None,
    *,
    seed: int = 0,
    time_limit: float = 60.0,
) -> TeamPlan | NoTeams:
    """Form interprofessional teams that keep every rule and are as good as can be, with proof or gap.

    Parameters
    ----------
    roster : Roster
        The learners, with last term's teams.
    rules : FormingRules
        What a team must be.
    timetable : Timetable, optional
        Slots and rooms; by default the slots that the roster names, with any number of rooms.
    seed : int
        Of the search. The same seed gives the same teams on every machine.
    time_limit : float
        How long it may take, about, in seconds. Work is counted in steps, not by the clock, so that the answer does not
        depend on the machine; most rosters need a tenth of it.

    Returns
    -------
    TeamPlan or NoTeams
        The teams, checked against every rule; or why there are none.

    Raises
    ------
    UnusableInputError
        When the roster is empty.

    Notes
    -----
    The aims come one after the other: the number of teams, their sizes, repeats (where they are counted), pairs of one
    profession, imbalance of scores. Integer programs over slots prove the bounds, a search places the learners, and
    small rosters are solved as a whole (see docs/teams.md).

    Examples
    --------
    >>> from ipe_workbench.pathways.teams import Learner
    >>> people = tuple(Learner(f"{kind}{n}", kind, score=70 + n) for kind in ("nursing", "medicine", "pharmacy")
    ...                for n in range(4))
    >>> plan = form_teams(Roster(people), FormingRules())
    >>> plan.proven, plan.quality.teams, plan.quality.mix_index
    (True, 2, 0.8)
    """
    table = timetable if timetable is not None else timetable_of(roster)
    if not roster.learners:
        raise UnusableInputError("The roster has no learner.", mend="Give it one row a learner.")
    problem = problem_of(with_slot_remarks(roster, table), rules, table)
    effort = max(0.5, time_limit / 10)
    allocation = allocate(problem, effort=effort, seed=seed)
    if allocation.feasible is False:
        return explain(problem, exact=False, effort=effort, seed=seed)
    proofs = [Proof(allocation.bounds, allocation.limits)]
    steps = round(_STEPS * time_limit * (_SMALL_SHARE if is_small(problem) else 1))
    assignment = _placed(problem, allocation, steps, effort, seed)
    if assignment is None or not _is_best(problem, assignment, proofs):
        units = len(problem.units) * (problem.learners // rules.min_size)
        if is_small(problem):
            answer = solve_exactly(problem, start=assignment, effort=effort, seed=seed)
            proofs.append(Proof(answer.bounds, answer.limits))
        elif assignment is None and units <= _ASKED:
            answer = solve_exactly(problem, levels=(), effort=effort, seed=seed)
        else:
            answer = Exact(None)
        if answer.feasible is False:
            return explain(problem, exact=True, effort=effort, seed=seed)
        assignment = _better(problem, assignment, answer.assignment)
    if assignment is None:
        return NoTeams(False, findings=problem.roster.findings)
    if not _is_best(problem, assignment, proofs, but="imbalance"):
        proofs.append(_again(problem, _values(problem, assignment), proofs, effort, seed))
    return _plan(problem, assignment, proofs, seed)


#: Shares of the steps for searches that begin with other teams, as long as the goal is not reached.
_STARTS = (0.6, 0.2, 0.2)


@dataclass(frozen=True)
class Proof:
    """Bounds of levels, each among all teams that are within the limits in the levels before it."""

    bounds: Mapping[Level, int]
    limits: Mapping[Level, int]

    def of(self, level: Level, values: Mapping[Level, int]) -> int:
        """What teams with these values cannot go below in the level, as far as is proven here."""
        before = LEVELS[: LEVELS.index(level)]
        holds = all(values[one] <= self.limits.get(one, -1) for one in before)
        return self.bounds.get(level, 0) if holds else 0


def _placed(problem: Problem, allocation: Allocation, steps: int, effort: float, seed: int) -> Assignment | None:
    """Learners placed by search on an allocation; ``None`` when a rule is still broken."""
    if not allocation.feasible:
        return None
    bounds = allocation.bounds
    least = max(balance_bound(problem, allocation.limits["teams"]), bounds.get("imbalance", 0))
    goal = (0, bounds.get("repeats", 0), bounds.get("pairs", 0), least)
    best: Assignment | None = None
    for number, share in enumerate(_STARTS):
        made = []
        for slot in range(len(problem.timetable.slots)):
            composition = compose(problem, allocation, slot, effort=effort, seed=seed + number)
            if composition is None:
                return best
            made.append(composition)
        found = search(problem, allocation, made, goal=goal, steps=round(share * steps), seed=seed + number)
        if not worth(problem, found)[0]:
            best = _better(problem, best, found)
        if best is not None and worth(problem, best)[:3] <= goal[:3]:
            break  # Of the imbalance the polish finds what other teams to begin with would.
    if best is None:
        return None
    goal = (*goal[:3], least + round(_ENOUGH * _alone(problem)))
    return polish(problem, best, goal=goal, rounds=steps // 80_000, seed=seed)


def _values(problem: Problem, assignment: Assignment) -> dict[Level, int]:
    """What the teams have in each level."""
    _, repeats, pairs, imbalance = worth(problem, assignment)
    sizes = [sum(problem.units[u].size for u in team) for team in assignment.teams]
    off = abs(len(sizes) - problem.rules.wanted_teams(problem.learners))
    teams = teams_value(problem, off, ((size, 1) for size in sizes))
    return {"teams": teams, "repeats": repeats, "pairs": pairs, "imbalance": imbalance}


def _bounds(problem: Problem, values: Mapping[Level, int], proofs: Sequence[Proof]) -> dict[Level, int]:
    """The best of the bounds that hold for teams with these values."""
    found: dict[Level, int] = {level: max(proof.of(level, values) for proof in proofs) for level in LEVELS}
    return found | {"imbalance": max(found["imbalance"], balance_bound(problem, values["teams"]))}


def _is_best(problem: Problem, assignment: Assignment, proofs: Sequence[Proof], *, but: Level | None = None) -> bool:
    """Whether nothing better exists in any level; `but` is one that need not be."""
    values = _values(problem, assignment)
    bounds = _bounds(problem, values, proofs)
    return all(values[level] <= bounds[level] for level in LEVELS if level != but)


def _again(problem: Problem, values: Mapping[Level, int], proofs: Sequence[Proof], effort: float, seed: int) -> Proof:
    """Bounds of the levels after the first that is not best."""
    bounds = _bounds(problem, values, proofs)
    first = next(at for at, level in enumerate(LEVELS) if values[level] > bounds[level])
    settled = {level: values[level] for level in LEVELS[: first + 1]}
    found = allocate(problem, effort=effort, seed=seed, settled=settled)
    return Proof(found.bounds, found.limits)


def _alone(problem: Problem) -> int:
    """The imbalance if everybody were a team alone: the most that any teams can have."""
    return sum(imbalance_of(points, 1, problem) for points in problem.points)


def _better(problem: Problem, one: Assignment | None, other: Assignment | None) -> Assignment | None:
    """The better of two that keep the rules."""
    kept = [each for each in (one, other) if each is not None]
    return min(kept, key=lambda each: [_values(problem, each)[level] for level in LEVELS], default=None)


def _plan(problem: Problem, assignment: Assignment, proofs: Sequence[Proof], seed: int) -> TeamPlan:
    """The assignment with numbers, rooms and figures; checked once more, apart from the solvers."""
    roster, table = problem.roster, problem.timetable
    ids = [one.id for one in roster.learners]
    groups = [
        (table.slots[slot].id, [ids[one] for u in team for one in problem.units[u].members])
        for slot, team in zip(assignment.slots, assignment.teams, strict=True)
    ]
    teams = in_rooms(numbered(groups, ids, table), table)
    breaches = check_teams(teams, roster, problem.rules, table)
    if breaches:
        raise AssertionError(f"the solvers broke a rule: {breaches[0].message}")
    values = _values(problem, assignment)
    aims = _aims(problem, values, _bounds(problem, values, proofs))
    return TeamPlan(teams, quality_of(teams, roster), aims, findings=roster.findings, seed=seed)


def _aims(problem: Problem, values: Mapping[Level, int], bounds: Mapping[Level, int]) -> tuple[Aim, ...]:
    """The levels in the units of people."""
    weight = teams_value(problem, 1, ())
    off, sizes = divmod(values["teams"], weight)
    least, under = divmod(bounds["teams"], weight)
    wanted = problem.rules.wanted_teams(problem.learners)
    aims = [
        Aim("teams", f"Teams more or fewer than {wanted}", off, least),
        Aim("sizes", f"Learners by whom teams differ from {problem.rules.size}", sizes, under if off == least else 0),
    ]
    if problem.counted:
        aims.append(Aim("repeats", "Pairs of last term's team-mates", values["repeats"], bounds["repeats"]))
    aims.append(Aim("pairs", "Pairs of team-mates of one profession", values["pairs"], bounds["pairs"]))
    if problem.step:
        scale = problem.step / problem.learners**2
        title = "Distance of team means from the mean of all, average over learners, points of the score"
        value, bound = values["imbalance"] * scale, bounds["imbalance"] * scale
        aims.append(Aim("imbalance", title, value, bound, scale=_alone(problem) * scale))
    return tuple(aims)
