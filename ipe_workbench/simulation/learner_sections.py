"""Sections of a scenario about learners: how they learn, forget and are assessed.

Sources stand beside each parameter by number; ``docs/simulation-model.md`` lists them. "Judgement" marks a default
that no publication supports: change it first, and see how much the result moves.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ipe_workbench.documents import FileModel
from ipe_workbench.simulation.parameter_field import Probability, parameter

__all__ = ["AssessmentModel", "Heterogeneity", "Learning", "Practice"]


class Learning(FileModel):
    """What learners can do and how it comes and goes.

    *Knowledge tracing*: each learner knows or does not know each criterion. *Performance factors*: a skill in logits
    that grows with practice and with each success and failure; it counts as knowing where it is above 0.
    """

    model: Literal["knowledge-tracing", "performance-factors"] = parameter(
        "knowledge-tracing",
        "Know or not know (Bayesian knowledge tracing), or a continuous skill (performance factors).",
        unit="",
        source="Corbett and Anderson 1995; Pavlik et al. 2009",
    )
    unit: Literal["criterion", "credential"] = parameter(
        "criterion",
        "What is known or not: each criterion of a credential, or the credential as a whole.",
        unit="",
        source="design of the programme",
    )

    known_at_start: Probability = parameter(
        0.3,
        "Share who can already do what the credential asks for when the programme starts.",
        unit="probability",
        source="Koedinger 2023 [1]; own fits to ASSISTments 2009",
        offered="0.1-0.85",
    )
    learn_per_opportunity: Probability = parameter(
        0.10,
        "Chance that one practice opportunity turns not knowing into knowing.",
        unit="probability per opportunity",
        source="own fits to ASSISTments 2009: 0.01-0.37; mastery after about 7 opportunities [1]",
        offered="0.01-0.37",
    )
    forgetting: Literal["none", "exponential", "power-law"] = parameter(
        "exponential",
        "The form of forgetting: a constant weekly chance, or one that falls with the time since the last practice.",
        unit="",
        source="[4]; power law: basic and advanced life support fall fast, then slowly [6]",
    )
    forget_per_week: Probability = parameter(
        0.024,
        "Chance that a learner who knows no longer does a week later. It also works in the weeks between terms.",
        unit="probability per week",
        source="Tatel and Ackerman [4]: accuracy skills 0.024 (half-life 6.5 months), mixed 0.014, speed 0.012",
        offered="0-0.035",
    )
    decay: float = parameter(
        0.20,
        "Power law: what is known after t weeks without practice is (1 + t) to the power of minus this.",
        unit="exponent",
        source="fitted to basic life support, 63 % after 3 and 58 % after 12 months [6]: 0.14-0.18; "
        "advanced, 30 % and 14 %: 0.45-0.50",
        offered="0.05-0.5",
        ge=0,
        le=2,
    )
    relearning: float = parameter(
        0.8,
        "Power law: factor on the decay for each time that practice was repeated after the spacing.",
        unit="ratio",
        source="judgement",
        offered="0.5-1",
        gt=0,
        le=1,
    )
    spacing_weeks: float = parameter(
        2.0,
        "Power law: practice that follows the one before by at least this makes forgetting slower.",
        unit="weeks",
        source="judgement",
        offered="1-12",
        ge=0,
        le=520,
    )
    growth: float = parameter(
        0.15,
        "Performance factors: growth of the skill by one opportunity.",
        unit="logits",
        source="additive factors models: about 0.1-0.2 an opportunity [1]",
        offered="0-0.4",
        ge=0,
        le=5,
    )
    success_growth: float = parameter(
        0.2,
        "Performance factors: growth by a passed attempt.",
        unit="logits",
        source="judgement",
        offered="0-0.5",
        ge=-5,
        le=5,
    )
    failure_growth: float = parameter(
        0.1,
        "Performance factors: growth by a failed attempt.",
        unit="logits",
        source="judgement",
        offered="0-0.5",
        ge=-5,
        le=5,
    )


class Practice(FileModel):
    """When learning can happen."""

    when: Literal["activities", "every-week"] = parameter(
        "activities",
        "Practice only in the weeks in which the credential's activities meet, or once in every week.",
        unit="",
        source="design of the programme",
    )
    opportunities_per_hour: float = parameter(
        2.0,
        "Practice opportunities in one hour of an activity (only with `when: activities`).",
        unit="opportunities per hour",
        source="judgement",
        offered="0.5-4",
        gt=0,
        le=60,
    )
    preparation_weight: float = parameter(
        0.5,
        "What an hour of preparation is worth, in hours of the activity itself.",
        unit="ratio",
        source="judgement",
        offered="0-1",
        ge=0,
        le=2,
    )
    needs_prerequisite: bool = parameter(
        True,
        "Whether practice counts only once the credential's prerequisites are met.",
        unit="",
        source="design of the programme",
    )
    after_award: bool = parameter(
        False, "Whether practice after the award can restore what was forgotten.", unit="", source="judgement"
    )
    transfer: Probability = parameter(
        0.0,
        "What practice in another credential is worth where it practises the same competencies.",
        unit="ratio",
        source="judgement",
        offered="0-0.5",
    )


class Heterogeneity(FileModel):
    """How much learners differ, as standard deviations on the logit scale."""

    known_at_start_sd: float = parameter(
        1.0,
        "Spread between learners in what they know at the start.",
        unit="logits (SD)",
        source="large: first-opportunity accuracy 55 % in the lower half, 75 % in the upper [1]",
        offered="0-2",
        ge=0,
        le=5,
    )
    learn_sd: float = parameter(
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

    slip: Probability = parameter(
        0.10,
        "Chance that a learner who knows fails an attempt that is rated without error.",
        unit="probability",
        source="own fits to ASSISTments 2009: 0.10-0.33 (mathematics: a ceiling for rubrics); above 0.5 degenerate [2]",
        offered="0.05-0.33",
    )
    guess: Probability = parameter(
        0.20,
        "Chance that a learner who does not know passes an attempt that is rated without error.",
        unit="probability",
        source="own fits to ASSISTments 2009: 0.04-0.41; must stay at or below 1 - slip [2]",
        offered="0.04-0.41",
    )
    rater_icc: float | None = parameter(
        0.55,
        "Reliability of one human rater (intraclass correlation); null: human ratings are as exact as automatic ones.",
        unit="ICC",
        source="communication OSCE 0.41-0.76 [8]; mini-CEX 0.40-0.53 [9]",
        offered="0.40-0.76",
        gt=0,
        le=1,
    )
    severity_share: Probability = parameter(
        0.0,
        "Part of the rating error that is a rater's own severity, the same in all of the rater's ratings.",
        unit="share of the variance",
        source="judgement; examiners scatter in [8]",
        offered="0-0.5",
    )
    raters: int = parameter(
        20,
        "Raters of each role, who differ in severity.",
        unit="persons",
        source="19 raters in [8]",
        offered="5-200",
        ge=1,
        le=5000,
    )
    postponement: float = parameter(
        0.0,
        "How much less often learners try early in the time in which an assessment is offered than at its end.",
        unit="logits",
        source="judgement",
        offered="0-3",
        ge=0,
        le=10,
    )
    share_knowing: Probability = parameter(
        0.6,
        "Share of those assessed who know, to turn the ICC into rater error (the spread of true performance).",
        unit="probability",
        source="judgement",
        offered="0.4-0.8",
    )
    score_spread: float = parameter(
        0.185,
        "Standard deviation of the score around the learner's expected one, as a share of the attainable score.",
        unit="share of the score",
        source="OULAD tutor-marked scores: SD 18.5 points of 100",
        offered="0.10-0.25",
        gt=0,
        le=1,
    )
    attempt_probability: Probability = parameter(
        0.5,
        "Chance that a learner who may be assessed this week tries.",
        unit="probability per week",
        source="judgement",
        offered="0.2-1",
    )
    offered: Literal["every-week", "after-first-meeting", "after-last-meeting"] = parameter(
        "after-last-meeting",
        "From when on the assessment is offered, seen from the meetings of the credential's activities.",
        unit="",
        source="design of the programme",
    )
    open_terms_after: int = parameter(
        0,
        "Further terms, after the one of the last meeting, in which the assessment stays open.",
        unit="terms",
        source="design of the programme",
        offered="0-3",
        ge=0,
        le=60,
    )
    approvals: Literal["granted", "withheld"] = parameter(
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
