"""``python -m ipe_workbench`` is the command ``ipe``."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_runs_as_a_module():
    answer = subprocess.run([sys.executable, "-m", "ipe_workbench", "--help"], capture_output=True, text=True)
    assert answer.returncode == 0
    assert "ipe init" in answer.stdout
