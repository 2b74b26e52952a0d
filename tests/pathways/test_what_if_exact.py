"""What-if works out only what a change can reach: always the same as working out everything."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.pathways import way_search, ways
from ipe_workbench.pathways.coverage import coverage, coverage_change
from ipe_workbench.pathways.design_edits import (
    AddRequirement,
    ChangeHours,
    CloseFor,
    DropRequirement,
    Edit,
    MoveRequirement,
    edited,
)
from ipe_workbench.pathways.gates import Gate, Part, implies
from ipe_workbench.pathways.outcome import outcome_of
from ipe_workbench.pathways.rule_gates import and_or_graph
from ipe_workbench.pathways.ways import cheapest_ways
from ipe_workbench.pathways.what_if import what_if
from tests.pathways.test_programme_structure import ways_to, with_choices
from tests.programmes import credential, programme, stack

NAMES = tuple("abcdefgh")
STACKS = ("one", "two", "three")


def rules(names: tuple[str, ...]) -> st.SearchStrategy[object]:
    """Every kind of rule over some badges."""
    badge = st.sampled_from(names)
    parts = st.lists(badge, min_size=1, max_size=4, unique=True)
    plain = st.one_of(
        badge.map(lambda one: {"badge": one}),
        parts.map(lambda of: {"all": of}),
        parts.map(lambda of: {"any": of}),
        parts.map(lambda of: {"in_order": of}),
        st.builds(lambda of, count: {"at_least": {"count": min(count, len(of)), "of": of}}, parts, st.integers(1, 3)),
        st.builds(lambda of, least: {"hours": {"min": least, "of": of}}, parts, st.integers(1, 9)),
        badge.map(lambda one: {"score": {"assessment": one, "min": 0.6}}),
        st.builds(
            lambda of, least, cap: {"points": {"min": least, "cap": {"k": cap}, "from": [
                {"badge": one, "points": 1 + at % 2, "kind": "k" if at else "other"} for at, one in enumerate(of)]}},
            parts, st.integers(1, 4), st.integers(0, 2),
        ),
    )  # fmt: skip
    return st.one_of(
        plain,
        st.builds(lambda one, other: {"all": [one, other]}, plain, plain),
        st.builds(lambda one, other: {"any": [one, other]}, plain, plain),
        plain.map(lambda one: {"within": {"months": 3, "rule": one}}),
        st.builds(lambda one, other: {"per_profession": {"nursing": one, "default": other}}, plain, plain),
        st.builds(lambda one, other: {"shortcut": {"badge": one, "otherwise": other}}, badge, plain),
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Eight credentials in two terms, some for one profession or teaching other things, and three stacks."""
    credentials = []
    for at, one in enumerate(NAMES):
        fields: dict[str, object] = {"hours": draw(st.integers(1, 4))}
        if at and draw(st.booleans()):
            fields["requires"] = draw(rules(NAMES[:at]))
        if draw(st.integers(0, 4)) == 0:
            fields["professions"] = ["nursing"]
        week, term = draw(st.integers(1, 12)), draw(st.sampled_from(["autumn", "spring"]))
        fields["activities"] = [
            {"id": f"{one}-1", "title": "X", "kind": "workshop", "hours": 2, "term": term, "weeks": [week]}
        ]
        fields["alignments"] = [
            {"framework": "ipec-2023", "competency": draw(st.sampled_from(["C1", "C2", "TT3"])), "how": ["assessed"],
             "level": "exposure"}
        ]  # fmt: skip
        credentials.append(credential(one, **fields))
    stacks = [stack(one, draw(rules((*NAMES, *STACKS[:at])))) for at, one in enumerate(STACKS)]
    return programme(credentials, stacks)


badges, askers = st.sampled_from((*NAMES, *STACKS)), st.sampled_from((*NAMES, *STACKS))
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(AddRequirement, badges, askers),
    st.builds(DropRequirement, badges, askers),
    st.builds(MoveRequirement, badges, askers, askers),
    st.builds(ChangeHours, st.sampled_from(NAMES), st.sampled_from([1.0, 2.5, 9.0])),
    st.builds(
        CloseFor, st.sampled_from(NAMES), st.sampled_from([("nursing",), ("medicine",), ("nursing", "medicine")])
    ),
)


def from_scratch(design: Programme) -> Programme:
    """The same design as a value of its own, so that nothing is known about it."""
    return Programme(design.info, dict(design.credentials), dict(design.stacks), design.frameworks)


