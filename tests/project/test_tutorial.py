"""The tutorial, typed from its first line to its last in an empty folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.project.manual_blocks import ROOT, blocks
from tests.project.manual_shell import Shell

# Some twenty commands, a simulation and a report among them.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_tutorial_can_be_typed_from_its_first_line_to_its_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("IPE_DB", "IPE_KEY_PASSPHRASE", "IPE_RECORDS_KEY"):
        monkeypatch.delenv(name, raising=False)
    shell = Shell(tmp_path, exactly=True, environment={})
    for block in blocks(ROOT / "docs" / "tutorial.md"):
        if block.kind == "yaml":
            (tmp_path / block.text.splitlines()[0].removeprefix("# ")).write_text(block.text, encoding="utf-8")
        if block.kind == "sh":
            shell.type(block)
    assert len(list((tmp_path / "badges" / "badges").iterdir())) > 100
    claims = json.loads((tmp_path / "outcomes" / "result.json").read_text(encoding="utf-8"))["claims"]
    assert [one["id"] for one in claims] == ["confidence"]
    assert list((tmp_path / "reports").rglob("*.html"))
