"""The exact answer of the reference scenario, computed independently of the engine.

One chain of four badges has 4 x (known, earned) = 256 states; a week is a 256 x 256 matrix.
"""

from __future__ import annotations

from itertools import product

import numpy as np

LEARN = {"medicine": 0.26, "nursing": 0.30, "pharmacy": 0.28, "physical-therapy": 0.22, "public-health": 0.24}
FORGET, ATTEMPT, PASS_KNOWN, PASS_UNKNOWN, WEEKS = 0.02, 0.5, 0.9, 0.2, 16

State = tuple[tuple[int, int], ...]
STATES: list[State] = list(product(product((0, 1), repeat=2), repeat=4))


def exact(learn: float) -> tuple[np.ndarray, np.ndarray]:
    """P(earned) and P(earned and known) for each level after all weeks."""
    index = {state: number for number, state in enumerate(STATES)}
    week = np.zeros((256, 256))
    for state in STATES:
        for target, chance in _one_week(state, learn).items():
            week[index[state], index[target]] += chance
    start = np.zeros(256)
    start[index[((0, 0),) * 4]] = 1
    end = start @ np.linalg.matrix_power(week, WEEKS)
    earned = np.array([[badge[1] for badge in state] for state in STATES])
    both = np.array([[badge[0] * badge[1] for badge in state] for state in STATES])
    return end @ earned, end @ both


def expectations() -> tuple[np.ndarray, np.ndarray]:
    """The same for the cohort of five equal professions."""
    answers = [exact(learn) for learn in LEARN.values()]
    return np.mean([a for a, _ in answers], axis=0), np.mean([b for _, b in answers], axis=0)


def _one_week(state: State, learn: float) -> dict[State, float]:
    """Badges move independently given the state at the start of the week."""
    moves = [_badge(state[k], level_open=k == 0 or bool(state[k - 1][1]), learn=learn) for k in range(4)]
    targets: dict[State, float] = {}
    for combination in product(*(move.items() for move in moves)):
        target = tuple(badge for badge, _ in combination)
        chance = float(np.prod([p for _, p in combination]))
        targets[target] = targets.get(target, 0.0) + chance
    return targets


def _badge(badge: tuple[int, int], level_open: bool, learn: float) -> dict[tuple[int, int], float]:
    known, earned = badge
    p_known = (1 - FORGET) * known
    if not level_open or earned:
        return {(1, earned): p_known, (0, earned): 1 - p_known}
    p_known += (1 - p_known) * learn
    p_pass_known, p_pass_unknown = ATTEMPT * PASS_KNOWN, ATTEMPT * PASS_UNKNOWN
    return {
        (1, 1): p_known * p_pass_known,
        (1, 0): p_known * (1 - p_pass_known),
        (0, 1): (1 - p_known) * p_pass_unknown,
        (0, 0): (1 - p_known) * (1 - p_pass_unknown),
    }
