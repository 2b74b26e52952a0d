"""Coverage by hand on small designs, and its laws on the example."""

from __future__ import annotations

import csv
import io

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways import coverage, coverage_change
from tests.programmes import credential, programme


def aligned(*rows: tuple[str, str, str]) -> list[dict[str, object]]:
    return [
        {"framework": "ipec-2023", "competency": code, "how": how.split(), "level": level} for code, how, level in rows
    ]


@pytest.fixture
def small():
    return programme(
        [
            credential("a", alignments=aligned(("C1", "taught practised", "exposure"), ("TT3", "taught", "exposure"))),
            credential("b", alignments=aligned(("C1", "assessed", "immersion")), professions=["nursing"]),
            credential("c", alignments=aligned(("C2", "assessed", "competence")), status="retired"),
            credential("d", alignments=aligned(("C", "assessed", "competence"))),
        ]
    )


def test_all_33_sub_competencies_are_rows_whatever_is_aligned(small):
    result = coverage(small, "ipec-2023")
    assert len(result.rows) == 33
    assert [row.code for row in result.rows[:11]] == [f"VE{n}" for n in range(1, 12)]


def test_who_teaches_practises_and_assesses(small):
    row = next(row for row in coverage(small, "ipec-2023").rows if row.code == "C1")
    assert (row.taught, row.practised, row.assessed, row.level) == (("a",), ("a",), ("b",), "immersion")
    assert row.gaps == ()
    assert coverage(small, "ipec-2023").strongest("C1", "a") == "practised"


def test_retired_credentials_and_whole_competencies_cover_no_part(small):
    gaps = coverage(small, "ipec-2023").gaps
    assert "C2" in gaps["assessed"]
    assert "C3" in gaps["assessed"]
    assert len(gaps["assessed"]) == 32


def test_profession_sees_only_what_it_may_earn(small):
    assert "C1" in coverage(small, "ipec-2023", "medicine").gaps["assessed"]
    assert "C1" not in coverage(small, "ipec-2023", "nursing").gaps["assessed"]


def test_unknown_framework_and_profession_are_refused_with_near_names(small):
    with pytest.raises(UnknownNameError, match="Did you mean ipec-2023"):
        coverage(small, "ipec2023")
    with pytest.raises(UnknownNameError, match="Did you mean nursing"):
        coverage(small, "ipec-2023", "nursin")


def test_change_names_codes_gained_and_lost(small):
    before = coverage(small, "ipec-2023")
    after = coverage(small.without_credential("b"), "ipec-2023")
    change = coverage_change(before, after)
    assert {key: codes for key, codes in change.items() if codes} == {"assessed-": ("C1",)}


def test_frame_dict_and_csv_tell_the_same():
    result = coverage(example_programme(), "ipec-2023")
    frame = result.to_frame()
    data = result.to_dict()
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    assert len(rows) == len(data["competencies"]) == 33
    for how in ("taught", "practised", "assessed"):
        covered = set(frame.loc[frame["how"] == how, "code"])
        assert covered == {one["code"] for one in data["competencies"] if one[how]}
        assert covered == {row["code"] for row in rows if row[how]}
        assert set(data["gaps"][how]) == {row["code"] for row in rows} - covered
        assert data["totals"][how] == len(covered)
