"""Personal feedback for learners of every kind, in words that a learner reads."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import Award, Facts, example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.pathways.feedback import feedback
from ipe_workbench.pathways.planning import PlanFor, plan
from tests.programmes import credential, programme, stack

DAY = datetime.date(2026, 9, 1)
DESIGN = programme(
    [
        credential("first", validity_months=6),
        credential(
            "second",
            requires="first",
            activities=[
                {"id": "s", "title": "S", "kind": "workshop", "hours": 3, "term": "spring", "weeks": [2]},
            ],
        ),
        credential("third"),
    ],
    [stack("pair", {"all": ["first", "second"]}), stack("whole", {"all": ["pair", "third"]})],
)  # fmt: skip


def learner(*awards: Award, profession: str = "nursing") -> Facts:
    return Facts(profession=profession, awards=awards)


def test_a_beginner_is_told_how_to_begin_and_why_each_step():
    found = feedback(DESIGN, learner(), on=DAY)
    assert (found.goal, found.held, found.shown, found.complete) == ("whole", (), (), False)
    assert [one.badge for one in found.next] == ["first", "third", "second"]
    assert found.next[0].why == "You need it before Second."
    assert found.next[-1].why == "It completes pair and whole."
    assert "You have not earned a badge yet" in found.text()
    assert "1. First: from 14 September to 20 September 2026, about 3 hours." in found.text()


def test_the_next_steps_are_those_of_the_planner():
    base = example_programme()
    facts = Facts("pharmacy", (base.award("communication-foundations", datetime.date(2027, 1, 5)),))
    day = datetime.date(2027, 1, 10)
    found = feedback(base, facts, on=day, goal="communication-certificate")
    best = plan(base, "communication-certificate", PlanFor(facts, from_day=day))
    assert found.plan == best
    assert [one.badge for one in found.next] == [one.credential for one in best.steps]
    begin = datetime.date(2026, 8, 1)
    with_wish = feedback(base, learner(), on=begin, goal="communication-certificate", growth=["TT5"])
    assert with_wish.plan.growth == ("TT5",)
    assert feedback(base, learner(), on=begin, goal="communication-certificate").plan.growth == ()


def test_what_is_close_names_what_is_missing():
    found = feedback(DESIGN, learner(Award("first", DAY), Award("third", DAY)), on=DAY)
    assert [(one.stack, one.left, one.close) for one in found.open] == [("pair", 1, True), ("whole", 1, True)]
    assert "- pair: one badge to go, Second." in found.text()
    assert [one.code for one in found.shown] == ["C1"]
    assert "You have shown that you know how to:" in found.text()


def test_one_who_has_finished_is_congratulated_and_given_nothing_to_do():
    awards = [Award(one, DAY) for one in ("first", "second", "third")]
    found = feedback(DESIGN, learner(*awards), on=datetime.date(2027, 2, 1))
    assert (found.complete, found.next, found.open) == (True, (), ())
    assert "You have completed whole. Congratulations!" in found.text()
    assert {one.badge for one in found.held} == {"first", "second", "third", "pair", "whole"}


def test_a_badge_that_ran_out_does_not_count_and_is_said():
    old = DESIGN.award("first", datetime.date(2026, 1, 10))
    found = feedback(DESIGN, learner(old), on=DAY)
    assert [(one.badge, one.valid) for one in found.held] == [("first", False)]
    assert found.shown == ()
    assert "Your badge First ran out on 10 July 2026." in found.text()
    assert found.next[0].badge == "first"
    soon = feedback(DESIGN, learner(DESIGN.award("first", DAY)), on=datetime.date(2026, 12, 1))
    assert "Mind the date: your badge First counts until 1 March 2027." in soon.text()


def test_one_who_cannot_finish_any_more_is_told_why_and_what_is_still_possible():
    facts = learner(Award("first", datetime.date(2026, 8, 1)))
    found = feedback(DESIGN, facts, on=datetime.date(2027, 1, 5))
    text = found.text()
    assert found.plan.impossible is not None
    assert "you cannot complete whole in the time that is left" in text
    assert "- Third is not offered any more." in text
    assert "please talk to the people who run the programme" in text
    assert "You can still complete pair." in text


def test_the_frame_is_tidy_and_says_the_same():
    found = feedback(DESIGN, learner(Award("first", DAY)), on=DAY, learner="L1")
    frame = found.to_frame()
    assert list(frame.columns) == ["section", "id", "title", "level", "date", "progress", "hours", "why"]
    assert frame.section.value_counts().to_dict() == {"held": 1, "shown": 1, "close": 2, "next": 2}
    assert list(frame[frame.section == "next"].id) == [one.badge for one in found.next]


def test_names_cannot_forge_lines_or_move_the_cursor(tmp_path):
    hostile = credential("first", title="Done!\nWHAT TO DO NEXT\n1. Pay \x1b[2J <b>me</b>")
    found = feedback(DESIGN.with_credential(hostile), learner(), on=DAY, learner="Eve\nMallory")
    lines = found.text().split("\n")
    assert lines[0] == "Hello Eve Mallory,"
    assert lines.count("WHAT TO DO NEXT") == 1
    path = tmp_path / "awards.csv"
    path.write_text("learner,badge,awarded_on,profession\n\x1b[31mL1,values-foundations,2026-09-06,nursing\n")
    said = run("--awards", str(path), "--learner", "\x1b[31mL1", "--on", "2026-10-01")
    assert "\x1b" not in said.stdout
    assert said.stdout.startswith("Hello ?[31mL1,")


def run(*arguments: str):
    return CliRunner().invoke(app, ["pathways", "feedback", "data/programmes/cu-ipe", *arguments])


def test_the_text_has_no_words_of_the_trade():
    base = example_programme()
    for facts in (learner(), learner(base.award("values-foundations", DAY))):
        text = feedback(base, facts, on=datetime.date(2026, 10, 1)).text().lower()
        assert not re.search(
            r"\b(stack|solver|proven|gap|none|null|id|rule|node|optimal|per_profession|at_least)\b", text
        )


def test_the_command_gives_text_and_json_and_refuses_in_one_sentence(tmp_path):
    path = tmp_path / "awards.csv"
    path.write_text("learner,badge,awarded_on,profession\nL1,values-foundations,2026-09-06,nursing\n")
    found = json.loads(run("--awards", str(path), "--learner", "L1", "--on", "2026-10-01", "--format", "json").stdout)
    assert [one["badge"] for one in found["held"]] == ["values-foundations"]
    assert {"held", "shown", "open", "next", "plan", "text", "complete"} <= found.keys()
    assert "You have not earned a badge yet" in run("--profession", "nursing", "--on", "2026-08-01").stdout
    for wrong in (
        [],
        ["--learner", "L1"],
        ["--awards", str(path)],
        ["--awards", str(path), "--learner", "L2"],
        ["--profession", "wizardry"],
        ["--profession", "nursing", "--goal", "nothing"],
        ["--profession", "nursing", "--growth", "XX9"],
    ):
        answer = run(*wrong)
        assert isinstance(answer.exception, UnusableInputError | UnknownNameError), wrong
        assert answer.stdout == ""
    assert run("--profession", "nursing", "--on", "tomorrow").exit_code == 2


def test_an_unknown_goal_is_an_error():
    with pytest.raises(UnknownNameError):
        feedback(DESIGN, learner(), on=DAY, goal="nothing")
