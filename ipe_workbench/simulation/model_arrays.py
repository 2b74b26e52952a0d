"""What the kernel reads: the compiled model as arrays, one tuple for each part of the model.

Axes: P professions, B credentials (in the programme's order), C criteria (those of each credential in sequence), I
items (credentials, then stacks), W weeks of the programme (those of all terms in sequence), T terms, N blocks of 64
learners of one profession, A activities whose hours some rule asks for. Chances that are compared with a random word
are thresholds in [0, 2**32].
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "MAX_ATTEMPTS", "AssessmentArrays", "CapacityArrays", "ClaimingArrays", "ConfidenceArrays", "Layout",
    "LearningArrays", "Model", "MotivationArrays", "RuleArrays", "StartArrays", "TeamArrays",
]  # fmt: skip

MAX_ATTEMPTS = 20


class Layout(NamedTuple):
    """Who and what there is."""

    profession: Any  # (N) of the block
    lanes: Any  # (N) word: the learners that the block has
    block_key: Any  # (N) the block's word in the counter
    credential_key: Any  # (B)
    criterion_key: Any  # (C)
    first_criterion: Any  # (B + 1)
    may_earn: Any  # (P, B)
    term_of_week: Any  # (W)
    interacts: bool  # whether learners act on each other, so that a cohort must be walked week by week


class StartArrays(NamedTuple):
    """Who starts with what, and who leaves."""

    known_logit: Any  # (P, B)
    known_threshold: Any  # (P, B)
    known_sd: float  # 0 where nothing depends on the trait
    learn_logit: Any  # (P, B)
    learn_sd: float
    willing_below: Any  # (P, B) starts where the willingness lies below
    willing_shared: float  # weights of the learner's and the credential's part of the willingness
    willing_own: float
    draws_willing: bool
    stays_threshold: Any  # (P, W) still there in the week
    draws_leaving: bool


class LearningArrays(NamedTuple):
    """Practice, learning and forgetting."""

    learn_threshold: Any  # (P, B, W) where learners of a profession do not differ
    opportunities: Any  # (B, W)
    forget_threshold: Any  # (B, W) exponential
    power_threshold: Any  # (B, W, S, W) by week, relearnings, week of the last practice; S = 0 without power law
    clock: Any  # (W) calendar weeks since the programme began
    spacing_weeks: float  # practice at least this far from the one before counts as relearning
    skill: bool  # continuous skill instead of knowing or not
    growth: Any  # (P, B) logits an opportunity
    success_growth: float
    failure_growth: float
    keep: Any  # (B, W) share of what was gained that is kept from the week before (exponential, continuous skill)
    power_keep: Any  # (B, W, S, W) the same for the power law
    needs_prerequisite: bool
    after_award: bool
    group_shift: Any  # (G) weeks by which each parallel group of the cohort runs later


class AssessmentArrays(NamedTuple):
    """Attempts and how they are passed."""

    attempt_threshold: Any  # (P, B, W)
    attempt_logit: Any  # (P, B, W)
    pass_threshold: Any  # (B, K + 1) by the number of criteria that are known
    pass_distance: Any  # (B, K + 1) the same as a normal quantile
    true_distance: Any  # (B, K + 1) of the performance from the mark, before any rating error
    able_from: Any  # (B) criteria known from which the expected performance reaches the mark
    error: Any  # (B) variance of one rater's error, without severity
    pass_score: Any  # (B)
    score_spread: float
    kept_scores: Any  # (B) place of the credential among those whose scores are kept, -1 for others
    attempts: Any  # (B)
    retake_after: Any  # (B)
    offered: Any  # (B, W)
    raters: Any  # (B) raters of the credential's role, 0 where raters do not differ
    rater_role: Any  # (B)
    severity_sd: Any  # (B) of a rater, on the scale of `pass_distance`
    rated_twice: Any  # (B) threshold
    team_weight: Any  # (B) of the team's part in the result
    by_word: Any  # (B) whether passing depends on nothing but one criterion, known or not
    by_learner: Any  # (B) whether the chance to pass differs between learners who know equally much


class RuleArrays(NamedTuple):
    """What opens, completes and expires."""

    requires_root: Any  # (P, B) node of the prerequisite, -1 for none
    stack_root: Any  # (P, I - B)
    first_node: Any  # (nodes) first node of the rule that the node is the root of
    by_word: Any  # (nodes) whether the rule of that root can be evaluated for 64 learners at once
    asked_by_requires: Any  # (B, I)
    asked_by_stack: Any  # (I - B, I)
    expires: Any  # (I, W) first week in which an award of that week no longer counts
    may_expire: bool
    needs_weeks: bool  # whether anything asks in which week something was earned
    activity_week: Any  # (A) when its hours are recorded
    activity_of: Any  # (A, B)


class ClaimingArrays(NamedTuple):
    """Badges that are not issued automatically."""

    waits: Any  # (B) whether the badge must be claimed
    threshold: Any  # weekly
    ever: Any  # share who ever claim
    on: bool


class CapacityArrays(NamedTuple):
    """Assessor hours and seats."""

    queue: bool
    role: Any  # (B) of the credential's assessors, -1 where capacity does not bind
    cost: Any  # (B) seconds of assessors' time an attempt
    supply: Any  # (roles, W) seconds
    seats: Any  # (B, W) learners that find a place in a term's meetings that begin in the week; -1 none begins
    seats_on: bool


class TeamArrays(NamedTuple):
    """Teams: how many, and what they do."""

    on: bool
    size: int
    absence_threshold: Any
    diversity_effect: float  # on learning: logits of the rate for a whole team of other professions
    typical_diversity: float
    team_based: Any  # (B, W) whether practice of the week is in teams


class MotivationArrays(NamedTuple):
    """Motivation in standard deviations of learners at the start."""

    on: bool
    sd: float
    recovery: float
    success: float
    failure: float
    recognition: float
    overload: float
    hours: Any  # (B, W) of work
    comfortable_hours: float
    engagement: float
    attempt: float
    leave: float
    hazard: Any  # (P, W)


class ConfidenceArrays(NamedTuple):
    """Self-rated percentile."""

    on: bool
    slope: float
    bias: float
    noise: float
    success: float
    failure: float
    feedback: float
    attempt: float


class Model(NamedTuple):
    """All parts."""

    layout: Layout
    start: StartArrays
    learning: LearningArrays
    assessment: AssessmentArrays
    rules: RuleArrays
    table: Any
    claiming: ClaimingArrays
    capacity: CapacityArrays
    teams: TeamArrays
    motivation: MotivationArrays
    confidence: ConfidenceArrays
