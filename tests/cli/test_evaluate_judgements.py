"""``ipe evaluate`` for what people judge: raters, standards, comments, and the ways that learners took."""

from __future__ import annotations

import json

import pandas as pd
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
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
