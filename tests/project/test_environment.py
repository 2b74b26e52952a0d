"""pyproject.toml is the one list of dependencies: the conda environment and the lock files follow it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
# What conda-forge calls otherwise: its "playwright" is for Node.js, its "ortools" has no Python.
CONDA_NAMES = {
    "playwright-python": "playwright",
    "ortools-python": "ortools",
    "python-fastjsonschema": "fastjsonschema",
}
CARD = {"jupyterlab", "ipywidgets", "pandas", "networkx", "matplotlib", "papermill", "nbval", "pytest"}


def declared() -> dict[str, str]:
    groups = PYPROJECT["dependency-groups"]
    texts = [*PYPROJECT["project"]["dependencies"], *groups["dev"], *groups["build"]]
    return {one.name: str(one.specifier) for one in map(Requirement, texts)}


def conda() -> dict[str, str]:
    plain = [one for one in ENVIRONMENT["dependencies"] if isinstance(one, str)]
    (pip,) = [one["pip"] for one in ENVIRONMENT["dependencies"] if isinstance(one, dict)]
    texts = [one for one in (*plain, *pip) if one != "pip" and not one.startswith("--editable")]
    return {CONDA_NAMES.get(one.name, one.name): str(one.specifier) for one in map(Requirement, texts)}


def test_conda_environment_names_the_same_packages_and_ranges():
    assert conda() == {"python": PYPROJECT["project"]["requires-python"], **declared()}


def test_packages_of_the_card_are_there_and_the_project_installs_itself():
    assert set(conda()) >= CARD
    assert any("--editable ." in one.get("pip", ()) for one in ENVIRONMENT["dependencies"] if isinstance(one, dict))


def test_conda_understands_every_line_as_pip_does():
    for line in ENVIRONMENT["dependencies"]:
        if isinstance(line, str):
            conda_spec, pip_spec = MatchSpec(line), Requirement(line)
            assert conda_spec.name.normalized == pip_spec.name
            assert SpecifierSet(str(conda_spec.version or "")) == pip_spec.specifier


def test_only_the_community_channel_is_asked():
    assert ENVIRONMENT["channels"] == ["conda-forge"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_every_dependency_with_hashes_and_names_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--index|--find-links|--extra|\s/[a-z]", text)
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert all("--hash=sha256:" in block for block in blocks)
    pinned = {re.match(r"[a-z0-9._-]+", block).group().replace("_", "-") for block in blocks}
    wanted = (
        {one.lower() for one in declared()}
        if "dev" in lock
        else {Requirement(one).name.lower() for one in PYPROJECT["project"]["dependencies"]}
    )
    assert {one.replace(".", "-") for one in wanted} <= {one.replace(".", "-") for one in pinned}


def test_larger_lock_holds_all_of_the_smaller_one():
    # scripts/setup.sh takes an environment with the larger one for an environment with the smaller one.
    # What it installs on more systems than the smaller one does no harm, so the markers do not count.
    smaller, larger = (
        set(re.split(r"\n(?=[A-Za-z0-9])", re.sub(r" ; [^\\\n]+", " ", (ROOT / name).read_text("utf-8").strip())))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert smaller < larger


def test_demo_needs_no_browser_driver_and_no_test_tools():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"^(playwright|pytest|mypy|ruff)==", text, flags=re.MULTILINE)


def test_locked_versions_lie_in_the_declared_ranges():
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    ranges = {name.lower().replace(".", "-"): Requirement(name + spec).specifier for name, spec in declared().items()}
    found = 0
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE):
        specifier = ranges.get(name.lower().replace(".", "-"))
        if specifier is not None:
            found += 1
            assert specifier.contains(version), (name, version)
    assert found >= len(ranges)
