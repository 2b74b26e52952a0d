"""Forecasts from several weeks of one record: what would have been said at each of them, and how good it was.

A single split of a presentation tests one forecast whose points hang together (an assessment that goes badly does so
in every group). Several origins test the procedure (rolling origin: Tashman 2000, International Journal of
Forecasting 16(4) 437).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ipe_workbench.simulation.calibration.recorded_steps import StepCohort
from ipe_workbench.simulation.calibration.step_fit import StepFit, fit_steps
from ipe_workbench.simulation.calibration.step_forecast import SCORE_COLUMNS, judge_forecast

__all__ = ["RollingForecast", "roll_forecasts"]

#: Shares of the presentation after which a forecast is made where none are named.
_ORIGINS = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, eq=False)
class RollingForecast:
    """Forecasts from several origins.

    Parameters
    ----------
    points : DataFrame
        As `StepForecast.points`, with `origin`: the last week that the fit has seen.
    scores : DataFrame
        As `StepForecast.scores`, by `origin`, and over all origins (`origin` 0).
    fits : tuple of StepFit
        One an origin.
    """

    points: pd.DataFrame
    scores: pd.DataFrame
    fits: tuple[StepFit, ...]


def roll_forecasts(
    cohort: StepCohort,
    origins: Sequence[int] = (),
    *,
    draws: int = 500,
    thin: int = 40,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> RollingForecast:
    """Fit up to each origin, forecast what comes, and compare.

    Parameters
    ----------
    cohort : StepCohort
        The whole record.
    origins : sequence of int
        Last weeks that the fits see; by default after 30, 40, 50, 60 and 70 % of the presentation.
    draws, thin : int
        Of each of four chains; see `fit_steps`.
    seed : int
    progress : callable, optional
        Called with the origins done and all of them.

    Raises
    ------
    UnusableInputError
        When an origin lies outside, or no assessment was known by then.
    """
    chosen = sorted(set(origins)) or sorted({max(4, round(share * cohort.weeks)) for share in _ORIGINS})
    earlier = [cohort.until(week) for week in chosen]
    fits, points, scores = [], [], []
    for done, (week, part) in enumerate(zip(chosen, earlier, strict=True), start=1):
        fit = fit_steps(part, draws=draws, thin=thin, seed=seed)
        judged = judge_forecast(fit, cohort, seed=seed)
        fits.append(fit)
        points.append(judged.points.assign(origin=week))
        scores.append(judged.scores.assign(origin=week))
        if progress is not None:
            progress(done, len(chosen))
    columns = ["origin", *SCORE_COLUMNS]
    each = pd.concat(scores, ignore_index=True)[columns]
    return RollingForecast(
        pd.concat(points, ignore_index=True),
        pd.concat([each, _together(each)[columns]], ignore_index=True),
        tuple(fits),
    )


def _together(scores: pd.DataFrame) -> pd.DataFrame:
    """Means over all points of all origins."""
    weighted = scores.assign(crps=scores["crps"] * scores["points"], coverage=scores["coverage"] * scores["points"])
    summed = weighted.groupby(["method", "measure"], sort=False)[["points", "crps", "coverage"]].sum().reset_index()
    for name in ("crps", "coverage"):
        summed[name] = np.where(summed["points"] > 0, summed[name] / summed["points"], np.nan)
    return summed.assign(origin=0)
