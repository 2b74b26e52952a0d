"""Our YAML files: every mistake at its line and all at once; comments survive; what is written is read again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.frameworks import (
    Association,
    Competency,
    Framework,
    load_framework,
    open_framework,
    read_crosswalk,
    read_framework,
    write_framework,
)

# Anything that YAML can hold, the signs that mean something to it included.
SIGNS = (
    "yes",
    "null",
    "1e3",
    "2024-01-01",
    "- a",
    "a: b",
    "#",
    "'",
    '"',
    "{x}",
    "&a",
    "*a",
    "!t",
    "\u00e9\n\n \u00fc",
    "a\x85b",
    "\u2028",
)
texts = st.sampled_from(SIGNS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
optional = st.none() | texts


@st.composite
def frameworks(draw):
    ids = draw(st.lists(texts, min_size=1, max_size=6, unique=True))
    competencies = tuple(
        Competency(
            id=one,
            code=draw(optional),
            title=draw(optional),
            statement=draw(optional),
            parent=draw(st.none() | st.sampled_from(ids[:index])) if index else None,
            type=draw(st.sampled_from(["competency", "sub-competency"]) | texts),
            order=draw(st.none() | st.integers(-3, 9)),
            statement_source=draw(st.sampled_from([None, "paraphrase", "official-local", "publisher", "none"])),
        )
        for index, one in enumerate(ids)
    )
    links = st.builds(Association, id=optional, source=texts, relation=texts, target=texts)
    return Framework(
        id=draw(st.sampled_from(["ours", "x", "2024", "null", "no", "0x1"])),
        title=draw(texts),
        version=draw(texts),
        year=draw(st.none() | st.integers(1900, 2100)),
        notes=draw(texts),
        statement_source=draw(st.sampled_from(["paraphrase", "official-local", "publisher", "none"])),
        competencies=competencies,
        associations=tuple(draw(st.lists(links, max_size=3))),
    )


@settings(max_examples=40, deadline=None)
@given(frameworks())
def test_any_framework_is_the_same_after_writing_and_reading(framework):
    with tempfile.TemporaryDirectory() as folder:
        path = write_framework(framework, folder)
        assert read_framework(path) == (framework, ())
        before = path.read_bytes()
        write_framework(framework, folder, replace=True)
        assert path.read_bytes() == before


BROKEN = """\
id: ours
title: Ours
colour: red
competencies:
  - id: A
  - id: A1
    parent: B
  - id: A
  - {id: X, parent: Y}
  - {id: Y, parent: X}
  - id: Z
    order: first
"""


def test_every_mistake_of_a_framework_is_found_at_its_line_in_one_reading(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    framework, findings = read_framework(path)
    assert framework is None
    assert {(one.id, one.place.line, one.place.field) for one in findings} == {
        ("invalid-field", 3, "colour"),
        ("unknown-parent", 7, "competencies[1].parent"),
        ("duplicate-id", 8, "competencies[2].id"),
        ("cycle", 9, "competencies[3].parent"),
        ("invalid-field", 12, "competencies[5].order"),
    }
    assert all(one.severity == "error" and one.mend for one in findings)
    with pytest.raises(UnusableInputError, match=r"And 4 more") as caught:
        open_framework("ours.yaml", tmp_path)
    assert caught.value.findings == findings


@pytest.mark.parametrize(
    ("items", "kind", "line"),
    [
        ("  - id: A\n  - id: A\n", "duplicate-id", 5),
        ("  - id: A\n    parent: A\n", "cycle", 5),
        ("  - id: 1\n  - id: 2\n    parent: 3\n", "unknown-parent", 6),
    ],
)
def test_a_mistake_of_the_tree_alone_is_said_once(tmp_path, items, kind, line):
    path = tmp_path / "ours.yaml"
    path.write_text(f"id: ours\ntitle: Ours\ncompetencies:\n{items}", encoding="utf-8")
    assert [(one.id, one.place.line) for one in read_framework(path)[1]] == [(kind, line)]


@pytest.mark.parametrize("content", ["competencies: 7\n", "competencies: [1, {id: []}, null]\n", "id: [a]\n"])
def test_a_file_of_another_shape_gives_findings_and_no_crash(tmp_path, content):
    path = tmp_path / "ours.yaml"
    path.write_text(content, encoding="utf-8")
    framework, findings = read_framework(path)
    assert framework is None
    assert findings


def test_comments_stay_when_a_framework_is_written_again(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(
        "# Ours, agreed in May.\nid: ours\ntitle: Ours  # working title\ncompetencies:\n"
        "  # The first.\n  - id: A\n    statement: Old.\n  - id: B  # keep\n",
        encoding="utf-8",
    )
    framework, _ = read_framework(path)
    first = framework["A"].model_copy(update={"statement": "New."})
    changed = framework.model_copy(update={"competencies": (first, *framework.competencies[1:])})
    write_framework(changed, tmp_path, replace=True)
    text = path.read_text(encoding="utf-8")
    assert read_framework(path) == (changed, ())
    for kept in ("# Ours, agreed in May.", "# working title", "# The first.", "# keep"):
        assert kept in text


@pytest.mark.parametrize("name", ["../evil", "/evil", "", "a/b", ".hidden", "a\nb", "x" * 300])
def test_an_id_that_is_no_file_name_is_not_written(tmp_path, name):
    framework = load_framework("cihc-2024").model_copy(update={"id": name})
    with pytest.raises(UnusableInputError, match="cannot be the name of a file"):
        write_framework(framework, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_pair_that_stands_twice_in_a_crosswalk_is_a_warning(tmp_path):
    path = tmp_path / "walk.yaml"
    rows = "".join(f"  - {{source: {a}, target: {b}}}\n" for a, b in ("AX", "AY", "AX"))
    path.write_text(f"id: w\ntitle: W\nsource: old\ntarget: new\nmappings:\n{rows}", encoding="utf-8")
    crosswalk, findings = read_crosswalk(path)
    assert [(one.id, one.severity, one.place.line) for one in findings] == [("duplicate-mapping", "warning", 8)]
    assert crosswalk.targets("A") == ("X", "Y", "X")
    assert crosswalk.sources("Q") == ()
    path.write_text(f"id: w\ntitle: W\nsource: old\ntarget: new\nmappings:\n{rows}relation: x\n", encoding="utf-8")
    assert [(one.id, one.place.line) for one in read_crosswalk(path)[1]] == [("invalid-field", 9)]
    with pytest.raises(UnreadableFileError, match="does not exist"):
        read_crosswalk(Path(tmp_path / "none.yaml"))
