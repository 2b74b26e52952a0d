"""The day on which a rule completes, for one learner: the one idea from which all other answers follow."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable

from ipe_workbench.credentials.facts import Facts, add_months
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    Approval,
    AtLeast,
    Badge,
    Hours,
    InOrder,
    PerProfession,
    PointItem,
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
    branch_for,
)

__all__ = ["ROUNDING", "completed", "hours_held", "points_held", "steps_done", "windows_of"]

#: Sums of points and hours may differ by this much from their mark: 0.1 + 0.7 reaches 0.8.
ROUNDING = 1e-9


def completed(rule: Rule, facts: Facts) -> datetime.date | None:
    """The earliest day by which the facts satisfy the rule; `date.min` where nothing dated is asked for."""
    match rule:
        case Badge(badge=wanted):
            return min((a.on for a in facts.awards if a.badge == wanted), default=None)
        case AllOf(all=parts):
            return _kth(parts, facts, len(parts))
        case AnyOf(any=parts):
            return _kth(parts, facts, 1)
        case AtLeast():
            return _kth(rule.at_least.of, facts, rule.at_least.count)
        case Points():
            return _first_day(facts, lambda known: points_held(rule, known) >= rule.points.min - ROUNDING)
        case Hours():
            return _first_day(facts, lambda known: hours_held(rule, known) >= rule.hours.min - ROUNDING)
        case Score():
            least = rule.score
            passed = (s.on for s in facts.scores if s.assessment == least.assessment and s.score >= least.min)
            return min(passed, default=None)
        case Approval():
            return min((a.on for a in facts.approvals if a.role == rule.approval.role), default=None)
        case InOrder(in_order=steps):
            return steps_done(steps, facts)[1]
        case Within():
            windows = (completed(rule.within.rule, part) for part in windows_of(rule, facts))
            return min((day for day in windows if day is not None), default=None)
        case PerProfession():
            branch = branch_for(rule, facts.profession)
            return None if branch is None else completed(branch, facts)
        case Shortcut():
            return _kth((Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise), facts, 1)


def _kth(parts: tuple[Rule, ...], facts: Facts, count: int) -> datetime.date | None:
    """The day on which the `count`-th of the parts completes."""
    if count == 0:
        return datetime.date.min
    days = sorted(day for day in (completed(part, facts) for part in parts) if day is not None)
    return days[count - 1] if len(days) >= count else None


def _first_day(facts: Facts, reached: Callable[[Facts], bool]) -> datetime.date | None:
    """The first day on which a quantity that only grows has reached its mark."""
    if not reached(facts):
        return None
    days = facts.dates()
    first = bisect_left(days, True, key=lambda day: reached(facts.between(datetime.date.min, day)))
    return days[first] if first < len(days) else datetime.date.min


def steps_done(steps: tuple[Rule, ...], facts: Facts) -> tuple[int, datetime.date | None, Facts]:
    """Steps completed in order; the day of the last one if all are; and the facts that the next step may use."""
    day = datetime.date.min
    for index, step in enumerate(steps):
        facts = facts.between(day, datetime.date.max)
        done = completed(step, facts)
        if done is None:
            return index, None, facts
        day = max(day, done)
    return len(steps), day, facts


def windows_of(rule: Within, facts: Facts) -> tuple[Facts, ...]:
    """The facts inside each window that begins at a fact; one empty window when there is no fact at all."""
    months = rule.within.months
    starts = facts.dates()
    return tuple(facts.between(day, add_months(day, months)) for day in starts) or (facts,)


def points_held(rule: Points, facts: Facts) -> float:
    """Points of the badges held; of a capped kind the best ones count."""
    held = {award.badge for award in facts.awards}
    counted: Counter[str] = Counter()
    total = 0.0
    for item in _best_first(rule):
        if item.badge not in held:
            continue
        if item.kind is not None and item.kind in rule.points.cap:
            if counted[item.kind] >= rule.points.cap[item.kind]:
                continue
            counted[item.kind] += 1
        total += item.points
    return total


def _best_first(rule: Points) -> list[PointItem]:
    return sorted(rule.points.from_, key=lambda item: -item.points)


def hours_held(rule: Hours, facts: Facts) -> float:
    """Hours of the named badges, each badge once however often it was awarded, and of the named activities."""
    wanted = set(rule.hours.of)
    awarded: dict[str, float] = {}
    for award in facts.awards:
        if award.badge in wanted:
            awarded[award.badge] = max(award.hours, awarded.get(award.badge, 0.0))
    return sum(awarded.values()) + sum(h.hours for h in facts.hours if h.activity in wanted)
