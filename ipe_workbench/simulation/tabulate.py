"""From counts to tidy frames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

import ipe_workbench
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.intervals import eligible, interval, with_all
from ipe_workbench.simulation.results import COLUMNS, SimulationResult
from ipe_workbench.simulation.state import OUTCOMES
from ipe_workbench.simulation.tables_of_learners import equity, self_ratings, time_to_award
from ipe_workbench.simulation.tables_of_resources import assessor_hours, costs, load_by_week
from ipe_workbench.simulation.totals import Moments, Totals

__all__ = ["programme_digest", "result_of"]

FORMAT = 2


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
    makers = {
        "badges": _badges,
        "stacks": _stacks,
        "attainment_by_week": _by_week,
        "bottlenecks": _bottlenecks,
        "assessor_hours": assessor_hours,
        "load_by_week": load_by_week,
        "costs": costs,
        "time_to_award": time_to_award,
        "equity": equity,
        "self_ratings": self_ratings,
        "attempts": _attempts,
        "replicates": _replicates,
    }
    return SimulationResult(
        about, FramesOnDemand({name: partial(_made, name, maker, model, totals) for name, maker in makers.items()})
    )


class FramesOnDemand(Mapping[str, pd.DataFrame]):
    """Frames that are made when they are first asked for: a slider that shows one of them waits for one of them."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = makers
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _made(
    name: str, maker: Callable[[CohortModel, Totals], pd.DataFrame], model: CohortModel, totals: Totals
) -> pd.DataFrame:
    return maker(model, totals)[list(COLUMNS[name])]


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
    n = eligible(model)
    count = len(model.credentials)
    measures = {
        "earned": _part(totals.earned, np.s_[:, :count, -1]),
        "held": _part(totals.held, np.s_[:, :count]),
        "claimed": _part(totals.claimed, np.s_[:, :count]),
        "retained": _part(totals.retained, np.s_[:, :, -1]),
    }
    frame = _shares(measures, n, totals.replicates, model, "credential", model.credentials)
    named = model.programme.credentials
    frame["title"] = [named[one].title for one in frame["credential"]]
    frame["level"] = [named[one].level for one in frame["credential"]]
    return frame


def _stacks(model: CohortModel, totals: Totals) -> pd.DataFrame:
    count = len(model.credentials)
    n = np.repeat(with_all(model.sizes)[:, None], len(model.stacks), axis=1)
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
        parts[measure] = interval(moments.total, moments.squares, n, replicates)
    rows: list[dict[str, Any]] = []
    for index, one in enumerate(ids):
        for row in (len(professions) - 1, *range(len(professions) - 1)):
            if n[row, index] == 0:
                continue
            for measure, found in parts.items():
                values = {key: float(value[row, index]) for key, value in found.items()}
                rows.append(
                    {name: one, "profession": professions[row], "measure": measure, **values, "n": int(n[row, index])}
                )
    columns = [name, "profession", "measure", "mean", "low", "high", "se", "n"]
    return pd.DataFrame(rows, columns=columns)


def _by_week(model: CohortModel, totals: Totals) -> pd.DataFrame:
    calendar = model.calendar
    may = eligible(model)
    everyone = np.repeat(with_all(model.sizes)[:, None], len(model.stacks), axis=1)
    n = np.concatenate([may, everyone], axis=1)
    professions = (*model.professions, "all")
    earned = interval(totals.earned.total, totals.earned.squares, n[:, :, None], totals.replicates)
    retained = interval(totals.retained.total, totals.retained.squares, may[:, :, None], totals.replicates)
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
    n = eligible(model)
    parts = {outcome: _part(totals.outcome, np.s_[:, :, index]) for index, outcome in enumerate(OUTCOMES)}
    frame = _shares(parts, n, totals.replicates, model, "credential", model.credentials)
    return frame.rename(columns={"measure": "outcome"})


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


def _part(moments: Moments, index: Any) -> Moments:
    return Moments(moments.total[index], moments.squares[index])


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
