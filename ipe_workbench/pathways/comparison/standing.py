"""What a learner holds under a design: the awards, and the completion badges of the stacks that these complete."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in

__all__ = ["Standing", "stacks_in_order", "standing_of"]


@dataclass(frozen=True)
class Standing:
    """A learner under one design.

    Parameters
    ----------
    facts : Facts
        What is known on the day, with the completion badges that follow from it.
    completed : mapping of str to datetime.date
        The stacks whose rule is satisfied, and since when.
    issued : frozenset of str
        The stacks whose badge was awarded, as the file says.
    """

    facts: Facts
    completed: Mapping[str, datetime.date]
    issued: frozenset[str]


def standing_of(
    programme: Programme, facts: Facts, *, on: datetime.date, order: tuple[str, ...] | None = None
) -> Standing:
    """What a learner holds under a design on a day.

    Parameters
    ----------
    programme : Programme
        The design.
    facts : Facts
        What is known of the learner; what came after the day, or has expired by then, does not count.
    on : datetime.date
        The day.
    order : tuple of str, optional
        `stacks_in_order` of the programme, when many learners are asked about.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme, day = example_programme(), datetime.date(2028, 5, 1)
    >>> held = Facts.holding(programme.credentials, on=day, profession="nursing")
    >>> sorted(standing_of(programme, held, on=day).completed)[:2]
    ['communication-certificate', 'roles-and-responsibilities-certificate']
    """
    known = facts.known_on(on)
    issued = frozenset(award.badge for award in known.awards if award.badge in programme.stacks)
    completed: dict[str, datetime.date] = {}
    current = known
    for reference in stacks_in_order(programme) if order is None else order:
        done = completed_on(programme.stacks[reference].rule, current, on=on)
        if done is None:
            continue
        completed[reference] = done
        award = programme.award(reference, done)
        if award.expires is None or award.expires >= on:
            current = replace(current, awards=(*current.awards, award))
        else:
            del completed[reference]
    return Standing(current, completed, issued)


def stacks_in_order(programme: Programme) -> tuple[str, ...]:
    """The stacks, each after those that it counts; as the files have them where they count each other in a circle."""
    needs = {
        one.id: [other for other in badges_in(one.rule) if other in programme.stacks]
        for one in programme.stacks.values()
    }
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError:
        return tuple(programme.stacks)
