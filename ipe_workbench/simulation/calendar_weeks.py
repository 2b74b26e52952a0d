"""The programme's calendar as numbered weeks: terms in sequence, with the breaks between them remembered."""

from __future__ import annotations

import bisect
import datetime
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ipe_workbench.credentials.facts import add_months
from ipe_workbench.credentials.model import Activity, MicroCredential
from ipe_workbench.credentials.programme import Programme

__all__ = ["Calendar", "first_weeks", "offered_weeks", "practice_hours", "work_hours"]


@dataclass(frozen=True)
class Calendar:
    """Weeks of all terms, numbered from 0.

    Parameters
    ----------
    dates : tuple of date
        First day of each week.
    term_of_week : tuple of int
        Index of the term that the week belongs to.
    terms : tuple of (str, int, int)
        Id, first week and last week of each term.
    weeks_since_last : tuple of float
        Calendar weeks since the week before: 1, more after a break.
    """

    dates: tuple[datetime.date, ...]
    term_of_week: tuple[int, ...]
    terms: tuple[tuple[str, int, int], ...]
    weeks_since_last: tuple[float, ...]

    @classmethod
    def of(cls, programme: Programme) -> Calendar:
        """The calendar of a programme, whose terms follow each other without overlap."""
        dates: list[datetime.date] = []
        term_of_week: list[int] = []
        terms: list[tuple[str, int, int]] = []
        for index, term in enumerate(programme.info.terms):
            terms.append((term.id, len(dates), len(dates) + term.weeks - 1))
            dates.extend(term.start + datetime.timedelta(weeks=week) for week in range(term.weeks))
            term_of_week.extend([index] * term.weeks)
        gaps = [1.0, *((b - a).days / 7 for a, b in pairwise(dates))]
        return cls(tuple(dates), tuple(term_of_week), tuple(terms), tuple(gaps))

    @property
    def weeks(self) -> int:
        """How many weeks the programme has."""
        return len(self.dates)

    def term_span(self, term: str) -> tuple[int, int] | None:
        """First and last week of a term; ``None`` when there is no such term."""
        return next(((first, last) for name, first, last in self.terms if name == term), None)

    def meetings(self, activity: Activity) -> tuple[int, ...]:
        """Weeks in which an activity meets; every week of its term where the design names none."""
        span = self.term_span(activity.term)
        if span is None:
            return ()
        first, last = span
        if not activity.weeks:
            return tuple(range(first, last + 1))
        return tuple(sorted({first + week - 1 for week in activity.weeks if first + week - 1 <= last}))

    def last_weeks(self, months: int) -> list[int]:
        """For each week, the last week whose first day lies at most `months` after it."""
        return [bisect.bisect_right(self.dates, add_months(day, months)) - 1 for day in self.dates]


def practice_hours(
    credential: MicroCredential, calendar: Calendar, preparation_weight: float
) -> npt.NDArray[np.float64]:
    """Hours of practice in each week. Without activities the credential's hours spread over all weeks."""
    hours = np.zeros(calendar.weeks)
    if not credential.activities:
        hours[:] = credential.hours / calendar.weeks
    for activity in credential.activities:
        weeks = calendar.meetings(activity)
        for week in weeks:
            hours[week] += (activity.hours + preparation_weight * activity.preparation_hours) / len(weeks)
    return hours


def work_hours(credential: MicroCredential, calendar: Calendar) -> npt.NDArray[np.float64]:
    """Hours of work in each week, preparation included."""
    return practice_hours(credential, calendar, 1.0)


def first_weeks(credential: MicroCredential, calendar: Calendar) -> dict[int, list[Activity]]:
    """The activities of each term in which the credential's activities meet, by the week of the first meeting."""
    by_term: dict[str, list[Activity]] = {}
    for activity in credential.activities:
        if calendar.meetings(activity):
            by_term.setdefault(activity.term, []).append(activity)
    return {min(calendar.meetings(one)[0] for one in group): group for group in by_term.values()}


def offered_weeks(
    designed: MicroCredential,
    calendar: Calendar,
    offered: str,
    open_terms_after: int,
    changed: MicroCredential | None = None,
    again: tuple[str, ...] = (),
) -> npt.NDArray[np.bool_]:
    """Weeks in which a credential's assessment is offered.

    Parameters
    ----------
    designed : MicroCredential
        The credential as designed.
    calendar : Calendar
        The programme's weeks.
    offered : {"every-week", "after-first-meeting", "after-last-meeting"}
        From when on.
    open_terms_after : int
        Terms in which it stays open after the term of the last meeting.
    changed : MicroCredential, optional
        The credential with the scenario's changes, whose further activities make further offerings.
    again : tuple of str
        Terms of those offerings.

    Notes
    -----
    An activity spread over a whole term has no last meeting to wait for; it counts as taught from the term's middle.
    """
    weeks = np.zeros(calendar.weeks, np.bool_)
    if offered == "every-week" or not designed.activities:
        return ~weeks
    groups = [designed.activities]
    extra = (changed or designed).activities[len(designed.activities) :]
    groups += [tuple(one for one in extra if one.term == term) for term in again]
    for group in groups:
        meetings = sorted({week for activity in group for week in calendar.meetings(activity)})
        if not meetings:
            continue
        start = meetings[0] if offered == "after-first-meeting" else max(_taught_by(one, calendar) for one in group)
        last_term = min(calendar.term_of_week[meetings[-1]] + open_terms_after, len(calendar.terms) - 1)
        weeks[start : calendar.terms[last_term][2] + 1] = True
    return weeks


def _taught_by(activity: Activity, calendar: Calendar) -> int:
    meetings = calendar.meetings(activity)
    if not meetings:
        return 0
    return meetings[-1] if activity.weeks else meetings[len(meetings) // 2]
