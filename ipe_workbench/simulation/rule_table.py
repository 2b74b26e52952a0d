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
from ipe_workbench.simulation.compilation import Whole, compiled, compiled_in_place

__all__ = [
    "NOT_COMPLETED",
    "Desk",
    "LearnerFacts",
    "RuleNames",
    "RuleTable",
    "RuleTableBuilder",
    "completion_week",
    "desk_for",
]

NOT_COMPLETED = 1 << 30

# Kinds below _KTH have no rules inside.
_NEVER, _BADGE, _POINTS, _HOURS, _SCORE, _APPROVAL, _KTH, _ORDER, _WITHIN = range(9)
_FOREVER = NOT_COMPLETED - 1


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
        if kind >= _KTH and last > first:
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
                return self._node(_NEVER) if item is None else self._node(_BADGE, item)
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
                return self._node(_NEVER) if item is None else self._node(_SCORE, item, value=rule.score.min)
            case Approval():
                return self._node(_APPROVAL)
            case InOrder(in_order=steps):
                return self._parent(_ORDER, 0, [self.add(step, profession) for step in steps])
            case Within():
                if self._always_inside(rule.within.months):
                    return self.add(rule.within.rule, profession)
                row = self._window(rule.within.months)
                return self._parent(_WITHIN, row, [self.add(rule.within.rule, profession)])
            case PerProfession():
                branch = rule.per_profession.get(profession, rule.per_profession.get("default"))
                return self._node(_NEVER) if branch is None else self.add(branch, profession)
            case Shortcut():
                parts = (Badge(badge=rule.shortcut.badge), rule.shortcut.otherwise)
                return self._kth(parts, 1, profession)

    def table(self) -> RuleTable:
        """All nodes as arrays."""
        nodes = self._nodes or [(_NEVER, 0, 0, 0, 0.0)]
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
        return self._parent(_KTH, count, [self.add(part, profession) for part in parts])

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
        return self._node(_POINTS, 0, first, len(self._entries), rule.points.min - ROUNDING)

    def _hours(self, rule: Hours) -> int:
        first = len(self._entries)
        for reference in dict.fromkeys(rule.hours.of):
            item = self.names.items.get(reference)
            if item is not None:
                self._entries.append((item, self.names.award_hours[item], -1))
            if reference in self.names.activities:
                index, hours = self.names.activities[reference]
                self._entries.append((-2 - index, hours, -1))
        return self._node(_HOURS, 0, first, len(self._entries), rule.hours.min - ROUNDING)

    def _always_inside(self, months: int) -> bool:
        """A window as long as the calendar leaves nothing out."""
        ends = self.names.window_end[months]
        return ends[0] >= len(ends) - 1

    def _window(self, months: int) -> int:
        if months not in self._windows:
            self._windows.append(months)
        return self._windows.index(months)


@compiled_in_place
def completion_week(table: RuleTable, root: Whole, facts: LearnerFacts, desk: Desk) -> Whole:
    """The earliest week by which the facts satisfy the rule at `root`; -1 where nothing dated is asked for.

    Notes
    -----
    A loop with its own stack: compiled functions that call themselves cannot be kept on disk safely. A frame holds the
    node, the first and last week whose facts count, how many children (or windows) were begun, the answer so far, and
    where its children's answers stand in `answers`.
    """
    nodes, children, earned = table.nodes, table.children, facts.earned
    frames, answers = desk.frames, desk.answers
    depth = 0
    used = 0
    result = NOT_COMPLETED
    _begin(frames, 0, root, -1, _FOREVER)
    while depth >= 0:
        node, low, high, begun = frames[depth, 0], frames[depth, 1], frames[depth, 2], frames[depth, 3]
        kind, argument, first, size = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3] - nodes[node, 2]
        if kind < _KTH:
            if kind == _BADGE:
                week = earned[argument]
                result = week if week >= 0 and low <= week <= high else NOT_COMPLETED
            else:
                result = _leaf(table, node, low, high, facts)
            depth -= 1
            continue
        if begun < 0:
            begun = 0
            frames[depth, 3] = 0
            frames[depth, 4] = NOT_COMPLETED if kind == _WITHIN else -1
            frames[depth, 5] = used
            if kind == _KTH:
                if argument == 0 or argument > size:
                    result = -1 if argument == 0 else NOT_COMPLETED
                    depth -= 1
                    continue
                used += size
        elif kind == _KTH:
            answers[frames[depth, 5] + begun - 1] = result
            if result == NOT_COMPLETED and argument == size:
                used = frames[depth, 5]
                depth -= 1
                continue
        elif kind == _WITHIN:
            frames[depth, 4] = min(frames[depth, 4], result)
        elif result == NOT_COMPLETED:
            depth -= 1
            continue
        else:
            frames[depth, 4] = max(frames[depth, 4], result)
            low = max(low, frames[depth, 4])
            frames[depth, 1] = low

        if kind == _WITHIN:
            number = _next_window(begun, low, high, facts)
            if number >= 0:
                frames[depth, 3] = number + 1
                week = _window_week(number, low, facts)
                end = week if week < 0 else table.window_end[argument, week]
                depth += 1
                _begin(frames, depth, children[first], week, min(high, end))
                continue
            result = frames[depth, 4]
        elif begun < size:
            frames[depth, 3] = begun + 1
            depth += 1
            _begin(frames, depth, children[first + begun], low, high)
            continue
        elif kind == _KTH:
            result = _kth_smallest(answers, frames[depth, 5], size, argument)
            used = frames[depth, 5]
        else:
            result = frames[depth, 4]
        depth -= 1
    return result


