"""Both databases, for real: each test that asks for `db` runs on a SQLite file and on a PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ipe_workbench.records import Store, make_store


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
    folder = Path(tempfile.mkdtemp(prefix="ipe-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    _as_server(_program("initdb"), "-D", str(data), "-U", "ipe", "-A", "trust", "-E", "UTF8", "--no-sync")
    _as_server(_program("pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
    yield str(folder)
    _as_server(_program("pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `--db` would be: an empty place for records. The key of the pseudonyms goes to the test's folder, too."""
    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    if request.param == "sqlite":
        return str(tmp_path / "records.sqlite")
    folder = request.getfixturevalue("postgresql")
    name = f"t{tmp_path.parent.name}{tmp_path.name}".lower().replace("-", "_")[-60:]
    with psycopg.connect(host=folder, user="ipe", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://ipe@/{name}?host={folder}"


@pytest.fixture
def store(db: str) -> Iterator[Store]:
    """Empty records in each of the databases."""
    with make_store(db) as made:
        yield made
