"""The compiled algebra means what the evaluator means."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    ApprovalGiven,
    Award,
    Facts,
    HoursRecorded,
    Rule,
    ScoreReached,
    evaluate,
    parse_rule,
)
from ipe_workbench.credentials.rules import Within, walk
from ipe_workbench.simulation.calendar_weeks import Calendar
from ipe_workbench.simulation.rule_completion import completion_week
from ipe_workbench.simulation.rule_table import (
    NOT_COMPLETED,
    LearnerFacts,
    RuleNames,
    RuleTableBuilder,
    desk_for,
)
from tests.simulation.conftest import programme
from tests.strategies import BADGES, PROFESSIONS, rules

# Two terms with a break, over more than a year, so that windows of months cut between weeks.
CALENDAR = Calendar.of(
    programme(
        [],
        terms=[
            {"id": "one", "title": "One", "start": datetime.date(2026, 8, 24), "weeks": 30},
            {"id": "two", "title": "Two", "start": datetime.date(2027, 8, 30), "weeks": 30},
        ],
    )
)
WEEKS = CALENDAR.weeks
AWARD_HOURS = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
ACTIVITIES = {"e": (0, 2.0), "f": (1, 3.0)}

weeks = st.integers(-1, WEEKS - 1)
attempt_lists = st.lists(st.tuples(st.integers(0, WEEKS - 1), st.sampled_from([0.4, 0.6, 0.8, 1.0])), max_size=3)


@settings(max_examples=600, deadline=None)
@given(
    rule=rules,
    earned=st.lists(weeks, min_size=6, max_size=6),
    attended=st.lists(weeks, min_size=2, max_size=2),
    tries=st.lists(attempt_lists, min_size=6, max_size=6),
    profession=st.sampled_from([*PROFESSIONS, "dental"]),
    granted=st.booleans(),
)
def test_compiled_rule_completes_in_the_week_that_the_evaluator_gives(
    rule: Rule,
    earned: list[int],
    attended: list[int],
    tries: list[list[tuple[int, float]]],
    profession: str,
    granted: bool,
) -> None:
    tries = [sorted(one) for one in tries]
    day = dict(enumerate(CALENDAR.dates))
    approvals = [datetime.date.min, *CALENDAR.dates] if granted else []
    facts = Facts(
        profession,
        tuple(Award(b, day[w], hours=h) for b, w, h in zip(BADGES, earned, AWARD_HOURS, strict=True) if w >= 0),
        tuple(ScoreReached(b, s, day[w]) for b, one in zip(BADGES, tries, strict=True) for w, s in one),
        tuple(HoursRecorded(a, h, day[attended[i]]) for a, (i, h) in ACTIVITIES.items() if attended[i] >= 0),
        tuple(ApprovalGiven(role, on) for role in ("director", "mentor") for on in approvals),
    )
    expected = evaluate(rule, facts, on=CALENDAR.dates[-1]).completed_on
    got = _compiled(rule, earned, attended, tries, profession, granted)
    if expected is None:
        assert got == NOT_COMPLETED
    elif any(isinstance(part, Within) for part in walk(rule)) and got < 0:
        # A window over everything is left out when it is compiled, and an approval then needs no date.
        assert granted
    else:
        assert got == (-1 if expected == datetime.date.min else CALENDAR.dates.index(expected))


@pytest.mark.parametrize(
    ("rule", "week"),
    [
        ({"all": []}, -1),
        ({"within": {"months": 1, "rule": {"all": []}}}, -1),
        ({"in_order": ["b", "a"]}, NOT_COMPLETED),
        ({"in_order": ["a", "b"]}, 9),
        ({"within": {"months": 1, "rule": {"all": ["a", "b"]}}}, NOT_COMPLETED),
        ({"within": {"months": 2, "rule": {"all": ["a", "b"]}}}, 9),
        ("not-a-badge", NOT_COMPLETED),
    ],
)
def test_known_answers_of_badge_a_in_week_3_and_b_in_week_9(rule: object, week: int) -> None:
    assert _compiled(parse_rule(rule), [3, 9, -1, -1, -1, -1], [-1, -1], [[]] * 6, "nursing", True) == week


def _compiled(
    rule: Rule,
    earned: list[int],
    attended: list[int],
    tries: list[list[tuple[int, float]]],
    profession: str,
    granted: bool,
) -> int:
    months = {part.within.months for part in walk(rule) if isinstance(part, Within)}
    names = RuleNames(
        items={name: index for index, name in enumerate(BADGES)},
        award_hours=AWARD_HOURS,
        activities=ACTIVITIES,
        window_end={count: CALENDAR.last_weeks(count) for count in months},
        approvals=granted,
    )
    builder = RuleTableBuilder(names)
    root = builder.add(rule, profession)
    table = builder.table()
    try_week, try_score = np.zeros((6, 20), np.int64), np.zeros((6, 20))
    for badge, one in enumerate(tries):
        for attempt, (week, score) in enumerate(one):
            try_week[badge, attempt], try_score[badge, attempt] = week, score
    facts = LearnerFacts(
        np.array(earned, np.int64),
        np.array(attended, np.int64),
        np.array([len(one) for one in tries], np.int64),
        try_week,
        try_score,
    )
    return int(completion_week(table, root, facts, desk_for(table)))
