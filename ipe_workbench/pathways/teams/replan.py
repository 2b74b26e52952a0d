"""Late changes: learners drop out or join, rooms and slots close; teams are mended with the fewest moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.pathways.teams.conflicts import explain
from ipe_workbench.pathways.teams.exact import TeamModel
from ipe_workbench.pathways.teams.measures import check_teams, quality_of
from ipe_workbench.pathways.teams.moves import KeptTeams, LeastMoves, least_moves, overfull
from ipe_workbench.pathways.teams.plan import Aim, Moves, NoTeams, TeamPlan
from ipe_workbench.pathways.teams.problem import Problem, problem_of
from ipe_workbench.pathways.teams.roster import Roster, Seat, timetable_of, with_slot_remarks
from ipe_workbench.pathways.teams.rules import FormingRules, Slot, Timetable
from ipe_workbench.pathways.teams.slot_model import solver_of
from ipe_workbench.pathways.teams.team import Team, in_rooms
from ipe_workbench.phrases import listed

__all__ = ["replan"]


def replan(
    roster: Roster,
    rules: FormingRules,
    kept: Sequence[Seat],
    timetable: Timetable | None = None,
    *,
    withdraw: Sequence[str] = (),
    seed: int = 0,
    time_limit: float = 60.0,
) -> TeamPlan | NoTeams:
    """Mend teams after late changes, so that every rule holds again and as few learners as possible are moved.

    Parameters
    ----------
    roster : Roster
        All learners; who is in no team yet joins one.
    rules : FormingRules
        What a team must be. Team-mates of last term who are in one team already may stay.
    kept : sequence of Seat
        The teams as they are.
    timetable : Timetable, optional
        The slots and rooms that are left (`Timetable.without`).
    withdraw : sequence of str
        Learners who drop out.
    seed, time_limit
        As for `form_teams`.

    Returns
    -------
    TeamPlan or NoTeams
        The teams under their old names, with `moves`. A learner is moved who gets another team or another time; that is
        made least first, then the learners with another team, then new teams. Balance is not worked on again.

    Raises
    ------
    UnusableInputError
        When learners of the teams are not in the roster, or those who drop out are not.

    Examples
    --------
    >>> from ipe_workbench.pathways.teams import Learner
    >>> people = [Learner(f"{kind}{n}", kind) for kind in ("nursing", "medicine", "pharmacy") for n in range(4)]
    >>> seats = [Seat(one.id, f"T{at % 2}") for at, one in enumerate(people)]
    >>> plan = replan(Roster(tuple(people)), FormingRules(), seats, withdraw=["nursing0"])
    >>> plan.moves.moved, plan.quality.sizes, plan.proven
    ((), {5: 1, 6: 1}, True)
    """
    _check_names(roster, kept, withdraw)
    left = roster.without(withdraw)
    table = timetable if timetable is not None else timetable_of(roster)
    if not left.learners:
        raise UnusableInputError("Nobody is left in the roster.")
    problem = problem_of(with_slot_remarks(left, table), rules, table)
    teams = KeptTeams.of(problem, kept)
    effort = max(0.5, time_limit / 10)
    touched = _touched(problem, teams)
    if not touched and not teams.newcomers:
        groups = tuple((at or 0, own) if own else None for at, own in zip(teams.slots, teams.members, strict=True))
        return _plan(problem, teams, groups, LeastMoves(0, 0, teams.slots), withdraw, seed)
    least = least_moves(problem, teams, effort=effort, seed=seed)
    if least is None:
        return explain(problem, exact=False, effort=effort, seed=seed)
    every = tuple(range(len(table.slots)))
    full = overfull(problem, teams)
    fixed = [
        (at,) if at is not None and at not in full else None for at in (*teams.slots, *[None] * teams.spare(problem))
    ]
    # First with the times that the count chose, then with any time for those who need one, then with moves by anybody.
    tries = [([at or ((s,) if s is not None else every) for at, s in zip(fixed, least.slots, strict=False)], touched)]
    tries.append(([at or every for at in fixed], touched))
    if len(problem.units) * len(teams.ids) <= _ASKED:
        tries.append((tries[-1][0], set(range(len(teams.ids)))))
    answers = []
    for slots_of, some in tries:
        answer = _solve(problem, teams, slots_of, some, effort, seed)
        if answer is not None:
            answers.append(answer)
            if answer.moved <= least.moved:
                break
    if not answers:
        return explain(problem, exact=False, effort=effort, seed=seed)
    best = min(answers, key=lambda one: (one.moved, one.changed))
    return _plan(problem, teams, best.groups, least, withdraw, seed)


#: Teams as (slot, learners), first those that were kept; ``None`` for one that is gone.
_Groups = tuple[tuple[int, tuple[int, ...]] | None, ...]


@dataclass(frozen=True)
class _Answer:
    """Teams, with the number of learners who have another team or time, and of those with another team."""

    groups: _Groups
    moved: int
    changed: int


#: Up to so many pairs of a unit and a team everybody may be moved when moving those concerned is not enough.
_ASKED = 40_000


def _check_names(roster: Roster, kept: Sequence[Seat], withdraw: Sequence[str]) -> None:
    known = {one.id for one in roster.learners}
    for one in withdraw:
        if one not in known:
            raise UnknownNameError(f"`{one}` is not a learner of the roster.", mend=near_names(one, known))
    strangers = [seat.learner for seat in kept if seat.learner not in known]
    if strangers:
        shown = listed(strangers, 5)
        raise UnusableInputError(
            f"Learners of the teams are not in the roster: {shown}.",
            mend="Give the roster from which the teams were formed; name those who drop out with --withdraw.",
        )


def _touched(problem: Problem, kept: KeptTeams) -> set[int]:
    """The teams that cannot stay as they are, and those of which one has to leave its slot."""
    roster, table = problem.roster, problem.timetable
    ids = [one.id for one in roster.learners]
    teams = [
        Team(str(t), tuple(ids[one] for one in own), table.slots[at].id)
        for t, (own, at) in enumerate(zip(kept.members, kept.slots, strict=True))
        if own and at is not None
    ]
    found = {t for t, (own, at) in enumerate(zip(kept.members, kept.slots, strict=True)) if own and at is None}
    anywhere = Timetable(tuple(Slot(slot.id) for slot in table.slots))
    staying = {one for team in teams for one in team.learners}
    inside = replace(roster, learners=tuple(one for one in roster.learners if one.id in staying))
    together = kept.pairs(ids)
    rules = replace(problem.rules, teams=None)
    of_learner = {one: int(team.id) for team in teams for one in team.learners}
    for breach in check_teams(teams, inside, rules, anywhere, allowed_repeats=together):
        if breach.id in ("together", "apart", "wish"):
            labels = {one.id for one in inside.learners if breach.subject in (*one.together, *one.apart)}
            found |= {of_learner[one] for one in labels}
        elif breach.subject in of_learner:
            found.add(of_learner[breach.subject])
        else:
            found.add(int(breach.subject))
    found |= {t for t, at in enumerate(kept.slots) if at in overfull(problem, kept) and kept.members[t]}
    if any(breach.id == "wish" for breach in check_teams(teams, inside, rules, anywhere)):
        found |= set(of_learner.values())
    if problem.rules.teams is not None and len(teams) != problem.rules.teams:
        found |= set(of_learner.values())
    return found


def _solve(
    problem: Problem, kept: KeptTeams, slots_of: Sequence[Sequence[int]], touched: set[int], effort: float, seed: int
) -> _Answer | None:
    """The fewest moves among those of learners of touched teams, to any team, and of others into touched teams."""
    first_new = len(kept.ids)
    if any(not unit.slots for unit in problem.units):
        return None
    before = {one: t for t, own in enumerate(kept.members) for one in own}
    homes = [{before[one] for one in unit.members if one in before} for unit in problem.units]
    free = [not own or len(own) > 1 or bool(own & touched) for own in homes]

    def may_join(unit: int, team: int) -> bool:
        return free[unit] or team in touched or team >= first_new or team in homes[unit]

    def company(model: TeamModel, group: Sequence[int], team: int) -> None:
        _part(model, group, [one for one in group if before.get(one) == team], team)

    model = TeamModel(problem, slots_of, may_join, ordered_from=first_new, company=company)
    stays, same = _staying(model, kept, before)
    model.start([sorted({problem.unit_of[one] for one in own}) for own in kept.members])
    groups: _Groups | None = None
    for objective in (len(before) - sum(stays), len(before) - sum(same) + sum(model.active[first_new:])):
        model.cp.minimize(objective)
        solver = solver_of(effort, seed)
        if solver.status_name(solver.solve(model.cp)) not in ("OPTIMAL", "FEASIBLE"):
            break
        groups = _groups(model, solver)
        model.cp.add(objective <= round(solver.objective_value))
        model.hint(solver)
    if groups is None:
        return None
    now = {one: (t, group[0]) for t, group in enumerate(groups) if group is not None for one in group[1]}
    changed = sum(now[one][0] != t for one, t in before.items())
    return _Answer(groups, sum(now[one] != (t, kept.slots[t]) for one, t in before.items()), changed)


def _staying(model: TeamModel, kept: KeptTeams, before: Mapping[int, int]) -> tuple[list[Any], list[Any]]:
    """For each learner whether team and time stay, and whether the team does; who cannot stay is left out."""
    stays, same = [], []
    for one, t in before.items():
        joins = model.joins[model.problem.unit_of[one]][t]
        home = kept.slots[t]
        if joins is None:
            continue
        same.append(joins)
        if home is None or home not in model.meets[t]:
            continue
        if len(model.meets[t]) == 1:
            stays.append(joins)
            continue
        stay = model.cp.new_bool_var("")
        model.cp.add_implication(stay, joins)
        model.cp.add_implication(stay, model.meets[t][home])
        stays.append(stay)
    return stays, same


def _part(model: TeamModel, group: Sequence[int], own: Sequence[int], team: int) -> None:
    """No two of the group in the team, but for those who are there together already."""
    unit_of = model.problem.unit_of
    if len(own) < 2:
        model.part(group, team)
        return
    others = sorted({unit_of[one] for one in group} - {unit_of[one] for one in own})
    new = [joins for u in others if (joins := model.joins[u][team]) is not None]
    model.cp.add_at_most_one(new)
    for one in own:
        stays = model.joins[unit_of[one]][team]
        for joins in new:
            if stays is not None:
                model.cp.add_at_most_one([joins, stays])


def _groups(model: TeamModel, solver: Any) -> _Groups:
    units = model.problem.units
    found: list[tuple[int, tuple[int, ...]] | None] = []
    for t in model.teams:
        if not solver.value(model.active[t]):
            found.append(None)
            continue
        slot = next(s for s, here in model.meets[t].items() if solver.value(here))
        inside = [u for u, row in enumerate(model.joins) if (one := row[t]) is not None and solver.value(one)]
        found.append((slot, tuple(sorted(one for u in inside for one in units[u].members))))
    return tuple(found)


def _plan(
    problem: Problem, kept: KeptTeams, groups: _Groups, least: LeastMoves, withdraw: Sequence[str], seed: int
) -> TeamPlan:
    roster, table = problem.roster, problem.timetable
    ids = [one.id for one in roster.learners]
    names = [*kept.ids, *_new_names(kept.ids, len(groups) - len(kept.ids))]
    teams = []
    for name, group, seat in zip(names, groups, [*kept.seats, *[("", "")] * len(names)], strict=False):
        if group is not None:
            slot = table.slots[group[0]].id
            teams.append(Team(name, tuple(ids[one] for one in group[1]), slot, seat[1] if seat[0] == slot else ""))
    placed = in_rooms(teams, table)
    breaches = check_teams(placed, roster, problem.rules, table, allowed_repeats=kept.pairs(ids))
    if breaches:
        raise AssertionError(f"the solver broke a rule: {breaches[0].message}")
    moves = _moves(problem, kept, placed, withdraw)
    aims = (
        Aim("moved", "Learners with another team or time", len(moves.moved), least.moved),
        # The second bound holds for the fewest moves; with more of them there may be fewer changes.
        Aim(
            "changed",
            "Learners with another team",
            len(moves.changed),
            least.changed if len(moves.moved) == least.moved else 0,
        ),
    )
    return TeamPlan(placed, quality_of(placed, roster), aims, moves, roster.findings, seed)


def _moves(problem: Problem, kept: KeptTeams, teams: Sequence[Team], withdraw: Sequence[str]) -> Moves:
    ids = [one.id for one in problem.roster.learners]
    now = {learner: team for team in teams for learner in team.learners}
    old = {ids[one]: (kept.ids[t], kept.seats[t][0]) for t, own in enumerate(kept.members) for one in own}
    by_id = {team.id: team for team in teams}
    was = dict(zip(kept.ids, kept.seats, strict=True))
    return Moves(
        moved=tuple(one for one in ids if one in old and (now[one].id, now[one].slot) != old[one]),
        changed=tuple(one for one in ids if one in old and now[one].id != old[one][0]),
        added=tuple(one for one in ids if one not in old),
        withdrawn=tuple(withdraw),
        relocated=tuple(one for one in was if one in by_id and by_id[one].slot != was[one][0]),
        rooms=tuple(
            one for one in was if one in by_id and by_id[one].slot == was[one][0] and by_id[one].room != was[one][1]
        ),
        dissolved=tuple(one for one in was if one not in by_id),
    )


def _new_names(taken: Sequence[str], count: int) -> list[str]:
    names: list[str] = []
    number = len(taken)
    while len(names) < count:
        number += 1
        if f"T{number:03}" not in taken:
            names.append(f"T{number:03}")
    return names
