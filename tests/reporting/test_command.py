from __future__ import annotations

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ipe_workbench.cli.report import report
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.reporting import active_content, external_references
from ipe_workbench.resources import data_folder
from ipe_workbench.starter import start_programme

PROGRAMME = str(data_folder() / "programmes" / "cu-ipe")


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(report)
    return app


def test_a_mistyped_term_is_refused_with_the_near_ones_and_nothing_is_written(
    command: typer.Typer, tmp_path: Path
) -> None:
    outcome = CliRunner().invoke(command, ["2026-fal", "--programme", PROGRAMME, "--out", str(tmp_path / "out")])
    assert isinstance(outcome.exception, UnknownNameError)
    assert outcome.exception.exit_code == 2
    assert "2026-fall" in str(outcome.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wrong", [["--replicates", "0"], ["--seed", "-1"], ["--format", "xml"]])
def test_a_number_out_of_range_is_a_usage_error(command: typer.Typer, wrong: list[str]) -> None:
    assert CliRunner().invoke(command, ["2026-fall", "--programme", PROGRAMME, *wrong]).exit_code == 2


def test_the_help_shows_an_example(command: typer.Typer) -> None:
    assert "ipe report 2026-fall --programme" in CliRunner().invoke(command, ["--help"]).output


def _ipe(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from ipe_workbench.cli import main; main()"
    paths = os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_a_file_as_output_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    outcome = _ipe("report", "2026-fall", "--programme", PROGRAMME, "--out", "out", folder=tmp_path)
    assert outcome.returncode == 2
    assert outcome.stderr == "ipe: out: This is a file, not a folder. Name another folder for the reports.\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the one folder that refuses even an administrator")
def test_an_output_folder_that_cannot_be_made_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    outcome = _ipe("report", "2026-fall", "--programme", PROGRAMME, "--out", "/proc/x", folder=tmp_path)
    assert outcome.returncode == 3
    assert outcome.stderr.startswith("ipe: /proc/x/2026-fall: The report cannot be written: ")
    assert outcome.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_command_renders_a_small_programme_whole(tmp_path: Path) -> None:
    """Slow: starts the command, a kernel and the simulation's compiler, as a user does."""
    start_programme(tmp_path / "small", title="Small & plain", issuer="School")
    outcome = _ipe(
        *("report", "2027-spring", "--programme", "small", "--replicates", "2", "--out", "out"),
        *("--only", "term-evaluation", "--format", "json"),
        folder=tmp_path,
    )
    assert (outcome.returncode, outcome.stderr) == (0, "")
    told = json.loads(outcome.stdout)
    assert list(told) == ["term", "rendered", "reused", "failed", "wall_s", "files"]
    assert (told["term"], told["rendered"], told["reused"], told["failed"]) == ("2027-spring", 1, 0, 0)
    assert all((tmp_path / one).is_file() for one in told["files"])
    page = tmp_path / "out" / "2027-spring" / "small-term-evaluation.html"
    assert page == tmp_path / told["files"][0]
    html = page.read_text(encoding="utf-8")
    assert external_references(html) == active_content(html) == []
    words = unescape(html)
    assert "<h1>Term evaluation: Spring 2027</h1>" in words
    assert "120 learners of 3 professions can earn 2 badges that stack to 1 larger credential" in words
    assert "ipe report 2027-spring --programme small --replicates 2 --only term-evaluation --out out" in words
    assert html.count("<figure ") == 7
    tables = {path.name for path in (page.parent / "tables").iterdir()}
    assert tables >= {f"small-term-evaluation{one}" for one in ("-attainment.csv", "-findings.csv", ".xlsx")}
    notebook = (page.parent / "notebooks" / "small-term-evaluation.ipynb").read_text(encoding="utf-8")
    assert str(tmp_path) not in html + notebook
