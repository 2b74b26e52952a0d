"""When a rule of the table completes, from the weeks of one learner's facts."""

from __future__ import annotations

from typing import Any

from ipe_workbench.simulation.compilation import Whole, compiled, compiled_in_place
from ipe_workbench.simulation.rule_table import (
    APPROVAL,
    BADGE,
    FOREVER,
    HOURS,
    KTH,
    NOT_COMPLETED,
    POINTS,
    SCORE,
    WITHIN,
    Desk,
    LearnerFacts,
    RuleTable,
)

__all__ = ["completion_week"]


@compiled
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
    _begin(frames, 0, root, -1, FOREVER)
    while depth >= 0:
        node, low, high, begun = frames[depth, 0], frames[depth, 1], frames[depth, 2], frames[depth, 3]
        kind, argument, first, size = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3] - nodes[node, 2]
        if kind < KTH:
            if kind == BADGE:
                week = earned[argument]
                result = week if week >= 0 and low <= week <= high else NOT_COMPLETED
            else:
                result = _leaf(table, node, low, high, facts)
            depth -= 1
            continue
        if begun < 0:
            begun = 0
            frames[depth, 3] = 0
            frames[depth, 4] = NOT_COMPLETED if kind == WITHIN else -1
            frames[depth, 5] = used
            if kind == KTH:
                if argument == 0 or argument > size:
                    result = -1 if argument == 0 else NOT_COMPLETED
                    depth -= 1
                    continue
                used += size
        elif kind == KTH:
            answers[frames[depth, 5] + begun - 1] = result
            if result == NOT_COMPLETED and argument == size:
                used = frames[depth, 5]
                depth -= 1
                continue
        elif kind == WITHIN:
            frames[depth, 4] = min(frames[depth, 4], result)
        elif result == NOT_COMPLETED:
            depth -= 1
            continue
        else:
            frames[depth, 4] = max(frames[depth, 4], result)
            low = max(low, frames[depth, 4])
            frames[depth, 1] = low

        if kind == WITHIN:
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
        elif kind == KTH:
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
    if kind == APPROVAL:
        return low if table.approvals and low <= high else NOT_COMPLETED
    if kind == SCORE:
        item = table.nodes[node, 1]
        for attempt in range(facts.tries[item] if item < facts.tries.size else 0):
            week = facts.try_week[item, attempt]
            if low <= week <= high and facts.try_score[item, attempt] >= table.value[node]:
                return week
        return NOT_COMPLETED
    if kind in (POINTS, HOURS):
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
