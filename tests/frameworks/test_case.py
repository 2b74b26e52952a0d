"""Reading CASE packages: a real one that nobody here wrote, and small ones with each quirk."""

from __future__ import annotations

import datetime
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.frameworks import (
    export_framework,
    load_framework,
    open_framework,
    read_case,
    read_framework,
    write_framework,
)
from ipe_workbench.frameworks.case.reading import read_case_data
from ipe_workbench.frameworks.import_result import Notes

SHARED = Path(__file__).parents[3] / "shared" / "data" / "frameworks"


def link(source: Any, relation: str, target: Any, **more: Any) -> dict[str, Any]:
    return {"originNodeURI": source, "associationType": relation, "destinationNodeURI": target, **more}


def node(reference: str) -> dict[str, str]:
    return {"identifier": reference, "uri": f"https://case.example/{reference}", "title": reference}


def write(path: Path, items: list[Any], links: list[Any], wrapped: bool = False, **document: Any) -> Path:
    package: dict[str, Any] = {
        "CFDocument": {"identifier": "doc", "title": "A framework", "creator": "Somebody", **document},
        "CFItems": items,
        "CFAssociations": links,
    }
    path.write_text(json.dumps({"CFPackage": package, "caseVersion": "1.1"} if wrapped else package), encoding="utf-8")
    return path


def item(reference: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    return {"identifier": reference, "fullStatement": f"Do {reference}.", "humanCodingScheme": code, **more}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with real files is not beside the checkout")
def test_a_real_package_has_its_published_facts():
    facts = read_case(SHARED / "case10-opensalt-what-standards-could-be.json").to_dict()
    assert {key: facts[key] for key in ("items", "top_items", "depth", "leaves", "external_links", "rubrics")} == {
        "items": 16, "top_items": 2, "depth": 3, "leaves": 12, "external_links": 21, "rubrics": 0
    }  # fmt: skip
    assert facts["associations"] == {
        "isChildOf": 16, "exactMatchOf": 16, "precedes": 3, "exemplar": 2, "isRelatedTo": 2
    }  # fmt: skip


@pytest.mark.parametrize("wrapped", [False, True], ids=["1.0", "1.1"])
def test_hierarchy_links_and_external_ends(tmp_path, wrapped):
    path = write(
        tmp_path / "p.json",
        [item("b", "T.10"), item("a", "T.2"), item("top", "T", abbreviatedStatement="Teams"), item("lone")],
        [
            link(node("top"), "isChildOf", node("doc")),
            link(node("a"), "isChildOf", node("top")),
            link("https://case.example/b", "isChildOf", "https://case.example/top"),
            link(node("a"), "ext:inspiredBy", node("elsewhere")),
        ],
        wrapped=wrapped,
    )
    reading = read_case(path)
    framework = reading.framework
    assert [one.code for one in framework.children("top")] == ["T.2", "T.10"]
    assert [one.id for one in framework.roots] == ["top", "lone"]
    assert framework["T"].title == "Teams"
    assert [(one.source, one.relation, one.target) for one in framework.associations] == [
        ("a", "ext:inspiredBy", "elsewhere")
    ]
    assert (reading.external_links, reading.associations) == (1, {"isChildOf": 3, "ext:inspiredBy": 1})
    assert {finding.id for finding in reading.findings} == {"case-guessed", "case-external"}


def test_sequence_numbers_order_siblings(tmp_path):
    links = [link(node(one), "isChildOf", node("doc"), sequenceNumber=n) for n, one in ((2, "a"), (1, "b"))]
    assert [one.id for one in read_case(write(tmp_path / "p.json", [item("a"), item("b")], links)).framework.roots] == [
        "b",
        "a",
    ]


def test_circle_second_parent_duplicate_and_broken_entries_are_findings(tmp_path):
    path = write(
        tmp_path / "p.json",
        [item("a", "K.1"), item("b", "K.2"), item("c"), item("a"), {"fullStatement": "no id"}, 7],
        [
            link(node("a"), "isChildOf", node("b")),
            link(node("b"), "isChildOf", node("a")),
            link(node("c"), "isChildOf", node("a")),
            link(node("c"), "isChildOf", node("b")),
            link(None, "isChildOf", node("b")),
            "nonsense",
        ],
    )
    reading = read_case(path)
    found = [finding.id for finding in reading.findings]
    assert {"cycle", "case-second-parent", "duplicate-id", "case-refused"} <= set(found)
    assert found.count("case-refused") == 4
    # People know an item by its code, not by its identifier.
    circle = next(finding for finding in reading.findings if finding.id == "cycle")
    assert circle.message.startswith(("K.1 (a) is part of itself", "K.2 (b) is part of itself"))
    assert len(reading.framework.competencies) == 3
    assert len(reading.framework.roots) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b'{"CFDocument": {"identifier": "d"}, "CFItems": [', "not valid JSON"),
        (b'{"CFDocument": {"title": "cut of', r"not valid JSON: Unterminated string\."),
        (b'{"hello": 1}', "not a CASE package"),
        (b"[1, 2]", "not a CASE package"),
        (b"{\xff}", "not UTF-8"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"title":\n "\xe9"}', r"p\.json:2: The file is not UTF-8"),
        (b'{"CFItems": %s}' % (b"9" * 5_000), r"cannot be read: [^;]*5000 digits\.$"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"CFDocument": {}, "CFItems": []}', "no usable item"),
    ],
)
def test_what_is_no_package_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "p.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=words):
        read_case(path)


