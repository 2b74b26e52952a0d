"""Two designs compared: what is said of each change, and what it does to professions and to learners."""

from __future__ import annotations

import datetime
import json
from itertools import combinations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    MicroCredential,
    ScoreReached,
    badges_in,
    equivalent,
    example_programme,
    parse_rule,
)
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.rules import walk
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.pathways.comparison import MOST_WITHIN, compare_designs, parse_awards, rule_changes
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.lacking import badges_lacking
from ipe_workbench.pathways.comparison.learners import learners_in_progress
from ipe_workbench.pathways.comparison.minimum import COSTS, least_to_complete
from ipe_workbench.pathways.comparison.standing import standing_of
from ipe_workbench.pathways.comparison.written import canonical, with_new_ids
from tests import strategies
from tests.programmes import credential, programme, stack

EXAMPLE = example_programme()
DAY = datetime.date(2027, 6, 1)


def small(**changes):
    """Four badges and a certificate for two of three of them after the first."""
    badges = {one: credential(one, hours=3) for one in "abcd"} | changes.pop("badges", {})
    rule = {"all": ["a", {"at_least": {"count": 2, "of": ["b", "c", "d"]}}]}
    stacks = changes.pop("stacks", [stack("certificate", rule)])
    return programme([one for one in badges.values() if one is not None], stacks, **changes)


def messages(old, new, area=None):
    return [one.message for one in compare_designs(old, new).changes if area in (None, one.area)]


# What is said of a change.


@pytest.mark.parametrize(
    ("before", "after", "phrases"),
    [
        (
            {"at_least": {"count": 2, "of": ["a", "b", "c", "d"]}},
            {"at_least": {"count": 3, "of": ["a", "b", "c", "d"]}},
            ["asks for 3 instead of 2 of: a, b, c or d"],
        ),
        (
            {"at_least": {"count": 2, "of": ["a", "b", "c"]}},
            {"all": ["a", "b", "c"]},
            ["asks for all 3 instead of 2 of: a, b or c"],
        ),
        ({"any": ["a", "b"]}, {"any": ["a", "b", "c"]}, ["counts c, too, toward the one asked for"]),
        (["a", "b"], ["a", "b", "c"], ["also asks for c"]),
        (["a", "b", "c"], ["a"], ["no longer asks for b", "no longer asks for c"]),
        (["a", "b"], ["a", "c"], ["asks for c instead of b"]),
        ("a", ["a", "b"], ["also asks for b"]),
        (
            {"within": {"months": 36, "rule": ["a", "b"]}},
            {"within": {"months": 24, "rule": ["a", "b"]}},
            ["takes what was earned within 24 instead of 36 months"],
        ),
        ("a", {"within": {"months": 6, "rule": "a"}}, ["takes only what was earned within 6 months"]),
        ({"within": {"months": 6, "rule": "a"}}, "a", ["no longer asks that it be earned within 6 months"]),
        (
            {"per_profession": {"nursing": "b", "default": "a"}},
            {"per_profession": {"nursing": "b"}},
            ["for all other professions, no longer has a way: a"],
        ),
        ("a", {"per_profession": {"nursing": "b", "default": "a"}}, ["for nursing, asks for b instead of a"]),
        (
            {"hours": {"min": 50, "of": ["a", "b"]}},
            {"hours": {"min": 60, "of": ["a", "c"]}},
            ["asks for 60 instead of 50 hours", "counts the hours of c, too", "no longer counts the hours of b"],
        ),
        (
            {"points": {"min": 7, "from": [{"badge": "a", "points": 3}, {"badge": "b", "points": 4}]}},
            {"points": {"min": 8, "from": [{"badge": "a", "points": 4}, {"badge": "b", "points": 4}]}},
            ["asks for 8 instead of 7 points", "counts a with 4 instead of 3 points"],
        ),
        (
            {"score": {"assessment": "a", "min": 0.7}},
            {"score": {"assessment": "a", "min": 0.85}},
            ["asks for a score of at least 85% instead of 70% in a"],
        ),
        ({"in_order": ["a", "b"]}, {"in_order": ["b", "a"]}, ["sets another order: b, then a"]),
        (
            {"in_order": ["a", {"at_least": {"count": 1, "of": ["b", "c", "d"]}}]},
            {"in_order": ["a", {"at_least": {"count": 2, "of": ["b", "c", "d"]}}]},
            ["asks for 2 instead of 1 of: b, c or d"],
        ),
    ],
)
def test_a_change_of_a_rule_is_said_as_a_designer_would(before, after, phrases):
    before, after = (parse_rule({"all": one} if isinstance(one, list) else _in(one)) for one in (before, after))
    assert list(rule_changes(before, after)) == phrases


