"""Approximate Bayesian computation against an exact posterior, and programmes fitted to simulated records."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.records.simulated import SimulatedRecords, simulated_records
from ipe_workbench.simulation import Scenario
from ipe_workbench.simulation.calibration import award_records, fit_programme, judge_cohort
from ipe_workbench.simulation.calibration.approximate import approximate_posterior
from ipe_workbench.simulation.calibration.recorded_awards import (
    record_statistics,
    simulated_statistics,
    statistic_names,
)
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.experiments import Factor, with_values
from tests.simulation.conftest import credential, programme

SCENARIO = Scenario.model_validate(
    {
        "id": "truth", "title": "Truth", "seed": 8,
        "learning": {"known_at_start": 0.4, "learn_per_opportunity": 0.2},
        "assessment": {"slip": 0.1, "guess": 0.2, "attempt_probability": 0.6, "rater_icc": None,
                       "offered": "every-week"},
        "participation": {"uptake": {"foundation": 0.7, "intermediate": 0.7}, "uptake_correlation": 0},
    }
)  # fmt: skip
UPTAKE = Factor("participation.uptake.foundation", 0.3, 1.0)
GUESS = Factor("assessment.guess", 0.05, 0.6)


@pytest.fixture(scope="module")
def two() -> Programme:
    return programme([credential("first"), credential("second", requires="first", level="intermediate")])


@pytest.mark.parametrize("heads", [(30, 20), (3, 47)])
def test_approximate_posterior_is_near_the_exact_one(heads: tuple[int, int]) -> None:
    """Two coins of 50 tosses with uniform priors: beta posteriors."""
    rng = np.random.default_rng(sum(heads))
    noise = np.random.default_rng(1)

    def toss(shares: np.ndarray) -> np.ndarray:
        return np.column_stack([noise.binomial(50, shares) / 50, rng.random(len(shares))])  # and one idle statistic

    seen = np.array([heads[0] / 50, heads[1] / 50, 0.5])
    found = approximate_posterior(toss, seen, 2, size=400, pilot=1000, rounds=4, seed=2)
    for coin in range(2):
        exact = stats.beta(1 + heads[coin], 51 - heads[coin])
        mean = found.weights @ found.shares[:, coin]
        spread = np.sqrt(found.weights @ (found.shares[:, coin] - mean) ** 2)
        assert mean == pytest.approx(exact.mean(), abs=0.5 * exact.std())
        assert 0.75 < spread / exact.std() < 1.5
    assert list(found.thresholds) == sorted(found.thresholds, reverse=True)


def test_record_of_a_simulated_cohort_has_its_statistics(two: Programme) -> None:
    model = compile_cohort(two, SCENARIO)
    wanted = simulated_statistics(model, simulate_range(model, 8, 3, 1), attempts=True)
    records = award_records(simulated_records(two, SCENARIO, replicate=3))
    names = statistic_names(model, attempts=True)
    told = record_statistics(model, records)
    assert len(names) == len(told) == len(wanted)
    assert told == pytest.approx(wanted)


def test_truth_lies_in_the_posterior_and_the_model_is_not_rejected(two: Programme) -> None:
    records = award_records(simulated_records(two, SCENARIO, replicate=11))
    fit = fit_programme(two, SCENARIO, [UPTAKE, GUESS], records, size=120, pilot=240, rounds=2, most=600, seed=5)
    summary = fit.posterior.summary().set_index("parameter")
    for factor, truth in ((UPTAKE, 0.7), (GUESS, 0.2)):
        row = summary.loc[factor.path]
        assert row["low"] < truth < row["high"]
        assert row["sd"] < 0.6 * row["prior_sd"]
    assert ((fit.checks["p"] < 0.005) | (fit.checks["p"] > 0.995)).mean() < 0.1
    assert fit.scenario.assessment.guess == pytest.approx(summary.loc[GUESS.path, "mean"])
    later = award_records(simulated_records(two, SCENARIO, replicate=12))
    points, scores = judge_cohort(fit, two, records, later, draws=80)
    assert len(points) == 4
    assert set(scores["method"]) == {"model", "last year's rate", "logistic regression"}
    assert scores.set_index("method").loc["model", "coverage"] >= 0.5


def test_wrong_model_and_idle_parameter_are_told(two: Programme) -> None:
    """The record comes from learners who pass more often than any guess allows; the other factor does nothing."""
    strange = with_values(SCENARIO, {"learning.known_at_start": 0.99, "assessment.slip": 0.0})
    records = award_records(simulated_records(two, strange, replicate=1))
    idle = Factor("heterogeneity.learn_sd", 0.0, 0.05)
    fit = fit_programme(two, SCENARIO, [Factor("assessment.guess", 0.01, 0.05), idle], records, size=80, pilot=160,
                        rounds=1, most=250)  # fmt: skip
    assert "weakly-identified" in {one.id for one in fit.posterior.findings() if one.subject == idle.path}
    assert ((fit.checks["p"] < 0.01) | (fit.checks["p"] > 0.99)).any()


def test_records_that_do_not_fit_are_told(two: Programme) -> None:
    told = simulated_records(two, SCENARIO)
    records = award_records(told)
    with pytest.raises(WorkbenchError, match="Only ranges"):
        fit_programme(two, SCENARIO, [Factor("assessment.guess", values=(0.1, 0.2))], records)
    with pytest.raises(WorkbenchError, match="no cohort"):
        award_records(told, cohort="1999")
    empty = SimulatedRecords(told.about, {**told.frames, "awards": told.frames["awards"].iloc[:0]})
    with pytest.raises(WorkbenchError, match="no award"):
        award_records(empty)
    smaller = compile_cohort(two, SCENARIO.model_copy(update={"cohort": {"nursing": 1}}))
    with pytest.raises(WorkbenchError, match="not the recorded one"):
        record_statistics(smaller, records)
    assert isinstance(records.awards, pd.DataFrame)
