"""Hypothesis strategies for the values of the domain, shared by all property tests."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from hypothesis import strategies as st

from ipe_workbench.credentials import ApprovalGiven, Award, Facts, HoursRecorded, Rule, ScoreReached, parse_rule

BADGES = tuple("abcdef")
PROFESSIONS = ("medicine", "nursing")
ROLES = ("director", "mentor")
START = datetime.date(2026, 8, 24)
QUESTION_DAY = datetime.date(2028, 6, 1)

days = st.integers(0, 600).map(lambda n: START + datetime.timedelta(days=n))
badge = st.sampled_from(BADGES)


def _leaves(badge: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    points = st.lists(badge, min_size=1, max_size=4, unique=True).flatmap(
        lambda ids: st.fixed_dictionaries(
            {
                "min": st.integers(1, 8),
                "from": st.tuples(
                    *(
                        st.fixed_dictionaries(
                            {"badge": st.just(one), "points": st.integers(1, 4), "kind": st.sampled_from(["x", "y"])}
                        )
                        for one in ids
                    )
                ).map(list),
                "cap": st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2), max_size=2),
            }
        )
    )
    return st.one_of(
        badge,
        badge,
        points.map(lambda value: {"points": value}),
        st.builds(
            lambda least, of: {"hours": {"min": least, "of": of}},
            st.integers(1, 12),
            st.lists(badge, min_size=1, max_size=4, unique=True),
        ),
        st.builds(
            lambda one, least: {"score": {"assessment": one, "min": least}}, badge, st.sampled_from([0.5, 0.7, 0.9])
        ),
        st.sampled_from(ROLES).map(lambda role: {"approval": {"role": role}}),
    )


def _nest(inner: st.SearchStrategy[object], badge: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    parts = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        parts.map(lambda of: {"all": of}),
        parts.map(lambda of: {"any": of}),
        parts.map(lambda of: {"in_order": of}),
        st.builds(lambda of, count: {"at_least": {"count": count, "of": of}}, parts, st.integers(1, 4)),
        st.builds(lambda rule, months: {"within": {"months": months, "rule": rule}}, inner, st.integers(1, 18)),
        st.dictionaries(st.sampled_from([*PROFESSIONS, "default"]), inner, min_size=1).map(
            lambda of: {"per_profession": of}
        ),
        st.builds(lambda one, rule: {"shortcut": {"badge": one, "otherwise": rule}}, badge, inner),
    )


def rules_about(names: Sequence[str], max_leaves: int = 8) -> st.SearchStrategy[Rule]:
    """Random rules of every kind that ask for these badges."""
    one = st.sampled_from(names)
    return st.recursive(_leaves(one), lambda inner: _nest(inner, one), max_leaves=max_leaves).map(parse_rule)


def rules_of_time(names: Sequence[str], max_leaves: int = 8) -> st.SearchStrategy[Rule]:
    """Random rules that ask for these badges in orders and in windows of a few months."""

    def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            parts.map(lambda of: {"in_order": of}),
            parts.map(lambda of: {"all": of}),
            parts.map(lambda of: {"any": of}),
            st.builds(lambda rule, months: {"within": {"months": months, "rule": rule}}, inner, st.integers(1, 3)),
        )

    return st.recursive(st.sampled_from(names), nested, max_leaves=max_leaves).map(parse_rule)


def rules_of_sets(names: Sequence[str], max_leaves: int = 8) -> st.SearchStrategy[Rule]:
    """Random rules that ask for these badges in lists and counts, and nothing else."""

    def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        parts = st.lists(inner, min_size=2, max_size=5)
        return st.one_of(
            parts.map(lambda of: {"all": of}),
            parts.map(lambda of: {"any": of}),
            st.builds(lambda of, count: {"at_least": {"count": count, "of": of}}, parts, st.integers(1, 4)),
        )

    return st.recursive(st.sampled_from(names), nested, max_leaves=max_leaves).map(parse_rule)


rules: st.SearchStrategy[Rule] = rules_about(BADGES)

awards = st.builds(
    lambda one, on, life, hours: Award(
        one, on, expires=None if life is None else on + datetime.timedelta(days=life), hours=hours
    ),
    badge,
    days,
    st.none() | st.integers(0, 900),
    st.integers(0, 8).map(float),
)
scores = st.builds(ScoreReached, badge, st.sampled_from([0.4, 0.6, 0.8, 1.0]), days)
hours = st.builds(HoursRecorded, badge, st.integers(1, 6).map(float), days)
approvals = st.builds(ApprovalGiven, st.sampled_from(ROLES), days)

facts: st.SearchStrategy[Facts] = st.builds(
    lambda profession, a, s, h, p: Facts(profession, tuple(a), tuple(s), tuple(h), tuple(p)),
    st.sampled_from([*PROFESSIONS, "dental", None]),
    st.lists(awards, max_size=8),
    st.lists(scores, max_size=4),
    st.lists(hours, max_size=4),
    st.lists(approvals, max_size=3),
)
