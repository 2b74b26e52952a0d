"""The framework as a tree of competencies: found by id or code, walked in order, refused when it is no tree."""

from __future__ import annotations

import pickle
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.frameworks import Framework, load_framework


def framework(*items: tuple[str, str | None, str | None]) -> Framework:
    return Framework.model_validate(
        {"id": "f", "title": "F", "competencies": [{"id": i, "parent": p, "code": c} for i, p, c in items]}
    )


@st.composite
def forests(draw):
    """Items whose parent, if any, stands at any earlier place."""
    count = draw(st.integers(1, 30))
    parents = [draw(st.none() | st.integers(0, n - 1)) if n else None for n in range(count)]
    order = draw(st.permutations(range(count)))
    return framework(*((f"i{n}", None if parents[n] is None else f"i{parents[n]}", None) for n in order))


@given(forests())
def test_ancestors_and_descendants_mirror_each_other(tree):
    below = {one.id: {part.id for part in tree.descendants(one.id)} for one in tree.competencies}
    for one in tree.competencies:
        assert {above.id for above in tree.ancestors(one.id)} == {
            other for other, ids in below.items() if one.id in ids
        }


@given(forests())
def test_every_item_is_walked_once_and_each_whole_before_its_parts(tree):
    order = [one.id for one in tree.in_order()]
    assert sorted(order) == sorted(one.id for one in tree.competencies)
    place = {name: index for index, name in enumerate(order)}
    assert all(one.parent is None or place[one.parent] < place[one.id] for one in tree.competencies)
    assert tree.depth == 1 + max(len(tree.ancestors(one.id)) for one in tree.competencies)
    assert {one.id for one in tree.leaves} == {name for name in order if not tree.children(name)}


def test_a_code_finds_its_item_only_where_it_is_unique():
    tree = framework(("a", None, "X"), ("b", None, "Y"), ("c", None, "Y"))
    assert tree["X"].id == "a"
    assert tree.find("Y") is None
    with pytest.raises(UnknownNameError, match="Known: X, Y"):
        tree["zzz"]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([("a", None, None), ("a", None, None)], "a stands twice"),
        ([("a", "z", None)], "parent z of a does not exist"),
        ([("a", "b", None), ("b", "a", None)], "in a circle"),
        ([("a", "a", None)], "in a circle"),
    ],
)
def test_what_is_no_tree_is_refused(items, words):
    with pytest.raises(ValidationError, match=words):
        framework(*items)


def test_ten_thousand_levels_neither_recurse_nor_blow_up():
    tree = framework(("i0", None, None), *((f"i{n}", f"i{n - 1}", None) for n in range(1, 10_000)))
    assert tree.depth == 10_000
    assert len(tree.ancestors("i9999")) == 9_999


def test_a_framework_crosses_processes_with_its_queries():
    copy = pickle.loads(pickle.dumps(load_framework("ipec-2023")))
    assert copy == load_framework("ipec-2023")
    assert copy["VE11"].parent == "VE"


def test_a_changed_copy_answers_from_its_own_competencies():
    tree = framework(("a", None, "A"), ("b", "a", "B"))
    assert [one.id for one in tree.leaves] == ["b"]
    for deep in (False, True):
        smaller = tree.model_copy(update={"competencies": tree.competencies[:1]}, deep=deep)
        assert [one.id for one in smaller.leaves] == ["a"]
        assert "B" not in smaller
    assert "B" in tree
    assert tree == framework(("a", None, "A"), ("b", "a", "B"))
    assert hash(tree) == hash(framework(("a", None, "A"), ("b", "a", "B")))


@pytest.mark.parametrize("codes", list(permutations(["VE1", "VE2", "VE10"])))
def test_codes_that_differ_in_their_numbers_follow_the_numbers(codes):
    tree = framework(("top", None, None), *((code, "top", code) for code in codes))
    assert [one.code for one in tree.children("top")] == ["VE1", "VE2", "VE10"]


def test_siblings_of_different_stems_stay_as_they_stand_in_the_file():
    tree = framework(*((code, None, code) for code in ("VE", "RR10", "C", "RR9", "TT")), ("nameless", None, None))
    assert [one.id for one in tree.roots] == ["VE", "RR9", "RR10", "C", "TT", "nameless"]


def test_an_order_that_is_given_comes_before_the_order_of_codes():
    items = [{"id": "VE1", "code": "VE1"}, {"id": "VE2", "code": "VE2", "order": 2}, {"id": "x", "order": 1}]
    tree = Framework.model_validate({"id": "f", "title": "F", "competencies": items})
    assert [one.id for one in tree.in_order()] == ["x", "VE2", "VE1"]


def test_a_code_longer_than_any_number_still_sorts():
    tree = framework(("long", None, "X" + "9" * 6000), ("short", None, "X007"))
    assert [one.id for one in tree.roots] == ["short", "long"]


def test_a_code_of_several_is_named_as_such_and_an_id_wins_over_a_code():
    tree = framework(("a", None, "X"), ("b", None, "X"), ("X1", None, "b"))
    with pytest.raises(UnknownNameError, match="code of several"):
        tree["X"]
    assert tree["b"].id == "b"
    assert "X1" in tree
    assert 7 not in tree


@given(forests())
def test_children_and_parents_agree(tree):
    assert {one.id: [part.id for part in tree.children(one.id)] for one in tree.competencies} == {
        one.id: [part.id for part in tree.in_order() if part.parent == one.id] for one in tree.competencies
    }
    assert sum(len(tree.children(one.id)) for one in tree.competencies) + len(tree.roots) == len(tree.competencies)
