"""Motivation and confidence: how a week leaves the learners of a block."""

from __future__ import annotations

import math

import numpy as np

from ipe_workbench.simulation import decisions
from ipe_workbench.simulation.assessing import FAILS, HOURS, PASSES, RECOGNITION
from ipe_workbench.simulation.compilation import Word, compiled
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.philox import uniform
from ipe_workbench.simulation.state import Scratch, State
from ipe_workbench.simulation.words import lane, numbers

__all__ = ["count_hours", "feel", "stay"]

_NONE = np.uint64(0)
_ONE = np.uint64(1)
#: Motivation beyond three standard deviations of learners is out of what is measured.
_FAR = 3.0


@compiled
def count_hours(m: Model, st: State, s: int, week: int) -> None:
    """Hours of work of the week."""
    for badge in range(st.takes.shape[1]):
        hours = m.motivation.hours[badge, week]
        who = st.takes[s, badge] & st.here[s] & ~st.earned[s, badge]
        if hours > 0.0 and who != _NONE:
            for one in range(64):
                st.happened[s, HOURS, one] += hours * lane(who, one)


@compiled
def feel(m: Model, st: State, s: int) -> None:
    """Motivation returns to its usual level, rises with success and recognition, falls with failure and overload."""
    for one in range(64):
        passes, fails = st.happened[s, PASSES, one], st.happened[s, FAILS, one]
        if m.motivation.on:
            part, level = m.motivation, st.motivation[s, one]
            over = max(0.0, st.happened[s, HOURS, one] - part.comfortable_hours) / part.comfortable_hours
            level += part.recovery * (st.usual[s, one] - level)
            level += part.success * passes - part.failure * fails
            level += part.recognition * st.happened[s, RECOGNITION, one] - part.overload * over
            st.motivation[s, one] = min(max(level, -_FAR), _FAR)
        if m.confidence.on:
            rated = st.confidence[s, one]
            if passes > 0.0:
                rated += m.confidence.success * (100.0 - rated)
            if fails > 0.0:
                rated -= m.confidence.failure * rated
            if m.confidence.feedback > 0.0 and passes + fails > 0.0:
                rated += m.confidence.feedback * (_share_of_criteria(m, st, s, one) - rated)
            st.confidence[s, one] = rated
        st.happened[s, PASSES, one] = 0.0
        st.happened[s, FAILS, one] = 0.0
        st.happened[s, RECOGNITION, one] = 0.0
        st.happened[s, HOURS, one] = 0.0


@compiled
def _share_of_criteria(m: Model, st: State, s: int, one: int) -> float:
    """What feedback tells a learner: the share of the criteria that can be shown, in percent."""
    known = total = 0.0
    for badge in range(st.takes.shape[1]):
        if lane(st.takes[s, badge], one):
            for criterion in range(m.layout.first_criterion[badge], m.layout.first_criterion[badge + 1]):
                total += 1.0
                known += 1.0 if lane(st.known[s, criterion], one) else 0.0
    return 100.0 * known / max(total, 1.0)


@compiled
def stay(m: Model, st: State, sc: Scratch, s: int, n: int, week: int, rep: Word, key: Word) -> None:
    """Who is still there in the next week, where the hazard of leaving depends on motivation."""
    hazard = m.motivation.hazard[m.layout.profession[n], week]
    if hazard <= 0.0 or st.here[s] == _NONE:
        return
    numbers(sc.planes, sc.drawn, m.layout.block_key[n], np.uint64(week), _NONE, rep | decisions.LEAVE, key)
    leaves = _NONE
    for one in range(64):
        chance = min(1.0, hazard * math.exp(-m.motivation.leave * st.motivation[s, one]))
        leaves |= np.uint64(uniform(sc.drawn[one]) < chance) << np.uint64(one)
    st.here[s] &= ~leaves
