"""The table of races, and the counting of instructions: what they say when something is missed, or got dearer."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
RACES = sorted(one for one in (ROOT / "benchmarks").glob("*.py") if one.stem != "board")


def loaded(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"loaded_{Path(path).stem}", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("race", RACES, ids=lambda one: one.stem)
def test_each_race_tells_its_figures_to_the_table(race: Path):
    text = race.read_text(encoding="utf-8")
    assert "from board import score" in text
    assert "  score(" in text


def test_a_missed_bar_and_a_race_that_breaks_show_in_the_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    board = loaded("benchmarks/board.py")
    race = tmp_path / "race.py"
    race.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r})\n"
        "from board import score\n"
        "score('fast enough', 103.2, least=80)\nscore('too slow', 7.0, 's', most=5)\nscore('no bar', 0.1234, 'ms')\n"
        "sys.exit(3)\n",
        encoding="utf-8",
    )
    rows, _, ended = board.run(race)
    assert not ended
    assert [(one["found"], one["bar"], one["met"]) for one in rows] == [
        ("103 times", "at least 80", "yes"),
        ("7 s", "at most 5", "**no**"),
        ("0.123 ms", "", ""),
    ]
    assert "too slow: 7 s; bar: at most 5: MISSED" in capfd.readouterr().out


@pytest.mark.parametrize(("factor", "code"), [(1.15, 0), (1.25, 1)])
def test_a_job_that_takes_a_fifth_more_instructions_fails(
    factor: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    counting = loaded("scripts/count_instructions.py")
    record = {"surroundings": counting.surroundings(), "instructions": dict.fromkeys(counting.JOBS, 1_000_000)}
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(counting, "_RECORD", tmp_path / "record.json")
    monkeypatch.setattr(counting, "_compiled", lambda job: None)
    monkeypatch.setattr(counting.shutil, "which", lambda name: "valgrind")
    # What the start takes is subtracted from the others.
    counted = {**dict.fromkeys(counting.JOBS, 2_000_000), "start": 1_000_000, "rules": round(1e6 * (1 + factor))}
    monkeypatch.setattr(counting, "count", counted.__getitem__)
    monkeypatch.setattr("sys.argv", ["count"])
    assert counting.main() == code
    assert ("DEARER by more than 20%: rules." in capsys.readouterr().out) == bool(code)


def test_the_record_knows_every_job():
    counting = loaded("scripts/count_instructions.py")
    record = json.loads((ROOT / "benchmarks" / "instructions.json").read_text(encoding="utf-8"))
    assert set(record["instructions"]) == set(counting.JOBS)
