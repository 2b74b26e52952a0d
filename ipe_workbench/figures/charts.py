"""The drawing of four kinds of chart from plain values: dots with intervals, curves with bands, parts of a whole, bars
against a limit. The figures of the other modules say what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    COLOURS,
    GRID,
    INK,
    LABEL_SIZE,
    MUTED,
    PAPER,
    fitted,
    plain,
    quiet_axes,
    wrapped,
)

__all__ = [
    "PART_COLOURS",
    "Estimate",
    "Part",
    "draw_bars_against_limit",
    "draw_curves",
    "draw_dots",
    "draw_parts",
    "percent",
    "spread",
]


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; `later` is the value at a later time, shown hollow beside it."""

    label: str
    value: float
    low: float
    high: float
    later: float | None = None


@dataclass(frozen=True)
class Part:
    """One kind of part in stacked bars: its name and a value for each bar."""

    name: str
    values: tuple[float, ...]


_NBSP = "\N{NO-BREAK SPACE}"
#: Hatches tell the parts apart where colours do not print.
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "oo", "++")
PART_COLOURS = ("#d55e00", "#3d9bd6", "#e8bb4a", "#b7699a", "#7fc8ae", "#9aa5b1", "#005a8f", "#dfe4ea")


def percent(value: float) -> str:
    r"""A share as a percentage: whole, but never 0 or 100 for what is not quite.

    Examples
    --------
    >>> percent(0.834), percent(0.997), percent(1.0), percent(0.001)
    ('83\xa0%', '>99\xa0%', '100\xa0%', '<1\xa0%')
    """
    rounded = round(100 * value)
    if rounded == 0 and value > 0:
        return f"<1{_NBSP}%"
    if rounded == 100 and value < 1:
        return f">99{_NBSP}%"
    return f"{rounded}{_NBSP}%"


