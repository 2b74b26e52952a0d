"""What follows from what among rules: truth tables over everything that a learner can do.

The atoms are badges, scores and approvals. Rules about hours, order or time windows are atoms too: they are the same
only where they are written the same, and what they ask for without its dates follows from them. So *it follows* is
always right; *it does not follow* is, where no such rules are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    rule_to_data,
    walk,
)

__all__ = ["MOST_ATOMS", "Truth", "written"]

#: A table has two to the power of so many places.
MOST_ATOMS = 16
#: Points so far, and how many items of each capped kind count.
_State: TypeAlias = tuple[Fraction, tuple[tuple[str, int], ...]]


def written(rule: Rule) -> str:
    """The rule as text, with the parts whose order does not matter sorted: equal for rules that say the same words."""
    return json.dumps(_sorted(rule_to_data(rule)), sort_keys=True)


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        inside = {key: _sorted(value) for key, value in data.items()}
        for key in ("all", "any", "of", "from"):
            if isinstance(inside.get(key), list):
                inside[key] = sorted(inside[key], key=json.dumps)
        return inside
    return [_sorted(one) for one in data] if isinstance(data, list) else data


class Truth:
    """Truth tables of some rules, as the bits of whole numbers: one bit for each world.

    Parameters
    ----------
    rules : iterable of Rule
        All rules that will be asked about. `fits` is whether they have at most `MOST_ATOMS` atoms.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._atoms = atoms = dict(atom for rule in rules for atom in _atoms(rule))
        self.fits = len(atoms) <= MOST_ATOMS
        if not self.fits:
            return
        self._all = (1 << (1 << len(atoms))) - 1
        self._table = {name: self._column(place, len(atoms)) for place, name in enumerate(atoms)}
        self.worlds = self._all
        self._bind(atoms)

    def follows(self, rule: Rule, others: Sequence[Rule], met: Callable[[Rule], bool] = lambda _: False) -> bool:
        """Whether the rule is satisfied in every world in which the others are, and the atoms that are met already."""
        left = self.worlds
        for name, atom in self._atoms.items():
            left &= self._table[name] if met(atom) else left
        for other in others:
            left &= self.of(other)
        return left & ~self.of(rule) == 0

    def of(self, rule: Rule) -> int:
        """The worlds in which the rule is satisfied."""
        match rule:
            case AllOf(all=parts):
                return self._counted([self.of(part) for part in parts], len(parts))
            case AnyOf(any=parts):
                return self._counted([self.of(part) for part in parts], 1)
            case AtLeast():
                return self._counted([self.of(part) for part in rule.at_least.of], rule.at_least.count)
            case Points():
                return self._points(rule)
            case Shortcut():
                return self._table[f"badge {rule.shortcut.badge}"] | self.of(rule.shortcut.otherwise)
            case _:
                return self._table[_name(rule)]

    def _column(self, place: int, count: int) -> int:
        """The worlds in which the atom at this place is true: runs of ones, as long as the place says."""
        half = 1 << place
        column, width = ((1 << half) - 1) << half, 2 * half
        while width < 1 << count:
            column |= column << width
            width *= 2
        return column

    def _bind(self, atoms: Mapping[str, Rule]) -> None:
        """Leave out worlds that there are not: a higher score without the lower, an order without its steps."""
        scores = [(name, rule.score) for name, rule in atoms.items() if isinstance(rule, Score)]
        for name, score in scores:
            for other, lower in scores:
                if lower.assessment == score.assessment and lower.min < score.min:
                    self.worlds &= ~self._table[name] | self._table[other]
        for name, rule in atoms.items():
            inner = _without_dates(rule)
            if inner is not None:
                self.worlds &= ~self._table[name] | self.of(inner)

    def _counted(self, parts: Sequence[int], count: int) -> int:
        reached = [self._all] + [0] * count
        for part in parts:
            for number in range(count, 0, -1):
                reached[number] |= reached[number - 1] & part
        return reached[count]

    def _points(self, rule: Points) -> int:
        """By the sum so far and how many of each capped kind count: the worlds in which it is so."""
        least = Fraction(str(rule.points.min))
        caps = rule.points.cap
        states: dict[_State, int] = {(Fraction(0), ()): self._all}
        for item in sorted(rule.points.from_, key=lambda one: -one.points):
            held = self._table[f"badge {item.badge}"]
            after: dict[_State, int] = {}
            for (total, counted), worlds in states.items():
                now, more = dict(counted), total
                if item.kind is None or item.kind not in caps:
                    more = min(least, total + Fraction(str(item.points)))
                elif now.get(item.kind, 0) < caps[item.kind]:
                    more = min(least, total + Fraction(str(item.points)))
                    now[item.kind] = now.get(item.kind, 0) + 1
                with_it: _State = (more, tuple(sorted(now.items())))
                for state, part in (((total, counted), worlds & ~held), (with_it, worlds & held)):
                    after[state] = after.get(state, 0) | part
            states = after
        found = 0
        for (total, _), worlds in states.items():
            found |= worlds if total >= least else 0
        return found


def _name(rule: Rule) -> str:
    return f"badge {rule.badge}" if isinstance(rule, Badge) else written(rule)


def _without_dates(rule: Rule) -> Rule | None:
    """What follows from a rule about order or time."""
    if isinstance(rule, InOrder):
        return AllOf(all=rule.in_order)
    return rule.within.rule if isinstance(rule, Within) else None


def _atoms(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for part in walk(rule):
        match part:
            case Points():
                yield from ((f"badge {item.badge}", Badge(badge=item.badge)) for item in part.points.from_)
            case Shortcut():
                yield f"badge {part.shortcut.badge}", Badge(badge=part.shortcut.badge)
            case Badge() | Score() | Approval() | Hours() | InOrder() | Within() | PerProfession():
                yield _name(part), part
            case _:
                pass
