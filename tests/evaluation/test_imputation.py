"""Multiple imputation against R's mice, and what is said of missing scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import change_with_imputation, describe_missing, estimate_change, impute, pool

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))


def holes():
    """waves.csv with the holes that outcomes.R makes."""
    waves = pd.read_csv(FOLDER / "waves.csv")
    waves.loc[(waves["before"] < 2.8) & (waves["learner"] % 2 == 0), "after"] = np.nan
    waves.loc[waves["learner"] % 9 == 0, "after"] = np.nan
    waves.loc[waves["learner"] % 17 == 3, "before"] = np.nan
    return waves


def long(waves):
    return waves.melt(["learner", "team", "cohort", "age"], ["before", "after"], "wave", "value")


def test_pooling_is_that_of_mice():
    found = pool(R["mi_estimates"], R["mi_variances"], n=72)
    told = [found.estimate, found.se, found.df, found.fraction_missing]
    assert told == pytest.approx(R["mi_pooled"], rel=1e-7)
    slope = pool(R["mi_slope_estimates"], R["mi_slope_variances"], n=72, parameters=3)
    assert [slope.estimate, slope.se, slope.df] == pytest.approx(R["mi_slope_pooled"], rel=1e-7)


def test_imputations_agree_with_those_of_mice_up_to_chance():
    filled = impute(holes(), columns=["before", "after", "age"], m=800, seed=4)
    changes = [one["after"] - one["before"] for one in filled]
    found = pool([one.mean() for one in changes], [one.var() / 72 for one in changes], n=72)
    mean, se, missing = R["mi_many"]
    chance = np.sqrt(2 * found.between / 800)
    assert abs(found.estimate - mean) < 4 * chance
    assert found.se == pytest.approx(se, rel=0.05)
    assert found.fraction_missing == pytest.approx(missing, abs=0.05)


def test_the_truth_comes_back_where_complete_cases_are_biased():
    # Those who began low leave more often; the slope after on before is one half, the true mean change 1.
    imputed, complete, held = [], [], 0
    for table in range(60):
        rng = np.random.default_rng([9, table])
        before = rng.normal(size=120)
        after = 1 + 0.5 * before + 0.5 * rng.normal(size=120)
        after[rng.random(120) < 1 / (1 + np.exp(2 * before))] = np.nan
        frame = pd.DataFrame({"learner": [*range(120)] * 2, "wave": [1] * 120 + [2] * 120, "value": [*before, *after]})
        found = change_with_imputation(frame, m=8, seed=table)["mean_change_imputed"]
        imputed.append(found.estimate)
        complete.append(estimate_change(frame, resamples=9)["mean_change"].estimate)
        held += found.low <= 1 <= found.high
    assert np.mean(imputed) == pytest.approx(1, abs=0.03)
    assert np.mean(complete) < 0.85
    assert held >= 52  # of 60 at 95 %: fewer have a chance of about 1 in 100


def test_what_was_there_is_untouched_and_the_seed_decides():
    frame = holes()
    first, again, other = (impute(frame, columns=["before", "after"], m=2, seed=s)[1] for s in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again)
    assert not first["after"].equals(other["after"])
    there = frame["after"].notna()
    assert first.loc[there, "after"].equals(frame.loc[there, "after"])
    assert first["after"].notna().all()


def test_predictive_mean_matching_keeps_to_values_that_were_given():
    frame = holes().round({"after": 0})
    filled = impute(frame, columns=["after"], predictors=["before", "cohort"], method="pmm", m=3)
    assert set(filled[2]["after"]) <= set(frame["after"].dropna())


def test_clusters_widen_what_is_not_known():
    rng = np.random.default_rng(8)
    team = np.repeat(np.arange(30), 6)
    after = 3 + rng.normal(size=30)[team] + 0.3 * rng.normal(size=180)
    after[rng.random(180) < 0.3] = np.nan
    frame = pd.DataFrame({"after": after, "team": team, "before": rng.normal(size=180)})
    apart = [one["after"].mean() for one in impute(frame, columns=["after"], predictors=["before"], m=60)]
    filled = impute(frame, columns=["after"], predictors=["before"], cluster="team", m=60)
    # Members of a team resemble each other, so the others tell more of a missing score than the baseline does.
    gone = np.isnan(after)
    truth = pd.Series(after).groupby(team).transform("mean").to_numpy()[gone]
    assert np.corrcoef(np.mean([one["after"][gone] for one in filled], axis=0), truth)[0, 1] > 0.9
    assert np.std(apart) > 0


def test_without_holes_the_answer_is_that_of_complete_cases():
    waves = long(pd.read_csv(FOLDER / "waves.csv"))
    found = change_with_imputation(waves, m=3)
    plain = estimate_change(waves, resamples=9)["mean_change"]
    one = found["mean_change_imputed"]
    # Barnard and Rubin's degrees of freedom of complete data are slightly fewer than n - 1.
    assert [one.estimate, one.low, one.high] == pytest.approx([plain.estimate, plain.low, plain.high], rel=2e-3)
    assert found["fraction_missing_information"].estimate == 0


def test_the_tipping_shift_moves_the_interval_to_zero():
    frame = long(holes())
    found = change_with_imputation(frame, covariates=["age", "cohort"], m=10, seed=2)
    assert found.status == "limited"  # learners share a team, which the call left out
    tipping = found["tipping_shift"].estimate
    assert tipping < 0
    # In that many standard deviations the published shifts lie on both sides of it.
    shifted = {s: found[f"mean_change_shifted[{s} SD]"] for s in ("-0.5", "-0.2", "+0.2", "+0.5")}
    means = [one.estimate for one in shifted.values()]
    assert means == sorted(means)
    sd = holes().dropna()["after"].std()
    assert (shifted["-0.5"].low > 0) == (tipping < -0.5 * sd)


def test_clusters_and_more_waves_are_used():
    waves = long(holes())
    noise = np.random.default_rng(3).normal(size=72)
    third = waves[waves["wave"] == "before"].assign(wave="late", value=lambda f: f["value"].fillna(3) + noise)
    table = pd.concat([waves, third])
    table["wave"] = table["wave"].map({"before": 1, "after": 2, "late": 3})
    found = change_with_imputation(table, before=1, after=2, cluster="team", m=5)
    assert "few-clusters" in {one.id for one in found.findings}
    assert found["mean_change_imputed"].n == 70  # two answered neither of the waves that are compared
    assert found.missing["neither"] == 2


def test_who_left_is_described():
    found = describe_missing(long(holes()), covariates=["age", "cohort"])
    assert found["missing[after]"].estimate == pytest.approx(holes()["after"].isna().mean())
    gap = found["left_minus_stayed_smd[value]"]
    assert gap.high < 0
    assert {one.id for one in found.findings} == {"dropout-differs"}
    shares = [one.estimate for one in found.estimates if one.name.startswith("pattern[")]
    assert sum(shares) == pytest.approx(1)
    assert "left_minus_stayed_smd[cohort[old]]" in {one.name for one in found.estimates}


def test_who_comes_back_is_not_monotone():
    rows = [(i, w, i + w) for i in range(20) for w in (1, 2, 3) if not (i < 4 and w == 2) and not (i > 17 and w > 1)]
    found = describe_missing(pd.DataFrame(rows, columns=["learner", "wave", "value"]))
    assert found["monotone"].estimate == pytest.approx(2 / 6)
    assert found["pattern[101]"].estimate == pytest.approx(4 / 20)


def scores(n, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"learner": [*range(n)] * 2, "wave": [1] * n + [2] * n, "value": rng.normal(size=2 * n)})


REFUSED = {
    "three learners": (lambda: change_with_imputation(scores(3)), "too-few"),
    "a wave twice": (lambda: change_with_imputation(pd.concat([scores(20), scores(20).head(1)])), "duplicate-wave"),
    "one wave": (lambda: change_with_imputation(scores(20).head(20)), "one-wave"),
    "all missing": (lambda: change_with_imputation(scores(20).assign(value=np.nan)), "one-wave"),
    "nothing varies": (lambda: change_with_imputation(scores(20).assign(value=1.0)), "constant"),
    "all moved alike": (
        lambda: change_with_imputation(scores(20).assign(value=[*range(20), *range(1, 21)])),
        "constant",
    ),
    "few pairs": (
        lambda: change_with_imputation(scores(30).assign(value=lambda f: f["value"].where(f.index < 36))),
        "too-few",
    ),
    "no score to describe": (lambda: describe_missing(scores(9).assign(value=np.nan)), "no-score"),
    "described twice": (lambda: describe_missing(pd.concat([scores(9)] * 2)), "duplicate-wave"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_number_where_there_is_none(case):
    make, id = REFUSED[case]
    found = make()
    assert (found.status, found.estimates) == ("not-estimable", ())
    assert id in {one.id for one in found.findings}


def test_a_column_with_too_few_values_is_refused_by_name():
    frame = pd.DataFrame({"a": [1.0, None, None, 2.0] * 3, "b": range(12)}).assign(a=lambda f: f["a"].where(f["b"] < 2))
    with pytest.raises(UnusableInputError, match="Column `a`"):
        impute(frame, columns=["a", "b"])
    with pytest.raises(UnusableInputError, match="two imputations"):
        pool([1.0], [0.1])
