"""What a simulated cohort takes: assessors' hours, the queue before them, money."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.intervals import amounts, interval
from ipe_workbench.simulation.results import COLUMNS
from ipe_workbench.simulation.totals import Totals

__all__ = ["assessor_hours", "costs", "load_by_week"]

Floats = npt.NDArray[np.float64]


def assessor_hours(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Hours by term and role; those of each replicate are exact."""
    rows = []
    capacity = {str(role): hours for role, hours in model.programme.info.capacity.assessor_hours.items()}
    by_role = _hours_by_role(model, totals)
    for term, (name, _, _) in enumerate(model.calendar.terms):
        for role, spent in by_role.items():
            limit = capacity.get(role, float("nan"))
            over = float((spent[:, term] > limit).mean()) if role in capacity else float("nan")
            found = {key: float(value) for key, value in amounts(spent[:, term]).items()}
            rows.append({"term": name, "role": role, **found, "capacity": limit, "share_over": over})
    return pd.DataFrame(rows, columns=list(COLUMNS["assessor_hours"]))


def load_by_week(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Attempts assessed and waiting in each week, by credential."""
    frames = []
    calendar = model.calendar
    terms = [calendar.terms[index][0] for index in calendar.term_of_week]
    ones = np.ones(totals.load.total.shape)
    load = interval(totals.load.total, totals.load.squares, ones, totals.replicates, most=np.inf)
    waiting = interval(totals.waiting.total, totals.waiting.squares, ones, totals.replicates, most=np.inf)
    for index, credential in enumerate(model.programme.credentials.values()):
        design = credential.assessment
        assessed = totals.load.total[index]
        waited = np.where(assessed > 0, totals.waited[index] / np.maximum(assessed, 1), np.nan)
        frames.append(
            pd.DataFrame(
                {
                    "credential": credential.id,
                    "role": design.assessor if design else "automatic",
                    "term": terms,
                    "week": np.arange(1, calendar.weeks + 1, dtype=np.int32),
                    "date": np.array(calendar.dates, "datetime64[s]"),
                    **{f"assessed_{key}": load[key][index] for key in ("mean", "low", "high")},
                    "hours": load["mean"][index] * _hours_of_attempt(credential),
                    **{f"waiting_{key}": waiting[key][index] for key in ("mean", "low", "high")},
                    "weeks_waited": waited,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def costs(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Cost of one cohort by what it is for, at the scenario's prices."""
    price = model.scenario.costs
    parts: dict[str, Floats] = {}
    for role, hours in _hours_by_role(model, totals).items():
        parts[f"assessors: {role}"] = hours.sum(axis=1) * {str(k): v for k, v in price.assessor_hour.items()}.get(
            role, 0
        )
    parts["facilitators"] = np.full(totals.replicates, _facilitator_hours(model) * price.facilitator_hour)
    parts["badges"] = totals.earned_at_end.sum(axis=1) * price.badge
    parts["fixed"] = np.full(totals.replicates, price.fixed)
    parts["all"] = np.sum(list(parts.values()), axis=0)
    rows = [{"part": part, **{key: float(one) for key, one in amounts(spent).items()}} for part, spent in parts.items()]
    frame = pd.DataFrame(rows)
    frame["mean_per_learner"] = frame["mean"] / model.learners
    return frame


def _hours_by_role(model: CohortModel, totals: Totals) -> dict[str, Floats]:
    """Hours by role: replicates by terms."""
    hours: dict[str, Any] = {}
    for index, credential in enumerate(model.programme.credentials.values()):
        each = _hours_of_attempt(credential)
        if credential.assessment and each > 0:
            role = credential.assessment.assessor
            hours[role] = hours.get(role, 0.0) + totals.attempts[:, index, :] * each
    return hours


def _hours_of_attempt(credential: Any) -> float:
    design = credential.assessment
    return float(design.assessor_minutes * (1 + design.double_rated) / 60) if design else 0.0


def _facilitator_hours(model: CohortModel) -> float:
    """Hours that the team sessions of the design take for the whole cohort, whoever comes."""
    teams = model.learners / model.programme.info.teams.size / model.scenario.capacity.teams_per_facilitator
    sessions = {
        activity.id: activity.hours
        for credential in model.programme.credentials.values()
        for activity in credential.activities
        if activity.team_based
    }
    return sum(sessions.values()) * teams
