"""The trend over terms as small multiples: one panel a series, a line only where terms may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import percent
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    GRID,
    LABEL_SIZE,
    MUTED,
    broken,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    from ipe_workbench.evaluation.trend import Series, Trend

__all__ = ["MOST_TERMS", "term_trends", "trend_value"]

#: Terms that a panel has room for: the last ones are shown.
MOST_TERMS = 8
_WIDTH, _COLUMNS, _PANEL = 10.5, 3, 1.95
_WORDS = {"badge": "badges", "stack": "stacks", "instrument": "scales"}


def trend_value(series: Series, value: float) -> str:
    r"""A value of a series in words: a percentage of shares, two decimals of means.

    Examples
    --------
    >>> from ipe_workbench.evaluation.trend import Series
    >>> trend_value(Series("a", "A", "badge", (0, 1), ()), 0.83)
    '83\xa0%'
    >>> trend_value(Series("a", "A", "instrument", (1, 5), ()), 4)
    '4.00'
    """
    return f"{value:.2f}" if series.kind == "instrument" else percent(value)


def term_trends(trend: Trend, kind: str) -> AccessibleFigure:
    r"""Badges, stacks or instruments over the terms, with intervals and breaks.

    Parameters
    ----------
    trend : Trend
        What may be shown.
    kind : {"badge", "stack", "instrument"}
        Of what.

    Examples
    --------
    >>> from ipe_workbench.evaluation.trend import Series, Trend, TrendPoint, TrendTerm
    >>> terms = tuple(TrendTerm(f"{one}-fall", f"Fall {one}", f"{one}-09-01", f"{one + 1}-01-10") for one in (26, 27))
    >>> points = (TrendPoint("26-fall", 40, 20, 0.5, 0.35, 0.65), TrendPoint("27-fall", 50, 40, 0.8, 0.67, 0.89))
    >>> figure = term_trends(Trend(terms, (Series("a", "Huddles", "badge", (0, 1), points),)), "badge")
    >>> figure.alt.replace("\xa0", " ")
    'Trend of 1 of the badges over 2 terms. Huddles: Fall 26 50 %, Fall 27 80 %.'
    """
    series = [one for one in trend.series if one.kind == kind and any(not each.hidden for each in one.points)]
    rows = max(1, -(-len(series) // _COLUMNS))
    breaks = sum(len(one.breaks) for one in series)
    title = _finding(series, kind)
    note = (
        "Dot and bar: value and 95 % interval. A line joins terms that may be compared; a dashed upright line marks a "
        "break, where what was asked for or how it was asked changed. A cross at the foot: hidden, too few learners."
    )
    with house_style():
        figure, (_, high) = titled_figure(
            title, width=_WIDTH, height=rows * _PANEL - 0.2, note=note, source=f"Records until {_last(trend)}.",
            tag="practice" if trend.invented else "",
        )  # fmt: skip
        tall = figure.get_figheight()
        wide = (_WIDTH - 0.9) / _COLUMNS
        for place, one in enumerate(series):
            row, column = divmod(place, _COLUMNS)
            top = high - (row * _PANEL + 0.45) / tall
            height = (_PANEL - 0.95) / tall
            axes = figure.add_axes(((0.62 + column * wide) / _WIDTH, top - height, (wide - 0.55) / _WIDTH, height))
            _draw(axes, one, trend, wide - 0.4, _bottom(series))
    told = "; ".join(_told(one, trend) for one in series) or "nothing may be shown"
    count = f"{len(series)} of the {_WORDS[kind]}"
    alt = f"Trend of {count} over {len(trend.terms[-MOST_TERMS:])} terms. {told}."
    marked = f", with {breaks} break{'s' * (breaks > 1)} marked" if breaks else ""
    caption = f"{_WORDS[kind].capitalize()} over the terms{marked}."
    return AccessibleFigure(figure, alt=alt, title=title, caption=caption)


def _bottom(series: list[Series]) -> float | None:
    """One half, where all shares of the figure lie above it, so that their changes show; else the end of the scale."""
    lows = [point.low for one in series for point in one.points if point.low is not None]
    return 0.5 if lows and min(lows) > 0.55 and series[0].scale == (0.0, 1.0) else None


def _draw(axes: Axes, series: Series, trend: Trend, room: float, bottom: float | None) -> None:
    terms = [one.id for one in trend.terms[-MOST_TERMS:]]
    places = {id: at for at, id in enumerate(terms)}
    low, high = series.scale if bottom is None else (bottom, series.scale[1])
    for run in series.runs():
        shown = [(places[one.term], one) for one in run if one.term in places]
        axes.plot([at for at, _ in shown], [one.value or 0.0 for _, one in shown], color=ACCENT, linewidth=1.8,
                  marker="o", markersize=5.5)  # fmt: skip
        for at, one in shown:
            if one.low is not None and one.high is not None:
                axes.plot([at, at], [one.low, one.high], color=ACCENT, linewidth=4, alpha=0.35, solid_capstyle="butt")
    for one in series.points:
        if one.hidden and one.term in places:
            axes.plot([places[one.term]], [low], marker="x", markersize=6, color=MUTED, clip_on=False)
    for each in series.breaks:
        if each.term in places:
            before = places.get(each.before, places[each.term] - 1)
            axes.axvline((before + places[each.term]) / 2, color=ALARM, linewidth=1.5, linestyle=(0, (4, 2)))
    _label_last(axes, series, places, (low, high))
    axes.set_title(
        "\n".join(broken(series.title, room, size=LABEL_SIZE, lines=2, weight="bold")), size=LABEL_SIZE, weight="bold",
        loc="left", pad=5,
    )  # fmt: skip
    axes.set_xlim(-0.4, len(terms) - 0.6)
    axes.set_ylim(low, high)
    axes.set_yticks([low, (low + high) / 2, high], [_tick(series, one) for one in (low, (low + high) / 2, high)])
    titles = {one.id: one.title for one in trend.terms}
    axes.set_xticks(range(len(terms)), [_short(titles[one]) for one in terms])
    quiet_axes(axes, grid="y")
    axes.tick_params(axis="both", labelsize=7.5)
    axes.axhline(low, color=GRID, linewidth=1)


def _label_last(axes: Axes, series: Series, places: dict[str, int], scale: tuple[float, float]) -> None:
    """The number of the last point that is shown, above it or, near the top, below."""
    shown = [one for one in series.points if one.value is not None and one.term in places]
    if not shown or shown[-1].value is None:
        return
    last, low, high = shown[-1], *scale
    up = (shown[-1].value - low) / (high - low) < 0.6
    axes.annotate(
        trend_value(series, shown[-1].value), (places[last.term], shown[-1].value), xytext=(0, 12 if up else -12),
        textcoords="offset points", ha="center", va="center", size=9, weight="bold",
    )  # fmt: skip


def _tick(series: Series, value: float) -> str:
    return f"{value:g}" if series.kind == "instrument" else percent(value)


def _short(title: str) -> str:
    """A term's title over two lines, its year as two digits, so that eight fit."""
    words = plain(title, 24).split()
    return "\n".join(one[:4] if not one.isdigit() else f"’{one[-2:]}" for one in words[:2])


