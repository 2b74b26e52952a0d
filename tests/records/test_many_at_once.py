"""Eight processes write and read at once, as a command line, notebooks and dashboards do: no error, no lost update."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from ipe_workbench.records import Store, open_store
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import table

PROCESSES, LEARNERS = 8, 50
#: IPE_SECONDS=60 for the bar of the release.
SECONDS = float(os.environ.get("IPE_SECONDS", "3"))
AT = datetime.datetime(2026, 11, 1)  # noqa: DTZ001 - times in the records are UTC without saying so


class Visitor:
    """One process: does one thing after the other, and counts what it was told is recorded."""

    def __init__(self, store: Store, folder: Path, number: int) -> None:
        self.store, self.folder, self.number = store, folder, number
        self.did: Counter[str] = Counter()
        self.slowest = 0.0

    def count_up(self) -> None:
        """Read a number, think, write the next one: an update is lost if another does the same meanwhile."""
        plan = table("assessment_plan")
        with self.store.writing() as connection:
            last = connection.scalar(select(plan.c.weight).where(plan.c.id == "counter"))
            time.sleep(0.001)
            connection.execute(update(plan).where(plan.c.id == "counter").values(weight=last + 1))

    def award(self) -> None:
        """An award and what became of it, together."""
        awards, events = table("awards"), table("award_events")
        name = f"c-{self.number}-{self.did['award']}"
        row = {"learner_id": 1 + self.number, "credential": name, "version": "1", "on": AT.date(), "issuer": ""}
        with self.store.writing() as connection:
            id = connection.execute(awards.insert().values(row).returning(awards.c.id)).scalar_one()
            connection.execute(events.insert().values(award_id=id, event="issued", at=AT))

    def bring(self) -> None:
        """A file of results that nobody else has."""
        file = self.folder / f"{self.number}.csv"
        rows = (f"s{one},t-{self.number}-{self.did['bring']},0.5\n" for one in range(LEARNERS))
        file.write_text("learner,assessment,score\n" + "".join(rows))
        assert import_file(self.store, file, at=AT).recorded

    def look(self) -> None:
        """One state in all questions, with all that this process has recorded before."""
        awards, events, results = table("awards"), table("award_events"), table("assessments")
        with self.store.reading() as connection:
            awarded = connection.scalar(select(func.count()).select_from(awards))
            recorded = connection.scalar(select(func.count()).select_from(results)) or 0
            told = connection.scalar(select(func.count()).select_from(events))
        assert awarded == told
        assert recorded % LEARNERS == 0
        mine = self.store.frame("awards", where={"credential": slice(f"c-{self.number}-", f"c-{self.number}.")})
        assert len(mine) == self.did["award"]

    def run(self, until: float) -> None:
        chance = random.Random(self.number)  # noqa: S311 - no secret
        doings = ["count_up", "award", "bring", "look"]
        waiting = doings.copy()
        while waiting or time.time() < until:
            what = waiting.pop() if waiting else chance.choices(doings, [3, 3, 1, 3])[0]
            start = time.perf_counter()
            getattr(self, what)()
            self.slowest = max(self.slowest, time.perf_counter() - start)
            self.did[what] += 1


def visit(db: str, key: str, folder: Path, number: int, until: float) -> tuple[Counter[str], float]:
    """What a process did, and how long the slowest thing took."""
    os.environ["IPE_RECORDS_KEY"] = key
    with open_store(db) as store:
        visitor = Visitor(store, folder, number)
        visitor.run(until)
    return visitor.did, visitor.slowest


@pytest.mark.timeout(300 + 10 * SECONDS)
@pytest.mark.slow  # runs for a given time
def test_no_update_of_eight_processes_is_lost(store, db, tmp_path):
    with store.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": f"s{one}"} for one in range(LEARNERS)])
        connection.execute(table("assessment_plan").insert().values(id="counter", weight=0))
    kinds = multiprocessing.get_context("forkserver")
    kinds.set_forkserver_preload([__name__])
    with kinds.Pool(PROCESSES) as pool:
        pool.map(abs, range(PROCESSES))
        until = time.time() + SECONDS
        arguments = [(db, os.environ["IPE_RECORDS_KEY"], tmp_path, number, until) for number in range(PROCESSES)]
        told = pool.starmap(visit, arguments, chunksize=1)
    did = sum((one for one, _ in told), Counter())
    print(f"{PROCESSES} processes, {SECONDS:g} s: {dict(did)}, the slowest took {max(slow for _, slow in told):.1f} s")
    plan = table("assessment_plan")
    with store.reading() as connection:
        counted = connection.scalar(select(plan.c.weight).where(plan.c.id == "counter"))
    counts = store.counts()
    assert counted == did["count_up"]
    assert counts["awards"] == counts["award_events"] == did["award"]
    assert counts["imports"] == did["bring"]
    assert counts["assessments"] == did["bring"] * LEARNERS
    assert all(len(one) == 4 for one, _ in told), "each process did everything"
