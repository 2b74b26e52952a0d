"""Completion badges that a learner has earned by the rules of the stacks, though nobody has recorded them yet."""

from __future__ import annotations

import datetime
from dataclasses import replace

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Award, Facts
from ipe_workbench.credentials.programme import Programme

__all__ = ["with_completions"]


def with_completions(facts: Facts, programme: Programme, *, on: datetime.date) -> Facts:
    """The facts, with an award for each stack that they complete and of which no award is recorded.

    Parameters
    ----------
    facts : Facts
        What is known of the learner.
    programme : Programme
        Its stacks may count one another.
    on : datetime.date
        The day of the question: what happened later, and awards that had expired by then, do not count.

    Returns
    -------
    Facts
        The new awards are dated on the day on which the stack's rule was completed, and expire as the stack says. A
        stack of which an award is recorded, expired or not, is left as it is.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> every = Facts.holding(programme.credentials, on=datetime.date(2026, 10, 1), profession="nursing")
    >>> day = datetime.date(2027, 1, 1)
    >>> len(every.awards), len(with_completions(every, programme, on=day).awards)
    (16, 20)
    """
    recorded = {award.badge for award in facts.awards}
    waiting = [stack for stack in programme.stacks.values() if stack.id not in recorded]
    given: dict[str, Award] = {}
    while True:
        known = replace(facts, awards=(*facts.awards, *given.values()))
        days = ((stack.id, completed_on(stack.rule, known, on=on)) for stack in waiting)
        # A stack may turn out to be complete earlier once another one is: all are asked again until nothing changes.
        found = {one: programme.award(one, day) for one, day in days if day is not None}
        if found == given:
            return known
        given = found
