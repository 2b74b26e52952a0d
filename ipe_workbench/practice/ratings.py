"""Rubric ratings by staff of differing severity that lead to the outcomes simulated.

Rater and levels are drawn together, again and again, until the rubric's rule passes or fails the attempt as the
simulator said. That is a draw from the model given the outcome (rejection sampling): a severe rater is found more often
behind a fail, as in life, and the severities can be estimated from the ratings without bias from the outcome.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.facts import add_months
from ipe_workbench.credentials.model import Assessment, MicroCredential, Rubric
from ipe_workbench.practice.cohort import Cohort, Try

__all__ = ["Raters", "Rating", "follow_up_ratings", "make_raters", "official_ratings"]

#: Standard deviations of skill between two levels of a rubric.
_STEP = 1.2
#: How far the middle learner stands above the pass level.
_EASE = 0.9
_ROUNDS = 400
#: Share of attempts that the team's own facilitator rates.
_OWN = 0.4
#: Double ratings where the design names none.
_DOUBLE = 0.1
#: Share of those who earned the badge who are rated again a year later, at most so many.
_SAMPLE, _MOST = 0.35, 180


@dataclass(frozen=True, eq=False)
class Raters:
    """Staff of one role with their severity (standard deviations of skill) and the spread of their ratings."""

    ids: Sequence[str]
    severity: npt.NDArray[np.float64]
    noise: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rating:
    """What a rater gave: place of the level in each criterion, and the share of the points."""

    learner: int
    assessment: str
    attempt: int
    rater: str
    on: datetime.date
    levels: npt.NDArray[np.int64]
    score: float
    official: bool


@dataclass(frozen=True, eq=False)
class _Form:
    """A rubric as arrays: points by level, weights and easiness and slope by criterion."""

    design: Assessment
    points: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    passing: int
    easiness: npt.NDArray[np.float64]
    slope: npt.NDArray[np.float64]

    def levels(self, able: npt.NDArray[np.float64], shift: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Places of levels: the pass level begins at 0 for a criterion of middle difficulty."""
        shown = self.slope * able[:, None] + _EASE + self.easiness + shift
        cuts = _STEP * (np.arange(1, len(self.points)) - self.passing)
        return np.asarray((shown[..., None] > cuts).sum(axis=-1))

    def scores(self, levels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Share of the points that the levels give."""
        whole = self.weights.sum() * self.points.max()
        return np.asarray((self.points[levels] * self.weights).sum(axis=1) / whole)

    def passes(self, levels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the design's rule lets these levels pass."""
        by_score = self.scores(levels) >= self.design.pass_score - 1e-9
        by_rows = (levels >= self.passing).all(axis=1)
        rule = self.design.pass_rule
        return np.asarray(by_score if rule == "score" else by_rows if rule == "every-row" else by_score & by_rows)


def make_raters(cohort: Cohort, ids: Sequence[str], role: str) -> Raters:
    """Severity and spread of staff. Of three or more, the first is severe, the second lenient, the third erratic."""
    truths, random = cohort.truths, cohort.random("raters", role)
    severity = random.normal(0, truths.severity_sd, len(ids))
    noise = np.full(len(ids), truths.rating_noise)
    if role == "faculty" and len(ids) >= 3:
        severity[0], severity[1] = truths.severe, truths.lenient
        noise[2] *= truths.erratic
    return Raters(ids, severity, noise)


def is_rated(credential: MicroCredential) -> bool:
    """Whether people rate it by a rubric."""
    return (
        credential.assessment is not None
        and credential.rubric is not None
        and credential.assessment.assessor not in ("automatic", "self")
    )


def planted(cohort: Cohort) -> dict[str, tuple[str, str] | None]:
    """Credential and criterion of the row that is harder than it would be, and of the one that tells nobody apart."""
    rated = [one for one in cohort.programme.credentials.values() if is_rated(one) and one.rubric]
    rows = [(one.id, [row.id for row in one.rubric.criteria]) for one in rated if one.rubric]
    many = [one for one in rows if len(one[1]) >= 3]
    flat = (many[0][0], many[0][1][-1]) if many else None
    others = [one for one in rows if not flat or one[0] != flat[0]]
    return {"flat_criterion": flat, "hard_criterion": (others[0][0], others[0][1][0]) if others else None}


def official_ratings(cohort: Cohort, raters: dict[str, Raters]) -> Iterator[Rating]:
    """The rating that each attempt was decided by and, for a share of them, one of a second rater."""
    odd = planted(cohort)
    for id, credential in cohort.programme.credentials.items():
        tries = [one for one in cohort.tries if one.credential == id]
        if tries and is_rated(credential) and credential.rubric and credential.assessment:
            role = raters["preceptor" if credential.assessment.assessor == "preceptor" else "faculty"]
            yield from _rated(
                cohort, id, _form(cohort, credential, credential.assessment, credential.rubric, odd), tries, role
            )


def follow_up_ratings(
    cohort: Cohort, raters: dict[str, Raters], credential: str, on: datetime.date | None
) -> Iterator[Rating]:
    """Two blind ratings of a sample of those who earned the badge, a year later or on the day given."""
    design = cohort.programme.credentials[credential]
    if not is_rated(design) or design.rubric is None or design.assessment is None:
        return
    form = _form(cohort, design, design.assessment, design.rubric, planted(cohort))
    random = cohort.random("follow-up", credential)
    earned = {place: day for place, item, day in cohort.awards if item == credential}
    there = [place for place, day in earned.items() if cohort.there(place, on or add_months(day, 12))]
    wanted = min(_MOST, max(1, round(_SAMPLE * len(there)))) if there else 0
    sample = np.sort(random.choice(there, size=wanted, replace=False)) if wanted else np.array([], dtype=int)
    role = raters["faculty"]
    terms = _terms_passed(cohort, [on or add_months(earned[int(place)], 12) for place in sample])
    able = cohort.skill[sample] + random.normal(0, cohort.truths.occasion_sd, wanted) - cohort.truths.retention_loss
    able = able + cohort.truths.growth_per_term * np.minimum(
        terms, _terms_passed(cohort, [earned[int(p)] for p in sample])
    )
    for row, place in enumerate(sample):
        two = random.choice(len(role.ids), size=min(2, len(role.ids)), replace=False)
        for one in two:
            shift = -role.severity[one] + random.normal(0, role.noise[one], (1, len(form.weights)))
            levels = form.levels(able[row : row + 1], shift)
            yield Rating(
                int(place), f"{credential}.follow-up", 1, role.ids[one], on or add_months(earned[int(place)], 12),
                levels[0], float(form.scores(levels)[0]), bool(one == two[0]),
            )  # fmt: skip


def _form(
    cohort: Cohort,
    credential: MicroCredential,
    design: Assessment,
    rubric: Rubric,
    odd: dict[str, tuple[str, str] | None],
) -> _Form:
    names = [one.id for one in rubric.criteria]
    easiness = cohort.random("criteria", credential.id).normal(0, 0.3, len(names))
    slope = np.ones(len(names))
    if (flat := odd["flat_criterion"]) and flat[0] == credential.id:
        slope[names.index(flat[1])] = 0.0
    if (hard := odd["hard_criterion"]) and hard[0] == credential.id:
        easiness[names.index(hard[1])] -= cohort.truths.hard_criterion
    levels = [one.id for one in rubric.levels]
    return _Form(
        design,
        np.array([one.points for one in rubric.levels]),
        np.array([one.weight for one in rubric.criteria]),
        levels.index(rubric.pass_level) if rubric.pass_level in levels else len(levels) // 2,
        easiness,
        slope,
    )


def _rated(cohort: Cohort, id: str, form: _Form, tries: Sequence[Try], role: Raters) -> Iterator[Rating]:
    random, truths = cohort.random("ratings", id), cohort.truths
    who = np.array([one.learner for one in tries])
    passed = np.array([one.passed for one in tries])
    grown = truths.growth_per_term * _terms_passed(cohort, [one.on for one in tries])
    own = _facilitators(cohort, tries) if role.ids is cohort.faculty else np.full(len(tries), -1)
    rater = np.zeros(len(tries), dtype=np.int64)
    able = np.zeros(len(tries))
    levels = np.zeros((len(tries), len(form.weights)), dtype=np.int64)
    open_ = np.arange(len(tries))
    for round in range(_ROUNDS):
        # After many draws the outcome is unlikely for this skill: the day is made better or worse step by step.
        push = 0.1 * max(0, round - 40) * np.where(passed[open_], 1, -1)
        drawn = random.integers(len(role.ids), size=len(open_))
        rater[open_] = np.where((random.random(len(open_)) < _OWN) & (own[open_] >= 0), own[open_], drawn)
        able[open_] = cohort.skill[who[open_]] + grown[open_] + random.normal(0, truths.occasion_sd, len(open_)) + push
        levels[open_] = form.levels(able[open_], _shift(role, rater[open_], len(form.weights), random))
        open_ = open_[form.passes(levels[open_]) != passed[open_]]
        if not len(open_):
            break
    scores = form.scores(levels)
    second = random.random(len(tries)) < (form.design.double_rated or _DOUBLE)
    other = (rater + random.integers(1, max(2, len(role.ids)), size=len(tries))) % len(role.ids)
    again = form.levels(able, _shift(role, other, len(form.weights), random))
    again_scores = form.scores(again)
    for row, one in enumerate(tries):
        yield Rating(one.learner, id, one.number, role.ids[rater[row]], one.on, levels[row], float(scores[row]), True)
        if second[row] and other[row] != rater[row]:
            yield Rating(
                one.learner, id, one.number, role.ids[other[row]], one.on, again[row], float(again_scores[row]), False
            )


def _shift(
    role: Raters, rater: npt.NDArray[np.int64], criteria: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    noise = random.standard_normal((len(rater), criteria)) * role.noise[rater][:, None]
    return np.asarray(noise - role.severity[rater][:, None])


def _facilitators(cohort: Cohort, tries: Sequence[Try]) -> npt.NDArray[np.int64]:
    of = {
        (term, member): team.facilitator
        for term, teams in cohort.teams.items()
        for team in teams
        for member in team.members
    }
    return np.array([of.get((one.term, one.learner), -1) for one in tries], dtype=np.int64)


def _terms_passed(cohort: Cohort, days: Sequence[datetime.date]) -> npt.NDArray[np.float64]:
    starts = [one.start for one in cohort.programme.info.terms]
    return np.array([max(0, sum(start <= day for start in starts) - 1) for day in days], dtype=float)
