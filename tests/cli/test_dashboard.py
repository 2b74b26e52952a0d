"""``ipe dashboard``: keys, links, and what is refused before a server starts."""

from __future__ import annotations

import datetime
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ipe_workbench.cli import app
from ipe_workbench.errors import EnvironmentFault, WorkbenchError
from ipe_workbench.records import make_store
from ipe_workbench.resources import data_folder
from ipe_workbench.studio.dashboards import server
from ipe_workbench.studio.dashboards.identity import LinkKeys, RefusedLinkError, Visitor

RUN = CliRunner()
PROGRAMME = str(data_folder() / "programmes" / "cu-ipe")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with records and a key in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("IPE_DB", "IPE_RECORDS_KEY", "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    make_store("records.sqlite").close()
    assert ipe("key", "links.key").exit_code == 0
    return tmp_path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would be served."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(server, "serve", lambda *given: calls.append(given))
    return calls


def ipe(*command: str) -> Result:
    return RUN.invoke(app, ["dashboard", *command])


def test_a_printed_link_opens_for_that_person_and_ends(office: Path) -> None:
    told = ipe("link", "--programme", PROGRAMME, "--role", "learner", "--id", "s1", "--days", "2", "--key", "links.key")
    address, _, token = told.output.strip().partition("#")
    assert address == "http://127.0.0.1:8866/enter"
    keys, now = LinkKeys.read("links.key"), datetime.datetime.now(datetime.UTC)
    assert keys.open(token, role="learner", audience="cu-ipe", now=now) == Visitor("learner", "s1")
    with pytest.raises(RefusedLinkError):
        keys.open(token, role="learner", audience="cu-ipe", now=now + datetime.timedelta(days=2, seconds=5))


def test_a_key_is_for_its_owner_and_is_not_replaced(office: Path) -> None:
    assert stat.S_IMODE((office / "links.key").stat().st_mode) == 0o600
    assert isinstance(ipe("key", "links.key").exception, WorkbenchError)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("link", "--role", "dean", "--id", "x", "--key", "links.key"), "no dashboard `dean`"),
        (("link", "--role", "learner", "--key", "links.key"), "for one person"),
        (("link", "--role", "learner", "--id", "x", "--key", "none.key"), "ipe dashboard key"),
        (("link", "--role", "learner", "--id", "x", "--days", "9999", "--key", "links.key"), "days"),
        (("learner",), "Nobody could open this page"),
        (("faculty", "--db", "none.sqlite", "--id", "f1"), "no records here"),
        (("learner", "--people", "people.csv"), "JupyterHub started"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_served(
    office: Path, started: list[Any], command: tuple[str, ...], said: str
) -> None:
    told = ipe(*command, "--programme", PROGRAMME)
    assert isinstance(told.exception, WorkbenchError)
    assert said in str(told.exception)
    assert started == []


def test_without_a_key_a_link_is_printed_that_only_this_server_opens(office: Path, started: list[Any]) -> None:
    told = ipe("learner", "--programme", PROGRAMME, "--id", "s1", "--on", "2027-03-20")
    assert told.exit_code == 0, told.output
    role, door, deployment, environment = started[0]
    (line,) = [one for one in told.output.splitlines() if "#" in one]
    assert f":{deployment.port}/enter#" in line
    assert (role, door.admit(line.partition("#")[2])[0]) == ("learner", Visitor("learner", "s1"))
    assert environment["IPE_DASHBOARD_TODAY"] == "2027-03-20"
    assert Path(environment["IPE_DB"]) == office / "records.sqlite"
    with pytest.raises(RefusedLinkError):
        LinkKeys.fresh().open(line.partition("#")[2], role="learner", audience="cu-ipe", now=door.now())


def test_a_user_of_the_hub_is_resident_and_only_on_this_machine(
    office: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (office / "people.csv").write_text("user,role,id\nana,faculty,f042\n")
    monkeypatch.setenv("JUPYTERHUB_USER", "ana")
    assert ipe("faculty", "--programme", PROGRAMME, "--people", "people.csv").exit_code == 0
    assert started[0][1].resident == Visitor("faculty", "f042")
    told = ipe("faculty", "--programme", PROGRAMME, "--people", "people.csv", "--ip", "192.0.2.1")
    assert "this machine only" in str(told.exception)
    assert isinstance(ipe("learner", "--programme", PROGRAMME, "--people", "people.csv").exception, RefusedLinkError)
    assert len(started) == 1


def test_a_port_that_is_taken_is_said_to_be(office: Path, started: list[Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = ipe("programme", "--programme", PROGRAMME, "--port", port)
    assert isinstance(told.exception, EnvironmentFault)
    assert port in str(told.exception)
    assert started == []


@pytest.mark.parametrize(("given", "base"), [("/", "/"), ("ipe", "/ipe/"), ("/ipe/learner", "/ipe/learner/")])
def test_a_path_of_a_proxy_begins_and_ends_with_a_slash(
    office: Path, started: list[Any], given: str, base: str
) -> None:
    assert ipe("programme", "--programme", PROGRAMME, "--base-url", given).exit_code == 0
    assert started[0][2].base == base
