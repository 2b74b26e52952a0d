"""What makes items a tree, and the order in which people read codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["NUMBER", "TreeProblem", "natural_order", "tree_problems"]

NUMBER = re.compile("([0-9]+)")


@dataclass(frozen=True, slots=True)
class TreeProblem:
    """Why items do not form a tree: which item (by its place in the list), which field of it, and a sentence."""

    kind: Literal["duplicate-id", "unknown-parent", "cycle"]
    index: int
    field: Literal["id", "parent"]
    subject: str
    message: str


def tree_problems(items: Iterable[tuple[str, str | None]]) -> tuple[TreeProblem, ...]:
    """Everything that keeps items, given as (id, parent), from being a tree. Linear.

    Examples
    --------
    >>> [problem.message for problem in tree_problems([("A", None), ("A1", "B")])]
    ['The parent B of A1 does not exist.']
    """
    listed = list(items)
    first: dict[str, int] = {}
    problems: list[TreeProblem] = []
    for index, (one, _) in enumerate(listed):
        if first.setdefault(one, index) != index:
            problems.append(TreeProblem("duplicate-id", index, "id", one, f"The id {one} stands twice."))
    for index, (one, parent) in enumerate(listed):
        if parent is not None and parent not in first:
            message = f"The parent {parent} of {one} does not exist."
            problems.append(TreeProblem("unknown-parent", index, "parent", one, message))
    for circle in _circles({one: listed[index][1] for one, index in first.items()}):
        shown = " > ".join([*circle[:6], "..." if len(circle) > 6 else circle[0]])
        message = f"A competency is part of itself, in a circle of parents: {shown}."
        problems.append(TreeProblem("cycle", first[circle[0]], "parent", circle[0], message))
    return tuple(problems)


@lru_cache(maxsize=2**16)
def natural_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts codes as people do.

    Examples
    --------
    >>> sorted(["VE10", "VE2", "RR1"], key=natural_order)
    ['RR1', 'VE2', 'VE10']
    """
    parts = ((part, part.lstrip("0")) for part in NUMBER.split(code) if part)
    # Numbers are compared by length and digits: a code may be longer than what int() accepts.
    return tuple((0, len(digits), digits) if NUMBER.fullmatch(part) else (1, 0, part) for part, digits in parts)


def _circles(parents: dict[str, str | None]) -> Iterator[list[str]]:
    """The members of each circle of parents. Linear: each item is walked over once."""
    settled: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in settled and here not in path:
            path[here] = None
            here = parents.get(here)
        if here is not None and here in path:
            members = list(path)
            yield members[members.index(here) :]
        settled.update(path)
