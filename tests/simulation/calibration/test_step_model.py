"""The step model's likelihood against brute force, its fit against known truth, its forecasts against what came."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.simulation.calibration import fit_steps, rank_statistics, read_oulad, roll_forecasts, step_cohort
from ipe_workbench.simulation.calibration.step_fit import PRIORS, Histories, Layout, density, layout_of
from ipe_workbench.simulation.calibration.step_model import log_likelihood, states_at_end
from ipe_workbench.simulation.calibration.step_simulation import simulate_step_cohort

OULAD = Path(__file__).resolve().parents[4] / "shared" / "data" / "oulad-bbb-2013j"
WEEKS, SIZES, DUE, KINDS = 12, (90, 60), (3, 5, 7, 9), ("quiz", "quiz", "essay", "essay")
LAYOUT = Layout(WEEKS, 2, ("essay", "quiz"), (1, 1, 0, 0))
SMALL = Layout(8, 1, ("quiz",), (0, 0))


def truth() -> dict:
    """Chances with lively numbers, the same for both groups."""
    walk = np.array([[0.10, 0.05, 0.08, 0.02]])
    return {
        "withdraw": walk, "stop": walk[:, ::-1] * 2, "withdraw_after_stop": np.array([0.3, 0.2, 0.4, 0.1]),
        "lapse": 0.25, "submit": np.array([0.8, 0.6]), "passing": np.array([[0.9, 0.7]]),
    }  # fmt: skip


def brute_force(chances: dict, last: int, withdrew: bool, submitted: tuple[int, int], due: tuple[int, int]) -> float:
    """Sum over every path of states, written week by week from the model's description."""
    names = ("active", "stopped", "lapsed", "gone")
    total = 0.0
    for path in product(names, repeat=last):
        chance, before = 1.0, "active"
        for week, now in enumerate(path, start=1):
            w, s = chances["withdraw"][0, week - 1], chances["stop"][0, week - 1]
            late, lapse = chances["withdraw_after_stop"][week - 1], chances["lapse"]
            moves = {
                "active": {"gone": w, "stopped": (1 - w) * s, "active": (1 - w) * (1 - s)},
                "stopped": {"gone": late, "lapsed": (1 - late) * lapse, "stopped": (1 - late) * (1 - lapse)},
                "lapsed": {"lapsed": 1.0},
                "gone": {},
            }[before]
            chance *= moves.get(now, 0.0)
            for step, when in enumerate(due):
                if when == week and now != "gone":
                    hands_in = chances["submit"][step] if now == "active" else 0.0
                    chance *= hands_in if submitted[step] else 1 - hands_in
            before = now
        if (path[-1] == "gone") == withdrew:
            total += chance
    return total


def seen(last: int, withdrew: bool, submitted: tuple[int, int], due: tuple[int, int]) -> tuple:
    c = truth()
    kind = (np.array([0]), np.array([last]), np.array([withdrew]), np.array([submitted], np.int8))
    model = (c["withdraw"], c["stop"], c["withdraw_after_stop"], c["lapse"], c["submit"])
    return kind, np.array(due), model


@pytest.mark.parametrize(("last", "withdrew"), [(4, False), (3, True), (1, True), (4, True), (2, False)])
@pytest.mark.parametrize("due", [(1, 3), (2, 2), (3, 4)])
def test_likelihood_is_the_sum_over_all_paths(last: int, withdrew: bool, due: tuple[int, int]) -> None:
    for submitted in product((0, 1), repeat=2):
        if any(
            hand and (when > last or (withdrew and when == last)) for hand, when in zip(submitted, due, strict=True)
        ):
            continue
        (group, ends, gone, table), weeks, model = seen(last, withdrew, submitted, due)
        told = log_likelihood(group, ends, gone, table, np.array([1]), weeks, *model)
        assert np.exp(told) == pytest.approx(brute_force(truth(), last, withdrew, submitted, due), abs=1e-14)


def test_chances_of_all_histories_sum_to_one_and_states_to_one() -> None:
    due, total = (2, 3), 0.0
    for submitted in product((0, 1), repeat=2):
        total += brute_force(truth(), 4, False, submitted, due)
        kind, weeks, model = seen(4, False, submitted, due)
        states = states_at_end(*kind, weeks, *model)[0]
        assert states.sum() == pytest.approx(1)
        assert not submitted[1] or states[2] == pytest.approx(0)  # nobody lapses within a week of handing in
    for last in range(1, 5):
        fits = [s for s in product((0, 1), repeat=2) if not any(a and b >= last for a, b in zip(s, due, strict=True))]
        total += sum(brute_force(truth(), last, True, s, due) for s in fits)
    assert total == pytest.approx(1)


def test_density_is_prior_times_likelihood_as_scipy_has_it() -> None:
    rng = np.random.default_rng(3)
    cohort = simulate_step_cohort(LAYOUT.chances(LAYOUT.draw(rng)), SIZES, DUE, KINDS, weeks=WEEKS, rng=rng)
    histories = Histories.of(cohort)
    log_density = density(LAYOUT, histories)
    points = [LAYOUT.draw(rng) for _ in range(5)]
    constants = [_prior(x) + _likelihood(x, histories) - log_density(x) for x in points]
    assert constants == pytest.approx([constants[0]] * 5, abs=1e-6)


