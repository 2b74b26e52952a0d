"""A pathway of another platform, before it becomes ours: elements that ask for badges and for each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ipe_workbench.findings import Finding

__all__ = ["Constraint", "Element", "PathwayDesign", "Wanted", "Wish"]

_COMPARATORS = {
    "EQ": "equal to",
    "NEQ": "not equal to",
    "GT": "more than",
    "GTEQ": "at least",
    "LT": "less than",
    "LTEQ": "at most",
}


@dataclass(frozen=True)
class Wish:
    """One thing that is asked for: a badge or an element, by id."""

    kind: Literal["badge", "element"]
    id: str


@dataclass(frozen=True)
class Constraint:
    """A condition on a value: what is compared, how, and with what; in words of the file."""

    left: str = ""
    comparator: str = ""
    right: str = ""
    description: str = ""

    def in_words(self) -> str:
        """The constraint in a phrase.

        Examples
        --------
        >>> Constraint("grade point average", "compare:GTEQ", "2.5").in_words()
        'grade point average at least 2.5'
        """
        sign = re.split(r"[:/#]", self.comparator)[-1].upper()
        words = _COMPARATORS.get(sign, self.comparator)
        return " ".join(filter(None, (self.left, words, self.right))) or self.description


@dataclass(frozen=True)
class Wanted:
    """At least `count` of the things in `of`; nothing at all when `count` is 0.

    `constraints` are what a person has to check besides, since badges do not show it.
    """

    count: int
    of: tuple[Wish | Wanted, ...]
    constraints: tuple[Constraint, ...] = ()

    def wishes(self) -> Iterator[Wish]:
        """Every thing that is named, at any depth."""
        for one in self.of:
            if isinstance(one, Wish):
                yield one
            else:
                yield from one.wishes()

    def counts(self) -> Iterator[tuple[int, int]]:
        """How many of how many things, here and at any depth."""
        yield self.count, len(self.of)
        for one in self.of:
            if isinstance(one, Wanted):
                yield from one.counts()


@dataclass(frozen=True)
class Element:
    """A step of a pathway.

    `wanted` are what completes it, all of them; `badge` is awarded for its completion; one of `shortcuts` completes it
    instead. `kept` is what the file said of it, in the file's own words, with the ids of its parts for the parts.
    """

    id: str
    name: str
    wanted: tuple[Wanted, ...] = ()
    badge: str | None = None
    shortcuts: tuple[str, ...] = ()
    parent: str | None = None
    description: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def wishes(self) -> Iterator[Wish]:
        """Every thing that its completion names."""
        for one in self.wanted:
            yield from one.wishes()


@dataclass(frozen=True)
class PathwayDesign:
    """A whole pathway.

    Parameters
    ----------
    format : "badgr" or "ctdl-pathway"
        Where it comes from.
    title : str
        Its name.
    root : str or None
        Id of the element that is its destination.
    elements : mapping of str to Element
        By id, in the order of the file.
    badges : mapping of str to str
        The name of each badge that can be asked for, by id.
    conditions, targets : int
        Conditions that name something, and how many things they name.
    dangling : int
        Things that are named and that the file does not have.
    findings : tuple of Finding
        What was found in reading.
    kept : mapping
        What the file said besides elements, in its own words.
    kept_badges : mapping of str to mapping
        What the file said of badges, by id.
    """

    format: Literal["badgr", "ctdl-pathway"]
    title: str
    root: str | None
    elements: Mapping[str, Element]
    badges: Mapping[str, str]
    conditions: int
    targets: int
    dangling: int
    findings: tuple[Finding, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    kept_badges: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def required_badges(self) -> frozenset[str]:
        """Every badge that an element asks for."""
        return frozenset(wish.id for one in self.elements.values() for wish in one.wishes() if wish.kind == "badge")

    @cached_property
    def completion_badges(self) -> frozenset[str]:
        """Every badge that is awarded for an element."""
        return frozenset(self.awarded)

    @cached_property
    def awarded(self) -> Mapping[str, str]:
        """The element that each completion badge is awarded for; the last where there are several."""
        return {one.badge: one.id for one in self.elements.values() if one.badge is not None}
