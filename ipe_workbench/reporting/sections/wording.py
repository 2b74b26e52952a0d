"""How the sections word numbers, lists and marks."""

from __future__ import annotations

import datetime

from ipe_workbench.figures.charts import percent
from ipe_workbench.reporting.html import Html, Number
from ipe_workbench.reporting.term_report import Share

__all__ = ["SIMULATED", "day", "interval", "sentence", "share", "share_cell"]

#: Stands beside every number that was simulated.
SIMULATED = Html('<span class="simulated">simulated</span>')


def share(value: Share) -> str:
    r"""A share with its interval.

    Examples
    --------
    >>> share(Share("a", "A", 0.93, 0.91, 0.95)).replace("\xa0", " ")
    '93 % (91 to 95 %)'
    """
    return f"{percent(value.mean)}{interval(value.low, value.high)}"


def share_cell(value: Share | None) -> Number:
    """A share as a cell of a table; a dash where nobody may earn it."""
    return Number(share(value) if value else "–")


def interval(low: float, high: float) -> str:
    """The interval in brackets, with a leading blank; nothing where a single replicate gave none."""
    if low != low or high != high:
        return ""
    return f" ({percent(low).removesuffix('%').rstrip()} to {percent(high)})"


def sentence(text: str) -> str:
    """The text as a sentence: with a full stop, unless it ends with one already.

    Examples
    --------
    >>> sentence("Nothing keeps learners from the badges"), sentence("We ask why.")
    ('Nothing keeps learners from the badges.', 'We ask why.')
    """
    return text if text.rstrip("”’)").endswith((".", "!", "?", "…")) else f"{text}."


def day(date: datetime.date) -> str:
    """The date as people write it.

    Examples
    --------
    >>> day(datetime.date(2026, 8, 24))
    '24 August 2026'
    """
    return f"{date.day} {date:%B %Y}"
