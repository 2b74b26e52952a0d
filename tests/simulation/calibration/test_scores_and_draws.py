"""Scores against integrals, draws against known densities, posteriors that say what they do not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from ipe_workbench.simulation.calibration import Posterior, coverage, crps
from ipe_workbench.simulation.calibration.sampling import effective_size, sample, split_rhat


@pytest.mark.parametrize(("mean", "sd", "seen"), [(0.0, 1.0, 0.4), (2.0, 0.3, 1.0)])
def test_crps_is_the_integral_of_squared_differences(mean: float, sd: float, seen: float) -> None:
    def squared(x: float) -> float:
        return float((stats.norm.cdf(x, mean, sd) - (x >= seen)) ** 2)

    wanted = integrate.quad(squared, mean - 9 * sd, seen)[0] + integrate.quad(squared, seen, mean + 9 * sd)[0]
    draws = np.random.default_rng(1).normal(mean, sd, (20_000, 1))
    assert crps(draws, np.array([seen]))[0] == pytest.approx(wanted, rel=0.03)


def test_crps_is_fair_to_few_draws() -> None:
    rng = np.random.default_rng(2)
    seen = rng.normal(size=20_000)
    few, many = (crps(rng.normal(size=(count, seen.size)), seen).mean() for count in (2, 60))
    assert few == pytest.approx(many, rel=0.05)


def test_coverage_of_a_right_forecast_is_its_level() -> None:
    rng = np.random.default_rng(3)
    assert coverage(rng.normal(size=(800, 4000)), rng.normal(size=4000)) == pytest.approx(0.9, abs=0.02)


def correlated(x: np.ndarray) -> float:
    a = x[0]
    return -0.5 * float(a * a + (x[1] - 3 * a) ** 2 / 0.04)


def skewed(x: np.ndarray) -> float:
    """Logarithm of a gamma variable of shape 3."""
    return 3 * float(x[0]) - float(np.exp(x[0]))


def test_draws_have_the_moments_of_the_density() -> None:
    drawn = sample(correlated, np.array([2.0, -1.0]), draws=1500, thin=3, seed=4)
    assert drawn.rhat.max() < 1.03
    assert drawn.values.mean(axis=0) == pytest.approx([0, 0], abs=0.25)
    assert np.cov(drawn.values.T) == pytest.approx(np.array([[1, 3], [3, 9.04]]), rel=0.25)
    gamma = np.exp(sample(skewed, np.array([0.0]), draws=1500, thin=3, seed=5).values[:, 0])
    assert stats.kstest(gamma[::6], stats.gamma(3).cdf).pvalue > 0.001


def test_diagnostics_tell_stuck_chains_from_good_ones() -> None:
    rng = np.random.default_rng(6)
    good = rng.normal(size=(4, 500))
    assert split_rhat(good) < 1.01
    assert 1500 < effective_size(good) < 2600
    assert split_rhat(good + np.arange(4)[:, None]) > 1.3
    walk = np.cumsum(rng.normal(size=(4, 500)), axis=1)
    assert effective_size(walk) < 50


def test_unidentified_correlated_and_unconverged_parameters_are_found() -> None:
    rng = np.random.default_rng(7)
    known = rng.normal(0.3, 0.02, 2000)
    draws = pd.DataFrame({"known": known, "twin": 2 * known + rng.normal(0, 0.001, 2000), "prior": rng.random(2000),
                          "stuck": rng.normal(0.3, 0.02, 2000)})  # fmt: skip
    prior = pd.DataFrame({name: rng.random(4000) for name in draws})
    sure = {"rhat": dict.fromkeys(draws, 1.0), "effective": dict.fromkeys(draws, 900.0)}
    sure["rhat"]["stuck"] = 1.4
    found = {(one.id, one.subject) for one in Posterior(draws, prior, **sure).findings()}
    assert found == {("weakly-identified", "prior"), ("correlated-parameters", "known"), ("not-converged", "stuck")}
