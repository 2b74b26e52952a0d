"""One pass over a rule for a whole cohort: arrays of days, a value a learner, in place of one learner after the other.

The meaning is that of `ipe_workbench.credentials.evaluate`; a test compares the two on random rules and facts. Days are
whole numbers since 1970; `EVER` is the day of what asks for nothing dated, `NEVER` that of what is not completed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ipe_workbench.credentials.completion import ROUNDING
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
    badges_in,
    walk,
)

__all__ = ["EVER", "NEVER", "CohortArrays", "CohortPass", "Dated"]

EVER = int(np.datetime64(datetime.date.min, "D").astype(np.int64))
NEVER = np.iinfo(np.int32).max
_LAST = int(np.datetime64(datetime.date.max, "D").astype(np.int64))

#: A day (int32), or a number (float64), for each learner.
Days: TypeAlias = Any
Shares: TypeAlias = Any


@dataclass(frozen=True)
class Dated:
    """Things of one kind: a row for the first, the second and so on of each learner; `NEVER` where there is none.

    Rows are in the order of their days. `amounts` (hours, scores) has the shape of `days`.
    """

    days: Days
    amounts: Shares | None = None


@dataclass(frozen=True)
class CohortArrays:
    """What counts on the day of the question, for `size` learners, by badge, assessment, activity and role."""

    size: int
    professions: Any
    awards: Mapping[str, Dated] = field(default_factory=dict)
    scores: Mapping[str, Dated] = field(default_factory=dict)
    hours: Mapping[str, Dated] = field(default_factory=dict)
    approvals: Mapping[str, Dated] = field(default_factory=dict)


@dataclass(frozen=True)
class _Span:
    """What counts for a part of a rule: dated from `low` to `high`, for each learner; all of it where they are None."""

    low: Days | None = None
    high: Days | None = None

    def since(self, day: Days) -> _Span:
        return _Span(day if self.low is None else np.maximum(self.low, day), self.high)

    def inside(self, days: Days) -> Any:
        """Whether days lie inside; what is `NEVER` does not."""
        found = days != NEVER
        if self.low is not None:
            found &= days >= self.low
        if self.high is not None:
            found &= days <= self.high
        return found


_ALL = _Span()


class CohortPass:
    """The answers of rules for one cohort."""

    def __init__(self, cohort: CohortArrays) -> None:
        self.cohort = cohort
        self._known: dict[int, tuple[Rule, Days]] = {}

    def completed(self, rule: Rule, span: _Span = _ALL) -> Days:
        """The day on which each learner completed the rule."""
        if span is not _ALL:
            return self._completed(rule, span)
        if id(rule) not in self._known:
            self._known[id(rule)] = (rule, self._completed(rule, span))  # the rule is kept, and with it its id
        return self._known[id(rule)][1]

    def progress(self, rule: Rule, span: _Span = _ALL) -> Shares:
        """How far along each learner is, in [0, 1]."""
        done = self.completed(rule, span) != NEVER
        if isinstance(rule, Badge | Approval) or done.all():
            return done.astype(np.float64)
        return np.where(done, 1.0, self._progress(rule, span))

    def _completed(self, rule: Rule, span: _Span) -> Days:
        match rule:
            case Badge(badge=one):
                return self._first(self.cohort.awards.get(one), span)
            case AllOf(all=parts):
                return self._kth(parts, len(parts), span)
            case AnyOf(any=parts):
                return self._kth(parts, 1, span)
            case AtLeast():
                return self._kth(rule.at_least.of, rule.at_least.count, span)
            case Points():
                held = self._items(rule, span)
                mark = rule.points.min
                return self._first_reached(held.values(), lambda day: _points(rule, held, day), mark, _ALL)
            case Hours():
                found = [one for pair in self._sources(rule) for one in pair]
                days = [row for one in found for row in one.days]
                return self._first_reached(days, lambda day: self._hours(rule, span, day), rule.hours.min, span)
            case Score():
                reached = self.cohort.scores.get(rule.score.assessment)
                if reached is None or reached.amounts is None:
                    return self._constant(NEVER)
                passed = np.where(reached.amounts >= rule.score.min, reached.days, NEVER)
                return np.where(span.inside(passed), passed, NEVER).min(axis=0)
            case Approval():
                return self._first(self.cohort.approvals.get(rule.approval.role), span)
            case InOrder(in_order=steps):
                return self._steps(steps, span)[0]
            case Within():
                windows = [self.completed(rule.within.rule, one) for one in self._windows(rule, span)]
                return np.minimum.reduce(windows)
            case PerProfession():
                return self._by_branch(rule, self._constant(NEVER), lambda branch: self.completed(branch, span))
            case Shortcut():
                return np.minimum(
                    self._first(self.cohort.awards.get(rule.shortcut.badge), span),
                    self.completed(rule.shortcut.otherwise, span),
                )

    def _progress(self, rule: Rule, span: _Span) -> Shares:
        """Of those who have not completed the rule; of the others it may be anything."""
        match rule:
            case AllOf(all=parts):
                return sum((self.progress(part, span) for part in parts), self._shares()) / max(1, len(parts))
            case AnyOf(any=parts):
                return self._best(parts, 1, span)
            case AtLeast():
                return self._best(rule.at_least.of, rule.at_least.count, span)
            case Points():
                return _points(rule, self._items(rule, span), self._constant(_LAST)) / rule.points.min
            case Hours():
                return self._hours(rule, span, self._constant(_LAST)) / rule.hours.min
            case Score():
                reached = self.cohort.scores.get(rule.score.assessment)
                if reached is None or reached.amounts is None:
                    return self._shares()
                return np.where(span.inside(reached.days), reached.amounts, 0.0).max(axis=0) / rule.score.min
            case InOrder(in_order=steps):
                return self._steps(steps, span, progress=True)[1] / len(steps)
            case Within():
                return np.maximum.reduce([self.progress(rule.within.rule, one) for one in self._windows(rule, span)])
            case PerProfession():
                return self._by_branch(rule, self._shares(), lambda branch: self.progress(branch, span))
            case Shortcut():
                return self.progress(rule.shortcut.otherwise, span)
            case _:
                return self._shares()

    def _constant(self, day: int) -> Days:
        return np.full(self.cohort.size, day, np.int32)

    def _shares(self) -> Shares:
        return np.zeros(self.cohort.size)

    def _first(self, dated: Dated | None, span: _Span) -> Days:
        if dated is None:
            return self._constant(NEVER)
        if span is _ALL:
            return dated.days[0]
        return np.where(span.inside(dated.days), dated.days, NEVER).min(axis=0)

    def _kth(self, parts: Sequence[Rule], count: int, span: _Span) -> Days:
        """The day on which the `count`-th of the parts completes."""
        if count == 0:
            return self._constant(EVER)
        if count > len(parts):
            return self._constant(NEVER)
        days = (self.completed(part, span) for part in parts)
        return _last(days) if count == len(parts) else _smallest(days, count)[-1]

    def _best(self, parts: Sequence[Rule], count: int, span: _Span) -> Shares:
        """The mean progress of the best `count` parts; parts that there are not have none."""
        best = _smallest((-self.progress(part, span) for part in parts), min(count, len(parts)))
        return -sum(best, self._shares()) / count

    def _steps(self, steps: Sequence[Rule], span: _Span, *, progress: bool = False) -> tuple[Days, Shares]:
        """The day of the last step, and how many steps are done, with the progress of the first open one."""
        day, done = self._constant(EVER), self._shares()
        for step in steps:
            rest = span.since(day)
            done += np.where(day == NEVER, 0.0, self.progress(step, rest)) if progress else 0.0
            day = np.maximum(day, self.completed(step, rest))
        return day, done

    def _windows(self, rule: Within, span: _Span) -> list[_Span]:
        """A window from each day on which there is something that the rule looks at; and one with nothing in it."""
        nothing = _Span(self._constant(NEVER - 1), span.high)
        starts = [np.where(span.inside(row), row, NEVER - 1) for row in self._looked_at(rule.within.rule)]
        windows = [_Span(row, _add_months(row, rule.within.months)) for row in starts]
        if span.high is not None:
            windows = [_Span(one.low, np.minimum(one.high, span.high)) for one in windows if one.high is not None]
        return [nothing, *windows]

    def _looked_at(self, rule: Rule) -> list[Days]:
        cohort = self.cohort
        found: list[Dated | None] = [cohort.awards.get(one) for one in badges_in(rule)]
        for part in walk(rule):
            if isinstance(part, Hours):
                found += [cohort.hours.get(one) for one in part.hours.of]
            elif isinstance(part, Score):
                found.append(cohort.scores.get(part.score.assessment))
            elif isinstance(part, Approval):
                found.append(cohort.approvals.get(part.approval.role))
        return [row for one in found if one is not None for row in one.days]

    def _by_branch(self, rule: PerProfession, missing: Any, answer: Callable[[Rule], Any]) -> Any:
        """The answer of each learner's own branch."""
        branches = rule.per_profession
        known = np.isin(self.cohort.professions, list(branches))
        result = np.where(known, missing, answer(branches["default"])) if "default" in branches else missing
        for name, branch in branches.items():
            mine = self.cohort.professions == name
            if mine.any():
                result = np.where(mine, answer(branch), result)
        return result

    def _items(self, rule: Points, span: _Span) -> dict[PointItem, Days]:
        """The first day on which each item is held, the items that are worth most first."""
        ordered = sorted(rule.points.from_, key=lambda item: -item.points)
        return {item: self._first(self.cohort.awards.get(item.badge), span) for item in ordered}

    def _sources(self, rule: Hours) -> Iterable[tuple[Dated, ...]]:
        """For each name the awards of that badge, and the hours recorded on that activity."""
        for one in dict.fromkeys(rule.hours.of):
            held = (self.cohort.awards.get(one), self.cohort.hours.get(one))
            yield tuple(dated for dated in held if dated is not None)

    def _hours(self, rule: Hours, span: _Span, day: Days) -> Shares:
        """Hours by a day: of several awards of a badge the one with most hours."""
        total = self._shares()
        for one in dict.fromkeys(rule.hours.of):
            for dated, add in ((self.cohort.awards.get(one), np.max), (self.cohort.hours.get(one), np.sum)):
                if dated is not None and dated.amounts is not None:
                    counts = span.inside(dated.days) & (dated.days <= day)
                    total += add(np.where(counts, dated.amounts, 0.0), axis=0)
        return total

    def _first_reached(self, days: Iterable[Days], amount: Callable[[Days], Shares], mark: float, span: _Span) -> Days:
        """The first of the days by which an amount that only grows has reached its mark."""
        found = self._constant(NEVER)
        if not (amount(self._constant(_LAST)) >= mark - ROUNDING).any():
            return found
        for day in days:
            reached = span.inside(day) & (amount(day) >= mark - ROUNDING)
            found = np.where(reached & (day < found), day, found)
        return found


