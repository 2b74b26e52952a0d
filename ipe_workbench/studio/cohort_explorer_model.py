"""Two designs of one programme, simulated side by side: what a person moves, and the two results."""

from __future__ import annotations

from typing import Any

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.simulation import Scenario, SimulationResult, simulate

__all__ = ["CohortExplorerModel"]


class CohortExplorerModel(traitlets.HasTraits):
    """A scenario as it is, and the same with another design; `updated` counts the times that the results changed.

    Parameters
    ----------
    programme : Programme
        Any programme.
    scenario : Scenario
        What both designs have in common, chance included.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = CohortExplorerModel(example_programme(), Scenario(id="plain", title="Plain"), replicates=2)
    >>> model.attempts = 5
    >>> bool(model.changed.badges("all")["mean"].sum() > model.base.badges("all")["mean"].sum())
    True
    """

    attempts = traitlets.Int(0, min=0, max=20, help="Attempts at each assessment; 0 as designed.")
    open_terms_after = traitlets.Int(0, min=0, max=6, help="Further terms in which assessments stay open.")
    double_rated = traitlets.Float(0.0, min=0.0, max=1.0, help="Least share of attempts seen by a second rater.")
    attempt_probability = traitlets.Float(0.5, min=0.0, max=1.0, help="Chance to try in a week.")
    opportunities = traitlets.Float(2.0, min=0.1, max=20.0, help="Practice opportunities in an hour.")
    assessor_factor = traitlets.Float(0.0, min=0.0, max=10.0, help="Factor on assessor hours; 0 no queue.")
    replicates = traitlets.Int(20, min=1, max=1000, help="Simulated cohorts.")
    updated = traitlets.Int(0)
    error = traitlets.Unicode("")

    def __init__(self, programme: Programme, scenario: Scenario, **values: Any) -> None:
        super().__init__()
        self.programme, self.scenario = programme, scenario
        capacity = scenario.capacity
        self.set_trait("open_terms_after", min(6, scenario.assessment.open_terms_after))
        self.set_trait("attempt_probability", scenario.assessment.attempt_probability)
        self.set_trait("opportunities", scenario.practice.opportunities_per_hour)
        self.set_trait("assessor_factor", min(10.0, capacity.assessor_factor) if capacity.assessors else 0.0)
        for name, value in values.items():
            self.set_trait(name, value)
        self._base: SimulationResult | None = None
        self._changed: SimulationResult | None = None
        self._simulate()
        self.observe(self._simulate, [name for name in self.trait_names() if name not in ("updated", "error")])

    @property
    def base(self) -> SimulationResult:
        """The design as it is."""
        if self._base is None:
            raise WorkbenchError(self.error)
        return self._base

    @property
    def changed(self) -> SimulationResult:
        """The design that the traits describe."""
        if self._changed is None:
            raise WorkbenchError(self.error)
        return self._changed

    def changed_scenario(self) -> Scenario:
        """The scenario of the other design, as it could be saved."""
        data = self.scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
        assessment = data.setdefault("assessment", {})
        assessment["open_terms_after"] = self.open_terms_after
        assessment["attempt_probability"] = self.attempt_probability
        data.setdefault("practice", {})["opportunities_per_hour"] = self.opportunities
        if self.assessor_factor > 0:
            data["capacity"] = {**data.get("capacity", {}), "assessors": True, "assessor_factor": self.assessor_factor}
        elif self.scenario.capacity.assessors:
            data["capacity"]["assessors"] = False
        changes = data.setdefault("design_changes", {})
        for credential in self.programme.credentials.values():
            if credential.assessment is None:
                continue
            change = changes.setdefault(credential.id, {})
            if self.attempts > 0:
                change["attempts"] = self.attempts
            if self.double_rated > credential.assessment.double_rated:
                change["double_rated"] = self.double_rated
            if not change:
                del changes[credential.id]
        return Scenario.model_validate({**data, "id": f"{self.scenario.id}-changed", "title": "With the changes"})

    def _simulate(self, change: Any = None) -> None:
        try:
            if self._base is None or (change is not None and change["name"] == "replicates"):
                self._base = simulate(self.programme, self.scenario, replicates=self.replicates)
            self._changed = simulate(self.programme, self.changed_scenario(), replicates=self.replicates)
            self.error = ""
        except WorkbenchError as error:
            self.error = str(error)
        self.updated += 1
