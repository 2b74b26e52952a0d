"""What a badge asks for as a gate: a sum of weights that has to be reached, over other badges and other gates.

So *all*, *any*, *at least* and *points* are one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

__all__ = [
    "NEVER",
    "NOTHING",
    "Gate",
    "Part",
    "alone",
    "counts",
    "first_enough",
    "implies",
    "lost",
    "names_in",
    "places_of",
]


class Part(NamedTuple):
    """One thing that a gate counts: a badge or a gate, what it weighs, and its kind where a kind is capped."""

    of: str | Gate
    weight: int = 1
    kind: str = ""


class Gate(NamedTuple):
    """The weights of the parts that hold add up to `least`; of a capped kind only the best ones count."""

    least: int
    parts: tuple[Part, ...] = ()
    caps: tuple[tuple[str, int], ...] = ()

    def reached_by(self, holds: Iterable[Part]) -> bool:
        """Whether these parts are enough."""
        if not self.caps:
            return sum([part.weight for part in holds]) >= self.least
        counted: dict[str, int] = {}
        caps = dict(self.caps)
        total = 0
        for part in sorted(holds, key=lambda one: -one.weight):
            counted[part.kind] = counted.get(part.kind, 0) + 1
            if counted[part.kind] <= caps.get(part.kind, len(self.parts)):
                total += part.weight
        return total >= self.least


#: Asks for nothing; cannot be met.
NOTHING, NEVER = Gate(0), Gate(1)


@lru_cache(maxsize=8192)
def names_in(gate: Gate) -> tuple[str, ...]:
    """The badges that a gate names, in alternatives too, each once."""
    found: dict[str, None] = {}
    for part in gate.parts:
        found.update(dict.fromkeys(names_in(part.of) if isinstance(part.of, Gate) else (part.of,)))
    return tuple(found)


def places_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def lost(gate: Gate, without: Mapping[str, int], full: int) -> int:
    """The cases in which a gate is not met; `without` says it of each badge, and `full` are all cases, as bits."""
    cases = []
    some, every, plain = 0, full, not gate.caps
    for of, weight, _ in gate.parts:
        one = without.get(of, full) if isinstance(of, str) else lost(of, without, full)
        cases.append(one)
        some |= one
        every &= one
        plain = plain and weight == 1
    if plain:
        if gate.least == len(cases):
            return some
        if gate.least == 1:
            return every
    if not gate.reached_by(gate.parts):
        return full
    found = 0 if gate.reached_by(()) else every
    left = some & ~every
    # Cases in which the same parts are lost are decided together.
    while left:
        case = left & -left
        alike = left
        for one in cases:
            alike &= one if one & case else ~one
        if not gate.reached_by(part for part, one in zip(gate.parts, cases, strict=True) if not one & case):
            found |= alike
        left &= ~alike
    return found


def implies(gate: Gate, other: Gate) -> bool:
    """Whether it is easy to see that whatever meets a gate meets the other.

    Examples
    --------
    >>> a, b = Gate(1, (Part("a"),)), Gate(1, (Part("b"),))
    >>> both, either = Gate(2, (Part("a"), Part("b"))), Gate(1, (Part("a"), Part("b")))
    >>> implies(both, a), implies(both, either), implies(either, a), implies(a, b)
    (True, True, False, False)
    """
    if gate == other or other.least <= 0:
        return True
    parts = [alone(part) for part in other.parts]
    if counts(other) and parts != [other]:
        if other.least == len(parts) and all(implies(gate, part) for part in parts):
            return True
        if other.least == 1 and any(implies(gate, part) for part in parts):
            return True
    own = [alone(part) for part in gate.parts]
    return counts(gate) and gate.least == len(own) and own != [gate] and any(implies(one, other) for one in own)


def alone(part: Part) -> Gate:
    """A part as a gate that asks for it."""
    return part.of if isinstance(part.of, Gate) else Gate(1, (Part(part.of),))


def counts(gate: Gate) -> bool:
    """Whether a gate counts its parts: none weighs more than another, and no kind is capped."""
    return not gate.caps and all(part.weight == 1 for part in gate.parts)


_Rank: TypeAlias = tuple[int, int]


def first_enough(gate: Gate, rank: Mapping[str, _Rank]) -> tuple[_Rank, tuple[str, ...]] | None:
    """The badges that meet a gate first, with the rank of the last of them; ``None`` where those ranked do not."""
    ways: list[tuple[_Rank, tuple[str, ...], Part]] = []
    for part in gate.parts:
        if not isinstance(part.of, str):
            inner = first_enough(part.of, rank)
            if inner is not None:
                ways.append((*inner, part))
        elif part.of in rank:
            ways.append((rank[part.of], (part.of,), part))
    ways.sort(key=lambda one: one[0])
    for count in range(len(ways) + 1):
        if gate.reached_by(part for *_, part in ways[:count]):
            badges = tuple(badge for _, badges, _ in ways[:count] for badge in badges)
            return (ways[count - 1][0] if count else (0, -1)), badges
    return None
