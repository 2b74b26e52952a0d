"""Points and hours as whole numbers for the solver."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from ipe_workbench.credentials.rules import Hours, Points, Rule, walk

__all__ = ["Units"]

#: Amounts closer than this are the same (`completion.ROUNDING`).
_DECIMALS = 9
_MOST = 10**8


class Units:
    """By what points and hours have to be multiplied to be whole numbers.

    Parameters
    ----------
    met, unmet : Rule
        The rule to satisfy, and the one not to.
    amounts : int
        How many amounts of hours there are at most.

    Notes
    -----
    Points are given, so their common denominator will do. Hours are whatever real numbers make sums of some of them
    reach marks and others not. If there are such numbers, there are some at a corner of these inequalities, made
    strict: fractions whose denominators are determinants of matrices of zeros and ones with `amounts` + 1 rows.
    Rounding them up to a unit as small as that, divided by the number of amounts, keeps each sum on its side.
    Hadamard's bound gives the largest such determinant; a unit is never less than ten billionths of an hour, since
    sums are rounded to one billionth.
    """

    def __init__(self, met: Rule, unmet: Rule, amounts: int) -> None:
        parts = [part for rule in (met, unmet) for part in walk(rule)]
        points = [part.points for part in parts if isinstance(part, Points)]
        self._points: int = _denominator(
            one for part in points for one in (part.min, *(item.points for item in part.from_))
        )
        scale: int = _denominator(part.hours.min for part in parts if isinstance(part, Hours))
        rows = min(amounts + 1, 40)
        largest = math.pow(rows + 1, (rows + 1) / 2) / 2**rows
        self._hours: int = scale * max(1, min(math.ceil(amounts * largest), _MOST // scale))
        asked = (part.hours.min for part in walk(met) if isinstance(part, Hours))
        self.most_hours = self.hours(max(asked, default=0.0))

    def points(self, amount: float) -> int:
        """Points in units."""
        return round(_exact(amount) * self._points)

    def hours(self, amount: float) -> int:
        """Hours in units."""
        return round(_exact(amount) * self._hours)

    def in_hours(self, units: int) -> float:
        """Units in hours."""
        return units / self._hours


def _exact(amount: float) -> Fraction:
    return Fraction(str(round(amount, _DECIMALS)))


def _denominator(amounts: Iterable[float]) -> int:
    return math.lcm(*(_exact(one).denominator for one in amounts))
