"""Which parameters an outcome depends on: Sobol indices with intervals.

The first-order index of a factor is the share of the outcome's variance that its value alone explains; the total
index adds all its interactions. They are estimated on Saltelli's points (Saltelli et al. 2010, Computer Physics
Communications 181(2) 259: the estimator of that paper for the first order, Jansen's for the total) by SALib, with
bootstrap intervals. They are shares of the variance *over the ranges given*: a wider range makes a factor more
important.

All points share one seed. What is analysed is then the mean of the same replicates as a function of the factors. Its
Monte Carlo noise is common to all points as far as it goes, and the rest looks like interaction: `noise_share` says
how much of the outcome's variance it can be at most. Above a few percent, use more replicates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.experiments.factors import Factor
from ipe_workbench.simulation.experiments.outcomes import Outcome
from ipe_workbench.simulation.experiments.running import Means
from ipe_workbench.simulation.experiments.sweeps import Sweep, points_at, sweep
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["SENSITIVITY_COLUMNS", "Sensitivity", "sobol_sensitivity"]

#: The columns of `Sensitivity.frame`.
SENSITIVITY_COLUMNS: Mapping[str, str] = {
    "outcome": "name of the outcome",
    "factor": "place of the parameter in the scenario",
    "first": "first-order index: share of the variance that this factor alone explains",
    "first_low": "lower end of its 95 % bootstrap interval",
    "first_high": "its upper end",
    "total": "total index: the same with all interactions",
    "total_low": "lower end of its 95 % bootstrap interval",
    "total_high": "its upper end",
    "noise_share": "Monte Carlo variance as a share of the outcome's variance over the points",
}


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The result of `sobol_sensitivity`; simulated.

    Parameters
    ----------
    about : mapping
        What was simulated.
    frame : DataFrame
        One row an outcome and factor; `SENSITIVITY_COLUMNS` describes the columns. The indices of an outcome that does
        not vary are missing.
    sweep : Sweep
        The points behind it.
    """

    about: Mapping[str, Any]
    frame: pd.DataFrame
    sweep: Sweep


def sobol_sensitivity(
    programme: Programme,
    scenario: Scenario,
    factors: Sequence[Factor],
    outcomes: Sequence[Outcome],
    *,
    base: int = 128,
    replicates: int = 20,
    seed: int | None = None,
    means: Means | None = None,
) -> Sensitivity:
    """First-order and total Sobol indices of each factor, for each outcome.

    Parameters
    ----------
    programme, scenario : Programme, Scenario
        The centre; the factors replace its values.
    factors : sequence of Factor
        At least two.
    outcomes : sequence of Outcome
    base : int
        Saltelli's N, a power of two; N (factors + 2) points are simulated.
    replicates : int
        Cohorts at each point.
    seed : int, optional
        For the cohorts and the points; by default the scenario's.
    means : Means, optional

    Raises
    ------
    UnusableInputError
        When the numbers do not fit.
    """
    if len(factors) < 2:
        raise UnusableInputError("A sensitivity analysis needs at least two factors.", mend="Vary one more.")
    if base < 8 or base & (base - 1):
        raise UnusableInputError(f"{base} is no power of two from 8 on.", mend="Give 64, 128, 256 or more.")
    from SALib.sample import sobol as saltelli

    seed = scenario.seed if seed is None else seed
    problem = {
        "num_vars": len(factors),
        "names": [factor.path for factor in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }
    shares = saltelli.sample(problem, base, calc_second_order=False, scramble=True, seed=seed)
    found = sweep(
        programme, scenario, points_at(factors, shares), outcomes, replicates=replicates, seed=seed, means=means
    )
    rows = [row for index, name in enumerate(found.outcomes) for row in _indices(problem, found, index, name, seed)]
    about = {**found.about, "kind": "ipe-sensitivity", "base": base, "points": len(shares)}
    return Sensitivity(about, pd.DataFrame(rows, columns=list(SENSITIVITY_COLUMNS)), found)


def _indices(problem: dict[str, Any], found: Sweep, index: int, outcome: str, seed: int) -> list[dict[str, Any]]:
    from SALib.analyze import sobol

    values = found.values[:, :, index]
    means = values.mean(axis=1)
    spread = float(means.var())
    names: list[str] = problem["names"]
    if spread < 1e-18:
        nothing = dict.fromkeys(list(SENSITIVITY_COLUMNS)[2:], math.nan)
        return [{"outcome": outcome, "factor": name, **nothing} for name in names]
    noise = float((values.var(axis=1, ddof=1) / values.shape[1]).mean()) if values.shape[1] > 1 else math.nan
    told = sobol.analyze(problem, means, calc_second_order=False, num_resamples=400, conf_level=0.95, seed=seed)
    rows = []
    for at, name in enumerate(names):
        row = {"outcome": outcome, "factor": name, "noise_share": noise / spread}
        for index_name, key in (("first", "S1"), ("total", "ST")):
            value, reach = float(told[key][at]), float(told[f"{key}_conf"][at])
            row |= {index_name: value, f"{index_name}_low": value - reach, f"{index_name}_high": value + reach}
        rows.append(row)
    return rows
