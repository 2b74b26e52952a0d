"""Simulating a cohort: the kernel's pieces of work, spread over threads, summed in whole numbers."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.cohort_model import CohortModel, compile_cohort
from ipe_workbench.simulation.results import SimulationResult
from ipe_workbench.simulation.scenario import MAX_REPLICATES, MAX_SEED, Scenario
from ipe_workbench.simulation.shards import Shard, compiled_yet, run_shard, shards_of
from ipe_workbench.simulation.state import Counts
from ipe_workbench.simulation.tabulate import result_of
from ipe_workbench.simulation.totals import Totals

__all__ = ["processors", "simulate", "simulate_range"]


def simulate(
    programme: Programme,
    scenario: Scenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimulationResult:
    """Simulate a cohort through the programme.

    Parameters
    ----------
    programme : Programme
        The design. The scenario's `design_changes` are made first.
    scenario : Scenario
        Every parameter of the model.
    replicates : int, optional
        How many cohorts, 1 to 100,000; by default the scenario's.
    seed : int, optional
        Names the random numbers, 0 to 2**32 - 1; by default the scenario's.
    threads : int, optional
        How many threads; by default one a processor. The result does not depend on it.
    progress : callable, optional
        Called with the replicates done and all of them.

    Returns
    -------
    SimulationResult

    Raises
    ------
    UnusableInputError
        When a number is out of range or the scenario does not fit the programme.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> result.learners, result.replicates
    (700, 2)
    """
    replicates = _in_range("replicates", scenario.replicates if replicates is None else replicates, 1, MAX_REPLICATES)
    seed = _in_range("seed", scenario.seed if seed is None else seed, 0, MAX_SEED)
    workers = processors() if threads is None else _in_range("threads", threads, 1, 4096)
    model = compile_cohort(programme, scenario)
    totals = simulate_range(model, seed, 0, replicates, threads=workers, progress=progress)
    return result_of(model, totals, seed=seed, before=programme)


def simulate_range(
    model: CohortModel,
    seed: int,
    first: int,
    replicates: int,
    *,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Totals:
    """Simulate the replicates `first` to `first + replicates` (excluded) and count.

    A replicate is the same in whatever range it is simulated; `Totals.joined` puts ranges together.
    """
    totals = Totals.of(model, replicates)
    waiting: dict[int, tuple[Counts, int]] = {}
    done = 0
    for shard, counts in _computed(model, seed, shards_of(model, replicates, first), threads):
        counts, left = _merged(waiting.pop(shard.first_replicate, None), counts, shard)
        if left:
            waiting[shard.first_replicate] = counts, left
            continue
        totals.add(shard.first_replicate - first, counts)
        done += shard.replicates
        if progress is not None:
            progress(done, replicates)
    return totals


def _computed(model: CohortModel, seed: int, shards: list[Shard], workers: int) -> Iterator[tuple[Shard, Counts]]:
    """The shards' counts, in whatever order they are done."""
    if not compiled_yet():
        # The first runs alone, so that threads do not wait for one another to compile or load the kernel.
        yield shards[0], run_shard(model, seed, shards[0])
        shards = shards[1:]
    if workers == 1 or len(shards) < 2:
        for shard in shards:
            yield shard, run_shard(model, seed, shard)
        return
    with ThreadPoolExecutor(workers) as pool:
        # A few ahead: threads never wait for the counting, and finished counts do not pile up in memory.
        ahead: deque[tuple[Shard, Future[Counts]]] = deque()
        for shard in shards:
            ahead.append((shard, pool.submit(run_shard, model, seed, shard)))
            if len(ahead) > workers * 4:
                done, counts = ahead.popleft()
                yield done, counts.result()
        for done, counts in ahead:
            yield done, counts.result()


def _merged(before: tuple[Counts, int] | None, counts: Counts, shard: Shard) -> tuple[Counts, int]:
    if before is None:
        return counts, shard.parts - 1
    for total, more in zip(before[0], counts, strict=True):
        np.add(total, more, out=total)
    return before[0], before[1] - 1


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_range(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise UnusableInputError(
            f"The {name} must lie between {low:,} and {high:,}, but {value:,} was given.", mend="Choose another number."
        )
    return value
