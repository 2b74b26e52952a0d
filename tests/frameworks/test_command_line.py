"""``ipe frameworks`` in the process: what it prints, and what hostile titles cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli.frameworks import app
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.frameworks import open_framework

HOSTILE = "Team\x1b[2J [bold]care[/bold]\x07 \u202e"


def ipe(*arguments: str | Path) -> str:
    answer = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert answer.exit_code == 0
    return answer.stdout


@pytest.fixture
def package(tmp_path) -> Path:
    path = tmp_path / "package.json"
    entry = {"identifier": "a", "humanCodingScheme": "A\x1b]0;x\x07", "fullStatement": HOSTILE}
    chain = {"originNodeURI": "a", "associationType": "isChildOf", "destinationNodeURI": "doc"}
    outside = {"originNodeURI": "a", "associationType": "exactMatchOf", "destinationNodeURI": "z"}
    package = {
        "CFDocument": {"identifier": "doc", "title": HOSTILE},
        "CFItems": [entry],
        "CFAssociations": [chain, outside],
    }
    path.write_text(json.dumps(package), encoding="utf-8")
    return path


def test_import_prints_the_facts_of_the_package_and_writes_our_yaml(package, tmp_path):
    facts = json.loads(ipe("import", package, "--out", tmp_path / "out", "--format", "json"))
    assert {key: value for key, value in facts.items() if key not in ("title", "findings", "rubrics")} == {
        "id": "team-2j-bold-care-bold",
        "items": 1,
        "top_items": 1,
        "depth": 1,
        "leaves": 1,
        "associations": {"isChildOf": 1, "exactMatchOf": 1},
        "external_links": 1,
    }
    assert [one["id"] for one in facts["findings"]] == ["case-external"]
    written = open_framework("team-2j-bold-care-bold.yaml", tmp_path / "out")
    assert written == open_framework(package.name, package.parent)
    with pytest.raises(UnusableInputError, match="exists already"):
        ipe("import", package, "--out", tmp_path / "out")


def test_hostile_titles_reach_the_terminal_as_plain_text(package):
    for printed in (ipe("show", package), ipe("import", package)):
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
        assert "[bold]care[/bold]" in printed


def test_show_prints_statements_and_says_where_none_may_be_shipped():
    assert "(no text included)" in ipe("show", "ipec-2016")
    shown = json.loads(ipe("show", "ipec-2023", "--format", "json"))
    assert len(shown["competencies"]) == 37
    assert all(one["statement"] for one in shown["competencies"])
    with pytest.raises(UnknownNameError, match="Did you mean ipec-2023"):
        ipe("show", "ipec_2023")


@pytest.mark.parametrize("framework", ["ipec-2016", "ipec-2023"])
def test_every_competency_in_json_has_the_same_keys_whether_it_has_a_text_and_a_parent_or_not(framework):
    shown = json.loads(ipe("show", framework, "--format", "json"))["competencies"]
    assert all({"id", "code", "statement", "parent", "type"} <= one.keys() for one in shown)
    assert [one["id"] for one in shown if one["parent"] is None] == [one.id for one in open_framework(framework).roots]
