"""SARIF: what code-review tools need of it, by the specification (OASIS, SARIF 2.1.0)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from ipe_workbench.credentials import LINTS
from ipe_workbench.findings import Finding, Place
from ipe_workbench.folder_check import FolderCheck, check_folder
from ipe_workbench.sarif import sarif_log
from tests.programmes import copy_of_cu_ipe, replace_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example with an error, a warning and an allowed finding."""
    folder = copy_of_cu_ipe(tmp_path)
    credentials = folder / "credentials"
    replace_in(credentials / "06-structured-handover.yaml", "competency: C1", "competency: C99")
    replace_in(credentials / "05-huddles-and-briefings.yaml", "hours: 5", "hours: 8")
    with (credentials / "07-feedback-and-debriefing.yaml").open("a", encoding="utf-8") as file:
        file.write("\nvalidity_months: 24\nallow:\n  - {id: expiry-without-renewal, reason: Decided in June.}\n")
    return folder


def log(folder: Path, root: Path) -> dict:
    made = sarif_log(check_folder(folder), folder=folder, root=root, version="1.2.3")
    return json.loads(json.dumps(made))


def test_log_has_the_parts_that_the_specification_requires(folder, tmp_path):
    made = log(folder, tmp_path)
    assert made["version"] == "2.1.0"
    assert made["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = made["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("ipe check", "1.2.3")
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["help"]["text"].startswith(f"# {rule['id']}")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    names = [rule["id"] for rule in driver["rules"]]
    assert len(names) == len(set(names))
    assert {lint.id for lint in LINTS} <= set(names)
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]


def test_results_are_the_findings_with_their_places(folder, tmp_path):
    check = check_folder(folder)
    results = log(folder, tmp_path)["runs"][0]["results"]
    shown = []
    for result in results:
        physical = result["locations"][0]["physicalLocation"]
        address = physical["artifactLocation"]
        assert address["uriBaseId"] == "%SRCROOT%"
        assert not address["uri"].startswith(("/", "file:", ".."))
        assert (tmp_path / unquote(address["uri"])).is_file()
        shown.append((result["ruleId"], str(tmp_path / unquote(address["uri"])), physical["region"]["startLine"]))
    every = [*check.findings, *(one.finding for one in check.allowed)]
    assert shown == [(one.id, one.place.file, one.place.line) for one in every]
    assert {id for id, _, _ in shown} >= {"unknown-competency", "text-number-mismatch", "expiry-without-renewal"}


def test_allowed_finding_is_suppressed_in_source_with_its_reason(folder, tmp_path):
    results = log(folder, tmp_path)["runs"][0]["results"]
    suppressed = {one["ruleId"]: one["suppressions"] for one in results if "suppressions" in one}
    assert suppressed == {
        "expiry-without-renewal": [{"kind": "inSource", "status": "accepted", "justification": "Decided in June."}]
    }


def test_file_outside_the_root_is_relative_to_the_programme_and_no_absolute_path_is_written(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    made = log(folder, elsewhere)
    for result in made["runs"][0]["results"]:
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert address["uriBaseId"] == "%PROGRAMME%"
        assert (folder / unquote(address["uri"])).is_file()
    assert set(made["runs"][0]["originalUriBaseIds"]) == {"%SRCROOT%", "%PROGRAMME%"}
    addresses = json.dumps([one["locations"] for one in made["runs"][0]["results"]])
    assert str(tmp_path) not in addresses


def test_name_of_a_file_is_escaped_as_an_address(tmp_path):
    place = Place(str(tmp_path / "a b#ä.yaml"), 3, "id")
    check = FolderCheck("x", (Finding("cycle", "error", "A.", "B.", place, "x"),), unreadable=False)
    made = sarif_log(check, folder=tmp_path, root=tmp_path, version="0.1.dev0")
    address = made["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert address["uri"] == "a%20b%23%C3%A4.yaml"


def test_fingerprint_survives_lines_that_are_added_above(folder, tmp_path):
    def prints() -> set[str]:
        results = log(folder, tmp_path)["runs"][0]["results"]
        return {one["partialFingerprints"]["ipeFinding/v1"] for one in results}

    before = prints()
    for file in (folder / "credentials").glob("0*.yaml"):
        file.write_text("# one line more\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert prints() == before
    assert len(before) == len(log(folder, tmp_path)["runs"][0]["results"]) > 2


def test_finding_without_a_file_has_no_physical_place():
    check = FolderCheck(None, (Finding("made-up", "info", "A."),), unreadable=False)
    (result,) = sarif_log(check, folder=Path(), root=Path(), version="1.0.0")["runs"][0]["results"]
    assert (result["level"], result["locations"]) == ("note", [])
