"""The state of the learners who are being simulated, and what is counted about them.

Words are about the 64 learners of a block; arrays with a last axis of 64 hold a number for each of them, and are empty
where the scenario leaves the part out. S blocks at once; other axes as in `ipe_workbench.simulation.model_arrays`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ipe_workbench.simulation.model_arrays import MAX_ATTEMPTS, Model
from ipe_workbench.simulation.rule_table import Desk, LearnerFacts, desk_for
from ipe_workbench.simulation.words import PAIRS

__all__ = ["OUTCOMES", "QUARTERS", "Counts", "Scratch", "State", "empty_counts", "empty_scratch", "empty_state"]

#: What became of a learner and a credential, in the order of the last axis of `Counts.outcome`.
OUTCOMES = (
    "earned", "not started", "attempts used up", "dropped out", "prerequisite open", "no capacity", "time ran out",
)  # fmt: skip
#: Quarters of the learners by what they can do, lowest first.
QUARTERS = 4
#: Bits of the counter of attempts.
USED_BITS = 5


class State(NamedTuple):
    """Of S blocks."""

    here: Any  # (S)
    here_in: Any  # (S, W)
    known: Any  # (S, C)
    masters: Any  # (S, B) can do it: knows enough of the criteria
    takes: Any  # (S, B)
    opened: Any  # (S, B) prerequisites met at the start of the week
    used: Any  # (S, B, 5) attempts, as bits of a number
    exhausted: Any  # (S, B) no attempt left
    tried: Any  # (S, B, weeks of the longest wait) who tried, by week modulo the wait
    wants: Any  # (S, B) to be assessed this week
    waiting: Any  # (S, B) in the queue
    seated: Any  # (S, B)
    placed: Any  # (S, B) ever had a seat
    earned: Any  # (S, I)
    usable: Any  # (S, I) earned and not expired
    claimed: Any  # (S, I)
    claims: Any  # (S, B) will claim at some time
    look: Any  # (S, B) whose prerequisite has to be looked at again
    look_stack: Any  # (S, I - B)
    attended: Any  # (S, A)
    absent: Any  # (S)
    group: Any  # (S, G)
    week_of: Any  # (S, I, 64) of the award
    queued_in: Any  # (S, B, 64) week of joining the queue
    rate: Any  # (S, B, 64) logarithm of 1 / (1 - chance to learn from an opportunity); growth of a skill
    skill: Any  # (S, C, 64) logits
    start_skill: Any  # (S, C, 64)
    practised: Any  # (S, B, 64) week
    relearned: Any  # (S, B, 64) times
    motivation: Any  # (S, 64)
    usual: Any  # (S, 64) motivation that a learner returns to
    confidence: Any  # (S, 64) self-rated percentile
    holding: Any  # (S, B) held the award and knew at the end of the week before
    happened: Any  # (S, 4, 64) passes, failures, recognition, hours of the week
    team: Any  # (S, 64)
    boost: Any  # (S, 64) factor of the team on the rate
    try_week: Any  # (S, kept, 64, attempts)
    try_score: Any  # (S, kept, 64, attempts)
    tries: Any  # (S, kept, 64)


class Scratch(NamedTuple):
    """Room for what is needed for a moment."""

    planes: Any  # (32)
    jobs: Any  # (4, decisions) items, decisions and first bits of what is drawn together
    drawn: Any  # (64) numbers of a block
    more: Any  # (64)
    traits: Any  # (3, 64) knowledge, rate, willingness
    values: Any  # words of rule nodes
    able: Any  # (B) who may practise
    few: Any  # words of a node's children
    desk: Desk
    facts: LearnerFacts
    severity: Any  # (roles, raters)
    team_present: Any  # (teams) members present
    team_of_profession: Any  # (teams, P) of them, by profession
    team_masters: Any  # (teams, B) masters among them
    order: Any  # learners of the cohort, or attempts in the queue
    order_key: Any
    order_week: Any
    credit: Any  # (roles) assessors' seconds left


class Counts(NamedTuple):
    """What is counted, as whole numbers. R replicates.

    `retained` holds changes: +1 in the week in which a learner both holds the award and knows, -1 when that ends.
    """

    earned: Any  # (R, P, I, W) awards in the week
    retained: Any  # (R, P, B, W)
    held: Any  # (R, P, I) holding an award that has not expired at the end
    claimed: Any  # (R, P, I)
    outcome: Any  # (R, P, B, outcomes)
    attempts: Any  # (R, B, W) assessed in the week
    waiting: Any  # (R, B, W) in the queue after the week
    waited: Any  # (R, B, W) weeks waited by those assessed in the week
    tries: Any  # (B, MAX_ATTEMPTS) attempts by their number
    passes: Any  # (B, MAX_ATTEMPTS)
    here: Any  # (R, P, W)
    self_rating: Any  # (R, 2, quarters, 3) at start and end: learners, thousandths of true and of rated percentile


class Sizes(NamedTuple):
    """Lengths of the axes."""

    blocks: int
    professions: int
    credentials: int
    criteria: int
    items: int
    weeks: int
    nodes: int


def sizes_of(m: Model) -> Sizes:
    """Lengths of the axes of a model."""
    return Sizes(
        len(m.layout.profession), len(m.layout.may_earn), len(m.layout.credential_key), len(m.layout.criterion_key),
        len(m.rules.expires), len(m.layout.term_of_week), len(m.table.nodes),
    )  # fmt: skip


def empty_counts(m: Model, replicates: int) -> Counts:
    """Counts of nothing."""
    n = sizes_of(m)
    r, p, b, i, w = replicates, n.professions, n.credentials, n.items, n.weeks
    whole = np.int32
    return Counts(
        np.zeros((r, p, i, w), whole), np.zeros((r, p, b, w), whole), np.zeros((r, p, i), whole),
        np.zeros((r, p, i), whole), np.zeros((r, p, b, len(OUTCOMES)), whole), np.zeros((r, b, w), whole),
        np.zeros((r, b, w), whole), np.zeros((r, b, w), whole), np.zeros((b, MAX_ATTEMPTS), np.int64),
        np.zeros((b, MAX_ATTEMPTS), np.int64), np.zeros((r, p, w), whole),
        np.zeros((r, 2, QUARTERS, 3), np.int64),
    )  # fmt: skip


def empty_state(m: Model, blocks: int) -> State:
    """Room for that many blocks."""
    n = sizes_of(m)
    b, c, i, w, a = n.credentials, n.criteria, n.items, n.weeks, len(m.rules.activity_week)
    kept = int(m.assessment.kept_scores.max(initial=-1)) + 1
    lanes_of_rate = m.learning.skill or m.start.learn_sd > 0 or m.motivation.on or m.teams.on
    power = m.learning.power_threshold.shape[2] > 0

    def words(*shape: int) -> Any:
        return np.zeros((blocks, *shape), np.uint64)

    def numbers(on: bool, *shape: int) -> Any:
        return np.zeros((blocks, *shape, 64) if on else (0, *(0 for _ in shape), 64), np.float64)

    def whole(on: bool, *shape: int) -> Any:
        return numbers(on, *shape).astype(np.int32)

    return State(
        here=words(), here_in=words(w), known=words(c), masters=words(b), takes=words(b), opened=words(b),
        used=words(b, USED_BITS), exhausted=words(b), tried=words(b, int(m.assessment.retake_after.max(initial=1))),
        wants=words(b), waiting=words(b), seated=words(b), placed=words(b), earned=words(i), usable=words(i),
        claimed=words(i), claims=words(b), look=words(b), look_stack=words(i - b), attended=words(a), absent=words(),
        group=words(len(m.learning.group_shift)), week_of=whole(m.rules.needs_weeks, i),
        queued_in=whole(m.capacity.queue, b), rate=numbers(lanes_of_rate, b), skill=numbers(m.learning.skill, c),
        start_skill=numbers(m.learning.skill, c), practised=whole(power, b), relearned=whole(power, b),
        holding=words(b), motivation=numbers(m.motivation.on), usual=numbers(m.motivation.on),
        confidence=numbers(m.confidence.on),
        happened=numbers(m.motivation.on or m.confidence.on, 4), team=whole(m.teams.on), boost=numbers(m.teams.on),
        try_week=np.zeros((blocks, kept, 64, MAX_ATTEMPTS), np.int64),
        try_score=np.zeros((blocks, kept, 64, MAX_ATTEMPTS)), tries=np.zeros((blocks, kept, 64), np.int64),
    )  # fmt: skip


def empty_scratch(m: Model) -> Scratch:
    """Room for a piece of work."""
    n = sizes_of(m)
    # Cohort-wide arrays only where learners act on each other.
    slots = n.blocks * 64 if m.layout.interacts else 0
    queue = slots * n.credentials if m.capacity.queue else 0
    teams = slots // max(m.teams.size, 1) + 1 if m.teams.on else 0
    raters = int(m.assessment.raters.max(initial=0))
    return Scratch(
        planes=np.zeros(32, np.uint64),
        jobs=np.zeros((4, 2 * PAIRS * (n.criteria + n.credentials)), np.uint64),
        drawn=np.zeros(64, np.uint64), more=np.zeros(64, np.uint64),
        traits=np.zeros((3, 64)),
        values=np.zeros(n.nodes, np.uint64), able=np.zeros(n.credentials, np.uint64),
        few=np.zeros(64, np.uint64), desk=desk_for(m.table),
        facts=LearnerFacts(
            np.zeros(n.items, np.int64), np.zeros(len(m.rules.activity_week), np.int64),
            np.zeros(n.credentials, np.int64), np.zeros((n.credentials, MAX_ATTEMPTS), np.int64),
            np.zeros((n.credentials, MAX_ATTEMPTS)),
        ),
        severity=np.zeros((len(m.capacity.supply), raters)), team_present=np.zeros(teams, np.int64),
        team_of_profession=np.zeros((teams, n.professions), np.int64),
        team_masters=np.zeros((teams, n.credentials), np.int64),
        order=np.zeros(max(slots, queue), np.int64), order_key=np.zeros(max(slots, queue), np.int64),
        order_week=np.zeros(max(slots, queue), np.int64), credit=np.zeros(len(m.capacity.supply)),
    )  # fmt: skip
