"""What a change of the design would do: edits, effects, and the days against the planner."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import Facts, example_programme
from ipe_workbench.credentials.cheapest import cheapest
from ipe_workbench.credentials.rules import Badge, describe, parse_rule
from ipe_workbench.errors import UnknownNameError, UnusableInputError, WorkbenchError
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.effects import access_changes
from ipe_workbench.pathways.design_edits import (
    AddRequirement,
    ChangeHours,
    CloseFor,
    DropRequirement,
    MoveRequirement,
    edited,
    parse_edit,
)
from ipe_workbench.pathways.finishing import finish_days
from ipe_workbench.pathways.planning import PlanFor, plan
from ipe_workbench.pathways.what_if import what_if
from tests.pathways.test_planning import made, rules, weeks
from tests.programmes import credential, programme, stack

SMALL = programme(
    [credential("a"), credential("b", requires="a"), credential("c"), credential("d")],
    [
        stack("one", {"all": ["b", {"at_least": {"count": 2, "of": ["a", "c", "d"]}}]}),
        stack("two", {"any": ["c", "d"]}),
    ],
)


@pytest.mark.parametrize(
    ("words", "reference", "expected"),
    [
        ("drop a from one", "one", "all of: b; and at least 2 of: c or d"),
        ("drop c from two", "two", "d"),
        ("add d to two", "two", "all of: one of: c or d; and d"),
        ("add c to a", "a", "c"),
        ("move a from b to c", "c", "a"),
        ("drop a from b", "b", None),
    ],
)
def test_an_edit_changes_what_is_asked_for(words, reference, expected):
    changed = edited(SMALL, [parse_edit(words)])
    item = changed.stacks.get(reference) or changed.credentials[reference]
    rule = item.rule if reference in changed.stacks else item.requires
    assert (describe(rule) if rule is not None else None) == expected
    assert SMALL.stacks["two"].rule == parse_rule({"any": ["c", "d"]})


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"points": {"min": 2, "from": [{"badge": "a", "points": 1}, {"badge": "c", "points": 2}]}},
         "at least 2 points from: c (2)"),
        ({"hours": {"min": 3, "of": ["a", "c"]}}, "at least 3 hours in c"),
        ({"in_order": ["a", "c"]}, "in this order: c"),
        ({"within": {"months": 3, "rule": {"all": ["a", "c"]}}}, "within 3 months: c"),
        ({"per_profession": {"nursing": "a", "default": "c"}}, "by profession (nursing: nothing more; default: c)"),
        ({"shortcut": {"badge": "a", "otherwise": "c"}}, "c"),
        ({"all": [{"score": {"assessment": "a", "min": 0.9}}, "c"]}, "c"),
        ({"at_least": {"count": 2, "of": ["a", "c"]}}, "at least 1 of: c"),
    ],
)  # fmt: skip
def test_a_badge_is_dropped_from_every_kind_of_rule(rule, left):
    changed = edited(SMALL.with_stack(stack("two", rule)), [DropRequirement("a", "two")])
    assert describe(changed.stacks["two"].rule) == left


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (DropRequirement("d", "b"), "does not ask for"),
        (DropRequirement("nothing", "one"), "does not ask for"),
        (AddRequirement("a", "a"), "cannot ask for itself"),
        (AddRequirement("a", "b"), "asks for a already"),
        (AddRequirement("a", "nowhere"), "neither a credential nor a stack"),
        (MoveRequirement("a", "b", "a"), "itself"),
        (ChangeHours("one", 3), "not a credential"),
        (ChangeHours("a", 0), "cannot take 0 hours"),
        (CloseFor("a", ("wizardry",)), "not a profession"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(edit, expected):
    with pytest.raises(WorkbenchError, match=expected):
        edited(SMALL, [edit])


def test_a_stack_that_would_ask_for_nothing_and_words_that_say_nothing_are_errors():
    with pytest.raises(UnusableInputError, match="nothing would be left"):
        edited(SMALL, [DropRequirement("c", "two"), DropRequirement("d", "two")])
    with pytest.raises(UnusableInputError, match="no change that is understood"):
        parse_edit("make everything better")


def test_a_credential_that_is_closed_for_everybody_is_retired():
    changed = edited(SMALL, [CloseFor("a", ("nursing",)), CloseFor("a", ("medicine",))])
    assert changed.credentials["a"].status == "retired"
    result = what_if(SMALL, changed)
    assert {(one.stack, one.after) for one in result.hours if one.before != one.after} == {("one", None)}


def test_the_effects_of_a_change_are_those_of_the_two_designs():
    result = what_if(SMALL, [ChangeHours("c", 5), AddRequirement("c", "b")])
    assert [one.message for one in result.changes] == [
        "The prerequisite of B also asks for C.",
        "C: the effort is 5 instead of 3 hours.",
    ]
    hours = {(one.stack, one.profession): (one.before, one.after) for one in result.hours}
    assert hours["one", "nursing"] == (9.0, 11.0)
    assert hours["two", "nursing"] == (3.0, 3.0)
    metrics = result.metrics()
    row = metrics[(metrics.choice == "every") & (metrics.id == "c") & (metrics.figure == "blocking")]
    assert [tuple(row[["before", "after"]].iloc[0])] == [(0, 2)]
    assert set(result.totals().columns) == {"choice", "figure", "before", "after"}


def test_closing_a_badge_for_a_profession_says_who_cannot_finish_and_what_is_not_covered():
    base = example_programme()
    result = what_if(base, CloseFor("structured-handover", ("nursing",)))
    out = [one for one in result.finishing if one.before is not None and one.after is None]
    assert [(one.stack, one.profession, one.learners) for one in out] == [("communication-certificate", "nursing", 170)]
    assert result.coverage[0].profession == "nursing"
    access = access_changes(Designs.of(base, result.programme))
    assert {one.item for one in access if one.kind == "shut out" and one.professions == ("nursing",)} >= {
        "communication-certificate"
    }


def test_the_least_hours_are_those_of_the_algebra():
    base = example_programme()
    result = what_if(base, ChangeHours("team-simulation", 1))
    for one in result.hours:
        if one.profession in ("nursing", "medicine"):
            # On one day, with scores that can be reached without the badge: never more than ours.
            way = cheapest(
                Badge(badge=one.stack), on=datetime.date(2030, 1, 1), cost="hours",
                programme=result.programme, profession=one.profession,
            )  # fmt: skip
            assert way is not None
            assert one.after is not None
            assert way.cost <= one.after


def test_a_learner_in_progress_who_can_no_longer_finish_is_named():
    base = example_programme()
    learners = {"L1": Facts(profession="nursing"), "L2": Facts(profession="medicine")}
    closed = CloseFor("team-clinical-experience", ("nursing",))
    result = what_if(base, closed, learners=learners, on=datetime.date(2026, 8, 1))
    frame = result.learners_in_progress().set_index("learner")
    assert frame.after.notna().to_dict() == {"L1": False, "L2": True}
    assert frame.before.notna().all()
    with pytest.raises(UnusableInputError, match="No day"):
        what_if(base, closed, learners=learners)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_the_earliest_days_are_those_of_the_planner(data):
    offered = {name: sorted(data.draw(st.sets(weeks, min_size=1, max_size=1), label=name)) for name in "abcd"}
    more = {name: {"requires": {"badge": "a"}} for name in "bcd" if data.draw(st.booleans())}
    design = made({"first": data.draw(rules), "goal": {"all": ["first", data.draw(rules)]}}, offered, **more)
    found = finish_days(design, "nursing").get("goal")
    best = plan(design, "goal", PlanFor(Facts(profession="nursing"), aim="earliest"))
    if best.completed_on is None:
        assert found is None
    else:
        assert found == best.completed_on


def test_a_score_inside_a_window_is_reached_on_the_day_of_its_assessment():
    rule = {"within": {"months": 1, "rule": {"score": {"assessment": "a", "min": 0.5}}}}
    design = made({"goal": rule}, {"a": [0]})
    best = plan(design, "goal", PlanFor(Facts(profession="nursing"), aim="earliest"))
    assert best.completed_on is not None
    assert finish_days(design, "nursing")["goal"] == best.completed_on


def test_the_command_says_it_in_words_and_refuses_what_it_does_not_understand():
    def ipe(*arguments: str):
        return CliRunner().invoke(app, ["pathways", "what-if", "data/programmes/cu-ipe", *arguments])

    said = ipe("--change", "close structured-handover for nursing")
    assert (said.exit_code, "not in time" in said.stdout, "C3 lose the last practised" in said.stdout) == (
        1,
        True,
        True,
    )
    found = json.loads(ipe("--change", "set team-simulation to 9 hours", "--format", "json").stdout)
    assert found["changes"] == ["Team simulation: the effort is 9 instead of 6 hours."]
    assert {"metrics", "totals", "coverage", "hours_to_stacks", "who_can_finish", "learners"} <= found.keys()
    for wrong in (["--change", "improve everything"], ["--change", "drop nothing from roles-foundations"]):
        answer = ipe(*wrong)
        assert isinstance(answer.exception, UnusableInputError | UnknownNameError)
        assert answer.stdout == ""
