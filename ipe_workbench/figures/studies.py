"""Studies with the cohort model: sweeps, and what outcomes depend on. All of it simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    INK,
    LABEL_SIZE,
    PAPER,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ipe_workbench.simulation.experiments import Sensitivity, Sweep

__all__ = ["sensitivity_bars", "sweep_curves"]

_ROW = 0.36  # inches
_MOST_ROWS, _MOST_COLUMNS, _MOST_LINES = 3, 4, 5
_BINS = 8
_NBSP = "\N{NO-BREAK SPACE}"
_LIGHT = "#9cc3de"
Floats = npt.NDArray[np.float64]


def sweep_curves(sweep: Sweep, *, names: Mapping[str, str] | None = None) -> AccessibleFigure:
    """Outcomes against each parameter of a sweep, one panel for each of up to four; the first three outcomes.

    The line is the mean over all points with that value (of spread points, over eight bins), which averages the other
    parameters. The band is the 95 % interval of one cohort where a single parameter was varied, else the middle 80 % of
    the points: how much the other parameters matter.

    Parameters
    ----------
    sweep : Sweep
        From `ipe_workbench.simulation.experiments.sweep`.
    names : mapping of str to str, optional
        Titles of credentials and stacks by id.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario
    >>> from ipe_workbench.simulation.experiments import design_points, parse_factor, parse_outcome, sweep
    >>> points = design_points([parse_factor("assessment.slip=0.05:0.3")], "grid", levels=3)
    >>> quick = Scenario(id="quick", title="Quick look")
    >>> found = sweep(example_programme(), quick, points, [parse_outcome("badges")], replicates=3)
    >>> sweep_curves(found).title
    'Badges a learner goes from 8.82 to 6.54 as assessment: slip goes from 0.05 to 0.3'
    """
    paths = list(sweep.points[0])[:_MOST_COLUMNS]
    outcomes = list(sweep.outcomes)[:_MOST_ROWS]
    alone = len(sweep.points[0]) == 1
    curves = {(one, path): _curve(sweep, sweep.outcomes.index(one), path, alone) for one in outcomes for path in paths}
    title = _sweep_finding(outcomes[0], {path: curves[outcomes[0], path] for path in paths}, names or {})
    band = (
        "95 % interval for one cohort" if alone else "middle 80 % of the points, which differ in the other parameters"
    )
    width, panel = max(7.5, 1.2 + 2.9 * len(paths)), 2.3
    with house_style():
        figure, (_, high) = titled_figure(
            title, width=width, height=(panel + 0.75) * len(outcomes), note=f"Line: mean. Band: {band}.",
            source=_source(sweep.about, f"{len(sweep.points)} points"), tag="simulated",
        )  # fmt: skip
        tall = figure.get_figheight()
        room = (width - 1.0 - 0.25 * len(paths)) / len(paths)
        for line, outcome in enumerate(outcomes):
            top = max(curve[3].max() for (one, _), curve in curves.items() if one == outcome)
            for column, path in enumerate(paths):
                bottom = high - ((panel + 0.75) * (line + 1) - 0.55) / tall
                left = 0.85 + column * (room + 0.25)
                axes = figure.add_axes((left / width, bottom, room / width, panel / tall))
                _draw_curve(axes, curves[outcome, path], _is_share(outcome), top)
                axes.set_xlabel(plain(path.rpartition(".")[2].replace("_", " ")), fontsize=10)
                if column == 0:
                    axes.set_title(plain(_outcome(outcome, names or {}), 70), loc="left", size=11, weight="bold")
                else:
                    axes.set_yticklabels([])
    told = " ".join(
        f"{_outcome(one, names or {})} by {path}: " + _curve_words(curve, _is_share(one)) + "."
        for (one, path), curve in curves.items()
    )
    alt = f"Simulated. Curves of outcomes against parameters. {told}"
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: a sweep of parameters.")


def sensitivity_bars(found: Sensitivity, *, names: Mapping[str, str] | None = None) -> AccessibleFigure:
    """Sobol indices of each parameter with their 95 % intervals, largest on top; the first three outcomes.

    Parameters
    ----------
    found : Sensitivity
        From `ipe_workbench.simulation.experiments.sobol_sensitivity`.
    names : mapping of str to str, optional
        Titles of credentials and stacks by id.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario
    >>> from ipe_workbench.simulation.experiments import parse_factor, parse_outcome, sobol_sensitivity
    >>> factors = [parse_factor("assessment.slip=0.05:0.3"), parse_factor("assessment.guess=0.05:0.1")]
    >>> quick, outcomes = Scenario(id="quick", title="Quick look"), [parse_outcome("badges")]
    >>> found = sobol_sensitivity(example_programme(), quick, factors, outcomes, base=8, replicates=2)
    >>> sensitivity_bars(found).title.partition(":")[0]
    'Badges a learner depends most on assessment'
    """
    frame = found.frame
    outcomes = list(dict.fromkeys(frame["outcome"]))[:_MOST_ROWS]
    tables = [
        frame[frame["outcome"] == one].sort_values("total", ascending=False, kind="stable").to_dict("records")
        for one in outcomes
    ]
    title = _sensitivity_finding(outcomes[0], tables[0], names or {})
    width, heights = 9.5, [_ROW * 1.25 * len(rows) + 0.9 for rows in tables]
    with house_style():
        figure, (_, high) = titled_figure(
            title, width=width, height=sum(heights),
            note="Light bar, number: with all interactions (total). Dark: alone (first order). Lines: 95 % intervals.",
            source=_source(found.about, f"{found.about['points']} points")
            + " Shares of the variance over the ranges that were varied.",
            tag="simulated",
        )  # fmt: skip
        tall, at = figure.get_figheight(), high
        for outcome, rows, height in zip(outcomes, tables, heights, strict=True):
            at -= height / tall
            axes = figure.add_axes((3.6 / width, at + 0.5 / tall, 5.0 / width, (height - 0.9) / tall))
            _draw_indices(axes, rows)
            axes.set_title(plain(_outcome(outcome, names or {}), 70), loc="left", size=11, weight="bold")
        axes.set_xlabel("Share of the variance")
    told = " ".join(
        f"{_outcome(one, names or {})}: "
        + "; ".join(f"{row['factor']} total {_index(row, 'total')}, alone {_index(row, 'first')}" for row in rows)
        + "."
        for one, rows in zip(outcomes, tables, strict=True)
    )
    alt = f"Simulated. Bars of Sobol indices with intervals. {told}"
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: what the outcomes depend on.")


_Curve = tuple[list[Any], Floats, Floats, Floats]


def _curve(sweep: Sweep, outcome: int, path: str, alone: bool) -> _Curve:
    """Places along the axis, means, and the band's lower and upper ends."""
    from ipe_workbench.simulation.intervals import reach

    settings = [point[path] for point in sweep.points]
    numeric = all(isinstance(one, int | float) and not isinstance(one, bool) for one in settings)
    levels: list[Any] = sorted(set(settings)) if numeric else list(dict.fromkeys(settings))
    if numeric and len(levels) > 2 * _BINS:
        order = np.array_split(np.argsort(np.array(settings, float), kind="stable"), _BINS)
        groups = [list(one) for one in order if len(one)]
        levels = [float(np.mean([settings[at] for at in group])) for group in groups]
    else:
        groups = [[at for at, one in enumerate(settings) if one == level] for level in levels]
    means, lows, highs = [], [], []
    for group in groups:
        values = sweep.values[group][:, :, outcome]
        means.append(values.mean())
        if alone and values.shape[1] > 1:
            far = reach(values.shape[1]) * values[0].std(ddof=1)
            ends = (means[-1] - far, means[-1] + far)
        else:
            ends = tuple(np.quantile(values.mean(axis=1), (0.1, 0.9)))
        lows.append(ends[0])
        highs.append(ends[1])
    return levels, np.array(means), np.array(lows), np.array(highs)


