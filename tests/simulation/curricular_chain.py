"""What CurricularAnalytics' simulation of a degree plan expects, computed exactly.

Each term, a student takes every course that is not passed yet and whose prerequisites were passed in an earlier term,
and passes each with the course's pass rate, independently (`simulate`, `PassRate` and `Enrollment` of
CurricularAnalytics.jl; the PyPI package carries the curriculum and its pass rates but not the simulation). After the
term, students may stop out; with stop-outs on, one who has used up the attempts at a course leaves, too. Credits do not
bind here. That is a Markov chain over the courses' states, walked from term to term.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import product

import curricularanalytics as peer
import numpy as np

#: Attempts used, for each course in the curriculum's order; passed, or none left.
PASSED, FAILED = -1, -2
State = tuple[int, ...]


def random_curriculum(seed: int, courses: int, pass_rate: float | None = None) -> peer.Curriculum:
    """Courses whose prerequisites are among those drawn before; one pass rate for all, or one each."""
    rng = random.Random(seed)  # noqa: S311
    made: list[peer.Course] = []
    for number in range(1, courses + 1):
        rate = round(rng.uniform(0.3, 0.95), 2) if pass_rate is None else pass_rate
        course = peer.Course(f"Course {number}", 3, id=number, passrate=rate)
        for before in rng.sample(made, rng.randint(0, min(2, len(made)))):
            course.add_requisite(before, peer.pre)
        made.append(course)
    return peer.Curriculum("Random", made)


def expectations(
    curriculum: peer.Curriculum, terms: int, *, limit: int = 0, stop_outs: Sequence[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the students who have passed each course, and all of them, by the end of each term.

    `limit` is the number of attempts at a course (0: any number); `stop_outs` the share who leave after each term.
    """
    courses = curriculum.courses
    place = {course.id: number for number, course in enumerate(courses)}
    before = [[place[one] for one in course.requisites] for course in courses]
    enrolled: dict[State, float] = {(0,) * len(courses): 1.0}
    passed, graduated = np.zeros((terms, len(courses))), np.zeros(terms)
    gone, done = np.zeros(len(courses)), 0.0
    for term in range(terms):
        after: defaultdict[State, float] = defaultdict(float)
        for state, share in enrolled.items():
            for target, chance in _one_term(state, courses, before, limit):
                after[target] += share * chance
        passed[term] = gone + done
        for state, share in after.items():
            passed[term] += share * (np.array(state) == PASSED)
        done += after.pop((PASSED,) * len(courses), 0.0)
        graduated[term] = done
        leave = stop_outs[term] if term < len(stop_outs) else 0.0
        enrolled = {}
        for state, share in after.items():
            left = 1.0 if FAILED in state else leave
            gone += left * share * (np.array(state) == PASSED)
            enrolled[state] = (1 - left) * share
    return passed, graduated


def _one_term(
    state: State, courses: Sequence[peer.Course], before: Sequence[Sequence[int]], limit: int
) -> list[tuple[State, float]]:
    """States after a term with their chances."""
    moves = []
    for course, used, needed in zip(courses, state, before, strict=True):
        if used < 0 or any(state[one] != PASSED for one in needed):
            moves.append([(used, 1.0)])
        else:
            failed = used if not limit else used + 1 if used + 1 < limit else FAILED
            moves.append([(PASSED, course.passrate), (failed, 1 - course.passrate)])
    return [(tuple(to for to, _ in way), float(np.prod([chance for _, chance in way]))) for way in product(*moves)]
