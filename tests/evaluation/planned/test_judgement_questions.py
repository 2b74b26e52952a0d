"""Planned questions about judgements: facets of error, items that favour a group, and where the pass mark lies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.evaluation import Answer, compare_item_functioning, run_plan, study_generalizability
from tests.evaluation.planned.cohorts import START, FrameRecords, answer, enrolled, rate
from tests.evaluation.planned.test_running import POST, PRE, plan_of

HANDOVER = {"rubric": "structured-handover"}
ROWS = ["structure", "plain-language", "duties"]
PANEL = "standards/irat.csv"


def ask(records: FrameRecords, folder: Path | None = None, **planned: Any) -> Answer:
    return run_plan(plan_of({"id": "one", **planned}), ours(folder), records).answers[0]


def ours(folder: Path | None) -> Programme:
    example = example_programme()
    return example if folder is None else replace(example, folder=folder)


def rated(count: int = 60, **more: Any) -> FrameRecords:
    records = enrolled(count)
    rate(records, "structured-handover", ROWS, {"2027-spring": 0.0}, count=count, **more)
    return records


def sat(count: int, items: int = 8, favoured: float = 0.0, easy: float = 0.0) -> FrameRecords:
    """Right-or-wrong answers; those in nursing get the first item right more often by `favoured` logits."""
    rng, records = np.random.default_rng(5), enrolled(count)
    nurses = [row["profession"] == "nursing" for row in records.rows["enrolments"]]
    for who in range(count):
        ability = rng.normal() + easy
        for item in range(items):
            pull = favoured if item == 0 and nurses[who] else 0.0
            right = rng.random() < 1 / (1 + np.exp(-(ability + pull - 0.3 * (item - items / 2))))
            records.add("item_responses", [{
                "learner": f"L{who}", "assessment": "irat", "attempt": 1, "item": f"Q{item}", "response": None,
                "score": float(right),
            }])  # fmt: skip
        records.add("assessments", [{
            "learner": f"L{who}", "assessment": "irat", "kind": "irat", "credential": None, "attempt": 1,
            "on": START["2026-fall"], "score": 0.5, "points": None, "points_possible": None, "passed": None,
            "team": None,
        }])  # fmt: skip
    return records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the judgements of a panel of nine, who are named like people; they say .5 on average."""
    rng = np.random.default_rng(2)
    rows = [
        {"judge": f"Dr Ada {judge}", "item": f"Q{item}", "rating": round(rng.uniform(0.3, 0.7), 2)}
        for judge in range(9) for item in range(8)
    ]  # fmt: skip
    (tmp_path / "standards").mkdir()
    pd.DataFrame(rows).to_csv(tmp_path / PANEL, index=False)
    return tmp_path


def test_generalizability_is_that_of_the_ratings_with_the_planned_facets() -> None:
    records = rated()
    facets = {"over": ["criterion", "rater"], "fixed": ["criterion"], "sizes": {"criterion": [3], "rater": [1, 2]}}

    found = ask(records, question="generalizability", measure=HANDOVER, facets=facets)

    table = pd.DataFrame(records.rows["rubric_scores"])
    alone = study_generalizability(table, facets=["criterion", "rater"], fixed=["criterion"],
                                   sizes={"criterion": [3], "rater": [1, 2]})  # fmt: skip
    assert found.verdict == "described"
    assert found.headline is not None
    assert found.headline.name == "phi[criterion=3, rater=1]"
    for name in ("phi[criterion=3, rater=1]", "phi[criterion=3, rater=2]", "sd[learner:rater]"):
        assert found.analysis[name].estimate == pytest.approx(alone[name].estimate, rel=1e-6)
    assert found.n == 60


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "generalizability", "measure": HANDOVER, "facets": {"over": ["rater"]}},
        {"question": "generalizability", "measure": {"instrument": "sims"}, "waves": [PRE],
         "facets": {"over": ["item"]}},
        {"question": "items", "measure": {"assessment": "irat"}, "comparison": {"by": "profession"}},
        {"question": "items", "measure": {"instrument": "sims"}, "waves": [PRE], "comparison": {"by": "profession"}},
        {"question": "standard", "measure": HANDOVER,
         "standard": {"method": "borderline-group", "borderline": 2, "grade": {**HANDOVER, "criterion": "duties"}}},
    ],
)  # fmt: skip
def test_records_without_the_data_give_no_number_and_say_so(asked: dict[str, Any]) -> None:
    found = ask(enrolled(20), **asked)

    assert found.verdict == "not-answered"
    assert [one.id for one in found.analysis.findings] == ["no-data"]


