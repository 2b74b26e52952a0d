"""Starting is cheap: what is heavy is loaded when it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "pandas",
    "matplotlib",
    "numba",
    "ortools",
    "scipy",
    "networkx",
    "pyarrow",
    "papermill",
    "IPython",
    "ipywidgets",
}
PROBE = "import sys, json; {code}\nprint(json.dumps(sorted(sys.modules)))"


def modules_after(code: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_else_of_ours():
    loaded = modules_after("import ipe_workbench")
    ours = {name for name in loaded if name.startswith("ipe_workbench")}
    assert ours == {"ipe_workbench"}
    assert len(loaded - modules_after("pass")) < 15


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["report", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    code = (
        "import contextlib, io\nfrom ipe_workbench.cli import app\n"
        f"with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): app({arguments!r})"
    )
    loaded = modules_after(code)
    assert "ipe_workbench.cli" in loaded
    assert not {name.split(".")[0] for name in loaded} & HEAVY


def test_reading_a_programme_needs_no_frames_and_no_compiler():
    loaded = modules_after("import ipe_workbench; ipe_workbench.example_programme()")
    assert not {name.split(".")[0] for name in loaded} & (HEAVY - {"networkx"})
