"""What rules mean, said a second time and slowly: by "there is a choice such that", with nothing clever in it.

The package decides by earliest days and greedy choices; here every choice is tried. Both must say the same.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

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
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
)

EVER = datetime.date.min


def means(rule: Rule, facts: Facts) -> bool:
    """Whether facts that all count satisfy a rule."""
    match rule:
        case Badge(badge=one):
            return any(award.badge == one for award in facts.awards)
        case AllOf(all=parts):
            return all(means(part, facts) for part in parts)
        case AnyOf(any=parts):
            return any(means(part, facts) for part in parts)
        case AtLeast():
            chosen = combinations(rule.at_least.of, rule.at_least.count)
            return any(all(means(part, facts) for part in some) for some in chosen)
        case Points():
            return _some_items_reach(rule, {award.badge for award in facts.awards})
        case Hours():
            return _hours(rule, facts)
        case Score():
            return any(one.assessment == rule.score.assessment and one.score >= rule.score.min for one in facts.scores)
        case Approval():
            return rule.approval.role in {one.role for one in facts.approvals}
        case InOrder(in_order=steps):
            return _some_days_part(steps, facts)
        case Within():
            ends = [add_months(day, rule.within.months) for day in facts.dates()]
            starts = {*facts.dates(), *ends, EVER}  # beginning at a fact is enough; others do no harm
            return any(
                means(rule.within.rule, facts.between(start, add_months(start, rule.within.months))) for start in starts
            )
        case PerProfession(per_profession=branches):
            name = facts.profession if facts.profession in branches else "default"
            return name in branches and means(branches[name], facts)
        case Shortcut():
            return means(Badge(badge=rule.shortcut.badge), facts) or means(rule.shortcut.otherwise, facts)


def _some_items_reach(rule: Points, held: set[str]) -> bool:
    items = [item for item in rule.points.from_ if item.badge in held]
    for size in range(len(items) + 1):
        for some in combinations(items, size):
            kinds = [item.kind for item in some]
            if all(kinds.count(kind) <= most for kind, most in rule.points.cap.items()):
                total = sum((Fraction(str(item.points)) for item in some), Fraction(0))
                if total >= Fraction(str(rule.points.min)):
                    return True
    return False


def _hours(rule: Hours, facts: Facts) -> bool:
    recorded = sum((Fraction(str(one.hours)) for one in facts.hours if one.activity in rule.hours.of), Fraction(0))
    by_badge = [
        [Fraction(0), *(Fraction(str(award.hours)) for award in facts.awards if award.badge == one)]
        for one in set(rule.hours.of)
    ]
    return any(recorded + sum(some) >= Fraction(str(rule.hours.min)) for some in product(*by_badge))


def _some_days_part(steps: tuple[Rule, ...], facts: Facts) -> bool:
    """Whether days exist such that each step is satisfied by what lies between its day and that of the step before."""
    if len(steps) == 1:
        return means(steps[0], facts)
    for day in (EVER, *facts.dates()):
        before, after = facts.between(EVER, day), facts.between(day, datetime.date.max)
        if day == EVER:
            before = Facts(profession=facts.profession)
        if means(steps[0], before) and _some_days_part(steps[1:], after):
            return True
    return False


def first_day(rule: Rule, facts: Facts, on: datetime.date) -> datetime.date | None:
    """The first day by which what counts on `on` satisfies the rule."""
    known = replace(facts, awards=tuple(a for a in facts.awards if a.on <= on and (a.expires or on) >= on))
    known = known.between(EVER, on)
    if means(rule, Facts(profession=facts.profession)):
        return EVER
    return next((day for day in known.dates() if means(rule, known.between(EVER, day))), None)
