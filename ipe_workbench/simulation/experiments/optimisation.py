"""The best design among those that the factors span, and how good it really is.

The candidate that looks best on the replicates by which it was chosen looks better than it is, since luck helped to
choose it (the optimiser's curse: Smith and Winkler 2006, Management Science 52(3) 311). So the winner, the runners-up
and the design of today are simulated again on a seed that the search has not seen, and only those numbers are a
result. Candidates whose fresh result cannot be told from the winner's, at 95 % for all comparisons at once, are
listed with it.

Where the factors span few candidates every one of them is simulated; of many, Optuna's tree-structured Parzen
estimator (Bergstra et al. 2011, NeurIPS 24) proposes which to try. It proves nothing about those it has not tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.experiments.factors import Factor, Value
from ipe_workbench.simulation.experiments.outcomes import Outcome
from ipe_workbench.simulation.experiments.running import Means
from ipe_workbench.simulation.experiments.sweeps import sweep
from ipe_workbench.simulation.scenario import MAX_SEED, Scenario

__all__ = ["Limit", "Optimisation", "optimise", "parse_limit"]

_SHORT_LIST = 5
Point = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Limit:
    """An outcome that must stay at or below (or above) a number, in the mean over cohorts.

    Examples
    --------
    >>> most = Limit(Outcome("hours", "faculty"), "<=", 400)
    >>> str(most), most.excess(425.0), most.excess(390.0)
    ('hours:faculty <= 400', 25.0, -10.0)
    """

    outcome: Outcome
    kind: Literal["<=", ">="]
    bound: float

    def excess(self, mean: float) -> float:
        """How far the mean is beyond the limit; at most 0 is within."""
        return mean - self.bound if self.kind == "<=" else self.bound - mean

    def __str__(self) -> str:
        return f"{self.outcome} {self.kind} {self.bound:g}"


def parse_limit(text: str) -> Limit:
    """A limit from ``hours:faculty<=400``.

    Examples
    --------
    >>> str(parse_limit("hours:faculty<=400"))
    'hours:faculty <= 400'
    """
    from ipe_workbench.simulation.experiments.outcomes import parse_outcome

    kinds: tuple[Literal["<=", ">="], ...] = ("<=", ">=")
    for kind in kinds:
        name, found, bound = text.partition(kind)
        if not found:
            continue
        try:
            number = float(bound)
        except ValueError:
            break
        if math.isfinite(number):
            return Limit(parse_outcome(name.strip()), kind, number)
    raise UnusableInputError(f"`{text}` is no limit.", mend="Write OUTCOME<=NUMBER or OUTCOME>=NUMBER.")


@dataclass(frozen=True, eq=False)
class Optimisation:
    """The result of `optimise`; simulated, as everything in it.

    Parameters
    ----------
    about : mapping
        What was searched: `exhaustive` says whether every candidate was simulated; `best` the winner's values, or None
        where no candidate keeps the limits on the fresh seed.
    frame : DataFrame
        Today's design (`candidate` -1) and the short list, best first by the search: the parameters; `searched`, the
        objective in the search (too good for the winner); `fresh`, `fresh_se`, `fresh_low`, `fresh_high`, on the fresh
        seed; `behind`, `behind_low`, `behind_high`: how far behind the winner, paired, for all rows at once; `as_good`:
        cannot be told from the winner; `feasible`; and each limit's outcome.
    tried : DataFrame
        Every candidate of the search with its objective and limits.
    """

    about: Mapping[str, Any]
    frame: pd.DataFrame
    tried: pd.DataFrame


def optimise(
    programme: Programme,
    scenario: Scenario,
    factors: Sequence[Factor],
    objective: Outcome,
    *,
    direction: Literal["maximise", "minimise"] = "maximise",
    limits: Sequence[Limit] = (),
    trials: int = 100,
    replicates: int = 20,
    fresh_replicates: int = 200,
    seed: int | None = None,
    means: Means | None = None,
) -> Optimisation:
    """Search the best values of the factors.

    Parameters
    ----------
    programme, scenario : Programme, Scenario
        Today's design; the factors replace its values.
    factors : sequence of Factor
        Lists, whole numbers or ranges. Lists and whole numbers with at most `trials` combinations are all simulated.
    objective : Outcome
        What should be large (or small), in the mean over cohorts.
    direction : {"maximise", "minimise"}
    limits : sequence of Limit
        What must hold besides.
    trials : int
        How many candidates are simulated at most.
    replicates, fresh_replicates : int
        Cohorts for each candidate in the search, and for the short list on the fresh seed.
    seed : int, optional
        By default the scenario's; the next one is the fresh seed.
    means : Means, optional

    Raises
    ------
    UnusableInputError
        When there is nothing to search or a number is out of range.
    """
    if not factors or trials < 2 or fresh_replicates < 2 or replicates < 1:
        raise UnusableInputError(
            "The search needs at least one factor, two trials, one replicate and two fresh ones.", mend="Give more."
        )
    seed = scenario.seed if seed is None else seed
    fresh_seed = (seed + 1) % (MAX_SEED + 1)
    sign = 1.0 if direction == "maximise" else -1.0
    outcomes = (objective, *(limit.outcome for limit in limits))
    means = means or Means()

    def simulated(points: Sequence[Point], count: int, with_seed: int) -> npt.NDArray[np.float64]:
        found = sweep(
            programme, scenario, points, outcomes, replicates=count, seed=with_seed, means=means, keep_parts=True
        )
        return found.values

    exhaustive = _all_candidates(factors, trials)
    if exhaustive is not None:
        points = exhaustive
        values = simulated(points, replicates, seed).mean(axis=1)
    else:
        points, values = _proposed(factors, simulated, trials, replicates, seed, sign, limits)
    short = _short_list(values, sign, limits)
    fresh = simulated([{}, *(points[index] for index in short)], fresh_replicates, fresh_seed)
    frame, winner = _fresh_frame(points, values, short, fresh, sign, limits)
    tried = pd.DataFrame(points)
    for at, outcome in enumerate(outcomes):
        tried[str(outcome)] = values[:, at]
    about = {
        "kind": "ipe-optimisation",
        "format": 1,
        "simulated": True,
        "programme": programme.id,
        "scenario": scenario.id,
        "objective": str(objective),
        "direction": direction,
        "limits": [str(limit) for limit in limits],
        "exhaustive": exhaustive is not None,
        "candidates": len(points),
        "seed": seed,
        "fresh_seed": fresh_seed,
        "best": None if winner is None else points[short[winner]],
    }
    return Optimisation(about, frame, tried)


def _all_candidates(factors: Sequence[Factor], most: int) -> list[Point] | None:
    """Every combination, where the factors have finitely many values and not too many."""
    if any(not factor.values and not factor.whole for factor in factors):
        return None
    sizes = [len(f.values) or int(f.high - f.low) + 1 for f in factors]
    if math.prod(sizes) > most:
        return None
    lists = [factor.listed(max(2, size)) for factor, size in zip(factors, sizes, strict=True)]
    return [dict(zip((factor.path for factor in factors), values, strict=True)) for values in product(*lists)]


def _proposed(
    factors: Sequence[Factor],
    simulated: Any,
    trials: int,
    replicates: int,
    seed: int,
    sign: float,
    limits: Sequence[Limit],
) -> tuple[list[Point], npt.NDArray[np.float64]]:
    """Candidates as Optuna proposes them, in rounds, so that several are simulated at the same time."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    points: list[Point] = []
    rows: list[npt.NDArray[np.float64]] = []
    together = 8
    while len(points) < trials:
        asked = [study.ask() for _ in range(min(together, trials - len(points)))]
        proposed = [{factor.path: _suggested(trial, factor) for factor in factors} for trial in asked]
        values = simulated(proposed, replicates, seed).mean(axis=1)
        for trial, row in zip(asked, values, strict=True):
            for at, limit in enumerate(limits):
                trial.set_constraint(str(limit), limit.excess(row[1 + at]))
            study.tell(trial, sign * float(row[0]))
        points += proposed
        rows += list(values)
    # What was proposed twice counts once.
    first = {tuple(sorted(point.items())): index for index, point in reversed(list(enumerate(points)))}
    kept = sorted(first.values())
    return [points[index] for index in kept], np.array([rows[index] for index in kept])