def test_angoff_without_answers_sets_the_cut_and_says_that_who_passes_is_not_known(folder: Path) -> None:
    design = {"method": "angoff", "judgements": PANEL}

    found = ask(enrolled(20), folder, question="standard", measure={"assessment": "irat"}, standard=design)

    assert found.headline is not None
    assert "no-consequences" in [one.id for one in found.analysis.findings]


def test_generalizability_of_an_instrument_has_its_items_as_a_facet() -> None:
    """Alpha is the relative coefficient of as many items as there are (Brennan 2001, 2.3): a law that joins the two."""
    records = enrolled(80)
    answer(records, "ipec-csa-v3", 16, {("2028-spring", "post"): 0.0}, count=80)
    measure = {"instrument": "ipec-csa-v3"}

    found = ask(records, question="generalizability", measure=measure, waves=[POST],
                facets={"over": ["item"], "sizes": {"item": [8, 16]}})  # fmt: skip
    alpha = ask(records, question="reliability", measure=measure, waves=[POST])

    assert found.analysis["e_rho2[item=16]"].estimate == pytest.approx(alpha.analysis["alpha_listwise"].estimate)


def test_performances_of_a_learner_are_occasions_where_the_plan_says_so() -> None:
    records = enrolled(40)
    rate(records, "structured-handover", ROWS, {"2027-spring": 0.0, "2028-spring": 0.0}, count=40)

    one = ask(records, question="generalizability", measure=HANDOVER, facets={"over": ["occasion", "criterion"]})

    assert "sd[learner:occasion]" not in [each.name for each in one.analysis.estimates]  # two raters: a score twice
    assert one.sentence.startswith("Learner (somebody) has more than one score")


def test_item_that_favours_a_profession_is_found_and_only_a_named_one_is_tested() -> None:
    records = sat(420, favoured=2.5)
    by = {"by": "profession", "group": "nursing", "reference": "medicine"}

    found = ask(records, question="items", measure={"assessment": "irat"}, comparison=by)
    named = ask(records, question="items", measure={"assessment": "irat"}, comparison=by, expected="difference",
                estimate="dif_log_odds_mh[Q0]")  # fmt: skip

    assert found.headline is not None
    assert found.headline.name == "dif_log_odds_mh[Q0]"
    assert (found.headline.high or 0) < 0  # above zero favours the reference
    assert "dif-large" in [one.id for one in found.analysis.findings]
    assert (found.verdict, named.verdict) == ("described", "supported")


def test_graded_items_are_compared_with_reversed_ones_turned() -> None:
    records = enrolled(240)
    answer(records, "sims", 16, {("2026-fall", "pre"): 0.0}, count=240, scale=(1, 7))
    by = {"by": "profession", "group": "nursing", "reference": "medicine"}

    found = ask(records, question="items", measure={"instrument": "sims", "scale": "identified"}, waves=[PRE],
                comparison=by)  # fmt: skip

    names = [one.name for one in found.analysis.estimates if one.name.startswith("dif_log_odds")]
    answers = pd.DataFrame(records.rows["survey_responses"]).pivot(index="learner", columns="item", values="value")
    people = pd.DataFrame(records.rows["enrolments"]).set_index("learner")["profession"]
    both = answers.join(people)
    both = both[both["profession"].isin(["nursing", "medicine"])]
    items = [one[22:-1] for one in names]
    alone = compare_item_functioning(both, items, group="profession", reference="medicine")
    assert len(items) == 4
    assert [found.analysis[one].estimate for one in names] == pytest.approx([alone[one].estimate for one in names])


