"""What one chooses in the pathway explorer is what the state and the plan are made for."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.studio import PathwayExplorerModel, pathway_explorer
from tests.figures.conftest import HOSTILE
from tests.programmes import credential, programme, stack


def small(**fields):
    later = [{"id": "second-1", "title": "Session", "kind": "workshop", "hours": 3, "term": "autumn", "weeks": [6]}]
    second = credential("second", requires="first", activities=later)
    return programme(
        [credential("first", **fields), second, credential("meds", professions=["nursing"])],
        [stack("both", {"all": ["first", "second"]}), stack("all-meds", {"all": ["both", "meds"]})],
    )


def test_the_plan_follows_the_situation():
    model = PathwayExplorerModel(example_programme(), goal="communication-certificate", profession="medicine")
    # Medicine chooses one of three immersion badges, nursing must take the structured handover.
    steps = {one.credential for one in model.plan.steps}
    model.profession = "nursing"
    assert "structured-handover" in {one.credential for one in model.plan.steps}
    model.held = tuple(steps)
    model.term = "2027-fall"
    assert model.plan.hours < 31
    assert model.standing["communication-foundations"].state == "held"


def test_each_control_changes_what_is_shown():
    shown = pathway_explorer(small(), goal="both")
    assert "2 more credentials" in shown.summary.value
    before = shown.map.value
    shown.controls["held"].set_state({"index": (0,)})
    assert shown.model.held == ("first",)
    assert "1 more credential," in shown.summary.value
    assert shown.map.value != before
    shown.controls["hours"].set_state({"value": 1.0})
    assert "cannot be completed" in shown.summary.value
    assert "<li>" in shown.summary.value
    assert shown.chart.value == ""
    shown.controls["hours"].set_state({"value": 0.0})
    assert 'role="img"' in shown.chart.value


def test_a_goal_that_is_reached_says_so():
    shown = pathway_explorer(small(), goal="first", held=("first",))
    assert "is complete" in shown.summary.value


def test_an_impossible_goal_is_explained_and_not_raised():
    shown = pathway_explorer(small(), goal="all-meds", profession="medicine")
    assert shown.alert.value == ""
    assert "cannot be completed" in shown.summary.value


def test_an_error_is_shown_as_a_message():
    broken = small().with_credential(credential("first", requires="second"))
    shown = pathway_explorer(broken, goal="both")
    assert 'role="alert"' in shown.alert.value
    assert "circle" in shown.alert.value


def test_every_control_has_a_name():
    shown = pathway_explorer(small())
    assert all(control.description for control in shown.controls.values())


def test_hostile_titles_are_only_words():
    shown = pathway_explorer(small(title=HOSTILE), goal="first")
    assert "<script" not in shown.summary.value + shown.chart.value + shown.map.value


def test_to_begin_with_something_that_is_not_there_is_an_error():
    with pytest.raises(UnknownNameError, match="nowhere"):
        pathway_explorer(small(), goal="nowhere")


@pytest.mark.parametrize("trait", ["profession", "term", "goal"])
def test_a_name_that_is_not_there_is_an_error_message(trait):
    model = PathwayExplorerModel(small(), goal="both")
    setattr(model, trait, "nowhere")
    assert "nowhere" in model.error
    assert model.plan is None
