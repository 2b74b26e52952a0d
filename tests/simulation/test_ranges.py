"""Replicates computed in ranges are those computed at once."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ipe_workbench.credentials import Programme
from ipe_workbench.simulation import Scenario
from ipe_workbench.simulation.cohort_model import compile_cohort
from ipe_workbench.simulation.engine import simulate_range
from ipe_workbench.simulation.totals import Totals


@pytest.mark.parametrize("cuts", [(0, 7), (0, 1, 7), (0, 3, 4, 7)])
def test_ranges_joined_equal_the_whole(small: Programme, cuts: tuple[int, ...]) -> None:
    model = compile_cohort(small, Scenario(id="s", title="S"))
    whole = simulate_range(model, 11, 0, 7)
    parts = [simulate_range(model, 11, a, b - a) for a, b in pairwise(cuts)]
    kept = [Totals.from_arrays(part.replicates, part.arrays()) for part in parts]
    assert Totals.joined(kept).digest() == whole.digest()


def test_another_range_is_other_luck(small: Programme) -> None:
    model = compile_cohort(small, Scenario(id="s", title="S"))
    assert simulate_range(model, 11, 0, 5).digest() != simulate_range(model, 11, 5, 5).digest()
