"""What a release says about itself, said once in each place and the same everywhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ruamel.yaml import YAML

import ipe_workbench

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_version_licence_and_authors_are_the_same_everywhere():
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert ipe_workbench.__version__ == PROJECT["version"] == citation["version"]
    assert PROJECT["license"] == citation["license"] == "Apache-2.0"
    assert PROJECT["authors"] == citation["authors"]


def test_hooks_come_from_the_projects_own_environment():
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {one["repo"] for one in hooks["repos"]} == {"local"}
    assert all(hook["entry"].startswith(".venv/bin/") for one in hooks["repos"] for hook in one["hooks"])
