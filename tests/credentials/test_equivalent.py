"""Rules in fewer words, and whether two rules are the same: against trying every learner."""

from __future__ import annotations

import datetime
from itertools import combinations, pairwise, product

import pytest
from hypothesis import HealthCheck, assume, given, settings

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    ScoreReached,
    Simplified,
    equivalent,
    evaluate,
    parse_rule,
    simplify,
)
from ipe_workbench.credentials.rules import Hours, InOrder, Within, badges_in, walk
from ipe_workbench.credentials.shortened import size
from ipe_workbench.credentials.witness import Witness, witness
from tests import strategies as make
from tests.credentials.plain_meaning import means

DAY = make.QUESTION_DAY
modest = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], report_multiple_bugs=False
)


def every(names):
    return [chosen for length in range(len(names) + 1) for chosen in combinations(names, length)]


@settings(modest, max_examples=150)
@given(make.rules, make.facts)
def test_a_simpler_rule_completes_on_the_same_day_for_any_facts(rule, facts):
    simplified = simplify(rule)
    simpler = simplified.rule
    assert simplified.complete
    assert size(simpler) <= size(rule)
    assert simplify(simpler).rule == simpler
    assert evaluate(simpler, facts, on=DAY).completed_on == evaluate(rule, facts, on=DAY).completed_on


@settings(modest, max_examples=25)
@given(make.rules)
def test_a_simpler_rule_is_proven_the_same(rule):
    assert equivalent(rule, simplify(rule).rule).same is True


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


_POINTS = [{"badge": one, "points": 1, "kind": kind} for one, kind in zip("abc", "xxy", strict=True)]


@pytest.mark.parametrize(
    ("least", "cap", "other", "same"),
    [
        (2, {}, {"any": ["b", "c"]}, True),
        (2, {}, {"all": []}, False),
        (2, {}, {"all": ["b", "c"]}, False),
        (2, {"x": 1}, "c", True),
        (2, {"x": 1}, {"any": ["b", "c"]}, False),
        (3, {"x": 2}, {"all": ["b", "c"]}, True),
        (1, {"x": 1}, {"all": []}, True),
        (1, {"x": 0}, "c", True),
    ],
)
def test_points_beside_a_badge_that_gives_one_of_them(least, cap, other, same):
    rule = parse_rule({"all": ["a", {"points": {"min": least, "from": _POINTS, "cap": cap}}]})
    beside = parse_rule({"all": ["a", other]})
    assert equivalent(rule, beside).same is same
    shorter = simplify(rule).rule
    for held in every("abc"):
        facts = Facts.holding(held)
        assert means(shorter, facts) == means(rule, facts)


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
    assert simplify(parse_rule(rule)).rule == parse_rule(simpler)


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


ORDERS = {"any": [{"in_order": ["a", "b"]}, {"in_order": ["b", "a"]}]}
OF_20 = [f"badge-{place}" for place in range(20)]
THREE_OF_20 = {"at_least": {"count": 3, "of": OF_20}}


def at_least(count, of):
    return {"at_least": {"count": count, "of": of}}


def within(months, rule):
    return {"within": {"months": months, "rule": rule}}


