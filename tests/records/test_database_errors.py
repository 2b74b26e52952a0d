"""What a database cannot do is said in a sentence with the right exit code, and what was recorded stays."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from ipe_workbench.cli import main
from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from ipe_workbench.records import engines, make_store, open_store
from ipe_workbench.records.tables import table
from tests.records.conftest import administer

SECRET = "tangerine-sky"  # noqa: S105 - a password that opens nothing
NOBODY = 65534


@pytest.fixture
def ipe(monkeypatch, capsys):
    """The command line: its exit code and what it says of errors."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ipe", "records", *arguments])
        try:
            main()
        except SystemExit as leave:
            code = leave.code or 0
        else:
            code = 0
        return int(code), capsys.readouterr().err

    return run


def sentence(done: tuple[int, str], code: int) -> str:
    """The one line that a failed command says."""
    found, said = done
    assert found == code, said
    assert said.startswith("ipe: ")
    assert said.count("\n") == 1
    return said


def add_learner(store, name: str) -> None:
    with store.writing() as connection:
        connection.execute(table("learners").insert(), [{"source_id": name}])


@pytest.fixture
def results(tmp_path) -> Path:
    """A roster of 200 and 20,000 results, larger than SQLite keeps in memory."""
    roster, file = tmp_path / "roster.csv", tmp_path / "results.csv"
    roster.write_text("learner\n" + "".join(f"s{one}\n" for one in range(200)))
    rows = (f"s{one % 200},t{one // 200},{one * 7919 % 10_007 / 10_007}\n" for one in range(20_000))
    file.write_text("learner,assessment,score\n" + "".join(rows))
    return file


