"""The graph's Python half: what a browser would send, and what goes back."""

from __future__ import annotations

from typing import Any

import pytest

from ipe_workbench.studio import DesignerModel
from ipe_workbench.studio.components import AlertArea
from ipe_workbench.studio.design_graph import DesignGraph
from tests.programmes import credential, programme, stack

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def graph() -> DesignGraph:
    made = programme(
        [credential("roles"), credential("huddles", requires={"badge": "roles"}), credential("handover")],
        [stack("whole", {"at_least": {"count": 1, "of": ["huddles", "handover"]}})],
    )
    model = DesignerModel(made)
    shown = DesignGraph(model, AlertArea())
    model.observe(lambda _: shown.refresh(), "revision")
    return shown


def send(graph: DesignGraph, **wish: Any) -> None:
    graph._handle_custom_msg(wish, [])


def lines(graph: DesignGraph) -> set[tuple[str, str, bool]]:
    return {(one["source"], one["target"], one["always"]) for one in graph.edges}


def node(graph: DesignGraph, reference: str) -> dict[str, Any]:
    return next(one for one in graph.nodes if one["id"] == reference)


def test_every_credential_and_stack_is_a_box_that_says_what_it_is(graph: DesignGraph) -> None:
    assert {one["id"]: one["kind"] for one in graph.nodes} == {
        "roles": "credential", "huddles": "credential", "handover": "credential", "whole": "stack",
    }  # fmt: skip
    label = node(graph, "huddles")["label"]
    assert label.startswith("Huddles, foundation credential, Autumn. Asks for Roles. Counts for whole.")
    assert lines(graph) == {("roles", "huddles", True), ("huddles", "whole", False), ("handover", "whole", False)}


def test_a_line_that_is_drawn_becomes_a_requirement_and_can_be_taken_back(graph: DesignGraph) -> None:
    send(graph, do="connect", source="roles", target="handover")
    assert graph.design.programme.credentials["handover"].requires is not None
    assert ("roles", "handover", True) in lines(graph)
    assert graph.selected == "handover"
    assert graph.said["text"] == "Handover now asks for Roles."
    send(graph, do="undo")
    assert ("roles", "handover", True) not in lines(graph)
    send(graph, do="redo")
    assert ("roles", "handover", True) in lines(graph)


def test_a_line_to_a_stack_is_added_on_top_of_its_rule(graph: DesignGraph) -> None:
    send(graph, do="connect", source="roles", target="whole")
    assert lines(graph) >= {("roles", "whole", True), ("huddles", "whole", False)}


def test_a_removed_line_lowers_a_count_that_is_too_high(graph: DesignGraph) -> None:
    send(graph, do="disconnect", source="handover", target="whole")
    assert lines(graph) == {("roles", "huddles", True), ("huddles", "whole", False)}
    send(graph, do="disconnect", source="huddles", target="whole")
    assert "nothing would be left" in graph.said["text"]


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [("roles", "roles", "cannot ask for itself"), ("roles", "huddles", "already"), ("gone", "roles", "neither")],
)
def test_a_line_that_cannot_be_is_refused_in_words(graph: DesignGraph, source: str, target: str, says: str) -> None:
    before = lines(graph)
    send(graph, do="connect", source=source, target=target)
    assert says in graph.said["text"]
    assert lines(graph) == before
    assert not graph.design.dirty


def test_a_circle_shows_as_an_error_on_its_boxes(graph: DesignGraph) -> None:
    send(graph, do="connect", source="huddles", target="roles")
    marked = [one for one in graph.nodes if one["severity"] == "error" and one["mark"]]
    assert marked
    assert "error" in marked[0]["label"]


def test_a_box_is_removed_and_comes_back(graph: DesignGraph) -> None:
    send(graph, do="select", id="handover")
    send(graph, do="remove", id="handover")
    assert "handover" not in graph.design.programme.credentials
    assert "Save removes its file" in graph.said["text"]
    send(graph, do="undo")
    assert graph.selected == "handover"
    send(graph, do="remove", id="whole")
    assert not graph.design.programme.stacks


def test_places_stay_until_they_are_tidied(graph: DesignGraph) -> None:
    before = {one["id"]: one["y"] for one in graph.nodes}
    send(graph, do="connect", source="roles", target="handover")
    assert {one["id"]: one["y"] for one in graph.nodes} == before
    send(graph, do="tidy")
    assert graph.said["text"] == "Arranged anew."


def test_an_unknown_wish_and_a_broken_one_do_no_harm(graph: DesignGraph) -> None:
    send(graph, do="format-disk")
    send(graph, do="connect")
    assert not graph.design.dirty


def test_names_go_to_the_browser_as_they_are_and_are_never_markup() -> None:
    model = DesignerModel(programme([credential("roles", title=HOSTILE)]))
    graph = DesignGraph(model, AlertArea())
    assert node(graph, "roles")["title"] == HOSTILE
    assert "innerHTML" not in str(graph._esm)
    assert "insertAdjacentHTML" not in str(graph._esm)
