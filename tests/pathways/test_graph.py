"""The competency graph: its nodes and edges, and the questions that people ask of it."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways import CompetencyGraph
from tests.programmes import credential, programme, stack

#        a ---> b ---> d          edges: requires
#        |      |      |          s asks for b and d; t asks for s or c
#        +--> c |      v
#               +----> s ---> t <--- c


@pytest.fixture
def graph():
    design = programme(
        [credential("a"), credential("b", requires="a"), credential("c", requires="a"), credential("d", requires="b")],
        [stack("s", {"all": ["b", "d"]}), stack("t", {"any": ["s", "c"]})],
    )
    return CompetencyGraph(design)


def test_what_leads_to_a_badge_comes_in_an_order_that_can_be_walked(graph):
    assert graph.leads_to("d") == ("a", "b")
    assert graph.leads_to("t") == ("a", "b", "c", "d", "s")
    assert graph.leads_to("a") == ()


def test_what_a_badge_unlocks(graph):
    assert graph.unlocks("b") == ("d", "s", "t")
    assert graph.unlocks("t") == ()


def test_unknown_badge_is_refused(graph):
    with pytest.raises(UnknownNameError, match="neither a credential nor a stack"):
        graph.unlocks("zz")


def test_a_circle_is_named_along_its_way():
    design = programme([credential("a", requires="c"), credential("b", requires="a"), credential("c", requires="b")])
    (circle,) = CompetencyGraph(design).cycles()
    assert set(circle) == {"a", "b", "c"}
    assert CompetencyGraph(design).leads_to("a")


def test_handed_out_graph_is_a_copy_with_typed_nodes_and_edges(graph):
    plain = graph.to_networkx()
    assert isinstance(plain, nx.DiGraph)
    assert {data["kind"] for _, data in plain.nodes(data=True)} == {"competency", "credential", "activity", "stack"}
    assert {kind for *_, kind in plain.edges(data="kind")} == {"part of", "aligned with", "requires", "counts toward"}
    plain.clear()
    assert graph.count()["credential"] == 4


def test_why_a_competency_is_not_covered(graph):
    assert graph.why_not_covered("ipec-2023", "C1") == "C1 is assessed by A, B, C and D."
    assert graph.why_not_covered("ipec-2023", "C1", "practised").startswith("C1 is not practised: A, B, C and D have")
    assert "no credential of the programme is aligned" in graph.why_not_covered("ipec-2023", "VE1")
    whole = credential(
        "w", alignments=[{"framework": "ipec-2023", "competency": "VE", "how": ["taught"], "level": "exposure"}]
    )
    assert "names only the whole of VE" in CompetencyGraph(programme([whole])).why_not_covered("ipec-2023", "VE1")


def test_shown_competencies_take_the_highest_level_of_the_badges_held():
    def at(level):
        return [{"framework": "ipec-2023", "competency": "C1", "how": ["assessed"], "level": level}]

    design = programme([credential("a", alignments=at("exposure")), credential("b", alignments=at("competence"))])
    (shown,) = CompetencyGraph(design).shown(["a", "b"])
    assert (shown.code, shown.level, shown.by) == ("C1", "competence", ("a", "b"))
    assert CompetencyGraph(design).shown([]) == ()


EXAMPLE = CompetencyGraph(example_programme())
BADGES = [*example_programme().credentials, *example_programme().stacks]


@given(st.sampled_from(BADGES), st.sampled_from(BADGES))
def test_leading_to_and_unlocking_mirror_each_other(one, other):
    assert (one in EXAMPLE.leads_to(other)) == (other in EXAMPLE.unlocks(one))


@given(
    st.sets(st.sampled_from(list(example_programme().credentials))),
    st.sampled_from(list(example_programme().credentials)),
)
def test_holding_more_never_shows_less(held, more):
    levels = ("exposure", "immersion", "competence")
    before = {one.competency: levels.index(one.level) for one in EXAMPLE.shown(held)}
    after = {one.competency: levels.index(one.level) for one in EXAMPLE.shown({*held, more})}
    assert all(after[key] >= level for key, level in before.items())
