"""The stacking algebra in compiled form: rules as a table of nodes, evaluated on the weeks of one learner's facts.

The meaning is that of `ipe_workbench.credentials.evaluate`: a rule *completes* in the earliest week by which the facts
satisfy it. Weeks stand for dates; ``-1`` is the completion of a rule that asks for nothing dated, `NOT_COMPLETED` is no
completion. A test compares the two on random rules and facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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
    Points,
    Rule,
    Score,
    Shortcut,
    Within,
)

__all__ = [
    "NOT_COMPLETED",
    "Desk",
    "LearnerFacts",
    "RuleNames",
    "RuleTable",
    "RuleTableBuilder",
    "desk_for",
]

NOT_COMPLETED = 1 << 30

# Kinds below KTH have no rules inside.
NEVER, BADGE, POINTS, HOURS, SCORE, APPROVAL, KTH, ORDER, WITHIN = range(9)
FOREVER = NOT_COMPLETED - 1


class RuleTable(NamedTuple):
    """Nodes of all rules, in few arrays: a call hands over each array of a tuple by value.

    A node's `first` and `last` index `children`, or the entries of points and hours.
    """

    nodes: Any  # (N, 4) kind, argument, first, last
    value: Any  # (N) least points, hours or score
    children: Any
    entries: Any  # (E, 2) item (or -2 - activity), group of the cap (or -1)
    worth: Any  # (E) points or hours
    group_cap: Any
    window_end: Any  # (months, W) last week inside a window that begins in the week
    approvals: bool


class LearnerFacts(NamedTuple):
    """What rules may ask about a learner, in weeks."""

    earned: Any  # by item: week of the award, -1 where there is none or it has expired
    attended: Any  # by activity: week in which its hours were recorded, -1 where they were not
    tries: Any  # by credential: attempts whose scores are kept
    try_week: Any  # credential by attempt: when
    try_score: Any  # credential by attempt: the score, a share


class Desk(NamedTuple):
    """Room for the evaluation of any rule of a table: frames, and the answers of children."""

    frames: Any
    answers: Any


def desk_for(table: RuleTable) -> Desk:
    """Room to evaluate the rules of a table."""
    depth = np.zeros(len(table.nodes), np.int64)
    for node, (kind, _, first, last) in enumerate(table.nodes):  # children come before their parents
        if kind >= KTH and last > first:
            depth[node] = 1 + max(depth[child] for child in table.children[first:last])
    return Desk(np.zeros((int(depth.max()) + 1, 6), np.int64), np.zeros(table.children.size, np.int64))


@dataclass(frozen=True)
class RuleNames:
    """What the ids in rules stand for.

    Parameters
    ----------
    items : mapping of str to int
        Index of each credential and stack, credentials first.
    award_hours : sequence of float
        Hours that an award of each item carries.
    activities : mapping of str to (int, float)
        Index and hours of each activity whose attendance is tracked.
    window_end : mapping of int to sequence of int
        For a number of months, by week: the last week inside a window that begins in that week.
    approvals : bool
        Whether approvals are given as soon as they are asked for.
    """

    items: Mapping[str, int]
    award_hours: Sequence[float]
    activities: Mapping[str, tuple[int, float]]
    window_end: Mapping[int, Sequence[int]]
    approvals: bool = True


@dataclass
class RuleTableBuilder:
    """Collects the nodes of many rules; `add` gives the root of one rule for one profession."""

    names: RuleNames
    _nodes: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    _children: list[int] = field(default_factory=list)
    _entries: list[tuple[int, float, int]] = field(default_factory=list)
    _caps: list[int] = field(default_factory=list)
    _windows: list[int] = field(default_factory=list)

    def add(self, rule: Rule, profession: str) -> int:
        """Compile a rule as learners of that profession meet it; gives its node."""
        match rule:
            case Badge(badge=badge):
                item = self.names.items.get(badge)
                return self._node(NEVER) if item is None else self._node(BADGE, item)
            case AllOf(all=parts):
                return self._kth(parts, len(parts), profession)
            case AnyOf(any=parts):
                return self._kth(parts, 1, profession)
            case AtLeast():
                return self._kth(rule.at_least.of, rule.at_least.count, profession)
            case Points():
                return self._points(rule)
            case Hours():
                return self._hours(rule)
            case Score():
                item = self.names.items.get(rule.score.assessment)
                return self._node(NEVER) if item is None else self._node(SCORE, item, value=rule.score.min)
            case Approval():
                return self._node(APPROVAL)
            case InOrder(in_order=steps):
                return self._parent(ORDER, 0, [self.add(step, profession) for step in steps])
            case Within():
                if self._always_inside(rule.within.months):
                    return self.add(rule.within.rule, profession)
                row = self._window(rule.within.months)
                return self._parent(WITHIN, row, [self.add(rule.within.rule, profession)])
            case PerProfession():
                branch = rule.per_profession.get(profession, rule.per_profession.get("default"))
                return self._node(NEVER) if branch is None else self.add(branch, profession)
            case Shortcut():
                parts = (Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise)
                return self._kth(parts, 1, profession)

    def table(self) -> RuleTable:
        """All nodes as arrays."""
        nodes = self._nodes or [(NEVER, 0, 0, 0, 0.0)]
        entries = self._entries or [(-1, 0.0, -1)]
        windows = [list(self.names.window_end[months]) for months in self._windows] or [[0]]
        return RuleTable(
            np.array([node[:4] for node in nodes], np.int64),
            np.array([node[4] for node in nodes], np.float64),
            np.array(self._children or [0], np.int64),
            np.array([(item, group) for item, _, group in entries], np.int64),
            np.array([worth for _, worth, _ in entries], np.float64),
            np.array(self._caps or [0], np.int64),
            np.array(windows, np.int64),
            self.names.approvals,
        )

    def _node(self, kind: int, argument: int = 0, first: int = 0, last: int = 0, value: float = 0.0) -> int:
        self._nodes.append((kind, argument, first, last, value))
        return len(self._nodes) - 1

    def _parent(self, kind: int, argument: int, children: list[int]) -> int:
        first = len(self._children)
        self._children.extend(children)
        return self._node(kind, argument, first, len(self._children))

    def _kth(self, parts: Sequence[Rule], count: int, profession: str) -> int:
        return self._parent(KTH, count, [self.add(part, profession) for part in parts])

    def _points(self, rule: Points) -> int:
        groups: dict[str, int] = {}
        for kind, cap in rule.points.cap.items():
            groups[kind] = len(self._caps)
            self._caps.append(cap)
        first = len(self._entries)
        for entry in sorted(rule.points.from_, key=lambda one: -one.points):
            item = self.names.items.get(entry.badge)
            if item is not None:
                self._entries.append((item, entry.points, groups.get(entry.kind or "", -1)))
        return self._node(POINTS, 0, first, len(self._entries), rule.points.min - ROUNDING)

    def _hours(self, rule: Hours) -> int:
        first = len(self._entries)
        for reference in dict.fromkeys(rule.hours.of):
            item = self.names.items.get(reference)
            if item is not None:
                self._entries.append((item, self.names.award_hours[item], -1))
            if reference in self.names.activities:
                index, hours = self.names.activities[reference]
                self._entries.append((-2 - index, hours, -1))
        return self._node(HOURS, 0, first, len(self._entries), rule.hours.min - ROUNDING)

    def _always_inside(self, months: int) -> bool:
        """A window as long as the calendar leaves nothing out."""
        ends = self.names.window_end[months]
        return ends[0] >= len(ends) - 1

    def _window(self, months: int) -> int:
        if months not in self._windows:
            self._windows.append(months)
        return self._windows.index(months)
