"""The least number of badges that completes a pathway, and each of its elements: proven with CP-SAT."""

from __future__ import annotations

import datetime

from ipe_workbench.credentials.cheapest import cheapest_offered
from ipe_workbench.credentials.earning import Offers
from ipe_workbench.credentials.exchange.design import PathwayDesign, Wanted, Wish
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.rules import AllOf, AnyOf, AtLeast, Badge, Choice, Rule
from ipe_workbench.errors import UnusableInputError

__all__ = ["least_badges"]

_SECONDS = 60.0
#: Nothing has a date in such a pathway; any day will do.
_DAY = datetime.date(2000, 1, 1)
#: A badge that nobody can earn.
_NEVER = Badge(badge="never")


def least_badges(design: PathwayDesign) -> dict[str, int | None]:
    """For each element the least number of ordinary badges that completes it; ``None`` where nothing does.

    Notes
    -----
    Completion badges are earned by completing their elements and are not counted; shortcuts are left aside. A badge
    that several elements ask for counts once. Elements that ask for each other in a circle cannot complete each other.

    Raises
    ------
    UnusableInputError
        When the least number of some element could not be proven in time.
    """
    # Identifiers of other platforms are addresses and the like; ours are numbered.
    ours = {one: f"element-{at}" for at, one in enumerate(design.elements)}
    badges = {one: f"badge-{at}" for at, one in enumerate(sorted(design.required_badges))}
    givers: dict[str, list[Rule]] = {}
    for element in design.elements.values():
        if element.badge is not None:
            givers.setdefault(element.badge, []).append(Badge(badge=ours[element.id]))

    def rule(wanted: Wanted | Wish) -> Rule:
        if isinstance(wanted, Wanted):
            if wanted.count == 0:
                return AllOf(all=())
            of = tuple(rule(one) for one in wanted.of)
            return AtLeast(at_least=Choice(count=wanted.count, of=of)) if of else _NEVER
        if wanted.kind == "element":
            return Badge(badge=ours[wanted.id]) if wanted.id in ours else _NEVER
        return AnyOf(any=tuple(givers[wanted.id])) if wanted.id in givers else Badge(badge=badges[wanted.id])

    offers = Offers(
        credentials=dict.fromkeys(badges.values()),
        stacks={ours[one.id]: AllOf(all=tuple(map(rule, one.wanted))) for one in design.elements.values()},
    )
    return {name: _least(ours[name], name, offers) for name in design.elements}


def _least(goal: str, name: str, offers: Offers) -> int | None:
    way = cheapest_offered(Badge(badge=goal), Facts(), offers, on=_DAY, seconds=_SECONDS)
    if way is not None and not way.proven:
        raise UnusableInputError(f"The least number of badges for {name} could not be proven within {_SECONDS:g} s.")
    return None if way is None else len(way.badges)
