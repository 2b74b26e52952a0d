"""A programme and a scenario compiled to arrays, built once for each simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.calendar_weeks import Calendar
from ipe_workbench.simulation.cohort_design import CohortDesign
from ipe_workbench.simulation.compile_assessment import assessment_arrays
from ipe_workbench.simulation.compile_learners import (
    confidence_arrays,
    learning_arrays,
    motivation_arrays,
    start_arrays,
)
from ipe_workbench.simulation.compile_setting import (
    capacity_arrays,
    claiming_arrays,
    layout,
    rule_arrays,
    team_arrays,
)
from ipe_workbench.simulation.design import apply_design_changes
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.scenario import Scenario
from ipe_workbench.simulation.scenario_files import check_scenario

__all__ = ["CohortModel", "compile_cohort"]


@dataclass(frozen=True)
class CohortModel:
    """The compiled model together with what its axes mean."""

    programme: Programme
    scenario: Scenario
    calendar: Calendar
    arrays: Model
    sizes: npt.NDArray[np.int64]

    @property
    def professions(self) -> tuple[str, ...]:
        """Ids along the profession axis."""
        return tuple(one.id for one in self.programme.info.professions)

    @property
    def credentials(self) -> tuple[str, ...]:
        """Ids along the credential axis."""
        return tuple(self.programme.credentials)

    @property
    def stacks(self) -> tuple[str, ...]:
        """Ids of the stacks; the item axis is credentials, then these."""
        return tuple(self.programme.stacks)

    @property
    def learners(self) -> int:
        """Learners of the cohort."""
        return int(self.sizes.sum())

    @property
    def blocks(self) -> int:
        """Blocks of up to 64 learners of one profession."""
        return len(self.arrays.layout.profession)


def compile_cohort(programme: Programme, scenario: Scenario) -> CohortModel:
    """Apply the scenario's design changes and turn programme and scenario into arrays.

    Raises
    ------
    UnusableInputError
        When the scenario does not fit the programme, or the calendar cannot be walked week by week.
    """
    findings = tuple(one for one in check_scenario(scenario, programme) if one.severity == "error")
    if findings:
        first = findings[0]
        raise UnusableInputError(
            f"The scenario `{scenario.id}` does not fit the programme: {first.message}",
            mend=first.mend,
            findings=findings,
        )
    if not programme.credentials:
        raise UnusableInputError("The programme has no credentials to simulate.", mend="Add a file under credentials/.")
    changed = apply_design_changes(programme, scenario)
    calendar = Calendar.of(changed)
    design = CohortDesign(programme, changed, scenario, calendar)
    rules, table = rule_arrays(design)
    model = Model(
        layout=layout(design),
        start=start_arrays(design),
        learning=learning_arrays(design),
        assessment=assessment_arrays(design),
        rules=rules,
        table=table,
        claiming=claiming_arrays(design),
        capacity=capacity_arrays(design),
        teams=team_arrays(design),
        motivation=motivation_arrays(design),
        confidence=confidence_arrays(design),
    )
    return CohortModel(changed, scenario, calendar, model, design.sizes)
