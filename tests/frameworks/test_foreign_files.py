"""Files as others write them: the facts that `ipe frameworks import` reports, counted by hand."""

from __future__ import annotations

import gc
import json
from uuid import NAMESPACE_URL, uuid5

import openpyxl
import pytest

from ipe_workbench.frameworks import import_framework
from ipe_workbench.frameworks.garbage import collection_paused
from ipe_workbench.frameworks.identifiers import stable_uuid

REGISTRY = "https://credentialengineregistry.org/resources/"


def uuid(number: int) -> str:
    return f"abcdef{number:02d}-1111-4111-8111-111111111111"


def node(number: int, **besides: str) -> dict[str, str]:
    return {"identifier": uuid(number), "uri": f"https://case.example/{uuid(number)}", "title": "x", **besides}


def case(*links: dict[str, object]) -> dict[str, object]:
    """A document (0) with the items 1 to 4: A, A.1, A.2 and B."""
    items = [
        node(at, humanCodingScheme=code, fullStatement=code) for at, code in enumerate(["A", "A.1", "A.2", "B"], 1)
    ]
    return {"CFDocument": node(0), "CFItems": items, "CFAssociations": list(links)}


def link(source: object, target: object, kind: str = "isChildOf") -> dict[str, object]:
    return {"associationType": kind, "originNodeURI": source, "destinationNodeURI": target}


def facts(tmp_path, name, content):
    path = tmp_path / name
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    found = import_framework(path).to_dict()
    return {key: found[key] for key in ("items", "top_items", "depth", "leaves", "associations", "external_links")}


TREE = {"items": 4, "top_items": 2, "depth": 2, "leaves": 3, "associations": {"isChildOf": 4}, "external_links": 0}
PAIRS = ((1, 0), (2, 1), (3, 1), (4, 0))


@pytest.mark.parametrize(
    "end",
    [
        node,
        uuid,
        lambda at: f"https://case.example/ims/case/v1p0/CFItems/{uuid(at)}",
        lambda at: {"sourcedId": uuid(at)},
        lambda at: {"uri": f"https://case.example/{uuid(at)}", "title": None},
        lambda at: node(at, identifier=uuid(at).upper()),
    ],
    ids=["link", "identifier", "address", "sourcedId", "uri only", "capitals"],
)
def test_ends_of_case_links_in_every_dialect_make_the_same_tree(tmp_path, end):
    package = case(*(link(end(source), end(target)) for source, target in PAIRS))
    assert facts(tmp_path, "x.json", package) == TREE


def test_case_ends_as_plain_identifiers_beside_no_links(tmp_path):
    flat = [
        {"associationType": "isChildOf", "originNodeIdentifier": uuid(one), "destinationNodeIdentifier": uuid(other)}
        for one, other in PAIRS
    ]
    assert facts(tmp_path, "x.json", case(*flat)) == TREE


def competency(number: int, **besides: object) -> dict[str, object]:
    about = {"ceterms:ctid": f"ce-{uuid(number)}", "ceasn:competencyText": {"en": f"Does {number}"}}
    return {"@id": f"{REGISTRY}ce-{uuid(number)}", "@type": "ceasn:Competency", **about, **besides}


def test_a_competency_below_one_of_another_framework_keeps_that_link(tmp_path):
    graph = {"@graph": [competency(1), competency(2, **{"ceasn:isChildOf": [f"{REGISTRY}ce-{uuid(9)}"]})]}
    assert facts(tmp_path, "x.json", graph) == {
        "items": 2,
        "top_items": 2,
        "depth": 1,
        "leaves": 2,
        "associations": {"isChildOf": 1},
        "external_links": 1,
    }


@pytest.mark.parametrize(
    ("header", "rows", "depth", "top", "leaves"),
    [
        ("Code,Statement,Level", ["A,a,1.0", "B,b,2.0", "C,c,3.0", "D,d,1.0"], 3, 2, 2),
        ("Code,Statement,Level", ["A,a,Level 1", "B,b,L2", "C,c,Level 3", "D,d,1"], 3, 2, 2),
        ("Code,Statement,Level", ["A,a,Domain", "B,b,Competency", "C,c,Sub-competency", "D,d,Domain"], 3, 2, 2),
        ("Ref #,Learning Outcome,Parent Ref #", ["1,a,", "2,b,1", "3,c,1"], 2, 1, 2),
        ("Competency ID,Competency Name,Competency Description,Parent ID", ["10,A,a,", "11,B,b,10"], 2, 1, 1),
        ("Competency Code;Competency Statement;Parent Code", ["A;a;", "A1;b;A", "B;c;"], 2, 2, 2),
    ],
)
def test_sheets_with_headers_and_levels_as_people_write_them(tmp_path, header, rows, depth, top, leaves):
    found = facts(tmp_path, "x.csv", "\ufeff" + "\n".join([header, *rows]))
    assert (found["depth"], found["top_items"], found["leaves"]) == (depth, top, leaves)


def workbook(tmp_path, sheets: dict[str, list[list[object]]]):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "x.xlsx"
    book.save(path)
    return path


def test_sheets_with_the_same_columns_are_one_framework_and_others_are_named(tmp_path):
    path = workbook(
        tmp_path,
        {
            "Read me": [["Our competencies"]],
            "Values": [["Code", "Statement", "Parent"], ["V", "Values", None], ["V1", "Respect", "V"]],
            "Teams": [["Code", "Statement", "Parent"], ["T", "Teams", None], ["T1", "Work together", "T"]],
            "Ideas": [["Statement"], ["One day"], ["Perhaps"]],
        },
    )
    reading = import_framework(path)
    assert [one.code for one in reading.framework.in_order()] == ["V", "V1", "T", "T1"]
    assert {"sheet-joined": "info", "sheet-unread": "warning"}.items() <= {
        one.id: one.severity for one in reading.findings
    }.items()


def test_our_uuids_are_those_of_version_5():
    for item in ("", "VE1", "é 漢"):
        assert stable_uuid("f", item) == str(uuid5(NAMESPACE_URL, f"ipe-workbench:1:f:{item}"))


@pytest.mark.parametrize("was", [True, False])
def test_the_cycle_collector_is_as_it_was_after_a_failure(was):
    before = gc.isenabled()
    (gc.enable if was else gc.disable)()
    try:
        with pytest.raises(KeyError), collection_paused():
            raise KeyError
        assert gc.isenabled() is was
    finally:
        (gc.enable if before else gc.disable)()
