"""Moments as credentials write them: ISO 8601 with a zone."""

from __future__ import annotations

import datetime
import re

__all__ = ["CLOCK_SKEW", "moment", "written"]

#: By how much the clocks of issuer and verifier may differ.
CLOCK_SKEW = datetime.timedelta(minutes=5)

# XML Schema dateTimeStamp; fractions of a second are allowed, a missing zone is not.
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})")


def moment(text: object) -> datetime.datetime | None:
    """The moment that a text names, or ``None`` when it names none.

    Examples
    --------
    >>> moment("2026-09-01T10:00:00+02:00").isoformat()
    '2026-09-01T10:00:00+02:00'
    >>> moment("2026-09-01T10:00:00") is None
    True
    """
    if not isinstance(text, str):
        return None
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    fraction = (found[3] or "")[:7]
    try:
        return datetime.datetime.fromisoformat(
            f"{found[1]}T{found[2]}{fraction}{'+00:00' if found[4] == 'Z' else found[4]}"
        )
    except ValueError:
        return None


def written(when: datetime.datetime) -> str:
    """A moment in UTC, to the second.

    Examples
    --------
    >>> written(datetime.datetime(2026, 9, 1, 8, tzinfo=datetime.UTC))
    '2026-09-01T08:00:00Z'
    """
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
