"""The press, with a process that forks for each report and with processes that print one after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.reporting.press import Job, Outcome, Press
from ipe_workbench.reporting.press import pool as pool_module
from ipe_workbench.reporting.press.server import can_fork
from tests.reporting.templates import template

#: Changes whatever a notebook can change, after saying how it found it.
DISORDERLY = """
import os, random, sys, warnings
import matplotlib as mpl, numpy as np, pandas as pd
found = [os.getcwd(), os.environ.get("LEFT"), "left" in sys.path, pd.options.display.max_rows,
         mpl.rcParams["font.size"], random.random() == random.Random(1).random(),
         np.random.random() == np.random.RandomState(1).random(),
         "secret" in globals(), len(warnings.filters), np.get_printoptions()["precision"]]
os.chdir("/"); os.environ["LEFT"] = "1"; sys.path.append("left"); pd.options.display.max_rows = 3
mpl.rcParams["font.size"] = 30; random.seed(1); np.random.seed(1); secret = 1; warnings.simplefilter("error")
np.set_printoptions(precision=2)
"""
#: Speaks as a server does, and does what the ids of its jobs say.
STAND_IN = """
import json, os, sys, time
print("ready", flush=True)
for line in sys.stdin:
    job = json.loads(line)["id"]
    once = os.path.join(os.environ["PYTHONPATH"], job)
    if job.startswith("dies") or (job == "once" and not os.path.exists(once)):
        open(once, "w").close()
        os._exit(9)
    if job == "hangs":
        time.sleep(600)
    print(json.dumps({"id": job, "files": []}), flush=True)
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    path = template(
        tmp_path / "t.ipynb",
        'word: str = ""',
        DISORDERLY,
        "if word == 'dies':\n    os.kill(os.getpid(), 9)\nif word == 'hangs':\n    import time; time.sleep(600)",
        "assert word != 'fails', 'as told'",
        "print(found, sys.stdin.read(), os.read(0, 1))",
    )
    folder = tmp_path / "out"
    return Job("a", str(path), {"word": ""}, "T", str(folder), str(folder / ".receipts" / "a.json"), "key")


def _named(job: Job, name: str, word: str = "") -> Job:
    return replace(job, id=name, receipt=str(Path(job.receipt).with_name(f"{name}.json")), parameters={"word": word})


def _by_id(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    return {one.id: one for one in outcomes}


@pytest.mark.parametrize("forks", [True, False])
def test_a_report_comes_out_the_same_whatever_was_printed_before(job: Job, forks: bool) -> None:
    jobs = [_named(job, "first"), _named(job, "bad", "fails"), _named(job, "last")]
    if forks:
        if not can_fork():
            pytest.skip("this system cannot fork")
        jobs += [_named(job, "dead", "dies"), replace(_named(job, "slow", "hangs"), limit=2.0)]
    with Press(1, forks=forks) as press:
        outcomes = _by_id(press.print(jobs))
    assert outcomes.keys() == {one.id for one in jobs}
    assert outcomes["first"].problem == outcomes["last"].problem == ""
    assert "AssertionError: as told" in outcomes["bad"].problem
    assert outcomes["bad"].cell == 4
    first, last = (Path(job.folder, f"{one}.html").read_text(encoding="utf-8") for one in ("first", "last"))
    assert first == last
    assert "None, False, 60, 10.0, False, False, False," in first
    assert "b''" in unescape(first)  # standard input holds nothing
    if forks:
        assert "died" in outcomes["dead"].problem
        assert "longer than its limit" in outcomes["slow"].problem


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "stand-in" / "ipe_workbench" / "reporting" / "press" / "server.py"
    module.parent.mkdir(parents=True)
    module.write_text(STAND_IN, encoding="utf-8")
    for folder in module.parents[:3]:
        (folder / "__init__.py").touch()
    monkeypatch.setattr(pool_module, "_search_path", lambda: str(tmp_path / "stand-in"))


@pytest.mark.usefixtures("stand_in")
def test_processes_that_cannot_fork_are_replaced_when_a_report_takes_them_down(job: Job, tmp_path: Path) -> None:
    names = ["first", "dies-a", "once", "dies-b", "hangs", "dies-c", "dies-d", "last"]
    jobs = [replace(_named(job, one), limit=1.0 if one == "hangs" else 3600) for one in names]
    with Press(2, forks=False, folder=str(tmp_path)) as press:
        outcomes = _by_id(press.print(jobs))
    assert outcomes.keys() == set(names)
    assert [one for one in names if not outcomes[one].problem] == ["first", "once", "last"]
    assert all("died" in outcomes[f"dies-{one}"].problem for one in "abcd")
    assert "longer than its limit" in outcomes["hangs"].problem


@pytest.mark.parametrize("forks", [True, False])
def test_processes_that_do_not_start_are_a_fault_of_the_machine(
    job: Job, forks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Press(1, forks=forks) as press, pytest.raises(EnvironmentFault, match="do not start"):
        list(press.print([job]))
