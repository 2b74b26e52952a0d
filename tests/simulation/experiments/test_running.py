"""Work in parts: cut up, resumed, damaged, interrupted, out of room."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from ipe_workbench.simulation.experiments import part_files
from ipe_workbench.simulation.experiments.part_files import PartFiles, Span, chosen_spans
from ipe_workbench.simulation.experiments.running import Means, run_work
from tests.simulation.experiments.conftest import Squares


def squares(work: Squares, units: int, means: Means, **more: Any) -> list[int]:
    return work.join(run_work(work, units, means, **more))["squares"].tolist()


def computed(notes: Path) -> int:
    """Units that were computed, counted as often as they were."""
    spans = [path.name.split("-") for path in notes.iterdir() if "-" in path.name]
    return sum(int(stop) - int(first) for first, stop in spans)


@settings(max_examples=40, deadline=None)
@given(
    units=st.integers(1, 60),
    spans=st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20)), max_size=12),
    look=st.integers(1, 60),
)
def test_whatever_parts_are_there_the_whole_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, units: int, spans: list[tuple[int, int]], look: int
) -> None:
    folder = tmp_path_factory.mktemp("parts") / "parts"
    work = Squares()
    files = PartFiles(folder, work.key)
    for first, count in spans:
        files.keep(Span(first, first + count), work.part(first, count).compute(1))
    wanted = [n**2 for n in range(units)]
    assert squares(work, units, Means("threads", 1, folder)) == wanted
    never = squares(work, units, Means("threads", 1, folder), looks=[look], enough=lambda parts: False)
    assert never == wanted


def test_finished_parts_are_not_computed_again(tmp_path: Path) -> None:
    work = Squares(seconds=0.1, notes=tmp_path)

    def stop_half_way(done: int, total: int) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_work(work, 10, Means("threads", 1, tmp_path / "parts", stop_half_way))
    assert computed(tmp_path) == 5
    assert squares(work, 10, Means("threads", 1, tmp_path / "parts")) == [n**2 for n in range(10)]
    assert computed(tmp_path) == 10


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "another range", "another work"])
def test_a_damaged_part_is_computed_again(tmp_path: Path, damage: str) -> None:
    work, other = Squares(), Squares(key="f" * 64)
    files = PartFiles(tmp_path / "parts", work.key)
    files.keep(Span(0, 4), work.part(0, 4).compute(1))
    (path,) = files.folder.glob("*.parquet")
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "changed":
        files.keep(Span(0, 4), {"squares": np.array([9, 9, 9, 9])})
        wrong = path.read_bytes()
        at = next(i for i, (a, b) in enumerate(zip(whole, wrong, strict=False)) if a != b)
        path.write_bytes(whole[:at] + wrong[at : at + 1] + whole[at + 1 :])
    elif damage == "another range":
        files.keep(Span(4, 8), work.part(4, 4).compute(1))
        (files.folder / "000000004-000000008.parquet").rename(path)
    else:
        strange = PartFiles(tmp_path / "strange", other.key)
        strange.keep(Span(0, 4), {"squares": np.array([9, 9, 9, 9])})
        next(strange.folder.glob("*.parquet")).rename(path)
    assert files.read(Span(0, 4)) is None
    assert squares(work, 6, Means("threads", 1, tmp_path / "parts")) == [n**2 for n in range(6)]
    assert files.read(Span(0, 4)) is None or files.read(Span(0, 4))["squares"].tolist() == [0, 1, 4, 9]


def test_a_worker_that_dies_is_replaced_and_its_part_handed_out_again(tmp_path: Path) -> None:
    work = Squares(dies_at=30, notes=tmp_path)
    assert squares(work, 60, Means("processes", 2)) == [n**2 for n in range(60)]
    assert (tmp_path / "died").exists()


def test_stopping_depends_on_the_numbers_alone(tmp_path: Path) -> None:
    work = Squares()

    def enough(parts: list[dict[str, Any]]) -> bool:
        return sum(part["squares"].sum() for part in parts) > 1000

    stopped = squares(work, 100, Means("threads", 1), looks=range(5, 100, 5), enough=enough)
    assert len(stopped) == 15  # the squares of 0 to 14 sum up to 1015, those of 0 to 9 to 285
    kept = squares(work, 100, Means("threads", 1, tmp_path / "p"))
    again = squares(work, 100, Means("threads", 1, tmp_path / "p"), looks=range(5, 100, 5), enough=enough)
    assert (len(kept), again) == (100, stopped)


def test_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(part_files, "write_atomically", full)
    with pytest.raises(EnvironmentFault, match=r"disk is full.*finished parts"):
        run_work(Squares(), 3, Means("threads", 1, tmp_path / "parts"))


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UnusableInputError, match="something other"):
        run_work(Squares(), 3, Means("threads", 1, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=15), st.sets(st.integers(0, 50), max_size=4)
)
def test_chosen_spans_neither_overlap_nor_cross_a_border(spans: list[tuple[int, int]], borders: set[int]) -> None:
    chosen = chosen_spans([Span(first, first + count) for first, count in spans], borders)
    units = [unit for span in chosen for unit in range(span.first, span.stop)]
    assert units == sorted(set(units))
    assert not any(span.first < border < span.stop for span in chosen for border in borders)


@pytest.mark.parametrize(("scheduler", "workers"), [("gone", None), ("threads", 0)])
def test_wrong_means_are_told(scheduler: str, workers: int | None) -> None:
    with pytest.raises(UnusableInputError):
        Means(scheduler, workers)
