"""A short run of `make validate`: intervals hold the truth as often as they say."""

from __future__ import annotations

import pytest

from tests.validation.outcomes import CASES, count

QUICK = [case for case in CASES if case.name in ("two groups, unequal spread", "alpha", "confidence in teams")]
TABLES = 150


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_intervals_hold_the_truth_as_often_as_they_say(case):
    told = count(case, TABLES, seed=7)
    assert told.refused == 0
    for name in case.truths:
        assert abs(told.coverage(name) - 0.95) <= 3.5 * (0.95 * 0.05 / TABLES) ** 0.5
    for name in case.nulls:
        assert told.error(name) <= 0.05 + 3.5 * (0.95 * 0.05 / TABLES) ** 0.5


def test_every_case_can_be_judged():
    for case in CASES:
        told = count(case, 2, seed=3)
        assert told.refused == 0, case.name
        assert all(told.without[name] == 0 for name in case.truths), (case.name, told.without)


def test_ignoring_the_teams_is_seen_by_the_same_yardstick():
    ignored = next(case for case in CASES if case.broken)
    assert count(ignored, 60, seed=7).coverage("mean_change") < 0.9
