"""Forecasting the rest of a cohort from what is recorded so far, and judging it by what came.

The forecast starts from where each learner probably is at the end of the record (active or silently stopped, given
all that he or she has handed in), goes on with the chances of a posterior draw (random walks and deviations of
assessments to come are drawn as well), and counts. It is held against two naive forecasts: *last rate* (what was seen
last goes on) and *logistic regression* on what each learner has done so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.calibration.recorded_steps import StepCohort
from ipe_workbench.simulation.calibration.scores import coverage, crps
from ipe_workbench.simulation.calibration.step_baselines import last_rate, logistic_regression
from ipe_workbench.simulation.calibration.step_fit import PRIORS, StepFit
from ipe_workbench.simulation.calibration.step_model import states_at_end
from ipe_workbench.simulation.calibration.step_points import StepPoints, step_points

__all__ = ["SCORE_COLUMNS", "StepForecast", "forecast_steps", "judge_forecast"]

Floats = npt.NDArray[np.float64]

#: Columns of `StepForecast.scores`.
SCORE_COLUMNS: Mapping[str, str] = {
    "method": "model, last rate or logistic regression",
    "measure": "submitted, passed, withdrawn or all",
    "points": "how many shares were forecast",
    "crps": "continuous ranked probability score in percentage points, mean over the points; smaller is better",
    "coverage": "share of the points inside their central 90 % interval",
}


@dataclass(frozen=True, eq=False)
class StepForecast:
    """What was forecast, what came, and how the forecasts compare.

    Parameters
    ----------
    points : DataFrame
        One row a share: `measure`, `item` (assessment, or week), `week`, `group`, `learners`, `seen` (what came), and
        `mean`, `low`, `high` (central 90 % interval) and `crps` of the model.
    scores : DataFrame
        `SCORE_COLUMNS` describes the columns.
    """

    points: pd.DataFrame
    scores: pd.DataFrame


def judge_forecast(fit: StepFit, later: StepCohort, *, draws: int = 500, seed: int = 1) -> StepForecast:
    """Forecast the shares of the weeks that the fit has not seen, and compare with what came.

    Parameters
    ----------
    fit : StepFit
        Of the first part of the record.
    later : StepCohort
        The whole record of the same cohort.
    draws, seed : int
        Of each forecast.
    """
    points = step_points(fit.cohort, later)
    if not len(points.frame):
        raise UnusableInputError("Nothing came after the fitted part.", mend="Fit a shorter part.")
    forecasts = {
        "model": forecast_steps(fit, points, draws=draws, seed=seed),
        "last rate": last_rate(fit.cohort, points, draws=draws, seed=seed),
        "logistic regression": logistic_regression(fit.cohort, points, draws=draws, seed=seed),
    }
    seen = points.frame["seen"].to_numpy(float)
    table = points.frame.copy()
    model = forecasts["model"]
    table["mean"] = model.mean(axis=0)
    table["low"], table["high"] = np.quantile(model, [0.05, 0.95], axis=0)
    table["crps"] = crps(model, seen)
    rows = []
    for method, drawn in forecasts.items():
        score = crps(drawn, seen)
        for measure in ("all", *dict.fromkeys(table["measure"])):
            here = np.ones(len(table), bool) if measure == "all" else (table["measure"] == measure).to_numpy()
            rows.append(
                {
                    "method": method,
                    "measure": measure,
                    "points": int(here.sum()),
                    "crps": 100 * float(score[here].mean()),
                    "coverage": coverage(drawn[:, here], seen[here]),
                }
            )
    return StepForecast(table, pd.DataFrame(rows, columns=list(SCORE_COLUMNS)))


def forecast_steps(fit: StepFit, points: StepPoints, *, draws: int = 500, seed: int = 1) -> Floats:
    """Draws (draws, points) of the shares, one for each draw from the posterior."""
    rng = np.random.default_rng(seed)
    posterior = fit.posterior.draws.to_numpy(float)
    chosen = posterior[rng.choice(len(posterior), draws, replace=draws > len(posterior))]
    found = np.empty((draws, len(points.frame)))
    for index, x in enumerate(chosen):
        chances = _extended(fit, x, rng)
        found[index] = points.shares(_simulated(fit, chances, rng))
    return found


def _extended(fit: StepFit, x: Floats, rng: np.random.Generator) -> dict[str, Any]:
    """Chances in all weeks and at all assessments: those to come are drawn from what they vary by."""
    layout, cohort = fit.layout, fit.cohort
    part = layout.parts(x)
    known = layout.chances(x)
    blocks = -(-cohort.weeks // layout.block_weeks)
    more = blocks - layout.blocks
    leaving, passing_by_group = layout.group_effects(x)
    for name in ("withdraw", "stop"):
        ahead = part[name][-1] + np.cumsum(rng.normal(part["drift"][0], part[f"{name}_sd"][0], more))
        logits = np.concatenate([part[name], ahead])[np.arange(cohort.weeks) // layout.block_weeks]
        if name == "withdraw":
            late = expit(part["withdraw_after_stop"][0] + logits - part["withdraw"][0])
        curve = expit(logits[None, :] + leaving[:, None])
        curve[:, : cohort.seen] = known[name][:, : cohort.seen]
        known[name] = curve
    known["withdraw_after_stop"] = late
    submit: list[float] = []
    passing: list[float] = []
    for kind in cohort.kinds[cohort.known_steps :]:
        for name, chances in (("submit", submit), ("passing", passing)):
            means = part[name]
            # A kind of assessment that has not been seen yet is like the others, with the prior's spread.
            mean = (
                means[layout.kinds.index(kind)] if kind in layout.kinds else rng.normal(means.mean(), PRIORS[name][1])
            )
            chances.append(rng.normal(mean, part[f"{name}_sd"][0]))
    known["submit_ahead"] = expit(np.array(submit))
    known["passing_ahead"] = expit(np.array(passing)[None, :] + passing_by_group[:, None])
    return known


def _simulated(fit: StepFit, chances: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Counts by group of what comes: `withdrawn` (groups, weeks), `submitted` and `passed` (groups, steps to come)."""
    h, cohort = fit.histories, fit.cohort
    states = states_at_end(
        h.group, h.last, h.withdrew, h.submitted, h.due,
        chances["withdraw"], chances["stop"], chances["withdraw_after_stop"], chances["lapse"], chances["submit"],
    )  # fmt: skip
    here = np.where(h.withdrew, 0, h.count)
    groups = len(cohort.groups)
    of_kind = rng.binomial(here, np.clip(states[:, 0], 0, 1))
    waiting = rng.binomial(here - of_kind, np.clip(states[:, 1] / np.maximum(1e-12, states[:, 1:].sum(axis=1)), 0, 1))
    active = np.bincount(h.group, of_kind, groups).astype(np.int64)
    stopped = np.bincount(h.group, waiting, groups).astype(np.int64)
    withdrawn = np.zeros((groups, cohort.weeks), np.int64)
    due = cohort.due[cohort.known_steps :]
    submitted, passed = np.zeros((2, groups, due.size), np.int64)
    for week in range(cohort.seen, cohort.weeks + 1):
        if week > cohort.seen:
            leave = rng.binomial(active, chances["withdraw"][:, week - 1])
            late = rng.binomial(stopped, chances["withdraw_after_stop"][week - 1])
            stop = rng.binomial(active - leave, chances["stop"][:, week - 1])
            lapse = rng.binomial(stopped - late, chances["lapse"])
            active, stopped = active - leave - stop, stopped - late - lapse + stop
            withdrawn[:, week - 1] = leave + late
        for step in np.flatnonzero((due == week) | ((week == cohort.seen) & (due < week))):
            submitted[:, step] = rng.binomial(active, chances["submit_ahead"][step])
            passed[:, step] = rng.binomial(submitted[:, step], chances["passing_ahead"][:, step])
    return {"withdrawn": withdrawn, "submitted": submitted, "passed": passed}
