"""Where a learner stands: each badge held, open, locked or expired, and how far along each stack is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ipe_workbench.credentials.completions import with_completions
from ipe_workbench.credentials.evaluate import evaluate
from ipe_workbench.credentials.facts import Award, Facts
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, near_names

__all__ = ["STATES", "BadgeState", "State", "best_award", "standing"]

#: Of a credential: held, expired, open (what it requires is met), locked, closed (not for the learner's profession). Of
#: a stack: done, expired, begun, or locked while nothing counts yet.
State = Literal["held", "done", "expired", "open", "begun", "locked", "closed"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class BadgeState:
    """The state of one badge for a learner on a day.

    Parameters
    ----------
    badge : str
    state : State
    since : date or None
        When it was awarded, or a stack was completed.
    expires : date or None
        The last day on which it counts, or counted.
    progress : float
        How much of what it asks for is met, in [0, 1].
    """

    badge: str
    state: State
    since: datetime.date | None = None
    expires: datetime.date | None = None
    progress: float = 0.0


def standing(programme: Programme, facts: Facts, on: datetime.date) -> dict[str, BadgeState]:
    """The state of each credential and stack for a learner on a day; retired credentials are left out unless held.

    Parameters
    ----------
    programme : Programme
    facts : Facts
        What the learner holds, with the profession.
    on : date

    Returns
    -------
    dict of str to BadgeState
        By id, credentials first.

    Raises
    ------
    UnknownNameError
        When an award names a badge that the programme does not have.

    Notes
    -----
    A stack whose rule is met counts as completed on that day, for the rules that ask for its badge, too.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> day = datetime.date(2027, 3, 1)
    >>> facts = Facts.holding(["communication-foundations"], on=day, profession="nursing")
    >>> found = standing(example_programme(), facts, day)
    >>> [found[one].state for one in ("communication-foundations", "structured-handover", "huddles-and-briefings")]
    ['held', 'open', 'locked']
    """
    names = (*programme.credentials, *programme.stacks)
    for award in facts.awards:
        if award.badge not in names:
            message = f"The learner holds `{award.badge}`, which is no badge of this programme."
            raise UnknownNameError(message, mend=near_names(award.badge, names))
    facts = with_completions(facts, programme, on=on)
    found = {}
    for reference in names:
        known = _awarded(reference, facts, on)
        stack = reference in programme.stacks
        if known is not None and known.state == "held":
            found[reference] = replace(known, state="done") if stack else known
        elif stack:
            progress = evaluate(programme.stacks[reference].rule, facts, on=on).progress
            state: State = known.state if known else "begun" if progress else "locked"
            found[reference] = replace(known or BadgeState(reference, state), progress=progress)
        elif programme.credentials[reference].status != "retired" or known:
            found[reference] = known or _open(programme, reference, facts, on)
    return found


def best_award(facts: Facts, badge: str, on: datetime.date) -> Award | None:
    """Of the awards of a badge by a day the one that counts longest, expired or not; ``None`` where there is none."""
    awards = (one for one in facts.awards if one.badge == badge and one.on <= on)
    return max(awards, key=lambda one: (one.expires or datetime.date.max, one.on), default=None)


def _awarded(reference: str, facts: Facts, on: datetime.date) -> BadgeState | None:
    best = best_award(facts, reference, on)
    if best is None:
        return None
    state: State = "held" if best.expires is None or best.expires >= on else "expired"
    return BadgeState(reference, state, best.on, best.expires, 1.0 if state == "held" else 0.0)


def _open(programme: Programme, reference: str, facts: Facts, on: datetime.date) -> BadgeState:
    if facts.profession is not None and not programme.may_earn(reference, facts.profession):
        return BadgeState(reference, "closed")
    requires = programme.credentials[reference].requires
    progress = 1.0 if requires is None else evaluate(requires, facts, on=on).progress
    return BadgeState(reference, "open" if progress == 1 else "locked", progress=progress)
