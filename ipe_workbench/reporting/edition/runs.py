"""The simulations that the reports of a term share: each is run once, and only when a report needs it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from ipe_workbench.credentials import Programme
from ipe_workbench.reporting.provenance import installed_versions
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.simulation.runs import write_result
from ipe_workbench.simulation.tabulate import programme_digest

__all__ = ["SharedRun", "shared_run"]


@dataclass(frozen=True)
class SharedRun:
    """A simulation: its key says everything that its result depends on, its folder is where the result goes."""

    scenario: Scenario
    replicates: int | None
    seed: int | None
    key: str
    folder: Path

    def make(self, programme: Programme) -> None:
        """Simulate, unless it was done already."""
        if not (self.folder / "summary.json").is_file():
            result = simulate(programme, self.scenario, replicates=self.replicates, seed=self.seed)
            shutil.rmtree(self.folder, ignore_errors=True)
            write_result(result, self.folder)


def shared_run(
    programme: Programme, scenario: Scenario, replicates: int | None, seed: int | None, work: Path
) -> SharedRun:
    """The simulation of a scenario, to be kept in `work`."""
    about = {
        "programme": programme_digest(programme),
        "scenario": scenario.model_dump(mode="json"),
        "replicates": replicates,
        "seed": seed,
        "versions": installed_versions(("ipe-workbench", "numpy", "numba")),
    }
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode("utf-8")).hexdigest()
    return SharedRun(scenario, replicates, seed, key, work / f"run-{key[:16]}")