def _draw_curve(axes: Axes, curve: _Curve, share: bool, top: float) -> None:
    levels, means, lows, highs = curve
    numeric = all(isinstance(one, int | float) and not isinstance(one, bool) for one in levels)
    places = [float(one) for one in levels] if numeric else list(range(len(levels)))
    if share:
        lows, highs = np.clip(lows, 0, 1), np.clip(highs, 0, 1)
    if numeric and len(places) > 1:
        axes.fill_between(places, lows, highs, color=ACCENT, alpha=0.22, linewidth=0)
        axes.plot(places, means, color=ACCENT, linewidth=2, marker="o", markersize=4.5)
    else:
        axes.vlines(places, lows, highs, color=ACCENT, alpha=0.45, linewidth=4)
        axes.plot(places, means, linestyle="none", marker="o", markersize=7, color=ACCENT)
        axes.set_xticks(places, [plain(one, 14) for one in levels])
        axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(0, min(1.0, 1.08 * top) if share else 1.08 * max(top, 1e-9))
    if share:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if numeric:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    quiet_axes(axes, grid="y")
    axes.tick_params(axis="x", pad=7)


def _draw_indices(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    for line, row in enumerate(rows):
        for name, height, colour, shift in (("total", 0.36, _LIGHT, -0.19), ("first", 0.36, ACCENT, 0.19)):
            if row[name] != row[name]:
                continue
            axes.barh([line + shift], [max(row[name], 0)], height=height, color=colour, edgecolor=PAPER, zorder=2)
            ends = [max(row[f"{name}_low"], 0), max(row[f"{name}_high"], 0)]
            axes.plot(ends, [line + shift] * 2, color=INK, linewidth=1.5, zorder=3)
        told = "does not vary" if row["total"] != row["total"] else f"{max(row['total'], 0):.2f}"
        axes.annotate(
            told, (1, line), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
            va="center", size=10, weight="bold", annotation_clip=False,
        )  # fmt: skip
    labels = [fitted(_short(row["factor"]), 3.2, size=LABEL_SIZE) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    ends = [row["total_high"] for row in rows if row["total_high"] == row["total_high"]]
    axes.set_xlim(0, max([1.0, *ends, *(row["first_high"] for row in rows if row["first_high"] == row["first_high"])]))
    quiet_axes(axes)


def _sweep_finding(outcome: str, curves: Mapping[str, _Curve], names: Mapping[str, str]) -> str:
    path = max(curves, key=lambda one: float(np.ptp(curves[one][1])))
    levels, means, _, _ = curves[path]
    if len(levels) < 2 or np.ptp(means) < 1e-9:
        return f"{_outcome(outcome, names)} does not move with {_short(path)}"
    ends = f"{_level(levels[0])} to {_level(levels[-1])}" if len(levels) > 1 else _level(levels[0])
    share = _is_share(outcome)
    return (
        f"{_outcome(outcome, names)} goes from {_amount(means[0], share)} to {_amount(means[-1], share)} as "
        f"{_short(path)} goes from {ends}"
    )


def _sensitivity_finding(outcome: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    told = [row for row in rows if row["total"] == row["total"]]
    if not told:
        return f"{_outcome(outcome, names)} does not vary over these ranges"
    top = told[0]
    low, high = (min(max(top[end], 0.0), 1.0) for end in ("total_low", "total_high"))
    share = 100 * min(max(top["total"], 0.0), 1.0)
    return (
        f"{_outcome(outcome, names)} depends most on {_short(top['factor'])}: {share:.0f}{_NBSP}% of the variance "
        f"({100 * low:.0f} to {100 * high:.0f}{_NBSP}%)"
    )


def _curve_words(curve: _Curve, share: bool) -> str:
    levels, means, lows, highs = curve
    return ", ".join(
        f"{_level(level)} {_amount(mean, share)} ({_amount(low, share)} to {_amount(high, share)})"
        for level, mean, low, high in zip(levels, means, lows, highs, strict=True)
    )


def _outcome(outcome: str, names: Mapping[str, str]) -> str:
    """The outcome in words: its kind, and the title of what it is about."""
    kind, _, item = outcome.partition(":")
    words = {"earned": "Share who earn", "retained": "Share who earned and can still do", "hours": "Assessor hours of"}
    if not item:
        return {"badges": "Badges a learner"}.get(kind, kind)
    return f"{words.get(kind, kind)} {names.get(item, item)}"


def _is_share(outcome: str) -> bool:
    return outcome.partition(":")[0] in ("earned", "retained")


def _amount(value: float, share: bool) -> str:
    return f"{100 * value:.0f}{_NBSP}%" if share else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _level(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _short(path: str) -> str:
    """The end of a parameter's place, with the word before it, which is what people call it."""
    return ": ".join(part.replace("_", " ") for part in path.split(".")[-2:])


def _index(row: Mapping[str, Any], name: str) -> str:
    if row[name] != row[name]:
        return "none"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"


def _source(about: Mapping[str, Any], points: str) -> str:
    return (
        f"Simulated, not recorded: {points}, {about['replicates']} cohorts each, scenario “{about['scenario']}”, seed "
        f"{about['seed']}."
    )
