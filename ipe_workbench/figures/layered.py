"""Where things stand in a drawing in rows, and which way lines take between them: no line runs through a thing.

The steps are those of Sugiyama, Tagawa and Toda (1981, IEEE Transactions on Systems, Man, and Cybernetics 11(2)): lanes
for lines through the rows that they pass, an order in each row with few crossings (barycentres, then neighbours that
swap), and places that keep lines straight, which is a linear programme (Gansner and others 1993, IEEE Transactions on
Software Engineering 19(3)) that HiGHS solves. All lines of one source share a lane: it is one line that branches.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Arrangement", "Segment", "arrange"]

#: Of a lane, and between neighbours, in inches.
_LANE, _BETWEEN = 0.0, 0.13
_SWEEPS = 12
#: Beginnings of the search for an order: the given one and mixed ones.
_STARTS = 8
#: How much a line's bend costs: between two lanes most, so that long lines are straight.
_STRAIGHT = {0: 1.0, 1: 2.0, 2: 8.0}


@dataclass(frozen=True)
class Segment:
    """A piece of a line between one row and the next: where it begins and ends, and what it leads to."""

    upper: str
    lower: str
    source: str
    targets: frozenset[str]


@dataclass(frozen=True)
class Arrangement:
    """Rows from top to bottom, with lanes in them.

    Parameters
    ----------
    rows : tuple of tuple of str
        Ids from left to right; a lane is named by `lanes`.
    x : mapping of str to float
        The middle of each, in inches from the left.
    lanes : mapping of str to str
        The source of each lane.
    segments : tuple of Segment
    width : float
        Inches.
    crossings : int
        How often lines cross.
    """

    rows: tuple[tuple[str, ...], ...]
    x: Mapping[str, float]
    lanes: Mapping[str, str]
    segments: tuple[Segment, ...]
    width: float
    crossings: int


def arrange(
    rows: Sequence[Sequence[str]],
    edges: Iterable[tuple[str, str]],
    widths: Mapping[str, float],
    least_width: float = 0.0,
) -> Arrangement:
    """Order and place things that stand in rows, with their lines.

    Parameters
    ----------
    rows : sequence of sequence of str
        Ids, from top to bottom.
    edges : iterable of (str, str)
        From an id to one in a row further down.
    widths : mapping of str to float
        Inches.
    least_width : float
        The drawing is at least so wide, in inches.

    Raises
    ------
    ValueError
        When a line does not lead downwards.

    Examples
    --------
    >>> found = arrange([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")], dict.fromkeys("abcd", 1.0))
    >>> found.crossings, found.x[found.rows[0][0]] == found.x[found.rows[1][0]]
    (0, True)
    """
    placed, segments, lanes = _with_lanes(rows, edges)
    ordered, crossings = _ordered(placed, segments)
    wide = {**widths, **dict.fromkeys(lanes, _LANE)}
    x, width = _places(ordered, segments, wide, lanes, least_width)
    return Arrangement(tuple(map(tuple, ordered)), x, lanes, tuple(segments), width, crossings)


def _with_lanes(
    rows: Sequence[Sequence[str]], edges: Iterable[tuple[str, str]]
) -> tuple[list[list[str]], list[Segment], dict[str, str]]:
    row_of = {one: at for at, row in enumerate(rows) for one in row}
    leads: dict[str, list[str]] = {}
    for source, target in dict.fromkeys(edges):
        if row_of[source] >= row_of[target]:
            raise ValueError(f"The line from {source} to {target} does not lead downwards.")
        leads.setdefault(source, []).append(target)
    placed, segments, lanes = [list(row) for row in rows], [], {}
    for source, targets in leads.items():
        upper = source
        for at in range(row_of[source] + 1, max(row_of[one] for one in targets) + 1):
            segments += [Segment(upper, one, source, frozenset([one])) for one in targets if row_of[one] == at]
            further = frozenset(one for one in targets if row_of[one] > at)
            if further:
                lane = f"lane {at} {source}"
                lanes[lane] = source
                placed[at].append(lane)
                segments.append(Segment(upper, lane, source, further))
                upper = lane
    return placed, segments, lanes


def _ordered(rows: list[list[str]], segments: Sequence[Segment]) -> tuple[list[list[str]], int]:
    """The order with the fewest crossings of all that the sweeps came by, from a few beginnings."""
    import numpy as np

    above: dict[str, list[str]] = {one: [] for row in rows for one in row}
    below: dict[str, list[str]] = {one: [] for row in rows for one in row}
    for one in segments:
        above[one.lower].append(one.upper)
        below[one.upper].append(one.lower)
    chance = np.random.default_rng(1)
    found = _swept([list(row) for row in rows], above, below)
    for _ in range(_STARTS - 1):
        mixed = [[row[at] for at in chance.permutation(len(row))] for row in rows]
        found = min(found, _swept(mixed, above, below), key=lambda each: each[1])
    return found


def _swept(
    now: list[list[str]], above: Mapping[str, list[str]], below: Mapping[str, list[str]]
) -> tuple[list[list[str]], int]:
    best, fewest = [list(row) for row in now], _all_crossings(now, below)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for at in range(1, len(now)) if down else range(len(now) - 2, -1, -1):
            other, near = (now[at - 1], above) if down else (now[at + 1], below)
            place = {one: spot for spot, one in enumerate(other)}
            now[at] = _by_barycentre(now[at], near, place)
        _swap_neighbours(now, above, below)
        count = _all_crossings(now, below)
        if count < fewest:
            best, fewest = [list(row) for row in now], count
    return best, fewest


def _by_barycentre(row: list[str], near: Mapping[str, list[str]], place: Mapping[str, int]) -> list[str]:
    """Sorted by the mean place of what each is joined with; what is joined with nothing keeps its place."""
    fixed = {at: one for at, one in enumerate(row) if not near[one]}
    moving = sorted(
        (one for one in row if near[one]), key=lambda one: sum(place[other] for other in near[one]) / len(near[one])
    )
    rest = iter(moving)
    return [fixed[at] if at in fixed else next(rest) for at in range(len(row))]


def _swap_neighbours(rows: list[list[str]], above: Mapping[str, list[str]], below: Mapping[str, list[str]]) -> None:
    for at, row in enumerate(rows):
        up = {one: spot for spot, one in enumerate(rows[at - 1])} if at else {}
        down = {one: spot for spot, one in enumerate(rows[at + 1])} if at + 1 < len(rows) else {}
        better = True
        while better:
            better = False
            for spot in range(len(row) - 1):
                left, right = row[spot], row[spot + 1]
                gain = _pair(above[left], above[right], up) + _pair(below[left], below[right], down)
                gain -= _pair(above[right], above[left], up) + _pair(below[right], below[left], down)
                if gain > 0:
                    row[spot], row[spot + 1] = right, left
                    better = True


def _pair(lefts: Iterable[str], rights: Sequence[str], place: Mapping[str, int]) -> int:
    """Crossings of the lines of two neighbours with the row beyond."""
    return sum(place[one] > place[other] for one in lefts for other in rights)


def _all_crossings(rows: Sequence[Sequence[str]], below: Mapping[str, list[str]]) -> int:
    total = 0
    for at in range(len(rows) - 1):
        place = {one: spot for spot, one in enumerate(rows[at + 1])}
        seen: list[int] = []
        for one in rows[at]:
            ends = sorted(place[other] for other in below[one])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _places(
    rows: Sequence[Sequence[str]],
    segments: Sequence[Segment],
    widths: Mapping[str, float],
    lanes: Mapping[str, str],
    least_width: float,
) -> tuple[dict[str, float], float]:
    """Middles that keep the order and bend the lines least, in the least width that holds every row."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    names = [one for row in rows for one in row]
    at = {one: spot for spot, one in enumerate(names)}
    width = max([least_width, *(sum(widths[one] + _BETWEEN for one in row) for row in rows)])
    count, bends = len(names), len(segments)
    rule: list[int] = []
    column: list[int] = []
    factor: list[float] = []
    most: list[float] = []

    def require(terms: Iterable[tuple[int, float]], limit: float) -> None:
        for spot, by in terms:
            rule.append(len(most))
            column.append(spot)
            factor.append(by)
        most.append(limit)

    for row in rows:
        for left, right in pairwise(row):
            require([(at[left], 1.0), (at[right], -1.0)], -(widths[left] + widths[right]) / 2 - _BETWEEN)
    for number, one in enumerate(segments):
        for sign in (1.0, -1.0):
            require([(at[one.upper], sign), (at[one.lower], -sign), (count + number, -1.0)], 0.0)
    cost = np.zeros(count + bends)
    cost[count:] = [_STRAIGHT[(one.upper in lanes) + (one.lower in lanes)] for one in segments]
    bounds = [(widths[one] / 2, width - widths[one] / 2) for one in names] + [(0.0, math.inf)] * bends
    if not most:
        return dict.fromkeys(names, width / 2), width
    matrix = coo_array((factor, (rule, column)), shape=(len(most), count + bends)).tocsr()
    answer = linprog(cost, A_ub=matrix, b_ub=most, bounds=bounds, method="highs")
    return {one: float(answer.x[spot]) for one, spot in at.items()}, width
