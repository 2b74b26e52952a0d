"""Achievements of Open Badges 3.0: what the model of 1EdTech asks for, and what our programme says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.credentials import MicroCredential, Stack, example_programme
from ipe_workbench.credentials.exchange.achievements import (
    achievement,
    achievement_id,
    achievement_losses,
    issuer_id,
    result_id,
    rubric_level_id,
)

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "badges" / "schemas" / "achievementcredential.schema.json"
PROGRAMME = example_programme()
DESIGNS = [*PROGRAMME.credentials.values(), *PROGRAMME.stacks.values()]
#: Members of each class, from the tables of the specification.
TERMS = {
    "Achievement": {"id", "type", "alignment", "achievementType", "creator", "creditsAvailable", "criteria",
                    "description", "endorsement", "fieldOfStudy", "humanCode", "image", "inLanguage", "name",
                    "otherIdentifier", "related", "resultDescription", "specialization", "tag", "version"},
    "Alignment": {"type", "targetCode", "targetDescription", "targetName", "targetFramework", "targetType",
                  "targetUrl"},
    "ResultDescription": {"id", "type", "alignment", "allowedValue", "name", "requiredLevel", "requiredValue",
                          "resultType", "rubricCriterionLevel", "valueMax", "valueMin"},
    "RubricCriterionLevel": {"id", "type", "alignment", "description", "level", "name", "points"},
    "Related": {"id", "type", "inLanguage", "version"},
    "Profile": {"id", "type"},
    "Image": {"id", "type", "caption"},
    "Criteria": {"id", "narrative"},
}  # fmt: skip


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def kind(node: dict[str, Any]) -> str:
    written = node.get("type", "Criteria")
    return written if isinstance(written, str) else written[0]


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the shared folder with the schemas is not there")
def test_every_credential_and_stack_of_the_example_satisfies_the_schema():
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = Draft202012Validator({"$ref": "#/$defs/Achievement", "$defs": schema["$defs"]})
    for design in DESIGNS:
        assert [one.message for one in validator.iter_errors(achievement(design, PROGRAMME))] == []
    assert list(validator.iter_errors({"id": "x", "type": ["Achievement"], "name": "no criteria"}))


@pytest.mark.parametrize("design", DESIGNS, ids=lambda one: one.id)
def test_nothing_in_it_trips_a_verifier(design):
    made = achievement(design, PROGRAMME)
    for node in nodes(made):
        assert set(node) <= TERMS[kind(node)]
        assert not [name for name, value in node.items() if value is None or value in ("", [], {})]
        for value in node.values():
            if isinstance(value, list):
                written = [json.dumps(one, sort_keys=True) for one in value]
                assert len(written) == len(set(written)), "equal siblings"
    described = Counter(one["id"] for one in nodes(made) if "id" in one and set(one) != {"id", "type"})
    assert max(described.values()) == 1, "a node is described once"
    assert achievement(design, example_programme()) == made


def test_ids_differ_by_design_version_and_issuer_and_by_nothing_else():
    one = PROGRAMME.credentials["team-simulation"]
    ids = {achievement_id(design, PROGRAMME) for design in DESIGNS}
    assert len(ids) == len(DESIGNS)
    assert achievement_id(one.model_copy(update={"version": "2.0"}), PROGRAMME) not in ids
    renamed = one.model_copy(update={"title": "Another title"})
    assert achievement_id(renamed, PROGRAMME) == achievement_id(one, PROGRAMME)
    assert issuer_id(PROGRAMME) == "https://example.edu/ipe"
    base = "https://badges.example.edu/a/"
    assert achievement(one, PROGRAMME, base=base)["id"] == f"{base}cu-ipe/team-simulation/1.0"
    assert achievement(one, PROGRAMME, base=base)["related"][0]["id"] == f"{base}cu-ipe/huddles-and-briefings/1.0"
    other = achievement(one, PROGRAMME, creator="did:web:badges.example.edu")
    assert other["creator"] == {"id": "did:web:badges.example.edu", "type": ["Profile"]}


def test_a_rubric_becomes_ordered_levels_with_points_as_text():
    made = achievement(PROGRAMME.credentials["team-simulation"], PROGRAMME)
    score, *rows = made["resultDescription"]
    assert (score["resultType"], score["requiredValue"]) == ("Percent", "70")
    assert [one["name"] for one in rows] == [
        "Shared leadership", "Roles and scope", "Coordination", "Deciding as a team",
    ]  # fmt: skip
    for row, name in zip(rows, ("shared-leadership", "roles", "coordination", "deciding"), strict=True):
        levels = row["rubricCriterionLevel"]
        assert row["id"] == result_id(made["id"], name)
        assert [(one["name"], one["level"], one["points"]) for one in levels] == [
            ("Emerging", "1", "1"), ("Developing", "2", "2"), ("Proficient", "3", "3"), ("Exemplary", "4", "4"),
        ]  # fmt: skip
        assert row["requiredLevel"] == levels[2]["id"] == rubric_level_id(made["id"], name, "proficient")
    assert rows[0]["rubricCriterionLevel"][0]["description"] == "Holds on to leadership, or never takes it."


def test_alignments_name_the_item_by_the_same_address_as_the_case_export():
    import datetime

    from ipe_workbench.frameworks import export_framework

    framework = PROGRAMME.frameworks["ipec-2023"]
    package = json.loads(
        export_framework(framework, "case-1.1", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)).content
    )
    items = {one["humanCodingScheme"]: one["uri"] for one in package["CFItems"]}
    for design in PROGRAMME.credentials.values():
        for one in achievement(design, PROGRAMME)["alignment"]:
            assert (one["targetUrl"], one["targetType"]) == (items[one["targetCode"]], "CFItem")
            assert one["targetFramework"] == package["CFDocument"]["title"]


def test_official_wording_stays_here_unless_its_framework_states_a_licence():
    from dataclasses import replace

    framework = PROGRAMME.frameworks["ipec-2023"]
    words = "Words that belong to somebody else."

    def with_words(license: str) -> Any:
        items = tuple(
            one.model_copy(update={"statement": words, "statement_source": "official-local"})
            if one.code == "TT4"
            else one
            for one in framework.competencies
        )
        pasted = framework.model_copy(update={"competencies": items, "license": license})
        return replace(PROGRAMME, frameworks={"ipec-2023": pasted})

    design = PROGRAMME.credentials["team-simulation"]
    assert words not in json.dumps(achievement(design, with_words("")))
    assert achievement(design, with_words(""))["alignment"][0]["targetName"] == "TT4"
    assert words in json.dumps(achievement(design, with_words("Permission of 2026-01-01")))
    assert "official-wording-withheld" in {one.id for one in achievement_losses(design, with_words(""))}


def test_the_criteria_say_rule_and_pass_rule_in_words():
    made = achievement(PROGRAMME.credentials["team-simulation"], PROGRAMME)["criteria"]["narrative"]
    for said in (
        "- Shares leadership as the situation asks.",
        "TT4 practised and assessed",
        "Passed with at least 70 % of the attainable score. Rows weigh 1 each, but for: Coordination 2.",
        "simulation observation and peer evaluation, judged by faculty, supervised in person; up to 2 attempts",
        "6 hours, 0.24 ECTS",
        "- Act inside own scope and use the scope of others.",
        "Participation: in person.",
        "Level 6 of the European Qualifications Framework.",
        "Quality assurance: Raters calibrate",
    ):
        assert said in made
    stack = achievement(PROGRAMME.stacks["ipe-micro-credential"], PROGRAMME)
    assert "within 36 months: all of: at least 3 of:" in stack["criteria"]["narrative"]
    # The four certificates and each of the 16 credentials that its hours count.
    assert (stack["achievementType"], stack["creditsAvailable"], len(stack["related"])) == ("MicroCredential", 2, 20)


def test_types_follow_what_was_validated():
    types = {one.type: achievement(one, PROGRAMME)["achievementType"] for one in PROGRAMME.credentials.values()}
    assert types == {"knowledge": "MicroCredential", "application": "MicroCredential"}
    plain = MicroCredential.model_validate(
        {"id": "a", "title": "A\n# Forged", "type": "recognition", "level": "foundation", "stage": "exposure",
         "hours": 1, "tags": ["x", " x ", ""], "image": "not an address", "language": "English"}
    )  # fmt: skip
    made = achievement(plain, PROGRAMME)
    assert (made["achievementType"], made["name"], made["tag"]) == ("Badge", "A # Forged", ["x"])
    assert not {"image", "inLanguage", "alignment", "resultDescription", "related"} & set(made)


def test_what_is_left_out_or_only_said_is_reported():
    found = {one.id: one.message for one in achievement_losses(PROGRAMME.credentials["team-simulation"], PROGRAMME)}
    for name in ("activities", "evidence", "value", "owner", "the level, relation and criteria of its alignments"):
        assert name in found["lost-in-export"]
    for name in ("assessment", "requires", "hours", "weights"):
        assert name in found["words-only"]
    bare = Stack.model_validate({"id": "s", "title": "S", "kind": "badge", "stage": "exposure", "rule": {"badge": "x"}})
    assert [one.message for one in achievement_losses(bare, PROGRAMME)] == [
        "An Achievement does not carry stage of s.",
        "An Achievement says rule of s in the words of its criteria only.",
    ]
    lost = PROGRAMME.credentials["team-simulation"].model_copy(update={"alignments": PROGRAMME.credentials[
        "team-simulation"].alignments[:1] + tuple(one.model_copy(update={"competency": "ZZ9"}) for one in
        PROGRAMME.credentials["team-simulation"].alignments[:1])})  # fmt: skip
    assert any("ZZ9" in one.message for one in achievement_losses(lost, PROGRAMME))
    assert [one["targetCode"] for one in achievement(lost, PROGRAMME)["alignment"]] == ["TT4"]
