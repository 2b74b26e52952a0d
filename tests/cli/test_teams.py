"""``ipe teams`` as the timetable office meets it."""

from __future__ import annotations

import json

from ipe_workbench.credentials import example_programme
from tests.cli.test_commands import EXAMPLE, ipe
from tests.pathways.rosters import as_csv, cohort


def roster_file(tmp_path, learners=60):
    path = tmp_path / "cohort.csv"
    path.write_text(
        as_csv(cohort(example_programme(), learners=learners, seed=5, slots=("mon", "tue"))), encoding="utf-8"
    )
    return str(path)


def test_teams_are_formed_written_drawn_and_mended(tmp_path):
    roster, out, figure = roster_file(tmp_path), tmp_path / "teams.csv", tmp_path / "teams.svg"
    formed = ipe(
        "teams", EXAMPLE, "--roster", roster, "--out", str(out), "--figure", str(figure), "--time-limit", "5",
        "--format", "json",
    )  # fmt: skip
    data = json.loads(formed.stdout)
    assert data["quality"]["teams"] == 10
    assert data["quality"]["repeats"] == 0
    assert [aim["id"] for aim in data["aims"]] == ["teams", "sizes", "pairs", "imbalance"]
    assert {one for team in data["teams"] for one in team["learners"]} == {f"L{n:05d}" for n in range(60)}
    assert "<svg" in figure.read_text(encoding="utf-8")
    gone = ",".join(data["teams"][0]["learners"][:2])
    again = ipe("teams", EXAMPLE, "--roster", roster, "--keep", str(out), "--withdraw", gone, "--format", "json")
    mended = json.loads(again.stdout)
    assert mended["learners"] == 58
    assert mended["moves"]["withdrawn"] == gone.split(",")
    assert len(mended["moves"]["moved"]) <= 2
    assert "Made least" in ipe("teams", EXAMPLE, "--roster", roster, "--keep", str(out)).stdout


def test_impossible_wishes_are_explained_and_leave_with_1(tmp_path):
    out = tmp_path / "teams.csv"
    answer = ipe(
        "teams", EXAMPLE, "--roster", roster_file(tmp_path), "--at-least", "AA=1", "--out", str(out),
        "--time-limit", "5", code=1,
    )  # fmt: skip
    assert "There are no such teams." in answer.stdout
    assert "1 anesthesiologist-assistant learner cannot be in 10 teams" in answer.stdout
    assert "--at-least 'anesthesiologist-assistant=1:1'" in answer.stdout
    assert not out.exists()


def test_unusable_input_leaves_with_2_and_names_every_fault(tmp_path):
    path = tmp_path / "cohort.csv"
    path.write_text("learner,profession\nL1,nursing\nL1,nursing\nL2,wizardry\n", encoding="utf-8")
    answer = ipe("teams", EXAMPLE, "--roster", str(path), code=2)
    assert "cohort.csv:3, column learner: The learner `L1` stands in row 2 already (and 1 more fault)." in answer.stderr
    assert "cohort.csv:4, column profession: error: `wizardry` is not a profession" in answer.stderr
    path.write_text("learner,profession\n", encoding="utf-8")
    assert "has no learner" in ipe("teams", EXAMPLE, "--roster", str(path), code=2).stderr
    ipe("teams", EXAMPLE, "--roster", str(tmp_path / "none.csv"), code=2)
    ipe("teams", EXAMPLE, "--roster", roster_file(tmp_path), "--close-slot", "sunday", code=2)
    ipe("teams", EXAMPLE, "--roster", roster_file(tmp_path), "--min-size", "9", code=2)
    ipe("teams", EXAMPLE, "--roster", roster_file(tmp_path), "--withdraw", "nobody", code=2)
    ipe("teams", EXAMPLE, "--roster", roster_file(tmp_path), "--out", str(tmp_path / "x.pdf"), code=2)
