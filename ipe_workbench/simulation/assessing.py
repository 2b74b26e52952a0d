"""A week of a block of learners from its assessments on: passing, awards, stacks, claims, and how it leaves people."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.compilation import Whole, Word, compiled, compiled_in_place
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.philox import normal, uniform
from ipe_workbench.simulation.rule_words import satisfied
from ipe_workbench.simulation.state import Counts, Scratch, State
from ipe_workbench.simulation.words import ALL, ask, below, count, decided, draw, lane, numbers

__all__ = ["assess", "award_stacks", "claim", "record_hours", "tally"]

_NONE = np.uint64(0)
_ONE = np.uint64(1)
PASSES, FAILS, RECOGNITION, HOURS = range(4)


@compiled
def assess(
    m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word, index: int, counts: Counts,
    log: Any, logged: Any,
) -> None:  # fmt: skip
    """Assess those who want to be, and award what they pass."""
    jobs, planes, wants, known = sc.jobs, sc.planes, st.wants[s], st.known[s]
    items, first, threshold = m.layout.credential_key, m.layout.first_criterion, m.assessment.pass_threshold
    who, when, slots = m.layout.block_key[n], np.uint64(week), st.tried.shape[2]
    attempts, by_word, tried_in = counts.attempts[index], m.assessment.by_word, st.tried[s]
    logs, feels, skill = log.shape[0] > 0, st.happened.shape[0] > 0, m.learning.skill
    kept_scores = m.assessment.kept_scores
    entries = 0
    for badge in range(wants.size):
        if wants[badge] != _NONE and by_word[badge]:
            entries = ask(jobs, entries, items[badge], rep | decisions.PASS)
    draw(jobs, entries, who, when, key)
    entries = 0
    for badge in range(wants.size):
        tried = wants[badge]
        if slots > 1:
            tried_in[badge, week % slots] = tried
        if tried == _NONE:
            continue
        wants[badge] = _NONE
        attempts[badge, week] += count(tried)
        if by_word[badge]:
            chance = threshold[badge]
            passed = decided(jobs, entries, chance[0], chance[1], known[first[badge]], tried, planes, who, when, key)
            entries += 1
        elif m.assessment.by_learner[badge] or m.assessment.kept_scores[badge] >= 0:
            passed = _passes_one_by_one(m, st, sc, s, n, badge, week, tried, rep, key)
        else:
            passed = _passes(m, st, sc, s, n, badge, week, tried, rep, key)
        _use_attempt(m, st, s, badge, tried)
        if skill:
            _grow(m, st, s, badge, tried, passed)
        if logs:
            _log_attempts(st, s, n, badge, week, tried, passed, index, log, logged)
        if feels:
            for one in range(64):
                st.happened[s, PASSES, one] += lane(passed, one)
                st.happened[s, FAILS, one] += lane(tried & ~passed, one)
        if passed != _NONE:
            _award(m, st, s, n, badge, week, passed, index, counts)
        if kept_scores[badge] >= 0:
            _look_again(m, st, s, badge, tried)


@compiled
def _passes(
    m: Model, st: State, sc: Scratch, s: int, n: int, badge: int, week: int, tried: Word, rep: Word, key: Word
) -> Word:
    """Where the chance depends only on how much is known: who passes, by the number of criteria known."""
    who, item, what = m.layout.block_key[n], m.layout.credential_key[badge], rep | decisions.PASS
    threshold = m.assessment.pass_threshold[badge]
    first, last = m.layout.first_criterion[badge], m.layout.first_criterion[badge + 1]
    numbers(sc.planes, sc.drawn, who, np.uint64(week), item, what, key)
    passed = _NONE
    for one in range(64):
        if lane(tried, one):
            known = 0
            for criterion in range(first, last):
                known += lane(st.known[s, criterion], one)
            passed |= np.uint64(sc.drawn[one] < threshold[known]) << np.uint64(one)
    return passed


@compiled
def _passes_one_by_one(
    m: Model, st: State, sc: Scratch, s: int, n: int, badge: int, week: int, tried: Word, rep: Word, key: Word
) -> Word:  # fmt: skip
    """Where raters, teams or a continuous skill make a difference, or scores are kept: performance against the mark."""
    part, who, item = m.assessment, m.layout.block_key[n], m.layout.credential_key[badge]
    kept = part.kept_scores[badge]
    if part.raters[badge] > 0:
        numbers(sc.planes, sc.more, who, np.uint64(week), item, rep | decisions.RATER, key)
    raters, role = part.raters[badge], part.rater_role[badge]
    twice = _NONE
    if part.by_learner[badge]:
        twice = below(part.rated_twice[badge], tried, sc.planes, who, np.uint64(week), item,
                      rep | decisions.RATED_TWICE, key)  # fmt: skip
    numbers(sc.planes, sc.drawn, who, np.uint64(week), item, rep | decisions.PASS, key)
    passed = _NONE
    for one in range(64):
        if not lane(tried, one):
            continue
        known = _share_known(m, st, s, badge, one)
        if part.by_learner[badge]:
            distance = _interpolated(part.true_distance[badge], known)
            if m.teams.on and part.team_weight[badge] > 0.0:
                best = known
                if sc.team_masters[st.team[s, one], badge] > 0:
                    best = _criteria(m, badge)
                distance += part.team_weight[badge] * (_interpolated(part.true_distance[badge], best) - distance)
            seen, severity = 1.0, 0.0
            if raters > 0:
                first = int(sc.more[one] * np.uint64(raters) >> np.uint64(32))
                severity = sc.severity[role, first]
                if lane(twice, one):
                    second = (
                        first + 1 + int((sc.more[one] & np.uint64(0xFFFF)) % np.uint64(max(raters - 1, 1)))
                    ) % raters
                    severity = 0.5 * (severity + sc.severity[role, second])
                severity *= part.severity_sd[badge]
            if lane(twice, one):
                seen = 2.0
            distance = (distance - severity) / math.sqrt(1.0 + part.error[badge] / seen)
        else:
            distance = _interpolated(part.pass_distance[badge], known)
        above = distance - normal(uniform(sc.drawn[one]))
        if above > 0.0:
            passed |= _ONE << np.uint64(one)
        if kept >= 0:
            _keep_score(m, st, s, badge, kept, one, week, above)
    return passed


@compiled_in_place
def _criteria(m: Model, badge: int) -> float:
    return float(m.layout.first_criterion[badge + 1] - m.layout.first_criterion[badge])


@compiled_in_place
def _share_known(m: Model, st: State, s: int, badge: int, one: int) -> float:
    """Criteria known; with continuous skills the sum of the chances to show them."""
    known = 0.0
    for criterion in range(m.layout.first_criterion[badge], m.layout.first_criterion[badge + 1]):
        if m.learning.skill:
            known += 1.0 / (1.0 + math.exp(-st.skill[s, criterion, one]))
        else:
            known += 1.0 if lane(st.known[s, criterion], one) else 0.0
    return known


@compiled_in_place
def _interpolated(distances: Any, known: float) -> Any:
    low = int(known)
    if low >= distances.size - 1:
        return distances[distances.size - 1]
    part = known - low
    return distances[low] if part == 0.0 else (1.0 - part) * distances[low] + part * distances[low + 1]


@compiled
def _keep_score(m: Model, st: State, s: int, badge: int, kept: Whole, one: int, week: int, above: float) -> None:
    """The score behind passing or failing: the distance from the mark, in shares of the attainable score."""
    score = min(1.0, max(0.0, m.assessment.pass_score[badge] + m.assessment.score_spread * above))
    if above > 0.0:
        score = max(score, m.assessment.pass_score[badge])
    place = st.tries[s, kept, one]
    if place < st.try_week.shape[3]:
        st.try_week[s, kept, one, place] = week
        st.try_score[s, kept, one, place] = score
        st.tries[s, kept, one] = place + 1


@compiled
def _grow(m: Model, st: State, s: int, badge: int, tried: Word, passed: Word) -> None:
    """Continuous skill: an attempt teaches, too, by its result."""
    for criterion in range(m.layout.first_criterion[badge], m.layout.first_criterion[badge + 1]):
        for one in range(64):
            if lane(tried, one):
                growth = m.learning.success_growth if lane(passed, one) else m.learning.failure_growth
                st.skill[s, criterion, one] = min(st.skill[s, criterion, one] + growth, 12.0)


@compiled
def _use_attempt(m: Model, st: State, s: int, badge: int, tried: Word) -> None:
    """Count the attempt, as a number whose bits lie in several words."""
    carry, limit = tried, m.assessment.attempts[badge]
    equal = ALL
    for bit in range(st.used.shape[2]):
        before = st.used[s, badge, bit]
        now = before ^ carry
        carry &= before
        st.used[s, badge, bit] = now
        equal &= now if (limit >> bit) & 1 else ~now
    st.exhausted[s, badge] |= equal & tried


@compiled
def _award(m: Model, st: State, s: int, n: int, item: int, week: int, passed: Word, index: int, counts: Counts) -> None:
    st.earned[s, item] |= passed
    st.usable[s, item] |= passed
    counts.earned[index, m.layout.profession[n], item, week] += count(passed)
    automatic = item >= m.claiming.waits.size or not m.claiming.waits[item]
    if automatic:
        st.claimed[s, item] |= passed
    if st.happened.shape[0] > 0 and automatic:
        for one in range(64):
            st.happened[s, RECOGNITION, one] += lane(passed, one)
    if m.rules.needs_weeks:
        for one in range(64):
            if lane(passed, one):
                st.week_of[s, item, one] = week
    _look_again(m, st, s, item, passed)


@compiled
def _look_again(m: Model, st: State, s: int, item: int, whose: Word) -> None:
    """Note the prerequisites and stacks whose rules ask for an item that has changed."""
    for badge in range(st.look.shape[1]):
        if m.rules.asked_by_requires[badge, item]:
            st.look[s, badge] |= whose
    for stack in range(st.look_stack.shape[1]):
        if m.rules.asked_by_stack[stack, item]:
            st.look_stack[s, stack] |= whose


@compiled
def record_hours(m: Model, st: State, s: int, week: int) -> None:
    """Hours of an activity are recorded in the week of its last meeting."""
    for activity in range(m.rules.activity_week.size):
        if m.rules.activity_week[activity] != week:
            continue
        there = _NONE
        for badge in range(st.takes.shape[1]):
            if m.rules.activity_of[activity, badge]:
                there |= st.takes[s, badge]
        there &= st.here[s]
        st.attended[s, activity] |= there
        for badge in range(st.look.shape[1]):
            st.look[s, badge] |= there
        for stack in range(st.look_stack.shape[1]):
            st.look_stack[s, stack] |= there


@compiled
def award_stacks(
    m: Model, st: State, sc: Scratch, s: int, n: int, week: int, index: int, counts: Counts, log: Any, logged: Any
) -> None:
    """Award stacks until nothing changes: one may count toward another, in either order of the files."""
    badges, profession = st.takes.shape[1], m.layout.profession[n]
    changed = True
    while changed:
        changed = False
        for stack in range(st.look_stack.shape[1]):
            item = badges + stack
            look = st.look_stack[s, stack] & st.here[s] & ~st.earned[s, item]
            st.look_stack[s, stack] = _NONE
            if look == _NONE:
                continue
            done = satisfied(m, st, sc, s, m.rules.stack_root[profession, stack], look)
            if done != _NONE:
                _award(m, st, s, n, item, week, done, index, counts)
                changed = True
                if log.shape[0] > 0:
                    _log(n, done, week, item, 0, done, index, log, logged)


@compiled
def claim(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Badges that are not issued automatically are claimed later, or never."""
    for badge in range(st.takes.shape[1]):
        due = st.earned[s, badge] & st.claims[s, badge] & ~st.claimed[s, badge]
        if not m.claiming.waits[badge] or due == _NONE:
            continue
        now = below(
            m.claiming.threshold, due, sc.planes, m.layout.block_key[n], np.uint64(week),
            m.layout.credential_key[badge], rep | decisions.CLAIM, key,
        )  # fmt: skip
        st.claimed[s, badge] |= now
        if st.happened.shape[0] > 0:
            for one in range(64):
                st.happened[s, RECOGNITION, one] += lane(now, one)


