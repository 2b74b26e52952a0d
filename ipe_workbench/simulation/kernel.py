"""The compiled heart: every week of every learner of a few replicates.

Learners do not act on each other in this model, so each is walked through all weeks before the next one begins: the
state of a learner stays in the processor's nearest memory, and any set of learners and replicates can be computed
apart and added up. Process order of a week, for each credential in turn: forget, learn, attempt (assess, award); then
stacks; leaving takes effect from the next week.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ipe_workbench.simulation.cohort_model import MAX_ATTEMPTS, CohortModel, ModelArrays
from ipe_workbench.simulation.compilation import Whole, Word, compiled, compiled_in_place
from ipe_workbench.simulation.philox import (
    PURPOSE_START,
    PURPOSE_TRAITS,
    PURPOSE_WEEK,
    STREAM,
    normal,
    philox,
    uniform,
)
from ipe_workbench.simulation.rule_table import (
    NOT_COMPLETED,
    Desk,
    LearnerFacts,
    RuleTable,
    completion_week,
)

__all__ = ["OUTCOMES", "Counts", "empty_counts", "run"]

#: What became of a learner and a credential, in the order of the last axis of `Counts.outcome`.
OUTCOMES = ("earned", "not started", "attempts used up", "dropped out", "prerequisite open", "time ran out")
_EARNED, _NOT_STARTED, _ATTEMPTS, _DROPPED, _PREREQUISITE, _TIME = range(6)


class Counts(NamedTuple):
    """What is counted, as whole numbers. R replicates; other axes as in `ModelArrays`.

    `retained` holds changes: +1 in the week in which a learner both holds the award and knows, -1 when that ends.
    """

    earned: Any  # (R, P, I, W) awards in the week
    retained: Any  # (R, P, B, W)
    held: Any  # (R, P, I) holding an award that has not expired at the end
    outcome: Any  # (R, P, B, 6)
    attempts: Any  # (R, B, T) attempts in the term
    tries: Any  # (B, MAX_ATTEMPTS) attempts by their number
    passes: Any  # (B, MAX_ATTEMPTS)


class Learner(NamedTuple):
    """The state of the learner who is being simulated, and what of it has to be looked at again."""

    known: Any  # (B)
    takes: Any  # (B) starts the credential
    is_open: Any  # (B) prerequisites met at the start of the week
    used: Any  # (B) attempts
    next_try: Any  # (B) first week of the next attempt
    log_not_learning: Any  # (B) logarithm of the chance that an opportunity teaches nothing
    earned: Any  # (I) week of the award, -1 for none
    facts: LearnerFacts  # what rules look at; `facts.earned` leaves out what has expired
    look: Any  # (B) prerequisites whose facts have changed
    look_stack: Any  # (I - B)
    look_any: Any  # (2) whether any of the first, of the second


def empty_counts(model: CohortModel, replicates: int) -> Counts:
    """Counts of nothing."""
    p, b, i = len(model.professions), len(model.credentials), len(model.credentials) + len(model.stacks)
    w, t = model.calendar.weeks, len(model.calendar.terms)
    return Counts(
        np.zeros((replicates, p, i, w), np.int32),
        np.zeros((replicates, p, b, w), np.int32),
        np.zeros((replicates, p, i), np.int32),
        np.zeros((replicates, p, b, len(OUTCOMES)), np.int32),
        np.zeros((replicates, b, t), np.int32),
        np.zeros((b, MAX_ATTEMPTS), np.int64),
        np.zeros((b, MAX_ATTEMPTS), np.int64),
    )


@compiled
def run(
    m: ModelArrays,
    rules: RuleTable,
    desk: Desk,
    seed: int,
    first_replicate: int,
    first_learner: int,
    last_learner: int,
    counts: Counts,
) -> None:
    """Simulate learners `first_learner` to `last_learner` (excluded) in as many replicates as `counts` holds."""
    one = _nobody(m)
    key = np.uint64(seed)
    for index in range(counts.earned.shape[0]):
        replicate = np.uint64(first_replicate + index) << np.uint64(8)
        profession = 0
        for position in range(first_learner, last_learner):
            while position >= m.first_learner[profession + 1]:
                profession += 1
            # The counter names a learner by profession and place in it, so that a larger cohort keeps the others.
            learner = np.uint64((profession << 24) | (position - m.first_learner[profession]))
            last_week = _start(m, one, profession, learner, replicate, key)
            _live(m, rules, desk, one, profession, learner, replicate, key, last_week, index, counts)
            _conclude(m, one, profession, last_week, index, counts)


@compiled_in_place
def _nobody(m: ModelArrays) -> Learner:
    """Room for one learner's state."""
    badges = m.badge_key.size
    items = m.expires.shape[0]
    return Learner(
        np.zeros(badges, np.bool_),
        np.zeros(badges, np.bool_),
        np.zeros(badges, np.bool_),
        np.zeros(badges, np.int64),
        np.zeros(badges, np.int64),
        np.zeros(badges, np.float64),
        np.zeros(items, np.int64),
        LearnerFacts(
            np.zeros(items, np.int64),
            np.zeros(m.activity_week.size, np.int64),
            np.zeros(badges, np.int64),
            np.zeros((badges, MAX_ATTEMPTS), np.int64),
            np.zeros((badges, MAX_ATTEMPTS), np.float64),
        ),
        np.zeros(badges, np.bool_),
        np.zeros(items - badges, np.bool_),
        np.zeros(2, np.bool_),
    )


