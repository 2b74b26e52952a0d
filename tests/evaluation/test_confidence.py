"""Confidence against skill: figures of R, brute force, and what noise alone does to quarters."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import calibrate_confidence
from ipe_workbench.evaluation.association import association, goodman_kruskal_gamma

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(FOLDER / "confidence.csv")


def interval(estimate):
    return [estimate.estimate, estimate.low, estimate.high]


def test_bias_correlation_and_slopes_are_those_of_r(table):
    from scipy.stats import t

    found = calibrate_confidence(table, skill_again="skill_again")
    assert interval(found["bias"]) == pytest.approx(R["confidence_bias"])
    assert interval(found["correlation_pearson"]) == pytest.approx(R["confidence_r"])
    assert found["correlation_spearman"].estimate == pytest.approx(R["confidence_rho"])
    reach = t.ppf(0.975, len(table) - 2)
    for name, key in (("calibration_slope", "confidence_slope"), ("calibration_slope_corrected", "confidence_iv")):
        value, se = R[key]
        assert interval(found[name]) == pytest.approx([value, value - reach * se, value + reach * se])
    assert [one.statistic for one in found.tests] == pytest.approx(R["confidence_tests"], rel=1e-6)


def simulated(rng, n=400, slope=1.0, error=10.0):
    true = rng.normal(60, 10, n)
    return pd.DataFrame(
        {
            "skill": true + rng.normal(0, error, n),
            "again": true + rng.normal(0, error, n),
            "confidence": 60 + slope * (true - 60) + rng.normal(0, 5, n),
        }
    )


def test_a_second_measure_gives_back_the_slope_that_error_has_halved():
    found = calibrate_confidence(simulated(np.random.default_rng(1)), skill_again="again")
    assert found["calibration_slope"].high < 0.75  # the truth is one; reliability is one half
    corrected = found["calibration_slope_corrected"]
    assert corrected.low < 1 < corrected.high
    r = found["correlation_corrected_for_skill"]
    assert r.low < 10 / np.sqrt(125) < r.high


def test_quarters_mislead_and_the_second_measure_does_not():
    # Everybody knows their skill up to noise; no group of learners is unaware.
    found = calibrate_confidence(simulated(np.random.default_rng(2)), skill_again="again")
    assert found["gap_quarter[Q1]"].low > 3
    assert found["gap_quarter[Q4]"].high < -3
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        one = found[f"gap_quarter_second_measure[{quarter}]"]
        assert one.low - 1 < 0 < one.high + 1
    assert "quarters-regress" in {one.id for one in found.findings}
    assert all(one.p > 0.01 for one in found.tests)


def test_shuffled_confidence_lies_inside_its_own_range():
    rng = np.random.default_rng(3)
    frame = simulated(rng).assign(confidence=rng.normal(60, 10, 400))
    found = calibrate_confidence(frame)
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        null = found[f"gap_quarter_unrelated[{quarter}]"]
        assert null.low <= found[f"gap_quarter[{quarter}]"].estimate <= null.high
    assert found["gap_quarter_unrelated[Q1]"].estimate > 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=5, max_size=25))
def test_gamma_counts_pairs(points):
    signs = [np.sign(a[0] - b[0]) * np.sign(a[1] - b[1]) for a, b in combinations(points, 2)]
    right, wrong = signs.count(1), signs.count(-1)
    x, y = np.array(points, dtype=float).T
    value, low, high = goodman_kruskal_gamma(x, y, None, 0.95)
    if right + wrong == 0:
        assert np.isnan(value)
        return
    assert value == pytest.approx((right - wrong) / (right + wrong))
    if abs(value) < 1:
        assert low <= value <= high
        assert goodman_kruskal_gamma(x, -y, None, 0.95)[0] == pytest.approx(-value)


def test_intervals_of_associations_agree_with_the_bootstrap_and_widen_with_clusters():
    rng = np.random.default_rng(5)
    team = np.arange(240) // 6
    x = rng.normal(size=240) + rng.normal(size=40)[team]
    y = 0.4 * x + rng.normal(size=240) + rng.normal(size=40)[team]
    for estimate in (association, goodman_kruskal_gamma):
        _, low, high = estimate(x, y, team, 0.95)
        drawn = []
        for _ in range(400):
            rows = np.concatenate([np.flatnonzero(team == one) for one in rng.integers(0, 40, 40)])
            drawn.append(estimate(x[rows], y[rows], None, 0.95)[0])
        assert high - low == pytest.approx(2 * 2.02 * np.std(drawn), rel=0.15)
    alone = association(x, y, None, 0.95)
    assert association(x, y, team, 0.95)[2] - association(x, y, team, 0.95)[1] > 1.1 * (alone[2] - alone[1])


def test_two_scales_are_put_on_one_or_not_subtracted(table):
    likert = table.assign(confidence=(table["confidence"] / 25).round() + 1)
    apart = calibrate_confidence(likert)
    assert "scales-differ" in {one.id for one in apart.findings}
    assert "bias" not in {one.name for one in apart.estimates}
    found = calibrate_confidence(likert, confidence_scale=(1, 5), skill_scale=(0, 100))
    expected = (25 * (likert["confidence"] - 1) - likert["skill"]).mean()
    assert found["bias"].estimate == pytest.approx(expected)
    with pytest.raises(UnusableInputError, match="lies outside 1 to 4"):
        calibrate_confidence(likert, confidence_scale=(1, 4), skill_scale=(0, 100))


def test_ordinal_answers_get_ranks_only(table):
    found = calibrate_confidence(table, ordinal=True)
    assert [one.name for one in found.estimates] == ["correlation_spearman", "gamma_goodman_kruskal"]
    assert found.tests == []
    steeper = calibrate_confidence(table.assign(skill=np.exp(table["skill"] / 20)), ordinal=True)
    assert interval(steeper["gamma_goodman_kruskal"]) == pytest.approx(interval(found["gamma_goodman_kruskal"]))


def test_small_groups_are_hidden(table):
    few = table.assign(profession=table["profession"].where(table.index > 3, "dentistry"))
    found = calibrate_confidence(few, group="profession")
    names = [one.name for one in found.estimates]
    assert "bias[dentistry]" not in names
    assert sum(name.startswith("bias[") for name in names) == 2
    whole = calibrate_confidence(table, group="profession")
    mean = sum(whole[f"bias[{g}]"].estimate * whole[f"bias[{g}]"].n for g in set(table["profession"])) / len(table)
    assert mean == pytest.approx(whole["bias"].estimate)


REFUSED = {
    "three learners": (lambda t: t.head(3), "too-few"),
    "all missing": (lambda t: t.assign(skill=np.nan), "too-few"),
    "constant confidence": (lambda t: t.assign(confidence=50), "constant"),
    "two waves": (lambda t: pd.concat([t, t]), "duplicate-learner"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_number_where_there_is_none(table, case):
    change, id = REFUSED[case]
    found = calibrate_confidence(change(table))
    assert (found.status, found.estimates) == ("not-estimable", ())
    assert id in {one.id for one in found.findings}


def test_one_group_and_one_cluster(table):
    assert "one-group" in {one.id for one in calibrate_confidence(table.assign(g="a"), group="g").findings}
    found = calibrate_confidence(table.assign(team="a"), cluster="team")
    assert (found.status, found.findings[0].id) == ("not-estimable", "one-cluster")
