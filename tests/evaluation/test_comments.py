"""Coded comments: counts by brute force, what small cells give away, and the coders' agreement."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, milp
from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import count_comments, estimate_agreement, quotations

CODES = ("roles", "trust", "time")
NAMES = {"krippendorff_alpha": "krippendorff_alpha_nominal", "cohen_kappa": "cohen_kappa_unweighted"}


def made(seed=1, comments=300, agree=0.9, shares=(0.5, 0.3, 0.1), groups=(0.6, 0.3, 0.1)):
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(comments):
        group, wave = rng.choice(["nursing", "medicine", "dentistry"], p=groups), rng.choice(["pre", "post"])
        truth = [code for code, share in zip(CODES, shares, strict=True) if rng.random() < share]
        for coder in ("Ann", "Ben")[: 1 + (n % 3 == 0)]:
            given = [code for code in CODES if (code in truth) == (rng.random() < agree)]
            rows += [(n, coder, code, n // 2, group, wave) for code in given or [""]]
    frame = pd.DataFrame(rows, columns=["comment", "coder", "code", "learner", "group", "wave"])
    whose = frame.groupby("learner")["group"].transform("first")
    return frame.assign(group=whose)


def brute(frame, code, rule, unit):
    found = {}
    for _, rows in frame.groupby("comment"):
        coders = rows["coder"].nunique()
        gave = rows.loc[rows["code"] == code, "coder"].nunique()
        counts = {"any": gave > 0, "majority": gave > coders / 2, "all": gave == coders}[rule]
        key = tuple(rows[one].iloc[0] for one in unit)
        found[key] = found.get(key, False) or counts
    return sum(found.values()), len(found)


@pytest.mark.parametrize("rule", ["any", "majority", "all"])
@pytest.mark.parametrize("by_learner", [False, True])
def test_shares_are_counts_of_comments_or_learners(rule, by_learner):
    frame = made()
    found = count_comments(frame, coder="coder", learner="learner" if by_learner else None, rule=rule)
    for code in CODES:
        count, n = brute(frame, code, rule, ["learner"] if by_learner else ["comment"])
        row = found[f"share[{code}]"]
        assert (row.estimate, row.n) == (count / n, n)
        assert [row.low, row.high] == pytest.approx(proportion_confint(count, n, method="wilson"))
    assert ("learners" if by_learner else "comments") in found.sentence


def test_agreement_is_that_of_each_code_given_or_not():
    frame = made()
    found = count_comments(frame, coder="coder")
    twice = frame.drop_duplicates(["comment", "coder"])
    twice = twice[twice.groupby("comment")["coder"].transform("size") == 2]
    given = set(zip(frame["comment"], frame["coder"], frame["code"], strict=True))
    for code in CODES:
        value = [int((c, r, code) in given) for c, r in zip(twice["comment"], twice["coder"], strict=True)]
        alone = estimate_agreement(twice.assign(value=value), unit="comment", rater="coder")
        for mine, theirs in NAMES.items():
            assert found[f"{mine}[{code}]"].estimate == pytest.approx(alone[theirs].estimate)
    careless = count_comments(made(agree=0.6), coder="coder")
    assert "low-agreement" in {one.id for one in careless.findings}
    assert careless.status == "limited"


def test_codes_said_together_are_counted_and_compared_with_chance():
    frame = made(comments=900, shares=(0.5, 0.5, 0.3), agree=1.0)
    frame = frame[frame["coder"] == "Ann"]
    found = count_comments(frame)
    sets = frame.groupby("comment")["code"].agg(set)
    for a, b in itertools.combinations(sorted(CODES), 2):
        both = sum({a, b} <= one for one in sets)
        assert found[f"together[{a},{b}]"].estimate == both / 900
        expected = found[f"share[{a}]"].estimate * found[f"share[{b}]"].estimate
        assert found[f"times_expected[{a},{b}]"].estimate == pytest.approx(both / 900 / expected)
        assert 0.8 < found[f"times_expected[{a},{b}]"].estimate < 1.2
    assert "not-double-coded" in {one.id for one in found.findings}


@pytest.mark.parametrize("seed", range(6))
def test_a_reader_cannot_work_a_small_cell_out(seed):
    frame = made(seed, comments=260, groups=(0.7, 0.22, 0.08))
    found = count_comments(frame, coder="coder", group="group", wave="wave")
    units = frame.drop_duplicates("comment")
    groups, waves = sorted(units["group"].unique()), sorted(units["wave"].unique())
    cells = [(g, w, v) for g in groups for w in waves for v in (0, 1)]
    for code in CODES:
        rows, bounds = [], []
        for one in found.estimates:  # all that the printed table says of this code, and every n of any code
            name = one.name.removeprefix("share[").removesuffix("]")
            if not one.name.startswith("share["):
                continue
            which = dict(pair.split("=") for pair in name.partition("|")[2].split(",") if pair)
            inside = [all({"group": g, "wave": w}[k] == v for k, v in which.items()) for g, w, _ in cells]
            rows.append([float(i) for i in inside])
            bounds.append(one.n)
            if name.partition("|")[0] == code:
                rows.append([float(i and v) for i, (_, _, v) in zip(inside, cells, strict=True)])
                bounds.append(round(one.estimate * one.n))
        limits = LinearConstraint(np.array(rows), bounds, bounds)
        yes = {}
        for cell in cells:
            part = frame[(frame["group"] == cell[0]) & (frame["wave"] == cell[1])]
            yes[cell] = brute(part, code, "majority", ["comment"])[0]
        for at, cell in enumerate(cells):
            if not cell[2] or not 0 < yes[cell] < 10:
                continue
            ends = []
            for way in (1, -1):
                aim = np.zeros(len(cells))
                aim[at] = way
                answer = milp(aim, constraints=limits, integrality=np.ones(len(cells)))
                ends.append(np.inf if answer.x is None else way * answer.fun)
            assert ends[1] - ends[0] >= 9, (code, cell, ends)


def test_words_are_only_shown_when_asked_for():
    frame = made().assign(words=lambda f: [f"SECRET {n}" for n in f["comment"]])
    found = count_comments(frame, coder="coder", learner="learner", group="group")
    assert "SECRET" not in str(found.to_dict())
    shown = quotations(frame, "words", most=2)
    assert {name: len(said) for name, said in shown.items()} == dict.fromkeys(CODES, 2)
    assert shown == quotations(frame, "words", most=2)


WRONG = {
    "few comments": (lambda: made(comments=9), "too-few"),
    "no code": (lambda: made().assign(code=""), "no-code"),
    "all missing": (lambda: made().assign(group=None), "too-few"),
    "text for codes": (lambda: made().assign(code=lambda f: [f"I said {n}" for n in range(len(f))]), "many-codes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_no_share_where_there_is_none(case):
    make, id = WRONG[case]
    found = count_comments(make(), coder="coder", group="group")
    assert (found.status, list(found.estimates)) == ("not-estimable", [])
    assert id in {one.id for one in found.findings}


def test_a_comment_of_two_learners_is_refused_and_a_code_given_twice_counts_once():
    with pytest.raises(UnusableInputError, match="two values in column `learner`"):
        count_comments(made().assign(learner=lambda f: range(len(f))), learner="learner")
    frame = made()
    again = count_comments(pd.concat([frame, frame]), coder="coder")
    assert "duplicate-code" in {one.id for one in again.findings}
    assert again["share[roles]"] == count_comments(frame, coder="coder")["share[roles]"]