def hours(least, *of):
    return {"hours": {"min": least, "of": list(of)}}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ORDERS, {"all": ["a", "b"]}),
        ({"all": [within(6, {"all": ["a", "b"]}), within(9, {"all": ["b", "a"]})]}, within(6, {"all": ["a", "b"]})),
        ({"in_order": ["a", {"all": ["b", "c"]}]}, {"all": [{"in_order": ["a", "b"]}, {"in_order": ["a", "c"]}]}),
        (within(3, {"in_order": ["a", {"in_order": ["b", "a"]}]}), within(3, {"in_order": ["a", "b", "a"]})),
        (within(12, hours(20, "x", "y")), {"any": [within(12, hours(20, "y", "x")), within(6, hours(20, "x"))]}),
        # Ten hours of each make twenty of both; inside the same window only.
        (within(12, hours(20, "x", "y")),
         {"any": [within(12, hours(20, "x", "y")), within(12, {"all": [hours(10, "x"), hours(10, "y")]})]}),
        ({"all": [hours(4, "x"), hours(9, "x")]}, hours(9, "x")),
        (THREE_OF_20, {"any": [{"all": [OF_20[0], at_least(2, OF_20[1:])]}, at_least(3, OF_20[1:])]}),
        (THREE_OF_20,
         {"any": [{"all": [at_least(2, OF_20[:9]), at_least(1, OF_20[9:])]}, at_least(3, OF_20[:9]),
                  {"all": [at_least(1, OF_20[:9]), at_least(2, OF_20[9:])]}, at_least(3, OF_20[9:])]}),
        ({"points": {"min": 3, "from": [{"badge": one, "points": 1} for one in OF_20]}}, THREE_OF_20),
        ({"per_profession": {"nursing": ORDERS, "default": "c"}},
         {"per_profession": {"nursing": {"all": ["a", "b"]}, "medicine": "c", "default": {"any": ["c", "c"]}}}),
    ],
)  # fmt: skip
def test_rules_of_other_words_are_proven_the_same(one, two):
    assert equivalent(parse_rule(one), parse_rule(two)).same is True


def test_a_pathway_of_88_badges_is_itself_in_another_order_and_form():
    """Ten of 15 elements, each of which its completion badge or some of its five or six badges complete."""
    badges = [f"b{place}" for place in range(88)]
    elements = [(f"c{place}", badges[at : at + 6], 2 + place % 4) for place, at in enumerate(range(0, 88, 6))]
    given = [{"shortcut": {"badge": done, "otherwise": at_least(count, of)}} for done, of, count in elements]
    turned = [{"any": [at_least(count, of[::-1]), done]} for done, of, count in reversed(elements)]
    pathway = parse_rule({"shortcut": {"badge": "done", "otherwise": at_least(10, given)}})
    assert equivalent(pathway, parse_rule({"any": [at_least(10, given[::-1]), "done"]})).same is True
    assert equivalent(pathway, parse_rule({"any": [at_least(10, turned), "done"]})).same is True
    easier = {"any": [at_least(1, elements[6][1]), "c6"]}
    found = equivalent(pathway, parse_rule({"any": [at_least(10, [easier, *given[:6], *given[7:]]), "done"]}))
    assert found.satisfies == "second"
    assert len([award for award in found.counterexample.awards if award.badge in elements[6][1]]) == 1


@pytest.mark.parametrize(
    ("one", "two", "who"),
    [
        (ORDERS, {"in_order": ["a", "b"]}, "who has b on 2001-01-01 and a on 2001-01-02 and nothing else"),
        (THREE_OF_20, at_least(4, OF_20), None),
        (within(6, {"all": ["a", "b"]}), within(5, {"all": ["a", "b"]}), None),
        # All can lie in a window of ten months by pairs of five, and not in one of nine.
        ({"all": [within(5, {"all": ["a", "b"]}), within(5, {"all": ["b", "c"]})]},
         within(9, {"all": ["a", "b", "c"]}), None),
        (hours(10, "x"), within(1, hours(4, "x")), None),
        ({"all": [hours(1, "x", "y"), hours(1, "y", "z"), hours(1, "x", "z")]}, hours(2, "x", "y", "z"),
         None),
        ({"in_order": [hours(5, "x"), hours(5, "x")]},
         {"all": [{"in_order": [hours(5, "x"), hours(5, "x")]}, hours(10, "x")]}, None),
        ({"any": ["a", {"per_profession": {"nursing": "b"}}]}, "a", "of nursing who has b and nothing else"),
        ({"score": {"assessment": "a", "min": 0.5}}, {"score": {"assessment": "a", "min": 0.7}},
         "who has a score of 50% in a and nothing else"),
        ({"all": []}, {"approval": {"role": "mentor"}}, "who has nothing"),
    ],
)  # fmt: skip
def test_rules_that_differ_come_with_a_learner_who_shows_it(one, two, who):
    first, second = parse_rule(one), parse_rule(two)
    found = equivalent(first, second)
    assert found.same is False
    satisfied = [evaluate(rule, found.counterexample, on=found.day).satisfied for rule in (first, second)]
    assert satisfied == [found.satisfies == "first", found.satisfies == "second"]
    assert sorted(satisfied) == [False, True]
    assert satisfied == [means(rule, found.counterexample) for rule in (first, second)]
    assert who is None or found.who() == who


