"""Race: the general engine against an idiomatic week-vectorised NumPy version of the reference scenario.

Both run in this process on one thread, warm. Run: python benchmarks/simulation.py [learners] [replicates]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ipe_workbench.credentials import load_programme
from ipe_workbench.simulation import find_scenario, simulate

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "programmes" / "reference"
LEARN = (0.26, 0.30, 0.28, 0.22, 0.24)
BADGES, WEEKS = 12, 16


def numpy_cohort(learners: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Shares earned and retained by badge: arrays over learners and badges, a loop over weeks."""
    learn = np.repeat(LEARN, learners // 5)[:, None]
    known = np.zeros((learners, BADGES), bool)
    earned = np.zeros((learners, BADGES), bool)
    is_open = np.ones((learners, BADGES), bool)
    for _ in range(WEEKS):
        is_open[:, 3:] = earned[:, :-3]
        forget, learned, tried = rng.random((3, learners, BADGES))
        known &= forget >= 0.02
        ready = is_open & ~earned
        known |= ready & (learned < learn)
        earned |= ready & (tried < 0.5 * np.where(known, 0.9, 0.2))
    return earned.mean(axis=0), (earned & known).mean(axis=0)


def best_of(run: Callable[[], object], repeats: int = 5) -> float:
    """The shortest of several wall times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main(learners: int = 700, replicates: int = 100) -> None:
    """Print units (learner x badge x week) a second of both, and the ratio."""
    programme = load_programme(REFERENCE)
    scenario = find_scenario(REFERENCE, "reference")
    cohort = {one.id: learners // 5 for one in programme.info.professions}
    scenario = scenario.model_copy(update={"cohort": cohort})
    simulate(programme, scenario, replicates=1)
    units = learners * BADGES * WEEKS * replicates

    def by_numpy() -> None:
        rng = np.random.Generator(np.random.SFC64(1))
        for _ in range(replicates):
            numpy_cohort(learners, rng)

    rivals = {
        "numpy, week-vectorised": best_of(by_numpy, 3),
        "engine, 1 thread": best_of(lambda: simulate(programme, scenario, replicates=replicates, threads=1)),
        "engine, all threads": best_of(lambda: simulate(programme, scenario, replicates=replicates)),
    }
    base = rivals["numpy, week-vectorised"]
    print(f"{learners:,} learners x {BADGES} badges x {WEEKS} weeks x {replicates} replicates")
    for name, seconds in rivals.items():
        print(f"{name:24} {seconds:8.3f} s {units / seconds / 1e6:8.1f} M units/s   {base / seconds:5.2f} x numpy")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]))