def _in(rule):
    """Lists inside a window stand for `all`."""
    if isinstance(rule, dict) and "within" in rule and isinstance(rule["within"]["rule"], list):
        return {"within": {"months": rule["within"]["months"], "rule": {"all": rule["within"]["rule"]}}}
    return rule


@given(strategies.rules, strategies.rules)
def test_phrases_are_given_exactly_when_the_rules_are_not_the_same_written_differently(one, other):
    assert bool(rule_changes(one, other)) == (canonical(one) != canonical(other))
    assert rule_changes(one, one) == ()


@given(strategies.rules, strategies.rules, strategies.facts)
def test_rules_of_one_canonical_text_are_satisfied_by_the_same_learners(one, other, facts):
    shuffled = parse_rule(
        {"all": [{"any": [one, other]}, {"at_least": {"count": 1, "of": [other, one]}}, other, other]}
    )
    plain = parse_rule({"all": [other, {"any": [other, one]}]})
    assert canonical(shuffled) == canonical(plain)
    day = strategies.QUESTION_DAY
    assert completed_on(shuffled, facts, on=day) == completed_on(plain, facts, on=day)


@given(strategies.rules)
def test_ids_can_be_changed_and_changed_back(rule):
    there = {one: f"{one}-new" for one in strategies.BADGES}
    back = {new: old for old, new in there.items()}
    assert with_new_ids(with_new_ids(rule, there), back) == rule
    assert set(strategies.BADGES).isdisjoint(badges_in(with_new_ids(rule, there)))


def test_the_same_design_has_no_difference():
    result = compare_designs(EXAMPLE, EXAMPLE)
    assert result.same
    assert result.exit_code == 0
    assert not any((result.changes, result.hours, result.coverage, result.access, result.minimum))


def test_a_rule_that_is_only_written_differently_is_said_to_mean_the_same():
    rule = {"all": [{"at_least": {"count": 2, "of": ["d", "c", "b"]}}, {"all": ["a"]}]}
    result = compare_designs(small(), small(stacks=[stack("certificate", rule)]))
    assert [one.kind for one in result.changes] == ["rewritten"]
    assert "asks for the same as before, written differently" in result.changes[0].message
    assert result.same


def test_rules_that_the_same_sets_of_badges_satisfy_mean_the_same():
    one = small(stacks=[stack("s", {"any": [{"all": ["a", "b"]}, {"all": ["a", "c"]}]})])
    other = small(stacks=[stack("s", {"all": ["a", {"any": ["b", "c"]}]})])
    assert compare_designs(one, other).same


@settings(deadline=None)
@given(strategies.rules, strategies.rules, strategies.facts)
def test_no_learner_tells_rules_apart_that_are_said_to_mean_the_same(one, other, facts):
    both = parse_rule({"any": [{"all": [one, other]}, one]})
    day = strategies.QUESTION_DAY
    for rule in (other, both):
        if equivalent(one, rule, effort=0.5):
            assert completed_on(one, facts, on=day) == completed_on(rule, facts, on=day)


def test_a_rule_of_another_meaning_comes_with_a_learner_who_shows_it():
    before = small(stacks=[stack("s", {"all": ["a", "b", "c"]})])
    after = small(stacks=[stack("s", {"all": ["c", {"in_order": ["b", "a"]}]})])
    *_, change = [one for one in compare_designs(before, after).changes if one.area == "rule"]
    assert change.note == (
        "A learner who has A on 2001-01-01, C on 2001-01-01 and B on 2001-01-02 and nothing else met the old rule and "
        "does not meet the new one."
    )
    assert change.to_dict()["note"] == change.note


