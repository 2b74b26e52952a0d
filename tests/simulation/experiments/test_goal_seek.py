"""What would it take: the search against its own answer, and what it says where there is none."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.simulation.experiments import parse_outcome, with_values
from ipe_workbench.simulation.experiments.goal_seek import what_it_takes

PROGRAMME = example_programme()
PLAIN = Scenario(id="plain", title="Plain", seed=5)
BADGES = parse_outcome("badges")


def chance(value: float) -> Scenario:
    return with_values(PLAIN, {"assessment.attempt_probability": value})


def attempts(value: float) -> Scenario:
    path = "design_changes.team-clinical-experience.attempts"
    return with_values(PLAIN, {path: int(value)})


def badges_of(scenario: Scenario, replicates: int) -> float:
    return float(simulate(PROGRAMME, scenario, replicates=replicates).badges("all", "earned")["mean"].sum())


def test_the_value_found_gives_the_target_and_is_confirmed_on_fresh_cohorts() -> None:
    now = what_it_takes(PROGRAMME, chance, now=0.5, low=0.05, high=1.0, outcome=BADGES, target=3.0, replicates=6)
    assert now.value is not None
    assert now.confirmed is not None
    assert 0.05 < now.value < 0.5
    assert abs(now.confirmed.mean - 3.0) < 5 * now.confirmed.se + 0.05
    # The cohorts of the confirmation are none of those of the search.
    assert now.confirmed.mean not in [one.mean for one in now.tried]
    assert [one.value for one in now.tried] == sorted({one.value for one in now.tried})


def test_of_whole_numbers_it_is_the_first_that_reaches_the_target() -> None:
    outcome = parse_outcome("earned:team-clinical-experience")
    wanted = what_it_takes(
        PROGRAMME, attempts, now=2, low=1, high=12, outcome=outcome, target=0.30, whole=True, replicates=6
    )  # fmt: skip
    by_hand = {}
    for value in range(1, 13):
        frame = simulate(PROGRAMME, attempts(value), replicates=6).badges("all", "earned").set_index("credential")
        by_hand[value] = float(frame.loc["team-clinical-experience", "mean"])
    reached = [value for value, mean in by_hand.items() if mean >= 0.30]
    if by_hand[2] < 0.30:
        assert wanted.value == (reached[0] if reached else None)
    assert wanted.today.mean == pytest.approx(by_hand[2])
    assert all(one.mean == pytest.approx(by_hand[int(one.value)]) for one in wanted.tried)


def test_a_target_below_today_is_sought_downwards_and_today_itself_is_an_answer() -> None:
    today = what_it_takes(PROGRAMME, chance, now=0.5, low=0.05, high=1.0, outcome=BADGES, target=99, replicates=4).today
    lower = what_it_takes(
        PROGRAMME, chance, now=0.5, low=0.05, high=1.0, outcome=BADGES, target=today.mean - 1, replicates=4
    )  # fmt: skip
    assert lower.value is not None
    assert lower.value < 0.5
    same = what_it_takes(
        PROGRAMME, chance, now=0.5, low=0.05, high=1.0, outcome=BADGES, target=today.mean, replicates=4
    )
    assert same.value == 0.5


def test_an_impossible_target_has_no_value_but_a_best_try() -> None:
    found = what_it_takes(PROGRAMME, chance, now=0.5, low=0.05, high=1.0, outcome=BADGES, target=16.5, replicates=3)
    assert (found.value, found.confirmed) == (None, None)
    assert found.best.mean == max(one.mean for one in found.tried)


def test_what_cannot_be_sought_is_said() -> None:
    with pytest.raises(UnusableInputError, match="empty"):
        what_it_takes(PROGRAMME, chance, now=0.5, low=1, high=1, outcome=BADGES, target=1)
    with pytest.raises(UnknownNameError, match="gone"):
        what_it_takes(PROGRAMME, chance, now=0.5, low=0.1, high=1, outcome=parse_outcome("earned:gone"), target=0.5)


def test_the_search_can_be_stopped() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        what_it_takes(
            PROGRAMME, chance, now=0.5, low=0.1, high=1, outcome=BADGES, target=3, replicates=2, check=check
        )  # fmt: skip
    assert calls == 3
