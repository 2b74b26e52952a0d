"""Long work shows how far it is on a terminal, and writes nothing about it into a pipe."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.test_commands import EXAMPLE
from tests.cli.test_teams import roster_file


def on_a_terminal(*arguments: str) -> str:
    """What a command writes to standard error where that is a terminal."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ipe_workbench", *arguments]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
        process.wait(timeout=60)
    os.close(ours)
    return said.decode("utf-8", "replace")


@pytest.mark.parametrize("joint", [False, True])
def test_plans_for_many_show_a_bar_on_a_terminal_only(joint):
    command = ["pathways", "plan", EXAMPLE, "--goal", "communication-certificate", "--cohort", *["--joint"] * joint]
    said = on_a_terminal(*command)
    assert ("Sharing seats, round" if joint else "Planning") in said
    piped = subprocess.run([sys.executable, "-m", "ipe_workbench", *command], capture_output=True, check=False)
    assert (piped.returncode, piped.stderr) == (0, b"")


def test_teams_show_that_they_are_formed(tmp_path):
    command = ["teams", EXAMPLE, "--roster", roster_file(tmp_path), "--time-limit", "1"]
    assert "Forming teams" in on_a_terminal(*command)
