"""From counts to tidy frames."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

import ipe_workbench
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.kernel import OUTCOMES
from ipe_workbench.simulation.results import COLUMNS, SimulationResult
from ipe_workbench.simulation.totals import Moments, Totals

__all__ = ["programme_digest", "result_of"]

FORMAT = 1
_MOST = 2**63 - 1
Floats = npt.NDArray[np.float64]


def result_of(model: CohortModel, totals: Totals, *, seed: int, before: Programme) -> SimulationResult:
    """The result of a simulation from its counts; `before` is the programme without the scenario's changes."""
    scenario = model.scenario
    about = {
        "kind": "ipe-simulation",
        "format": FORMAT,
        "simulated": True,
        "programme": before.id,
        "programme_version": before.info.version,
        "programme_digest": programme_digest(before),
        "scenario": scenario.id,
        "scenario_title": scenario.title,
        "scenario_digest": _digest(scenario.model_dump(mode="json", by_alias=True)),
        "seed": seed,
        "replicates": totals.replicates,
        "learners": model.learners,
        "professions": {name: int(size) for name, size in zip(model.professions, model.sizes, strict=True)},
        "weeks": model.calendar.weeks,
        "terms": [term for term, _, _ in model.calendar.terms],
        "versions": {
            "ipe-workbench": ipe_workbench.__version__,
            "numba": numba.__version__,
            "numpy": np.__version__,
        },
        "digest": totals.digest(),
    }
    frames = {
        "badges": _badges(model, totals),
        "stacks": _stacks(model, totals),
        "attainment_by_week": _by_week(model, totals),
        "bottlenecks": _bottlenecks(model, totals),
        "assessor_hours": _assessor_hours(model, totals),
        "attempts": _attempts(model, totals),
        "replicates": _replicates(model, totals),
    }
    return SimulationResult(about, {name: frame[list(COLUMNS[name])] for name, frame in frames.items()})


def programme_digest(programme: Programme) -> str:
    """SHA-256 of what a programme says, however its files are laid out."""
    return _digest(
        {
            "info": programme.info.model_dump(mode="json", by_alias=True),
            "credentials": [one.model_dump(mode="json", by_alias=True) for one in programme.credentials.values()],
            "stacks": [one.model_dump(mode="json", by_alias=True) for one in programme.stacks.values()],
        }
    )


def _badges(model: CohortModel, totals: Totals) -> pd.DataFrame:
    n = _eligible(model)
    count = len(model.credentials)
    measures = {
        "earned": _part(totals.earned, np.s_[:, :count, -1]),
        "held": _part(totals.held, np.s_[:, :count]),
        "retained": _part(totals.retained, np.s_[:, :, -1]),
    }
    frame = _shares(measures, n, totals.replicates, model, "credential", model.credentials)
    named = model.programme.credentials
    frame["title"] = [named[one].title for one in frame["credential"]]
    frame["level"] = [named[one].level for one in frame["credential"]]
    return frame


def _stacks(model: CohortModel, totals: Totals) -> pd.DataFrame:
    count = len(model.credentials)
    n = np.repeat(_with_all(model.sizes)[:, None], len(model.stacks), axis=1)
    measures = {
        "earned": _part(totals.earned, np.s_[:, count:, -1]),
        "held": _part(totals.held, np.s_[:, count:]),
    }
    frame = _shares(measures, n, totals.replicates, model, "stack", model.stacks)
    named = model.programme.stacks
    frame["title"] = [named[one].title for one in frame["stack"]]
    frame["kind"] = [named[one].kind for one in frame["stack"]]
    return frame


