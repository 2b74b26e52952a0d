"""Rules that differ by profession: the rule as learners of one profession meet it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    InOrder,
    PerProfession,
    Rule,
    Shortcut,
    ShortcutTo,
    Window,
    Within,
    branch_for,
    subrules,
    walk,
)

__all__ = ["as_met", "never", "professions_told_apart", "with_parts"]


@cache
def never() -> Rule:
    """What nobody can do."""
    return AtLeast(at_least=Choice(count=2, of=(AllOf(all=()),)))


def professions_told_apart(*rules: Rule) -> Iterator[str | None]:
    """``None`` for learners whose profession no rule names, then each profession that one does."""
    parts = (part for rule in rules for part in walk(rule) if isinstance(part, PerProfession))
    yield None
    yield from dict.fromkeys(name for part in parts for name in part.per_profession if name != "default")


def as_met(rule: Rule, profession: str | None, without: Rule | None = None) -> Rule:
    """The rule as learners of a profession meet it; `without`, or the part as it is, where they have no branch."""
    if not isinstance(rule, PerProfession):
        return with_parts(rule, [as_met(part, profession, without) for part in subrules(rule)])
    branch = branch_for(rule, profession)
    return (without or rule) if branch is None else as_met(branch, profession, without)


def with_parts(rule: Rule, parts: Iterable[Rule]) -> Rule:
    """The rule with other parts in place of its own, in the order of `subrules`."""
    new = tuple(parts)
    match rule:
        case AllOf():
            return AllOf(all=new)
        case AnyOf():
            return AnyOf(any=new)
        case InOrder():
            return InOrder(in_order=new)
        case AtLeast():
            return AtLeast(at_least=Choice(count=rule.at_least.count, of=new))
        case Within():
            return Within(within=Window(months=rule.within.months, rule=new[0]))
        case Shortcut():
            return Shortcut(shortcut=ShortcutTo(badge=rule.shortcut.badge, otherwise=new[0]))
        case PerProfession():
            return PerProfession(per_profession=dict(zip(rule.per_profession, new, strict=True)))
        case _:
            return rule