def test_a_folder_and_a_file_beyond_the_limit_are_refused_unread(tmp_path):
    with pytest.raises(UnreadableFileError, match="a folder, not a file"):
        read_case(tmp_path)
    with (tmp_path / "large.json").open("wb") as stream:
        stream.truncate(64 * 2**20 + 1)  # sparse: takes no room on the disk
    with pytest.raises(UnreadableFileError, match="larger than 64 MiB"):
        read_case(tmp_path / "large.json")


def test_an_imported_framework_can_be_written_named_and_read_again(tmp_path):
    links = [link(node("a"), "isChildOf", node("doc")), link(node("b"), "isChildOf", node("a"))]
    path = write(tmp_path / "p.json", [item("a", "A"), item("b", "A.1")], links)
    framework = read_case(path).framework
    written = write_framework(framework, tmp_path)
    assert read_framework(written) == (framework, ())
    assert open_framework(written.name, base=tmp_path) == open_framework("p.json", base=tmp_path) == framework


def test_cost_grows_linearly_with_the_items(tmp_path):
    """Four times the items in about four times the calls, not sixteen: a quadratic step would show."""

    def calls(count: int) -> int:
        items = [item(f"i{n}", f"X.{n}") for n in range(count)]
        links = [link(node(f"i{n}"), "isChildOf", node(f"i{n // 2}" if n else "doc")) for n in range(count)]
        path = write(tmp_path / f"{count}.json", items, links)
        made = 0

        def count_one(*_: object) -> None:
            nonlocal made
            made += 1

        sys.setprofile(count_one)
        try:
            framework = read_case(path).framework
        finally:
            sys.setprofile(None)
        assert len(framework.leaves) == count // 2
        return made

    calls(100)  # what is only made once
    assert calls(2_000) < 5 * calls(500)


def test_what_has_no_name_in_our_framework_is_kept_aside_and_old_names_are_read(tmp_path):
    strange = item("a", notes="See also.", educationalLevel=["06"], language=None, listEnumeration="1.", shoeSize=7)
    reading = read_case(write(tmp_path / "p.json", [strange], []))
    found = reading.framework["a"]
    assert (found.notes, found.education_levels) == ("See also.", ("06",))
    assert found.extras == {"case": {"listEnumeration": "1.", "shoeSize": 7}}
    assert [one.message for one in reading.findings if one.id == "case-extra"] == [
        "shoeSize is no property of CASE here and is kept aside: 1 (a)."
    ]


