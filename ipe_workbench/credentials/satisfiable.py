"""Whether a rule or stack can be completed at all, by learners of a profession, and by a day; and why not."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ipe_workbench.credentials.checks.conflicts import conflict
from ipe_workbench.credentials.checks.requirements import Calendar, asked_by
from ipe_workbench.credentials.model import Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Rule, describe, subrules
from ipe_workbench.credentials.shortened import is_impossible
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = ["Satisfiable", "satisfiable"]


@dataclass(frozen=True)
class Satisfiable:
    """Whether a rule can be completed; true or false as a condition.

    Parameters
    ----------
    possible : bool
        Whether somebody who passes everything, attends every hour and gets every approval completes it.
    earliest : datetime.date or None
        The first day on which they could, where a programme has a calendar; given even when it is too late.
    reasons : tuple of str
        Why it is not possible: the smallest set of demands that do not go together; empty when it is.
    """

    possible: bool
    earliest: datetime.date | None = None
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.possible


def satisfiable(
    rule: Rule | str,
    programme: Programme | None = None,
    *,
    profession: str | None = None,
    by: datetime.date | None = None,
) -> Satisfiable:
    """Whether a rule, or the stack or credential with an id, can be completed.

    Parameters
    ----------
    rule : Rule or str
        A rule, or the id of a stack or credential of the programme.
    programme : Programme, optional
        Then what it asks for must be on offer there, with all prerequisites, in the calendar. Without one, every badge
        can be earned at any time, and only a rule that asks for more than it lists cannot be completed.
    profession : str, optional
        For learners of that profession; without it, for those of any profession.
    by : datetime.date, optional
        The last day; needs a programme.

    Returns
    -------
    Satisfiable

    Raises
    ------
    UnknownNameError
        When the programme has no such stack, credential or profession.
    UnusableInputError
        When an id or a day is given without a programme.

    Notes
    -----
    Rules are monotone, so it is enough to look at the most that can be true on each day of the calendar. The reasons
    are a minimal conflicting set (QuickXplain; see `checks.conflicts`) for the profession asked about, or the first.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> bool(satisfiable("ipe-micro-credential", example_programme(), profession="nursing"))
    True
    >>> from ipe_workbench.credentials.rules import parse_rule
    >>> satisfiable(parse_rule({"at_least": {"count": 3, "of": ["a", "b"]}})).reasons
    ('it asks for at least 3 of: a or b',)
    """
    if programme is None:
        if isinstance(rule, str) or by is not None:
            raise UnusableInputError("Only a programme knows ids and days.", mend="Give the programme.")
        impossible = is_impossible(rule, profession)
        return Satisfiable(not impossible, reasons=_contradictions(rule, profession) if impossible else ())
    design, asked = (programme, rule) if isinstance(rule, str) else _with_rule(programme, rule)
    if asked not in design.stacks and asked not in design.credentials:
        known = (*design.stacks, *design.credentials)
        raise UnknownNameError(f"`{asked}` is no stack or credential.", mend=near_names(asked, known))
    professions = [design.profession(profession).id] if profession else [one.id for one in design.info.professions]
    calendar = Calendar(design)
    days = [day for one in professions if (day := calendar.earned_by(one).get(asked)) is not None]
    if not days:
        return Satisfiable(False, reasons=conflict(design, asked, professions[0]))
    earliest = min(days)
    if by is None or earliest <= by:
        return Satisfiable(True, earliest)
    return Satisfiable(False, earliest, (f"the earliest day is {earliest}", *_late(design, asked, calendar, by)))


def _with_rule(programme: Programme, rule: Rule) -> tuple[Programme, str]:
    """The programme with a stack of its own for the rule."""
    asked = "this-rule"
    while asked in programme.stacks or asked in programme.credentials:
        asked += "-1"
    return programme.with_stack(Stack(id=asked, title="This rule", kind="badge", stage="exposure", rule=rule)), asked


def _contradictions(rule: Rule, profession: str | None) -> tuple[str, ...]:
    """The innermost parts that nobody can complete."""
    inside = [
        one for part in subrules(rule) if is_impossible(part, profession) for one in _contradictions(part, profession)
    ]
    return tuple(dict.fromkeys(inside)) or (f"it asks for {describe(rule)}",)


def _late(programme: Programme, asked: str, calendar: Calendar, by: datetime.date) -> tuple[str, ...]:
    """The credentials on which it can depend whose last activity is after the day."""
    found: dict[str, None] = {}
    waiting = [asked]
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found[one] = None
            demand = calendar.demands.get(one)
            waiting += list(asked_by(demand.rule)) if demand else []
    late = [one for one in found if one in programme.credentials and calendar.ends[one] > by]
    return tuple(f"`{programme.title(one)}` ends on {calendar.ends[one]}" for one in late)
