"""The least that completes each stack from nothing under two designs, proven by a constraint solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Literal, NamedTuple

from ipe_workbench.credentials.checks.requirements import singled_out
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
)
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.values import MinimumChange
from ipe_workbench.pathways.reach import earnable

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Least", "least_to_complete", "minimum_changes"]

Cost = Literal["badges", "hours"]
COSTS: tuple[Cost, ...] = ("badges", "hours")
#: Seconds for one stack; a stack of a hundred badges takes hundredths of one.
_SECONDS = 10.0


class Least(NamedTuple):
    """The least cost; ``None`` when the stack cannot be completed. `proven` is whether nothing costs less."""

    value: float | None
    proven: bool


def minimum_changes(designs: Designs) -> tuple[MinimumChange, ...]:
    """The least badges and the least hours to each stack, where they differ; professions of one answer together."""
    old, new = designs.old, designs.new
    if _what_counts(old) == _what_counts(new):
        return ()
    pairs: list[tuple[str | None, str | None]] = [(a.id, b.id) for a, b in designs.both("stack")]
    pairs += [(one, None) for one in old.stacks if one not in {a for a, _ in pairs}]
    pairs += [(None, one) for one in new.stacks if one not in {b for _, b in pairs}]
    shared = [one.id for one in new.info.professions if one.id in {other.id for other in old.info.professions}]
    apart = singled_out(old) | singled_out(new)
    groups = [[one] for one in shared if one in apart]
    groups += [rest] if (rest := [one for one in shared if one not in apart]) else []
    rows = []
    for before, after in pairs:
        for cost in COSTS:
            found: dict[tuple[Least | None, Least | None], list[str]] = {}
            for group in groups:
                was = None if before is None else least_to_complete(old, before, group[0], cost)
                now = None if after is None else least_to_complete(new, after, group[0], cost)
                found.setdefault((was, now), []).extend(group)
            rows += [_row(after or before or "", cost, *key, professions) for key, professions in found.items()]
    return tuple(row for row in rows if row.before != row.after)


def least_to_complete(programme: Programme, stack: str, profession: str, cost: Cost) -> Least:
    """The least number of badges, or of hours, with which a learner of a profession completes a stack.

    Every badge that has to be earned on the way counts, prerequisites too; scores are reached, approvals given, and
    everything happens on one day, so that orders and time windows are kept.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> least_to_complete(example_programme(), "communication-certificate", "nursing", "badges")
    Least(value=7.0, proven=True)
    """
    if stack not in earnable(programme, profession):
        return Least(None, proven=True)
    from ortools.sat.python import cp_model

    model = _Model(programme, profession, cost)
    model.cp.add(model.item[stack] == 1)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = _SECONDS
    status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Least(None, proven=status == cp_model.INFEASIBLE)
    return Least(round(solver.objective_value) / model.scale, proven=status == cp_model.OPTIMAL)


def _row(stack: str, cost: Cost, was: Least | None, now: Least | None, professions: Iterable[str]) -> MinimumChange:
    known = [one for one in (was, now) if one is not None]
    return MinimumChange(
        stack,
        cost,
        tuple(professions),
        was.value if was is not None else None,
        now.value if now is not None else None,
        proven=all(one.proven for one in known),
    )


def _what_counts(programme: Programme) -> object:
    """All that the least depends on: where it is equal, nothing has to be solved."""
    credentials = {
        one.id: (one.status == "retired", one.professions, one.requires, one.hours, one.activities)
        for one in programme.credentials.values()
    }
    stacks = {one.id: one.rule for one in programme.stacks.values()}
    return credentials, stacks, [one.id for one in programme.info.professions]


class _Model:
    """Which credentials are earned and which stacks follow, as a CP-SAT model that minimises the cost."""

    def __init__(self, programme: Programme, profession: str, cost: Cost) -> None:
        from ortools.sat.python import cp_model

        self.programme, self.profession = programme, profession
        self.cp = cp_model.CpModel()
        can = earnable(programme, profession)
        rules = {one.id: one.requires for one in programme.credentials.values()}
        rules |= {one.id: one.rule for one in programme.stacks.values()}
        self.item = {one: self.cp.new_bool_var("") for one in rules if one in can}
        # A number for each thing that is earned, so that two things never rest on each other alone.
        self.step = {one: self.cp.new_int_var(0, len(self.item), "") for one in self.item}
        costs = {one.id: Fraction(str(one.hours)) if cost == "hours" else Fraction(1) for one in self._offered()}
        self.scale = _scale(costs.values())
        for owner, literal in self.item.items():
            rule = rules[owner]
            if rule is not None:
                self.cp.add_implication(literal, self.satisfied(rule, owner))
        self.cp.minimize(sum(int(value * self.scale) * self.item[one] for one, value in costs.items()))

    def _offered(self) -> list:  # type: ignore[type-arg]
        return [one for one in self.programme.credentials.values() if one.id in self.item]

    def satisfied(self, rule: Rule, owner: str) -> cp_model.IntVar:
        """A literal that can only be true when the rule is satisfied before `owner` is earned."""
        literal = self.cp.new_bool_var("")
        match rule:
            case Badge(badge=one):
                self._held(literal, one, owner)
            case Score():
                self._held(literal, rule.score.assessment, owner)
            case AllOf(all=parts) | InOrder(in_order=parts):
                self._at_least(literal, parts, len(parts), owner)
            case AnyOf(any=parts):
                self._at_least(literal, parts, 1, owner)
            case AtLeast():
                self._at_least(literal, rule.at_least.of, rule.at_least.count, owner)
            case Points():
                self._points(literal, rule, owner)
            case Hours():
                self._hours(literal, rule, owner)
            case Approval():
                pass
            case Within():
                self.cp.add_implication(literal, self.satisfied(rule.within.rule, owner))
            case PerProfession():
                branch = rule.per_profession.get(self.profession, rule.per_profession.get("default"))
                if branch is None:
                    self.cp.add(literal == 0)
                else:
                    self.cp.add_implication(literal, self.satisfied(branch, owner))
            case Shortcut():
                self._at_least(literal, (Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise), 1, owner)
        return literal

    def _held(self, literal: cp_model.IntVar, badge: str, owner: str) -> None:
        if badge not in self.item:
            self.cp.add(literal == 0)
            return
        self.cp.add_implication(literal, self.item[badge])
        self.cp.add(self.step[badge] < self.step[owner]).only_enforce_if(literal)

    def _at_least(self, literal: cp_model.IntVar, parts: Sequence[Rule], count: int, owner: str) -> None:
        inside = [self.satisfied(part, owner) for part in parts]
        self.cp.add(sum(inside) >= count).only_enforce_if(literal)

    def _points(self, literal: cp_model.IntVar, rule: Points, owner: str) -> None:
        counted = {item: self.satisfied(Badge(badge=item.badge), owner) for item in rule.points.from_}
        for kind, most in rule.points.cap.items():
            self.cp.add(sum(one for item, one in counted.items() if item.kind == kind) <= most)
        amounts = {item: Fraction(str(item.points)) for item in counted}
        self._reaches(literal, [(amounts[item], one) for item, one in counted.items()], rule.points.min)

    def _hours(self, literal: cp_model.IntVar, rule: Hours, owner: str) -> None:
        amounts: list[tuple[Fraction, cp_model.IntVar]] = []
        for one in dict.fromkeys(rule.hours.of):
            credential = self.programme.credentials.get(one)
            if credential is not None:
                amounts.append((Fraction(str(credential.hours)), self.satisfied(Badge(badge=one), owner)))
            for home in self._offered():
                amounts += [
                    (Fraction(str(activity.hours)), self.satisfied(Badge(badge=home.id), owner))
                    for activity in home.activities
                    if activity.id == one
                ]
        self._reaches(literal, amounts, rule.hours.min)

    def _reaches(
        self, literal: cp_model.IntVar, amounts: Sequence[tuple[Fraction, cp_model.IntVar]], least: float
    ) -> None:
        mark = Fraction(str(least))
        scale = _scale([mark, *(amount for amount, _ in amounts)])
        total = sum(int(amount * scale) * one for amount, one in amounts)
        self.cp.add(total >= int(mark * scale)).only_enforce_if(literal)


def _scale(values: Iterable[Fraction]) -> int:
    """What makes all the numbers whole."""
    return lcm(*(value.denominator for value in values))
