"""`ipe check --explain`, SARIF on the command line, and what stands in neither."""

from __future__ import annotations

import json

from ipe_workbench.credentials.checks import explained_ids
from tests.cli.test_commands import EXAMPLE, ipe


def test_explain_prints_the_page():
    out = ipe("check", "--explain", "redundant-prerequisite").stdout
    for heading in ("# redundant-prerequisite", "## Why", "## Example", "## How to mend it", "## How to allow it"):
        assert heading in out
    data = json.loads(ipe("check", "--explain", "cycle", "--format", "json").stdout)
    assert data["id"] == "cycle"
    assert data["explanation"].startswith("# cycle")


def test_explain_of_an_unknown_id_leaves_with_2_and_near_ones():
    answer = ipe("check", "--explain", "redundant-prerequisit", code=2)
    assert answer.stdout == ""
    assert "Did you mean redundant-prerequisite" in answer.stderr


def test_check_without_a_programme_says_what_is_missing():
    assert "--explain" in ipe("check", code=2).stderr


def test_sarif_on_standard_output_is_one_json_document():
    made = json.loads(ipe("check", EXAMPLE, "--format", "sarif").stdout)
    assert made["runs"][0]["results"] == []
    assert len(made["runs"][0]["tool"]["driver"]["rules"]) <= len(explained_ids())
