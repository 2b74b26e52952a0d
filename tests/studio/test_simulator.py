"""The simulator: cards, levers, goal seek, saving and exports, without a browser."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pandas as pd
import pytest

from ipe_workbench.credentials import example_programme, load_programme
from ipe_workbench.simulation import find_scenario, simulate
from ipe_workbench.simulation.experiments import parse_outcome
from ipe_workbench.studio import Simulator, SimulatorModel
from ipe_workbench.studio.simulator_exports import FIGURES, figure_link, frame_link
from tests.programmes import copy_of_cu_ipe

PROGRAMME = example_programme()


@pytest.fixture
def model() -> SimulatorModel:
    return SimulatorModel(PROGRAMME, replicates=3)


def content(link: str) -> bytes:
    (data,) = re.findall(r"base64,([^\"]+)", link)
    return base64.b64decode(data)


def test_the_cards_are_the_scenarios_of_the_programme_and_both_designs_begin_alike(model: SimulatorModel) -> None:
    assert {"today", "redesign", "everything"} == {one.id for one in model.scenarios}
    assert (model.first, model.second) == ("today", "today")
    assert model.explorer.base.digest == model.explorer.changed.digest


def test_two_scenarios_share_their_luck_and_their_numbers_are_those_of_the_engine(model: SimulatorModel) -> None:
    assert model.choose_second("redesign")
    redesign = find_scenario(PROGRAMME.folder, "redesign")
    seed = model.scenario("today").seed
    assert model.explorer.base.digest == simulate(PROGRAMME, model.scenario("today"), replicates=3).digest
    expected = simulate(PROGRAMME, redesign, replicates=3, seed=seed).badges("all", "earned")["mean"]
    assert model.explorer.changed.badges("all", "earned")["mean"].tolist() == pytest.approx(expected.tolist())
    largest = model.differences()[0]
    assert abs(largest["difference"]) == max(abs(one["difference"]) for one in model.differences())
    assert not model.choose_first("gone")
    assert model.message.severity == "error"


def test_another_version_of_the_programme_is_the_second_design() -> None:
    one = PROGRAMME.credentials["team-clinical-experience"]
    other = PROGRAMME.with_credential(one.model_copy(update={"requires": None}))
    model = SimulatorModel(PROGRAMME, other, replicates=3)
    rows = {row["item"]: row["difference"] for row in model.differences()}
    assert rows["team-clinical-experience"] > 0
    assert rows["values-foundations"] == 0


def test_what_it_would_take_is_found_confirmed_and_moved_to(model: SimulatorModel) -> None:
    badges = float(model.explorer.changed.badges("all", "earned")["mean"].sum())
    assert model.seek("attempt_probability", parse_outcome("badges"), badges - 1)
    assert model.seeking
    model.settle()
    assert not model.seeking
    assert model.goal is not None
    assert model.goal.value is not None
    assert model.goal.confirmed is not None
    assert model.goal.confirmed.mean == pytest.approx(badges - 1, abs=0.2)
    assert model.move_to_goal()
    assert model.explorer.attempt_probability == pytest.approx(model.goal.value)
    assert float(model.explorer.changed.badges("all", "earned")["mean"].sum()) == pytest.approx(badges - 1, abs=0.4)


def test_goals_that_make_no_sense_and_a_stopped_search_are_said(model: SimulatorModel) -> None:
    assert not model.seek("attempts", parse_outcome("earned:team-simulation"), 60)
    assert "between 0 and 100" in model.message.text
    assert not model.seek("colour", parse_outcome("badges"), 3)
    assert not model.move_to_goal()
    assert model.seek("attempts", parse_outcome("badges"), 3)
    model.stop()
    model.settle()
    assert (model.goal, model.seeking) == (None, False)
    assert "stopped" in model.message.text


def test_outcomes_are_named_in_words(model: SimulatorModel) -> None:
    words = dict(model.outcomes())
    assert words["Badges a learner"] == parse_outcome("badges")
    assert "Hours of faculty assessors" in words


def test_the_second_design_is_saved_as_a_scenario_that_gives_the_same(tmp_path: Path) -> None:
    programme = load_programme(copy_of_cu_ipe(tmp_path))
    model = SimulatorModel(programme, replicates=2)
    model.explorer.attempts = 4
    assert model.save_scenario("Four attempts: <b>bold</b>")
    assert model.scenarios[-1].id == "four-attempts-b-bold-b"
    again = find_scenario(programme.folder, "four-attempts-b-bold-b")
    assert simulate(programme, again, replicates=2).digest == model.explorer.changed.digest
    text = (tmp_path / "cu-ipe" / "scenarios" / "four-attempts-b-bold-b.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    assert not model.save_scenario("Four attempts: <b>bold</b>")
    assert not model.save_scenario("!!!")
    (tmp_path / "cu-ipe" / "scenarios" / "mine.yaml").write_text("id: other\n", encoding="utf-8")
    assert not model.save_scenario("Mine")
    assert (tmp_path / "cu-ipe" / "scenarios" / "mine.yaml").read_text(encoding="utf-8") == "id: other\n"


def test_frames_are_exported_as_they_are_and_formulas_in_csv_are_text() -> None:
    one = PROGRAMME.credentials["speaking-up"]
    hostile = PROGRAMME.with_credential(one.model_copy(update={"title": "=HYPERLINK(1)"}))
    result = simulate(hostile, find_scenario(PROGRAMME.folder, "today"), replicates=2)
    frame = pd.read_csv(io.BytesIO(content(frame_link("badges", "csv", result))))
    assert frame["mean"].tolist() == pytest.approx(result.frames["badges"]["mean"].tolist())
    assert not frame["title"].str.startswith("=").any()
    assert frame["title"].str.contains("HYPERLINK").any()
    parquet = pd.read_parquet(io.BytesIO(content(frame_link("badges", "parquet", result))))
    pd.testing.assert_frame_equal(parquet, result.frames["badges"])


def test_every_figure_is_exported_in_both_kinds(model: SimulatorModel) -> None:
    base, changed = model.explorer.base, model.explorer.changed
    for name in FIGURES:
        assert b"<svg" in content(figure_link(name, "svg", base, changed))
    assert content(figure_link("Both designs", "png", base, changed)).startswith(b"\x89PNG")


def test_the_view_shows_cards_levers_and_both_designs() -> None:
    view = Simulator(PROGRAMME, replicates=2, first_look=0.0)
    assert len(view.cards.children) == 3
    before = view.areas["Both designs"].value
    view.sliders["attempts"].value = 5
    assert view.model.explorer.attempts == 5
    assert view.areas["Both designs"].value != before
    assert "Second minus first" in view.areas["Both designs"].value
    view.cards.children[1].children[1].children[1].click()
    assert view.model.second == view.model.scenarios[1].id
    for index in range(4):
        view.tabs.selected_index = index
    assert all('role="img"' in one.value for one in view.areas.values())
    view.find.click()
    view.model.settle()
    assert "instead of" in view.answer.value or "No value" in view.answer.value
    view.draw.click()
    assert 'download="both-designs.svg"' in view.links.value


def test_two_frames_of_the_same_title_are_no_markup(tmp_path: Path) -> None:
    folder = copy_of_cu_ipe(tmp_path)
    path = folder / "scenarios" / "today.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^title: .*$", 'title: "<img src=x onerror=alert(1)>"', text), encoding="utf-8")
    view = Simulator(load_programme(folder), replicates=2, first_look=0.0)
    card = view.cards.children[0].children[0].value
    assert "<img" not in card
    assert "&lt;img" in card
