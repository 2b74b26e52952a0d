"""Sections of a scenario about motivation and confidence; sources as in `learner_sections`."""

from __future__ import annotations

from ipe_workbench.documents import FileModel
from ipe_workbench.simulation.parameter_field import Probability, parameter

__all__ = ["Confidence", "Motivation"]


class Motivation(FileModel):
    """Motivation, in standard deviations of learners: it moves with what happens, and moves what learners do."""

    on: bool = parameter(False, "Whether motivation plays a part.", unit="", source="design of the study")
    sd: float = parameter(
        1.0, "Spread between learners in their usual motivation.", unit="SD", source="scale", offered="0-1", ge=0, le=3
    )
    recovery: float = parameter(
        0.1,
        "Share of the way back to the usual level in a week.",
        unit="per week",
        source="judgement",
        offered="0-0.5",
        ge=0,
        le=1,
    )
    success: float = parameter(
        0.2, "Rise after a passed attempt.", unit="SD", source="judgement", offered="0-0.5", ge=-3, le=3
    )
    failure: float = parameter(
        0.3, "Fall after a failed attempt.", unit="SD", source="judgement", offered="0-0.6", ge=-3, le=3
    )
    recognition: float = parameter(
        0.1, "Rise when a badge is issued or claimed.", unit="SD", source="judgement", offered="0-0.5", ge=-3, le=3
    )
    overload: float = parameter(
        0.1,
        "Fall in a week with twice the comfortable hours.",
        unit="SD",
        source="judgement",
        offered="0-0.5",
        ge=0,
        le=3,
    )
    comfortable_hours: float = parameter(
        6.0,
        "Hours of work in a week that do not weigh on a learner.",
        unit="hours per week",
        source="judgement",
        offered="2-12",
        gt=0,
        le=168,
    )
    engagement: float = parameter(
        0.2,
        "Effect of one SD on the opportunities that are made use of.",
        unit="log ratio",
        source="judgement",
        offered="0-0.5",
        ge=0,
        le=3,
    )
    attempt: float = parameter(
        0.3, "Effect of one SD on the chance to try.", unit="logits", source="judgement", offered="0-1", ge=0, le=5
    )
    leave: float = parameter(
        0.7,
        "Effect of one SD on the hazard of leaving, downward.",
        unit="log ratio",
        source="chosen so that motivation correlates with staying by 0.34-0.37 [16] where half leave",
        offered="0-1.5",
        ge=0,
        le=5,
    )


class Confidence(FileModel):
    """How good learners think they are, as a percentile, against how good they are."""

    on: bool = parameter(False, "Whether confidence plays a part.", unit="", source="design of the study")
    slope: float = parameter(
        0.24,
        "Points of the self-rated percentile for each point of the true one.",
        unit="ratio",
        source="with the bias: bottom quarter +37 points, top -20 [18]; correlations 0.09-0.63 [17]",
        offered="0.1-0.6",
        ge=-1,
        le=1,
    )
    bias: float = parameter(
        9.0,
        "How much too high all rate themselves.",
        unit="percentile points",
        source="[18]; none in medicine overall [19]",
        offered="0-15",
        ge=-50,
        le=50,
    )
    noise: float = parameter(
        20.0,
        "Spread of self-ratings at the same true percentile.",
        unit="percentile points (SD)",
        source="with the slope it gives a correlation of about 0.32 [18]",
        offered="10-28",
        ge=0,
        le=50,
    )
    success: Probability = parameter(
        0.15, "Share of the way to 100 after a passed attempt.", unit="share", source="judgement", offered="0-0.3"
    )
    failure: Probability = parameter(
        0.15, "Share of the way to 0 after a failed attempt.", unit="share", source="judgement", offered="0-0.3"
    )
    feedback: Probability = parameter(
        0.1,
        "Share of the way to the share of criteria that the learner can show, after each attempt.",
        unit="share",
        source="judgement",
        offered="0-0.5",
    )
    attempt: float = parameter(
        0.5,
        "Effect of 50 points of confidence on the chance to try.",
        unit="logits",
        source="judgement",
        offered="0-1.5",
        ge=0,
        le=5,
    )
