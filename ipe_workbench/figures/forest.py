"""Two simulated designs held against each other, difference by difference. All of it is simulated and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    COLOURS,
    GRID,
    LABEL_SIZE,
    MUTED,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ipe_workbench.simulation.experiments import Comparison

__all__ = ["comparison_forest"]

_ROW = 0.36  # inches


def comparison_forest(
    compared: Comparison, *, measure: str = "earned", names: Mapping[str, str] | None = None
) -> AccessibleFigure:
    """Differences of two designs with both intervals, largest gain on top.

    Parameters
    ----------
    compared : Comparison
        From `ipe_workbench.simulation.experiments.compare_results`.
    measure : {"earned", "retained"}
        Of which share.
    names : mapping of str to str, optional
        Titles of credentials and stacks by id.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> from ipe_workbench.simulation.experiments import compare_results
    >>> easier = Scenario.model_validate({"id": "easier", "title": "Easier", "assessment": {"guess": 0.4}})
    >>> runs = [
    ...     simulate(example_programme(), one, replicates=5, seed=3)
    ...     for one in (Scenario(id="today", title="Today"), easier)
    ... ]
    >>> comparison_forest(compare_results(*runs)).title.partition(";")[0]
    'The second design has more learners in 21 of 21'
    """
    frame = compared.frame[compared.frame["measure"] == measure]
    rows: list[Any] = frame.sort_values("difference", ascending=False, kind="stable").to_dict("records")
    called = {row["item"]: (names or {}).get(row["item"], row["item"]) for row in rows}
    first, second = (str(compared.about[one]["scenario_title"]) for one in ("first", "second"))
    title = _forest_finding(rows, called)
    width = 9.5
    with house_style():
        figure, (low, high) = titled_figure(
            title, width=width, height=_ROW * max(len(rows), 1) + 0.7,
            note=f"{plain(second, 60)} minus {plain(first, 60)}. Dot and thick bar: expected difference, 95 % for all "
            "rows at once. Thin line: what one cohort would see, 95 %.",
            source=_comparison_source(compared), tag="simulated",
        )  # fmt: skip
        tall = figure.get_figheight()
        axes = figure.add_axes((3.75 / width, low + 0.6 / tall, 4.75 / width, high - low - 0.65 / tall))
        _draw_forest(axes, rows, [called[row["item"]] for row in rows])
        axes.set_xlabel(f"Difference in the share who have {measure} it, percentage points")
    told = "; ".join(
        f"{called[row['item']]} {_points(row['difference'])} "
        f"({_points(row['low_all'])} to {_points(row['high_all'])}; one cohort {_points(row['cohort_low'])} to "
        f"{_points(row['cohort_high'])})"
        for row in rows
    )
    alt = f"Simulated. Differences in percentage points with intervals, {second} minus {first}. {told or 'No rows'}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: two designs held against each other.")


def _draw_forest(axes: Axes, rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
    axes.axvline(0, color=MUTED, linewidth=1.2, zorder=1)
    for line, row in enumerate(rows):
        colour = _direction(row)
        axes.plot(
            [100 * row["cohort_low"], 100 * row["cohort_high"]], [line, line], color=GRID, linewidth=2.4, zorder=2
        )
        axes.plot(
            [100 * row["low_all"], 100 * row["high_all"]], [line, line], color=colour, linewidth=5, alpha=0.5, zorder=3,
            solid_capstyle="butt",
        )  # fmt: skip
        axes.plot([100 * row["difference"]], [line], marker="o", markersize=7, color=colour, zorder=4)
        axes.annotate(
            f"{_points(row['difference'])}", (1, line), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", size=10, weight="bold", annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [fitted(one, 3.4, size=LABEL_SIZE) for one in labels])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    quiet_axes(axes)
    axes.tick_params(axis="y", pad=9)


def _direction(row: Mapping[str, Any]) -> str:
    """More in the second design, fewer, or not told."""
    if row["low_all"] > 0:
        return ACCENT
    return COLOURS[1] if row["high_all"] < 0 else MUTED


def _forest_finding(rows: Sequence[Mapping[str, Any]], called: Mapping[str, str]) -> str:
    if not rows:
        return "The two designs have nothing in common"
    more, fewer = sum(row["low_all"] > 0 for row in rows), sum(row["high_all"] < 0 for row in rows)
    top = max(rows, key=lambda row: abs(row["difference"]))
    if not more and not fewer:
        return "No difference stands out of the luck of the simulation"
    parts = [f"more learners in {more}" if more else "", f"fewer in {fewer}" if fewer else ""]
    told = " and ".join(part for part in parts if part)
    most = f"most changes {called[top['item']]} ({_points(top['difference'])})"
    return f"The second design has {told} of {len(rows)}; {most}"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "\N{MINUS SIGN}")


def _comparison_source(compared: Comparison) -> str:
    first, second = compared.about["first"], compared.about["second"]
    how = "in pairs with the same luck" if compared.about["paired"] else "as independent samples"
    return (
        f"Simulated, not recorded: {first['replicates']} and {second['replicates']} cohorts, compared {how}. "
        "The intervals hold the luck of the simulation, not the uncertainty of the parameters."
    )
