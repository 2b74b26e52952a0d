"""``ipe records practice`` as somebody who learns types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme

RUN = CliRunner()
EXAMPLE = str(example_programme().folder)


def test_files_and_a_database_in_one_go(tmp_path: Path) -> None:
    told = RUN.invoke(
        app,
        ["records", "practice", EXAMPLE, "--out", str(tmp_path / "files"), "--db", str(tmp_path / "p.sqlite"),
         "--learners", "25", "--seed", "3", "--until", "2027-spring", "--format", "json"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    assert said["learners"] == said["tables"]["learners"] == 25
    assert said["until"] == "2027-05-02"
    readme = (tmp_path / "files" / "README.md").read_text(encoding="utf-8")
    assert "invented" in readme
    again = RUN.invoke(
        app, ["records", "import", "--db", str(tmp_path / "p.sqlite"), "--dry-run", "--format", "json",
              *map(str, sorted((tmp_path / "files").glob("*.csv")))],
    )  # fmt: skip
    assert again.exit_code == 0
    for one in json.loads(again.stdout)["imports"]:
        assert all(not table["added"] and not table["changed"] for table in one["tables"].values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Say where the records go"),
        (("--out", "x", "--until", "someday"), "YYYY-MM-DD"),
        (("--out", "x", "--scenario", "tody"), "tody"),
        (("--out", "x", "--learners", "1"), "--learners"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_written(
    options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = RUN.invoke(app, ["records", "practice", EXAMPLE, *options])
    assert told.exit_code != 0
    assert message in told.output or message in str(told.exception)
    assert not list(tmp_path.iterdir())
