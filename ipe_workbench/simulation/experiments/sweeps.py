"""The same cohort under many parameter values.

All points of a sweep share the seed, so that neighbouring points differ by the parameters and not by luck (common
random numbers). A point is a unit of work: it gives the outcomes of each replicate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.experiments.factors import Factor, Value, with_values
from ipe_workbench.simulation.experiments.outcomes import Outcome, outcome_values
from ipe_workbench.simulation.experiments.part_files import PartFiles
from ipe_workbench.simulation.experiments.replication import parameters_of
from ipe_workbench.simulation.experiments.running import Means, run_work
from ipe_workbench.simulation.experiments.work import Arrays, work_key
from ipe_workbench.simulation.scenario import MAX_REPLICATES, Scenario
from ipe_workbench.simulation.tabulate import programme_digest

__all__ = ["Design", "Points", "Sweep", "design_points", "sweep"]

Design = Literal["grid", "latin-hypercube", "sobol"]
Point = dict[str, Value]
MAX_POINTS = 1_000_000


@dataclass(frozen=True, eq=False)
class Sweep:
    """The result of `sweep`; simulated, as everything in it.

    Parameters
    ----------
    about : mapping
        What was simulated.
    points : list of dict
        The values of each point, by path.
    values : array (points, replicates, outcomes)
        The outcomes of each replicate.
    outcomes : tuple of str
        Names along the last axis.
    """

    about: Mapping[str, Any]
    points: list[Point]
    values: npt.NDArray[np.float64]
    outcomes: tuple[str, ...]

    @property
    def means(self) -> npt.NDArray[np.float64]:
        """Mean over replicates (points, outcomes)."""
        return np.asarray(self.values.mean(axis=1))

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each point and outcome: `point`, its values, `outcome`, `mean`, Monte Carlo `se`, `replicates`."""
        count, replicates, outcomes = self.values.shape
        spread = self.values.std(axis=1, ddof=1) if replicates > 1 else np.full_like(self.means, np.nan)
        errors = spread / np.sqrt(replicates)
        table = pd.DataFrame(self.points).loc[np.repeat(np.arange(count), outcomes)].reset_index(drop=True)
        table.insert(0, "point", np.repeat(np.arange(count), outcomes))
        table["outcome"] = np.tile(np.array(self.outcomes, object), count)
        table["mean"], table["se"] = self.means.ravel(), errors.ravel()
        table["replicates"] = replicates
        return table


def design_points(
    factors: Sequence[Factor], design: Design, *, points: int = 64, levels: int = 5, seed: int = 1
) -> list[Point]:
    """Values of the factors at each point of a design of experiments.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied.
    design : {"grid", "latin-hypercube", "sobol"}
        Every combination; or space-filling points of which each factor's projection is even (McKay, Beckman and Conover
        1979, Technometrics 21(2) 239; scrambled Sobol points: Owen 1998, ACM TOMACS 8(1) 71).
    points : int
        How many, for the two space-filling designs; Sobol points are even for powers of two.
    levels : int
        How many values of a range the grid has.
    seed : int
        For the two space-filling designs.

    Examples
    --------
    >>> design_points([Factor("assessment.slip", 0.1, 0.3), Factor("seed", values=(1, 2))], "grid", levels=2)[:2]
    [{'assessment.slip': 0.1, 'seed': 1}, {'assessment.slip': 0.1, 'seed': 2}]
    """
    _check_factors(factors)
    if design == "grid":
        lists = [factor.listed(levels) for factor in factors]
        if int(np.prod([float(len(one)) for one in lists])) > MAX_POINTS:
            raise UnusableInputError("The grid has more than a million points.", mend="Vary less, or use sobol points.")
        return [dict(zip((factor.path for factor in factors), values, strict=True)) for values in product(*lists)]
    if not 1 <= points <= MAX_POINTS:
        raise UnusableInputError("The number of points must lie between 1 and 1,000,000.")
    if design == "sobol":
        sampler: Any = qmc.Sobol(len(factors), rng=np.random.default_rng(seed))
        shares = sampler.random_base2(int(np.ceil(np.log2(points))))[:points]
    else:
        shares = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(points)
    return points_at(factors, shares)


def points_at(factors: Sequence[Factor], shares: npt.NDArray[np.float64]) -> list[Point]:
    """Points from shares in [0, 1] (points, factors)."""
    return [
        {factor.path: factor.at(float(share)) for factor, share in zip(factors, row, strict=True)} for row in shares
    ]