def _points(rule: Points, held: Mapping[PointItem, Days], day: Days) -> Shares:
    """Points by a day; of a capped kind the best items count."""
    total = np.zeros(day.size)
    counted: dict[str, Any] = {}
    for item, since in held.items():
        counts = (since <= day) & (since != NEVER)
        if item.kind is not None and item.kind in rule.points.cap:
            so_far = counted.setdefault(item.kind, np.zeros(day.size, np.int32))
            counts &= so_far < rule.points.cap[item.kind]
            so_far += counts
        total += item.points * counts
    return total


def _last(days: Iterable[Days]) -> Days:
    found: Days = None
    for day in days:
        found = day if found is None else np.maximum(found, day)
    return found


def _smallest(values: Iterable[Any], count: int) -> list[Any]:
    """The `count` smallest values of each learner, in order."""
    smallest: list[Any] = []
    for value in values:
        left = value
        for place, one in enumerate(smallest):
            smallest[place], left = np.minimum(one, left), np.maximum(one, left)
        if len(smallest) < count:
            smallest.append(left)
    return smallest


def _add_months(days: Days, months: int) -> Days:
    """The same day of the month so many months later, or its last day; as `facts.add_months`."""
    known = np.minimum(days.astype(np.int64), _LAST).astype("datetime64[D]")
    month = known.astype("datetime64[M]")
    later = month + months
    longest = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(np.int64) - 1
    inside = np.minimum((known - month.astype("datetime64[D]")).astype(np.int64), longest)
    found = later.astype("datetime64[D]").astype(np.int64) + inside
    return np.minimum(found, _LAST).astype(np.int32)
