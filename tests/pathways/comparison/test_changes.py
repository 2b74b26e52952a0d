"""What is said of each change between two designs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ipe_workbench.credentials import (
    MicroCredential,
    badges_in,
    equivalent,
    example_programme,
    parse_rule,
)
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.pathways.comparison import compare_designs, rule_changes
from ipe_workbench.pathways.comparison.written import canonical, with_new_ids
from tests import strategies
from tests.pathways.comparison.designs import messages, small
from tests.programmes import credential, stack

EXAMPLE = example_programme()


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
