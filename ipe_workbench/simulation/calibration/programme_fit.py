"""Fitting parameters of a scenario to a recorded cohort of its programme, and forecasting another cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.calibration.approximate import Population, approximate_posterior
from ipe_workbench.simulation.calibration.markov_fit import fit_markov, why_no_likelihood
from ipe_workbench.simulation.calibration.posterior import Posterior
from ipe_workbench.simulation.calibration.recorded_awards import (
    AwardRecords,
    record_statistics,
    simulated_statistics,
    statistic_names,
)
from ipe_workbench.simulation.calibration.scores import coverage, crps
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.experiments.factors import Factor, Value, with_values
from ipe_workbench.simulation.experiments.replication import parameters_of
from ipe_workbench.simulation.experiments.running import Means, run_work
from ipe_workbench.simulation.experiments.work import Arrays, work_key
from ipe_workbench.simulation.scenario import Scenario
from ipe_workbench.simulation.tabulate import programme_digest

__all__ = ["CHECK_COLUMNS", "ProgrammeFit", "fit_programme", "judge_cohort"]

Floats = npt.NDArray[np.float64]

#: Columns of `ProgrammeFit.checks`.
CHECK_COLUMNS: Mapping[str, str] = {
    "statistic": "what was compared",
    "recorded": "in the record",
    "low": "lower end of the central 90 % posterior predictive interval",
    "high": "its upper end",
    "p": "posterior predictive p: share of simulated cohorts above the record; near 0 or 1 the model is wrong",
}


@dataclass(frozen=True, eq=False)
class ProgrammeFit:
    """Parameters that were fitted to a recorded cohort.

    Parameters
    ----------
    scenario : Scenario
        With the posterior means put in.
    posterior : Posterior
        In the parameters' own units.
    checks : DataFrame
        Posterior predictive checks; `CHECK_COLUMNS` describes the columns.
    about : mapping
        Method, simulations spent, thresholds.
    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    posterior: Posterior
    checks: pd.DataFrame
    about: Mapping[str, Any]


def fit_programme(
    programme: Programme, scenario: Scenario, factors: Sequence[Factor], records: AwardRecords, *, size: int = 300,
    pilot: int = 600, rounds: int = 4, most: int = 6000, seed: int = 1, means: Means | None = None,
) -> ProgrammeFit:  # fmt: skip
    """Fit parameters of a scenario: by the likelihood where it has one (`fit_markov`), else `approximate_posterior`.

    Parameters
    ----------
    programme, scenario : Programme, Scenario
        The model; the scenario's cohort is replaced by the recorded one.
    factors : sequence of Factor
        What is fitted: ranges, which are uniform priors (with a log scale: uniform in the logarithm).
    records : AwardRecords
    size, pilot, rounds, most, seed
        See `approximate_posterior`.
    means : Means, optional
        Workers and progress.

    Raises
    ------
    UnusableInputError
        When a factor is no range, or the record does not fit the programme.
    """
    wrong = [factor.path for factor in factors if factor.values or factor.whole]
    if wrong or not factors:
        raise UnusableInputError(
            f"Only ranges of numbers can be fitted: {', '.join(wrong) or 'nothing was named'}.",
            mend="Give PATH=LOW:HIGH.",
        )
    unknown = [name for name in records.sizes if name not in {one.id for one in programme.info.professions}]
    if unknown:
        raise UnusableInputError(
            f"The programme has no profession {', '.join(unknown)}.", mend="Map the records' professions first."
        )
    cohort = {one.id: int(records.sizes.get(one.id, 0)) for one in programme.info.professions}
    base = scenario.model_copy(update={"cohort": cohort})
    model = compile_cohort(programme, base)
    seen = record_statistics(model, records)
    simulator = _Simulator(programme, base, tuple(factors), records.attempts is not None, seed, means or Means())
    about: dict[str, Any]
    without = why_no_likelihood(programme, base)
    if without:
        found = approximate_posterior(
            simulator, seen, len(factors), size=size, pilot=pilot, rounds=rounds, most=most, seed=seed
        )
        posterior = _posterior(factors, found, seed)
        about = {
            "method": "approximate Bayesian computation (sequential Monte Carlo)", "simulated": True,
            "no_likelihood": without, "simulations": found.simulations, "thresholds": list(found.thresholds),
            "effective": found.effective,
        }  # fmt: skip
    else:
        posterior = fit_markov(programme, base, factors, records, seed=seed)
        about = {"method": "likelihood of a Markov chain", "simulated": True, "no_likelihood": [], "simulations": 0}
    centre = {factor.path: float(posterior.draws[factor.path].mean()) for factor in factors}
    some = posterior.draws.iloc[np.random.default_rng(seed).choice(len(posterior.draws), 300)]
    predicted = simulator(np.column_stack([_share_of(one, some[one.path].to_numpy(float)) for one in factors]))
    names = statistic_names(model, attempts=records.attempts is not None)
    return ProgrammeFit(with_values(base, centre), tuple(factors), posterior, _checks(names, seen, predicted), about)


