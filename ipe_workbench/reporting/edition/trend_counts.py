"""What of the trend over terms may be shown: its counts are protected together with all others of the term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipe_workbench.records.privacy import TOTAL, Counts

if TYPE_CHECKING:
    from ipe_workbench.evaluation.trend import Series, Trend, TrendPoint
    from ipe_workbench.records.privacy import Release

__all__ = ["counts_of_trend", "shown_trend"]


def counts_of_trend(trend: Trend) -> dict[str, Counts]:
    """The counts behind the shares and means of a trend. Not for publication.

    Examples
    --------
    >>> from ipe_workbench.evaluation.trend import Series, Trend, TrendPoint
    >>> points = (TrendPoint("2026-fall", 20, 12, 0.6, 0.39, 0.78),)
    >>> counts_of_trend(Trend((), (Series("a", "A", "badge", (0, 1), points),)))["trend-shares"].frame["count"].tolist()
    [20, 12, 8]
    """
    import pandas as pd

    shares: list[tuple[str, str, str, int]] = []
    means: list[tuple[str, str, int]] = []
    for one in trend.series:
        for point in one.points:
            if point.n is None:
                continue
            if point.yes is None:
                means.append((one.id, point.term, point.n))
                continue
            counts = {TOTAL: point.n, "yes": point.yes, "no": point.n - point.yes}
            shares += [(one.id, point.term, outcome, count) for outcome, count in counts.items()]
    found = {}
    if shares:
        frame = pd.DataFrame(shares, columns=["credential", "at", "outcome", "count"])
        found["trend-shares"] = Counts(frame, {"trend": "shares"}, ("credential", "at"))
    if means:
        frame = pd.DataFrame(means, columns=["scale", "at", "count"])
        found["trend-means"] = Counts(frame, {"trend": "means"}, ("scale", "at"))
    return found


def shown_trend(trend: Trend, release: Release) -> Trend:
    """The trend with every point hidden that the release hides, or that could be worked out from what it hides.

    A share is hidden where everybody or nobody has the outcome, and all shares of a credential where the number of its
    holders is hidden elsewhere in the term's reports; a mean where it lies at an end of its scale.
    """
    hidden = set(release.hidden)
    keep = {
        (one.id, point.term): _may_show(one, point, release, hidden) for one in trend.series for point in one.points
    }
    return trend.shown(keep)


def _may_show(series: Series, point: TrendPoint, release: Release, hidden: set[Any]) -> bool:
    if point.yes is None:
        cells = [frozenset({("trend", "means"), ("scale", series.id), ("at", point.term)})]
        inside = point.value is not None and series.scale[0] < point.value < series.scale[1]
    else:
        common = {("trend", "shares"), ("credential", series.id), ("at", point.term)}
        cells = [frozenset(common), *(frozenset({*common, ("outcome", one)}) for one in ("yes", "no"))]
        cells.append(frozenset({("credential", series.id)}))
        inside = point.n is not None and 0 < point.yes < point.n
    return inside and not any(one in hidden for one in cells)
