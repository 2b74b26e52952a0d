"""Pathways as they come: other shapes, odd values, broken links; each fact worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ipe_workbench.credentials.exchange import least_badges
from ipe_workbench.credentials.exchange.badgr import read_badgr
from ipe_workbench.credentials.exchange.ctdl_pathway import read_ctdl_pathway
from ipe_workbench.credentials.exchange.importing import to_programme
from ipe_workbench.frameworks.import_result import Notes


def step(name: str, rules: dict[str, Any] | None = None, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"elementId": name, "name": name, "requirements": rules or {}, "children": list(children), **more}


def asks(count: Any, *badges: str) -> dict[str, Any]:
    rule = {"@type": "all"} if count is None else {"@type": "atLeastN", "requiredCount": count}
    return {"badgeRequirements": {"countRule": rule, "requiredBadges": [{"badgeUrl": one} for one in badges]}}


def deep(levels: int) -> dict[str, Any]:
    one = step("leaf", asks(None, "x", "y"))
    for at in range(levels):
        one = step(f"level-{at}", {"childElementRequirements": {"countRule": {"@type": "all"}}}, one)
    return one


BADGR = {
    "deep nesting": (deep(90), 2, 91, 2, 91, 92, 0),
    "shared badges count once": (
        step("r", {}, step("a", asks(None, "x", "y")), step("b", asks(None, "y", "z"))),
        3,
        3,
        3,
        3,
        6,
        0,
    ),
    "a number as text": (step("r", asks("2", "x", "y", "z")), 2, 1, 3, 1, 3, 0),
    "more than there are": (step("r", asks(5, "x", "y")), None, 1, 2, 1, 2, 0),
    "nothing asked": (step("r"), 0, 1, 0, 0, 0, 0),
    "nulls": (
        {"elementId": "r", "name": None, "requirements": {"badgeRequirements": None}, "children": None},
        0,
        1,
        0,
        0,
        0,
        0,
    ),
    "a target that is not there": (
        step("r", {"nonChildElementRequirements": {"countRule": {"@type": "all"}, "elementIds": ["gone"]}}),
        None,
        1,
        0,
        1,
        1,
        1,
    ),
    "a child that is not required": (
        step(
            "r",
            {"childElementRequirements": {"countRule": {"@type": "all"}}},
            step("a", asks(None, "x")),
            step("b", asks(None, "y"), requiredForParentCompletion=False),
        ),
        1,
        3,
        2,
        3,
        3,
        0,
    ),
    "a badge that is a completion badge": (
        step("r", asks(None, "done", "z"), step("a", asks(1, "x", "y"), completionBadge={"badgeUrl": "done"})),
        2,
        2,
        4,
        3,
        5,
        0,
    ),
}


@pytest.mark.parametrize("name", BADGR)
def test_badgr_pathways_have_the_facts_worked_out_by_hand(name):
    data, least, elements, badges, conditions, targets, dangling = BADGR[name]
    design = read_badgr(json.loads(json.dumps(data)), Notes("x"))
    assert (len(design.elements), len(design.required_badges)) == (elements, badges)
    assert (design.conditions, design.targets, design.dangling) == (conditions, targets, dangling)
    assert least_badges(design)[design.root or ""] == least
    assert len(to_programme(design).stacks) == elements


BASE = "https://credentialengineregistry.org/resources/"


def graph(condition: dict[str, Any], **root: Any) -> list[dict[str, Any]]:
    return [
        {"@type": "ceterms:Pathway", "@id": f"{BASE}p", "ceterms:hasDestinationComponent": [f"{BASE}r"]},
        {"@type": "ceterms:CredentialComponent", "@id": f"{BASE}r", "ceterms:ctid": "ce-r", "ceterms:hasCondition": [
            {"@type": "ceterms:ComponentCondition", **condition}], **root},
        *({"@type": "ceterms:BasicComponent", "@id": f"{BASE}{one}", "ceterms:ctid": f"ce-{one}",
           "ceterms:name": {"fr": one, "en-US": one.upper()}} for one in "abc"),
    ]  # fmt: skip


def to(*ends: str) -> list[str]:
    return [BASE + one for one in ends]


PLAIN = {"ceterms:targetComponent": to("a", "b", "c"), "ceterms:requiredNumber": 2}
CTDL = {
    "plain": (graph(PLAIN), 2, 1, 3, 0),
    "a number as text": (graph(PLAIN | {"ceterms:requiredNumber": "2"}), 2, 1, 3, 0),
    "a typed number": (graph(PLAIN | {"ceterms:requiredNumber": {"@value": 2, "@type": "xsd:integer"}}), 2, 1, 3, 0),
    "a null number means all": (graph(PLAIN | {"ceterms:requiredNumber": None}), 3, 1, 3, 0),
    "http instead of https": (
        graph(PLAIN | {"ceterms:targetComponent": [one.replace("https", "http") for one in to("a", "b", "c")]}),
        2,
        1,
        3,
        0,
    ),
    "CTIDs as targets": (graph(PLAIN | {"ceterms:targetComponent": ["ce-a", "ce-b", "ce-c"]}), 2, 1, 3, 0),
    "only one": (
        graph(PLAIN | {"ceterms:requiredNumber": None, "ceterms:logicalOperator": "logicOp:OnlyOne"}),
        1,
        1,
        3,
        0,
    ),
    "a dangling target": (
        graph(PLAIN | {"ceterms:targetComponent": to("a", "nowhere"), "ceterms:requiredNumber": 1}),
        1,
        1,
        2,
        1,
    ),
    "one component": (
        {"@context": "https://credreg.net/ctdl/schema/context/json", **graph({"ceterms:targetComponent": to("a")})[1]},
        1,
        1,
        1,
        1,
    ),
    "nodes within nodes": (
        graph(
            {"ceterms:targetComponent": [{"@type": "ceterms:BasicComponent", "@id": f"{BASE}d"}, {"@id": f"{BASE}a"}]}
        ),
        2,
        1,
        2,
        0,
    ),
    "a prefix of its own": (
        {
            "@context": {"ct": "http://purl.org/ctdl/terms/", "as": "https://purl.org/ctdlasn/terms/"},
            "@graph": json.loads(json.dumps(graph(PLAIN)).replace("ceterms:", "ct:")),
        },
        2,
        1,
        3,
        0,
    ),
    "no prefixes": (json.loads(json.dumps(graph(PLAIN)).replace("ceterms:", "")), 2, 1, 3, 0),
    "a condition by its address": (
        [
            *graph(PLAIN, **{"ceterms:hasCondition": ["_:c"]}),
            {"@id": "_:c", "@type": "ceterms:ComponentCondition", **PLAIN},
        ],
        2,
        1,
        3,
        0,
    ),
    "or of nested conditions": (
        graph(
            {
                "ceterms:logicalOperator": "logicOp:Or",
                "ceterms:hasCondition": [
                    {"ceterms:targetComponent": to("a", "b")},
                    {"ceterms:targetComponent": to("c")},
                ],
            }
        ),
        1,
        3,
        3,
        0,
    ),
}


@pytest.mark.parametrize("name", CTDL)
def test_ctdl_pathways_have_the_facts_worked_out_by_hand(name):
    data, least, conditions, targets, dangling = CTDL[name]
    design = read_ctdl_pathway(json.loads(json.dumps(data)), Notes("x"))
    assert (design.conditions, design.targets, design.dangling) == (conditions, targets, dangling)
    assert (design.root, least_badges(design)[f"{BASE}r"]) == (f"{BASE}r", least)


def test_conditions_in_a_circle_are_said_and_do_not_hang():
    circle = [{"@id": "_:c", "@type": "ceterms:ComponentCondition", "ceterms:hasCondition": ["_:d"]},
              {"@id": "_:d", "@type": "ceterms:ComponentCondition", "ceterms:hasCondition": ["_:c"]}]  # fmt: skip
    design = read_ctdl_pathway([*graph(PLAIN, **{"ceterms:hasCondition": ["_:c"]}), *circle], Notes("x"))
    assert "cycle" in {one.id for one in design.findings}


def test_a_missing_destination_and_several_are_said():
    lost = graph(PLAIN)
    lost[0]["ceterms:hasDestinationComponent"] = f"{BASE}nowhere"
    found = read_ctdl_pathway(lost, Notes("x"))
    assert found.root == f"{BASE}r"
    assert {"dangling-target", "exchange-guessed"} <= {one.id for one in found.findings}
    several = graph(PLAIN)
    several[0]["ceterms:hasDestinationComponent"] = to("r", "a")
    assert "several-destinations" in {one.id for one in read_ctdl_pathway(several, Notes("x")).findings}


def test_a_text_in_two_languages_gives_the_english():
    assert set(read_ctdl_pathway(graph(PLAIN), Notes("x")).badges.values()) == {"A", "B", "C"}
