"""What keeps learners from badges, and what assessing them costs. All of it is simulated and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.attainment import interval_note, simulated_source
from ipe_workbench.figures.charts import Estimate, Part, draw_bars_against_limit, draw_parts, percent
from ipe_workbench.figures.style import house_style, plain, titled_figure

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.simulation.results import SimulationResult

__all__ = ["assessor_load", "bottleneck_finding", "bottlenecks", "load_finding"]

_ROW = 0.36  # inches
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
    frame = result.bottlenecks("all")
    titles = dict(zip(result.badges("all")["credential"], result.badges("all")["title"], strict=True))
    shares = frame.pivot_table(index="credential", columns="outcome", values="mean", sort=False, observed=True)
    earned = shares["earned"] if "earned" in shares else 1 - shares.sum(axis=1)
    obstacles = shares[[one for one in shares.columns if one != "earned"]]
    # Obstacles in the order of their weight; those that never occur are left out.
    kinds = [
        one for one in obstacles.sum().sort_values(ascending=False, kind="stable").index if obstacles[one].max() > 0
    ]
    order = earned.sort_values(kind="stable").index
    parts = [Part(kind, tuple(float(obstacles.loc[one, kind]) for one in order)) for kind in kinds]
    title = bottleneck_finding(result)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=10.5,
            height=_ROW * len(order) + 1.15,
            note="Bars: share of the learners who may earn the badge but do not, by what kept them from it (mean, %).",
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((3.75 / 10.5, low + 0.6 / tall, 5.9 / 10.5, high - low - 1.05 / tall))
        draw_parts(axes, [titles[one] for one in order], parts)
        _totals(axes, [1 - float(earned[one]) for one in order])
        axes.set_xlabel("Share of the learners who may earn it, by the end of the programme")
        if parts:
            axes.legend(
                ncols=min(len(parts), 3), loc="lower left", bbox_to_anchor=(-0.02, 1), frameon=False, fontsize=10,
                handlelength=1.6, columnspacing=1.6, borderaxespad=0.1,
            )  # fmt: skip
    told = "; ".join(
        f"{titles[one]} {percent(1 - float(earned[one]))} ("
        + ", ".join(f"{part.name} {percent(part.values[line])}" for part in parts if part.values[line] > 0.005)
        + ")"
        for line, one in enumerate(order)
    )
    alt = f"Simulated. Stacked bars: learners who do not earn each badge, by reason. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: what keeps learners from each badge.")


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
    frame = result.bottlenecks("all")
    missed = frame[frame["outcome"] != "earned"]
    if missed.empty or missed["mean"].max() == 0:
        return "Nothing keeps learners from the badges"
    weight = missed.groupby("outcome", sort=False)["mean"].sum()
    reason = str(weight.idxmax())
    badges = result.badges("all")
    titles = dict(zip(badges["credential"], badges["title"], strict=True))
    rows = missed[missed["outcome"] == reason]
    worst = rows.sort_values("mean", ascending=False, kind="stable").iloc[0]
    return (
        f"What keeps learners from badges most is {_REASONS.get(reason, reason)} "
        f"({percent(float(weight.max() / weight.sum()))} of the misses), "
        f"above all at {titles[worst['credential']]} ({percent(float(worst['mean']))} of the learners)"
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