@compiled
def tally(m: Model, st: State, s: int, n: int, week: int, index: int, counts: Counts) -> None:
    """What has changed in who holds an award and knows, at the end of the week."""
    profession = m.layout.profession[n]
    counts.here[index, profession, week] += count(st.here[s])
    masters, earned, held, retained = st.masters[s], st.earned[s], st.holding[s], counts.retained[index, profession]
    for badge in range(masters.size):
        holding = masters[badge] & earned[badge]
        if holding != held[badge]:
            retained[badge, week] += count(holding) - count(held[badge])
            held[badge] = holding


@compiled
def _log_attempts(
    st: State, s: int, n: int, badge: int, week: int, tried: Word, passed: Word, index: int, log: Any, logged: Any
) -> None:
    for one in range(64):
        if lane(tried, one):
            number = 0
            for bit in range(st.used.shape[2]):
                number += lane(st.used[s, badge, bit], one) << bit
            _log(n, _ONE << np.uint64(one), week, badge, number, passed, index, log, logged)


@compiled
def _log(
    n: int, whose: Word, week: int, item: int, attempt: Whole, passed: Word, index: int, log: Any, logged: Any
) -> None:
    """A line for each learner: replicate, learner, week, item, attempt (0 for a stack), passed."""
    for one in range(64):
        if lane(whose, one) and logged[0] < log.shape[0]:
            line = log[logged[0]]
            line[0], line[1], line[2], line[3], line[4] = index, n * 64 + one, week, item, attempt
            line[5] = lane(passed, one)
            logged[0] += 1
