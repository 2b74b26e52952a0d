"""The constraints of the question "what is still to be earned?", for the CP-SAT solver.

All that is new is dated on the day of the question. Nothing is lost by that: the same day keeps every order, no time
window reaches further when something is done later, and what is held only expires. So each part of a rule is asked
about the days from some `low` to the day of the question, and `low` takes few values: the days on which held facts
completed the steps before, the start of the widest window that still includes the day, or the day itself.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, isinf, lcm
from typing import Any, TypeAlias

from ipe_workbench.credentials.earning import Offers, references
from ipe_workbench.credentials.evaluate import completed_on
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
    branch_for,
    walk,
)

__all__ = ["WayConstraints", "scale_of"]

#: A part of a rule is settled (it holds already, or never can), or it is a variable of the model.
Answer: TypeAlias = Any
_EVER = datetime.date.min


class WayConstraints:
    """A CP-SAT model whose solutions are the ways to satisfy a rule.

    Parameters
    ----------
    rule : Rule
        What has to be satisfied.
    facts : Facts
        What is known, and not expired, on the day of the question.
    offers : Offers
        What can still be earned.
    on : datetime.date
        The day of the question.
    shortcuts : bool
        Whether a shortcut's badge may be earned to complete the step.

    Attributes
    ----------
    root : bool or literal
        Whether the rule is satisfied; ``False`` when it cannot be.
    badges, stacks, scores, approvals, attended : mapping
        The variables: credentials newly earned, completion badges, ``(assessment, least score)``, roles, and units of
        time recorded by activity (`hour` units are an hour).
    """

    def __init__(self, rule: Rule, facts: Facts, offers: Offers, on: datetime.date, shortcuts: bool = True) -> None:
        from ortools.sat.python import cp_model

        self.model: Any = cp_model.CpModel()
        self.badges: dict[str, Any] = {}
        self.stacks: dict[str, Any] = {}
        self.scores: dict[tuple[str, float], Any] = {}
        self.approvals: dict[str, Any] = {}
        self.attended: dict[str, Any] = {}
        self._facts, self._offers, self._on, self._shortcuts = facts, offers, on, shortcuts
        self._since_day: dict[datetime.date, Facts] = {_EVER: facts}
        self._known: dict[tuple[int, datetime.date, str], Answer] = {}
        self._before: dict[tuple[str, str], Any] = {}
        self._levels: dict[str, Any] = {}
        self._circles = _circles(offers)
        self._waiting: list[tuple[Any, Rule, str]] = []
        every = [rule, *offers.stacks.values(), *(one for one in offers.credentials.values() if one is not None)]
        wanted = [part.hours.min for one in every for part in walk(one) if isinstance(part, Hours)]
        some = [one for one in offers.attendance.values() if not isinf(one)] + list(offers.award_hours.values())
        held = [award.hours for award in facts.awards] + [one.hours for one in facts.hours]
        self.hour = scale_of([*wanted, *some, *held])
        self._most_units = ceil(max(wanted, default=0) * self.hour) + 1
        self.root = self._holds(rule, _EVER, "")
        while self._waiting:
            variable, needed, owner = self._waiting.pop()
            self._imply(variable, self._holds(needed, _EVER, owner))
        if not isinstance(self.root, bool):
            self.model.add(self.root == 1)

    def _holds(self, rule: Rule, low: datetime.date, owner: str) -> Answer:
        """Whether the facts from `low` on, with what is new, satisfy a part of the rule that earns `owner`."""
        key = id(rule), low, owner if owner in self._circles else ""
        if key not in self._known:
            settled = completed_on(rule, self._since(low), on=self._on) is not None
            self._known[key] = True if settled else self._open(rule, low, owner)
        return self._known[key]

    def _open(self, rule: Rule, low: datetime.date, owner: str) -> Answer:
        match rule:
            case Badge(badge=badge):
                return self._earned(badge, owner)
            case AllOf(all=parts):
                return self._count([self._holds(part, low, owner) for part in parts], len(parts))
            case AnyOf(any=parts):
                return self._count([self._holds(part, low, owner) for part in parts], 1)
            case AtLeast():
                return self._count([self._holds(part, low, owner) for part in rule.at_least.of], rule.at_least.count)
            case Points():
                return self._points(rule, low, owner)
            case Hours():
                return self._hours(rule, low, owner)
            case Score():
                return self._scored(rule.score.assessment, rule.score.min, owner)
            case Approval():
                role = rule.approval.role
                return self.approvals.setdefault(role, self.model.new_bool_var(f"approval {role}"))
            case InOrder(in_order=steps):
                return self._in_order(steps, low, owner)
            case Within():
                return self._holds(rule.within.rule, self._window(rule.within.months, low), owner)
            case PerProfession():
                branch = branch_for(rule, self._facts.profession)
                return False if branch is None else self._holds(branch, low, owner)
            case Shortcut():
                short = self._earned(rule.shortcut.badge, owner) if self._shortcuts else False
                return self._count([short, self._holds(rule.shortcut.otherwise, low, owner)], 1)

    def _in_order(self, steps: tuple[Rule, ...], low: datetime.date, owner: str) -> Answer:
        """Each step follows what held facts had completed by some day, or is done on the day of the question."""
        done: Answer = True
        held_day: datetime.date | None = low
        for place, step in enumerate(steps):
            ways = [] if held_day is None else [self._holds(step, held_day, owner)]
            if held_day != self._on and place > 0:
                ways.append(self._count([done, self._holds(step, self._on, owner)], 2))
            done = self._count(ways, 1)
            if held_day is not None:
                day = completed_on(step, self._since(held_day), on=self._on)
                held_day = None if day is None else max(held_day, day)
        return done

    def _window(self, months: int, low: datetime.date) -> datetime.date:
        """The start of the widest window that still includes the day of the question."""
        starts = (day for day in self._since(low).dates() if add_months(day, months) >= self._on)
        return min(starts, default=self._on)

    def _points(self, rule: Points, low: datetime.date, owner: str) -> Answer:
        held = {award.badge for award in self._since(low).awards}
        scale = scale_of([rule.points.min, *(item.points for item in rule.points.from_)])
        capped: dict[str, list[Any]] = defaultdict(list)
        total: Any = 0
        for item in rule.points.from_:
            counts = True if item.badge in held else self._earned(item.badge, owner)
            if counts is False:
                continue
            if item.kind in rule.points.cap:
                chosen = self.model.new_bool_var("")
                self._imply(chosen, counts)
                capped[item.kind].append(chosen)
                counts = chosen
            total += round(item.points * scale) * counts
        for kind, chosen_ones in capped.items():
            self.model.add(sum(chosen_ones) <= rule.points.cap[kind])
        return self._reaches(total, round(rule.points.min * scale))

    def _hours(self, rule: Hours, low: datetime.date, owner: str) -> Answer:
        held = self._since(low)
        total: Any = sum(round(one.hours * self.hour) for one in held.hours if one.activity in rule.hours.of)
        for reference in dict.fromkeys(rule.hours.of):
            have = max((one.hours for one in held.awards if one.badge == reference), default=0.0)
            total += round(have * self.hour)
            more = round((self._offers.award_hours.get(reference, 0.0) - have) * self.hour)
            if more > 0:
                total += more * self._earned(reference, owner)
            if reference in self._offers.attendance:
                total += self._attendance(reference)
        return self._reaches(total, round(rule.hours.min * self.hour))

    def _attendance(self, activity: str) -> Any:
        if activity not in self.attended:
            offered = self._offers.attendance[activity]
            most = self._most_units if isinf(offered) else min(round(offered * self.hour), self._most_units)
            self.attended[activity] = self.model.new_int_var(0, most, f"hours {activity}")
        return self.attended[activity]

    def _scored(self, assessment: str, least: float, owner: str) -> Answer:
        """Whether a score is newly reached: it comes with earning the credential of that assessment."""
        earned = self._earned(assessment, owner) if assessment in self._offers.assessments else False
        if earned is False:
            return False
        if (assessment, least) not in self.scores:
            self.scores[assessment, least] = self.model.new_bool_var(f"score {assessment} {least}")
        return self._count([self.scores[assessment, least], earned], 2)

    def _sitting(self, credential: str) -> Answer:
        """Whether what the credential requires before its assessment is met."""
        required = self._offers.credentials[credential]
        if required is None:
            return True
        variable = self.model.new_bool_var(f"may sit {credential}")
        self._waiting.append((variable, required, credential))
        return variable

    def _earned(self, reference: str, owner: str) -> Answer:
        """Whether a badge is newly earned, of use to `owner` only if that does not rest on `owner` itself."""
        if reference in self._offers.credentials:
            if reference not in self.badges:
                self.badges[reference] = self.model.new_bool_var(f"badge {reference}")
                self._imply(self.badges[reference], self._sitting(reference))
            return self._in_turn(self.badges[reference], f"badge {reference}", reference, owner)
        if reference in self._offers.stacks:
            if reference not in self.stacks:
                self.stacks[reference] = self.model.new_bool_var(f"stack {reference}")
                self._waiting.append((self.stacks[reference], self._offers.stacks[reference], reference))
            return self._in_turn(self.stacks[reference], f"stack {reference}", reference, owner)
        return False

    def _in_turn(self, variable: Any, name: str, reference: str, owner: str) -> Any:
        circle = self._circles.get(owner)
        if circle is None or self._circles.get(reference) != circle:
            return variable
        if reference == owner:
            return False
        if (name, owner) not in self._before:
            first = self._before[name, owner] = self.model.new_bool_var(f"{name} before {owner}")
            self.model.add_implication(first, variable)
            self.model.add(self._level(reference) + 1 <= self._level(owner)).only_enforce_if(first)
        return self._before[name, owner]

    def _level(self, reference: str) -> Any:
        if reference not in self._levels:
            self._levels[reference] = self.model.new_int_var(0, len(self._circles), f"turn {reference}")
        return self._levels[reference]

    def _since(self, low: datetime.date) -> Facts:
        if low not in self._since_day:
            self._since_day[low] = self._facts.between(low, self._on)
        return self._since_day[low]

    def _count(self, answers: Iterable[Answer], count: int) -> Answer:
        """At least so many of the answers hold."""
        listed = list(answers)
        open_ones = [one for one in listed if not isinstance(one, bool)]
        count -= sum(one for one in listed if isinstance(one, bool))
        if count <= 0:
            return True
        if count > len(open_ones):
            return False
        return open_ones[0] if len(open_ones) == 1 else self._reaches(sum(open_ones), count)

    def _reaches(self, total: Any, least: int) -> Answer:
        if isinstance(total, int):
            return total >= least
        answer = self.model.new_bool_var("")
        self.model.add(total >= least).only_enforce_if(answer)
        return answer

    def _imply(self, variable: Any, answer: Answer) -> None:
        if answer is False:
            self.model.add(variable == 0)
        elif answer is not True:
            self.model.add_implication(variable, answer)


def scale_of(amounts: Iterable[float]) -> int:
    """By what the amounts have to be multiplied to be whole numbers; amounts count to four decimals."""
    scale = lcm(*(Fraction(one).limit_denominator(10_000).denominator for one in amounts))
    return scale if scale <= 1_000_000 else 10_000


def _circles(offers: Offers) -> dict[str, int]:
    """The number of the circle for each credential and stack that can rest on itself."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    for rules in (offers.credentials, offers.stacks):
        for owner, rule in rules.items():
            graph.add_edges_from((owner, one) for one in references(rule))
    found = (one for one in nx.strongly_connected_components(graph) if len(one) > 1 or graph.has_edge(*one, *one))
    return {reference: number for number, circle in enumerate(found) for reference in circle}
