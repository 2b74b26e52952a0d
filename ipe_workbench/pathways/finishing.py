"""By which day a learner who begins with nothing can complete what, within the calendar of a programme."""

from __future__ import annotations

import datetime
from functools import cached_property, partial

from ipe_workbench.credentials.facts import add_months
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
    badges_in,
    branch_for,
    walk,
)
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.and_or import AndOrGraph
from ipe_workbench.pathways.planning.offerings import ends_of
from ipe_workbench.pathways.rule_gates import and_or_graph

__all__ = ["finish_days", "kinds_of_learners"]

_EVER = datetime.date.min


def finish_days(
    programme: Programme, profession: str | None, graph: AndOrGraph | None = None
) -> dict[str, datetime.date]:
    """The earliest day on which each credential and stack can be held; what cannot be held in time is left out.

    Parameters
    ----------
    programme : Programme
    profession : str or None
        Id of the learner's profession.
    graph : AndOrGraph, optional
        The programme's graph for the profession, where it is there already; what it knows is not worked out again.

    Raises
    ------
    UnusableInputError
        When badges name each other in a circle.

    Notes
    -----
    As in a plan, the learner takes whatever there is, passes with the pass score, and holds what a credential requires
    on an earlier day. There is no limit of hours, and expiry is left aside: each day is the earliest that any plan can
    reach, and a plan's where nothing expires meanwhile.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> finish_days(example_programme(), "nursing")["communication-certificate"].isoformat()
    '2027-11-14'
    """
    graph = graph or and_or_graph(programme, profession)
    if graph.circular:
        raise UnusableInputError("Badges name each other in a circle.", mend="Remove one of these requirements.")
    days = _Days(programme, profession)
    for one in graph.order:
        days.of[one] = graph.kept("days", one, partial(days.awarded, one))
    return {one: days.of[one][0] for one in graph.nodes if days.of[one]}


def kinds_of_learners(programme: Programme) -> dict[str, tuple[str, ...]]:
    """The professions of which a programme asks and offers the same: the first of each kind, with all of them."""
    rules = [one.rule for one in programme.stacks.values()]
    rules += [one.requires for one in programme.credentials.values() if one.requires is not None]
    branches = [part for rule in rules for part in walk(rule) if isinstance(part, PerProfession)]
    kinds: dict[object, list[str]] = {}
    for profession in programme.info.professions:
        chosen = tuple(profession.id if profession.id in one.per_profession else None for one in branches)
        closed = tuple(one for one in programme.credentials if not programme.may_earn(one, profession.id))
        kinds.setdefault((chosen, closed), []).append(profession.id)
    return {members[0]: tuple(members) for members in kinds.values()}


class _Days:
    """The days on which each badge can be awarded, for badges of which all that they name is known."""

    def __init__(self, programme: Programme, profession: str | None) -> None:
        self.programme, self.profession = programme, profession
        self.of: dict[str, tuple[datetime.date, ...]] = {}
        self.owner = {one.id: home.id for home in programme.credentials.values() for one in home.activities}

    def awarded(self, reference: str) -> tuple[datetime.date, ...]:
        """Of a credential each end of an offering at which all is held that it requires; of a stack the first day."""
        if reference in self.programme.stacks:
            first = self.earliest(self.programme.stacks[reference].rule, _EVER)
            return () if first is None else (first,)
        credential = self.programme.credentials[reference]
        ends = ends_of(self.programme, credential)
        if credential.requires is None:
            return ends
        met = self.earliest(credential.requires, _EVER)
        return () if met is None else tuple(day for day in ends if day > met)

    def earliest(self, rule: Rule, since: datetime.date) -> datetime.date | None:
        """The first day by which what is dated since then satisfies the rule."""
        match rule:
            case Badge():
                return self._first(rule.badge, since)
            case Score():
                assessment = self.programme.credentials.get(rule.score.assessment)
                graded = assessment.assessment if assessment else None
                if graded is None or graded.pass_score < rule.score.min:
                    return None
                return self._first(rule.score.assessment, since)
            case AllOf(all=parts):
                return self._kth(parts, len(parts), since)
            case AnyOf(any=parts):
                return self._kth(parts, 1, since)
            case AtLeast():
                return self._kth(rule.at_least.of, rule.at_least.count, since)
            case Approval():
                return since
            case InOrder(in_order=steps):
                day: datetime.date | None = since
                for step in steps:
                    day = None if day is None else self.earliest(step, day)
                return day
            case Within():
                return self._within(rule, since)
            case PerProfession():
                branch = branch_for(rule, self.profession)
                return None if branch is None else self.earliest(branch, since)
            case Shortcut():
                return self._kth((Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise), 1, since)
            case Points():
                return self._points(rule, since)
            case Hours():
                return self._hours(rule, since)

    def _first(self, badge: str, since: datetime.date) -> datetime.date | None:
        for day in self.of.get(badge, ()):
            if day >= since:
                return day
        return None

    @cached_property
    def hours(self) -> dict[str, float]:
        """Of each activity and credential."""
        own = {one.id: one.hours for one in self.programme.credentials.values()}
        return {one.id: one.hours for one in self.programme.activities()} | own

    def _kth(self, parts: tuple[Rule, ...], count: int, since: datetime.date) -> datetime.date | None:
        if count == len(parts):
            latest = since
            for part in parts:
                day = self.earliest(part, since)
                if day is None:
                    return None
                latest = max(latest, day)
            return latest
        found = sorted(day for part in parts if (day := self.earliest(part, since)) is not None)
        return found[count - 1] if len(found) >= count else None

    def _within(self, rule: Within, since: datetime.date) -> datetime.date | None:
        inner, months = rule.within.rule, rule.within.months
        if self.earliest(inner, since) is None:
            return None
        dated = {day for one in self._named(inner) for day in self.of.get(one, ()) if day >= since}
        ends = ((start, self.earliest(inner, start)) for start in sorted(dated) or [since])
        # A window that begins later ends no earlier, so that the first that will do is the best.
        return next((end for start, end in ends if end is not None and end <= add_months(start, months)), None)

    def _named(self, rule: Rule) -> set[str]:
        """The credentials and stacks whose award, hours or score the rule looks at."""
        scored = (part.score.assessment for part in walk(rule) if isinstance(part, Score))
        return {self.owner.get(one, one) for one in (*badges_in(rule), *scored)}

    def _points(self, rule: Points, since: datetime.date) -> datetime.date | None:
        first = {item: day for item in rule.points.from_ if (day := self._first(item.badge, since)) is not None}

        def worth(by: datetime.date) -> float:
            counted: dict[str | None, int] = {}
            total = 0.0
            for item in sorted((one for one, day in first.items() if day <= by), key=lambda one: -one.points):
                counted[item.kind] = counted.get(item.kind, 0) + 1
                most = rule.points.cap.get(item.kind) if item.kind is not None else None
                total += item.points if most is None or counted[item.kind] <= most else 0.0
            return total

        return next((day for day in sorted(set(first.values())) if worth(day) >= rule.points.min), None)

    def _hours(self, rule: Hours, since: datetime.date) -> datetime.date | None:
        amounts: dict[datetime.date, float] = {}
        for one in dict.fromkeys(rule.hours.of):
            day = self._first(self.owner.get(one, one), since)
            if day is not None and one in self.hours:
                amounts[day] = amounts.get(day, 0.0) + self.hours[one]
        total = 0.0
        for day in sorted(amounts):
            total += amounts[day]
            if total >= rule.hours.min - 1e-9:
                return day
        return None
