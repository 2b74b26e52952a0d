"""Standard setting: R's numbers, laws, planted judges, and tables that set no standard."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import set_standard_angoff, set_standard_borderline

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "standards.json").read_text(encoding="utf-8"))
OSCE, ANGOFF = pd.read_csv(FOLDER / "osce.csv"), pd.read_csv(FOLDER / "angoff.csv")
STATIONS = ("conflict", "handover", "history")


def interval(estimate):
    return [estimate.estimate, estimate.low, estimate.high]


def test_borderline_regression_is_that_of_lm():
    found = set_standard_borderline(OSCE, borderline=2, station="station")
    for one in STATIONS:
        assert interval(found[f"cut[{one}]"]) == pytest.approx(R[f"line_{one}"])
        assert found[f"points_per_grade[{one}]"].estimate == pytest.approx(R[f"slope_{one}"])
        assert found[f"r2[{one}]"].estimate == pytest.approx(R[f"r2_{one}"])
    assert found["cut"].estimate == pytest.approx(R["line_cut"])
    assert found["cut_se"].estimate == pytest.approx(R["line_cut_se_jackknife"], rel=0.1)  # bootstrap against jackknife
    assert found["pass_rate"].estimate == pytest.approx(R["pass_rate"])
    assert found.status == "ok"


def test_the_borderline_group_is_its_mean():
    found = set_standard_borderline(OSCE, borderline=2, station="station", method="borderline-group")
    for one in STATIONS:
        assert interval(found[f"cut[{one}]"]) == pytest.approx(R[f"group_{one}"])
    assert found["cut"].estimate == pytest.approx(np.mean([R[f"group_{one}"][0] for one in STATIONS]))


def test_angoff_is_that_of_aov_and_t():
    found = set_standard_angoff(ANGOFF, round="round")
    assert interval(found["cut_share"]) == pytest.approx(R["angoff_share"])
    assert found["cut"].estimate == pytest.approx(24 * R["angoff_share"][0])
    assert found["cut_se"].estimate == pytest.approx(24 * R["angoff_se"])
    sds = [found[f"sd[{one}]"].estimate for one in ("judge", "item", "residual")]
    assert sds == pytest.approx(R["angoff_sd"], rel=1e-4)
    assert [found[f"judge_rest_r[J{j}]"].estimate for j in range(9)] == pytest.approx(R["angoff_rest_r"])
    assert [found[one].estimate for one in ("ICC(A,1)", "ICC(A,k)")] == pytest.approx(R["angoff_icc"])
    # By hand from the components: the fewest judges whose mean has a standard error of .02 over judges.
    judge, _, residual = R["angoff_sd"]
    needed = found["judges_for_se"].estimate
    error = judge**2 + residual**2 / 24
    assert error / needed <= 0.02**2 < error / (needed - 1)
    assert found["cut_share[round 1]"].estimate == pytest.approx(ANGOFF.loc[ANGOFF["round"] == 1, "rating"].mean())


def test_who_would_pass_is_counted_at_the_cut_and_one_error_to_each_side():
    points = pd.DataFrame({"score": np.random.default_rng(1).integers(8, 25, 150)})
    found = set_standard_angoff(ANGOFF, round="round", scores=points)
    cut, se = found["cut"].estimate, found["cut_se"].estimate
    for name, at in (("pass_rate", cut), ("pass_rate[cut-se]", cut - se), ("pass_rate[cut+se]", cut + se)):
        assert found[name].estimate == np.mean([one >= at for one in points["score"]])
        assert found[name].low < found[name].estimate < found[name].high
    assert "of 150 learners pass" in found.sentence
    with pytest.raises(UnusableInputError, match="exceeds the 24 points"):
        set_standard_angoff(ANGOFF, round="round", scores=points.assign(score=60))


@settings(max_examples=25, deadline=None)
@given(st.floats(-50, 50), st.floats(0.2, 5), st.sampled_from(["borderline-regression", "borderline-group"]))
def test_a_cut_moves_with_its_scores(shift, factor, method):
    def one(frame):
        return set_standard_borderline(frame, borderline=2, station="station", method=method, resamples=60)

    plain, moved = one(OSCE), one(OSCE.assign(score=shift + factor * OSCE["score"]))
    for name in ("cut", "cut[conflict]"):
        assert interval(moved[name]) == pytest.approx([shift + factor * end for end in interval(plain[name])], abs=1e-6)
    assert moved["cut_se"].estimate == pytest.approx(factor * plain["cut_se"].estimate)
    assert moved["pass_rate"].estimate == plain["pass_rate"].estimate


def test_per_cent_and_probability_give_the_same_cut_and_a_missing_judgement_does_not_bend_it():
    plain = set_standard_angoff(ANGOFF, round="round")
    percent = set_standard_angoff(ANGOFF.assign(rating=100 * ANGOFF["rating"]), round="round")
    assert percent["cut"].estimate == pytest.approx(plain["cut"].estimate)
    # A judge who skips the six hardest items: the plain mean of the rest would be too high.
    last = ANGOFF[ANGOFF["round"] == 2]
    hard = last.groupby("item")["rating"].mean().nsmallest(6).index
    skipped = last[~((last["judge"] == "J4") & last["item"].isin(hard))]
    found = set_standard_angoff(skipped)
    naive = skipped.groupby("judge")["rating"].mean().mean()
    truth = plain["cut_share"].estimate
    assert abs(found["cut_share"].estimate - truth) < 0.25 * abs(naive - truth)
    assert found.missing["judgements"] == 6


def test_intervals_of_the_cut_hold_the_truth():
    hits = {"line": [], "panel": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        ability = rng.normal(size=50)
        parts = []
        for one in range(3):
            grade = np.clip(np.round(3 + ability + 0.5 * rng.normal(size=50)), 1, 5)
            score = 10 + 3 * grade + 2 * rng.normal(size=50)
            parts.append(pd.DataFrame({"learner": range(50), "station": one, "grade": grade, "score": score}))
        found = set_standard_borderline(pd.concat(parts), borderline=2, station="station", resamples=200, seed=seed)
        hits["line"].append(found["cut"].low <= 16 <= found["cut"].high)
        judges = 0.6 + 0.05 * rng.normal(size=(10, 1)) + 0.06 * rng.normal(size=(10, 20))
        rows = [(j, i, judges[j, i]) for j in range(10) for i in range(20)]
        share = set_standard_angoff(pd.DataFrame(rows, columns=["judge", "item", "rating"]))["cut_share"]
        hits["panel"].append(share.low <= 0.6 <= share.high)
    assert all(0.88 <= np.mean(one) <= 0.995 for one in hits.values()), {k: np.mean(v) for k, v in hits.items()}


def test_odd_judges_are_named():
    last = ANGOFF[ANGOFF["round"] == 2].copy()
    last.loc[last["judge"] == "J0", "rating"] = 0.5
    turned = last["judge"] == "J1"
    last.loc[turned, "rating"] = 1.2 - last.loc[turned, "rating"]
    last.loc[last["judge"] == "J2", "rating"] *= 0.4
    correct = ANGOFF.groupby("item")["rating"].mean().rename("share_correct").reset_index()
    found = set_standard_angoff(last, correct=correct)
    said = {one.id: one.message for one in found.findings}
    assert "Judge J0 gives every item the same" in said["flat-judge"]
    assert "Judge J1 orders the items unlike" in said["judge-against-rest"]
    assert "Judge J2 lies far" in said["far-judge"]
    assert found["judge_correct_r[J1]"].high < 0 < found["judge_correct_r[J3]"].low
    assert found.status == "limited"


def test_a_line_that_tells_little_says_so():
    rng = np.random.default_rng(3)
    weak = OSCE.assign(score=OSCE["grade"] + rng.normal(0, 2, len(OSCE)))
    found = set_standard_borderline(weak, borderline=2, station="station")
    assert "weak-line" in {one.id for one in found.findings}
    bent = OSCE.assign(score=OSCE["grade"] ** 3 + rng.normal(0, 1, len(OSCE)))
    found = set_standard_borderline(bent, borderline=2, station="station")
    assert "not-linear" in {one.id for one in found.findings}


ONE = OSCE[OSCE["station"] == "history"]
WRONG = {
    "few learners": (lambda: set_standard_borderline(ONE.head(12), borderline=2), "too-few"),
    "all missing": (lambda: set_standard_borderline(ONE.assign(grade=np.nan), borderline=2), "too-few"),
    "flat": (lambda: set_standard_borderline(ONE.assign(score=5), borderline=2), "constant"),
    "one grade": (lambda: set_standard_borderline(ONE.assign(grade=3), borderline=3), "constant"),
    "outside": (lambda: set_standard_borderline(ONE, borderline=9), "extrapolated"),
    "turned": (lambda: set_standard_borderline(ONE.assign(grade=6 - ONE["grade"]), borderline=2), "no-line"),
    "twice": (lambda: set_standard_borderline(OSCE, borderline=2), "duplicate-performance"),
    "nobody borderline": (
        lambda: set_standard_borderline(ONE, borderline=2.5, method="borderline-group"), "few-borderline"),
    "two judges": (lambda: set_standard_angoff(ANGOFF[ANGOFF["judge"] < "J2"], round="round"), "too-few"),
    "no judgement": (lambda: set_standard_angoff(ANGOFF.assign(rating=np.nan)), "too-few"),
    "rounds unnamed": (lambda: set_standard_angoff(ANGOFF), "duplicate-judgement"),
    "one value": (lambda: set_standard_angoff(ANGOFF.assign(rating=0.5), round="round"), "constant"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_no_standard_where_there_is_none(case):
    make, id = WRONG[case]
    found = make()
    assert (found.status, list(found.estimates)) == ("not-estimable", [])
    assert id in {one.id for one in found.findings}


def test_ratings_that_are_no_probability_are_refused():
    with pytest.raises(UnusableInputError, match="no probability"):
        set_standard_angoff(ANGOFF.assign(rating=-0.1), round="round")
    with pytest.raises(UnusableInputError, match=r"1\.4 is no probability"):  # a slip of the pen makes no per cent
        set_standard_angoff(ANGOFF.assign(rating=ANGOFF["rating"].where(ANGOFF.index != 3, 1.4)), round="round")
    with pytest.raises(UnusableInputError, match="no column `judges`"):
        set_standard_angoff(ANGOFF, judge="judges")
