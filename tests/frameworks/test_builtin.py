"""The frameworks that ship: complete, in our own words, and honest about it. Counts as in IPEC's own documents."""

from __future__ import annotations

import pytest

from ipe_workbench.documents import read_document
from ipe_workbench.errors import UnknownNameError, UnreadableFileError, UnusableInputError
from ipe_workbench.frameworks import (
    list_frameworks,
    load_crosswalk,
    load_framework,
    open_framework,
    read_framework,
    write_framework,
)


@pytest.mark.parametrize(
    ("reference", "counts"),
    [
        ("ipec-2023", {"VE": 11, "RR": 5, "C": 7, "TT": 10}),
        ("ipec-2016", {"VE": 10, "RR": 10, "CC": 8, "TT": 11}),
        ("ipec-2011", {"VE": 10, "RR": 9, "CC": 8, "TT": 11}),
    ],
)
def test_ipec_has_its_sub_competencies_in_order(reference, counts):
    framework = load_framework(reference)
    assert {root.id: len(framework.children(root.id)) for root in framework.roots} == counts
    assert [one.code for one in framework.leaves] == [
        f"{k}{n}" for k, count in counts.items() for n in range(1, count + 1)
    ]


def test_every_framework_names_source_licence_and_where_its_words_come_from():
    assert {one.id for one in list_frameworks()} == {"cihc-2024", "ipec-2011", "ipec-2016", "ipec-2023"}
    for one in map(load_framework, (summary.id for summary in list_frameworks())):
        assert one.source.startswith("https://")
        assert one.license
        assert one.status != "superseded" or one.superseded_by
        texts = [item.statement for item in one.leaves]
        if one.statement_source == "none":
            assert texts == [None] * len(texts)
        else:
            assert one.statement_source == "paraphrase"
            assert all(text.endswith(".") and len(text) > 20 for text in texts)


def test_our_crosswalk_maps_every_code_of_2016_and_misses_exactly_the_six_new_ones():
    crosswalk = load_crosswalk("crosswalk-ipec-2016-2023")
    old, new = load_framework(crosswalk.source), load_framework(crosswalk.target)
    assert sorted(one.source for one in crosswalk.mappings) == sorted(leaf.id for leaf in old.leaves)
    assert all(new.find(one.target) for one in crosswalk.mappings)
    assert set(crosswalk.unmapped_targets(new)) == {"VE2", "VE10", "VE11", "RR5", "TT9", "TT10"}
    assert crosswalk.targets("CC1") == ("C2",)
    assert crosswalk.sources("RR2") == ("VE5", "RR7", "RR10")
    assert "ours" in crosswalk.status


def test_unknown_framework_is_met_with_near_names(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean ipec-2023"):
        open_framework("ipec2023")
    with pytest.raises(UnreadableFileError, match="does not exist"):
        open_framework("mine.yaml", base=tmp_path)
    (tmp_path / "mine.docx").write_text("code,statement\n")
    with pytest.raises(UnreadableFileError, match=r"a kind that no framework is read from.*\.json"):
        open_framework("mine.docx", base=tmp_path)
    (tmp_path / "mine.csv").write_text("code,statement\nA,One\nA,Two\n")
    with pytest.raises(UnusableInputError, match="The code A stands twice, again in row 3"):
        open_framework("mine.csv", base=tmp_path)
    (tmp_path / "mine.yaml").write_text("id: mine\ntitle: Mine\ncompetencies: []\n")
    with pytest.raises(UnusableInputError, match=r"mine\.yaml:3"):
        open_framework("mine.yaml", base=tmp_path)


def test_a_framework_is_the_same_after_writing_and_reading(tmp_path):
    for summary in list_frameworks():
        path = write_framework(load_framework(summary.id), tmp_path)
        assert read_framework(path) == (load_framework(summary.id), ())
        assert read_document(path).data["id"] == summary.id
    with pytest.raises(UnusableInputError, match="exists already"):
        write_framework(load_framework("ipec-2023"), tmp_path)
