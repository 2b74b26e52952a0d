"""A framework as a tree, and a crosswalk between two frameworks as links."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    COLOURS,
    GRID,
    INK,
    MUTED,
    fitted,
    house_style,
    plain,
    titled_figure,
)
from ipe_workbench.frameworks import Competency, Crosswalk, Framework, Mapping

__all__ = ["crosswalk_links", "framework_tree"]

_ROW = 0.27  # inches
_INDENT = 0.28
_ALONE, _COLUMN, _BETWEEN, _EDGE = 9.0, 5.4, 0.35, 0.16
#: Rows of one column of a tree; a larger framework takes up to three columns, and grows downwards from there on.
_ROWS = 45
_COLUMNS = 3
#: A crosswalk of more rows than that is not followed by its lines any more: each end names the others.
_FOLLOWED = 60
_NAMES = 0.95  # inches for those names

#: Colour and line of each relation: told apart without colour, too. The source is to the target ...
_RELATIONS = {
    "exactMatchOf": (COLOURS[0], "solid", "exact match"),
    "broader": (COLOURS[1], "dashed", "target broader"),
    "narrower": (COLOURS[2], "dashdot", "target narrower"),
    "isRelatedTo": (COLOURS[3], "dotted", "related"),
}


def framework_tree(framework: Framework) -> AccessibleFigure:
    """A framework's competencies below the ones that they are part of.

    Parameters
    ----------
    framework : Framework
        Of any size; above 45 competencies the tree goes on in further columns.

    Returns
    -------
    AccessibleFigure

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_framework
    >>> framework_tree(load_framework("ipec-2023")).title
    '4 competencies at the top, 33 that have no parts, 2 levels'
    """
    items = list(_with_levels(framework))
    columns = min(_COLUMNS, max(1, math.ceil(len(items) / _ROWS)))
    rows = max(1, math.ceil(len(items) / columns))
    column = _ALONE if columns == 1 else _COLUMN
    width = 2 * _EDGE + columns * column + (columns - 1) * _BETWEEN
    title = _tree_finding(framework)
    with house_style():
        source = f"{fitted(framework.title, width - 2.4, size=10)}: {len(items)} competencies."
        above = 0.5 if columns == 1 else 1.2
        figure, (low, high) = titled_figure(title, width=width, height=(rows + above) * _ROW, source=source)
        for at in range(columns):
            left = _EDGE + at * (column + _BETWEEN)
            axes = figure.add_axes((left / width, low, column / width, high - low))
            axes.set_xlim(0, column)
            axes.set_ylim(rows, -above)
            axes.axis("off")
            shown = items[at * rows : (at + 1) * rows]
            if at and shown and shown[0][1]:
                _draw_continued(axes, next(one for one, level in reversed(items[: at * rows]) if level == 0), column)
            _draw_column(axes, shown, column)
    return AccessibleFigure(figure, alt=_tree_words(framework), title=title, caption=f"The tree of {framework.title}.")


def crosswalk_links(crosswalk: Crosswalk, source: Framework, target: Framework) -> AccessibleFigure:
    """Which competency of one framework corresponds to which of another, as lines between two lists.

    Parameters
    ----------
    crosswalk : Crosswalk
        Its rows; one that names no competency of its framework is left out.
    source, target : Framework
        Both frameworks; every competency without parts stands there, and any other that a row names.

    Returns
    -------
    AccessibleFigure
        Relations differ in colour and in line, suggestions are thin; codes that nothing maps are marked. Above 60 rows
        each end of a line names the other, since nobody follows a line over pages.

    Examples
    --------
    >>> from ipe_workbench.frameworks import load_crosswalk, load_framework
    >>> old, new = load_framework("ipec-2016"), load_framework("ipec-2023")
    >>> crosswalk_links(load_crosswalk("crosswalk-ipec-2016-2023"), old, new).title[:20]
    '39 of 39 competencie'
    """
    pairs = [
        (left.id, right.id, row)
        for row in crosswalk.mappings
        if (left := source.find(row.source)) is not None and (right := target.find(row.target)) is not None
    ]
    lefts = _listed(source, {left for left, _, _ in pairs})
    rights = _listed(target, {right for _, right, _ in pairs})
    mapped = {left for left, _, _ in pairs}, {right for _, right, _ in pairs}
    rows = max(len(lefts), len(rights), 1)
    title = (
        f"{sum(one.id in mapped[0] for one in lefts)} of {len(lefts)} competencies have a counterpart; "
        f"{sum(one.id not in mapped[1] for one in rights)} of {len(rights)} new ones come from none"
    )
    room = _room(lefts), _room(rights)
    width, height = room[0] + 3.7 + room[1], (rows + 2.4) * _ROW
    named = rows > _FOLLOWED
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=width,
            height=height,
            note="A line joins what corresponds; a thin line is a suggestion. ▲ marks what nothing is mapped to."
            + (" Beside each code stands what it corresponds to." if named else ""),
            source=f"{fitted(crosswalk.title, width - 3, size=10)}: {len(pairs)} pairs.",
        )
        axes = figure.add_axes((0, low, 1, high - low))
        axes.set_xlim(0, width)
        axes.set_ylim(rows + 0.2, -2.2)
        axes.axis("off")
        spots = _draw_list(axes, lefts, rows, room[0], "right", source.id, mapped[0])
        ends = _draw_list(axes, rights, rows, width - room[1], "left", target.id, mapped[1])
        if named:
            _draw_names(axes, spots, [(begin, target[end]) for begin, end, _ in pairs], "left")
            _draw_names(axes, ends, [(end, source[begin]) for begin, end, _ in pairs], "right")
        for begin, end, row in pairs:
            _draw_link(axes, spots[begin], ends[end], row, named=named)
        _legend(axes, width, Counter(row.relation for _, _, row in pairs))
    return AccessibleFigure(
        figure, alt=_link_words(pairs, lefts, rights, mapped), title=title, caption=f"{crosswalk.title}."
    )


def _with_levels(framework: Framework) -> Iterator[tuple[Competency, int]]:
    levels: dict[str | None, int] = {None: -1}
    for one in framework.in_order():
        levels[one.id] = levels[one.parent] + 1
        yield one, levels[one.id]


def _tree_finding(framework: Framework) -> str:
    top, depth = len(framework.roots), framework.depth
    tops = f"{top} {'competency' if top == 1 else 'competencies'} at the top"
    return f"{tops}, {len(framework.leaves)} that have no parts, {depth} {'level' if depth == 1 else 'levels'}"


def _tree_words(framework: Framework) -> str:
    parts = [
        f"{one.code or plain(one.title or one.id)} with {len(framework.children(one.id))}"
        for one in framework.roots[:20]
    ]
    more = f" and {len(framework.roots) - 20} more" if len(framework.roots) > 20 else ""
    return f"A tree. {_tree_finding(framework)}. " + f"Parts: {', '.join(parts)}{more}."


def _draw_continued(axes: Axes, whole: Competency, room: float) -> None:
    """Above a column that begins amid the parts of a whole: what they are part of."""
    words = " ".join(filter(None, (whole.code, whole.title or whole.statement or ("" if whole.code else whole.id))))
    axes.text(0, -0.95, f"{fitted(words, room - 1.0, size=8.5)}, continued", size=8.5, color=MUTED, va="center")


def _draw_column(axes: Axes, items: list[tuple[Competency, int]], room: float) -> None:
    last_at: dict[int, int] = {}
    for line, (one, level) in enumerate(items):
        left = level * _INDENT
        if level:
            above = last_at.get(level - 1, -1)
            x = left - _INDENT * 0.6
            axes.plot([x, x, left - 0.04], [above + 0.4, line, line], color=GRID, linewidth=1)
        last_at[level] = line
        weight = "bold" if level == 0 else "normal"
        code = fitted(one.code or "", 1.2, size=9.5, weight="bold") if one.code else ""
        axes.text(left, line, code, size=9.5, weight="bold", color=ACCENT, va="center")
        start = left + (max(0.62, 0.12 + 0.085 * len(code)) if code else 0.0)
        said = one.title or one.statement or ("" if code else one.id)
        axes.text(
            start,
            line,
            fitted(said, room - start - 0.05, size=9.5, weight=weight),
            size=9.5,
            weight=weight,
            va="center",
        )


def _listed(framework: Framework, named: set[str]) -> list[Competency]:
    leaves = {one.id for one in framework.leaves}
    return [one for one in framework.in_order() if one.id in leaves or one.id in named]


def _room(items: list[Competency]) -> float:
    """Inches for the codes of one side, and for the texts where there are any."""
    return 3.9 if any(one.title or one.statement for one in items) else 1.5


def _draw_names(
    axes: Axes, spots: dict[str, tuple[float, float]], others: list[tuple[str, Competency]], side: str
) -> None:
    """At the end of each line, what stands at the other."""
    names: dict[str, list[str]] = {}
    for one, other in others:
        names.setdefault(one, []).append(other.code or other.id)
    for one, codes in names.items():
        x, y = spots[one]
        axes.text(x, y, fitted(", ".join(codes), _NAMES, size=8.5), size=8.5, ha=side, va="center")


def _draw_list(
    axes: Axes, items: list[Competency], rows: int, x: float, side: str, title: str, mapped: set[str]
) -> dict[str, tuple[float, float]]:
    """The codes and texts of one side; where the lines of each begin."""
    outwards = -1 if side == "right" else 1
    axes.text(x, -1.0, fitted(title, 3.7, size=10, weight="bold"), size=10, weight="bold", ha=side, va="center")
    step = rows / max(1, len(items))
    spots = {}
    for at, one in enumerate(items):
        y = at * step + (step - 1) / 2
        alone = one.id not in mapped
        code = fitted(("▲ " if alone else "") + (one.code or one.id), 0.95, size=9.5, weight="bold")
        axes.text(x, y, code, size=9.5, weight="bold", color=ALARM if alone else INK, ha=side, va="center")
        said = fitted(one.title or one.statement or "", 2.6, size=8.5)
        axes.text(x + outwards * 1.02, y, said, size=8.5, color=MUTED, ha=side, va="center")
        spots[one.id] = (x - outwards * 0.08, y)
    return spots


def _draw_link(axes: Axes, start: tuple[float, float], end: tuple[float, float], row: Mapping, *, named: bool) -> None:
    if named:
        start, end = (start[0] + _NAMES + 0.05, start[1]), (end[0] - _NAMES - 0.05, end[1])
    middle = (start[0] + end[0]) / 2
    curve = Curve(
        [start, (middle, start[1]), (middle, end[1]), end], [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    )
    colour, line, _ = _RELATIONS[row.relation]
    width, alpha = (0.9 if row.suggested else 1.8), (0.5 if named else 0.85)
    axes.add_patch(PathPatch(curve, facecolor="none", edgecolor=colour, linestyle=line, linewidth=width, alpha=alpha))


def _legend(axes: Axes, width: float, counts: Counter[str]) -> None:
    x = 0.2
    for relation, (colour, line, word) in _RELATIONS.items():
        if counts[relation]:
            axes.plot([x, x + 0.5], [-1.85, -1.85], color=colour, linestyle=line, linewidth=1.8)
            axes.text(x + 0.6, -1.85, f"{word} ({counts[relation]})", size=9.5, va="center")
            x += 2.2


def _link_words(
    pairs: list[tuple[str, str, Mapping]],
    lefts: list[Competency],
    rights: list[Competency],
    mapped: tuple[set[str], set[str]],
) -> str:
    def named(items: list[Competency], known: set[str]) -> str:
        codes = [plain(one.code or one.id) for one in items if one.id not in known]
        more = f" and {len(codes) - 20} more" if len(codes) > 20 else ""
        return ", ".join(codes[:20]) + more if codes else "none"

    return (
        f"Lines between {len(lefts)} and {len(rights)} competencies: {len(pairs)} pairs. "
        f"Without counterpart on the left: {named(lefts, mapped[0])}; on the right: {named(rights, mapped[1])}."
    )
