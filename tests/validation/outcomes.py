"""Whether the default analyses keep their word: type I error and coverage over simulated tables.

Each case makes many tables whose truth is known, with teams and missing answers, and counts how often the 95 % interval
holds the truth and how often a test of a true null is significant at 5 %. Rates outside three Monte-Carlo standard
errors are marked.

    python -m tests.validation.outcomes [TABLES]     (2,000 by default; also: make validate)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipe_workbench.evaluation import (
    Analysis,
    compare_changes,
    compare_groups,
    estimate_change,
    estimate_reliability,
    estimate_time_to_badge,
    fit_growth,
)


@dataclass(frozen=True)
class Case:
    """One kind of table: `make(rng)` gives the analysis; `estimate` names what is judged against `truth`."""

    name: str
    make: Callable[[np.random.Generator], Analysis]
    estimate: str
    truth: float


def _waves(
    rng: np.random.Generator, effect: float, teams: int = 0, team_sd: float = 0.0, leave: float = 0.15
) -> pd.DataFrame:
    n = 6 * teams if teams else 60
    team = np.arange(n) // 6
    person, moved = rng.normal(size=n), effect + team_sd * rng.normal(size=n // 6)[team]
    before = 3 + person + 0.6 * rng.normal(size=n)
    after = 3 + person + moved + 0.6 * rng.normal(size=n)
    after[rng.random(n) < leave] = np.nan  # missing completely at random: nobody's analysis should mind
    return pd.DataFrame(
        {"learner": [*range(n)] * 2, "wave": [1] * n + [2] * n, "value": [*before, *after], "team": [*team] * 2}
    )


def _change(effect: float) -> Callable[[np.random.Generator], Analysis]:
    return lambda rng: estimate_change(_waves(rng, effect), resamples=200)


def _clustered(rng: np.random.Generator) -> Analysis:
    return estimate_change(_waves(rng, 0.0, teams=40, team_sd=0.5), cluster="team", resamples=200)


def _ignored(rng: np.random.Generator) -> Analysis:
    return estimate_change(_waves(rng, 0.0, teams=40, team_sd=0.5), resamples=200)


def _groups(rng: np.random.Generator) -> Analysis:
    n = 80
    group, baseline = rng.random(n) < 0.4, rng.normal(size=n)
    value = 0.7 * baseline + rng.normal(size=n) * np.where(group, 1.0, 0.6)
    return compare_groups(
        pd.DataFrame({"group": np.where(group, "new", "old"), "value": value, "before": baseline}), group="group",
        baseline="before", reference="old",
    )  # fmt: skip


def _changes(rng: np.random.Generator) -> Analysis:
    frame = _waves(rng, 0.3, leave=0.1)
    frame["group"] = np.where(frame["learner"] % 2, "new", "old")
    return compare_changes(frame, group="group", time="wave", reference="old")


def _growth(rng: np.random.Generator) -> Analysis:
    teams, size, waves = 15, 6, np.array([0, 1, 2, 4])
    team, person = 0.5 * rng.normal(size=teams), 0.7 * rng.normal(size=(teams, size))
    rows = [
        (t, f"{t}-{p}", week, team[t] + person[t, p] + 0.2 * week + 0.8 * rng.normal())
        for t in range(teams)
        for p in range(size)
        for week in waves
        if rng.random() > 0.15
    ]
    frame = pd.DataFrame(rows, columns=["team", "learner", "week", "score"])
    return fit_growth(frame, outcome="score", nested=["team", "learner"], time="week")


def _incidence(rng: np.random.Generator) -> Analysis:
    n = 120
    badge, leave = rng.exponential(60, n), rng.exponential(150, n)
    end = np.minimum(np.minimum(badge, leave), 90)
    status = np.where(end == badge, "badge", np.where(end == leave, "withdrawn", "enrolled"))
    return estimate_time_to_badge(pd.DataFrame({"days": end, "status": status}), competing=["withdrawn"], at=[45])


def _alpha(rng: np.random.Generator) -> Analysis:
    items = rng.normal(size=(90, 1)) + rng.normal(size=(90, 6))
    items[rng.random(items.shape) < 0.01] = np.nan
    return estimate_reliability(pd.DataFrame(items, columns=list("abcdef")), list("abcdef"), resamples=50)


# Closed forms: rates 1/60 and 1/150 compete; six parallel items with loading and error of one.
_RATE = 1 / 60 + 1 / 150
CASES = (
    Case("change, no effect", _change(0.0), "mean_change", 0.0),
    Case("change of 0.5", _change(0.5), "mean_change", 0.5),
    Case("change in teams, clustered", _clustered, "mean_change", 0.0),
    Case("change in teams, clustering ignored", _ignored, "mean_change", 0.0),
    Case("two groups, unequal spread (Welch)", _groups, "difference_welch", 0.0),
    Case("two groups, unequal spread (ANCOVA, HC3)", _groups, "difference_ancova_hc3", 0.0),
    Case("two groups, unequal spread ignored", _groups, "difference_ancova", 0.0),
    Case("difference in differences", _changes, "difference_in_differences", 0.0),
    Case("growth, learner in team", _growth, "week", 0.2),
    Case("cumulative incidence", _incidence, "incidence[45]", (1 / 60) / _RATE * (1 - np.exp(-45 * _RATE))),
    Case("alpha, Feldt", _alpha, "alpha_listwise", 6 / 7),
)


def coverage(case: Case, tables: int, seed: int = 1) -> tuple[float, int]:
    """Share of the intervals that hold the truth, and how many tables could not be analysed."""
    held, refused = 0, 0
    for table in range(tables):
        found = case.make(np.random.default_rng([seed, table]))
        if found.status in ("not-estimable", "not-converged"):
            refused += 1
            continue
        one = found[case.estimate]
        held += one.low <= case.truth <= one.high
    return held / max(tables - refused, 1), refused


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    error = (0.95 * 0.05 / tables) ** 0.5
    print(f"{tables} tables a case; nominal 95 %, Monte-Carlo standard error {100 * error:.2f} points\n")
    print(f"{'case':42} {'coverage':>9} {'not fit':>8} {'seconds':>8}")
    for case in CASES:
        started = time.perf_counter()
        rate, refused = coverage(case, tables)
        mark = "" if abs(rate - 0.95) <= 3 * error else "  outside three standard errors"
        print(f"{case.name:42} {100 * rate:8.1f}% {refused:8} {time.perf_counter() - started:8.0f}{mark}", flush=True)


if __name__ == "__main__":
    main()
