"""Rules of ours in the words of other platforms: so many of these, nested; and what those words cannot say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ipe_workbench.credentials.exchange.design import Constraint, Wanted, Wish
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
    describe,
)
from ipe_workbench.frameworks.import_result import Notes

__all__ = ["conjuncts", "content_losses", "note_loss", "peel_shortcuts", "wanted_of"]

_MASTER = "Keep the programme's own files as the master copy."


def peel_shortcuts(rule: Rule) -> tuple[tuple[str, ...], Rule]:
    """The badges that complete a step at once, innermost first, and the rule without them."""
    badges: list[str] = []
    while isinstance(rule, Shortcut):
        badges.insert(0, rule.shortcut.badge)
        rule = rule.shortcut.otherwise
    return tuple(badges), rule


def wanted_of(
    rule: Rule, programme: Programme, subject: str, notes: Notes, format: str, *, constraints: bool = False
) -> Wish | Wanted | None:
    """The rule as a number of things; ``None`` where it asks for nothing that other platforms know.

    With `constraints`, hours, scores and approvals become constraints that stand in words.

    Each part that the other platform cannot say becomes a finding ``lost-in-export`` about `subject`; what is written
    then asks for less than the rule.
    """

    def said(one: Rule) -> Wish | Wanted | None:
        return wanted_of(one, programme, subject, notes, format, constraints=constraints)

    def checked(left: str, least: str, *of: Wish) -> Wanted:
        words = describe(rule, programme.title)
        return Wanted(len(of), of, (Constraint(left, "compare:GTEQ" if least else "", least, words),))

    def lost(what: str) -> None:
        note_loss(notes, format, what, subject)

    match rule:
        case Badge(badge=name):
            return _wish(name, programme)
        case AllOf(all=parts):
            return _counted(None, map(said, parts))
        case AnyOf(any=parts):
            return _counted(1, map(said, parts))
        case AtLeast():
            return _counted(rule.at_least.count, map(said, rule.at_least.of))
        case Shortcut():
            badge = _wish(rule.shortcut.badge, programme)
            return _counted(1, (badge, said(rule.shortcut.otherwise)))
        case InOrder(in_order=parts):
            lost("the order of the steps" + (", but as what comes before what" if constraints else ""))
            return _counted(None, map(said, parts))
        case Within() if constraints:
            inner = said(rule.within.rule)
            months = Constraint("months from first to last", "compare:LTEQ", f"{rule.within.months}", "")
            return Wanted(0 if inner is None else 1, () if inner is None else (inner,), (months,))
        case Within():
            lost("the time window")
            return said(rule.within.rule)
        case PerProfession():
            lost("that professions have different rules; one of them suffices")
            return _counted(1, map(said, rule.per_profession.values()))
        case Points():
            return _points(rule, programme, lost)
        case Score() if constraints:
            return checked("score", f"{rule.score.min:g}", _wish(rule.score.assessment, programme))
        case Hours() if constraints:
            return checked("recorded hours", f"{rule.hours.min:g}")
        case Approval() if constraints:
            return checked("approval", "")
        case Score():
            lost("the least score; the badge suffices")
            return _wish(rule.score.assessment, programme)
        case Hours():
            lost("the least hours")
            return None
        case Approval():
            lost("the approval")
            return None


def conjuncts(wanted: Wish | Wanted | None) -> list[Wish | Wanted]:
    """What is asked for, each for itself: wholes taken apart."""
    if wanted is None:
        return []
    if isinstance(wanted, Wanted) and wanted.count == len(wanted.of) and not wanted.constraints:
        return [part for one in wanted.of for part in conjuncts(one)]
    return [wanted]


def note_loss(notes: Notes, format: str, what: str, subject: str) -> None:
    """One thing that the format does not carry of `subject`."""
    notes.count("lost-in-export", "warning", f"{format} does not carry {what}", subject, _MASTER)


def content_losses(programme: Programme, notes: Notes, format: str, *, badges: Iterable[str], stacks: set[str]) -> None:
    """Fields that a pathway of another platform does not have: of its badges (`badges` it has), and of its stacks."""
    kept = {*badges, "id", "extras", "allow", "status"}
    for one in programme.credentials.values():
        for name in one.model_fields_set - kept:
            if getattr(one, name) not in (None, "", ()):
                note_loss(notes, format, f"`{name}` of credentials", one.id)
    for stack in programme.stacks.values():
        for name in stack.model_fields_set - stacks - {"id", "extras", "allow"}:
            if getattr(stack, name) not in (None, "", ()):
                note_loss(notes, format, f"`{name}` of stacks", stack.id)


def _wish(name: str, programme: Programme) -> Wish:
    return Wish("element" if name in programme.stacks else "badge", name)


def _counted(count: int | None, parts: Iterable[Wish | Wanted | None]) -> Wish | Wanted | None:
    """So many of the parts, all without a number; a part that asks for nothing is met already."""
    every = list(parts)
    of = [one for one in every if one is not None]
    # A part that cannot be said drops out of a whole; in a choice it must not turn the others into duties.
    needed = len(of) if count is None else count - (len(every) - len(of))
    if needed <= 0:
        return None
    return of[0] if needed == len(of) == 1 else Wanted(needed, tuple(of))


def _points(rule: Points, programme: Programme, lost: Callable[[str], None]) -> Wish | Wanted | None:
    asked = rule.points
    worth = sorted((item.points for item in asked.from_), reverse=True)
    if asked.cap or len(set(worth)) > 1:
        lost("points of different worth or with caps; the fewest badges that can reach them suffice")
    total, count = 0.0, 0
    while count < len(worth) and total < asked.min and not math.isclose(total, asked.min):
        total += worth[count]
        count += 1
    if total < asked.min and not math.isclose(total, asked.min):
        count = len(worth) + 1
    return Wanted(count, tuple(_wish(item.badge, programme) for item in asked.from_))