def judge_cohort(
    fit: ProgrammeFit, programme: Programme, before: AwardRecords, after: AwardRecords, *, draws: int = 300,
    seed: int = 2,    means: Means | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Forecast who of another cohort earns what, and compare with what came and with last year's rates.

    Parameters
    ----------
    fit : ProgrammeFit
        Of the cohort `before`.
    before, after : AwardRecords
        The cohort that was fitted, and the one that is forecast (only its sizes are used).
    draws, seed : int
    means : Means, optional

    Returns
    -------
    points : DataFrame
        `item`, `profession`, `learners`, `seen`, `mean`, `low`, `high` (90 %), `crps`.
    scores : DataFrame
        `method` (model, last year's rate, logistic regression), `points`, `crps` (percentage points), `coverage`.
    """
    cohort = {one.id: int(after.sizes.get(one.id, 0)) for one in programme.info.professions}
    base = fit.scenario.model_copy(update={"cohort": cohort})
    simulator = _Simulator(programme, base, fit.factors, False, seed, means or Means())
    rng = np.random.default_rng(seed)
    chosen = fit.posterior.draws.iloc[rng.choice(len(fit.posterior.draws), draws)]
    shares = np.column_stack([_share_of(factor, chosen[factor.path].to_numpy(float)) for factor in fit.factors])
    model = compile_cohort(programme, base)
    names = statistic_names(model, attempts=False)
    groups = [(item, name) for item in (*model.credentials, *model.stacks) for name, n in after.sizes.items() if n]
    at = [names.index(f"earned:{item} {profession}") for item, profession in groups]
    predicted = simulator(shares)[:, at]
    seen = record_statistics(model, after)[at]
    sizes = np.array([after.sizes[profession] for _, profession in groups])
    rates = np.array([_rate(before, item, profession) for item, profession in groups])
    forecasts = {
        "model": predicted,
        "last year's rate": rng.binomial(sizes, rates, (draws, len(sizes))) / sizes,
        "logistic regression": rng.binomial(sizes, _logistic(before, groups), (draws, len(sizes))) / sizes,
    }
    points = pd.DataFrame(groups, columns=["item", "profession"])
    points["learners"], points["seen"], points["mean"] = sizes, seen, predicted.mean(axis=0)
    points["low"], points["high"] = np.quantile(predicted, [0.05, 0.95], axis=0)
    points["crps"] = crps(predicted, seen)
    scores = [
        {"method": name, "points": len(seen), "crps": 100 * crps(one, seen).mean(), "coverage": coverage(one, seen)}
        for name, one in forecasts.items()
    ]
    return points, pd.DataFrame(scores)


@dataclass
class _Simulator:
    """Statistics of one cohort for each row of shares; every cohort has its own luck, in the order of asking."""

    programme: Programme
    scenario: Scenario
    factors: tuple[Factor, ...]
    attempts: bool
    seed: int
    means: Means
    asked: int = field(default=0)

    def __call__(self, shares: Floats) -> Floats:
        points = tuple(
            tuple((factor.path, factor.at(float(share))) for factor, share in zip(self.factors, row, strict=True))
            for row in shares
        )
        work = _Cohorts(self.programme, self.scenario, points, self.attempts, self.seed, self.asked)
        self.asked += len(points)
        return np.asarray(work.join(run_work(work, len(points), self.means))["statistics"])


@dataclass(frozen=True)
class _Cohorts:
    """The work whose units are single cohorts, each with its own parameters and the next replicate's luck."""

    programme: Programme
    scenario: Scenario
    points: tuple[tuple[tuple[str, Value], ...], ...]
    attempts: bool
    seed: int
    first_replicate: int

    @cached_property
    def key(self) -> str:
        return work_key(
            kind="cohorts", programme=programme_digest(self.programme), scenario=parameters_of(self.scenario),
            points=self.points, attempts=self.attempts, seed=self.seed, first=self.first_replicate,
        )  # fmt: skip

    def part(self, first: int, count: int) -> _SomeCohorts:
        some = self.points[first : first + count]
        return _SomeCohorts(
            self.programme, tuple(with_values(self.scenario, dict(one)) for one in some), self.attempts, self.seed,
            self.first_replicate + first,
        )  # fmt: skip

    def join(self, parts: Sequence[Arrays]) -> dict[str, npt.NDArray[Any]]:
        return {"statistics": np.concatenate([part["statistics"] for part in parts])}


@dataclass(frozen=True)
class _SomeCohorts:
    programme: Programme
    scenarios: tuple[Scenario, ...]
    attempts: bool
    seed: int
    first_replicate: int

    def compute(self, threads: int) -> Arrays:
        rows = []
        for index, scenario in enumerate(self.scenarios):
            model = compile_cohort(self.programme, scenario)
            totals = simulate_range(model, self.seed, self.first_replicate + index, 1, threads=threads)
            rows.append(simulated_statistics(model, totals, attempts=self.attempts))
        return {"statistics": np.stack(rows)}


def _posterior(factors: Sequence[Factor], found: Population, seed: int) -> Posterior:
    rng = np.random.default_rng(seed)
    chosen = found.shares[rng.choice(len(found.shares), 2000, p=found.weights)]
    prior = rng.random((4000, len(factors)))
    names = [factor.path for factor in factors]
    values = [
        pd.DataFrame({f.path: [f.at(share) for share in rows[:, at]] for at, f in enumerate(factors)})
        for rows in (chosen, prior)
    ]
    nothing = dict.fromkeys(names, float("nan"))
    return Posterior(values[0], values[1], nothing, dict.fromkeys(names, found.effective))


def _checks(names: list[str], seen: Floats, predicted: Floats) -> pd.DataFrame:
    low, high = np.quantile(predicted, [0.05, 0.95], axis=0)
    above, equal = (predicted > seen).mean(axis=0), (predicted == seen).mean(axis=0)
    return pd.DataFrame({"statistic": names, "recorded": seen, "low": low, "high": high, "p": above + 0.5 * equal})


def _share_of(factor: Factor, values: Floats) -> Floats:
    if factor.scale == "log":
        return np.asarray(np.log(values / factor.low) / np.log(factor.high / factor.low))
    return (values - factor.low) / (factor.high - factor.low)


def _rate(records: AwardRecords, item: str, profession: str) -> float:
    size = records.sizes.get(profession, 0)
    here = (records.awards["item"] == item) & (records.awards["profession"] == profession)
    if size:
        return float(here.sum() / size)
    return float((records.awards["item"] == item).sum() / max(1, sum(records.sizes.values())))


def _logistic(records: AwardRecords, groups: list[tuple[str, str]]) -> Floats:
    """Chances by a logistic regression of earning on item and profession, without their interaction."""
    from sklearn.linear_model import LogisticRegression

    items, professions = sorted({item for item, _ in groups}), sorted({one for _, one in groups})

    def row(item: str, profession: str) -> list[float]:
        return [float(item == one) for one in items] + [float(profession == one) for one in professions]

    rows, results, weights = [], [], []
    for item, profession in groups:
        size = records.sizes.get(profession, 0)
        earned = round(_rate(records, item, profession) * size)
        rows += [row(item, profession)] * 2
        results += [1, 0]
        weights += [earned, size - earned]
    model = LogisticRegression(max_iter=2000, C=10).fit(np.array(rows), results, sample_weight=weights)
    return np.asarray(model.predict_proba(np.array([row(*group) for group in groups]))[:, 1])
