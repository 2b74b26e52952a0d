"""CTDL Pathways: there and back through the files of a programme, and rules of ours in the words of CTDL."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Stack, example_programme, load_programme, parse_rule, save_programme
from ipe_workbench.credentials.exchange.ctdl_pathway import read_ctdl_pathway
from ipe_workbench.credentials.exchange.ctdl_writing import write_ctdl_pathway
from ipe_workbench.credentials.exchange.design import PathwayDesign
from ipe_workbench.credentials.exchange.importing import to_programme
from ipe_workbench.frameworks.import_result import Notes
from tests.credentials.exchange.test_badgr_writing import closed, rules
from tests.credentials.exchange.test_importing import REAL, SHARED, completed, needs_shared

VALIDATOR = shutil.which("ctdl-validate")
#: Properties of the classes of a pathway in the CTDL schema of August 2026, as far as we write them.
TERMS = {
    "ceterms:Pathway": {"@id", "@type", "ceterms:ctid", "ceterms:name", "ceterms:description", "ceterms:versionCode",
                        "ceterms:hasDestinationComponent"},
    "ceterms:CredentialComponent": {"@id", "@type", "ceterms:ctid", "ceterms:name", "ceterms:description",
                                    "ceterms:credentialType", "ceterms:proxyFor", "ceterms:hasCondition",
                                    "ceasn:hasChild", "ceasn:isChildOf", "ceterms:isDestinationComponentOf",
                                    "ceterms:precededBy", "ceterms:precedes", "ceterms:sourceData"},
    "ceterms:ComponentCondition": {"@type", "ceterms:name", "ceterms:description", "ceterms:requiredNumber",
                                   "ceterms:targetComponent", "ceterms:hasCondition", "ceterms:hasConstraint",
                                   "ceterms:requiredConstraints", "ceterms:logicalOperator"},
    "ceterms:Constraint": {"@type", "ceterms:name", "ceterms:description", "ceterms:leftSource", "ceterms:comparator",
                           "ceterms:rightSource", "ceterms:leftAction", "ceterms:rightAction"},
}  # fmt: skip


def meaning(design: PathwayDesign) -> Any:
    elements = {
        name: (one.name, one.wanted, one.badge, one.description, one.parent) for name, one in design.elements.items()
    }
    return design.root, design.title, elements, dict(design.badges), design.conditions, design.targets


def there_and_back(data: Any, folder: Any = None) -> tuple[PathwayDesign, PathwayDesign, dict[str, Any]]:
    before = read_ctdl_pathway(copy.deepcopy(data), Notes("x"))
    programme = to_programme(before)
    if folder is not None:
        save_programme(programme, folder)
        programme = load_programme(folder)
    written = write_ctdl_pathway(programme)[0]
    return before, read_ctdl_pathway(json.loads(json.dumps(written)), Notes("x")), written


@needs_shared
def test_a_real_pathway_means_the_same_after_the_way_through_the_files(tmp_path):
    data = json.loads((SHARED / REAL["ctdl-pathway"]).read_text(encoding="utf-8"))
    before, after, written = there_and_back(data, tmp_path / "ba")
    assert meaning(after) == meaning(before)
    # What the file stated one way only is stated both ways now, in terms that the schema has.
    assert not after.findings
    assert len(written["@graph"]) == len(data)


def test_every_term_of_an_export_is_one_of_its_class():
    def walk(node: dict[str, Any]) -> None:
        assert set(node) <= TERMS[node["@type"]]
        for value in node.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and "@type" in one:
                    walk(one)

    graph = write_ctdl_pathway(example_programme())[0]["@graph"]
    for node in graph:
        walk(node)
    ids = [one["ceterms:ctid"] for one in graph]
    assert len(set(ids)) == len(graph) == 22
    assert write_ctdl_pathway(example_programme())[0]["@graph"] == graph


@pytest.mark.skipif(VALIDATOR is None, reason="ctdl-validate (PyPI; Python 3.12 or later) is not on the path")
def test_the_example_passes_the_validator_without_errors(tmp_path):
    path = tmp_path / "pathway.json"
    path.write_text(json.dumps(write_ctdl_pathway(example_programme())[0]), encoding="utf-8")
    answer = subprocess.run(
        [str(VALIDATOR), str(path), "--format", "json"], capture_output=True, text=True, check=False
    )
    found = json.loads(answer.stdout)["findings"]
    assert [one for one in found if one["severity"] == "ERROR"] == []


ENDS = [f"https://example.org/resources/{one}" for one in range(6)]


def typed(one: dict[str, Any]) -> dict[str, Any]:
    return {"@type": "ceterms:ComponentCondition", **one}


conditions = st.recursive(
    st.fixed_dictionaries(
        {"ceterms:targetComponent": st.lists(st.sampled_from(ENDS), max_size=4, unique=True)},
        optional={
            "ceterms:requiredNumber": st.integers(0, 4) | st.sampled_from(["2", None, 1.0]),
            "ceterms:logicalOperator": st.sampled_from(["logicOp:Or", "logicOp:And", "logicOp:Not"]),
            "ceterms:hasConstraint": st.just([{"@type": "ceterms:Constraint", "ceterms:comparator": "compare:GTEQ"}]),
            "ceterms:name": st.just({"en": "Required"}),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"ceterms:targetComponent": st.lists(st.sampled_from(ENDS), max_size=2, unique=True),
         "ceterms:hasCondition": st.lists(inner.map(typed), min_size=1, max_size=2)},
        optional={"ceterms:requiredNumber": st.integers(0, 3)},
    ),
    max_leaves=4,
).map(typed)  # fmt: skip


@given(st.lists(st.lists(conditions, max_size=2), min_size=3, max_size=3), st.integers(0, 5))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_pathway_means_the_same_after_the_way_there_and_back(drawn, goal):
    components = [
        {"@type": f"ceterms:{'Credential' if at % 2 else 'Basic'}Component", "@id": end, "ceterms:name": {"en": "Same"},
         "ceterms:sourceData": f"https://example.org/data/{at}",
         **({"ceterms:hasCondition": drawn[at]} if at < 3 else {})}
        for at, end in enumerate(ENDS)
    ]  # fmt: skip
    pathway = {"@type": "ceterms:Pathway", "@id": "https://example.org/p", "ceterms:name": {"en": "P"},
               "ceterms:hasDestinationComponent": ENDS[goal]}  # fmt: skip
    data = [pathway, *components]
    before, after, written = there_and_back(data)
    assert meaning(after) == meaning(before)
    assert all("ceterms:sourceData" in one for one in written["@graph"][1:])


@given(st.tuples(rules, rules, rules))
@example(({"badge": "x"}, {"badge": "x"}, {"at_least": {"count": 2, "of": [{"all": []}]}}))
@settings(max_examples=40, deadline=None)
def test_rules_of_ours_mean_the_same_in_the_words_of_ctdl(drawn):
    programme = example_programme()
    stacks = {
        name: Stack.model_validate({"id": name, "title": name, "kind": "badge", "stage": "exposure", "rule": rule})
        for name, rule in zip(("root", "one", "two"), drawn, strict=True)
    }
    some = dict(zip("xyzw", programme.credentials.values(), strict=False))
    badges = {name: one.model_copy(update={"id": name, "title": name, "requires": None}) for name, one in some.items()}
    ours = replace(programme, credentials=badges, stacks=stacks, documents={})
    design = read_ctdl_pathway(write_ctdl_pathway(ours)[0], Notes("x"))
    held_as = {title: name for name, title in design.badges.items()}
    names = {one.name: one.id for one in design.elements.values()}
    for count in range(5):
        for held in combinations("xyzw", count):
            expected = closed(drawn, set(held))
            done = completed(design, {held_as[one] for one in held})
            assert {one for one in ("root", "one", "two") if names[one] in done} == expected


def test_what_badges_cannot_show_becomes_a_constraint_and_comes_back_as_a_check():
    rule = {"all": ["x", {"hours": {"min": 50, "of": ["x"]}}, {"approval": {"role": "dean"}}]}
    stack = Stack.model_validate({"id": "s", "title": "S", "kind": "badge", "stage": "exposure", "rule": rule})
    programme = example_programme()
    one = next(iter(programme.credentials.values())).model_copy(update={"id": "x", "requires": None})
    made = write_ctdl_pathway(replace(programme, credentials={"x": one}, stacks={"s": stack}, documents={}))[0]
    condition = made["@graph"][1]["ceterms:hasCondition"][0]
    assert (condition["ceterms:requiredNumber"], condition["ceterms:requiredConstraints"]) == (1, 2)
    assert condition["ceterms:hasConstraint"][0]["ceterms:rightSource"] == {"@value": "50"}
    design = read_ctdl_pathway(made, Notes("x"))
    assert "recorded hours at least 50" in design.findings[0].message
    back = to_programme(design)
    check = {"approval": {"role": "constraint-check"}}
    assert next(iter(back.stacks.values())).rule == parse_rule({"all": [next(iter(back.credentials)), check]})
