"""Both databases, for real: each test that asks for `db` runs on a SQLite file and on a PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ipe_workbench.records import Store, make_store, open_store
from ipe_workbench.records.pseudonyms import make_key


def _program(name: str) -> str:
    """A program of the PostgreSQL server; Debian keeps them off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    found = shutil.which(name) or next((str(one / name) for one in folders if (one / name).exists()), None)
    if found is None:
        pytest.fail("There is no PostgreSQL server on this machine; install it with: scripts/setup.sh postgresql")
    return found


def _as_server(*command: str) -> None:
    # PostgreSQL refuses to run as root.
    start = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*start, *command], check=True, stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server in a folder of its own that listens on a socket there; the folder."""
    # The path of a socket may have 107 characters; pytest's folders can be longer.
    # In memory where there is a place for that: each database is a thousand files.
    memory = Path("/dev/shm")  # noqa: S108 - not a name that others could guess: mkdtemp makes it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix="ipe-pg-", dir=memory if roomy else None))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    _as_server(_program("initdb"), "-D", str(data), "-U", "ipe", "-A", "trust", "-E", "UTF8", "--no-sync")
    # One visitor, who has to be made first, needs a password.
    doors = data / "pg_hba.conf"
    doors.write_text("local all guest scram-sha-256\n" + doors.read_text())
    _start(folder)
    yield str(folder)
    _as_server(_program("pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder)


def _start(folder: Path) -> None:
    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    _as_server(_program("pg_ctl"), "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")


def crash(folder: str) -> None:
    """Stop the server without any chance to write down what it holds in memory, and start it again."""
    _as_server(_program("pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop")
    _start(Path(folder))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Empty records of each kind, made once: a SQLite file to copy, a PostgreSQL database to empty after each test."""
    folder = tmp_path_factory.mktemp("records")
    made: dict[str, str] = {}

    def made_once(kind: str) -> str:
        if kind not in made:
            made[kind] = str(folder / "records.sqlite")
            if kind == "postgresql":
                made[kind] = _new_database(request.getfixturevalue("postgresql"), "records_template")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("IPE_RECORDS_KEY", str(folder / "records.key"))
                make_store(made[kind]).close()
        return made[kind]

    return made_once


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What `--db` would be: an empty place for records. The key of the pseudonyms goes to the test's folder, too.

    For a test that asks for the `store` it is a place where records are, still empty.
    """
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    made = "store" in request.fixturenames
    if made:
        make_key(tmp_path / "records.key")
    if request.param == "sqlite":
        place = tmp_path / "records.sqlite"
        if made:
            shutil.copy(request.getfixturevalue("template")("sqlite"), place)
        yield str(place)
    elif made:
        folder, template = request.getfixturevalue("postgresql"), request.getfixturevalue("template")("postgresql")
        url = template.replace("records_template", "records")
        if _shape(url) != _shape(template):
            _new_database(folder, "records", like="records_template")
        yield url
        _empty(url)
    else:
        folder = request.getfixturevalue("postgresql")
        name = f"t{uuid.uuid4().hex}"
        yield _new_database(folder, name)
        administer(folder, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def store(db: str) -> Iterator[Store]:
    """Empty records in each of the databases."""
    with open_store(db) as opened:
        yield opened


def _shape(url: str) -> object:
    """The version and the rules of records; ``None`` where there is no database."""
    try:
        with psycopg.connect(url) as connection:
            rules = connection.execute("SELECT tgname, tgenabled FROM pg_trigger ORDER BY 1, 2").fetchall()
            return sorted(rules), connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except psycopg.OperationalError:
        return None


def _empty(url: str) -> None:
    """Empty records again: sooner than making new ones, since each database is a thousand files."""
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [name for (name,) in rows if name != "alembic_version"]
        filled = [one for one in tables if connection.execute(f'SELECT 1 FROM "{one}" LIMIT 1').fetchone()]  # noqa: S608
        # Triggers keep what is append-only, from the owner too; only who may switch them off gets past them.
        connection.execute("SET session_replication_role = replica")
        if filled:
            connection.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
        # Also where nothing is left: a row that was refused has taken its number.
        connection.execute("SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences")


def _new_database(folder: str, name: str, like: str = "template1") -> str:
    administer(folder, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"postgresql://ipe@/{name}?host={folder}"


def administer(folder: str, *commands: str) -> None:
    with psycopg.connect(host=folder, user="ipe", dbname="postgres", autocommit=True) as connection:
        for command in commands:
            connection.execute(command)
