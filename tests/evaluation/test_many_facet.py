"""Many-facet Rasch: R's numbers, laws, planted raters, and designs that cannot compare raters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.evaluation import study_many_facet
from ipe_workbench.evaluation.facet_model import Facets, Ratings, fit_facets

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "raters.json").read_text(encoding="utf-8"))
FACETS = pd.read_csv(FOLDER / "facets.csv")
RATERS, CRITERIA = [f"R{i}" for i in range(7)], [f"C{i}" for i in range(4)]


def values(analysis, word, names):
    return [analysis[f"{word}[{one}]"].estimate for one in names]


def errors(analysis, word, names):
    rows = [analysis[f"{word}[{one}]"] for one in names]
    return [(one.high - one.low) / 2 / 1.959964 for one in rows]


def coded(frame):
    codes = {one: pd.factorize(frame[one], sort=True)[0] for one in ("learner", "rater", "criterion")}
    return Ratings(codes["learner"], {k: codes[k] for k in ("rater", "criterion")}, frame["score"].to_numpy() - 1)


@pytest.fixture(scope="module")
def scale():
    return study_many_facet(FACETS, criterion="criterion").analysis


def test_two_categories_are_the_logistic_mixed_model_of_lme4():
    frame = FACETS.assign(score=(FACETS["score"] >= 3).astype(int))
    found = study_many_facet(frame, criterion="criterion").analysis
    assert values(found, "severity", RATERS) == pytest.approx(R["yes_severity"], abs=2e-5)
    assert errors(found, "severity", RATERS) == pytest.approx(R["yes_severity_se"], rel=2e-3)
    assert values(found, "difficulty", CRITERIA) == pytest.approx(R["yes_difficulty"], abs=2e-5)
    assert found["sd_ability"].estimate == pytest.approx(R["yes_sd"], rel=1e-4)
    assert found["mean_ability"].estimate == pytest.approx(R["yes_mean"], abs=1e-4)


@pytest.mark.parametrize("kind", ["rating-scale", "partial-credit"])
def test_four_categories_are_the_marginal_likelihood_that_r_maximises(kind):
    found = study_many_facet(FACETS, criterion="criterion", scale=kind).analysis
    a = {"rating-scale": "scale", "partial-credit": "partial"}[kind]
    assert values(found, "severity", RATERS) == pytest.approx(R[f"{a}_severity"], abs=2e-5)
    assert errors(found, "severity", RATERS) == pytest.approx(R[f"{a}_severity_se"], rel=1e-4)
    assert values(found, "difficulty", CRITERIA) == pytest.approx(R[f"{a}_difficulty"], abs=2e-5)
    assert (found["mean_ability"].estimate, found["sd_ability"].estimate) == pytest.approx(
        (R[f"{a}_mean"], R[f"{a}_sd"]), abs=2e-5
    )
    steps = [one.estimate for one in found.estimates if one.name.startswith("threshold[")]
    assert steps == pytest.approx(R[f"{a}_thresholds"], abs=5e-5)
    own = "criterion" if a == "partial" else None
    fitted = fit_facets(coded(FACETS), Facets({"rater": 7, "criterion": 4}, own))
    assert fitted.log_likelihood == pytest.approx(R[f"{a}_loglik"], abs=1e-5)
    assert fitted.converged


def test_scores_turned_round_turn_all_signs_and_names_do_not_matter(scale):
    turned = FACETS.assign(score=5 - FACETS["score"], rater=FACETS["rater"].map(lambda one: f"z{9 - int(one[1])}"))
    found = study_many_facet(turned.sample(frac=1, random_state=3), criterion="criterion").analysis
    new = [f"z{9 - i}" for i in range(7)]
    assert values(found, "severity", new) == pytest.approx(
        [-one for one in values(scale, "severity", RATERS)], abs=1e-6
    )
    assert values(found, "infit", new) == pytest.approx(values(scale, "infit", RATERS), abs=1e-6)
    fair = [5 - one for one in values(scale, "fair_average", RATERS)]
    assert values(found, "fair_average", new) == pytest.approx(fair, abs=1e-6)


def test_severities_sum_to_zero_and_a_severe_rater_gives_fewer_points(scale):
    severity, fair = values(scale, "severity", RATERS), values(scale, "fair_average", RATERS)
    assert sum(severity) == pytest.approx(0, abs=1e-9)
    assert np.argsort(severity).tolist() == np.argsort(fair)[::-1].tolist()
    for one in RATERS:
        assert scale[f"fair_average[{one}]"].low < scale[f"fair_average[{one}]"].estimate
    assert "R6, the most severe, to R0" in scale.sentence
    assert scale.tests[0].df == (6.0,)
    # The observed mean of a rater who saw a random part of the learners lies near the fair average.
    means = FACETS.groupby("rater")["score"].mean()
    assert np.corrcoef(means, fair)[0, 1] > 0.9


def made(seed, learners=240, per=2, ability=1.2):
    rng = np.random.default_rng(seed)
    severity, difficulty, steps = np.linspace(-1, 1, 6), np.array([-0.5, 0.0, 0.5]), np.array([-1.2, 0.0, 1.2])
    theta = ability * rng.normal(size=learners)
    raters = np.array([rng.choice(6, per, replace=False) for _ in range(learners)])
    n, j, c = (one.ravel() for one in np.meshgrid(range(learners), range(per), range(3), indexing="ij"))
    r = raters[n, j]
    at = theta[n] - severity[r] - difficulty[c]
    weights = np.concatenate([np.zeros((len(n), 1)), np.cumsum(at[:, None] - steps, axis=1)], axis=1)
    score = (weights + rng.gumbel(size=weights.shape)).argmax(axis=1) + 1
    return pd.DataFrame({"learner": n, "rater": r, "criterion": c, "score": score}), theta, severity


def test_what_was_planted_is_found_and_nothing_else():
    frame, theta, severity = made(1, per=3)
    study = study_many_facet(frame, criterion="criterion", bias=True)
    found = study.analysis
    names = [str(i) for i in range(6)]
    z = (np.array(values(found, "severity", names)) - severity) / errors(found, "severity", names)
    assert np.abs(z).max() < 3.5
    assert found.status == "ok"
    squares = np.array(values(found, "infit", names))
    assert np.abs(squares - 1).max() < 0.25
    measure = study.learners.set_index("learner")["measure"].loc[list(map(str, range(240)))]
    assert np.corrcoef(measure, theta)[0, 1] > 0.85
    # Rater 2 now gives any score, rater 4 hardly uses more than the middle, rater 5 is harsh on one criterion.
    rng = np.random.default_rng(7)
    noisy = frame["rater"] == 2
    frame.loc[noisy, "score"] = rng.integers(1, 5, noisy.sum())
    muted = frame["rater"] == 4
    frame.loc[muted, "score"] = np.where(rng.random(muted.sum()) < 0.95, 2, 3)
    harsh = (frame["rater"] == 5) & (frame["criterion"] == 0)
    frame.loc[harsh, "score"] = np.maximum(1, frame.loc[harsh, "score"] - 2)
    found = study_many_facet(frame, criterion="criterion", bias=True).analysis
    said = {one.id: one.message for one in found.findings}
    assert "Rater 2 is erratic" in said["rater-misfit"]
    assert "Rater 4 hardly tells" in said["rater-muted"]
    assert "Rater 5 is severe on criterion 0" in " ".join(one.message for one in found.findings)
    assert found.status == "limited"


def test_intervals_of_severity_hold_the_truth():
    hits = []
    for seed in range(30):
        frame, _, severity = made(100 + seed, learners=60)
        found = study_many_facet(frame, criterion="criterion").analysis
        rows = [found[f"severity[{i}]"] for i in range(6)]
        hits += [one.low <= truth <= one.high for one, truth in zip(rows, severity, strict=True)]
    assert 0.90 <= np.mean(hits) <= 0.99


def test_fair_averages_do_not_punish_who_met_the_severe_raters():
    frame, theta, severity = made(5, learners=300)
    learners = study_many_facet(frame, criterion="criterion").learners
    met = frame.assign(met=severity[frame["rater"]]).groupby("learner")["met"].mean()
    met.index = met.index.map(str)
    table = learners.set_index("learner").join(met)
    truth = theta[table.index.astype(int)]

    def left_with_met(column):
        left = table[column] - np.poly1d(np.polyfit(truth, table[column], 3))(truth)
        return np.corrcoef(left, table["met"])[0, 1]

    assert left_with_met("mean") < -0.5
    assert abs(left_with_met("fair_average")) < 0.2


def two_groups():
    other = made(2)[0]
    return pd.concat([made(1)[0], other.assign(learner=other["learner"] + 999, rater=other["rater"] + 9)])


def apart():
    frame, _, _ = made(2)
    return frame.drop_duplicates(["learner", "criterion"])


def own_criteria():
    frame, _, _ = made(3, per=3)
    place = frame.groupby("learner")["rater"].transform(lambda one: pd.factorize(one)[0])
    frame["rater"] = place
    return frame[frame["rater"] == frame["criterion"]]


WRONG = {
    "each learner met one rater": (apart, "not-connected"),
    "two groups of raters": (two_groups, "not-connected"),
    "each rater has a criterion": (own_criteria, "confounded"),
    "few learners": (lambda: FACETS[FACETS["learner"] < "L10"], "too-few"),
    "one rater": (lambda: FACETS[FACETS["rater"] == "R1"], "one-rater"),
    "one score": (lambda: FACETS.assign(score=2), "constant"),
    "nothing": (lambda: FACETS.assign(score=np.nan), "too-few"),
    "a rating twice": (lambda: pd.concat([FACETS, FACETS.head(1)]), "duplicate-rating"),
    "a scale without levels": (lambda: FACETS.assign(score=FACETS.index % 97), "too-many-categories"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_designs_that_cannot_compare_raters_give_no_number(case):
    make, id = WRONG[case]
    study = study_many_facet(make(), criterion="criterion")
    assert (study.analysis.status, list(study.analysis.estimates)) == ("not-estimable", [])
    assert id in {one.id for one in study.analysis.findings}
    assert study.learners.empty


def test_a_rater_with_only_top_scores_is_left_out_and_named():
    frame = FACETS.assign(score=FACETS["score"].mask(FACETS["rater"] == "R3", 4))
    found = study_many_facet(frame, criterion="criterion").analysis
    assert "Rater R3 has only the highest score" in found.findings[0].message
    assert found.missing["extreme"] == (FACETS["rater"] == "R3").sum()
    with pytest.raises(KeyError):
        found["severity[R3]"]
    assert all(np.isfinite(one.estimate) for one in found.estimates)


def test_a_category_that_nobody_used_has_no_threshold_and_keeps_the_points():
    frame = FACETS.assign(score=FACETS["score"].replace({4: 5}))
    found = study_many_facet(frame, criterion="criterion").analysis
    names = [one.name for one in found.estimates if one.name.startswith("threshold")]
    assert names == ["threshold[1-2]", "threshold[2-3]", "threshold[3-5]"]
    assert (
        found["fair_average[R0]"].estimate
        > study_many_facet(FACETS, criterion="criterion").analysis["fair_average[R0]"].estimate
    )


def test_an_occasion_is_a_facet_of_its_own():
    frame, _, _ = made(9, per=4)
    rng = np.random.default_rng(1)
    frame["occasion"] = np.where(rng.random(len(frame)) < 0.5, "autumn", "spring")
    easier = (frame["occasion"] == "spring") & (frame["score"] < 4) & (rng.random(len(frame)) < 0.4)
    frame.loc[easier, "score"] += 1
    found = study_many_facet(frame, criterion="criterion", occasion="occasion").analysis
    assert found["effect[autumn]"].low > 0 > found["effect[spring]"].high


def test_learners_who_do_not_differ_and_ratings_without_chance():
    frame, _, _ = made(10, ability=0.0)
    found = study_many_facet(frame, criterion="criterion").analysis
    assert found.status == "singular"
    assert found["sd_ability"].estimate < 0.05
    assert found["sd_ability"].low is None
    assert all(np.isfinite(one.estimate) for one in found.estimates if one.name.startswith(("severity", "infit")))
    # All raters give each learner the same of two scores: severity cannot matter, and spread has no end.
    sure = [(n, r, n % 2) for n in range(40) for r in "ABC"]
    never = study_many_facet(pd.DataFrame(sure, columns=["learner", "rater", "score"])).analysis
    assert (never.status, list(never.estimates)) == ("not-estimable", [])
    assert {one.id for one in never.findings} == {"not-converged"}
