"""Sliders on a design: each changes the simulated cohort, with the same luck."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.simulation import Scenario, find_scenario
from ipe_workbench.studio import CohortExplorerModel, cohort_explorer

PROGRAMME = example_programme()
PLAIN = Scenario(id="plain", title="Plain")


def badges(result: Any) -> float:
    return float(result.badges("all", "earned")["mean"].sum())


@pytest.fixture(scope="module")
def model():
    return CohortExplorerModel(PROGRAMME, PLAIN, replicates=3)


def test_untouched_sliders_change_nothing(model):
    assert model.base.digest == CohortExplorerModel(PROGRAMME, PLAIN, replicates=3).changed.digest


@pytest.mark.parametrize(
    ("slider", "value", "rises"),
    [
        ("attempts", 6, True),
        ("attempts", 1, False),
        ("open_terms_after", 2, True),
        ("attempt_probability", 0.1, False),
        ("opportunities", 6.0, True),
        ("assessor_factor", 0.05, False),
    ],
)
def test_each_slider_moves_attainment_its_way(slider, value, rises):
    model = CohortExplorerModel(PROGRAMME, PLAIN, replicates=3)
    before = badges(model.base)
    setattr(model, slider, value)
    assert badges(model.base) == before
    assert (badges(model.changed) > before) is rises
    assert model.changed.about["scenario"] == "plain-changed"


def test_sliders_begin_where_the_scenario_stands():
    model = CohortExplorerModel(PROGRAMME, find_scenario(PROGRAMME.folder, "everything"), replicates=1)
    assert (model.attempt_probability, model.opportunities, model.assessor_factor) == (0.7, 4.0, 1.0)
    assert model.base.digest == model.changed.digest


def test_the_view_follows_its_model_and_the_model_its_view():
    view = cohort_explorer(PROGRAMME, PLAIN, replicates=2)
    first = view.chart.value
    view.controls["attempts"].value = 5
    assert view.model.attempts == 5
    assert view.chart.value != first
    assert 'role="img"' in view.obstacles.value
    assert not view.model.error


def test_a_first_look_is_the_first_cohorts_and_the_rest_follow():
    whole = CohortExplorerModel(PROGRAMME, PLAIN, replicates=12)
    model = CohortExplorerModel(PROGRAMME, PLAIN, replicates=12, first_look=1e-6)
    model.attempts = whole.attempts = 5
    assert not model.settled
    assert model.changed.replicates == model.base.replicates == 2
    assert model.changed.digest == CohortExplorerModel(PROGRAMME, PLAIN, replicates=2, attempts=5).changed.digest
    seen = model.updated
    assert not model.refine(1e-9)
    assert (model.updated, model.changed.replicates) == (seen, 2)
    while not model.refine(0.01):
        assert model.updated == seen
    assert model.settled
    assert model.updated == seen + 1
    assert (model.base.digest, model.changed.digest) == (whole.base.digest, whole.changed.digest)


def test_a_move_before_the_rest_has_come_begins_anew():
    model = CohortExplorerModel(PROGRAMME, PLAIN, replicates=12, first_look=1e-6)
    model.attempts = 5
    model.refine(1e-9)
    model.attempts = 2
    while not model.refine(1.0):
        pass
    assert model.changed.digest == CohortExplorerModel(PROGRAMME, PLAIN, replicates=12, attempts=2).changed.digest


def test_fewer_and_more_cohorts_keep_both_designs_alike():
    model = CohortExplorerModel(PROGRAMME, PLAIN, replicates=4)
    for wanted in (2, 7):
        model.replicates = wanted
        assert model.changed.replicates == model.base.replicates == wanted
        assert model.base.digest == CohortExplorerModel(PROGRAMME, PLAIN, replicates=wanted).base.digest


def test_inside_an_event_loop_the_rest_follows_by_itself():
    async def moved() -> tuple[int, int]:
        view = cohort_explorer(PROGRAMME, PLAIN, replicates=12, first_look=1e-6)
        view.controls["attempts"].value = 5
        first = view.model.changed.replicates
        settled = asyncio.Event()
        view.model.observe(lambda _: settled.set(), "updated")
        await asyncio.wait_for(settled.wait(), 60)
        assert "12 cohorts" in view.chart.value
        return first, view.model.changed.replicates

    assert asyncio.run(moved()) == (2, 12)
