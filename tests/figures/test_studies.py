"""Figures of studies: they show the numbers that the study has, and say them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.figures import (
    comparison_forest,
    forecast_against_record,
    posterior_against_prior,
    sensitivity_bars,
    sweep_curves,
)
from ipe_workbench.simulation import Scenario, SimulationResult, simulate
from ipe_workbench.simulation.calibration import Posterior
from ipe_workbench.simulation.experiments import (
    Sensitivity,
    Sweep,
    compare_results,
    design_points,
    parse_factor,
    parse_outcome,
    sobol_sensitivity,
    sweep,
)
from ipe_workbench.simulation.intervals import reach

PLAIN = Scenario(id="plain", title="Plain")
SLIP = parse_factor("assessment.slip=0.05:0.4")


def swept(design: Programme, *factors: str, levels: int = 3, outcomes: tuple[str, ...] = ("earned:talk",)) -> Sweep:
    points = design_points([parse_factor(one) for one in factors], "grid", levels=levels)
    return sweep(design, PLAIN, points, [parse_outcome(one) for one in outcomes], replicates=5)


def test_a_sweep_of_one_parameter_has_the_interval_of_a_cohort_as_its_band(design: Programme) -> None:
    found = swept(design, "assessment.slip=0.05:0.4")
    axes = sweep_curves(found).figure.axes[0]
    assert axes.lines[0].get_ydata() == pytest.approx(found.means[:, 0])
    assert axes.lines[0].get_xdata() == pytest.approx([0.05, 0.225, 0.4])
    band = axes.collections[0].get_paths()[0].vertices
    at_first = band[np.isclose(band[:, 0], 0.05), 1]
    far = reach(5) * found.values[0, :, 0].std(ddof=1)
    assert at_first.max() == pytest.approx(min(found.means[0, 0] + far, 1))


def test_other_parameters_are_averaged_and_words_are_places(design: Programme) -> None:
    found = swept(
        design, "assessment.slip=0.05:0.4", "learning.forgetting=none,exponential", outcomes=("badges", "earned:talk")
    )
    figure = sweep_curves(found, names={"talk": "The talk"})
    assert len(figure.figure.axes) == 4
    assert figure.figure.axes[0].lines[0].get_ydata() == pytest.approx(found.means[:, 0].reshape(3, 2).mean(axis=1))
    assert [tick.get_text() for tick in figure.figure.axes[1].get_xticklabels()] == ["none", "exponential"]
    assert "Share who earn The talk by assessment.slip" in figure.alt


def test_many_spread_values_are_drawn_in_eight_bins_with_all_points(design: Programme) -> None:
    points = design_points([SLIP, parse_factor("assessment.guess=0.05:0.3")], "latin-hypercube", points=24)
    found = sweep(design, PLAIN, points, [parse_outcome("badges")], replicates=2)
    drawn = sweep_curves(found).figure.axes[0].lines[0].get_ydata()
    assert len(drawn) == 8
    assert np.mean(drawn) == pytest.approx(found.means.mean())


def test_bars_are_the_indices_and_an_outcome_that_does_not_vary_is_said(design: Programme) -> None:
    factors = [SLIP, parse_factor("assessment.guess=0.05:0.3")]
    outcomes = [parse_outcome("badges")]
    found = sobol_sensitivity(design, PLAIN, factors, outcomes, base=16, replicates=2)
    figure = sensitivity_bars(found)
    widths = {round(bar.get_width(), 6) for bar in figure.figure.axes[0].patches}
    wanted = found.frame[["first", "total"]].clip(lower=0).to_numpy().ravel()
    assert widths == {round(float(one), 6) for one in wanted}
    nothing = found.frame.assign(**dict.fromkeys(list(found.frame.columns)[2:], np.nan))
    assert "does not vary" in sensitivity_bars(Sensitivity(found.about, nothing, found.sweep)).title


def test_a_forest_shows_every_difference_with_both_intervals(design: Programme, result: SimulationResult) -> None:
    easier = Scenario.model_validate({"id": "easier", "title": "Easier", "assessment": {"guess": 0.4}})
    compared = compare_results(result, simulate(design, easier, replicates=6, seed=3))
    figure = comparison_forest(compared, names={"talk": "The talk"})
    rows = compared.frame[compared.frame["measure"] == "earned"].sort_values("difference", ascending=False)
    dots = [line.get_xdata()[0] for line in figure.figure.axes[0].lines if line.get_marker() == "o"]
    assert dots == pytest.approx((100 * rows["difference"]).tolist())
    assert "The talk" in figure.alt
    assert f"one cohort {100 * rows['cohort_low'].iloc[0]:+.1f}".replace("-", "\N{MINUS SIGN}") in figure.alt


def test_a_design_against_itself_has_no_difference(result: SimulationResult) -> None:
    assert comparison_forest(compare_results(result, result)).title == (
        "No difference stands out of the luck of the simulation"
    )


def test_a_posterior_that_is_its_prior_is_named() -> None:
    rng = np.random.default_rng(2)
    prior = pd.DataFrame(rng.uniform(0, 1, (800, 2)), columns=["assessment.slip", "assessment.guess"])
    draws = pd.DataFrame({"assessment.slip": rng.normal(0.3, 0.01, 800), "assessment.guess": rng.uniform(0, 1, 800)})
    figure = posterior_against_prior(Posterior(draws, prior, {}, {}))
    assert figure.title == "The record says little about 1 of the 2 parameters: assessment: guess"
    assert len(figure.figure.axes) == 2
    low, high = np.quantile(draws["assessment.slip"], [0.025, 0.975])
    assert figure.figure.axes[0].lines[0].get_xdata() == pytest.approx([low, high])


def test_a_forecast_says_how_much_of_the_record_it_holds_and_marks_what_it_does_not() -> None:
    points = pd.DataFrame({"item": list("abcd"), "profession": "nursing", "seen": [0.5, 0.55, 0.6, 0.9]})
    figure = forecast_against_record(points.assign(mean=0.5, low=0.4, high=0.7), names={"d": "<b>$x$</b>"})
    assert figure.title.startswith("75 % of 4 recorded shares lie in their 90 % interval")
    crossed = [line.get_xdata()[0] for line in figure.figure.axes[0].lines if line.get_marker() == "X"]
    assert crossed == [0.9]
    assert "&lt;b&gt;" in figure.to_html()
    assert "<b>" not in figure.to_html()
