"""Equity gaps against what learner-by-learner traces give, cohort by cohort."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation import Scenario, simulate, simulate_learners
from ipe_workbench.simulation.intervals import reach

COHORTS = 6
SIZES = {"nursing": 60, "pharmacy": 40}
#: Few assessors for both professions: who gets one is not there for the others, so that their shares hang together.
SCARCE = {"capacity": {"assessors": True}}


@pytest.fixture
def scarce(make_programme: Callable[..., Programme], make_credential: Callable[..., Any]) -> Programme:
    design = {"assessor": "faculty", "assessor_minutes": 30, "methods": ["test"]}
    lasting = [make_credential("first", assessment=design), make_credential("second", requires="first")]
    return make_programme(lasting, {"both": {"all": ["first", "second"]}}, capacity={"assessor_hours": {"faculty": 10}})


@pytest.fixture
def scenario() -> Scenario:
    part = {"when": "every-week"}
    return Scenario.model_validate({"id": "s", "title": "S", "practice": part, **SCARCE})


def by_cohort(programme: Programme, scenario: Scenario, item: str) -> pd.DataFrame:
    """Shares with an item, one row a cohort, from each single learner."""
    rows = []
    for replicate in range(COHORTS):
        earned = dict.fromkeys(SIZES, 0)
        for learner in simulate_learners(programme, scenario, replicate=replicate):
            earned[learner.profession] += item in dict(learner.awards)
        rows.append({name: earned[name] / SIZES[name] for name in SIZES})
    return pd.DataFrame(rows)


@pytest.mark.parametrize("item", ["first", "both"])
def test_the_gap_and_its_interval_are_those_of_gaps_within_each_cohort(
    scarce: Programme, scenario: Scenario, item: str
) -> None:
    shares = by_cohort(scarce, scenario, item)
    gaps = shares["nursing"] - shares["pharmacy"]
    frame = simulate(scarce, scenario, replicates=COHORTS).equity("nursing").set_index("item")
    row = frame.loc[item]
    assert row["share"] == pytest.approx(shares["nursing"].mean())
    assert row["others"] == pytest.approx(shares["pharmacy"].mean())
    assert row["gap"] == pytest.approx(gaps.mean())
    assert row["high"] - row["gap"] == pytest.approx(reach(COHORTS) * gaps.std(ddof=1))
    assert row["gap"] - row["low"] == pytest.approx(reach(COHORTS) * gaps.std(ddof=1))
    assert row["se"] == pytest.approx(gaps.std(ddof=1) / np.sqrt(COHORTS))


def test_gaps_of_two_professions_mirror_each_other(small: Programme, scenario: Scenario) -> None:
    frame = simulate(small, scenario, replicates=5).equity()
    nursing, pharmacy = (frame[frame["profession"] == one].reset_index(drop=True) for one in SIZES)
    assert nursing["gap"].tolist() == pytest.approx((-pharmacy["gap"]).tolist())
    assert nursing["low"].tolist() == pytest.approx((-pharmacy["high"]).tolist())


def test_a_single_cohort_has_a_gap_and_no_interval(small: Programme, scenario: Scenario) -> None:
    frame = simulate(small, scenario, replicates=1).equity()
    assert frame["gap"].notna().all()
    assert frame[["low", "high", "se"]].isna().all(axis=None)


def test_an_item_of_one_profession_has_no_others(
    make_programme: Callable[..., Programme], make_credential: Callable[..., Any], scenario: Scenario
) -> None:
    programme = make_programme([make_credential("own", professions=["nursing"]), make_credential("all")])
    assert set(simulate(programme, scenario, replicates=2).equity()["item"]) == {"all"}