DAYS = [datetime.date(2026, 1, 15), datetime.date(2026, 2, 15), datetime.date(2026, 2, 16), datetime.date(2026, 4, 1)]
GRID = [
    Facts(awards=tuple(Award(badge, day) for badge, days in zip("ab", chosen, strict=True) for day in days))
    for chosen in product(every(DAYS), repeat=2)
]


@settings(modest, max_examples=40)
@given(make.rules_of_time("ab", max_leaves=5), make.rules_of_time("ab", max_leaves=5))
def test_rules_of_order_and_windows_agree_with_every_learner_on_a_grid_of_days(one, two):
    found = equivalent(one, two)
    apart = [facts for facts in GRID if means(one, facts) != means(two, facts)]
    if found.same:
        assert not apart
    else:
        assert found.same is False
        assert means(one, found.counterexample) != means(two, found.counterexample)


@settings(modest, max_examples=15)
@given(make.rules_of_sets("abcdefghijkl", max_leaves=14), make.rules_of_sets("abcdefghijkl", max_leaves=14))
def test_rules_about_twelve_badges_are_the_same_when_every_set_says_so(one, two):
    names = sorted({*badges_in(one), *badges_in(two)})
    same = all(means(one, facts) == means(two, facts) for facts in map(Facts.holding, every(names)))
    assert equivalent(one, two).same is same


@pytest.mark.parametrize(
    ("rule", "simpler"),
    [
        ({"all": [THREE_OF_20, at_least(2, OF_20), "other"]}, {"all": [THREE_OF_20, "other"]}),
        ({"any": [at_least(5, OF_20), {"all": OF_20[4:9]}, THREE_OF_20]}, THREE_OF_20),
        ({"all": [{"in_order": ["a", "b"]}, within(9, {"all": ["a", "b"]}), within(6, {"in_order": ["a", "b"]})]},
         within(6, {"in_order": ["a", "b"]})),
        ({"any": [within(12, hours(20, "x", "y")), within(6, hours(20, "x")), within(6, hours(25, "y"))]},
         within(12, hours(20, "x", "y"))),
    ],
)  # fmt: skip
def test_what_follows_from_the_rest_goes_from_long_and_from_dated_lists(rule, simpler):
    assert simplify(parse_rule(rule)) == Simplified(parse_rule(simpler), complete=True)


def test_where_the_limit_is_passed_both_say_so_and_claim_nothing():
    one, two = parse_rule(THREE_OF_20), parse_rule({"any": [{"all": list(some)} for some in combinations(OF_20, 3)]})
    found = equivalent(one, two, effort=1e-6)
    assert found.same is None
    assert not found
    assert equivalent(one, two).same is True
    parts = [at_least(2, OF_20), at_least(2, OF_20[5:]), "other"]
    simplified = simplify(parse_rule({"all": parts}), effort=0.0)
    assert not simplified.complete
    assert equivalent(simplified.rule, parse_rule({"all": parts[1:]})).same is True


def test_what_takes_more_than_28_days_of_one_month_is_looked_for_in_the_real_calendar():
    """From a day to the same day of the next month are 32 days at most."""

    def one_month_without_a_pair_in_order(count):
        names = [f"b{place}" for place in range(count)]
        pairs = [{"in_order": list(pair)} for pair in pairwise(names)]
        return witness(parse_rule(within(1, {"all": names})), parse_rule({"any": pairs}))

    found = one_month_without_a_pair_in_order(31)
    assert len({award.on for award in found.facts.awards}) == 31
    assert one_month_without_a_pair_in_order(33) == Witness(None, decided=True, effort=0.0)
