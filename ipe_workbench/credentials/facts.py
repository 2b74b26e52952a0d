"""What is known of a learner when a rule is evaluated: awards, scores, hours and approvals, each with its date."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["ApprovalGiven", "Award", "Facts", "HoursRecorded", "ScoreReached", "add_months"]

_EARLIEST = datetime.date.min


@dataclass(frozen=True, slots=True)
class Award:
    """A badge that a learner was awarded.

    `expires` is the last day on which it counts, or ``None``; `hours` are the hours that the credential's design
    stated when it was awarded, and `version` is that design's: an award keeps it when the design moves on.

    Examples
    --------
    >>> from ipe_workbench.credentials import Facts, evaluate, parse_rule
    >>> held = Award("huddles", datetime.date(2026, 3, 2), expires=datetime.date(2028, 3, 1), hours=4)
    >>> days = datetime.date(2026, 3, 2), datetime.date(2028, 3, 2)
    >>> [evaluate(parse_rule("huddles"), Facts(awards=(held,)), on=day).satisfied for day in days]
    [True, False]
    """

    badge: str
    on: datetime.date
    expires: datetime.date | None = None
    hours: float = 0.0
    version: str = ""


@dataclass(frozen=True, slots=True)
class ScoreReached:
    """A score, as a share in [0, 1], in a credential's assessment.

    Examples
    --------
    >>> from ipe_workbench.credentials import Facts, evaluate, parse_rule
    >>> day = datetime.date(2026, 3, 2)
    >>> rule = parse_rule({"score": {"assessment": "huddles", "min": 0.8}})
    >>> evaluate(rule, Facts(scores=(ScoreReached("huddles", 0.85, day),)), on=day).satisfied
    True
    """

    assessment: str
    score: float
    on: datetime.date


@dataclass(frozen=True, slots=True)
class HoursRecorded:
    """Hours of attendance recorded on an activity.

    Examples
    --------
    >>> from ipe_workbench.credentials import Facts, evaluate, parse_rule
    >>> day = datetime.date(2026, 3, 2)
    >>> visits = tuple(HoursRecorded("ward-visit", 3, day) for _ in range(2))
    >>> evaluate(parse_rule({"hours": {"min": 8, "of": ["ward-visit"]}}), Facts(hours=visits), on=day).progress
    0.75
    """

    activity: str
    hours: float
    on: datetime.date


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A person in that role approved.

    Examples
    --------
    >>> from ipe_workbench.credentials import Facts, evaluate, parse_rule
    >>> day = datetime.date(2026, 3, 2)
    >>> rule = parse_rule({"approval": {"role": "programme-lead"}})
    >>> evaluate(rule, Facts(approvals=(ApprovalGiven("programme-lead", day),)), on=day).satisfied
    True
    """

    role: str
    on: datetime.date


@dataclass(frozen=True)
class Facts:
    """Everything a rule may ask about one learner.

    Examples
    --------
    >>> facts = Facts.holding(["roles", "huddles"], on=datetime.date(2026, 10, 1), profession="nursing")
    >>> [award.badge for award in facts.awards]
    ['roles', 'huddles']
    """

    profession: str | None = None
    awards: tuple[Award, ...] = ()
    scores: tuple[ScoreReached, ...] = ()
    hours: tuple[HoursRecorded, ...] = ()
    approvals: tuple[ApprovalGiven, ...] = ()

    @classmethod
    def holding(cls, badges: Iterable[str], on: datetime.date = _EARLIEST, profession: str | None = None) -> Facts:
        """Facts of a learner who was awarded these badges on one day and nothing else."""
        return cls(profession=profession, awards=tuple(Award(badge, on) for badge in badges))

    def known_on(self, day: datetime.date) -> Facts:
        """Only what has happened by that day and has not expired on it."""
        return replace(
            self,
            awards=tuple(a for a in self.awards if a.on <= day and (a.expires is None or a.expires >= day)),
            scores=tuple(s for s in self.scores if s.on <= day),
            hours=tuple(h for h in self.hours if h.on <= day),
            approvals=tuple(a for a in self.approvals if a.on <= day),
        )

    def between(self, first: datetime.date, last: datetime.date) -> Facts:
        """Only what is dated from `first` to `last`, both included."""
        return replace(
            self,
            awards=tuple(a for a in self.awards if first <= a.on <= last),
            scores=tuple(s for s in self.scores if first <= s.on <= last),
            hours=tuple(h for h in self.hours if first <= h.on <= last),
            approvals=tuple(a for a in self.approvals if first <= a.on <= last),
        )

    def dates(self) -> tuple[datetime.date, ...]:
        """Every date of the facts, once, in order."""
        return tuple(sorted({f.on for group in (self.awards, self.scores, self.hours, self.approvals) for f in group}))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, `months` later; the month's last day where it has no such day.

    Examples
    --------
    >>> add_months(datetime.date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > datetime.MAXYEAR:
        return datetime.date.max
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