def _shares(
    measures: dict[str, Moments],
    n: npt.NDArray[np.int64],
    replicates: int,
    model: CohortModel,
    name: str,
    ids: tuple[str, ...],
) -> pd.DataFrame:
    """A row for each id, profession and measure, in that order; professions without learners are left out."""
    professions = (*model.professions, "all")
    parts = {}
    for measure, moments in measures.items():
        parts[measure] = _interval(moments.total, moments.squares, n, replicates)
    rows: list[dict[str, Any]] = []
    for index, one in enumerate(ids):
        for row in (len(professions) - 1, *range(len(professions) - 1)):
            if n[row, index] == 0:
                continue
            for measure, interval in parts.items():
                values = {key: float(value[row, index]) for key, value in interval.items()}
                rows.append(
                    {name: one, "profession": professions[row], "measure": measure, **values, "n": int(n[row, index])}
                )
    columns = [name, "profession", "measure", "mean", "low", "high", "se", "n"]
    return pd.DataFrame(rows, columns=columns)


def _by_week(model: CohortModel, totals: Totals) -> pd.DataFrame:
    calendar = model.calendar
    eligible = _eligible(model)
    everyone = np.repeat(_with_all(model.sizes)[:, None], len(model.stacks), axis=1)
    n = np.concatenate([eligible, everyone], axis=1)
    professions = (*model.professions, "all")
    earned = _interval(totals.earned.total, totals.earned.squares, n[:, :, None], totals.replicates)
    retained = _interval(totals.retained.total, totals.retained.squares, eligible[:, :, None], totals.replicates)
    items = [(one, "credential") for one in model.credentials] + [(one, "stack") for one in model.stacks]
    order = (len(professions) - 1, *range(len(professions) - 1))
    curves = [
        (index, row, measure)
        for index in range(len(items))
        for row in order
        for measure in ("earned", "retained")
        if n[row, index] > 0 and (measure == "earned" or index < len(model.credentials))
    ]
    parts = {"earned": earned, "retained": retained}
    terms = np.array([calendar.terms[index][0] for index in calendar.term_of_week], object)
    data: dict[str, Any] = {
        "item": np.repeat(np.array([items[index][0] for index, _, _ in curves], object), calendar.weeks),
        "kind": np.repeat(np.array([items[index][1] for index, _, _ in curves], object), calendar.weeks),
        "profession": np.repeat(np.array([professions[row] for _, row, _ in curves], object), calendar.weeks),
        "term": np.tile(terms, len(curves)),
        "week": np.tile(np.arange(1, calendar.weeks + 1, dtype=np.int32), len(curves)),
        "date": np.tile(np.array(calendar.dates, "datetime64[s]"), len(curves)),
        "measure": np.repeat(np.array([measure for _, _, measure in curves], object), calendar.weeks),
    }
    for name in ("mean", "low", "high", "se"):
        data[name] = np.concatenate([parts[measure][name][row, index] for index, row, measure in curves])
    return pd.DataFrame(data)


def _bottlenecks(model: CohortModel, totals: Totals) -> pd.DataFrame:
    n = _eligible(model)
    parts = {outcome: _part(totals.outcome, np.s_[:, :, index]) for index, outcome in enumerate(OUTCOMES)}
    frame = _shares(parts, n, totals.replicates, model, "credential", model.credentials)
    return frame.rename(columns={"measure": "outcome"})


def _assessor_hours(model: CohortModel, totals: Totals) -> pd.DataFrame:
    """Hours of each replicate are exact; the interval is the normal one, as for shares."""
    hours: dict[str, Floats] = {}
    for index, credential in enumerate(model.programme.credentials.values()):
        design = credential.assessment
        if design is None or design.assessor_minutes == 0:
            continue
        each = design.assessor_minutes * (1 + design.double_rated) / 60
        spent = np.asarray(totals.attempts[:, index, :] * each, np.float64)
        hours[design.assessor] = hours[design.assessor] + spent if design.assessor in hours else spent
    rows = []
    for term, (name, _, _) in enumerate(model.calendar.terms):
        for role, spent in hours.items():
            capacity = model.programme.info.capacity.assessor_hours.get(role)  # type: ignore[call-overload]
            rows.append(_hours_row(name, role, spent[:, term], capacity))
    return pd.DataFrame(rows, columns=list(COLUMNS["assessor_hours"]))


