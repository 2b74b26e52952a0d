"""Compile the simulation once, at set-up, so that no notebook waits: ``python -m ipe_workbench.simulation.warm``."""

from __future__ import annotations

from ipe_workbench.credentials import example_programme
from ipe_workbench.simulation.engine import simulate
from ipe_workbench.simulation.scenario import Scenario

__all__ = ["warm"]


def warm() -> None:
    """Simulate one small cohort, for which everything is compiled and kept on disk."""
    simulate(example_programme(), Scenario(id="warm", title="Warm"), replicates=1, threads=1)


if __name__ == "__main__":
    warm()
