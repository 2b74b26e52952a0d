"""Round trips through every format, and the report of what a format does not carry."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from hypothesis import given, settings

from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.frameworks import (
    EXPORT_FORMATS,
    Association,
    Framework,
    PublishedCriterion,
    PublishedRubric,
    export_framework,
    import_framework,
    list_frameworks,
    load_framework,
)
from ipe_workbench.frameworks.losses import losses
from tests.frameworks.generated import frameworks
from tests.fuzz.seeds import seeds

VALIDATOR = shutil.which("ctdl-validate")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "frameworks"
NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)
READABLE = [one for one in EXPORT_FORMATS if one not in ("graphml", "node-link")]
REAL = [
    "case10-opensalt-what-standards-could-be.json",
    "ctdlasn-onet-basic-skills.json",
    "case-csv-opensalt-sample.csv",
]
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with real files is not there")


def read_back(framework: Framework, to: str, folder: Path) -> Framework:
    exported = export_framework(framework, to, NOW)
    path = folder / exported.name
    path.write_bytes(exported.content)
    return import_framework(path).framework


def case_schema(version: str) -> dict[str, Any]:
    """1EdTech's schema of CASE 1.0; for 1.1 with the properties that version added, everything else as strict."""
    schemas = json.loads((SHARED / "schema-case-v1p0-swagger.json").read_text(encoding="utf-8"))["definitions"]
    if version == "1.1":
        text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
        added: dict[str, dict[str, Any]] = {
            "CFPckgDocument.Type": {"caseVersion": {"enum": ["1.1"]}, "frameworkType": text},
            "CFPckgItem.Type": {
                "subject": texts,
                "subjectURI": {"type": "array", "items": {"$ref": "#/definitions/LinkURI.Type"}},
            },
            "CFPckgAssociation.Type": {
                "notes": text,
                "associationType": {"type": "string", "pattern": r"^(is|exact|precedes|replaced|exemplar|has|ext:)"},
            },
            "LinkGenURI.Type": {"targetType": text},
        }
        for name, schema in schemas.items():
            if schema.get("additionalProperties") is False:
                schema["properties"] |= {"extensions": {"type": ["object", "array"]}} | added.get(name, {})
    return {"$ref": "#/definitions/CFPackage.Type", "definitions": schemas}


@needs_shared
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("source", ["ipec-2023", "ipec-2016", "cihc-2024", *REAL])
def test_case_is_valid_against_the_schema_of_1edtech(source, version, tmp_path):
    framework = import_framework(SHARED / source).framework if "." in source else load_framework(source)
    exported = export_framework(framework, f"case-{version}", NOW)
    validator = jsonschema.Draft7Validator(case_schema(version), format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(exported.content))] == []


@needs_shared
@given(frameworks())
@settings(max_examples=25, deadline=None)
def test_case_of_any_framework_is_valid(framework):
    for version in ("1.0", "1.1"):
        package = json.loads(export_framework(framework, f"case-{version}", NOW).content)
        validator = jsonschema.Draft7Validator(case_schema(version), format_checker=jsonschema.FormatChecker())
        assert [error.message for error in validator.iter_errors(package)] == []


@needs_shared
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_the_same_framework_after_its_own_format(name, tmp_path):
    reading = import_framework(SHARED / name)
    assert read_back(reading.framework, reading.format, tmp_path) == reading.framework
    assert export_framework(reading.framework, reading.format, NOW).losses == ()


@needs_shared
@pytest.mark.parametrize("to", READABLE)
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_written_twice_in_a_format_is_the_same(name, to, tmp_path):
    once = read_back(import_framework(SHARED / name).framework, to, tmp_path)
    assert read_back(once, to, tmp_path) == once


#: What each format has no place for, of all that the generated frameworks say.
NO_PLACE = {
    "case-1.0": {"weight"},
    "case-1.1": {"weight"},
    "ctdl-asn": {"education_levels", "title"},
    "csv": {"title", "version", "publisher", "description", "status", "uri"},
    "xlsx": set(),
    "graphml": set(),
    "node-link": set(),
}
#: Of these a format has no place for the whole member.
NO_MEMBER = {
    "ctdl-asn": r"\d+ definition|\d+ association|\d+ external",
    "csv": r"\d+ definition|\d+ rubric",
    "xlsx": r"\d+ definition|\d+ rubric",
}


@pytest.mark.parametrize("to", EXPORT_FORMATS)
@given(framework=frameworks())
@settings(max_examples=25, deadline=None)
def test_only_what_a_format_has_no_place_for_is_lost(to, framework):
    for loss in export_framework(framework, to, NOW).losses:
        said = loss.message.split("does not carry ")[1]
        if said.startswith("the `"):
            assert said.split("`")[1] in NO_PLACE[to], loss.message
        else:
            assert re.match(NO_MEMBER.get(to, "nothing"), said), loss.message


@pytest.mark.parametrize("to", READABLE)
@given(framework=frameworks())
@settings(max_examples=25, deadline=None)
def test_a_second_round_through_a_format_changes_nothing(to, framework, tmp_path_factory):
    folder = tmp_path_factory.mktemp("round")
    once = read_back(framework, to, folder)
    assert [one.id for one in once.in_order()] == [one.id for one in framework.in_order()]
    assert {one.id: one.parent for one in once.competencies} == {one.id: one.parent for one in framework.competencies}
    assert read_back(once, to, folder) == once


