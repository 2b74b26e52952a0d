"""Two designs of one programme, simulated side by side: what a person moves, and the two results.

Somebody who moves a slider waits for the first cohorts only: the results begin with as many as can be simulated while
nobody notices, and `refine` adds the others. A cohort is the same whenever it is
simulated, and so is the end.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.simulation import Scenario, SimulationResult
from ipe_workbench.simulation.growing import GrowingSimulation
from ipe_workbench.studio.texts import mark

__all__ = ["LEVERS", "CohortExplorerModel", "Lever", "changed_scenario"]

#: Fewer give no interval.
_LEAST = 2


@dataclass(frozen=True)
class Lever:
    """A parameter that one moves: its slider's ends and step, and what it is about."""

    low: float
    high: float
    step: float
    label: str

    @property
    def whole(self) -> bool:
        """Whether it takes whole numbers only."""
        return isinstance(self.step, int)


#: The traits of `CohortExplorerModel` that make the other design.
LEVERS: dict[str, Lever] = {
    "attempts": Lever(0, 9, 1, mark("Attempts at each assessment (0: as designed)")),
    "open_terms_after": Lever(0, 6, 1, mark("Further terms that assessments stay open")),
    "double_rated": Lever(0.0, 1.0, 0.05, mark("Share seen by a second rater")),
    "attempt_probability": Lever(0.0, 1.0, 0.05, mark("Chance to try in a week")),
    "opportunities": Lever(0.5, 10.0, 0.5, mark("Practice occasions in an hour")),
    "assessor_factor": Lever(0.0, 2.0, 0.05, mark("Assessor hours, times today's (0: nobody waits)")),
}


