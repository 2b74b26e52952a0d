"""The reports of a term on a Dask cluster: the same files as on this machine, also when a worker is killed."""

from __future__ import annotations

import datetime
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from ipe_workbench.reporting.edition import Asked, Summary, distributed_worker, print_edition, printing
from ipe_workbench.reporting.edition.distributed_worker import Part, print_part, turn_at
from ipe_workbench.reporting.edition.receipts import completed, is_current
from ipe_workbench.reporting.press import Job, Outcome
from ipe_workbench.reporting.press.engine import use_this_process
from ipe_workbench.reporting.press.printing import print_job
from ipe_workbench.reporting.provenance import installed_versions
from tests.reporting.templates import template

TERM = "2027-spring"
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as running:
        yield running


@pytest.fixture
def programme(small_programme: Path, tmp_path: Path) -> Path:
    """The small programme with a quick template, of which ten reports are made."""
    folder = shutil.copytree(small_programme, tmp_path / "small")
    template(folder / "reports" / "quick.ipynb", 'term: str = ""\nword: str = ""', "term + word")
    reports = "".join(f"- {{template: quick, id: n-{one}, parameters: {{word: w{one}}}}}\n" for one in range(10))
    file = folder / "programme.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}reports:\n{reports}", encoding="utf-8")
    return folder


def _pages(summary: Summary) -> dict[str, str]:
    files = [Path(one) for one in summary.files if one.endswith(".html")]
    return {one.name: sha256(one.read_bytes()).hexdigest() for one in files}


def test_a_cluster_prints_the_same_pages_and_a_killed_worker_loses_nothing(
    programme: Path, cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # not where the workers were started; paths are seen from here all the same
    at = datetime.datetime(2027, 6, 1, tzinfo=datetime.UTC)
    asked = Asked(Path("small"), TERM, Path("here"), at=at, who="office")
    with monkeypatch.context() as patch:
        patch.setattr(printing, "Press", _Here)
        wanted = print_edition(asked)
    killed: list[int] = []

    def kill_one(what: str, done: int, total: int) -> None:
        if done >= 2 and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    on_cluster = replace(asked, out=Path("there"))
    summary = print_edition(on_cluster, scheduler=cluster.scheduler_address, progress=kill_one)
    assert killed
    assert (len(summary.rendered), summary.failures) == (10, ())
    assert _pages(summary) == _pages(wanted)
    again = print_edition(on_cluster, scheduler=cluster.scheduler_address)
    assert (again.rendered, len(again.reused)) == ((), 10)
    assert not (on_cluster.work / "turn").exists()


class _Here:
    """Prints in the process of the test."""

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def print(self, jobs: list[Job]) -> Iterator[Outcome]:
        return (print_job(one, engine=use_this_process()) for one in jobs)


@pytest.mark.parametrize("word", ["threads", "gone", ""])
def test_other_words_for_a_scheduler_are_told_before_anything_is_read(word: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"in threads|is no scheduler"):
        print_edition(Asked(tmp_path / "nothing", TERM, tmp_path / "out"), scheduler=word)


def test_nobody_at_the_address_is_told(programme: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="No Dask scheduler answers"):
        print_edition(Asked(programme, TERM, tmp_path / "out"), scheduler="tcp://127.0.0.1:9")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = template(tmp_path / "quick.ipynb", 'word: str = ""', "word")
    folder = tmp_path / "term"
    return Job("one", str(made), {}, "T", str(folder), str(folder / ".receipts" / "one.json"), "key")


class _NoPress:
    """Stands where the processes would be; a test that gets here has told them to print."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.ended = False

    def print(self, jobs: list[Job]) -> list[Any]:
        raise AssertionError("it was printed")

    def end(self) -> None:
        self.ended = True


@pytest.fixture
def part(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Part:
    monkeypatch.setattr(distributed_worker, "Press", _NoPress)
    monkeypatch.setattr(distributed_worker, "_IDLE", [])
    return Part((job.to_json(),), (), str(tmp_path), "mine", installed_versions())


def test_a_worker_leaves_out_what_a_lost_one_had_completed(part: Part, job: Job) -> None:
    made = print_job(job, engine=use_this_process())
    assert is_current(job, Path(job.folder))
    with turn_at(job, "mine"):
        (said,) = print_part(part)
        assert said == completed(job).to_json()
        assert completed(job).files == made.files
        with pytest.raises(AssertionError, match="it was printed"):
            print_part(replace(part, force=True))


def test_a_worker_stops_when_another_run_has_its_turn_or_it_sees_other_files(part: Part, job: Job) -> None:
    with turn_at(job, "of a later run"), pytest.raises(EnvironmentFault, match="Another run writes"):
        print_part(part)
    with pytest.raises(EnvironmentFault, match="does not see this folder"):
        print_part(part)
    with pytest.raises(EnvironmentFault, match="does not see this folder"):
        print_part(replace(part, folder=f"{part.folder}/gone"))


def test_a_worker_with_other_versions_is_refused(part: Part) -> None:
    with pytest.raises(EnvironmentFault, match=r"A worker has numpy .*, where 0\.1 is asked for"):
        print_part(replace(part, versions={**part.versions, "numpy": "0.1"}))