@compiled_in_place
def _start(m: ModelArrays, one: Learner, profession: int, learner: Word, replicate: Word, key: Word) -> Whole:
    """Draw a learner's traits and start; gives the first week in which the learner is no longer there."""
    weeks = m.term_of_week.size
    stream, no_week = np.uint64(STREAM), np.uint64(0)
    last_week = weeks
    z_known = z_rate = z_willing = 0.0
    if m.draws_traits:
        t0, t1, t2, t3 = philox(learner, no_week, no_week, replicate | np.uint64(PURPOSE_TRAITS), key, stream)
        z_known, z_rate, z_willing = normal(uniform(t0)), normal(uniform(t1)), normal(uniform(t2))
        last_week = 0
        while last_week < weeks and t3 < m.stays_threshold[profession, last_week]:
            last_week += 1
    for badge in range(m.badge_key.size):
        one.known[badge] = False
        one.takes[badge] = m.may_earn[profession, badge] and m.willing_below[profession, badge] > 0
        if m.draws_start:
            s0, s1, _, _ = philox(
                learner, no_week, m.badge_key[badge], replicate | np.uint64(PURPOSE_START), key, stream
            )
            if m.known_sd == 0.0:
                one.known[badge] = s0 < m.known_threshold[profession, badge]
            else:
                logit = m.known_logit[profession, badge] + m.known_sd * z_known
                one.known[badge] = uniform(s0) < 1.0 / (1.0 + math.exp(-logit))
            willing = m.willing_shared * z_willing + m.willing_own * normal(uniform(s1))
            one.takes[badge] = m.may_earn[profession, badge] and willing < m.willing_below[profession, badge]
        if m.learn_sd > 0.0:
            logit = m.learn_logit[profession, badge] + m.learn_sd * z_rate
            one.log_not_learning[badge] = -math.log1p(math.exp(logit))
        one.is_open[badge] = m.requires_root[profession, badge] < 0
    one.used[:] = 0
    one.next_try[:] = 0
    one.earned[:] = -1
    one.facts.earned[:] = -1
    one.facts.attended[:] = -1
    one.facts.tries[:] = 0
    _look_at_everything(one)
    return last_week


@compiled_in_place
def _live(
    m: ModelArrays,
    rules: RuleTable,
    desk: Desk,
    one: Learner,
    profession: int,
    learner: Word,
    replicate: Word,
    key: Word,
    last_week: int,
    index: int,
    counts: Counts,
) -> None:
    """All weeks of one learner."""
    # Arrays are taken out of their tuples once: inside the loop that would cost more than the arithmetic.
    badges, weeks = m.offered.shape
    term_of_week = m.term_of_week
    badge_key, offered, opportunities, attempts_allowed = m.badge_key, m.offered, m.opportunities, m.attempts
    forget, learn, attempt = m.forget_threshold, m.learn_threshold[profession], m.attempt_threshold[profession]
    passes, retake_after, keeps_scores = m.pass_threshold, m.retake_after, m.keeps_scores
    after_award, needs_open, learn_sd = m.practises_after_award, m.needs_prerequisite, m.learn_sd
    known, takes, is_open, used, next_try = one.known, one.takes, one.is_open, one.used, one.next_try
    earned, facts, usable, rate = one.earned, one.facts, one.facts.earned, one.log_not_learning
    look, look_stack, look_any = one.look, one.look_stack, one.look_any
    asked_by_requires, asked_by_stack = m.asked_by_requires, m.asked_by_stack
    requires_root, stack_root = m.requires_root[profession], m.stack_root[profession]
    awards, retained = counts.earned[index, profession], counts.retained[index, profession]
    stream, purpose = np.uint64(STREAM), replicate | np.uint64(PURPOSE_WEEK)
    may_expire, has_activities = m.may_expire, m.activity_week.size > 0

    for week in range(weeks):
        here = week < last_week
        if may_expire:
            _expire(m, one, week)
        if here and look_any[0]:
            look_any[0] = False
            for badge in range(badges):
                if look[badge] and requires_root[badge] >= 0 and earned[badge] < 0:
                    is_open[badge] = completion_week(rules, requires_root[badge], facts, desk) != NOT_COMPLETED
                look[badge] = False
        for badge in range(badges):
            unearned = earned[badge] < 0
            active = here and takes[badge] and (unearned or after_award)
            learns = active and (is_open[badge] or not needs_open) and opportunities[badge, week] > 0.0
            tries = (
                active
                and unearned
                and is_open[badge]
                and offered[badge, week]
                and used[badge] < attempts_allowed[badge]
                and week >= next_try[badge]
            )
            if not (known[badge] or learns or tries):
                continue
            r0, r1, r2, r3 = philox(learner, np.uint64(week), badge_key[badge], purpose, key, stream)
            if known[badge] and r0 < forget[badge, week]:
                known[badge] = False
                if not unearned:
                    retained[badge, week] -= 1
            if learns and not known[badge]:
                if learn_sd == 0.0:
                    known[badge] = r1 < learn[badge, week]
                else:
                    known[badge] = uniform(r1) < -math.expm1(opportunities[badge, week] * rate[badge])
                if known[badge] and not unearned:
                    retained[badge, week] += 1
            if not tries or r2 >= attempt[badge]:
                continue
            state = 1 if known[badge] else 0
            passed = r3 < passes[badge, state]
            counts.attempts[index, badge, term_of_week[week]] += 1
            counts.tries[badge, used[badge]] += 1
            if keeps_scores[badge]:
                _keep_score(m, facts, badge, state, week, passed, r3)
            if passed:
                counts.passes[badge, used[badge]] += 1
                awards[badge, week] += 1
                earned[badge] = week
                usable[badge] = week
                if known[badge]:
                    retained[badge, week] += 1
            if passed or keeps_scores[badge]:
                _look_again(asked_by_requires, asked_by_stack, look, look_stack, look_any, badge)
            used[badge] += 1
            next_try[badge] = week + retake_after[badge]
        if has_activities and here:
            _record_hours(m, one, week)
        # Award stacks until nothing changes: one may count toward another, in either order of the files.
        while here and look_any[1]:
            look_any[1] = False
            for stack in range(look_stack.size):
                item = badges + stack
                if not look_stack[stack]:
                    continue
                look_stack[stack] = False
                if earned[item] < 0 and completion_week(rules, stack_root[stack], facts, desk) != NOT_COMPLETED:
                    earned[item] = week
                    usable[item] = week
                    awards[item, week] += 1
                    _look_again(asked_by_requires, asked_by_stack, look, look_stack, look_any, item)


