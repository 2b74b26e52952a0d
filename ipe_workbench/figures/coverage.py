"""Which credential does what about which competency, as one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from matplotlib.axes import Axes

from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import (
    ACCENT,
    ALARM,
    GRID,
    INK,
    MUTED,
    PAPER,
    fitted,
    house_style,
    plain,
    titled_figure,
)
from ipe_workbench.pathways.coverage import HOW, Coverage, CoverageRow

__all__ = ["coverage_finding", "coverage_heatmap"]

_CELL = 0.30  # inches
_LABELS, _TOP, _GAPS, _END = 3.85, 2.15, 2.1, 0.16
#: Shape, fill, edge and letter colour: told apart by shape and letter without any colour.
_MARKS = {
    "assessed": ("s", ACCENT, ACCENT, PAPER),
    "practised": ("o", "#a9d3ee", ACCENT, INK),
    "taught": ("D", PAPER, MUTED, INK),
}
_MEANING = {"taught": "taught", "practised": "practised", "assessed": "assessed"}


def coverage_heatmap(coverage: Coverage, titles: Mapping[str, str] | None = None) -> AccessibleFigure:
    """Competencies by credentials, each cell with the strongest thing that the credential does.

    Parameters
    ----------
    coverage : Coverage
        From `ipe_workbench.pathways.coverage`.
    titles : mapping of str to str, optional
        What to call the credentials; their ids otherwise.

    Returns
    -------
    AccessibleFigure
        Taught, practised and assessed differ in letter, shape and colour; gaps are named at the right of their row.
    """
    names = [fitted((titles or {}).get(one, one), 2.25, size=9.5) for one in coverage.credentials]
    groups = [(title, list(rows)) for title, rows in groupby(coverage.rows, key=lambda row: row.parent_title)]
    lines = len(coverage.rows) + sum(1 for title, _ in groups if title)
    columns = max(len(names), 1)
    width = max(_LABELS + columns * _CELL + _GAPS + _END, 7.5)
    title = coverage_finding(coverage)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=width,
            height=_TOP + lines * _CELL,
            note="Each mark is the strongest thing that the credential does about the competency.",
            source=f"{coverage.framework_title or coverage.framework}: {len(coverage.rows)} sub-competencies, "
            f"{len(coverage.credentials)} credentials"
            + (f", for {coverage.profession}." if coverage.profession else "."),
        )
        tall = (high - low) * lines * _CELL / (_TOP + lines * _CELL)
        axes = figure.add_axes((_LABELS / width, low, columns * _CELL / width, tall))
        _draw(axes, coverage, groups, names)
        axes.set_ylim(lines - 0.5, -0.5)
        _legend(axes, columns)
    return AccessibleFigure(figure, alt=_words(coverage), title=title, caption=_caption(coverage))


def coverage_finding(coverage: Coverage) -> str:
    """The coverage in one sentence.

    Examples
    --------
    >>> from ipe_workbench.pathways.coverage import Coverage, CoverageRow
    >>> row = CoverageRow("1", "C1", "", None, "", ("huddles",), (), (), "exposure")
    >>> coverage_finding(Coverage("p", "f", "F", None, ("huddles",), (row,), {}))
    'None of the 1 sub-competencies is assessed; missing: C1'
    """
    total, missing = len(coverage.rows), coverage.gaps["assessed"]
    if not total:
        return "The framework has no sub-competencies to cover"
    if not missing:
        return f"All {total} sub-competencies are assessed"
    count = total - len(missing)
    start = (
        f"{count} of {total} sub-competencies are assessed"
        if count
        else f"None of the {total} sub-competencies is assessed"
    )
    return f"{start}; missing: {plain(_listed(missing, 8))}"


def _draw(
    axes: Axes, coverage: Coverage, groups: Sequence[tuple[str, list[CoverageRow]]], names: Sequence[str]
) -> None:
    line = 0
    for title, rows in groups:
        if title:
            done = sum(bool(row.assessed) for row in rows)
            _at_left(
                axes, line, fitted(title, _LABELS - 0.4, size=10, weight="bold"), weight="bold", offset=_LABELS - 0.2
            )
            _at_right(axes, line, f"{done} of {len(rows)} assessed", colour=MUTED)
            line += 1
        for row in rows:
            _row(axes, coverage, row, line)
            line += 1
    axes.set_xlim(-0.5, max(len(names), 1) - 0.5)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(names)), names, rotation=55, ha="left", rotation_mode="anchor", size=9.5)
    axes.set_yticks([])
    axes.tick_params(length=0, pad=3)
    for side in axes.spines.values():
        side.set_visible(False)
    for column in range(len(names) + 1):
        axes.axvline(column - 0.5, color=GRID, linewidth=0.5, zorder=0)


def _row(axes: Axes, coverage: Coverage, row: CoverageRow, line: int) -> None:
    if not row.assessed:
        axes.axhspan(line - 0.5, line + 0.5, facecolor="#fdeee6", zorder=0)
    axes.axhline(line + 0.5, color=GRID, linewidth=0.5, zorder=0)
    _at_left(axes, line, fitted(row.code, 0.58, size=10, weight="bold"), weight="bold", offset=_LABELS - 0.35)
    _at_left(axes, line, fitted(row.statement, _LABELS - 1.05, size=9), colour=MUTED, offset=_LABELS - 0.95, size=9)
    for column, credential in enumerate(coverage.credentials):
        how = coverage.strongest(row.competency_id, credential)
        if how:
            _mark(axes, column, line, how)
    if row.gaps:
        _at_right(axes, line, _gap(row), colour=ALARM, weight="bold")


def _mark(axes: Axes, x: float, y: float, how: str) -> None:
    shape, fill, edge, ink = _MARKS[how]
    size = 12.5 if shape == "D" else 16
    axes.plot(
        [x],
        [y],
        marker=shape,
        markersize=size,
        markerfacecolor=fill,
        markeredgecolor=edge,
        linestyle="none",
        clip_on=False,
    )
    axes.text(x, y, how[0].upper(), color=ink, size=9, weight="bold", ha="center", va="center_baseline", clip_on=False)


def _gap(row: CoverageRow) -> str:
    if len(row.gaps) == len(HOW):
        return "▲ not covered"
    return "▲ not " + ", ".join(row.gaps)


def _at_left(axes: Axes, line: int, text: str, *, offset: float, **style: object) -> None:
    colour = style.pop("colour", INK)
    axes.annotate(
        text, (0, line), xycoords=("axes fraction", "data"), xytext=(-offset * 72, 0), textcoords="offset points",
        va="center", ha="left", color=colour, annotation_clip=False, **{"size": 10, **style},  # type: ignore[arg-type]
    )  # fmt: skip


def _at_right(axes: Axes, line: int, text: str, *, colour: str, weight: str = "normal") -> None:
    axes.annotate(
        text, (1, line), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
        va="center", ha="left", color=colour, weight=weight, size=9.5, annotation_clip=False,
    )  # fmt: skip


def _legend(axes: Axes, columns: int) -> None:
    """The three marks with their words, above the rows' labels, where the slanted names leave room."""
    for step, how in enumerate(reversed(HOW)):
        x, y = -(_LABELS - 0.45) / _CELL - 0.5, -1.4 - (2 - step) * 1.15
        _mark(axes, x, y, how)
        axes.text(x + 0.9, y, _MEANING[how], va="center", size=10)
    axes.set_xlim(-0.5, columns - 0.5)


def _words(coverage: Coverage) -> str:
    total = len(coverage.rows)
    counts = ", ".join(f"{total - len(coverage.gaps[how])} {how}" for how in HOW)
    gaps = "; ".join(f"not {how}: {', '.join(coverage.gaps[how])}" for how in HOW if coverage.gaps[how])
    return f"A grid of {total} sub-competencies by {len(coverage.credentials)} credentials. Of {total}: {counts}. " + (
        f"Gaps: {gaps}." if gaps else "There are no gaps."
    )


def _caption(coverage: Coverage) -> str:
    framework = coverage.framework_title or coverage.framework
    return f"Coverage of {framework}: A assessed, P practised, T taught; rows without assessment are shaded."


def _listed(codes: Sequence[str], limit: int) -> str:
    more = f" and {len(codes) - limit} more" if len(codes) > limit else ""
    return ", ".join(codes[:limit]) + more
