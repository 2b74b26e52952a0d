"""Points, series and the whole of a trend over terms, as values that are shown, compared, stored and hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.trend_breaks import Break

__all__ = ["Kind", "Series", "Trend", "TrendPoint", "TrendTerm"]

Kind = Literal["badge", "stack", "instrument"]


@dataclass(frozen=True)
class TrendTerm:
    """A term, from its first day until the day before `until`: the break after it belongs to it."""

    id: str
    title: str
    starts: str
    until: str


@dataclass(frozen=True)
class TrendPoint:
    """What a term says: learners, those with the outcome (shares only), the value with its 95 % interval.

    All but the term is missing where it is hidden.
    """

    term: str
    n: int | None
    yes: int | None
    value: float | None
    low: float | None
    high: float | None

    @property
    def hidden(self) -> bool:
        """Whether it rests on too few learners to be shown."""
        return self.n is None

    @classmethod
    def of_share(cls, term: str, n: int, yes: int) -> TrendPoint:
        """The share of `yes` among `n` learners, at least one, with Wilson's interval.

        Examples
        --------
        >>> point = TrendPoint.of_share("2026-fall", 20, 12)
        >>> point.value, round(point.low, 3), round(point.high, 3)
        (0.6, 0.387, 0.781)
        """
        low, high = proportion_confint(yes, n, method="wilson")
        return cls(term, n, yes, yes / n, float(low), float(high))

    @classmethod
    def of_mean(cls, term: str, scores: Any) -> TrendPoint:
        """The mean of the scores of learners, at least one, with its t interval; one score has none.

        Examples
        --------
        >>> point = TrendPoint.of_mean("2026-fall", [3, 4, 5])
        >>> point.n, point.value, round(point.low, 2), round(point.high, 2)
        (3, 4.0, 1.52, 6.48)
        """
        n, mean = len(scores), float(np.mean(scores))
        if n < 2:
            return cls(term, n, None, mean, None, None)
        low, high = t_interval(mean, float(stats.sem(scores)), n - 1, 0.95)
        return cls(term, n, None, mean, low, high)


@dataclass(frozen=True)
class Series:
    """One line of the trend: a badge, a stack, or a scale of an instrument in one frame.

    Parameters
    ----------
    id, title, kind
        What it is of.
    scale : (float, float)
        Ends of the values: 0 and 1 of shares.
    points : tuple of TrendPoint
        Of the terms that have one, in their order.
    breaks : tuple of Break
        Between points.
    """

    id: str
    title: str
    kind: Kind
    scale: tuple[float, float]
    points: tuple[TrendPoint, ...]
    breaks: tuple[Break, ...] = ()

    def runs(self) -> Iterator[tuple[TrendPoint, ...]]:
        """The points that may be joined by a line: no break and nothing hidden between them."""
        run: list[TrendPoint] = []
        broken = {one.term for one in self.breaks}
        for point in self.points:
            if run and (point.hidden or point.term in broken):
                yield tuple(run)
                run = []
            if not point.hidden:
                run.append(point)
        if run:
            yield tuple(run)

    def last_change(self) -> tuple[TrendPoint, TrendPoint, float, float, float] | None:
        """The last two points, where they may be compared: before, now, difference with its 95 % interval.

        Of shares by Newcombe's hybrid score interval, of means by Welch's.

        References
        ----------
        Newcombe RG. Stat Med 1998;17:873, method 10.

        Examples
        --------
        >>> points = tuple(TrendPoint.of_share(term, n, yes) for term, n, yes in (("2026", 80, 48), ("2027", 70, 56)))
        >>> _, _, *change = Series("a", "A", "badge", (0, 1), points).last_change()
        >>> [round(float(one), 4) for one in change]  # its example a: 0.2 (0.0524 to 0.3339)
        [0.2, 0.0524, 0.3339]
        """
        if len(self.points) < 2 or any(one.term == self.points[-1].term for one in self.breaks):
            return None
        before, now = self.points[-2:]
        ends = [one for point in (before, now) for one in (point.value, point.low, point.high)]
        if any(one is None for one in ends):
            return None
        first, low_1, high_1, second, low_2, high_2 = (float(one) for one in ends if one is not None)
        return before, now, *_difference((first, low_1, high_1), (second, low_2, high_2))


@dataclass(frozen=True)
class Trend:
    """Terms and series; `invented` says that no real person is in it."""

    terms: tuple[TrendTerm, ...]
    series: tuple[Series, ...]
    invented: bool = False

    def of(self, kind: Kind) -> tuple[Series, ...]:
        """The series of one kind."""
        return tuple(one for one in self.series if one.kind == kind)

    def to_frame(self) -> pd.DataFrame:
        """``kind, id, title, term, n, value, low, high, hidden, break``: one row a point."""
        rows = [
            {
                "kind": one.kind, "id": one.id, "title": one.title, "term": point.term, "n": point.n,
                "value": point.value, "low": point.low, "high": point.high, "hidden": point.hidden,
                "break": "; ".join(each.why for each in one.breaks if each.term == point.term),
            }
            for one in self.series
            for point in one.points
        ]  # fmt: skip
        columns = ["kind", "id", "title", "term", "n", "value", "low", "high", "hidden", "break"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Trend:
        """From plain JSON.

        Examples
        --------
        >>> trend = Trend((TrendTerm("a", "A", "2026-08-24", "2027-01-11"),), ())
        >>> Trend.from_dict(trend.to_dict()) == trend
        True
        """
        series = tuple(
            Series(
                one["id"], one["title"], one["kind"], (one["scale"][0], one["scale"][1]),
                tuple(TrendPoint(**each) for each in one["points"]), tuple(Break(**each) for each in one["breaks"]),
            )
            for one in told["series"]
        )  # fmt: skip
        return cls(tuple(TrendTerm(**one) for one in told["terms"]), series, bool(told["invented"]))

    def shown(self, keep: Mapping[tuple[str, str], bool]) -> Trend:
        """The trend with what may not be shown hidden; `keep` says by series and term what may."""

        def cut(series: str, point: TrendPoint) -> TrendPoint:
            return point if keep.get((series, point.term)) else TrendPoint(point.term, *[None] * 5)

        series = (replace(one, points=tuple(cut(one.id, each) for each in one.points)) for one in self.series)
        return replace(self, series=tuple(series))


def _difference(before: tuple[float, float, float], now: tuple[float, float, float]) -> tuple[float, float, float]:
    """Now minus before, from the two intervals (MOVER, which for Wilson's is Newcombe's)."""
    (first, low_1, high_1), (second, low_2, high_2) = before, now
    change = second - first
    below = np.hypot(second - low_2, high_1 - first)
    above = np.hypot(high_2 - second, first - low_1)
    return change, float(change - below), float(change + above)
