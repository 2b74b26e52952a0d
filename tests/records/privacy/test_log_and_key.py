"""Each thing that leaves the database stands in the log once, for good; a key that leaked can be replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records import open_store
from ipe_workbench.records.export import export_frames
from ipe_workbench.records.privacy import audit_log, erase, export_research, verify_log, with_names
from ipe_workbench.records.tables import table
from tests.records.test_store import DAY


@pytest.fixture
def cohort(store):
    """Six nurses who agreed to research."""
    numbers = range(1, 7)
    rows = {
        "study_programmes": [{"id": "bsn", "profession": "nursing"}],
        "cohorts": [{"id": "2026"}],
        "learners": [{"source_id": f"s-{one:05}"} for one in numbers],
        "learner_names": [{"learner_id": 1, "given_name": "Zephyrine", "family_name": "Quill"}],
        "enrolments": [
            {"learner_id": one, "study_programme_id": "bsn", "cohort_id": "2026", "status": "active"} for one in numbers
        ],
        "consents": [{"learner_id": one, "purpose": "research", "given": True, "on": DAY} for one in numbers],
        "awards": [
            {"learner_id": one, "credential": "huddles", "version": "1", "on": DAY, "issuer": ""} for one in numbers
        ],
    }
    with store.writing() as connection:
        for name, some in rows.items():
            connection.execute(table(name).insert(), some)
    return store


def test_each_export_and_each_look_at_names_leaves_one_entry(cohort, tmp_path):
    acts = [
        ("export", lambda: export_frames(cohort, tmp_path / "a", ["awards"], kind="csv", who="ann")),
        ("export", lambda: export_frames(cohort, tmp_path / "b", ["awards"], kind="xlsx", who="ann")),
        ("export", lambda: export_frames(cohort, tmp_path / "c", kind="parquet", who="ann")),
        ("research export", lambda: export_research(cohort, tmp_path / "d", who="ann")),
        ("names", lambda: with_names(cohort, cohort.frame("awards"), who="ann", purpose="advising")),
        ("erase", lambda: erase(cohort, "s-00001", who="ann")),
    ]
    for number, (action, act) in enumerate(acts, start=1):
        act()
        log = audit_log(cohort)
        assert len(log) == number
        assert (log["action"].iloc[-1], log["who"].iloc[-1]) == (action, "ann")
        assert "s-0000" not in str(log.iloc[-1].to_dict())
    # The erasure says which files may still speak of the erased, and where they are.
    assert verify_log(cohort) == ()
    for statement in (
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE id = 1",
        "UPDATE audit_log SET who = 'nobody'",
        "UPDATE audit_log SET rows = 0 WHERE id = 2",
    ):
        with pytest.raises(DBAPIError, match="only ever added to"), cohort.writing() as connection:
            connection.execute(text(statement))
    assert len(audit_log(cohort)) == len(acts)


def test_an_erasure_names_the_exports_that_were_made_before(cohort, tmp_path):
    export_frames(cohort, tmp_path / "tables", ["awards"], kind="parquet", who="ann")
    export_research(cohort, tmp_path / "study", who="bo")
    report = erase(cohort, "s-00001", who="office")
    assert len(report.exports) == 2
    assert "awards as parquet" in report.exports[0]
    assert str(tmp_path / "tables") in report.exports[0]
    assert str(tmp_path / "study") in report.exports[1]
    assert report.to_dict()["exports"] == list(report.exports)


def test_an_erasure_beside_a_reader_says_where_the_erased_still_stands_and_for_how_long(cohort, db):
    if not db.endswith(".sqlite"):
        pytest.skip("a write-ahead log of its own is SQLite's")
    with open_store(db) as notebook, notebook.reading() as reading:
        reading.scalar(text("SELECT count(*) FROM learners"))
        done = CliRunner().invoke(app, ["records", "erase", "s-00001", "--db", db, "--yes"])
        assert done.exit_code == 1
        assert "records.sqlite-wal" in done.output
        assert "Close the programs" in done.output
    cohort.close()
    left = [one for one in Path(db).parent.glob("records.sqlite*") if b"Zephyrine" in one.read_bytes()]
    assert left == []


def test_a_new_key_changes_every_pseudonym_and_stands_in_the_log(cohort, db, tmp_path):
    file = cohort.key_file
    old, before = file.read_text(), set(cohort.frame("awards")["learner"])
    run = CliRunner().invoke
    keep = tmp_path / "old.key"
    done = run(app, ["records", "new-key", "--db", db, "--yes", "--keep", str(keep), "--who", "office"])
    assert done.exit_code == 0, done.output
    assert keep.read_text() == old != file.read_text()
    for one in (keep, file):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    with open_store(db) as store:
        after = set(store.frame("awards")["learner"])
        assert len(after) == len(before)
        assert not after & before
        assert audit_log(store)["action"].tolist() == ["new key"]
        with pytest.raises(UnusableInputError, match="not in these records"):
            with_names(store, cohort.frame("awards"), who="office", purpose="x")
    assert old not in done.output
    # The key is not in the database.
    if db.endswith(".sqlite"):
        for one in Path(db).parent.glob("records.sqlite*"):
            assert bytes.fromhex(file.read_text().strip()) not in one.read_bytes()
            assert file.read_text().strip().encode() not in one.read_bytes()


def test_a_key_that_cannot_be_kept_is_not_replaced(cohort, db, tmp_path):
    old = cohort.key_file.read_text()
    (tmp_path / "there").write_text("mine")
    for place in (tmp_path / "there", tmp_path / "no" / "such" / "folder"):
        done = CliRunner().invoke(app, ["records", "new-key", "--db", db, "--yes", "--keep", str(place)])
        assert isinstance(done.exception, UnusableInputError)
    assert CliRunner().invoke(app, ["records", "new-key", "--db", db], input="n\n").exit_code == 1
    assert cohort.key_file.read_text() == old
    assert audit_log(cohort).empty
    assert not list(cohort.key_file.parent.glob(".*.new"))


def test_a_key_that_others_may_read_is_refused(cohort, db):
    cohort.key_file.chmod(0o640)
    with pytest.raises(UnusableInputError, match="Others may read the key"):
        open_store(db)
