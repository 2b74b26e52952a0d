"""A short run of `make validate`: intervals hold the truth as often as they say."""

from __future__ import annotations

import pytest

from tests.validation.outcomes import CASES, coverage

QUICK = [
    case
    for case in CASES
    if case.name in ("two groups, unequal spread (Welch)", "cumulative incidence", "alpha, Feldt")
]
TABLES = 150


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_intervals_hold_the_truth_as_often_as_they_say(case):
    rate, refused = coverage(case, TABLES, seed=7)
    assert refused == 0
    assert abs(rate - 0.95) <= 3.5 * (0.95 * 0.05 / TABLES) ** 0.5


def test_ignoring_the_teams_is_seen_by_the_same_yardstick():
    ignored = next(case for case in CASES if case.name.endswith("ignored"))
    rate, _ = coverage(ignored, 60, seed=7)
    assert rate < 0.9
