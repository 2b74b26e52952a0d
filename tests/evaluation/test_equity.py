"""Gaps between groups against R, a published example, Simpson's paradox of Berkeley, and what must stay hidden."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import estimate_equity
from ipe_workbench.evaluation.shrinkage import between_variance, shrink

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def first():
    table = pd.read_csv(FOLDER / "decay.csv").query("days == 0").reset_index(drop=True)
    table["passed"] = np.where(table["score"] >= 84, "yes", "no")
    return table.assign(site=table["team"].str[1:].astype(int) // 4)


def interval(estimate):
    return [estimate.estimate, estimate.low, estimate.high]


def test_gaps_of_means_are_those_of_r(first):
    found = estimate_equity(first, group="profession", value="score", reference="medicine", stratify="site")
    gap = found["gap[nursing vs medicine]"]
    assert interval(gap) == pytest.approx(R["gap_welch"][:3])
    tests = {one.name: one for one in found.tests}
    assert tests["gap nursing vs medicine"].p == pytest.approx(R["gap_welch"][4])
    any_gap = tests["any difference (Welch's analysis of variance)"]
    assert [any_gap.statistic, *any_gap.df, any_gap.p] == pytest.approx(R["gap_any"], rel=1e-6)
    within = found["gap_within[nursing vs medicine]"]
    value, se = R["gap_within"]
    assert within.estimate == pytest.approx(value)
    from scipy.stats import t

    pair = first[first["profession"].isin(["nursing", "medicine"])]
    assert (within.high - within.low) / 2 == pytest.approx(t.ppf(0.975, len(pair) - 5) * se, rel=1e-6)


def test_clustered_gaps_are_those_of_sandwich(first):
    found = estimate_equity(first, group="profession", value="score", reference="medicine", cluster="team")
    assert interval(found["gap[nursing vs medicine]"]) == pytest.approx(R["gap_clustered"])
    assert "few-clusters" in {one.id for one in found.findings}


def test_gaps_of_rates_are_those_of_r(first):
    pair = first[first["profession"] != "pharmacy"]
    found = estimate_equity(pair, group="profession", rate="passed", reference="medicine")
    assert interval(found["ratio[nursing vs medicine]"]) == pytest.approx(R["gap_ratio"])
    assert found["gap[nursing vs medicine]"].estimate == pytest.approx(R["gap_rate"][0])
    assert abs(found.tests[0].statistic) == pytest.approx(R["gap_rate"][1])


def test_the_first_example_of_newcombe():
    # Stat Med 1998;17:873, Table II (a): 56 of 70 against 48 of 80, method 10.
    frame = pd.DataFrame({"g": ["a"] * 70 + ["b"] * 80, "r": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32})
    gap = estimate_equity(frame, group="g", rate="r", reference="b")["gap[a vs b]"]
    assert [round(one, 4) for one in interval(gap)] == [0.2, 0.0524, 0.3339]


def test_shrinkage_is_that_of_metafor():
    means, variances = np.array(R["shrink_means"]), np.array(R["shrink_variances"])
    found = shrink(list("abc"), means, variances, [1, 1, 1], 0.95)
    assert found[0].estimate == pytest.approx(R["shrink_tau"], rel=1e-4)
    assert [one.estimate for one in found[1:]] == pytest.approx(R["shrunken"], rel=1e-6)
    assert [(one.high - one.low) / 2 / 1.959964 for one in found[1:]] == pytest.approx(R["shrunken_se"], rel=1e-4)
    assert between_variance(np.array([1.0, 1.01, 0.99]), np.ones(3)) == 0


# Department, men admitted and refused, women admitted and refused: Bickel PJ, Hammel EA, O'Connell JW. Science
# 1975;187:398, the six largest departments as in R's UCBAdmissions.
BERKELEY = [("A", 512, 313, 89, 19), ("B", 353, 207, 17, 8), ("C", 120, 205, 202, 391),
            ("D", 138, 279, 131, 244), ("E", 53, 138, 94, 299), ("F", 22, 351, 24, 317)]  # fmt: skip


def berkeley():
    rows = []
    for department, *counts in BERKELEY:
        for (sex, admitted), n in zip([("m", 1), ("m", 0), ("f", 1), ("f", 0)], counts, strict=True):
            rows += [(department, sex, admitted)] * n
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


def test_simpsons_paradox_of_berkeley_is_seen():
    found = estimate_equity(berkeley(), group="sex", rate="admitted", reference="m", stratify="department")
    assert found["rate[m]"].estimate == pytest.approx(1198 / 2691)
    assert found["gap[f vs m]"].high < -0.1
    assert found["gap_within[f vs m]"].estimate > 0
    assert "simpson" in {one.id for one in found.findings}
    assert found["gap[f vs m in A]"].estimate == pytest.approx(89 / 108 - 512 / 825)
    # Eight women were refused by B: below the threshold, so that the cell and one more are hidden.
    assert not [one for one in found.estimates if one.name == "gap[f vs m in B]"]


def test_a_small_group_and_what_would_give_it_away_are_hidden():
    rng = np.random.default_rng(1)
    sizes = {"medicine": 60, "nursing": 40, "pharmacy": 30, "dentistry": 4}
    group = np.repeat(list(sizes), list(sizes.values()))
    frame = pd.DataFrame({"profession": group, "score": rng.normal(size=len(group))})
    found = estimate_equity(frame, group="profession", value="score")
    told = json.dumps(found.to_dict()["estimates"]) + found.sentence + json.dumps(found.to_dict()["tests"])
    assert "dentistry" not in told
    assert sum(one in told for one in ("medicine", "nursing", "pharmacy")) == 2  # the third would tell of the fourth
    assert found.findings[0].id == "hidden-groups"
    assert "4" not in found.findings[0].message.replace("Not shown", "")


def test_a_rate_of_everybody_is_hidden():
    frame = pd.DataFrame({"g": ["a"] * 30 + ["b"] * 30 + ["c"] * 30, "r": [1] * 30 + [1, 0] * 30})
    found = estimate_equity(frame, group="g", rate="r")
    assert "rate[a]" not in {one.name for one in found.estimates}
    refused = estimate_equity(frame, group="g", rate="r", reference="a")
    assert (refused.status, refused.estimates) == ("not-estimable", ())


def test_a_mean_at_the_end_of_the_scale_is_hidden():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"g": np.repeat(list("abcd"), 30), "y": rng.integers(1, 6, 120).astype(float)})
    frame.loc[frame["g"] == "a", "y"] = 5.0
    plain = estimate_equity(frame, group="g", value="y")
    assert "mean[a]" in {one.name for one in plain.estimates}
    assert "mean[a]" not in {one.name for one in estimate_equity(frame, group="g", value="y", scale=(1, 5)).estimates}


def test_holm_stands_beside_each_test():
    from ipe_workbench.evaluation.multiplicity import holm

    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx(R["gap_holm"])
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"g": np.repeat(list("abcd"), 40), "y": rng.normal(size=160)})
    tests = estimate_equity(frame, group="g", value="y").tests
    pairs = [(tests[i], tests[i + 1]) for i in range(0, 8, 2)]
    assert all(holm.name == f"{raw.name}, Holm over 4" and holm.p >= raw.p for raw, holm in pairs)


def test_outcomes_that_are_missing_unequally_and_ignored_teams_are_named():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"g": np.repeat(["a", "b"], 60), "y": rng.normal(size=120), "team": np.arange(120) // 6})
    frame.loc[:25, "y"] = np.nan
    found = estimate_equity(frame, group="g", value="y")
    assert {"missing-differs", "clustering-ignored"} <= {one.id for one in found.findings}
    assert found.missing["not_complete"] == 26


def groups(n=30):
    rng = np.random.default_rng(5)
    return pd.DataFrame({"learner": range(2 * n), "g": ["a"] * n + ["b"] * n, "y": rng.normal(size=2 * n)})


REFUSED = {
    "three learners": (lambda: estimate_equity(groups().head(3), group="g", value="y"), "one-group"),
    "all small": (lambda: estimate_equity(groups(4), group="g", value="y"), "hidden-groups"),
    "one group": (lambda: estimate_equity(groups().assign(g="a"), group="g", value="y"), "one-group"),
    "all missing": (lambda: estimate_equity(groups().assign(y=np.nan), group="g", value="y"), "no-score"),
    "nothing varies": (lambda: estimate_equity(groups().assign(y=2.0), group="g", value="y"), "constant"),
    "two waves": (lambda: estimate_equity(pd.concat([groups()] * 2), group="g", value="y"), "duplicate-learner"),
    "one cluster": (lambda: estimate_equity(groups().assign(t=1), group="g", value="y", cluster="t"), "one-cluster"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_number_where_there_is_none(case):
    make, id = REFUSED[case]
    found = make()
    assert (found.status, found.estimates) == ("not-estimable", ())
    assert id in {one.id for one in found.findings}


def test_impossible_input_is_refused():
    with pytest.raises(UnusableInputError, match="Did you mean a"):
        estimate_equity(groups(), group="g", value="y", reference="aa")
    with pytest.raises(UnusableInputError, match="value or a rate"):
        estimate_equity(groups(), group="g")
    with pytest.raises(UnusableInputError, match="neither yes nor no"):
        estimate_equity(groups().assign(y="perhaps"), group="g", rate="y")


def test_no_word_of_causes():
    found = estimate_equity(berkeley(), group="sex", rate="admitted", reference="m", stratify="department")
    told = json.dumps(found.to_dict()).casefold()
    assert not [word for word in ("because", "due to", "effect of", "caused", "bias") if word in told]
