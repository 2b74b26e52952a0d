"""What the comparison of two designs is written from: one programme, two scenarios, simulated in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.term_report import usable_run
from ipe_workbench.resources import data_folder
from ipe_workbench.simulation import Scenario, SimulationResult, find_scenario, simulate
from ipe_workbench.simulation.experiments.comparison import Comparison, compare_results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ComparisonReport", "open_comparison_report"]


@dataclass(frozen=True)
class ComparisonReport:
    """Two designs, simulated.

    Parameters
    ----------
    programme : Programme
        The programme.
    scenarios : tuple of Scenario
        The first and the second.
    results : tuple of SimulationResult
        Of each.
    compared : Comparison
        Their differences.
    rendered_at : str
        When the report is made.
    """

    programme: Programme
    scenarios: tuple[Scenario, Scenario]
    results: tuple[SimulationResult, SimulationResult]
    compared: Comparison
    rendered_at: str = ""

    def tables(self) -> dict[str, pd.DataFrame]:
        """``differences``: shares of each design and their difference; simulated."""
        return {"differences": self.compared.frame.assign(source="simulated")}


def open_comparison_report(
    programme: str | Path = "",
    scenario: str = "today",
    other_scenario: str = "redesign",
    *,
    run: str = "",
    other_run: str = "",
    replicates: int = 0,
    seed: int = -1,
    rendered_at: str = "",
) -> ComparisonReport:
    """Gather what the report is written from; simulates where no run is named.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    scenario, other_scenario : str
        Ids or files.
    run, other_run : str
        Folders of their results.
    replicates, seed : int
        Of the simulation; the scenarios' own where 0 and -1.
    rendered_at : str
        When the report is made, in ISO 8601.

    Raises
    ------
    UnknownNameError
        When there is no such scenario.
    UnusableInputError
        When both are the same.

    Examples
    --------
    >>> report = open_comparison_report(scenario="today", other_scenario="redesign", replicates=4)
    >>> sorted(set(report.tables()["differences"]["source"]))
    ['simulated']
    """
    folder = Path(programme) if programme else data_folder() / "programmes" / "cu-ipe"
    design = load_programme(folder)
    first, second = find_scenario(folder, scenario), find_scenario(folder, other_scenario)
    if first.id == second.id:
        raise UnusableInputError(f"Both scenarios are `{first.id}`.", mend="Name another one as other_scenario.")

    def result(one: Scenario, made: str) -> SimulationResult:
        if made:
            return usable_run(design, made)
        return simulate(design, one, replicates=replicates or None, seed=None if seed < 0 else seed)

    both = (result(first, run), result(second, other_run))
    return ComparisonReport(design, (first, second), both, compare_results(*both), rendered_at)
