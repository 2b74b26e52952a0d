"""Sections of a scenario about the setting: who takes part and stays, capacity, teams, claiming, cost."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, model_validator

from ipe_workbench.credentials.model import Assessor
from ipe_workbench.documents import FileModel
from ipe_workbench.simulation.parameter_field import Probability, parameter

__all__ = ["CapacityLimits", "Claiming", "Costs", "DropOut", "Participation", "Teams", "Uptake"]


class Uptake(FileModel):
    """Shares of learners who start a credential of each level; the others never do."""

    foundation: Probability = parameter(
        0.97, "Foundation credentials.", unit="probability", source="required IPE: 95 % and more", offered="0.15-1"
    )
    intermediate: Probability = parameter(
        0.85, "Intermediate credentials.", unit="probability", source="judgement", offered="0.15-1"
    )
    advanced: Probability = parameter(
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
    uptake_correlation: Probability = parameter(
        0.5,
        "How far starting one credential goes with starting the others (0: separate decisions; 1: one decision).",
        unit="correlation",
        source="judgement",
        offered="0-1",
    )
    leave_before_start: Probability = parameter(
        0.0,
        "Share who leave before the first week.",
        unit="probability",
        source="OULAD open courses: 0.082",
        offered="0-0.1",
    )
    drop_out: tuple[DropOut, ...] = parameter(
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


class CapacityLimits(FileModel):
    """Where the programme's capacity binds. Its hours stand in ``programme.yaml``, for each term."""

    assessors: bool = parameter(
        False, "Whether attempts wait for assessors' hours.", unit="", source="design of the study"
    )
    rooms: bool = parameter(
        False, "Whether sessions have only the places that room hours give.", unit="", source="design of the study"
    )
    assessor_factor: float = parameter(
        1.0,
        "Factor on the programme's assessor hours.",
        unit="ratio",
        source="design of the study",
        offered="0.5-2",
        ge=0,
        le=100,
    )
    room_factor: float = parameter(
        1.0,
        "Factor on the programme's room hours.",
        unit="ratio",
        source="design of the study",
        offered="0.5-2",
        ge=0,
        le=100,
    )
    facilitator_hours: float | None = parameter(
        None,
        "Hours of facilitators in a term; null: no limit.",
        unit="hours per term",
        source="design of the programme",
        ge=0,
        le=10_000_000,
    )
    teams_per_facilitator: float = parameter(
        3.5,
        "Teams that one facilitator guides at once.",
        unit="teams",
        source="example programme: one for three or four",
        offered="1-6",
        gt=0,
        le=1000,
    )
    groups: int = parameter(
        1,
        "Groups of the cohort that go through the programme one after the other.",
        unit="groups",
        source="design of the programme",
        offered="1-4",
        ge=1,
        le=12,
    )
    group_shift_weeks: int = parameter(
        1,
        "Weeks by which each group follows the one before.",
        unit="weeks",
        source="design of the programme",
        offered="0-16",
        ge=0,
        le=520,
    )


class Teams(FileModel):
    """Interprofessional teams. Their size stands in ``programme.yaml``."""

    on: bool = parameter(False, "Whether teams play a part.", unit="", source="design of the study")
    absence: Probability = parameter(
        0.05,
        "Chance that a member misses a week's team sessions.",
        unit="probability per week",
        source="judgement",
        offered="0-0.2",
    )
    diversity_effect: float = parameter(
        0.3,
        "Effect on learning of a team all of whose other members are of other professions, against one of the own.",
        unit="log ratio",
        source="judgement; interprofessional courses gain 0.43 SD in knowledge over none [22]",
        offered="0-0.6",
        ge=-3,
        le=3,
    )
    typical_diversity: Probability = parameter(
        0.8,
        "Share of other professions among the others for which the learning parameters hold.",
        unit="share",
        source="eight professions in teams of six",
        offered="0.5-1",
    )
    team_test_weight: Probability = parameter(
        0.3,
        "Part of the team test in a result, where a credential's methods name one.",
        unit="share",
        source="judgement",
        offered="0-0.5",
    )


class Claiming(FileModel):
    """Badges that are not issued automatically wait to be claimed."""

    per_week: Probability = parameter(
        0.3,
        "Chance that a learner who will claim a badge does so in a week.",
        unit="probability per week",
        source="judgement; no published rate [14, 15]",
        offered="0.05-0.5",
    )
    ever: Probability = parameter(
        0.8,
        "Share who ever claim a badge.",
        unit="probability",
        source="judgement; no published rate [14, 15]",
        offered="0.3-1",
    )


class Costs(FileModel):
    """Prices, in any one currency. Nothing is published that would serve as a default."""

    assessor_hour: dict[Assessor, float] = Field(
        default_factory=dict, description="An hour of an assessor, by role; roles that are not named cost nothing."
    )
    facilitator_hour: float = parameter(
        0.0, "An hour of a facilitator.", unit="currency", source="your own", ge=0, le=1_000_000
    )
    badge: float = parameter(0.0, "A badge that is issued.", unit="currency", source="your own", ge=0, le=1_000_000)
    fixed: float = parameter(
        0.0, "What the programme costs whoever comes.", unit="currency", source="your own", ge=0, le=1e12
    )
