"""``ipe diff``: two folders compared, by exit code, in words and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ipe_workbench.starter import start_programme
from tests.programmes import copy_of_cu_ipe, replace_in

PATHWAY = "pathways/team-care-certificate.yaml"
SIMULATION = "credentials/02-team-simulation.yaml"


def diff(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [sys.executable, "-c", "from ipe_workbench.cli import main; main()", "diff", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer


@pytest.fixture
def old(tmp_path) -> Path:
    return start_programme(tmp_path / "old", title="T", issuer="I")


@pytest.fixture
def new(tmp_path) -> Path:
    """The same programme in another folder: its id follows the folder in the starter, so it is set back."""
    folder = start_programme(tmp_path / "new", title="T", issuer="I")
    replace_in(folder / "programme.yaml", "id: new", "id: old")
    return folder


@pytest.fixture
def awards(tmp_path) -> Path:
    path = tmp_path / "awards.csv"
    path.write_text(
        "learner,name,badge,awarded_on,profession\n"
        "L1,Ann Smith,team-communication,2027-02-01,nursing\n"
        "L1,Ann Smith,team-simulation,2027-10-01,nursing\n"
        "L2,Bo Berg,team-communication,2027-02-01,medicine\n",
        encoding="utf-8",
    )
    return path


def test_designs_that_do_not_differ_leave_with_0(old, new):
    assert diff(old, new).stdout == "The designs do not differ.\n"
    replace_in(new / PATHWAY, "title:", "# A comment is no difference.\ntitle:")
    assert json.loads(diff(old, new, "--format", "json").stdout)["changes"] == []


def test_a_rule_written_differently_is_shown_and_leaves_with_0(old, new):
    replace_in(new / PATHWAY, "[team-communication, team-simulation]", "[team-simulation, {any: [team-communication]}]")
    shown = diff(old, new).stdout
    assert shown.startswith("The designs mean the same.\n")
    assert "asks for the same as before, written differently" in shown


def test_designs_that_differ_leave_with_1_and_say_how_and_what_it_does(old, new):
    replace_in(
        new / PATHWAY, "all: [team-communication, team-simulation]", "any: [team-communication, team-simulation]"
    )
    replace_in(new / SIMULATION, "hours: 4, term", "hours: 5, term")
    replace_in(new / SIMULATION, "\nhours: 4", "\nhours: 5")
    replace_in(new / SIMULATION, "owner:", "professions: [medicine, nursing]\nowner:")
    shown = " ".join(diff(old, new, code=1).stdout.split())
    for words in (
        "Team care certificate asks for 1 instead of all 2 of: Working as a team in a simulation or Team communication",
        "Working as a team in a simulation: the effort is 5 instead of 4 hours.",
        "learner of medicine, nursing 7 8",
        "learner of pharmacy 7 3",
        "Working as a team in a simulation can no longer be earned pharmacy 2027-10-03 -",
        "Team care certificate badges all professions 2 1",
    ):
        assert (
            words in shown
            or words.replace(
                "Working as a team in a simulation or Team communication",
                "Team communication or Working as a team in a simulation",
            )
            in shown
        ), words


def test_json_holds_every_part_and_exits_alike(old, new):
    replace_in(
        new / SIMULATION,
        "  - {framework: ipec-2023, competency: TT3, how: [taught, practised, assessed], level: immersion}\n",
        "",
    )
    data = json.loads(diff(old, new, "--format", "json", code=1).stdout)
    assert list(data) == ["format", "before", "after", "same", "changes", "hours", "coverage", "access", "minimum",
                          "learners", "findings"]  # fmt: skip
    assert data["same"] is False
    (row,) = data["coverage"]
    assert (row["framework"], row["taught-"], row["assessed-"]) == ("ipec-2023", ["TT3"], ["TT3"])
    assert data["learners"] is None


def test_learners_are_named_by_id_alone_in_both_forms(old, new, awards):
    replace_in(
        new / PATHWAY, "all: [team-communication, team-simulation]", "any: [team-communication, team-simulation]"
    )
    arguments = (old, new, "--awards", awards, "--on", "2027-12-01")
    shown = diff(*arguments, code=1)
    assert "Hold Team care certificate by the new design: L2." in shown.stdout
    told = diff(*arguments, "--format", "json", code=1).stdout
    assert json.loads(told)["learners"]["stacks"][0]["keeps"] == ["L1"]
    for text in (shown.stdout, shown.stderr, told):
        assert "Smith" not in text
        assert "Berg" not in text


def test_whom_to_grandfather_and_who_gets_farther_away_is_said(old, new, awards):
    credential = (new / SIMULATION).read_text(encoding="utf-8").replace("team-simulation", "team-round")
    text = credential.replace("sim-1", "round-1").replace("requires: team-communication", "")
    (new / "credentials" / "03-team-round.yaml").write_text(text, encoding="utf-8")
    replace_in(
        new / PATHWAY, "[team-communication, team-simulation]", "[team-communication, team-simulation, team-round]"
    )
    arguments = (old, new, "--awards", awards, "--on", "2027-12-01")
    shown = diff(*arguments, "--within", "1", code=1).stdout
    assert "Hold Team care certificate by the old design only, badge not issued: L1." in shown
    assert "At most 1 badge from a stack" in shown
    data = json.loads(diff(*arguments, "--within", "1", "--format", "json", code=1).stdout)["learners"]
    assert data["nearly_there"] == [
        {"learner": "L2", "stack": "team-care-certificate", "before": 1, "after": 2, "possible": True, "farther": True}
    ]
    assert data["on"] == "2027-12-01"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("L3,Cy,team-simulation,1/2/2027,nursing\n", "Row 5, column awarded_on: `1/2/2027` is not a day"),
        ("L1,Ann,team-simulation,2027-02-01,medicine\n", "Row 5, column profession: differs"),
    ],
)
def test_a_file_of_awards_that_cannot_be_used_leaves_with_2(old, awards, row, words):
    awards.write_text(awards.read_text(encoding="utf-8") + row, encoding="utf-8")
    answer = diff(old, old, "--awards", awards, code=2)
    assert words in answer.stderr
    assert answer.stdout == ""


def test_an_unknown_badge_is_a_warning_on_standard_error(old, awards):
    awards.write_text(awards.read_text(encoding="utf-8") + "L1,Ann,some-badge,2027-02-01,nursing\n", encoding="utf-8")
    answer = diff(old, old, "--awards", awards, "--on", "2027-12-01")
    assert "Row 5, column badge: no badge has this name" in answer.stderr
    data = json.loads(diff(old, old, "--awards", awards, "--on", "2027-12-01", "--format", "json").stdout)
    assert [one["id"] for one in data["findings"]] == ["unknown-badge"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--on", "soon"], "YYYY-MM-DD"),
        (["--within", "9"], "--within"),
        (["--framework", "ipec-2032"], "not a framework of both designs"),
        (["--awards", "nowhere.csv"], "does not exist"),
    ],
)
def test_options_that_cannot_be_used_leave_with_2(old, arguments, words):
    assert words in diff(old, old, *arguments, code=2).stderr


def test_a_design_that_cannot_be_read_leaves_with_2(old, new, tmp_path):
    assert "no such folder" in diff(old, tmp_path / "nowhere", code=2).stderr
    replace_in(new / PATHWAY, "kind: certificate", "kind: diploma")
    assert "team-care-certificate.yaml" in diff(old, new, code=2).stderr


def test_hostile_names_cannot_move_the_terminal_cursor(tmp_path, awards):
    folder = copy_of_cu_ipe(tmp_path)
    other = copy_of_cu_ipe(tmp_path / "other")
    for name in ("01-values-foundations", "08-speaking-up"):
        path = other / "credentials" / f"{name}.yaml"
        replace_in(path, "title: ", 'title: "a\\e[2Jb" # ')
    (tmp_path / "other" / "cu-ipe" / "credentials" / "08-speaking-up.yaml").unlink()
    awards.write_text("learner,badge,awarded_on,profession\nL\x1b[2J,values-foundations,2027-01-01,nursing\n")
    answer = diff(folder, other, "--awards", awards, "--on", "2028-01-01", code=1)
    assert "\x1b" not in answer.stdout + answer.stderr
    assert "a?[2Jb" in answer.stdout
    assert "\x1b" not in diff(folder, other, "--awards", awards, "--format", "json", code=1).stdout


def test_help_has_examples_and_the_exit_codes():
    words = " ".join(diff("--help").stdout.split())
    assert "Example: ipe diff" in words
    assert "0: the designs mean the same; 1: they differ; 2:" in words
