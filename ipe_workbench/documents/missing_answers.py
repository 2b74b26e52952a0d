"""What stands in a table where nobody answered: words that say so, and numbers that only look like answers."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["MISSING", "codes_among"]

#: What stands where nobody answered, in the exports of statistics programs and spreadsheets.
MISSING = frozenset(("na", "n/a", "#n/a", "#nv", "nan", "null", "-", "."))
#: Numbers that studies write for a missing answer; they are asked about, never dropped in silence.
_CODES = frozenset((77, 88, 97, 98, 99, 777, 888, 999, -1, -7, -8, -9, -66, -77, -88, -99, -888, -999, -9999))
#: No scale of answers from 0 to this has a step called 77.
_HIGHEST = 20


def codes_among(values: Iterable[float]) -> list[float]:
    """Those values that look like codes for a missing answer, such as 99: far outside of the scale of the others.

    Examples
    --------
    >>> codes_among([1, 4, 99, 5]), codes_among([60, 85, 99]), codes_among([-1, 0, 1])
    ([99], [], [])
    """
    different = set(values)
    others = different - _CODES
    if not others or not 0 <= min(others) <= max(others) <= _HIGHEST:
        return []
    # A step beside the others, as -1 beside 0 and 1, belongs to their scale.
    return sorted(one for one in different & _CODES if not min(others) - 1 <= one <= max(others) + 1)
