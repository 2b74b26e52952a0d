"""Ratings on rubrics as the pages show them: the level that each row of a rubric stands at, and how raters compare."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.badges.award_file import criterion_named, level_named
from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.model import Rubric, RubricCriterion

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = [
    "RatedRow",
    "RaterFeedback",
    "credentials_of",
    "is_practice",
    "rated_rows",
    "rater_feedback",
    "rows_of",
    "until",
]

#: Of fewer learners rated together with others nothing is said about a rater.
_FEW = 8


@dataclass(frozen=True)
class RatedRow:
    """A row of a rubric for one learner: the place of the level reached among `levels`, and whether that is enough."""

    learner: str
    credential: str
    criterion: str
    rank: int
    passed: bool


@dataclass(frozen=True)
class RaterFeedback:
    """How one rater compares with others on the same performances.

    Parameters
    ----------
    ratings : int
        All ratings of the rater.
    shared, learners : int
        Ratings of rows that others rated as well, and of how many learners.
    difference, low, high : float or None
        Mean of the rater's level minus the mean level of the others, in levels (positive: more generous), with its
        95 % interval from sums by learner; None where there is too little to say.
    exact, adjacent : float or None
        Share of the shared ratings in which the rater gave the others' (lower median) level, and at most one level off.
    """

    ratings: int
    shared: int
    learners: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    exact: float | None = None
    adjacent: float | None = None


def rated_rows(programme: Programme, ratings: pd.DataFrame, credential_of: Mapping[str, str]) -> list[RatedRow]:
    """Where learners stand in each row of each rubric.

    Parameters
    ----------
    programme : Programme
        With the rubrics.
    ratings : pandas.DataFrame
        The frame ``rubric_scores``.
    credential_of : mapping
        The credential that an assessment decides about, where it has another id.

    Notes
    -----
    Of each row the last attempt counts; of several raters the lower median of their levels.
    """
    best: dict[tuple[str, str, str], tuple[int, list[int]]] = {}
    for one, credential, criterion, rank in _ranked(programme, ratings, credential_of):
        key = str(one.learner), credential, criterion.id
        attempt, ranks = best.get(key, (0, []))
        if one.attempt > attempt:
            best[key] = int(one.attempt), [rank]
        elif one.attempt == attempt:
            ranks.append(rank)
    found = []
    for (learner, credential, row), (_, ranks) in best.items():
        rank = sorted(ranks)[(len(ranks) - 1) // 2]
        rubric = _rubric(programme, credential)
        needed = [one.id for one in rubric.levels].index(rubric.pass_level)
        found.append(RatedRow(learner, credential, row, rank, passed=rank >= needed))
    return found


def rater_feedback(
    programme: Programme, ratings: pd.DataFrame, credential_of: Mapping[str, str], rater: str
) -> RaterFeedback:
    """How a rater compares with others who rated the same rows of the same attempts.

    Parameters
    ----------
    ratings : pandas.DataFrame
        The frame ``rubric_scores``, of all raters.
    rater : str
        The rater's pseudonym.
    """
    import numpy as np

    from ipe_workbench.evaluation.intervals import clustered_mean, t_interval

    mine: dict[tuple[Any, ...], int] = {}
    others: dict[tuple[Any, ...], list[int]] = {}
    for one, credential, criterion, rank in _ranked(programme, ratings, credential_of):
        key = str(one.learner), credential, criterion.id, int(one.attempt)
        if one.rater == rater:
            mine[key] = rank
        else:
            others.setdefault(key, []).append(rank)
    shared = [key for key in mine if key in others]
    learners = sorted({str(key[0]) for key in shared})
    if len(learners) < _FEW:
        return RaterFeedback(len(mine), len(shared), len(learners))
    differences = np.array([mine[key] - float(np.mean(others[key])) for key in shared])
    places = {one: at for at, one in enumerate(learners)}
    mean, error, clusters = clustered_mean(differences, np.array([places[str(key[0])] for key in shared]))
    low, high = t_interval(mean, error, clusters - 1, 0.95)
    medians = [sorted(others[key])[(len(others[key]) - 1) // 2] for key in shared]
    apart = np.array([abs(mine[key] - median) for key, median in zip(shared, medians, strict=True)])
    return RaterFeedback(
        len(mine), len(shared), len(learners), float(mean), float(low), float(high),
        float((apart == 0).mean()), float((apart <= 1).mean()),
    )  # fmt: skip


def credentials_of(assessments: pd.DataFrame) -> dict[str, str]:
    """The credential of each assessment, from the frame ``assessments``, where it is recorded."""
    known = assessments[assessments["credential"].notna()]
    return dict(zip(known["assessment"].astype(str), known["credential"].astype(str), strict=True))


def until(frame: pd.DataFrame, day: datetime.date) -> pd.DataFrame:
    """What was recorded up to a day; what has no day counts, too."""
    import pandas as pd

    return frame[~(frame["on"] > pd.Timestamp(day))]


def is_practice(store: Store, learners: Collection[str] | None = None) -> bool:
    """Whether any of these learners, or any at all, is invented: see ``ipe records practice``."""
    where: dict[str, Any] = {"trait": "practice", "value": "yes"}
    if learners is not None:
        where["learner"] = list(learners)
    return len(store.frame("traits", where=where)) > 0


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, columns by name."""
    return iter(frame.itertuples(index=False))


def _ranked(
    programme: Programme, ratings: pd.DataFrame, credential_of: Mapping[str, str]
) -> Iterable[tuple[Any, str, RubricCriterion, int]]:
    """Each rating that a rubric of the programme understands: the row, its credential, criterion and rank of level."""
    known: dict[tuple[str, str], tuple[str, RubricCriterion] | None] = {}
    for one in rows_of(ratings):
        named = (str(one.assessment), str(one.criterion))
        if named not in known:
            known[named] = _place(programme, credential_of.get(named[0], named[0]), named[1])
        place = known[named]
        rank = None if place is None else level_rank(_rubric(programme, place[0]), one.level, one.score)
        if place is not None and rank is not None:
            yield one, place[0], place[1], rank


def level_rank(rubric: Rubric, level: object, score: object) -> int | None:
    """The place of a level among those of a rubric, by its name or by its points."""
    if isinstance(level, str) and level.strip():
        named = level_named(rubric, level)
        return next((at for at, one in enumerate(rubric.levels) if one.id == named), None)
    return next((at for at, one in enumerate(rubric.levels) if one.points == score), None)


def _place(programme: Programme, credential: str, criterion: str) -> tuple[str, RubricCriterion] | None:
    design = programme.credentials.get(credential)
    if design is None or design.rubric is None:
        return None
    named = criterion_named(design.rubric, criterion)
    return next(((credential, one) for one in design.rubric.criteria if one.id == named), None)


def _rubric(programme: Programme, credential: str) -> Rubric:
    rubric = programme.credentials[credential].rubric
    if rubric is None:
        raise ValueError("the credential has no rubric")
    return rubric
