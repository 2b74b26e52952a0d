"""``ipe credentials``: a new file that passes the check, and what there is already."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import check_programme, example_programme, load_programme
from ipe_workbench.credentials.drafting import draft_credential
from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.folder_check import check_folder
from ipe_workbench.frameworks import load_framework
from ipe_workbench.starter import start_programme
from tests import programmes
from tests.cli.test_init import COMMAND, hostile, talk, usable
from tests.programmes import copy_of_cu_ipe, replace_in

EXAMPLE = example_programme()


@pytest.fixture
def folder(tmp_path) -> Path:
    return start_programme(tmp_path / "mine", title="T", issuer="I")


def credentials(*arguments: str | Path, code: int = 0) -> str:
    answer = CliRunner().invoke(app, ["credentials", *map(str, arguments)], catch_exceptions=code == 0)
    assert answer.exit_code == code, answer.output
    return answer.output


def refused(*arguments: str | Path) -> str:
    with pytest.raises(WorkbenchError) as caught:
        CliRunner().invoke(app, ["credentials", *map(str, arguments)], catch_exceptions=False)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("stage", ["exposure", "immersion", "competence"])
def test_a_draft_of_each_stage_passes_without_warning_and_says_what_to_fill_in(folder, stage):
    credentials("new", folder, "home-visits", "--title", "Visits: at home", "--stage", stage, "--hours", "6.5",
                "--competency", "RR1", "--competency", "ipec-2023:C3")  # fmt: skip
    assert [one for one in check_folder(folder).findings if one.severity != "info"] == []
    made = load_programme(folder).credentials["home-visits"]
    assert (made.title, made.stage, made.hours, made.status) == ("Visits: at home", stage, 6.5, "draft")
    assert [(one.competency, one.level) for one in made.alignments] == [("RR1", stage), ("C3", stage)]
    text = (folder / "credentials" / "home-visits.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/credential.schema.json\n")
    assert "# what a learner can do afterwards" in text


def test_a_draft_without_competencies_shows_how_to_add_one(folder):
    credentials("new", folder, "home-visits")
    text = (folder / "credentials" / "home-visits.yaml").read_text(encoding="utf-8")
    assert load_programme(folder).credentials["home-visits"].alignments == ()
    assert '# alignments:\n#   - {framework: "ipec-2023", competency: "VE1"' in text


def test_assessors_time_that_the_programme_lacks_is_left_open_and_said(folder):
    answer = credentials("new", folder, "home-visits", "--stage", "competence")
    assert "preceptor hours" in answer
    assert load_programme(folder).credentials["home-visits"].assessment.assessor_minutes == 0


@pytest.mark.parametrize("like", EXAMPLE.credentials)
def test_a_copy_of_any_credential_adds_no_finding(like):
    draft = draft_credential(EXAMPLE, "copy", like=like)
    assert check_programme(EXAMPLE.with_credential(draft.credential)) == check_programme(EXAMPLE)
    source = EXAMPLE.credentials[like]
    assert (draft.credential.hours, draft.credential.criteria) == (source.hours, source.criteria)
    assert not {one.id for one in draft.credential.activities} & {one.id for one in source.activities}


def test_a_copy_that_would_overload_the_rooms_leaves_them_out_and_says_so():
    draft = draft_credential(EXAMPLE, "copy", like="team-simulation")
    source = EXAMPLE.credentials["team-simulation"].activities
    assert [one.room for one in source] == ["team-learning-hall", "simulation-suite"]
    assert [one.room for one in draft.credential.activities] == ["team-learning-hall", None]
    assert draft.credential.activities[1].learners_per_room is None
    assert "simulation-suite" in draft.remarks[-1]
    assert f"# {draft.remarks[-1]}\n" in draft.document.text
    room = EXAMPLE.info.capacity.model_copy(update={"room_hours": {"simulation-suite": 720, "team-learning-hall": 900}})
    roomy = replace(EXAMPLE, info=EXAMPLE.info.model_copy(update={"capacity": room}))
    kept = draft_credential(roomy, "copy", like="team-simulation").credential
    assert [one.room for one in kept.activities] == [one.room for one in source]


@pytest.mark.parametrize(("hours", "activities", "weeks"), [(60, 1, (3,)), (61, 1, ()), (401, 2, ())])
def test_a_draft_with_more_hours_than_a_week_holds_takes_the_term(hours, activities, weeks):
    draft = draft_credential(programmes.programme([programmes.credential("roles")]), "new-one", hours=hours)
    assert [one.weeks for one in draft.credential.activities] == [weeks] * activities
    assert sum(one.total_hours for one in draft.credential.activities) == hours


def test_a_copy_may_have_other_hours_and_another_stage():
    draft = draft_credential(EXAMPLE, "copy", like="structured-handover", hours=10, stage="competence")
    made = draft.credential
    assert sum(one.hours + one.preparation_hours for one in made.activities) == 10
    assert made.ects is None
    assert {one.level for one in made.alignments} == {"competence"} == {made.stage}


@pytest.mark.parametrize("identifier", ["Home", "home_visits", "home--visits", "-home", "a" * 81, "../x", "a b", ""])
def test_what_is_no_id_is_refused(folder, identifier):
    before = sorted(folder.rglob("*"))
    assert "not an id" in refused("new", folder, "--", identifier)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("taken", ["team-communication", "team-care-certificate", "sim-1"])
def test_an_id_that_something_has_already_is_refused(folder, taken):
    assert "already" in refused("new", folder, taken)


def test_the_id_of_a_damaged_file_is_taken(folder):
    replace_in(folder / "credentials" / "01-team-communication.yaml", "title: ", "heading: ")
    assert "already" in refused("new", folder, "team-communication")


def test_a_file_of_that_name_is_never_written_over(folder):
    replace_in(folder / "credentials" / "01-team-communication.yaml", "talk-1", "talk-9")
    (folder / "credentials" / "01-team-communication.yaml").rename(folder / "credentials" / "other.yml")
    assert "exists already" in refused("new", folder, "other")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--competency", "RR99"], "RR9"),
        (["--competency", "ipec-2016:RR1"], "not a competency"),
        (["--stage", "expert"], "not a stage"),
        (["--hours", "0"], "above 0"),
        (["--hours", "nan"], "above 0"),
        (["--hours", "2001"], "up to 2000"),
        (["--title", " "], "title is empty"),
        (["--like", "team-simulatoin"], "Did you mean team-simulation"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_nothing_is_written(folder, arguments, words):
    before = sorted(folder.rglob("*"))
    assert words in refused("new", folder, "home-visits", *arguments)
    assert sorted(folder.rglob("*")) == before


@settings(max_examples=40, deadline=None)
@given(
    title=hostile.filter(usable),
    stage=st.sampled_from(["exposure", "immersion", "competence"]),
    hours=st.none() | st.floats(0.01, 2000).map(lambda value: round(value, 2)),
    competencies=st.lists(
        st.sampled_from([one.code for one in load_framework("ipec-2023").leaves]), max_size=3, unique=True
    ),
)
def test_whatever_is_answered_the_draft_adds_no_finding_to_a_clean_programme(title, stage, hours, competencies):
    clean = programmes.programme([programmes.credential("roles")], license="", quality_assurance="")
    draft = draft_credential(clean, "new-one", title=title, stage=stage, hours=hours, competencies=competencies)
    before = set(check_programme(clean))
    assert [str(one) for one in check_programme(clean.with_credential(draft.credential)) if one not in before] == []
    assert draft.credential.title == title.strip()
    assert [one.competency for one in draft.credential.alignments] == competencies


def test_a_draft_never_takes_the_activity_id_of_another_credential():
    other = programmes.credential("roles", activities=[{"id": "new-one-1", "title": "S", "kind": "workshop", "hours": 3,
                                                        "term": "autumn"}])  # fmt: skip
    programme = programmes.programme([other])
    draft = draft_credential(programme, "new-one", hours=1999)
    assert "new-one-1" not in {one.id for one in draft.credential.activities}
    assert not {one.id for one in check_programme(programme.with_credential(draft.credential))} & {"duplicate-part"}


def test_a_title_that_no_file_can_hold_is_refused():
    with pytest.raises(UnusableInputError):
        draft_credential(EXAMPLE, "new-one", title="\ud800")


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")
def test_on_a_terminal_it_asks_for_what_no_option_says(folder):
    answers = {
        "Title": ["Visits"],
        "Stage": ["later", "immersion"],
        "Hours": ["none", "5"],
        "Codes": ["RR99", "RR1, C3"],
    }
    shown = talk([*COMMAND[:-1], "credentials", "new", str(folder), "home-visits"], answers)
    assert "Wrote" in shown
    made = load_programme(folder).credentials["home-visits"]
    assert (made.title, made.stage, made.hours) == ("Visits", "immersion", 5)
    assert [one.competency for one in made.alignments] == ["RR1", "C3"]


def test_list_and_show_say_the_same_in_both_forms(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    listed = json.loads(credentials("list", folder, "--format", "json"))
    assert [one["id"] for one in listed] == list(EXAMPLE.credentials)
    assert "values-foundations" in credentials("list", folder)
    shown = json.loads(credentials("show", folder, "speaking-up", "--format", "json"))
    assert shown["counts_toward"] == ["values-and-ethics-certificate", "communication-certificate",
                                      "ipe-micro-credential"]  # fmt: skip
    words = credentials("show", folder, "speaking-up")
    assert "Requires: all of: " in words
    assert "Counts toward: Certificate in Values and Ethics; " in words
    assert "Did you mean speaking-up" in refused("show", folder, "speking-up")


def test_hostile_names_cannot_move_the_terminal_cursor(folder):
    replace_in(folder / "credentials" / "01-team-communication.yaml", "title: Team communication", 'title: "a\\e[2Jb"')
    for shown in (credentials("list", folder), credentials("show", folder, "team-communication")):
        assert "\x1b" not in shown
        assert "a?[2Jb" in shown


def test_what_was_issued_is_kept_and_a_later_change_is_listed(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    assert "speaking-up@1.0.yaml" in credentials("mark-issued", folder, "speaking-up")
    assert "kept already" in credentials("mark-issued", folder, "speaking-up")
    replace_in(folder / "credentials" / "08-speaking-up.yaml", "pass_score: ", "pass_score: 0.9 # ")
    rows = {one["id"]: one for one in json.loads(credentials("versions", folder, "--format", "json"))}
    assert rows["speaking-up"] == {"id": "speaking-up", "version": "1.0", "issued": ["1.0"], "changed": ["assessment"]}
    assert rows["team-simulation"]["issued"] == []
    before = sorted((folder / "issued").iterdir())
    assert "Give it a new `version`" in refused("mark-issued", folder, "--all")
    assert "Did you mean speaking-up" in refused("mark-issued", folder, "speking-up")
    assert sorted((folder / "issued").iterdir()) == before
    assert credentials("mark-issued", folder, code=2)
