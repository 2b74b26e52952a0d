"""A process that is killed in the middle of an import or of writing awards: all of it is there or nothing.

Children come from a server process that has imported everything already, and each kill waits for the child to begin a
write: so the moments fall into the writing, not into Python's start.
"""

from __future__ import annotations

import datetime
import itertools
import multiprocessing
import os
import random
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select, text

from ipe_workbench.records import Store, open_store
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import metadata, table
from tests.records.conftest import crash

LEARNERS, ROWS = 100, 1_000
#: IPE_KILLS=200 for the bar of the release.
KILLS = int(os.environ.get("IPE_KILLS", "8"))
AT = datetime.datetime(2026, 11, 1)  # noqa: DTZ001 - times in the records are UTC without saying so

#: Something that is written as a whole: ``("import", 3)`` or ``("awards", 3)``.
Thing = tuple[str, int]


def work(db: str, key: str, folder: Path, done: set[Thing], told: Pipe) -> None:
    """The child: writes what is not done yet, one thing after the other, and tells when it begins and is done."""
    os.environ["IPE_RECORDS_KEY"] = key
    with open_store(db) as store:
        for number in itertools.count():
            for what, write in (("import", import_results), ("awards", write_awards)):
                if (what, number) not in done:
                    file = results_file(folder, number)
                    told.send(("begins", (what, number)))
                    write(store, file, number)
                    told.send(("is done", (what, number)))


def results_file(folder: Path, number: int) -> Path:
    """A file of results; the same for the same number."""
    file = folder / f"{number}.csv"
    rows = (f"s{one % LEARNERS},t{number}-{one // LEARNERS},0.5\n" for one in range(ROWS))
    file.write_text("learner,assessment,score\n" + "".join(rows))
    return file


def import_results(store: Store, file: Path, _number: int) -> None:
    assert import_file(store, file, at=AT).recorded


def write_awards(store: Store, _file: Path, number: int) -> None:
    """An award for each learner, and that it was issued."""
    awards, events = table("awards"), table("award_events")
    with store.writing() as connection:
        connection.execute(
            awards.insert(),
            [
                {"learner_id": one, "credential": f"c{number}", "version": "1", "on": AT.date(), "issuer": ""}
                for one in range(1, LEARNERS + 1)
            ],
        )
        for (award,) in connection.execute(select(awards.c.id).where(awards.c.credential == f"c{number}")).all():
            connection.execute(events.insert().values(award_id=award, event="issued", at=AT))


@pytest.mark.timeout(300 + 10 * KILLS)
@pytest.mark.slow  # starts a child and kills it again and again
def test_what_was_reported_is_there_and_nothing_is_half_written(store, db, tmp_path, request):
    with store.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": f"s{one}"} for one in range(LEARNERS)])
    chance = random.Random(6)  # noqa: S311 - moments, not secrets
    durations: dict[str, list[float]] = {"import": [], "awards": []}
    done: set[Thing] = set()
    inside, kept = 0, 0
    for kill in range(KILLS):
        child = Child(db, tmp_path, done)
        what = ("import", "awards")[kill % 2]
        # The first of its kind shows how long it takes, so that the moment falls anywhere in the second.
        begun = child.wait("begins", what)
        child.wait("is done", what)
        durations[what].append(time.perf_counter() - begun)
        child.wait("begins", what)
        time.sleep(chance.uniform(0, 1.1 * median(durations[what])))
        child.kill()
        if db.startswith("postgresql") and kill % 25 == 24:
            store.engine.dispose()
            crash(request.getfixturevalue("postgresql"))
        found = whole(store, db)
        assert child.said <= found, "something that was reported is lost"
        inside += child.begun not in child.said
        kept += child.begun in found - child.said
        done = found
    print(f"{KILLS} kills: {inside} during a write, of which {kept} after its commit and before it was reported")
    assert inside >= KILLS / 2, "the moments miss the writing"
    assert {number for _, number in done} == set(range(1 + max(number for _, number in done)))


class Child:
    """A process that writes, and what it has told."""

    _kinds = multiprocessing.get_context("forkserver")
    _kinds.set_forkserver_preload([__name__])

    def __init__(self, db: str, folder: Path, done: set[Thing]) -> None:
        self._hears, tells = self._kinds.Pipe(duplex=False)
        arguments = (db, os.environ["IPE_RECORDS_KEY"], folder, done, tells)
        self._process = self._kinds.Process(target=work, args=arguments)
        self._process.start()
        tells.close()
        self.said: set[Thing] = set()
        self.begun: Thing = ("nothing", -1)

    def wait(self, news: str, what: str) -> float:
        """Until it tells that; when that was."""
        while True:
            assert self._hears.poll(120), "the child says nothing"
            if self._hear() == (news, what):
                return time.perf_counter()

    def kill(self) -> None:
        """``kill -9``; then hear what it had told until then."""
        self._process.kill()
        self._process.join(60)
        while True:
            try:
                self._hear()
            except EOFError:
                return

    def _hear(self) -> tuple[str, str]:
        news, thing = self._hears.recv()
        if news == "begins":
            self.begun = thing
        else:
            self.said.add(thing)
        return news, thing[0]


def whole(store: Store, db: str) -> set[Thing]:
    """What is in the records, after a look at the database's own consistency: each thing is there as a whole."""
    awards, events, results, imports = (table(one) for one in ("awards", "award_events", "assessments", "imports"))
    done: set[Thing] = set()
    if db.startswith("postgresql"):
        wait_until_alone(store)
    with store.reading() as connection:
        if db.startswith("postgresql"):
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
            connection.execute(
                text(
                    "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.amname = 'btree' AND n.nspname = 'public'"
                )
            )
        else:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        for one in metadata.sorted_tables:
            for key in one.foreign_keys:
                known = key.column.table.alias()
                lost = ~select(known.c[key.column.name]).where(known.c[key.column.name] == key.parent).exists()
                assert connection.scalar(select(func.count()).where(key.parent.is_not(None), lost)) == 0, key
        issued = select(awards.c.credential, func.count(awards.c.id.distinct()), func.count(events.c.id))
        for credential, awarded, told in connection.execute(
            issued.outerjoin(events, events.c.award_id == awards.c.id).group_by(awards.c.credential)
        ):
            assert (awarded, told) == (LEARNERS, LEARNERS)
            done.add(("awards", int(credential[1:])))
        by_import = select(imports.c.file, imports.c.added, func.count(results.c.id))
        for file, added, count in connection.execute(
            by_import.outerjoin(results, results.c.import_id == imports.c.id).group_by(
                imports.c.id, imports.c.file, imports.c.added
            )
        ):
            # The plan of the assessments counts as added, too.
            assert (added, count) == (ROWS + ROWS // LEARNERS, ROWS)
            done.add(("import", int(file.removesuffix(".csv"))))
        assert connection.scalar(select(func.count()).select_from(results)) == ROWS * sum(
            what == "import" for what, _ in done
        )
    return done


def wait_until_alone(store: Store) -> None:
    """Until the server has noticed that the killed one is gone: a commit that it had sent may still be under way."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until = time.monotonic() + 60
    with store.engine.connect() as connection:
        while connection.scalar(text(others)):
            assert time.monotonic() < until
            time.sleep(0.005)
            connection.rollback()
