"""Sweeps, sensitivity and optimisation against answers that are known otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.simulation.experiments import (
    Factor,
    Means,
    design_points,
    optimise,
    parse_limit,
    parse_outcome,
    sobol_sensitivity,
    sweep,
    with_values,
)
from tests.simulation.conftest import credential, programme

#: One credential, one attempt that passes with `guess` by those who take it up: earned = uptake x guess.
ONE_TRY = Scenario.model_validate(
    {
        "id": "one", "title": "One try", "seed": 4,
        "learning": {"known_at_start": 0, "learn_per_opportunity": 0, "forgetting": "none"},
        "assessment": {"slip": 0, "guess": 0.5, "rater_icc": None, "attempt_probability": 1, "offered": "every-week"},
        "participation": {"uptake": {"foundation": 0.8}, "uptake_correlation": 0},
        "heterogeneity": {"known_at_start_sd": 0, "learn_sd": 0},
        "cohort": {"nursing": 400, "pharmacy": 400},
    }
)  # fmt: skip
UPTAKE = Factor("participation.uptake.foundation", 0.2, 1.0)
GUESS = Factor("assessment.guess", 0.5, 0.9)
INERT = Factor("learning.forget_per_week", 0.0, 0.03)


@pytest.fixture(scope="module")
def single() -> Programme:
    return programme([credential("only", assessment={"attempts": 1, "assessor": "faculty", "assessor_minutes": 30})])


def test_points_equal_single_simulations_whoever_computes_them(single: Programme, tmp_path: Path) -> None:
    points = design_points([UPTAKE, GUESS], "grid", levels=2)
    outcomes = [parse_outcome(name) for name in ("earned:only", "hours:faculty", "badges")]
    found = [
        sweep(single, ONE_TRY, points, outcomes, replicates=3, means=means)
        for means in (Means("threads", 2), Means("threads", 1, tmp_path / "parts"))
    ]
    assert np.array_equal(found[0].values, found[1].values)
    for point, values in zip(points, found[0].values, strict=True):
        alone = simulate(single, with_values(ONE_TRY, point), replicates=3)
        counts = alone.by_replicate()["earned"].to_numpy() / 800
        assert values[:, 0].tolist() == counts.tolist()
        assert values[:, 1].mean() == pytest.approx(alone.assessor_hours()["mean"].sum())
    frame = found[0].frame
    assert len(frame) == 12
    assert set(frame.columns) == {"point", UPTAKE.path, GUESS.path, "outcome", "mean", "se", "replicates"}


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_space_filling_designs_are_even_in_each_factor(design: str) -> None:
    points = design_points([UPTAKE, GUESS, INERT], design, points=32, seed=9)
    for factor in (UPTAKE, GUESS, INERT):
        shares = [(point[factor.path] - factor.low) / (factor.high - factor.low) for point in points]
        assert sorted(int(share * 32) for share in shares) == list(range(32))
    assert points == design_points([UPTAKE, GUESS, INERT], design, points=32, seed=9)


def test_sobol_indices_of_a_product_are_those_of_the_theory(single: Programme) -> None:
    """Earned = u g with independent uniform factors: the variance falls into three parts that can be written down."""
    mu, vu = 0.6, 0.8**2 / 12
    mg, vg = 0.7, 0.4**2 / 12
    whole = mu**2 * vg + mg**2 * vu + vu * vg
    wanted = {
        UPTAKE.path: (mg**2 * vu / whole, (mg**2 * vu + vu * vg) / whole),
        GUESS.path: (mu**2 * vg / whole, (mu**2 * vg + vu * vg) / whole),
        INERT.path: (0.0, 0.0),
    }
    told = sobol_sensitivity(
        single, ONE_TRY, [UPTAKE, GUESS, INERT], [parse_outcome("earned:only")], base=64, replicates=3
    )
    assert len(told.sweep.points) == 64 * 5
    for row in told.frame.to_dict("records"):
        first, total = wanted[row["factor"]]
        assert row["first"] == pytest.approx(first, abs=0.1)
        assert row["total"] == pytest.approx(total, abs=0.1)
        assert row["first_low"] <= row["first"] <= row["first_high"]
        assert row["noise_share"] < 0.02


def test_outcome_that_does_not_vary_has_no_indices(single: Programme) -> None:
    still = [Factor("learning.forget_per_week", 0.0, 0.1), Factor("heterogeneity.learn_sd", 0.0, 0.2)]
    told = sobol_sensitivity(single, ONE_TRY, still, [parse_outcome("earned:only")], base=8, replicates=2)
    assert told.frame["first"].isna().all()


def test_exhaustive_search_finds_the_best_and_does_not_believe_its_luck(single: Programme) -> None:
    """All candidates are equally good but one that is worse; the winner's lead in the search is luck alone."""
    equal = Factor("learning.forget_per_week", values=tuple(i / 1000 for i in range(12)))
    noisy = ONE_TRY.model_copy(update={"cohort": {"nursing": 20, "pharmacy": 20}})
    scenario = with_values(noisy, {"learning.known_at_start": 0.5, "assessment.offered": "after-last-meeting"})
    found = optimise(
        single, scenario, [equal, Factor("assessment.slip", values=(0.0, 0.4))], parse_outcome("earned:only"),
        replicates=4, fresh_replicates=150,
    )  # fmt: skip
    assert found.about["exhaustive"]
    assert len(found.tried) == 24
    winner = found.frame[found.frame["candidate"] >= 0].iloc[0]
    assert found.about["best"]["assessment.slip"] == 0.0
    assert winner["behind"] == 0
    assert winner["searched"] > winner["fresh"]
    assert found.frame["as_good"].sum() >= 2
    assert (found.frame["candidate"] == -1).sum() == 1


