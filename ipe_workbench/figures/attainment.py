"""Who earns what: by badge, by profession and over time. All of it is simulated and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.charts import Estimate, draw_curves, draw_dots, percent
from ipe_workbench.figures.style import GRID, MUTED, house_style, plain, titled_figure, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.simulation.results import SimulationResult

__all__ = [
    "attainment_by_badge",
    "attainment_by_profession",
    "attainment_over_time",
    "interval_note",
    "simulated_source",
]

_SHARE = "Share of the learners who may earn it"
_MOST_PANELS = 5
_ROW = 0.33  # inches


def attainment_by_badge(
    result: SimulationResult, *, term: str | None = None, names: Mapping[str, str] | None = None
) -> AccessibleFigure:
    """Share of learners with each badge, highest first: by the end of a term (the programme's end hollow beside it).

    Parameters
    ----------
    result : SimulationResult
        From `ipe_workbench.simulation.simulate`.
    term : str, optional
        Id of the term; the end of the programme otherwise.
    names : mapping of str to str, optional
        Titles of terms by id.

    Raises
    ------
    UnknownNameError
        When the result has no such term.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> attainment_by_badge(result).alt.startswith("Simulated.")
    True
    """
    when = f"by the end of {(names or {}).get(term, term)}" if term else "by the end of the programme"
    titles = _titles(result)
    rows = []
    for row in _at_end(result, term, "credential").to_dict("records"):
        later = float(row["later"]) if term else None
        rows.append(
            Estimate(
                titles[row["item"]], row["mean"], _or(row["low"], row["mean"]), _or(row["high"], row["mean"]), later
            )
        )
    rows.sort(key=lambda row: (-row.value, -(row.later or 0), row.label))
    title = _badge_finding(rows, when)
    note = interval_note(result, "Dot and bar")
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=9.5,
            height=_ROW * len(rows) + 0.55,
            note=note + (" Hollow diamond: by the end of the programme." if term else ""),
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((3.75 / 9.5, low + 0.55 / tall, 4.95 / 9.5, high - low - 0.55 / tall))
        draw_dots(axes, rows)
        axes.set_xlabel(f"{_SHARE}, {plain(when)}")
    told = "; ".join(
        f"{row.label} {percent(row.value)} ({_range(row)})"
        + (f", later {percent(row.later)}" if row.later is not None else "")
        for row in rows
    )
    alt = f"Simulated. Dots with 95 % intervals: share of learners with each badge {when}. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption=f"Simulated: badges earned {when}.")


def attainment_by_profession(
    result: SimulationResult,
    *,
    items: Sequence[str] | None = None,
    term: str | None = None,
    names: Mapping[str, str] | None = None,
) -> AccessibleFigure:
    """Share of each profession's learners with each of a few stacks or badges, one panel each.

    Parameters
    ----------
    result : SimulationResult
        From `ipe_workbench.simulation.simulate`.
    items : sequence of str, optional
        Ids of stacks or credentials; the stacks otherwise. Of more than five, those in which professions differ most.
    term : str, optional
        By the end of this term; the end of the programme otherwise.
    names : mapping of str to str, optional
        Titles of professions and terms by id.

    Raises
    ------
    UnknownNameError
        When the result has no such item or term.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> attainment_by_profession(result).alt.startswith("Simulated.")
    True
    """
    called = dict(names or {})
    when = f"by the end of {called.get(term, term)}" if term else "by the end of the programme"
    frame = _by_profession(result, items, term)
    shown = _widest(frame, _MOST_PANELS)
    titles = _titles(result)
    professions = [one for one in result.about["professions"] if (frame["profession"] == one).any()]
    title = _profession_finding(frame, titles, called, when)
    width, label, gap = 11.4, 2.45, 0.64
    panel = (width - label - 0.2 - gap * len(shown)) / max(len(shown), 1)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=width,
            height=_ROW * len(professions) + 1.4,
            note=interval_note(result, "Dot and bar") + " Small professions vary more.",
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        for number, item in enumerate(shown):
            rows = [_profession_row(frame, item, one, called) for one in professions]
            left = (label + number * (panel + gap)) / width
            axes = figure.add_axes((left, low + 0.5 / tall, panel / width, high - low - 1.4 / tall))
            draw_dots(axes, [row for row in rows if row], labels=number == 0, room=2.15)
            axes.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
            axes.set_title(
                wrapped(titles[item], int((panel + gap - 0.1) * 72 / 6.9), lines=4), loc="left", size=10, weight="bold"
            )
        figure.text(label / width, low + 0.06 / tall, f"{_SHARE}, {plain(when)}", size=10.5)
    return AccessibleFigure(
        figure,
        alt=f"Simulated. {_profession_words(frame, shown, professions, titles, called, when)}",
        title=title,
        caption=f"Simulated: attainment by profession {when}.",
    )


def attainment_over_time(
    result: SimulationResult, *, term: str | None = None, names: Mapping[str, str] | None = None
) -> AccessibleFigure:
    """Weekly curves of the stacks with their bands and the terms' boundaries; `term` marks its end.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> attainment_over_time(result).alt.startswith("Simulated.")
    True
    """
    called = dict(names or {})
    frame = result.attainment_by_week("all", "earned")
    stacks = frame[frame["kind"] == "stack"]
    chosen = stacks if len(stacks) else frame
    titles = _titles(result)
    curves = []
    for item, rows in chosen.groupby("item", sort=False):
        mean = rows["mean"].to_numpy()
        low, high = (np.where(np.isnan(rows[one]), mean, rows[one]) for one in ("low", "high"))
        curves.append((titles[str(item)], mean.tolist(), low.tolist(), high.tolist()))
    curves = sorted(curves, key=lambda curve: -curve[1][-1])[:8]
    weeks = frame["week"].drop_duplicates().tolist()
    title = f"{curves[0][0]}: {percent(curves[0][1][-1])} by the end" if len(curves) == 1 else _curve_finding(curves)
    with house_style():
        figure, (low_end, high_end) = titled_figure(
            title,
            width=10.5,
            height=4.3,
            note=interval_note(result, "Line and band"),
            source=simulated_source(result),
            tag="simulated",
        )
        tall = figure.get_figheight()
        axes = figure.add_axes((0.85 / 10.5, low_end + 0.6 / tall, 5.75 / 10.5, high_end - low_end - 1.0 / tall))
        draw_curves(axes, weeks, curves)
        _terms(axes, frame, called, term)
        axes.set_xlabel("Week of the programme")
        axes.set_ylabel("Share of learners")
    told = "; ".join(
        f"{name} {percent(mean[-1])} ({percent(low[-1])} to {percent(high[-1])})" for name, mean, low, high in curves
    )
    alt = f"Simulated. Curves of the share of learners by week, over {len(weeks)} weeks. At the end: {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption="Simulated: attainment week by week.")


def simulated_source(result: SimulationResult) -> str:
    """The sentence under a figure of a simulation: what was simulated, how often and with which seed."""
    about = result.about
    cohorts = "1 cohort" if result.replicates == 1 else f"{result.replicates} cohorts"
    return (
        f"Simulated, not recorded: {cohorts} of {result.learners} learners, "
        f"scenario “{about.get('scenario_title') or about['scenario']}”, seed {result.seed}."
    )


def interval_note(result: SimulationResult, mark: str) -> str:
    """How to read a mark with its interval; a single cohort gives none."""
    if result.replicates == 1:
        return f"{mark}: one simulated cohort; more replicates give intervals."
    return f"{mark}: mean and 95 % interval for one cohort."


def _at_end(result: SimulationResult, term: str | None, kind: str, profession: str | None = "all") -> pd.DataFrame:
    """Earned shares in the last week of the term, with the last week of all as `later`."""
    frame = result.attainment_by_week(profession, "earned")
    frame = frame[frame["kind"] == kind] if kind else frame
    keys = ["item", "profession"]
    end = frame[frame["week"] == frame["week"].max()].set_index(keys)["mean"]
    if term is not None:
        if term not in set(frame["term"]):
            raise UnknownNameError(
                f"The result has no term `{term}`.", mend=near_names(term, dict.fromkeys(frame["term"]))
            )
        frame = frame[frame["term"] == term]
    last: pd.DataFrame = frame[frame["week"] == frame["week"].max()].reset_index(drop=True)
    last["later"] = [end[(row.item, row.profession)] for row in last.itertuples()]
    return last


def _by_profession(result: SimulationResult, items: Sequence[str] | None, term: str | None) -> pd.DataFrame:
    frame = _at_end(result, term, "", None)
    frame = frame[frame["profession"] != "all"]
    known = list(dict.fromkeys(frame["item"]))
    wanted = list(items) if items else list(dict.fromkeys(frame[frame["kind"] == "stack"]["item"])) or known
    for one in wanted:
        if one not in known:
            raise UnknownNameError(f"The result has no credential or stack `{one}`.", mend=near_names(one, known))
    shown: pd.DataFrame = frame[frame["item"].isin(wanted)].reset_index(drop=True)
    return shown


def _widest(frame: pd.DataFrame, count: int) -> list[str]:
    items = list(dict.fromkeys(frame["item"]))
    spans = frame.groupby("item")["mean"].agg(lambda shares: shares.max() - shares.min())
    kept = set(sorted(items, key=lambda one: -spans[one])[:count])
    return [one for one in items if one in kept]


def _profession_row(frame: pd.DataFrame, item: str, profession: str, called: Mapping[str, str]) -> Estimate | None:
    rows = frame[(frame["item"] == item) & (frame["profession"] == profession)].to_dict("records")
    label = called.get(profession, profession)
    if not rows:  # the profession may not earn it
        return Estimate(label, float("nan"), float("nan"), float("nan"))
    row = rows[0]
    return Estimate(label, row["mean"], _or(row["low"], row["mean"]), _or(row["high"], row["mean"]))


def _badge_finding(rows: Sequence[Estimate], when: str) -> str:
    if not rows:
        return "There are no badges to earn"
    half = sum(row.value >= 0.5 for row in rows)
    return f"{half} of {len(rows)} badges {'is' if half == 1 else 'are'} earned by at least half of the learners {when}"


def _profession_finding(frame: pd.DataFrame, titles: Mapping[str, str], called: Mapping[str, str], when: str) -> str:
    if frame.empty:
        return "No profession may earn any of these"
    spans = frame.groupby("item", sort=False)["mean"].agg(lambda shares: shares.max() - shares.min())
    item = str(spans.idxmax())
    rows = frame[frame["item"] == item].sort_values("mean", kind="stable").to_dict("records")
    low, high = rows[0], rows[-1]
    if high["mean"] == 0:
        return f"No profession has earned any of these {when}"
    return (
        f"Professions differ most in {titles[item]}: "
        f"{called.get(low['profession'], low['profession'])} {percent(low['mean'])}, "
        f"{called.get(high['profession'], high['profession'])} {percent(high['mean'])} {when}"
    )


def _profession_words(
    frame: pd.DataFrame, shown: Sequence[str], professions: Sequence[str], titles: Mapping[str, str],
    called: Mapping[str, str], when: str,
) -> str:  # fmt: skip
    panels = []
    for item in shown:
        rows = [_profession_row(frame, item, one, called) for one in professions]
        values = ", ".join(
            f"{row.label} {percent(row.value)} ({_range(row)})" for row in rows if row and row.value == row.value
        )
        panels.append(f"{titles[item]}: {values}")
    return f"Dots with 95 % intervals by profession, {when}. " + "; ".join(panels) + "."


def _curve_finding(curves: Sequence[tuple[str, Any, Any, Any]]) -> str:
    first, last = curves[0], curves[-1]
    return f"By the end, {percent(first[1][-1])} earn {first[0]} and {percent(last[1][-1])} {last[0]}"


def _terms(axes: Any, frame: pd.DataFrame, called: Mapping[str, str], marked: str | None) -> None:
    spans = frame.groupby("term", sort=False)["week"].agg(["min", "max"])
    for name, start, end in spans.itertuples():
        axes.axvline(start - 0.5, color=GRID, linewidth=1)
        strong = name == marked
        axes.annotate(
            plain(called.get(name, name), 16), ((start + end) / 2, 1), xycoords=("data", "axes fraction"),
            xytext=(0, 6), textcoords="offset points", ha="center", size=10, weight="bold" if strong else "normal",
        )  # fmt: skip
        if strong:
            axes.axvspan(start - 0.5, end + 0.5, color="#eef3f8", zorder=0)
            axes.axvline(end + 0.5, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
    axes.set_xlim(0.5, frame["week"].max() + 0.5)
    axes.set_xticks([int(end) for end in spans["max"]])


def _titles(result: SimulationResult) -> dict[str, str]:
    badges, stacks = result.badges("all"), result.stacks("all")
    return dict(zip(badges["credential"], badges["title"], strict=True)) | dict(
        zip(stacks["stack"], stacks["title"], strict=True)
    )


def _range(row: Estimate) -> str:
    return f"{percent(row.low)} to {percent(row.high)}"


def _or(value: float, instead: float) -> float:
    """The value, or the other where it is missing (one replicate has no interval)."""
    return instead if value != value else value
