"""Replicates of one scenario, computed in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.cohort_model import CohortModel, compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.experiments.part_files import PartFiles
from ipe_workbench.simulation.experiments.precision import Precision, PrecisionReport
from ipe_workbench.simulation.experiments.running import Means, run_work
from ipe_workbench.simulation.experiments.work import Arrays, work_key
from ipe_workbench.simulation.results import SimulationResult
from ipe_workbench.simulation.scenario import MAX_REPLICATES, MAX_SEED, Scenario
from ipe_workbench.simulation.tabulate import programme_digest, result_of
from ipe_workbench.simulation.totals import Totals

__all__ = ["Replicates", "compiled_once", "parameters_of", "replicate", "totals_of"]


def replicate(
    programme: Programme,
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    means: Means | None = None,
    precision: Precision | None = None,
    keep_parts: bool = False,
) -> tuple[SimulationResult, PrecisionReport | None]:
    """Simulate a cohort in parts, on any workers, going on from parts that are kept.

    Parameters
    ----------
    programme, scenario : Programme, Scenario
        What to simulate, as for `simulate`, which gives the same result bit for bit.
    replicates : int, optional
        How many cohorts, at most if a `precision` is wanted; by default the scenario's.
    seed : int, optional
        Names the random numbers; by default the scenario's.
    means : Means, optional
        Workers, folder of the parts, progress.
    precision : Precision, optional
        Stop as soon as an outcome is known this well.
    keep_parts : bool
        Whether parts stay when all is done, so that a later run with more replicates goes on from them.

    Returns
    -------
    result : SimulationResult
    report : PrecisionReport or None
        What was reached, where a precision was wanted.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import simulate
    >>> quick = Scenario(id="quick", title="Quick look")
    >>> result, _ = replicate(example_programme(), quick, replicates=4, means=Means(workers=1))
    >>> result.digest == simulate(example_programme(), quick, replicates=4).digest
    True
    """
    means = means or Means()
    units = scenario.replicates if replicates is None else replicates
    _check("replicates", units, 1, MAX_REPLICATES)
    seed = scenario.seed if seed is None else seed
    _check("seed", seed, 0, MAX_SEED)
    work = Replicates(programme, scenario, seed)
    model = compiled_once(work)
    looks: Sequence[int] = ()
    if precision:
        precision.check(model)
        looks = precision.looks(units)

    def report(parts: list[dict[str, npt.NDArray[Any]]]) -> PrecisionReport | None:
        return precision.report(model, totals_of(work.join(parts)), units) if precision else None

    def enough(parts: list[dict[str, npt.NDArray[Any]]]) -> bool:
        told = report(parts)
        return told is not None and told.reached

    parts = run_work(work, units, means, looks=looks, enough=enough if precision else None)
    result = result_of(model, totals_of(work.join(parts)), seed=seed, before=programme)
    if means.parts and not keep_parts:
        PartFiles(means.parts, work.key).forget()
    return result, report(parts)


@dataclass(frozen=True)
class Replicates:
    """The work whose units are the replicates of one scenario."""

    programme: Programme
    scenario: Scenario
    seed: int

    @cached_property
    def key(self) -> str:
        """Hash of programme, parameters, seed and code; neither of the number of replicates nor of titles."""
        return work_key(
            kind="replicates",
            programme=programme_digest(self.programme),
            scenario=parameters_of(self.scenario),
            seed=self.seed,
        )

    def part(self, first: int, count: int) -> ReplicateRange:
        """Some replicates."""
        return ReplicateRange(self, first, count)

    def join(self, parts: Sequence[Arrays]) -> dict[str, npt.NDArray[Any]]:
        """Totals of all of them."""
        totals = Totals.joined([totals_of(part) for part in parts])
        return _arrays_of(totals)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Replicates) and self.key == other.key


@dataclass(frozen=True)
class ReplicateRange:
    """Replicates `first` to `first + count` (excluded)."""

    work: Replicates
    first: int
    count: int

    def compute(self, threads: int) -> Arrays:
        """Simulate them."""
        totals = simulate_range(compiled_once(self.work), self.work.seed, self.first, self.count, threads=threads)
        return _arrays_of(totals)


@lru_cache(maxsize=4)
def compiled_once(work: Replicates) -> CohortModel:
    """The compiled model of a work; a worker that gets many parts of it compiles once."""
    return compile_cohort(work.programme, work.scenario)


def parameters_of(scenario: Scenario) -> dict[str, Any]:
    """Everything of a scenario that decides about numbers."""
    return scenario.model_dump(mode="json", by_alias=True, exclude={"id", "title", "description", "seed", "replicates"})


def totals_of(arrays: Arrays) -> Totals:
    """Totals from the arrays of a part."""
    rest = {name: array for name, array in arrays.items() if name != "replicates"}
    return Totals.from_arrays(int(arrays["replicates"]), rest)


def _arrays_of(totals: Totals) -> dict[str, npt.NDArray[Any]]:
    return {"replicates": np.array(totals.replicates), **totals.arrays()}


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UnusableInputError(
            f"The {name} must lie between {low:,} and {high:,}, but {value:,} was given.", mend="Choose another number."
        )
