"""Profile intervals of standard deviations against lme4 (reference/profile.R), and where they meet zero."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.evaluation import fit_growth, study_raters
from ipe_workbench.evaluation.mixed_models import MixedModel, RandomTerm, fit_mixed_model
from ipe_workbench.evaluation.mixed_profile import SdProfile

FOLDER = Path(__file__).parent / "reference"
LME4 = json.loads((FOLDER / "profile.json").read_text(encoding="utf-8"))
MODELS = {
    "penicillin": ("diameter", ["plate", "sample"]),
    "pastes": ("strength", ["sample", "batch"]),
    "dyestuff2": ("Yield", ["Batch"]),
}


def fitted(table: str) -> MixedModel:
    data = pd.DataFrame(LME4["data"][table])
    outcome, groups = MODELS[table]
    terms = []
    for one in groups:
        codes, levels = pd.factorize(data[one])
        terms.append(RandomTerm(one, codes, len(levels), np.ones((len(data), 1))))
    return fit_mixed_model(data[outcome].to_numpy(dtype=float), pd.DataFrame({"one": np.ones(len(data))}), terms)


@pytest.mark.parametrize("table", MODELS)
def test_ends_are_where_lme4s_restricted_likelihood_has_fallen(table: str) -> None:
    model = fitted(table)
    assert model.likelihood is not None

    for term in (*MODELS[table][1], "residual"):
        low, _, high = LME4[table]["restricted"][term]
        ends = model.likelihood.interval(term, 0.95, corrected=False)
        assert ends == pytest.approx((low, high), rel=2e-4, abs=1e-9)


def test_level_is_that_which_is_asked_for() -> None:
    model = fitted("penicillin")
    assert model.likelihood is not None

    low, _, high = LME4["penicillin_90"]["restricted"]["sample"]
    assert model.likelihood.interval("sample", 0.9, corrected=False) == pytest.approx((low, high), rel=2e-4)


@pytest.mark.parametrize("table", MODELS)
def test_full_likelihood_gives_what_confint_gives(table: str) -> None:
    """Of lme4 itself, which profiles the full likelihood: ``confint(model, method = "profile")``."""
    own = fitted(table).likelihood
    assert own is not None
    full = SdProfile(own.equations, own.theta, own.sigma, own.free, own.hessian, restricted=False)

    # lme4 follows the profile by splines, good to four digits.
    for term, ends in zip((*MODELS[table][1], "residual"), LME4[table]["full"].values(), strict=True):
        assert full.interval(term, 0.95, corrected=False) == pytest.approx(tuple(ends), rel=4e-4, abs=1e-9)


def test_raters_and_teams_have_these_ends_with_the_factor_of_bartlett() -> None:
    ratings, growth = (pd.read_csv(FOLDER / f"{one}.csv") for one in ("ratings", "growth"))
    raters = study_raters(ratings, criterion="criterion")
    teams = fit_growth(growth, outcome="score", nested=["team", "learner"], time="week")

    for found, name, there in (
        (raters, "rater", LME4["ratings"]["corrected"]["rater"]),
        (raters, "learner:rater", LME4["ratings"]["corrected"]["learner:rater"]),
        (raters, "learner:criterion", LME4["ratings"]["corrected"]["learner:criterion"]),  # zero: it rises when others
        (teams, "team", LME4["growth"]["corrected"]["team"]),  # are held down
    ):
        one = found[f"sd[{name}]"]
        assert (one.low, one.estimate, one.high) == pytest.approx(there, rel=3e-4, abs=3e-4)
        assert found[f"variance[{name}]"].high == pytest.approx((one.high or 0) ** 2)
        assert "profile" in one.method


def test_component_at_zero_rises_where_another_is_held_down() -> None:
    """Learner by criterion is zero at the best fit; with a small residual it takes up what is left over."""
    data = pd.read_csv(FOLDER / "ratings.csv").astype({"learner": str, "rater": str})
    keys = [["learner"], ["rater"], ["learner", "criterion"], ["learner", "rater"]]
    terms = []
    for columns in keys:
        codes, levels = pd.factorize(data[columns].agg(":".join, axis=1))
        terms.append(RandomTerm(":".join(columns), codes, len(levels), np.ones((len(data), 1))))
    rows = pd.get_dummies(data["criterion"], drop_first=True, dtype=float).assign(one=1.0)
    model = fit_mixed_model(data["score"].to_numpy(dtype=float), rows, terms)
    assert model.likelihood is not None

    low, _, high = LME4["ratings"]["restricted"]["residual"]
    assert model.sd("learner:criterion") == 0
    assert model.likelihood.interval("residual", 0.95) == pytest.approx((low, high), rel=3e-4)


def test_component_at_zero_has_an_upper_end() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"learner": np.repeat(np.arange(60), 3), "rater": list("XYZ") * 60})
    score = (rng.normal(size=60)[frame["learner"]] + rng.normal(size=180)).reshape(60, 3)
    alike = frame.assign(score=(score - score.mean(axis=0)).ravel())  # the means of raters, to the last digit

    found = study_raters(alike)["sd[rater]"]

    assert found.estimate == 0
    assert found.low == 0
    assert found.high is not None
    assert 0.05 < found.high < 1


def test_many_levels_keep_the_quick_interval_which_is_nearly_the_same() -> None:
    rng = np.random.default_rng(9)
    learner = np.repeat(np.arange(150), 4)
    frame = pd.DataFrame({"learner": learner, "score": rng.normal(size=150)[learner] + rng.normal(size=600)})
    term = RandomTerm("learner", learner, 150, np.ones((600, 1)))
    model = fit_mixed_model(frame["score"].to_numpy(), pd.DataFrame({"one": np.ones(600)}), [term])
    assert model.likelihood is not None

    quick = fit_growth(frame, outcome="score", nested=["learner"])["sd[learner]"]

    assert "Wald" in quick.method
    assert (quick.low, quick.high) == pytest.approx(model.likelihood.interval("learner", 0.95), rel=0.02)


def test_slopes_keep_the_interval_of_wald() -> None:
    growth = pd.read_csv(FOLDER / "growth.csv")
    found = fit_growth(growth, outcome="score", nested=["team", "learner"], time="week", random_slope="learner")

    assert "Wald" in found["sd[learner:week]"].method
    assert all(one.high is None or not math.isinf(one.high) for one in found.estimates)
