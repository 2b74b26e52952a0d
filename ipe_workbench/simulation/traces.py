"""Full traces: every attempt and every award of every simulated learner, as one Parquet file.

Summaries stream and stay small; a trace of 100 cohorts of 700 learners has millions of rows, so it is written only when
it is asked for, one replicate after the other.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation.cohort_model import CohortModel, compile_cohort
from ipe_workbench.simulation.scenario import Scenario
from ipe_workbench.simulation.shards import Shard, trace_shard

__all__ = ["write_traces"]


def write_traces(
    programme: Programme,
    scenario: Scenario,
    path: str | Path,
    *,
    replicates: int | None = None,
    seed: int | None = None,
) -> int:
    """Write what every learner of `simulate` did, with the same random numbers.

    Parameters
    ----------
    programme, scenario
        As for `simulate`.
    path : path
        The Parquet file; it appears when it is complete, a row group a replicate.
    replicates, seed : int, optional
        By default the scenario's.

    Returns
    -------
    int
        Number of rows. Columns: ``replicate`` and ``learner`` (from 0; the learner inside the profession),
        ``profession``, ``week`` (from 0), ``day`` (first day of that week), ``item`` (credential or stack), ``attempt``
        (from 1; 0 where a stack was completed), ``passed``. Simulated, as the file's metadata say.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> file = Path(tempfile.mkdtemp(), "traces.parquet")
    >>> rows = write_traces(example_programme(), Scenario(id="quick", title="Quick look"), file, replicates=2, seed=7)
    >>> rows == pq.ParquetFile(file).metadata.num_rows
    True
    """
    model = compile_cohort(programme, scenario)
    key = scenario.seed if seed is None else seed
    schema = _schema(programme, scenario, key)
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    rows = 0
    try:
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for replicate in range(scenario.replicates if replicates is None else replicates):
                table = _table(model, key, replicate, schema)
                rows += table.num_rows
                writer.write_table(table)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _schema(programme: Programme, scenario: Scenario, seed: int) -> pa.Schema:
    names = pa.dictionary(pa.int16(), pa.string())
    fields = [
        ("replicate", pa.int32()),
        ("profession", names),
        ("learner", pa.int32()),
        ("week", pa.int16()),
        ("day", pa.date32()),
        ("item", names),
        ("attempt", pa.int16()),
        ("passed", pa.bool_()),
    ]
    about = {"simulated": "yes", "programme": programme.id, "scenario": scenario.id, "seed": str(seed)}
    return pa.schema(fields, metadata=about)


def _table(model: CohortModel, seed: int, replicate: int, schema: pa.Schema) -> pa.Table:
    log = trace_shard(model, seed, Shard(replicate, 1, 0, model.blocks))
    log = log[np.lexsort((log[:, 4], log[:, 2], log[:, 1]))]
    block_of = np.asarray(model.arrays.layout.profession)
    profession = block_of[log[:, 1] // 64]
    first = 64 * np.searchsorted(block_of, np.arange(len(model.professions)))
    days = np.array(model.calendar.dates, dtype="datetime64[D]")

    def named(codes: np.ndarray, names: tuple[str, ...]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(list(names), pa.string()))

    columns = [
        pa.array(np.full(len(log), replicate, np.int32)),
        named(profession, tuple(model.professions)),
        pa.array((log[:, 1] - first[profession]).astype(np.int32)),
        pa.array(log[:, 2].astype(np.int16)),
        pa.array(days[log[:, 2]]),
        named(log[:, 3], (*model.credentials, *model.stacks)),
        pa.array(log[:, 4].astype(np.int16)),
        pa.array(log[:, 5].astype(bool)),
    ]
    return pa.Table.from_arrays(columns, schema=schema)
