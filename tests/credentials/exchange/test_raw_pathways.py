"""The least number of badges, from the file itself: a reading of its own of the raw JSON, over every set of badges."""

from __future__ import annotations

import json
import random
from itertools import combinations
from typing import Any

import pytest

from ipe_workbench.credentials.exchange import least_badges
from ipe_workbench.credentials.exchange.badgr import read_badgr
from ipe_workbench.credentials.exchange.ctdl_pathway import read_ctdl_pathway
from ipe_workbench.frameworks.import_result import Notes

BADGES = [f"https://badges.example.org/{name}" for name in "pqrstuv"]
CONSTRAINT = {
    "@type": "ceterms:Constraint",
    "ceterms:comparator": "compare:GreaterThanOrEqual",
    "ceterms:leftAction": "arrayFunc:Average",
    "ceterms:rightSource": "3.0",
}
RESOURCES = "https://credentialengineregistry.org/resources/ce-"


def badgr_file(chance: random.Random) -> dict[str, Any]:
    """Elements of few names, in three storeys, each with rules of any kind, or none."""
    names = [f"e{at}" for at in range(chance.randint(2, 7))]
    completion = {name: f"https://badges.example.org/done-{name}" for name in names if chance.random() < 0.4}
    parents = {name: chance.choice(names[: max(1, at)]) for at, name in enumerate(names)}

    def rule(things: int) -> dict[str, Any]:
        if chance.random() < 0.5 or not things:
            return {"countRule": {"@type": "all"}}
        return {"countRule": {"@type": "atLeastN", "requiredCount": chance.randint(1, things)}}

    def element(name: str) -> dict[str, Any]:
        children = [one for one in names[1:] if parents[one] == name and one != name]
        required = chance.sample([*BADGES, *completion.values()], chance.randint(0, 4))
        others = chance.sample(names, chance.randint(0, 1)) if chance.random() < 0.3 else []
        data = {
            "elementId": name,
            "name": chance.choice(["Practice", "Reflection"]),
            "description": None,
            "completionBadge": {"badgeUrl": completion[name]} if name in completion else None,
            "requirements": {
                "childElementRequirements": rule(len(children)),
                "nonChildElementRequirements": rule(len(others)) | {"elementIds": others},
                "badgeRequirements": rule(len(required)) | {"requiredBadges": [{"badgeUrl": one} for one in required]},
                "shortcutBadges": [{"badgeUrl": "https://badges.example.org/short"}] if chance.random() < 0.2 else [],
                "allowCompletionBadgeShortcut": chance.random() < 0.5,
            },
            "requiredForParentCompletion": chance.random() < 0.8,
            "children": [element(one) for one in children],
        }
        for field in ("nonChildElementRequirements", "badgeRequirements", "shortcutBadges"):
            if chance.random() < 0.1 and not data["requirements"][field]:
                del data["requirements"][field]
        return data

    return element(names[0])


def badgr_least(data: dict[str, Any]) -> int | None:
    elements: dict[str, dict[str, Any]] = {}

    def collect(one: dict[str, Any]) -> None:
        elements[one["elementId"]] = one
        for child in one["children"]:
            collect(child)

    collect(data)

    def needs(rule: dict[str, Any], things: list[Any]) -> int:
        return rule["countRule"].get("requiredCount", len(things))

    def is_met(one: dict[str, Any], held: set[str], done: set[str]) -> bool:
        rules = one["requirements"]
        counted = rules["childElementRequirements"]["countRule"]["@type"] == "atLeastN"
        children = [each["elementId"] for each in one["children"] if counted or each["requiredForParentCompletion"]]
        badges = [each["badgeUrl"] for each in rules["badgeRequirements"]["requiredBadges"]]
        others = rules["nonChildElementRequirements"]["elementIds"]
        return (
            sum(each in done for each in children) >= needs(rules["childElementRequirements"], children)
            and sum(each in done for each in others) >= needs(rules["nonChildElementRequirements"], others)
            and sum(each in held for each in badges) >= needs(rules["badgeRequirements"], badges)
        )

    def completes(chosen: tuple[str, ...]) -> bool:
        held, done = set(chosen), set[str]()
        while True:
            new = {name for name, one in elements.items() if name not in done and is_met(one, held, done)}
            if not new:
                return data["elementId"] in done
            done |= new
            held |= {elements[one]["completionBadge"]["badgeUrl"] for one in new if elements[one]["completionBadge"]}

    return next((size for size in range(len(BADGES) + 1) if any(map(completes, combinations(BADGES, size)))), None)


@pytest.mark.parametrize("seed", range(80))
def test_badgr_files_take_the_badges_that_trying_every_set_says(seed):
    data = badgr_file(random.Random(seed))  # noqa: S311 - no secret
    design = read_badgr(json.loads(json.dumps(data)), Notes("x"))
    assert least_badges(design)[design.root or ""] == badgr_least(data)


