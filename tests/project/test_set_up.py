"""The set-up script on a small project: it installs once, again when something changed, and fails in one sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small-thing"
version = "1"
[project.scripts]
small = "small:main"
[tool.hatch.build.targets.wheel]
only-include = ["small.py"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with this project's set-up script and a lock of one package, which is installed already: no network."""
    folder = tmp_path / "a project"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "setup.sh", folder / "scripts")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "small.py").write_text("def main():\n    print('works')\n", encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (editables,) = re.findall(r"^editables==.*\n(?: +--hash.*\n?)+", lock, flags=re.MULTILINE)
    (folder / "requirements.lock").write_text(editables, encoding="utf-8")
    return folder


def set_up(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    here = next(path for path in sys.path if path.endswith("site-packages"))
    env = {**os.environ, "PYTHONPATH": here, "PIP_NO_INDEX": "1", "PYTHON": sys.executable, **environment}
    command = ["/bin/bash", "scripts/setup.sh", *(arguments or (".venv", "requirements.lock"))]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow  # makes a virtual environment twice
def test_installs_once_and_again_only_after_a_change_or_a_move(project: Path):
    first = set_up(project)
    assert first.returncode == 0, first.stderr
    assert "Installing 1 locked packages" in first.stderr
    assert subprocess.run([project / ".venv/bin/small"], capture_output=True, check=True).stdout == b"works\n"

    again = set_up(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    os.utime(project / "requirements.lock")
    assert set_up(project).stderr == "", "a new time is no change"

    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "Installing" in set_up(project).stderr

    moved = project.rename(project.with_name("moved"))
    answer = set_up(moved)
    assert "Making .venv" in answer.stderr
    assert subprocess.run([moved / ".venv/bin/small"], capture_output=True, check=True).stdout == b"works\n"


@pytest.mark.slow  # makes a virtual environment
def test_a_file_that_is_not_the_locked_one_is_refused(project: Path):
    lock = project / "requirements.lock"
    lock.write_text("editables==0.0.1 \\\n    --hash=sha256:" + 64 * "0" + "\n", encoding="utf-8")
    answer = set_up(project)
    assert answer.returncode != 0
    assert not (project / ".venv" / ".installed").exists(), "an installation that failed is tried again"


def test_without_a_fitting_python_it_says_what_to_do(project: Path):
    answer = set_up(project, PYTHON=str(project / "no-such-python"))
    assert answer.returncode == 3
    assert "Python 3.11 to 3.14 is needed" in answer.stderr
    assert "make demo PYTHON=" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_without_a_lock_it_shows_how_it_is_called(project: Path):
    answer = set_up(project, ".venv", "missing.lock")
    assert answer.returncode == 2
    assert answer.stderr.startswith("Usage: ")


def test_help_is_the_default_target_and_names_every_target_that_people_type():
    answer = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True)
    named = set(re.findall(r"^  make (\w+)", answer.stdout, flags=re.MULTILINE))
    assert named == {
        "help",
        "demo",
        "lab",
        "test",
        "lint",
        "format",
        "docs",
        "release",
        "bench",
        "instructions",
        "mutants",
        "fuzz",
        "validate",
        "schemas",
        "lock",
        "clean",
    }
