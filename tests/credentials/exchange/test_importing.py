"""Pathways of other platforms: real files, planted faults, and the least number of badges against every subset."""

from __future__ import annotations

import datetime
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import load_programme
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.exchange import Element, PathwayDesign, Wanted, Wish, import_pathway, least_badges
from ipe_workbench.credentials.exchange.ctdl_pathway import read_ctdl_pathway
from ipe_workbench.credentials.exchange.importing import to_programme
from ipe_workbench.credentials.facts import Award, Facts
from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.folder_check import check_folder
from ipe_workbench.frameworks.import_result import Notes

SHARED = Path(__file__).parents[4] / "shared" / "data" / "frameworks"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with real files is not there")
REAL = {"badgr": "pathway-badgr-native-french-ba.json", "ctdl-pathway": "pathway-ctdl-french-ba.json"}
FACTS = {"elements": 29, "required_badges": 24, "completion_badges": 6, "conditions": 29, "targets": 91, "dangling": 0}


@needs_shared
@pytest.mark.parametrize("format", REAL)
def test_a_real_programme_has_its_known_facts_in_both_formats(format):
    reading = import_pathway(SHARED / REAL[format])
    found = reading.to_dict()
    assert {name: found[name] for name in FACTS} == FACTS
    assert (reading.design.format, found["minimum"]["root"]) == (format, 8)
    design = import_pathway(SHARED / REAL[format]).design
    areas = [one.id for one in design.elements.values() if one.parent == design.root]
    assert sorted(found["minimum"]["elements"][one] for one in areas) == [3, 3, 4, 4, 6]
    assert not [one for one in found["findings"] if one["severity"] != "info"]


@needs_shared
def test_a_real_programme_becomes_a_folder_whose_rules_say_the_same(tmp_path):
    reading = import_pathway(SHARED / REAL["badgr"])
    written = CliRunner().invoke(
        app, ["pathways", "import", str(SHARED / REAL["badgr"]), "--out", str(tmp_path / "ba")]
    )
    assert written.exit_code == 0
    assert "8 (proven)" in written.stdout
    programme = load_programme(tmp_path / "ba")
    assert (len(programme.stacks), len(programme.credentials)) == (29, 24)
    assert not [one for one in check_folder(tmp_path / "ba").findings if one.severity == "error"]
    assert programme.stacks == to_programme(reading.design).stacks
    again = CliRunner().invoke(app, ["pathways", "import", str(SHARED / REAL["badgr"]), "--out", str(tmp_path / "ba")])
    assert "not empty" in str(again.exception)


def badgr(name: str, count: int | None = None, badges: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    rule = {"@type": "all"} if count is None else {"@type": "atLeastN", "requiredCount": count}
    children = more.get("children", [])
    mine = {"badgeRequirements": {"countRule": rule, "requiredBadges": [{"badgeUrl": one} for one in badges]}}
    if children:
        mine = {"childElementRequirements": {"countRule": rule}}
    return {"elementId": name, "name": more.pop("title", name), "requirements": mine | more.pop("rules", {})} | more


def read(data: Any, folder: Path) -> Any:
    path = folder / "pathway.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return import_pathway(path)


def ctdl(*more: dict[str, Any], **condition: Any) -> list[dict[str, Any]]:
    rule = {"@type": "ceterms:ComponentCondition", "ceterms:targetComponent": ["a", "b", "c"]} | condition
    return [
        {"@type": "ceterms:Pathway", "@id": "p", "ceterms:name": {"en": "P"},
         "ceterms:hasDestinationComponent": "root"},
        {"@type": "ceterms:CredentialComponent", "@id": "root", "ceterms:name": {"en": "Root"},
         "ceterms:hasCondition": [rule], "ceasn:hasChild": ["a", "b", "c"]},
        *({"@type": "ceterms:BasicComponent", "@id": one, "ceasn:isChildOf": ["root"]} for one in "abc"),
        *more,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "least"),
    [
        ({}, 3),
        ({"ceterms:requiredNumber": 2}, 2),
        ({"ceterms:requiredNumber": "1"}, 1),
        ({"ceterms:logicalOperator": "logicOp:Or"}, 1),
        ({"ceterms:logicalOperator": {"@id": "https://credreg.net/ctdl/vocabs/logicOp/And"}}, 3),
        ({"ceterms:requiredNumber": 4}, None),
        ({"ceterms:requiredNumber": 1, "ceterms:targetComponent": [], "ceterms:hasCondition": [
            {"ceterms:targetComponent": ["a", "b"]}, {"ceterms:targetComponent": ["c"]}]}, 1),
    ],
)  # fmt: skip
def test_conditions_ask_for_what_ctdl_says(condition, least, tmp_path):
    assert read(ctdl(**condition), tmp_path).to_dict()["minimum"]["root"] == least