def ctdl_file(chance: random.Random) -> tuple[Any, dict[str, dict[str, Any]]]:
    """A graph in one of the shapes of JSON-LD, and its conditions in plain words for each component that has some."""
    steps = [f"step{at}" for at in range(chance.randint(1, 4))]
    ends = [f"end{at}" for at in range(6)]
    plain: dict[str, dict[str, Any]] = {}

    def condition(below: list[str], depth: int) -> dict[str, Any]:
        targets = chance.sample([*ends, *below], chance.randint(0 if depth else 1, 4))
        inner = [condition(below, depth - 1) for _ in range(chance.randint(0, 2))] if depth else []
        if not targets and not inner:
            targets = [ends[0]]
        count = chance.randint(1, len(targets) + len(inner)) if chance.random() < 0.6 else None
        operator = chance.choice(["And", "Or"]) if count is None and chance.random() < 0.4 else None
        return {"targets": targets, "inner": inner, "count": count, "operator": operator}

    for at, name in enumerate(steps):
        plain[name] = condition(steps[at + 1 :], 2)

    def written(one: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {"@type": "ceterms:ComponentCondition"}
        if one["targets"]:
            node["ceterms:targetComponent"] = [RESOURCES + each for each in one["targets"]]
        if one["inner"]:
            node["ceterms:hasCondition"] = [written(each) for each in one["inner"]]
        if one["count"] is not None:
            node["ceterms:requiredNumber"] = one["count"]
        if one["operator"]:
            operator = f"logicOp:{one['operator']}"
            node["ceterms:logicalOperator"] = {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:targetNode": operator,
            }
        if chance.random() < 0.2:
            node["ceterms:hasConstraint"] = [CONSTRAINT]
        return node

    nodes: list[dict[str, Any]] = [
        {"@type": "ceterms:Pathway", "@id": f"{RESOURCES}way", "ceterms:ctid": "ce-way", "ceterms:name": {"en": "Way"},
         "ceterms:hasDestinationComponent": [f"{RESOURCES}{steps[0]}"]}
    ]  # fmt: skip
    nodes += [
        {"@type": "ceterms:BasicComponent", "@id": f"{RESOURCES}{name}", "ceterms:name": {"en": name.title()}}
        | ({"ceterms:hasCondition": [written(plain[name])]} if name in plain else {})
        for name in (*steps, *ends)
    ]
    shape = chance.choice(["compact", "bare", "expanded"])
    if shape == "bare":
        return nodes, plain
    if shape == "compact":
        return {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": nodes}, plain
    return [expanded(one) for one in nodes], plain


def expanded(value: Any, key: str = "") -> Any:
    """The node as an expanding processor writes it: full addresses, every value in a list."""
    if isinstance(value, dict):
        if set(value) == {"en"}:
            return [{"@language": "en", "@value": value["en"]}]
        out = {}
        for name, one in value.items():
            if name == "@id":
                out[name] = one
            elif name == "@type":
                out[name] = [one.replace("ceterms:", "https://purl.org/ctdl/terms/")]
            else:
                full = name.replace("ceterms:", "https://purl.org/ctdl/terms/")
                inside = expanded(one, name)
                out[full] = inside if isinstance(inside, list) else [inside]
        return out
    if isinstance(value, list):
        return [expanded(one, key) for one in value]
    if key in ("ceterms:targetComponent", "ceterms:hasDestinationComponent", "ceterms:comparator", "ceterms:leftAction",
               "ceterms:targetNode"):  # fmt: skip
        return {"@id": value}
    return {"@value": value}


def ctdl_least(plain: dict[str, dict[str, Any]]) -> int | None:
    ends = sorted({one for each in plain.values() for one in named(each) if one.startswith("end")})

    def is_met(one: dict[str, Any], held: tuple[str, ...]) -> bool:
        found = [(each in held) if each not in plain else is_met(plain[each], held) for each in one["targets"]]
        found += [is_met(each, held) for each in one["inner"]]
        least = one["count"] if one["count"] is not None else 1 if one["operator"] == "Or" else len(found)
        return sum(found) >= least

    return next(
        (
            size
            for size in range(len(ends) + 1)
            if any(is_met(plain["step0"], held) for held in combinations(ends, size))
        ),
        None,
    )


def named(condition: dict[str, Any]) -> list[str]:
    return [*condition["targets"], *(one for inner in condition["inner"] for one in named(inner))]


@pytest.mark.parametrize("seed", range(80))
def test_ctdl_files_of_every_shape_take_what_trying_every_set_says(seed):
    data, plain = ctdl_file(random.Random(seed))  # noqa: S311 - no secret
    design = read_ctdl_pathway(json.loads(json.dumps(data)), Notes("x"))
    assert design.dangling == 0
    assert least_badges(design)[f"{RESOURCES}step0"] == ctdl_least(plain)
