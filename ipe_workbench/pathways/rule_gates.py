"""The rules of a programme as gates, and the AND-OR graph that they make."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from ipe_workbench.credentials.model import MicroCredential, Stack
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
    walk,
)
from ipe_workbench.pathways.and_or import AndOrGraph, Node
from ipe_workbench.pathways.gates import NEVER, NOTHING, Gate, Part
from ipe_workbench.pathways.known import Known, Same
from ipe_workbench.pathways.planning.offerings import ends_of

__all__ = ["and_or_graph"]

#: Hours and points are whole thousandths in a gate.
_SCALE = 1000


def and_or_graph(programme: Programme, profession: str | None = None, known: Known | None = None) -> AndOrGraph:
    """The AND-OR graph of a programme.

    Parameters
    ----------
    programme : Programme
        Retired credentials are left out.
    profession : str, optional
        Id of the learners' profession. Without one every credential can be taken and a rule by profession is a choice
        of its branches: what is then needed in every way is needed whatever the profession.
    known : Known, optional
        What was worked out for other professions, or for designs with the same ids in the same order and the same
        terms.

    Raises
    ------
    UnknownNameError
        When the programme has no such profession.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> len(and_or_graph(example_programme()).nodes)
    21
    """
    if profession is not None:
        programme.profession(profession)
    if known is None:
        known = Known((*programme.credentials, *programme.stacks))
    translation = _Translation(programme, profession, known)
    nodes = {
        one.id: translation.node(one, one.requires, one.hours)
        for one in programme.credentials.values()
        if one.status != "retired" and (profession is None or programme.may_earn(one.id, profession))
    }
    nodes |= {one.id: translation.node(one, one.rule, 0.0) for one in programme.stacks.values()}
    return AndOrGraph(nodes, known)


@dataclass(frozen=True)
class _Translation:
    """Rules as gates. An order, a window and an approval ask for no further badge; a score asks for its badge."""

    programme: Programme
    profession: str | None
    known: Known
    owner: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        homes = self.programme.credentials.values()
        object.__setattr__(self, "owner", {one.id: home.id for home in homes for one in home.activities})

    def node(self, item: MicroCredential | Stack, rule: Rule | None, hours: float) -> Node:
        awarded: Hashable = None
        if isinstance(item, MicroCredential):
            passed = item.assessment.pass_score if item.assessment else None
            awarded = (self.known.answer("ends", Same(item), lambda: ends_of(self.programme, item)), passed)
        if rule is None:
            return Node(item.title, hours, NOTHING, awarded)
        by_profession, elsewhere = self.known.answer("kinds", Same(rule), lambda: _kinds(rule))
        profession = self.profession if by_profession else None
        if elsewhere:
            # These look at other credentials, too.
            asks = self.gate(rule)
        else:
            asks = self.known.answer(f"gate for {profession}", Same(rule), lambda: self.gate(rule))
        return Node(item.title, hours, asks, (Same(rule), profession, awarded))

    def gate(self, rule: Rule) -> Gate:
        match rule:
            case Badge(badge=one):
                return Gate(1, (Part(one),))
            case Score():
                wanted = rule.score.assessment
                return Gate(1, (Part(self.owner.get(wanted, wanted)),))
            case AllOf(all=parts) | InOrder(in_order=parts):
                return Gate(len(parts), self._parts(parts))
            case AnyOf(any=parts):
                return Gate(1, self._parts(parts))
            case AtLeast():
                return Gate(rule.at_least.count, self._parts(rule.at_least.of))
            case Points():
                items = rule.points.from_
                caps = tuple(sorted(rule.points.cap.items()))
                parts_of = tuple(Part(one.badge, round(one.points * _SCALE), one.kind or "") for one in items)
                return Gate(round(rule.points.min * _SCALE), parts_of, caps)
            case Hours():
                return self._hours(rule)
            case Approval():
                return NOTHING
            case Within():
                return self.gate(rule.within.rule)
            case Shortcut():
                return Gate(1, (Part(rule.shortcut.badge), *self._parts((rule.shortcut.otherwise,))))
            case PerProfession():
                branches = rule.per_profession
                if self.profession is None:
                    return Gate(1, self._parts(tuple(branches.values())))
                branch = branches.get(self.profession, branches.get("default"))
                return NEVER if branch is None else self.gate(branch)

    def _parts(self, rules: tuple[Rule, ...]) -> tuple[Part, ...]:
        gates = (self.gate(one) for one in rules)
        # A gate of one badge is that badge.
        return tuple(Part(one.parts[0].of if one.least == len(one.parts) == 1 else one) for one in gates)

    def _hours(self, rule: Hours) -> Gate:
        """The hours that come with each badge: its own where the rule names it, and those of its activities."""
        amounts: dict[str, float] = {}
        for one in dict.fromkeys(rule.hours.of):
            credential = self.programme.credentials.get(self.owner.get(one, one))
            if credential is not None:
                activity = next((part for part in credential.activities if part.id == one), None)
                hours = credential.hours if activity is None else activity.hours
                amounts[credential.id] = amounts.get(credential.id, 0.0) + hours
        parts = tuple(Part(one, round(hours * _SCALE)) for one, hours in amounts.items())
        return Gate(round(rule.hours.min * _SCALE), parts)


def _kinds(rule: Rule) -> tuple[bool, bool]:
    """Whether a rule depends on the profession, and whether on what other credentials are like."""
    parts = list(walk(rule))
    return any(isinstance(one, PerProfession) for one in parts), any(isinstance(one, Hours | Score) for one in parts)
