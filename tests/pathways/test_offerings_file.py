"""Offerings from a file: what it may say, what it may not, and that plans keep to it."""

from __future__ import annotations

import datetime
import json

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import Facts, example_programme
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.pathways.planning import PlanFor, plan, plan_jointly, read_offerings
from tests.programmes import credential, programme, stack

ASSESSED = {"methods": ["test"], "assessor": "faculty", "pass_score": 0.6, "assessor_minutes": 30}
DESIGN = programme(
    [
        credential("a", assessment=ASSESSED),
        credential("b", hours=4),
    ],
    [stack("goal", {"any": ["a", "b"]})],
)  # fmt: skip


def read(folder, text, design=DESIGN):
    path = folder / "offerings.csv"
    path.write_text(text, encoding="utf-8")
    return read_offerings(path, design)


def test_a_row_is_an_offering_and_what_is_left_out_comes_from_the_activities(tmp_path):
    rows = ["Credential;Term;Starts;Ends;Seats;Assessor hours", "a;spring;2027-01-18;2027-02-07;20;5", "a;spring;;;;"]
    text = "\ufeff" + "\r\n".join([*rows, "b;autumn;;;0;", ""])
    found = read(tmp_path, text)
    assert [(one.id, one.begins.isoformat(), one.ends.isoformat(), one.seats, one.assessor_hours) for one in found] == [
        ("b@autumn", "2026-09-14", "2026-09-20", 0, None),
        ("a@spring", "2027-01-18", "2027-02-07", 20, 5.0),
        ("a@spring#2", "2027-01-11", "2027-04-04", None, None),
    ]
    assert {sum(one.hours.values()) for one in found if one.credential == "a"} == {3.0}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("credential,seats\na,3\n", "no column `term`"),
        ("credential,term\nab,spring\n", "no credential"),
        ("credential,term\na,sprig\n", "no term"),
        ("credential,term,starts\na,spring,soon\n", "`soon` is not a day"),
        ("credential,term,ends\na,spring,2027-02-30\n", "is not a day"),
        ("credential,term,ends\na,spring,2026-10-01\n", "lies outside Spring"),
        ("credential,term,starts,ends\na,spring,2027-03-01,2027-02-01\n", "before it starts"),
        ("credential,term,seats\na,spring,2.5\n", "not a whole number"),
        ("credential,term,seats\na,spring,many\n", "not a whole number"),
        ("credential,term,assessor_hours\na,spring,-1\n", "not a number"),
        ("credential,term,assessor_hours\na,spring,nan\n", "not a number"),
        ("", "empty"),
    ],
)
def test_a_fault_is_named_with_its_row(tmp_path, rows, expected):
    with pytest.raises((UnusableInputError, UnreadableFileError), match=expected):
        read(tmp_path, rows)


def test_every_fault_is_reported_at_once(tmp_path):
    with pytest.raises(UnusableInputError) as caught:
        read(tmp_path, "credential,term,seats\nab,spring,x\na,sprig,1\n")
    assert [one.place.line for one in caught.value.findings] == [2, 2, 3]


def test_a_plan_keeps_to_the_file_and_what_is_not_listed_is_not_offered(tmp_path):
    offered = read(tmp_path, "credential,term\nb,spring\n")
    found = plan(DESIGN, "goal", PlanFor(Facts(profession="nursing")), offered)
    assert [(one.credential, one.term) for one in found.steps] == [("b", "spring")]
    closed = PlanFor(Facts(profession="nursing"), closed=frozenset({"b@spring"}))
    assert plan(DESIGN, "goal", closed, offered).impossible is not None


def test_seats_and_assessors_hours_of_each_section_are_kept(tmp_path):
    text = "credential,term,seats,assessor_hours\na,autumn,2,\na,autumn,9,1.5\nb,spring,4,\n"
    learners = {f"l{at}": PlanFor(Facts(profession="nursing")) for at in range(10)}
    found = plan_jointly(DESIGN, "goal", learners, read(tmp_path, text), assessor_hours={})
    taken = sorted(one.steps[0].credential if one.steps else "" for one in found.plans.plans.values())
    # Two seats in the first section of a; 1.5 hours of assessors are three learners in the second; four seats in b.
    assert taken == ["", *"aaaaa", *"bbbb"]
    assert {one.name: one.used for one in found.uses} == {
        "a@autumn": 2, "a@autumn#2": 3, "b@spring": 4, "assessors of a@autumn#2": 1.5,
    }  # fmt: skip


def test_the_command_takes_the_file(tmp_path):
    base = example_programme()
    path = tmp_path / "offered.csv"
    rows = [f"{one},2026-fall,,,{40}" for one in base.credentials]
    path.write_text("credential,term,starts,ends,seats\n" + "\n".join(rows) + "\n", encoding="utf-8")

    def ipe(*arguments: str):
        start = ["pathways", "plan", "data/programmes/cu-ipe", "--goal", "values-foundations", "--offerings", str(path)]
        return CliRunner().invoke(app, [*start, *arguments])

    one = json.loads(ipe("--profession", "nursing", "--format", "json").stdout)
    assert one["steps"][0]["term"] == "2026-fall"
    shared = json.loads(ipe("--cohort", "--joint", "--format", "json").stdout)
    assert (shared["learners"] - len(shared["unserved"]), shared["gap"]) == (40, 0)
    path.write_text("credential,term\nnothing,2026-fall\n", encoding="utf-8")
    wrong = ipe("--profession", "nursing")
    assert isinstance(wrong.exception, UnusableInputError)
    assert wrong.stdout == ""
    assert datetime.date.fromisoformat(one["completed_on"]) <= base.term("2026-fall").end
