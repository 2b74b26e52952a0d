"""What is still to do: enough, open, and nothing too much; and said so that a learner understands it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
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
)
from ipe_workbench.credentials.rules import Hours, InOrder, Within, walk
from tests import strategies as make
from tests.credentials.plain_meaning import means

DAY = make.QUESTION_DAY
modest = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], report_multiple_bugs=False)


def with_more(facts, badges, scores=make.BADGES, hours=make.BADGES, roles=make.ROLES):
    return replace(
        facts,
        awards=(*facts.awards, *(Award(one, DAY, hours=3) for one in badges)),
        scores=(*facts.scores, *(ScoreReached(one, 1.0, DAY) for one in scores)),
        hours=(*facts.hours, *(HoursRecorded(one, 3, DAY) for one in hours)),
        approvals=(*facts.approvals, *(ApprovalGiven(role, DAY) for role in roles)),
    )


def counting(part, facts):
    return facts.between(part.since, DAY)


some = st.lists(st.sampled_from(make.BADGES), unique=True)


@settings(modest, max_examples=60)
@given(make.rules, make.facts, st.data())
def test_doing_today_all_that_is_missing_completes_the_rule_and_none_of_it_was_done(rule, facts, data):
    held = facts.known_on(DAY)
    parts = missing(rule, facts, on=DAY)
    assert not any(means(part.rule, counting(part, held)) for part in parts)
    for _ in range(4):
        roles = data.draw(st.lists(st.sampled_from(make.ROLES), unique=True))
        more = with_more(held, data.draw(some), data.draw(some), data.draw(some), roles)
        if all(means(part.rule, counting(part, more)) for part in parts):
            assert means(rule, more)
    everything = with_more(held, make.BADGES)
    assert all(means(part.rule, counting(part, everything)) for part in parts) <= means(rule, everything)


@settings(modest, max_examples=60)
@given(make.rules, make.facts)
def test_nothing_that_is_missing_could_be_left_out(rule, facts):
    """For each part there is a way to do all the others that leaves the rule open."""
    assume(not any(isinstance(part, InOrder | Within | Hours) for part in walk(rule)))
    held = facts.known_on(DAY)
    assume(means(rule, with_more(held, make.BADGES)))
    parts = missing(rule, facts, on=DAY)
    choices = [
        with_more(held, badges, scores, (), roles)
        for badges in every(make.BADGES)
        for scores in ((), make.BADGES)
        for roles in every(make.ROLES)
    ]
    for left_out in parts if len(parts) > 1 else ():
        others = [part for part in parts if part is not left_out]
        assert any(
            all(means(part.rule, counting(part, more)) for part in others) and not means(rule, more) for more in choices
        ), left_out


def every(names):
    return [chosen for size in range(len(names) + 1) for chosen in combinations(names, size)]


@settings(modest, max_examples=60)
@given(make.rules, make.facts)
def test_the_explanation_has_a_sentence_for_each_missing_part_and_no_other(rule, facts):
    text = explain(rule, facts, on=DAY)
    answer = evaluate(rule, facts, on=DAY)
    assert text.count("Still to do: ") + text.count("Not possible: ") == len(answer.missing)
    assert text.startswith("Complete" if answer.satisfied else "Not complete yet (")
    assert "(100 %)" not in text


def day(month, number, year=2026):
    return datetime.date(year, month, number)


def test_a_time_window_that_has_begun_sets_a_date():
    rule = parse_rule({"within": {"months": 6, "rule": {"all": ["a", "b"]}}})
    held = Facts(awards=(Award("a", day(10, 1)),))
    assert explain(rule, held, on=day(12, 1)) == "Not complete yet (50 %). Still to do: b, by 2027-04-01."
    # Too late for that window: all of it again.
    assert "Still to do: within 6 months: all of: a and b." in explain(rule, held, on=day(5, 1, 2027))


def test_a_step_taken_before_its_turn_has_to_be_taken_again():
    rule = parse_rule({"in_order": ["a", "b", "c"]})
    held = Facts(awards=(Award("b", day(9, 1)), Award("a", day(10, 1))))
    assert explain(rule, held, on=day(12, 1)) == (
        "Not complete yet (33 %). Done: a (2026-10-01). Still to do: in this order: b, then c "
        "(what was earned before 2026-10-01 does not count here)."
    )


def test_what_follows_from_another_part_is_not_named_again():
    rule = parse_rule(
        {"all": ["a", {"any": ["a", "b"]}, {"at_least": {"count": 2, "of": ["c", "d", "e"]}}, {"any": ["c", "d"]}]}
    )
    assert [part.rule for part in missing(rule, Facts(), on=DAY)] == list(
        parse_rule({"all": ["a", {"at_least": {"count": 2, "of": ["c", "d", "e"]}}]}).all
    )


def test_of_two_windows_that_end_on_one_day_the_part_that_asks_for_more_is_named():
    def window(part):
        return {"within": {"months": 6, "rule": {"all": ["c", part]}}}

    rule = parse_rule({"all": [window("a"), window({"any": ["a", "b"]})]})
    (part,) = missing(rule, Facts(awards=(Award("c", day(10, 1)),)), on=day(12, 1))
    assert (part.rule, part.by) == (parse_rule("a"), day(4, 1, 2027))
    two = parse_rule({"all": ["a", {"any": ["a", "b"]}]})
    assert [part.rule for part in missing(two, Facts(), on=DAY)] == [parse_rule("a")]


def test_points_hours_and_scores_say_how_much_is_left():
    items = [{"badge": "a", "points": 3}, {"badge": "b", "points": 2}, {"badge": "c", "points": 1}]
    points = parse_rule({"points": {"min": 5, "from": items}})
    assert "Still to do: 2 more points from: b (2), c (1)." in explain(points, Facts.holding(["a"]), on=DAY)
    hours = parse_rule({"hours": {"min": 3, "of": ["x", "y"]}})
    attended = Facts(hours=(HoursRecorded("x", 2, day(9, 1)),))
    assert "Still to do: 1 more hour (now 2 of 3) in x or y." in explain(hours, attended, on=DAY)
    score = parse_rule({"score": {"assessment": "quiz", "min": 0.8}})
    tried = Facts(scores=(ScoreReached("quiz", 0.65, day(9, 1)),))
    assert "a score of at least 80% in quiz (best so far: 65%)." in explain(score, tried, on=DAY)


def test_learners_read_their_own_branch_without_repetitions():
    branches = {"per_profession": {"nursing": "ward", "default": "clinic"}}
    rule = parse_rule({"any": [{"in_order": ["a"]}, {"all": ["a", "b"]}, branches]})
    assert "Still to do: a or ward." in explain(rule, Facts(profession="nursing"), on=DAY)
    assert "Still to do: a or clinic." in explain(rule, Facts(), on=DAY)


def test_what_nobody_can_do_is_called_not_possible():
    assert "Not possible: it asks for 3 of a list of 2: a or b." in explain(
        parse_rule({"at_least": {"count": 3, "of": ["a", "b"]}}), Facts(), on=DAY
    )
    capped = {"points": {"min": 2, "from": [{"badge": "a", "points": 3, "kind": "x"}], "cap": {"x": 0}}}
    assert "Not possible" in explain(parse_rule(capped), Facts(), on=DAY)
