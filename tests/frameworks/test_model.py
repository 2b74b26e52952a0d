"""The framework as a tree of competencies: found by id or code, walked in order, refused when it is no tree."""

from __future__ import annotations

import pickle

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
