from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.simulation import Scenario, SimulationResult, read_result, simulate
from ipe_workbench.simulation.results import COLUMNS


@pytest.fixture
def result(small: Programme) -> SimulationResult:
    return simulate(small, Scenario(id="quick", title="Quick", replicates=5), seed=7)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_two_runs_with_one_seed_write_the_same_bytes(
    small: Programme, result: SimulationResult, tmp_path: Path
) -> None:
    again = simulate(small, Scenario(id="quick", title="Quick", replicates=5), seed=7)
    other = simulate(small, Scenario(id="quick", title="Quick", replicates=5), seed=8)
    first = _bytes(result.write(tmp_path / "a"))
    assert set(first) == {f"{name}.parquet" for name in COLUMNS} | {"summary.json"}
    assert _bytes(again.write(tmp_path / "b")) == first
    assert _bytes(other.write(tmp_path / "c"))["summary.json"] != first["summary.json"]


def test_a_result_reads_back_as_it_was(result: SimulationResult, tmp_path: Path) -> None:
    back = read_result(result.write(tmp_path / "run"))
    assert back.summary() == result.summary()
    assert back.digest == result.digest
    for name, frame in result.frames.items():
        assert list(frame.columns) == list(COLUMNS[name])
        pd.testing.assert_frame_equal(frame, back.frames[name], check_dtype=False)


def test_summary_says_simulated_and_where_it_comes_from(result: SimulationResult, tmp_path: Path) -> None:
    summary = json.loads((result.write(tmp_path / "run") / "summary.json").read_text())
    assert summary["simulated"] is True
    assert (summary["seed"], summary["replicates"], summary["learners"]) == (7, 5, 100)
    assert {"ipe-workbench", "numba", "numpy"} <= set(summary["versions"])
    assert all(len(summary[name]) == 64 for name in ("digest", "programme_digest", "scenario_digest"))


def test_a_folder_of_something_else_is_left_alone(result: SimulationResult, tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    with pytest.raises(UnusableInputError, match="nothing was written"):
        result.write(tmp_path)
    assert _bytes(tmp_path) == {"thesis.txt": b"years of work"}
    with pytest.raises(UnusableInputError, match="is a file"):
        result.write(thesis)


def test_an_earlier_run_is_replaced_and_foreign_files_in_it_stay(
    small: Programme, result: SimulationResult, tmp_path: Path
) -> None:
    folder = result.write(tmp_path / "run")
    (folder / "notes.md").write_text("mine")
    other = simulate(small, Scenario(id="quick", title="Quick", replicates=5), seed=8)
    other.write(folder)
    assert read_result(folder).digest == other.digest != result.digest
    assert (folder / "notes.md").read_text() == "mine"


def test_a_changed_or_missing_file_is_noticed(result: SimulationResult, tmp_path: Path) -> None:
    folder = result.write(tmp_path / "run")
    (folder / "badges.parquet").write_bytes((folder / "stacks.parquet").read_bytes())
    with pytest.raises(UnreadableFileError, match=r"badges\.parquet"):
        read_result(folder)
    (folder / "badges.parquet").unlink()
    with pytest.raises(UnreadableFileError, match="missing"):
        read_result(folder)
    with pytest.raises(UnreadableFileError, match="no simulation result"):
        read_result(tmp_path / "nowhere")


def test_a_single_replicate_has_no_interval(small: Programme) -> None:
    summary = simulate(small, Scenario(id="quick", title="Quick", replicates=1)).summary()
    assert summary["badges"][0]["earned"]["low"] is None
    json.dumps(summary, allow_nan=False)


def test_frames_are_copies(result: SimulationResult) -> None:
    frame = result.badges()
    frame.loc[:, "mean"] = 2.0
    assert result.badges()["mean"].max() <= 1
