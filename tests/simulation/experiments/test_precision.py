"""Stopping early keeps its promise."""

from __future__ import annotations

import numpy as np
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.simulation.experiments.precision import Precision, upper_standard_error


@pytest.mark.parametrize(("learners", "share"), [(60, 0.5), (700, 0.9), (25, 0.2)])
def test_true_standard_error_is_at_most_the_wanted_one(learners: int, share: float) -> None:
    """Binomial cohorts, whose true standard error is known: the promise may fail in 5 % of studies, not more."""
    rng = np.random.default_rng(learners)
    spread = np.sqrt(share * (1 - share) / learners)
    wanted = spread / np.sqrt(90)
    looks = Precision(wanted).looks(2000)
    broken, naive, covered = 0, 0, 0
    studies = 400
    for _ in range(studies):
        cohorts = rng.binomial(learners, share, 2000)[:, None] / learners
        limits = [upper_standard_error(cohorts[:look], looks=len(looks)) for look in looks]
        stop = next(look for look, (_, limit) in zip(looks, limits, strict=True) if limit <= wanted)
        early = next(look for look, (error, _) in zip(looks, limits, strict=True) if error <= wanted)
        broken += spread / np.sqrt(stop) > wanted
        naive += spread / np.sqrt(early) > wanted
        covered += abs(cohorts[:stop].mean() - share) <= 1.96 * cohorts[:stop].std(ddof=1) / np.sqrt(stop)
    assert broken <= 0.05 * studies
    assert naive > broken
    assert covered / studies > 0.92


def test_looks_are_few_and_end_at_the_most() -> None:
    looks = Precision(0.1).looks(1000)
    assert looks[0] == 32
    assert looks[-1] == 1000
    assert len(looks) <= 10
    assert Precision(0.1).looks(5) == (5,)


@pytest.mark.parametrize("wanted", [0, -1, float("nan"), float("inf")])
def test_wrong_precision(wanted: float) -> None:
    with pytest.raises(UnusableInputError):
        Precision(wanted)
