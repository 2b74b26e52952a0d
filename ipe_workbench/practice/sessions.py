"""Sessions that were held and who came."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass

from ipe_workbench.credentials.model import Activity
from ipe_workbench.practice.cohort import Cohort

__all__ = ["attendance", "offerings"]

#: Hours of one meeting at most; what is longer is spread over more meetings, up to the weeks in which it meets.
_MEETING = 4.0
_STATUS = ("present", "late", "excused", "absent")
_SHARES = (0.90, 0.03, 0.04, 0.03)
#: Share of those who have nothing to do with a credential's assessment who still come to its sessions.
_NO_ATTEMPT = 0.3


@dataclass(frozen=True)
class _Session:
    credential: str
    activity: Activity
    #: Days from the first day of the term to the first day of each week in which it meets.
    weeks: tuple[datetime.date, ...]
    meetings: int

    @property
    def hours(self) -> float:
        return min(24.0, round(self.activity.hours / self.meetings, 2))


def offerings(cohort: Cohort) -> Iterator[tuple[object, ...]]:
    """``offering, activity, credential, term, starts, ends, room, seats``, one row an activity."""
    for one in _sessions(cohort):
        starts, ends = one.weeks[0], one.weeks[-1] + datetime.timedelta(days=4)
        activity = one.activity
        yield (
            activity.id, activity.id, one.credential, activity.term, starts, ends, activity.room or "", None,
        )  # fmt: skip


def attendance(cohort: Cohort) -> Iterator[tuple[object, ...]]:
    """``learner, offering, on, status, hours``: who takes a credential comes, mostly; a team comes on one day."""
    tried = {(one.learner, one.credential) for one in cohort.tries}
    for session in _sessions(cohort):
        random = cohort.random("attendance", session.activity.id)
        teams = cohort.team_of(session.activity.term)
        open_to = [
            place
            for place, learner in enumerate(cohort.learners)
            if place in teams and cohort.programme.may_earn(session.credential, learner.profession)
        ]
        comes = random.random(len(open_to))
        status = random.choice(len(_STATUS), p=_SHARES, size=(len(open_to), session.meetings))
        for row, place in enumerate(open_to):
            if (place, session.credential) not in tried and comes[row] > _NO_ATTEMPT:
                continue
            for meeting in range(session.meetings):
                day = _day(session, meeting, teams[place])
                if not cohort.there(place, day):
                    break
                said = _STATUS[status[row, meeting]]
                yield (
                    cohort.learners[place].id, session.activity.id, day, said,
                    session.hours if said in ("present", "late") else 0,
                )  # fmt: skip


def _sessions(cohort: Cohort) -> Iterator[_Session]:
    terms = {one.id: one for one in cohort.programme.info.terms}
    seen = set()
    for id, credential in cohort.programme.credentials.items():
        for activity in credential.activities:
            term = terms.get(activity.term)
            if term is None or activity.id in seen:  # an activity that two credentials share is held once
                continue
            seen.add(activity.id)
            weeks = [week for week in activity.weeks if week <= term.weeks] or list(range(1, term.weeks + 1))
            starts = tuple(term.start + datetime.timedelta(weeks=week - 1) for week in sorted(weeks))
            meetings = min(len(starts), max(1, math.ceil(activity.hours / _MEETING)))
            yield _Session(id, activity, starts, meetings)


def _day(session: _Session, meeting: int, team: int) -> datetime.date:
    """The day of a team's meeting: teams take turns over the weeks and the working days."""
    room = len(session.weeks) // session.meetings
    week = session.weeks[meeting * room + team % room]
    return week + datetime.timedelta(days=(team // room) % 5)
