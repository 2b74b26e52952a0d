"""Late changes move as few learners as possible."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.pathways.teams import (
    FormingRules,
    Learner,
    NoTeams,
    Room,
    Roster,
    Seat,
    Slot,
    TeamPlan,
    Timetable,
    check_teams,
    form_teams,
    replan,
)
from tests.pathways.rosters import cohort

KINDS = ("nursing", "medicine", "pharmacy")
LOOSE = FormingRules(size=3, min_size=2, max_size=4, min_professions=2, max_share=0.67)


def seats_of(plan: TeamPlan) -> list[Seat]:
    return [Seat(one, team.id, team.slot, team.room) for team in plan.teams for one in team.learners]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(KINDS), min_size=5, max_size=8), st.data())
def test_no_other_teams_move_fewer(kinds: list[str], data: st.DataObject) -> None:
    people = [Learner(f"L{n}", kind) for n, kind in enumerate(kinds)]
    teams = [f"T{data.draw(st.integers(0, 2))}" for _ in people]
    gone = data.draw(st.sets(st.sampled_from([one.id for one in people]), max_size=2))
    seats = [Seat(one.id, team) for one, team in zip(people, teams, strict=True)]
    left = [(one, team) for one, team in zip(people, teams, strict=True) if one.id not in gone]
    names = [*sorted(set(teams)), "new1", "new2"]

    def fine(choice: tuple[str, ...]) -> bool:
        for name in set(choice):
            inside = Counter(one.profession for (one, _), at in zip(left, choice, strict=True) if at == name)
            size = sum(inside.values())
            if not 2 <= size <= 4 or len(inside) < 2 or max(inside.values()) > LOOSE.max_share * size + 1e-9:
                return False
        return True

    possible = [one for one in product(names, repeat=len(left)) if fine(one)]
    plan = replan(Roster(tuple(people)), LOOSE, seats, withdraw=sorted(gone))
    if not possible:
        assert isinstance(plan, NoTeams)
        return
    assert isinstance(plan, TeamPlan)
    assert plan.moves is not None
    least = min(sum(at != team for at, (_, team) in zip(one, left, strict=True)) for one in possible)
    assert len(plan.moves.moved) == least
    assert plan.aims[0].bound <= least


@pytest.fixture(scope="module")
def formed() -> tuple[Roster, FormingRules, Timetable, TeamPlan]:
    programme = example_programme()
    slots = ("mon", "tue", "wed")
    roster = cohort(programme, learners=120, seed=8, slots=slots)
    # Nobody depends on one slot, so that any one may close.
    wide = {frozenset({"wed"}): frozenset({"wed", "mon"}), frozenset({"mon"}): frozenset({"wed", "mon"})}
    roster = replace(roster, learners=tuple(replace(a, slots=wide.get(a.slots, a.slots)) for a in roster.learners))
    table = Timetable(tuple(Slot(one, tuple(Room(f"R{n}", 7) for n in range(12))) for one in slots))
    rules = FormingRules.of(programme)
    plan = form_teams(roster, rules, table, time_limit=3)
    assert isinstance(plan, TeamPlan)
    return roster, rules, table, plan


def mended(formed: tuple[Roster, FormingRules, Timetable, TeamPlan], table: Timetable, withdraw: list[str]) -> TeamPlan:
    roster, rules, _, before = formed
    plan = replan(roster, rules, seats_of(before), table, withdraw=withdraw, time_limit=10)
    assert isinstance(plan, TeamPlan)
    assert check_teams(plan.teams, roster.without(withdraw), rules, table) == ()
    return plan


def test_nothing_changes_when_nothing_has_changed(formed):
    plan = mended(formed, formed[2], [])
    assert plan.teams == formed[3].teams
    assert plan.proven


def test_ten_withdrawals_from_different_teams_move_nobody(formed):
    gone = [team.learners[0] for team in formed[3].teams[:10]]
    plan = mended(formed, formed[2], gone)
    assert plan.moves is not None
    assert plan.moves.withdrawn == tuple(gone)
    assert len(plan.moves.moved) <= 3
    assert plan.aims[0].proven


def test_ten_withdrawals_from_five_teams_move_at_most_as_many_as_the_teams_lack(formed):
    gone = [one for team in formed[3].teams[:5] for one in team.learners[:2]]
    plan = mended(formed, formed[2], gone)
    assert plan.moves is not None
    assert 0 < len(plan.moves.moved) <= 10
    assert plan.aims[0].proven


def test_a_closed_slot_moves_those_who_met_in_it_and_no_one_else(formed):
    before = formed[3]
    plan = mended(formed, formed[2].without(slots=["wed"]), [])
    there = {one for team in before.teams if team.slot == "wed" for one in team.learners}
    assert plan.moves is not None
    assert there <= set(plan.moves.moved)
    assert plan.aims[0].bound >= len(there)
    assert all(team.slot != "wed" for team in plan.teams)


def test_a_closed_room_that_has_a_free_one_beside_it_moves_nobody(formed):
    before = formed[3]
    first = before.teams[0]
    assert sum(team.slot == first.slot for team in before.teams) < 12
    plan = mended(formed, formed[2].without(rooms=[f"{first.slot}:{first.room}"]), [])
    assert plan.moves is not None
    assert plan.moves.moved == ()
    assert plan.moves.rooms == (first.id,)


def test_newcomers_find_a_place_without_moving_others(formed):
    roster, rules, table, before = formed
    more = replace(roster, learners=(*roster.learners, Learner("new", "nursing"), Learner("newer", "pharmacy")))
    plan = replan(more, rules, seats_of(before), table)
    assert isinstance(plan, TeamPlan)
    assert plan.moves is not None
    assert plan.moves.added == ("new", "newer")
    assert plan.moves.moved == ()


def test_team_mates_of_last_term_who_are_together_may_stay_but_no_new_ones_meet():
    people = [Learner(f"{kind}{n}", kind) for kind in KINDS for n in range(4)]
    seats = [Seat(one.id, f"T{at % 2}") for at, one in enumerate(people)]
    roster = Roster(tuple(people), {"nursing0": "old", "nursing2": "old"})
    plan = replan(roster, FormingRules(), seats)
    assert isinstance(plan, TeamPlan)
    assert plan.moves is not None
    assert plan.moves.moved == ()


def test_names_that_are_not_there_are_refused(formed):
    roster, rules, table, before = formed
    with pytest.raises(UnknownNameError, match="nobody"):
        replan(roster, rules, seats_of(before), table, withdraw=["nobody"])
    with pytest.raises(UnusableInputError, match="not in the roster: stranger"):
        replan(roster, rules, [*seats_of(before), Seat("stranger", "T001")], table)
