"""``ipe evaluate`` as a researcher meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from tests.cli.test_commands import ipe

TABLES = Path(__file__).parents[1] / "evaluation" / "reference"
READINESS = ",".join(f"Q{i}" for i in range(1, 9))
COMMANDS = {
    "compare": ["waves.csv", "--group", "cohort", "--value", "after", "--baseline", "before", "--covariates", "age"],
    "growth": ["growth.csv", "--outcome", "score", "--nested", "team,learner", "--time", "week"],
    "time-to-badge": ["times.csv", "--competing", "withdrawn", "--at", "30,60"],
    "reliability": ["answers.csv", "--items", "A,B,C,D,E,F", "--reverse", "D", "--min", "1", "--max", "5"],
    "agreement": ["codes.csv", "--level", "ordinal"],
    "raters": ["ratings.csv", "--criterion", "criterion"],
    "items": ["readiness.csv", "--items", READINESS, "--model", "2pl"],
    "missing": ["decay.csv", "--time", "days", "--value", "score", "--covariates", "profession"],
    "retention": ["decay.csv", "--value", "score", "--pass-mark", "70", "--cluster", "team", "--at", "30,365"],
    "equity": ["waves.csv", "--group", "cohort", "--value", "after", "--cluster", "team", "--min", "1", "--max", "5"],
    "confidence": ["confidence.csv", "--skill-again", "skill_again", "--group", "profession"],
    "change-imputed": ["decay.csv", "--time", "days", "--value", "score", "-m", "5", "--cluster", "team"],
}
FIRST = {
    "compare": "difference_welch",
    "growth": "week",
    "time-to-badge": "incidence[30]",
    "reliability": "alpha_listwise",
    "agreement": "krippendorff_alpha_ordinal",
    "raters": "sd[learner]",
    "items": "share_correct[Q1]",
    "missing": "missing[0]",
    "equity": "gap[new vs others]",
    "confidence": "bias",
    "retention": "half_life",
    "change-imputed": "mean_change_imputed",
}


def here(*arguments, code=0):
    """The command in this process, which spares the start of another."""
    answer = CliRunner().invoke(app, ["evaluate", *arguments])
    assert answer.exit_code == code, answer.output
    return answer


@pytest.mark.parametrize("command", COMMANDS)
def test_each_analysis_prints_the_contract(command):
    file, *options = COMMANDS[command]
    data = json.loads(here(command, str(TABLES / file), *options, "--format", "json").stdout)
    assert {"estimates", "status", "findings"} <= set(data)
    assert data["estimates"][0]["name"] == FIRST[command]
    for one in data["estimates"]:
        assert set(one) == {"name", "estimate", "low", "high", "n", "method"}
        if one["low"] is not None and one["high"] is not None:
            assert one["low"] <= one["estimate"] <= one["high"]


def test_change_in_words_and_as_a_table(tmp_path):
    path = tmp_path / "scores.csv"
    waves = pd.read_csv(TABLES / "waves.csv")
    waves.melt(["learner", "team"], ["before", "after"], "occasion", "score").to_csv(
        path, sep=";", decimal=",", index=False
    )
    asked = ("change", str(path), "--time", "occasion", "--value", "score")
    plain = here(*asked)
    assert "The score rose by 0.49 on average from before to after (95 % interval 0.35 to 0.62" in plain.stdout
    assert "d_av_mean_sd" in plain.stdout
    assert "clustering-ignored" in plain.stderr
    clustered = json.loads(here(*asked, "--cluster", "team", "--format", "json").stdout)
    assert "CR1 by cluster" in clustered["estimates"][0]["method"]


def test_power_answers_without_a_file():
    data = json.loads(here("power", "--effect", "0.2", "--power", "0.8", "--format", "json").stdout)
    assert {one["name"]: round(one["estimate"], 2) for one in data["estimates"]}["n"] == 198.15


def test_what_cannot_be_estimated_leaves_with_1_and_no_number(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("learner,wave,value\na,1,2\nb,1,3\na,2,3\nb,2,3\n", encoding="utf-8")
    data = json.loads(here("change", str(path), "--format", "json", code=1).stdout)
    assert (data["estimates"], data["status"]) == ([], "not-estimable")
    assert "Only 2 learners" in data["sentence"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["change", "waves.csv"], "There is no column `wave`"),
        (["reliability", "answers.csv", "--items", "A,B,G"], "There is no column `G`"),
        (["reliability", "answers.csv", "--items", "A,B", "--min", "5", "--max", "1"], "larger --max"),
        (["growth", "growth.csv", "--outcome", "score"], "needs a grouping column"),
        (["time-to-badge", "times.csv", "--at", "soon"], "no number"),
        (["items", "answers.csv", "--items", "A,B,C"], "neither 0 nor 1"),
        (["change", "missing.csv"], "no such file"),
    ],
)
def test_unusable_input_is_named(options, says):
    command, file, *rest = options
    answer = CliRunner().invoke(app, ["evaluate", command, str(TABLES / file), *rest])
    assert isinstance(answer.exception, UnusableInputError)
    assert says in str(answer.exception)


def test_unusable_input_is_one_sentence():
    answer = ipe("evaluate", "change", str(TABLES / "waves.csv"), code=2)
    known = "Known: learner, team, cohort, age, before, after."
    assert answer.stderr == f"ipe: {TABLES / 'waves.csv'}: There is no column `wave`. {known}\n"
