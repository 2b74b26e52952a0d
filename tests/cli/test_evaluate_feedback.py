"""``ipe evaluate faculty-feedback`` and ``learner-feedback`` on a database of practice records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.records import open_store

RUN = CliRunner()
EXAMPLE = str(example_programme().folder)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("db") / "practice.sqlite")
    made = RUN.invoke(app, ["records", "practice", EXAMPLE, "--db", place, "--learners", "90", "--seed", "4"])
    assert made.exit_code == 0, made.output
    return place


def test_faculty_feedback_for_those_who_lead_and_for_one(db: str) -> None:
    options = ["evaluate", "faculty-feedback", EXAMPLE, "--db", db, "--on", "2028-02-15"]
    text = RUN.invoke(app, options)
    assert text.exit_code == 0, text.output
    assert "WHO MAY NEED HELP NOW" in text.output
    one = RUN.invoke(app, [*options, "--rater", "practice-faculty-01", "--format", "json"])
    data = json.loads(one.stdout)
    with open_store(db) as store:
        assert data["rater"] == store.key.pseudonym("staff practice-faculty-01")
    assert [each["rater"] for each in data["raters"]] == [data["rater"]]
    assert "practice-" not in one.stdout, "nobody's id of the university is shown"


def test_learner_feedback_by_id_and_by_pseudonym(db: str) -> None:
    with open_store(db) as store:
        pseudonym = store.key.pseudonym("practice-nursing-0002")
    options = ["evaluate", "learner-feedback", EXAMPLE, "--db", db, "--on", "2027-06-01", "--format", "json"]
    by_id = RUN.invoke(app, [*options, "--learner", "practice-nursing-0002"])
    assert by_id.exit_code == 0, by_id.output
    assert json.loads(by_id.stdout) == json.loads(RUN.invoke(app, [*options, "--learner", pseudonym]).stdout)
    assert "practice-nursing-0002" not in by_id.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("faculty-feedback", EXAMPLE, "--rater", "nobody"),
        ("learner-feedback", EXAMPLE, "--learner", "nobody"),
        ("learner-feedback", EXAMPLE, "--learner", "practice-nursing-0002", "--goal", "no-such-badge"),
    ],
)
def test_somebody_or_something_unknown_is_said(db: str, options: tuple[str, ...], tmp_path: Path) -> None:
    told = RUN.invoke(app, ["evaluate", *options, "--db", db])
    assert told.exit_code != 0
    assert type(told.exception).__name__ == "UnknownNameError"
