"""The cheapest way to a badge by branch and bound, where that takes few steps.

The bound shares the cost of each badge equally among all that may ask for it, and lets each of them choose on its own:
together they never pay more than what any way costs. Where all that ask for a badge chose it, or none, they paid in
full, and what they chose is a cheapest way. Else a badge that was paid for in part is taken, or left out, and both are
bounded anew. Programmes as people write them need few branches or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple, TypeAlias

from ipe_workbench.pathways.gates import Gate, places_of

__all__ = ["TooManySteps", "least_cost"]

#: A unit of cost is shared in this many bits, so that rounding shares down does not matter.
_BITS = 20
#: Where so many bounds are not enough, many more would be needed, and a solver is quicker.
_MOST_BOUNDS = 12
#: The same where the first bound leaves more than this share of what is not taken anyhow in the dark.
_WIDEST_GAP = 0.6


class TooManySteps(Exception):
    """The search would take too long."""


class _Asks(NamedTuple):
    """A gate over places: each part is a place, as a number, or another of these, with its weight and kind.

    `counts`: all weights are one and no kind is capped; `mask`: the places as bits where, besides, there is nothing but
    different places, else 0.
    """

    least: int
    parts: tuple[tuple[int | _Asks, int, str], ...]
    caps: Mapping[str, int]
    counts: bool
    mask: int


class _Bound(NamedTuple):
    """What is paid at the least; the way that is chosen so, as bits, its cost, and that of what was not taken before.

    `branch` is the place to branch on, or -1.
    """

    paid: int
    way: int
    cost: int
    chosen: int
    branch: int


def least_cost(
    asks: Mapping[str, Gate],
    costs: Sequence[int],
    order: Sequence[str],
    needed: Mapping[str, Collection[str]],
    goal: str,
) -> tuple[str, ...]:
    """The badges of the way of the least cost, in the order of `asks`.

    Parameters
    ----------
    asks : mapping of str to Gate
        What each badge asks for, of the goal and all that it rests on.
    costs : sequence of int
        Above zero, of each of them; no two sets of badges cost the same.
    order : sequence of str
        The same badges, each behind all that it names: there are no circles.
    needed : mapping of str to collection of str
        What no way to each badge leaves out; without an entry it cannot be earned. The goal can.
    goal : str

    Raises
    ------
    TooManySteps
        When it is better asked of a solver.

    Examples
    --------
    >>> from ipe_workbench.pathways.gates import Part
    >>> asks = {"a": Gate(0), "b": Gate(0), "c": Gate(0), "goal": Gate(2, (Part("a"), Part("b"), Part("c")))}
    >>> least_cost(asks, [4, 2, 1, 8], list(asks), {"a": (), "b": (), "c": (), "goal": ()}, "goal")
    ('b', 'c', 'goal')
    """
    search = _Search(asks, costs, order, needed)
    names = list(asks)
    return tuple(names[at] for at in places_of(search.best(goal)))


#: What a part of a gate costs, the places that come with it, its weight and its kind.
_Offer: TypeAlias = tuple[int, tuple[int, ...], int, str]


class _Search:
    def __init__(
        self,
        asks: Mapping[str, Gate],
        costs: Sequence[int],
        order: Sequence[str],
        needed: Mapping[str, Collection[str]],
    ) -> None:
        self.place = {one: at for at, one in enumerate(asks)}
        self.costs = costs
        self.order = [self.place[one] for one in order]
        self.asks = [self._compiled(gate) for gate in asks.values()]
        #: With each badge comes what it needs; one that cannot be earned is left out from the start.
        self.needs = [sum([1 << self.place[other] for other in (*needed.get(one, ()), one)]) for one in asks]
        self.never = sum([1 << self.place[one] for one in asks if one not in needed])

    def best(self, goal: str) -> int:
        """The way of the least cost, as bits."""
        numbers = count()
        best, least = 0, 0
        waiting: list[tuple[int, int, int, int, _Bound]] = []

        def look(taken: int, barred: int) -> None:
            nonlocal best, least
            number = next(numbers)
            if number >= _MOST_BOUNDS:
                raise TooManySteps
            found = None if taken & barred else self._bound(taken, barred)
            if found is not None:
                if not best or found.cost < least:
                    best, least = found.way, found.cost
                if found.branch >= 0:
                    heappush(waiting, (found.paid, number, taken, barred, found))

        look(self.needs[self.place[goal]], self.never)
        if waiting:
            first = waiting[0][-1]
            if least - (first.paid >> _BITS) > _WIDEST_GAP * first.chosen:
                raise TooManySteps
        while waiting:
            paid, _, taken, barred, found = heappop(waiting)
            # Costs are whole: what is paid is rounded up.
            if -(-paid >> _BITS) >= least:
                break
            look(taken | self.needs[found.branch], barred)
            look(taken, barred | 1 << found.branch)
        return best

    def _compiled(self, gate: Gate) -> _Asks:
        """A gate over places; what is not there can never be held."""
        parts: list[tuple[int | _Asks, int, str]] = []
        for of, weight, kind in gate.parts:
            if isinstance(of, Gate):
                parts.append((self._compiled(of), weight, kind))
            elif of in self.place:
                parts.append((self.place[of], weight, kind))
        # The heaviest come first: of a capped kind the best ones count.
        parts.sort(key=lambda part: -part[1])
        counts = not gate.caps and all(weight == 1 for _, weight, _ in parts)
        places = {of for of, _, _ in parts if isinstance(of, int)}
        mask = sum([1 << at for at in places]) if counts and len(places) == len(parts) else 0
        return _Asks(gate.least, tuple(parts), dict(gate.caps), counts, mask)

    def _bound(self, taken: int, barred: int) -> _Bound | None:
        """The bound where these badges are taken and those barred; ``None`` where there is no way."""
        users = [0] * len(self.asks)
        live = self._used(taken, barred, users)
        # What each badge that may be asked for costs with all that it chooses, and the part that each user pays.
        prices: list[int | None] = [None] * len(self.asks)
        shares: list[int | None] = [None] * len(self.asks)
        chosen: dict[int, tuple[int, ...]] = {}
        for at in places_of(taken):
            shares[at] = 0
        paid = 0
        for at in self.order:
            if not live >> at & 1:
                continue
            found = self._choice(self.asks[at], shares)
            if taken >> at & 1:
                if found is None:
                    return None
                paid += (self.costs[at] << _BITS) + found[0]
            elif found is not None:
                price = (self.costs[at] << _BITS) + found[0]
                prices[at], shares[at] = price, price // users[at]
            if found is not None:
                chosen[at] = found[1]
        return self._followed(taken, paid, users, chosen, prices)

    def _used(self, taken: int, barred: int, users: list[int]) -> int:
        """The badges that may be asked for, as bits, with those that are taken; counts by how many each may be."""
        live = taken
        waiting = list(places_of(taken))
        while waiting:
            inner = [self.asks[waiting.pop()]]
            while inner:
                asks = inner.pop()
                if self._met(asks, taken):
                    continue
                for of, _, _ in asks.parts:
                    if isinstance(of, _Asks):
                        inner.append(of)
                    elif not (taken | barred) >> of & 1:
                        users[of] += 1
                        if not live >> of & 1:
                            live |= 1 << of
                            waiting.append(of)
        return live

    def _met(self, asks: _Asks, taken: int) -> bool:
        if asks.mask:
            return (asks.mask & taken).bit_count() >= asks.least
        total = 0
        counted: dict[str, int] = {}
        for of, weight, kind in asks.parts:
            if self._met(of, taken) if isinstance(of, _Asks) else taken >> of & 1:
                counted[kind] = counted.get(kind, 0) + 1
                if counted[kind] <= asks.caps.get(kind, len(asks.parts)):
                    total += weight
        return total >= asks.least

    def _choice(self, asks: _Asks, shares: Sequence[int | None]) -> tuple[int, tuple[int, ...]] | None:
        """The least that meets a gate, and the places that are chosen for it."""
        if not asks.least:
            return 0, ()
        if asks.mask and asks.least == len(asks.parts):
            return self._all(asks, shares)
        offers: list[_Offer] = []
        for of, weight, kind in asks.parts:
            if isinstance(of, _Asks):
                inner = self._choice(of, shares)
                if inner is not None:
                    offers.append((*inner, weight, kind))
            else:
                share = shares[of]
                if share is not None:
                    offers.append((share, (of,), weight, kind))
        if asks.counts:
            if len(offers) < asks.least:
                return None
            if len(offers) > asks.least:
                offers = sorted(offers)[: asks.least]
            return sum([offer[0] for offer in offers]), tuple([at for offer in offers for at in offer[1]])
        return _cheapest_sum(asks, offers)

    def _all(self, asks: _Asks, shares: Sequence[int | None]) -> tuple[int, tuple[int, ...]] | None:
        total, places = 0, []
        for at in places_of(asks.mask):
            share = shares[at]
            if share is None:
                return None
            total += share
            places.append(at)
        return total, tuple(places)

    def _followed(
        self,
        taken: int,
        paid: int,
        users: Sequence[int],
        chosen: Mapping[int, tuple[int, ...]],
        prices: Sequence[int | None],
    ) -> _Bound:
        """What the badges that are taken choose, and those choose; and the badge of which least was paid."""
        way, cost = taken, 0
        times = [0] * len(users)
        waiting = list(places_of(taken))
        while waiting:
            at = waiting.pop()
            cost += self.costs[at]
            for one in chosen[at]:
                times[one] += 1
                if not way >> one & 1:
                    way |= 1 << one
                    waiting.append(one)
        branch, most = -1, 0
        for at in places_of(way & ~taken):
            price = prices[at]
            if price is not None and times[at] < users[at]:
                unpaid = price * (users[at] - times[at]) // users[at]
                if unpaid > most:
                    branch, most = at, unpaid
        return _Bound(paid, way, cost, cost - sum([self.costs[at] for at in places_of(taken)]), branch)


def _cheapest_sum(asks: _Asks, offers: Sequence[_Offer]) -> tuple[int, tuple[int, ...]] | None:
    """The least that adds up, whatever the weights; of a capped kind no more are counted than the cap allows."""
    kinds: dict[str, list[_Offer]] = {}
    for offer in offers:
        kinds.setdefault(offer[3] if offer[3] in asks.caps else "", []).append(offer)
    sums: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for kind, alike in kinds.items():
        ways = _sums(alike, asks.least, asks.caps.get(kind, len(alike)) if kind else len(alike))
        joined: dict[int, tuple[int, tuple[int, ...]]] = {}
        for total, (price, places) in sums.items():
            for more, (extra, others) in ways.items():
                both = min(total + more, asks.least)
                if both not in joined or price + extra < joined[both][0]:
                    joined[both] = (price + extra, places + others)
        sums = joined
    return sums.get(asks.least)


def _sums(offers: Sequence[_Offer], least: int, most: int) -> dict[int, tuple[int, tuple[int, ...]]]:
    """The least price of each sum up to `least` that at most so many of the offers make."""
    sums: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {(0, 0): (0, ())}
    capped = most < len(offers)
    for price, places, weight, _ in offers:
        for (total, counted), (before, chosen) in list(sums.items()):
            if counted < most:
                key = min(total + weight, least), counted + capped
                if key not in sums or before + price < sums[key][0]:
                    sums[key] = (before + price, chosen + places)
    found: dict[int, tuple[int, tuple[int, ...]]] = {}
    for (total, _), way in sums.items():
        if total not in found or way[0] < found[total][0]:
            found[total] = way
    return found
