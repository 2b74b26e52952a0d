"""What a change does to learners in progress."""

from __future__ import annotations

import datetime
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    Award,
    Facts,
    parse_rule,
)
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.rules import walk
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.comparison import MOST_WITHIN, compare_designs
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.lacking import badges_lacking
from ipe_workbench.pathways.comparison.learners import learners_in_progress
from ipe_workbench.pathways.comparison.standing import standing_of
from tests import strategies
from tests.pathways.comparison.designs import DAY, STRICTER, small
from tests.programmes import credential, programme, stack


def learner(badges, profession="nursing", on=DAY):
    return Facts.holding(badges, on=on, profession=profession)


COHORT = {
    "two": learner("abc"),
    "three": learner("abcd"),
    "none": learner(""),
    "one-short": learner("ab"),
    "issued": learner(["a", "b", "c", "certificate"]),
}


def test_who_gains_loses_and_keeps_a_stack_and_whom_to_grandfather():
    effects = compare_designs(small(), STRICTER, learners=COHORT, on=DAY).learners
    (row,) = effects.stacks
    assert (row.gains, row.loses, row.keeps) == ((), ("two", "issued"), ("three",))
    assert (row.issued, row.to_grandfather) == (("issued",), ("two",))
    back = compare_designs(STRICTER, small(), learners=COHORT, on=DAY).learners.stacks[0]
    assert (back.gains, back.loses, back.keeps) == (("two",), (), ("three", "issued"))


def test_who_is_nearly_there_and_how_much_farther_the_change_takes_them():
    effects = compare_designs(small(), STRICTER, learners=COHORT, on=DAY, within=2).learners
    assert [(one.learner, one.before, one.after) for one in effects.nearly_there] == [("one-short", 1, 2)]
    wide = compare_designs(small(), STRICTER, learners=COHORT, on=DAY, within=3).learners
    assert {one.learner: (one.before, one.after) for one in wide.nearly_there} == {"none": (3, 4), "one-short": (1, 2)}


def test_steps_that_changed_are_named_with_who_gains_or_loses_them():
    effects = compare_designs(small(), STRICTER, learners=COHORT, on=DAY).learners
    rows = {(one.kind, one.step): one for one in effects.steps}
    assert set(rows) == {("removed", "at least 2 of: B, C or D"), ("added", "B"), ("added", "C"), ("added", "D")}
    assert rows["removed", "at least 2 of: B, C or D"].loses == ("two", "three", "issued")
    assert rows["added", "D"].gains == ("three",)


def test_a_changed_prerequisite_concerns_only_those_who_do_not_hold_the_badge_yet():
    old = small(badges={"d": credential("d", requires="a")})
    new = small(badges={"d": credential("d", requires={"all": ["a", "b"]})})
    cohort = {"holds": learner("acd"), "waits": learner("a"), "both": learner("ab")}
    (row,) = compare_designs(old, new, learners=cohort, on=DAY).learners.steps
    assert (row.owner, row.step, row.was) == ("d", "all of: A and B", "A")
    assert (row.gains, row.loses, row.keeps) == ((), ("waits",), ("both",))


def test_a_badge_of_a_stack_that_was_dropped_stays_with_those_who_were_given_it():
    new = small(stacks=[])
    (row,) = compare_designs(small(), new, learners=COHORT, on=DAY).learners.stacks
    assert row.loses == ("two", "three", "issued")
    assert row.to_grandfather == ("two", "three")


def test_a_change_inside_one_stack_reaches_the_stack_that_counts_it():
    whole = stack("whole", {"all": ["certificate", "a"]})
    old = small(stacks=[stack("certificate", "b"), whole])
    new = small(stacks=[stack("certificate", {"all": ["b", "c"]}), whole])
    effects = compare_designs(old, new, learners={"L": learner("ab")}, on=DAY).learners
    assert [(one.stack, one.loses) for one in effects.stacks] == [("certificate", ("L",)), ("whole", ("L",))]
    assert ("whole", "certificate", ("L",)) in [(one.owner, one.step, one.loses) for one in effects.steps]


