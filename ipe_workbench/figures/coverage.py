"""Which credential does what about which competency, as one picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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

_TOP, _GAPS, _END = 2.15, 2.1, 0.16  # inches
#: A picture of more lines than that is laid out in panels of about so many lines, two beside each other.
_WHOLE, _PANEL = 60, 54


@dataclass(frozen=True)
class _Layout:
    """Inches for a cell and for the labels of rows, with their statements or with their codes alone."""

    cell: float
    labels: float
    statements: bool


_USUAL, _LARGE = _Layout(0.30, 3.85, statements=True), _Layout(0.25, 1.05, statements=False)
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
        A large framework (some 50 sub-competencies and more) is laid out in panels, two beside each other, with codes
        alone and the credentials' names above each panel.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways import coverage
    >>> coverage_heatmap(coverage(example_programme(), "ipec-2023")).alt[:30]
    'A grid of 33 sub-competencies '
    """
    credentials = _aligned(coverage)
    names = [fitted((titles or {}).get(one, one), 2.25, size=9.5) for one in credentials]
    lines = list(_lines(coverage))
    layout = _LARGE if len(lines) > _WHOLE else _USUAL
    panels = list(_panels(lines)) if layout is _LARGE else [lines]
    beside = min(len(panels), 2)
    columns = max(len(names), 1)
    each = layout.labels + columns * layout.cell + _GAPS + _END
    width = max(beside * each, 7.5)
    rows = [panels[at : at + beside] for at in range(0, len(panels), beside)]
    heights = [_TOP + max(map(len, row), default=0) * layout.cell for row in rows]
    title = coverage_finding(coverage)
    with house_style():
        figure, (low, high) = titled_figure(
            title,
            width=width,
            height=sum(heights),
            note="Each mark is the strongest thing that the credential does about the competency.",
            source=_source(coverage, len(credentials)),
        )
        inch = (high - low) / sum(heights)
        top = high
        for row, height in zip(rows, heights, strict=True):
            for number, panel in enumerate(row):
                tall = len(panel) * layout.cell * inch
                left, wide = number * each + layout.labels, columns * layout.cell
                axes = figure.add_axes((left / width, top - _TOP * inch - tall, wide / width, tall))
                _draw(axes, coverage, panel, dict(zip(credentials, names, strict=True)), layout)
                if panel is panels[0]:
                    _legend(axes, layout)
            top -= height * inch
    return AccessibleFigure(figure, alt=_words(coverage), title=title, caption=_caption(coverage))


def _aligned(coverage: Coverage) -> tuple[str, ...]:
    """The credentials that do something about the framework; all where none does."""
    aligned = {one for row in coverage.rows for how in HOW for one in getattr(row, how)}
    return tuple(one for one in coverage.credentials if one in aligned) or tuple(coverage.credentials)


def _source(coverage: Coverage, shown: int) -> str:
    others = len(coverage.credentials) - shown
    return (
        f"{coverage.framework_title or coverage.framework}: {len(coverage.rows)} sub-competencies, "
        f"{shown} {'credential' if shown == 1 else 'credentials'}"
        + (f"; {others} that {'is' if others == 1 else 'are'} aligned to none of them not shown" if others else "")
        + (f", for {coverage.profession}." if coverage.profession else ".")
    )


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


@dataclass(frozen=True)
class _Heading:
    """The line above the parts of one competency: its title, and how many of them are assessed.

    Where they go on below parts of parts, or in another panel, it stands again without the number.
    """

    title: str
    assessed: str

    def again(self) -> _Heading:
        return self if not self.assessed else _Heading(f"{self.title}, continued", "")


def _lines(coverage: Coverage) -> Iterator[_Heading | CoverageRow]:
    parts = Counter(row.parent_title for row in coverage.rows)
    assessed = Counter(row.parent_title for row in coverage.rows if row.assessed)
    seen: set[str] = set()
    for title, rows in groupby(coverage.rows, key=lambda row: row.parent_title):
        if title:
            heading = _Heading(title, f"{assessed[title]} of {parts[title]} assessed")
            yield heading.again() if title in seen else heading
            seen.add(title)
        yield from rows


def _panels(lines: Sequence[_Heading | CoverageRow]) -> Iterator[list[_Heading | CoverageRow]]:
    """The lines in panels of much the same length. A heading is never last, and stands again where its rows go on."""
    count = -(-len(lines) // _PANEL)
    length = -(-len(lines) // count) + 1
    panel: list[_Heading | CoverageRow] = []
    heading: _Heading | None = None
    for line in lines:
        if len(panel) >= length or (len(panel) == length - 1 and isinstance(line, _Heading)):
            yield panel
            panel = [heading.again()] if heading and not isinstance(line, _Heading) else []
        heading = line if isinstance(line, _Heading) else heading
        panel.append(line)
    yield panel


def _draw(
    axes: Axes,
    coverage: Coverage,
    lines: Sequence[_Heading | CoverageRow],
    names: Mapping[str, str],
    layout: _Layout,
) -> None:
    for number, line in enumerate(lines):
        if isinstance(line, _Heading):
            # No mark stands in this line: a title without statements below it may run over the cells.
            room = layout.labels - 0.4 + (0 if layout.statements else len(names) * layout.cell)
            text = fitted(line.title, room, size=10, weight="bold")
            _at_left(axes, number, text, weight="bold", offset=layout.labels - 0.2)
            _at_right(axes, number, line.assessed, colour=MUTED)
        else:
            _row(axes, coverage, line, number, layout)
            for column, credential in enumerate(names):
                if how := coverage.strongest(line.competency_id, credential):
                    _mark(axes, column, number, how)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlim(-0.5, max(len(names), 1) - 0.5)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(names)), list(names.values()), rotation=55, ha="left", rotation_mode="anchor", size=9.5)
    axes.set_yticks([])
    axes.tick_params(length=0, pad=3)
    for side in axes.spines.values():
        side.set_visible(False)
    for column in range(len(names) + 1):
        axes.axvline(column - 0.5, color=GRID, linewidth=0.5, zorder=0)


def _row(axes: Axes, coverage: Coverage, row: CoverageRow, line: int, layout: _Layout) -> None:
    if not row.assessed:
        axes.axhspan(line - 0.5, line + 0.5, facecolor="#fdeee6", zorder=0)
    axes.axhline(line + 0.5, color=GRID, linewidth=0.5, zorder=0)
    labels = layout.labels
    room = 0.58 if layout.statements else labels - 0.4
    _at_left(axes, line, fitted(row.code, room, size=10, weight="bold"), weight="bold", offset=labels - 0.35)
    if layout.statements:
        _at_left(axes, line, fitted(row.statement, labels - 1.05, size=9), colour=MUTED, offset=labels - 0.95, size=9)
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


def _legend(axes: Axes, layout: _Layout) -> None:
    """The three marks with their words, above the rows' labels, where the slanted names leave room."""
    for step, how in enumerate(reversed(HOW)):
        x, y = -(layout.labels - min(0.45, layout.labels / 4)) / layout.cell - 0.5, -1.4 - (2 - step) * 1.15
        _mark(axes, x, y, how)
        axes.text(x + 0.9, y, _MEANING[how], va="center", size=10)


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