def test_small_group_is_not_counted_out_in_words() -> None:
    records = sat(60)
    for row in records.rows["enrolments"][:4]:
        row["cohort"] = "two"

    found = ask(records, question="items", measure={"assessment": "irat"}, comparison={"by": "cohort"})

    told = json.dumps(found.to_dict())
    assert not [one for one in found.analysis.estimates if one.name.startswith("dif_")]
    assert "4 learners" not in told
    assert "nly 4" not in told


def test_cut_score_is_read_from_the_line_of_scores_on_overall_grades() -> None:
    records = rated(120)
    design = {"method": "borderline-regression", "borderline": 2,
              "grade": {"rubric": "structured-handover", "criterion": "duties"}}  # fmt: skip

    found = ask(records, question="standard", measure=HANDOVER, standard=design)

    table = pd.DataFrame(records.rows["rubric_scores"]).groupby(["learner", "criterion"])["score"].mean().unstack()
    weights = {one.id: one.weight for one in example_programme().credentials["structured-handover"].rubric.criteria}  # type: ignore[union-attr]
    rest = [one for one in ROWS if one != "duties"]
    score = sum(table[one] * weights[one] for one in rest) / sum(weights[one] for one in rest)
    slope, start = np.polyfit(table["duties"], score, 1)
    assert found.headline is not None
    assert found.headline.name == "cut"
    assert found.headline.estimate == pytest.approx(start + 2 * slope)
    assert found.n == 120


def test_standard_of_a_panel_with_what_would_follow_from_it(folder: Path) -> None:
    records = sat(160)
    design = {"method": "angoff", "judgements": PANEL}

    found = ask(records, folder, question="standard", measure={"assessment": "irat"}, standard=design, minimum_n=8)

    judged = pd.read_csv(folder / PANEL).groupby("judge")["rating"].mean()
    points = pd.DataFrame(records.rows["item_responses"]).groupby("learner")["score"].sum()
    assert found.n == 9
    assert found.headline is not None
    assert found.headline.estimate == pytest.approx(8 * judged.mean())
    assert found.analysis["pass_rate"].estimate == pytest.approx((points >= 8 * judged.mean()).mean())
    assert "Ada" not in json.dumps(found.to_dict())
    assert not [one for one in found.analysis.estimates if one.name.startswith("judge_")]


def test_pass_rate_that_gives_few_learners_away_is_not_shown(folder: Path) -> None:
    design = {"method": "angoff", "judgements": PANEL}

    found = ask(sat(60, easy=1.8), folder, question="standard", measure={"assessment": "irat"}, standard=design)

    names = [one.name for one in found.analysis.estimates]
    assert "cut" in names
    assert not [one for one in names if one.startswith(("pass_rate", "near_cut"))]
    assert "%" not in found.sentence.replace("95 % interval", "")
    assert "small-cells" in [one.id for one in found.analysis.findings]


@pytest.mark.parametrize("link", [False, True], ids=["no file", "a link that leads out"])
def test_judgements_that_are_not_in_the_folder_take_no_other_analysis_with_them(folder: Path, link: bool) -> None:
    file = folder / PANEL
    outside = folder.parent / f"{folder.name}-outside.csv"
    file.rename(outside)
    if link:
        file.symlink_to(outside)
    records = sat(40)
    plan = plan_of(
        {"id": "cut", "question": "standard", "measure": {"assessment": "irat"},
         "standard": {"method": "angoff", "judgements": PANEL}},
        {"id": "items", "question": "items", "measure": {"assessment": "irat"}},
    )  # fmt: skip

    cut, items = run_plan(plan, ours(folder), records).answers

    assert cut.verdict == "not-answered"
    assert ("outside of the programme" if link else "no such file") in cut.sentence
    assert items.analysis.estimates


def test_items_at_a_point_in_time_are_those_of_the_attempt_in_it() -> None:
    records = sat(40)
    asked = {"question": "items", "measure": {"assessment": "irat"}}

    then = ask(records, **asked, waves=[{"term": "2026-fall"}])
    later = ask(records, **asked, waves=[{"term": "2027-spring"}])

    assert then.analysis["kr20"].n == 40
    assert later.verdict == "not-answered"
