"""Each lint finds its planted fault, at its place, and leaves a sound design alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.credentials import LINTS, Programme, check_programme, example_programme
from ipe_workbench.credentials.checks import assessor_demand
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
    from dataclasses import replace

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


def test_each_lint_stands_in_the_manual_with_its_severity():
    manual = (Path(__file__).parents[3] / "docs" / "design-lints.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", manual, flags=re.MULTILINE))
    assert rows == {lint.id: lint.severity for lint in LINTS}
