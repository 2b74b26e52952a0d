"""What a programme asks for as an AND-OR graph: which badges a badge rests on, and which of them no way leaves out.

Each credential and stack is a node. What it asks for is a gate over other nodes. Days play no part here: everything can
be done, in any order that the gates allow, every hour is attended and every approval given.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

from ipe_workbench.pathways.gates import Gate, first_enough, lost, names_in, places_of
from ipe_workbench.pathways.known import Known

__all__ = ["AndOrGraph", "Node"]

_Answer = TypeVar("_Answer")


class Node(NamedTuple):
    """A credential or stack: its title, a learner's hours (0 for a stack) and what it asks for.

    `dated` is all else that the days on which it can be held depend on.
    """

    title: str
    hours: float
    asks: Gate
    dated: Hashable = None


@dataclass(frozen=True, eq=False)
class AndOrGraph:
    """The AND-OR graph of a programme for one profession, or for all.

    Parameters
    ----------
    nodes : mapping of str to Node
        Credentials that can be taken and stacks, by id, in the programme's order.
    shared : Known, optional
        What other graphs of much the same design have worked out; this one adds to it.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.rule_gates import and_or_graph
    >>> graph = and_or_graph(example_programme(), "nursing")
    >>> sorted(graph.needed["communication-certificate"])[:3]
    ['communication-foundations', 'feedback-and-debriefing', 'structured-handover']
    """

    nodes: Mapping[str, Node]
    shared: Known | None = None

    @cached_property
    def known(self) -> Known:
        """What is worked out about its badges."""
        return Known(self.nodes) if self.shared is None else self.shared

    @cached_property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The badges that each node names, in alternatives too; those that are not in the graph are left out."""
        nodes = self.nodes
        return {one: tuple([other for other in names_in(node.asks) if other in nodes]) for one, node in nodes.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The nodes, each behind all that it names, as far as they do not go in a circle."""
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
        return tuple(found)

    @cached_property
    def circular(self) -> bool:
        """Whether badges name each other in a circle."""
        at = {one: number for number, one in enumerate(self.order)}
        return any(at[other] >= at[one] for one in self.order for other in self.named[one])

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number that stands for each badge with all that it rests on; see `Known`."""
        known = self.known
        if self.circular:
            # What rests on itself has no end that could be told apart.
            return {one: known.number() for one in self.nodes}
        found: dict[str, int] = {}
        for one in self.order:
            node = self.nodes[one]
            below = tuple([found[other] for other in self.named[one]])
            found[one] = known.number((one, node.hours, node.asks, node.dated, below))
        return found

    def kept(self, question: str, reference: str, ask: Callable[[], _Answer]) -> _Answer:
        """The answer to a question about a badge that depends on nothing but what it rests on; worked out once."""
        return self.known.answer(question, self.numbers[reference], ask)

    @cached_property
    def needed(self) -> dict[str, frozenset[str]]:
        """What every way to earn a badge includes, itself aside; a badge that cannot be earned is left out."""
        return {
            one: self.kept("needed", one, partial(self._needed, one))
            for one in self.nodes
            if not self._never & self._without[one]
        }

    def before(self, reference: str) -> tuple[str, ...]:
        """What every way to a badge that can be earned includes, itself aside, in the graph's order."""
        return self.kept("before", reference, partial(self._before, reference))

    @cached_property
    def asked_directly(self) -> dict[str, tuple[str, ...]]:
        """The badges that a node names without which what it asks for is not met, whatever else is held."""
        return {one: self.kept("asked", one, partial(self._asked, one)) for one in self.nodes}

    def redundant(self, reference: str) -> tuple[str, ...]:
        """The badges that a badge asks for whatever is chosen, though the rest of its rule needs them anyhow."""
        return self.kept("redundant", reference, partial(self._redundant, reference))

    def met(self, gate: Gate, held: Collection[str]) -> bool:
        """Whether these badges are enough for a gate."""
        return gate.reached_by(
            one for one in gate.parts if (one.of in held if isinstance(one.of, str) else self.met(one.of, held))
        )

    def rests_on(self, reference: str) -> tuple[str, ...]:
        """Everything that a badge names, directly or through what that names; itself aside, in the graph's order."""
        return self.kept("rests on", reference, partial(self._rests_on, reference))

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
                enough = first_enough(self.nodes[one].asks, rank)
                found[one] = tuple(dict.fromkeys(enough[1])) if enough else ()
            step |= {one: 1 + max((step[other] for other in found[one]), default=0) for one in ready}

    @cached_property
    def _names(self) -> list[str]:
        return list(self.known.place)

    @cached_property
    def _never(self) -> int:
        """The case in which everything else can be earned, as a bit: what is lost in it cannot be earned at all."""
        return 1 << len(self.known.place)

    @cached_property
    def _without(self) -> dict[str, int]:
        """As bits: the badges without which each badge cannot be earned, itself among them.

        Asked for all badges at once, with a case for each badge that is left out and a last one in which none is.
        """
        found: dict[str, int] = {}
        if not self.circular:
            for one in self.order:
                # Whatever a node names was settled before it.
                found[one] = self.kept("without", one, partial(self._lost, one, found))
            return found
        # The sets shrink from everything to a largest fixed point, so that circles are no matter.
        found = dict.fromkeys(self.nodes, 2 * self._never - 1)
        changed = True
        while changed:
            changed = False
            for one in self.order:
                new = self._lost(one, found)
                if new != found[one]:
                    found[one], changed = new, True
        return found

    def _lost(self, reference: str, without: Mapping[str, int]) -> int:
        own = 1 << self.known.place[reference]
        return lost(self.nodes[reference].asks, without, 2 * self._never - 1) | own

    def _before(self, reference: str) -> tuple[str, ...]:
        own = 1 << self.known.place[reference]
        return tuple([self._names[at] for at in places_of(self._without[reference] & ~own)])

    def _needed(self, reference: str) -> frozenset[str]:
        return frozenset(self.before(reference))

    def _asked(self, reference: str) -> tuple[str, ...]:
        place, asks = self.known.place, self.nodes[reference].asks
        alone = {one: 1 << place[one] for one in self.named[reference]}
        bits = lost(asks, alone, self._never - 1)
        return tuple(one for one in self.named[reference] if bits & alone[one])

    def _redundant(self, reference: str) -> tuple[str, ...]:
        if len(self.named[reference]) < 2:
            return ()
        place, never = self.known.place, self._never
        full, asks = never - 1, self.nodes[reference].asks
        found: list[str] = []
        for other in self.asked_directly[reference]:
            if not self._without[other] & never:
                given = {one: full if (bits := self._without[one]) & never else bits for one in self.named[reference]}
                given[other] &= ~(1 << place[other])
                if lost(asks, given, full) >> place[other] & 1:
                    found.append(other)
        return tuple(found)

    def _rests_on(self, reference: str) -> tuple[str, ...]:
        seen: set[str] = set()
        left = list(self.named[reference])
        while left:
            one = left.pop()
            if one not in seen:
                seen.add(one)
                left += self.named[one]
        return tuple(sorted(seen - {reference}, key=self.known.place.__getitem__))
