"""From the scenario's sections about learners to arrays: start, learning, motivation, confidence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.model import MicroCredential
from ipe_workbench.simulation.calendar_weeks import practice_hours, work_hours
from ipe_workbench.simulation.chances import Floats, first_given, logit, quantile, repeated, threshold
from ipe_workbench.simulation.cohort_design import CohortDesign
from ipe_workbench.simulation.model_arrays import ConfidenceArrays, LearningArrays, MotivationArrays, StartArrays

__all__ = ["confidence_arrays", "learning_arrays", "motivation_arrays", "start_arrays"]

#: Relearnings after which practice no longer makes forgetting slower.
_RELEARNINGS = 6
_WIDEST = 12.0


def start_arrays(design: CohortDesign) -> StartArrays:
    """Who starts with what, and who leaves."""
    scenario = design.scenario
    known, learn = _known(design), _learn(design)
    shared = scenario.participation.uptake_correlation
    willing = np.array([[quantile(_uptake(design, p, c)) for c in design.credentials] for p in design.professions])
    stays = np.array([_stays(design, p) for p in design.professions])
    differs = bool(((known > 0) & (known < 1)).any())
    logits = logit(known)
    if scenario.learning.model == "performance-factors":
        logits = np.clip(logits, -_WIDEST, _WIDEST)
    dynamic = scenario.motivation.on and scenario.motivation.leave != 0
    return StartArrays(
        known_logit=logits,
        known_threshold=threshold(known),
        known_sd=scenario.heterogeneity.known_at_start_sd if differs else 0.0,
        learn_logit=logit(learn),
        learn_sd=scenario.heterogeneity.learn_sd,
        willing_below=willing,
        willing_shared=float(np.sqrt(shared)),
        willing_own=float(np.sqrt(1 - shared)),
        draws_willing=bool(np.isfinite(willing).any()),
        stays_threshold=threshold(stays[:, :1] if dynamic else stays) * np.ones_like(stays, dtype=np.uint64),
        draws_leaving=bool(((stays[:, 0] if dynamic else stays) < 1).any()),
    )


def learning_arrays(design: CohortDesign) -> LearningArrays:
    """Practice, learning and forgetting."""
    learning, practice = design.scenario.learning, design.scenario.practice
    opportunities = _opportunities(design)
    learn = _learn(design)
    power = learning.forgetting == "power-law"
    lost = _power_law(design) if power else np.zeros((len(design.credentials), design.calendar.weeks, 0, 1))
    capacity = design.scenario.capacity
    forget = _forget(design)
    growth = np.array([[learning.growth] * len(design.credentials)] * len(design.professions))
    for index, profession in enumerate(design.professions):
        growth[index] *= np.exp(design.profession(profession).learn_shift)
    return LearningArrays(
        learn_threshold=threshold(repeated(learn[:, :, None], opportunities[None, :, :])),
        opportunities=opportunities,
        forget_threshold=threshold(forget),
        power_threshold=threshold(lost),
        clock=_clock(design),
        spacing_weeks=learning.spacing_weeks,
        skill=learning.model == "performance-factors",
        growth=growth,
        success_growth=learning.success_growth,
        failure_growth=learning.failure_growth,
        keep=1 - forget,
        power_keep=1 - lost,
        needs_prerequisite=practice.needs_prerequisite,
        after_award=practice.after_award,
        group_shift=np.arange(capacity.groups, dtype=np.int64) * capacity.group_shift_weeks,
    )


def motivation_arrays(design: CohortDesign) -> MotivationArrays:
    """Motivation; its hours are those of the design, preparation included."""
    part = design.scenario.motivation
    return MotivationArrays(
        on=part.on, sd=part.sd, recovery=part.recovery, success=part.success, failure=part.failure,
        recognition=part.recognition, overload=part.overload,
        hours=np.array([work_hours(one, design.calendar) for one in design.credentials]),
        comfortable_hours=part.comfortable_hours, engagement=part.engagement, attempt=part.attempt, leave=part.leave,
        hazard=np.array([_hazards(design, one) for one in design.professions]),
    )  # fmt: skip


def confidence_arrays(design: CohortDesign) -> ConfidenceArrays:
    """Confidence."""
    part = design.scenario.confidence
    return ConfidenceArrays(
        part.on, part.slope, part.bias, part.noise, part.success, part.failure, part.feedback, part.attempt
    )


def _known(design: CohortDesign) -> Floats:
    return design.by_profession("known_at_start", design.scenario.learning.known_at_start, "known_at_start_shift")


def _learn(design: CohortDesign) -> Floats:
    return design.by_profession("learn_per_opportunity", design.scenario.learning.learn_per_opportunity, "learn_shift")


def _uptake(design: CohortDesign, profession: str, credential: MicroCredential) -> float:
    shares = design.profession(profession).uptake or design.scenario.participation.uptake
    return first_given(design.override(credential).uptake, getattr(shares, credential.level))


def _hazards(design: CohortDesign, profession: str) -> Floats:
    """Chance to leave after each week."""
    weekly = np.zeros(design.calendar.weeks)
    for one in design.scenario.participation.drop_out:  # no week stands in two of them
        weekly[one.from_week - 1 : one.to_week] = one.per_week
    return np.minimum(1.0, weekly * design.profession(profession).drop_out_factor)


def _stays(design: CohortDesign, profession: str) -> Floats:
    """Chance to be there in each week."""
    factor = design.profession(profession).drop_out_factor
    first = 1 - min(1.0, design.scenario.participation.leave_before_start * factor)
    return np.asarray(first * np.cumprod([1.0, *(1 - _hazards(design, profession)[:-1])]), np.float64)


def _forget(design: CohortDesign) -> Floats:
    """Chance to lose what is known in the step to each week, (B, W)."""
    learning = design.scenario.learning
    weekly = [first_given(design.override(c).forget_per_week, learning.forget_per_week) for c in design.credentials]
    if learning.forgetting == "none":
        weekly = [0.0] * len(weekly)
    return repeated(np.array(weekly)[:, None], np.array(design.calendar.weeks_since_last, float)[None, :])


def _power_law(design: CohortDesign) -> Floats:
    """Chance to lose it in the step to a week, by relearnings and the week of the last practice: (B, W, S, W).

    What is known t weeks after the last practice is ``(1 + t) ** -decay``; the chance of a step from t - s to t is one
    minus the ratio of the two.
    """
    learning, clock, weeks = design.scenario.learning, _clock(design), design.calendar.weeks
    steps = np.array(design.calendar.weeks_since_last, float)
    decay = learning.decay * learning.relearning ** np.arange(_RELEARNINGS + 1)
    since = np.maximum(clock[:, None] - clock[None, :], 0)  # week, practised
    before = np.maximum(since - steps[:, None], 0)
    ratio = ((1 + since) / (1 + before))[:, None, :] ** -decay[None, :, None]
    lost = np.broadcast_to(1 - ratio, (len(design.credentials), weeks, decay.size, weeks)).copy()
    for index, credential in enumerate(design.credentials):
        # A credential that is never forgotten by the constant chance is not by the power law either.
        if design.override(credential).forget_per_week == 0:
            lost[index] = 0
    return lost


def _clock(design: CohortDesign) -> Floats:
    """Calendar weeks from the first week to each."""
    steps = np.array(design.calendar.weeks_since_last, float)
    return np.asarray(np.cumsum(steps) - steps[0])


def _opportunities(design: CohortDesign) -> Floats:
    """Opportunities of each credential and week, with what practice of the same competencies elsewhere is worth."""
    practice = design.scenario.practice
    if practice.when == "every-week":
        return np.ones((len(design.credentials), design.calendar.weeks))
    hours = np.array([practice_hours(c, design.calendar, practice.preparation_weight) for c in design.credentials])
    if practice.transfer > 0:
        hours = hours + practice.transfer * (_overlap(design) @ hours)
    return np.asarray(hours * practice.opportunities_per_hour)


def _overlap(design: CohortDesign) -> npt.NDArray[np.float64]:
    """Share of a credential's competencies that another one teaches or has practised; 0 on the diagonal."""
    asked = [{(a.framework, a.competency) for a in c.alignments} for c in design.credentials]
    given = [
        {(a.framework, a.competency) for a in c.alignments if {"taught", "practised"} & set(a.how)}
        for c in design.credentials
    ]
    shares = np.array([[len(a & g) / max(len(a), 1) for g in given] for a in asked])
    np.fill_diagonal(shares, 0)
    return shares
