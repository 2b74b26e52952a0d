"""Figures of the dashboards, from plain values and words that are in the visitor's language already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import Estimate, Part, draw_dots, draw_parts, spread
from ipe_workbench.figures.style import (
    COLOURS,
    INK,
    LABEL_SIZE,
    PAPER,
    broken,
    house_style,
    quiet_axes,
    titled_figure,
    wrapped,
)

__all__ = ["dots_figure", "lines_figure", "parts_figure"]

_WIDTH = 5.8
#: From little to much, told apart without colour, too (lightness falls by a third at each step).
_STEPS = ("#dcebf6", "#a3cbe6", "#4f97c6", "#005a8f", "#00324f")


def parts_figure(
    title: str,
    labels: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    *,
    rest: tuple[str, Sequence[float]] | None = None,
    alt: str,
    caption: str,
) -> AccessibleFigure:
    """Stacked bars of shares of steps, such as levels: the first part is the least of them, and the palest.

    Parameters
    ----------
    title : str
        The finding.
    labels : sequence of str
        A bar each, the first on top.
    parts : mapping of str to sequence of float
        Names of the parts, with a share in [0, 1] for each bar.
    rest : (str, sequence of float), optional
        A last part that stands for nothing: pale, without a hatch.
    alt, caption : str
        The message in words, and how to read the figure.

    Examples
    --------
    >>> parts_figure("Half is done", ["Roles"], {"done": [0.5]}, rest=("not yet", [0.5]), alt="Half.", caption="").title
    'Half is done'
    """
    with house_style():
        figure, (bottom, top) = titled_figure(title, width=_WIDTH, height=0.42 * len(labels) + 0.75)
        left, ticks, key = 0.36, 0.3 / figure.get_figheight(), 0.34 / figure.get_figheight()
        axes = figure.add_axes((left, bottom + ticks, 0.6, top - bottom - ticks - key))
        drawn = [Part(name, tuple(values)) for name, values in parts.items()]
        draw_parts(axes, labels, [*drawn, *([Part(rest[0], tuple(rest[1]))] if rest else [])], room=left * _WIDTH - 0.2)
        _in_steps(axes, len(parts))
        figure.legend(
            *axes.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(0.02, top), ncols=4, frameon=False,
            fontsize=9, handlelength=1.3, columnspacing=1.0, borderpad=0,
        )  # fmt: skip
    return AccessibleFigure(figure, alt=alt, title=title, caption=caption)


def dots_figure(title: str, rows: Sequence[Estimate], *, alt: str, caption: str) -> AccessibleFigure:
    """Shares with their intervals, a row each, the first on top.

    Examples
    --------
    >>> dots_figure("All alike", [Estimate("Nursing", 0.5, 0.4, 0.6)], alt="Half.", caption="").title
    'All alike'
    """
    with house_style():
        figure, (bottom, top) = titled_figure(title, width=_WIDTH, height=0.42 * len(rows) + 0.4)
        left, ticks = 0.36, 0.3 / figure.get_figheight()
        axes = figure.add_axes((left, bottom + ticks, 0.5, top - bottom - ticks))
        draw_dots(axes, rows, room=left * _WIDTH - 0.25)
    return AccessibleFigure(figure, alt=alt, title=title, caption=caption)


def lines_figure(
    title: str, times: Sequence[str], curves: Mapping[str, Sequence[float | None]], *, alt: str, caption: str
) -> AccessibleFigure:
    """Shares over a few times, a line each, named at its end; what is hidden is a gap.

    Examples
    --------
    >>> lines_figure("More", ["Fall", "Spring"], {"Roles": [0.2, None]}, alt="Less.", caption="").title
    'More'
    """
    with house_style():
        figure, (bottom, top) = titled_figure(title, width=_WIDTH, height=3.2)
        left, ticks, right = 0.09, 0.42 / figure.get_figheight(), 0.4
        axes = figure.add_axes((left, bottom + ticks, 1 - left - right, top - bottom - ticks))
        named = [(name, values) for name, values in curves.items() if any(one is not None for one in values)]
        lasts = [next(one for one in reversed(values) if one is not None) for _, values in named]
        highest = max([0.1, *(one for _, values in named for one in values if one is not None)])
        roof = min(1.0, -(-highest * 10 // 2) / 5)
        places = _inside(spread([one / roof for one in lasts], 0.155))
        for number, (name, values) in enumerate(named):
            colour, shown = COLOURS[number % len(COLOURS)], [float("nan") if one is None else one for one in values]
            axes.plot(
                range(len(times)), shown, color=colour, linewidth=2, marker="osD^v"[number % 5], markersize=6,
                linestyle=("-", "--", "-.", ":")[number % 4], clip_on=False,
            )  # fmt: skip
            words = "\n".join(broken(name, right * _WIDTH - 0.25, size=9, weight="bold", lines=2))
            axes.annotate(
                words, (1, places[number]),
                xycoords="axes fraction", xytext=(9, 0), textcoords="offset points", va="center", size=9,
                color=colour, weight="bold", annotation_clip=False, linespacing=1.05,
            )  # fmt: skip
        axes.set_ylim(0, roof)
        axes.set_xlim(-0.1, len(times) - 0.9)
        axes.set_xticks(range(len(times)), [wrapped(one, 11) for one in times])
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        quiet_axes(axes, grid="y")
        axes.tick_params(axis="x", pad=10)  # the first label stands under that of the other axis
    return AccessibleFigure(figure, alt=alt, title=title, caption=caption)


def _inside(places: list[float]) -> list[float]:
    """Places of labels moved together, so that the highest and the lowest stay beside the axes."""
    if not places:
        return places
    down = max(0.0, max(places) - 0.94)
    up = max(0.0, 0.03 - (min(places) - down))
    return [one - down + up for one in places]


def _in_steps(axes: Axes, parts: int) -> None:
    """Colour bars by step, and what is left, if there is such a part, white."""
    colours = [_STEPS[round(at * (len(_STEPS) - 2) / max(parts - 1, 1))] for at in range(parts)]
    for number, container in enumerate(axes.containers):
        for patch in container:
            patch.set(facecolor=colours[number] if number < parts else PAPER, edgecolor=INK, hatch="", linewidth=0.6)
    axes.tick_params(labelsize=LABEL_SIZE)
