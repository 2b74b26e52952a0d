"""A process that is killed in the middle of an import or of writing awards: all of it is there or nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select, text

from ipe_workbench.records import make_store, open_store
from ipe_workbench.records.tables import table

LEARNERS, ROWS = 100, 3_000
#: IPE_KILLS=200 for the bar of the release.
KILLS = int(os.environ.get("IPE_KILLS", "8"))

#: Imports one file after the other, writes awards between them, and says what is recorded after it is.
CHILD = """
import datetime, pathlib, sys
from ipe_workbench.records import open_store
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import table
db, folder, first = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
with open_store(db) as store:
    print("ready", flush=True)
    for number in range(first, 10_000):
        file = folder / f"{number}.csv"
        rows = (f"s{i % %LEARNERS%},t{number}-{i // %LEARNERS%},0.5\\n" for i in range(%ROWS%))
        file.write_text("learner,assessment,score\\n" + "".join(rows))
        result = import_file(store, file, at=datetime.datetime(2026, 11, 1))
        print("import", number, flush=True)
        with store.writing() as connection:
            rows = [{"learner_id": one, "credential": f"c{number}", "version": "1", "on": datetime.date(2026, 11, 1),
                     "issuer": ""} for one in range(1, %LEARNERS% + 1)]
            connection.execute(table("awards").insert(), rows)
        print("awards", number, flush=True)
""".replace("%LEARNERS%", str(LEARNERS)).replace("%ROWS%", str(ROWS))


@pytest.fixture
def db(tmp_path, monkeypatch):
    """A SQLite file that lies on a disk; PostgreSQL's own recovery is not ours to test."""
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    path = str(tmp_path / "records.sqlite")
    with make_store(path) as store, store.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": f"s{i}"} for i in range(LEARNERS)])
    return path


@pytest.mark.slow  # starts a child and kills it again and again
def test_what_was_reported_is_there_and_nothing_is_half_written(db, tmp_path):
    chance, said, first, halves = random.Random(6), set(), 0, 0  # noqa: S311 - moments, not secrets
    child = _start(db, tmp_path, first)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0, 0.8))
        child.send_signal(signal.SIGKILL)
        output, _ = child.communicate(timeout=60)
        said |= {line for line in output.splitlines() if line != "ready"}
        done = _look(db, said)
        # What was recorded and not said any more: the kill came between the two.
        halves += len(done - said)
        said |= done
        first = 1 + max((int(one.split()[1]) for one in said if one.startswith("awards")), default=-1)
        child = _start(db, tmp_path, first)
    child.kill()
    child.communicate(timeout=60)
    assert first > 1
    assert halves <= 2 * KILLS


def _start(db: str, folder, first: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, db, str(folder), str(first)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _look(db: str, said: set[str]) -> set[str]:
    """What is in the records; each thing is whole, and all that was said is there."""
    awards, results, imports = table("awards"), table("assessments"), table("imports")
    done = set()
    with open_store(db) as store, store.reading() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        for credential, count in connection.execute(
            select(awards.c.credential, func.count()).group_by(awards.c.credential)
        ):
            assert count == LEARNERS
            done.add(f"awards {credential[1:]}")
        by_import = select(results.c.import_id, func.count()).group_by(results.c.import_id)
        counts = {id: count for id, count in connection.execute(by_import)}  # noqa: C416 - rows are no tuples
        for id, file, added in connection.execute(select(imports.c.id, imports.c.file, imports.c.added)):
            # The second import of a file that was recorded before the kill adds nothing.
            assert counts.get(id, 0) in ((ROWS,) if added else (0,))
            done.add(f"import {file.removesuffix('.csv')}")
    assert said <= done
    return done
