"""Blocks of rules: every action on every block gives a rule that can be read, and keeps what can be kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import parse_rule, rule_to_data
from ipe_workbench.credentials.rules import RULE_KINDS, badges_in
from ipe_workbench.studio.rule_blocks import Rule, acted, parts_of, spelled_out
from ipe_workbench.studio.rule_builder import block_of

NAMES = ["a", "b", "c", "d"]
PROFESSIONS = ["medicine", "nursing"]


def do(rule: Rule | None, what: str, *path: int, **more: Any) -> Any:
    return acted(rule, {"do": what, "path": list(path), **more}, NAMES, PROFESSIONS)


def paths(rule: Rule, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    return [path, *(one for at, part in enumerate(parts_of(rule)) for one in paths(part, (*path, at)))]


def test_a_rule_of_every_kind_is_built_from_nothing() -> None:
    rule = do(None, "start")
    assert rule == {"badge": "a"}
    rule = do(rule, "kind", kind="all")
    rule = do(rule, "add")
    rule = do(rule, "kind", 1, kind="at_least")
    rule = do(do(rule, "add", 1), "add", 1)
    rule = do(rule, "field", 1, key="count", value=2)
    rule = do(do(rule, "add"), "kind", 2, kind="per_profession")
    rule = do(do(rule, "add", 2), "kind", 2, 1, kind="approval")
    assert rule == {
        "all": [
            {"badge": "a"},
            {"at_least": {"count": 2, "of": [{"badge": "b"}, {"badge": "c"}, {"badge": "d"}]}},
            {"per_profession": {"medicine": {"badge": "a"}, "nursing": {"approval": {"role": "faculty"}}}},
        ]
    }
    assert parse_rule(rule)


def test_a_block_keeps_its_parts_when_its_kind_changes() -> None:
    some = {"any": [{"badge": "a"}, {"badge": "b"}]}
    assert do(some, "kind", kind="in_order") == {"in_order": some["any"]}
    assert do(some, "kind", kind="within") == {"within": {"months": 12, "rule": {"all": some["any"]}}}
    assert do(some, "kind", kind="points") == {
        "points": {"min": 2, "from": [{"badge": "a", "points": 1}, {"badge": "b", "points": 1}]}
    }
    assert do({"badge": "a"}, "kind", kind="shortcut") == {"shortcut": {"badge": "b", "otherwise": {"badge": "a"}}}
    assert do({"badge": "a"}, "kind", kind="score") == {"score": {"assessment": "a", "min": 0.7}}


def test_a_group_that_is_emptied_goes_and_a_count_is_never_too_high() -> None:
    rule = {"all": [{"badge": "a"}, {"at_least": {"count": 2, "of": [{"badge": "b"}, {"badge": "c"}]}}]}
    rule = do(rule, "remove", 1, 0)
    assert rule["all"][1]["at_least"]["count"] == 1
    rule = do(rule, "remove", 1, 0)
    assert rule == {"all": [{"badge": "a"}]}
    assert do(rule, "remove", 0) is None


def test_parts_and_branches_are_moved_and_renamed() -> None:
    rule = {"in_order": [{"badge": "a"}, {"badge": "b"}]}
    assert do(rule, "move", at=0, by=1) == {"in_order": [{"badge": "b"}, {"badge": "a"}]}
    assert do(rule, "move", at=0, by=-1) == rule
    branches = {"per_profession": {"medicine": {"badge": "a"}, "default": {"badge": "b"}}}
    assert do(branches, "branch", at=0, value="nursing")["per_profession"] == {
        "nursing": {"badge": "a"}, "default": {"badge": "b"},
    }  # fmt: skip
    # A name that is taken swaps, so that no branch is lost.
    assert do(branches, "branch", at=0, value="default")["per_profession"] == {
        "default": {"badge": "a"}, "medicine": {"badge": "b"},
    }  # fmt: skip


def test_points_have_kinds_and_caps_that_go_with_their_last_item() -> None:
    rule = {"points": {"min": 2, "from": [{"badge": "a", "points": 1}]}}
    rule = do(rule, "add")
    rule = do(rule, "item", at=1, key="kind", value="rounds")
    rule = do(rule, "cap", key="rounds", value=1)
    assert rule["points"]["from"][1] == {"badge": "b", "points": 1, "kind": "rounds"}
    assert rule["points"]["cap"] == {"rounds": 1}
    assert "cap" not in do(rule, "item", at=1, key="kind", value="")["points"]
    assert "cap" not in do(rule, "remove_item", at=1)["points"]
    assert do(do(rule, "remove_item", at=0), "remove_item", at=0) is None


@pytest.mark.parametrize(
    "action", [{"do": "burn"}, {"do": "kind", "kind": "exec"}, {"do": "field", "path": [7], "key": "x", "value": 1}]
)
def test_what_cannot_be_done_is_a_lookup_error(action: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        acted({"all": [{"badge": "a"}]}, action, NAMES, PROFESSIONS)


leaves = st.sampled_from(
    [
        {"badge": "a"},
        {"points": {"min": 1, "from": [{"badge": "a", "points": 2, "kind": "x"}], "cap": {"x": 1}}},
        {"hours": {"min": 2, "of": ["b", "c-1"]}},
        {"score": {"assessment": "c", "min": 0.5}},
        {"approval": {"role": "lead"}},
    ]
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"in_order": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"at_least": {"count": len(parts), "of": parts}}),
        inner.map(lambda part: {"within": {"months": 6, "rule": part}}),
        inner.map(lambda part: {"shortcut": {"badge": "d", "otherwise": part}}),
        st.dictionaries(st.sampled_from([*PROFESSIONS, "default"]), inner, min_size=1).map(
            lambda branches: {"per_profession": branches}
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), rule=rules)
def test_whatever_is_done_the_rule_can_be_read(data: st.DataObject, rule: Rule) -> None:
    for _ in range(4):
        path = data.draw(st.sampled_from(paths(rule)))
        what = data.draw(st.sampled_from(["kind", "add", "remove", "move", "remove_item"]))
        more = {"kind": data.draw(st.sampled_from(RULE_KINDS)), "at": 0, "by": 1}
        try:
            changed = do(rule, what, *path, **more)
        except (LookupError, TypeError):  # nothing can be added to a leaf, no row removed from a group
            assert what in ("add", "remove_item")
            continue
        if changed is None:
            return
        assert spelled_out(rule_to_data(parse_rule(changed))) == spelled_out(changed)
        rule = spelled_out(changed) or {}


@settings(max_examples=40, deadline=None)
@given(rule=rules, kind=st.sampled_from(["all", "any", "at_least", "in_order", "within", "per_profession", "shortcut"]))
def test_a_change_to_a_group_loses_no_badge(rule: Rule, kind: str) -> None:
    changed = do(rule, "kind", kind=kind)
    assert set(badges_in(parse_rule(changed))) >= set(badges_in(parse_rule(rule)))


@settings(max_examples=40, deadline=None)
@given(rule=rules)
def test_every_part_is_drawn_with_the_path_that_leads_to_it(rule: Rule) -> None:
    def drawn(block: dict[str, Any]) -> list[tuple[int, ...]]:
        return [tuple(block["path"]), *(one for part in block["parts"] for one in drawn(part["block"]))]

    assert drawn(block_of(rule)) == paths(rule)
