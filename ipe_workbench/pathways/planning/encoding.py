"""Rules of the stacking algebra as literals of a CP-SAT model.

Time is the sequence of days on which something can happen. Each literal says whether a rule is satisfied by what is
dated from one day to another and has not expired on a third; it is tied to the choice of offerings in both directions,
so that it is decided by the choice alone, as `evaluate` decides it.
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ipe_workbench.credentials.facts import Award, Facts, add_months
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

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Chance", "Encoding", "Literal", "Span", "negated"]

#: A variable of the model, or a truth that needs none.
Literal: TypeAlias = "cp_model.IntVar | cp_model.NotBooleanVariable | bool"

#: Hours and points are whole thousandths in the model.
_SCALE = 1000
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Chance:
    """A badge, score or hours that come on a day if a literal is true."""

    on: datetime.date
    literal: Literal
    expires: datetime.date | None = None
    hours: float = 0.0
    score: float = 0.0


@dataclass(frozen=True)
class Span:
    """What counts: dated from `first` to `last`, and not expired on `on`."""

    first: datetime.date
    last: datetime.date
    on: datetime.date


@dataclass
class Encoding:
    """The literals of one model. `days` are the days on which anything happens, in order.

    `badges`, `scores` and `attended` are the chances of each badge, assessment and activity: what has happened is a
    chance that is true. Approvals can be had on any day from `from_day` on.
    """

    model: cp_model.CpModel
    facts: Facts
    days: tuple[datetime.date, ...]
    from_day: datetime.date
    badges: dict[str, list[Chance]] = field(default_factory=dict)
    scores: dict[str, list[Chance]] = field(default_factory=dict)
    attended: dict[str, list[Chance]] = field(default_factory=dict)
    _known: dict[tuple[object, ...], Literal] = field(default_factory=dict)
    _expiries: list[datetime.date] = field(default_factory=list)
    _rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        for award in self.facts.awards:
            self.give(award, True)
        for score in self.facts.scores:
            self.scores.setdefault(score.assessment, []).append(Chance(score.on, True, score=score.score))
        for hours in self.facts.hours:
            self.attended.setdefault(hours.activity, []).append(Chance(hours.on, True, hours=hours.hours))

    def give(self, award: Award, literal: Literal) -> None:
        """Let a badge be held if the literal is true."""
        self.badges.setdefault(award.badge, []).append(Chance(award.on, literal, award.expires, award.hours))
        if award.expires is not None and award.expires < self.days[-1]:
            bisect.insort(self._expiries, award.expires)

    def satisfied(self, rule: Rule, span: Span) -> Literal:
        """Whether the rule is satisfied by what counts."""
        # Days between which nothing expires are the same to a rule.
        at = bisect.bisect_left(self._expiries, span.on)
        span = Span(span.first, span.last, self._expiries[at - 1] + _DAY if at else datetime.date.min)
        key = (id(rule), span)
        if key not in self._known:
            self._known[key] = self._encoded(rule, span)
            self._rules.append(rule)  # so that no other rule gets the same id
        return self._known[key]

    def all_of(self, parts: Iterable[Literal]) -> Literal:
        """True exactly when every part is."""
        return negated(self.any_of(negated(one) for one in parts))

    def any_of(self, parts: Iterable[Literal]) -> Literal:
        """True exactly when a part is."""
        listed = list(dict.fromkeys(parts))
        if any(one is True for one in listed):
            return True
        open_parts = [one for one in listed if one is not False]
        if len(open_parts) <= 1:
            return open_parts[0] if open_parts else False
        found = self.model.new_bool_var("")
        self.model.add_bool_or(open_parts).only_enforce_if(found)
        for one in open_parts:
            self.model.add_implication(one, found)
        return found

    def _encoded(self, rule: Rule, span: Span) -> Literal:
        match rule:
            case Badge(badge=wanted):
                return self.any_of(one.literal for one in self._counting(self.badges.get(wanted, ()), span))
            case AllOf(all=parts):
                return self.all_of(self.satisfied(part, span) for part in parts)
            case AnyOf(any=parts):
                return self.any_of(self.satisfied(part, span) for part in parts)
            case AtLeast():
                choice = rule.at_least
                return self._reaches([(self.satisfied(part, span), 1) for part in choice.of], choice.count)
            case Points():
                return self._points(rule, span)
            case Hours():
                return self._hours(rule, span)
            case Score():
                wanted, least = rule.score.assessment, rule.score.min
                chances = self._counting(self.scores.get(wanted, ()), span)
                return self.any_of(one.literal for one in chances if one.score >= least)
            case Approval():
                given = [one.on for one in self.facts.approvals if one.role == rule.approval.role]
                return (
                    any(span.first <= day <= span.last for day in given) or max(span.first, self.from_day) <= span.last
                )
            case InOrder(in_order=steps):
                return self._in_order(steps, span)
            case Within():
                return self._within(rule, span)
            case PerProfession():
                branches = rule.per_profession
                branch = branches.get(self.facts.profession or "", branches.get("default"))
                return False if branch is None else self.satisfied(branch, span)
            case Shortcut():
                otherwise = self.satisfied(rule.shortcut.otherwise, span)
                return self.any_of([self.satisfied(Badge(badge=rule.shortcut.badge), span), otherwise])

    def _counting(self, chances: Iterable[Chance], span: Span) -> list[Chance]:
        return [
            one
            for one in chances
            if span.first <= one.on <= span.last and (one.expires is None or one.expires >= span.on)
        ]

    def _reaches(self, terms: list[tuple[Literal, int]], least: int) -> Literal:
        """Whether the sum of the weights of true literals reaches `least`."""
        sure = sum(weight for one, weight in terms if one is True)
        left = [(one, weight) for one, weight in terms if not isinstance(one, bool)]
        if sure >= least:
            return True
        if sure + sum(weight for _, weight in left) < least:
            return False
        found = self.model.new_bool_var("")
        total = sum(weight * one for one, weight in left)
        self.model.add(total >= least - sure).only_enforce_if(found)
        self.model.add(total <= least - sure - 1).only_enforce_if(~found)
        return found

    def _points(self, rule: Points, span: Span) -> Literal:
        """With a cap the best items of a kind count, so that each level of points is counted up to the cap."""
        held = {
            item.badge: self.any_of(one.literal for one in self._counting(self.badges.get(item.badge, ()), span))
            for item in rule.points.from_
        }
        terms: list[tuple[Literal, int]] = []
        for kind in dict.fromkeys(item.kind for item in rule.points.from_):
            items = [item for item in rule.points.from_ if item.kind == kind]
            cap = rule.points.cap.get(kind) if kind is not None else None
            if cap is None or cap >= len(items):
                terms += [(held[item.badge], _scaled(item.points)) for item in items]
                continue
            # The best `cap` items held are worth the sum, over the levels of points, of the step up to the level times
            # the number of items at or above it that count.
            values = sorted({_scaled(item.points) for item in items})
            for below, value in zip([0, *values], values, strict=False):
                above = [(held[item.badge], 1) for item in items if _scaled(item.points) >= value]
                terms += [(self._reaches(above, count), value - below) for count in range(1, min(cap, len(above)) + 1)]
        return self._reaches(terms, _scaled(rule.points.min))

    def _hours(self, rule: Hours, span: Span) -> Literal:
        terms: list[tuple[Literal, int]] = []
        for reference in dict.fromkeys(rule.hours.of):
            counting = self._counting(self.badges.get(reference, ()), span)
            # Of several awards of one badge the one with most hours counts, and only once.
            levels = sorted({_scaled(one.hours) for one in counting})
            for below, value in zip([0, *levels], levels, strict=False):
                terms.append(
                    (self.any_of(one.literal for one in counting if _scaled(one.hours) >= value), value - below)
                )
            attended = self._counting(self.attended.get(reference, ()), span)
            terms += [(one.literal, _scaled(one.hours)) for one in attended]
        return self._reaches(terms, _scaled(rule.hours.min))

    def _in_order(self, steps: tuple[Rule, ...], span: Span) -> Literal:
        """A step begins with what is dated on the day on which the step before was first completed."""
        days = [span.first, *self._days(span)]
        # By how each day could be the one on which the steps so far were completed.
        reached: dict[datetime.date, Literal] = {span.first: True}
        for step in steps:
            after: dict[datetime.date, list[Literal]] = {}
            for begun, so_far in reached.items():
                before: Literal = False
                for day in dict.fromkeys(one for one in days if one >= begun):
                    done = self.satisfied(step, Span(begun, day, span.on))
                    first = self.all_of([done, negated(before)])
                    if first is not False:
                        after.setdefault(day, []).append(self.all_of([so_far, first]))
                    before = done
                    if done is True:
                        break
            reached = {day: self.any_of(ways) for day, ways in after.items()}
        return self.any_of(reached.values())

    def _within(self, rule: Within, span: Span) -> Literal:
        ways = []
        before: datetime.date | None = None
        for day in self._days(span):
            last = min(span.last, add_months(day, rule.within.months))
            # A window that ends with the one before holds nothing more, and more never undoes a rule.
            if last != before:
                ways.append(self.satisfied(rule.within.rule, Span(day, last, span.on)))
            before = last
        # Of nothing at all there is one window, which an empty rule satisfies.
        return self.any_of(ways) if ways else self.satisfied(rule.within.rule, span)

    def _days(self, span: Span) -> tuple[datetime.date, ...]:
        return self.days[bisect.bisect_left(self.days, span.first) : bisect.bisect_right(self.days, span.last)]


def negated(one: Literal) -> Literal:
    """The opposite truth."""
    if isinstance(one, bool):
        return not one
    opposite: Literal = cast("Any", ~one)
    return opposite


def _scaled(number: float) -> int:
    return round(number * _SCALE)
