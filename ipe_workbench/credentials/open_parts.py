"""What is still to do: the open parts of a rule, for one learner."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ipe_workbench.credentials.completion import completed, points_held, steps_done
from ipe_workbench.credentials.facts import Facts, add_months
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    InOrder,
    PerProfession,
    Points,
    PointsOf,
    Rule,
    Shortcut,
    Within,
    branch_for,
)
from ipe_workbench.credentials.truth import Truth

__all__ = ["OpenPart", "open_parts"]

_EVER = datetime.date.min


@dataclass(frozen=True)
class OpenPart:
    """One thing that is still to do.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied; it is not, by what counts toward it.
    since : datetime.date
        Only what dates from that day on counts toward it (`date.min`: everything that is held), because a step before
        it was completed then, or because a time window begins then. What is held from before has to be done again.
    by : datetime.date or None
        The last day on which it can be done, where a time window has begun.
    """

    rule: Rule
    since: datetime.date = _EVER
    by: datetime.date | None = None


def open_parts(rule: Rule, facts: Facts, on: datetime.date, since: datetime.date = _EVER) -> tuple[OpenPart, ...]:
    """The open parts of a rule; empty when it is satisfied.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied.
    facts : Facts
        What counts on the day of the question, from `since` on.
    on : datetime.date
        The day of the question, on which the rest could be done.
    since : datetime.date
        The first day that counts.
    """
    if completed(rule, facts) is not None:
        return ()
    match rule:
        case AllOf(all=parts):
            return _needed([one for part in parts for one in open_parts(part, facts, on, since)], facts)
        case AnyOf(any=parts):
            return (OpenPart(AnyOf(any=tuple(_reduced(part, facts, on, since) for part in parts)), since),)
        case AtLeast():
            return _choice(rule, facts, on, since)
        case Points():
            return (OpenPart(_points_left(rule, facts), since),)
        case InOrder(in_order=steps):
            done, _, rest = steps_done(steps, facts)
            begun = max(since, steps_done(steps[:done], facts)[1] or since)
            if done == len(steps) - 1:
                return open_parts(steps[done], rest, on, begun)
            return (OpenPart(InOrder(in_order=(_reduced(steps[done], rest, on, begun), *steps[done + 1 :])), begun),)
        case Within():
            return _in_window(rule, facts, on, since)
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return (OpenPart(rule, since),) if branch is None else open_parts(branch, facts, on, since)
        case Shortcut():
            return open_parts(rule.shortcut.otherwise, facts, on, since)
        case _:
            return (OpenPart(rule, since),)


def _reduced(rule: Rule, facts: Facts, on: datetime.date, since: datetime.date) -> Rule:
    """The rule without what is met; as it is where the rest cannot be said without other days."""
    parts = open_parts(rule, facts, on, since)
    if not parts or any(part.since != since or part.by is not None for part in parts):
        return rule
    return parts[0].rule if len(parts) == 1 else AllOf(all=tuple(part.rule for part in parts))


def _choice(rule: AtLeast, facts: Facts, on: datetime.date, since: datetime.date) -> tuple[OpenPart, ...]:
    left = [part for part in rule.at_least.of if completed(part, facts) is None]
    count = rule.at_least.count - (len(rule.at_least.of) - len(left))
    if count == len(left):
        return _needed([one for part in left for one in open_parts(part, facts, on, since)], facts)
    if count > len(left):
        return (OpenPart(rule, since),)
    of = tuple(_reduced(part, facts, on, since) for part in left)
    return (OpenPart(AnyOf(any=of) if count == 1 else AtLeast(at_least=Choice(count=count, of=of)), since),)


def _points_left(rule: Points, facts: Facts) -> Rule:
    """The points still to earn with badges that are not held; the whole rule where a cap could push held ones out."""
    held = {award.badge for award in facts.awards}
    left = tuple(item for item in rule.points.from_ if item.badge not in held)
    have = [item for item in rule.points.from_ if item.badge in held]
    caps = {}
    for kind, most in rule.points.cap.items():
        counted = [item.points for item in have if item.kind == kind]
        if counted and any(item.points > min(counted) for item in left if item.kind == kind):
            return rule
        caps[kind] = max(0, most - len(counted))
    still = round(rule.points.min - points_held(rule, facts), 9)
    if sum(item.points for item in left) < still:
        return rule
    return Points(points=PointsOf.model_validate({"min": still, "from": left, "cap": caps}))


def _in_window(rule: Within, facts: Facts, on: datetime.date, since: datetime.date) -> tuple[OpenPart, ...]:
    """What is left in the window that holds most and is still open; the whole rule where none holds anything of use."""
    inner, months = rule.within.rule, rule.within.months
    days = [day for day in facts.dates() if add_months(day, months) >= on]
    whole = OpenPart(rule, since)
    if not days:
        return (whole,)
    best = open_parts(inner, facts.between(days[0], on), on, days[0])
    rules = [part.rule for part in best]
    if rules == [part.rule for part in open_parts(inner, Facts(profession=facts.profession), on, since)]:
        return (whole,)
    # A later window in which as much is left gives more time.
    for day in reversed(days):
        parts = open_parts(inner, facts.between(day, on), on, day)
        if [part.rule for part in parts] == rules:
            end = add_months(day, months)
            return tuple(OpenPart(one.rule, one.since, min(end, one.by or end)) for one in parts)
    return (whole,)


def _needed(parts: Sequence[OpenPart], facts: Facts) -> tuple[OpenPart, ...]:
    """The parts without those that follow from the others and from what is held."""
    kept = list(parts)
    if len(kept) < 2:
        return tuple(kept)
    truth = Truth(part.rule for part in kept)
    for part in list(kept):
        stricter = [one.rule for one in kept if one is not part and one.since >= part.since and _sooner(one, part)]
        if part.rule in stricter or (truth.fits and truth.follows(part.rule, stricter, _met(facts, part.since))):
            kept.remove(part)
    return tuple(kept)


def _met(facts: Facts, since: datetime.date) -> Callable[[Rule], bool]:
    counting = facts.between(since, datetime.date.max)
    return lambda rule: completed(rule, counting) is not None


def _sooner(one: OpenPart, other: OpenPart) -> bool:
    return other.by is None or (one.by is not None and one.by <= other.by)
