"""The learner for whom a plan is made, and what the plan is for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ipe_workbench.credentials.facts import Facts

__all__ = ["AIMS", "Aim", "PlanFor"]

#: What a plan makes best: the least hours, the earliest completion, or the most growth areas assessed.
Aim = Literal["hours", "earliest", "growth"]
AIMS: tuple[Aim, ...] = get_args(Aim)


@dataclass(frozen=True)
class PlanFor:
    """One learner's situation.

    Parameters
    ----------
    facts : Facts
        Awards, scores, hours and approvals so far, with the profession.
    hours_per_term : mapping of str to float
        The most hours in a term, by the term's id; a term that is not named is not limited.
    closed : frozenset of str
        Offerings (``credential@term``) or credentials that this learner cannot take.
    from_day : date
        The day from which the plan is made: only offerings that begin then or later count.
    until : date
        The last day that the learner has: offerings that end later do not count.
    aim : "hours", "earliest" or "growth"
        What is made best. Ties go to the other two in the order hours, earliest; then to fewer badges, then to earlier
        offerings, then to the order of the programme.
    growth : frozenset of str
        Ids of competencies in which the learner wants to grow.
    """

    facts: Facts = field(default_factory=Facts)
    hours_per_term: Mapping[str, float] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    from_day: datetime.date = datetime.date.min
    until: datetime.date = datetime.date.max
    aim: Aim = "hours"
    growth: frozenset[str] = frozenset()

    def state(self) -> tuple[object, ...]:
        """What a plan depends on; learners in the same state share one."""
        facts = self.facts
        held = (facts.profession, *map(frozenset, (facts.awards, facts.scores, facts.hours, facts.approvals)))
        limits = frozenset(self.hours_per_term.items())
        return (held, limits, self.closed, self.from_day, self.until, self.aim, self.growth)
