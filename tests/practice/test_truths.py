"""The Workbench's own analyses find in practice records what was put into them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.evaluation import estimate_change, load_instrument, score_instrument, study_raters
from ipe_workbench.evaluation.items import mantel_haenszel
from ipe_workbench.practice import PracticeRecords, Truths
from tests.practice.conftest import Make, frame_of

WHOLE = Truths(response_rate=1.0, missing_items=0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_changes_of_surveys_are_recovered_when_everybody_answers(make: Make, seed: int) -> None:
    records = make(seed=seed, truths=WHOLE)
    answers = frame_of(records, "survey-responses")
    answers = answers[answers["value"].notna()]
    told = records.truth["survey_changes"]
    assert {one["instrument"] for one in told} == {"sims", "ipec-csa-v3", "iccas-r"}
    for one in told:
        two = answers[answers["wave"].isin([one["from"], one["to"]])]
        scores, _ = score_instrument(two, load_instrument(one["instrument"]))
        own = scores[scores["scale"] == one["scale"]].dropna(subset="score")
        change = estimate_change(
            own, time="wave", value="score", before=one["from"], after=one["to"], resamples=100, level=0.999
        )
        found = change["mean_change"]
        assert found.n > 600
        assert found.low is not None
        assert found.high is not None
        assert found.low <= one["mean_change_in_points"] <= found.high, one
        assert found.high - found.low < 0.5


def test_a_retrospective_pretest_lies_below_a_true_one(make: Make) -> None:
    """Response shift is a truth of its own: without it the retrospective pretest lies where a true one would."""
    means = {}
    for shift in (0.0, 0.4):
        answers = frame_of(make(truths=Truths(response_rate=1.0, response_shift=shift)), "survey-responses")
        means[shift] = answers[answers["frame"] == "retrospective-pre"]["value"].mean()
    assert means[0.4] < means[0.0] - 0.1


def test_those_who_were_low_at_the_start_answer_less_often_later(records: PracticeRecords) -> None:
    answers = frame_of(records, "survey-responses").query("instrument == 'ipec-csa-v3'")
    waves = sorted(answers["wave"].unique(), key=lambda one: answers[answers["wave"] == one]["on"].min())
    first = answers[answers["wave"] == waves[0]].groupby("learner")["value"].mean()
    last = set(answers[answers["wave"] == waves[-1]]["learner"])
    stayed = first.index.isin(last)
    assert 0.6 < stayed.mean() < 0.95
    assert first[stayed].mean() - first[~stayed].mean() > 0.1


def test_severity_of_raters_is_recovered(records: PracticeRecords) -> None:
    ratings = frame_of(records, "rubric-scores")
    known = pd.Series(records.truth["severity"])
    ratings = ratings[ratings["rater"].str.contains("faculty") & (ratings["attempt"] == 1)]
    means = ratings.groupby(["learner", "assessment", "rater"], as_index=False)["score"].mean()
    # Each performance counts as a learner of its own.
    means["learner"] = means["learner"] + means.pop("assessment")
    found = study_raters(means)
    severity = pd.Series({one.name[9:-1]: one.estimate for one in found.estimates if one.name.startswith("severity")})
    both = pd.concat([severity, known], axis=1, join="inner").astype(float)
    assert len(both) == 35
    assert both.corr().iloc[0, 1] > 0.8
    assert severity.idxmax() == "practice-faculty-01"
    assert severity.idxmin() == "practice-faculty-02"


def test_skill_shows_in_ratings_and_tests(records: PracticeRecords) -> None:
    skill = pd.Series(records.truth["skill"])
    assert abs(skill.mean()) < 0.15
    assert 0.9 < skill.std() < 1.1
    for table, kind in (("rubric-scores", "score"), ("item-responses", "score")):
        shown = frame_of(records, table).groupby("learner")[kind].mean()
        both = pd.concat([skill, shown], axis=1, join="inner")
        assert both.corr().iloc[0, 1] > 0.6


def test_the_flat_criterion_goes_with_nothing_and_the_hard_one_is_low(records: PracticeRecords) -> None:
    ratings = frame_of(records, "rubric-scores").query("attempt == 1")
    skill = ratings["learner"].map(records.truth["skill"])
    planted = records.truth["planted"]
    flat = planted["flat_criterion"]
    own = ratings[ratings["assessment"] == flat["credential"]]
    slopes = {row: np.corrcoef(part["score"], skill[part.index])[0, 1] for row, part in own.groupby("criterion")}
    assert min(slopes, key=lambda one: slopes[one]) == flat["criterion"]
    assert slopes[flat["criterion"]] < 0.25 < min(value for row, value in slopes.items() if row != flat["criterion"])
    hard = planted["hard_criterion"]
    means = ratings[ratings["assessment"] == hard["credential"]].groupby("criterion")["score"].mean()
    assert means.idxmin() == hard["criterion"]


def test_the_biased_item_is_found_and_no_other(make: Make) -> None:
    records = make(seed=3, truths=Truths(item_bias=1.5))
    answers = frame_of(records, "item-responses").query("assessment == 'values-foundations.irat' and attempt == 1")
    wide = answers.pivot(index="learner", columns="item", values="score").astype(float)
    learners = frame_of(records, "learners").set_index("learner")
    focal = (learners.loc[wide.index, "trait:first generation"] == "yes").to_numpy(dtype=float)
    total = wide.sum(axis=1)
    z = {}
    for item in wide:
        value, se = mantel_haenszel(wide[item].to_numpy(), focal, (total - wide[item]).to_numpy())
        z[item] = value / se
    assert z["A01"] > 3
    assert max(abs(one) for item, one in z.items() if item != "A01") < 3


def test_what_was_learnt_is_partly_lost_after_a_year(make: Make) -> None:
    """The loss is a truth: a greater one lowers the ratings of the follow-up and of nothing else."""
    means = {}
    for loss in (0.0, 1.0):
        ratings = frame_of(make(truths=Truths(retention_loss=loss)), "rubric-scores")
        later = ratings["assessment"].str.endswith(".follow-up")
        means[loss] = (ratings[later]["score"].mean(), ratings[~later]["score"].mean())
    assert means[1.0][0] < means[0.0][0] - 0.3
    assert means[1.0][1] == means[0.0][1]


def test_the_earlier_cohort_lies_below_by_what_was_put_in(make: Make) -> None:
    """The difference moves with its truth; without one, both cohorts answer alike at the end."""
    gaps = {}
    for difference in (0.0, 0.8):
        truths = Truths(response_rate=1.0, earlier_difference=difference)
        answers = frame_of(make(earlier_cohort=True, truths=truths), "survey-responses").query(
            "instrument == 'ipec-csa-v3'"
        )
        earlier = answers["wave"].str.startswith("earlier-")
        last = answers["wave"] == "ipec-csa-v3-2028-spring-week-15-post"
        means = [answers[part].groupby("learner")["value"].mean() for part in (last, earlier)]
        gaps[difference] = means[0].mean() - means[1].mean()
        error = np.sqrt(sum(one.var() / len(one) for one in means))
        assert len(means[1]) > 600
    assert abs(gaps[0.0]) < 4 * error
    assert gaps[0.8] - gaps[0.0] > 0.3