def draw_dots(
    axes: Axes, rows: Sequence[Estimate], *, labels: bool = True, room: float = 3.4, numbers: bool = True
) -> None:
    """Shares in [0, 1] as dots with intervals, the first row on top; `later` values as hollow diamonds."""
    for line, row in enumerate(rows):
        if row.later is not None:
            axes.plot([row.value, row.later], [line, line], color=GRID, linewidth=2, solid_capstyle="round", zorder=1)
            axes.plot(
                [row.later], [line], marker="D", markersize=6, markerfacecolor=PAPER, markeredgecolor=MUTED, zorder=2
            )
        axes.plot(
            [row.low, row.high], [line, line], color=ACCENT, linewidth=3.5, alpha=0.45, solid_capstyle="butt", zorder=3
        )
        axes.plot([row.value], [line], marker="o", markersize=7, color=ACCENT, zorder=4, clip_on=False)
        if numbers:
            not_yet = row.high == 0 and bool(row.later)
            axes.annotate(
                "not yet" if not_yet else percent(row.value),
                (1, line),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                size=10,
                weight="normal" if not_yet else "bold",
                annotation_clip=False,
            )
    names = [fitted(row.label, room, size=LABEL_SIZE) for row in rows] if labels else ["" for _ in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    quiet_axes(axes)
    axes.tick_params(axis="y", pad=9)  # a dot at nought must not touch its label


def draw_curves(
    axes: Axes, weeks: Sequence[float], curves: Sequence[tuple[str, Sequence[float], Sequence[float], Sequence[float]]]
) -> None:
    """Shares by week: (name, mean, low, high) each, named at their end; at most eight."""
    top = _round_top(max(max(high) for _, _, _, high in curves))
    ends = spread([mean[-1] / top for _, mean, _, _ in curves], 0.065)
    for number, (name, mean, low, high) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        style = ("-", "--", "-.", ":")[number % 4]
        axes.fill_between(list(weeks), list(low), list(high), color=colour, alpha=0.2, linewidth=0)
        axes.plot(list(weeks), list(mean), color=colour, linewidth=2, linestyle=style)
        axes.annotate(
            f"{plain(name, 40)}  {percent(mean[-1])}", (1, ends[number]), xycoords="axes fraction", xytext=(8, 0),
            textcoords="offset points", va="center", size=9.5, color=colour, weight="bold", annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(0, top)
    steps = [top * step / 4 for step in range(5)]
    axes.set_yticks(steps, [f"{100 * step:.3g}" + (f"{_NBSP}%" if step == top else "") for step in steps])
    quiet_axes(axes, grid="y")


def draw_parts(axes: Axes, labels: Sequence[str], parts: Sequence[Part], *, room: float = 3.4) -> None:
    """Shares in [0, 1] as stacked horizontal bars, the first on top; wide parts carry their number."""
    starts = [0.0] * len(labels)
    for number, part in enumerate(parts):
        axes.barh(
            range(len(labels)), part.values, left=starts, height=0.72, color=PART_COLOURS[number % len(PART_COLOURS)],
            edgecolor=PAPER, linewidth=0.8, hatch=_HATCHES[number % len(_HATCHES)], label=plain(part.name),
        )  # fmt: skip
        for line, (start, value) in enumerate(zip(starts, part.values, strict=True)):
            if value >= 0.06:
                axes.text(
                    start + value / 2, line, f"{100 * value:.0f}", ha="center", va="center", size=9,
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.88},
                )  # fmt: skip
        starts = [start + value for start, value in zip(starts, part.values, strict=True)]
    axes.set_yticks(range(len(labels)), [fitted(label, room, size=LABEL_SIZE) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(0, max([*starts, 0.1]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    quiet_axes(axes)


def draw_bars_against_limit(axes: Axes, bars: Sequence[Estimate], limit: float | None) -> None:
    """Hours as bars with intervals; those above the limit stand out by colour and by a hatch."""
    for place, bar in enumerate(bars):
        over = limit is not None and bar.value > limit
        axes.bar(
            [place], [bar.value], width=0.62, color=ALARM if over else ACCENT, hatch="///" if over else "",
            edgecolor=PAPER, zorder=2,
        )  # fmt: skip
        axes.plot([place, place], [bar.low, bar.high], color=INK, linewidth=1.6, zorder=3)
        axes.annotate(
            f"{bar.value:,.0f}", (place, max(bar.high, bar.value)), xytext=(0, 4), textcoords="offset points",
            ha="center", size=10, weight="bold",
        )  # fmt: skip
    top = max([bar.high for bar in bars] + ([limit] if limit is not None else []) + [1.0])
    if limit is not None:
        axes.axhline(limit, color=INK, linewidth=1.4, linestyle=(0, (5, 3)), zorder=4)
        axes.annotate(
            f"capacity {limit:,.0f} h", (0, limit), xycoords=("axes fraction", "data"), xytext=(2, 4),
            textcoords="offset points", size=9.5, va="bottom",
            bbox={"boxstyle": "round,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85}, zorder=5,
        )  # fmt: skip
    axes.set_ylim(0, top * 1.22)
    axes.set_xticks(range(len(bars)), [wrapped(bar.label, 7) for bar in bars])
    axes.set_xlim(-0.6, len(bars) - 0.4)
    quiet_axes(axes, grid="y")


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The places moved apart to be at least `gap` from one another, in the same order of height.

    Examples
    --------
    >>> [round(place, 2) for place in spread([0.5, 0.51, 0.9], 0.1)]
    [0.46, 0.56, 0.9]
    """
    order = sorted(range(len(places)), key=lambda number: places[number])
    blocks: list[tuple[list[int], float]] = []
    for number in order:
        members, centre = [number], places[number]
        while (
            blocks and centre - gap * (len(members) - 1) / 2 < blocks[-1][1] + gap * (len(blocks[-1][0]) - 1) / 2 + gap
        ):
            before, _ = blocks.pop()
            members = before + members
            centre = sum(places[one] for one in members) / len(members)
        blocks.append((members, centre))
    moved = [0.0] * len(places)
    for members, centre in blocks:
        for step, number in enumerate(members):
            moved[number] = centre + gap * (step - (len(members) - 1) / 2)
    return moved


def _round_top(share: float) -> float:
    """The upper end of an axis: the least of a few round shares that holds the value."""
    return next((top for top in (0.1, 0.2, 0.4, 0.6, 0.8) if share <= top), 1.0)
