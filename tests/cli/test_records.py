"""``ipe records`` as an office uses it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app

RUN = CliRunner()


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A folder with records in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("IPE_DB", "IPE_RECORDS_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert RUN.invoke(app, ["records", "init"]).exit_code == 0
    return tmp_path


def test_a_roster_is_imported_once_and_a_second_time_nothing_happens(office):
    (office / "roster.csv").write_text("learner,profession,cohort\ns1,nursing,2026\ns2,medicine,2026\n")
    first = RUN.invoke(app, ["records", "import", "roster.csv"])
    assert first.exit_code == 0
    assert "enrolments" in first.output
    again = RUN.invoke(app, ["records", "import", "roster.csv"])
    assert "all of it is in the records already" in again.output
    told = RUN.invoke(app, ["records", "stats", "--format", "json"])
    assert json.loads(told.output)["tables"]["learners"] == 2


def test_a_faulty_file_leaves_with_2_and_its_findings_as_data(office):
    (office / "results.csv").write_text("learner,assessment,score\nnobody,irat-1,1\n")
    told = RUN.invoke(app, ["records", "import", "results.csv", "--format", "json"])
    assert told.exit_code == 2
    (result,) = json.loads(told.stdout)["imports"]
    assert (result["recorded"], result["tables"]) == (False, {})
    assert [(one["id"], one["line"]) for one in result["findings"]] == [("unknown-learner", 2)]


def test_a_mapping_file_and_settings_say_what_the_columns_are(office):
    (office / "roster.csv").write_text("learner,profession\ns1,nursing\n")
    (office / "odd.csv").write_text("who;result;day\ns1;0,5;3/10/2026\n")
    (office / "map.yaml").write_text(
        "format: assessments\ndates: dmy\ncolumns: {learner: who, score: result, on: day}\n"
    )
    RUN.invoke(app, ["records", "import", "roster.csv"])
    told = RUN.invoke(app, ["records", "import", "odd.csv", "--mapping", "map.yaml", "--set", "assessment=irat-1"])
    assert told.exit_code == 0, told.output
    (office / "map.yaml").write_text("columms: {}\n")
    assert "map.yaml:1" in str(RUN.invoke(app, ["records", "import", "odd.csv", "--mapping", "map.yaml"]).exception)
