"""What a calibration has learnt: posteriors against priors, and forecasts against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    COLOURS,
    GRID,
    INK,
    LABEL_SIZE,
    MUTED,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ipe_workbench.simulation.calibration import Posterior

__all__ = ["forecast_against_record", "posterior_against_prior"]

_MOST_PANELS, _COLUMNS, _BINS = 12, 3, 24
_MOST_ROWS = 40
_ROW = 0.25  # inches
#: Above it a parameter is weakly identified; see `Posterior.findings`.
_WEAK = 0.35


def posterior_against_prior(posterior: Posterior) -> AccessibleFigure:
    """How far the record has moved each parameter: prior in grey, posterior in colour; at most twelve, best told first.

    Parameters
    ----------
    posterior : Posterior
        From `ipe_workbench.simulation.calibration`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from ipe_workbench.simulation.calibration import Posterior
    >>> rng = np.random.default_rng(1)
    >>> prior = pd.DataFrame({"assessment.slip": rng.uniform(0, 0.4, 500)})
    >>> posterior = Posterior(pd.DataFrame({"assessment.slip": rng.normal(0.1, 0.01, 500)}), prior, {}, {})
    >>> posterior_against_prior(posterior).title
    'The record tells all of the 1 parameter apart from its prior'
    """
    rows: list[Any] = posterior.summary().sort_values("overlap", kind="stable").to_dict("records")
    shown = rows[:_MOST_PANELS]
    columns = min(_COLUMNS, len(shown))
    lines = -(-len(shown) // columns)
    title = _posterior_finding(rows)
    left_out = f" Of {len(rows)} parameters the {len(shown)} best told." if len(shown) < len(rows) else ""
    width, panel = 3.3 * columns + 0.4 if columns > 2 else 7.5, 1.35
    with house_style():
        figure, (_, high) = titled_figure(
            title, width=width, height=(panel + 0.85) * lines,
            note=f"Grey: before (prior). Blue: after (posterior). Line and dot: 95 % interval and mean.{left_out}",
            source="Fitted to a record; the shared area of the two is how little it told.",
        )  # fmt: skip
        tall, room = figure.get_figheight(), (width - 0.4) / columns
        for number, row in enumerate(shown):
            bottom = high - ((panel + 0.85) * (number // columns + 1) - 0.4) / tall
            left = (0.25 + room * (number % columns)) / width
            axes = figure.add_axes((left, bottom, (room - 0.25) / width, panel / tall))
            name = row["parameter"]
            _draw_densities(axes, posterior.draws[name].to_numpy(float), posterior.prior[name].to_numpy(float), row)
            heading = fitted(_short(name), room - 0.3, size=10, weight="bold")
            axes.set_title(heading, loc="left", size=10, weight="bold")
    told = "; ".join(
        f"{row['parameter']} {row['mean']:.3g} ({row['low']:.3g} to {row['high']:.3g}), "
        f"{100 * row['overlap']:.0f} % shared with the prior"
        for row in shown
    )
    alt = f"Densities of priors and posteriors with means and 95 % intervals. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="What the record tells about each parameter.")


def forecast_against_record(points: pd.DataFrame, *, names: Mapping[str, str] | None = None) -> AccessibleFigure:
    """Forecast shares with their 90 % intervals, and what was recorded later; the worst forecasts on top.

    Parameters
    ----------
    points : DataFrame
        `mean`, `low`, `high` and `seen`, with what they are about: `item` and `profession` as `judge_cohort` gives
        them, or `measure`, `item`, `group` and `origin` as `roll_forecasts` does.
    names : mapping of str to str, optional
        Titles of items and professions by id.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({"item": ["a", "b"], "profession": "nursing", "seen": [0.5, 0.9]})
    >>> forecast_against_record(points.assign(mean=0.5, low=0.4, high=0.6)).title.partition(";")[0]
    '50 % of 2 recorded shares lie in their 90 % interval'
    """
    inside = (points["seen"] >= points["low"]) & (points["seen"] <= points["high"])
    missed = (points["seen"] - points["mean"]).abs()
    order = np.argsort(-missed.to_numpy(), kind="stable")[:_MOST_ROWS]
    rows: list[Any] = points.iloc[order].to_dict("records")
    labels = [_label(row, names or {}) for row in rows]
    title = (
        f"{100 * inside.mean():.0f} % of {len(points)} recorded shares lie in their 90 % interval; forecasts miss by "
        f"{100 * missed.mean():.1f} points on average"
    )
    width = 9.5
    with house_style():
        figure, (low, high) = titled_figure(
            title, width=width, height=_ROW * max(len(rows), 1) + 0.7,
            note="Bar and tick: forecast, 90 % interval and mean. Circle: what was recorded; orange and crossed where "
            "it lies outside." + (f" The {len(rows)} largest misses." if len(rows) < len(points) else ""),
            source="Forecast by simulation from what was known before; recorded afterwards.", tag="forecast",
        )  # fmt: skip
        tall = figure.get_figheight()
        axes = figure.add_axes((4.1 / width, low + 0.55 / tall, 5.1 / width, high - low - 0.6 / tall))
        _draw_forecasts(axes, rows, labels)
    told = "; ".join(
        f"{label} forecast {_percent(row['mean'])} ({_percent(row['low'])} to {_percent(row['high'])}), recorded "
        f"{_percent(row['seen'])}"
        for label, row in zip(labels, rows, strict=True)
    )
    alt = f"Forecast intervals with what was recorded. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Forecast against record.")


def _draw_densities(axes: Axes, after: Any, before: Any, row: Mapping[str, Any]) -> None:
    low, high = np.quantile(np.concatenate([after, before]), [0.002, 0.998])
    edges = np.linspace(low, high if high > low else low + 1e-9, _BINS + 1)
    wide = float(edges[1] - edges[0])
    for values, colour, alpha in ((before, MUTED, 0.35), (after, ACCENT, 0.6)):
        counts, _ = np.histogram(values, edges)
        axes.bar(edges[:-1], counts / len(values) / wide, width=wide, align="edge", color=colour, alpha=alpha)
    top = axes.get_ylim()[1]
    axes.plot([row["low"], row["high"]], [-0.07 * top] * 2, color=INK, linewidth=2, clip_on=False)
    axes.plot([row["mean"]], [-0.07 * top], marker="o", markersize=5, color=INK, clip_on=False)
    axes.annotate(
        f"{100 * row['overlap']:.0f} % shared", (1, 1), xycoords="axes fraction", ha="right", va="top", size=9,
        color=COLOURS[1] if row["overlap"] > _WEAK else INK, weight="bold" if row["overlap"] > _WEAK else "normal",
    )  # fmt: skip
    axes.set_ylim(-0.14 * top, 1.15 * top)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    quiet_axes(axes)


def _draw_forecasts(axes: Axes, rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
    for line, row in enumerate(rows):
        outside = not row["low"] <= row["seen"] <= row["high"]
        axes.plot([row["low"], row["high"]], [line, line], color=ACCENT, linewidth=5, alpha=0.4, solid_capstyle="butt")
        axes.plot([row["mean"]], [line], marker="|", markersize=9, color=ACCENT, markeredgewidth=2)
        axes.plot(
            [row["seen"]], [line], marker="X" if outside else "o", markersize=7 if outside else 5.5,
            color=COLOURS[1] if outside else INK, clip_on=False, zorder=4,
        )  # fmt: skip
        axes.axhline(line, color=GRID, linewidth=0.5, zorder=0)
    axes.set_yticks(range(len(rows)), [fitted(one, 3.7, size=LABEL_SIZE - 1) for one in labels])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    axes.set_xlabel("Share of the learners")
    quiet_axes(axes)
    axes.tick_params(axis="y", labelsize=LABEL_SIZE - 1, pad=9)


def _posterior_finding(rows: Sequence[Mapping[str, Any]]) -> str:
    weak = [row for row in rows if row["overlap"] > _WEAK]
    count = f"{len(rows)} parameter{'s' if len(rows) != 1 else ''}"
    if not weak:
        return f"The record tells all of the {count} apart from {'their priors' if len(rows) != 1 else 'its prior'}"
    some = ", ".join(_short(row["parameter"]) for row in weak[-3:])
    return f"The record says little about {len(weak)} of the {count}: {some}{' and others' if len(weak) > 3 else ''}"


def _label(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a point is about, with the group of learners behind it."""
    item = names.get(str(row["item"]), str(row["item"]))
    if "profession" in row:
        return f"{item}, {names.get(str(row['profession']), str(row['profession']))}"
    group = "" if row["group"] == "all" else f", {row['group']}"
    origin = f", from week {row['origin']}" if "origin" in row else ""
    about = f"week {row['week']}" if row["measure"] == "withdrawn" else plain(item)
    return f"{str(row['measure']).capitalize()}, {about}{group}{origin}"


def _short(path: str) -> str:
    return ": ".join(part.replace("_", " ") for part in path.split(".")[-2:])


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
