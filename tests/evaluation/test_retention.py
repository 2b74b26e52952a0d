"""Forgetting curves against R's nlme and nls, Ebbinghaus' own figures, dropout, and selection by a pass mark."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import estimate_retention
from ipe_workbench.evaluation.decay_models import MODELS, Measurements, fit_decay
from ipe_workbench.evaluation.selection import mean_before_cut

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8"))


def measurements(random_loss):
    table = pd.read_csv(FOLDER / "decay.csv")
    code, names = pd.factorize(table["learner"])
    return Measurements(code, table["days"].to_numpy(float), table["score"].to_numpy(float), len(names), random_loss)


@pytest.mark.parametrize(
    ("model", "random_loss", "name"),
    [
        ("exponential_to_estimated_floor", False, "decay_exponential_floor"),
        ("exponential_to_estimated_floor", True, "decay_exponential_floor_losses"),
        ("power_law_to_stated_floor", False, "decay_power_no_floor"),
    ],
)
def test_mixed_curves_are_those_of_nlme(model, random_loss, name):
    fit = fit_decay(measurements(random_loss), model)
    half_life, log_likelihood, loss, sigma = R[name]
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=2e-4)
    assert np.exp(fit.log_half_life) == pytest.approx(half_life, rel=1e-4)
    assert fit.beta[-1] == pytest.approx(loss, rel=1e-4)
    assert fit.sigma == pytest.approx(sigma, rel=3e-4)


def test_a_power_law_fits_ebbinghaus_best():
    # Ebbinghaus 1885, Ruger's translation 1913, p. 78: minutes and savings in percent; power over exponential as in
    # Murre and Dros 2015.
    minutes = np.array([20, 64, 526, 1440, 2880, 8640, 44640.0])
    savings = np.array([58.2, 44.2, 35.8, 33.7, 27.8, 25.4, 21.1])
    data = Measurements(np.zeros(7, dtype=np.intp), minutes, savings, 1, False)
    fits = {model: fit_decay(data, model) for model in MODELS}
    expected = {
        "power_law_to_stated_floor": "ebbinghaus_power",
        "exponential_to_estimated_floor": "ebbinghaus_exponential_floor",
        "exponential_to_stated_floor": "ebbinghaus_exponential",
    }
    for model, name in expected.items():
        loss, half_life, squares = R[name]
        assert fits[model].beta[-1] == pytest.approx(loss, rel=1e-3)
        assert np.exp(fits[model].log_half_life) == pytest.approx(half_life, rel=2e-3)
        assert fits[model].sigma ** 2 * 7 == pytest.approx(squares, rel=1e-4)
    assert min(expected, key=lambda model: fits[model].aicc) == "power_law_to_stated_floor"


def test_the_profile_interval_is_where_the_likelihood_has_fallen_by_half_of_t_squared():
    from scipy import optimize, stats

    from ipe_workbench.evaluation.decay_likelihood import likelihood

    data = measurements(False)
    fit = fit_decay(data, "exponential_to_estimated_floor")
    t = stats.t.ppf(0.975, data.learners - fit.parameters)
    for end in fit.half_life_interval(0.95):
        # Brute force over the standard deviation of levels.
        best = optimize.minimize_scalar(
            lambda sd, at=end: -likelihood(fit.model, data, np.log(at), np.array([sd]))[0],
            bounds=(0.01, 10), method="bounded", options={"xatol": 1e-9},
        )  # fmt: skip
        assert 2 * (fit.log_likelihood + best.fun) == pytest.approx(t**2, rel=5e-3)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("factors", [[0.8], [1.0, 0.3, 0.5], [0.5, -0.2, 0.0]])
def test_slopes_of_the_likelihood_are_those_of_differences(model, factors):
    from ipe_workbench.evaluation.decay_likelihood import likelihood, minus_with_slopes

    data = measurements(len(factors) == 3)
    at = np.array([3.3, *factors])
    value, slopes = minus_with_slopes(model, data, at[0], at[1:])
    assert value == pytest.approx(-likelihood(model, data, at[0], at[1:])[0])
    for i, step in enumerate(1e-5 * np.eye(len(at))):
        up, down = at + step, at - step
        by_difference = likelihood(model, data, down[0], down[1:])[0] - likelihood(model, data, up[0], up[1:])[0]
        assert slopes[i] == pytest.approx(by_difference / 2e-5, rel=1e-4, abs=1e-4)


def leaving(rng, n=150):
    """Everybody falls from 85 to 55; whoever came out below 65 leaves with a chance of two thirds."""
    days = np.array([0, 30, 90, 180, 360])
    level = rng.normal(0, 8, n)
    rows, there = [], np.ones(n, dtype=bool)
    for day in days:
        score = 55 + level + 30 * 0.5 ** (day / 60) + rng.normal(0, 3, n)
        rows += [(i, day, score[i]) for i in np.flatnonzero(there)]
        there &= (score > 65) | (rng.random(n) > 2 / 3)
    return pd.DataFrame(rows, columns=["learner", "days", "value"])


def test_dropout_of_the_weak_bends_raw_means_and_not_the_curve():
    raw, fitted, half = [], [], []
    for table in range(4):
        found = estimate_retention(leaving(np.random.default_rng([4, table])))
        raw.append(found["observed_mean[360]"].estimate)
        fitted.append(found["retained[360]"].estimate)
        half.append(found["half_life"].estimate)
    truth = 55 + 30 * 0.5**6
    assert np.mean(raw) > truth + 3
    assert np.mean(fitted) == pytest.approx(truth, abs=1.2)
    assert np.mean(half) == pytest.approx(60, rel=0.06)


def selected(rng, n=400):
    """Nobody forgets; the badge went to whoever scored 70 or more. Reliability 64 / 100."""
    true = rng.normal(70, 8, n)
    first, second = (true + rng.normal(0, 6, n) for _ in range(2))
    rows = []
    for i in np.flatnonzero(first >= 70):
        rows.append((i, 0, first[i], second[i]))
        rows += [(i, day, true[i] + rng.normal(0, 6), np.nan) for day in (30, 90, 180)]
    return pd.DataFrame(rows, columns=["learner", "days", "value", "again"])


def test_selection_looks_like_forgetting_until_it_is_allowed_for():
    frame = selected(np.random.default_rng(3))
    plain = estimate_retention(frame, pass_mark=70)
    assert "selected-at-start" in {one.id for one in plain.findings}
    assert plain.status == "limited"
    by_rating = estimate_retention(frame, pass_mark=70, second_rating="again")
    one = by_rating["regression_to_the_mean"]
    # Of a standard normal cut at its mean the mean is sqrt(2 / pi); 36 % of it is error.
    truth = 0.36 * 10 * np.sqrt(2 / np.pi)
    assert one.low < truth < one.high
    assert "no-decay" in {one.id for one in by_rating.findings}
    by_reliability = estimate_retention(frame, pass_mark=70, reliability=0.64)
    assert by_reliability["regression_to_the_mean"].estimate == pytest.approx(truth, abs=0.6)
    told = estimate_retention(frame, pass_mark=70, reliability=0.64, assessed_mean=70)
    assert told["regression_to_the_mean"].estimate == pytest.approx(truth, abs=0.35)
    for found in (by_rating, told):
        first, last = (found[f"observed_mean[{day}]"].estimate for day in (0, 180))
        assert abs(first - last) < 1.5
    assert plain["observed_mean[0]"].estimate - plain["observed_mean[180]"].estimate > 2


def test_a_mean_that_cannot_be_told_from_the_passed_is_not_made_up():
    steep = 70 + np.random.default_rng(1).exponential(3, 300)
    assert mean_before_cut(steep, 70) is None
    assert mean_before_cut(np.full(9, 71.0), 70) is None


def test_clusters_widen_the_interval_of_what_is_retained():
    rng = np.random.default_rng(6)
    team, days = np.arange(180) // 6, np.array([0, 20, 60, 120, 240])
    level = rng.normal(0, 4, 30)[team]
    rows = [
        (i, f"T{team[i]}", day, 50 + level[i] + 30 * 0.5 ** (day / 50) + rng.normal(0, 3))
        for i in range(180)
        for day in days
    ]
    frame = pd.DataFrame(rows, columns=["learner", "team", "days", "value"])
    ignored = estimate_retention(frame)
    allowed = estimate_retention(frame, cluster="team")
    assert "clustering-ignored" in {one.id for one in ignored.findings}
    widths = [found["retained[240]"].high - found["retained[240]"].low for found in (ignored, allowed)]
    assert widths[1] > 1.5 * widths[0]
    assert allowed["half_life"].low < 50 < allowed["half_life"].high


def test_the_share_that_passes_meets_the_share_that_was_seen():
    found = estimate_retention(pd.read_csv(FOLDER / "decay.csv"), value="score", pass_mark=70, cluster="team")
    for day in (14, 45, 90):
        fitted, seen = found[f"share_at_pass[{day}]"], found[f"share_at_pass_observed[{day}]"]
        assert seen.low < fitted.estimate < seen.high
    assert "70" not in found.sentence
    assert "would still pass" in found.sentence


def scores(days=(0, 10, 40, 90), n=30, seed=1):
    rng = np.random.default_rng(seed)
    time = np.tile(days, n).astype(float)
    value = 50 + 30 * 0.5 ** (time / 25) + rng.normal(0, 3, len(time))
    return pd.DataFrame({"learner": np.repeat(np.arange(n), len(days)), "days": time, "value": value})


REFUSED = {
    "three learners": (lambda: estimate_retention(scores(n=3)), "too-few"),
    "a time twice": (lambda: estimate_retention(pd.concat([scores(), scores().head(1)])), "duplicate-wave"),
    "two times": (lambda: estimate_retention(scores(days=(0, 30))), "too-few-times"),
    "two occasions on days of their own": (
        lambda: estimate_retention(
            scores(days=(0, 350), n=60).assign(days=lambda f: f["days"] + (f["days"] > 0) * (f["learner"] % 30))
        ),
        "too-few-times",
    ),
    "all missing": (lambda: estimate_retention(scores().assign(value=np.nan)), "no-score"),
    "nothing varies": (lambda: estimate_retention(scores().assign(value=70.0)), "constant"),
    "nobody twice": (lambda: estimate_retention(scores().assign(learner=range(120))), "no-repetition"),
    "one cluster": (lambda: estimate_retention(scores().assign(team="A"), cluster="team"), "one-cluster"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_number_where_there_is_none(case):
    make, id = REFUSED[case]
    found = make()
    assert (found.status, found.estimates) == ("not-estimable", ())
    assert id in {one.id for one in found.findings}


def test_scores_that_do_not_fall_have_no_half_life():
    rng = np.random.default_rng(2)
    for slope in (0.0, 0.1):
        frame = scores().assign(value=lambda f, s=slope: 60 + s * f["days"] + rng.normal(0, 3, len(f)))
        found = estimate_retention(frame, pass_mark=50)
        assert "half_life" not in {one.name for one in found.estimates}
        assert "no-decay" in {one.id for one in found.findings}
        assert found["observed_mean[90]"].n == 30


def test_three_times_say_that_the_floor_is_a_guess_and_late_times_get_no_number():
    found = estimate_retention(scores(days=(0, 10, 40)), floor=40, at=[10, 400])
    assert {"few-times", "beyond-observation"} <= {one.id for one in found.findings}
    assert not [one for one in found.estimates if one.name == "retained[400]"]


def test_days_of_their_own_are_reported_at_quarters():
    rng = np.random.default_rng(7)
    days = np.where(np.arange(240) % 4 == 0, 0, rng.integers(1, 300, 240))
    frame = pd.DataFrame({"learner": np.arange(240) // 4, "days": days})
    frame = frame.drop_duplicates().assign(value=lambda f: 50 + 30 * 0.5 ** (f["days"] / 40) + rng.normal(0, 3, len(f)))
    found = estimate_retention(frame)
    assert found["half_life"].estimate == pytest.approx(40, rel=0.2)
    assert len([one for one in found.estimates if one.name.startswith("retained[")]) == 5


def test_a_fall_at_once_is_not_called_no_fall():
    rng = np.random.default_rng(8)
    frame = scores(days=(0, 100, 200, 300), n=60)
    frame["value"] = np.where(frame["days"] == 0, 80, 60) + rng.normal(0, 2, len(frame))
    found = estimate_retention(frame)
    ids = {one.id for one in found.findings}
    assert "no-decay" not in ids
    # The first measurement after the fall is at 100 days.
    assert "half-life-out-of-reach" in ids or found["half_life"].high < 100


def test_impossible_input_is_refused():
    with pytest.raises(UnusableInputError, match="negative"):
        estimate_retention(scores().assign(days=lambda f: f["days"] - 5))
    with pytest.raises(UnusableInputError, match="reliability"):
        estimate_retention(scores(), pass_mark=50, reliability=1.4)


def test_the_unit_of_score_and_time_does_not_matter_to_the_exponential():
    plain = estimate_retention(scores(), floor=30)
    other = estimate_retention(scores().assign(value=lambda f: f["value"] / 10, days=lambda f: f["days"] * 24), floor=3)
    name = "half_life[exponential_to_estimated_floor]"
    assert other[name].estimate == pytest.approx(24 * plain[name].estimate, rel=1e-3)
    assert other[name].low == pytest.approx(24 * plain[name].low, rel=5e-3)
