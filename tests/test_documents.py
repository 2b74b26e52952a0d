"""YAML with places: what cannot be used is refused with its line, and an edit keeps what people wrote."""

from __future__ import annotations

import json
import pickle

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ipe_workbench.documents import (
    MAX_BYTES,
    parse_document,
    read_document,
    spreadsheet_safe,
    validate,
    write_atomically,
)
from ipe_workbench.errors import UnreadableFileError, WorkbenchError
from tests.programmes import credential

COMMENTED = """\
# head
id: a            # never change
activities:
  # the first one
  - id: x        # about x
    hours: 2
  - id: y
    hours: 3     # about y
tags: [one, two] # flow
"""


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [1, 2\n", 3, "not valid YAML"),
        ("a: 1\na: 2\n", 2, "`a` stands twice"),
        ("a: 1\nb:\n\t- x\n", 3, "not valid YAML"),
        ("- 1\n", 1, "not a mapping"),
        ("", 1, "empty"),
        ("a: &x 1\nb: *x\n", 2, "Aliases"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
    ],
)
def test_unusable_text_is_refused_with_its_line(text, line, words):
    with pytest.raises(UnreadableFileError, match=words) as caught:
        parse_document(text, "f.yaml")
    assert caught.value.findings[0].place.line == line


def test_bombs_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"nested too deep|not valid"):
        parse_document("a: " + "[" * 100_000, "f.yaml")
    laughs = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{'a' if i == 0 else f'b{i - 1}'}, x]\n" for i in range(40))
    with pytest.raises(UnreadableFileError, match="Aliases"):
        parse_document(laughs, "f.yaml")
    (tmp_path / "big.yaml").write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(UnreadableFileError, match="bytes"):
        read_document(tmp_path / "big.yaml")


def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"id: a\ntitle: caf\xe9\n")
    with pytest.raises(UnreadableFileError, match="UTF-8") as caught:
        read_document(path)
    assert caught.value.findings[0].place.line == 2


def test_edit_keeps_comments_and_the_order_of_lines():
    document = parse_document(COMMENTED)
    data = document.data
    data["activities"][1]["hours"] = 4
    text = document.edited(data).text
    assert text.replace("hours: 4     # about y", "hours: 3     # about y") == COMMENTED


def test_items_keep_their_comments_when_the_list_is_reordered():
    document = parse_document(COMMENTED)
    data = document.data
    data["activities"].reverse()
    text = document.edited(data).text
    assert "- id: x        # about x" in text
    assert text.index("about y") < text.index("about x")


def test_items_without_ids_keep_their_comments_when_one_of_them_goes():
    text = "rows:\n  - {a: 1} # one\n  - {a: 2} # two\n  - {a: 3} # three\n"
    document = parse_document(text)
    assert document.edited({"rows": [{"a": 1}, {"a": 3}]}).text == text.replace("  - {a: 2} # two\n", "")
    changed = document.edited({"rows": [{"a": 1}, {"a": 2}, {"a": 4}]}).text
    assert changed == text.replace("a: 3", "a: 4")


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from("abcde"), plain, min_size=1),
    st.dictionaries(st.sampled_from("abcde"), plain, min_size=1),
)
def test_any_content_can_be_edited_into_any_other(before, after):
    document = parse_document("a: 1\n").edited(before)
    edited = document.edited(after)
    assert edited.data == after
    assert parse_document(edited.text).data == after


@pytest.mark.parametrize(
    "written", ["5.960464477539063e-08", "1_0.5e-3", "0.10", "1E5", "-.5", "1.797693134862315e+308"]
)
def test_a_number_beside_an_edit_stays_the_same_number(written):
    document = parse_document(f"score: {written}\nname: a\n", "f.yaml")
    edited = parse_document(document.edited({**document.data, "name": "b"}).text, "f.yaml")
    assert edited.data == {"score": float(written.replace("_", "")), "name": "b"}


def test_several_violations_are_reported_at_once_with_their_lines():
    document = parse_document("id: UPPER\ntitle: T\nhours: none\ncolour: red\n", "c.yaml")
    value, findings = validate(type(credential("x")), document)
    assert value is None
    places = {finding.place.field: finding.place.line for finding in findings}
    assert places["id"] == 1
    assert places["hours"] == 3
    assert places["colour"] == 4
    assert {"type", "level", "stage"} <= set(places)
    assert all(finding.mend for finding in findings)


def test_atomic_write_leaves_nothing_behind_when_it_fails(tmp_path):
    path = tmp_path / "a.yaml"
    write_atomically(path, "old\n")
    with pytest.raises(TypeError):
        write_atomically(path, 3)  # type: ignore[arg-type]
    assert path.read_text() == "old\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_errors_cross_processes_whole():
    error = UnreadableFileError("It is broken.", place="a.yaml:3", mend="Mend it.")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), type(copy), copy.exit_code) == (str(error), UnreadableFileError, 2)
    assert isinstance(copy, WorkbenchError)


@given(st.text(min_size=1))
def test_a_safe_cell_never_begins_with_a_formula(text):
    assert not spreadsheet_safe(text).lstrip().startswith(("=", "+", "-", "@"))
    assert "\x00" not in spreadsheet_safe(text)


SCALARS = [
    "yes",
    "No",
    "on",
    "12:30",
    "0o17",
    "017",
    "0x1F",
    "1_000",
    "1e5",
    "1.5e3",
    ".5",
    "-.inf",
    ".nan",
    "~",
    "null",
]
SCALARS += ["2027-01-11", "2027-01-11 10:00:00", "true", "False", "tRue", "+7", "-0", "0b101", "1.", "<<x", "a#b"]


@pytest.mark.parametrize("scalar", SCALARS)
def test_an_unquoted_word_means_what_ruamel_says(scalar):
    """The quick reader is held against the reader that comments are kept with."""
    text = f"value: {scalar}\nlist:\n  - {scalar}\n"
    expected = YAML(typ="safe", pure=True).load(text)
    found = parse_document(text).data
    assert repr(found) == repr(expected)


# No halves of characters: no UTF-8 file holds them.
texts = st.text(st.characters(codec="utf-8"), max_size=8)
content = st.recursive(
    texts | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none() | st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(content)
@settings(max_examples=15, deadline=None)
def test_large_new_content_is_read_again_as_it_was_by_both_readers(value):
    """Large content is written by another writer than small content."""
    value = json.loads(json.dumps(value))
    data = {"id": "big", "value": value, "many": list(range(3_000))}
    document = parse_document("id: new\n").edited(data)
    assert document.data == data
    assert parse_document(document.text).data == data
    assert YAML(typ="safe", pure=True).load(document.text) == data


def test_large_content_has_texts_as_keys_and_values_that_old_readers_take_for_texts_as_well():
    texts = ["yes", "No", "12:30", "k" * 2_000, "a\nb: c", "- x", "\x85\ufeff", "0o17", "# x", " x "]
    data = {"id": "big", "value": [{text: [text, [{text: {}}]]} for text in texts], "many": list(range(3_000))}
    written = parse_document("id: new\n").edited(data).text
    assert yaml.safe_load(written) == data
    assert YAML(typ="safe", pure=True).load(written) == data


def test_large_content_with_a_comment_keeps_it():
    many = {"id": "big", "many": list(range(3_000))}
    commented = "# mine\n" + parse_document("id: new\n").edited(many).text
    assert parse_document(commented).edited({**many, "id": "other"}).text.startswith("# mine\nid: other")
