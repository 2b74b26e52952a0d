"""The days on which the events of a made-up learner happen, as whole numbers in which months are equally long."""

from __future__ import annotations

import calendar
import datetime
from typing import Any

__all__ = ["Days"]

_YEAR = 2001
#: Every length that months can have one after the other (without the odd centuries) begins in one of so many months.
_CYCLE = 48
#: The last month that is used: the calendar ends with the year 9999.
_MOST_MONTHS = 12 * 7900


class Days:
    """The days that are enough to tell rules apart.

    Parameters
    ----------
    events : int
        How many events there are at most.
    months : int
        The length of the longest time window; 0 where there is none.

    Notes
    -----
    A rule asks of days only which comes first, and whether one is more than some whole months after another. Write a
    day as 31 times its month plus its day in the month. Then "the same day so many months later, or the month's last"
    (`facts.add_months`) is a sum: a day is on or before that one exactly when its number is no greater than the number
    of the first plus 31 for each month, since what is cut off at a month's end are numbers that no day has.

    With at most 28 events only the order of their days in the month matters, and the days 1 to 28, which every month
    has, are enough. With more, every real day is on offer, from a month of each kind on. Of a gap without events longer
    than the longest window, whole months can be taken out, and nothing changes; so the months needed are counted.
    """

    def __init__(self, events: int, months: int) -> None:
        from ortools.sat.python import cp_model

        events = max(events, 1)
        if months == 0:
            self._slots, count = events, 1
            self.domain: Any = cp_model.Domain(0, events - 1)
        elif events <= 28:
            self._slots, count = events, events * (months + 1)
            self.domain = cp_model.Domain(0, count * events - 1)
        else:
            self._slots, count = 31, min(_CYCLE + events * (months + 1 + _CYCLE), _MOST_MONTHS)
            lengths = (calendar.monthrange(_YEAR + at // 12, at % 12 + 1)[1] for at in range(count))
            self.domain = cp_model.Domain.from_intervals(
                [[31 * at, 31 * at + length - 1] for at, length in enumerate(lengths)]
            )
        self.last = self._slots * count - 1
        self._within_month = months > 0

    def months(self, count: int) -> int:
        """By how many the number of a day grows in so many months."""
        return self._slots * count

    def date(self, number: int) -> datetime.date:
        """The day with that number."""
        if not self._within_month:
            return datetime.date(_YEAR, 1, 1) + datetime.timedelta(days=number)
        month, day = divmod(number, self._slots)
        return datetime.date(_YEAR + month // 12, month % 12 + 1, day + 1)