def test_a_rule_whose_meaning_is_not_decided_in_time_is_said_to_be_so(monkeypatch):
    names = [f"b{place}" for place in range(18)]
    badges = {name: credential(name) for name in names}
    before = {"at_least": {"count": 3, "of": names}}
    rest = names[1:]
    with_first = {"all": ["b0", {"at_least": {"count": 2, "of": rest}}]}
    after = {"any": [with_first, {"at_least": {"count": 3, "of": rest}}]}
    old, new = (small(badges=badges, stacks=[stack("s", rule)]) for rule in (before, after))
    assert compare_designs(old, new).same
    monkeypatch.setattr("ipe_workbench.pathways.comparison.designs._EFFORT", 1e-9)
    result = compare_designs(old, new)
    assert not result.same
    assert result.changes[-1].note.endswith("was not decided: the limit of the search was passed.")


def test_added_removed_and_renamed_credentials_are_told_apart():
    new = small(badges={"b": None, "e": credential("e"), "c": credential("c", title="Care")})
    said = messages(small(), new, "credential")
    assert "B (b) was removed." in said
    assert "E (e) was added." in said
    assert "C is called Care now." in said


def test_a_new_id_for_the_same_credential_is_one_renaming_and_no_change_of_the_rules():
    moved = credential("b", hours=3).model_copy(update={"id": "b-new"})
    rule = {"all": ["a", {"at_least": {"count": 2, "of": ["b-new", "c", "d"]}}]}
    new = small(badges={"b": None, "b-new": moved}, stacks=[stack("certificate", rule)])
    result = compare_designs(small(), new)
    (change,) = result.changes
    assert (change.kind, change.before, change.after) == ("renamed", "b", "b-new")
    assert "awards of b do not count as b-new" in change.message


def test_a_rule_that_still_names_the_old_id_is_told_apart_by_that_id():
    moved = credential("b", hours=3).model_copy(update={"id": "b-new"})
    assert messages(small(), small(badges={"b": None, "b-new": moved}), "rule") == [
        "certificate counts B (b), too, toward the 2 asked for.",
        "certificate no longer counts B toward the 2 asked for.",
    ]


def test_fields_are_said_in_words_with_both_values():
    rubric = {
        "levels": [{"id": "low", "title": "Low", "points": 1}, {"id": "high", "title": "High", "points": 2}],
        "criteria": [{"id": "clear", "title": "Clear", "descriptors": {"low": "no", "high": "yes"}}],
        "pass_level": "high",
    }
    old = credential("a", hours=3, rubric=rubric, summary="Short.")
    changed = old.model_dump(by_alias=True)
    changed["hours"] = 4
    changed["assessment"]["pass_score"] = 0.8
    changed["rubric"]["criteria"][0]["descriptors"]["low"] = "never"
    changed["validity_months"] = 24
    changed["alignments"][0]["how"] = ["taught"]
    changed["criteria"] = [{"id": "new", "statement": "Listens."}]
    changed["summary"] = "A much longer text that nobody would want to read twice in one sentence."
    changed["professions"] = ["nursing"]
    new = MicroCredential.model_validate(changed)
    assert set(messages(small(badges={"a": old}), small(badges={"a": new}), "credential")) == {
        "A: the effort is 4 instead of 3 hours.",
        "A: the pass mark is 80% instead of 70%.",
        "A: the rubric row Clear: the descriptor of low is never instead of no.",
        "A: the validity is set to 24 months.",
        "A: the alignment C1: no longer assessed.",
        "A: the criterion Listens was added.",
        "A: the summary was rewritten.",
        "A: the professions that may earn it: nursing instead of all.",
    }


def test_changes_of_the_programme_are_said():
    new = small(
        professions=[
            {"id": "medicine", "title": "Medicine", "learners": 70},
            {"id": "pharmacy", "title": "Pharmacy", "learners": 40},
        ],
        teams={"size": 5},
    )
    assert messages(small(), new, "programme") == [
        "The programme: the profession Medicine: the number of learners is 70 instead of 60.",
        "The programme: the profession Nursing was removed.",
        "The programme: the profession Pharmacy was added.",
        "The programme: the size of a team is 5 instead of 6.",
    ]


# What follows from it.


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


# Learners in progress.


def learner(badges, profession="nursing", on=DAY):
    return Facts.holding(badges, on=on, profession=profession)


COHORT = {
    "two": learner("abc"),
    "three": learner("abcd"),
    "none": learner(""),
    "one-short": learner("ab"),
    "issued": learner(["a", "b", "c", "certificate"]),
}
STRICTER = small(stacks=[stack("certificate", {"all": ["a", "b", "c", "d"]})])


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


# The file of awards.

