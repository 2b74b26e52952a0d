"""Tables that cannot answer the question give a finding and no number, or a number that says what is wrong with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.evaluation import (
    analyse_items,
    compare_changes,
    compare_groups,
    describe_missing,
    estimate_agreement,
    estimate_change,
    estimate_reliability,
    estimate_retention,
    estimate_time_to_badge,
    fit_growth,
    read_tidy,
    solve_power,
    study_raters,
)

RNG = np.random.default_rng(5)


def waves(n, before=None, after=None):
    before = RNG.normal(3, 1, n) if before is None else before
    after = RNG.normal(3.4, 1, n) if after is None else after
    return pd.DataFrame({"learner": [*range(n)] * 2, "wave": ["pre"] * n + ["post"] * n, "value": [*before, *after]})


CASES = {
    "three learners": (lambda: estimate_change(waves(3)), "too-few"),
    "a wave twice": (lambda: estimate_change(pd.concat([waves(9), waves(9).head(1)])), "duplicate-wave"),
    "one wave": (lambda: estimate_change(waves(9).head(9)), "one-wave"),
    "all missing": (lambda: estimate_change(waves(9).assign(value=np.nan)), "one-wave"),
    "nothing varies": (lambda: estimate_change(waves(9, [3.0] * 9, [3.0] * 9)), "constant"),
    "all moved alike": (lambda: estimate_change(waves(6, range(6), range(1, 7))), "constant"),
    "one group": (lambda: compare_groups(waves(9).assign(group="a"), group="group"), "one-group"),
    "three groups": (lambda: compare_groups(waves(9).assign(group=list("abc") * 6), group="group"), "many-groups"),
    "a group of two": (lambda: compare_groups(waves(9).assign(group=["a"] * 2 + ["b"] * 16), group="group"), "too-few"),
    "flat groups": (
        lambda: compare_groups(waves(9).assign(value=1.0, group=list("ab") * 9), group="group"),
        "constant",
    ),
    "few changes": (
        lambda: compare_changes(waves(6).assign(group=list("ab") * 6), group="group", time="wave", before="pre"),
        "too-few",
    ),
    "nine persons": (lambda: estimate_reliability(answers(9), list("abc")), "too-few"),
    "a constant item": (lambda: estimate_reliability(answers(30).assign(a=2), list("abc")), "constant"),
    "no item complete": (lambda: estimate_reliability(answers(30).assign(a=np.nan), list("abc")), "constant"),
    "raters all agree on one value": (lambda: estimate_agreement(ratings(9).assign(value=1)), "constant"),
    "one rater": (lambda: estimate_agreement(ratings(9).query("rater == 'x'")), "too-few"),
    "a rating twice": (lambda: estimate_agreement(pd.concat([ratings(9)] * 2)), "duplicate-rating"),
    "no severity from one rater": (lambda: study_raters(scores().query("rater == 'x'")), "one-rater"),
    "no learner scored twice": (lambda: study_raters(scores().drop_duplicates("learner")), "one-rater"),
    "each row a group": (
        lambda: fit_growth(waves(9).assign(row=range(18)), outcome="value", crossed=["row"]),
        "no-repetition",
    ),
    "same grouping": (
        lambda: fit_growth(waves(9).assign(same=[*range(9)] * 2), outcome="value", crossed=["learner", "same"]),
        "same-grouping",
    ),
    "flat outcome": (lambda: fit_growth(waves(9).assign(value=1), outcome="value", crossed=["learner"]), "constant"),
    "nobody earned it": (lambda: estimate_time_to_badge(ends(20).assign(status="enrolled")), "no-event"),
    "one cluster of ends": (
        lambda: estimate_time_to_badge(ends(20).assign(site="A"), cluster="site"),
        "one-cluster",
    ),
    "one cluster of groups": (
        lambda: compare_groups(waves(9).assign(group=list("ab") * 9, site=1), group="group", cluster="site"),
        "one-cluster",
    ),
    "few ends": (lambda: estimate_time_to_badge(ends(6)), "too-few"),
    "few answers": (lambda: analyse_items((answers(10) > 3).astype(int), list("abc")), "too-few"),
    "all right": (lambda: analyse_items(answers(30).mul(0).add(1), list("abc")), "constant"),
    "a learner twice in a group": (
        lambda: compare_groups(waves(9).assign(group=list("ab") * 9), group="group"),
        "duplicate-learner",
    ),
    "a badge twice": (lambda: estimate_time_to_badge(pd.concat([ends(20)] * 2)), "duplicate-learner"),
    "only later than anybody was seen": (lambda: estimate_time_to_badge(ends(20), at=[900]), "beyond-observation"),
    "nobody changed": (
        lambda: compare_changes(
            waves(12, [1, 2] * 6, [1, 2] * 6).assign(group=list("ab") * 12), group="group", time="wave", before="pre"
        ),
        "constant",
    ),
    "three learners' growth": (
        lambda: fit_growth(growing().query("learner < 3"), outcome="value", nested=["learner"], time="week"),
        "too-few",
    ),
    "copies of scores": (
        lambda: fit_growth(pd.concat([growing()] * 2), outcome="value", nested=["learner"], time="week"),
        "duplicate-wave",
    ),
    "a table put together twice": (
        lambda: fit_growth(pd.concat([scores()] * 2), outcome="score", crossed=["learner", "rater"]),
        "duplicate-rows",
    ),
    "time says it all": (
        lambda: fit_growth(
            growing().assign(value=lambda f: f["week"] / 3), outcome="value", nested=["learner"], time="week"
        ),
        "constant",
    ),
    "a criterion says it all": (
        lambda: study_raters(
            pd.concat([scores().assign(criterion=one, score=one) for one in (1, 2)]), criterion="criterion"
        ),
        "constant",
    ),
    "three learners' ratings": (
        lambda: study_raters(
            pd.concat([scores().query("learner < 3").assign(criterion=one) for one in "abc"]), criterion="criterion"
        ),
        "too-few",
    ),
    "scores that only their size tells apart": (
        lambda: estimate_retention(growing().assign(value=lambda f: f["value"] + 1e9), time="week"),
        "constant",
    ),
}


def growing():
    """Twelve learners, four weeks."""
    frame = pd.DataFrame({"learner": np.repeat(np.arange(12), 4), "week": np.tile([0, 2, 4, 8], 12)})
    rng = np.random.default_rng(9)
    return frame.assign(value=10 - 0.5 * frame["week"] + rng.normal(size=12).repeat(4) + rng.normal(size=48))


def answers(n):
    return pd.DataFrame(RNG.integers(1, 6, (n, 3)), columns=list("abc"))


def ratings(n):
    return pd.DataFrame({"unit": [*range(n)] * 2, "rater": ["x"] * n + ["y"] * n, "value": RNG.integers(0, 3, 2 * n)})


def scores():
    return ratings(12).rename(columns={"unit": "learner", "value": "score"})


def ends(n):
    return pd.DataFrame(
        {"learner": range(n), "days": RNG.integers(1, 90, n), "status": ["badge", "withdrawn"] * (n // 2)}
    )


@pytest.mark.parametrize("case", CASES)
def test_no_number_where_there_is_none(case):
    make, id = CASES[case]
    analysis = make()
    assert (analysis.status, analysis.estimates) == ("not-estimable", ())
    assert id in {one.id for one in analysis.findings}
    assert analysis.sentence.endswith(".")


def test_a_reversed_item_is_seen():
    trait = RNG.normal(size=(200, 1))
    items = pd.DataFrame(np.round(3 + trait + 0.8 * RNG.normal(size=(200, 4))).clip(1, 5), columns=list("abcd"))
    items["c"] = 6 - items["c"]
    found = estimate_reliability(items, list("abcd"), scale=(1, 5))
    assert [one.id for one in found.findings] == ["item-looks-unreversed"]
    assert "Item c" in found.findings[0].message
    mended = estimate_reliability(items, list("abcd"), reverse=["c"], scale=(1, 5))
    assert mended["alpha_listwise"].low > found["alpha_listwise"].high


def test_answers_off_the_scale_and_straight_lines_are_seen():
    items = answers(40).assign(b=lambda f: f["a"] % 5 + 1)  # never the answer to all three by chance
    items.loc[0, "a"] = 55
    items.loc[1:3] = 4
    found = estimate_reliability(items, list("abc"), reverse=["b"], scale=(1, 5))
    ids = [one.id for one in found.findings]
    assert {"out-of-range", "straight-lining"} <= set(ids)
    assert "3 persons" in found.findings[ids.index("straight-lining")].message
    assert found.missing["not_complete"] == 1


def test_a_code_for_no_answer_is_told_where_the_scale_was_not_named():
    items = answers(40)
    assert "code-for-missing" not in {one.id for one in estimate_reliability(items, list("abc")).findings}
    items.loc[3, "a"] = 99
    told = {one.id: one.message for one in estimate_reliability(items, list("abc")).findings}
    assert told["code-for-missing"].startswith("99 looks like a code")
    assert "code-for-missing" not in {one.id for one in estimate_reliability(items, list("abc"), scale=(1, 5)).findings}


def test_raters_who_share_no_learner_are_not_compared_in_silence():
    apart = pd.concat(
        [scores(), scores().assign(learner=lambda f: f["learner"] + 100, rater=lambda f: f["rater"] + "2")]
    )
    found = study_raters(apart.assign(score=RNG.normal(size=48)))
    assert "not-connected" in {one.id for one in found.findings}


def test_a_ceiling_and_ignored_teams_are_named():
    frame = waves(40, before=[5.0] * 20 + [3.0] * 20).assign(team=[*range(8)] * 10)
    found = estimate_change(frame, scale=(1, 5))
    assert {"ceiling", "clustering-ignored"} <= {one.id for one in found.findings}
    assert found.status == "limited"
    clustered = estimate_change(frame, cluster="team", scale=(1, 5))
    assert "few-clusters" in {one.id for one in clustered.findings}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["post", "pre"], "pre"),
        (["2", "10"], "2"),
        (["2026-09-01", "2027-05-01"], "2026-09-01"),
        (["t0", "exit"], "t0"),
    ],
)
def test_the_order_of_waves_is_told_from_their_names(names, order):
    frame = waves(12)
    frame["wave"] = frame["wave"].map({"pre": names[0], "post": names[1]})
    assert f"`{order}` (before)" in estimate_change(frame).findings[0].message


@pytest.mark.parametrize("names", [("pre", "post"), ("2", "10"), ("2026-09-01", "2027-05-01")])
def test_a_difference_of_changes_runs_from_the_earlier_time_whatever_the_alphabet_says(names):
    frame = waves(12, [1.0, 2, 3] * 4, [1.0, 2, 4] * 4).assign(group=list("ab") * 12)
    frame.loc[(frame["wave"] == "post") & (frame["group"] == "b"), "value"] += 2
    frame["wave"] = frame["wave"].map(dict(zip(("pre", "post"), names, strict=True)))
    found = compare_changes(frame, group="group", time="wave")
    assert found["difference_in_differences"].estimate == pytest.approx(2)
    assert found.sentence.startswith(f"From {names[0]} to {names[1]}, b changed by +2.00 against a")
    with pytest.raises(UnusableInputError, match="order in time"):
        compare_changes(frame.replace({"wave": {names[0]: "blue", names[1]: "green"}}), group="group", time="wave")


def test_shares_of_three_learners_are_no_confident_numbers():
    found = describe_missing(waves(3))
    assert found.status == "limited"
    assert [one.id for one in found.findings] == ["too-few"]
    assert describe_missing(waves(3).head(3)).status == "limited"  # one wave has an order, too


def test_waves_whose_order_cannot_be_told_must_be_named():
    frame = waves(12)
    frame["wave"] = frame["wave"].map({"pre": "blue", "post": "green"})
    with pytest.raises(UnusableInputError, match="order in time"):
        estimate_change(frame)
    found = estimate_change(frame, before="green", after="blue")
    assert "from green to blue" in found.sentence
    with pytest.raises(UnusableInputError, match="Did you mean blue"):
        estimate_change(frame, before="blu", after="green")


def test_a_score_that_is_no_number_is_named_by_its_row():
    frame = waves(12).astype({"value": object})
    frame.loc[4, "value"] = "n/a?"
    with pytest.raises(UnusableInputError, match=r":6: `n/a\?` in column `value`"):
        estimate_change(frame)


def test_who_earns_the_badge_on_the_first_day_counts_as_on_any_other():
    frame = ends(60)
    frame.loc[:9, ["days", "status"]] = [0, "badge"]
    asked = {"competing": ["withdrawn"], "covariates": []}
    found = estimate_time_to_badge(frame, at=[0, 30, 60], **asked)
    # A curve does not know where its clock began.
    later = estimate_time_to_badge(frame.assign(days=frame["days"] + 1), at=[1, 31, 61], **asked)
    for name in ("incidence", "competing_incidence"):
        for day in (0, 30, 60):
            here, there = found[f"{name}[{day}]"], later[f"{name}[{day + 1}]"]
            same = pytest.approx((there.estimate, there.low, there.high), nan_ok=True)
            assert (here.estimate, here.low, here.high) == same
    assert found["incidence[0]"].estimate == pytest.approx(10 / 60)


def test_copies_of_some_rows_are_told_where_repetitions_are_allowed():
    rng = np.random.default_rng(3)
    learner = np.repeat(range(20), 3)
    score = rng.normal(size=20)[learner] + np.tile([-1.0, 0, 1], 20) + rng.normal(size=60)
    frame = pd.DataFrame({"learner": learner, "rater": list("XYZ") * 20, "score": score})
    found = fit_growth(pd.concat([frame, frame.head(7)]), outcome="score", crossed=["learner", "rater"])
    assert found.status == "limited"
    assert [one for one in found.findings if "7 rows are like another in every column" in one.message]


def test_measurements_are_not_counted_as_if_they_were_categories():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"unit": np.repeat(range(40), 2), "rater": list("xy") * 40, "value": rng.normal(size=80)})
    names = [one.name for one in estimate_agreement(frame, level="interval").estimates]
    assert not [one for one in names if "kappa" in one or "percent" in one]


def test_incidence_and_its_rival_never_exceed_one_and_kaplan_meier_is_larger():
    frame = ends(60)
    last = frame["days"].max()
    found = estimate_time_to_badge(frame, competing=["withdrawn"], at=[last])
    both = found[f"incidence[{last}]"].estimate + found[f"competing_incidence[{last}]"].estimate
    assert both == pytest.approx(1)
    censored = estimate_time_to_badge(frame, at=[last])
    assert censored[f"incidence[{last}]"].estimate > found[f"incidence[{last}]"].estimate + 0.1


def test_a_comparison_that_names_its_teams_speaks_of_them_first():
    rng = np.random.default_rng(8)
    team = np.arange(240) // 6
    value = rng.normal(size=40)[team] + rng.normal(size=240)
    frame = pd.DataFrame({"cohort": np.where(team % 2, "new", "old"), "team": team, "value": value})
    frame["age"] = rng.normal(size=240)
    found = compare_groups(frame, group="cohort", cluster="team", covariates=["age"])
    first, welch = found.estimates[0], found["difference_welch"]
    assert first.name == "difference_clustered"
    assert first.high - first.low > 1.5 * (welch.high - welch.low)
    assert f"{first.low:.2f}" in found.sentence or f"{-first.high:.2f}" in found.sentence
    weighted = found["difference_weighted"]
    assert weighted.high - weighted.low > 1.3 * (welch.high - welch.low)


@given(st.integers(2, 400).map(float), st.floats(0.05, 3), st.sampled_from(["paired", "two-groups"]))
def test_power_and_sample_size_undo_each_other(n, effect, design):
    aim = solve_power(design=design, effect=effect, n=n)["power"].estimate
    assert 0.05 <= aim <= 1
    if 0.06 < aim < 0.999:
        assert solve_power(design=design, effect=effect, aim=aim)["n"].estimate == pytest.approx(n, rel=1e-4)


def test_teams_cost_learners():
    alone, together = (solve_power(effect=0.2, aim=0.8, icc=icc, team_size=6)["n"].estimate for icc in (0, 0.1))
    assert together == pytest.approx(1.5 * alone)


@pytest.mark.parametrize("given", [{}, {"effect": 0.2}, {"effect": 0.2, "n": 50, "aim": 0.8}, {"effect": 0, "n": 9}])
def test_power_wants_two_of_three(given):
    with pytest.raises(UnusableInputError):
        solve_power(**given)


NO_TABLES = {
    "The file is empty": b"",
    "a row has more cells than the 2 headings": b"a,b\n1,2,3\n1,2\n",
    "no rows": b"a,b\n",
    "twice": b"a,a\n1,2\n",
    "UTF-8": b"\xff\xfe\x00a",
    "EOF inside string": b'a,b\n1,2\n4,"x',
}


@pytest.mark.parametrize("says", NO_TABLES)
def test_files_that_are_no_table(tmp_path, says):
    path = tmp_path / "scores.csv"
    path.write_bytes(NO_TABLES[says])
    with pytest.raises(UnreadableFileError, match=says):
        read_tidy(path)


def test_a_score_far_from_zero_is_analysed_like_any_other():
    frame = growing()
    near = fit_growth(frame, outcome="value", nested=["learner"], time="week")
    far = fit_growth(frame.assign(value=frame["value"] + 1e7), outcome="value", nested=["learner"], time="week")
    assert (near.status, far.status) == ("ok", "ok")
    assert far["week"].low == pytest.approx(near["week"].low, rel=1e-4)
    assert far["intercept"].estimate == pytest.approx(1e7 + near["intercept"].estimate, abs=1e-4)


@pytest.mark.parametrize("size", ["1e200", "1e-200", "inf"])
def test_a_number_of_no_possible_size_is_named_with_its_row(size):
    frame = pd.DataFrame({"learner": list("abcdefgh"), "wave": [1] * 4 + [2] * 4, "value": [*"123", size, *"2345"]})
    with pytest.raises(UnusableInputError, match=r"the table:5: .* in column `value`"):
        estimate_change(frame)


def test_a_2pl_model_on_its_way_to_infinity_gives_no_slopes():
    right = pd.DataFrame(np.tril(np.ones((6, 5)), -1).repeat(6, axis=0), columns=list("abcde"))  # a perfect order
    found = analyse_items(right, list("abcde"), model="2pl")
    assert found.status == "not-converged"
    assert "not-converged" in {one.id for one in found.findings}
    assert not [one for one in found.estimates if "2pl" in one.name]


def test_items_that_follow_from_each_other_have_no_rasch_difficulty():
    # A Guttman scale: who gets b right gets a right; no number of logits between them is too large.
    right = pd.DataFrame([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1]] * 10, columns=list("abc"))
    found = analyse_items(right, list("abc"))
    assert found.status == "not-converged"
    assert not [one.name for one in found.estimates if one.name.startswith("rasch")]
    right.loc[0] = [0, 0, 1]  # one answer against the order is enough
    assert "rasch_difficulty[c]" in {one.name for one in analyse_items(right, list("abc")).estimates}


def test_a_ratio_beyond_its_range_is_no_correlation():
    # Raters who disagree more than chance: of these the mean's absolute agreement divides by nothing (psych: 1.4e16).
    scores = pd.DataFrame({"unit": [*range(5)] * 2, "rater": ["x"] * 5 + ["y"] * 5,
                           "value": [0, 1, 0, 1, 1, 1, 0, 1, 0, 1]})  # fmt: skip
    found = estimate_agreement(scores, level="interval", resamples=20).estimates
    assert "ICC(A,k)" not in {one.name for one in found}
    for one in found:
        assert one.estimate <= 1
        assert np.isnan(one.low) or one.low <= one.estimate <= one.high


def test_groups_that_items_favour_are_told_by_the_status():
    rng = np.random.default_rng(4)
    ability, school = rng.normal(size=(400, 1)), np.tile(["x", "y"], 200)
    shift = np.zeros((400, 5))
    shift[:, 0] = np.where(school == "y", -2.5, 0)
    right = (ability + shift + rng.logistic(size=(400, 5)) > 0).astype(int)
    found = analyse_items(pd.DataFrame(right, columns=list("abcde")).assign(s=school), list("abcde"), group="s")
    assert "dif-large" in {one.id for one in found.findings}
    assert found.status == "limited"


def test_rows_that_are_left_out_are_told():
    frame = growing()
    frame.loc[::4, "value"] = np.nan
    found = fit_growth(frame, outcome="value", nested=["learner"], time="week")
    assert (found.status, [one.id for one in found.findings]) == ("limited", ["missing-rows"])
    items = answers(40)
    items.loc[:9, "a"] = np.nan
    assert "missing-rows" in {one.id for one in estimate_reliability(items, list("abc")).findings}
