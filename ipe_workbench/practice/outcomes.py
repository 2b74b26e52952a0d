"""Results, answers, ratings, awards and evidence of a practice cohort as rows of the simple CSV files."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from ipe_workbench.practice.cohort import Cohort
from ipe_workbench.practice.ratings import Rating
from ipe_workbench.practice.readiness import ReadinessTest

__all__ = ["assessments", "awards", "evidence", "item_responses", "rubric_scores"]

_Row = tuple[object, ...]


def assessments(cohort: Cohort, tests: Sequence[ReadinessTest], ratings: Sequence[Rating]) -> Iterator[_Row]:
    """``learner, assessment, attempt, on, score, passed, kind, credential, term, team``.

    The credential's own assessment has the credential's id; readiness tests add ``.irat`` and ``.trat``, ratings a year
    later ``.follow-up``.
    """
    scores: dict[tuple[int, str, int], float] = {}
    for test in tests:
        scores |= {(one.learner, one.credential, one.number): test.scores[row] for row, one in enumerate(test.tries)}
    scores |= {(one.learner, one.assessment, one.attempt): one.score for one in ratings if one.official}
    teams = {term: cohort.team_of(term) for term in cohort.teams}
    for one in cohort.tries:
        design = cohort.programme.credentials[one.credential].assessment
        if design is None:
            continue
        score = scores.get((one.learner, one.credential, one.number))
        yield (
            cohort.learners[one.learner].id, one.credential, one.number, one.on, _score(score), one.passed,
            design.methods[0], one.credential, one.term, _team(cohort, teams, one.term, one.learner),
        )  # fmt: skip
    for test in tests:
        yield from _readiness_results(cohort, test, teams)
    for rated in ratings:
        if rated.official and rated.assessment.endswith(".follow-up"):
            credential = rated.assessment.removesuffix(".follow-up")
            yield (
                cohort.learners[rated.learner].id, rated.assessment, rated.attempt, rated.on, _score(rated.score), None,
                "follow-up", credential, None, None,
            )  # fmt: skip


def item_responses(
    cohort: Cohort, tests: Sequence[ReadinessTest], until: datetime.date | None = None
) -> Iterator[_Row]:
    """``learner, assessment, attempt, item, response, score``; items are named by form (A for the first attempt).

    With `until`, those of tests sat by that day.
    """
    for test in tests:
        right = test.right()
        for row, one in enumerate(test.tries):
            if until is not None and one.on > until:
                continue
            form = chr(ord("A") + min(one.number, 26) - 1)
            for item, (letter, score) in enumerate(zip(test.answers[row], right[row], strict=True), start=1):
                yield (
                    cohort.learners[one.learner].id, f"{test.credential}.irat", one.number, f"{form}{item:02}",
                    "ABCD"[letter], int(score),
                )  # fmt: skip
        days = _team_days(test, cohort)
        for (term, place), items in test.team_scores.items():
            if until is not None and days[term, place] > until:
                continue
            for member in _sat_together(test, term, place, cohort):
                for item, score in enumerate(items, start=1):
                    yield (
                        cohort.learners[member].id, f"{test.credential}.trat", 1, f"A{item:02}", None, float(score),
                    )  # fmt: skip


def rubric_scores(cohort: Cohort, ratings: Sequence[Rating]) -> Iterator[_Row]:
    """``learner, assessment, attempt, criterion, rater, level, score, on``; `score` is the points of the level."""
    for one in ratings:
        rubric = cohort.programme.credentials[one.assessment.removesuffix(".follow-up")].rubric
        if rubric is None:
            continue
        for criterion, place in zip(rubric.criteria, one.levels, strict=True):
            level = rubric.levels[place]
            yield (
                cohort.learners[one.learner].id, one.assessment, one.attempt, criterion.id, one.rater, level.id,
                level.points, one.on,
            )  # fmt: skip


def awards(cohort: Cohort) -> Iterator[_Row]:
    """``learner, credential, on, version, expires, hours``."""
    for place, item, on in cohort.awards:
        award = cohort.programme.award(item, on)
        yield cohort.learners[place].id, item, on, award.version, award.expires, award.hours


def evidence(cohort: Cohort) -> Iterator[_Row]:
    """``learner, credential, kind, reference, on``: what the design keeps, at addresses that lead nowhere."""
    for place, item, on in cohort.awards:
        credential = cohort.programme.credentials.get(item)
        for one in credential.evidence if credential else ():
            learner = cohort.learners[place].id
            yield learner, item, one.kind, f"https://example.org/practice/{item}/{one.id}/{learner}", on


def _readiness_results(cohort: Cohort, test: ReadinessTest, teams: dict[str, dict[int, int]]) -> Iterator[_Row]:
    for row, one in enumerate(test.tries):
        yield (
            cohort.learners[one.learner].id, f"{test.credential}.irat", one.number, one.on, _score(test.own[row]), None,
            "irat", test.credential, one.term, _team(cohort, teams, one.term, one.learner),
        )  # fmt: skip
    first = _team_days(test, cohort)
    for (term, place), items in test.team_scores.items():
        for member in _sat_together(test, term, place, cohort):
            yield (
                cohort.learners[member].id, f"{test.credential}.trat", 1, first[term, place], _score(np.mean(items)),
                None, "trat", test.credential, term, cohort.teams[term][place].name,
            )  # fmt: skip


def _sat_together(test: ReadinessTest, term: str, place: int, cohort: Cohort) -> list[int]:
    """Members of a team whose first attempt was in that term."""
    members = set(cohort.teams[term][place].members)
    return sorted({one.learner for one in test.tries if one.number == 1 and one.term == term} & members)


def _team_days(test: ReadinessTest, cohort: Cohort) -> dict[tuple[str, int], datetime.date]:
    """The first day on which a member of each team sat the test."""
    teams = {term: cohort.team_of(term) for term in cohort.teams}
    first: dict[tuple[str, int], datetime.date] = {}
    for one in test.tries:
        key = (one.term, teams.get(one.term, {}).get(one.learner, -1))
        first[key] = min(first.get(key, one.on), one.on)
    return first


def _team(cohort: Cohort, teams: dict[str, dict[int, int]], term: str, learner: int) -> str | None:
    place = teams.get(term, {}).get(learner)
    return None if place is None else cohort.teams[term][place].name


def _score(score: float | np.floating | None) -> float | None:
    return None if score is None else round(float(score), 4)
