"""From links between children and parents, as files give them, to one tree in one order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.frameworks.tree import natural_order

__all__ = ["ChildLink", "Tree", "grow_tree", "in_code_order"]


@dataclass(frozen=True, slots=True)
class ChildLink:
    """That `child` is part of `parent` (``None``: of the whole), at the place `order`; `record` is its source."""

    child: str
    parent: str | None
    order: float | None = None
    record: Any = None


@dataclass(frozen=True, slots=True)
class Tree:
    """Items in the order of the tree: (id, parent or ``None``, place among its siblings from 1).

    `links` holds the link that each item's place comes from; `second` those to further parents; `cut` those taken out
    of circles; `orphans` the items that no link places.
    """

    items: tuple[tuple[str, str | None, int], ...]
    links: dict[str, ChildLink]
    second: tuple[ChildLink, ...]
    cut: tuple[ChildLink, ...]
    orphans: tuple[str, ...]


def grow_tree(ids: Iterable[str], links: Iterable[ChildLink], rank: Callable[[str], Any]) -> Tree:
    """One tree out of links that may contradict each other. Linear, but for sorting siblings.

    Parameters
    ----------
    ids : iterable of str
        Every item, once.
    links : iterable of ChildLink
        Between these items. The first link of a child places it; a circle is cut at one link.
    rank : callable
        A sort key for siblings without a place, and among those with equal ones.

    Examples
    --------
    >>> grow_tree(["A2", "A", "A10"], [ChildLink("A2", "A"), ChildLink("A10", "A")], in_code_order({})).items
    (('A', None, 1), ('A2', 'A', 1), ('A10', 'A', 2))
    """
    placed: dict[str, ChildLink] = {}
    second: list[ChildLink] = []
    for link in links:
        if link.child in placed:
            second.append(link)
        else:
            placed[link.child] = link
    listed = list(ids)
    orphans = tuple(one for one in listed if one not in placed)
    cut = _cut_circles(placed)
    siblings: dict[str | None, list[str]] = {}
    for one in listed:
        siblings.setdefault(placed[one].parent if one in placed else None, []).append(one)

    def position(one: str) -> tuple[Any, ...]:
        order = placed[one].order if one in placed else None
        return math.inf if order is None else order, rank(one)

    items: list[tuple[str, str | None, int]] = []
    waiting = _numbered(None, siblings, position)
    while waiting:
        item = waiting.pop()
        items.append(item)
        waiting.extend(_numbered(item[0], siblings, position))
    return Tree(tuple(items), placed, tuple(second), tuple(cut), orphans)


def in_code_order(codes: Mapping[str, str]) -> Callable[[str], Any]:
    """A rank by code as people order codes (VE2 before VE10), then by id; items without a code come by id."""

    def rank(one: str) -> tuple[Any, ...]:
        return natural_order(codes.get(one) or one), one

    return rank


def _numbered(
    parent: str | None, siblings: dict[str | None, list[str]], position: Callable[[str], Any]
) -> list[tuple[str, str | None, int]]:
    ranked = sorted(siblings.get(parent, ()), key=position)
    return [(one, parent, number) for number, one in enumerate(ranked, start=1)][::-1]


def _cut_circles(placed: dict[str, ChildLink]) -> list[ChildLink]:
    """Take one link out of each circle of parents. Linear: each item is walked over once."""
    cut: list[ChildLink] = []
    settled: set[str] = set()
    for start in list(placed):
        path: set[str] = set()
        here: str | None = start
        while here is not None and here in placed and here not in settled:
            if here in path:
                cut.append(placed.pop(here))
                break
            path.add(here)
            here = placed[here].parent
        settled |= path
    return cut
