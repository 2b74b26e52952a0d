"""``ipe evaluate`` for what people judge: raters, standards, comments, and the ways that learners took."""

from __future__ import annotations

import json

import pandas as pd
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.resources import data_folder
from tests.cli.test_evaluate import TABLES, here

FACETS = str(TABLES / "facets.csv")
MANY_FACET = ["raters", FACETS, "--model", "many-facet", "--criterion", "criterion"]


def refused(*arguments):
    answer = CliRunner().invoke(app, ["evaluate", *arguments])
    assert isinstance(answer.exception, UnusableInputError)
    return str(answer.exception)


def test_many_facet_severity_and_fair_averages_of_learners(tmp_path):
    out, source = tmp_path / "fair.csv", tmp_path / "ratings.csv"
    frame = pd.read_csv(FACETS)
    frame.assign(learner=frame["learner"].replace("L00", "=cmd()")).to_csv(source, index=False)
    asked = ["raters", str(source), *MANY_FACET[2:], "--bias", "--learners", str(out)]
    data = json.loads(here(*asked, "--format", "json").stdout)
    assert data["estimates"][0]["name"] == "severity[R6]"
    assert any(one["name"] == "bias[R0,C0]" for one in data["estimates"])
    table = pd.read_csv(out)
    assert list(table.columns) == ["learner", "ratings", "mean", "measure", "se", "fair_average"]
    assert len(table) == 90
    assert "'=cmd()" in set(table["learner"])
    assert "exists" in refused(*asked)
    words = here(*asked, "--force", "--scale", "partial-credit").stdout
    assert "The 7 raters differ: from R6, the most severe, to R0" in words
    assert "threshold[C0:1-2]" in words


def test_options_of_the_other_model_are_refused():
    assert "many-facet" in refused("raters", FACETS, "--bias")
    assert "Name --criterion" in refused("raters", FACETS, "--model", "many-facet", "--scale", "partial-credit")


def test_raters_who_share_nobody_are_not_compared(tmp_path):
    path = tmp_path / "apart.csv"
    frame = pd.read_csv(FACETS)
    frame[frame["rater"] == frame.groupby("learner")["rater"].transform("first")].to_csv(path, index=False)
    data = json.loads(here("raters", str(path), *MANY_FACET[2:], "--format", "json", code=1).stdout)
    assert data["estimates"] == []
    assert [one["id"] for one in data["findings"]] == ["not-connected"]


def test_a_panel_sets_a_standard(tmp_path):
    points, shares = tmp_path / "points.csv", tmp_path / "shares.csv"
    pd.DataFrame({"learner": range(80), "marks": [8 + n % 17 for n in range(80)]}).to_csv(points, index=False)
    ratings = pd.read_csv(TABLES / "angoff.csv")
    ratings.groupby("item")["rating"].mean().rename("share_correct").reset_index().to_csv(shares, index=False)
    asked = ["standard", str(TABLES / "angoff.csv"), "--method", "angoff", "--round", "round", "--scores", str(points)]
    data = json.loads(here(*asked, "--score", "marks", "--correct", str(shares), "--format", "json").stdout)
    names = [one["name"] for one in data["estimates"]]
    assert names[0] == "cut"
    assert {"pass_rate", "judge_correct_r[J0]", "cut_share[round 1]"} <= set(names)
    assert "80 learners pass" in data["sentence"]


def test_examiners_set_a_standard():
    osce = str(TABLES / "osce.csv")
    asked = ["standard", osce, "--method", "borderline-regression", "--station", "station"]
    assert "The cut score is 11.94" in here(*asked, "--borderline", "2").stdout
    group = here("standard", osce, "--method", "borderline-group", "--station", "station", "--borderline", "2")
    assert "cut[handover]" in group.stdout
    assert "Which grade means borderline" in refused(*asked)
    assert "belong to Angoff" in refused(*asked, "--borderline", "2", "--round", "round")
    assert "borderline methods" in refused("standard", osce, "--method", "angoff", "--borderline", "2")
    data = json.loads(here(*asked, "--borderline", "7", "--format", "json", code=1).stdout)
    assert {one["id"] for one in data["findings"]} == {"extrapolated"}


def test_comments_are_counted_and_quoted_only_on_request(tmp_path):
    path = tmp_path / "codes.csv"
    rows = [(n, who, "roles" if n % 3 else "", f"=words {n}\x1b[2J") for n in range(60) for who in "AB"]
    pd.DataFrame(rows, columns=["comment", "coder", "code", "words"]).to_csv(path, index=False)
    plain = here("comments", str(path), "--coder", "coder")
    assert "Most often said: roles, by 67 % of 60 comments" in plain.stdout
    assert "words" not in plain.stdout
    quoted = here("comments", str(path), "--coder", "coder", "--quotes", "2", "--text", "words")
    assert quoted.stdout.count("=words") == 2
    assert "\x1b[2J" not in quoted.stdout
    asked = ("comments", str(path), "--coder", "coder", "--quotes", "1", "--text", "words", "--format", "json")
    assert len(json.loads(here(*asked).stdout)["quotations"]["roles"]) == 1
    assert "go together" in refused("comments", str(path), "--quotes", "2")


def test_ways_are_compared_with_the_design_and_drawn(tmp_path):
    path, figure = tmp_path / "awards.csv", tmp_path / "map.svg"
    days = {
        "values-foundations": "2026-09-10",
        "roles-foundations": "2026-09-24",
        "communication-foundations": "2026-10-08",
    }
    rows = [(n, badge, day) for n in range(40) for badge, day in days.items() if n < 25 or badge != "roles-foundations"]
    pd.DataFrame(rows, columns=["learner", "credential", "on"]).to_csv(path, index=False)
    design = str(data_folder() / "programmes" / "cu-ipe")
    asked = ("process", str(path), "--programme", design, "--goal", "ipe-micro-credential", "--figure", str(figure))
    data = json.loads(here(*asked, "--today", "2026-11-01", "--format", "json").stdout)
    names = {one["name"]: one["estimate"] for one in data["estimates"]}
    assert names["step[values-foundations>roles-foundations]"] == 25 / 40
    assert names["under_way"] == 1
    assert "Foundations" in figure.read_text(encoding="utf-8")
    assert "exists" in refused(*asked)
    assert "Add --programme" in refused("process", str(path), "--goal", "ipe-micro-credential")
    assert "twice" in refused(*asked, "--ends", "roles-foundations", "--force")