@pytest.mark.parametrize("shape", ["list", "graph", "expanded"])
def test_every_shape_of_json_ld_is_the_same_pathway(shape, tmp_path):
    plain = ctdl(**{"ceterms:requiredNumber": 2})
    data: Any = plain
    if shape == "graph":
        data = {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": plain}
    if shape == "expanded":
        data = json.loads(json.dumps(plain).replace('"ceterms:', '"https://purl.org/ctdl/terms/').replace(
            '"ceasn:', '"https://purl.org/ctdlasn/terms/'))  # fmt: skip
        for node in data:
            node["@type"] = [node["@type"]]
            for name in ("https://purl.org/ctdlasn/terms/hasChild", "https://purl.org/ctdlasn/terms/isChildOf"):
                if name in node:
                    node[name] = [{"@id": one} for one in node[name]]
    reading = read(data, tmp_path)
    found = reading.to_dict()
    assert found["minimum"]["elements"] == {"root": 2}
    assert (reading.design.title, found["findings"]) == ("P", [])


def test_planted_faults_are_found(tmp_path):
    faults = {
        "text-number-mismatch": ctdl(
            **{"ceterms:requiredNumber": 2, "ceterms:description": {"en": "Requires 1 of 3 items."}}
        ),
        "dangling-target": ctdl(**{"ceterms:targetComponent": ["a", "nowhere"]}),
        "obsolete-term": ctdl({"@type": "ceterms:BasicComponent", "@id": "d", "ceterms:isPartOf": "root"}),
        "constraint-not-evaluated": ctdl(**{"ceterms:hasConstraint": [{"ceterms:comparator": "compare:Equal"}]}),
        "unsatisfiable-count": ctdl(**{"ceterms:requiredNumber": 7}),
    }
    missing = ctdl()
    del missing[2]["ceasn:isChildOf"]
    faults["inverse-mismatch"] = missing
    for expected, data in faults.items():
        found = read(data, tmp_path)
        assert expected in [one.id for one in found.findings], expected
    assert read(faults["dangling-target"], tmp_path).to_dict()["dangling"] == 1
    texts = badgr("r", 3, ("x", "y", "z"), description="Earn any two of the following badges.")
    assert [one.id for one in read(texts, tmp_path).findings] == ["text-number-mismatch"]
    other = badgr("r", rules={"nonChildElementRequirements": {"countRule": {"@type": "all"}, "elementIds": ["gone"]}})
    first = read(other, tmp_path).findings[0]
    assert (first.id, first.severity) == ("dangling-target", "error")
    for said, count in {"All five badges must be earned.": 5, "You need 3 out of 5 badges.": 3}.items():
        for asked in (count, 4):
            texts = badgr("r", asked, ("v", "w", "x", "y", "z"), description=said)
            found = [one.id for one in read(texts, tmp_path).findings]
            assert found == ["text-number-mismatch"] * (asked != count), (said, asked)


def test_links_that_only_one_end_states_are_found():
    def found(*more: dict[str, Any], **root: Any) -> set[str]:
        nodes = ctdl(*more)
        destination = next(one for one in nodes if one["@id"] == "root")
        destination.update(root)
        return {one.id for one in read_ctdl_pathway(nodes, Notes("x")).findings}

    other = {"@type": "ceterms:BasicComponent", "@id": "d", "ceterms:hasCondition": [{"ceterms:targetComponent": "a"}]}
    assert found() == found(other) == set()
    # Exporters name one parent of several only: "d" asks for "a", so that its link to "a" is no mistake.
    assert found(other | {"ceasn:hasChild": ["a"]}) == {"inverse-partial"}
    assert found(other | {"ceasn:hasChild": ["b"]}) == {"inverse-mismatch"}
    assert "inverse-mismatch" in found(other | {"ceterms:isDestinationComponentOf": "p"})
    after = other | {"ceterms:precededBy": ["a"]}
    assert found(after) == set()
    assert found(after, **{"ceterms:precedes": ["d"]}) == {"inverse-mismatch"}
    assert found(other | {"ceterms:precededBy": ["nowhere"]}) == {"dangling-link"}


def test_shortcuts_and_completion_badges_are_not_counted(tmp_path):
    inner = badgr("inner", None, ("x", "y"), completionBadge={"badgeUrl": "done"})
    rules = {
        "badgeRequirements": {"countRule": {"@type": "all"}, "requiredBadges": [{"badgeUrl": "done"}]},
        "shortcutBadges": [{"badgeUrl": "quick"}],
    }
    found = read(badgr("root", children=[inner], rules=rules), tmp_path)
    assert found.to_dict()["minimum"] == {"root": 2, "elements": {"root": 2, "inner": 2}}
    rule = to_programme(found.design).stacks["root"].rule
    facts = Facts(awards=(Award("quick", datetime.date(2026, 1, 1)),))
    assert completed_on(rule, facts, on=facts.awards[0].on) is not None


def test_elements_cannot_complete_each_other(tmp_path):
    def asks(one: str) -> dict[str, Any]:
        return {"nonChildElementRequirements": {"countRule": {"@type": "all"}, "elementIds": [one]}}

    data = badgr(
        "root", 1, children=[badgr("a", rules=asks("b")), badgr("b", rules=asks("a")), badgr("c", None, ("x",))]
    )
    found = read(data, tmp_path)
    assert found.to_dict()["minimum"]["elements"] == {"root": 1, "a": None, "b": None, "c": 1}
    assert [one.id for one in found.findings].count("unreachable-element") == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[" * 5000, "nested too deep"),
        (b'{"CFDocument": {}}', "neither a Badgr pathway nor a CTDL Pathway"),
        (b"[]", "neither"),
        (b"\xff\xfe", "not valid JSON"),
        (b"\xff{}", "UTF-8"),
        (json.dumps(badgr("r", children=[badgr("r")])).encode(), "stands twice"),
        (b'{"requirements": {}, "children": []}', "no elementId"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_written(content, expected, tmp_path):
    path = tmp_path / "pathway.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=expected):
        import_pathway(path)
    answer = CliRunner().invoke(app, ["pathways", "import", str(path), "--out", str(tmp_path / "out")])
    assert (answer.exit_code != 0, answer.stdout, (tmp_path / "out").exists()) == (True, "", False)


wishes = st.sampled_from([*(Wish("badge", one) for one in "uvwxyz"), *(Wish("element", f"e{at}") for at in range(4))])
wanted = st.recursive(
    wishes,
    lambda inner: st.builds(
        lambda of, count: Wanted(min(count, len(of)), tuple(of)), st.lists(inner, max_size=3), st.integers(0, 3)
    ),
    max_leaves=5,
).map(lambda one: one if isinstance(one, Wanted) else Wanted(1, (one,)))  # fmt: skip


@given(st.lists(st.lists(wanted, max_size=2), min_size=4, max_size=4), st.sampled_from([None, "z"]))
@settings(max_examples=80, deadline=None)
def test_the_least_number_is_that_of_every_subset(rules, badge):
    elements = {
        f"e{at}": Element(f"e{at}", f"E{at}", tuple(asked), badge if at == 3 else None)
        for at, asked in enumerate(rules)
    }
    design = PathwayDesign("badgr", "P", "e0", elements, {}, 0, 0, 0)
    ordinary = sorted(design.required_badges - design.completion_badges)
    expected: dict[str, int | None] = dict.fromkeys(elements)
    for count in range(len(ordinary), -1, -1):
        for chosen in combinations(ordinary, count):
            for one in completed(design, set(chosen)):
                expected[one] = count
    assert least_badges(design) == expected


def met(one: Wish | Wanted, badges: set[str], done: set[str]) -> bool:
    if isinstance(one, Wish):
        return one.id in (badges if one.kind == "badge" else done)
    return sum(met(part, badges, done) for part in one.of) >= one.count


def completed(design: PathwayDesign, held: set[str]) -> set[str]:
    """What can be completed with these badges: the smallest set that nothing can be added to."""
    done: set[str] = set()
    while True:
        badges = held | {one.badge for one in design.elements.values() if one.id in done and one.badge is not None}

        new = {
            name for name, one in design.elements.items() if all(met(part, badges, done) for part in one.wanted)
        } - done
        if not new:
            return done
        done |= new


def test_a_number_of_nothing_cannot_be_reached(tmp_path):
    rules = {"childElementRequirements": {"countRule": {"@type": "atLeastN", "requiredCount": 2}}}
    found = read(badgr("root", None, ("x",), rules=rules), tmp_path)
    assert found.to_dict()["minimum"]["root"] is None
    assert {"unsatisfiable-count", "unreachable-element"} <= {one.id for one in found.findings}
