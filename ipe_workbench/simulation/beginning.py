"""The first day and the last: who the learners are, and what became of them."""

from __future__ import annotations

import math

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.compilation import Whole, Word, compiled
from ipe_workbench.simulation.model_arrays import MAX_ATTEMPTS, Model
from ipe_workbench.simulation.philox import normal, normal_below, uniform
from ipe_workbench.simulation.state import Counts, Scratch, State
from ipe_workbench.simulation.words import ALL, below, count, lane, numbers

__all__ = ["begin", "conclude"]

_EARNED, _NOT_STARTED, _ATTEMPTS, _DROPPED, _PREREQUISITE, _CAPACITY, _TIME = range(7)
_NONE = np.uint64(0)
_ONE = np.uint64(1)


@compiled
def begin(m: Model, st: State, sc: Scratch, s: int, n: int, rep: Word, key: Word, index: int, counts: Counts) -> None:
    """Draw the learners of a block."""
    lanes = m.layout.lanes[n]
    _draw_traits(m, sc, n, rep, key)
    _draw_leaving(m, st, sc, s, n, rep, key)
    _draw_start(m, st, sc, s, n, rep, key)
    for badge in range(m.layout.credential_key.size):
        st.opened[s, badge] = ALL if m.rules.requires_root[m.layout.profession[n], badge] < 0 else _NONE
        st.look[s, badge] = lanes
        st.seated[s, badge] = lanes
        st.placed[s, badge] = _NONE
        st.exhausted[s, badge] = _NONE
        st.wants[s, badge] = _NONE
        st.waiting[s, badge] = _NONE
        st.holding[s, badge] = _NONE
        st.used[s, badge, :] = _NONE
        st.tried[s, badge, :] = _NONE
        st.claims[s, badge] = lanes
        if m.claiming.on:
            st.claims[s, badge] = below(
                m.claiming.ever, lanes, sc.planes, m.layout.block_key[n], _NONE, m.layout.credential_key[badge],
                rep | decisions.CLAIMS_EVER, key,
            )  # fmt: skip
    st.earned[s, :] = _NONE
    st.usable[s, :] = _NONE
    st.claimed[s, :] = _NONE
    st.look_stack[s, :] = lanes
    st.attended[s, :] = _NONE
    st.absent[s] = _NONE
    groups = m.learning.group_shift.size
    for group in range(groups):
        word = _NONE
        for one in range(64):
            if one % groups == group:
                word |= _ONE << np.uint64(one)
        st.group[s, group] = word
    if m.learning.power_threshold.shape[2] > 0:
        st.practised[s, :, :] = 0
        st.relearned[s, :, :] = 0
    if st.tries.shape[1] > 0:
        st.tries[s, :, :] = 0
    if m.motivation.on:
        numbers(sc.planes, sc.drawn, m.layout.block_key[n], _NONE, _NONE, rep | decisions.MOTIVATION_TRAIT, key)
        for one in range(64):
            st.usual[s, one] = m.motivation.sd * normal(uniform(sc.drawn[one]))
            st.motivation[s, one] = st.usual[s, one]
    if m.confidence.on:
        _rate_oneself(m, st, sc, s, n, rep, key, index, counts)
    if st.happened.shape[0] > 0:
        st.happened[s, :, :] = 0.0


@compiled
def _draw_traits(m: Model, sc: Scratch, n: int, rep: Word, key: Word) -> None:
    who = m.layout.block_key[n]
    for trait in range(3):
        needed = (
            (trait == 0 and (m.start.known_sd > 0.0 or m.confidence.on))
            or (trait == 1 and m.start.learn_sd > 0.0)
            or (trait == 2 and m.start.draws_willing and m.start.willing_shared > 0.0)
        )
        if not needed:
            sc.traits[trait, :] = 0.0
            continue
        numbers(sc.planes, sc.drawn, who, _NONE, _NONE, rep | (decisions.KNOWN_TRAIT + np.uint64(trait << 4)), key)
        for one in range(64):
            sc.traits[trait, one] = normal(uniform(sc.drawn[one]))


@compiled
def _draw_leaving(m: Model, st: State, sc: Scratch, s: int, n: int, rep: Word, key: Word) -> None:
    """The weeks in which each learner is there."""
    lanes, weeks = m.layout.lanes[n], m.layout.term_of_week.size
    st.here[s] = lanes
    if not m.start.draws_leaving:
        st.here_in[s, :] = lanes
        return
    stays = m.start.stays_threshold[m.layout.profession[n]]
    numbers(sc.planes, sc.drawn, m.layout.block_key[n], _NONE, _NONE, rep | decisions.LEAVING_WEEK, key)
    for week in range(weeks):
        word = _NONE
        if lanes != _NONE:
            for one in range(64):
                word |= np.uint64(sc.drawn[one] < stays[week]) << np.uint64(one)
        lanes &= word
        st.here_in[s, week] = lanes
    st.here[s] = st.here_in[s, 0]


