"""``ipe simulate`` with its studies, and ``ipe compare``, as a user runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from ipe_workbench.cli import main
from tests.simulation.conftest import DATA

REFERENCE = (str(DATA / "reference"), "--scenario", "reference")


@pytest.fixture
def ipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["ipe", *arguments])
        left: object = 0
        try:
            main()
        except SystemExit as end:
            left = end.code
        printed = capsys.readouterr()
        assert (left or 0) == code, printed.err
        return printed.out, printed.err

    return run


def test_runs_compared(ipe, tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        ipe("simulate", *REFERENCE, "--replicates", "6", "--seed", seed, "--out", str(tmp_path / name))
    told, _ = ipe("compare", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json")
    compared = json.loads(told)
    assert (compared["paired"], compared["simulated"], len(compared["differences"])) == (True, True, 27)
    assert all(row["difference"] == 0 for row in compared["differences"])
    told, _ = ipe("compare", str(tmp_path / "a"), str(tmp_path / "c"))
    assert "independent samples" in told
    assert "simulated" in told
    assert ipe("compare", str(tmp_path / "a"), str(tmp_path / "nothing"), code=2)[1].count("\n") == 1


def test_precision_and_kept_parts(ipe, tmp_path: Path) -> None:
    out = tmp_path / "run"
    more = ("--replicates", "60", "--precision", "0.02", "--outcome", "earned:chain-a-1", "--keep-parts")
    told, error = ipe("simulate", *REFERENCE, *more, "--out", str(out), "--format", "json")
    result = json.loads(told)
    assert error == ""
    assert result["precision"]["reached"]
    assert result["replicates"] == 32
    assert list((tmp_path / "run.parts").rglob("*.parquet"))


def test_sweep_writes_a_table(ipe, tmp_path: Path) -> None:
    out = tmp_path / "points.csv"
    vary = ("--vary", "learning.forget_per_week=0:0.1", "--outcome", "retained:chain-a-1", "--outcome", "badges")
    told, _ = ipe("simulate", "sweep", *REFERENCE, *vary, "--levels", "3", "--replicates", "2", "--out", str(out))
    assert "simulated" in told
    frame = pd.read_csv(out)
    assert len(frame) == 6
    retained = frame.query("outcome == 'retained:chain-a-1'")["mean"].tolist()
    assert retained == sorted(retained, reverse=True)
    assert not (tmp_path / "points.csv.parts").exists()


def test_sensitivity_and_optimisation_as_json(ipe) -> None:
    vary = ("--vary", "assessment.slip=0:0.3", "--vary", "assessment.attempt_probability=0.1:0.9", "--replicates", "1")
    told, _ = ipe(
        "simulate", "sensitivity", *REFERENCE, *vary, "--outcome", "badges", "--base", "8", "--format", "json"
    )
    assert {row["factor"] for row in json.loads(told)["rows"]} == {"assessment.slip", "assessment.attempt_probability"}
    vary = (
        "--vary",
        "design_changes.chain-a-1.attempts=1:3",
        "--objective",
        "badges",
        "--limit",
        "earned:chain-a-1>=0.1",
    )
    more = ("--replicates", "2", "--fresh-replicates", "3")
    told, _ = ipe("simulate", "optimise", *REFERENCE, *vary, *more, "--format", "json")
    found = json.loads(told)
    assert found["exhaustive"]
    assert found["best"] == {"design_changes.chain-a-1.attempts": 3}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep", *REFERENCE, "--vary", "assessment.slipp=0:1", "--outcome", "badges"), "Did you mean slip"),
        (("sweep", *REFERENCE, "--vary", "assessment.slip=0:0.1", "--outcome", "x:y"), "no outcome"),
        (("sensitivity", *REFERENCE, "--vary", "assessment.slip=0:0.1", "--outcome", "badges"), "two factors"),
        ((*REFERENCE, "--scheduler", "slurm"), "no scheduler"),
        ((*REFERENCE, "--precision", "0"), "above 0"),
    ],
)
def test_wrong_input_is_one_sentence(ipe, arguments: tuple[str, ...], message: str) -> None:
    out, error = ipe("simulate", *arguments, code=2)
    assert out == ""
    assert message in error
    assert error.count("\n") == 1
