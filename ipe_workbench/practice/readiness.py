"""Readiness tests: answers of each learner and of each team, item by item, that lead to the outcome simulated.

A learner's answers are drawn again and again until they pass, or fail, as the simulator said: so they are a sample of
all answers with that outcome, and skill shows in them as it would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipe_workbench.practice.cohort import Cohort, Try

__all__ = ["ITEMS", "TEAM_WEIGHT", "ReadinessTest", "readiness_tests"]

#: Items of each test.
ITEMS = 10
#: Share of the score that the team's test makes up, where a credential has one.
TEAM_WEIGHT = 0.25
#: What a team's answer is worth at the first, second, third and fourth try (immediate-feedback cards).
_BY_TRY = (1.0, 0.5, 0.25, 0.0)
_LETTERS = "ABCD"
_ROUNDS = 400


@dataclass(frozen=True, eq=False)
class ReadinessTest:
    """A credential's readiness test as it was sat.

    Parameters
    ----------
    credential : str
    tries : sequence of Try
    answers : ndarray of int
        Letter chosen (0 to 3), a row a try and a column an item.
    key : ndarray of int
        The right letters, a row for each form of the test: attempt 1 sits form A, attempt 2 form B, and so on.
    team_scores : mapping of (term, team) to ndarray
        Score of each item in the team's test; empty where there is none.
    scores : ndarray
        Share of the points, the team's part included.
    """

    credential: str
    tries: Sequence[Try]
    answers: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    team_scores: dict[tuple[str, int], npt.NDArray[np.float64]]
    own: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    items: npt.NDArray[np.float64]

    def right(self) -> npt.NDArray[np.bool_]:
        """Which answers are right."""
        forms = np.array([min(one.number, len(self.key)) - 1 for one in self.tries], dtype=np.int64)
        return np.asarray(self.answers == self.key[forms])


def readiness_tests(cohort: Cohort) -> Iterator[ReadinessTest]:
    """The test of each credential that is assessed by a test and marked by machine."""
    first = True
    for id, credential in cohort.programme.credentials.items():
        design = credential.assessment
        if design is None or design.assessor != "automatic" or not {"test", "team-test"} & set(design.methods):
            continue
        tries = [one for one in cohort.tries if one.credential == id]
        if tries:
            yield _sat(cohort, id, tries, "team-test" in design.methods, design.pass_score, biased=first)
            first = False


def _sat(
    cohort: Cohort, id: str, tries: Sequence[Try], teamed: bool, pass_score: float, *, biased: bool
) -> ReadinessTest:
    random = cohort.random("readiness", id)
    forms = max(one.number for one in tries)
    difficulty = random.normal(-0.8, 0.9, size=(forms, ITEMS))
    discrimination = np.exp(random.normal(0.1, 0.25, size=(forms, ITEMS)))
    key = random.integers(4, size=(forms, ITEMS))
    form = np.array([one.number - 1 for one in tries])
    who = np.array([one.learner for one in tries])
    harder = np.zeros((len(tries), ITEMS))
    if biased:
        other = np.array([cohort.learners[one].traits["first generation"] == "yes" for one in who])
        harder[(form == 0) & other, 0] = cohort.truths.item_bias
    team_scores, team_part = _team_tests(cohort, tries, random) if teamed else ({}, None)
    share = TEAM_WEIGHT if team_part is not None else 0.0
    passed = np.array([one.passed for one in tries])
    right = np.zeros((len(tries), ITEMS), dtype=bool)
    own, score = np.zeros(len(tries)), np.zeros(len(tries))
    open_ = np.arange(len(tries))
    for round in range(_ROUNDS):
        # After many draws the outcome is unlikely for this skill: the day is made better or worse step by step.
        push = 0.1 * max(0, round - 40) * np.where(passed[open_], 1, -1)
        able = cohort.skill[who[open_]] + random.normal(0, cohort.truths.occasion_sd, len(open_)) + push
        logit = discrimination[form[open_]] * (able[:, None] - difficulty[form[open_]] - harder[open_])
        right[open_] = random.random((len(open_), ITEMS)) < 1 / (1 + np.exp(-logit))
        own[open_] = right[open_].mean(axis=1)
        score[open_] = (1 - share) * own[open_] + (share * team_part[open_] if team_part is not None else 0.0)
        open_ = open_[(score[open_] >= pass_score - 1e-9) != passed[open_]]
        if not len(open_):
            break
    wrong = (key[form] + random.integers(1, 4, size=right.shape)) % 4
    return ReadinessTest(id, tries, np.where(right, key[form], wrong), key, team_scores, own, score, difficulty)


def _team_tests(
    cohort: Cohort, tries: Sequence[Try], random: np.random.Generator
) -> tuple[dict[tuple[str, int], npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """What each team scored at its first sitting, and the part that it gives to each try of its members."""
    scores: dict[tuple[str, int], npt.NDArray[np.float64]] = {}
    first: dict[int, tuple[str, int]] = {}
    for one in sorted(tries, key=lambda one: one.number):
        first.setdefault(one.learner, (one.term, cohort.team_of(one.term).get(one.learner, -1)))
    for term, team in sorted(set(first.values())):
        members = cohort.teams[term][team].members if team >= 0 else ()
        best = max((float(cohort.skill[one]) for one in members), default=0.0)
        lost = random.binomial(3, 1 / (1 + np.exp(1.6 + 0.6 * best)), size=ITEMS)
        scores[term, team] = np.array(_BY_TRY)[lost]
    part = np.array([scores[first[one.learner]].mean() for one in tries])
    return {name: found for name, found in scores.items() if name[1] >= 0}, part
