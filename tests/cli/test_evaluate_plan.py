"""``ipe evaluate PROGRAMME`` and ``register`` as people type them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.store import make_store
from ipe_workbench.resources import data_folder

CU_IPE = data_folder() / "programmes" / "cu-ipe"


@pytest.fixture
def run() -> Callable[..., Result]:
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(one) for one in words])


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    make_store(str(tmp_path / "r.sqlite")).close()
    return tmp_path / "r.sqlite"


def test_plan_on_empty_records_says_that_nothing_can_be_said(run: Callable[..., Result], empty: Path) -> None:
    result = run("evaluate", CU_IPE, "--db", empty)

    assert result.exit_code == 1
    assert "It cannot be said yet: Learners are more confident" in result.stdout
    assert "The plan was not registered" in result.stdout


def test_json_is_documented_and_whole(run: Callable[..., Result], empty: Path) -> None:
    result = run("evaluate", CU_IPE, "--db", empty, "--format", "json", "--claim", "confidence")

    data = json.loads(result.stdout)
    assert [one["id"] for one in data["claims"]] == ["confidence"]
    assert (data["status"], data["estimates"], data["findings"]) == ("not-estimable", [], [])
    assert data["claims"][0]["verdict"] == "not-answered"


def test_files_go_into_a_folder_that_is_empty(run: Callable[..., Result], empty: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    assert run("evaluate", CU_IPE, "--db", empty, "--out", out).exit_code == 1
    assert sorted(one.name for one in out.iterdir()) == ["estimates.csv", "forest.svg", "outcomes.html", "result.json"]
    again = run("evaluate", CU_IPE, "--db", empty, "--out", out)
    assert isinstance(again.exception, UnusableInputError)
    assert "not empty" in str(again.exception)
    assert run("evaluate", CU_IPE, "--db", empty, "--out", out, "--force").exit_code == 1


@pytest.mark.parametrize(
    ("word", "mend"),
    [
        ("chnge", "Did you mean change"),
        ("scores.csv", "Say what to do with the file first: change, "),
        ("x/y", "Known"),
    ],
)
def test_word_that_is_neither_question_nor_folder(run: Callable[..., Result], word: str, mend: str) -> None:
    result = run("evaluate", word)

    assert isinstance(result.exception, UnusableInputError)
    assert "neither a question nor a programme's folder" in str(result.exception)
    assert mend in str(result.exception)


def test_questions_go_on_working(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    rows = [f"{who},{wave},{who % 4 + (wave == 'post') * (who % 3)}" for who in range(12) for wave in ("pre", "post")]
    file.write_text("learner,wave,value\n" + "\n".join(rows) + "\n", encoding="utf-8")

    result = run("evaluate", "change", file, "--format", "json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["question"] == "change"


def test_folder_without_a_plan_is_said(run: Callable[..., Result], tmp_path: Path, empty: Path) -> None:
    shutil.copytree(CU_IPE, tmp_path / "p")
    (tmp_path / "p" / "evaluation.yaml").unlink()

    result = run("evaluate", tmp_path / "p", "--db", empty)

    assert "There is no evaluation plan here." in str(result.exception)


def test_plan_is_registered_once(run: Callable[..., Result], tmp_path: Path) -> None:
    shutil.copytree(CU_IPE, tmp_path / "p")

    first = run("evaluate", "register", tmp_path / "p", "--on", "2026-08-01")
    second = run("evaluate", "register", tmp_path / "p", "--on", "2026-08-02")
    wrong = run("evaluate", "register", tmp_path / "p", "--on", "yesterday", "--again")

    assert first.exit_code == 0
    assert "Registered the plan on 2026-08-01" in first.stdout
    assert "registered since 2026-08-01" in str(second.exception)
    assert "is not a date" in str(wrong.exception)
