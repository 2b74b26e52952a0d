"""Crosswalks on disk: comments survive, nothing is overwritten unasked, and the way between two frameworks is found."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.errors import UnknownNameError, UnreadableFileError, UnusableInputError
from ipe_workbench.frameworks import Crosswalk, Mapping, load_crosswalk, read_crosswalk
from ipe_workbench.frameworks.crosswalk_files import find_crosswalk, open_crosswalk, write_crosswalk
from ipe_workbench.resources import data_folder

OURS = "crosswalk-ipec-2016-2023"
texts = st.sampled_from(["yes", "null", "1e3", "- a", "a: b", "#", '"', "{x}", "é\n\n ü"]) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12
)
rows = st.builds(
    Mapping,
    source=texts,
    target=texts,
    relation=st.sampled_from(["exactMatchOf", "isRelatedTo", "broader", "narrower"]),
    note=st.just("") | texts,
    score=st.none() | st.floats(0, 1),
    suggested=st.booleans(),
)
crosswalks = st.builds(
    lambda title, source, target, mappings: Crosswalk(
        id="w", title=title, source=source, target=target, mappings=tuple(mappings)
    ),
    texts,
    texts,
    texts,
    st.lists(rows, max_size=5, unique_by=lambda one: (one.source, one.target)),
)


def walk(source: str, target: str) -> Crosswalk:
    row = Mapping(source=f"{source}1", target=f"{target}1", relation="exactMatchOf")
    return Crosswalk(id=f"crosswalk-{source}-{target}", title="W", source=source, target=target, mappings=(row,))


@settings(deadline=None, max_examples=60)
@given(crosswalks, crosswalks)
def test_what_is_written_is_read_again_also_over_another(first, second):
    with tempfile.TemporaryDirectory() as folder:
        path = write_crosswalk(first, folder)
        assert read_crosswalk(path) == (first, ())
        assert write_crosswalk(second, folder, replace=True) == path
        assert read_crosswalk(path) == (second, ())


def test_an_edit_keeps_comments_and_the_lines_of_what_did_not_change(tmp_path):
    path = tmp_path / "ours.yaml"
    original = (data_folder() / "frameworks" / f"{OURS}.yaml").read_text(encoding="utf-8")
    original = original.replace("target: VE1}", "target: VE1}  # agreed in May")
    original = original.replace("{source: VE2, target: VE3}", "{source: VE2, target: VE3, relation: isRelatedTo}")
    path.write_text(original, encoding="utf-8")
    crosswalk = open_crosswalk(str(path))
    edited = crosswalk.with_mapping(Mapping(source="CC1", target="C2", relation="exactMatchOf")).without_mapping("TT11")
    write_crosswalk(edited, path, replace=True)
    assert open_crosswalk(str(path)) == edited
    before, after = original.splitlines(), path.read_text(encoding="utf-8").splitlines()
    gone = [line for line in before if line not in after]
    assert gone == ["  - {source: CC1, target: C2}", "  - {source: TT11, target: TT8}"]
    assert [line for line in after if line not in before] == ["  - {source: CC1, target: C2, relation: exactMatchOf}"]


def test_an_existing_file_is_left_alone_unless_asked(tmp_path):
    path = write_crosswalk(walk("a", "b"), tmp_path)
    assert path == tmp_path / "crosswalk-a-b.yaml"
    before = path.read_bytes()
    with pytest.raises(UnusableInputError, match="exists already"):
        write_crosswalk(walk("a", "b").without_mapping("a1"), tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("reference", ["../out", "", ".hidden", "a/b", "é"])
def test_an_id_that_cannot_name_a_file_is_refused_for_a_folder_but_not_for_a_named_file(tmp_path, reference):
    crosswalk = walk("a", "b").model_copy(update={"id": reference})
    with pytest.raises(UnusableInputError, match="cannot be the name of a file"):
        write_crosswalk(crosswalk, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert open_crosswalk(str(write_crosswalk(crosswalk, tmp_path / "new" / "w.yaml"))) == crosswalk


def test_a_file_that_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("ipe_workbench.frameworks.crosswalk_files.MAX_BYTES", 100_000)
    crosswalk = walk("a", "b").model_copy(update={"notes": "x" * 100_000})
    with pytest.raises(UnusableInputError, match="too large"):
        write_crosswalk(crosswalk, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_crosswalk_is_opened_by_id_or_as_a_file_with_every_reason_why_not(tmp_path):
    assert open_crosswalk(OURS) == load_crosswalk(OURS)
    shutil.copy(data_folder() / "frameworks" / f"{OURS}.yaml", tmp_path / "copy.yaml")
    assert open_crosswalk("copy.yaml", tmp_path) == load_crosswalk(OURS)
    (tmp_path / "bad.yaml").write_text("id: w\nmappings: [{source: A}]\n", encoding="utf-8")
    with pytest.raises(UnusableInputError, match=r"bad\.yaml:1.*And 3 more") as raised:
        open_crosswalk("bad.yaml", tmp_path)
    assert len(raised.value.findings) == 4
    with pytest.raises(UnreadableFileError, match="does not exist"):
        open_crosswalk("none.yaml", tmp_path)
    with pytest.raises(UnknownNameError, match=OURS):
        open_crosswalk("crosswalk-ipec-2016-2024")


def test_the_way_between_two_frameworks_is_direct_else_inverted_else_composed_and_says_so():
    known = [walk("a", "b"), walk("c", "b"), walk("c", "d")]
    assert find_crosswalk("a", "b", known).crosswalk == known[0]
    back = find_crosswalk("b", "a", known)
    assert back.crosswalk.targets("b1") == ("a1",)
    assert back.how == "crosswalk-a-b, read from its target to its source."
    over = find_crosswalk("a", "c", known)
    assert over.crosswalk.targets("a1") == ("c1",)
    assert over.how == "crosswalk-a-b, then crosswalk-c-b (inverted), composed over b."
    with pytest.raises(UnknownNameError, match=r"no crosswalk from `a` to `d`.*a to b, c to b, c to d"):
        find_crosswalk("a", "d", known)


def test_a_direct_crosswalk_goes_before_an_inverted_one_and_fewer_inversions_before_more():
    assert find_crosswalk("a", "b", [walk("b", "a"), walk("a", "b")]).how == "crosswalk-a-b."
    over = find_crosswalk("a", "c", [walk("x", "a"), walk("c", "x"), walk("a", "b"), walk("b", "c")])
    assert over.how == "crosswalk-a-b, then crosswalk-b-c, composed over b."


def test_the_shipped_crosswalks_are_found_by_their_frameworks():
    assert find_crosswalk("ipec-2016", "ipec-2023").crosswalk.id == OURS
    with pytest.raises(UnknownNameError, match="cihc-2024"):
        find_crosswalk("cihc-2024", "ipec-2023")
    assert Path(OURS).suffix == ""
