"""Rules worked out for 64 learners at once mean what the evaluator means for each of them."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Award, Facts, evaluate, parse_rule
from ipe_workbench.simulation.rule_table import RuleNames, RuleTableBuilder
from ipe_workbench.simulation.rule_words import _by_word, evaluated_by_word

BADGES = tuple(f"b{n}" for n in range(14))
DAY = datetime.date(2027, 1, 1)


def nested(inner):
    parts = st.lists(inner, min_size=1, max_size=9)
    return st.one_of(
        parts.map(lambda of: {"all": of}),
        parts.map(lambda of: {"any": of}),
        parts.flatmap(lambda of: st.integers(1, len(of)).map(lambda count: {"at_least": {"count": count, "of": of}})),
    )


rules = st.recursive(st.sampled_from(BADGES), nested, max_leaves=25)
holdings = st.lists(st.integers(0, 2**64 - 1), min_size=len(BADGES), max_size=len(BADGES))


def by_word(rule, words):
    names = RuleNames(
        items={name: n for n, name in enumerate(BADGES)}, award_hours=[1.0] * len(BADGES), activities={},
        window_end={}, approvals=False,
    )  # fmt: skip
    builder = RuleTableBuilder(names)
    root = builder.add(rule, "nursing")
    table = builder.table()
    first, simple = evaluated_by_word(table)
    assert simple[root], "a rule about which badges are held needs no dates"
    # What the compiled function reads of the model, the state and the desk; without Numba it runs on any objects.
    model = SimpleNamespace(table=table, rules=SimpleNamespace(first_node=first))
    state = SimpleNamespace(usable=np.array([words], np.uint64))
    desk = SimpleNamespace(values=np.zeros(len(table.nodes), np.uint64), few=np.zeros(64, np.uint64))
    return int(_by_word.py_func(model, state, desk, 0, root))


@settings(max_examples=150, deadline=None)
@given(rule=rules.map(parse_rule), words=holdings)
def test_each_of_64_learners_is_told_what_the_evaluator_says(rule, words):
    found = by_word(rule, words)
    for learner in range(0, 64, 7):
        held = [badge for badge, word in zip(BADGES, words, strict=True) if word >> learner & 1]
        facts = Facts("nursing", tuple(Award(badge, DAY) for badge in held))
        assert bool(found >> learner & 1) == evaluate(rule, facts, on=DAY).satisfied


@given(words=holdings, count=st.integers(1, 14))
def test_so_many_of_many_is_counted_in_every_lane(words, count):
    found = by_word(parse_rule({"at_least": {"count": count, "of": list(BADGES)}}), words)
    for learner in range(64):
        assert bool(found >> learner & 1) == (sum(word >> learner & 1 for word in words) >= count)
