"""The press has everything at hand before it forks: a child that imports makes each small report slow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting import open_faculty_report
from ipe_workbench.reporting.faculty_report import shared_feedback
from ipe_workbench.reporting.press.warming import read_shared

CODE = """
import json, sys
from ipe_workbench.reporting.press.server import warm_up
warm_up("{}")
before = set(sys.modules)
from ipe_workbench.reporting import open_learner_record, sections, write_tables
sections.learner.masthead, open_learner_record, write_tables
late = {one for one in set(sys.modules) - before if one.split(".")[0] in ("ipe_workbench", "pandas", "numba", "scipy")}
print(json.dumps(sorted(late)))
"""


def test_what_templates_import_is_there_before_the_fork() -> None:
    paths = os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
    said = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip().splitlines()[-1] == "[]"


def test_the_study_of_all_raters_is_made_before_the_fork(small_programme: Path) -> None:
    read_shared({"programme": str(small_programme), "raters_in": "2027-spring"})
    studied = shared_feedback.cache_info().misses
    open_faculty_report(str(small_programme), "2027-spring")
    assert shared_feedback.cache_info().misses == studied


def test_what_cannot_be_studied_is_left_to_the_reports(tmp_path: Path) -> None:
    known = shared_feedback.cache_info().currsize
    for programme in (str(tmp_path), ""):
        read_shared({"programme": programme, "raters_in": "2026-fall"})
    assert shared_feedback.cache_info().currsize == known
    with pytest.raises(WorkbenchError):
        open_faculty_report(tmp_path, "2026-fall")