def test_a_lock_that_is_held_too_long_is_said_and_the_next_try_succeeds(store, db, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 1)
    if db.startswith("postgresql"):
        other = psycopg.connect(db)
        other.execute("SELECT pg_advisory_xact_lock(7101495)")
    else:
        other = sqlite3.connect(db, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    with open_store(db) as mine:
        with pytest.raises(EnvironmentFault, match="locked for too long"):
            add_learner(mine, "s1")
        assert mine.counts()["learners"] == 0, "reading waits for nobody"
        other.rollback()
        other.close()
        add_learner(mine, "s1")
    assert store.counts()["learners"] == 1


def test_a_disk_that_takes_no_more_loses_nothing_and_the_next_try_succeeds(ipe, tmp_path, monkeypatch, results):
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    db, out = str(tmp_path / "records.sqlite"), tmp_path / "out"
    make_store(db).close()
    assert ipe("import", str(results.with_name("roster.csv")), "--db", db) == (0, "")
    with little_room(Path(db).stat().st_size + 100_000):
        said = sentence(ipe("import", str(results), "--db", db), 3)
    assert "full" in said
    assert "nothing of this was recorded" in said
    with open_store(db) as store:
        assert (store.counts()["learners"], store.counts()["assessments"], store.counts()["imports"]) == (200, 0, 1)
        with store.reading() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    assert ipe("import", str(results), "--db", db)[0] == 0
    for kind, room in (("parquet", 60_000), ("csv", 300_000)):
        with little_room(room):
            said = sentence(ipe("export", str(out), "--as", kind, "--frame", "assessments", "--db", db), 3)
        assert "too large" in said
        assert not list(out.iterdir()), "no half file is left"


@contextmanager
def little_room(size: int):
    """No file may become larger: what a full disk or a quota does to a program."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_database_that_may_only_be_read_is_said(ipe, results, monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="ipe-readonly-"))
    folder.chmod(0o755)
    db, key, roster = folder / "records.sqlite", folder / "records.key", folder / "roster.csv"
    monkeypatch.setenv("IPE_RECORDS_KEY", str(key))
    try:
        make_store(db).close()
        shutil.copy(results.with_name("roster.csv"), roster)
        assert ipe("import", str(roster), "--db", str(db), "--dry-run") == (0, "")
        for rights, place in ((0o444, db), (0o555, folder)):
            place.chmod(rights)
        with nobody(key):
            said = sentence(ipe("import", str(roster), "--db", str(db)), 3)
        assert str(db) in said
        assert "may" in said
        assert sqlite3.connect(db).execute("SELECT count(*) FROM learners").fetchone() == (0,)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def nobody(key: Path):
    """The rights of a file bind everybody but root."""
    if os.geteuid() != 0:
        yield
        return
    shutil.chown(key, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"learner;score\n" * 100, "not a database"), (b"SQLite format 3\0" + b"\1" * 5000, "not a database")],
)
def test_a_file_that_is_no_database_is_left_as_it_is(ipe, tmp_path, content, words):
    file = tmp_path / "grades.sqlite"
    file.write_bytes(content)
    for command in (["init"], ["stats"]):
        said = sentence(ipe(*command, "--db", str(file)), 2)
        assert words in said
        assert str(file) in said
    assert file.read_bytes() == content
    assert not Path(f"{file}.key").exists()


def test_no_records_are_made_in_the_database_of_another_program(tmp_path):
    file = tmp_path / "moodle.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE mdl_user (id)")
    with pytest.raises(UnusableInputError, match="another program"):
        make_store(file)
    with pytest.raises(UnusableInputError, match="no records here"):
        open_store(file)
    assert sqlite3.connect(file).execute("SELECT name FROM sqlite_master").fetchall() == [("mdl_user",)]


def test_neither_does_a_server_get_them_beside_tables_of_the_same_name(empty_database):
    with psycopg.connect(empty_database, autocommit=True) as other:
        other.execute("CREATE TABLE terms (id int)")
    with pytest.raises(UnusableInputError, match="another program"):
        make_store(empty_database)


def test_without_the_key_records_of_a_server_are_not_opened_under_a_new_one(store, db):
    Path(os.environ["IPE_RECORDS_KEY"]).unlink()
    for attempt in (make_store, open_store):
        with pytest.raises(UnusableInputError, match="key of the pseudonyms is missing"):
            attempt(db)


def test_what_a_newer_program_made_is_not_touched(store, db):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for attempt in (make_store, open_store):
        with pytest.raises(UnusableInputError, match="Install the newer Workbench"):
            attempt(db)


@pytest.fixture
def empty_database(postgresql, tmp_path, monkeypatch):
    """A database without records on the server."""
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    administer(postgresql, "DROP DATABASE IF EXISTS bare", "CREATE DATABASE bare")
    yield f"postgresql://ipe@/bare?host={postgresql}"
    administer(postgresql, "DROP DATABASE bare WITH (FORCE)")


@pytest.fixture
def guest(postgresql, empty_database):
    """A visitor with a password and no rights."""
    administer(postgresql, "DROP ROLE IF EXISTS guest", f"CREATE ROLE guest LOGIN PASSWORD '{SECRET}'")
    return postgresql


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://guest:wrong-{secret}@/bare?host={folder}", "password authentication failed"),
        ("postgresql://guest:{secret}@/bare?host={folder}", "You may not do this here"),
        ("postgresql://guest:{secret}@/no-such?host={folder}", "does not exist"),
        ("postgresql://guest:{secret}@/bare?host={folder}/nowhere", "does not answer"),
        ("postgresql://guest:{secret}@127.0.0.1:9/bare", "does not answer"),
        ("postgresql://guest:{secret}@no-such-host.invalid/bare", "does not answer"),
    ],
)
def test_a_server_that_refuses_is_said_without_the_password(ipe, guest, address, words):
    said = sentence(ipe("init", "--db", address.format(secret=SECRET, folder=guest)), 3)
    assert words in said
    assert SECRET not in said


@pytest.mark.parametrize(
    "address", ["postgresql://u:p@{secret}@host/db", "postgresql://u:{secret}@host:x/db", "mysql://u:{secret}@host/db"]
)
def test_a_wrong_address_is_said_without_the_password(ipe, address):
    assert SECRET not in sentence(ipe("stats", "--db", address.format(secret=SECRET)), 2)


def test_a_server_that_stops_in_the_middle_loses_nothing_that_was_reported(postgresql, empty_database):
    with make_store(empty_database) as store:
        add_learner(store, "s1")
        with pytest.raises(EnvironmentFault, match="nothing of this was recorded"), store.writing() as connection:  # noqa: PT012
            connection.execute(table("learners").insert(), [{"source_id": "s2"}])
            administer(postgresql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'bare'")
            connection.execute(table("learners").insert(), [{"source_id": "s3"}])
        add_learner(store, "s4")
        assert store.counts()["learners"] == 2
