"""The forecast beside the designer: it follows the draft, compares with what is saved, and says why it cannot."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.studio import DesignerModel, PathwayExplorerModel
from ipe_workbench.studio.design_forecast import DesignForecast, Outlook
from ipe_workbench.studio.live_panel import changes_html, forecast_html
from tests.programmes import credential, programme

PLAIN = Scenario(id="plain", title="Plain <b>numbers</b>")


@pytest.fixture
def forecast() -> DesignForecast:
    return DesignForecast(DesignerModel(example_programme()), PLAIN)


def outlook(forecast: DesignForecast, reference: str) -> Outlook:
    forecast.settle()
    assert forecast.outlooks is not None, forecast.error
    return next(one for one in forecast.outlooks.items if one.id == reference)


def test_it_says_what_the_engine_says(forecast: DesignForecast) -> None:
    frame = simulate(example_programme(), PLAIN, replicates=20).badges("all", "earned").set_index("credential")
    for reference in ("speaking-up", "team-simulation"):
        found = outlook(forecast, reference)
        assert (found.mean, found.low, found.high) == tuple(frame.loc[reference, ["mean", "low", "high"]])
        assert found.before == found.mean


def test_the_least_hours_are_those_of_the_planner(forecast: DesignForecast) -> None:
    for stack in ("communication-certificate", "ipe-micro-credential"):
        planned = PathwayExplorerModel(example_programme(), profession="medicine", goal=stack, aim="hours").plan
        assert planned is not None
        assert outlook(forecast, stack).hours == planned.hours


def test_an_edit_moves_what_depends_on_it_and_undo_brings_it_back(forecast: DesignForecast) -> None:
    model = forecast.draft
    assert isinstance(model, DesignerModel)
    first = outlook(forecast, "speaking-up")
    model.select("speaking-up")
    model.edit("assessment.attempts", 9)
    model.edit("requires", None)
    assert forecast.busy
    after = outlook(forecast, "speaking-up")
    assert after.before == first.mean
    assert after.mean > first.mean
    assert "points" in forecast_html(forecast)
    model.revert()
    assert outlook(forecast, "speaking-up").mean == first.mean


def test_a_circle_of_requirements_shows_as_badges_that_nobody_earns(forecast: DesignForecast) -> None:
    model = forecast.draft
    assert isinstance(model, DesignerModel)
    model.connect("team-simulation", "huddles-and-briefings")
    forecast.settle()
    # Who asks for each other can never be earned, which the simulation shows rather than refuses.
    assert (outlook(forecast, "team-simulation").mean, outlook(forecast, "huddles-and-briefings").mean) == (0, 0)
    # The whole can still be completed without them, on a longer way.
    whole = outlook(forecast, "ipe-micro-credential")
    assert whole.hours is not None
    assert whole.hours_before is not None
    assert whole.hours > whole.hours_before
    assert f"(was {whole.hours_before:g} h)" in forecast_html(forecast)


def test_a_new_badge_is_called_new_and_texts_are_escaped(forecast: DesignForecast) -> None:
    model = forecast.draft
    assert isinstance(model, DesignerModel)
    model.new_credential("art", "<img src=x>")
    shown = outlook(forecast, "art")
    assert shown.before is None
    text = forecast_html(forecast)
    assert "&lt;img src=x&gt;" in text
    assert "<b>numbers" not in text
    assert "<img" not in changes_html(model)
    assert "was added" in changes_html(model)


def test_switched_off_it_asks_for_nothing() -> None:
    model = DesignerModel(programme([credential("roles")]))
    forecast = DesignForecast(model, PLAIN)
    forecast.on = False
    model.edit("hours", 5)
    assert not forecast.busy
    forecast.settle()
    assert forecast.outlooks is None
    forecast.on = True
    forecast.settle()
    assert forecast.outlooks is not None


def test_capacity_that_does_not_suffice_is_told() -> None:
    made = programme(
        [
            credential(
                "roles",
                assessment={"methods": ["test"], "assessor": "faculty", "pass_score": 0.7, "assessor_minutes": 60},
            )
        ],
        capacity={"assessor_hours": {"faculty": 1}},
    )
    forecast = DesignForecast(DesignerModel(made), PLAIN)
    forecast.settle()
    assert forecast.outlooks is not None
    assert forecast.outlooks.over
    assert "of 1 hours" in forecast.outlooks.over[0]
