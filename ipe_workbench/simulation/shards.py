"""A shard: some learners of some replicates, computed apart from all others. Pure, so that any worker may do it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipe_workbench.simulation.cohort_model import CohortModel
from ipe_workbench.simulation.kernel import run
from ipe_workbench.simulation.state import Counts, empty_counts, empty_scratch, empty_state

__all__ = ["Shard", "compiled_yet", "run_shard", "shards_of", "trace_shard"]

#: Blocks of 64 learners of one shard: large enough to outweigh its start, small enough to keep every thread busy.
_BLOCKS = 256
_REPLICATES = 64


@dataclass(frozen=True, slots=True)
class Shard:
    """Blocks `first_block` to `last_block` (excluded) of some replicates; `parts` shards make up their whole cohort."""

    first_replicate: int
    replicates: int
    first_block: int
    last_block: int
    parts: int = 1


def shards_of(model: CohortModel, replicates: int, first_replicate: int = 0) -> list[Shard]:
    """The shards of so many replicates: several replicates each, or part of a large cohort where it can be parted."""
    blocks, end = model.blocks, first_replicate + replicates
    if blocks > 2 * _BLOCKS and not model.arrays.layout.interacts:
        starts = range(0, blocks, _BLOCKS)
        return [
            Shard(replicate, 1, start, min(start + _BLOCKS, blocks), len(starts))
            for replicate in range(first_replicate, end)
            for start in starts
        ]
    together = max(1, min(_REPLICATES, _BLOCKS // blocks, -(-replicates // 8)))
    return [Shard(start, min(together, end - start), 0, blocks) for start in range(first_replicate, end, together)]


def compiled_yet() -> bool:
    """Whether this process has the compiled kernel in memory."""
    return bool(run.signatures)  # type: ignore[attr-defined]


def run_shard(model: CohortModel, seed: int, shard: Shard) -> Counts:
    """The counts of a shard. They depend on the model, the seed and the shard alone; counts of shards add up."""
    return _run(model, seed, shard, np.zeros((0, 6), np.int32))[0]


def trace_shard(model: CohortModel, seed: int, shard: Shard) -> npt.NDArray[np.int32]:
    """Every attempt and every stack awarded, one line each.

    Columns: replicate (from that of the shard), learner (block x 64 + place in it), week, item, number of the attempt
    (0 for a stack), whether it was passed.
    """
    arrays = model.arrays
    weeks, badges = model.calendar.weeks, len(model.credentials)
    most = int(np.minimum(arrays.assessment.attempts, weeks).sum()) + len(arrays.rules.expires) - badges
    learners = 64 * (shard.last_block - shard.first_block)
    log = np.zeros((shard.replicates * learners * most, 6), np.int32)
    _, lines = _run(model, seed, shard, log)
    return log[:lines]


def _run(model: CohortModel, seed: int, shard: Shard, log: npt.NDArray[np.int32]) -> tuple[Counts, int]:
    arrays = model.arrays
    together = shard.last_block - shard.first_block if arrays.layout.interacts else 1
    counts = empty_counts(arrays, shard.replicates)
    logged = np.zeros(1, np.int64)
    run(
        arrays, empty_state(arrays, together), empty_scratch(arrays), seed, shard.first_replicate, shard.first_block,
        shard.last_block, counts, log, logged,
    )  # fmt: skip
    return counts, int(logged[0])
