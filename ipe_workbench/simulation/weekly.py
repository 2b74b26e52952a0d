"""A week of a block of learners before its assessments: prerequisites, forgetting, learning, asking for them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.compilation import Word, compiled
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.philox import uniform
from ipe_workbench.simulation.rule_words import satisfied
from ipe_workbench.simulation.state import Scratch, State
from ipe_workbench.simulation.words import ALL, ask, at_least, below, decided, draw, lane, numbers

__all__ = ["decide", "expire", "open_credentials", "practise"]

_NONE = np.uint64(0)
_ONE = np.uint64(1)
#: An engagement this high or low is out of what motivation studies have seen.
_MOST_ENGAGED = 3.0


@compiled
def expire(m: Model, st: State, s: int, week: int) -> None:
    """Awards that no longer count."""
    for item in range(st.usable.shape[1]):
        if m.rules.expires[item, 0] > week or st.usable[s, item] == _NONE:
            continue
        gone = _NONE
        for one in range(64):
            if lane(st.usable[s, item], one) and m.rules.expires[item, st.week_of[s, item, one]] <= week:
                gone |= _ONE << np.uint64(one)
        if gone != _NONE:
            st.usable[s, item] &= ~gone
            for badge in range(st.look.shape[1]):
                st.look[s, badge] |= gone
            for stack in range(st.look_stack.shape[1]):
                st.look_stack[s, stack] |= gone


@compiled
def open_credentials(m: Model, st: State, sc: Scratch, s: int, n: int) -> None:
    """Prerequisites of credentials whose facts have changed."""
    profession = m.layout.profession[n]
    for badge in range(st.look.shape[1]):
        look = st.look[s, badge] & st.here[s] & ~st.earned[s, badge]
        st.look[s, badge] = _NONE
        root = m.rules.requires_root[profession, badge]
        if look != _NONE and root >= 0:
            st.opened[s, badge] = (st.opened[s, badge] & ~look) | satisfied(m, st, sc, s, root, look)


@compiled
def practise(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Forget, then learn, for each credential."""
    # Parts are taken out of their structures once: in the loops that would cost more than the work on words.
    learning, first_criterion, able_from = m.learning, m.layout.first_criterion, m.assessment.able_from
    skill, power, able = learning.skill, learning.power_threshold.shape[2] > 0, sc.able
    masters, known = st.masters[s], st.known[s]
    _note_able(m, st, able, s)
    if not skill:
        _forget_and_learn(m, st, sc, s, n, week, rep, key)
    for badge in range(masters.size):
        first, last = first_criterion[badge], first_criterion[badge + 1]
        if skill:
            _practise_skill(m, st, sc, s, badge, first, last, week, able[badge])
        elif last - first == 1:
            masters[badge] = known[first]
        else:
            masters[badge] = at_least(known[first:last], able_from[badge])
        if power:
            _note_practice(m, st, s, badge, week, able[badge])


@compiled
def _note_able(m: Model, st: State, able: Any, s: int) -> None:
    """Who may practise each credential this week."""
    here, takes, earned, opened, seated = st.here[s], st.takes[s], st.earned[s], st.opened[s], st.seated[s]
    after_award, needs_prerequisite = m.learning.after_award, m.learning.needs_prerequisite
    seats_on = m.capacity.seats_on
    for badge in range(able.size):
        word = here & takes[badge]
        if not after_award:
            word &= ~earned[badge]
        if needs_prerequisite:
            word &= opened[badge]
        if seats_on:
            word &= seated[badge]
        able[badge] = word


