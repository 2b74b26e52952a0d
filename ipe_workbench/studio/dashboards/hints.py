"""Hints for teaching: what a team finds hard, what the next level looks like, and where it can be practised."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ipe_workbench.credentials import Programme
from ipe_workbench.studio.dashboards.ratings import RatedRow

__all__ = ["Hint", "teaching_hints"]

#: A row is worth a hint when this share of a team, and at least so many learners, are below its pass level.
_SHARE, _LEAST = 1 / 3, 2
_MOST = 3


@dataclass(frozen=True)
class Hint:
    """A row of a rubric that a team finds hard.

    `below` of `of` learners are below the pass level, called `level`; `looks_like` is what that level asks for;
    `practise` are activities to come in which it can be practised.
    """

    credential: str
    criterion: str
    below: int
    of: int
    level: str
    looks_like: str
    practise: tuple[str, ...]


def teaching_hints(programme: Programme, rated: Iterable[RatedRow], day: datetime.date) -> list[Hint]:
    """Hints for a team.

    Parameters
    ----------
    programme : Programme
        With rubrics, alignments and activities.
    rated : iterable of RatedRow
        The rows in which learners of the team were rated.
    day : date
        Activities of terms that are over by then are not proposed.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> teaching_hints(example_programme(), [], datetime.date(2027, 3, 1))
    []
    """
    rows: dict[tuple[str, str], list[RatedRow]] = {}
    for one in rated:
        rows.setdefault((one.credential, one.criterion), []).append(one)
    found = []
    for (credential, criterion), inside in rows.items():
        below = sum(not one.passed for one in inside)
        if below >= max(_LEAST, _SHARE * len(inside)):
            found.append(_hint(programme, credential, criterion, below, len(inside), day))
    return sorted(found, key=lambda one: (-one.below / one.of, one.credential, one.criterion))


def _hint(programme: Programme, credential: str, criterion: str, below: int, of: int, day: datetime.date) -> Hint:
    design = programme.credentials[credential]
    rubric = design.rubric
    if rubric is None:
        raise ValueError("a rated credential has a rubric")
    row = next(one for one in rubric.criteria if one.id == criterion)
    level = next(one for one in rubric.levels if one.id == rubric.pass_level)
    looks_like = row.descriptors.get(level.id, "")
    places = tuple(_practice(programme, credential, criterion, day))[:_MOST]
    return Hint(design.title, row.title, below, of, level.title, looks_like, places)


def _practice(programme: Programme, credential: str, criterion: str, day: datetime.date) -> Iterable[str]:
    """Activities to come of credentials that teach or practise what the row of the rubric is about."""
    ends = {one.id: one.end for one in programme.info.terms}
    aligned = programme.credentials[credential].alignments
    # An alignment without criteria is borne by all of them.
    wanted = {(one.framework, one.competency) for one in aligned if not one.criteria or criterion in one.criteria}
    for other in programme.credentials.values():
        if other.status == "retired" or other.id == credential:
            continue
        helps = any(
            (one.framework, one.competency) in wanted and {"taught", "practised"} & set(one.how)
            for one in other.alignments
        )
        if helps:
            yield from (one.title for one in other.activities if one.term in ends and ends[one.term] >= day)
