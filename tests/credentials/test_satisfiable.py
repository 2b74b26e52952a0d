"""Whether a rule can be completed: against holding everything, by profession and by a day, with the reason when not."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached, parse_rule, satisfiable
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from tests import strategies as make
from tests.credentials.plain_meaning import means
from tests.programmes import credential, programme, stack

DAY = make.QUESTION_DAY


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(make.rules, st.sampled_from(make.PROFESSIONS))
def test_a_rule_can_be_completed_exactly_when_holding_everything_completes_it(rule, profession):
    everything = Facts(
        profession,
        tuple(Award(one, DAY) for one in make.BADGES),
        tuple(ScoreReached(one, 1.0, DAY) for one in make.BADGES),
        tuple(HoursRecorded(one, 99, DAY) for one in make.BADGES),
        tuple(ApprovalGiven(role, DAY) for role in make.ROLES),
    )
    found = satisfiable(rule, profession=profession)
    assert found.possible == means(rule, everything)
    assert bool(found.reasons) != found.possible


def design():
    spring = {"id": "b-1", "title": "Session", "kind": "workshop", "hours": 3, "term": "spring", "weeks": [4]}
    badges = [credential("a"), credential("b", activities=[spring]), credential("c", professions=["nursing"])]
    return programme(badges, [stack("both", {"all": ["a", "b"]}), stack("third", {"all": ["a", "c"]})])


def test_a_stack_can_be_completed_by_its_last_activity_and_not_before():
    found = satisfiable("both", design())
    assert found
    assert found.earliest == datetime.date(2027, 2, 7)  # the end of week 4 from 11 January
    assert satisfiable("both", design(), by=found.earliest)
    early = satisfiable("both", design(), by=datetime.date(2027, 2, 6))
    assert not early
    assert early.earliest == found.earliest
    assert early.reasons == ("the earliest day is 2027-02-07", "`B` ends on 2027-02-07")


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        # The innermost demands, each once, and not what is around them.
        ({"all": ["a", {"any": [{"at_least": {"count": 3, "of": ["a", "b"]}}]}]}, ["at least 3 of: a or b"]),
        ({"all": [{"at_least": {"count": 2, "of": ["a"]}}, {"at_least": {"count": 3, "of": ["b", "c"]}}]},
         ["at least 2 of: a", "at least 3 of: b or c"]),
        ({"all": ["a", {"per_profession": {"nursing": "a"}}]}, ["by profession (nursing: a)"]),
        ({"per_profession": {"nursing": "a", "medicine": {"at_least": {"count": 2, "of": ["a"]}}}},
         ["at least 2 of: a"]),
    ],
)  # fmt: skip
def test_the_reasons_are_the_demands_that_nobody_of_the_profession_can_meet(rule, reasons):
    found = satisfiable(parse_rule(rule), profession="medicine")
    assert not found
    assert found.reasons == tuple(f"it asks for {one}" for one in reasons)
    assert satisfiable(parse_rule({"any": ["a", rule]}), profession="medicine").reasons == ()


def test_one_profession_may_be_shut_out_and_is_told_why():
    assert satisfiable("third", design())
    assert satisfiable("third", design(), profession="nursing")
    found = satisfiable("third", design(), profession="medicine")
    assert not found
    assert "`C` is only for nursing" in found.reasons


def test_a_rule_of_ones_own_is_asked_within_a_programme():
    assert satisfiable(parse_rule({"all": ["both", "c"]}), design(), profession="nursing")
    found = satisfiable(parse_rule({"at_least": {"count": 2, "of": ["a", "nowhere"]}}), design())
    assert not found
    assert found.reasons


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (lambda: satisfiable("botj", design()), UnknownNameError),
        (lambda: satisfiable("both", design(), profession="nursin"), UnknownNameError),
        (lambda: satisfiable("both"), UnusableInputError),
    ],
)
def test_unknown_names_are_refused(asked, fault):
    with pytest.raises(fault):
        asked()
