from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ipe_workbench.cli.report import report
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.resources import data_folder

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
