"""Rules for 64 learners at once.

Most prerequisites and stacks only ask which badges are held: all of them, any, or so many. Such a rule is worked out
for the 64 learners of a block with a few operations on words. A rule that looks at dates, points, hours or scores is
worked out for one learner after the other, and only for those whose facts have changed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ipe_workbench.simulation.compilation import Whole, Word, compiled
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.rule_completion import completion_week
from ipe_workbench.simulation.rule_table import BADGE, KTH, NEVER, NOT_COMPLETED, RuleTable
from ipe_workbench.simulation.state import Scratch, State
from ipe_workbench.simulation.words import ALL, at_least, lane

__all__ = ["evaluated_by_word", "satisfied"]

_NONE = np.uint64(0)
_ONE = np.uint64(1)
_COUNTER_BITS = 6


def evaluated_by_word(table: RuleTable) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """For each node, the first node of the rule that it is the root of, and whether words suffice for that rule."""
    first = np.arange(len(table.nodes))
    simple = np.zeros(len(table.nodes), np.bool_)
    for node, (kind, _, start, end) in enumerate(table.nodes):
        children = table.children[start:end] if kind >= KTH else []
        if len(children):
            first[node] = min(first[child] for child in children)
        fits = kind in (NEVER, BADGE) or (kind == KTH and len(children) < 2**_COUNTER_BITS)
        simple[node] = fits and all(simple[child] for child in children)
    return first, simple


@compiled
def satisfied(m: Model, st: State, sc: Scratch, s: int, root: Whole, among: Word) -> Word:
    """Which of the learners satisfy the rule."""
    if m.rules.by_word[root]:
        return among & _by_word(m, st, sc, s, root)
    word = _NONE
    for one in range(64):
        if lane(among, one):
            _gather_facts(m, st, sc, s, one)
            if completion_week(m.table, root, sc.facts, sc.desk) != NOT_COMPLETED:
                word |= _ONE << np.uint64(one)
    return word


@compiled
def _by_word(m: Model, st: State, sc: Scratch, s: int, root: Whole) -> Word:
    """Nodes stand after their children, so one pass over the rule's nodes ends with its root."""
    nodes, children, values = m.table.nodes, m.table.children, sc.values
    for node in range(m.rules.first_node[root], root + 1):
        kind, argument, first, last = nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3]
        value = _NONE
        if kind == BADGE:
            value = st.usable[s, argument]
        elif kind == KTH and argument <= last - first:
            if argument == last - first:
                value = ALL
                for child in range(first, last):
                    value &= values[children[child]]
            elif argument == 1:
                for child in range(first, last):
                    value |= values[children[child]]
            else:
                for child in range(first, last):
                    sc.few[child - first] = values[children[child]]
                value = at_least(sc.few[: last - first], argument)
        values[node] = value
    return values[root]


@compiled
def _gather_facts(m: Model, st: State, sc: Scratch, s: int, one: int) -> None:
    """The facts of one learner, in the form that rules read."""
    facts = sc.facts
    for item in range(facts.earned.size):
        facts.earned[item] = st.week_of[s, item, one] if lane(st.usable[s, item], one) else -1
    for activity in range(facts.attended.size):
        facts.attended[activity] = m.rules.activity_week[activity] if lane(st.attended[s, activity], one) else -1
    for badge in range(facts.tries.size):
        kept = m.assessment.kept_scores[badge]
        facts.tries[badge] = 0
        if kept >= 0:
            facts.tries[badge] = st.tries[s, kept, one]
            for attempt in range(facts.tries[badge]):
                facts.try_week[badge, attempt] = st.try_week[s, kept, one, attempt]
                facts.try_score[badge, attempt] = st.try_score[s, kept, one, attempt]