def test_an_award_that_has_expired_by_the_day_or_comes_after_it_does_not_count():
    late, past = DAY + datetime.timedelta(1), DAY - datetime.timedelta(1)
    cohort = {
        "expired": Facts("nursing", tuple(Award(one, past, expires=past) for one in "abc")),
        "later": Facts("nursing", tuple(Award(one, late) for one in "abc")),
    }
    result = compare_designs(small(), STRICTER, learners=cohort, on=DAY)
    assert result.learners.stacks == ()
    assert [one.id for one in result.findings] == ["award-after-the-day"]
    assert "3 awards" in result.findings[0].message


@pytest.mark.parametrize("within", [-1, MOST_WITHIN + 1])
def test_a_distance_that_is_no_few_badges_is_refused(within):
    with pytest.raises(UnusableInputError):
        compare_designs(small(), small(), within=within)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.rules, strategies.rules, st.lists(strategies.facts, max_size=5))
def test_every_learner_gains_loses_or_keeps_and_the_way_back_is_the_opposite(one, other, many):
    old, new = (
        programme([credential(name) for name in strategies.BADGES], [stack("s", rule)]) for rule in (one, other)
    )
    cohort = {f"L{number}": facts for number, facts in enumerate(many)}
    there, back = (
        learners_in_progress(Designs.of(*pair), cohort, on=strategies.QUESTION_DAY, within=0)
        for pair in ((old, new), (new, old))
    )
    same, opposite = ([(row.gains, row.loses, row.keeps) for row in way.stacks] for way in (there, back))
    assert same == [(loses, gains, keeps) for gains, loses, keeps in opposite]
    for gains, loses, keeps in same:
        assert not set(gains) & set(loses) | set(gains) & set(keeps) | set(loses) & set(keeps)


plain_rules = strategies.rules.filter(lambda rule: not {"approval", "score"} & set(_kinds(rule)))


def _kinds(rule):
    return {next(iter(type(part).model_fields)) for part in walk(rule)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    rules=st.tuples(plain_rules, plain_rules, plain_rules),
    awards=st.lists(strategies.awards, max_size=5),
    profession=st.sampled_from(strategies.PROFESSIONS),
)
def test_the_badges_that_a_learner_lacks_agree_with_trying_every_set(rules, awards, profession):
    # The second stack is asked for by the first, and one badge has a prerequisite.
    first = parse_rule({"any": [rules[0], {"all": ["second", rules[1]]}]})
    badges = {one: credential(one) for one in strategies.BADGES}
    badges["f"] = credential("f", requires=rules[2])
    badges["e"] = credential("e", professions=["nursing"])
    design = programme(list(badges.values()), [stack("first", first), stack("second", rules[2])])
    facts = Facts(profession, tuple(awards))
    day = strategies.QUESTION_DAY
    most = 2
    found = badges_lacking(design, "first", standing_of(design, facts, on=day), day, most)
    assert found == _tried(design, facts, day, most)


def _tried(design, facts, day, most):
    """The smallest set of badges, each of which may be earned, that completes the first stack when earned that day."""
    may = [one for one in design.credentials if design.may_earn(one, facts.profession)]
    for size in range(most + 1):
        for chosen in combinations(may, size):
            more = tuple(Award(one, day, hours=design.credentials[one].hours) for one in chosen)
            standing = standing_of(design, Facts(facts.profession, (*facts.awards, *more)), on=day)
            if "first" in standing.completed and _admitted(design, chosen, standing, day):
                return size
    return None


def _admitted(design, chosen, standing, day):
    """Whether the badges can be earned in some order, each when its prerequisite is there."""
    earned: set[str] = set()
    while True:
        facts = Facts(
            standing.facts.profession,
            tuple(
                one for one in standing.facts.awards if one.on < day or one.badge in earned or one.badge not in chosen
            ),
        )
        new = {
            one
            for one in chosen
            if one not in earned
            and (
                design.credentials[one].requires is None
                or completed_on(design.credentials[one].requires, facts, on=day) is not None
            )
        }
        if not new:
            return len(earned) == len(chosen)
        earned |= new
