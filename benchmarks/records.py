"""How long imports take and how much memory: 100,000 and 1,000,000 results into SQLite, each in a process of its own.

Run it alone on a quiet machine: ``python benchmarks/records.py``. The bars: 1,000,000 rows in 60 s and 500 MB, and no
more memory for them than for 100,000. Kills: ``IPE_KILLS=200 pytest tests/records/test_killed_imports.py``.
"""

from __future__ import annotations

import datetime
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path

from ipe_workbench.records import make_store
from ipe_workbench.records.importing import import_file

AT = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC).replace(tzinfo=None)


def measure(rows: int) -> tuple[float, float]:
    """Seconds and megabytes of one import."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["IPE_RECORDS_KEY"] = str(folder / "records.key")
        roster, results = folder / "roster.csv", folder / "results.csv"
        roster.write_text("learner,profession\n" + "".join(f"s{one},nursing\n" for one in range(700)))
        with results.open("w") as stream:
            stream.write("learner,assessment,attempt,score,on\n")
            for one in range(rows):
                stream.write(f"s{one % 700},t{one // 700 % 500},{one // 350_000 + 1},0.5,2026-10-01\n")
        with make_store(folder / "records.sqlite") as store:
            import_file(store, roster, at=AT)
            start = time.perf_counter()
            result = import_file(store, results, at=AT)
            seconds = time.perf_counter() - start
            if not result.recorded or store.counts()["assessments"] != rows:
                raise RuntimeError("the import did not record all rows")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    for rows in (100_000, 1_000_000):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, megabytes = pool.apply(measure, (rows,))
        print(f"{rows:>9,} rows: {seconds:6.1f} s, peak {megabytes:5.0f} MB")


if __name__ == "__main__":
    main()
