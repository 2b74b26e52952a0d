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
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    _as_server(_program("initdb"), "-D", str(data), "-U", "ipe", "-A", "trust", "-E", "UTF8", "--no-sync")
    _as_server(_program("pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
    yield str(folder)
    _as_server(_program("pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Empty records of each kind, made once: a copy of them is there sooner than new ones."""
    folder = tmp_path_factory.mktemp("records")
    made: dict[str, str] = {}

    def template(kind: str) -> str:
        if kind not in made:
            made[kind] = str(folder / "records.sqlite")
            if kind == "postgresql":
                made[kind] = _new_database(request.getfixturevalue("postgresql"), "records_template")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("IPE_RECORDS_KEY", str(folder / "records.key"))
                make_store(made[kind]).close()
        return made[kind]

    return template


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What `--db` would be: an empty place for records. The key of the pseudonyms goes to the test's folder, too."""
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    if request.param == "sqlite":
        yield str(tmp_path / "records.sqlite")
        return
    folder = request.getfixturevalue("postgresql")
    name = f"t{uuid.uuid4().hex}"
    yield _new_database(folder, name)
    _administer(folder, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def store(db: str, templates: Callable[[str], str], request: pytest.FixtureRequest) -> Iterator[Store]:
    """Empty records in each of the databases."""
    if db.startswith("postgresql"):
        templates("postgresql")
        _new_database(request.getfixturevalue("postgresql"), db.split("/")[3].split("?")[0], like="records_template")
    else:
        shutil.copy(templates("sqlite"), db)
    make_key(Path(os.environ["IPE_RECORDS_KEY"]))
    with open_store(db) as opened:
        yield opened


def _new_database(folder: str, name: str, like: str = "template1") -> str:
    _administer(folder, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"postgresql://ipe@/{name}?host={folder}"


def _administer(folder: str, *commands: str) -> None:
    with psycopg.connect(host=folder, user="ipe", dbname="postgres", autocommit=True) as connection:
        for command in commands:
            connection.execute(command)
