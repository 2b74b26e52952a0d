"""``ipe simulate calibrate`` as a user runs it, on a course that was made up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.cli import main
from ipe_workbench.simulation.calibration import read_oulad
from ipe_workbench.simulation.calibration.step_fit import Layout
from ipe_workbench.simulation.calibration.step_simulation import simulate_step_cohort
from tests.simulation.conftest import DATA

WEEKS, DUE, KINDS = 20, (3, 6, 9, 12, 15, 20), ("TMA", "CMA", "TMA", "CMA", "TMA", "Exam")
EDUCATION = ("Lower Than A Level", "A Level or Equivalent")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small presentation in OULAD's layout, with an examination that has results and no date."""
    folder = tmp_path_factory.mktemp("course")
    rng = np.random.default_rng(12)
    layout = Layout(WEEKS, 2, ("CMA", "Exam", "TMA"), (2, 0, 2, 0, 2, 1))
    cohort = simulate_step_cohort(layout.chances(layout.draw(rng)), (150, 100), DUE, KINDS, weeks=WEEKS, rng=rng)
    which = {"code_module": "ZZZ", "code_presentation": "2013B"}
    students = pd.DataFrame(
        {"id_student": range(cohort.learners), "highest_education": np.array(EDUCATION)[cohort.group]}
    )
    students.assign(**which, final_result="?").to_csv(folder / "studentInfo.csv", index=False)
    day = np.where(cohort.withdrew > 0, (cohort.withdrew - 1) * 7 + 3, np.nan)
    left = pd.DataFrame({"id_student": range(cohort.learners), "date_registration": -20, "date_unregistration": day})
    left.assign(**which).to_csv(folder / "studentRegistration.csv", index=False)
    dates = [*((week - 1) * 7 + 2 for week in DUE[:-1]), np.nan]
    plan = pd.DataFrame({"id_assessment": range(10, 16), "assessment_type": KINDS, "date": dates, "weight": 10})
    plan.assign(**which).to_csv(folder / "assessments.csv", index=False)
    rows = [
        (10 + step, learner, (DUE[step] - 1) * 7 + 1, 0, 70 if cohort.passed[learner, step] else 20)
        for learner, step in zip(*np.nonzero(cohort.submitted), strict=True)
    ]
    columns = ["id_assessment", "id_student", "date_submitted", "is_banked", "score"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "studentAssessment.csv", index=False)
    length = pd.DataFrame([{**which, "module_presentation_length": WEEKS * 7}])
    length.to_csv(folder / "courses.csv", index=False)
    read = read_oulad(folder)
    order = [one == "Lower Than A Level" for one in np.array(EDUCATION)[cohort.group]]
    assert read.groups == ("A level", "below A level")
    assert (read.group == 1).tolist() == order
    assert np.array_equal(read.passed, cohort.passed)
    assert np.array_equal(read.withdrew, cohort.withdrew)
    assert read.due.tolist() == list(DUE)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ipe", "simulate", "calibrate", *arguments])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_course_is_fitted_and_judged(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "points.csv"
    more = ("--until", "12", "--draws", "30", "--out", str(out), "--format", "json")
    assert run(monkeypatch, "--oulad", str(course), *more) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["simulated"]
    assert {row["method"] for row in told["scores"]} == {"model", "last rate", "logistic regression"}
    assert all(0 <= row["coverage"] <= 1 for row in told["scores"])
    points = pd.read_csv(out)
    assert set(points["group"]) == {"all", "A level", "below A level"}
    assert set(points.query("measure == 'submitted'")["item"].astype(str)) == {"13", "14", "15"}
    assert points["low"].le(points["high"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either a programme or a folder"),
        (("--oulad", "COURSE", "--until", "40"), "before week 20"),
        (("--oulad", "COURSE", "--until", "3"), "No assessment was complete"),
        (("--oulad", "COURSE", "--out", "points.txt"), ".parquet or .csv"),
        (("--oulad", "nowhere"), "missing"),
        ((str(DATA / "reference"), "--scenario", "reference", "--fit", "assessment.slipp=0:1"), "Did you mean slip"),
    ],
)
def test_wrong_input_is_one_sentence(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...],
    message: str,
) -> None:  # fmt: skip
    given = [str(course) if one == "COURSE" else one for one in arguments]
    assert run(monkeypatch, *given) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1
