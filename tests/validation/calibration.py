"""Simulation-based calibration in full, and forecasts of the OULAD excerpt where it is at hand.

Run: python -m tests.validation.calibration [rounds]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from ipe_workbench.simulation.calibration import fit_steps, rank_statistics, read_oulad, roll_forecasts
from ipe_workbench.simulation.calibration.step_fit import Layout
from ipe_workbench.simulation.calibration.step_simulation import simulate_step_cohort

OULAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "oulad-bbb-2013j"
WEEKS, SIZES, DUE, KINDS = 12, (90, 60), (3, 5, 7, 9), ("quiz", "quiz", "essay", "essay")
LAYOUT = Layout(WEEKS, 2, ("essay", "quiz"), (1, 1, 0, 0))


def fitted(truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Posterior draws for a cohort simulated with known parameters."""
    cohort = simulate_step_cohort(LAYOUT.chances(truth), SIZES, DUE, KINDS, weeks=WEEKS, rng=rng)
    fit = fit_steps(cohort, draws=150, warm_up=2000, thin=30, seed=int(rng.integers(2**31)))
    return fit.posterior.draws.to_numpy(float)


def main(rounds: int = 300) -> None:
    """Print p of each parameter's ranks, and the scores of the forecasts."""
    start = time.perf_counter()
    told = rank_statistics(LAYOUT.draw, fitted, LAYOUT.names, rounds=rounds).test()
    print(told.round(3).to_string(index=False))
    low = told[told["p"] <= 0.01]
    seconds = time.perf_counter() - start
    print(f"{rounds} rounds in {seconds:.0f} s; p at or below 0.01: {list(low['parameter']) or 'none'}")
    if OULAD.is_dir():
        scores = roll_forecasts(read_oulad(OULAD)).scores
        print(scores[scores["measure"] == "all"].round(2).to_string(index=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