class CohortExplorerModel(traitlets.HasTraits):
    """A scenario as it is, and the same with another design; `updated` counts the times that the results changed.

    Parameters
    ----------
    programme : Programme
        Any programme.
    scenario : Scenario
        What both designs have in common, chance included.
    base : (Programme, Scenario), optional
        The design to compare with, where it is not the programme and scenario as they are; best with the same seed.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = CohortExplorerModel(example_programme(), Scenario(id="plain", title="Plain"), replicates=2)
    >>> model.attempts = 5
    >>> bool(model.changed.badges("all")["mean"].sum() > model.base.badges("all")["mean"].sum())
    True
    """

    attempts = traitlets.CInt(0, min=0, max=20, help="Attempts at each assessment; 0 as designed.")
    open_terms_after = traitlets.CInt(0, min=0, max=6, help="Further terms in which assessments stay open.")
    double_rated = traitlets.Float(0.0, min=0.0, max=1.0, help="Least share of attempts seen by a second rater.")
    attempt_probability = traitlets.Float(0.5, min=0.0, max=1.0, help="Chance to try in a week.")
    opportunities = traitlets.Float(2.0, min=0.1, max=20.0, help="Practice opportunities in an hour.")
    assessor_factor = traitlets.Float(0.0, min=0.0, max=10.0, help="Factor on assessor hours; 0 no queue.")
    replicates = traitlets.CInt(20, min=1, max=1000, help="Simulated cohorts.")
    first_look = traitlets.Float(0.0, min=0.0, help="Seconds to simulate before results are shown; 0 waits for all.")
    updated = traitlets.Int(0)
    error = traitlets.Unicode("")

    def __init__(
        self,
        programme: Programme,
        scenario: Scenario,
        base: tuple[Programme, Scenario] | None = None,
        **values: Any,
    ) -> None:
        super().__init__()
        self.programme, self.scenario = programme, scenario
        self._compared_with = base or (programme, scenario)
        capacity = scenario.capacity
        self.set_trait("open_terms_after", min(6, scenario.assessment.open_terms_after))
        self.set_trait("attempt_probability", scenario.assessment.attempt_probability)
        self.set_trait("opportunities", scenario.practice.opportunities_per_hour)
        self.set_trait("assessor_factor", min(10.0, capacity.assessor_factor) if capacity.assessors else 0.0)
        for name, value in values.items():
            self.set_trait(name, value)
        self._base: GrowingSimulation | None = None
        self._changed: GrowingSimulation | None = None
        self._seconds_each = float("inf")
        self._shown = 0
        self._simulate()
        moved = [name for name in self.trait_names() if name not in ("updated", "error", "first_look")]
        self.observe(self._simulate, moved)

    @property
    def base(self) -> SimulationResult:
        """The design as it is."""
        return self._result(self._base)

    @property
    def changed(self) -> SimulationResult:
        """The design that the traits describe."""
        return self._result(self._changed)

    @property
    def settled(self) -> bool:
        """Whether the results hold all cohorts, so that nothing is left to `refine`."""
        return bool(self.error) or self._shown >= self.replicates

    def refine(self, seconds: float = 0.1) -> bool:
        """Simulate further cohorts for about so long; results change when all are there, which the answer says."""
        if self.settled or self._base is None or self._changed is None:
            return True
        start = time.perf_counter()
        both = [self._changed, self._base]
        for one in both:
            while one.replicates < self.replicates and time.perf_counter() - start < seconds:
                self._grow(one, min(one.replicates + self._affordable(seconds), self.replicates))
        if any(one.replicates < self.replicates for one in both):
            return False
        self._shown = self.replicates
        self.updated += 1
        return True

    def changed_scenario(self) -> Scenario:
        """The scenario of the other design, as it could be saved."""
        return changed_scenario(self.programme, self.scenario, {name: getattr(self, name) for name in LEVERS})

    def _simulate(self, change: Any = None) -> None:
        try:
            if self._base is None:
                self._base = GrowingSimulation(*self._compared_with)
            if self._changed is None or change is None or change["name"] != "replicates":
                self._changed = GrowingSimulation(self.programme, self.changed_scenario())
            wanted = self.replicates
            if self.first_look > 0:
                wanted = min(max(self._affordable(self.first_look), _LEAST), wanted)
            for one in (self._base, self._changed):
                self._grow(one, wanted)
            self._shown = wanted
            self.error = ""
        except WorkbenchError as error:
            self.error = str(error)
        self.updated += 1

    def _grow(self, design: GrowingSimulation, wanted: int) -> None:
        """Simulate up to so many, and note what a cohort took at the quickest."""
        more = wanted - design.replicates
        if more > 0:
            start = time.perf_counter()
            design.grow(wanted)
            self._seconds_each = min(self._seconds_each, (time.perf_counter() - start) / more)

    def _affordable(self, seconds: float) -> int:
        """Cohorts that can be simulated in so long, by those simulated before."""
        return max(1, int(min(seconds / self._seconds_each, self.replicates)))

    def _result(self, design: GrowingSimulation | None) -> SimulationResult:
        if design is None or self._shown == 0:
            raise WorkbenchError(self.error)
        return design.result(self._shown)


def changed_scenario(programme: Programme, scenario: Scenario, moved: Mapping[str, float]) -> Scenario:
    """A scenario with what sliders say: the traits of `CohortExplorerModel` by name.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> moved = {"attempts": 0, "open_terms_after": 1, "double_rated": 0.0, "attempt_probability": 0.5,
    ...          "opportunities": 2.0, "assessor_factor": 0.0}
    >>> changed_scenario(example_programme(), Scenario(id="plain", title="Plain"), moved).assessment.open_terms_after
    1
    """
    data = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assessment = data.setdefault("assessment", {})
    assessment["open_terms_after"] = int(moved["open_terms_after"])
    assessment["attempt_probability"] = moved["attempt_probability"]
    data.setdefault("practice", {})["opportunities_per_hour"] = moved["opportunities"]
    factor = moved["assessor_factor"]
    if factor > 0:
        data["capacity"] = {**data.get("capacity", {}), "assessors": True, "assessor_factor": factor}
    elif scenario.capacity.assessors:
        data["capacity"]["assessors"] = False
    changes = data.setdefault("design_changes", {})
    for credential in programme.credentials.values():
        if credential.assessment is None:
            continue
        change = changes.setdefault(credential.id, {})
        if moved["attempts"] > 0:
            change["attempts"] = int(moved["attempts"])
        if moved["double_rated"] > credential.assessment.double_rated:
            change["double_rated"] = moved["double_rated"]
        if not change:
            del changes[credential.id]
    return Scenario.model_validate({**data, "id": f"{scenario.id}-changed", "title": "With the changes"})
