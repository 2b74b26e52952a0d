"""Badgr-native pathways: there and back through the files of a programme, and rules of ours in Badgr's words."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Stack, example_programme, load_programme, save_programme
from ipe_workbench.credentials.exchange.badgr import read_badgr
from ipe_workbench.credentials.exchange.badgr_writing import write_badgr
from ipe_workbench.credentials.exchange.importing import import_pathway, to_programme
from ipe_workbench.frameworks.import_result import Notes
from tests.credentials.exchange.test_importing import REAL, SHARED, completed, needs_shared


@needs_shared
def test_a_real_pathway_comes_back_equal_through_the_files(tmp_path):
    data = json.loads((SHARED / REAL["badgr"]).read_text(encoding="utf-8"))
    save_programme(to_programme(import_pathway(SHARED / REAL["badgr"]).design), tmp_path / "ba")
    assert write_badgr(load_programme(tmp_path / "ba"))[0] == data


texts = st.none() | st.text(max_size=12) | st.sampled_from(["2020-01-01", "yes", "1_0", "a: b", "- x", "x # y", "~"])
plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
unknown = st.dictionaries(
    st.sampled_from(["badgeCount", "slug", "x:y", "Notes"]),
    st.recursive(
        plain | texts,
        lambda one: st.lists(one, max_size=2) | st.dictionaries(st.text(max_size=3), one, max_size=2),
        max_leaves=4,
    ),
    max_size=2,
)
badges = st.sampled_from([{"badgeUrl": f"https://badges.example/{one}"} for one in "abcdef"])
counts = st.one_of(
    st.just({"@type": "all"}),
    st.builds(lambda one: {"@type": "atLeastN", "requiredCount": one}, st.integers(0, 4)),
    st.builds(lambda one: {"@type": "atLeastN", "requiredCount": one}, st.sampled_from(["2", None, 1.0])),
)


def requirements() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "childElementRequirements": st.builds(lambda one: {"countRule": one}, counts),
            "badgeRequirements": st.builds(
                lambda rule, of: {"countRule": rule, "requiredBadges": of}, counts, st.lists(badges, max_size=4)
            ),
        },
        optional={
            "nonChildElementRequirements": st.builds(
                lambda rule, of: {"countRule": rule, "elementIds": of},
                counts,
                st.lists(st.integers(0, 6).map(lambda one: f"element-{one}"), max_size=2),
            ),
            "shortcutBadges": st.lists(badges, max_size=2),
            "allowCompletionBadgeShortcut": st.booleans(),
        },
    )


elements = st.recursive(
    st.tuples(requirements(), unknown, texts, st.booleans(), st.none() | badges, st.just(())),
    lambda inner: st.tuples(
        requirements(), unknown, texts, st.booleans(), st.none() | badges, st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)


def pathway(drawn: Any, ids: Any) -> dict[str, Any]:
    rules, more, text, required, badge, children = drawn
    return {
        "elementId": f"element-{next(ids)}",
        "name": text,
        "description": text,
        "completionBadge": badge,
        "requirements": rules,
        "requiredForParentCompletion": required,
        **more,
        "children": [pathway(one, ids) for one in children],
    }


@given(elements)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_pathway_comes_back_equal_through_the_files(tmp_path_factory, drawn):
    data = pathway(drawn, iter(range(1000)))
    folder = tmp_path_factory.mktemp("pathway") / "ours"
    save_programme(to_programme(read_badgr(json.loads(json.dumps(data)), Notes("x"))), folder)
    assert write_badgr(load_programme(folder))[0] == data


def test_a_changed_rule_is_written_anew_and_the_rest_as_it_came(tmp_path):
    asked = {"countRule": {"@type": "all"}, "requiredBadges": [{"badgeUrl": "u:1"}, {"badgeUrl": "u:2"}]}
    inner = {"elementId": "b", "name": "B", "requirements": {"badgeRequirements": asked}, "odd": 1}
    data = {"elementId": "a", "name": "A", "requirements": {}, "children": [inner]}
    programme = to_programme(read_badgr(data, Notes("x")))
    stack = programme.stacks["b"]
    rule = {"any": [*stack.model_dump(by_alias=True)["rule"]["all"]]}
    changed = Stack.model_validate(stack.model_dump(by_alias=True) | {"rule": rule, "title": "Now one"})
    back = write_badgr(programme.with_stack(changed))[0]
    assert back["children"][0]["requirements"]["badgeRequirements"] == {
        "countRule": {"@type": "atLeastN", "requiredCount": 1},
        "requiredBadges": [{"badgeUrl": "u:1"}, {"badgeUrl": "u:2"}],
    }
    assert (back["children"][0]["name"], back["children"][0]["odd"], back["requirements"]) == ("Now one", 1, {})


names = st.sampled_from(["x", "y", "z", "w", "one", "two"])
rules = st.recursive(
    names.map(lambda one: {"badge": one}),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda of: {"all": of}),
        st.lists(inner, min_size=1, max_size=3).map(lambda of: {"any": of}),
        st.tuples(st.integers(1, 3), st.lists(inner, min_size=1, max_size=3)).map(
            lambda drawn: {"at_least": {"count": drawn[0], "of": drawn[1]}}
        ),
        st.tuples(st.sampled_from(["x", "y"]), inner).map(
            lambda drawn: {"any": [{"badge": drawn[0]}, {"shortcut": {"badge": drawn[0], "otherwise": drawn[1]}}]}
        ),
    ),
    max_leaves=6,
)


@given(st.tuples(rules, rules, rules))
@settings(max_examples=40, deadline=None)
def test_rules_of_ours_mean_the_same_in_badgrs_words(drawn):
    programme = example_programme()
    stacks = {
        name: Stack.model_validate({"id": name, "title": name, "kind": "badge", "stage": "exposure", "rule": rule})
        for name, rule in zip(("root", "one", "two"), drawn, strict=True)
    }
    from dataclasses import replace

    ours = replace(programme, credentials={}, stacks=stacks, documents={})
    made, _ = write_badgr(ours)
    design = read_badgr(made, Notes("x"))
    names = {one.name: one.id for one in design.elements.values()}
    for count in range(5):
        for held in combinations("xyzw", count):
            expected = closed(drawn, set(held))
            done = completed(design, set(held))
            assert {one for one in ("root", "one", "two") if names[one] in done} == expected


def closed(drawn: Any, held: set[str]) -> set[str]:
    """What is completed: the smallest set that nothing can be added to, evaluated rule by rule."""

    def holds(rule: Any, have: set[str]) -> bool:
        ((kind, value),) = rule.items()
        if kind == "badge":
            return value in have
        if kind == "shortcut":
            return value["badge"] in have or holds(value["otherwise"], have)
        if kind == "at_least":
            return sum(holds(one, have) for one in value["of"]) >= value["count"]
        return (all if kind == "all" else any)(holds(one, have) for one in value)

    done: set[str] = set()
    while True:
        more = {n for n, rule in zip(("root", "one", "two"), drawn, strict=True) if holds(rule, held | done)}
        if more <= done:
            return done
        done |= more


def test_what_badgr_cannot_say_is_reported():
    lost = {one.message.partition(":")[0] for one in write_badgr(example_programme())[1]}
    for what in ("the time window", "the least hours", "the order of the steps", "prerequisites of credentials",
                 "`rubric` of credentials", "`ects` of stacks"):  # fmt: skip
        assert f"A Badgr pathway does not carry {what}" in lost


def test_a_programme_without_stacks_has_no_pathway():
    from dataclasses import replace

    from ipe_workbench.errors import UnusableInputError

    with pytest.raises(UnusableInputError, match="no stack"):
        write_badgr(replace(example_programme(), stacks={}))