def sweep(
    programme: Programme,
    scenario: Scenario,
    points: Sequence[Mapping[str, Value]],
    outcomes: Sequence[Outcome],
    *,
    replicates: int = 20,
    seed: int | None = None,
    means: Means | None = None,
    keep_parts: bool = False,
) -> Sweep:
    """Simulate every point.

    Raises
    ------
    UnusableInputError
        When a point does not fit the scenario or the programme; nothing has been simulated then.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation.experiments.outcomes import parse_outcome
    >>> points = design_points([Factor("assessment.slip", 0.05, 0.35)], "grid", levels=2)
    >>> scenario = Scenario(id="s", title="S")
    >>> found = sweep(example_programme(), scenario, points, [parse_outcome("badges")], replicates=2)
    >>> bool(found.means[0, 0] > found.means[1, 0])
    True
    """
    means = means or Means()
    if not points or not outcomes:
        raise UnusableInputError("There is nothing to simulate.", mend="Name at least one factor and one outcome.")
    if not 1 <= replicates <= MAX_REPLICATES:
        raise UnusableInputError(f"The replicates must lie between 1 and {MAX_REPLICATES:,}.")
    work = Points(
        programme,
        scenario,
        scenario.seed if seed is None else seed,
        replicates,
        tuple(outcomes),
        tuple(tuple(sorted(point.items())) for point in points),
    )
    work.check()
    parts = run_work(work, len(points), means)
    values = work.join(parts)["values"]
    if means.parts and not keep_parts:
        PartFiles(means.parts, work.key).forget()
    about = {
        "kind": "ipe-sweep",
        "format": 1,
        "simulated": True,
        "programme": programme.id,
        "programme_digest": programme_digest(programme),
        "scenario": scenario.id,
        "seed": work.seed,
        "replicates": replicates,
    }
    return Sweep(about, [dict(point) for point in points], values, tuple(str(one) for one in outcomes))


@dataclass(frozen=True)
class Points:
    """The work whose units are the points of a sweep."""

    programme: Programme
    scenario: Scenario
    seed: int
    replicates: int
    outcomes: tuple[Outcome, ...]
    points: tuple[tuple[tuple[str, Value], ...], ...]

    @cached_property
    def key(self) -> str:
        """Hash of everything that decides about the outcomes."""
        return work_key(
            kind="points",
            programme=programme_digest(self.programme),
            scenario=parameters_of(self.scenario),
            seed=self.seed,
            replicates=self.replicates,
            outcomes=[str(one) for one in self.outcomes],
            points=self.points,
        )

    def check(self) -> None:
        """Whether every point fits the scenario, and the first one the programme."""
        scenarios = [with_values(self.scenario, dict(point)) for point in self.points]
        model = compile_cohort(self.programme, scenarios[0])
        for outcome in self.outcomes:
            outcome.check(model)

    def part(self, first: int, count: int) -> PointRange:
        """Some points."""
        scenarios = tuple(with_values(self.scenario, dict(one)) for one in self.points[first : first + count])
        return PointRange(self.programme, scenarios, self.seed, self.replicates, self.outcomes)

    def join(self, parts: Sequence[Arrays]) -> dict[str, npt.NDArray[Any]]:
        """All points."""
        return {"values": np.concatenate([part["values"] for part in parts])}


@dataclass(frozen=True)
class PointRange:
    """Some points of a sweep, as scenarios."""

    programme: Programme
    scenarios: tuple[Scenario, ...]
    seed: int
    replicates: int
    outcomes: tuple[Outcome, ...]

    def compute(self, threads: int) -> Arrays:
        """Simulate them."""
        if threads == 1:
            return {"values": np.stack([self._outcomes(one) for one in self.scenarios])}
        with ThreadPoolExecutor(threads) as pool:
            return {"values": np.stack(list(pool.map(self._outcomes, self.scenarios)))}

    def _outcomes(self, scenario: Scenario) -> npt.NDArray[np.float64]:
        model = compile_cohort(self.programme, scenario)
        return outcome_values(model, simulate_range(model, self.seed, 0, self.replicates), self.outcomes)


def _check_factors(factors: Sequence[Factor]) -> None:
    paths = [factor.path for factor in factors]
    if not paths:
        raise UnusableInputError("Nothing is varied.", mend="Name at least one factor.")
    for path in paths:
        if paths.count(path) > 1:
            raise UnusableInputError(f"`{path}` is varied twice.", mend="Name each factor once.")
