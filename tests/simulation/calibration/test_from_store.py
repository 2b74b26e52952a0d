"""From a database of records to a fitted scenario and a judged forecast, by the commands that a user gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ipe_workbench.cli import main
from ipe_workbench.credentials import load_programme
from ipe_workbench.records.simulated import simulated_records
from ipe_workbench.simulation import find_scenario, read_scenario
from ipe_workbench.simulation.experiments import with_values
from tests.simulation.conftest import DATA

REFERENCE = DATA / "reference"
SIZES = {"medicine": 25, "nursing": 30, "pharmacy": 20, "physical-therapy": 15, "public-health": 10}
ATTEMPT = 0.35


@pytest.fixture
def ipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["ipe", *arguments])
        left: object = 0
        try:
            main()
        except SystemExit as end:
            left = end.code
        printed = capsys.readouterr()
        assert (left or 0) == code, printed.err
        return printed.out if code == 0 else printed.err

    return run


def recorded(folder: Path) -> list[str]:
    """CSV files of two cohorts whose learners try less often than the reference scenario says."""
    truth = find_scenario(REFERENCE, "reference").model_copy(update={"cohort": SIZES})
    truth = with_values(truth, {"assessment.attempt_probability": ATTEMPT})
    programme = load_programme(REFERENCE)
    files = []
    for replicate, year in enumerate(("2026", "2027")):
        told = simulated_records(programme, truth, replicate=replicate)
        people = told.frame("enrolments")[["learner", "profession"]]
        awards = told.frame("awards")[["learner", "credential", "on"]]
        for name, table in (("learners", people.assign(cohort=year)), ("awards", awards)):
            path = folder / f"{name}-{year}.csv"
            table.assign(learner=year + table["learner"]).to_csv(path, index=False)
            files.append(str(path))
    return files


def test_from_records_to_a_judged_forecast(ipe, tmp_path: Path) -> None:
    db, out = str(tmp_path / "records.sqlite"), tmp_path / "fitted.yaml"
    ipe("records", "init", "--db", db)
    ipe("records", "import", *recorded(tmp_path), "--db", db)
    fit = ("--fit", "assessment.attempt_probability=0.05:0.95", "--cohort", "2026", "--judge", "2027")
    common = ("simulate", "calibrate", str(REFERENCE), "--scenario", "reference", "--db", db)
    told = json.loads(ipe(*common, *fit, "--out", str(out), "--format", "json"))
    assert told["method"] == "likelihood of a Markov chain"
    (row,) = told["posterior"]
    assert row["low"] < ATTEMPT < row["high"]
    assert row["sd"] < 0.03
    scores = {one["method"]: one for one in told["scores"]}
    assert scores["model"]["crps"] <= min(one["crps"] for one in scores.values())
    assert scores["model"]["coverage"] >= 0.75
    fitted = read_scenario(out)
    assert abs(fitted.assessment.attempt_probability - ATTEMPT) < 0.06
    assert fitted.cohort == SIZES
    assert "no cohort `2030`" in ipe(*common, "--fit", fit[1], "--cohort", "2030", code=2)
    assert "Only ranges" in ipe(*common, code=2)
    assert "new .yaml file" in ipe(*common, "--fit", fit[1], "--out", str(out), code=2)
