"""Each estimator against what R says of the same tables (reference/reference.R), and against published figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.evaluation import (
    analyse_items,
    compare_groups,
    cumulative_incidence,
    estimate_agreement,
    estimate_change,
    estimate_reliability,
    estimate_time_to_badge,
    fit_growth,
    intraclass_correlations,
    solve_power,
    study_raters,
)
from ipe_workbench.evaluation.item_response import two_parameter

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
MORE = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))


def table(name):
    return pd.read_csv(FOLDER / f"{name}.csv")


def interval(estimate):
    return [estimate.estimate, estimate.low, estimate.high]


@pytest.fixture(scope="module")
def change():
    waves = table("waves")
    long = waves.melt(["learner", "team"], ["before", "after"], "wave", "value")
    return estimate_change(long)


def test_paired_change_is_that_of_t_test(change):
    assert interval(change["mean_change"]) == pytest.approx(R["change"][:3])
    assert change.tests[0].statistic == pytest.approx(R["change"][3])
    assert interval(change["correlation"]) == pytest.approx(R["correlation"])


def test_paired_effects_are_those_of_effectsize(change):
    assert interval(change["d_z"]) == pytest.approx(R["change_d_z"], rel=1e-5)
    # effectsize uses the approximate correction 1 - 3 / (4 df - 1).
    assert change["g_z"].estimate == pytest.approx(R["change_g_z"], rel=1e-4)


def test_two_groups_are_those_of_welch_and_effectsize():
    found = compare_groups(table("waves"), group="cohort", value="after", baseline="before", reference="old")
    assert interval(found["difference_welch"]) == pytest.approx(R["welch"][:3])
    assert found.tests[0].df[0] == pytest.approx(R["welch"][3])
    assert interval(found["d_pooled_sd"]) == pytest.approx(R["d_pooled"], rel=1e-5)
    assert found["g_pooled_sd"].estimate == pytest.approx(R["g_pooled"], rel=1e-4)
    assert interval(found["difference_ancova"]) == pytest.approx(R["ancova"])
    p = {test.name: test for test in found.tests}
    assert p["equal slopes"].p == pytest.approx(R["slopes_p"])
    assert p["Mann-Whitney"].statistic == pytest.approx(R["mann_whitney"])


def test_alpha_omega_and_items_are_those_of_psych():
    found = estimate_reliability(table("answers"), list("ABCDEF"), reverse=["D"], scale=(1, 5))
    assert interval(found["alpha_listwise"]) == pytest.approx(R["alpha_listwise"])
    assert found["alpha_pairwise"].estimate == pytest.approx(R["alpha_pairwise"])
    assert found["alpha_standardised_listwise"].estimate == pytest.approx(R["alpha_standardised"])
    assert [found[f"item_rest_r[{one}]"].estimate for one in "ABCDEF"] == pytest.approx(R["item_rest_r"])
    assert [found[f"alpha_without[{one}]"].estimate for one in "ABCDEF"] == pytest.approx(R["alpha_without"])
    # factanal stops at a looser tolerance than EM here.
    assert found["omega_total_one_factor"].estimate == pytest.approx(R["omega"], abs=2e-6)
    assert found["omega_total_one_factor"].estimate == pytest.approx(MORE["omega_lavaan"], abs=1e-6)


def test_components_and_severity_of_raters_are_those_of_lme4():
    found = study_raters(table("ratings"), criterion="criterion")
    sds = [found[f"sd[{one}]"].estimate for one in ("learner", "rater", "learner:rater", "residual")]
    assert sds == pytest.approx(R["raters_sd"], rel=1e-3)
    assert found.status == "singular"  # as lme4 says of it: learner by criterion is zero
    severity = [found[f"severity[R{i}]"] for i in range(6)]
    assert [-one.estimate for one in severity] == pytest.approx(R["raters_effect"], rel=1e-3)
    spread = [(one.high - one.low) / 2 / 1.959964 for one in severity]
    assert spread == pytest.approx(R["raters_effect_sd"], rel=1e-3)


def test_nested_growth_is_that_of_lmertest():
    found = fit_growth(table("growth"), outcome="score", nested=["team", "learner"], time="week")
    rows = [found["intercept"], found["week"]]
    assert [one.estimate for one in rows] == pytest.approx(R["growth_fixed"], rel=1e-6)
    assert found["reml_criterion"].estimate == pytest.approx(R["growth_criterion"], abs=1e-6)
    sds = [found[f"sd[{one}]"].estimate for one in ("team", "learner", "residual")]
    assert sds == pytest.approx(R["growth_sd"], rel=1e-4)
    for row, se, df in zip(rows, R["growth_se"], R["growth_df"], strict=True):
        assert f"df {df:.1f}" in row.method
        from scipy.stats import t

        assert (row.high - row.low) / 2 / t.ppf(0.975, df) == pytest.approx(se, rel=1e-3)


def test_random_slopes_are_those_of_lmertest():
    growth = table("growth")
    growth["learner"] = growth["team"] + growth["learner"]
    found = fit_growth(growth, outcome="score", nested=["team", "learner"], time="week", random_slope="learner")
    assert [found["intercept"].estimate, found["week"].estimate] == pytest.approx(R["slope_fixed"], rel=1e-6)
    names = ("learner", "learner:week", "team", "residual")
    assert [found[f"sd[{one}]"].estimate for one in names] == pytest.approx(R["slope_sd"], rel=1e-3)
    assert found["correlation[learner]"].estimate == pytest.approx(R["slope_correlation"], abs=1e-3)
    assert found["reml_criterion"].estimate == pytest.approx(R["slope_criterion"], abs=1e-5)


def test_cumulative_incidence_is_that_of_cmprsk_and_survival():
    times = table("times")
    found = estimate_time_to_badge(times, competing=["withdrawn"], at=[30, 60, 90], covariates=["group"])
    assert [found[f"incidence[{t}]"].estimate for t in (30, 60, 90)] == pytest.approx(R["incidence"])
    competing = [found[f"competing_incidence[{t}]"].estimate for t in (30, 60, 90)]
    assert competing == pytest.approx(R["competing_incidence"])
    kind = times["status"].map({"enrolled": 0, "badge": 1, "withdrawn": 2}).to_numpy()
    curve = cumulative_incidence(times["days"].to_numpy(float), kind)
    se = [curve.loc[curve["time"] <= t, "se"].iloc[-1] for t in (30, 60, 90)]
    # survival's is the infinitesimal jackknife, which is the same to the order of 1 / n.
    assert se == pytest.approx(R["incidence_se"], rel=5e-3)
    assert interval(found["hazard_ratio[group[b]]"]) == pytest.approx(R["hazard_ratio"], rel=1e-5)


def test_weighted_differences_are_those_of_stacked_equations():
    from scipy.stats import t

    found = compare_groups(
        table("waves"), group="cohort", value="after", reference="old", covariates=["age", "before"]
    )["difference_weighted"]
    gap, se = MORE["overlap"]
    reach = t.ppf(0.975, 72 - 4) * se
    assert interval(found) == pytest.approx([gap, gap - reach, gap + reach], rel=1e-5)


def test_hazards_and_incidence_in_teams_are_those_of_survival():
    times = table("times").assign(team=lambda f: f["learner"] // 6, late=lambda f: f["learner"] / 100)
    asked = {"competing": ["withdrawn"], "at": [60], "covariates": ["group", "late"]}
    plain, robust = (estimate_time_to_badge(times, **asked, cluster=one) for one in (None, "team"))
    assert "clustering-ignored" in {one.id for one in plain.findings}
    chi = [one.statistic for one in plain.tests if one.name.startswith("same hazard ratio")]
    assert chi == pytest.approx(MORE["cox_proportional"], rel=1e-6)
    values = [np.log(robust[f"hazard_ratio[{one}]"].estimate) for one in ("group[b]", "late")]
    assert values == pytest.approx(MORE["cox_robust"][:2], rel=1e-6)
    errors = [one.statistic for one in robust.tests[:2]]
    factor = np.sqrt(30 / 29)
    expected = [b / (se * factor) for b, se in zip(MORE["cox_robust"][:2], MORE["cox_robust"][2:], strict=True)]
    assert errors == pytest.approx(expected, rel=1e-6)
    one = robust["incidence[60]"]
    from scipy.stats import t

    f = one.estimate
    reach = t.ppf(0.975, 29) * MORE["incidence_jackknife"] / ((1 - f) * -np.log(1 - f))
    ends = [1 - np.exp(-np.exp(np.log(-np.log(1 - f)) + side * reach)) for side in (-1, 1)]
    assert [one.low, one.high] == pytest.approx(ends, rel=1e-6)


def test_rasch_difficulties_are_those_of_erm():
    names = [f"Q{i}" for i in range(1, 9)]
    found = analyse_items(table("readiness"), names, group="school")
    rows = [found[f"rasch_difficulty[{one}]"] for one in names]
    assert [one.estimate for one in rows] == pytest.approx(R["rasch"], abs=1e-4)
    assert [(one.high - one.low) / 2 / 1.959964 for one in rows] == pytest.approx(R["rasch_se"], rel=1e-4)
    assert interval(found["dif_log_odds_mh[Q4]"]) == pytest.approx(R["mantel_haenszel_q4"], rel=1e-6)


def test_two_parameter_model_meets_the_published_fit_of_a_law_school_test():
    # The 32 answer patterns of Law School Admission Test section 6, 1,000 persons: Bock and Lieberman 1970, Table 1.
    # Estimates as ltm prints them: Rizopoulos D. J Stat Softw 2006;17(5), section 3.
    counts = [
        3,
        6,
        2,
        11,
        1,
        1,
        3,
        4,
        1,
        8,
        0,
        16,
        0,
        3,
        2,
        15,
        10,
        29,
        14,
        81,
        3,
        28,
        15,
        80,
        16,
        56,
        21,
        173,
        11,
        61,
        28,
        298,
    ]
    patterns = np.array([[int(bit) for bit in f"{one:05b}"] for one in range(32)], dtype=float)
    fitted = two_parameter(np.repeat(patterns, counts, axis=0))
    assert fitted.log_likelihood == pytest.approx(-2466.653, abs=2e-3)
    assert fitted.slope == pytest.approx([0.825, 0.723, 0.890, 0.689, 0.657], abs=2e-3)
    assert fitted.difficulty == pytest.approx([-3.360, -1.370, -0.280, -1.866, -3.124], abs=5e-3)


def test_kappa_and_intraclass_correlations_are_those_of_psych():
    codes = table("codes")
    found = estimate_agreement(codes, level="interval")
    assert found["cohen_kappa_unweighted"].estimate == pytest.approx(R["kappa"][0])
    assert found["cohen_kappa_quadratic"].estimate == pytest.approx(R["kappa"][1])
    order = ["ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"]
    assert [found[one].estimate for one in order] == pytest.approx(R["icc"])
    assert [found[one].low for one in order] == pytest.approx(R["icc_low"])
    assert [found[one].high for one in order] == pytest.approx(R["icc_high"])


def test_the_six_subjects_of_shrout_and_fleiss():
    # Psychol Bull 1979;86:420, Tables 2 and 4.
    scores = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])
    found = {one.name: round(one.estimate, 2) for one in intraclass_correlations(scores)}
    assert found == {
        "ICC(1)": 0.17,
        "ICC(A,1)": 0.29,
        "ICC(C,1)": 0.71,
        "ICC(k)": 0.44,
        "ICC(A,k)": 0.62,
        "ICC(C,k)": 0.91,
    }


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example(level, alpha):
    # Four observers, twelve units, missing ratings: Krippendorff K,
    # Computing Krippendorff's alpha-reliability, 2011, section C.
    said = ["11.1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", "..3."]
    rows = [(u, r, int(v)) for u, row in enumerate(said) for r, v in enumerate(row) if v != "."]
    found = estimate_agreement(pd.DataFrame(rows, columns=["unit", "rater", "value"]), level=level)
    assert found[f"krippendorff_alpha_{level}"].estimate == pytest.approx(alpha, abs=5e-4)


def test_fleiss_kappa_of_his_thirty_patients_like_table():
    # Ten subjects, fourteen raters, five classes; kappa .210 (worked example in Fleiss' kappa literature).
    counts = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
              [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip
    rows = [(u, r, v) for u, row in enumerate(counts) for r, v in enumerate(np.repeat(range(5), row))]
    found = estimate_agreement(pd.DataFrame(rows, columns=["unit", "rater", "value"]))
    assert found["fleiss_kappa"].estimate == pytest.approx(0.210, abs=5e-4)


def test_power_is_that_of_pwr():
    assert solve_power(effect=0.2, aim=0.8)["n"].estimate == pytest.approx(R["n_for_paired"], rel=1e-5)
    assert solve_power(n=700, aim=0.8)["effect"].estimate == pytest.approx(R["effect_for_700"], rel=1e-4)
    found = solve_power(design="two-groups", effect=0.5, n=64)
    assert found["power"].estimate == pytest.approx(R["power_of_two_groups"], rel=1e-6)
