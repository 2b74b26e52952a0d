"""The drawing of a pathway graph in rows: boxes with their titles, gates, and lines that branch between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Curve

from ipe_workbench.figures.layered import Arrangement, Segment, arrange
from ipe_workbench.figures.pathway_graph import Gate, Node, PathwayGraph, band_words
from ipe_workbench.figures.style import (
    INK,
    MUTED,
    PAPER,
    broken,
    fitted,
    house_style,
    titled_figure,
    width_of,
)

__all__ = ["LineLook", "Look", "draw_pathway"]

_BOX = 1.6  # inches
_EDGE = 0.16
#: Right of the last box, inside the stripes.
_MARGIN = 0.12
_SIZE, _SMALL = 9.5, 8.5
_LINE, _FOOT = 0.158, 0.145
_PAD = 0.07
_GATE = 0.21
_HEAD = 0.2
#: Boxes in a row, and in one of a pathway of many badges, which would be long and narrow else.
_MOST, _MOST_OF_MANY, _MANY = 6, 8, 40
#: Told apart by colour-blind readers; the colours carry no meaning but which line is which.
_LINES = ("#005a8f", "#b84a00", "#00694e", "#96407a", "#56606c")
_GATE_LINE, _GATE_FILL = "#7a5c00", "#fff3d6"
_STRIPES = ("#f6f8fa", PAPER)
_DASHES = {"pre": "solid", "co": (0, (4, 2)), "strict-co": (0, (1, 1.5))}


@dataclass(frozen=True)
class Look:
    """How a box is drawn, and the words at its foot."""

    fill: str = PAPER
    ink: str = INK
    edge: str = MUTED
    weight: float = 0.9
    note: str = ""
    dashed: bool = False


#: The colour and width of the lines from a badge to others; later ones lie on top.
LineLook = Callable[[str, frozenset[str]], tuple[str, float]]


def stack_look(node: Node) -> Look:
    """Stacks are dark, the overall ones darkest; credentials are white."""
    if node.kind in ("credential", "course"):
        return Look()
    return Look(fill="#00324f" if node.kind == "micro-credential" else "#d8e8f3", edge="#00324f",
                ink=PAPER if node.kind == "micro-credential" else INK, weight=1.4)  # fmt: skip


def draw_pathway(
    graph: PathwayGraph,
    *,
    title: str,
    note: str = "",
    source: str = "",
    look: Callable[[Node], Look] = stack_look,
    lines: LineLook | None = None,
) -> tuple[Figure, Arrangement]:
    """The figure of a pathway graph.

    Parameters
    ----------
    graph : PathwayGraph
    title, note, source : str
        As for `titled_figure`.
    look : callable
        How each box is drawn.
    lines : callable, optional
        How lines are drawn; by default in colours that tell neighbours apart.
    """
    plan = _Plan(graph, look)
    found = plan.arrangement
    with house_style():
        width = plan.names + found.width + _MARGIN + 2 * _EDGE
        figure, (low, high) = titled_figure(title, width=width, height=plan.height, note=note, source=source)
        axes = figure.add_axes((_EDGE / width, low, 1 - 2 * _EDGE / width, high - low))
        axes.set_xlim(-plan.names, found.width + _MARGIN)
        axes.set_ylim(plan.height, 0)
        axes.axis("off")
        plan.draw_bands(axes)
        plan.draw_lines(axes, lines or plan.colourful())
        for gate in graph.gates.values():
            if gate.id in plan.row_of:
                plan.draw_gate(axes, gate)
        for one in graph.nodes.values():
            plan.draw_box(axes, one)
    return figure, found


@dataclass
class _Plan:
    """Where everything stands, in inches from the upper left."""

    graph: PathwayGraph
    look: Callable[[Node], Look]
    rows: list[list[str]] = field(default_factory=list)
    bands: list[tuple[str, str]] = field(default_factory=list)
    top: list[float] = field(default_factory=list)
    tall: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        graph = self.graph
        self.looks = {one.id: self.look(one) for one in graph.nodes.values()}
        self.texts = {one.id: _title_lines(one) for one in graph.nodes.values()}
        self.heads = _heads(graph)
        for band, members in graph.rows(_MOST if len(graph.nodes) <= _MANY else _MOST_OF_MANY):
            own = [
                gate
                for gate in graph.gates.values()
                if gate.target in members and gate.id != self.heads.get(gate.target)
            ]
            name = band_words(graph, band, {one: graph.nodes[one] for one in members})
            for depth in sorted({gate.depth for gate in own}, reverse=True):
                self.rows.append([gate.id for gate in own if gate.depth == depth])
                self.bands.append(name)
            self.rows.append(members)
            self.bands.append(name)
        widths = dict.fromkeys(graph.nodes, _BOX) | {one.id: _gate_width(one) for one in graph.gates.values()}
        self.widths = widths
        on_box = {gate: one for one, gate in self.heads.items()}
        edges = [(source, on_box.get(into, into)) for source, into in graph.lines if source not in on_box]
        self.arrangement = arrange(self.rows, edges, widths, least_width=5.2)
        self.row_of = {one: at for at, row in enumerate(self.arrangement.rows) for one in row}
        words = {word for name in self.bands if name for text in name for word in text.split()}
        self.names = max([0.8, *(width_of(word, size=10, weight="bold") + 0.24 for word in words)])
        self.names = min(self.names, 2.0)
        self._stack_rows()

    def _stack_rows(self) -> None:
        y = 0.12
        for at, row in enumerate(self.rows):
            tall = max(self._height(one) for one in row)
            if at:
                y += self._gap(at)
            self.top.append(y)
            self.tall.append(tall)
            y += tall
        self.height = y + 0.14

    def _height(self, one: str) -> float:
        if one in self.graph.gates:
            return _GATE
        node = self.graph.nodes[one]
        feet = len(node.conditions) + bool(self.looks[one].note)
        return 2 * _PAD + _LINE * len(self.texts[one]) + _FOOT * feet + _HEAD * (one in self.heads)

    def _gap(self, below: int) -> float:
        """Room above a row for the lines into it: the more of them slant, the more."""
        x = self.arrangement.x
        slanting = sum(
            min(1.0, abs(x[one.upper] - x[one.lower]))
            for one in self.arrangement.segments
            if self.row_of[one.lower] == below
        )
        near = self.rows[below - 1][0] in self.graph.gates
        return min(0.95, (0.16 if near else 0.24) + 0.035 * slanting)

    def draw_bands(self, axes: Axes) -> None:
        """Stripes for terms, with their names and those of stages at the left."""
        right = self.arrangement.width + _MARGIN
        start, stripe, before = 0, 0, ""
        for number, ((first, second), group) in enumerate(groupby(self.bands)):
            count = len(list(group))
            low = self._between(start - 1) if start else 0.0
            high = self._between(start + count - 1) if start + count < len(self.rows) else self.height
            again = number > 0 and first == before and bool(second)
            stripe += number > 0 and not again
            shape = Rectangle((-self.names, low), self.names + right, high - low, facecolor=_STRIPES[stripe % 2])
            shape.set_zorder(0)
            axes.add_artist(shape)
            words = [] if again else broken(first, self.names - 0.16, size=10, lines=2, weight="bold")
            axes.text(-self.names + 0.08, low + 0.1, "\n".join(words), size=10, weight="bold", va="top", zorder=5)
            axes.text(
                -self.names + 0.08, low + 0.1 + 0.19 * len(words), fitted(second, self.names - 0.16, size=10), size=10,
                color=MUTED, va="top", zorder=5,
            )  # fmt: skip
            start, before = start + count, first

    def _between(self, row: int) -> float:
        return self.top[row] + self.tall[row] + 0.09

    def draw_lines(self, axes: Axes, lines: LineLook) -> None:
        into: dict[str, list[Segment]] = {}
        for one in self.arrangement.segments:
            into.setdefault(one.lower, []).append(one)
        x = self.arrangement.x
        for lower, ones in into.items():
            ones.sort(key=lambda one: x[one.upper])
            room = 0.0 if lower in self.arrangement.lanes else min(self.widths[lower] * 0.8, 0.15 * (len(ones) - 1))
            for spot, one in enumerate(ones):
                end = x[lower] + (room * (spot / (len(ones) - 1) - 0.5) if len(ones) > 1 else 0.0)
                self._draw_line(axes, one, end, lines)

    def _draw_line(self, axes: Axes, one: Segment, end: float, lines: LineLook) -> None:
        colour, width = lines(one.source, frozenset(self.heads.get(target, target) for target in one.targets))
        start, at = self.arrangement.x[one.upper], self.row_of[one.lower]
        above, below = at - 1, self.top[at]
        first = self.top[above] + self._bottom(one.upper, above)
        leaves = self.top[above] + self.tall[above]
        points = [(start, first), (start, leaves)]
        middle = (leaves + below) / 2
        points += [(start, middle), (end, middle), (end, below)]
        codes = [Curve.MOVETO, Curve.LINETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
        kind = self.graph.lines.get((one.source, self.heads.get(one.lower, one.lower)), "pre")
        if one.lower in self.arrangement.lanes:
            points.append((end, below + self.tall[at]))
            codes.append(Curve.LINETO)
        else:
            inset = (self.tall[at] - self._height(one.lower)) / 2
            if inset:
                points.append((end, below + inset))
                codes.append(Curve.LINETO)
        axes.add_artist(
            PathPatch(Curve(points, codes), facecolor="none", edgecolor=colour, linewidth=width, zorder=1 + width / 10,
                      linestyle=_DASHES[kind], capstyle="round", joinstyle="round")
        )  # fmt: skip

    def _bottom(self, one: str, row: int) -> float:
        """How far below the top of its row a thing ends; things stand in the middle of their row."""
        if one in self.arrangement.lanes:
            return self.tall[row]
        return (self.tall[row] + self._height(one)) / 2

    def draw_gate(self, axes: Axes, gate: Gate) -> None:
        """A pill with what the group asks for."""
        wide, at = self.widths[gate.id], self.row_of[gate.id]
        x, y = self.arrangement.x[gate.id] - wide / 2, self.top[at] + (self.tall[at] - _GATE) / 2
        axes.add_artist(
            FancyBboxPatch((x, y), wide, _GATE, boxstyle=f"round,pad=0,rounding_size={_GATE / 2}", facecolor=_GATE_FILL,
                           edgecolor="#7a5c00", linewidth=0.9, zorder=3)
        )  # fmt: skip
        axes.text(
            x + wide / 2, y + _GATE / 2, fitted(gate.label, 1.6, size=_SMALL, weight="bold"), size=_SMALL,
            weight="bold", ha="center", va="center_baseline", zorder=4,
        )  # fmt: skip

    def draw_box(self, axes: Axes, node: Node) -> None:
        """A badge with its title, its conditions and its note."""
        look, at = self.looks[node.id], self.row_of[node.id]
        tall = self._height(node.id)
        x, y = self.arrangement.x[node.id] - _BOX / 2, self.top[at] + (self.tall[at] - tall) / 2
        rounding = 0.05 if node.kind in ("credential", "course") else 0.0
        axes.add_artist(
            FancyBboxPatch((x, y), _BOX, tall, boxstyle=f"round,pad=0,rounding_size={rounding}", facecolor=look.fill,
                           edgecolor=look.edge, linewidth=look.weight, zorder=3,
                           linestyle=(0, (4, 2)) if look.dashed else "solid")
        )  # fmt: skip
        if not rounding:  # a second frame, as on a certificate
            frame = PAPER if look.ink == PAPER else look.edge
            inner = Rectangle((x + 0.035, y + 0.035), _BOX - 0.07, tall - 0.07, facecolor="none", edgecolor=frame)
            inner.set(linewidth=0.6, zorder=3.5)
            axes.add_artist(inner)
        if node.id in self.heads:
            self._draw_head(axes, self.graph.gates[self.heads[node.id]], x, y)
            y += _HEAD
        words = [(line, _SIZE, _weight(node), _LINE) for line in self.texts[node.id]]
        words += [(f"+ {one}", _SMALL, "normal", _FOOT) for one in node.conditions]
        words += [(look.note, _SMALL, "bold", _FOOT)] if look.note else []
        line = y + _PAD
        for text, size, weight, height in words:
            shown = fitted(text, _BOX - 0.1, size=size, weight=weight)
            axes.text(
                x + _BOX / 2, line + height / 2, shown, size=size, weight=weight, color=look.ink, ha="center",
                va="center_baseline", zorder=4,
            )  # fmt: skip
            line += height

    def _draw_head(self, axes: Axes, gate: Gate, x: float, y: float) -> None:
        """What a box asks for, across its upper edge."""
        head = Rectangle((x + 0.035, y + 0.035), _BOX - 0.07, _HEAD, facecolor=_GATE_FILL, edgecolor="none")
        head.set_zorder(3.3)
        axes.add_artist(head)
        axes.text(
            x + _BOX / 2, y + 0.035 + _HEAD / 2, fitted(gate.label, _BOX - 0.2, size=_SMALL, weight="bold"),
            size=_SMALL, weight="bold", ha="center", va="center_baseline", zorder=4,
        )  # fmt: skip

    def colourful(self) -> LineLook:
        """Colours of lines by their source: of each, the one that the lines beside it have least."""
        beside: dict[str, list[str]] = {}
        for row in self.arrangement.rows:
            names = [self.arrangement.lanes.get(one, one) for one in row if one not in self.graph.gates]
            for at, one in enumerate(names):
                beside.setdefault(one, []).extend(names[max(0, at - 2) : at] + names[at + 1 : at + 3])
        colour: dict[str, str] = {}
        for one, others in beside.items():
            taken = Counter(colour.get(other) for other in others)
            used = Counter(colour.values())
            colour[one] = min(_LINES, key=lambda each: (taken[each], used[each]))
        return lambda source, targets: (colour.get(source, _GATE_LINE), 1.2)


def _heads(graph: PathwayGraph) -> dict[str, str]:
    """By badge the gate that is drawn on its box: where all lines into the badge go through that one."""
    into: dict[str, list[str]] = {}
    for source, target in graph.lines:
        into.setdefault(target, []).append(source)
    return {one: into[one][0] for one in graph.nodes if len(into.get(one, ())) == 1 and into[one][0] in graph.gates}


def _title_lines(node: Node) -> list[str]:
    return broken(node.title, _BOX - 2 * _PAD - 0.04, size=_SIZE, lines=3, weight=_weight(node))


def _weight(node: Node) -> str:
    return "normal" if node.kind in ("credential", "course") else "bold"


def _gate_width(gate: Gate) -> float:
    return min(1.7, width_of(gate.label, size=_SMALL, weight="bold") + 0.2)
