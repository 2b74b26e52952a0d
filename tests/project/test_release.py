"""What a release says about itself, said once in each place and the same everywhere."""

from __future__ import annotations

import re
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


def test_no_dependency_of_an_installation_has_a_licence_that_binds_the_whole():
    from scripts.licences import licences

    found = licences(ROOT / "requirements.lock")
    assert len(found) > 100
    assert not [name for name, (_, licence) in found.items() if "not said" in licence]
    # The lesser GPL lets others link to it; GPL and AGPL would bind this package.
    assert not [
        name for name, (_, licence) in found.items() if re.search(r"(?<!L)GPL|(?<!Lesser )General Public", licence)
    ]


def test_the_workflow_runs_what_ci_runs():
    workflow = YAML(typ="safe").load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert "bash .ci/run" in [one.get("run") for one in steps]
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"][0] == PROJECT["requires-python"].removeprefix(">=")


def test_the_image_copies_what_the_wheel_is_built_from():
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    names = {name.removesuffix("/") for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert names >= {
        *built["only-include"],
        *PROJECT["license-files"],
        PROJECT["readme"],
        "pyproject.toml",
        "requirements.lock",
    }


def test_hooks_come_from_the_projects_own_environment():
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {one["repo"] for one in hooks["repos"]} == {"local"}
    assert all(hook["entry"].startswith(".venv/bin/") for one in hooks["repos"] for hook in one["hooks"])