@compiled
def _forget_and_learn(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Knowledge tracing. Decisions that need no learner's own chance are drawn together for all credentials."""
    jobs, planes, known, able_to = sc.jobs, sc.planes, st.known[s], sc.able
    items, first_criterion, opportunities = m.layout.criterion_key, m.layout.first_criterion, m.learning.opportunities
    forget, learn = m.learning.forget_threshold, m.learning.learn_threshold[m.layout.profession[n]]
    who, when = m.layout.block_key[n], np.uint64(week)
    plain = st.rate.shape[0] == 0 and m.learning.group_shift.size == 1
    power = m.learning.power_threshold.shape[2] > 0
    entries = 0
    for badge in range(first_criterion.size - 1):
        learns = plain and opportunities[badge, week] > 0.0 and able_to[badge] != _NONE
        for criterion in range(first_criterion[badge], first_criterion[badge + 1]):
            if known[criterion] != _NONE and not power:
                entries = ask(jobs, entries, items[criterion], rep | decisions.FORGET)
            if learns:
                entries = ask(jobs, entries, items[criterion], rep | decisions.LEARN)
    draw(jobs, entries, who, when, key)
    entries = 0
    for badge in range(first_criterion.size - 1):
        able = able_to[badge]
        learns = opportunities[badge, week] > 0.0 and able != _NONE
        for criterion in range(first_criterion[badge], first_criterion[badge + 1]):
            knows = known[criterion]
            if knows != _NONE:
                if power:
                    knows &= ~_forgets(m, st, sc, s, n, badge, criterion, week, knows, rep, key)
                else:
                    chance = forget[badge, week]
                    knows &= ~decided(jobs, entries, chance, chance, ALL, knows, planes, who, when, key)
                    entries += 1
            if plain and learns:
                chance = learn[badge, week]
                knows |= decided(jobs, entries, chance, chance, ALL, able & ~knows, planes, who, when, key)
                entries += 1
            elif not plain and able & ~knows != _NONE:
                knows |= _learns(m, st, sc, s, n, badge, criterion, week, able & ~knows, rep, key)
            known[criterion] = knows


@compiled
def _forgets(
    m: Model, st: State, sc: Scratch, s: int, n: int, badge: int, criterion: int, week: int, known: Word, rep: Word,
    key: Word,
) -> Word:  # fmt: skip
    """Who of those who know loses it this week, where the chance depends on when it was practised."""
    who, item, what = m.layout.block_key[n], m.layout.criterion_key[criterion], rep | decisions.FORGET
    numbers(sc.planes, sc.drawn, who, np.uint64(week), item, what, key)
    threshold, drawn = m.learning.power_threshold[badge, week], sc.drawn
    relearned, practised = st.relearned[s, badge], st.practised[s, badge]
    word = _NONE
    for one in range(64):
        word |= np.uint64(drawn[one] < threshold[relearned[one], practised[one]]) << np.uint64(one)
    return word & known


@compiled
def _learns(
    m: Model, st: State, sc: Scratch, s: int, n: int, badge: int, criterion: int, week: int, among: Word, rep: Word,
    key: Word,
) -> Word:  # fmt: skip
    """Who of those who do not know learns it this week, where learners, teams or groups make a difference."""
    learning, learnt, drawn_yet = m.learning, _NONE, False
    who, item, what = m.layout.block_key[n], m.layout.criterion_key[criterion], rep | decisions.LEARN
    for group in range(learning.group_shift.size):
        source = week - learning.group_shift[group]
        if source < 0 or learning.opportunities[badge, source] <= 0.0:
            continue
        there = among & st.group[s, group]
        if m.teams.on and m.teams.team_based[badge, source]:
            there &= ~st.absent[s]
        if there == _NONE:
            continue
        if st.rate.shape[0] == 0:
            threshold = learning.learn_threshold[m.layout.profession[n], badge, source]
            learnt |= below(threshold, there, sc.planes, who, np.uint64(week), item, what, key)
            continue
        if not drawn_yet:
            numbers(sc.planes, sc.drawn, who, np.uint64(week), item, what, key)
            drawn_yet = True
        rate, drawn = st.rate[s, badge], sc.drawn
        for one in range(64):
            if lane(there, one):
                times = _opportunities(m, st, s, badge, source, one)
                if uniform(drawn[one]) < -math.expm1(-times * rate[one]):
                    learnt |= _ONE << np.uint64(one)
    return learnt


@compiled
def _opportunities(m: Model, st: State, s: int, badge: int, source: int, one: int) -> float:
    """Opportunities that a learner makes use of."""
    times: float = m.learning.opportunities[badge, source]
    if m.motivation.on:
        times *= min(math.exp(m.motivation.engagement * st.motivation[s, one]), _MOST_ENGAGED)
    if m.teams.on and m.teams.team_based[badge, source]:
        times *= st.boost[s, one]
    return times


@compiled
def _practise_skill(
    m: Model, st: State, sc: Scratch, s: int, badge: int, first: int, last: int, week: int, able: Word
) -> None:
    """Continuous skill: what was gained since the start decays, practice adds to it."""
    learning = m.learning
    power = learning.power_threshold.shape[2] > 0
    for criterion in range(first, last):
        known = _NONE
        for one in range(64):
            keep = learning.keep[badge, week]
            if power:
                keep = learning.power_keep[badge, week, st.relearned[s, badge, one], st.practised[s, badge, one]]
            start = st.start_skill[s, criterion, one]
            skill = start + (st.skill[s, criterion, one] - start) * keep
            if lane(able, one):
                for group in range(learning.group_shift.size):
                    source = week - learning.group_shift[group]
                    if source < 0 or not lane(st.group[s, group], one) or learning.opportunities[badge, source] <= 0.0:
                        continue
                    if not (m.teams.on and m.teams.team_based[badge, source] and lane(st.absent[s], one)):
                        skill += st.rate[s, badge, one] * _opportunities(m, st, s, badge, source, one)
            st.skill[s, criterion, one] = min(skill, 12.0)
            known |= np.uint64(skill > 0.0) << np.uint64(one)
        st.known[s, criterion] = known
    st.masters[s, badge] = at_least(st.known[s, first:last], m.assessment.able_from[badge])
    if power:
        _note_practice(m, st, s, badge, week, able)


@compiled
def _note_practice(m: Model, st: State, s: int, badge: int, week: int, able: Word) -> None:
    """The week of the last practice; practice long enough after the one before makes forgetting slower."""
    learning = m.learning
    most = learning.power_threshold.shape[2] - 1
    for group in range(learning.group_shift.size):
        source = week - learning.group_shift[group]
        if source < 0 or learning.opportunities[badge, source] <= 0.0:
            continue
        there = able & st.group[s, group]
        if m.teams.on and m.teams.team_based[badge, source]:
            there &= ~st.absent[s]
        for one in range(64):
            if lane(there, one):
                gap = learning.clock[week] - learning.clock[st.practised[s, badge, one]]
                if gap >= learning.spacing_weeks and st.relearned[s, badge, one] < most:
                    st.relearned[s, badge, one] += 1
                st.practised[s, badge, one] = week


@compiled
def decide(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Who wants to be assessed this week; those who wait in a queue still do."""
    jobs, planes, items, wants = sc.jobs, sc.planes, m.layout.credential_key, st.wants[s]
    threshold, who, when = (
        m.assessment.attempt_threshold[m.layout.profession[n]],
        m.layout.block_key[n],
        np.uint64(week),
    )
    own, queue = m.motivation.on or m.confidence.on, m.capacity.queue
    _may_try(m, st, s, week)
    entries = 0
    for badge in range(wants.size):
        if wants[badge] != _NONE and not own:
            entries = ask(jobs, entries, items[badge], rep | decisions.ATTEMPT)
    draw(jobs, entries, who, when, key)
    entries = 0
    for badge in range(wants.size):
        able = wants[badge]
        if able == _NONE:
            tries = _NONE
        elif own:
            tries = _tries(m, st, sc, s, n, badge, week, able, rep, key)
        else:
            chance = threshold[badge, week]
            tries = decided(jobs, entries, chance, chance, ALL, able, planes, who, when, key)
            entries += 1
        if queue:
            if m.capacity.role[badge] >= 0 and tries != _NONE:
                for one in range(64):
                    if lane(tries, one):
                        st.queued_in[s, badge, one] = week
            st.waiting[s, badge] &= st.here[s]
            tries |= st.waiting[s, badge]
        wants[badge] = tries


@compiled
def _may_try(m: Model, st: State, s: int, week: int) -> None:
    """Who may be assessed: prerequisite met, assessment offered, an attempt left, waiting time over."""
    here, takes, opened, earned = st.here[s], st.takes[s], st.opened[s], st.earned[s]
    exhausted, waiting, tried, wants, groups = st.exhausted[s], st.waiting[s], st.tried[s], st.wants[s], st.group[s]
    offered, retake_after, shift = m.assessment.offered, m.assessment.retake_after, m.learning.group_shift
    for badge in range(wants.size):
        able = _NONE
        for group in range(shift.size):
            source = week - shift[group]
            if source >= 0 and offered[badge, source]:
                able |= groups[group]
        able &= here & takes[badge] & opened[badge] & ~(earned[badge] | exhausted[badge] | waiting[badge])
        wait = retake_after[badge]
        if wait > 1:
            for ago in range(1, min(wait, week + 1)):
                able &= ~tried[badge, (week - ago) % tried.shape[1]]
        wants[badge] = able


@compiled
def _tries(
    m: Model, st: State, sc: Scratch, s: int, n: int, badge: int, week: int, able: Word, rep: Word, key: Word
) -> Word:
    """The same where motivation and confidence move the chance."""
    numbers(
        sc.planes, sc.drawn, m.layout.block_key[n], np.uint64(week), m.layout.credential_key[badge],
        rep | decisions.ATTEMPT, key,
    )  # fmt: skip
    base = m.assessment.attempt_logit[m.layout.profession[n], badge, week]
    word = _NONE
    for one in range(64):
        if not lane(able, one):
            continue
        logit = base
        if m.motivation.on:
            logit += m.motivation.attempt * st.motivation[s, one]
        if m.confidence.on:
            logit += m.confidence.attempt * (st.confidence[s, one] - 50.0) * 0.02
        word |= np.uint64(uniform(sc.drawn[one]) < 1.0 / (1.0 + math.exp(-logit))) << np.uint64(one)
    return word
