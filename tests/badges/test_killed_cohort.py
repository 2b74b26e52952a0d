"""``ipe badges issue`` for a cohort, killed again and again: in the end each award has exactly one valid badge.

``IPE_COHORT=700 IPE_KILLS=100`` runs it at full size: 11,200 badges, a hundred kills, some minutes.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipe_workbench.badges import KnownKeys, read_badge, verify
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.credentials import example_programme
from tests.badges.making import NOW, PASSPHRASE

LEARNERS, KILLS = int(os.environ.get("IPE_COHORT", "8")), int(os.environ.get("IPE_KILLS", "2"))
pytestmark = [
    pytest.mark.slow,  # each kill is a process of its own
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise"),
]


def test_a_cohort_killed_again_and_again_has_each_badge_once(tmp_path, ring):
    credentials = list(example_programme().credentials)
    rows = [f"s{n},s{n}@example.edu,{one},2026-10-{1 + n % 28:02}" for n in range(LEARNERS) for one in credentials]
    (tmp_path / "awards.csv").write_text("\n".join(["learner,email,credential,awarded", *rows]) + "\n")
    picks, found, total = random.Random(11), [], len(rows)  # noqa: S311
    for number in range(KILLS):
        there = len(badges_in(tmp_path))
        process = issue(tmp_path, ring)
        # Even ones die after some badges more, odd ones at some moment, which may be before the first.
        until = there + picks.randint(1, max(1, 2 * (total - there) // (KILLS - number)))
        moment = time.monotonic() + picks.uniform(0, 2 + total / 2000)
        while process.poll() is None and (
            len(badges_in(tmp_path)) < until if number % 2 == 0 else time.monotonic() < moment
        ):
            time.sleep(0.001)
        process.kill()
        process.wait()
        found.append(len(badges_in(tmp_path)))
    process = issue(tmp_path, ring)
    assert process.wait() == 0
    print(f"badges at the moments of death: {found}")
    assert set(found) - {0, total}

    entries = Register.read(tmp_path / "out" / REGISTER).every
    assert (
        len(entries) == len({one.award for one in entries}) == len({(one.list, one.index) for one in entries}) == total
    )
    assert {path.stem for path in badges_in(tmp_path)} == {one.id.removeprefix("urn:uuid:") for one in entries}
    keys = KnownKeys(ring.documents().values())
    lists = [read_badge(one.read_bytes()) for one in (tmp_path / "out" / "status").iterdir()]
    for path in badges_in(tmp_path):
        report = verify(path.read_bytes(), now=NOW, keys=keys, lists=lists)
        assert report.verdict == "verified", (path, report.checks)
        assert json.loads(path.read_bytes())["id"] == f"urn:uuid:{path.stem}"


def badges_in(folder: Path) -> list[Path]:
    return list((folder / "out" / "badges").glob("*.json"))


def issue(folder: Path, ring) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "ipe_workbench", "badges", "issue", "data/programmes/cu-ipe"),
        *("--awards", folder / "awards.csv", "--key", ring.folder, "--out", folder / "out"),
        *("--now", NOW.isoformat(), "--resume"),
    ]
    return subprocess.Popen(
        command,
        env={**os.environ, "IPE_KEY_PASSPHRASE": PASSPHRASE},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
