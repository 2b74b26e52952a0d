"""Scoring keys: what ships is consistent, and scores follow the key."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.evaluation import Instrument, list_instruments, load_instrument, score_instrument

SHIPPED = {one.id: one for one in list_instruments()}


def answers(instrument, value=None, learners=3, frame="post", seed=0):
    rng = np.random.default_rng(seed)
    high = int(instrument.maximum) + 1
    rows = [
        (f"L{n}", "w1", frame, item.number, rng.integers(instrument.minimum, high) if value is None else value)
        for n in range(learners)
        for item in instrument.items
    ]
    return pd.DataFrame(rows, columns=["learner", "wave", "frame", "item", "value"])


@pytest.mark.parametrize("id", SHIPPED)
def test_every_shipped_key_names_source_and_licence_and_keeps_its_scale(id):
    form = SHIPPED[id]
    assert form.source
    assert form.licence
    assert form.parallel_form is None or SHIPPED[form.parallel_form].parallel_form == id
    if form.to_complete:
        with pytest.raises(UnusableInputError, match="is not whole"):
            score_instrument(answers(form), form)
        form = form.model_copy(update={"to_complete": ""})  # as in the user's own copy
    scores, _ = score_instrument(answers(form), form)
    assert set(scores["scale"]) == set(form.scales())
    assert scores["score"].between(form.minimum, form.maximum).all()


@pytest.mark.parametrize(
    ("id", "items", "sizes"),
    [
        ("iccas", 20, {"communication": 5, "collaboration": 3, "roles": 4, "patient-centred": 3, "conflict": 3}),
        ("iccas-r", 21, {"total": 20}),
        ("ripls", 19, {"teamwork": 9, "negative-identity": 3, "positive-identity": 4, "roles": 3}),
        ("t-tpq", 35, dict.fromkeys(["structure", "leadership", "monitoring", "support", "communication"], 7)),
        ("spice-r2", 10, {"teamwork": 4, "roles": 3, "outcomes": 3}),
        ("t-taq", 30, dict.fromkeys(["structure", "leadership", "monitoring", "support", "communication"], 6)),
        ("athct", 20, {"quality": 14, "physician": 6}),
        ("jtog", 5, dict.fromkeys(["values", "communication", "roles", "teamwork", "patient"], 1)),
        ("ipas", 27, {"teamwork": 9, "patient": 5, "biases": 3, "diversity": 4, "community": 6}),
        ("sims", 16, dict.fromkeys(["intrinsic", "identified", "external", "amotivation"], 4)),
        ("ipec-csa-v3", 16, {"total": 16}),
        ("isvs-21", 21, {"total": 21}),
    ],
)  # fmt: skip
def test_published_numbers_of_items(id, items, sizes):
    form = SHIPPED[id]
    assert len(form.items) == items
    scales = form.scales()
    assert {name: len(scales[name]) for name in sizes} == sizes


def test_reversed_items_count_the_other_way_and_a_global_item_stands_apart():
    ripls = SHIPPED["ripls"]
    scores, findings = score_instrument(answers(ripls, value=5), ripls)
    one = scores[scores["learner"] == "L0"].set_index("scale")["score"]
    assert (one["teamwork"], one["negative-identity"]) == (5, 1)
    assert one["total"] == pytest.approx((16 * 5 + 3 * 1) / 19)
    assert {"straight-lining"} == {found.id for found in findings}
    assert "key-unchecked" in {found.id for found in score_instrument(answers(SHIPPED["sims"]), SHIPPED["sims"])[1]}
    form = SHIPPED["iccas-r"]
    high = answers(form, value=5)
    assert (
        score_instrument(high.assign(value=high["value"].mask(high["item"] == "21", 1)), form)[0]["score"].eq(5).all()
    )


def test_frames_are_never_mixed():
    form = SHIPPED["iccas"]
    both = pd.concat([answers(form, 2, frame="retrospective-pre"), answers(form, 6)])
    scores, _ = score_instrument(both, form)
    total = scores[scores["scale"] == "total"]
    assert total.groupby("frame")["score"].agg(["min", "max"]).to_dict("index") == {
        "post": {"min": 6.0, "max": 6.0},
        "retrospective-pre": {"min": 2.0, "max": 2.0},
    }


def test_too_few_answers_give_no_score_and_na_codes_are_no_answers():
    form = SHIPPED["isvs-21"]
    some = answers(form, 7, learners=2)
    some.loc[some.index[:4], "value"] = 0  # not applicable: 17 of 21 are left, 81 %
    some.loc[some.index[21:26], "value"] = np.nan  # 16 of 21, 76 %
    scores, findings = score_instrument(some, form)
    assert scores["score"].tolist()[0] == 7
    assert np.isnan(scores["score"].tolist()[1])
    assert scores["answered"].tolist() == [17, 16]
    assert "out-of-range" not in {found.id for found in findings}


def test_faulty_answers_are_told_and_left_out():
    form = SHIPPED["iccas"]
    frame = pd.concat([answers(form, 4), answers(form, 5).head(1)], ignore_index=True)
    frame.loc[30, "value"] = 44
    frame.loc[len(frame)] = ["L0", "w1", "post", "99", 3]
    scores, findings = score_instrument(frame, form)
    assert {"duplicate-answer", "out-of-range", "unknown-item"} <= {found.id for found in findings}
    assert scores["score"].dropna().eq(4).all()
    # Three of four answers are fewer than four in five.
    assert scores.loc[scores["score"].isna(), "scale"].tolist() == ["roles"]


def test_an_item_that_the_export_had_reversed_already_is_seen():
    rng = np.random.default_rng(2)
    form = SHIPPED["ripls"]
    trait = rng.normal(size=80)

    def answer(n, item):
        way = -1 if item.reverse and item.number != "11" else 1
        return int(np.clip(round(3 + way * trait[n] + 0.5 * rng.normal()), 1, 5))

    rows = [(f"L{n}", item.number, answer(n, item)) for n in range(80) for item in form.items]
    _, findings = score_instrument(pd.DataFrame(rows, columns=["learner", "item", "value"]), form)
    said = [found.message for found in findings if found.id == "item-looks-unreversed"]
    assert any("Item 11" in one for one in said)
    assert all("Item 11" in one for one in said)


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": [{"number": "1", "topic": "a"}] * 2},
        {"items": [{"number": "1", "topic": "a", "subscale": "x"}]},
        {"minimum": 5},
        {"licence": ""},
    ],
)
def test_an_inconsistent_key_is_refused(wrong):
    good = {"id": "own", "title": "Own", "outcome_level": "attitude", "minimum": 1, "maximum": 5, "licence": "ours",
            "items": [{"number": "1", "topic": "a"}]}  # fmt: skip
    Instrument.model_validate(good)
    with pytest.raises(ValueError, match="validation error"):
        Instrument.model_validate(good | wrong)


def test_unknown_instruments_and_empty_tables_are_refused():
    with pytest.raises(UnknownNameError, match="Did you mean iccas"):
        load_instrument("icas")
    frame = answers(SHIPPED["sims"]).assign(instrument="sims")
    with pytest.raises(UnusableInputError, match="No answer belongs to `iccas`"):
        score_instrument(frame, SHIPPED["iccas"])


def test_the_command_scores_a_file_and_neutralises_formulas(tmp_path):
    source, out = tmp_path / "answers.csv", tmp_path / "scores.csv"
    frame = answers(SHIPPED["sims"], seed=4)
    frame.assign(learner=frame["learner"].replace("L0", "=cmd()")).to_csv(source, index=False)
    asked = ["evaluate", "score", str(source), "--instrument", "sims", "--out", str(out)]
    data = json.loads(CliRunner().invoke(app, [*asked, "--format", "json"]).stdout)
    assert (data["learners"], data["scores"], data["not_scored"]) == (3, 12, 0)
    assert out.read_text(encoding="utf-8").count("'=cmd()") == 4
    again = CliRunner().invoke(app, asked)
    assert isinstance(again.exception, UnusableInputError)
    table = CliRunner().invoke(app, [*asked, "--force"])
    assert table.exit_code == 0
    assert "Situational Motivation Scale" in table.stdout
    assert "sims" in CliRunner().invoke(app, ["evaluate", "instruments"]).stdout


def test_the_global_item_of_iccas_r_runs_the_other_way_and_is_no_part_of_the_total():
    form = SHIPPED["iccas-r"]
    last = form.items[-1]
    assert (last.number, last.reverse, last.scored) == ("21", True, False)
    much_better = answers(form, value=1)
    scores, _ = score_instrument(much_better, form)
    assert scores.loc[scores["scale"] == "total", "score"].eq(1).all()


def test_one_of_two_parallel_forms_given_twice_is_told():
    form = SHIPPED["isvs-9a"]
    once = answers(form, seed=1)
    assert "same-form-twice" not in {found.id for found in score_instrument(once, form)[1]}
    again = pd.concat([once, once.assign(wave="w2")])
    found = next(one for one in score_instrument(again, form)[1] if one.id == "same-form-twice")
    assert (found.message[:2], "isvs-9b" in found.mend) == ("3 ", True)


def test_a_key_of_ones_own_is_scored_by_its_own_rules(tmp_path):
    folder = tmp_path / "programme" / "instruments"
    folder.mkdir(parents=True)
    (folder / "huddle.yaml").write_text(
        "id: huddle\ntitle: Our huddle form\noutcome_level: behaviour\nminimum: 0\nmaximum: 10\nscoring: sum\n"
        "not_applicable: [99]\nlicence: ours\nchecked: true\nsubscales: {talk: Talking}\nitems:\n"
        "  - {number: a, topic: speaking, subscale: talk}\n  - {number: b, topic: interrupting, reverse: true}\n",
        encoding="utf-8",
    )
    rows = [("x", "a", 7), ("x", "b", 2), ("y", "a", 99), ("y", "b", 4)]
    source, out = tmp_path / "answers.csv", tmp_path / "scores.csv"
    pd.DataFrame(rows, columns=["learner", "item", "value"]).to_csv(source, index=False)
    asked = ["evaluate", "score", str(source), "--instrument", "huddle", "--programme", str(tmp_path / "programme")]
    data = json.loads(CliRunner().invoke(app, [*asked, "--out", str(out), "--format", "json"]).stdout)
    assert (data["scores"], data["not_scored"], data["findings"]) == (2, 2, [])
    scores = pd.read_csv(out).set_index(["learner", "scale"])["score"]
    assert (scores["x", "total"], scores["x", "talk"]) == (7 + (0 + 10 - 2), 7)
    assert scores.isna()["y", "total"]