HEADER = "learner,badge,awarded_on,profession\n"


def test_awards_are_read_with_the_hours_and_the_expiry_of_the_first_design():
    old = small(badges={"a": credential("a", hours=3, validity_months=12)})
    new = small(badges={"a": credential("a", hours=9)})
    facts = parse_awards(f"{HEADER}L1,a,2026-05-03,nursing\nL1,b,2026-05-04,\n", old, new).learners["L1"]
    assert facts.profession == "nursing"
    assert facts.awards == (
        Award("a", datetime.date(2026, 5, 3), expires=datetime.date(2027, 5, 3), hours=3, version="1.0"),
        Award("b", datetime.date(2026, 5, 4), hours=3, version="1.0"),
    )


def test_a_column_of_expiries_goes_before_the_design():
    text = "profession;LEARNER;badge;awarded_on;expires_on;score;name\nnursing;L1;a;2026-05-03;;0.9;Ann\n"
    facts = parse_awards("\ufeff" + text, small(badges={"a": credential("a", validity_months=12)})).learners["L1"]
    assert facts.awards[0].expires is None
    assert (facts.scores[0].assessment, facts.scores[0].score) == ("a", 0.9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column learner, badge, awarded_on, profession"),
        ("learner,badge,awarded_on\n", "no column profession"),
        ("learner,badge,badge,awarded_on,profession\n", "badge stands twice"),
        (HEADER + "L1,a,2026-02-30,nursing\n", "Row 2, column awarded_on: `2026-02-30` is not a day"),
        (HEADER + "L1,a,2026-02-03,nursing\nL1,a,3 May,nursing\n", "Row 3, column awarded_on"),
        (HEADER + ",a,2026-02-03,nursing\n", "Row 2, column learner: is empty"),
        (HEADER + "L1,,2026-02-03,nursing\n", "Row 2, column badge: is empty"),
        (HEADER + "L1,a\n", "Row 2, column awarded_on: is empty"),
        (HEADER + "L1,a,2026-02-03,nursing\nL1,b,2026-02-03,medicine\n", "Row 3, column profession: differs"),
        (HEADER.strip() + ",expires_on\nL1,a,2026-02-03,nursing,2026-02-01\n", "Row 2, column expires_on: lies before"),
        (HEADER.strip() + ",score\nL1,a,2026-02-03,nursing,70\n", "Row 2, column score: `70` is not a share"),
        (HEADER + 'L1,"a"x,2026-02-03,nursing\n', "Row 2 cannot be read as CSV"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_by_row_and_column(text, words):
    with pytest.raises(UnusableInputError) as caught:
        parse_awards(text, small())
    assert words in str(caught.value)


def test_every_wrong_cell_is_counted_and_no_name_is_quoted():
    text = HEADER + "L1,Ann Smith,Ann Smith,nursing\nAnn Smith,a,soon,Ann Smith\n"
    with pytest.raises(UnusableInputError) as caught:
        parse_awards(text, small())
    assert "(and 1 more)" in str(caught.value)
    assert [one.place.line for one in caught.value.findings] == [2, 3]
    assert "Ann" not in "".join(map(str, caught.value.findings))


def test_unknown_badges_and_professions_are_warnings_without_the_name():
    text = HEADER + "L1,x-badge,2026-02-03,nursing\nL2,x-badge,2026-02-03,astronautics\n"
    found = parse_awards(text, small()).findings
    assert [(one.id, one.severity, one.place.line) for one in found] == [
        ("unknown-badge", "warning", 2),
        ("unknown-profession", "warning", 3),
    ]
    assert "(and 1 more)" in found[0].message
    assert "x-badge" not in str(found[0])


@given(st.text(max_size=200))
@example("\x1f")
@example('"",\x1c\u2028,\x85')
def test_any_text_is_either_read_or_refused_in_a_sentence(text):
    refused, learners = None, {}
    try:
        learners = parse_awards(HEADER + text, small_design).learners
    except UnusableInputError as error:
        refused = error
    assert refused is None or (str(refused).startswith("(text): ") and refused.mend)
    assert all(award.badge and award.on for facts in learners.values() for award in facts.awards)
    if refused is None:
        # Cells of white space are empty, and Python counts some control characters among white space.
        assert bool(learners) == any(not one.isspace() and one not in ',"' for one in text)


small_design = small()


# The least that completes a stack.


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
