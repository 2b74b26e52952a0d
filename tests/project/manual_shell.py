"""A shell for the manual's blocks: `ipe` is called in this process, everything else by bash."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import typer
from click.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnknownNameError, WorkbenchError
from tests.project.manual_blocks import Block, lines

# Programs that read and write files here and nothing else: bash runs them as they stand.
PLAIN = ("cat", "cp", "echo", "ls", "mkdir", "sed")
SERVERS = (*(f"dashboard {page}" for page in ("learner", "faculty", "programme", "designer", "simulator")), "lab")
ELSEWHERE = ("postgresql://", "tcp://", "--oulad ")

# The same commands with less work: the last of an option given twice counts.
LESS = {
    "simulate": "--replicates 4 --workers 1",
    "simulate sweep": "--replicates 2 --levels 2 --workers 1",
    "simulate sensitivity": "--replicates 2 --base 8 --workers 1",
    "simulate optimise": "--replicates 2 --trials 4 --fresh-replicates 2 --workers 1",
    "simulate calibrate": "--simulations 300 --workers 1",
    "playbook": "--replicates 4",
    "records practice": "--learners 30",
    "report": "--replicates 4 --jobs 1 --only *term-evaluation",
    "report verify": "",
    "badges verify": "--now 2028-05-31T12:00:00Z",  # the invented awards lie ahead
}

# What stands in the manual for something of which every user has another.
NAMES = {
    r"\bs1234567\b": "practice-nursing-0001",
    r"--learner [sL]1\b": "--learner practice-nursing-0001",
    r"\bf1\b": "practice-faculty-01",
    r"badges/badges/6f0c\.+json": '"$(ls -d badges/badges/* | head -n 1)"',
    r"badges/badges/b41e\.+json": '"$(ls -d badges/badges/* | tail -n 1)"',
    r"\bL00012,L00340\b": "practice-nursing-0001,practice-medicine-0002",
    r"--cohort 2026 --judge 2027": "--cohort practice-my-programme-2026 --judge practice-my-programme-2026",
}


def why_not(block: Block) -> str:
    """What keeps a block from being typed here: a program, a server, or something that is on another machine."""
    for line in lines(block):
        words = shlex.split(line, comments=True)
        if words[0] not in ("ipe", "export", *PLAIN):
            return words[0]
        if words[0] == "ipe" and "--help" not in words:
            found = [one for one in SERVERS if " ".join(words[1:]).startswith(one)]
            if found:
                return f"ipe {found[0]} serves until it is stopped"
        found = [one for one in ELSEWHERE if one in line]
        if found:
            return f"{found[0]} is elsewhere"
    return ""


_IPE, _RUNNER = typer.main.get_command(app), CliRunner()
# Exit code 1 of these says that something was found.
_FINDING = ("diff", "evaluate", "pathways what-if", "records check")


@dataclass
class Shell:
    """A prompt in a folder.

    Where it types exactly, nothing is made less, and 1 is the exit code of a fault. Where it does not print, reports
    are asked for, of a programme and a term that must be there, and none is made: each takes ten seconds.
    """

    desk: Path
    exactly: bool = False
    prints: bool = True
    environment: dict[str, str] = field(default_factory=lambda: {"IPE_KEY_PASSPHRASE": "a long sentence of the tests"})

    def type(self, block: Block) -> None:
        """Type the block's lines; each ends with the exit code that the page says, 0 where it says none."""
        for line in lines(block):
            said = re.search(r"# exit code (\d)", line)
            self.run(line, int(said[1]) if said else 0, where=str(block))

    def run(self, line: str, expected: int = 0, *, where: str = "") -> None:
        """Run a line."""
        for name, ours in NAMES.items():
            line = re.sub(name, ours, line)
        line, _, target = (one.strip() for one in line.partition(" > ")) if line.startswith("ipe") else (line, "", "")
        if line.startswith("ipe "):
            code, out, said = self._ipe(self._words(line)[1:])
        else:
            code, out, said = self._bash(line)
        finds = line.removeprefix("ipe ").startswith(_FINDING) and not self.exactly
        allowed = {expected, 1} if finds else {expected}
        assert code in allowed, f"{where}: {line}\nexit code {code}\n{said[-3000:]}"
        if target:
            (self.desk / target).write_text(out, encoding="utf-8")

    def _words(self, line: str) -> list[str]:
        if not set(line) & set("$*"):
            return shlex.split(line, comments=True)
        done = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {line}"], cwd=self.desk, env={**os.environ, **self.environment},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.split("\0")[:-1]

    def _ipe(self, words: list[str]) -> tuple[int, str, str]:
        command = max((one for one in LESS if " ".join(words).startswith(one)), key=len, default="")
        if command and "--help" not in words and not self.exactly:
            words = [*words, *shlex.split(LESS[command])]
            if command == "report" and not (self.prints and "--db" in words):
                words = [*words[:-1], "none"]
        with contextlib.chdir(self.desk):
            result = _RUNNER.invoke(_IPE, words, input="y\n", env=self.environment)
        if isinstance(result.exception, UnknownNameError) and words[-1] == "none":
            return int("No report of this programme matches" not in str(result.exception)), "", str(result.exception)
        if isinstance(result.exception, WorkbenchError):
            return result.exception.exit_code, result.stdout, str(result.exception)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.output

    def _bash(self, line: str) -> tuple[int, str, str]:
        if line.startswith("export "):
            name, _, value = shlex.split(line, comments=True)[1].partition("=")
            self.environment[name] = value
            return 0, "", ""
        command = ["bash", "-c", line]
        done = subprocess.run(command, cwd=self.desk, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr
