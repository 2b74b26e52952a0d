"""What texts say in numbers, as people put it, against the rule; and prose that says nothing about the rule."""

from __future__ import annotations

from typing import Any

import pytest

from ipe_workbench.credentials import check_programme
from ipe_workbench.credentials.checks.claims import number_of
from tests.programmes import credential, programme, stack

BADGES = "abcdefgh"


def choice(count: int, of: int) -> dict[str, Any]:
    return {"at_least": {"count": count, "of": list(BADGES[:of])}}


def every(number: int) -> dict[str, Any]:
    return {"all": list(BADGES[:number])}


def score(least: float) -> dict[str, Any]:
    return {"score": {"assessment": "a", "min": least}}


def within(months: int) -> dict[str, Any]:
    return {"within": {"months": months, "rule": every(3)}}


HOURS = {"hours": {"min": 50, "of": ["a", "b"]}}
POINTS = {"points": {"min": 3, "from": [{"badge": "a", "points": 3}]}}
FIRST_THEN_TWO = {"all": ["h", choice(2, 3)]}


def mismatches(rule: Any, summary: str) -> list[str]:
    design = programme([credential(one) for one in BADGES], [stack("s", rule, summary=summary)])
    return [one.message for one in check_programme(design) if one.id == "text-number-mismatch"]


@pytest.mark.parametrize(
    ("rule", "summary"),
    [
        (choice(3, 4), "Choose any two of the following."),
        (choice(2, 4), "At least three badges."),
        (choice(2, 4), "A minimum of 3 badges is needed."),
        (choice(2, 4), "Complete three of the four badges."),
        (choice(2, 4), "3 out of 4."),
        (choice(2, 4), "Three badges from the list of four."),
        (choice(2, 4), "Earn 3 or more badges."),
        (choice(2, 4), "Three or more of these."),
        (choice(2, 4), "Select four immersion badges."),
        (choice(2, 4), "Pick two out of three."),
        (choice(2, 8), "Any thirteen of these."),
        (choice(3, 4), "All four badges."),
        (choice(3, 4), "All four."),
        (every(4), "Requires three micro-credentials."),
        (every(3), "Two badges are required."),
        (every(3), "Both badges."),
        (every(3), "Both of these."),
        (every(2), "Either of the two badges."),
        (choice(2, 3), "Either badge will do."),
        (FIRST_THEN_TWO, "Earn four badges."),
        (within(12), "All three, within six months."),
        (within(12), "In a 24-month window."),
        (within(12), "Within two years."),
        (every(3), "Within six months."),
        (score(0.8), "Score 70 % or more in A."),
        (score(0.8), "Seventy-five percent or better in the test."),
        (score(0.8), "You pass at 75%."),
        (POINTS, "Collect twenty points."),
        (every(3), "Collect twenty points."),
        (HOURS, "Sixty hours or more."),
        # As people write it.
        (choice(2, 4), "Complete at least 3 areas."),
        (choice(2, 4), "Three (3) of four."),
        (choice(2, 5), "Complete three (3) of the five (5) elective badges."),
        (choice(3, 5), "Earn 4/5 badges."),
        (choice(3, 5), "4/5 required."),
        (choice(3, 5), "Any two."),
        (choice(3, 5), "Complete any 2."),
        (choice(3, 5), "A minimum of two."),
        (choice(3, 5), "Minimum 2 of these badges."),
        (choice(3, 5), "One or more of these."),
        (choice(3, 5), "4+ of these."),
        (choice(3, 4), "Half of the badges."),
        (choice(2, 6), "At least half of these."),
        (choice(2, 6), "Half of the six areas."),
        (every(4), "Half of them."),
        (choice(2, 5), "Any 3 (of 5)."),
        (choice(2, 5), "A total of 3 badges."),
        (choice(3, 5), "Requires 2 of 5 items."),
        (every(3), "Both areas."),
    ],
)
def test_text_that_says_another_number_is_found(rule, summary):
    assert len(mismatches(rule, summary)) == 1


@pytest.mark.parametrize(
    ("rule", "summary"),
    [
        (choice(2, 4), "Choose any two of the following. At least two badges: two of four, 2 out of the four."),
        (choice(2, 4), "Any two immersion badges within reach; a team of three."),
        (choice(2, 3), "Earn two badges from a list of three."),
        (every(4), "All four badges. All four are required. Complete all four."),
        (every(2), "Both badges. Both of these. Both."),
        ({"any": ["a", "b"]}, "Either of the two badges. Either badge. Either one."),
        (FIRST_THEN_TWO, "The foundation badge and at least two badges more. Three badges in all are needed."),
        (every(4), "Earn three badges, and complete the placement."),
        (
            {"per_profession": {"nursing": "a", "default": choice(2, 3)}},
            "Nursing: one badge; all others: two of three.",
        ),
        (every(3), "Either a badge from practice or the placement; both the badge and the report, and a certificate."),
        (within(24), "Within two years. In a 24-month window; within twenty-four months."),
        (score(0.8), "80 % or more; at least eighty percent; score of 80%. Pass mark 80 %."),
        (every(3), "At least 70 % in each test."),  # the pass mark of the badges themselves
        (HOURS, "At least fifty hours in all 2 badges."),
        (
            choice(3, 5),
            "Three (3) of five (5). Earn 3/5 badges; any three, a minimum of 3, 3+ of these, 3 (of 5) badges.",
        ),
        (choice(3, 6), "Half of the badges; at least half of these. Half of the six areas."),
        (choice(3, 5), "At least half of these."),  # two and a half, so three
        ({"all": ["h", choice(2, 3), choice(3, 4)]}, "Complete three steps: at least 3 areas."),
        (choice(2, 4), "Requires 2 of 4 items. One or two of these, 24/7, on 4/5 at noon, with a mean of 4/5."),
        # Prose that counts something else.
        (every(3), "Both learners and patients gain; either in person or online, in teams of six or seven."),
        (every(3), "For all eight programmes: three scenes with two patients each, 3 of 8 professions in each team."),
        (every(3), "Renew it within 6 months of its end. A retake follows within 2 months."),
        (every(3), "From two points of view; at least 80 % of sessions attended."),
        (every(3), "Share leadership as one of six members, within two days, for at least 2 hours a day."),
        (
            every(3),
            "Part 2 of 3, step 1 of 4, badge 3 of 5; answer 20 of 25 items, half of the cohort, half of the learners.",
        ),
        (every(3), "The year 2026 has two terms; IPEC 2023, version 3.5, 3-5 people, 1,200 learners; 100 % online."),
    ],
)
def test_text_that_says_the_same_or_counts_something_else_raises_no_alarm(rule, summary):
    assert mismatches(rule, summary) == []


def test_what_the_rule_asks_for_is_said_beside_the_text():
    (message,) = mismatches(choice(3, 4), "Choose any two of the following.")
    assert message == "The summary says 2 badges, but the rule asks for 3 of 4."
    assert mismatches(within(12), "Within two years.") == [
        "The summary says within 24 months, but the rule says 12 months."
    ]
    assert mismatches(every(3), "Within six months.") == [
        "The summary says within 6 months, but no part of the rule does."
    ]


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ("Hold two of the three foundation badges first.", ["2 of 3"]),
        ("Requires three badges.", ["3 badges"]),
        ("Care for one of two patients; three of five scenes are new.", []),
    ],
)
def test_a_credential_is_held_to_what_its_summary_says_of_prerequisites(summary, found):
    badges = [*(credential(one) for one in "abc"), credential("d", requires=every(2), summary=summary)]
    messages = [one.message for one in check_programme(programme(badges)) if one.id == "text-number-mismatch"]
    assert [one.partition(" says ")[2].partition(",")[0] for one in messages] == found


@pytest.mark.parametrize(
    ("description", "wrong"),
    [
        ("The pass mark is 80 %.", True),
        ("Eighty percent or more passes.", True),
        ("Learners pass at 70 %; attendance of at least 80 % of sessions is noted.", False),
        ("At least 80 % of the raters calibrate before each term.", False),
        ("The item test (75 % of the score) and a team test (25 %).", False),
    ],
)
def test_the_pass_mark_in_a_description(description, wrong):
    assessment = {"methods": ["test"], "assessor": "automatic", "pass_score": 0.7, "description": description}
    found = [one.id for one in check_programme(programme([credential("a", assessment=assessment)]))]
    assert found == ["text-number-mismatch"] * wrong


def test_number_words_reach_from_one_to_ninety_nine():
    words = ["one", "Twelve", "nineteen", "twenty", "twenty-one", "forty two", "ninety-nine", "3.5"]
    assert [number_of(one) for one in words] == [1, 12, 19, 20, 21, 42, 99, 3.5]
