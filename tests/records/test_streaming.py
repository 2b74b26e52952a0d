"""Frames of many rows: the database answers conditions, rows stream past, and readers wait for no writer."""

from __future__ import annotations

import datetime
import threading

import dask.dataframe
import pandas as pd
import pyarrow.parquet
import pytest
from sqlalchemy import event, text

from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import table

ROWS, LEARNERS = 60_000, 300
AT = datetime.datetime(2026, 11, 1)  # noqa: DTZ001 - times in the records are UTC without saying so


@pytest.fixture
def results(store):
    """60,000 results of 300 learners in 200 assessments, made by the database itself."""
    with store.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": f"s{one}"} for one in range(LEARNERS)])
        plan = [{"id": f"t{one}", "kind": "irat" if one % 2 else "exam"} for one in range(ROWS // LEARNERS)]
        connection.execute(table("assessment_plan").insert(), plan)
        connection.execute(
            text(
                'INSERT INTO assessments (learner_id, assessment_id, attempt, "on", score) '
                "SELECT learners.id, assessment_plan.id, 1, '2026-10-01', learners.id / 300.0 "
                "FROM assessment_plan CROSS JOIN learners"
            )
        )
    return store


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"assessment": "t7"}, LEARNERS),
        ({"assessment": ["t7", "t8", "no-such"]}, 2 * LEARNERS),
        ({"kind": "irat", "score": slice(0.995, None)}, 2 * ROWS // LEARNERS // 2),
        ({"on": slice(datetime.date(2026, 10, 2), None)}, 0),
        ({"on": datetime.date(2026, 10, 1), "assessment": "t0"}, LEARNERS),
        ({"learner": "first", "attempt": [1, 2]}, ROWS // LEARNERS),
        ({"assessment": [f"t{one}" for one in range(300_000)], "learner": "all", "score": slice(None, 0.01)}, 600),
    ],
)
def test_the_database_sends_no_row_that_is_not_wanted(results, where, count):
    everybody = sorted(results.frame("assessments", columns=["learner"], where={"assessment": "t0"})["learner"])
    named = {"first": everybody[0], "all": [*everybody, *(f"L{one}" for one in range(70_000))]}
    if isinstance(where.get("learner"), str):
        where = where | {"learner": named[where["learner"]]}
    sent = Sent(results.engine)
    frame = results.frame("assessments", where=where, columns=["learner", "assessment", "score"])
    (rows,) = sent.of("assessments")
    assert rows == len(frame) == count
    for name, condition in where.items():
        if name in frame and isinstance(condition, str):
            assert set(frame[name]) == {condition}


class Sent:
    """How many rows each question is answered with."""

    def __init__(self, engine) -> None:
        self._asked: list[tuple[str, tuple]] = []
        event.listen(engine, "before_cursor_execute", self._ask)
        self._engine = engine

    def _ask(self, connection, _cursor, statement, parameters, _context, _many) -> None:
        self._asked.append((statement, parameters))

    def of(self, name: str) -> list[int]:
        """The rows of each question to a table, asked again past the Workbench."""
        event.remove(self._engine, "before_cursor_execute", self._ask)
        asked = [one for one in self._asked if f"FROM {name}" in one[0]]
        with self._engine.connect() as connection:
            return [len(connection.exec_driver_sql(*one).fetchall()) for one in asked]


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask's own
def test_parquet_is_written_in_pieces_that_dask_reads(results, tmp_path):
    (file,) = results.to_parquet(tmp_path, ["assessments"])
    written = pyarrow.parquet.ParquetFile(file)
    groups = [written.metadata.row_group(at).num_rows for at in range(written.num_row_groups)]
    assert groups == [50_000, 10_000]
    lazy = dask.dataframe.read_parquet(file, split_row_groups=True)
    assert lazy.npartitions == 2
    whole = results.frame("assessments")
    by_kind = lazy.groupby("kind")["score"].mean().compute()
    expected = whole.groupby("kind")["score"].mean()
    pd.testing.assert_series_equal(by_kind.sort_index(), expected.sort_index(), check_index_type=False)


def test_a_reader_in_the_middle_of_a_frame_and_an_import_do_not_disturb_each_other(results, tmp_path):
    file = tmp_path / "more.csv"
    rows = (f"s{one % LEARNERS},new-{one // LEARNERS},0.5\n" for one in range(3_000))
    file.write_text("learner,assessment,score\n" + "".join(rows))
    pieces = results.batches("assessments", rows=20_000)
    read = [next(pieces)]
    done = []
    importing = threading.Thread(target=lambda: done.append(import_file(results, file, at=AT)))
    importing.start()
    importing.join(120)
    assert done[0].recorded, "the import waits for no reader"
    read += list(pieces)
    assert sum(map(len, read)) == ROWS, "the reader sees the state of its beginning"
    assert len(results.frame("assessments", columns=["score"])) == ROWS + 3_000
    with results.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": "late"}])
        assert len(results.frame("assessments", where={"assessment": "t1"})) == LEARNERS, "nor a reader for a writer"