def _hours_row(term: str, role: str, spent: Floats, capacity: float | None) -> dict[str, Any]:
    mean = float(spent.mean())
    spread = float(spent.std(ddof=1)) if spent.size > 1 else float("nan")
    reach = _reach(spent.size) * spread
    return {
        "term": term,
        "role": role,
        "mean": mean,
        "low": max(0.0, mean - reach) if spent.size > 1 else float("nan"),
        "high": mean + reach,
        "se": spread / np.sqrt(spent.size),
        "capacity": float("nan") if capacity is None else capacity,
        "share_over": float("nan") if capacity is None else float((spent > capacity).mean()),
    }


def _attempts(model: CohortModel, totals: Totals) -> pd.DataFrame:
    rows = []
    for index, credential in enumerate(model.credentials):
        for attempt, (tries, passes) in enumerate(zip(totals.tries[index], totals.passes[index], strict=True), start=1):
            if tries == 0:
                break
            rate = passes / tries
            rows.append(
                {
                    "credential": credential,
                    "attempt": attempt,
                    "tries": tries / totals.replicates,
                    "pass_rate": rate,
                    "se": float(np.sqrt(rate * (1 - rate) / tries)),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS["attempts"]))


def _replicates(model: CohortModel, totals: Totals) -> pd.DataFrame:
    items = (*model.credentials, *model.stacks)
    retained = np.full(totals.earned_at_end.shape, np.nan)
    retained[:, : len(model.credentials)] = totals.retained_at_end
    return pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(totals.replicates, dtype=np.int32), len(items)),
            "item": np.tile(np.array(items, object), totals.replicates),
            "earned": totals.earned_at_end.ravel(),
            "retained": retained.ravel(),
        }
    )


def _interval(total: Any, squares: Any, n: Any, replicates: int) -> dict[str, Floats]:
    """Mean share; 95 % prediction interval of one cohort's share, cut to [0, 1]; Monte Carlo error of the mean.

    The variance comes from whole-number sums, so it is exact before the one division (as long as they fit 64 bits).
    """
    size = np.where(n > 0, n, 1).astype(float)
    mean = total / replicates / size
    if replicates == 1:
        missing = np.full(mean.shape, np.nan)
        return {"mean": mean, "low": missing, "high": missing, "se": missing}
    if int(squares.max(initial=0)) * replicates > _MOST:
        total, squares = total.astype(float), squares.astype(float)
    variance = np.maximum(replicates * squares - total * total, 0) / (replicates * (replicates - 1.0))
    spread = np.sqrt(variance) / size
    reach = _reach(replicates)
    return {
        "mean": mean,
        "low": np.clip(mean - reach * spread, 0, 1),
        "high": np.clip(mean + reach * spread, 0, 1),
        "se": spread / np.sqrt(replicates),
    }


def _reach(replicates: int) -> float:
    """How many standard deviations a 95 % prediction interval for one more cohort reaches from the mean.

    Student's t with one degree of freedom fewer than replicates, widened for the mean being estimated, too (Hahn and
    Meeker 1991, Statistical Intervals, section 4.7). Nears 1.96 with many replicates and is honest with two.
    """
    if replicates < 2:
        return float("nan")
    return float(stdtrit(replicates - 1, 0.975)) * math.sqrt(1 + 1 / replicates)


def _part(moments: Moments, index: Any) -> Moments:
    return Moments(moments.total[index], moments.squares[index])


def _eligible(model: CohortModel) -> npt.NDArray[np.int64]:
    """Learners of each profession, and of all, who may earn each credential."""
    return _with_all(model.sizes[:, None] * model.arrays.may_earn)


def _with_all(by_profession: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([by_profession, by_profession.sum(axis=0, keepdims=True)]).astype(np.int64)


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
