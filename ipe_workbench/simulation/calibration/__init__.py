"""Parameters from recorded cohorts, with what the records do not say, and forecasts that are held against what came.

In come records (a cohort's assessments and withdrawals, or awards by week) and, for a programme, the scenario whose
parameters are sought; out come a posterior with findings about what is not identified, posterior predictive checks, and
scores of forecasts against naive ones. Where the records have a likelihood it is used; else approximate Bayesian
computation on summary statistics.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.simulation.calibration.posterior import Posterior
    from ipe_workbench.simulation.calibration.programme_fit import ProgrammeFit, fit_programme, judge_cohort
    from ipe_workbench.simulation.calibration.ranks import RankStatistics, rank_statistics
    from ipe_workbench.simulation.calibration.recorded_awards import AwardRecords, award_records
    from ipe_workbench.simulation.calibration.recorded_steps import StepCohort, read_oulad, step_cohort
    from ipe_workbench.simulation.calibration.rolling import RollingForecast, roll_forecasts
    from ipe_workbench.simulation.calibration.scores import coverage, crps
    from ipe_workbench.simulation.calibration.step_fit import StepFit, fit_steps
    from ipe_workbench.simulation.calibration.step_forecast import StepForecast, judge_forecast

_HOMES = {
    "AwardRecords": "recorded_awards",
    "Posterior": "posterior",
    "ProgrammeFit": "programme_fit",
    "RankStatistics": "ranks",
    "RollingForecast": "rolling",
    "StepCohort": "recorded_steps",
    "StepFit": "step_fit",
    "StepForecast": "step_forecast",
    "award_records": "recorded_awards",
    "coverage": "scores",
    "crps": "scores",
    "fit_programme": "programme_fit",
    "fit_steps": "step_fit",
    "judge_cohort": "programme_fit",
    "judge_forecast": "step_forecast",
    "rank_statistics": "ranks",
    "read_oulad": "recorded_steps",
    "roll_forecasts": "rolling",
    "step_cohort": "recorded_steps",
}

__all__ = [
    "AwardRecords",
    "Posterior",
    "ProgrammeFit",
    "RankStatistics",
    "RollingForecast",
    "StepCohort",
    "StepFit",
    "StepForecast",
    "award_records",
    "coverage",
    "crps",
    "fit_programme",
    "fit_steps",
    "judge_cohort",
    "judge_forecast",
    "rank_statistics",
    "read_oulad",
    "roll_forecasts",
    "step_cohort",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