@compiled
def _expire(m: ModelArrays, one: Learner, week: int) -> None:
    usable = one.facts.earned
    for item in range(usable.size):
        if usable[item] >= 0 and m.expires[item, usable[item]] <= week:
            usable[item] = -1
            _look_at_everything(one)


@compiled
def _keep_score(
    m: ModelArrays, facts: LearnerFacts, badge: int, state: int, week: int, passed: bool, word: Word
) -> None:
    """The score behind passing or failing: the same draw, read as a distance from the mark."""
    above = m.pass_distance[badge, state] - normal(uniform(word))
    score = min(1.0, max(0.0, m.pass_score[badge] + m.score_spread * above))
    if passed:
        score = max(score, m.pass_score[badge])
    kept = facts.tries[badge]
    facts.try_week[badge, kept] = week
    facts.try_score[badge, kept] = score
    facts.tries[badge] = kept + 1


@compiled
def _record_hours(m: ModelArrays, one: Learner, week: int) -> None:
    """Hours of an activity are recorded in the week of its last meeting."""
    attended = one.facts.attended
    for activity in range(attended.size):
        if m.activity_week[activity] == week:
            for badge in range(one.takes.size):
                if one.takes[badge] and m.activity_of[activity, badge]:
                    attended[activity] = week
                    _look_at_everything(one)


@compiled_in_place
def _look_again(
    asked_by_requires: Any, asked_by_stack: Any, look: Any, look_stack: Any, look_any: Any, item: int
) -> None:
    """Note the prerequisites and stacks whose rules ask for an item that has changed."""
    for badge in range(look.size):
        if asked_by_requires[badge, item]:
            look[badge] = True
            look_any[0] = True
    for stack in range(look_stack.size):
        if asked_by_stack[stack, item]:
            look_stack[stack] = True
            look_any[1] = True


@compiled_in_place
def _look_at_everything(one: Learner) -> None:
    one.look[:] = True
    one.look_stack[:] = True
    one.look_any[:] = True


@compiled_in_place
def _conclude(m: ModelArrays, one: Learner, profession: int, last_week: int, index: int, counts: Counts) -> None:
    """What became of the learner and each item at the end."""
    for item in range(one.facts.earned.size):
        counts.held[index, profession, item] += one.facts.earned[item] >= 0
    for badge in range(one.known.size):
        if not m.may_earn[profession, badge]:
            continue
        if one.earned[badge] >= 0:
            why = _EARNED
        elif not one.takes[badge]:
            why = _NOT_STARTED
        elif one.used[badge] >= m.attempts[badge]:
            why = _ATTEMPTS
        elif last_week < m.term_of_week.size:
            why = _DROPPED
        elif not one.is_open[badge]:
            why = _PREREQUISITE
        else:
            why = _TIME
        counts.outcome[index, profession, badge, why] += 1
