"""What a change does to hours, coverage, professions and the least that completes a stack."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    ScoreReached,
    example_programme,
    parse_rule,
)
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways.comparison import compare_designs
from ipe_workbench.pathways.comparison.minimum import COSTS, least_to_complete
from ipe_workbench.pathways.comparison.standing import standing_of
from tests import strategies
from tests.pathways.comparison.designs import DAY, STRICTER, small
from tests.programmes import credential, programme, stack

EXAMPLE = example_programme()


def test_hours_of_learners_and_assessors_are_compared_by_profession_and_term():
    assessment = {"methods": ["test"], "assessor": "faculty", "pass_score": 0.7, "assessor_minutes": 30}
    new = small(badges={"a": credential("a", hours=5), "b": credential("b", hours=3, assessment=assessment)})
    result = compare_designs(small(badges={"c": credential("c", hours=3, professions=["nursing"])}), new)
    rows = {(row.kind, row.of, row.term): (row.before, row.after) for row in result.hours}
    # 100 learners of half an hour each; medicine gains the two hours of a and the three of c.
    assert rows == {
        ("learner", "medicine", None): (9, 14),
        ("learner", "nursing", None): (12, 14),
        ("assessor", "faculty", "autumn"): (None, 50),
    }


def test_coverage_that_is_gained_or_lost_is_named_by_code_and_by_profession_where_it_differs():
    only = [{"framework": "ipec-2023", "competency": "RR1", "how": ["taught"], "level": "exposure"}]
    old = small(badges={"d": credential("d", alignments=only)})
    rows = compare_designs(old, small()).coverage
    assert [(row.framework, row.profession, row.changes["taught-"]) for row in rows] == [("ipec-2023", None, ("RR1",))]
    narrowed = small(badges={"d": credential("d", alignments=only, professions=["nursing"])})
    rows = compare_designs(old, narrowed).coverage
    assert [(row.profession, row.changes["taught-"]) for row in rows] == [("medicine", ("RR1",))]


def test_a_framework_that_is_not_in_both_designs_is_an_unknown_name():
    with pytest.raises(UnknownNameError, match="not a framework of both"):
        compare_designs(small(), small(), framework="ipec-2032")


def test_professions_that_can_no_longer_finish_a_stack_are_named():
    new = small(
        badges={one: credential(one, professions=["nursing"]) for one in "bc"},
    )
    access = {(row.item, row.kind): row.professions for row in compare_designs(small(), new).access}
    assert access[("certificate", "shut out")] == ("medicine",)
    back = {(row.item, row.kind): row.professions for row in compare_designs(new, small()).access}
    assert back[("certificate", "admitted")] == ("medicine",)


def test_a_stack_that_ends_after_the_calendar_or_later_in_it_is_said():
    late = [{"id": "late", "title": "S", "kind": "workshop", "hours": 3, "term": "spring", "weeks": [2]}]
    new = small(badges={one: credential(one, activities=[late[0] | {"id": one}]) for one in "bcd"})
    (row,) = [one for one in compare_designs(small(), new).access if one.item == "certificate"]
    assert (row.kind, row.professions) == ("later", ("medicine", "nursing"))
    assert row.before < row.after


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.rules, strategies.rules)
def test_who_is_shut_out_one_way_is_let_in_the_other_way(one, other):
    badges = {name: credential(name) for name in strategies.BADGES}
    old, new = (programme(list(badges.values()), [stack("s", rule)]) for rule in (one, other))
    opposite = {"shut out": "admitted", "in time": "out of time", "later": "earlier"}
    opposite |= {value: key for key, value in opposite.items()}
    there = {(row.item, row.kind, row.professions) for row in compare_designs(old, new).access}
    back = {(row.item, opposite[row.kind], row.professions) for row in compare_designs(new, old).access}
    assert there == back


def test_the_whole_comparison_is_plain_json():
    result = compare_designs(EXAMPLE, small(), learners={"L": Facts.holding(["a"], profession="nursing")}, on=DAY)
    data = result.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert list(data)[:5] == ["format", "before", "after", "same", "changes"]


def test_the_least_badges_and_hours_to_each_stack_are_compared_by_profession():
    old = small(badges={"b": credential("b", hours=5), "d": credential("d", hours=2, professions=["nursing"])})
    new = small(
        badges={"b": credential("b", hours=5), "d": credential("d", hours=2, professions=["nursing"], requires="b")}
    )
    rows = {
        (row.stack, row.cost, row.professions): (row.before, row.after) for row in compare_designs(old, new).minimum
    }
    # Nursing took a, c and d (3 + 3 + 2 hours); now d asks for b first, and a, b, c or a, b, d cost 11 and 10.
    assert rows == {("certificate", "hours", ("nursing",)): (8, 10)}
    both = {row.cost: (row.before, row.after) for row in compare_designs(small(), STRICTER).minimum}
    assert both == {"badges": (3, 4), "hours": (9, 12)}


def test_a_stack_that_cannot_be_completed_has_no_least():
    new = small(badges={"a": credential("a", professions=["nursing"])})
    rows = [(row.cost, row.professions, row.before, row.after) for row in compare_designs(small(), new).minimum]
    assert rows == [("badges", ("medicine",), 3, None), ("hours", ("medicine",), 9, None)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rules=st.tuples(strategies.rules, strategies.rules, strategies.rules),
    efforts=st.lists(st.sampled_from([0.5, 1, 2.25, 4]), min_size=6, max_size=6),
    profession=st.sampled_from(strategies.PROFESSIONS),
    cost=st.sampled_from(COSTS),
)
def test_the_least_to_complete_a_stack_agrees_with_trying_every_set(rules, efforts, profession, cost):
    badges = {one: credential(one, hours=hours) for one, hours in zip(strategies.BADGES, efforts, strict=True)}
    badges["f"] = credential("f", hours=efforts[5], requires=rules[1])
    badges["e"] = credential("e", hours=efforts[4], requires="f", professions=["nursing"])
    first = parse_rule({"any": [rules[0], {"all": ["second", rules[1]]}]})
    design = programme(list(badges.values()), [stack("first", first), stack("second", rules[2])])
    found = least_to_complete(design, "first", profession, cost)
    assert found.proven
    assert found.value == _least_tried(design, profession, cost)


def _least_tried(design, profession, cost):
    """The cheapest of all sets of badges that can be earned in some order and complete the first stack."""
    price = {one.id: one.hours if cost == "hours" else 1 for one in design.credentials.values()}
    may = [one for one in design.credentials if design.may_earn(one, profession)]
    scores = tuple(ScoreReached(one, 1.0, DAY) for one in may)
    approvals = tuple(ApprovalGiven(role, DAY) for role in strategies.ROLES)
    prices = []
    for size in range(len(may) + 1):
        for chosen in combinations(may, size):
            awards = tuple(Award(one, DAY, hours=design.credentials[one].hours) for one in chosen)
            reached = tuple(one for one in scores if one.assessment in chosen)
            facts = Facts(profession, awards, reached, approvals=approvals)
            standing = standing_of(design, facts, on=DAY)
            if "first" in standing.completed and _ordered(design, chosen, facts):
                prices.append(sum(price[one] for one in chosen))
    return min(prices, default=None)


def _ordered(design, chosen, facts):
    """Whether the badges can be earned one after the other, with the stacks that follow on the way."""
    earned: set[str] = set()
    while True:
        now = Facts(
            facts.profession,
            tuple(one for one in facts.awards if one.badge in earned),
            tuple(one for one in facts.scores if one.assessment in earned),
            approvals=facts.approvals,
        )
        known = standing_of(design, now, on=DAY).facts
        new = {
            one
            for one in chosen
            if one not in earned
            and (
                design.credentials[one].requires is None
                or completed_on(design.credentials[one].requires, known, on=DAY)
            )
        }
        if not new:
            return len(earned) == len(chosen)
        earned |= new
