"""Paired and independent comparisons of two designs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.simulation.experiments import compare_results

BEFORE = {"id": "a", "title": "A", "assessment": {"guess": 0.1}}
AFTER = {"id": "b", "title": "B", "assessment": {"guess": 0.3}}


def run(programme: Programme, data: dict, seed: int, replicates: int = 30):
    return simulate(programme, Scenario.model_validate(data), seed=seed, replicates=replicates)


def test_pairs_agree_with_scipy(small: Programme) -> None:
    first, second = run(small, BEFORE, 5), run(small, AFTER, 5)
    compared = compare_results(first, second)
    counts = [one.by_replicate().query("item == 'second'")["earned"].to_numpy() / 100 for one in (first, second)]
    told = stats.ttest_rel(counts[1], counts[0]).confidence_interval(0.95)
    row = compared.frame.query("item == 'second' and measure == 'earned'").iloc[0]
    assert compared.about["paired"]
    assert (row["low"], row["high"]) == pytest.approx((told.low, told.high))
    assert row["low_all"] < row["low"]
    assert compared.about["variance_ratio"] > 1.5
    assert set(compared.frame["item"]) == {"first", "second", "both"}


def test_other_seed_is_compared_as_independent_samples(small: Programme) -> None:
    first, second = run(small, BEFORE, 5), run(small, AFTER, 6, 50)
    compared = compare_results(first, second)
    counts = [one.by_replicate().query("item == 'first'")["retained"].to_numpy() / 100 for one in (first, second)]
    told = stats.ttest_ind(counts[1], counts[0], equal_var=False).confidence_interval(0.95)
    row = compared.frame.query("item == 'first' and measure == 'retained'").iloc[0]
    assert not compared.about["paired"]
    assert (row["low"], row["high"]) == pytest.approx((told.low, told.high))


def test_intervals_cover_the_difference_of_many_replicates(small: Programme) -> None:
    """Each interval from 15 replicates against the difference that 400 others show."""
    truth = compare_results(run(small, BEFORE, 1, 400), run(small, AFTER, 1, 400)).frame
    few = [compare_results(run(small, BEFORE, seed, 15), run(small, AFTER, seed, 15)).frame for seed in range(100, 120)]
    covered = [(one["low"] <= truth["difference"]) & (truth["difference"] <= one["high"]) for one in few]
    simultaneous = [
        ((one["low_all"] <= truth["difference"]) & (truth["difference"] <= one["high_all"])).all() for one in few
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.05)
    assert np.mean(simultaneous) >= 0.88


def test_single_replicate_or_nothing_in_common_is_told(small: Programme, reference: Programme) -> None:
    with pytest.raises(UnusableInputError, match="two replicates"):
        compare_results(run(small, BEFORE, 1, 1), run(small, AFTER, 1, 5))
    with pytest.raises(UnusableInputError, match="in common"):
        compare_results(run(small, BEFORE, 1, 2), run(reference, AFTER, 1, 2))
