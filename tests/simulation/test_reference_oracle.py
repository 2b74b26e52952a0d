"""The engine against the exact expectations of the reference scenario."""

from __future__ import annotations

import numpy as np
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation import SimulationResult, find_scenario, simulate
from tests.simulation.conftest import DATA
from tests.simulation.markov_chain import LEARN, exact, expectations


@pytest.fixture(scope="module")
def result(reference: Programme) -> SimulationResult:
    return simulate(reference, find_scenario(DATA / "reference", "reference"), replicates=200, seed=11)


def test_markov_chain_gives_the_published_expectations() -> None:
    """Figures of the project's notes on the reference scenario, by level."""
    earned, retained = expectations()
    assert np.round(earned, 3).tolist() == [0.996, 0.957, 0.825, 0.591]
    assert np.round(retained, 3).tolist() == [0.606, 0.624, 0.562, 0.411]


@pytest.mark.parametrize("measure", ["earned", "retained"])
def test_every_badge_lies_within_four_standard_errors_of_the_exact_answer(
    result: SimulationResult, measure: str
) -> None:
    exact_shares = dict(zip(("earned", "retained"), expectations(), strict=True))[measure]
    frame = result.badges("all", measure)
    assert len(frame) == 12
    for row in frame.itertuples():
        level = int(row.credential[-1])
        assert abs(row.mean - exact_shares[level - 1]) < 4 * row.se, row


def test_every_profession_lies_near_its_own_exact_answer(result: SimulationResult) -> None:
    frame = result.badges(measure="earned")
    for profession, learn in LEARN.items():
        earned, _ = exact(learn)
        for row in frame[frame["profession"] == profession].itertuples():
            assert abs(row.mean - earned[int(row.credential[-1]) - 1]) < 4.5 * row.se, row


def test_standard_errors_are_those_of_independent_learners(result: SimulationResult) -> None:
    """Learners of a profession are independent here, so the spread over cohorts is binomial within professions."""
    earned = np.array([exact(learn)[0] for learn in LEARN.values()])
    binomial = np.sqrt((140 * earned * (1 - earned)).sum(axis=0)) / 700 / np.sqrt(200)
    frame = result.badges("all", "earned")
    for row in frame.itertuples():
        assert row.se == pytest.approx(binomial[int(row.credential[-1]) - 1], rel=0.25)
