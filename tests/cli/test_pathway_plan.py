"""``ipe pathways plan``, for one learner and for many."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError


def test_the_command_plans_for_a_learner_and_for_a_cohort(tmp_path):
    awards = tmp_path / "awards.csv"
    awards.write_text(
        "learner,badge,awarded_on,profession\n=L1,values-foundations,2026-09-06,nursing\nL2,speaking-up,2026-10-01,pharmacy\n"
    )
    command = ["pathways", "plan", "data/programmes/cu-ipe", "--goal", "communication-certificate"]
    one = ipe(*command, "--awards", str(awards), "--learner", "L2", "--format", "json")
    assert json.loads(one.stdout)["proven"] is True
    every = ipe(*command, "--awards", str(awards), "--out", str(tmp_path / "plans.csv"))
    assert (every.exit_code, "2 learners in 2 states; each plan proven best." in every.stdout) == (0, True)
    assert "\n'=L1,communication-certificate,1," in (tmp_path / "plans.csv").read_text()
    again = ipe(*command, "--profession", "nursing", "--out", str(tmp_path / "plans.csv"))
    assert (again.exit_code, "--force" in str(again.exception)) == (1, True)
    held = "\n".join(f"L3,{one},2026-09-06,nursing" for one in example_programme().credentials)
    awards.write_text(f"learner,badge,awarded_on,profession\n{held}\n")
    assert "nothing more to earn; complete on" in ipe(*command, "--awards", str(awards)).stdout
    closed = ipe(*command, "--profession", "nursing", "--closed", "structured-handover")
    assert (closed.exit_code, "cannot be completed" in closed.stdout) == (1, True)
    shared = ipe(*command, "--cohort", "--joint", "--seats", "interprofessional-rounds=300", "--format", "json")
    assert json.loads(shared.stdout)["gap"] < 0.01


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--profession", "wizardry"],
        ["--profession", "nursing", "--aim", "fun"],
        ["--profession", "nursing", "--aim", "growth"],
        ["--profession", "nursing", "--hours", "many"],
        ["--profession", "nursing", "--hours", "2030-fall=3"],
        ["--profession", "nursing", "--closed", "nothing"],
        ["--profession", "nursing", "--seats", "team-simulation=3"],
        ["--learner", "L1"],
        ["--cohort", "--joint", "--seats", "team-simulation=-1"],
    ],
)
def test_the_command_refuses_what_it_cannot_plan_for(arguments):
    answer = ipe("pathways", "plan", "data/programmes/cu-ipe", "--goal", "communication-certificate", *arguments)
    assert isinstance(answer.exception, UnusableInputError)
    assert answer.stdout == ""


def ipe(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))