def test_old_spellings_of_types_numbers_and_nulls_are_read(tmp_path):
    path = write(
        tmp_path / "p.json",
        [item("a"), item("b", CFItemType=None, CFItemTypeURI={"title": "Skill"}), item("c", abbreviatedStatement=None)],
        [
            link(node("a"), "Is Child Of", node("doc"), sequenceNumber="2"),
            link(node("b"), "isChildOf", node("doc"), sequenceNumber=1.0),
            link(node("c"), "isChildOf", node("doc"), sequenceNumber=True),
            link(node("c"), "precedes", node("a"), identifier="link-1", sequenceNumber=None),
        ],
        version=None,
        adoptionStatus="Draft",
        licenseURI={"title": "CC BY 4.0", "uri": "https://case.example/license"},
        language=None,
    )
    reading = read_case(path)
    framework = reading.framework
    assert [one.id for one in framework.roots] == ["b", "a", "c"]
    assert framework["b"].type == "Skill"
    assert (framework.status, framework.license, framework.creator) == ("draft", "CC BY 4.0", "Somebody")
    assert [(one.id, one.relation) for one in framework.associations] == [("link-1", "precedes")]
    assert [one.message for one in reading.findings if one.id == "case-mended"] == [
        "sequenceNumber is not a whole number and is kept aside: 1 (CFAssociations[2]).",
        "The association type Is Child Of is read as isChildOf: 1 (CFAssociations[0]).",
    ]


def test_half_characters_are_replaced_and_said_and_whole_ones_kept(tmp_path):
    broken = write(tmp_path / "p.json", [item("a", abbreviatedStatement="x\ud800y")], [])
    reading = read_case(broken)
    assert reading.framework["a"].title == "x\ufffdy"
    assert "mended" in {one.id for one in reading.findings}
    whole = read_case(write(tmp_path / "q.json", [item("a", abbreviatedStatement="Team \U0001f600, \\ud800")], []))
    assert whole.framework["a"].title == "Team \U0001f600, \\ud800"
    assert "mended" not in {one.id for one in whole.findings}


@pytest.mark.parametrize(
    ("title", "identifier", "expected"),
    [("../../etc/passwd", "doc", "etc-passwd"), ("Навыки", "../../evil", "evil"), ("\u2026", "..", "case-framework")],
)
def test_the_id_of_an_imported_framework_is_a_safe_file_name(tmp_path, title, identifier, expected):
    framework = read_case(write(tmp_path / "p.json", [item("a")], [], title=title, identifier=identifier)).framework
    assert framework.id == expected
    assert write_framework(framework, tmp_path / "out").parent == tmp_path / "out"


def test_a_thousand_items_without_parents_are_one_finding(tmp_path):
    reading = read_case(write(tmp_path / "p.json", [item(f"i{n}", f"X.{n}") for n in range(1000)], []))
    assert [one.message for one in reading.findings] == [
        "Items without a parent in the package, made top items: 1000 (i0, i1, i2, ...)."
    ]
    assert [one.code for one in reading.framework.roots] == [f"X.{n}" for n in range(1000)]


def test_a_truncated_package_is_refused_with_the_line(tmp_path):
    path = tmp_path / "p.json"
    path.write_text('{"CFDocument": {"identifier": "d"},\n "CFItems": [\n  {"identifier": "a"},\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"p\.json:4: This is not valid JSON") as caught:
        read_case(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UnreadableFileError, match="does not exist"):
        read_case(tmp_path / "none.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(["a", "b", "c", "doc", "elsewhere"]) | json_values
ends = names | st.builds(lambda one: {"identifier": one}, names) | st.builds(lambda one: {"uri": one}, names)
entries = json_values | st.fixed_dictionaries(
    {"identifier": names},
    optional={"fullStatement": json_values, "humanCodingScheme": json_values, "CFItemType": json_values},
)
links = json_values | st.builds(
    link, ends, st.sampled_from(["isChildOf", "isChildOf", "precedes"]) | json_values, ends, sequenceNumber=json_values
)


@settings(max_examples=40, deadline=None)
@given(st.lists(entries, max_size=5), st.lists(links, max_size=8))
def test_any_json_in_the_places_of_a_package_is_read_or_refused(items, associations):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "p.json", [item("a"), *items], associations)
        reading = read_case(path)
        assert reading.framework.find("a") is not None
        written = write_framework(reading.framework, folder)
        assert read_framework(written) == (reading.framework, ())


def test_two_items_with_one_address_keep_their_identifiers_apart():
    exported = export_framework(load_framework("ipec-2023"), "case-1.0", datetime.datetime.now(datetime.UTC))
    package = json.loads(exported.content)
    package["CFItems"][2]["uri"] = package["CFItems"][1]["uri"]
    reading = read_case_data(package, Notes("x.json"))
    assert len({one.id for one in reading.framework.competencies}) == 37
    assert any("address of another" in one.message for one in reading.findings)
