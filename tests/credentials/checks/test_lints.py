"""Each lint finds its planted fault, at its place, and leaves a sound design alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.credentials import LINTS, Programme, check_programme, example_programme
from ipe_workbench.credentials.checks import assessor_demand, room_demand
from ipe_workbench.credentials.versions import IssuedVersion
from ipe_workbench.documents import parse_document
from tests.programmes import credential, programme, stack

SELF = {"methods": ["self-report"], "assessor": "self", "pass_score": 0.5}
OBSERVED = {"methods": ["simulation-observation"], "assessor": "faculty", "pass_score": 0.5}
LEVELS = [{"id": "low", "title": "Low", "points": 1}, {"id": "high", "title": "High", "points": 2}]


def rubric(descriptors: dict[str, str], pass_level: str = "high") -> dict[str, Any]:
    return {
        "levels": LEVELS,
        "pass_level": pass_level,
        "criteria": [{"id": "row", "title": "Row", "descriptors": descriptors}],
    }


def activity(**fields: Any) -> list[dict[str, Any]]:
    return [{"id": "s", "title": "S", "kind": "workshop", "hours": 3, "term": "autumn", "weeks": [2], **fields}]


def aligned(code: str, framework: str = "ipec-2023") -> list[dict[str, Any]]:
    return [{"framework": framework, "competency": code, "how": ["assessed"], "level": "exposure"}]


def one(**fields: Any) -> Programme:
    return programme([credential("a", **fields)])


def two(requires: Any, **fields: Any) -> Programme:
    return programme([credential("a"), credential("b", requires=requires, **fields)])


def issued_before(design: Programme, version: str) -> Programme:
    """The design, after the credential `a` of `programme` was issued in that version."""
    kept = IssuedVersion(credential("a", version=version, activities=[]), parse_document("id: a\n", "issued/a.yaml"))
    return replace(design, issued={("a", version): kept})


def stacked(rule: Any, summary: str) -> Programme:
    return programme([credential(x) for x in "abc"], [stack("s", rule, summary=summary)])


def said_otherwise() -> list[tuple[Programme, str]]:
    """Texts that say another number than the field or the rule does."""
    test = {"methods": ["test"], "assessor": "automatic", "pass_score": 0.7, "attempts": 3}
    return [
        (stacked({"all": ["a", "b", "c"]}, "Any two of these."), "says 2 badges, but the rule asks for 3 in all"),
        (stacked({"all": ["a", "b", "c"]}, "All five badges."), "says all 5, but"),
        (stacked({"within": {"months": 6, "rule": {"all": ["a"]}}}, "Within twelve months."), "within 12 months"),
        (stacked({"hours": {"min": 6, "of": ["a", "b"]}}, "At least 5 hours."), "at least 5 hours"),
        (stacked({"points": {"min": 3, "from": [{"badge": "a", "points": 3}]}}, "8 points."), "8 points"),
        (stacked({"score": {"assessment": "a", "min": 0.85}}, "A score of at least 80 %."), "a score of 80 %"),
        (one(assessment={**test, "description": "Learners have two attempts."}), "speaks of 2 attempts"),
        (one(summary="It takes 5 hours."), "speaks of 5 hours"),
        (one(ects=0.12, summary="Worth 0.2 ECTS."), "speaks of 0.2 ECTS"),
        (one(validity_months=24, renewal="A test renews it for 3 years."), "speaks of 3 years"),
    ]


PLANTED: list[tuple[str, Programme, str]] = [
    ("unknown-competency", one(alignments=aligned("C99")), "`C99` is not a competency"),
    ("unknown-competency", one(alignments=aligned("C1", "ipec-2016")), "does not name the framework `ipec-2016`"),
    ("unknown-badge", two("zz"), "asks for `zz`"),
    ("unknown-badge", two({"score": {"assessment": "zz", "min": 0.5}}), "asks for `zz`"),
    ("unknown-profession", two({"per_profession": {"law": "a", "default": "a"}}), "`law` is not a profession"),
    ("unknown-profession", one(professions=["law", "nursing"]), "`law` is not a profession"),
    ("unknown-term", one(activities=activity(term="summer")), "`summer` is not a term"),
    ("unknown-term", one(activities=activity(weeks=[2, 13])), "Week 13 lies after the end"),
    (
        "duplicate-part",
        one(criteria=[{"id": "x", "statement": "A."}, {"id": "x", "statement": "B."}]),
        "`x` stands twice",
    ),
    ("cycle", programme([credential("a", requires="b"), credential("b", requires="a")]), "in a circle"),
    ("cycle", programme([credential("a", requires="a")]), "a -> a"),
    ("cycle", programme([credential("a", requires="s")], [stack("s", {"all": ["a"]})]), "in a circle"),
    ("assessed-without-assessment", one(assessment=None, type="recognition"), "says nowhere how"),
    ("alignment-without-evidence", one(evidence=[]), "keeps no evidence"),
    ("self-report-only", one(assessment=SELF, type="recognition"), "C1 is assessed by self-report alone"),
    ("rubric-level-unknown", one(rubric=rubric({"low": "x", "high": "y"}, "top")), "passes at `top`"),
    ("rubric-level-unknown", one(rubric=rubric({"low": "x", "high": "y", "mid": "z"})), "describes `mid`"),
    ("rubric-without-descriptor", one(rubric=rubric({"low": "x", "high": "  "})), "no descriptor for: High"),
    ("observation-without-rubric", one(assessment=OBSERVED), "no rubric"),
    ("trusted-type-too-high", one(type="application"), "bears `knowledge` at most"),
    ("trusted-type-too-high", one(assessment=SELF), "bears `recognition` at most"),
    ("text-number-mismatch", one(hours=4), "`hours` says 4, but the activities add up to 3"),
    (
        "text-number-mismatch",
        programme(
            [credential(x) for x in "abc"],
            [stack("s", {"at_least": {"count": 2, "of": ["a", "b", "c"]}}, summary="Any three of the four badges.")],
        ),
        "says 3 of 4",
    ),
    (
        "text-number-mismatch",
        one(
            assessment={
                "methods": ["test"],
                "assessor": "automatic",
                "pass_score": 0.7,
                "description": "At least 80 % must be right.",
            }
        ),
        "speaks of 80%",
    ),
    ("suspicious-duration", one(ects=3), "1 hours a credit"),
    ("suspicious-duration", one(hours=60, validity_months=60, activities=[]), "equals the effort"),
    ("suspicious-duration", one(validity_months=400), "longer than ten years"),
    (
        "assessor-overload",
        programme(
            [
                credential(
                    "a", assessment={**OBSERVED, "assessor_minutes": 30}, rubric=rubric({"low": "x", "high": "y"})
                )
            ],
            capacity={"assessor_hours": {"faculty": 49}},
        ),
        "needs 50 faculty hours",
    ),
    (
        "cannot-be-earned",
        programme([credential("a")], [stack("s", {"per_profession": {"nursing": "a"}})]),
        "no learner of Medicine",
    ),
    (
        "cannot-be-earned",
        programme([credential("a")], [stack("s", {"at_least": {"count": 2, "of": ["a"]}})]),
        "nobody can complete",
    ),
    (
        "cannot-be-earned",
        programme(
            [credential("a", activities=activity(term="spring", weeks=[11]), validity_months=1), credential("b")],
            [stack("s", {"within": {"months": 1, "rule": {"in_order": ["a", {"hours": {"min": 99, "of": ["b"]}}]}}})],
        ),
        "nobody can complete",
    ),
    (
        "double-counting",
        programme(
            [credential("a")], [stack("s", {"all": ["a"]}, double_counting="forbidden"), stack("t", {"all": ["a"]})]
        ),
        "forbids double counting",
    ),
    (
        "prerequisite-too-late",
        programme(
            [
                credential("a", activities=activity(id="a-1", weeks=[6])),
                credential("b", requires="a", activities=activity(id="b-1", weeks=[2])),
            ]
        ),
        "can hold what it requires (A) on",
    ),
    (
        "redundant-prerequisite",
        programme([credential("a"), credential("b", requires="a"), credential("c", requires={"all": ["a", "b"]})]),
        "`b` asks for it already",
    ),
    ("empty-rule", programme([credential("a")], [stack("s", {"all": []})]), "asks nothing of a learner of Medicine"),
    (
        "empty-rule",
        programme([credential("a")], [stack("s", {"per_profession": {"nursing": {"all": []}, "default": "a"}})]),
        "asks nothing of a learner of Nursing",
    ),
    (
        "unknown-criterion",
        one(alignments=[{**aligned("C1")[0], "criteria": ["x"]}], criteria=[{"id": "y", "statement": "Y."}]),
        "`x` is not a criterion",
    ),
    ("duplicate-alignment", one(alignments=[*aligned("C1"), *aligned("C1")]), "aligned twice with C1"),
    (
        "alignment-without-evidence",
        one(
            alignments=[{**aligned("C1")[0], "criteria": ["x"]}, {**aligned("C2")[0], "criteria": ["y"]}],
            criteria=[{"id": "x", "statement": "X."}, {"id": "y", "statement": "Y."}],
            evidence=[{"id": "e", "kind": "test-result", "criteria": ["x"]}],
        ),
        "assesses C2 but no evidence shows its criteria (y)",
    ),
    ("alignment-without-evidence", one(evidence=[{"id": "e", "kind": "attendance"}]), "keeps only attendance"),
    (
        "evidence-expires-first",
        one(validity_months=24, renewal="R.", evidence=[{"id": "e", "kind": "test-result", "retention_months": 12}]),
        "is gone after 12",
    ),
    ("self-report-only", one(assessment={**SELF, "methods": ["portfolio"]}), "C1 is assessed by self-report alone"),
    (
        "pass-rule-without-rubric",
        one(assessment={"methods": ["test"], "assessor": "automatic", "pass_score": 0.7, "pass_rule": "every-row"}),
        "there is none",
    ),
    (
        "rubric-levels-out-of-order",
        one(rubric=rubric({"low": "x", "high": "y"}) | {"levels": [LEVELS[0], {**LEVELS[1], "points": 1}]}),
        "scores 1 points against 1",
    ),
    ("rubric-not-public", one(rubric=rubric({"low": "x", "high": "y"}) | {"public": False}), "do not see the rubric"),
    ("room-overload", one(activities=activity(room="lab", learners_per_room=30)), "capacity is not stated"),
    (
        "room-overload",
        programme(
            [credential("a", activities=activity(room="lab", learners_per_room=30))],
            capacity={"room_hours": {"lab": 11}},
        ),
        "needs 12 hours in rooms of the kind `lab` for the cohort; there are 11",
    ),
    (
        "badge-counted-twice",
        programme([credential(x) for x in "ab"], [stack("s", {"at_least": {"count": 2, "of": ["a", "a", "b"]}})]),
        "`a` stands 2 times",
    ),
    (
        "stackability-mismatch",
        programme([credential("a", stackability="stand-alone")], [stack("s", {"all": ["a"]})]),
        "says that it stands alone, but",
    ),
    ("stackability-mismatch", one(stackability="stackable"), "says that it can be stacked, but"),
    ("changed-without-new-version", issued_before(one(hours=4, activities=[]), "1.0"), "issued with other `hours`"),
    ("version-went-back", issued_before(one(version="1.9"), "1.10"), "version 1.10 was issued already"),
    ("expiry-without-renewal", one(validity_months=12), "nothing says how it is renewed"),
    ("review-date-past", one(review_date="2026-09-06"), "was due for review on 2026-09-06"),
    ("annex-element-missing", programme([credential("a", eqf_level=6), credential("b")]), "B lacks"),
    ("suspicious-duration", one(hours=61, activities=activity(hours=61)), "61 hours in 1 week"),
    (
        "suspicious-duration",
        programme([credential("a")], [stack("s", {"all": ["a"]}, ects=1)]),
        "which is 3 hours for each of its 1 ECTS",
    ),
    *(("text-number-mismatch", design, words) for design, words in said_otherwise()),
    ("no-credential", programme([]), "has no credential"),
    ("badge-in-no-stack", programme([credential("a"), credential("b")], [stack("s", {"all": ["a"]})]), "no stack"),
    ("too-few-professions", one(activities=activity(min_professions=1)), "only one profession"),
    ("no-licence", programme([credential("a", license="")], license=""), "has no licence"),
    ("annex-element-missing", one(learning_outcomes=[], participation=""), "learning outcomes"),
    ("annex-element-missing", programme([credential("a")], issuer={"name": "S"}), "country of the issuer"),
]


@pytest.mark.parametrize(("lint", "design", "words"), PLANTED, ids=[f"{p[0]}-{i}" for i, p in enumerate(PLANTED)])
def test_planted_fault_is_found(lint, design, words):
    found = [finding for finding in check_programme(design) if finding.id == lint]
    assert any(words in finding.message for finding in found), [str(finding) for finding in check_programme(design)]
    assert all(finding.mend and finding.subject for finding in found)


def test_every_lint_has_a_planted_fault():
    framework_lints = {"retired-framework"}  # tested below with a superseded framework
    assert {lint.id for lint in LINTS} == {case[0] for case in PLANTED} | framework_lints
    assert len({lint.id for lint in LINTS}) == len(LINTS)


def test_superseded_framework_is_named_with_its_successor():
    from ipe_workbench.frameworks import load_framework

    design = programme([credential("a", alignments=aligned("CC1", "ipec-2016"))], frameworks=["ipec-2016"])
    design = replace(design, frameworks={"ipec-2016": load_framework("ipec-2016")})
    found = [finding for finding in check_programme(design) if finding.id == "retired-framework"]
    assert len(found) == 1
    assert "ipec-2023" in found[0].mend


def test_sound_design_has_no_finding():
    design = programme(
        [credential("a"), credential("b", requires="a")], [stack("s", {"in_order": ["a", "b"]}, summary="Both.")]
    )
    assert check_programme(design) == ()


def test_example_programme_is_clean_but_for_remarks():
    assert [finding for finding in check_programme(example_programme()) if finding.severity != "info"] == []


def test_damaged_file_is_not_called_unknown():
    design = two("broken")
    assert [f.id for f in check_programme(design)] == ["unknown-badge"]
    assert check_programme(design, damaged=["broken"]) == ()


def test_what_hangs_on_an_unknown_badge_is_not_reported_again():
    design = programme([credential("a", requires="zz"), credential("b", requires="a")], [stack("s", {"all": ["b"]})])
    assert [f.id for f in check_programme(design) if f.severity == "error"] == ["unknown-badge"]


def test_order_that_the_calendar_forbids_is_only_forbidden_while_badges_cannot_come_later():
    """A badge may be awarded after its activity (a retake), so spring-before-autumn can still be kept."""
    late = credential("late", activities=activity(term="spring", weeks=[3]))
    design = programme([credential("early"), late], [stack("s", {"in_order": ["late", "early"]})])
    assert check_programme(design) == ()


def test_assessor_demand_by_hand():
    design = programme(
        [
            credential("a", assessment={**OBSERVED, "assessor_minutes": 12, "double_rated": 0.25}),
            credential("b", assessment={**OBSERVED, "assessor_minutes": 6}, professions=["nursing"]),
        ]
    )
    # 100 learners x 12 min x 1.25 = 25 h, and 40 learners x 6 min = 4 h.
    assert assessor_demand(design) == {("autumn", "faculty"): pytest.approx(29.0)}


def test_each_lint_stands_in_the_manual_with_its_severity_and_what_it_looks_for():
    manual = (Path(__file__).parents[3] / "docs" / "design-lints.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`([a-z-]+)`\]\(\.\./data/lints/([a-z-]+)\.md\) \| (\w+) \| (.+?) \|", manual, flags=re.M)
    assert rows == [(lint.id, lint.id, lint.severity, lint.title) for lint in LINTS]


def test_what_stands_in_the_way_is_named_and_no_more():
    """Medicine lacks the badge that is only for nursing; the third badge has nothing to do with it."""
    rule = {"all": ["c", {"at_least": {"count": 2, "of": ["a", "b"]}}]}
    design = programme([credential("a", professions=["nursing"]), credential("b"), credential("c")], [stack("s", rule)])
    message = next(f.message for f in check_programme(design) if f.id == "cannot-be-earned")
    assert message.endswith(
        "These stand in the way together: `A` is only for nursing; `s` asks for at least 2 of: A or B."
    )


@pytest.mark.parametrize(
    "design",
    [
        stacked({"at_least": {"count": 2, "of": ["a", "b", "c"]}}, "Any two of the three badges; at least 2 of these."),
        stacked({"all": ["a", "b", "c"]}, "All three badges, for learners of all eight programmes."),
        stacked({"within": {"months": 12, "rule": {"all": ["a", "b", "c"]}}}, "Within twelve months: all 3 badges."),
        stacked({"hours": {"min": 6, "of": ["a", "b", "c"]}}, "At least 6 hours; one of them is a quiet one."),
        one(summary="A lesson of 50 minutes with one of 20 teams, within 48 hours after a fall; it takes 3 hours."),
        one(validity_months=24, renewal="A test renews it for 2 years."),
        one(
            assessment={
                "methods": ["test"],
                "assessor": "automatic",
                "pass_score": 0.7,
                "description": "The item test (75 % of the score) and a team test (25 %). At least 70 % to pass.",
            }
        ),
    ],
)
def test_text_that_says_the_number_raises_no_alarm(design):
    assert [f.message for f in check_programme(design) if f.id == "text-number-mismatch"] == []


def test_room_demand_by_hand():
    lab = {"room": "lab", "learners_per_room": 30, "hours": 2}
    design = programme(
        [
            credential("a", activities=activity(**lab)),
            credential("b", activities=activity(**{**lab, "id": "t"}), professions=["nursing"]),
            credential("c", activities=activity(id="u", room="lab")),  # nobody says how many fit
        ]
    )
    # 100 learners in groups of 30 are 4 groups, 40 are 2: (4 + 2) x 2 h.
    assert room_demand(design) == {("autumn", "lab"): 12.0}
