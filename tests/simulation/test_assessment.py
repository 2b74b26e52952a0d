from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.simulation.assessment import pass_chances


def test_icc_of_simulated_ratings_is_the_icc_asked_for() -> None:
    """Two raters of the same performances, made as the model says, correlate by the ICC; and pass at its rates."""
    rng = np.random.default_rng(1)
    learners, slip, guess, icc, knowing = 400_000, 0.1, 0.2, 0.55, 0.6
    knows = rng.random(learners) < knowing
    true = np.where(knows, 1.2815515655446004, -0.8416212335729143) + rng.standard_normal(learners)
    error = np.sqrt(true.var() * (1 - icc) / icc)
    first, second = (true + error * rng.standard_normal(learners) for _ in range(2))
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(icc, abs=0.005)
    rated = {"slip": slip, "guess": guess, "assessor": "faculty", "rater_icc": icc, "share_knowing": knowing}
    assert pass_chances(**rated) == pytest.approx((first > 0)[knows].mean(), abs=0.005)
    assert pass_chances(**rated, share_known=0) == pytest.approx((first > 0)[~knows].mean(), abs=0.005)
    assert pass_chances(**rated, double_rated=1) == pytest.approx(((first + second) > 0)[knows].mean(), abs=0.005)


@given(
    slip=st.floats(0.01, 0.45), guess=st.floats(0.01, 0.45), icc=st.floats(0.05, 1), double=st.floats(0, 1)
)  # fmt: skip
def test_rater_error_blurs_but_never_reverses(slip: float, guess: float, icc: float, double: float) -> None:
    none, all_of_it = (
        pass_chances(
            slip=slip, guess=guess, assessor="preceptor", rater_icc=icc, double_rated=double, share_known=share
        )
        for share in (0, 1)
    )
    assert guess - 1e-9 <= none <= all_of_it + 1e-9 <= 1 - slip + 2e-9


@pytest.mark.parametrize("assessor", ["automatic", "self"])
def test_only_human_raters_of_others_add_rater_error(assessor: str) -> None:
    assert pass_chances(slip=0.1, guess=0.2, assessor=assessor, rater_icc=0.3) == pass_chances(slip=0.1, guess=0.2)


def test_certain_chances_stay_usable() -> None:
    rated = {"slip": 0.0, "guess": 0.0, "assessor": "faculty", "rater_icc": 0.5, "mark_shift": 0.5}
    assert (pass_chances(**rated), pass_chances(**rated, share_known=0)) == (1.0, 0.0)


@given(
    slip=st.floats(0.01, 0.45),
    guess=st.floats(0.01, 0.45),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    rule=st.sampled_from(["score", "every-row", "score-and-every-row"]),
)
def test_who_knows_more_passes_more_often_and_rows_are_no_easier(
    slip: float, guess: float, shares: tuple[float, float], rule: str
) -> None:
    less, more = sorted(shares)
    chances = [pass_chances(slip=slip, guess=guess, share_known=share, pass_rule=rule) for share in (0, less, more, 1)]
    assert all(lower <= higher + 1e-12 for lower, higher in pairwise(chances))
    assert (chances[0], chances[-1]) == (guess, 1 - slip)
    both = pass_chances(slip=slip, guess=guess, share_known=more, pass_rule="score-and-every-row")  # noqa: S106
    assert both <= pass_chances(slip=slip, guess=guess, share_known=more) + 1e-12
