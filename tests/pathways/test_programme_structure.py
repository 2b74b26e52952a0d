"""The structure of AND-OR pathways: the reduction to the published metrics, laws, and brute force."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.pathways.and_or import AndOrGraph
from ipe_workbench.pathways.programme_structure import CHOICES, curriculum_of, programme_structure
from ipe_workbench.pathways.reach import earnable
from ipe_workbench.pathways.rule_gates import and_or_graph
from ipe_workbench.pathways.structure import Course, Curriculum, structure
from ipe_workbench.pathways.ways import cheapest_ways
from tests.programmes import credential, programme, stack


@st.composite
def and_only(draw: st.DrawFn) -> dict[str, list[str]]:
    """Up to nine badges in a random order, each requiring some of those drawn before."""
    names = [f"b{at}" for at in range(draw(st.integers(1, 9)))]
    edges = {
        one: sorted(draw(st.sets(st.sampled_from(names[:at]), max_size=4))) if at else []
        for at, one in enumerate(names)
    }
    return {one: edges[one] for one in draw(st.permutations(names))}


def as_programme(asks: dict[str, object], hours: dict[str, int] | None = None) -> Programme:
    found = [
        credential(one, **({"requires": rule} if rule else {}), hours=(hours or {}).get(one, 3))
        for one, rule in asks.items()
    ]
    return programme(found)


@given(and_only())
@settings(max_examples=30, deadline=None)
def test_without_alternatives_every_choice_has_the_published_figures(edges):
    made = as_programme({one: {"all": before} if before else None for one, before in edges.items()})
    courses = tuple(Course(one, made.title(one), dict.fromkeys(before, "pre")) for one, before in edges.items())
    published = structure(Curriculum("AND only", courses))
    found = programme_structure(made)
    for choice in CHOICES:
        assert found.choices[choice].nodes == published.nodes, choice
        assert len(found.choices[choice].longest_path) == len(published.longest_path)
    redundant = [one.message for one in published.findings if one.id == "redundant-requisite"]
    assert len([one for one in found.findings if one.id == "redundant-requisite"]) == len(redundant)
    assert found.before["every"] == found.before["cheapest"] == found.before["any"]


NAMES = tuple(f"b{at}" for at in range(6))


def rule_over(names: tuple[str, ...]) -> st.SearchStrategy[object]:
    leaf = st.sampled_from(names).map(lambda one: {"badge": one})
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"in_order": parts}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(
                lambda parts, count: {"at_least": {"count": count, "of": parts}},
                st.lists(inner, min_size=1, max_size=3), st.integers(1, 3),
            ),
            st.builds(
                lambda least, cap, points: {"points": {"min": least, "cap": {"k": cap}, "from": [
                    {"badge": one, "points": worth, "kind": "k" if worth > 1 else "other"}
                    for one, worth in zip(names, points, strict=False)]}},
                st.integers(1, 6), st.integers(0, 2), st.lists(st.integers(1, 3), min_size=1, max_size=len(names)),
            ),
            st.builds(lambda part, one: {"shortcut": {"badge": one, "otherwise": part}}, inner, st.sampled_from(names)),
        ),
        max_leaves=5,
    )  # fmt: skip


@st.composite
def with_choices(draw: st.DrawFn) -> Programme:
    """Six credentials, some with prerequisites that leave choices (in circles too), and a stack over them."""
    circles = draw(st.booleans())
    asks = {
        one: draw(st.none() | rule_over(NAMES if circles else NAMES[:at])) if at else None
        for at, one in enumerate(NAMES)
    }
    hours = {one: draw(st.integers(1, 9)) for one in NAMES}
    made = as_programme(asks, hours)
    return made.with_stack(stack("goal", draw(rule_over(NAMES))))


def ways_to(graph: AndOrGraph, goal: str) -> list[frozenset[str]]:
    """Every set of badges that can be earned with nothing but itself and includes the goal."""
    found = []
    for count in range(1, len(graph.nodes) + 1):
        for chosen in combinations(graph.nodes, count):
            held: set[str] = set()
            while new := {one for one in chosen if one not in held and graph.met(graph.nodes[one].asks, held)}:
                held |= new
            if goal in held and len(held) == count:
                found.append(frozenset(chosen))
    return found


@given(with_choices())
@settings(max_examples=25, deadline=None)
def test_what_is_needed_and_what_is_cheapest_are_those_of_all_ways(made):
    graph = and_or_graph(made)
    ways = cheapest_ways(graph)
    for goal in graph.nodes:
        every = ways_to(graph, goal)
        assert (goal in graph.needed) == (goal in ways) == bool(every)
        if every:
            assert graph.needed[goal] == frozenset.intersection(*every) - {goal}
            best = min((sum(graph.nodes[one].hours for one in way), len(way)) for way in every)
            assert (ways[goal].hours, len(ways[goal].badges)) == best
            assert frozenset(ways[goal].badges) in every
            assert ways[goal].proven


@given(with_choices())
@settings(max_examples=25, deadline=None)
def test_what_can_be_earned_is_what_the_rules_say(made):
    assert set(and_or_graph(made, "nursing").needed) == earnable(made, "nursing")


@given(with_choices())
@settings(max_examples=25, deadline=None)
def test_no_choice_avoids_at_most_what_the_cheapest_meets_and_that_is_at_most_what_any_can(made):
    try:
        found = programme_structure(made)
    except UnusableInputError:
        return  # alternatives in a circle have no longest path
    every, cheapest, most = (found.choices[choice].nodes for choice in CHOICES)
    for least, mine, top in zip(every, cheapest, most, strict=True):
        assert least.delay <= mine.delay <= top.delay
        assert least.blocking <= mine.blocking <= top.blocking


def test_a_choice_is_told_apart_under_every_and_under_the_cheapest():
    # base <- dear (9 h), cheap (2 h); final needs one of the two: base in every way, cheap on the cheapest.
    made = as_programme(
        {"base": None, "dear": "base", "cheap": "base", "final": {"any": ["dear", "cheap"]}}, {"dear": 9, "cheap": 2}
    )
    found = programme_structure(made)
    assert {choice: found.before[choice]["final"] for choice in CHOICES} == {
        "every": ("base",),
        "cheapest": ("base", "cheap"),
        "any": ("base", "dear", "cheap"),
    }
    by_id = {choice: {one.id: one for one in found.choices[choice].nodes} for choice in CHOICES}
    assert [by_id[choice]["final"].delay for choice in CHOICES] == [2, 3, 3]
    assert [by_id[choice]["cheap"].blocking for choice in CHOICES] == [0, 1, 1]
    assert [by_id[choice]["dear"].blocking for choice in CHOICES] == [0, 0, 1]
    assert [by_id[choice]["base"].blocking for choice in CHOICES] == [3, 3, 3]
    frame = found.to_frame()
    assert list(frame[(frame.choice == "cheapest") & (frame.id == "final")].hours) == [3 + 2 + 3]


def test_what_cannot_be_earned_is_said_and_rests_on_nothing_sure():
    made = as_programme({"a": None, "b": {"all": ["a", "nowhere"]}, "c": {"any": ["b", "a"]}})
    found = programme_structure(made)
    assert [one.subject for one in found.findings if one.id == "cannot-be-earned"] == ["b"]
    assert found.before["every"] == {"a": (), "c": ("a",)}
    assert found.to_frame().hours.isna().sum() == len(CHOICES)


def test_the_profession_decides_which_branches_count():
    made = programme(
        [credential("a"), credential("b"), credential("c", professions=["medicine"])],
        [stack("goal", {"per_profession": {"nursing": "a", "medicine": {"all": ["b", "c"]}}})],
    )
    assert programme_structure(made, "nursing").before["every"]["goal"] == ("a",)
    assert programme_structure(made, "medicine").before["every"]["goal"] == ("b", "c")
    assert programme_structure(made).before["every"]["goal"] == ()
    with pytest.raises(UnknownNameError):
        programme_structure(made, "wizardry")


def test_the_example_has_choices_only_in_its_stacks():
    made = example_programme()
    plain = structure(Curriculum("AND only", curriculum_of(made).courses))
    found = programme_structure(made)
    assert found.choices["any"].nodes == plain.nodes
    assert found.choices["every"].totals["blocking"] < found.choices["any"].totals["blocking"]
