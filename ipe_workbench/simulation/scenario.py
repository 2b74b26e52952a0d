"""The scenario: every parameter of the cohort model, as the content of one file in ``scenarios/``.

Its sections stand in `learner_sections`, `feeling_sections` and `setting_sections`, each parameter with its
unit, range and source.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ipe_workbench.credentials.model import Text
from ipe_workbench.credentials.rules import Id, Rule
from ipe_workbench.documents import FileModel
from ipe_workbench.simulation.feeling_sections import Confidence, Motivation
from ipe_workbench.simulation.learner_sections import (
    AssessmentModel,
    Heterogeneity,
    Learning,
    Practice,
)
from ipe_workbench.simulation.parameter_field import Probability, parameter
from ipe_workbench.simulation.setting_sections import (
    CapacityLimits,
    Claiming,
    Costs,
    Participation,
    Teams,
    Uptake,
)

__all__ = [
    "MAX_REPLICATES",
    "MAX_SEED",
    "CredentialOverride",
    "DesignChange",
    "ProfessionOverride",
    "Scenario",
]

MAX_REPLICATES = 100_000
#: A seed fills one 32-bit word of the random number generator's key.
MAX_SEED = 2**32 - 1
#: Learners of one profession; the generator's counter has 18 bits for their blocks of 64.
MAX_LEARNERS = 2**24 - 1


class ProfessionOverride(FileModel):
    """What differs for one profession. Values replace the scenario's; shifts come on top, in logits."""

    known_at_start: Probability | None = None
    learn_per_opportunity: Probability | None = None
    known_at_start_shift: float = Field(default=0.0, ge=-5, le=5)
    learn_shift: float = Field(default=0.0, ge=-5, le=5)
    attempt_probability: Probability | None = None
    uptake: Uptake | None = None
    drop_out_factor: float = Field(default=1.0, ge=0, le=100)


class CredentialOverride(FileModel):
    """What differs for one credential. It replaces both the scenario's value and a profession's."""

    known_at_start: Probability | None = None
    learn_per_opportunity: Probability | None = None
    forget_per_week: Probability | None = None
    slip: Probability | None = None
    guess: Probability | None = None
    attempt_probability: Probability | None = None
    uptake: Probability | None = None
    attempts: int | None = Field(default=None, ge=1, le=20)
    retake_after_weeks: int | None = Field(default=None, ge=1, le=60)


class DesignChange(FileModel):
    """A change of one credential's design that the scenario tries out; what is absent stays as designed."""

    attempts: int | None = Field(default=None, ge=1, le=20)
    retake_after_weeks: int | None = Field(default=None, ge=1, le=60)
    pass_score: float | None = Field(default=None, gt=0, le=1)
    assessor_minutes: float | None = Field(default=None, ge=0)
    double_rated: Probability | None = None
    offer_again_in: tuple[Id, ...] = Field(
        default=(), description="Terms in which the credential's activities and assessment are offered once more."
    )
    requires: Rule | None = Field(default=None, description="Another prerequisite.")
    drop_requires: bool = Field(default=False, description="Whether the prerequisite falls away.")

    @model_validator(mode="after")
    def _one_prerequisite(self) -> DesignChange:
        if self.drop_requires and self.requires is not None:
            raise ValueError("either `requires` or `drop_requires`, not both")
        return self


class Scenario(FileModel):
    """What to simulate: the content of one file in ``scenarios/``.

    Examples
    --------
    >>> scenario = Scenario(id="quick", title="Quick look", replicates=20)
    >>> scenario.learning.forget_per_week, scenario.seed
    (0.024, 1)
    """

    id: Id
    title: Text
    description: str = ""
    seed: int = parameter(
        1, "Names the random numbers; two scenarios with one seed share them learner by learner.",
        unit="", source="", ge=0, le=MAX_SEED,
    )  # fmt: skip
    replicates: int = parameter(
        100, "How often the cohort is simulated.", unit="cohorts", source="", ge=1, le=MAX_REPLICATES
    )
    cohort: dict[Id, Annotated[int, Field(ge=0, le=MAX_LEARNERS)]] = Field(
        default_factory=dict, description="Learners by profession, where they differ from the programme's."
    )
    learning: Learning = Learning()
    practice: Practice = Practice()
    heterogeneity: Heterogeneity = Heterogeneity()
    assessment: AssessmentModel = AssessmentModel()
    participation: Participation = Participation()
    motivation: Motivation = Motivation()
    confidence: Confidence = Confidence()
    capacity: CapacityLimits = CapacityLimits()
    teams: Teams = Teams()
    claiming: Claiming = Claiming()
    costs: Costs = Costs()
    professions: dict[Id, ProfessionOverride] = Field(default_factory=dict)
    credentials: dict[Id, CredentialOverride] = Field(default_factory=dict)
    design_changes: dict[Id, DesignChange] = Field(
        default_factory=dict, description="Changes of the design to try out, by credential."
    )
