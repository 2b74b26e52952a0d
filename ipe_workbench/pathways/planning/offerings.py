"""When each credential is offered: its terms, the day on which it can be earned, its hours and its seats."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ipe_workbench.credentials.model import Activity, MicroCredential
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = ["Offering", "ends_of", "limit_seats", "offerings_of"]

#: How a scenario names the copy of an activity that it offers again in another term.
_AGAIN = "-again-"


@dataclass(frozen=True)
class Offering:
    """One chance to earn a credential.

    Parameters
    ----------
    credential : str
        Id of the credential.
    term : str
        Id of the term in which it ends, by which it is named (``credential@term``).
    begins, ends : date
        The first day of its first meeting, after which nobody joins, and the last day of its last one, on which the
        badge is awarded in a plan.
    hours : mapping of str to float
        A learner's hours by term; they add up to the credential's.
    activities : mapping of str to float
        Contact hours that attendance records, by activity.
    seats : int or None
        How many learners it takes; ``None`` for no limit.
    assessor_hours : float or None
        Hours of assessors' time for it; ``None`` for no limit but those of the programme's capacity.
    section : int
        Several offerings of a credential in one term are told apart by it, from 1.
    asked : bool
        There is no such offering; it stands for what a plan could ask for.
    """

    credential: str
    term: str
    begins: datetime.date
    ends: datetime.date
    hours: Mapping[str, float]
    activities: Mapping[str, float] = field(default_factory=dict)
    seats: int | None = None
    asked: bool = False
    assessor_hours: float | None = None
    section: int = 1

    def __hash__(self) -> int:
        return hash((self.credential, self.term, self.ends, self.asked, self.section))

    @property
    def id(self) -> str:
        """``credential@term``; a second section has ``#2`` behind it."""
        return f"{self.credential}@{self.term}" + (f"#{self.section}" if self.section > 1 else "")

    def is_among(self, names: Collection[str]) -> bool:
        """Whether names of sections, offerings (``credential@term``) or credentials include this one."""
        return self.id in names or f"{self.credential}@{self.term}" in names or self.credential in names


def offerings_of(programme: Programme, from_day: datetime.date = datetime.date.min) -> tuple[Offering, ...]:
    """The offerings of a programme that end on that day or later, by date.

    Parameters
    ----------
    programme : Programme
        Its activities say in which terms and weeks they meet.
    from_day : date
        Offerings that have begun before that day are left out: they can no longer be taken.

    Returns
    -------
    tuple of Offering
        A credential is offered once, ending with its last activity; and once more for each term in which a scenario
        offers it again. One without activities can be earned at the end of each term.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> offered = offerings_of(example_programme())
    >>> len(offered), offered[0].id, offered[0].ends.isoformat(), dict(offered[0].hours)
    (16, 'values-foundations@2026-fall', '2026-09-06', {'2026-fall': 3.0})
    """
    found = [
        one
        for credential in programme.credentials.values()
        if credential.status != "retired"
        for one in _of(programme, credential, from_day)
    ]
    order = {reference: place for place, reference in enumerate(programme.credentials)}
    return tuple(sorted(found, key=lambda one: (one.ends, order[one.credential])))


def ends_of(programme: Programme, credential: MicroCredential) -> tuple[datetime.date, ...]:
    """The days on which offerings of a credential end, in order.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> [day.isoformat() for day in ends_of(programme, programme.credentials["values-foundations"])]
    ['2026-09-06']
    """
    return tuple(sorted(one.ends for one in _of(programme, credential, datetime.date.min)))


def limit_seats(offerings: Collection[Offering], seats: Mapping[str, int]) -> tuple[Offering, ...]:
    """The offerings with a number of seats for those named ``credential@term`` (or for each of a ``credential``)."""
    for name, count in seats.items():
        _known(name, offerings)
        if count < 0:
            raise UnusableInputError(f"`{name}` has {count} seats.", mend="Give 0 or more seats.")
    return tuple(replace(one, seats=seats.get(one.id, seats.get(one.credential, one.seats))) for one in offerings)


def _known(name: str, offerings: Collection[Offering]) -> None:
    ids = dict.fromkeys(known for one in offerings for known in (one.id, one.credential))
    if name not in ids:
        mend = near_names(name, [one.id for one in offerings])
        raise UnknownNameError(f"`{name}` is not an offering that is still to come.", mend=mend)


def _of(programme: Programme, credential: MicroCredential, from_day: datetime.date) -> list[Offering]:
    if not credential.activities:
        return [
            # Nothing meets, so that it can be begun on the term's last day.
            Offering(credential.id, term.id, term.end, term.end, {term.id: credential.hours})
            for term in programme.info.terms
            if term.end >= from_day
        ]
    groups: dict[str, list[Activity]] = {}
    for activity in credential.activities:
        groups.setdefault(activity.id.rpartition(_AGAIN)[2] if _AGAIN in activity.id else "", []).append(activity)
    found = []
    for group in groups.values():
        offering = _offering(programme, credential, group)
        if offering.begins >= from_day:
            found.append(offering)
    return found


def _offering(programme: Programme, credential: MicroCredential, group: list[Activity]) -> Offering:
    contact: dict[str, float] = {}
    for activity in group:
        contact[activity.term] = contact.get(activity.term, 0.0) + activity.hours + activity.preparation_hours
    share = credential.hours / sum(contact.values())
    last = max(contact, key=lambda term: programme.term(term).start)
    hours = {term: time * share for term, time in contact.items()}
    days = [_days(programme, activity) for activity in group]
    begins, ends = min(first for first, _ in days), max(last for _, last in days)
    return Offering(credential.id, last, begins, ends, hours, {activity.id: activity.hours for activity in group})


def _days(programme: Programme, activity: Activity) -> tuple[datetime.date, datetime.date]:
    """The first day of its first week and the last day of its last one."""
    term = programme.term(activity.term)
    weeks = [min(week, term.weeks) for week in activity.weeks] or [1, term.weeks]
    first = term.start + datetime.timedelta(weeks=min(weeks) - 1)
    return first, term.start + datetime.timedelta(weeks=max(weeks), days=-1)
