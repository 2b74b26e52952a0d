"""``ipe lab``: what it starts, without starting it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ipe_workbench.cli import lab
from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from ipe_workbench.resources import notebooks_folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    commands: list[list[str]] = []
    monkeypatch.setattr(lab, "_run", lambda command: commands.append(command) or 0)
    return commands


def run(*arguments: str) -> int:
    app = typer.Typer()
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(lab.lab)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False).exit_code


def test_the_checkouts_notebooks_are_opened_and_further_arguments_passed_on(started: list[list[str]]) -> None:
    assert run("--port", "8890", "--no-browser", "--ServerApp.token=secret") == 0
    (command,) = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={notebooks_folder().resolve()}" in command
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in command
    assert {"--ServerApp.port=8890", "--no-browser"} <= set(command)
    assert command[-1] == "--ServerApp.token=secret"


def test_an_installed_package_gives_a_copy(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tmp_path / "_shipped" / "notebooks"
    (shipped / "reports").mkdir(parents=True)
    (shipped / "00_start_here.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("ipe_workbench.resources.notebooks_folder", lambda: shipped)
    monkeypatch.setattr("ipe_workbench.studio.copies.notebooks_folder", lambda: shipped)
    monkeypatch.chdir(tmp_path)
    assert run() == 0
    assert f"--ServerApp.root_dir={(tmp_path / 'ipe-notebooks').resolve()}" in started[0]
    assert (tmp_path / "ipe-notebooks" / "00_start_here.ipynb").is_file()


def test_a_folder_that_is_not_there_and_a_missing_jupyterlab_are_told(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(UnusableInputError, match="no such folder"):
        run("--notebooks", str(tmp_path / "nowhere"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match="JupyterLab is not installed") as fault:
        run()
    assert fault.value.exit_code == 3
    assert not started


def test_the_exit_code_is_jupyterlabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "_run", lambda command: 4)
    assert run() == 4


def test_the_program_is_run_to_its_end() -> None:
    assert lab._run([sys.executable, "-c", "raise SystemExit(5)"]) == 5
