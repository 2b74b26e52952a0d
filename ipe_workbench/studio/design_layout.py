"""Where the badges of a programme stand in the designer's graph: columns by term, lines from left to right.

Time goes to the right: a column for each term, and further ones where a badge asks for another of its term. What has
no term yet stands before the stacks. A place is kept while one edits, so that the picture does not jump; only what is
new or moves to another term gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import networkx as nx

from ipe_workbench.credentials import Programme, Rule, badges_in
from ipe_workbench.figures.layered import arrange
from ipe_workbench.pathways.design_edits import always_asked, scored
from ipe_workbench.pathways.planning import offerings_of
from ipe_workbench.studio.texts import mark

__all__ = ["HEIGHT", "WIDTH", "Band", "Edge", "Layout", "lay_out"]

#: Of a box, and from one column or box to the next; pixels at the graph's own size.
WIDTH, HEIGHT = 138.0, 52.0
_PITCH, _STEP = 162.0, 65.0
#: Boxes in a column; more go into a further one.
_MOST = 12
_TOP = 34.0
#: `arrange` works in inches with a fixed gap of 0.13.
_INCH = 100.0

Column = tuple[int, int, int]


@dataclass(frozen=True)
class Edge:
    """A badge counts for another one: for sure (`always`), or as one of several that would do."""

    source: str
    target: str
    always: bool
    #: Places (x, y) that the line passes between the two, so that it runs through no box.
    via: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Band:
    """The heading over the columns of a term."""

    title: str
    x: float
    width: float


@dataclass(frozen=True)
class Layout:
    """Middles of the boxes, lines and headings.

    Parameters
    ----------
    x, y : mapping of str to float
        By the id of a credential or stack, in the order of reading: column by column, from top to bottom.
    edges : tuple of Edge
    bands : tuple of Band
    column : mapping of str to tuple
        In which column each stands; equal for two in the same.
    lanes : mapping
        Kept for the next layout: the height at which a source's line passes a column.
    """

    x: Mapping[str, float]
    y: Mapping[str, float]
    edges: tuple[Edge, ...]
    bands: tuple[Band, ...]
    column: Mapping[str, Column] = field(repr=False)
    lanes: Mapping[tuple[str, Column], float] = field(default_factory=dict, repr=False)


def lay_out(programme: Programme, before: Layout | None = None) -> Layout:
    """Places for every credential and stack of a programme, circles of requirements included.

    Parameters
    ----------
    programme : Programme
    before : Layout, optional
        The places until now, which are kept as far as can be; without it the order with few crossings is sought.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> places = lay_out(example_programme())
    >>> len(places.x), [band.title for band in places.bands][-1]
    (21, 'Stacks')
    >>> places.x["huddles-and-briefings"] > places.x["communication-foundations"]
    True
    """
    edges = _edges(programme)
    column = _columns(programme, edges)
    order = sorted(dict.fromkeys(column.values()))
    x = {key: _PITCH / 2 + at * _PITCH for at, key in enumerate(order)}
    y: Mapping[str, float]
    lanes: Mapping[tuple[str, Column], float]
    if before is None:
        y, lanes = _fresh(column, order, edges)
    else:
        y, lanes = _kept(column, edges, before), before.lanes
    reading = sorted(column, key=lambda one: (column[one], y[one]))
    return Layout(
        x={one: x[column[one]] for one in reading},
        y={one: y[one] for one in reading},
        edges=tuple(_routed(one, column, x, order, lanes) for one in edges),
        bands=_bands(programme, order, x),
        column=column,
        lanes=lanes,
    )


def _edges(programme: Programme) -> list[Edge]:
    owner = {one.id: each.id for each in programme.credentials.values() for one in each.activities}
    known = {*programme.credentials, *programme.stacks}
    found: list[Edge] = []
    rules: dict[str, Rule | None] = {one.id: one.requires for one in programme.credentials.values()}
    rules |= {one.id: one.rule for one in programme.stacks.values()}
    for target, rule in rules.items():
        if rule is None:
            continue
        sure = set(always_asked(rule))
        named = dict.fromkeys(owner.get(one, one) for one in (*badges_in(rule), *scored(rule)))
        found += [Edge(one, target, one in sure) for one in named if one in known]
    return found


def _columns(programme: Programme, edges: Iterable[Edge]) -> dict[str, Column]:
    """Band by term, then after what it asks for in the same band, then split where a column would be too long."""
    terms = [one.id for one in programme.info.terms]
    band = dict.fromkeys(programme.credentials, len(terms))
    for offering in reversed(offerings_of(programme)):
        if programme.credentials[offering.credential].activities:
            band[offering.credential] = terms.index(offering.term)
    for one in programme.credentials.values():
        if one.status == "retired" and one.activities:
            band[one.id] = max((terms.index(each.term) for each in one.activities if each.term in terms), default=0)
    band |= dict.fromkeys(programme.stacks, len(terms) + 1)
    rank = _ranks(band, edges)
    column: dict[str, Column] = {}
    size: dict[tuple[int, int], int] = {}
    for reference in band:
        key = (band[reference], rank[reference])
        at = size[key] = size.get(key, -1) + 1
        column[reference] = (*key, at // _MOST)
    return column


def _ranks(band: Mapping[str, int], edges: Iterable[Edge]) -> dict[str, int]:
    """The longest way inside a band to each; badges that ask for each other in a circle share a rank."""
    inside: nx.DiGraph[str] = nx.DiGraph()
    inside.add_nodes_from(band)
    inside.add_edges_from((one.source, one.target) for one in edges if band[one.source] == band[one.target])
    groups = nx.condensation(inside)
    depth: dict[int, int] = {}
    for group in nx.topological_sort(groups):
        depth[group] = max((depth[one] + 1 for one in groups.predecessors(group)), default=0)
    return {one: depth[group] for one, group in groups.graph["mapping"].items()}


def _fresh(
    column: Mapping[str, Column], order: list[Column], edges: Iterable[Edge]
) -> tuple[dict[str, float], dict[tuple[str, Column], float]]:
    rows = [[one for one in column if column[one] == key] for key in order]
    forward = [(one.source, one.target) for one in edges if column[one.source] < column[one.target]]
    found = arrange(rows, forward, dict.fromkeys(column, HEIGHT / _INCH))
    y = {one: found.x[one] * _INCH + _TOP for one in column}
    lanes = {
        (found.lanes[one], order[at]): found.x[one] * _INCH + _TOP
        for at, row in enumerate(found.rows)
        for one in row
        if one in found.lanes
    }
    return y, lanes


def _kept(column: Mapping[str, Column], edges: list[Edge], before: Layout) -> dict[str, float]:
    same = {one: key for one, key in column.items() if before.column.get(one, ())[:1] == key[:1]}
    y: dict[str, float] = {}
    taken: dict[Column, list[float]] = {}
    for one in sorted(column, key=lambda one: one not in same):
        wish = before.y[one] if one in same else _near_its_neighbours(one, edges, y)
        spot = _free(wish, taken.setdefault(column[one], []))
        y[one] = spot
        taken[column[one]].append(spot)
    return y


def _near_its_neighbours(one: str, edges: list[Edge], y: Mapping[str, float]) -> float:
    near = [y[edge.source] for edge in edges if edge.target == one and edge.source in y]
    near += [y[edge.target] for edge in edges if edge.source == one and edge.target in y]
    return sum(near) / len(near) if near else _TOP + HEIGHT / 2


def _free(wish: float, taken: list[float]) -> float:
    """The place nearest to the wished one at which no box stands."""
    least = _TOP + HEIGHT / 2
    spots = [max(wish, least), *(spot + way for spot in taken for way in (_STEP, -_STEP))]
    free = [spot for spot in spots if spot >= least and all(abs(spot - other) >= _STEP - 1e-6 for other in taken)]
    return min(free, key=lambda spot: abs(spot - wish))


def _routed(
    edge: Edge,
    column: Mapping[str, Column],
    x: Mapping[Column, float],
    order: list[Column],
    lanes: Mapping[tuple[str, Column], float],
) -> Edge:
    between = [key for key in order if column[edge.source] < key < column[edge.target]]
    ways = [(x[key], lanes[edge.source, key]) for key in between if (edge.source, key) in lanes]
    return Edge(edge.source, edge.target, edge.always, tuple(ways) if len(ways) == len(between) else ())


def _bands(programme: Programme, order: list[Column], x: Mapping[Column, float]) -> tuple[Band, ...]:
    titles = [*(one.title for one in programme.info.terms), mark("No term yet"), mark("Stacks")]
    found = []
    for number in dict.fromkeys(key[0] for key in order):
        own = [x[key] for key in order if key[0] == number]
        left = min(own) - _PITCH / 2
        found.append(Band(titles[number], left, max(own) + _PITCH / 2 - left))
    return tuple(found)