@compiled
def _draw_start(m: Model, st: State, sc: Scratch, s: int, n: int, rep: Word, key: Word) -> None:
    """What is known, how fast it is learnt, what is taken up."""
    lay, begin = m.layout, m.start
    lanes, profession, who = lay.lanes[n], lay.profession[n], lay.block_key[n]
    for badge in range(lay.credential_key.size):
        logit = begin.known_logit[profession, badge]
        for criterion in range(lay.first_criterion[badge], lay.first_criterion[badge + 1]):
            word = _NONE
            if m.learning.skill:
                for one in range(64):
                    skill = min(max(logit + begin.known_sd * sc.traits[0, one], -12.0), 12.0)
                    st.skill[s, criterion, one] = skill
                    st.start_skill[s, criterion, one] = skill
                    word |= np.uint64(skill > 0.0) << np.uint64(one)
                word &= lanes
            elif begin.known_sd == 0.0 or not np.isfinite(logit):
                word = below(
                    begin.known_threshold[profession, badge], lanes, sc.planes, who, _NONE,
                    lay.criterion_key[criterion], rep | decisions.KNOWN_AT_START, key,
                )  # fmt: skip
            else:
                numbers(
                    sc.planes, sc.drawn, who, _NONE, lay.criterion_key[criterion], rep | decisions.KNOWN_AT_START, key
                )
                for one in range(64):
                    chance = 1.0 / (1.0 + math.exp(-(logit + begin.known_sd * sc.traits[0, one])))
                    word |= np.uint64(uniform(sc.drawn[one]) < chance) << np.uint64(one)
                word &= lanes
            st.known[s, criterion] = word
        st.takes[s, badge] = _takes(m, sc, n, badge, rep, key) & lanes
        if st.rate.shape[0] > 0:
            for one in range(64):
                if m.learning.skill:
                    growth = m.learning.growth[profession, badge]
                    st.rate[s, badge, one] = growth * math.exp(begin.learn_sd * sc.traits[1, one])
                else:
                    rate = begin.learn_logit[profession, badge] + begin.learn_sd * sc.traits[1, one]
                    st.rate[s, badge, one] = math.log1p(math.exp(min(rate, 500.0)))


@compiled
def _takes(m: Model, sc: Scratch, n: int, badge: int, rep: Word, key: Word) -> Word:
    profession = m.layout.profession[n]
    limit = m.start.willing_below[profession, badge]
    if not m.layout.may_earn[profession, badge] or limit == -np.inf:
        return _NONE
    if limit == np.inf:
        return ALL
    if m.start.willing_own > 0.0:
        numbers(
            sc.planes, sc.drawn, m.layout.block_key[n], _NONE, m.layout.credential_key[badge], rep | decisions.WILLING,
            key,
        )  # fmt: skip
    word = _NONE
    for one in range(64):
        own = normal(uniform(sc.drawn[one])) if m.start.willing_own > 0.0 else 0.0
        willing = m.start.willing_shared * sc.traits[2, one] + m.start.willing_own * own
        word |= np.uint64(willing < limit) << np.uint64(one)
    return word


@compiled
def _rate_oneself(
    m: Model, st: State, sc: Scratch, s: int, n: int, rep: Word, key: Word, index: int, counts: Counts
) -> None:
    """Self-rated percentile: regression to the middle, a bias and noise."""
    numbers(sc.planes, sc.drawn, m.layout.block_key[n], _NONE, _NONE, rep | decisions.SELF_RATING, key)
    for one in range(64):
        true = 100.0 * normal_below(sc.traits[0, one])
        rated = 50.0 + m.confidence.slope * (true - 50.0) + m.confidence.bias
        rated += m.confidence.noise * normal(uniform(sc.drawn[one]))
        rated = min(max(rated, 0.0), 100.0)
        st.confidence[s, one] = rated
        if lane(m.layout.lanes[n], one):
            quarter = min(int(true * 0.04), 3)
            counts.self_rating[index, 0, quarter, 0] += 1
            counts.self_rating[index, 0, quarter, 1] += round(true * 1000.0)
            counts.self_rating[index, 0, quarter, 2] += round(rated * 1000.0)


@compiled
def conclude(m: Model, st: State, s: int, n: int, index: int, counts: Counts) -> None:
    """What became of the learners of a block and each item at the end."""
    profession, lanes = m.layout.profession[n], m.layout.lanes[n]
    for item in range(m.rules.expires.shape[0]):
        counts.held[index, profession, item] += count(st.usable[s, item])
        counts.claimed[index, profession, item] += count(st.claimed[s, item])
    weeks = m.layout.term_of_week.size
    for badge in range(m.layout.credential_key.size):
        _count_attempts(st, s, badge, min(weeks, m.assessment.attempts[badge], MAX_ATTEMPTS), counts)
        if not m.layout.may_earn[profession, badge]:
            continue
        outcome = counts.outcome[index, profession, badge]
        left = lanes
        gone = ~st.here[s]
        unplaced = ~st.placed[s, badge] if m.capacity.seats_on else _NONE
        reasons = (
            st.earned[s, badge], ~st.takes[s, badge], st.exhausted[s, badge], gone, ~st.opened[s, badge],
            st.waiting[s, badge] | unplaced,
        )  # fmt: skip
        for reason in range(_TIME):
            outcome[reason] += count(left & reasons[reason])
            left &= ~reasons[reason]
        outcome[_TIME] += count(left)


@compiled
def _count_attempts(st: State, s: int, badge: int, most: Whole, counts: Counts) -> None:
    """Attempts by their number: who used n of them made the first n, and passed at the last if at all."""
    more = _NONE
    for bit in range(st.used.shape[2]):
        more |= st.used[s, badge, bit]
    tried = count(more)
    for number in range(1, most + 1):
        counts.tries[badge, number - 1] += tried
        if tried == 0:
            break
        exactly = more
        for bit in range(st.used.shape[2]):
            plane = st.used[s, badge, bit]
            exactly &= plane if (number >> bit) & 1 else ~plane
        counts.passes[badge, number - 1] += count(exactly & st.earned[s, badge])
        tried -= count(exactly)
