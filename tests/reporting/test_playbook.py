"""The twelve-week playbook: figures of the programme at hand, places of mistakes, nothing that runs."""

from __future__ import annotations

import datetime
import itertools
import json
import math

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.playbook import implementation_plan, playbook_figures, read_playbook
from ipe_workbench.reporting.playbook.file import FIGURES
from ipe_workbench.simulation import Scenario, simulate
from ipe_workbench.starter import start_programme

STARTS = datetime.date(2027, 1, 11)


@pytest.fixture(scope="module")
def figures():
    programme = example_programme()
    return playbook_figures(programme, simulate(programme, Scenario(id="quick", title="Quick"), replicates=4, seed=7))


def test_every_figure_that_a_playbook_may_name_is_worked_out(figures):
    assert set(figures) == set(FIGURES)


def test_twelve_weeks_follow_each_other_without_a_gap(figures):
    plan = implementation_plan(read_playbook(), figures, programme="Ours", starts=STARTS)
    days = [plan.days(week) for week in range(len(plan.playbook.weeks))]
    assert len(days) == 12
    assert all((after[0] - before[1]).days == 1 for before, after in itertools.pairwise(days))
    assert "{" not in " ".join(plan.frame["what"])


def test_the_pilot_gives_its_share_to_within_ten_points(figures):
    # Half the Wald interval at the worst share of the pilot's own range, in whole teams of six.
    learners = int(figures["pilot_learners"])
    assert learners % 6 == 0
    assert 1.96 * math.sqrt(0.25 / learners) < 0.115
    assert 1.96 * math.sqrt(0.95 * 0.05 / (learners - 6)) < 0.10


def test_another_programme_has_its_own_figures(tmp_path):
    folder = start_programme(tmp_path / "ours", title="Ours", issuer="Us")
    done = CliRunner().invoke(
        app, ["playbook", str(folder), "--start", "2027-01-11", "--replicates", "4", "--format", "json"]
    )
    said = json.loads(done.stdout)
    assert said["programme"] == "Ours"
    assert said["figures"]["learners"] == "120"
    assert said["figures"]["credentials"] == "2 credentials and 1 stack"
    assert "VE1" in said["figures"]["not_taught"]


def test_the_programmes_own_playbook_comes_first_and_a_mistake_in_it_has_a_line(tmp_path):
    own = tmp_path / "playbook.yaml"
    text = "id: ours\ntitle: Ours\nroles: {lead: The lead}\nweeks:\n  - goal: Begin\n    tasks:\n"
    own.write_text(text + "      - {what: 'Greet {learners}.', who: lead}\n", encoding="utf-8")
    assert read_playbook(tmp_path).title == "Ours"
    own.write_text(text + "      - {what: 'Greet {lerners}.', who: leed}\n", encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        read_playbook(tmp_path)
    assert [one.id for one in caught.value.findings] == ["unknown-role", "unknown-figure"]
    assert "playbook.yaml:7" in str(caught.value)
    assert "lead" in caught.value.findings[0].mend


def test_names_stay_text_on_the_page_and_in_a_spreadsheet(figures):
    nasty = "<img src=x onerror=alert(1)>"
    plan = implementation_plan(
        read_playbook(), figures, programme=nasty, starts=STARTS, people={"lead": nasty, "it": "=cmd()"}
    )
    assert nasty not in plan.to_html()
    assert "&lt;img src=x" in plan.to_html()
    assert "'=cmd()" in plan.to_csv()


def test_a_file_that_is_there_is_kept(tmp_path):
    out = tmp_path / "plan.html"
    out.write_text("mine", encoding="utf-8")
    folder = start_programme(tmp_path / "ours", title="Ours", issuer="Us")
    done = CliRunner().invoke(app, ["playbook", str(folder), "--start", "2027-01-11", "--out", str(out)])
    assert done.exception is not None
    assert out.read_text(encoding="utf-8") == "mine"