def _told(series: Series, trend: Trend) -> str:
    titles = {one.id: one.title for one in trend.terms}
    broken_at = {one.term: one.why for one in series.breaks}
    parts = []
    for one in series.points:
        words = "hidden" if one.value is None else trend_value(series, one.value)
        mark = f"break ({broken_at[one.term]}), then " if one.term in broken_at else ""
        parts.append(f"{mark}{titles.get(one.term, one.term)} {words}")
    return f"{plain(series.title, 90)}: {', '.join(parts)}"


def _finding(series: list[Series], kind: str) -> str:
    if not series:
        return f"No {_WORDS[kind]} may be shown yet"
    moved = [change for one in series if (change := one.last_change()) is not None]
    up, down = (sum(one[3] > 0 for one in moved), sum(one[4] < 0 for one in moved))
    breaks = sum(bool(one.breaks) for one in series)
    end = f"; {breaks} with a break" if breaks else ""
    if not moved:
        return f"No two terms of the {_WORDS[kind]} can be compared yet{end}"
    if not up and not down:
        return f"None of {len(moved)} comparable {_WORDS[kind]} changed beyond chance{end}"
    return f"Of {len(moved)} comparable {_WORDS[kind]}, {up} rose and {down} fell beyond chance{end}"


def _last(trend: Trend) -> str:
    return f"the end of {plain(trend.terms[-1].title, 60)}" if trend.terms else "no term"
