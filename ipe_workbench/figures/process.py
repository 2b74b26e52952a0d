"""The map of the steps that learners took: activities on a line, steps as arcs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from ipe_workbench.evaluation.process_privacy import END, START
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    INK,
    MUTED,
    PAPER,
    fitted,
    house_style,
    plain,
    titled_figure,
    width_of,
)

if TYPE_CHECKING:
    from ipe_workbench.evaluation.process_map import ProcessMap

__all__ = ["process_map"]

_ROW, _WIDTH, _MOST = 0.52, 10.5, 30


def process_map(mapped: ProcessMap, *, titles: dict[str, str] | None = None, most: int = _MOST) -> AccessibleFigure:
    """Activities from top to bottom in the order in which most met them; steps onward at the right, back at the left.

    Parameters
    ----------
    mapped : ProcessMap
        Steps of few learners are not drawn.
    titles : mapping, optional
        Names for activities.
    most : int
        The most frequent steps that are drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> from ipe_workbench.evaluation.process_map import map_process, read_events
    >>> rows = [(n, badge, day) for n in range(30) for badge, day in (("a", "2026-01-01"), ("b", "2026-02-01"))]
    >>> events = read_events(pd.DataFrame(rows, columns=["learner", "credential", "on"]))
    >>> process_map(map_process(events)).title
    'Most often, b followed a'
    """
    named = titles or {}
    steps = [{str(key): one[key] for key in one} for one in mapped.published.head(most).to_dict("records")]
    met = {end for one in steps for end in (one["from"], one["to"])}
    order = [START, *(one for one in mapped.activities["activity"] if one in met), END]
    order = [one for one in order if one in met]
    place = {one: at for at, one in enumerate(order)}
    inner = [one for one in steps if one["from"] != START and one["to"] != END]
    top = inner[0] if inner else None
    title = "Learners began and ended"
    if top:
        title = f"Most often, {_name(top['to'], named)} followed {_name(top['from'], named)}"
    left_out = len(mapped.transitions) - len(steps)
    rest = f"{left_out} rarer or of fewer than {mapped.threshold} learners are not drawn."
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=_WIDTH,
            height=_ROW * len(order) + 0.3,
            note="Blue: onward, at the right past some; orange, dashed: back. Numbers: times, median days between.",
            source=f"The {len(steps)} most frequent steps; {rest}",
        )
        axes = figure.add_axes((0.01, low, 0.98, high - low))
        axes.set_axis_off()
        axes.set_xlim(-_WIDTH / 2, _WIDTH / 2)
        axes.set_ylim(len(order) - 0.4, -0.6)
        widest = max((one["count"] for one in steps), default=1)
        wide = {name: width_of(_shown(name, named), size=10) / 2 + 0.12 for name in order}
        for one in sorted(steps, key=lambda step: step["count"]):
            _arc(axes, one, place, wide, widest)
        box = {"boxstyle": "round,pad=0.3", "facecolor": PAPER, "edgecolor": MUTED, "linewidth": 0.8}
        for name, at in place.items():
            axes.text(0, at, _shown(name, named), ha="center", va="center", size=10, color=INK, zorder=5, bbox=box)
    told = "; ".join(
        f"{_name(one['from'], named)} to {_name(one['to'], named)} {int(one['count'])} times"
        + _days(one, ", median {} days")
        for one in steps
    )
    alt = f"Map of {len(order)} activities and the {len(steps)} most frequent steps between them. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="The steps that learners took, most frequent first.")


def _arc(axes: Axes, step: dict[str, Any], place: dict[str, int], wide: dict[str, float], widest: int) -> None:
    """A step as an arrow: straight to the next row, else a bow that reaches the farther out the more rows it spans."""
    start, end = place[step["from"]], place[step["to"]]
    side = -1 if end <= start else 1
    span = abs(end - start)
    if span == 1 and side > 0:
        path = Path([(0, start + 0.28), (0, end - 0.26)])
        label = 0.1, (start + end) / 2 + 0.02
    else:
        first, last = side * wide[step["from"]], side * wide[step["to"]]
        out = side * (1.75 + min(2.9, 0.55 * max(span, 1)))
        # A loop leaves and comes back to the same box.
        y = (start + 0.1, end - 0.1) if span else (start - 0.12, start + 0.12)
        path = Path([(first, y[0]), (out, y[0]), (out, y[1]), (last, y[1])], [Path.MOVETO, *[Path.CURVE4] * 3])
        label = 0.125 * (first + last) + 0.75 * out + side * 0.08, (y[0] + y[1]) / 2
    axes.add_patch(
        FancyArrowPatch(
            path=path, arrowstyle="-|>", mutation_scale=9, linewidth=0.8 + 5.0 * step["count"] / widest, alpha=0.55,
            color=ACCENT if side > 0 else ALARM, linestyle="-" if side > 0 else "--", zorder=2,
        )
    )  # fmt: skip
    if (span == 1 and side > 0) or step["count"] >= 0.25 * widest:
        words = f"{int(step['count'])}" + _days(step, " · {} d")
        paper = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85}
        where = "left" if side > 0 else "right"
        axes.text(*label, words, size=8.5, color=INK, va="center", ha=where, zorder=6, bbox=paper)


def _days(step: dict[str, Any], words: str) -> str:
    days = step["days_median"]
    return words.format(f"{days:.0f}") if days == days else ""


def _name(activity: str, named: dict[str, str]) -> str:
    return plain({START: "Start", END: "Last event"}.get(activity, named.get(activity, activity)))


def _shown(activity: str, named: dict[str, str]) -> str:
    return fitted(_name(activity, named), 2.9, size=10)
