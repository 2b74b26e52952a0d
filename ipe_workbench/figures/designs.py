"""Two simulated designs side by side, and what is kept of what was earned. All of it is simulated and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.attainment import interval_note, simulated_source
from ipe_workbench.figures.charts import Estimate, draw_curves, draw_dots, percent
from ipe_workbench.figures.page_charts import dots_on_page
from ipe_workbench.figures.style import house_style, plain, titled_figure

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.simulation.results import SimulationResult

__all__ = ["designs_compared", "designs_finding", "designs_on_page", "retention_over_time"]

_ROW = 0.33  # inches
_MOST_CURVES = 8
_AXIS = "Share of the learners who may earn it, by the end of the programme"


def designs_compared(first: SimulationResult, second: SimulationResult) -> AccessibleFigure:
    """Share of learners with each badge at the end: the second design as a dot, the first as a hollow diamond.

    Badges that only one of the two has are left out; the largest gains stand on top.

    Parameters
    ----------
    first, second : SimulationResult
        Two results on programmes that share badges; with the same seed their difference is the design.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> designs_compared(result, result).alt.startswith("Simulated.")
    True
    """
    rows, difference = _rows(first, second), _difference(first, second)
    title = _finding(rows, difference[0])
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=9.5,
            height=_ROW * max(len(rows), 1) + 0.55,
            note=_note(first, second, difference),
            source=simulated_source(second),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((3.75 / 9.5, low + 0.55 / tall, 4.95 / 9.5, high - low - 0.55 / tall))
        draw_dots(axes, rows)
        axes.set_xlabel(_AXIS)
    alt = _told(first, second, rows)
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: two designs side by side.")


def designs_on_page(first: SimulationResult, second: SimulationResult) -> str:
    """The same as HTML that the page draws, for a view that changes while one looks.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> designs_on_page(result, result)[:41]
    '<figure class="ipe-chart" role="img" aria'
    """
    rows, difference = _rows(first, second), _difference(first, second)
    return dots_on_page(
        rows,
        title=_finding(rows, difference[0]),
        alt=_told(first, second, rows),
        note=_note(first, second, difference),
        axis=_AXIS,
        source=simulated_source(second),
    )


def designs_finding(first: SimulationResult, second: SimulationResult) -> str:
    """What the second design changes, in one sentence: badges a learner, and the badge that changes most."""
    return _finding(_rows(first, second), _difference(first, second)[0])


def retention_over_time(result: SimulationResult, *, items: Sequence[str] | None = None) -> AccessibleFigure:
    """Share of learners who hold each badge and can still do what it says, week by week.

    Parameters
    ----------
    result : SimulationResult
        From `ipe_workbench.simulation.simulate`.
    items : sequence of str, optional
        Ids of credentials; otherwise the eight with the highest share at any time.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> retention_over_time(result).alt.startswith("Simulated.")
    True
    """
    frame = result.retention("all")
    titles = dict(zip(result.badges("all")["credential"], result.badges("all")["title"], strict=True))
    tops = frame.groupby("item", sort=False)["mean"].max().sort_values(ascending=False, kind="stable")
    chosen = list(items) if items else list(tops.index[:_MOST_CURVES])
    curves = [_curve(frame[frame["item"] == one], titles[one]) for one in chosen]
    curves.sort(key=lambda curve: -curve[1][-1])
    title = _retention_finding(curves)
    weeks = frame["week"].drop_duplicates().tolist()
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=10.5,
            height=4.3,
            note=interval_note(result, "Line and band"),
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((0.85 / 10.5, low + 0.6 / tall, 5.75 / 10.5, high - low - 0.9 / tall))
        draw_curves(axes, weeks, curves)
        axes.set_xlim(0.5, max(weeks) + 0.5)
        axes.set_xlabel("Week of the programme")
        axes.set_ylabel("Hold it and can still do it")
    told = "; ".join(
        f"{name} {percent(max(mean))} at most, {percent(mean[-1])} at the end" for name, mean, _, _ in curves
    )
    alt = f"Simulated. Curves of the share of learners who hold a badge and can still do what it says. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: what is retained, week by week.")


_Curve = tuple[str, list[float], list[float], list[float]]


def _curve(rows: pd.DataFrame, title: str) -> _Curve:
    mean = rows["mean"].to_numpy()
    low, high = (np.where(np.isnan(rows[one]), mean, rows[one]) for one in ("low", "high"))
    return title, mean.tolist(), low.tolist(), high.tolist()


def _retention_finding(curves: Sequence[_Curve]) -> str:
    if not curves or max(max(mean) for _, mean, _, _ in curves) == 0:
        return "Nobody holds a badge and can do what it says"
    lost = max(curves, key=lambda curve: max(curve[1]) - curve[1][-1])
    top, end = max(lost[1]), lost[1][-1]
    if top - end < 0.005:
        return "What was earned is still there at the end"
    return f"{plain(lost[0])} fades most: {percent(top)} hold it and can do it at best, {percent(end)} at the end"


def _finding(rows: Sequence[Estimate], change: float) -> str:
    if not rows:
        return "The two designs have no badge in common"
    top = max(rows, key=lambda row: abs(row.value - (row.later or 0.0)))
    points = 100 * (top.value - (top.later or 0.0))
    most = f", most at {top.label} ({points:+.0f} points)" if abs(points) >= 0.5 else ""
    return f"{change:+.2f} badges a learner{most}"


def _told(first: SimulationResult, second: SimulationResult, rows: Sequence[Estimate]) -> str:
    told = "; ".join(f"{row.label} {percent(row.later or 0.0)}, then {percent(row.value)}" for row in rows)
    return f"Simulated. Share of learners with each badge in {_name(first)}, then in {_name(second)}. {told}."


def _note(first: SimulationResult, second: SimulationResult, difference: tuple[float, float]) -> str:
    return (
        f"{interval_note(second, 'Dot and bar')} Dot: {_name(second)}. Hollow diamond: {_name(first)}. "
        f"{_in_numbers(*difference)}"
    )


def _in_numbers(mean: float, error: float) -> str:
    """The mean difference with its interval, which one cohort does not give."""
    far = 1.96 * error
    reach = "" if error != error else f" (95 % interval of the mean {mean - far:+.2f} to {mean + far:+.2f})"
    return f"Difference: {mean:+.2f} badges a learner{reach}."


def _rows(first: SimulationResult, second: SimulationResult) -> list[Estimate]:
    before = first.badges("all", "earned")
    was = dict(zip(before["credential"], before["mean"], strict=True))
    rows = []
    for row in second.badges("all", "earned").to_dict("records"):
        if row["credential"] in was:
            low, high = (row["mean"] if row[one] != row[one] else row[one] for one in ("low", "high"))
            rows.append(Estimate(row["title"], row["mean"], low, high, was[row["credential"]]))
    rows.sort(key=lambda row: (row.later or 0.0) - row.value)
    return rows


def _difference(first: SimulationResult, second: SimulationResult) -> tuple[float, float]:
    """Badges a learner that the second design adds, and the standard error: of pairs where the seeds are the same."""
    counts = []
    for one in (first, second):
        frame, badges = one.by_replicate(), set(one.badges("all", "earned")["credential"])
        # Rows are replicate by replicate, each with the same items.
        earned = frame["earned"].to_numpy().reshape(one.replicates, -1)
        kept = np.array([item in badges for item in frame["item"].head(earned.shape[1])], bool)
        counts.append(earned[:, kept].sum(axis=1) / one.learners)
    mean = float(counts[1].mean() - counts[0].mean())
    if min(len(one) for one in counts) < 2:
        return mean, float("nan")
    if first.seed == second.seed and len(counts[0]) == len(counts[1]):
        return mean, float((counts[1] - counts[0]).std(ddof=1) / len(counts[0]) ** 0.5)
    return mean, float(sum(one.var(ddof=1) / len(one) for one in counts) ** 0.5)


def _name(result: SimulationResult) -> str:
    return plain(str(result.about.get("scenario_title") or result.about["scenario"]), 60)
