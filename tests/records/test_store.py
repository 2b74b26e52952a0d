"""Constraints, transactions, frames and versions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ipe_workbench.errors import EnvironmentFault, UnknownNameError, UnusableInputError
from ipe_workbench.records import FRAMES, Store, make_store, open_store, schema
from ipe_workbench.records.tables import metadata, table

DAY = datetime.date(2026, 10, 1)
NOON = datetime.datetime(2026, 10, 1, 12)  # noqa: DTZ001 - times in the records are UTC without saying so


def add(store: Store, name: str, *rows: dict) -> None:
    with store.writing() as connection:
        connection.execute(table(name).insert(), list(rows))


def add_results(store: Store, learners: int = 4) -> None:
    add(store, "learners", *({"source_id": f"s{number}"} for number in range(1, learners + 1)))
    add(store, "assessment_plan", {"id": "irat-1", "kind": "irat"})
    rows = (
        {"learner_id": one, "assessment_id": "irat-1", "attempt": 1, "score": 0.5} for one in range(1, learners + 1)
    )
    add(store, "assessments", *rows)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("learners", {"source_id": "s1"}),
        ("learners", {"source_id": ""}),
        ("learner_names", {"learner_id": 99, "given_name": "Nobody"}),
        ("terms", {"id": "t", "starts": DAY, "ends": DAY - datetime.timedelta(days=1)}),
        ("assessments", {"learner_id": 1, "assessment_id": "irat-1", "attempt": 1, "score": 0.7}),
        ("assessments", {"learner_id": 1, "assessment_id": "irat-1", "attempt": 2, "score": 1.2}),
        ("assessments", {"learner_id": 1, "assessment_id": "irat-1", "attempt": 0, "score": 0.2}),
        ("assessments", {"learner_id": 1, "assessment_id": "unknown", "attempt": 1, "score": 0.2}),
        ("attendance", {"learner_id": 1, "offering_id": "unknown", "on": DAY, "status": "present"}),
        ("survey_waves", {"id": "w", "instrument": "iccas", "frame": "sometime"}),
        ("awards", {"learner_id": 1, "credential": "a", "version": "1", "on": DAY, "issuer": "", "hours": -1}),
        ("award_events", {"award_id": 99, "event": "issued", "at": NOON}),
    ],
)
def test_the_database_itself_refuses_what_cannot_be_true(store, name, row):
    add_results(store)
    before = store.counts()
    with pytest.raises(IntegrityError):
        add(store, name, row)
    assert store.counts() == before


def test_awards_and_the_audit_log_are_only_ever_added_to(store):
    add_results(store)
    add(store, "awards", {"learner_id": 1, "credential": "huddles", "version": "1.0", "on": DAY, "issuer": ""})
    add(
        store,
        "audit_log",
        {"at": NOON, "who": "office", "action": "export", "what": "awards", "rows": 1, "digest": "d"},
    )
    for statement in (
        "UPDATE awards SET credential = 'other'",
        "UPDATE awards SET learner_id = 2",
        "UPDATE awards SET learner_id = NULL, version = '2.0'",
        "DELETE FROM awards",
        "UPDATE audit_log SET who = 'nobody'",
        "DELETE FROM audit_log",
    ):
        with pytest.raises(DBAPIError, match="only ever added to"), store.writing() as connection:
            connection.execute(text(statement))
    with store.writing() as connection:
        connection.execute(text("UPDATE awards SET learner_id = NULL"))
    (award,) = store.frame("awards").to_dict("records")
    assert pd.isna(award["learner"])
    assert (award["credential"], award["version"]) == ("huddles", "1.0")


def test_an_error_in_a_transaction_leaves_nothing_behind(store):
    with pytest.raises(IntegrityError):
        add(store, "learners", {"source_id": "s1"}, {"source_id": "s2"}, {"source_id": "s1"})
    assert store.counts()["learners"] == 0


def test_writers_take_turns_and_no_update_is_lost(db):
    make_store(db).close()

    def enrol(_worker: int) -> None:
        with open_store(db) as mine:
            for _ in range(20):
                with mine.writing() as connection:
                    # Read, then write what depends on it: two writers at once would give the same number twice.
                    last = connection.scalar(select(func.count()).select_from(table("learners"))) or 0
                    connection.execute(table("learners").insert(), [{"source_id": f"place {last}"}])
                mine.frame("awards")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(enrol, range(4)))
    with open_store(db) as store:
        assert store.counts()["learners"] == 80


def test_a_reader_sees_one_state_while_another_writes(store):
    add_results(store)
    count = select(func.count()).select_from(table("learners"))
    with store.reading() as connection:
        before = connection.scalar(count)
        add(store, "learners", {"source_id": "new"})
        assert connection.scalar(count) == before
    assert store.counts()["learners"] == before + 1


@pytest.mark.parametrize("name", FRAMES)
def test_an_empty_frame_has_all_columns_with_their_types(store, name):
    frame = store.frame(name)
    assert frame.empty
    schema(name).validate(frame)


def test_frames_keep_types_and_show_pseudonyms_only(store):
    add_results(store)
    add(
        store, "learner_names", {"learner_id": 1, "given_name": "Ada", "family_name": "Byron", "email": "a@example.edu"}
    )
    frame = schema("assessments").validate(store.frame("assessments"))
    assert list(frame["score"]) == [0.5] * 4
    assert all(re.fullmatch(r"L[a-z2-7]{16}", one) for one in frame["learner"])
    assert frame["learner"].nunique() == 4
    text_of_all = "".join(store.frame(one).to_csv() for one in FRAMES)
    assert not any(word in text_of_all for word in ("s1", "Ada", "Byron", "example.edu"))


def test_conditions_are_answered_by_the_database(store):
    add_results(store, 3)
    add(store, "assessment_plan", {"id": "irat-2", "kind": "irat"})
    add(
        store,
        "assessments",
        *(
            {"learner_id": one, "assessment_id": "irat-2", "attempt": 1, "score": one / 4, "on": DAY}
            for one in (1, 2, 3)
        ),
    )
    everything = store.frame("assessments")
    someone = everything["learner"][1]
    for where, expected in (
        ({"learner": someone}, everything[everything["learner"] == someone]),
        ({"assessment": ["irat-2"]}, everything[everything["assessment"] == "irat-2"]),
        ({"score": slice(0.5, None)}, everything[everything["score"] >= 0.5]),
        ({"on": slice(None, DAY)}, everything[everything["on"] <= pd.Timestamp(DAY)]),
        ({"learner": "Lnobody"}, everything[:0]),
        ({"learner": someone, "assessment": "irat-1"}, everything[(everything.index == 1)]),
    ):
        pd.testing.assert_frame_equal(store.frame("assessments", where=where), expected.reset_index(drop=True))
    with pytest.raises(UnknownNameError, match="no column"):
        store.frame("assessments", where={"scores": 1})
    with pytest.raises(UnknownNameError, match="no column"):
        store.frame("assessments", columns=["learners"])
    with pytest.raises(UnknownNameError, match="Did you mean awards"):
        store.frame("award")


def test_pieces_make_up_the_whole_and_parquet_holds_the_same(store, tmp_path):
    add_results(store, 7)
    whole = store.frame("assessments")
    pieces = list(store.batches("assessments", rows=3))
    assert [len(one) for one in pieces] == [3, 3, 1]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)
    written = store.to_parquet(tmp_path / "out")
    assert {one.stem for one in written} == set(FRAMES)
    again = pd.read_parquet(tmp_path / "out" / "assessments.parquet")
    pd.testing.assert_frame_equal(again.astype(whole.dtypes.to_dict()), whole)


def test_the_tables_are_those_of_the_latest_migration(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_making_the_records_again_changes_nothing(store, db):
    add_results(store)
    before = store.frame("assessments")
    with make_store(db) as again:
        pd.testing.assert_frame_equal(again.frame("assessments"), before)


def test_records_of_a_newer_workbench_are_refused(store, db):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnusableInputError, match="newer"):
        open_store(db)


def test_only_its_owner_reads_a_new_file_of_records(tmp_path):
    place = tmp_path / "records.sqlite"
    with make_store(place) as store:
        add_results(store)
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}
    place.chmod(0o660)
    make_store(place).close()
    assert stat.S_IMODE(place.stat().st_mode) == 0o660


def test_the_key_is_needed_private_and_never_shown(tmp_path, monkeypatch):
    monkeypatch.delenv("IPE_RECORDS_KEY", raising=False)
    place = tmp_path / "records.sqlite"
    with make_store(place) as store:
        add_results(store)
        learner = store.frame("assessments")["learner"][0]
        assert repr(store.key) == "Key(...)"
    key = Path(f"{place}.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes().strip() not in place.read_bytes()
    with open_store(place) as store:
        assert store.frame("assessments")["learner"][0] == learner
    key.chmod(0o644)
    with pytest.raises(UnusableInputError, match="Others may read the key"):
        open_store(place)
    key.unlink()
    for attempt in (open_store, make_store):
        with pytest.raises(UnusableInputError, match="key of the pseudonyms is missing"):
            attempt(place)


def test_what_is_no_database_of_records_is_said_in_a_sentence(tmp_path):
    with pytest.raises(UnusableInputError, match="no records here"):
        open_store(tmp_path / "none.sqlite")
    other = tmp_path / "grades.sqlite"
    other.write_text("learner;score\n" * 100)
    (tmp_path / "grades.sqlite.key").write_text("0" * 64)
    (tmp_path / "grades.sqlite.key").chmod(0o600)
    for attempt in (open_store, make_store):
        with pytest.raises(UnusableInputError, match="not a database of records"):
            attempt(other)
    assert other.read_text() == "learner;score\n" * 100
    with pytest.raises(EnvironmentFault) as fault:
        open_store("postgresql://ipe:secret-word@127.0.0.1:9/none")
    assert "secret-word" not in str(fault.value)
    for wrong in ("mysql://host/name", "sqlite://", "post gres://:secret-word@"):
        with pytest.raises(UnusableInputError) as refused:
            open_store(wrong)
        assert "secret-word" not in str(refused.value)
