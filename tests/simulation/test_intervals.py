"""The interval of one cohort is a prediction interval, honest with few replicates."""

from __future__ import annotations

import math

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.simulation import find_scenario, simulate
from ipe_workbench.simulation.intervals import reach


@pytest.mark.parametrize(("replicates", "t"), [(2, 12.706), (10, 2.262), (100, 1.984)])
def test_reach_is_students_t_of_the_tables_widened_for_the_estimated_mean(replicates, t):
    assert reach(replicates) == pytest.approx(t * math.sqrt(1 + 1 / replicates), rel=1e-3)


def test_a_single_cohort_has_no_interval():
    assert math.isnan(reach(1))


def test_intervals_from_ten_cohorts_hold_about_95_percent_of_further_ones():
    """Coverage over the badges and stacks of the example, 100 further cohorts each; binomial error about 1 %."""
    programme = example_programme()
    assert programme.folder is not None
    scenario = find_scenario(programme.folder, "today")
    few = simulate(programme, scenario, replicates=10, seed=5)
    many = simulate(programme, scenario, replicates=100, seed=6).by_replicate()
    rows = [*few.badges("all").query("measure == 'earned'").itertuples(), *few.stacks("all").itertuples()]
    inside = []
    for row in rows:
        item = row.credential if hasattr(row, "credential") else row.stack
        shares = many.loc[many["item"] == item, "earned"] / few.learners
        inside.append(((shares >= row.low) & (shares <= row.high)).mean())
    assert 0.85 < sum(inside) / len(inside) <= 1
