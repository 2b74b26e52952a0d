"""When wishes cannot all hold: the count that shows it, the rules that conflict, the cheapest way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.pathways.teams import (
    FormingRules,
    Learner,
    NoTeams,
    Room,
    Roster,
    Slot,
    TeamPlan,
    Timetable,
    Wish,
    form_teams,
    parse_wish,
)
from tests.pathways.rosters import cohort, small

KINDS = ("nursing", "medicine", "pharmacy")
AA = Wish("at-least", ("anesthesiologist-assistant",), 1)


def conflict(roster: Roster, rules: FormingRules | None = None, table: Timetable | None = None) -> NoTeams:
    found = form_teams(roster, rules or FormingRules(), table, time_limit=10)
    assert isinstance(found, NoTeams)
    assert found.proven
    return found


def test_15_learners_cannot_be_in_116_teams_and_15_teams_with_one_are_the_way_out():
    programme = example_programme()
    roster = cohort(programme, slots=("",))
    found = conflict(roster, FormingRules.of(programme, wishes=[AA]))
    assert set(found.conflict) == {"sizes", "wish-0"}
    assert "15 anesthesiologist-assistant learners cannot be in 116 teams" in found.reasons[0]
    assert "at least 100 teams" in found.reasons[0]
    way = found.relaxations[0]
    assert way.rule == "wish-0"
    assert way.option == "--at-least 'anesthesiologist-assistant=1:15'"
    wish = parse_wish("at-least", "anesthesiologist-assistant=1:15", programme)
    plan = form_teams(roster, FormingRules.of(programme, wishes=[wish]), time_limit=10)
    assert isinstance(plan, TeamPlan)


def test_fewer_learners_than_a_team_needs():
    found = conflict(small({"nursing": 2, "medicine": 2}))
    assert found.reasons == ("4 learners are fewer than the smallest team, of 5.",)


def test_eight_learners_divide_into_no_teams_of_five_to_seven():
    found = conflict(small({"nursing": 3, "medicine": 3, "pharmacy": 2}))
    assert set(found.conflict) == {"sizes"}
    assert "1 team would hold at most 7, 2 teams need at least 10" in found.reasons[0]
    assert {way.option for way in found.relaxations} == {"--min-size 5 --max-size 8", "--min-size 4 --max-size 7"}


def test_one_profession_makes_no_interprofessional_team():
    found = conflict(small({"nursing": 12}))
    assert "The roster has 1 profession (nursing); each team needs 3." in found.reasons
    assert found.relaxations[0].rule == "several"


def test_more_than_half_of_one_profession_fit_no_teams_of_at_most_half():
    found = conflict(small({"nursing": 7, "medicine": 3, "pharmacy": 2}))
    assert "7 of 12 learners (58%) are of nursing; at most 50% of every team may be." in found.reasons


def test_learners_in_one_slot_with_too_few_rooms_need_rooms_or_time():
    roster = small({"nursing": 6, "medicine": 6, "pharmacy": 6})
    roster = replace(roster, learners=tuple(replace(one, slots=frozenset({"mon"})) for one in roster.learners))
    table = Timetable((Slot("mon", (Room("A"), Room("B"))), Slot("tue", (Room("A"),))))
    found = conflict(roster, table=table)
    assert set(found.conflict) == {"sizes", "availability", "rooms"}
    assert "18 learners can come in mon only; its 2 rooms hold 14." in found.reasons
    texts = {way.rule: way.text for way in found.relaxations}
    assert texts["rooms"] == "Open 1 more room."
    assert texts["availability"] == "Let 5 learners meet when they are not available now."


def test_who_can_come_in_no_open_slot_is_named():
    roster = small({"nursing": 2, "medicine": 2, "pharmacy": 2})
    people = [*roster.learners[:5], replace(roster.learners[5], slots=frozenset({"sun"}))]
    found = conflict(Roster(tuple(people)), table=Timetable((Slot("mon"),)))
    assert "pharmacy-1 is available in no slot that is open." in found.reasons
    assert found.findings[0].id == "slot-closed"


def test_together_and_apart_contradict_each_other_by_name():
    people = [Learner(f"{kind}{n}", kind) for kind in KINDS for n in range(4)]
    people[0] = replace(people[0], together=("a",), apart=("b",))
    people[5] = replace(people[5], together=("a",), apart=("b",))
    found = conflict(Roster(tuple(people)))
    assert set(found.conflict) == {"together", "apart"}
    assert found.reasons == ("nursing0 and medicine1 are to be kept together, but are to be apart.",)


def test_no_more_labels_of_together_are_given_up_than_must_be():
    people = [Learner(f"{kind}{n}", kind, together=(f"t{n}",)) for kind in KINDS for n in range(4)]
    people[2] = replace(people[2], slots=frozenset({"mon"}))
    people[6] = replace(people[6], slots=frozenset({"tue"}))
    way = next(one for one in conflict(Roster(tuple(people))).relaxations if one.rule == "together")
    assert way.text == "Part the learners labelled `t2`."


def test_a_group_to_be_parted_needs_as_many_teams():
    people = [
        Learner(f"{kind}{n}", kind, apart=("x",) if kind == "nursing" else ()) for kind in KINDS for n in range(4)
    ]
    found = conflict(Roster(tuple(people)))
    assert "4 learners to be kept apart need as many teams; there are at most 2." in found.reasons


def test_all_of_one_old_team_must_meet_again_when_there_is_one_team():
    roster = small({"nursing": 2, "medicine": 2, "pharmacy": 2})
    roster = replace(roster, previous=dict.fromkeys((one.id for one in roster.learners), "T9"))
    found = conflict(roster)
    assert "6 learners of one team last term need as many teams; there are at most 1." in found.reasons
    again = form_teams(roster, FormingRules(repeats="minimise"))
    assert isinstance(again, TeamPlan)
    assert again.proven
    assert again.quality.repeats == 15
    assert {aim.id: aim.bound for aim in again.aims}["repeats"] == 15


@pytest.mark.parametrize(("teams", "instead"), [(3, 2), (1, 2)])
def test_a_number_of_teams_that_is_too_large_or_small_is_corrected(teams: int, instead: int):
    found = conflict(small({"nursing": 4, "medicine": 4, "pharmacy": 4}), FormingRules(teams=teams))
    assert "12 learners in teams of 5 to 7 make 2 to 2 teams" in found.reasons[0]
    assert f"--teams {instead}" in {way.option for way in found.relaxations}
