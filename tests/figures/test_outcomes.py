"""Forest plot and Likert bars: what they show, and what they must not show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.evaluation import EvaluationPlan, Instrument, PlanResult, answer_shares, load_instrument, run_plan
from ipe_workbench.figures import forest_plot, likert_bars
from tests.evaluation.planned.cohorts import FrameRecords, answer, enrolled


def effects(count: int = 80, effect: float = 0.7) -> PlanResult:
    records = enrolled(count) if count else FrameRecords()
    if count:
        answer(records, "ipec-csa-v3", 16, {("2026-fall", "pre"): 0.0, ("2028-spring", "post"): effect}, count=count)
    plan = EvaluationPlan.model_validate({"claims": [{
        "id": "claim", "statement": "s", "outcome_level": "attitude", "instrument": "i", "time_points": ["a"],
        "comparison": "c", "analysis": "d", "analyses": [
            {"id": "csa", "question": "change", "measure": {"instrument": "ipec-csa-v3"}, "expected": "increase",
             "waves": [{"term": "2026-fall", "frame": "pre"}, {"term": "2028-spring", "frame": "post"}]}],
    }]})  # fmt: skip
    return run_plan(plan, example_programme(), records)


def test_forest_tells_each_effect_with_interval_and_number_in_words() -> None:
    result = effects()
    drawn = forest_plot(result)

    one = result.answers[0].standardised
    assert one is not None
    assert drawn.title == "The primary effect is as expected"
    assert f"claim, csa: {one.estimate:.2f}, interval {one.low:.2f} to {one.high:.2f}, 80" in drawn.alt
    assert "n = 80" in drawn.figure.axes[0].texts[0].get_text()


def test_effect_of_few_learners_is_not_drawn() -> None:
    assert "No analysis has a standardised effect" in forest_plot(effects(8)).title
    assert "No analysis has a standardised effect" in forest_plot(effects(0)).title


FORM = Instrument.model_validate({
    "id": "own", "title": "Own form", "outcome_level": "attitude", "minimum": 1, "maximum": 5, "licence": "ours",
    "items": [{"number": str(at), "topic": f"topic {at}"} for at in range(1, 5)],
})  # fmt: skip


def given(counts: dict[int, int], items: int = 4) -> pd.DataFrame:
    values = [value for value, count in counts.items() for _ in range(count)]
    return pd.DataFrame([
        {"learner": f"L{who}", "item": str(item), "value": value, "wave": "pre"}
        for item in range(1, items + 1) for who, value in enumerate(values)
    ])  # fmt: skip


def test_shares_are_those_that_were_answered() -> None:
    shares = answer_shares(given({1: 10, 2: 20, 3: 30, 4: 25, 5: 15}), FORM)

    assert shares.categories == ("1", "2", "3", "4", "5")
    np.testing.assert_allclose(shares.table[list(shares.categories)].to_numpy()[0], [0.1, 0.2, 0.3, 0.25, 0.15])


@pytest.mark.parametrize(
    ("counts", "categories"),
    [
        ({1: 3, 2: 20, 3: 30, 4: 25, 5: 22}, ("1 to 2", "3", "4", "5")),
        ({1: 20, 2: 3, 3: 30, 4: 25, 5: 22}, ("1 to 2", "3", "4", "5")),
        ({2: 20, 3: 30, 4: 25, 5: 22}, ("1", "2", "3", "4", "5")),
        ({1: 2, 2: 20, 3: 30, 4: 46, 5: 2}, ("1 to 2", "3", "4 to 5")),
    ],
)
def test_answers_of_few_join_their_neighbours_on_their_side_of_the_middle(
    counts: dict[int, int], categories: tuple[str, ...]
) -> None:
    assert answer_shares(given(counts), FORM).categories == categories


def test_row_that_stays_small_is_left_out() -> None:
    shares = answer_shares(given({1: 4, 3: 30, 5: 40}), FORM)

    assert shares.table.empty
    assert shares.hidden == 4
    assert "Nothing may be shown" in likert_bars(shares).alt


def test_no_count_under_ten_can_be_read_off_any_row() -> None:
    rng = np.random.default_rng(4)
    for size in (30, 80, 200):
        rows = pd.DataFrame([
            {"learner": f"L{who}", "item": str(item), "wave": wave,
             "value": int(np.clip(round(rng.normal(4, 1)), 1, 5))}
            for item in range(1, 5) for wave in ("pre", "post") for who in range(size)
        ])  # fmt: skip
        shares = answer_shares(rows, FORM)
        counts = (shares.table[list(shares.categories)].to_numpy() * shares.table[["n"]].to_numpy()).round()
        assert ((counts == 0) | (counts >= 10)).all()


def test_bars_are_told_in_words_with_their_numbers() -> None:
    drawn = likert_bars(answer_shares(given({2: 20, 3: 20, 4: 30, 5: 30}), FORM))

    assert drawn.title == "60 % of answers lie above the middle"
    assert "item 1 (topic 1), pre: 60 % above the middle of 100" in drawn.alt
    assert [one.get_text() for one in drawn.figure.axes[0].get_legend().get_texts()] == ["1", "2", "3", "4", "5"]


def test_scale_of_hundred_steps_is_cut_into_five_parts() -> None:
    form = load_instrument("team-confidence")
    rows = pd.DataFrame({"learner": range(100), "item": "1", "wave": "pre", "value": [10, 30, 50, 70, 100] * 20})

    shares = answer_shares(rows, form)

    assert shares.categories == ("0 to 20", "20 to 40", "40 to 60", "60 to 80", "80 to 100")
    np.testing.assert_allclose(shares.table[list(shares.categories)].to_numpy(), 0.2)
