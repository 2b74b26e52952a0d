"""The tutorial, typed from its first line to its last in an empty folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.manual_blocks import ROOT, Block, blocks

pytestmark = pytest.mark.slow  # some twenty commands, a simulation and a report among them


def test_the_tutorial_can_be_typed_from_its_first_line_to_its_last(tmp_path: Path):
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ipe").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ipe_workbench "$@"\n', encoding="utf-8")
    (programs / "ipe").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    desk = tmp_path / "desk"
    desk.mkdir()
    for block in blocks(ROOT / "docs" / "tutorial.md"):
        if block.kind == "yaml":
            (desk / block.text.splitlines()[0].removeprefix("# ")).write_text(block.text, encoding="utf-8")
        if block.kind == "console":
            _type(block, desk, environment)
    assert len(list((desk / "badges" / "badges").iterdir())) > 100
    claims = json.loads((desk / "outcomes" / "result.json").read_text(encoding="utf-8"))["claims"]
    assert [one["id"] for one in claims] == ["confidence"]
    assert list((desk / "reports").rglob("*.html"))


def _type(block: Block, desk: Path, environment: dict[str, str]) -> None:
    """Type a block as a person would, in one shell; each command ends as the page says."""
    for line in re.findall(r"^\$ (.+)$", block.text, flags=re.M):
        if line.startswith("export "):
            name, value = line.removeprefix("export ").split("=", 1)
            environment[name] = value.strip('"')
            continue
        command, _, expected = line.partition("   # exit code ")
        done = subprocess.run(
            ["bash", "-c", command], cwd=desk, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == int(expected or 0), (
            f"{block}: {command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
