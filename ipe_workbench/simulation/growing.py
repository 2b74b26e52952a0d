"""A simulation to which cohorts are added bit by bit, for somebody who looks on."""

from __future__ import annotations

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import processors, simulate_range
from ipe_workbench.simulation.results import SimulationResult
from ipe_workbench.simulation.scenario import MAX_REPLICATES, Scenario
from ipe_workbench.simulation.tabulate import result_of
from ipe_workbench.simulation.totals import Totals

__all__ = ["GrowingSimulation"]


class GrowingSimulation:
    """The first replicates of a simulation, and room for more of them.

    The result with n replicates is that of `simulate` with n, bit for bit, in however many steps they were added.

    Parameters
    ----------
    programme : Programme
        The design. The scenario's `design_changes` are made first.
    scenario : Scenario
        Every parameter of the model, the seed among them.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import simulate
    >>> programme, scenario = example_programme(), Scenario(id="quick", title="Quick look")
    >>> growing = GrowingSimulation(programme, scenario)
    >>> for replicates in (2, 3):
    ...     growing.grow(replicates)
    >>> [growing.result(n).digest == simulate(programme, scenario, replicates=n).digest for n in (1, 2, 3)]
    [True, True, True]
    """

    def __init__(self, programme: Programme, scenario: Scenario) -> None:
        self._programme = programme
        self._model = compile_cohort(programme, scenario)
        self._parts: list[Totals] = []
        self._results: dict[int, SimulationResult] = {}

    @property
    def replicates(self) -> int:
        """How many there are."""
        return sum(part.replicates for part in self._parts)

    def grow(self, replicates: int) -> None:
        """Simulate until there are so many, at most 100,000; with fewer than there are nothing happens."""
        more = min(replicates, MAX_REPLICATES) - self.replicates
        if more > 0:
            self._parts.append(self._simulated(self.replicates, more))

    def result(self, replicates: int) -> SimulationResult:
        """The result of the first so many; those between the steps of `grow` are simulated once more.

        Raises
        ------
        UnusableInputError
            When there are fewer.
        """
        if not 1 <= replicates <= self.replicates:
            raise UnusableInputError(
                f"There are {self.replicates:,} replicates, but {replicates:,} were asked for.",
                mend="Simulate up to that number first (`grow`).",
            )
        if replicates not in self._results:
            totals = Totals.joined(self._first(replicates))
            seed = self._model.scenario.seed
            self._results[replicates] = result_of(self._model, totals, seed=seed, before=self._programme)
        return self._results[replicates]

    def _first(self, replicates: int) -> list[Totals]:
        parts: list[Totals] = []
        there = 0
        for part in self._parts:
            if there + part.replicates > replicates:
                break
            parts.append(part)
            there += part.replicates
        if there < replicates:
            parts.append(self._simulated(there, replicates - there))
        return parts

    def _simulated(self, first: int, replicates: int) -> Totals:
        return simulate_range(self._model, self._model.scenario.seed, first, replicates, threads=processors())
