"""What to teach more, and what is open on record: from counts that a reader can do by hand."""

from __future__ import annotations

import datetime

import pandas as pd

from ipe_workbench.credentials import Programme
from ipe_workbench.evaluation.feedback import latest_levels, low_criteria, open_matters, teaching_hints
from tests.evaluation.feedback.test_faculty_feedback import ratings_of

ON = datetime.date(2027, 3, 20)


def test_rows_that_a_third_of_the_team_finds_hard_come_first(programme: Programme) -> None:
    hard = [(f"L{at}", "X", "every-voice", 1 if at < 3 else 2) for at in range(6)]
    easy = [(f"L{at}", "X", "coordination", 1 if at < 1 else 2) for at in range(6)]
    team = latest_levels(ratings_of(hard + easy))
    (hint,) = teaching_hints(programme, low_criteria(programme, ratings_of(hard + easy)), team, on=ON)
    rubric = programme.credentials["huddles-and-briefings"].rubric
    assert rubric is not None
    row = next(one for one in rubric.criteria if one.id == "every-voice")
    assert (hint.criterion, hint.below, hint.of, hint.level, hint.share) == ("every-voice", 3, 6, "Proficient", None)
    assert hint.looks_like == row.descriptors["proficient"]
    activities = {one.title: one.term for other in programme.credentials.values() for one in other.activities}
    assert hint.practise
    assert all(programme.term(activities[one]).end >= ON for one in hint.practise)


def test_rows_that_many_find_hard_are_named_to_every_team(programme: Programme) -> None:
    rows = [(f"L{at}", "X", "every-voice", 1 if at < 60 else 2) for at in range(100)]
    rows += [(f"L{at}", "X", "coordination", 1 if at < 12 else 2) for at in range(100)]
    low = low_criteria(programme, ratings_of(rows))
    team = latest_levels(ratings_of([("L99", "X", "every-voice", 2)]))
    (hint,) = teaching_hints(programme, low, team, on=ON)
    assert (hint.criterion, hint.share, hint.n, hint.below, hint.of) == ("every-voice", 0.6, 100, 0, 1)
    assert hint.low is not None
    # Wilson's interval for 60 of 100, as published calculators give it.
    assert round(hint.low, 3) == 0.502


def test_the_last_attempt_counts_and_of_two_raters_the_lower_level() -> None:
    ratings = ratings_of([("L", "X", "coordination", 0), ("L", "X", "coordination", 1), ("L", "Y", "coordination", 3)])
    ratings["attempt"] = [1, 2, 2]
    assert latest_levels(ratings)[["place", "raters"]].to_numpy().tolist() == [[1, 2]]


def test_open_is_what_is_not_passed_and_what_was_missed_twice_or_by_a_third(programme: Programme) -> None:
    day = pd.Timestamp(2027, 3, 1)
    names = ["learner", "assessment", "credential", "attempt", "on", "score", "passed"]
    results = pd.DataFrame(
        [
            ("A", "speaking-up", "speaking-up", 1, day, 0.4, False),
            ("A", "speaking-up", "speaking-up", 2, day, 0.9, True),
            ("B", "speaking-up", "speaking-up", 1, day, 0.4, False),
            ("C", "speaking-up", "speaking-up", 1, day, 0.4, None),
            ("D", "speaking-up", "speaking-up", 1, pd.Timestamp(2027, 4, 1), 0.4, False),
        ],
        columns=names,
    )
    sessions = {"A": "aapppp", "B": "appppp", "C": "app", "D": "apa", "E": "ae"}
    status = {"a": "absent", "p": "present", "e": "excused"}
    attendance = pd.DataFrame([(who, day, status[one]) for who, row in sessions.items() for one in row])
    attendance.columns = pd.Index(["learner", "on", "status"])
    found = open_matters(programme, results, on=ON, attendance=attendance)
    assert found == {
        "A": ("Absent from 2 of 6 sessions in the last 16 weeks.",),
        "B": ("Has not passed “Speaking up for safety” yet: 1 tried, 1 more attempt allowed.",),
        "D": ("Absent from 2 of 3 sessions in the last 16 weeks.",),
        "E": ("Absent from 1 of 2 sessions in the last 16 weeks.",),
    }