@compiled_in_place
def _begin(frames: Any, depth: Whole, node: Whole, low: Whole, high: Whole) -> None:
    frames[depth, 0] = node
    frames[depth, 1] = low
    frames[depth, 2] = high
    frames[depth, 3] = -1


@compiled
def _kth_smallest(answers: Any, start: Whole, size: Whole, count: Whole) -> Whole:
    """The `count`-th smallest of some answers, which are put in order as far as needed."""
    for place in range(start, start + count):
        for other in range(place + 1, start + size):
            if answers[other] < answers[place]:
                answers[place], answers[other] = answers[other], answers[place]
    return answers[start + count - 1]


@compiled
def _next_window(begun: Whole, low: Whole, high: Whole, facts: LearnerFacts) -> Whole:
    """The next window to try, -1 for none. Number 0 begins with `low`, the others with a fact.

    Only windows that begin with a fact can complete first; the one at `low` serves rules that ask for nothing.
    """
    if begun == 0:
        return 0
    dated = facts.earned.size + facts.attended.size
    for number in range(begun, 1 + dated + facts.try_week.size):
        index = number - 1 - dated
        if index >= 0 and index % facts.try_week.shape[1] >= facts.tries[index // facts.try_week.shape[1]]:
            continue
        week = _window_week(number, low, facts)
        if week >= 0 and low <= week <= high:
            return number
    return -1


@compiled_in_place
def _window_week(number: Whole, low: Whole, facts: LearnerFacts) -> Whole:
    if number == 0:
        return low
    index = number - 1
    if index < facts.earned.size:
        return facts.earned[index]
    index -= facts.earned.size
    if index < facts.attended.size:
        return facts.attended[index]
    index -= facts.attended.size
    return facts.try_week[index // facts.try_week.shape[1], index % facts.try_week.shape[1]]


@compiled
def _leaf(table: RuleTable, node: Whole, low: Whole, high: Whole, facts: LearnerFacts) -> Whole:
    """Completion of a rule without rules inside, other than a badge."""
    kind = table.nodes[node, 0]
    if kind == _APPROVAL:
        return low if table.approvals and low <= high else NOT_COMPLETED
    if kind == _SCORE:
        item = table.nodes[node, 1]
        for attempt in range(facts.tries[item] if item < facts.tries.size else 0):
            week = facts.try_week[item, attempt]
            if low <= week <= high and facts.try_score[item, attempt] >= table.value[node]:
                return week
        return NOT_COMPLETED
    if kind in (_POINTS, _HOURS):
        return _first_week_reached(table, node, low, high, facts)
    return NOT_COMPLETED


@compiled
def _first_week_reached(table: RuleTable, node: Whole, low: Whole, high: Whole, facts: LearnerFacts) -> Whole:
    """The first week in which points, or hours, reach what the rule asks for."""
    best = NOT_COMPLETED
    for index in range(table.nodes[node, 2], table.nodes[node, 3]):
        week = _entry_week(table.entries[index, 0], facts)
        earlier = week >= 0 and low <= week <= high and week < best
        if earlier and _total(table, node, low, week, facts) >= table.value[node]:
            best = week
    return best


@compiled
def _total(table: RuleTable, node: Whole, low: Whole, high: Whole, facts: LearnerFacts) -> float:
    """Points or hours of the facts from `low` to `high`; entries stand best first, so that caps keep the best."""
    total = 0.0
    first = table.nodes[node, 2]
    for index in range(first, table.nodes[node, 3]):
        week = _entry_week(table.entries[index, 0], facts)
        if week < 0 or week < low or week > high:
            continue
        group = table.entries[index, 1]
        if group >= 0:
            before = 0
            for other in range(first, index):
                week = _entry_week(table.entries[other, 0], facts)
                if table.entries[other, 1] == group and week >= 0 and low <= week <= high:
                    before += 1
            if before >= table.group_cap[group]:
                continue
        total += table.worth[index]
    return total


@compiled_in_place
def _entry_week(item: Whole, facts: LearnerFacts) -> Whole:
    return facts.earned[item] if item >= 0 else facts.attended[-2 - item]
