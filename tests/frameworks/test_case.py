"""Reading CASE packages: a real one that nobody here wrote, and small ones with each quirk."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.frameworks import open_framework, read_case, read_framework, write_framework

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
    assert [one.id for one in framework.roots] == ["lone", "top"]
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
        [item("a"), item("b"), item("c"), item("a"), {"fullStatement": "no id"}, 7],
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
    assert len(reading.framework.competencies) == 3
    assert len(reading.framework.roots) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b'{"CFDocument": {"identifier": "d"}, "CFItems": [', "not valid JSON"),
        (b'{"hello": 1}', "not a CASE package"),
        (b"[1, 2]", "not a CASE package"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"CFDocument": {}, "CFItems": []}', "no usable item"),
    ],
)
def test_what_is_no_package_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "p.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=words):
        read_case(path)


def test_an_imported_framework_can_be_written_named_and_read_again(tmp_path):
    links = [link(node("a"), "isChildOf", node("doc")), link(node("b"), "isChildOf", node("a"))]
    path = write(tmp_path / "p.json", [item("a", "A"), item("b", "A.1")], links)
    framework = read_case(path).framework
    written = write_framework(framework, tmp_path)
    assert read_framework(written) == (framework, ())
    assert open_framework(written.name, base=tmp_path) == open_framework("p.json", base=tmp_path) == framework


def test_cost_grows_linearly_with_the_items(tmp_path):
    """Ten times the items in far less than a hundred times the CPU: a quadratic step would show."""

    def cpu(count: int) -> float:
        items = [item(f"i{n}", f"X.{n}") for n in range(count)]
        links = [link(node(f"i{n}"), "isChildOf", node(f"i{n // 2}" if n else "doc")) for n in range(count)]
        path = write(tmp_path / f"{count}.json", items, links)
        start = time.process_time()
        assert len(read_case(path).framework.leaves) == count // 2
        return time.process_time() - start

    small = max(cpu(1_000), 0.005)
    assert cpu(10_000) < 40 * small
