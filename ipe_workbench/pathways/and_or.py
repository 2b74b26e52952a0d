"""What a programme asks for as an AND-OR graph: which badges a badge rests on, and which of them no way leaves out.

Each credential and stack is a node. What it asks for is a gate over other nodes: a sum of weights that has to be
reached, so that *all*, *any*, *at least* and *points* are one thing. Days play no part here: everything can be done, in
any order that the gates allow, every hour is attended and every approval given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ipe_workbench.credentials.programme import Programme
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
)

__all__ = ["AndOrGraph", "Gate", "Node", "Part", "and_or_graph"]

#: Hours and points are whole thousandths in a gate.
_SCALE = 1000


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
_NOTHING, _NEVER = Gate(0), Gate(1)


class Node(NamedTuple):
    """A credential or stack: its title, a learner's hours (0 for a stack) and what it asks for."""

    title: str
    hours: float
    asks: Gate


@dataclass(frozen=True)
class AndOrGraph:
    """The AND-OR graph of a programme for one profession, or for all.

    Parameters
    ----------
    nodes : mapping of str to Node
        Credentials that can be taken and stacks, by id, in the programme's order.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> graph = and_or_graph(example_programme(), "nursing")
    >>> sorted(graph.needed["communication-certificate"])[:3]
    ['communication-foundations', 'feedback-and-debriefing', 'structured-handover']
    """

    nodes: Mapping[str, Node]

    def __hash__(self) -> int:
        return hash(tuple(self.nodes.items()))

    @cached_property
    def untitled(self) -> dict[str, Node]:
        """The nodes without their titles: a badge that is only renamed is the same to whatever is worked out."""
        return {one: node._replace(title="") for one, node in self.nodes.items()}

    @cached_property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The badges that each node names, in alternatives too; those that are not in the graph are left out."""
        return {one: tuple(dict.fromkeys(self._names(node.asks))) for one, node in self.nodes.items()}

    @cached_property
    def needed(self) -> dict[str, frozenset[str]]:
        """What every way to earn a badge includes, itself aside; a badge that cannot be earned is left out.

        A badge is needed for another when that cannot be earned without it. Asked for all badges at once: with a set of
        bits for each node, of the badges without which it cannot be earned. The sets shrink from everything to a
        largest fixed point, so that circles are no matter.
        """
        place = self._place
        # A case for each badge that is left out, and a last one in which none is.
        full = (2 << len(place)) - 1
        without = dict.fromkeys(self.nodes, full)
        order = self._order()
        at = {one: number for number, one in enumerate(order)}
        circular = any(at[other] >= at[one] for one in order for other in self.named[one])
        changed = True
        while changed:
            changed = False
            for one in order:
                found = _lost(self.nodes[one].asks, without, full) | 1 << place[one]
                if found != without[one]:
                    # Without circles whatever a node names was settled before it: one round is enough.
                    without[one], changed = found, circular
        names = list(place)
        return {
            one: frozenset(names[at] for at in _places_of(bits & ~(1 << place[one])))
            for one, bits in without.items()
            if not bits >> len(place) & 1
        }

    @cached_property
    def asked_directly(self) -> dict[str, tuple[str, ...]]:
        """The badges that a node names without which what it asks for is not met, whatever else is held."""
        alone = {one: 1 << at for one, at in self._place.items()}
        full = (1 << len(alone)) - 1
        lost = {one: _lost(node.asks, alone, full) for one, node in self.nodes.items()}
        return {one: tuple(other for other in self.named[one] if lost[one] & alone[other]) for one in self.nodes}

    def redundant(self, reference: str) -> tuple[str, ...]:
        """The badges that a badge asks for whatever is chosen, though the rest of its rule needs them anyhow."""
        place, without = self._place, self._not_without
        full = (1 << len(place)) - 1
        found: list[str] = []
        if len(self.named[reference]) < 2:
            return ()
        for other in self.asked_directly[reference]:
            if other in self.needed:
                given = {one: without.get(one, full) for one in self.named[reference]}
                given[other] &= ~(1 << place[other])
                if _lost(self.nodes[reference].asks, given, full) >> place[other] & 1:
                    found.append(other)
        return tuple(found)

    def met(self, gate: Gate, held: Collection[str]) -> bool:
        """Whether these badges are enough for a gate."""
        return gate.reached_by(
            one for one in gate.parts if (one.of in held if isinstance(one.of, str) else self.met(one.of, held))
        )

    def rests_on(self, reference: str) -> tuple[str, ...]:
        """Everything that a badge names, directly or through what that names; itself aside, in the graph's order."""
        seen: set[str] = set()
        left = list(self.named[reference])
        while left:
            one = left.pop()
            if one not in seen:
                seen.add(one)
                left += self.named[one]
        return tuple(one for one in self.nodes if one in seen and one != reference)

    def supports(self, way: Collection[str]) -> dict[str, tuple[str, ...]]:
        """What each badge of a way directly rests on in it, chosen so that each comes as early as it can.

        Returns
        -------
        dict
            The badges of the way that can be earned with nothing but the way, in the order in which they come, each
            with the badges before it that it rests on: of several that would do, those that come first.
        """
        found: dict[str, tuple[str, ...]] = {}
        waiting = [one for one in self.nodes if one in way]
        step: dict[str, int] = {}
        while True:
            ready = [one for one in waiting if one not in found and self.met(self.nodes[one].asks, step)]
            if not ready:
                return found
            rank = {one: (step[one], at) for at, one in enumerate(step)}
            for one in ready:
                enough = _first_enough(self.nodes[one].asks, rank)
                found[one] = tuple(dict.fromkeys(enough[1])) if enough else ()
            step |= {one: 1 + max((step[other] for other in found[one]), default=0) for one in ready}

    @cached_property
    def _not_without(self) -> dict[str, int]:
        """As bits: the badges without which each badge cannot be held, itself among them."""
        place = self._place
        return {one: sum([1 << place[other] for other in (*needed, one)]) for one, needed in self.needed.items()}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {one: at for at, one in enumerate(self.nodes)}

    def _names(self, gate: Gate) -> Iterable[str]:
        for part in gate.parts:
            if isinstance(part.of, Gate):
                yield from self._names(part.of)
            elif part.of in self.nodes:
                yield part.of

    def _order(self) -> list[str]:
        """What is named first, as far as there are no circles: then one round settles everything."""
        found: dict[str, None] = {}
        for start in self.nodes:
            above: list[tuple[str, bool]] = [(start, False)]
            entered: set[str] = set()
            while above:
                one, left = above.pop()
                if left:
                    found[one] = None
                elif one not in found and one not in entered:
                    entered.add(one)
                    above.append((one, True))
                    above += [(other, False) for other in self.named[one]]
        return list(found)


