"""Rules in fewer words, and whether two rules are the same: against trying every learner."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    ScoreReached,
    equivalent,
    evaluate,
    parse_rule,
    simplify,
)
from ipe_workbench.credentials.rules import Hours, InOrder, Within, walk
from ipe_workbench.credentials.simplify import size
from tests import strategies as make
from tests.credentials.plain_meaning import means

DAY = make.QUESTION_DAY
modest = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], report_multiple_bugs=False)


def every(names):
    return [chosen for length in range(len(names) + 1) for chosen in combinations(names, length)]


@settings(modest, max_examples=150)
@given(make.rules, make.facts)
def test_a_simpler_rule_completes_on_the_same_day_for_any_facts(rule, facts):
    simpler = simplify(rule)
    assert size(simpler) <= size(rule)
    assert simplify(simpler) == simpler
    assert evaluate(simpler, facts, on=DAY).completed_on == evaluate(rule, facts, on=DAY).completed_on


@settings(modest, max_examples=25)
@given(make.rules)
def test_a_simpler_rule_is_proven_the_same(rule):
    assert equivalent(rule, simplify(rule)).same is True


@settings(modest, max_examples=40)
@given(make.rules_about("abc", max_leaves=5), make.rules_about("abc", max_leaves=5))
def test_two_rules_are_the_same_exactly_when_every_learner_says_so(one, two):
    assume(not any(isinstance(part, Hours | InOrder | Within) for rule in (one, two) for part in walk(rule)))
    found = equivalent(one, two)
    tried = (
        Facts(
            profession,
            tuple(Award(badge, DAY) for badge in badges),
            tuple(ScoreReached(name, score, DAY) for name in assessed),
            approvals=tuple(ApprovalGiven(role, DAY) for role in roles),
        )
        for profession in (*make.PROFESSIONS, "dental")
        for badges in every("abc")
        for assessed in every("abc")
        for score in (0.5, 0.7, 0.9)
        for roles in every(make.ROLES)
    )
    same = all(means(one, facts) == means(two, facts) for facts in tried)
    assert found.same is same


@settings(modest, max_examples=20)
@given(make.rules, make.rules)
def test_a_counterexample_is_a_learner_whom_the_rules_treat_differently(one, two):
    found = equivalent(one, two)
    assert (found.same is False) == (found.counterexample is not None)
    if found.counterexample is not None:
        assert means(one, found.counterexample) != means(two, found.counterexample)


@pytest.mark.parametrize(
    ("rule", "simpler"),
    [
        ({"all": ["a"]}, "a"),
        ({"any": ["a", {"all": ["a", "b"]}]}, "a"),
        ({"at_least": {"count": 2, "of": ["a", "b"]}}, {"all": ["a", "b"]}),
        ({"in_order": ["a", {"in_order": ["b", "c"]}]}, {"in_order": ["a", "b", "c"]}),
        ({"within": {"months": 12, "rule": "a"}}, "a"),
        ({"within": {"months": 12, "rule": {"within": {"months": 6, "rule": {"all": ["a", "b"]}}}}},
         {"within": {"months": 6, "rule": {"all": ["a", "b"]}}}),
        ({"per_profession": {"nursing": "a", "default": "a"}}, "a"),
        ({"all": ["a", {"in_order": ["a", "b"]}]}, {"in_order": ["a", "b"]}),
        ({"points": {"min": 2, "from": [{"badge": "a", "points": 2}, {"badge": "b", "points": 3}]}},
         {"any": ["a", "b"]}),
    ],
)  # fmt: skip
def test_words_that_change_nothing_go(rule, simpler):
    assert simplify(parse_rule(rule)) == parse_rule(simpler)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"in_order": ["a", "b"]}, {"all": ["a", "b"]}),
        (
            {"within": {"months": 6, "rule": {"all": ["a", "b"]}}},
            {"within": {"months": 7, "rule": {"all": ["a", "b"]}}},
        ),
        ({"hours": {"min": 3, "of": ["x"]}}, {"hours": {"min": 4, "of": ["x"]}}),
        ({"per_profession": {"nursing": "a", "default": "b"}}, "b"),
        ({"score": {"assessment": "a", "min": 0.5}}, {"score": {"assessment": "a", "min": 0.7}}),
    ],
)
def test_rules_that_dates_hours_scores_or_professions_tell_apart(one, two):
    found = equivalent(parse_rule(one), parse_rule(two))
    assert found.same is False
    assert means(parse_rule(one), found.counterexample) != means(parse_rule(two), found.counterexample)


def test_what_is_neither_proven_nor_refuted_is_undecided_and_not_true():
    one = parse_rule({"any": [{"in_order": ["a", "b"]}, {"in_order": ["b", "a"]}]})
    found = equivalent(one, parse_rule({"all": ["a", "b"]}))
    assert found.same is None
    assert not found
