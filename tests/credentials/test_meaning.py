"""`evaluate` and its pass over a whole cohort against the plain meaning of rules, over random facts and all subsets."""

from __future__ import annotations

import datetime
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Award, Facts, evaluate, evaluate_many, parse_rule
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.errors import UnusableInputError
from tests import strategies as make
from tests.credentials.plain_meaning import first_day, means

DAY = make.QUESTION_DAY
TWELVE = tuple("abcdefghijkl")
modest = settings(deadline=None, report_multiple_bugs=False, suppress_health_check=[HealthCheck.too_slow])


@settings(modest, max_examples=150)
@given(make.rules, make.facts)
def test_a_rule_completes_on_the_day_that_its_plain_meaning_gives(rule, facts):
    assert evaluate(rule, facts, on=DAY).completed_on == first_day(rule, facts, DAY)


@settings(modest, max_examples=12)
@given(make.rules_about(TWELVE, max_leaves=12), st.sampled_from([*make.PROFESSIONS, None]))
def test_evaluate_agrees_with_the_plain_meaning_on_every_subset_of_up_to_twelve_badges(rule, profession):
    badges = badges_in(rule)
    subsets = [some for size in range(len(badges) + 1) for some in combinations(badges, size)]
    facts = {
        str(at): Facts(profession, tuple(Award(one, make.START, hours=2.0) for one in some))
        for at, some in enumerate(subsets)
    }
    plain = [means(rule, one) for one in facts.values()]
    assert list(evaluate_many(rule, facts, on=DAY).satisfied) == plain
    for one, meant in list(zip(facts.values(), plain, strict=True))[:: max(1, len(subsets) // 200)]:
        assert evaluate(rule, one, on=DAY).satisfied == meant


#: The day of the question: after all that happened, or in the midst of it, when the rest does not count yet.
asked = st.sampled_from([DAY, make.START + datetime.timedelta(days=300)])


@settings(modest, max_examples=100)
@given(make.rules_about((*make.BADGES, "g"), max_leaves=12), st.lists(make.facts, min_size=1, max_size=8), asked)
def test_many_learners_at_once_get_the_answers_of_one_at_a_time(rule, facts, on):
    table = evaluate_many(rule, {f"l{at}": one for at, one in enumerate(facts)}, on=on)
    alone = [evaluate(rule, one, on=on) for one in facts]
    assert list(table.learner) == [f"l{at}" for at in range(len(facts))]
    assert list(table.satisfied) == [one.satisfied for one in alone]
    assert table.progress.to_numpy() == pytest.approx([one.progress for one in alone], abs=1e-9)
    days = table.completed_on.to_numpy().astype("datetime64[D]").astype(object)
    assert list(days) == [one.completed_on for one in alone]


@settings(modest, max_examples=30)
@given(make.rules, st.lists(st.lists(st.none() | make.days, min_size=6, max_size=6), min_size=1, max_size=4), asked)
def test_a_table_of_days_a_table_of_awards_and_facts_say_the_same(rule, held, on):
    names = [f"l{at}" for at in range(len(held))]
    wide = pd.DataFrame(np.array(held, "datetime64[s]"), index=names, columns=list(make.BADGES))
    rows = [
        (who, one, day)
        for who, days in zip(names, held, strict=True)
        for one, day in zip("abcdef", days, strict=True)
        if day
    ]
    tidy = pd.DataFrame(rows, columns=["learner", "badge", "on"])
    facts = {who: Facts(awards=tuple(Award(one, day) for them, one, day in rows if them == who)) for who in names}
    first = evaluate_many(rule, facts, on=on)
    pd.testing.assert_frame_equal(evaluate_many(rule, wide, on=on), first)
    pd.testing.assert_frame_equal(evaluate_many(rule, wide[::-1], on=on, learners=names), first)
    pd.testing.assert_frame_equal(evaluate_many(rule, tidy, on=on, learners=names), first)


def test_an_award_counts_from_its_day_on_and_what_the_rule_does_not_name_never():
    days = [datetime.date(2027, 3, 1), datetime.date(2027, 3, 2), datetime.date(2027, 3, 3), datetime.date(2026, 1, 1)]
    tidy = pd.DataFrame({"learner": list("wxyz"), "badge": ["a", "a", "a", "z"], "on": days})
    wide = pd.DataFrame({"a": [*days[:3], None], "z": days}, index=list("wxyz")).astype("datetime64[s]")
    for table in (tidy, wide):
        answer = evaluate_many(parse_rule("a"), table, on=datetime.date(2027, 3, 2))
        assert list(answer.satisfied) == [True, True, False, False]
        assert [str(one)[:10] for one in answer.completed_on] == ["2027-03-01", "2027-03-02", "NaT", "NaT"]


def test_badges_that_are_merely_held_or_not_in_a_table_of_another_order():
    wide = pd.DataFrame({"a": [True, False, True], "b": [True, True, False]}, index=list("xyz"))
    answer = evaluate_many(parse_rule({"all": ["a", "b"]}), wide, on=DAY, learners=["z", "x", "y"])
    assert list(answer.satisfied) == [False, True, False]
    assert list(answer.progress) == [0.5, 1, 0.5]


def test_each_profession_of_a_cohort_gets_its_branch_and_the_others_the_default():
    wide = pd.DataFrame({"a": [True] * 3, "b": [False] * 3}, index=list("xyz"))
    given = {"x": "nursing", "y": "medicine"}  # z told none
    named = {"nursing": "a", "medicine": "b"}
    for default, last in (("a", True), ("b", False), (None, False)):
        rule = parse_rule({"per_profession": named | ({"default": default} if default else {})})
        answer = evaluate_many(rule, wide, on=DAY, professions=given)
        assert list(answer.satisfied) == [True, False, last]


def test_only_the_score_inside_of_a_window_counts_for_it():
    rule = parse_rule({"within": {"months": 2, "rule": {"all": ["a", {"score": {"assessment": "s", "min": 0.7}}]}}})
    awards = pd.DataFrame({"learner": ["x", "y"], "badge": ["a", "a"], "on": ["2027-01-01"] * 2})
    scores = pd.DataFrame({"learner": ["x", "y"], "assessment": ["s", "s"], "score": [0.8, 0.8],
                           "on": ["2027-02-28", "2027-03-02"]})  # fmt: skip
    assert list(evaluate_many(rule, awards, on=DAY, scores=scores).satisfied) == [True, False]


def test_a_month_ends_where_it_ends():
    """As `add_months`: six months from 31 August is the last day of February."""
    rule = parse_rule({"within": {"months": 6, "rule": {"all": ["a", "b"]}}})
    held = pd.DataFrame(
        {"a": ["2026-08-31"] * 2, "b": ["2027-02-28", "2027-03-01"]}, index=["x", "y"], dtype="datetime64[s]"
    )
    assert list(evaluate_many(rule, held, on=DAY).satisfied) == [True, False]


def test_decimal_points_and_hours_that_sum_to_their_mark_reach_it():
    items = [{"badge": "a", "points": 0.1}, {"badge": "b", "points": 0.7}]
    rule = parse_rule({"points": {"min": 0.8, "from": items}})
    facts = Facts.holding(["a", "b"], on=make.START)
    assert evaluate(rule, facts, on=DAY).satisfied
    assert list(evaluate_many(rule, {"x": facts}, on=DAY).satisfied) == [True]


@pytest.mark.parametrize(
    ("awards", "more", "said"),
    [
        ({"learner": ["x"], "badge": ["a"]}, {}, "no column on"),
        ({"learner": ["x"], "badge": ["a"], "on": ["soon"]}, {}, "no date"),
        ({"learner": ["x"], "badge": ["a"], "on": [DAY]}, {"learners": ["y"]}, "'x', who is not asked about"),
        ({"learner": [None], "badge": ["a"], "on": [DAY]}, {"learners": ["y"]}, "without a learner"),
        ({"learner": ["x"], "badge": ["a"], "on": [DAY]}, {"learners": ["x", "x"]}, "twice"),
        (
            {"learner": ["x"], "badge": ["a"], "on": [DAY]},
            {"scores": pd.DataFrame({"learner": ["x"], "on": [DAY]})},
            "no column assessment and no column score",
        ),
    ],
)
def test_tables_that_cannot_be_used_are_refused_with_a_sentence(awards, more, said):
    with pytest.raises(UnusableInputError, match=said):
        evaluate_many(parse_rule("a"), pd.DataFrame(awards), on=DAY, **more)


def test_a_learner_without_awards_is_answered_when_asked_about():
    awards = pd.DataFrame({"learner": ["x"], "badge": ["a"], "on": [datetime.date(2027, 1, 1)]})
    table = evaluate_many(parse_rule("a"), awards, on=DAY, learners=["y", "x"])
    assert table[["learner", "satisfied"]].to_numpy().tolist() == [["y", False], ["x", True]]
    assert pd.isna(table.completed_on[0])
