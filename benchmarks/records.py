"""How long imports and exports take and how much memory, against programs that check nothing.

Run it alone on a quiet machine: ``python benchmarks/records.py [POSTGRESQL_URL]``. Each figure comes from a process of
its own. The bars: 1,000,000 rows in 60 s and 500 MB on SQLite, and no more memory for them than for 100,000. The peers
put the same file into a table without a key, a constraint or a look at what they read: pandas the whole file at once,
``csv`` with ``executemany`` row by row. With the URL of an empty database the import runs there, too. Kills:
``IPE_KILLS=200 pytest tests/records/test_killed_imports.py``; many processes: ``tests/records/test_many_at_once.py``.
"""

from __future__ import annotations

import csv
import datetime
import multiprocessing
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from board import score

from ipe_workbench.records import make_store
from ipe_workbench.records.importing import import_file

AT = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
LEARNERS, ASSESSMENTS = 700, 500


def write_results(file: Path, rows: int) -> None:
    """Results in the order in which a grade book lists them: an assessment after the other, each learner in it."""
    with file.open("w") as stream:
        stream.write("learner,assessment,attempt,score,on\n")
        for one in range(rows):
            assessment, attempt = one // LEARNERS % ASSESSMENTS, one // (LEARNERS * ASSESSMENTS) + 1
            stream.write(f"s{one % LEARNERS},t{assessment},{attempt},{one % 101 / 100},2026-10-{one % 28 + 1:02}\n")


def ours(results: Path, rows: int, db: str = "", task: str = "import") -> float:
    """Seconds of one import with all checks, or of the Parquet files of all that was imported."""
    folder = results.parent
    os.environ["IPE_RECORDS_KEY"] = str(folder / "records.key")
    roster = folder / "roster.csv"
    roster.write_text("learner,profession\n" + "".join(f"s{one},nursing\n" for one in range(LEARNERS)))
    with make_store(db or folder / "records.sqlite") as store:
        start = time.perf_counter()
        if task == "export":
            store.to_parquet(folder / "out", ["assessments"])
            return time.perf_counter() - start
        import_file(store, roster, at=AT)
        start = time.perf_counter()
        result = import_file(store, results, at=AT)
        seconds = time.perf_counter() - start
        found = store.counts()["assessments"]
    if (task == "again") == result.changed or found != rows:
        raise RuntimeError("the import did not record what it should")
    return seconds


def by_pandas(results: Path, _rows: int) -> float:
    """Seconds of reading the file with pandas and writing it with `to_sql`."""
    import pandas as pd

    start = time.perf_counter()
    with sqlite3.connect(results.parent / "pandas.sqlite") as connection:
        pd.read_csv(results).to_sql("assessments", connection, index=False)
    return time.perf_counter() - start


def by_hand(results: Path, _rows: int) -> float:
    """Seconds of the plain way: csv, executemany, one transaction."""
    start = time.perf_counter()
    with sqlite3.connect(results.parent / "plain.sqlite") as connection, results.open(newline="") as stream:
        connection.execute("CREATE TABLE assessments (learner, assessment, attempt INTEGER, score REAL, day)")
        reader = csv.reader(stream)
        next(reader)
        while rows := list(islice(reader, 20_000)):
            connection.executemany("INSERT INTO assessments VALUES (?, ?, ?, ?, ?)", rows)
    return time.perf_counter() - start


def measured(run: Callable[[Path, int], float], results: Path, rows: int) -> tuple[float, float]:
    """Seconds of the task and greatest megabytes of the process."""
    return run(results, rows), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(url: str = "") -> None:
    """Measure and print."""
    spawn = multiprocessing.get_context("spawn")

    def race(name: str, run: Callable[[Path, int], float], results: Path, rows: int, against: float = 0) -> float:
        with spawn.Pool(1) as pool:
            seconds, megabytes = pool.apply(measured, (run, results, rows))
        ratio = f", ours takes {against / seconds:.1f} times as long" if against else ""
        print(f"{rows:>9,} rows, {name:<36} {seconds:6.1f} s, peak {megabytes:4.0f} MB{ratio}", flush=True)
        if rows == 1_000_000:
            if against:
                score(f"a million rows imported with every check, against {name}", against / seconds, "times its time")
            else:
                score(f"a million rows, {name}", seconds, "s", most=60)
                score(f"a million rows, {name}: peak memory", megabytes, "MB", most=500)
        return seconds

    for rows in (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as name:
            results = Path(name) / "results.csv"
            write_results(results, rows)
            seconds = race("import into SQLite", ours, results, rows)
            race("the same file again", partial(ours, task="again"), results, rows)
            race("export to Parquet", partial(ours, task="export"), results, rows)
            if rows == 1_000_000:
                race("pandas.to_sql, nothing checked", by_pandas, results, rows, seconds)
                race("csv and executemany, nothing checked", by_hand, results, rows, seconds)
                if url:
                    race("import into PostgreSQL", partial(ours, db=url), results, rows)
                    race("PostgreSQL, export to Parquet", partial(ours, db=url, task="export"), results, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
