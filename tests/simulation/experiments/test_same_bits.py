"""The same numbers whoever computes them, in whatever pieces, with whatever mishaps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.simulation import Scenario, SimulationResult, find_scenario, simulate
from ipe_workbench.simulation.experiments import Precision, replicate
from ipe_workbench.simulation.experiments import workers as workers_module
from ipe_workbench.simulation.experiments.running import Means
from tests.simulation.conftest import DATA

REPLICATES = 40
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def hashes(result: SimulationResult, folder: Path) -> dict[str, str]:
    """Content hashes of the Parquet files that are written."""
    result.write(folder)
    files: dict[str, str] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["files"]
    return files


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return find_scenario(DATA / "reference", "reference")


@pytest.fixture(scope="module")
def wanted(reference: Programme, scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return hashes(simulate(reference, scenario, replicates=REPLICATES), tmp_path_factory.mktemp("run") / "whole")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50) as running:
        yield running


@pytest.mark.parametrize("means", [Means("threads", 1), Means("threads", 2), Means("auto", 2), Means("processes", 2)])
def test_workers_of_this_machine(
    reference: Programme, scenario: Scenario, wanted: dict[str, str], tmp_path: Path, means: Means
) -> None:
    result, _ = replicate(reference, scenario, replicates=REPLICATES, means=means)
    assert hashes(result, tmp_path / "run") == wanted


def test_dask_cluster_whose_worker_is_killed(
    reference: Programme, scenario: Scenario, wanted: dict[str, str], cluster: LocalCluster, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if done >= 3 and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            subprocess.run(["kill", "-9", str(killed[0])], check=True)

    means = Means(cluster.scheduler_address, parts=tmp_path / "parts", progress=kill_one)
    result, _ = replicate(reference, scenario, replicates=REPLICATES, means=means)
    assert killed
    assert hashes(result, tmp_path / "run") == wanted
    assert not (tmp_path / "parts").exists()


KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from ipe_workbench.credentials import load_programme
from ipe_workbench.simulation import find_scenario
from ipe_workbench.simulation.experiments import replicate
from ipe_workbench.simulation.experiments.running import Means

folder, parts = Path(sys.argv[1]), Path(sys.argv[2])

def die(done, total):
    if done >= total // 2:
        os.kill(os.getpid(), signal.SIGKILL)

replicate(load_programme(folder), find_scenario(folder, "reference"), replicates=int(sys.argv[3]),
          means=Means("threads", 1, parts, die))
"""


def test_killed_and_resumed(reference: Programme, scenario: Scenario, wanted: dict[str, str], tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    arguments = [str(DATA / "reference"), str(parts), str(REPLICATES)]
    died = subprocess.run([sys.executable, "-c", KILLED_RUN, *arguments], check=False)
    assert died.returncode == -9
    kept = [path.name for path in parts.rglob("*.parquet")]
    assert kept

    at_start: list[int] = []
    means = Means("threads", 1, parts, lambda done, total: at_start.append(done))
    result, _ = replicate(reference, scenario, replicates=REPLICATES, means=means)
    assert at_start[0] >= REPLICATES // 2
    assert hashes(result, tmp_path / "run") == wanted


def test_parts_of_changed_inputs_are_not_mixed(reference: Programme, scenario: Scenario, tmp_path: Path) -> None:
    means = Means("threads", 1, tmp_path / "parts")
    replicate(reference, scenario, replicates=4, means=means, keep_parts=True)
    other = scenario.model_copy(update={"learning": scenario.learning.model_copy(update={"forget_per_week": 0.3})})
    changed, _ = replicate(reference, other, replicates=4, means=means, keep_parts=True)
    assert changed.digest == simulate(reference, other, replicates=4).digest
    more: list[int] = []
    longer, _ = replicate(
        reference, scenario, replicates=6, means=Means("threads", 1, means.parts, lambda done, _: more.append(done))
    )
    assert more[0] == 4
    assert longer.digest == simulate(reference, scenario, replicates=6).digest


def test_precision_gives_the_same_number_of_replicates_everywhere(reference: Programme, scenario: Scenario) -> None:
    found = []
    for means in (Means("threads", 1), Means("processes", 2)):
        result, report = replicate(reference, scenario, replicates=100, means=means, precision=Precision(0.006))
        assert report is not None
        assert report.reached
        assert report.standard_error < report.upper_limit <= 0.006
        found.append((report, result.digest))
    assert found[0] == found[1]
    assert found[0][1] == simulate(reference, scenario, replicates=found[0][0].replicates).digest


def test_nobody_at_the_address(reference: Programme, scenario: Scenario) -> None:
    with pytest.raises(EnvironmentFault, match="No Dask scheduler answers"):
        replicate(reference, scenario, replicates=2, means=Means("tcp://127.0.0.1:9"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ModuleNotFoundError("No module named 'numba'"), "cannot load what it needs .*numba"),
        (OSError("comm closed"), "cluster is lost"),
    ],
)
def test_what_goes_wrong_on_a_cluster_is_told(error: Exception, message: str) -> None:
    class Handle:
        def result(self) -> Any:
            raise error

    cluster = workers_module.DaskWorkers(None, 1, "tcp://host:8786")
    with pytest.raises(EnvironmentFault, match=message):
        cluster.result(Handle())


def test_a_worker_with_another_version_is_refused(
    reference: Programme, scenario: Scenario, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "code_digest", lambda: "of another version")
    with pytest.raises(EnvironmentFault, match="another version"):
        replicate(reference, scenario, replicates=2, means=Means(cluster.scheduler_address))
