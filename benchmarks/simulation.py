"""Race: the general engine against an idiomatic Mesa 3 model and week-vectorised NumPy on the reference scenario.

All in this process; the engine as users call it, frames and intervals included, warm. Prints millions of units
(learner x badge x week) a second, the ratios to the peers, to the known ceiling and to the bare cost of the random
numbers, the cost of a learner from 1e3 to 1e6, and the full model on the example programme.

Run: python benchmarks/simulation.py
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import mesa
import numba
import numpy as np
from board import score

from ipe_workbench.credentials import load_programme
from ipe_workbench.simulation import Scenario, find_scenario, simulate
from ipe_workbench.simulation.words import draw

PROGRAMMES = Path(__file__).resolve().parents[1] / "data" / "programmes"
LEARN = (0.26, 0.30, 0.28, 0.22, 0.24)
BADGES, WEEKS = 12, 16
#: 64 learners a machine word, written for this one scenario, on two cores: times Mesa.
CEILING = 690


class Learner(mesa.Agent):
    """A learner who forgets, learns and attempts twelve badges."""

    def __init__(self, model: Cohort, learn: float) -> None:
        super().__init__(model)
        self.learn = learn
        self.known = [False] * BADGES
        self.earned = [False] * BADGES

    def step(self) -> None:
        """One week."""
        chance = self.random.random
        ready = [badge < 3 or self.earned[badge - 3] for badge in range(BADGES)]
        for badge in range(BADGES):
            if self.known[badge] and chance() < 0.02:
                self.known[badge] = False
            if ready[badge] and not self.earned[badge]:
                if not self.known[badge] and chance() < self.learn:
                    self.known[badge] = True
                if chance() < 0.5 and chance() < (0.9 if self.known[badge] else 0.2):
                    self.earned[badge] = True


class Cohort(mesa.Model):
    """The cohort and what is collected of it."""

    def __init__(self, learners: int, seed: int) -> None:
        super().__init__(seed=seed)
        Learner.create_agents(self, learners, list(np.repeat(LEARN, learners // 5)))
        self.datacollector = mesa.DataCollector({"earned": lambda m: sum(sum(a.earned) for a in m.agents)})

    def step(self) -> None:
        """One week of everybody."""
        self.agents.do("step")
        self.datacollector.collect(self)


def mesa_cohort(learners: int, seed: int) -> Cohort:
    """A cohort by Mesa, after all weeks."""
    model = Cohort(learners, seed)
    for _ in range(WEEKS):
        model.step()
    return model


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


@numba.njit
def random_words(jobs: np.ndarray, repeats: int) -> None:
    """As many random numbers as units need at the least: eight bits for each of three decisions of 64 learners."""
    for week in range(repeats):
        draw(jobs, jobs.shape[1] // 4, np.uint64(1), np.uint64(week), np.uint64(1))


def best_of(run: Callable[[], object], repeats: int = 5) -> float:
    """The shortest of several wall times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def reference(learners: int) -> Scenario:
    """The reference scenario with so many learners."""
    scenario = find_scenario(PROGRAMMES / "reference", "reference")
    programme = load_programme(PROGRAMMES / "reference")
    return scenario.model_copy(update={"cohort": {one.id: learners // 5 for one in programme.info.professions}})


def race(learners: int = 700, replicates: int = 1000) -> None:
    """The engine and its peers on the reference scenario."""
    programme, scenario = load_programme(PROGRAMMES / "reference"), reference(learners)
    units = learners * BADGES * WEEKS
    rng = np.random.Generator(np.random.SFC64(1))
    jobs = np.zeros((4, 3 * 4 * BADGES), np.uint64)
    seconds = {
        "Mesa 3": best_of(lambda: mesa_cohort(learners, 1), 3),
        "NumPy, week-vectorised": best_of(lambda: [numpy_cohort(learners, rng) for _ in range(20)]) / 20,
        "engine, 1 thread": best_of(lambda: simulate(programme, scenario, replicates=replicates, threads=1))
        / replicates,
        "engine, 2 threads": best_of(lambda: simulate(programme, scenario, replicates=replicates, threads=2))
        / replicates,
    }
    bare = best_of(lambda: random_words(jobs, 2000)) / 2000 / WEEKS / BADGES * units / 64 * WEEKS
    print(f"Reference scenario: {learners:,} learners x {BADGES} badges x {WEEKS} weeks")
    slow, obvious, fast = seconds["Mesa 3"], seconds["NumPy, week-vectorised"], seconds["engine, 2 threads"]
    for name, one in seconds.items():
        print(f"{name:24} {units / one / 1e6:8.1f} M units/s  {slow / one:7.1f} x Mesa  {obvious / one:6.2f} x NumPy")
    score("the reference cohort, against Mesa", slow / fast, least=80)
    score("the reference cohort, against week-vectorised NumPy", obvious / fast, least=4)
    score("the reference cohort, share of the known ceiling", slow / fast / CEILING, "of it")
    print(f"{seconds['engine, 1 thread'] / bare:.1f} times the bare cost of its random numbers, one thread")


def sizes() -> None:
    """Cost of a learner from 1e3 to 1e6, and the largest cohort's time and memory."""
    programme = load_programme(PROGRAMMES / "reference")
    for learners in (1_000, 10_000, 100_000, 1_000_000):
        scenario, replicates = reference(learners), max(1, 1_000_000 // learners)
        wall = best_of(lambda s=scenario, r=replicates: simulate(programme, s, replicates=r, threads=2), 3)
        each = wall / learners / replicates * 1e6
        print(f"{learners:>9,} learners x {replicates:>5,}: {wall:6.3f} s, {each:6.3f} us a learner")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    score("the reference cohort with a million learners", wall, "s", most=1.5)
    score("a million learners: peak memory", peak, "MB", most=1000)


def full_model() -> None:
    """Every part of the model on the example programme."""
    programme = load_programme(PROGRAMMES / "cu-ipe")
    scenario = find_scenario(PROGRAMMES / "cu-ipe", "everything")
    one = best_of(lambda: simulate(programme, scenario, replicates=1, threads=2))
    many = best_of(lambda: simulate(programme, scenario, replicates=200, threads=2), 2)
    score("full model, 700 learners x 64 weeks, one replicate", one * 1000, "ms", most=50)
    score("full model, 700 learners x 64 weeks, 200 replicates", many, "s", most=10)


if __name__ == "__main__":
    race()
    sizes()
    full_model()
