"""What keeps learners from badges, and what assessing them costs. All of it is simulated and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.attainment import interval_note, simulated_source
from ipe_workbench.figures.charts import Estimate, Part, draw_bars_against_limit, draw_parts, percent
from ipe_workbench.figures.page_charts import parts_on_page
from ipe_workbench.figures.style import house_style, plain, titled_figure

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.simulation.results import SimulationResult

__all__ = ["assessor_load", "bottleneck_finding", "bottlenecks", "bottlenecks_on_page", "load_finding"]

_ROW = 0.36  # inches
_AXIS = "Share of the learners who may earn it, by the end of the programme"
_NOTE = "Bars: share of the learners who may earn the badge but do not, by what kept them from it (mean, %)."
#: The outcomes of the simulation as words inside a sentence.
_REASONS = {
    "not started": "never starting",
    "attempts used up": "using up the attempts",
    "dropped out": "dropping out",
    "prerequisite open": "an open prerequisite",
    "no capacity": "a lack of places and assessors",
    "time ran out": "running out of time",
}


def bottlenecks(result: SimulationResult) -> AccessibleFigure:
    """For each badge, hardest first: what kept learners from it by the end of the programme.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> bottlenecks(result).alt.startswith("Simulated.")
    True
    """
    labels, parts = _obstacles(result)
    title = _finding(labels, parts)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=10.5,
            height=_ROW * len(labels) + 1.15,
            note=_NOTE,
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((3.75 / 10.5, low + 0.6 / tall, 5.9 / 10.5, high - low - 1.05 / tall))
        draw_parts(axes, labels, parts)
        _totals(axes, _sums(labels, parts))
        axes.set_xlabel(_AXIS)
        if parts:
            axes.legend(
                ncols=min(len(parts), 3), loc="lower left", bbox_to_anchor=(-0.02, 1), frameon=False, fontsize=10,
                handlelength=1.6, columnspacing=1.6, borderaxespad=0.1,
            )  # fmt: skip
    alt = _told(labels, parts)
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: what keeps learners from each badge.")


def bottlenecks_on_page(result: SimulationResult) -> str:
    """The same as HTML that the page draws, for a view that changes while one looks.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> bottlenecks_on_page(result)[:41]
    '<figure class="ipe-chart" role="img" aria'
    """
    labels, parts = _obstacles(result)
    return parts_on_page(
        labels,
        parts,
        title=_finding(labels, parts),
        alt=_told(labels, parts),
        note=_NOTE,
        axis=_AXIS,
        source=simulated_source(result),
    )


def assessor_load(result: SimulationResult, *, names: Mapping[str, str] | None = None) -> AccessibleFigure:
    """Hours of assessors by term, one panel for each role, against the hours that the programme has.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> assessor_load(result).alt.startswith("Simulated.")
    True
    """
    frame = result.assessor_hours()
    called = dict(names or {})
    roles = list(dict.fromkeys(frame["role"]))
    title = load_finding(result, called)
    width = 10.5
    panel = (width - 0.3 - 0.9 * max(len(roles), 1)) / max(len(roles), 1)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=width,
            height=3.7,
            note=interval_note(result, "Bar and line") + " Hatched: above capacity.",
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        for number, role in enumerate(roles):
            rows = frame[frame["role"] == role]
            left = (0.8 + number * (panel + 0.9)) / width
            axes = figure.add_axes((left, low + 0.4 / tall, panel / width, high - low - 0.8 / tall))
            capacity = rows["capacity"].iloc[0]
            draw_bars_against_limit(axes, _bars(rows, called), None if capacity != capacity else float(capacity))
            axes.set_title(plain(role.capitalize()), loc="left", size=11, weight="bold")
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            if number == 0:
                axes.set_ylabel("Hours in the term")
    told = "; ".join(
        f"{row['role']} in {called.get(row['term'], row['term'])} {row['mean']:,.0f} hours"
        + _of_capacity(row["capacity"])
        for row in frame.to_dict("records")
    )
    alt = f"Simulated. Bars of assessor hours by term and role against capacity. {told or 'No assessor hours'}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: assessor hours by term and role.")


def bottleneck_finding(result: SimulationResult) -> str:
    """What stands most in the way, in one sentence."""
    return _finding(*_obstacles(result))


def _finding(labels: Sequence[str], parts: Sequence[Part]) -> str:
    if not parts:
        return "Nothing keeps learners from the badges"
    gravest = parts[0]
    share = sum(gravest.values) / sum(sum(part.values) for part in parts)
    worst = max(range(len(labels)), key=lambda line: gravest.values[line])
    return (
        f"What keeps learners from badges most is {_REASONS.get(gravest.name, gravest.name)} "
        f"({percent(share)} of the misses), "
        f"above all at {labels[worst]} ({percent(gravest.values[worst])} of the learners)"
    )


def load_finding(result: SimulationResult, names: Mapping[str, str] | None = None) -> str:
    """Whether assessor hours stay within capacity, in one sentence."""
    called = names or {}
    frame = result.assessor_hours()
    limited = frame[frame["capacity"].notna() & (frame["capacity"] > 0)]
    if limited.empty:
        return "The programme names no capacity for its assessors"
    load = limited["mean"] / limited["capacity"]
    top = limited.iloc[int(load.to_numpy().argmax())]
    where = f"{top['role']} in {called.get(top['term'], top['term'])}, {top['mean']:,.0f} of {top['capacity']:,.0f} h"
    over = int((load > 1).sum())
    if over:
        times = "once" if over == 1 else f"{over} times"
        return f"Assessor hours exceed capacity {times}; most for {where}"
    return f"Assessor hours stay within capacity; the highest load is {percent(float(load.max()))} ({where})"


def _obstacles(result: SimulationResult) -> tuple[list[str], list[Part]]:
    """Titles of the badges, hardest first, and what kept learners from them, gravest first."""
    frame = result.bottlenecks("all")
    titles = _titles(result)
    shares: dict[str, dict[str, float]] = {}
    for credential, outcome, mean in zip(frame["credential"], frame["outcome"], frame["mean"], strict=True):
        shares.setdefault(credential, {})[outcome] = float(mean)
    order = sorted(shares, key=lambda one: shares[one].get("earned", 0.0))
    kinds = [one for one in dict.fromkeys(frame["outcome"]) if one != "earned"]
    weight = {kind: sum(shares[one].get(kind, 0.0) for one in order) for kind in kinds}
    kinds = sorted((kind for kind in kinds if weight[kind] > 0), key=lambda kind: -weight[kind])
    parts = [Part(kind, tuple(shares[one].get(kind, 0.0) for one in order)) for kind in kinds]
    return [titles[one] for one in order], parts


def _titles(result: SimulationResult) -> dict[str, str]:
    badges = result.badges("all", "earned")
    return dict(zip(badges["credential"], badges["title"], strict=True))


def _sums(labels: Sequence[str], parts: Sequence[Part]) -> list[float]:
    return [sum(part.values[line] for part in parts) for line in range(len(labels))]


def _told(labels: Sequence[str], parts: Sequence[Part]) -> str:
    told = "; ".join(
        f"{label} {percent(total)} ("
        + ", ".join(f"{part.name} {percent(part.values[line])}" for part in parts if part.values[line] > 0.005)
        + ")"
        for line, (label, total) in enumerate(zip(labels, _sums(labels, parts), strict=True))
    )
    return f"Simulated. Stacked bars: learners who do not earn each badge, by reason. {told}."


def _bars(rows: pd.DataFrame, called: Mapping[str, str]) -> list[Estimate]:
    return [
        Estimate(
            called.get(row["term"], row["term"]),
            row["mean"],
            row["mean"] if row["low"] != row["low"] else row["low"],
            row["mean"] if row["high"] != row["high"] else row["high"],
        )
        for row in rows.to_dict("records")
    ]


def _totals(axes: object, totals: list[float]) -> None:
    for line, total in enumerate(totals):
        axes.annotate(  # type: ignore[attr-defined]
            percent(total), (total, line), xytext=(5, 0), textcoords="offset points", va="center", size=10,
            weight="bold", annotation_clip=False,
        )  # fmt: skip


def _of_capacity(capacity: float) -> str:
    return "" if capacity != capacity else f" of {capacity:,.0f}"
