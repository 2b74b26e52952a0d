"""The picture of a badge, drawn from its design: the shape says what kind it is, the ring which competencies, the bars
how far it leads. Colours never stand alone; the codes, the stage and the kind are written out, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle, Wedge

from ipe_workbench.credentials.model import Alignment, MicroCredential, Stack, Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.style import COLOURS, GRID, INK, MUTED, PAPER, broken, fitted, width_of
from ipe_workbench.frameworks import Framework

__all__ = ["badge_image"]

#: Inches; at the 150 dots an inch of all figures, 600 pixels.
_SIDE = 4.0
_STAGES: tuple[Stage, ...] = ("exposure", "immersion", "competence")
_KINDS = {
    "recognition": "Recognition",
    "knowledge": "Knowledge",
    "application": "Application",
    "certificate": "Certificate",
    "micro-credential": "Micro-credential",
    "badge": "Badge",
}
#: Sides of the shape, and by what share they bulge in between (a rosette); 0 sides is a circle.
_SHAPES = {
    "recognition": (0, 0.0),
    "knowledge": (8, 0.0),
    "application": (6, 0.0),
    "certificate": (12, 0.045),
    "micro-credential": (16, 0.045),
    "badge": (0, 0.0),
}
_MOST_DOMAINS = 6


@dataclass(frozen=True)
class _Domain:
    """A part of a framework that the badge is about, with the number of alignments to it."""

    code: str
    title: str
    colour: str
    weight: int


def badge_image(design: MicroCredential | Stack, programme: Programme) -> AccessibleFigure:
    """The picture of a credential's or stack's badge.

    Parameters
    ----------
    design : MicroCredential or Stack
        The design, of today or as a version of it was issued.
    programme : Programme
        Its programme: the issuer's name, the frameworks of its alignments.

    Returns
    -------
    AccessibleFigure
        Square, 600 by 600 pixels as PNG, with a transparent ground. The same in, the same bytes out.

    Notes
    -----
    Circle: recognition; octagon: knowledge; hexagon: application; rosette: a stack. The ring shows the top-level
    competencies in proportion to the alignments; a stack's are those of its badges, unless it names one.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> print(badge_image(programme.credentials["huddles-and-briefings"], programme).alt)
    Badge of Example University Center ... Application, intermediate level, stage immersion (2 of 3). Competencies: ...
    """
    kind = design.kind if isinstance(design, Stack) else design.type
    domains = _domains(design, programme)
    figure = Figure(figsize=(_SIDE, _SIDE))
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-50, 50), ylim=(-50, 50))
    axes.set_axis_off()
    main = domains[0].colour if domains else INK
    _draw_shape(axes, kind, main)
    _draw_ring(axes, domains)
    _draw_words(axes, design, programme, kind, main)
    _draw_codes(axes, domains)
    return AccessibleFigure(figure, alt=_alt(design, programme, kind, domains), title=" ".join(design.title.split()))


def _draw_shape(axes: Axes, kind: str, colour: str) -> None:
    sides, bulge = _SHAPES[kind]
    if sides == 0:
        axes.add_patch(Circle((0, 0), 48, facecolor=colour, edgecolor="none"))
        return
    axes.add_patch(Polygon(list(_outline(sides, bulge)), closed=True, facecolor=colour, edgecolor="none"))


def _outline(sides: int, bulge: float) -> Iterator[tuple[float, float]]:
    steps = 360
    for step in range(steps):
        angle = 2 * math.pi * step / steps + math.pi / 2
        if bulge:
            radius = 46.5 * (1 + bulge * math.cos(sides * (angle - math.pi / 2)) * 0.7)
        else:
            # A polygon with a corner on top (an octagon with a side on top), its corners cut off by a circle.
            turned = (angle - math.pi / 2 + (math.pi / sides if sides == 8 else 0)) % (2 * math.pi / sides)
            edge = 49.5 * math.cos(math.pi / sides) / math.cos(turned - math.pi / sides)
            radius = min(edge, 48.4)
        yield radius * math.cos(angle), radius * math.sin(angle)


def _draw_ring(axes: Axes, domains: tuple[_Domain, ...]) -> None:
    axes.add_patch(Circle((0, 0), 41.5, facecolor=PAPER, edgecolor="none"))
    total = sum(one.weight for one in domains)
    start = 90.0
    for one in domains:
        end = start - 360 * one.weight / total
        axes.add_patch(Wedge((0, 0), 40.3, end, start, width=4.2, facecolor=one.colour, edgecolor=PAPER, linewidth=1.5))
        start = end
    if not domains:
        axes.add_patch(Wedge((0, 0), 40.3, 0, 360, width=4.2, facecolor=INK, edgecolor="none"))


def _draw_words(axes: Axes, design: MicroCredential | Stack, programme: Programme, kind: str, colour: str) -> None:
    number = _STAGES.index(design.stage)
    for bar in range(len(_STAGES)):
        filled = bar <= number
        axes.add_patch(
            Rectangle(
                (-9.5 + 7 * bar, 24.5), 5, 2 + 2 * bar, facecolor=colour if filled else PAPER,
                edgecolor=colour if filled else MUTED, linewidth=0.8,
            )
        )  # fmt: skip
    axes.text(0, 20.2, design.stage.upper(), size=8, weight="bold", color=colour, ha="center", va="center")
    size, lines = _title(design.title)
    step = size * 1.22 * 100 / (72 * _SIDE)
    top = 2 + step * (len(lines) - 1) / 2
    for row, line in enumerate(lines):
        axes.text(0, top - row * step, line, size=size, weight="bold", color=INK, ha="center", va="center")
    level = "" if isinstance(design, Stack) else f" · {design.level}"
    axes.plot([-14, 14], [-14.4, -14.4], color=GRID, linewidth=1.2)
    axes.text(0, -17.6, _KINDS[kind] + level, size=8, color=MUTED, ha="center", va="center")
    issuer = broken(programme.info.issuer.name, 1.78, size=6.2, lines=2)
    for row, line in enumerate(issuer):
        axes.text(0, -22.0 - 3.0 * row, line, size=6.2, color=MUTED, ha="center", va="center")


def _title(title: str) -> tuple[float, list[str]]:
    """The largest size at which the whole title has room, and its lines; a title beyond all sizes is cut."""
    for size, most in ((20.0, 2), (17.0, 2), (15.0, 2), (15.0, 3), (13.0, 3), (11.5, 4), (10.0, 4), (9.0, 5)):
        whole = broken(title, 2.62, size=size, lines=99, weight="bold")
        if len(whole) <= most and _words_unbroken(title, size):
            return size, whole
    return 9.0, broken(title, 2.62, size=9.0, lines=5, weight="bold")


def _words_unbroken(title: str, size: float) -> bool:
    return size <= 9 or all(width_of(word, size=size, weight="bold") <= 2.62 for word in title.split())


def _draw_codes(axes: Axes, domains: tuple[_Domain, ...]) -> None:
    """The codes on a ribbon of their own colours, so that nobody has to know the colours."""
    room = min(0.42, ((66 - 1.6 * len(domains)) / max(len(domains), 1) - 4.5) / 100 * _SIDE)
    words = [fitted(one.code, room, size=8.5, weight="bold") for one in domains]
    widths = [max(9.0, width_of(word, size=8.5, weight="bold") * 100 / _SIDE + 4.5) for word in words]
    left = -(sum(widths) + 1.6 * (len(widths) - 1)) / 2
    for one, word, width in zip(domains, words, widths, strict=True):
        box = FancyBboxPatch(
            (left + 1, -41.6), width - 2, 5.2, boxstyle="round,pad=1,rounding_size=2.6", facecolor=one.colour,
            edgecolor=PAPER, linewidth=1.8,
        )  # fmt: skip
        axes.add_patch(box)
        axes.text(
            left + width / 2, -39.1, word, size=8.5, weight="bold", color=PAPER, ha="center", va="center_baseline"
        )
        left += width + 1.6


def _alt(design: MicroCredential | Stack, programme: Programme, kind: str, domains: tuple[_Domain, ...]) -> str:
    level = "" if isinstance(design, Stack) else f", {design.level} level"
    stage = f"stage {design.stage} ({_STAGES.index(design.stage) + 1} of {len(_STAGES)})"
    about = ", ".join(f"{one.code} {one.title}".strip() for one in domains)
    competencies = f" Competencies: {about}." if about else ""
    return f"Badge of {programme.info.issuer.name}. {_KINDS[kind]}{level}, {stage}.{competencies}"


def _domains(design: MicroCredential | Stack, programme: Programme) -> tuple[_Domain, ...]:
    """The top-level competencies, those with most alignments first; beyond six they could not be read."""
    counted: dict[tuple[str, str], int] = {}
    for one in _claims(design, programme, frozenset()):
        framework = programme.frameworks.get(one.framework)
        found = framework.find(one.competency) if framework is not None else None
        if framework is not None and found is not None:
            top = [*framework.ancestors(found.id), found]
            root = next((each for each in top if each.parent is None), found)
            counted[framework.id, root.id] = counted.get((framework.id, root.id), 0) + 1
    ranked = sorted(counted.items(), key=lambda item: -item[1])[:_MOST_DOMAINS]
    return tuple(_domain(programme.frameworks[framework], root, weight) for (framework, root), weight in ranked)


def _domain(framework: Framework, root: str, weight: int) -> _Domain:
    found = framework[root]
    place = [one.id for one in framework.roots].index(root)
    return _Domain(found.code or found.id, found.title or "", COLOURS[place % len(COLOURS)], weight)


def _claims(design: MicroCredential | Stack, programme: Programme, seen: frozenset[str]) -> Iterator[Alignment]:
    if isinstance(design, MicroCredential):
        yield from design.alignments
    elif design.competency is not None and design.framework is not None:
        yield Alignment(framework=design.framework, competency=design.competency, how=("assessed",), level=design.stage)
    else:
        for badge in badges_in(design.rule):
            part = programme.credentials.get(badge) or programme.stacks.get(badge)
            if part is not None and part.id not in seen:
                yield from _claims(part, programme, seen | {design.id})