def test_search_by_proposals_keeps_the_limit(single: Programme) -> None:
    """Hours grow with the uptake, earned as well: the best uptake is the largest that the hours allow."""
    limit = parse_limit("hours:faculty<=200")  # 800 learners x 0.5 h x uptake: at most one half
    found = optimise(
        single, ONE_TRY, [UPTAKE], parse_outcome("earned:only"), limits=[limit], trials=40, replicates=4,
        fresh_replicates=20, means=Means("threads", 1),
    )  # fmt: skip
    assert not found.about["exhaustive"]
    assert found.about["best"][UPTAKE.path] == pytest.approx(0.5, abs=0.06)
    winner = found.frame[found.frame["candidate"] >= 0].query("feasible").iloc[0]
    assert winner["hours:faculty"] <= 200


def test_no_candidate_keeps_the_limits(single: Programme) -> None:
    found = optimise(
        single, ONE_TRY, [Factor(UPTAKE.path, values=(0.9, 1.0))], parse_outcome("earned:only"),
        limits=[parse_limit("hours:faculty<=10")], replicates=2, fresh_replicates=5,
    )  # fmt: skip
    assert found.about["best"] is None
    assert not found.frame["feasible"].any()


@pytest.mark.parametrize("text", ["earned", "earned:", "badges:x", "joy:only", ""])
def test_wrong_outcomes(text: str) -> None:
    with pytest.raises(UnusableInputError):
        parse_outcome(text)


@pytest.mark.parametrize("outcome", ["earned:onli", "hours:peer", "retained:nothing"])
def test_unknown_outcomes(single: Programme, outcome: str) -> None:
    with pytest.raises(WorkbenchError, match="The programme has no"):
        sweep(single, ONE_TRY, [{}], [parse_outcome(outcome)])


@pytest.mark.parametrize("text", ["hours:faculty=4", "hours:faculty<=many", "hours:faculty<=inf", "<=3"])
def test_wrong_limits(text: str) -> None:
    with pytest.raises(UnusableInputError):
        parse_limit(text)
