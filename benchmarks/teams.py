"""Interprofessional teams for the example's 700 learners, against teams dealt at random within each profession.

Run: python benchmarks/teams.py [learners] [seed]. Prints seconds, gap, repeats and imbalance of both, how many rules
the dealt teams break, and what ten withdrawals move.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from board import score

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.pathways.teams import (
    FormingRules,
    NoTeams,
    Roster,
    Seat,
    Team,
    TeamPlan,
    check_teams,
    form_teams,
    quality_of,
    replan,
    timetable_of,
)
from tests.pathways.rosters import cohort


def dealt(programme: Programme, roster: Roster, seed: int) -> list[Team]:
    """Teams as a careful person would deal them: profession by profession, in random order, one learner a team in turn.

    Times are those at which most of a team can meet.
    """
    chance = random.Random(seed)  # noqa: S311 - teams, no secret
    count = FormingRules.of(programme).wanted_teams(len(roster.learners))
    people = list(roster.learners)
    chance.shuffle(people)
    people.sort(key=lambda one: one.profession)
    slots = [slot.id for slot in timetable_of(roster).slots]
    teams = []
    for number in range(count):
        own = people[number::count]
        slot = max(slots, key=lambda one: sum(learner.can_meet(one) for learner in own))
        teams.append(Team(f"D{number:03}", tuple(one.id for one in own), slot))
    return teams


def main(learners: int = 700, seed: int = 1) -> None:
    """Form, deal, and mend."""
    programme = example_programme()
    roster = cohort(programme, learners=None if learners == 700 else learners, seed=seed)
    rules = FormingRules.of(programme)
    start = time.perf_counter()
    plan = form_teams(roster, rules)
    seconds = time.perf_counter() - start
    if isinstance(plan, NoTeams):
        print("impossible:", *plan.reasons)
        return
    _compare(plan, dealt(programme, roster, seed), roster, rules, seconds)
    seats = [Seat(one, team.id, team.slot, team.room) for team in plan.teams for one in team.learners]
    chance = random.Random(seed)  # noqa: S311 - withdrawals, no secret
    ids = [one.id for one in roster.learners]
    cases = {
        "ten learners at random withdraw": chance.sample(ids, 10),
        "two of each of five teams withdraw": [one for team in plan.teams[:5] for one in team.learners[:2]],
    }
    for name, gone in cases.items():
        start = time.perf_counter()
        after = replan(roster, rules, seats, withdraw=gone)
        seconds = time.perf_counter() - start
        if isinstance(after, TeamPlan) and after.moves is not None:
            moved, least = len(after.moves.moved), after.aims[0].bound
            print(f"{name:36} {seconds:6.1f} s   moved {moved:3} (at least {least:.0f})")
            score(f"learners moved when {name}", moved, "", most=20)


def _compare(plan: TeamPlan, other: list[Team], roster: Roster, rules: FormingRules, seconds: float) -> None:
    base, ours = quality_of(other, roster), plan.quality
    table = timetable_of(roster)
    print(f"{ours.learners} learners, {ours.teams} teams, {len(table.slots)} slots; one core")
    print(f"gap {plan.gap:.2%}   proven best {plan.proven}")
    score(f"{ours.teams} teams of {ours.learners} learners formed", seconds, "s", most=60)
    score("their gap to the best that can be proven", 100 * plan.gap, "%", most=1)
    for aim in plan.aims:
        print(f"  {aim.id:10} value {aim.value:10.4f}   bound {aim.bound:10.4f}   gap {aim.gap:.2%}")
    breaches = [len(check_teams(teams, roster, rules, table)) for teams in (plan.teams, other)]
    print(f"{'':24} {'formed':>10} {'dealt':>10}")
    for name, a, b in (
        ("rules broken", breaches[0], breaches[1]),
        ("repeats", ours.repeats, base.repeats),
        ("mix index", ours.mix_index, base.mix_index),
        ("imbalance, points", ours.imbalance or 0.0, base.imbalance or 0.0),
        ("range of means, points", ours.range or 0.0, base.range or 0.0),
    ):
        print(f"{name:24} {a:10.4g} {b:10.4g}")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]))