@pytest.mark.skipif(VALIDATOR is None, reason="ctdl-validate (PyPI; Python 3.12 or later) is not on the path")
@pytest.mark.parametrize("source", ["ipec-2023", "cihc-2024", "seed.yaml", *REAL])
def test_ctdl_asn_passes_the_validator_without_an_error_or_an_unknown_property(source, tmp_path):
    if source == "seed.yaml":
        # A part of each kind: links, an external node, a definition, a rubric.
        (tmp_path / source).write_bytes(seeds()[source])
        framework = import_framework(tmp_path / source).framework
    elif "." in source and not SHARED.is_dir():
        pytest.skip("the shared folder with real files is not there")
    else:
        framework = import_framework(SHARED / source).framework if "." in source else load_framework(source)
    path = tmp_path / "x.json"
    path.write_bytes(export_framework(framework, "ctdl-asn", NOW).content)
    answer = subprocess.run(
        [str(VALIDATOR), str(path), "--format", "json"], capture_output=True, text=True, check=False
    )
    found = json.loads(answer.stdout)["findings"]
    # A CTID of version 5, or version 1 as O*NET's own, is what keeps an export the same; references to other
    # frameworks cannot be looked up offline.
    assert {one["code"] for one in found} <= {"CTID_NOT_UUIDV4", "REF_OUTSIDE_PAYLOAD"}
    assert answer.returncode == 0


@pytest.mark.parametrize("to", ["case-1.0", "case-1.1", "csv", "xlsx"])
def test_a_rubric_alone_goes_where_there_is_a_place_for_it(to):
    rubric = PublishedRubric(id="r", title="Essay", criteria=(PublishedCriterion(id="k", category="Position"),))
    framework = Framework(id="f", title="Essay", competencies=(), rubrics=(rubric,))
    with pytest.raises(UnusableInputError, match="no place"):
        export_framework(framework, to, NOW)
    assert export_framework(framework, "ctdl-asn", NOW).losses == ()


def test_each_planted_difference_is_reported():
    before = load_framework("ipec-2023")
    assert losses(before, before, "X", "x") == ()
    changed = before.competencies[1].model_copy(update={"statement": "Other."})
    after = before.model_copy(update={"competencies": (before.competencies[0], changed, *before.competencies[3:])})
    assert [one.message for one in losses(before, after, "X", "x")] == [
        "X does not carry the `statement` of 1 competency (VE1).",
        "X does not carry 1 competency (VE2).",
        "X does not carry the order of the competencies.",
    ]


def test_spreadsheets_get_no_formulas():
    items = load_framework("ipec-2023").competencies
    evil = items[0].model_copy(update={"statement": '=HYPERLINK("http://evil.example")', "title": "+1"})
    framework = load_framework("ipec-2023").model_copy(update={"competencies": (evil, *items[1:])})
    rows = list(csv.DictReader(io.StringIO(export_framework(framework, "csv", NOW).content.decode())))
    assert rows[0]["fullStatement"] == '\'=HYPERLINK("http://evil.example")'
    book = openpyxl.load_workbook(io.BytesIO(export_framework(framework, "xlsx", NOW).content))
    assert [book.sheetnames, book["CF Item"]["B2"].data_type, book["CF Item"]["B2"].value] == [
        ["CF Doc", "CF Item", "CF Association"],
        "s",
        '=HYPERLINK("http://evil.example")',
    ]
    for to in ("csv", "xlsx"):
        assert not any("`statement`" in loss.message for loss in export_framework(framework, to, NOW).losses)


def test_official_wording_leaves_only_with_a_licence():
    ours = load_framework("ipec-2023")
    official = ours.competencies[1].model_copy(update={"statement_source": "official-local", "statement": "Official."})
    pasted = ours.model_copy(update={"competencies": (ours.competencies[0], official, *ours.competencies[2:])})
    licensed = export_framework(pasted, "csv", NOW)
    assert b"Official." in licensed.content
    withheld = export_framework(pasted.model_copy(update={"license": ""}), "csv", NOW)
    assert b"Official." not in withheld.content
    assert withheld.losses[0].id == "official-wording-withheld"


def test_ctids_are_made_of_the_ids_and_never_change():
    graph = json.loads(export_framework(load_framework("ipec-2023"), "ctdl-asn", NOW).content)["@graph"]
    again = json.loads(export_framework(load_framework("ipec-2023"), "ctdl-asn", NOW).content)["@graph"]
    ctids = [node["ceterms:ctid"] for node in graph]
    assert ctids == [node["ceterms:ctid"] for node in again]
    assert len(set(ctids)) == len(ctids) == 38
    assert {ctid[:3] + ctid[17] for ctid in ctids} == {"ce-5"}  # version 5
    children = {node["@id"]: node.get("ceasn:hasChild", []) for node in graph[1:]}
    parents = {node["@id"]: node.get("ceasn:isChildOf", []) for node in graph[1:]}
    assert all(parent in children and one in children[parent] for one, ends in parents.items() for parent in ends)


def test_an_unknown_format_is_met_with_near_names():
    with pytest.raises(UnknownNameError, match="Did you mean case-1"):
        export_framework(load_framework("ipec-2023"), "case", NOW)


@pytest.mark.parametrize("framework", [one.id for one in list_frameworks()])
@pytest.mark.parametrize("to", READABLE)
def test_every_shipped_framework_keeps_its_ids_and_tree(framework, to, tmp_path):
    before = load_framework(framework)
    after = read_back(before, to, tmp_path)
    assert [(one.id, one.parent, one.code) for one in after.in_order()] == [
        (one.id, one.parent, one.code) for one in before.in_order()
    ]


def test_a_time_of_change_that_is_none_becomes_that_of_the_export():
    framework = load_framework("ipec-2023")
    link = Association(source="VE1", relation="isRelatedTo", target="VE2", changed="yesterday")
    odd = framework.model_copy(update={"associations": (link,)})
    for version in ("case-1.0", "case-1.1"):
        package = json.loads(export_framework(odd, version, NOW).content)
        assert {one["lastChangeDateTime"] for one in package["CFAssociations"]} == {"2026-11-24T08:00:00Z"}
