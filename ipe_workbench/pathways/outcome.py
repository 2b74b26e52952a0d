"""What follows from one design: figures, and by stack and profession the least hours and the earliest day."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.pathways.finishing import finish_days, kinds_of_learners
from ipe_workbench.pathways.known import Known, Same
from ipe_workbench.pathways.programme_structure import ProgrammeStructure, structure_of_graph
from ipe_workbench.pathways.rule_gates import and_or_graph
from ipe_workbench.pathways.ways import cheapest_way

__all__ = ["Outcome", "outcome_of"]

#: Of so many designs the outcome stays at hand: that which is changed, and the last changes.
_AT_HAND = 4


@dataclass(frozen=True)
class Outcome:
    """The outcome of a design; `known` is what another design that is much the same need not work out again."""

    programme: Programme
    structure: ProgrammeStructure
    hours: Mapping[tuple[str, str], float | None]
    days: Mapping[tuple[str, str], datetime.date | None]
    known: Known


_at_hand: OrderedDict[Same, Outcome] = OrderedDict()


def outcome_of(programme: Programme, like: Outcome | None = None) -> Outcome:
    """The outcome of a design, worked out once for each of the last few designs.

    Parameters
    ----------
    programme : Programme
    like : Outcome, optional
        That of a design of which this one is a change.

    Raises
    ------
    UnusableInputError
        When badges name each other in a circle.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> outcome_of(example_programme()).hours["communication-certificate", "nursing"]
    31.0
    """
    key = Same(programme)
    found = _at_hand.get(key)
    if found is None:
        found = _at_hand[key] = _worked_out(programme, like)
    _at_hand.move_to_end(key)
    while len(_at_hand) > _AT_HAND:
        _at_hand.popitem(last=False)
    return found


def _worked_out(programme: Programme, like: Outcome | None) -> Outcome:
    ids = (*programme.credentials, *programme.stacks)
    alike = like is not None and tuple(like.known.place) == ids and like.programme.info.terms == programme.info.terms
    known = Known(ids, like.known if like is not None and alike else None)
    structure = structure_of_graph(programme, None, and_or_graph(programme, None, known))
    hours: dict[tuple[str, str], float | None] = {}
    days: dict[tuple[str, str], datetime.date | None] = {}
    for first, members in kinds_of_learners(programme).items():
        graph = and_or_graph(programme, first, known)
        finished = finish_days(programme, first, graph)
        for stack in programme.stacks:
            way = cheapest_way(graph, stack)
            for one in members:
                hours[stack, one] = way.hours if way else None
                days[stack, one] = finished.get(stack)
    known.let_go()
    return Outcome(programme, structure, hours, days, known)
