"""Items in two groups, and what wrong answers draw: R's numbers, planted faults, laws, and tables that tell nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import analyse_items, compare_item_functioning, score_choices, study_distractors

FOLDER = Path(__file__).parent / "reference"
R = {**json.loads((FOLDER / "raters.json").read_text()), **json.loads((FOLDER / "functioning.json").read_text())}
READY = pd.read_csv(FOLDER / "readiness.csv")
QUESTIONS = [f"Q{i}" for i in range(1, 9)]


def of(analysis, item):
    row = analysis[f"dif_log_odds_logistic[{item}]"]
    tests = {one.name: one.statistic for one in analysis.tests}
    ratios = [tests[f"{kind}[{item}], likelihood ratio"] for kind in ("uniform", "non-uniform")]
    return [-row.estimate, (row.high - row.low) / 2 / 1.959964, *ratios]


@pytest.mark.parametrize("item", ["Q4", "Q7"])
def test_right_or_wrong_items_are_those_of_glm(item):
    found = compare_item_functioning(READY, QUESTIONS, group="school")
    assert of(found, item) == pytest.approx(R[f"dif_{item}"], rel=1e-4)
    assert found[f"dif_r2[{item}]"].estimate == pytest.approx(R[f"dif_r2_{item}"], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("item", ["A", "D"])
def test_graded_items_are_those_of_polr(item):
    answers = pd.read_csv(FOLDER / "answers.csv")
    frame = answers.assign(D=6 - answers["D"], side=np.where(np.arange(len(answers)) % 2, "right", "left"))
    found = compare_item_functioning(frame, list("ABCDEF"), group="side")
    assert of(found, item) == pytest.approx(R[f"polr_{item}"], rel=1e-4, abs=1e-4)


def graded(shift, seed=2, n=300):
    rng = np.random.default_rng(seed)
    able, school = rng.normal(size=(n, 1)), np.tile(["north", "south"], n // 2)
    moved = np.zeros((n, 6))
    moved[:, 2] = np.where(school == "south", -shift, 0)
    answers = np.clip(np.round(3 + able + moved + 0.8 * rng.normal(size=(n, 6))), 1, 5)
    return pd.DataFrame(answers, columns=list("abcdef")).assign(school=school)


def test_one_item_that_favours_a_group_is_found_and_the_other_group_sees_it_turned_round():
    found = compare_item_functioning(graded(1.3), list("abcdef"), group="school")
    said = [one.message for one in found.findings if one.id.startswith("dif-")]
    assert len(said) == 1
    assert "Item c favours the reference group" in said[0]
    turned = compare_item_functioning(graded(1.3), list("abcdef"), group="school", reference="south")
    both = [one["dif_log_odds_logistic[c]"].estimate for one in (found, turned)]
    assert both[0] == pytest.approx(-both[1], abs=1e-3)


def test_items_alike_are_hardly_ever_named():
    named = sum(
        one.id.startswith("dif-")
        for seed in range(12)
        for one in compare_item_functioning(graded(0, seed, 120), list("abcdef"), group="school").findings
    )
    assert named <= 2


CASES = {
    "three groups": (lambda: READY.assign(school=list("abcd") * 65), "many-groups"),
    "one group": (lambda: READY.assign(school="a"), "many-groups"),
    "a small group": (lambda: READY.assign(school=["a"] * 5 + ["b"] * 255), "too-few"),
    "all missing": (lambda: READY.assign(Q1=np.nan), "many-groups"),
    "scores": (lambda: READY.assign(Q1=range(260)), "too-many-categories"),
    "flat": (lambda: READY.assign(**dict.fromkeys(QUESTIONS, 1)), "constant"),
}


@pytest.mark.parametrize("case", CASES)
def test_no_comparison_where_there_is_none(case):
    make, id = CASES[case]
    found = compare_item_functioning(make(), QUESTIONS, group="school")
    assert (found.status, list(found.estimates)) == ("not-estimable", [])
    assert id in {one.id for one in found.findings}


def choices(n=240, seed=4):
    rng = np.random.default_rng(seed)
    able = rng.normal(size=n)
    frame = {}
    for at in range(6):
        knows = able + rng.normal(size=n) > 0.2 * (at - 3)
        frame[f"Q{at}"] = np.where(knows, "A", rng.choice(list("BCD"), n, p=[0.5, 0.4, 0.1]))
    frame["Q5"] = np.where(frame["Q5"] == "A", "B", np.where(frame["Q5"] == "B", "A", frame["Q5"]))  # a wrong key
    return pd.DataFrame(frame)


KEY = {f"Q{at}": "a" for at in range(6)}


def test_choices_are_counted_and_the_keyed_one_goes_with_the_rest():
    frame = choices()
    found = study_distractors(frame, KEY)
    for item in KEY:
        shares = [one.estimate for one in found.estimates if one.name.startswith(f"chosen[{item}:")]
        assert sum(shares) == pytest.approx(1)
    assert found["chosen[Q0:B]"].estimate == (frame["Q0"] == "B").mean()
    scored = analyse_items(score_choices(frame, KEY), list(KEY), model="classical")
    assert found["chosen_rest_r[Q0:A]"].estimate == pytest.approx(scored["item_rest_r[Q0]"].estimate)
    said = {one.id: one.message for one in found.findings}
    assert said["key-against-rest"].startswith("Item Q5")
    assert "Item Q5: the wrong answer B draws" in said["telling-distractor"]
    assert "idle-distractor" in said


def test_tables_of_choices_that_tell_nothing():
    assert study_distractors(choices(12), KEY).status == "not-estimable"
    assert study_distractors(choices().assign(Q0=None), KEY).status == "not-estimable"
    with pytest.raises(UnusableInputError, match="240 different answers"):
        study_distractors(choices().assign(Q0=[f"x{n}" for n in range(240)]), KEY)


def test_the_command_scores_choices_and_compares_groups(tmp_path):
    path = tmp_path / "choices.csv"
    choices().to_csv(path, index=False)
    asked = ["evaluate", "items", str(path), "--items", ",".join(KEY), "--key", "A,A,A,A,A,A", "--format", "json"]
    names = [one["name"] for one in json.loads(CliRunner().invoke(app, asked).stdout)["estimates"]]
    assert {"rasch_difficulty[Q0]", "chosen[Q0:B]"} <= set(names)
    graded(1.3).to_csv(path, index=False)
    shown = CliRunner().invoke(
        app, ["evaluate", "items", str(path), "--items", "a,b,c,d,e,f", "--graded", "--group", "school"]
    )
    assert "1 work otherwise in one group" in shown.stdout
    wrong = CliRunner().invoke(app, ["evaluate", "items", str(path), "--items", "a,b,c", "--key", "A"])
    assert "3 items but 1 right answers" in str(wrong.exception)


def test_every_rasch_difficulty_has_a_standard_error_of_a_plausible_size():
    # Its information matrix has an eigenvalue of zero, which came out as a tiny one in one table of seventeen.
    for seed in range(40):
        rng = np.random.default_rng(seed)
        right = rng.random((220, 8)) < 1 / (1 + np.exp(-rng.normal(size=(220, 1)) + np.linspace(-1.5, 1.5, 8)))
        found = analyse_items(pd.DataFrame(right.astype(float), columns=list("abcdefgh")), list("abcdefgh"))
        widths = [one.high - one.low for one in found.estimates if one.name.startswith("rasch_difficulty")]
        assert len(widths) == 8
        assert 0.4 < min(widths) <= max(widths) < 1.0
