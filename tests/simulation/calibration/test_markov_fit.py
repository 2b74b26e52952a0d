"""The exact likelihood of the reference programme, held against the engine."""

from __future__ import annotations

import numpy as np
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.records.simulated import simulated_records
from ipe_workbench.simulation import Scenario, find_scenario, simulate
from ipe_workbench.simulation.calibration import award_records, rank_statistics
from ipe_workbench.simulation.calibration.markov_fit import award_chances, fit_markov, why_no_likelihood
from ipe_workbench.simulation.experiments import Factor, with_values
from tests.simulation.conftest import DATA, credential, programme

LEARN = Factor("learning.learn_per_opportunity", 0.02, 0.6)
ATTEMPT = Factor("assessment.attempt_probability", 0.1, 0.9)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return find_scenario(DATA / "reference", "reference")


@pytest.fixture(scope="module")
def chain() -> Programme:
    """Two credentials in a row, one profession, one term of eight weeks."""
    sure = {"assessor": "automatic", "attempts": 20, "retake_after_weeks": 1}
    made = [credential("first", assessment=sure), credential("second", requires="first", assessment=sure)]
    whole = programme(made)
    info = whole.info.model_copy(update={"terms": whole.info.terms[:1], "professions": whole.info.professions[:1]})
    return Programme(info, whole.credentials, whole.stacks, {})


def test_chances_are_those_of_the_engine(reference: Programme, scenario: Scenario) -> None:
    assert why_no_likelihood(reference, scenario) == []
    result = simulate(reference, scenario, replicates=60, seed=5)
    curve = result.attainment_by_week("nursing", "earned")
    chances = award_chances(16, 0.0, 0.30, 0.02, 0.5, 0.1, 0.2, True)
    assert chances.sum(axis=1) == pytest.approx(np.ones(16))
    seen = curve[curve["item"].isin([f"chain-{one}-1" for one in "abc"])].groupby("week")["mean"].mean().to_numpy()
    error = np.sqrt(seen * (1 - seen) / (60 * 140 * 3))
    assert (np.abs(seen - chances[0, :16].cumsum()) < 4.5 * error + 1e-12).all()
    # The second level opens in the week after the first was earned.
    second = np.zeros(16)
    for opened in range(1, 16):
        second += chances[0, opened - 1] * chances[opened, :16]
    seen = curve[curve["item"].isin([f"chain-{one}-2" for one in "abc"])].groupby("week")["mean"].mean().to_numpy()
    error = np.sqrt(seen * (1 - seen) / (60 * 140 * 3))
    assert (np.abs(seen - second.cumsum()) < 4.5 * error + 1e-12).all()


def test_ranks_of_the_truth_through_engine_and_records(chain: Programme, scenario: Scenario) -> None:
    """The engine simulates, the records are read, the likelihood fits: all three have to agree."""
    base = scenario.model_copy(update={"professions": {}, "cohort": {"nursing": 50}})
    assert why_no_likelihood(chain, base) == []
    numbers = iter(range(1000))

    def fitted(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        values = {one.path: one.at(float(share)) for one, share in zip((LEARN, ATTEMPT), shares, strict=True)}
        told = simulated_records(chain, with_values(base, values), replicate=next(numbers))
        fit = fit_markov(chain, base, [LEARN, ATTEMPT], award_records(told), draws=40, warm_up=150, thin=3, chains=2)
        low, high = np.array([LEARN.low, ATTEMPT.low]), np.array([LEARN.high, ATTEMPT.high])
        return (fit.draws.to_numpy(float) - low) / (high - low)

    told = rank_statistics(lambda rng: rng.random(2), fitted, ["learn", "attempt"], rounds=24, draws=39).test(4)
    assert (told["p"] > 0.01).all()


def test_why_there_is_no_likelihood(reference: Programme, scenario: Scenario) -> None:
    said = {
        "heterogeneity.learn_sd": (0.2, "differ"), "participation.leave_before_start": (0.1, "leave"),
        "participation.uptake.advanced": (0.5, "takes part"), "practice.when": ("activities", "practice"),
        "assessment.offered": ("after-last-meeting", "assessment"), "practice.after_award": (True, "after_award"),
    }  # fmt: skip
    for path, (value, word) in said.items():
        changed = with_values(scenario, {path: value})
        reasons = why_no_likelihood(reference, changed)
        assert any(word in reason for reason in reasons), (path, reasons)
    with pytest.raises(WorkbenchError, match="no likelihood"):
        fit_markov(reference, with_values(scenario, {"heterogeneity.learn_sd": 0.2}), [LEARN],
                   award_records(simulated_records(reference, scenario)))  # fmt: skip
