"""The cheapest way against trying every way, in badges, hours and weights, with and without a programme."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached, parse_rule
from ipe_workbench.credentials.cheapest import cheapest
from ipe_workbench.credentials.completions import with_completions
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.rules import Badge, Hours, Points, Score, walk
from ipe_workbench.errors import UnusableInputError
from tests import strategies as make
from tests.credentials.plain_meaning import means
from tests.programmes import credential, programme, stack

DAY = make.QUESTION_DAY
TWELVE = tuple("abcdefghijkl")
modest = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
weights = st.lists(st.sampled_from([0, 0.5, 1, 1.25, 3]), min_size=12, max_size=12)


def by_cost(names, price):
    """Every set of names, the cheapest first."""
    sets = (some for size in range(len(names) + 1) for some in combinations(names, size))
    return sorted(sets, key=lambda some: sum(price[one] for one in some))


def asked(rule):
    """Badges that a learner without a programme may earn: shortcuts aside."""
    found = []
    for part in walk(rule):
        found += [part.badge] if isinstance(part, Badge) else []
        found += [part.score.assessment] if isinstance(part, Score) else []
        found += [item.badge for item in part.points.from_] if isinstance(part, Points) else []
    return sorted(set(found))


def done_today(facts, badges, rule, assessed=None):
    """The facts with these badges, the scores that come with them, and all approvals and attendance, today."""
    activities = {one for part in walk(rule) if isinstance(part, Hours) for one in part.hours.of}
    return replace(
        facts,
        awards=(*facts.awards, *(Award(one, DAY) for one in badges)),
        scores=(*facts.scores, *(ScoreReached(one, 1.0, DAY) for one in badges if assessed is None or one in assessed)),
        hours=(*facts.hours, *(HoursRecorded(one, 1e4, DAY) for one in sorted(activities))),
        approvals=(*facts.approvals, *(ApprovalGiven(role, DAY) for role in make.ROLES)),
    )


@settings(modest, max_examples=40)
@given(make.rules_about(TWELVE, max_leaves=12), make.facts, weights, st.booleans())
def test_the_cheapest_way_from_where_a_learner_stands_agrees_with_trying_every_set(rule, facts, prices, weighted):
    scored = {part.score.assessment for part in walk(rule) if isinstance(part, Score)}
    price = dict(zip(TWELVE, prices, strict=True)) if weighted else dict.fromkeys(TWELVE, 1)
    held = facts.known_on(DAY)
    least = next(
        (
            sum(price[one] for one in some)
            for some in by_cost(asked(rule), price)
            if means(rule, done_today(held, some, rule, scored))
        ),
        None,
    )
    way = cheapest(rule, facts, on=DAY, cost=price if weighted else "badges")
    assert (way.cost if way else None) == least
    if way is not None:
        assert way.proven
        assert way.bound == way.cost == sum(price[one] for one in way.badges)
        assert completed_on(rule, way.done(facts, on=DAY), on=DAY) is not None


@settings(modest, max_examples=40)
@given(
    rule=make.rules_about((*make.BADGES, "first", "second")),
    needed=st.tuples(*[make.rules_about((*make.BADGES, "first", "second"), max_leaves=4)] * 4),
    facts=make.facts,
    efforts=st.lists(st.sampled_from([0.5, 1, 2.25, 4]), min_size=6, max_size=6),
    cost=st.sampled_from(["badges", "hours"]),
)
def test_with_a_programme_prerequisites_stacks_and_professions_count(rule, needed, facts, efforts, cost):
    badges = {one: credential(one, hours=hours) for one, hours in zip(make.BADGES, efforts, strict=True)}
    badges["a"] = credential("a", hours=efforts[0], requires=needed[0], validity_months=6)
    badges["b"] = credential("b", hours=efforts[1], requires=needed[1], professions=["nursing"])
    badges["c"] = credential("c", hours=efforts[2], assessment=None, activities=[])
    badges["f"] = credential("f", hours=efforts[5], status="retired")
    design = programme(list(badges.values()), [stack("first", needed[2]), stack("second", needed[3])])
    least = tried_in_a_programme(design, rule, facts, cost)
    way = cheapest(rule, facts, on=DAY, programme=design, cost=cost)
    assert (way.cost if way else None) == least
    if way is not None:
        assert way.proven
        assert completed_on(rule, way.done(facts, on=DAY, programme=design), on=DAY) is not None


def tried_in_a_programme(design, rule, facts, cost):
    """The least cost of all sets of credentials that can be earned one after the other and complete the rule."""
    price = {one.id: one.hours if cost == "hours" else 1 for one in design.credentials.values()}
    known = with_completions(facts, design, on=DAY).known_on(DAY)
    may = [
        one.id
        for one in design.credentials.values()
        if one.status != "retired" and (facts.profession is None or design.may_earn(one.id, facts.profession))
    ]
    for chosen in by_cost(may, price):
        if means(rule, earned_in_turn(design, chosen, known)):
            return sum(price[one] for one in chosen)
    return None


def earned_in_turn(design, chosen, known):
    """What a learner holds who earns of these credentials all that can be earned, with the stacks that follow."""
    earned: set[str] = set()
    facts = replace(known, approvals=(*known.approvals, *(ApprovalGiven(role, DAY) for role in make.ROLES)))
    while True:
        rules = {one: design.credentials[one].requires for one in chosen}
        rules |= {one.id: one.rule for one in design.stacks.values()}
        new = [one for one, rule in rules.items() if one not in earned and (rule is None or means(rule, facts))]
        if not new:
            return facts
        earned.update(new)
        scored = [one for one in new if one in chosen and design.credentials[one].assessment is not None]
        facts = replace(
            facts,
            awards=(*facts.awards, *(design.award(one, DAY) for one in new)),
            scores=(*facts.scores, *(ScoreReached(one, 1.0, DAY) for one in scored)),
        )


def test_a_shared_badge_is_paid_once_and_a_step_done_before_its_turn_again():
    shared = parse_rule({"all": [{"any": ["a", "b"]}, {"any": ["c", "b"]}]})
    assert cheapest(shared, on=DAY).badges == ("b",)
    early = Facts(awards=(Award("b", datetime.date(2027, 1, 1)), Award("a", datetime.date(2027, 2, 1))))
    assert cheapest(parse_rule({"in_order": ["a", "b"]}), early, on=DAY).badges == ("b",)


def test_hours_recorded_beside_a_credential_cost_and_those_inside_its_effort_do_not():
    design = programme([credential("a", hours=5), credential("b", hours=1)])
    attended = parse_rule({"hours": {"min": 2, "of": ["a-1"]}})
    way = cheapest(attended, on=DAY, programme=design, cost="hours")
    assert (way.badges, way.cost, [one.hours.min for one in way.also]) == ((), 2, [2])
    both = parse_rule({"all": ["a", {"hours": {"min": 2, "of": ["a-1"]}}]})
    assert cheapest(both, on=DAY, programme=design, cost="hours").cost == 5


def test_an_impossible_rule_has_no_way_and_a_completed_one_costs_nothing():
    assert cheapest(parse_rule({"at_least": {"count": 3, "of": ["a", "b"]}}), on=DAY) is None
    way = cheapest(parse_rule("a"), Facts.holding(["a"]), on=DAY)
    assert (way.badges, way.also, way.cost, way.proven) == ((), (), 0, True)


@pytest.mark.parametrize("cost", ["hours", {}, {"a": -1.0}, {"a": float("nan")}])
def test_costs_that_are_unknown_are_refused_with_a_sentence(cost):
    with pytest.raises(UnusableInputError, match=r"weight|hours"):
        cheapest(parse_rule("a"), on=DAY, cost=cost)
