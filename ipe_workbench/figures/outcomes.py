"""Outcomes of the evaluation plan: effects as a forest plot, answers to an instrument as diverging bars."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    INK,
    LABEL_SIZE,
    MUTED,
    PAPER,
    fitted,
    house_style,
    plain,
    quiet_axes,
    titled_figure,
)

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation import Answer, PlanResult
    from ipe_workbench.evaluation.planned.answer_shares import AnswerShares

__all__ = ["forest_plot", "likert_bars"]

_ROW = 0.36  # inches
#: Below to above the middle, for scales of up to nine answers: orange to blue, told apart without colour by lightness.
_BELOW = ("#8f3a00", "#c96a1f", "#e9a066", "#f6d3b5")
_ABOVE = ("#bcd9ee", "#78b1d9", "#2a7ab5", "#00436e")
_NEUTRAL = "#d5d9de"
#: How each verdict is marked: by shape and by filling, not by colour alone.
_MARKS = {"supported": ("o", True), "contradicted": ("X", True), "not-shown": ("o", False), "described": ("D", False)}
_WORDS = {
    "supported": "as expected", "contradicted": "against the expectation", "not-shown": "not shown",
    "described": "described only",
}  # fmt: skip


def forest_plot(result: PlanResult) -> AccessibleFigure:
    """Standardised effects of all analyses of the plan that have one, with intervals, claim by claim.

    Parameters
    ----------
    result : PlanResult
        From `run_plan`; effects that rest on fewer than ten learners are not in it.

    Examples
    --------
    >>> from ipe_workbench.evaluation import PlanResult
    >>> forest_plot(PlanResult("ours", alpha=0.05, claims=())).title
    'No analysis has a standardised effect yet'
    """
    rows = [one for one in result.answers if _drawable(one)]
    title = _forest_finding(rows)
    percent = f"{100 * (1 - result.alpha):.0f} %"
    note = (
        f"Dot and bar: effect in standard deviations with its {percent} interval (Hedges' g of change or difference; "
        "growth over the whole span). Filled circle: as expected; hollow: not shown; cross: against the expectation."
    )
    with house_style():
        figure, (low, high) = titled_figure(
            title, width=10.5, height=_ROW * max(len(rows), 1) + 0.75, note=note,
            source=f"Records of {plain(result.programme, 60)} until {result.until or 'no day'}; one line an analysis.",
            tag="simulated" if result.simulated else "",
        )  # fmt: skip
        tall = figure.get_figheight()
        axes = figure.add_axes((3.6 / 10.5, low + 0.6 / tall, 3.9 / 10.5, high - low - 0.65 / tall))
        _draw_forest(axes, rows)
    told = "; ".join(_told(one) for one in rows) or "no analysis has a standardised effect"
    alt = f"Forest plot of {len(rows)} standardised effects. {told}."
    return AccessibleFigure(figure, alt=alt, title=title, caption=f"Standardised effects with {percent} intervals.")


def likert_bars(shares: AnswerShares, *, waves: tuple[str, ...] = ()) -> AccessibleFigure:
    """Answers to each item as bars that part at the middle of the scale, wave below wave.

    Parameters
    ----------
    shares : AnswerShares
        From `answer_shares`, in which answers that few gave are taken together.
    waves : tuple of str
        Only these.

    Examples
    --------
    >>> import pandas as pd
    >>> from ipe_workbench.evaluation import answer_shares, load_instrument
    >>> form = load_instrument("team-confidence")
    >>> given = pd.DataFrame({"learner": range(100), "item": "1", "wave": "pre", "value": [10, 30, 50, 70, 90] * 20})
    >>> likert_bars(answer_shares(given, form)).title
    '40 % of answers lie above the middle'
    """
    table = shares.table if not waves else shares.table[shares.table["wave"].isin(waves)]
    title = _likert_finding(shares, table)
    together = any(" to " in one for one in shares.categories)
    note = "Bars part at the middle of the scale" + (", neutral answers on both sides" if shares.neutral else "") + "."
    note += " Number at the right: learners who answered." + (
        " Answers that fewer than ten gave are taken together with their neighbours." if together else ""
    )
    hidden = f" {shares.hidden} rows are not shown: fewer than ten learners." if shares.hidden else ""
    items = table["item"].nunique()
    with house_style():
        figure, (low, high) = titled_figure(
            title, width=10.5, height=0.25 * max(len(table), 1) + 0.12 * items + 1.25, note=note,
            source=f"{plain(shares.title, 90)}.{hidden}",
        )  # fmt: skip
        tall = figure.get_figheight()
        axes = figure.add_axes((5.2 / 10.5, low + 0.6 / tall, 4.6 / 10.5, high - low - 1.1 / tall))
        _draw_likert(axes, shares, table)
        _legend(axes, shares)
    alt = f"Diverging bars of answers to {plain(shares.title, 90)}. {_likert_told(shares, table)}"
    return AccessibleFigure(
        figure, alt=alt, title=title, caption=f"Answers to {plain(shares.title, 90)}, by item and wave."
    )


def _drawable(answer: Answer) -> bool:
    one = answer.standardised
    return (
        answer.verdict in _MARKS and one is not None and None not in (one.estimate, one.low, one.high)
        and one.low == one.low and one.high == one.high
    )  # fmt: skip


def _draw_forest(axes: Axes, rows: list[Answer]) -> None:
    ends = [0.0]
    for line, row in enumerate(rows):
        one = row.standardised
        if one is None or one.estimate is None or one.low is None or one.high is None:
            continue
        ends += [one.low, one.high]
        marker, filled = _MARKS[row.verdict]
        colour = ALARM if row.verdict == "contradicted" else ACCENT
        axes.plot([one.low, one.high], [line, line], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
        axes.plot(
            [one.estimate], [line], marker=marker, markersize=8.5, color=colour, zorder=3,
            markerfacecolor=colour if filled else PAPER, markeredgewidth=1.6,
        )  # fmt: skip
        words = f"{one.estimate:.2f} [{one.low:.2f}, {one.high:.2f}]   n = {one.n:,}".replace("-", "\N{MINUS SIGN}")
        axes.annotate(
            words, (1, line), xycoords=("axes fraction", "data"), xytext=(12, 0), textcoords="offset points",
            va="center", size=10, weight="bold" if row.planned.role == "primary" else "normal", annotation_clip=False,
        )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1.1, zorder=1)
    reach = max(max(ends) - min(ends), 0.4)
    axes.set_xlim(min(ends) - 0.06 * reach, max(ends) + 0.06 * reach)
    labels = [fitted(f"{row.claim}: {row.planned.id}", 3.3, size=LABEL_SIZE) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row.planned.role == "primary" else "normal")
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.set_xlabel("Standard deviations (bold: primary analyses)")
    quiet_axes(axes)


def _forest_finding(rows: list[Answer]) -> str:
    if not rows:
        return "No analysis has a standardised effect yet"
    judged = [one for one in rows if one.planned.role == "primary" and one.verdict != "described"]
    held = sum(one.verdict == "supported" for one in judged)
    if not judged:
        return f"{len(rows)} standardised effects, none of them primary"
    if len(judged) == 1:
        return "The primary effect is as expected" if held else "The primary effect is not as expected"
    return f"{held} of the {len(judged)} primary effects drawn here are as expected"


def _told(row: Answer) -> str:
    one = row.standardised
    if one is None:
        return plain(row.planned.id)
    return (
        f"{plain(row.claim)}, {plain(row.planned.id)}: {one.estimate:.2f}, interval {one.low:.2f} to {one.high:.2f}, "
        f"{one.n} observations or learners, {_WORDS[row.verdict]}"
    )


def _palette(shares: AnswerShares) -> list[str]:
    below, above = shares.middle, len(shares.categories) - shares.middle - shares.neutral
    low = [_BELOW[round(at * 3 / max(below - 1, 1))] for at in range(below)]
    high = [_ABOVE[3 - round((above - 1 - at) * 3 / max(above - 1, 1))] for at in range(above)]
    return [*low, *([_NEUTRAL] if shares.neutral else []), *high]


def _draw_likert(axes: Axes, shares: AnswerShares, table: pd.DataFrame) -> None:
    colours, left, right, line, places, labels = _palette(shares), 0.2, 0.2, 0.0, [], []
    several = table["wave"].nunique() > 1
    for item, part in table.groupby("item", sort=False):
        for number, row in enumerate(part.to_dict("records")):
            values = [float(row[one]) for one in shares.categories]
            start = -sum(values[: shares.middle]) - (values[shares.middle] / 2 if shares.neutral else 0.0)
            left, right = max(left, -start), max(right, sum(values) + start)
            for value, colour in zip(values, colours, strict=True):
                axes.barh([line], [value], left=start, height=0.86, color=colour, edgecolor=PAPER, linewidth=0.7)
                start += value
            axes.annotate(
                f"{int(row['n']):,}", (1, line), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", size=8.5, color=MUTED, annotation_clip=False,
            )  # fmt: skip
            name = f"{item}. {row['topic']}" if number == 0 else ""
            wave = str(row["wave"]) if several else ""
            places.append(line)
            labels.append((name, wave))
            line += 1.0
        line += 0.45
    axes.set_ylim(line - 0.4, -0.7)
    axes.set_xlim(-left * 1.05, right * 1.03)
    axes.set_yticks(places, [fitted(wave, 1.55, size=8.5) for _, wave in labels])
    for place, (name, _) in zip(places, labels, strict=True):
        if name:
            room = 3.25 if several else 4.8
            axes.annotate(
                fitted(name, room, size=9.5), (0, place), xycoords=("axes fraction", "data"),
                xytext=(-(5.2 - 0.16) * 72, 0), textcoords="offset points", va="center", size=9.5,
                annotation_clip=False,
            )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1.0, zorder=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * abs(value):.0f} %")
    axes.set_xlabel("Share of answers below and above the middle of the scale")
    quiet_axes(axes)
    axes.tick_params(axis="y", labelsize=8.5)


def _legend(axes: Axes, shares: AnswerShares) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(color=colour, label=plain(name)) for colour, name in
               zip(_palette(shares), shares.categories, strict=True)]  # fmt: skip
    axes.legend(
        handles=patches, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(patches), frameon=False, fontsize=9,
        handlelength=1.1, columnspacing=1.1, handletextpad=0.4,
    )  # fmt: skip


def _above(shares: AnswerShares, row: Mapping[Hashable, float]) -> float:
    return sum(float(row[one]) for one in shares.categories[shares.middle + shares.neutral :])


def _likert_finding(shares: AnswerShares, table: pd.DataFrame) -> str:
    means = _means(shares, table)
    if not means:
        return "Too few answers to show"
    if len(means) == 1:
        return f"{100 * next(iter(means.values())):.0f} % of answers lie above the middle"
    (first, before), (last, after) = next(iter(means.items())), list(means.items())[-1]
    now, then = f"{100 * after:.0f} %", f"{100 * before:.0f} %"
    return f"{now} of answers lie above the middle at {plain(last, 40)}, {then} at {plain(first, 40)}"


def _means(shares: AnswerShares, table: pd.DataFrame) -> dict[str, float]:
    found: dict[str, float] = {}
    for wave, part in table.groupby("wave", sort=False):
        rows = part.to_dict("records")
        found[str(wave)] = sum(_above(shares, row) * row["n"] for row in rows) / sum(row["n"] for row in rows)
    return found


def _likert_told(shares: AnswerShares, table: pd.DataFrame) -> str:
    rows = table.to_dict("records")
    told = "; ".join(
        f"item {plain(row['item'])} ({plain(row['topic'])}), {plain(row['wave'])}: {100 * _above(shares, row):.0f} % "
        f"above the middle of {int(row['n'])}"
        for row in rows
    )
    return (told or "Nothing may be shown") + "."
