"""The scenario: every parameter of the cohort model, as the content of one file in ``scenarios/``.

Sources stand beside each parameter by number; ``docs/simulation-model.md`` lists them. "Judgement" marks a default
that no publication supports: change it first, and see how much the result moves.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, model_validator

from ipe_workbench.credentials.model import Text
from ipe_workbench.credentials.rules import Id, Rule
from ipe_workbench.documents import FileModel

__all__ = [
    "MAX_REPLICATES",
    "MAX_SEED",
    "AssessmentModel",
    "CredentialOverride",
    "DesignChange",
    "DropOut",
    "Heterogeneity",
    "Learning",
    "Participation",
    "Practice",
    "ProfessionOverride",
    "Scenario",
    "Uptake",
]

MAX_REPLICATES = 100_000
#: A seed fills one 32-bit word of the random number generator's key.
MAX_SEED = 2**32 - 1
#: Learners of one profession; the generator's counter has 24 bits for them.
MAX_LEARNERS = 2**24 - 1

Probability = Annotated[float, Field(ge=0, le=1)]


def _parameter(default: Any, text: str, *, unit: str, source: str, offered: str = "", **limits: Any) -> Any:
    """A field with the unit, the source and the range worth trying that the manual prints."""
    extra: dict[str, JsonValue] = {"unit": unit, "source": source, "range": offered}
    return Field(default, description=text, json_schema_extra=extra, **limits)


class Learning(FileModel):
    """Knowledge tracing: each learner knows or does not know what a credential asks for."""

    known_at_start: Probability = _parameter(
        0.3,
        "Share who can already do what the credential asks for when the programme starts.",
        unit="probability",
        source="Koedinger 2023 [1]; own fits to ASSISTments 2009",
        offered="0.1-0.85",
    )
    learn_per_opportunity: Probability = _parameter(
        0.10,
        "Chance that one practice opportunity turns not knowing into knowing.",
        unit="probability per opportunity",
        source="own fits to ASSISTments 2009: 0.01-0.37; mastery after about 7 opportunities [1]",
        offered="0.01-0.37",
    )
    forgetting: Literal["none", "exponential"] = _parameter(
        "exponential", "The form of forgetting; exponential has a constant weekly chance.", unit="", source="[4]"
    )
    forget_per_week: Probability = _parameter(
        0.024,
        "Chance that a learner who knows no longer does a week later. It also works in the weeks between terms.",
        unit="probability per week",
        source="Tatel and Ackerman [4]: accuracy skills 0.024 (half-life 6.5 months), mixed 0.014, speed 0.012",
        offered="0-0.035",
    )


class Practice(FileModel):
    """When learning can happen."""

    when: Literal["activities", "every-week"] = _parameter(
        "activities",
        "Practice only in the weeks in which the credential's activities meet, or once in every week.",
        unit="",
        source="design of the programme",
    )
    opportunities_per_hour: float = _parameter(
        2.0,
        "Practice opportunities in one hour of an activity (only with `when: activities`).",
        unit="opportunities per hour",
        source="judgement",
        offered="0.5-4",
        gt=0,
        le=60,
    )
    preparation_weight: float = _parameter(
        0.5,
        "What an hour of preparation is worth, in hours of the activity itself.",
        unit="ratio",
        source="judgement",
        offered="0-1",
        ge=0,
        le=2,
    )
    needs_prerequisite: bool = _parameter(
        True,
        "Whether practice counts only once the credential's prerequisites are met.",
        unit="",
        source="design of the programme",
    )
    after_award: bool = _parameter(
        False, "Whether practice after the award can restore what was forgotten.", unit="", source="judgement"
    )


class Heterogeneity(FileModel):
    """How much learners differ, as standard deviations on the logit scale."""

    known_at_start_sd: float = _parameter(
        1.0,
        "Spread between learners in what they know at the start.",
        unit="logits (SD)",
        source="large: first-opportunity accuracy 55 % in the lower half, 75 % in the upper [1]",
        offered="0-2",
        ge=0,
        le=5,
    )
    learn_sd: float = _parameter(
        0.2,
        "Spread between learners in their learning rate.",
        unit="logits (SD)",
        source="small [1]; a re-analysis finds more [3], so try three times as much",
        offered="0-0.6",
        ge=0,
        le=5,
    )


class AssessmentModel(FileModel):
    """How knowing becomes passing."""

    slip: Probability = _parameter(
        0.10,
        "Chance that a learner who knows fails an attempt that is rated without error.",
        unit="probability",
        source="own fits to ASSISTments 2009: 0.10-0.33 (mathematics: a ceiling for rubrics); above 0.5 degenerate [2]",
        offered="0.05-0.33",
    )
    guess: Probability = _parameter(
        0.20,
        "Chance that a learner who does not know passes an attempt that is rated without error.",
        unit="probability",
        source="own fits to ASSISTments 2009: 0.04-0.41; must stay at or below 1 - slip [2]",
        offered="0.04-0.41",
    )
    rater_icc: float | None = _parameter(
        0.55,
        "Reliability of one human rater (intraclass correlation); null: human ratings are as exact as automatic ones.",
        unit="ICC",
        source="communication OSCE 0.41-0.76 [8]; mini-CEX 0.40-0.53 [9]",
        offered="0.40-0.76",
        gt=0,
        le=1,
    )
    share_knowing: Probability = _parameter(
        0.6,
        "Share of those assessed who know, to turn the ICC into rater error (the spread of true performance).",
        unit="probability",
        source="judgement",
        offered="0.4-0.8",
    )
    score_spread: float = _parameter(
        0.185,
        "Standard deviation of the score around the learner's expected one, as a share of the attainable score.",
        unit="share of the score",
        source="OULAD tutor-marked scores: SD 18.5 points of 100",
        offered="0.10-0.25",
        gt=0,
        le=1,
    )
    attempt_probability: Probability = _parameter(
        0.5,
        "Chance that a learner who may be assessed this week tries.",
        unit="probability per week",
        source="judgement",
        offered="0.2-1",
    )
    offered: Literal["every-week", "after-first-meeting", "after-last-meeting"] = _parameter(
        "after-last-meeting",
        "From when on the assessment is offered, seen from the meetings of the credential's activities.",
        unit="",
        source="design of the programme",
    )
    open_terms_after: int = _parameter(
        0,
        "Further terms, after the one of the last meeting, in which the assessment stays open.",
        unit="terms",
        source="design of the programme",
        offered="0-3",
        ge=0,
        le=60,
    )
    approvals: Literal["granted", "withheld"] = _parameter(
        "granted",
        "Whether an approval that a rule asks for is given as soon as it is asked for, or never.",
        unit="",
        source="judgement",
    )

    @model_validator(mode="after")
    def _knowing_helps(self) -> AssessmentModel:
        if self.guess > 1 - self.slip + 1e-12:
            raise ValueError(
                f"guess ({self.guess:g}) must not exceed 1 - slip ({1 - self.slip:g}), or knowing would hurt"
            )
        return self


class Uptake(FileModel):
    """Shares of learners who start a credential of each level; the others never do."""

    foundation: Probability = _parameter(
        0.97, "Foundation credentials.", unit="probability", source="required IPE: 95 % and more", offered="0.15-1"
    )
    intermediate: Probability = _parameter(
        0.85, "Intermediate credentials.", unit="probability", source="judgement", offered="0.15-1"
    )
    advanced: Probability = _parameter(
        0.60, "Advanced credentials.", unit="probability", source="voluntary: 15-65 %", offered="0.15-1"
    )


class DropOut(FileModel):
    """A weekly chance of leaving from one programme week to another, both included and counted from 1."""

    from_week: int = Field(ge=1, le=6000)
    to_week: int = Field(ge=1, le=6000)
    per_week: Probability

    @model_validator(mode="after")
    def _forward(self) -> DropOut:
        if self.to_week < self.from_week:
            raise ValueError(f"to_week ({self.to_week}) lies before from_week ({self.from_week})")
        return self


class Participation(FileModel):
    """Who starts and who stays."""

    uptake: Uptake = Uptake()
    uptake_correlation: Probability = _parameter(
        0.5,
        "How far starting one credential goes with starting the others (0: separate decisions; 1: one decision).",
        unit="correlation",
        source="judgement",
        offered="0-1",
    )
    leave_before_start: Probability = _parameter(
        0.0,
        "Share who leave before the first week.",
        unit="probability",
        source="OULAD open courses: 0.082",
        offered="0-0.1",
    )
    drop_out: tuple[DropOut, ...] = _parameter(
        (),
        "Weekly chance of leaving, by ranges of programme weeks; weeks that no range names have none.",
        unit="probability per week",
        source="OULAD: 0.020 in weeks 0-3, 0.008 to week 15, 0.005 to week 36: a ceiling for required courses",
        offered="0-0.02",
    )

    @model_validator(mode="after")
    def _weeks_once(self) -> Participation:
        ranges = sorted(self.drop_out, key=lambda one: one.from_week)
        for first, second in pairwise(ranges):
            if second.from_week <= first.to_week:
                raise ValueError(f"week {second.from_week} stands in two ranges of drop_out")
        return self


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
    seed: int = _parameter(
        1, "Names the random numbers; two scenarios with one seed share them learner by learner.",
        unit="", source="", ge=0, le=MAX_SEED,
    )  # fmt: skip
    replicates: int = _parameter(
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
    professions: dict[Id, ProfessionOverride] = Field(default_factory=dict)
    credentials: dict[Id, CredentialOverride] = Field(default_factory=dict)
    design_changes: dict[Id, DesignChange] = Field(
        default_factory=dict, description="Changes of the design to try out, by credential."
    )
