"""What to teach more: rows of rubrics that many find hard, what is asked for there, and where it can be practised."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from ipe_workbench.credentials.model import Activity, Coverage, MicroCredential, Rubric
from ipe_workbench.credentials.programme import Programme, Term

__all__ = ["TeachingHint", "coming_activities", "competencies_of", "teaching_hints"]

#: A row is worth a word to a team when this share of it, and at least so many learners, are below the pass level.
_SHARE, _LEAST = 1 / 3, 2
_MOST_PLACES = 3


@dataclass(frozen=True)
class TeachingHint:
    """A row of a rubric that is worth more teaching.

    Parameters
    ----------
    credential, criterion : str
        Ids.
    title : str
        Of the row.
    share, low, high : float or None
        Share of all learners below the pass level at the first attempt, with its 95 % interval; ``None`` where that is
        hidden, or not surely more than usual.
    n : int or None
        Learners behind the share.
    below, of : int
        How many of the team are below the pass level now, of how many who were rated.
    level, looks_like : str
        Title of the pass level, and what the rubric says of it.
    practise : tuple of str
        Titles of activities to come in which it is taught or practised.
    """

    credential: str
    criterion: str
    title: str
    share: float | None
    low: float | None
    high: float | None
    n: int | None
    below: int
    of: int
    level: str
    looks_like: str
    practise: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {"practise": list(self.practise)}


def teaching_hints(
    programme: Programme, low: pd.DataFrame, team: pd.DataFrame, *, on: datetime.date
) -> tuple[TeachingHint, ...]:
    """Rows that a team finds hard, the hardest first, then those in which surely more learners than usual fell short.

    Parameters
    ----------
    programme : Programme
        With rubrics, alignments and activities.
    low : DataFrame
        As `low_criteria` gives it, of all learners.
    team : DataFrame
        As `latest_levels` gives it, of the learners of a team; without rows for no team.
    on : date
        Activities that are over by then are not proposed.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation.feedback import latest_levels, low_criteria
    >>> names = ["learner", "assessment", "attempt", "criterion", "rater", "on", "credential", "place", "passing"]
    >>> nothing = pd.DataFrame(columns=names).astype({"place": int, "passing": int})
    >>> programme = example_programme()
    >>> day = datetime.date(2027, 3, 1)
    >>> teaching_hints(programme, low_criteria(programme, nothing), latest_levels(nothing), on=day)
    ()
    """
    below = team["place"] < team["passing"]
    counted = team.assign(below=below).groupby(["credential", "criterion"], sort=False)["below"].agg(["sum", "size"])
    counts = {(str(key[0]), str(key[1])): (int(one["sum"]), int(one["size"])) for key, one in counted.iterrows()}  # type: ignore[index]
    hard = {key for key, (few, of) in counts.items() if few >= max(_LEAST, _SHARE * of)}
    surely = {(str(one.credential), str(one.criterion)): one for one in low[low["more"]].itertuples()}
    found = [_hint(programme, key, surely.get(key), counts.get(key, (0, 0)), on) for key in hard | set(surely)]
    return tuple(
        sorted(
            filter(None, found),
            key=lambda one: (
                (one.credential, one.criterion) not in hard,
                -(one.below / one.of if (one.credential, one.criterion) in hard else one.share or 0.0),
                one.credential,
                one.criterion,
            ),
        )
    )


def competencies_of(programme: Programme, credential: str, criterion: str) -> tuple[str, ...]:
    """Competencies that a row of a rubric bears on, as ``framework/id``.

    Those of alignments that name the row or, where none does, of all that are assessed and name no row.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> competencies_of(example_programme(), "huddles-and-briefings", "every-voice")[0].split("/")[0]
    'ipec-2023'
    """
    alignments = programme.credentials[credential].alignments
    named = [one for one in alignments if criterion in one.criteria]
    ids = []
    for one in named or [each for each in alignments if "assessed" in each.how and not each.criteria]:
        framework = programme.frameworks.get(one.framework)
        if framework is not None and one.competency in framework:
            ids.append(f"{one.framework}/{framework[one.competency].id}")
    return tuple(dict.fromkeys(ids))


def coming_activities(
    programme: Programme,
    competencies: Collection[str],
    *,
    how: Collection[Coverage],
    without: Collection[str],
    on: datetime.date,
) -> Iterator[tuple[Activity, Term, MicroCredential]]:
    """Activities still to come of credentials that bear on one of the competencies, in the programme's order.

    Parameters
    ----------
    competencies : collection of str
        As `competencies_of` gives them.
    how : collection of {"taught", "practised", "assessed"}
        What counts.
    without : collection of str
        Credentials that are left out, beside the retired ones.
    on : date
        What is over by then is not to come.
    """
    terms = {one.id: one for one in programme.info.terms}
    for id, credential in programme.credentials.items():
        if id in without or credential.status == "retired":
            continue
        borne = {
            f"{one.framework}/{programme.frameworks[one.framework][one.competency].id}"
            for one in credential.alignments
            if set(how) & set(one.how)
            and one.framework in programme.frameworks
            and one.competency in programme.frameworks[one.framework]
        }
        if not borne & set(competencies):
            continue
        for activity in credential.activities:
            term = terms.get(activity.term)
            if term is not None and term.start + datetime.timedelta(weeks=max(activity.weeks, default=1) - 1) >= on:
                yield activity, term, credential


def _hint(
    programme: Programme, key: tuple[str, str], low: Any, counts: tuple[int, int], on: datetime.date
) -> TeachingHint | None:
    credential, criterion = key
    rubric: Rubric | None = programme.credentials[credential].rubric
    row = next((one for one in rubric.criteria if one.id == criterion), None) if rubric else None
    if rubric is None or row is None:
        return None
    level = next(one for one in rubric.levels if one.id == rubric.pass_level)
    wanted = competencies_of(programme, credential, criterion)
    coming = coming_activities(programme, wanted, how=("taught", "practised"), without=(credential,), on=on)
    places = tuple(dict.fromkeys(activity.title for activity, _, _ in coming))[:_MOST_PLACES]
    known = low is not None
    return TeachingHint(
        credential=credential,
        criterion=criterion,
        title=row.title,
        share=float(low.share) if known else None,
        low=float(low.low) if known else None,
        high=float(low.high) if known else None,
        n=int(low.n) if known else None,
        below=counts[0],
        of=counts[1],
        level=level.title,
        looks_like=row.descriptors.get(level.id, ""),
        practise=places,
    )
