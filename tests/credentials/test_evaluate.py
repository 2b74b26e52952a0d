"""The stacking algebra: laws for random rules and facts, and the programmes of the field as examples."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    HoursRecorded,
    ScoreReached,
    evaluate,
    explain,
    missing,
    parse_rule,
    progress,
)
from ipe_workbench.credentials.rules import AllOf, AnyOf, AtLeast, rule_to_data
from tests import strategies as make

DAY = make.QUESTION_DAY
ON = datetime.date(2026, 10, 1)


def satisfied(rule: object, facts: Facts, on: datetime.date = DAY) -> bool:
    return evaluate(parse_rule(rule), facts, on=on).satisfied


# --- laws -----------------------------------------------------------------------------------------------------------


@given(make.rules, make.facts, make.awards, make.scores, make.hours, make.approvals)
def test_holding_more_never_loses_a_rule_nor_progress(rule, facts, award, score, hours, approval):
    before = evaluate(rule, facts, on=DAY)
    more = replace(
        facts,
        awards=(*facts.awards, award),
        scores=(*facts.scores, score),
        hours=(*facts.hours, hours),
        approvals=(*facts.approvals, approval),
    )
    after = evaluate(rule, more, on=DAY)
    assert after.satisfied >= before.satisfied
    assert after.progress >= before.progress - 1e-12


@given(make.rules, make.facts)
def test_progress_is_one_exactly_when_satisfied_and_nothing_is_missing_then(rule, facts):
    answer = evaluate(rule, facts, on=DAY)
    assert 0 <= answer.progress <= 1
    assert (answer.progress == 1) == answer.satisfied == (answer.completed_on is not None)
    assert (answer.missing == ()) == answer.satisfied
    assert answer.why or rule == AllOf(all=())


@given(make.rules, make.facts, st.randoms(use_true_random=False))
def test_order_of_operands_is_irrelevant_outside_in_order(rule, facts, random):
    if not isinstance(rule, AllOf | AnyOf | AtLeast):
        rule = AllOf(all=(rule,))
    shuffled_data = rule_to_data(rule)
    operands = shuffled_data.get("all") or shuffled_data.get("any") or shuffled_data["at_least"]["of"]
    random.shuffle(operands)
    one, other = evaluate(rule, facts, on=DAY), evaluate(parse_rule(shuffled_data), facts, on=DAY)
    assert (one.satisfied, one.progress, one.completed_on) == (other.satisfied, other.progress, other.completed_on)


@given(make.rules, make.facts)
def test_order_in_which_facts_are_listed_is_irrelevant(rule, facts):
    turned = replace(
        facts,
        awards=facts.awards[::-1],
        scores=facts.scores[::-1],
        hours=facts.hours[::-1],
        approvals=facts.approvals[::-1],
    )
    assert evaluate(rule, turned, on=DAY) == evaluate(rule, facts, on=DAY)


@given(make.rules, make.facts)
def test_a_rule_completes_no_earlier_than_it_is_satisfied(rule, facts):
    """On the day it names, the rule was satisfied by what is still held; on the day before it was not."""
    done = evaluate(rule, facts, on=DAY).completed_on
    if done is None or done == datetime.date.min:
        return
    held = facts.known_on(DAY)
    assert evaluate(rule, held.between(datetime.date.min, done), on=DAY).satisfied
    eve = done - datetime.timedelta(days=1)
    assert not evaluate(rule, held.between(datetime.date.min, eve), on=DAY).satisfied


@given(make.rules, make.facts)
def test_doing_all_that_is_missing_satisfies_the_rule(rule, facts):
    """What `missing` names is enough: hold it all (in order, late enough, not expired) and the rule is satisfied."""
    if facts.profession not in make.PROFESSIONS and "per_profession" in str(rule_to_data(rule)):
        return
    if any(word in str(rule_to_data(rule)) for word in ("at_least", "points", "per_profession", "within")):
        return  # These can be impossible by themselves (too many wanted, capped, another profession, too slow).
    day = datetime.date(2028, 5, 1)
    every = Facts(
        profession=facts.profession,
        awards=(*facts.awards, *(Award(one, day, hours=99) for one in make.BADGES)),
        scores=(*facts.scores, *(ScoreReached(one, 1.0, day) for one in make.BADGES)),
        hours=(*facts.hours, *(HoursRecorded(one, 99, day) for one in make.BADGES)),
        approvals=(*facts.approvals, *(ApprovalGiven(role, day) for role in make.ROLES)),
    )
    assert all(evaluate(part.rule, every, on=DAY).satisfied for part in missing(rule, facts, on=DAY))
    assert evaluate(rule, every, on=DAY).satisfied


@given(make.rules)
def test_a_rule_survives_being_written_and_read(rule):
    assert parse_rule(rule_to_data(rule)) == rule


@pytest.mark.parametrize("count", range(1, 6))
def test_at_least_agrees_with_counting_subsets(count):
    rule = parse_rule({"at_least": {"count": count, "of": list("abcde")}})
    for mask in range(32):
        held = [one for bit, one in enumerate("abcde") if mask >> bit & 1]
        answer = evaluate(rule, Facts.holding(held), on=DAY)
        assert answer.satisfied == (len(held) >= count)
        assert answer.progress == pytest.approx(min(1, len(held) / count))


# --- the kinds, by the published programmes of the field --------------------------------------------------------------


def test_expired_badge_no_longer_completes_a_stack():
    facts = Facts(awards=(Award("a", ON, expires=datetime.date(2027, 10, 1)),))
    assert satisfied("a", facts, datetime.date(2027, 10, 1))
    assert not satisfied("a", facts, datetime.date(2027, 10, 2))


def test_award_of_the_future_does_not_count_yet():
    assert not satisfied("a", Facts.holding(["a"], on=ON), ON - datetime.timedelta(days=1))


def test_fixed_order_as_at_salus_and_drexel():
    rule = {"in_order": ["a", "b", "c"]}
    dated = [Award(one, ON + datetime.timedelta(days=10 * i)) for i, one in enumerate("abc")]
    assert satisfied(rule, Facts(awards=tuple(dated)))
    wrong = Facts(
        awards=(Award("a", ON), Award("c", ON + datetime.timedelta(1)), Award("b", ON + datetime.timedelta(2)))
    )
    answer = evaluate(parse_rule(rule), wrong, on=DAY)
    assert not answer.satisfied
    assert answer.progress == pytest.approx(2 / 3)
    assert satisfied(rule, replace(wrong, awards=(*wrong.awards, Award("c", ON + datetime.timedelta(3)))))


def test_north_dakota_points_with_a_cap_on_similar_activities():
    items = [{"badge": "a", "points": 3}, {"badge": "b", "points": 2}]
    items += [{"badge": one, "points": 1, "kind": "similar"} for one in "cdef"]
    rule = {"points": {"min": 8, "from": items, "cap": {"similar": 3}}}
    assert satisfied(rule, Facts.holding("abcde"))
    assert not satisfied({"points": {"min": 9, "from": items, "cap": {"similar": 3}}}, Facts.holding("abcdef"))
    assert progress(parse_rule(rule), Facts.holding("ab"), on=DAY) == 5 / 8


def test_a_capped_kind_counts_its_best_items():
    items = [{"badge": "a", "points": 1, "kind": "x"}, {"badge": "b", "points": 3, "kind": "x"}]
    assert satisfied({"points": {"min": 3, "from": items, "cap": {"x": 1}}}, Facts.holding("ab"))


def test_a_badge_awarded_twice_counts_its_hours_once():
    twice = Facts(awards=(Award("a", ON, hours=3), Award("a", ON + datetime.timedelta(200), hours=4)))
    rule = parse_rule({"hours": {"min": 7, "of": ["a"]}})
    assert progress(rule, twice, on=DAY) == pytest.approx(4 / 7)


def test_texas_tech_score_and_hours_of_attendance():
    rule = {"all": [{"score": {"assessment": "post-test", "min": 0.7}}, {"hours": {"min": 1, "of": ["event-9"]}}]}
    facts = Facts(scores=(ScoreReached("post-test", 0.69, ON),), hours=(HoursRecorded("event-9", 1.5, ON),))
    assert not satisfied(rule, facts)
    assert satisfied(rule, replace(facts, scores=(*facts.scores, ScoreReached("post-test", 0.7, ON))))


def test_within_looks_for_any_window_of_that_length():
    rule = {"within": {"months": 6, "rule": {"all": ["a", "b"]}}}
    late = Facts(awards=(Award("a", datetime.date(2026, 9, 1)), Award("b", datetime.date(2027, 4, 1))))
    assert not satisfied(rule, late)
    assert satisfied(rule, replace(late, awards=(*late.awards, Award("a", datetime.date(2027, 10, 1)))))


def test_profession_without_branch_and_default_cannot_complete_and_is_told_so():
    rule = parse_rule({"per_profession": {"nursing": "a"}})
    answer = evaluate(rule, Facts.holding(["a"], profession="dental"), on=DAY)
    assert (answer.satisfied, answer.progress) == (False, 0.0)
    assert "no branch for dental" in answer.why[0]
    assert satisfied({"per_profession": {"nursing": "a", "default": {"all": []}}}, Facts(profession="dental"))


def test_shortcut_completes_the_step_without_its_parts():
    rule = {"shortcut": {"badge": "done", "otherwise": {"all": ["a", "b"]}}}
    assert satisfied(rule, Facts.holding(["done"]))
    assert satisfied(rule, Facts.holding(["a", "b"]))
    assert not satisfied(rule, Facts.holding(["a"]))


def test_explanation_names_what_is_done_and_what_is_open():
    rule = parse_rule({"all": ["a", {"at_least": {"count": 2, "of": ["b", "c", "d"]}}]})
    text = explain(
        rule, Facts.holding(["a", "b"], on=ON), on=DAY, title=lambda one: {"a": "Roles", "c": "Huddles"}.get(one, one)
    )
    assert text.startswith("Not complete yet (75 %).")
    assert "Done: Roles (2026-10-01)." in text
    assert "Still to do: Huddles or d" in text
