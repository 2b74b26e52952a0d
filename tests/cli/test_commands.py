"""The command line as a user meets it: results, exit codes, sentences instead of tracebacks."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.resources import data_folder
from tests.programmes import copy_of_cu_ipe, replace_in

EXAMPLE = str(data_folder() / "programmes" / "cu-ipe")


def ipe(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [sys.executable, "-c", "from ipe_workbench.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer


def test_check_of_the_example_is_clean_and_machine_readable():
    data = json.loads(ipe("check", EXAMPLE, "--format", "json").stdout)
    assert data["programme"] == "cu-ipe"
    assert data["errors"] == 0
    assert data["findings"] == []


def test_planted_faults_are_all_found_in_one_run_with_file_and_line(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    credentials = folder / "credentials"
    lines = {
        "invalid-field": ("05-huddles-and-briefings.yaml", None),
        "unknown-competency": (
            "06-structured-handover.yaml",
            replace_in(credentials / "06-structured-handover.yaml", "competency: C1", "competency: C99"),
        ),
        "cycle": ("03-communication-foundations.yaml", None),
        "duplicate-id": ("99-again.yaml", None),
    }
    replace_in(credentials / "05-huddles-and-briefings.yaml", "title: ", "heading: ")
    with (credentials / "03-communication-foundations.yaml").open("a", encoding="utf-8") as file:
        file.write("\nrequires: structured-handover\n")
    cycle_line = (credentials / "03-communication-foundations.yaml").read_text().count("\n")
    original = (credentials / "07-feedback-and-debriefing.yaml").read_text(encoding="utf-8")
    (credentials / "99-again.yaml").write_text(original, encoding="utf-8")

    found = json.loads(ipe("check", str(folder), "--format", "json", code=1).stdout)["findings"]
    by_id = {one["id"]: one for one in found if one["severity"] == "error"}
    assert set(lines) <= set(by_id)
    for name, (file, line) in lines.items():
        assert by_id[name]["file"].endswith(file), by_id[name]
        assert by_id[name]["line"] >= 1
        assert line is None or by_id[name]["line"] == line
        assert by_id[name]["message"]
        assert by_id[name]["mend"]
    assert by_id["cycle"]["line"] == cycle_line
    assert not {"unknown-badge"} & set(by_id), "a damaged credential must not be called unknown"

    replace_in(credentials / "08-speaking-up.yaml", "criteria:", "criteria: [")
    both = json.loads(ipe("check", str(folder), "--format", "json", code=2).stdout)["findings"]
    assert {"unreadable-file", *lines} <= {one["id"] for one in both}


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_check_of_something_else_says_so_and_leaves_with_2(tmp_path, place):
    (tmp_path / "empty").mkdir()
    answer = ipe("check", str(tmp_path / place), code=2)
    assert place in answer.stdout
    assert json.loads(ipe("check", str(tmp_path / place), "--format", "json", code=2).stdout)["programme"] is None


def test_coverage_names_all_33_codes_in_each_format(tmp_path):
    data = json.loads(ipe("coverage", EXAMPLE, "--framework", "ipec-2023", "--format", "json").stdout)
    codes = [one["code"] for one in data["competencies"]]
    assert len(codes) == len(set(codes)) == 33
    rows = list(csv.DictReader(io.StringIO(ipe("coverage", EXAMPLE, "--format", "csv").stdout)))
    assert [row["code"] for row in rows] == codes
    figure = tmp_path / "coverage.svg"
    table = ipe("coverage", EXAMPLE, "--figure", str(figure)).stdout
    assert all(code in table for code in codes)
    assert "VE9" in table.split("Not assessed:")[1]
    assert figure.read_text(encoding="utf-8").count("<svg") == 1


def test_mistyped_names_are_met_with_near_ones_and_code_2():
    assert "Did you mean ipec-2023" in ipe("coverage", EXAMPLE, "--framework", "ipec2023", code=2).stderr
    assert "ipec-2023" in ipe("frameworks", "show", "ipec-2032", code=2).stderr
    assert "Did you mean today" in ipe("simulate", EXAMPLE, "--scenario", "todai", "--out", "x", code=2).stderr
    assert "Did you mean 2026-fall" in ipe("report", "2026-fal", "--programme", EXAMPLE, code=2).stderr


def test_usage_errors_leave_with_2():
    assert "No such option" in ipe("check", EXAMPLE, "--colour", code=2).stderr
    assert ipe("fly", code=2).stderr


def test_frameworks_are_listed_and_shown():
    listed = json.loads(ipe("frameworks", "list", "--format", "json").stdout)
    assert {"ipec-2023", "ipec-2016", "ipec-2011", "cihc-2024"} <= {one["id"] for one in listed}
    assert "VE11" in ipe("frameworks", "show", "ipec-2023").stdout


def test_each_command_has_help_with_an_example():
    for command in (["init"], ["check"], ["coverage"], ["simulate"], ["report"], ["lab"], ["frameworks", "list"],
                    ["frameworks", "show"], ["frameworks", "import"]):  # fmt: skip
        assert "Example: ipe" in " ".join(ipe(*command, "--help").stdout.split()), command


def test_init_makes_a_programme_that_passes_and_runs(tmp_path):
    folder = tmp_path / "Team Care"
    hostile = 'Care: "together" & <b>well</b> # not a comment\n- nor: a list'
    ipe("init", str(folder), "--title", hostile, "--issuer", "École: été")
    assert json.loads(ipe("check", str(folder), "--format", "json").stdout)["findings"] == []
    programme = load_programme(folder)
    assert (programme.id, programme.info.title, programme.info.issuer.name) == ("team-care", hostile, "École: été")
    assert (folder / "schemas" / "credential.schema.json").is_file()
    ipe("simulate", str(folder), "--scenario", "today", "--replicates", "2", "--out", str(tmp_path / "run"))


def test_init_never_touches_a_folder_that_holds_something(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    assert "not empty" in ipe("init", str(tmp_path), code=2).stderr
    assert [one.name for one in tmp_path.iterdir()] == ["precious.txt"]


def test_hostile_names_cannot_move_the_terminal_cursor(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    replace_in(folder / "credentials/01-values-foundations.yaml", "id: values-foundations", 'id: "a\\e[2Jb"')
    answer = ipe("check", str(folder), code=1)
    assert "\x1b" not in answer.stdout