def and_or_graph(programme: Programme, profession: str | None = None) -> AndOrGraph:
    """The AND-OR graph of a programme.

    Parameters
    ----------
    programme : Programme
        Retired credentials are left out.
    profession : str, optional
        Id of the learners' profession. Without one every credential can be taken and a rule by profession is a choice
        of its branches: what is then needed in every way is needed whatever the profession.

    Raises
    ------
    UnknownNameError
        When the programme has no such profession.
    """
    if profession is not None:
        programme.profession(profession)
    owner = {one.id: home.id for home in programme.credentials.values() for one in home.activities}
    translation = _Translation(programme, profession, owner)
    nodes = {
        one.id: Node(one.title, one.hours, _NOTHING if one.requires is None else translation.gate(one.requires))
        for one in programme.credentials.values()
        if one.status != "retired" and (profession is None or programme.may_earn(one.id, profession))
    }
    nodes |= {one.id: Node(one.title, 0.0, translation.gate(one.rule)) for one in programme.stacks.values()}
    return AndOrGraph(nodes)


@dataclass(frozen=True)
class _Translation:
    """Rules as gates. An order, a window and an approval ask for no further badge; a score asks for its badge."""

    programme: Programme
    profession: str | None
    owner: Mapping[str, str]

    def gate(self, rule: Rule) -> Gate:
        match rule:
            case Badge(badge=one):
                return Gate(1, (Part(one),))
            case Score():
                wanted = rule.score.assessment
                return Gate(1, (Part(self.owner.get(wanted, wanted)),))
            case AllOf(all=parts) | InOrder(in_order=parts):
                return Gate(len(parts), self._parts(parts))
            case AnyOf(any=parts):
                return Gate(1, self._parts(parts))
            case AtLeast():
                return Gate(rule.at_least.count, self._parts(rule.at_least.of))
            case Points():
                items = rule.points.from_
                caps = tuple(sorted(rule.points.cap.items()))
                parts_of = tuple(Part(one.badge, round(one.points * _SCALE), one.kind or "") for one in items)
                return Gate(round(rule.points.min * _SCALE), parts_of, caps)
            case Hours():
                return self._hours(rule)
            case Approval():
                return _NOTHING
            case Within():
                return self.gate(rule.within.rule)
            case Shortcut():
                return Gate(1, (Part(rule.shortcut.badge), *self._parts((rule.shortcut.otherwise,))))
            case PerProfession():
                branches = rule.per_profession
                if self.profession is None:
                    return Gate(1, self._parts(tuple(branches.values())))
                branch = branches.get(self.profession, branches.get("default"))
                return _NEVER if branch is None else self.gate(branch)

    def _parts(self, rules: tuple[Rule, ...]) -> tuple[Part, ...]:
        gates = (self.gate(one) for one in rules)
        # A gate of one badge is that badge.
        return tuple(Part(one.parts[0].of if one.least == len(one.parts) == 1 else one) for one in gates)

    def _hours(self, rule: Hours) -> Gate:
        """The hours that come with each badge: its own where the rule names it, and those of its activities."""
        amounts: dict[str, float] = {}
        for one in dict.fromkeys(rule.hours.of):
            credential = self.programme.credentials.get(self.owner.get(one, one))
            if credential is not None:
                activity = next((part for part in credential.activities if part.id == one), None)
                hours = credential.hours if activity is None else activity.hours
                amounts[credential.id] = amounts.get(credential.id, 0.0) + hours
        parts = tuple(Part(one, round(hours * _SCALE)) for one, hours in amounts.items())
        return Gate(round(rule.hours.min * _SCALE), parts)


def _places_of(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _lost(gate: Gate, without: Mapping[str, int], full: int) -> int:
    """The cases in which a gate is not met; `without` says it of each badge, and `full` are all cases, as bits."""
    cases = []
    some, every, plain = 0, full, not gate.caps
    for of, weight, _ in gate.parts:
        one = without.get(of, full) if isinstance(of, str) else _lost(of, without, full)
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


_Rank: TypeAlias = tuple[int, int]


def _first_enough(gate: Gate, rank: Mapping[str, _Rank]) -> tuple[_Rank, tuple[str, ...]] | None:
    """The badges that meet a gate first, with the rank of the last of them; ``None`` where those ranked do not."""
    ways: list[tuple[_Rank, tuple[str, ...], Part]] = []
    for part in gate.parts:
        if not isinstance(part.of, str):
            inner = _first_enough(part.of, rank)
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