def _prior(x: np.ndarray) -> float:
    part, kind, total = LAYOUT.parts(x), np.array(LAYOUT.kind_of_step), 0.0
    for name in PRIORS:
        if name == "settling":
            continue
        if name.endswith("_sd"):
            total += stats.norm.logpdf(part[name][0], *PRIORS[name]) + np.log(part[name][0])
        elif name in ("withdraw", "stop"):
            total += stats.norm.logpdf(part[name][0], *PRIORS[name])
            steps = np.diff(part[name])
            total += stats.norm.logpdf(steps[0], *PRIORS["settling"])
            total += stats.norm.logpdf(steps[1:], part["drift"][0], part[f"{name}_sd"][0]).sum()
        else:
            total += stats.norm.logpdf(part[name], *PRIORS[name]).sum()
        if name in ("submit", "passing"):
            total += stats.norm.logpdf(part[f"{name}_step"], part[name][kind], part[f"{name}_sd"][0]).sum()
    return float(total)


def _likelihood(x: np.ndarray, h: Histories) -> float:
    c = LAYOUT.chances(x)
    model = (c["withdraw"], c["stop"], c["withdraw_after_stop"], c["lapse"], c["submit"])
    told = log_likelihood(h.group, h.last, h.withdrew, h.submitted, h.count, h.due, *model)
    return float(told + stats.binom.logpmf(h.passed, h.tried, c["passing"]).sum() - _choices(h))


def _choices(h: Histories) -> float:
    return float(stats.binom.logpmf(h.passed, h.tried, 0.5).sum() + h.tried.sum() * np.log(2))


def fitted(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws from the posterior given a cohort that was simulated with x."""
    cohort = simulate_step_cohort(SMALL.chances(x), (80,), (3, 6), ("quiz", "quiz"), weeks=8, rng=rng)
    assert layout_of(cohort) == SMALL
    fit = fit_steps(cohort, draws=40, warm_up=600, thin=15, chains=2, seed=int(rng.integers(2**31)))
    return fit.posterior.draws.to_numpy(float)


def test_ranks_of_the_truth_are_uniform_in_small() -> None:
    """Simulation-based calibration with few rounds; `make validate` runs it in full."""
    told = rank_statistics(SMALL.draw, fitted, SMALL.names, rounds=16, draws=39).test(4)
    assert (told["p"] > 0.01).mean() >= 0.9
    assert (told["p"] > 0.0002).all()


def test_ranks_tell_a_wrong_fit() -> None:
    """A posterior half as wide as it should be, and one that leans, are both told."""

    def posterior(x: np.ndarray, rng: np.random.Generator, width: float, lean: float) -> np.ndarray:
        y = rng.normal(x, 1.0)
        return rng.normal(y / 2 + lean, np.sqrt(0.5) * width, (99, 1))

    def test(width: float, lean: float) -> float:
        told = rank_statistics(
            lambda rng: rng.normal(size=1), lambda x, rng: posterior(x, rng, width, lean), ["x"], rounds=300
        )
        return float(told.test()["p"][0])

    assert test(1.0, 0.0) > 0.01
    assert test(0.5, 0.0) < 0.001
    assert test(1.0, 0.3) < 0.001


@pytest.mark.skipif(not OULAD.is_dir(), reason="the OULAD excerpt of the shared data is not here")
def test_oulad_later_part_is_forecast_better_than_naively() -> None:
    cohort = read_oulad(OULAD)
    assert cohort.learners == 2237 - 234  # withdrawals before day 0
    assert set(cohort.kinds) == {"CMA", "TMA"}  # the examination has no results
    found = roll_forecasts(cohort, [12, 20], draws=80, thin=15)
    together = found.scores.query("origin == 0 and measure == 'all'").set_index("method")
    assert 0.80 <= together.loc["model", "coverage"] <= 0.98
    assert together.loc["model", "crps"] < 0.8 * together["crps"].drop("model").min()


def table(rows: list, columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def test_what_was_known_at_a_week() -> None:
    learners = table([("a", "x", None), ("b", "x", 7), ("c", "y", 0), ("d", "y", None)], "learner group withdrew")
    steps = table([("one", "t", 2), ("two", "t", 6), ("never", "t", 8), ("undated", "t", None)], "step kind due")
    results = table(
        [("a", "one", 2, True), ("b", "one", 5, False), ("a", "two", 6, True), ("c", "one", 1, True)],
        "learner step week passed",
    )
    cohort = step_cohort(learners, steps, results, weeks=10)
    assert (cohort.learners, cohort.steps, cohort.groups) == (3, ("one", "two"), ("x", "y"))
    then = cohort.until(4)
    assert then.known_steps == 1
    assert then.withdrew.tolist() == [0, 0, 0]
    assert then.submitted[:, 0].tolist() == [True, False, False]  # b handed in later
    assert cohort.until(8).withdrew.tolist() == [0, 7, 0]
    for week in (1, 2, 3, 10, 99):
        with pytest.raises(WorkbenchError):
            cohort.until(week)


@pytest.mark.parametrize("lacking", ["courses.csv", "studentInfo.csv"])
def test_missing_file_of_oulad_is_told(tmp_path: Path, lacking: str) -> None:
    with pytest.raises(WorkbenchError, match="missing"):
        read_oulad(tmp_path)
    (tmp_path / "courses.csv").write_text("a,b\n1,2\n")
    with pytest.raises(WorkbenchError, match="no column code_module"):
        read_oulad(tmp_path)
