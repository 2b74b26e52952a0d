"""Data sets that every statistician knows, through the command line, against R (reference/classical/classical.R)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.evaluation import (
    analyse_items,
    compare_groups,
    estimate_agreement,
    estimate_change,
    estimate_reliability,
    estimate_time_to_badge,
    fit_growth,
    intraclass_correlations,
)

FOLDER = Path(__file__).parent / "reference" / "classical"
R = json.loads((FOLDER / "classical.json").read_text(encoding="utf-8"))


def ask(line: str, table: str) -> dict:
    """What ``ipe evaluate QUESTION TABLE ... --format json`` prints, estimates and tests by name."""
    question, *options = line.split()
    answer = CliRunner().invoke(
        app, ["evaluate", question, str(FOLDER / f"{table}.csv"), *options, "--format", "json"]
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    return told | {kind: {one["name"]: one for one in told[kind]} for kind in ("estimates", "tests")}


def values(told: dict, *names: str) -> list[float]:
    return [told["estimates"][name]["estimate"] for name in names]


def whole(told: dict, name: str) -> list[float]:
    one = told["estimates"][name]
    return [one["estimate"], one["low"], one["high"]]


def test_sleep_has_a_tie_and_a_zero():
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    frame = pd.DataFrame({"learner": [*range(10)] * 2, "wave": [1] * 10 + [2] * 10, "value": first + second})
    found = estimate_change(frame)
    one = found["mean_change"]
    assert [one.estimate, one.low, one.high, found.tests[0].p] == pytest.approx(R["sleep_t"])
    ranks = next(one for one in found.tests if one.name == "Wilcoxon signed rank")
    # In binary 3.7 - 2.4 is not 1.3: without rounding there would be no tie, and another p.
    assert ranks.p == pytest.approx(R["sleep_wilcox"][0], rel=1e-9)
    middle = found["median_change_hodges_lehmann_zeros_dropped"]
    # R searches these by root finding, to four digits.
    assert [middle.estimate, middle.low, middle.high] == pytest.approx(R["sleep_wilcox"][1:], abs=1e-4)
    assert found["median_change_hodges_lehmann"].estimate == pytest.approx(1.3)


def test_anorexia_in_waves_by_name():
    told = ask("change --id id --time wave --value weight", "anorexia")
    assert whole(told, "d_z") == pytest.approx(R["anorexia_d_z"], rel=1e-5)
    p, *middle = R["anorexia_wilcox"]
    assert whole(told, "median_change_hodges_lehmann") == pytest.approx(middle)
    assert told["tests"]["Wilcoxon signed rank"]["p"] == pytest.approx(p)
    # Two bootstraps: the ends differ by what 10,000 and 20,000 resamples leave to chance.
    assert whole(told, "mean_change_bootstrap")[1:] == pytest.approx(R["anorexia_bca"], abs=0.25)


def test_scales_with_and_without_gaps():
    items = "rating,complaints,privileges,learning,raises,critical,advance"
    told = ask(f"reliability --items {items}", "attitude")
    assert told["status"] == "ok"
    names = ("alpha_listwise", "alpha_standardised_listwise", "mean_inter_item_r")
    assert values(told, *names) == pytest.approx(R["attitude_alpha"])
    each = items.split(",")
    assert values(told, *(f"alpha_without[{one}]" for one in each)) == pytest.approx(R["attitude_drop"])
    assert values(told, *(f"item_rest_r[{one}]" for one in each)) == pytest.approx(R["attitude_rest"])
    assert values(told, "omega_total_one_factor") == pytest.approx([R["attitude_omega"]], abs=1e-6)
    each = [f"A{i}" for i in range(1, 6)]
    told = ask("reliability --items A1,A2,A3,A4,A5 --reverse A1 --min 1 --max 6", "agreeableness")
    assert whole(told, "alpha_listwise") == pytest.approx(R["bfi_listwise"])
    assert values(told, "alpha_pairwise", "alpha_standardised_pairwise") == pytest.approx(R["bfi_pairwise"])
    assert values(told, *(f"alpha_without_pairwise[{one}]" for one in each)) == pytest.approx(R["bfi_drop_pairwise"])
    assert values(told, *(f"item_rest_r_pairwise[{one}]" for one in each)) == pytest.approx(R["bfi_rest_pairwise"])
    assert values(told, "omega_total_one_factor") == pytest.approx([R["bfi_omega"]], abs=1e-6)
    # psych fits by minimal residuals and divides by the observed variance of the sum.
    assert values(told, "omega_total_one_factor_standardised") == pytest.approx([R["bfi_omega_psych"]], rel=2e-3)


def test_an_item_that_is_the_factor_is_told():
    # Of three items the loading on the first would be the root of .8 x .8 / .5, above one: a Heywood case.
    rng, wanted = np.random.default_rng(3), np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    drawn = rng.normal(size=(60, 3))
    white = (drawn - drawn.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn.T)).T)
    frame = pd.DataFrame(white @ np.linalg.cholesky(wanted).T, columns=["a", "b", "c"])
    found = estimate_reliability(frame, ["a", "b", "c"], resamples=20)
    assert "item a" in next(one.message for one in found.findings if one.id == "heywood")
    assert found.status == "limited"
    # With a as the factor itself the loadings are 1, .8 and .8.
    assert found["omega_total_one_factor"].estimate == pytest.approx(2.6**2 / (2.6**2 + 0.72), abs=1e-3)


def test_ratings_of_anxiety():
    told = ask("agreement --unit unit --rater coder --value value --level interval", "anxiety")
    forms = ("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")
    assert [end for one in forms for end in whole(told, one)] == pytest.approx(R["anxiety_icc"])
    assert values(told, "light_kappa_unweighted", "fleiss_kappa") == pytest.approx(
        [R["anxiety_light"], R["anxiety_fleiss"]]
    )
    table = pd.read_csv(FOLDER / "anxiety.csv")
    two = estimate_agreement(table[table["coder"] != "rater3"], rater="coder", level="ordinal", resamples=20)
    kappas = [two[f"cohen_kappa_{one}"].estimate for one in ("unweighted", "linear", "quadratic")]
    assert kappas == pytest.approx(R["anxiety_kappa"])
    for level, alpha in zip(("nominal", "ordinal", "interval"), R["anxiety_krippendorff"], strict=True):
        told = ask(f"agreement --unit unit --rater coder --value value --level {level}", "anxiety_gaps")
        # irr 0.84.1 is right here; of complete ratings by three or more it counts each pair once too often.
        assert values(told, f"krippendorff_alpha_{level}") == pytest.approx([alpha])


def test_krippendorffs_alpha_of_complete_nominal_ratings_follows_from_fleiss_kappa():
    told = ask("agreement --unit unit --rater coder --value value", "anxiety")
    alpha, kappa = values(told, "krippendorff_alpha_nominal", "fleiss_kappa")
    assert alpha == pytest.approx(1 - (1 - kappa) * 59 / 60)


def test_the_eyes_of_women():
    # Stuart A. Biometrika 1953;40:105: unaided vision, right by left eye; kappas by irr's kappa2.
    table = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
    words = ["highest", "second", "third", "lowest"]
    pairs = [(words[i], words[j]) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    frame = pd.DataFrame(pairs, columns=["right", "left"]).rename_axis("unit").reset_index().melt("unit")
    asked = {"rater": "variable", "level": "ordinal", "resamples": 5}
    found = estimate_agreement(frame, **asked, order=words[::-1])
    names = [f"cohen_kappa_{one}" for one in ("unweighted", "linear", "quadratic")]
    expected = [0.595388828089434, 0.652380429500598, 0.702334252490098, 0.706163181841817]
    assert [found[one].estimate for one in (*names, "krippendorff_alpha_ordinal")] == pytest.approx(expected)
    assert found.status == "ok"
    # By name the order is highest, lowest, second, third.
    assert estimate_agreement(frame, **asked).findings[0].id == "order-of-values"


@pytest.mark.parametrize(
    ("table", "line", "groups"),
    [
        ("penicillin", "growth --outcome diameter --crossed plate,sample", ["plate", "sample", "residual"]),
        ("dyestuff2", "growth --outcome Yield --crossed Batch", ["Batch", "residual"]),
        ("pastes", "growth --outcome strength --nested batch,cask", ["cask", "batch", "residual"]),
        ("chicks", "growth --outcome weight --nested Chick --time Time --covariates C(Diet)", ["Chick", "residual"]),
    ],
)
def test_mixed_models_of_the_lme4_examples(table, line, groups):
    told, expected = ask(line, table), R[table]
    assert values(told, *(f"sd[{one}]" for one in groups)) == pytest.approx(expected["sd"], rel=1e-4)
    assert values(told, "reml_criterion") == pytest.approx([expected["criterion"]], abs=1e-6)
    assert told["status"] == ("singular" if expected["singular"] else "ok")
    names = ["intercept", *(one for one in ("Time", "Diet[2]", "Diet[3]", "Diet[4]") if one in told["estimates"])]
    assert values(told, *names) == pytest.approx(np.atleast_1d(expected["fixed"]), rel=1e-5)
    for name, se, df in zip(names, *(np.atleast_1d(expected[one]) for one in ("se", "df")), strict=True):
        _, low, high = whole(told, name)
        assert (high - low) / 2 / stats.t.ppf(0.975, df) == pytest.approx(se, rel=1e-3)


def test_a_component_that_is_small_is_not_taken_for_zero():
    cake = pd.read_csv(FOLDER / "cake.csv").astype({"temperature": str})
    names = ["replicate", "recipe", "temperature"]
    for one, other in [("replicate", "recipe"), ("replicate", "temperature"), ("recipe", "temperature")]:
        names.append(f"{one}.{other}")
        cake[names[-1]] = cake[one] + " " + cake[other]
    found = fit_growth(cake, outcome="angle", crossed=names)
    criterion, share = R["cake"]
    assert found["reml_criterion"].estimate == pytest.approx(criterion, abs=1e-6)
    small = found["sd[recipe.temperature]"].estimate / found["sd[residual]"].estimate
    assert small == pytest.approx(share, rel=0.01)
    assert found["sd[replicate.temperature]"].estimate == 0
    assert found.status == "singular"


def test_sleep_deprivation_has_slopes_of_its_own():
    line = "growth --outcome Reaction --nested Subject --time Days --random-slope Subject"
    told, expected = ask(line, "sleepstudy"), R["sleepstudy"]
    names = ("sd[Subject]", "sd[Subject:Days]", "correlation[Subject]", "sd[residual]")
    assert values(told, *names) == pytest.approx(expected["sd"], rel=1e-3)
    assert values(told, "intercept", "Days") == pytest.approx(expected["fixed"])
    assert values(told, "reml_criterion") == pytest.approx([expected["criterion"]], abs=1e-5)


def test_lung_cancer_has_a_curve_and_hazards():
    line = "time-to-badge --duration time --status status --event 2 --at 180,365 --covariates age,sex,ph.ecog"
    told = ask(line, "lung")
    ends = [end for one in ("incidence[180]", "incidence[365]", "median_time") for end in whole(told, one)]
    assert ends == pytest.approx([*R["lung_incidence"], *R["lung_median"]])
    ratios = [end for one in ("age", "sex", "ph.ecog") for end in whole(told, f"hazard_ratio[{one}]")]
    assert ratios == pytest.approx(R["lung_cox"], rel=1e-7)
    chi = [told["tests"][f"same hazard ratio all along, {one}"]["statistic"] for one in ("age", "sex", "ph.ecog")]
    assert chi == pytest.approx(R["lung_zph"], rel=1e-6)


def test_a_long_tailed_covariate_does_not_upset_the_hazards():
    # Newton's plain steps from zero overflow on bilirubin; it once said that all three could not be told.
    line = "time-to-badge --duration time --status status --event dead --competing transplant --at 1000,3000"
    told = ask(f"{line} --covariates trt,age,bili", "pbc")
    ratios = [end for one in ("trt", "age", "bili") for end in whole(told, f"hazard_ratio[{one}]")]
    assert ratios == pytest.approx(R["pbc_cox"], rel=1e-7)
    names = [f"{kind}incidence[{time}]" for kind in ("", "competing_") for time in (1000, 3000)]
    assert values(told, *names) == pytest.approx(R["pbc_incidence"])


@pytest.mark.parametrize("seed", range(6))
def test_hazards_of_wild_covariates_are_told_or_refused(seed):
    rng = np.random.default_rng(seed)
    x = np.exp(rng.normal(0, 2.5, 60)) * 10.0 ** rng.integers(-3, 6)
    site = rng.choice(["a", "b"], 60)
    days = np.ceil(100 / x.clip(0.001, 1000)) if seed % 2 else np.ceil(rng.exponential(20, 60))
    ended = rng.choice(["badge", "withdrawn"], 60)
    frame = pd.DataFrame({"days": days, "status": np.where(site == "a", "enrolled", ended), "site": site, "x": x})
    found = estimate_time_to_badge(frame, competing=["withdrawn"], covariates=["site", "x"])
    assert "separated" in {one.id for one in found.findings}  # nobody at site a earned it
    assert "hazard_ratio[site[b]]" not in {one.name for one in found.estimates}


def test_what_happens_on_the_first_day_counts():
    # R 4.2.2, survival 3.5-3: survfit(Surv(days, factor(status, c("enrolled", "badge", "withdrawn"))) ~ 1)
    days = [0, 0, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7]
    status = [
        "badge",
        "badge",
        "withdrawn",
        "badge",
        "withdrawn",
        "enrolled",
        "badge",
        "badge",
        *["enrolled"] * 3,
        "badge",
    ]
    frame = pd.DataFrame({"days": days, "status": status})
    found = estimate_time_to_badge(frame, competing=["withdrawn"], at=[0, 2, 7])
    told = [found[f"{kind}incidence[{at}]"].estimate for kind in ("", "competing_") for at in (0, 2, 7)]
    assert told == pytest.approx([1 / 6, 1 / 4, 5 / 6, 1 / 12, 1 / 6, 1 / 6])


def test_where_everybody_arrived_there_is_no_interval():
    frame = pd.DataFrame({"days": [*range(1, 13)], "status": "badge"})
    last = estimate_time_to_badge(frame, at=[12])["incidence[12]"]
    # In floating point the sum stops short of one; the interval was once 0 to 100 %.
    assert last.estimate == pytest.approx(1.0)
    assert np.isnan([last.low, last.high]).all()


def test_two_groups_and_two_therapies():
    told = compare_groups(pd.read_csv(FOLDER / "tooth.csv"), group="supp", value="len", reference="VC")
    one = told["difference_welch"]
    assert [one.estimate, one.low, one.high, told.tests[0].p] == pytest.approx(R["tooth_welch"])
    one = told["g_pooled_sd"]
    assert [one.estimate, one.low, one.high] == pytest.approx(R["tooth_g"], rel=1e-5)
    assert told.tests[1].p == pytest.approx(R["tooth_mann_whitney"])
    y, z = [1.1, 2.3, 3.7, 4.2, 5.9, 6.4, 7.8, 8.5, 9.1, 10.6], [2.2, 3.3, 5.1, 7.1, 8.8, 9.9, 11.3, 12.5, 13.1, 14.7]
    few = compare_groups(pd.DataFrame({"group": ["y"] * 10 + ["z"] * 11, "value": [*y, *z, 15.2]}), group="group")
    assert few.tests[1].p == pytest.approx(0.0845212578959)  # wilcox.test is exact without ties
    # Post comes before pre by name; the sign was once turned around.
    told = ask("compare --group group --time wave --value value --reference Cont", "two_therapies")
    change, low, high = whole(told, "difference_in_differences")
    estimate, se = R["did"]
    assert [change, (high - low) / 2 / stats.t.ppf(0.975, 42)] == pytest.approx([estimate, se])


def test_power_is_that_of_power_t_test():
    for line, name, expected in (
        ("--paired --effect 0.5 --n 20", "power", R["power"][0]),
        ("--two-groups --effect 0.3 --power 0.9", "n", R["power"][1]),
    ):
        answer = CliRunner().invoke(app, ["evaluate", "power", *line.split(), "--format", "json"])
        told = {one["name"]: one["estimate"] for one in json.loads(answer.stdout)["estimates"]}
        assert told[name] == pytest.approx(expected, rel=1e-6)


def test_two_parameter_items_and_their_standard_errors():
    # Bartholomew's Workplace Industrial Relations Survey: 1,005 firms, six yes-or-no questions.
    counted = pd.read_csv(FOLDER / "wirs.csv")
    names = [f"I{i}" for i in range(1, 7)]
    answers = counted.loc[counted.index.repeat(counted["n"]), names].reset_index(drop=True)
    found, expected = analyse_items(answers, names, model="2pl"), R["wirs"]
    assert found["log_likelihood_2pl"].estimate == pytest.approx(expected["log_likelihood"], abs=1e-6)
    for kind in ("slope", "difficulty"):
        rows = [found[f"{kind}_2pl[{one}]"] for one in names]
        assert [one.estimate for one in rows] == pytest.approx(expected[kind], rel=1e-5)
        errors = [(one.high - one.low) / 2 / stats.norm.ppf(0.975) for one in rows]
        assert errors == pytest.approx(expected[f"{kind}_se"], rel=1e-4)


@pytest.mark.parametrize(("repetitions", "offset"), [(21, 1e0), (21, 1e6), (201, 1e6), (21, 1e12)])
def test_simon_and_lesages_stiff_numbers(repetitions, offset):
    # NIST StRD, analysis of variance, SmLs01, 04, 05 and 07: residual SD 0.1 and F 21 or 201, certified.
    rows = [(group, offset + (start + step) / 10) for group, start in enumerate([4, 3, 5, 3, 5, 3, 5, 3, 5])
            for step in [0] + [-1, 1] * (repetitions // 2)]  # fmt: skip
    found = fit_growth(pd.DataFrame(rows, columns=["group", "y"]), outcome="y", crossed=["group"])
    inside, between = found["variance[residual]"].estimate, found["variance[group]"].estimate
    # Near 1e12 the tenths themselves are held to three or four digits only.
    assert inside**0.5 == pytest.approx(0.1, rel=1e-3 if offset > 1e9 else 1e-7)
    assert 1 + repetitions * between / inside == pytest.approx(repetitions, rel=2e-3 if offset > 1e9 else 1e-5)


def test_intraclass_correlations_do_not_mind_an_offset():
    scores = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])
    plain, moved = ([one.estimate for one in intraclass_correlations(scores + by)] for by in (0.0, 1e9))
    assert moved == pytest.approx(plain, abs=1e-6)
