"""The learners of a programme and what is recorded of them, read once for the programme's page."""

from __future__ import annotations

import collections
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.records.privacy.suppression import THRESHOLD
from ipe_workbench.studio.dashboards.recorded import until

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["EARLIER", "Cohort", "read_cohort", "term_of", "together"]

#: In the place of a term: before the first one.
EARLIER = "earlier"

#: Traits with more values than that are no groups to compare.
_MOST_VALUES = 8
_MOST_TRAITS = 4


@dataclass(frozen=True, eq=False)
class Cohort:
    """Frames about learners one by one: never shown, only counted.

    Parameters
    ----------
    people : DataFrame
        ``learner``, ``profession``, and a column for each trait; one row a learner who is enrolled.
    earned : DataFrame
        ``learner``, ``profession``, ``credential``, ``term``: who has earned what, and in which term first (``earlier``
        before the first one). What was revoked is not earned; what has run out is.
    attempts : DataFrame
        ``learner``, ``credential``, ``attempt``, ``on``, ``passed``, ``raters``: one row an attempt.
    attendance : DataFrame
        ``learner``, ``status``, ``on``.
    awards : DataFrame
        ``learner``, ``credential``, ``on``: every award in force.
    traits : tuple of str
        Names of the traits that are compared.
    groups : mapping of str to tuple of str
        The ids of the professions in each value of ``profession``: small ones are counted together.
    """

    people: pd.DataFrame
    earned: pd.DataFrame
    attempts: pd.DataFrame
    attendance: pd.DataFrame
    awards: pd.DataFrame
    traits: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]


def read_cohort(store: Store, programme: Programme, day: datetime.date) -> Cohort:
    """Everything that the programme's page counts, of learners who are enrolled and not withdrawn."""
    people, traits, groups = _people(store, programme)
    awards = _awards(store, programme, people, day)
    first = awards.sort_values("on", kind="stable").drop_duplicates(["learner", "credential"])
    terms = [term_of(programme, one.date()) for one in first["on"]]
    earned = first.assign(term=[EARLIER if one is None else one.id for one in terms])
    everyone = set(people["learner"])
    attendance = until(store.frame("attendance"), day)
    return Cohort(
        people,
        earned[["learner", "profession", "credential", "term"]],
        _attempts(store, day, everyone),
        attendance[attendance["learner"].isin(everyone)][["learner", "status", "on"]],
        awards[["learner", "credential", "on"]],
        traits,
        groups,
    )


def term_of(programme: Programme, day: datetime.date) -> Term | None:
    """The term of a day: the last one that has begun."""
    return next((one for one in reversed(programme.info.terms) if one.start <= day), None)


def _people(store: Store, programme: Programme) -> tuple[pd.DataFrame, tuple[str, ...], dict[str, tuple[str, ...]]]:
    enrolments = store.frame("enrolments").sort_values("starts", na_position="first", kind="stable")
    known = {one.id for one in programme.info.professions}
    there = enrolments[enrolments["profession"].isin(known) & (enrolments["status"] != "withdrawn")]
    people = there.drop_duplicates("learner", keep="last")[["learner", "profession"]].reset_index(drop=True)
    groups = together([one.id for one in programme.info.professions], dict(collections.Counter(people["profession"])))
    people["profession"] = people["profession"].map({one: name for name, inside in groups.items() for one in inside})
    recorded = store.frame("traits")
    recorded = recorded[recorded["learner"].isin(set(people["learner"])) & (recorded["trait"] != "practice")]
    sizes = recorded.groupby("trait")["value"].nunique()
    traits = tuple(str(one) for one in sizes[(sizes > 1) & (sizes <= _MOST_VALUES)].index[:_MOST_TRAITS])
    for trait in traits:
        values = recorded[recorded["trait"] == trait].set_index("learner")["value"]
        people[trait] = people["learner"].map(values)
    return people, traits, groups


def together(
    professions: Sequence[str], sizes: Mapping[str, int], least: int = THRESHOLD
) -> dict[str, tuple[str, ...]]:
    """Professions by the name of their group: those with too few learners to be counted alone share one.

    How many study a profession is known to many, so a small one cannot be hidden by hiding its size.

    Examples
    --------
    >>> together(["md", "rn", "aa"], {"md": 24, "rn": 16, "aa": 4})
    {'md': ('md',), 'rn+aa': ('rn', 'aa')}
    """
    there = sorted((one for one in professions if sizes.get(one, 0)), key=lambda one: sizes[one])
    joined = [one for one in there if sizes[one] < least]
    rest = there[len(joined) :]
    while joined and rest and sum(sizes[one] for one in joined) < least:
        joined.append(rest.pop(0))
    inside = tuple(one for one in professions if one in joined)
    found: dict[str, tuple[str, ...]] = {one: (one,) for one in professions if one in rest}
    if inside:
        found["+".join(inside)] = inside
    return found


def _awards(store: Store, programme: Programme, people: pd.DataFrame, day: datetime.date) -> pd.DataFrame:
    """Awards in force that the programme knows, with the profession of their learners."""
    awards = until(store.frame("awards"), day)
    events = store.frame("award_events").sort_values("at", kind="stable")
    last = events[events["event"] != "claimed"].drop_duplicates("award", keep="last")
    lost = set(last[last["event"].isin(["revoked", "suspended"])]["award"])
    known = [*programme.credentials, *programme.stacks]
    counted = awards[~awards["award"].isin(lost) & awards["credential"].isin(known)]
    merged: pd.DataFrame = counted.merge(people[["learner", "profession"]], on="learner")
    return merged[["learner", "profession", "credential", "on"]]


def _attempts(store: Store, day: datetime.date, everyone: set[str]) -> pd.DataFrame:
    results = until(store.frame("assessments"), day)
    results = results[results["learner"].isin(everyone)]
    ratings = store.frame("rubric_scores", columns=["learner", "assessment", "attempt", "rater"])
    raters = ratings.drop_duplicates().groupby(["learner", "assessment", "attempt"]).size().rename("raters")
    joined = results.join(raters, on=["learner", "assessment", "attempt"])
    joined["raters"] = joined["raters"].fillna(0).astype(int)
    joined["credential"] = joined["credential"].where(joined["credential"].notna(), joined["assessment"]).astype(str)
    return joined[["learner", "credential", "attempt", "on", "passed", "raters"]]