def _suggested(trial: Any, factor: Factor) -> Value:
    value: Value
    if factor.values:
        value = trial.suggest_categorical(factor.path, list(factor.values))
    elif factor.whole:
        value = trial.suggest_int(factor.path, int(factor.low), int(factor.high))
    else:
        value = trial.suggest_float(factor.path, factor.low, factor.high, log=factor.scale == "log")
    return value


def _short_list(values: npt.NDArray[np.float64], sign: float, limits: Sequence[Limit]) -> list[int]:
    """The best candidates that keep the limits; where none does, those that miss them least."""
    excess = np.array([sum(max(0.0, limit.excess(row[1 + at])) for at, limit in enumerate(limits)) for row in values])
    order = sorted(range(len(values)), key=lambda index: (excess[index], -sign * values[index, 0], index))
    return order[:_SHORT_LIST]


def _fresh_frame(
    points: list[Point],
    values: npt.NDArray[np.float64],
    short: list[int],
    fresh: npt.NDArray[np.float64],
    sign: float,
    limits: Sequence[Limit],
) -> tuple[pd.DataFrame, int | None]:
    """Today and the short list on the fresh seed, and which of the list is the winner.

    The winner is the one that the search put first among those that keep the limits on the fresh seed: choosing by
    the fresh objective would bring the curse back.
    """
    replicates = fresh.shape[1]
    mean = fresh.mean(axis=1)
    feasible = [all(limit.excess(row[1 + at]) <= 0 for at, limit in enumerate(limits)) for row in mean]
    winner = next((at for at in range(len(short)) if feasible[1 + at]), None)
    error = fresh[:, :, 0].std(axis=1, ddof=1) / math.sqrt(replicates)
    reach = float(stdtrit(replicates - 1, 0.975)) * error
    best = fresh[1 + (winner or 0), :, 0]
    behind = sign * (best - fresh[:, :, 0])
    # The others are each held against the winner: Bonferroni over them.
    others = max(1, len(short))
    behind_reach = (
        float(stdtrit(replicates - 1, 1 - 0.025 / others)) * behind.std(axis=1, ddof=1) / math.sqrt(replicates)
    )
    frame = pd.DataFrame([{}, *(points[index] for index in short)])
    frame.insert(0, "candidate", [-1, *short])
    frame["searched"] = [math.nan, *(values[index, 0] for index in short)]
    frame["fresh"], frame["fresh_se"] = mean[:, 0], error
    frame["fresh_low"], frame["fresh_high"] = mean[:, 0] - reach, mean[:, 0] + reach
    frame["behind"] = behind.mean(axis=1)
    frame["behind_low"], frame["behind_high"] = frame["behind"] - behind_reach, frame["behind"] + behind_reach
    frame["feasible"] = feasible
    frame["as_good"] = [bool(low <= 0) and fits for low, fits in zip(frame["behind_low"], feasible, strict=True)]
    for at, limit in enumerate(limits):
        frame[str(limit.outcome)] = mean[:, 1 + at]
    return frame, winner
