"""What learners of a cohort do to each other: teams, places in sessions, the queue for assessors, ranks.

Whatever has to be put in an order is put in a random one that is keyed by the learner and never the order of arrays.
"""

from __future__ import annotations

import math

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.compilation import Word, compiled
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.philox import normal, philox, uniform
from ipe_workbench.simulation.state import Counts, Scratch, State
from ipe_workbench.simulation.words import below, count, lane, numbers

__all__ = ["draw_raters", "form_teams", "give_seats", "meet_in_teams", "rank_self_ratings", "serve_queue"]

_NONE = np.uint64(0)
_ONE = np.uint64(1)


@compiled
def draw_raters(m: Model, sc: Scratch, rep: Word, key: Word) -> None:
    """The severity of each rater, in standard deviations of raters, for the replicate."""
    for role in range(sc.severity.shape[0]):
        for rater in range(sc.severity.shape[1]):
            word, _, _, _ = philox(
                np.uint64(rater), _NONE, np.uint64(role), rep | decisions.SEVERITY, key, np.uint64(0x1BE_5EED)
            )
            sc.severity[role, rater] = normal(uniform(word))


@compiled
def form_teams(m: Model, st: State, sc: Scratch, rep: Word, key: Word) -> None:
    """Learners are dealt to teams, profession after profession, so that each team is as mixed as the cohort allows."""
    blocks = m.layout.profession.size
    learners = 0
    for n in range(blocks):
        learners += count(m.layout.lanes[n])
    teams = max(1, (learners + m.teams.size // 2) // m.teams.size)
    dealt = first = 0
    while first < blocks:
        last = first
        while last < blocks and m.layout.profession[last] == m.layout.profession[first]:
            last += 1
        found = 0
        for n in range(first, last):
            numbers(sc.planes, sc.drawn, m.layout.block_key[n], _NONE, _NONE, rep | decisions.TEAM, key)
            for one in range(64):
                if lane(m.layout.lanes[n], one):
                    sc.order[found] = n * 64 + one
                    sc.order_key[found] = np.int64(sc.drawn[one])
                    found += 1
        for place in np.argsort(sc.order_key[:found], kind="mergesort"):
            learner = sc.order[place]
            st.team[learner // 64, learner % 64] = dealt % teams
            dealt += 1
        first = last


@compiled
def meet_in_teams(m: Model, st: State, sc: Scratch, week: int, rep: Word, key: Word) -> None:
    """Who is absent from the team's sessions of the week, and what the others present are worth to a learner."""
    meets = False
    for badge in range(m.teams.team_based.shape[0]):
        meets |= m.teams.team_based[badge, week]
    blocks = m.layout.profession.size
    _count_masters(m, st, sc)
    if not meets:
        return
    sc.team_present[:] = 0
    sc.team_of_profession[:, :] = 0
    for n in range(blocks):
        st.absent[n] = below(
            m.teams.absence_threshold, st.here[n], sc.planes, m.layout.block_key[n], np.uint64(week), _NONE,
            rep | decisions.ABSENT, key,
        )  # fmt: skip
        there = st.here[n] & ~st.absent[n]
        for one in range(64):
            if lane(there, one):
                sc.team_present[st.team[n, one]] += 1
                sc.team_of_profession[st.team[n, one], m.layout.profession[n]] += 1
    for n in range(blocks):
        for one in range(64):
            present = sc.team_present[st.team[n, one]]
            others = present - sc.team_of_profession[st.team[n, one], m.layout.profession[n]]
            diversity = others / (present - 1.0) if present > 1 else 0.0
            st.boost[n, one] = math.exp(m.teams.diversity_effect * (diversity - m.teams.typical_diversity))


@compiled
def _count_masters(m: Model, st: State, sc: Scratch) -> None:
    """Members of each team who can do what a team test asks for."""
    for badge in range(m.assessment.team_weight.size):
        if m.assessment.team_weight[badge] <= 0.0:
            continue
        sc.team_masters[:, badge] = 0
        for n in range(m.layout.profession.size):
            able = st.masters[n, badge] & st.here[n]
            if able != _NONE:
                for one in range(64):
                    sc.team_masters[st.team[n, one], badge] += lane(able, one)


@compiled
def give_seats(m: Model, st: State, sc: Scratch, week: int, rep: Word, key: Word) -> None:
    """Where a term's sessions of a credential begin with fewer places than learners, chance decides who gets one."""
    blocks = m.layout.profession.size
    for badge in range(m.capacity.seats.shape[0]):
        seats = m.capacity.seats[badge, week]
        if seats < 0:
            continue
        found = 0
        for n in range(blocks):
            asks = st.here[n] & st.takes[n, badge] & ~st.earned[n, badge]
            if m.learning.needs_prerequisite:
                asks &= st.opened[n, badge]
            st.seated[n, badge] = _NONE
            if asks == _NONE:
                continue
            numbers(
                sc.planes, sc.drawn, m.layout.block_key[n], np.uint64(week), m.layout.credential_key[badge],
                rep | decisions.SEAT, key,
            )  # fmt: skip
            for one in range(64):
                if lane(asks, one):
                    sc.order[found] = n * 64 + one
                    sc.order_key[found] = np.int64(sc.drawn[one])
                    found += 1
        places = np.argsort(sc.order_key[:found], kind="mergesort")
        for place in range(min(found, seats)):
            learner = sc.order[places[place]]
            st.seated[learner // 64, badge] |= _ONE << np.uint64(learner % 64)
        for n in range(blocks):
            st.placed[n, badge] |= st.seated[n, badge]


@compiled
def serve_queue(m: Model, st: State, sc: Scratch, week: int, rep: Word, key: Word, index: int, counts: Counts) -> None:
    """Assessors see the attempts in the order of the weeks in which they were asked for, as far as their hours go.

    Hours that are left do not add up, except that an attempt which does not fit into what is left of a week begins then
    and ends in the next.
    """
    blocks = m.layout.profession.size
    for role in range(m.capacity.supply.shape[0]):
        demand = longest = 0.0
        for badge in range(m.capacity.role.size):
            if m.capacity.role[badge] == role:
                longest = max(longest, m.capacity.cost[badge])
                for n in range(blocks):
                    demand += m.capacity.cost[badge] * count(st.wants[n, badge])
        credit = min(sc.credit[role], longest) + m.capacity.supply[role, week]
        if demand > credit:
            credit = _serve_in_order(m, st, sc, role, rep, key, credit)
        else:
            credit -= demand
        sc.credit[role] = credit
    for badge in range(m.capacity.role.size):
        if m.capacity.role[badge] < 0:
            continue
        for n in range(blocks):
            served = st.wants[n, badge]
            st.waiting[n, badge] &= ~served
            counts.waiting[index, badge, week] += count(st.waiting[n, badge])
            if served != _NONE:
                for one in range(64):
                    if lane(served, one):
                        counts.waited[index, badge, week] += week - st.queued_in[n, badge, one]


@compiled
def _serve_in_order(m: Model, st: State, sc: Scratch, role: int, rep: Word, key: Word, credit: float) -> float:
    found = 0
    badges, blocks = m.capacity.role.size, m.layout.profession.size
    for badge in range(badges):
        if m.capacity.role[badge] != role:
            continue
        for n in range(blocks):
            asks = st.wants[n, badge]
            if asks == _NONE:
                continue
            numbers(
                sc.planes, sc.drawn, m.layout.block_key[n], _NONE, m.layout.credential_key[badge],
                rep | decisions.QUEUE, key,
            )  # fmt: skip
            for one in range(64):
                if lane(asks, one):
                    sc.order[found] = (n * 64 + one) * badges + badge
                    sc.order_key[found] = (np.int64(st.queued_in[n, badge, one]) << 32) | np.int64(sc.drawn[one])
                    found += 1
            st.waiting[n, badge] = asks
            st.wants[n, badge] = _NONE
    for place in np.argsort(sc.order_key[:found], kind="mergesort"):
        learner, badge = sc.order[place] // badges, sc.order[place] % badges
        if m.capacity.cost[badge] > credit:
            break
        credit -= m.capacity.cost[badge]
        bit = _ONE << np.uint64(learner % 64)
        st.wants[learner // 64, badge] |= bit
        st.waiting[learner // 64, badge] &= ~bit
    return credit


@compiled
def rank_self_ratings(m: Model, st: State, sc: Scratch, index: int, counts: Counts) -> None:
    """Self-ratings at the end, by quarters of what learners can do; those who can do equally much share a rank."""
    criteria = m.layout.criterion_key.size
    tally = np.zeros(criteria + 2, np.int64)
    for n in range(m.layout.profession.size):
        for one in range(64):
            if lane(m.layout.lanes[n], one):
                tally[_criteria_known(st, n, one) + 1] += 1
    below_it = np.cumsum(tally)
    learners = max(below_it[criteria + 1], 1)
    for n in range(m.layout.profession.size):
        for one in range(64):
            if lane(m.layout.lanes[n], one):
                known = _criteria_known(st, n, one)
                true = 100.0 * (below_it[known] + 0.5 * tally[known + 1]) / learners
                quarter = min(int(true * 0.04), 3)
                counts.self_rating[index, 1, quarter, 0] += 1
                counts.self_rating[index, 1, quarter, 1] += round(true * 1000.0)
                counts.self_rating[index, 1, quarter, 2] += round(st.confidence[n, one] * 1000.0)


@compiled
def _criteria_known(st: State, n: int, one: int) -> int:
    known = 0
    for criterion in range(st.known.shape[1]):
        known += lane(st.known[n, criterion], one)
    return known
