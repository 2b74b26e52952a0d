"""Places in the designer's graph: laws that hold for any programme, and circles."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.studio.design_layout import HEIGHT, Layout, lay_out
from tests.programmes import credential, programme, stack


def overlapping(places: Layout) -> list[tuple[str, str]]:
    return [
        (one, other)
        for one, other in combinations(places.x, 2)
        if places.x[one] == places.x[other] and abs(places.y[one] - places.y[other]) < HEIGHT
    ]


def in_term(reference: str, term: str, **fields: object) -> object:
    activity = {"id": f"{reference}-1", "title": "Session", "kind": "workshop", "hours": 3, "term": term}
    return credential(reference, activities=[activity], **fields)


def small(requires: dict[str, list[str]], terms: dict[str, str]) -> Programme:
    rules = {one: {"all": asked} for one, asked in requires.items() if asked}
    items = [in_term(one, terms[one], **({"requires": rules[one]} if one in rules else {})) for one in terms]
    return programme(items)  # type: ignore[arg-type]


def test_columns_go_by_term_and_stacks_stand_last() -> None:
    made = programme(
        [in_term("late", "spring"), in_term("early", "autumn"), credential("new", activities=[])],  # type: ignore[list-item]
        [stack("whole", {"all": ["early", "late"]})],
    )
    places = lay_out(made)
    assert [one.title for one in places.bands] == ["Autumn", "Spring", "No term yet", "Stacks"]
    assert places.x["early"] < places.x["late"] < places.x["new"] < places.x["whole"]


def test_in_one_term_what_is_asked_for_stands_to_the_left() -> None:
    made = small({"b": ["a"], "c": ["b"]}, dict.fromkeys("abc", "autumn"))
    places = lay_out(made)
    assert places.x["a"] < places.x["b"] < places.x["c"]
    assert [one.title for one in places.bands] == ["Autumn"]


def test_a_circle_and_an_unknown_badge_are_drawn_all_the_same() -> None:
    made = programme([credential("a", requires={"badge": "b"}), credential("b", requires={"all": ["a", "gone"]})])
    assert {(one.source, one.target) for one in lay_out(made).edges} == {("b", "a"), ("a", "b")}


def test_a_line_is_sure_or_one_of_several_and_hours_lead_to_the_credential_of_their_activity() -> None:
    rule = {
        "all": [
            "a",
            {"any": ["b", "c"]},
            {"hours": {"min": 2, "of": ["d-1"]}},
            {"score": {"assessment": "e", "min": 0.5}},
        ]
    }
    made = programme([credential(one) for one in "abcde"], [stack("whole", rule)])
    sure = {one.source: one.always for one in lay_out(made).edges}
    assert sure == {"a": True, "b": False, "c": False, "d": False, "e": False}


def test_an_edit_leaves_the_other_boxes_where_they_are() -> None:
    made = example_programme()
    before = lay_out(made)
    one = made.credentials["speaking-up"]
    after = lay_out(made.with_credential(one.model_copy(update={"requires": None})), before)
    assert dict(after.y) == dict(before.y)
    more = lay_out(made.with_credential(credential("brand-new", activities=[])), before)
    assert {key: more.y[key] for key in before.y} == dict(before.y)
    assert not overlapping(more)


def test_no_line_of_a_fresh_layout_runs_through_a_box() -> None:
    places = lay_out(example_programme())
    for edge in places.edges:
        for x, y in edge.via:
            boxes = [places.y[one] for one in places.x if places.x[one] == x]
            assert all(abs(y - middle) > HEIGHT / 2 for middle in boxes), edge


def test_a_long_column_is_split() -> None:
    made = programme([credential(f"c{at}") for at in range(30)])
    places = lay_out(made)
    assert len(set(places.x.values())) == 3
    assert not overlapping(places)


@settings(max_examples=30, deadline=None)
@given(
    asks=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12),
    terms=st.lists(st.sampled_from(["autumn", "spring"]), min_size=8, max_size=8),
    moved=st.integers(0, 7),
)
def test_boxes_never_overlap_whatever_asks_for_what(asks: list[tuple[int, int]], terms: list[str], moved: int) -> None:
    names = [f"c{at}" for at in range(8)]
    requires = {one: sorted({names[a] for a, b in asks if names[b] == one and a != b}) for one in names}
    made = small(requires, dict(zip(names, terms, strict=True)))
    places = lay_out(made)
    assert set(places.x) == set(names)
    assert not overlapping(places)
    other = replace(made, credentials={**made.credentials, names[moved]: in_term(names[moved], "spring")})  # type: ignore[dict-item]
    assert not overlapping(lay_out(other, places))
    assert not overlapping(lay_out(made, lay_out(other, places)))
