"""``ipe simulate`` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ipe_workbench.cli import main
from tests.simulation.conftest import DATA


def ipe(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from ipe_workbench.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_json_has_the_documented_keys_and_the_badges_in_the_order_of_the_levels(tmp_path: Path) -> None:
    out = tmp_path / "run"
    numbers = ("--replicates", "3", "--seed", "7", "--out", str(out), "--format", "json")
    done = ipe("simulate", str(DATA / "reference"), "--scenario", "reference", *numbers)
    assert (done.returncode, done.stderr) == (0, "")
    printed = json.loads(done.stdout)
    assert list(printed)[:5] == ["learners", "replicates", "badges", "digest", "wall_s"]
    assert (printed["learners"], printed["replicates"], printed["simulated"]) == (700, 3, True)
    assert [badge["id"] for badge in printed["badges"]] == [
        f"chain-{c}-{level}" for level in range(1, 5) for c in "abc"
    ]
    for badge in printed["badges"]:
        assert {"mean", "se"} <= set(badge["earned"])
        assert {"mean", "se"} <= set(badge["retained"])
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["digest"] == printed["digest"]
    assert "wall_s" not in summary


def test_table_is_marked_as_simulated() -> None:
    done = ipe("simulate", str(DATA / "reference"), "--scenario", "reference", "--replicates", "2")
    assert done.returncode == 0
    assert "simulated" in done.stdout
    assert "Chain A, level 1" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scenario", "referense"), "Did you mean reference"),
        (("--scenario", "reference", "--replicates", "0"), "between 1 and 100,000"),
        (("--scenario", "reference", "--seed", "-3"), "between 0 and"),
    ],
)
def test_wrong_input_is_one_sentence_with_exit_code_2_and_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    out = tmp_path / "run"
    monkeypatch.setattr(sys, "argv", ["ipe", "simulate", str(DATA / "reference"), *arguments, "--out", str(out)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not out.exists()


def test_importing_the_room_loads_no_heavy_package() -> None:
    code = (
        "import sys, ipe_workbench.simulation, ipe_workbench.cli.simulate;"
        "print([m for m in ('numba', 'pandas', 'pyarrow', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