@given(programmes(), st.lists(edits, min_size=8, max_size=8))
@settings(max_examples=30, deadline=None)
def test_a_change_is_worked_out_as_if_nothing_were_known(design, tried):
    done = 0
    for edit in tried:
        try:
            changed = edited(design, [edit])
        except WorkbenchError:
            continue
        try:
            whole = outcome_of(from_scratch(changed))
        except WorkbenchError as circle:
            with pytest.raises(type(circle)):
                what_if(design, changed)
            continue
        found = what_if(design, changed)
        assert found.after == whole.structure
        assert {(one.stack, one.profession): one.after for one in found.hours} == whole.hours
        assert {(one.stack, one.profession): one.after for one in found.finishing} == whole.days
        assert {(one.framework, one.profession): one.changes for one in found.coverage} == gained_and_lost(
            design, changed
        )
        # The next change is one of the changed design: what is known is handed on.
        design, done = changed, done + 1
    assume(done)


def gained_and_lost(before: Programme, after: Programme) -> dict[tuple[str, str | None], dict[str, tuple[str, ...]]]:
    """The changes of coverage, for everybody and for each profession for whom they are others."""
    found = {}
    for name in after.frameworks:
        change = {
            who: coverage_change(coverage(before, name, who), coverage(after, name, who))
            for who in (None, *(one.id for one in after.info.professions))
        }
        found |= {(name, who): one for who, one in change.items() if who is None or one != change[None]}
    return {key: one for key, one in found.items() if any(one.values())}


@pytest.mark.parametrize("most_bounds", [0, 3, 1000])
@given(made=with_choices())
@settings(max_examples=15, deadline=None)
def test_search_and_solver_find_the_same_way_and_no_other_is_better(most_bounds, made):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(way_search, "_MOST_BOUNDS", most_bounds)
        patch.setattr(way_search, "_WIDEST_GAP", 1.0)
        graph = and_or_graph(made)
        found = cheapest_ways(graph)
    place = {one: at for at, one in enumerate(graph.nodes)}
    for goal, way in found.items():
        best = min(
            (sum(graph.nodes[one].hours for one in each), len(each), sorted(place[one] for one in each))
            for each in ways_to(graph, goal)
        )
        assert (way.hours, len(way.badges), [place[one] for one in way.badges]) == best
        assert way.proven


def test_many_badges_that_come_first_are_decided_in_several_steps():
    # 70 alternatives of one price, of which 60 are to be chosen: more than the solver's numbers tell apart at once.
    names = [f"b{at:02}" for at in range(70)]
    made = programme([credential(one) for one in names], [stack("goal", {"at_least": {"count": 60, "of": names}})])
    graph = and_or_graph(made)
    nodes = {one: graph.nodes[one] for one in graph.nodes}
    solved, proven = ways.solved_way(nodes, [1] * len(nodes), "goal", ("goal",))
    assert (solved, proven) == ((*names[:60], "goal"), True)
    assert cheapest_ways(graph)["goal"].badges == solved


leaf = st.sampled_from("abcd").map(Part)
gates = st.recursive(
    st.lists(leaf, min_size=1, max_size=3).flatmap(
        lambda parts: st.integers(0, len(parts)).map(lambda least: Gate(least, tuple(parts)))
    ),
    lambda inner: st.lists(leaf | inner.map(Part), min_size=1, max_size=3).flatmap(
        lambda parts: st.integers(0, len(parts)).map(lambda least: Gate(least, tuple(parts)))
    ),
    max_leaves=4,
)


@given(gates, gates)
@settings(max_examples=100, deadline=None)
def test_a_gate_that_implies_another_is_never_met_without_it(one, other):
    graph = and_or_graph(programme([credential(name) for name in "abcd"]))
    if implies(one, other):
        for bits in range(16):
            held = {name for at, name in enumerate("abcd") if bits >> at & 1}
            assert not graph.met(one, held) or graph.met(other, held)


@pytest.mark.parametrize(
    ("edit", "again"), [(ChangeHours("a", 9), 0), (ChangeHours("c", 9), 0), (ChangeHours("c", 1), 1)]
)
def test_a_way_is_looked_for_again_only_where_the_proof_does_not_hold(edit, again, monkeypatch):
    # Every way includes a; the cheapest takes b, and c stands beside it.
    made = programme(
        [credential("a"), credential("b", requires="a", hours=2), credential("c", requires="a", hours=3)],
        [stack("goal", {"any": ["b", "c"]})],
    )
    what_if(made, ())
    asked = []
    search = ways.least_cost
    monkeypatch.setattr(ways, "least_cost", lambda *given: asked.append(given[-1]) or search(*given))
    result = what_if(made, edit)
    assert len(asked) == again
    least = {"a": 9.0 + 2, "c": 3 + min(2, edit.hours)}[edit.credential]
    assert {one.after for one in result.hours} == {least}
