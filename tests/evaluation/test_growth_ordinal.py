"""Growth of a score with few classes: the cumulative logit with errors robust to clusters, against R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ipe_workbench.evaluation import fit_growth

#: R 4.2.2: coef of MASS::polr(factor(answer) ~ week + school), and the root of sandwich::vcovCL(m, learner,
#: type = "HC0", cadjust = FALSE), both of the week.
POLR, SANDWICH = 0.4094968036, 0.05043860473


def answers(people: int = 120, classes: int = 5) -> pd.DataFrame:
    """Deterministic answers of people at three times, made without random numbers so that R reads the same."""
    who, time = np.repeat(np.arange(people), 3), np.tile([0, 1, 2], people)
    trait, luck = np.sin(1.7 * who) * 1.2, np.sin(12.9898 * who + 78.233 * time) * 1.5
    value = np.clip(np.round(classes / 2 + trait + luck + 0.35 * time), 1, classes)
    return pd.DataFrame({"learner": who, "week": time, "school": np.where(who % 3 == 0, "n", "s"), "answer": value})


def test_log_odds_and_their_error_are_those_of_polr_and_sandwich() -> None:
    """As statsmodels does the error has G / (G - 1) and (n - 1) / (n - k) in it; R's call leaves both out."""
    found = fit_growth(answers(), outcome="answer", nested=["learner"], time="week", covariates=["school"])

    row = found["log_odds[week]"]
    assert row.estimate == pytest.approx(POLR, rel=2e-4)
    error = ((row.high or 0) - (row.estimate or 0)) / stats.t.ppf(0.975, 119)
    assert error == pytest.approx(SANDWICH * np.sqrt(120 / 119 * 359 / (360 - 6)), rel=1e-3)
    assert "few-classes" in [one.id for one in found.findings]
    assert found.status == "ok"


def test_log_odds_do_not_ask_how_far_classes_lie_apart() -> None:
    frame = answers()
    stretched = frame.assign(answer=frame["answer"].map({1: 1, 2: 2, 3: 10, 4: 11, 5: 500}))

    plain, other = (fit_growth(one, outcome="answer", nested=["learner"], time="week") for one in (frame, stretched))

    assert plain["log_odds[week]"].estimate == pytest.approx(other["log_odds[week]"].estimate, rel=1e-6)
    assert plain["week"].estimate != pytest.approx(other["week"].estimate, rel=0.5)


def test_two_values_or_many_have_no_classes() -> None:
    frame = answers()
    two = frame.assign(answer=frame["answer"] > 3)
    many = frame.assign(answer=frame["answer"] + frame["learner"] % 3 / 10)

    for one in (two, many):
        found = fit_growth(one.astype({"answer": float}), outcome="answer", nested=["learner"], time="week")
        assert not [each for each in found.estimates if each.name.startswith("log_odds")]


def test_few_clusters_and_crossed_groups_get_none_and_the_former_say_so() -> None:
    frame = answers().assign(team=lambda one: one["learner"] % 4, rater=lambda one: (one["learner"] + one["week"]) % 7)

    few = fit_growth(frame, outcome="answer", nested=["team", "learner"], time="week")
    crossed = fit_growth(frame, outcome="answer", crossed=["learner", "rater"], time="week")

    for found in (few, crossed):
        assert not [one for one in found.estimates if one.name.startswith("log_odds")]
    assert "4 clusters are too few" in next(one.message for one in few.findings if one.id == "few-classes")


def test_time_that_parts_the_classes_gives_no_odds() -> None:
    frame = answers().assign(answer=lambda one: one["week"] + 1.0)
    frame.loc[frame.index[:6], "answer"] = [1, 2, 3, 1, 2, 3]
    frame["answer"] += np.where(frame["learner"] % 2 == 0, 0, 3)

    found = fit_growth(frame, outcome="answer", nested=["learner"], time="week", covariates=["school"])

    odds = [one for one in found.estimates if one.name.startswith("log_odds")]
    assert all(one.high is not None and np.isfinite(one.high) for one in odds)
