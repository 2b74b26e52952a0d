"""A week of a block of learners before its assessments: prerequisites, forgetting, learning, asking for them."""

from __future__ import annotations

import math

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.compilation import Word, compiled, compiled_in_place
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
    learning, first_criterion, masters = m.learning, m.layout.first_criterion, st.masters
    if not learning.skill:
        _forget_and_learn(m, st, sc, s, n, week, rep, key)
    for badge in range(masters.shape[1]):
        first, last = first_criterion[badge], first_criterion[badge + 1]
        if learning.skill:
            _practise_skill(m, st, sc, s, badge, first, last, week, _able(m, st, s, badge))
        elif last - first == 1:
            masters[s, badge] = st.known[s, first]
        else:
            masters[s, badge] = at_least(st.known[s, first:last], m.assessment.able_from[badge])
        if learning.power_threshold.shape[2] > 0:
            _note_practice(m, st, s, badge, week, _able(m, st, s, badge))


@compiled_in_place
def _able(m: Model, st: State, s: int, badge: int) -> Word:
    """Who may practise a credential this week."""
    able = st.here[s] & st.takes[s, badge]
    if not m.learning.after_award:
        able &= ~st.earned[s, badge]
    if m.learning.needs_prerequisite:
        able &= st.opened[s, badge]
    if m.capacity.seats_on:
        able &= st.seated[s, badge]
    return able


@compiled
def _forget_and_learn(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Knowledge tracing. Decisions that need no learner's own chance are drawn together for all credentials."""
    jobs, planes, known = sc.jobs, sc.planes, st.known[s]
    items, first_criterion, opportunities = m.layout.criterion_key, m.layout.first_criterion, m.learning.opportunities
    forget, learn = m.learning.forget_threshold, m.learning.learn_threshold[m.layout.profession[n]]
    who, when = m.layout.block_key[n], np.uint64(week)
    plain = st.rate.shape[0] == 0 and m.learning.group_shift.size == 1
    power = m.learning.power_threshold.shape[2] > 0
    entries = 0
    for badge in range(first_criterion.size - 1):
        learns = plain and opportunities[badge, week] > 0.0 and _able(m, st, s, badge) != _NONE
        for criterion in range(first_criterion[badge], first_criterion[badge + 1]):
            if known[criterion] != _NONE and not power:
                entries = ask(jobs, entries, items[criterion], rep | decisions.FORGET)
            if learns:
                entries = ask(jobs, entries, items[criterion], rep | decisions.LEARN)
    draw(jobs, entries, who, when, key)
    entries = 0
    for badge in range(first_criterion.size - 1):
        able = _able(m, st, s, badge)
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
    own = m.motivation.on or m.confidence.on
    entries = 0
    for badge in range(wants.size):
        wants[badge] = _may_try(m, st, s, badge, week)
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
        if m.capacity.queue:
            if m.capacity.role[badge] >= 0 and tries != _NONE:
                for one in range(64):
                    if lane(tries, one):
                        st.queued_in[s, badge, one] = week
            st.waiting[s, badge] &= st.here[s]
            tries |= st.waiting[s, badge]
        wants[badge] = tries


@compiled_in_place
def _may_try(m: Model, st: State, s: int, badge: int, week: int) -> Word:
    """Who may be assessed: prerequisite met, assessment offered, an attempt left, waiting time over."""
    offered = _NONE
    for group in range(m.learning.group_shift.size):
        source = week - m.learning.group_shift[group]
        if source >= 0 and m.assessment.offered[badge, source]:
            offered |= st.group[s, group]
    if offered == _NONE:
        return _NONE
    able = offered & st.here[s] & st.takes[s, badge] & st.opened[s, badge]
    able &= ~(st.earned[s, badge] | st.exhausted[s, badge] | st.waiting[s, badge])
    wait = m.assessment.retake_after[badge]
    if wait > 1:
        slots = st.tried.shape[2]
        for ago in range(1, min(wait, week + 1)):
            able &= ~st.tried[s, badge, (week - ago) % slots]
    return able


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
