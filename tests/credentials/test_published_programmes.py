"""The published badge programmes of the field as rules, each with learners who hold it and who do not.

Facts: Salus and Drexel (four activities in a fixed order), Texas Tech (course with a post-test above 70 %, one of about
65 activities), Buffalo (four of a list with counted sessions), North Dakota (points by phase, similar ones capped),
Jefferson (a minimum in each stage), and a passport with approval, expiry and a completion badge issued by others.
"""

from __future__ import annotations

import datetime
import doctest
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ipe_workbench.credentials import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached, evaluate, parse_rule
from ipe_workbench.credentials.rules import RULE_KINDS

DAY = datetime.date(2028, 6, 1)
ALGEBRA = Path(__file__).parents[2] / "docs" / "stacking-algebra.md"

SALUS = "in_order: [values, roles, communication, teamwork]"
TEXAS_TECH = """
all:
  - score: {assessment: ipe-course, min: 0.71}
  - at_least: {count: 1, of: [activity-1, activity-2, activity-3]}
"""
BUFFALO = """
all:
  - in_order: [badge-1, badge-2]
  - at_least:
      count: 4
      of:
        - at_least: {count: 5, of: [round-1, round-2, round-3, round-4, round-5, round-6]}
        - at_least: {count: 3, of: [meeting-1, meeting-2, meeting-3]}
        - forum
        - poster
        - hours: {min: 8, of: [service]}
"""
NORTH_DAKOTA = """
all:
  - points: &phase-1
      min: 8
      from:
        - {badge: course, points: 3}
        - {badge: simulation, points: 2}
        - {badge: talk-1, points: 1, kind: talk}
        - {badge: talk-2, points: 1, kind: talk}
        - {badge: talk-3, points: 1, kind: talk}
        - {badge: talk-4, points: 1, kind: talk}
      cap: {talk: 3}
  - points:
      min: 10
      from:
        - {badge: course, points: 3}
        - {badge: simulation, points: 2}
        - {badge: talk-1, points: 1, kind: talk}
        - {badge: talk-2, points: 1, kind: talk}
        - {badge: talk-3, points: 1, kind: talk}
        - {badge: talk-4, points: 1, kind: talk}
        - {badge: rural-project, points: 2}
      cap: {talk: 3}
"""
JEFFERSON = """
all:
  - at_least: {count: 2, of: [exposure-1, exposure-2, exposure-3]}
  - at_least: {count: 1, of: [immersion-1, immersion-2]}
  - per_profession: {nursing: practice-ward, default: practice-clinic}
"""
PASSPORT = """
shortcut:
  badge: passport
  otherwise:
    within:
      months: 24
      rule: {all: [first-aid, {approval: {role: mentor}}]}
"""


def on(day: int) -> datetime.date:
    return datetime.date(2027, 1, 1) + datetime.timedelta(days=day)


def held(*badges: str, profession: str = "nursing", **more: object) -> Facts:
    """The badges, each a day after the one before."""
    return Facts(profession, tuple(Award(one, on(at)) for at, one in enumerate(badges)), **more)


def scored(score: float) -> Facts:
    return held("activity-2", scores=(ScoreReached("ipe-course", score, on(5)),))


ROUNDS = [f"round-{at}" for at in (1, 2, 3, 5, 6)]
MEETINGS = ["meeting-1", "meeting-2", "meeting-3"]
TALKS = ["talk-1", "talk-2", "talk-3"]
SERVICE = (HoursRecorded("service", 5, on(3)), HoursRecorded("service", 3, on(9)))
MENTOR = (ApprovalGiven("mentor", on(700)),)


@pytest.mark.parametrize(
    ("rule", "facts", "complete"),
    [
        (SALUS, held("values", "roles", "communication", "teamwork"), True),
        (SALUS, held("values", "communication", "roles", "teamwork"), False),
        (TEXAS_TECH, scored(0.71), True),
        (TEXAS_TECH, scored(0.70), False),
        (BUFFALO, held("badge-1", "badge-2", *ROUNDS, *MEETINGS, "forum", "poster"), True),
        (BUFFALO, held("badge-1", "badge-2", *ROUNDS, "forum", "poster", hours=SERVICE), True),
        (BUFFALO, held("badge-1", "badge-2", *ROUNDS[:4], *MEETINGS, "forum", "poster"), False),
        (BUFFALO, held("badge-2", "badge-1", *ROUNDS, *MEETINGS, "forum", "poster"), False),
        (NORTH_DAKOTA, held("course", "simulation", *TALKS, "rural-project"), True),
        (NORTH_DAKOTA, held("course", "simulation", *TALKS, "talk-4"), False),
        (NORTH_DAKOTA, held("course", *TALKS, "talk-4", "rural-project"), False),
        (JEFFERSON, held("exposure-1", "exposure-3", "immersion-2", "practice-ward"), True),
        (JEFFERSON, held("exposure-1", "exposure-3", "immersion-2", "practice-ward", profession="pharmacy"), False),
        (JEFFERSON, held("exposure-1", "exposure-2", "exposure-3", "practice-ward"), False),
        (PASSPORT, held("passport"), True),
        (PASSPORT, Facts(None, (Award("first-aid", on(0)),), approvals=MENTOR[:0]), False),
        (PASSPORT, Facts(None, (Award("first-aid", on(0)),), approvals=(ApprovalGiven("mentor", on(300)),)), True),
        (PASSPORT, Facts(None, (Award("first-aid", on(0), expires=on(365)),), approvals=MENTOR), False),
    ],
)
def test_a_published_programme_is_held_by_whom_it_says(rule, facts, complete):
    assert evaluate(parse_rule(YAML(typ="safe").load(rule)), facts, on=DAY).satisfied == complete


def test_the_first_level_of_north_dakota_is_held_with_eight_points():
    level_1 = parse_rule({"points": YAML(typ="safe").load(NORTH_DAKOTA)["all"][0]["points"]})
    assert evaluate(level_1, held("course", "simulation", *TALKS), on=DAY).satisfied
    assert not evaluate(level_1, held("course", *TALKS, "talk-4"), on=DAY).satisfied


def test_every_example_of_the_manual_runs_as_written():
    text = ALGEBRA.read_text(encoding="utf-8").replace("\\\n", "").replace("```", "")
    examples = doctest.DocTestParser().get_doctest(text, {}, ALGEBRA.name, str(ALGEBRA), 0)
    assert len(examples.examples) > 25
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def test_every_kind_of_rule_of_the_table_can_be_read():
    rows = [line.split(" | ") for line in ALGEBRA.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    written = {row[0].strip("| "): row[1] for row in rows[1:]}
    assert set(written) == set(RULE_KINDS)
    for kind, example in written.items():
        code = example.split("`")[1].replace(", ...", "").replace("rule: ...", "rule: a").replace("...", "a")
        read = parse_rule(YAML(typ="safe").load(code))
        assert kind == "badge" or kind in read.model_dump(by_alias=True)
