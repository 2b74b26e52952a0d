"""The accreditation matrix by hand on small designs, and its laws on the example."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace

import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks import Crosswalk, load_framework
from ipe_workbench.frameworks.standards import AccreditationBody, load_standards
from ipe_workbench.pathways.accreditation import COLUMNS, accreditation
from tests.programmes import credential, programme


def aligned(*rows, framework="ipec-2023"):
    return [{"framework": framework, "competency": code, "how": how.split(), "level": "exposure"} for code, how in rows]


def body(*standards, reference="council", professions=("medicine", "nursing")):
    listed = [
        {"id": f"{reference}-{index}", "number": str(index), "kind": "competence", "summary": "Work together."} | one
        for index, one in enumerate(standards, start=1)
    ]
    data = {"id": reference, "name": reference.capitalize(), "professions": professions, "standards": listed}
    return AccreditationBody.model_validate(data)


def alone(reference):
    """An activity of one profession."""
    return [{"id": reference, "title": "Alone", "kind": "workshop", "hours": 2, "term": "autumn", "min_professions": 1}]


def shown(matrix, profession="nursing"):
    return [
        (row.standard.number, row.role, row.credential.id if row.credential else "", row.codes)
        for row in matrix.rows
        if row.profession == profession
    ]


COMMUNICATION = {"competencies": {"ipec-2023": ["C"]}}


def test_for_competence_what_assesses_is_evidence_and_what_teaches_only_supports():
    small = programme(
        [
            credential("a", alignments=aligned(("C2", "assessed"), ("C1", "assessed"), ("C3", "taught"))),
            credential("b", alignments=aligned(("C1", "taught practised"))),
            credential("c", alignments=aligned(("TT1", "assessed"))),
            credential("d", alignments=aligned(("C", "assessed"))),
        ]
    )
    matrix = accreditation(small, [body(COMMUNICATION)], "nursing")
    assert shown(matrix) == [
        ("1", "evidence", "a", ("C1", "C2")),
        ("1", "evidence", "d", ("C",)),
        ("1", "supports", "b", ("C1",)),
    ]
    assert matrix.gaps == ()


def test_an_alignment_to_the_whole_says_nothing_about_a_part():
    small = programme([credential("whole", alignments=aligned(("C", "assessed")))])
    matrix = accreditation(small, [body({"competencies": {"ipec-2023": ["C1"]}})])
    assert [row.remark for row in matrix.gaps] == ["Nothing serves this standard."] * 2


def test_participation_counts_activities_of_two_professions_with_their_hours():
    mixed = [*alone("x"), {"id": "y", "title": "Mixed", "kind": "rounds", "hours": 1.5, "term": "autumn"}]
    small = programme(
        [
            credential("mixed", activities=mixed, alignments=aligned(("C1", "taught"))),
            credential("alone", activities=alone("z"), alignments=aligned(("C1", "assessed"))),
            credential("elsewhere", alignments=aligned(("TT1", "assessed"))),
        ]
    )
    named = accreditation(small, [body({"kind": "participation", **COMMUNICATION})], "nursing")
    assert shown(named) == [("1", "evidence", "mixed", ("C1",)), ("1", "supports", "alone", ("C1",))]
    assert [row.hours for row in named.rows] == [1.5, 0]
    assert named.rows[1].remark == "No activity of two or more professions."
    anything = accreditation(small, [body({"kind": "participation"})], "nursing")
    assert [(one[1], one[2]) for one in shown(anything)] == [
        ("evidence", "mixed"),
        ("evidence", "elsewhere"),
        ("supports", "alone"),
    ]


def test_a_standard_about_anything_is_served_by_any_alignment_and_participation_even_without_one():
    small = programme([credential("bare", alignments=[]), credential("tt", alignments=aligned(("TT1", "assessed")))])
    competence = accreditation(small, [body({})], "nursing")
    assert shown(competence) == [("1", "evidence", "tt", ("TT1",))]
    participation = accreditation(small, [body({"kind": "participation"})], "nursing")
    assert [one[2] for one in shown(participation)] == ["bare", "tt"]


@pytest.mark.parametrize(
    ("fields", "kind", "remark"),
    [
        ({"alignments": aligned(("TT1", "assessed"))}, "competence", "Nothing serves this standard."),
        (
            {"alignments": aligned(("C1", "taught"))},
            "competence",
            "Taught or practised only; no credential assesses it.",
        ),
        ({"status": "draft"}, "competence", "Only drafts serve this standard."),
        ({"status": "retired"}, "competence", "Nothing serves this standard."),
        ({"evidence": []}, "competence", "Credentials serve this standard, but none of them keeps evidence."),
        (
            {"activities": alone("z")},
            "participation",
            "No credential for it has an activity of two or more professions.",
        ),
    ],
)
def test_a_standard_without_evidence_is_a_gap_that_says_why(fields, kind, remark):
    matrix = accreditation(programme([credential("a", **fields)]), [body({"kind": kind, **COMMUNICATION})], "nursing")
    assert [row.remark for row in matrix.gaps] == [remark]
    assert matrix.rows[0].role == "gap"
    assert matrix.to_dict()["gaps"] == [
        {"profession": "nursing", "body": "council", "standard": "council-1", "number": "1", "remark": remark}
    ]


def test_each_piece_of_evidence_is_a_row_and_none_kept_is_said():
    pieces = [
        {"id": "test", "kind": "test-result", "kept_in": "Gradebook", "retention_months": 60},
        {"id": "diary", "kind": "reflection"},
    ]
    small = programme([credential("a", evidence=pieces), credential("b", evidence=[])])
    rows = accreditation(small, [body({**COMMUNICATION, "evidence_kinds": ["test-result"]})], "nursing").rows
    assert [(row.credential.id, row.evidence.id if row.evidence else None, row.usual, row.remark) for row in rows] == [
        ("a", "test", True, ""),
        ("a", "diary", False, ""),
        ("b", None, None, "No evidence kept."),
    ]


def test_a_profession_sees_only_what_it_may_earn_and_its_own_standards():
    small = programme([credential("a", professions=["medicine"])])
    bodies = [
        body(COMMUNICATION, professions=["medicine"]),
        body(COMMUNICATION, reference="nurses", professions=["nursing"]),
    ]
    matrix = accreditation(small, bodies)
    assert [(row.profession, row.body.id, row.role) for row in matrix.rows] == [
        ("medicine", "council", "evidence"),
        ("nursing", "nurses", "gap"),
    ]


def test_a_profession_without_a_standard_is_shown_and_found():
    matrix = accreditation(programme([credential("a")]), [body({}, professions=["medicine"])])
    assert matrix.without_standard == ("nursing",)
    assert matrix.rows[-1].remark == "No standard on file."
    assert [one.subject for one in matrix.findings if one.id == "no-standard"] == ["nursing"]


def test_a_body_alone_leaves_out_the_professions_that_it_does_not_accredit():
    bodies = [body({}, professions=["medicine"]), body({}, reference="nurses", professions=["nursing"])]
    small = programme([credential("a")])
    matrix = accreditation(small, bodies, body="nurses")
    assert [one.id for one in matrix.professions] == ["nursing"]
    assert matrix.without_standard == ()
    assert accreditation(small, bodies, "medicine", body="nurses").without_standard == ("medicine",)
    other = body({}, reference="other", professions=["law"])
    nothing = accreditation(small, [other], body="other")
    assert nothing.rows == ()
    assert [one.id for one in nothing.findings] == ["no-profession"]


def test_mistyped_names_are_refused_with_near_ones():
    bodies = [body({})]
    with pytest.raises(UnknownNameError, match="Did you mean nursing"):
        accreditation(programme([credential("a")]), bodies, "nursin")
    with pytest.raises(UnknownNameError, match="Did you mean council"):
        accreditation(programme([credential("a")]), bodies, body="counsil")


def with_framework(small, reference):
    return replace(small, frameworks={reference: load_framework(reference)})


def test_a_built_in_crosswalk_leads_to_the_standards_framework_forth_and_back():
    # Our draft crosswalk maps CC1 of 2016 to C2 of 2023 and TT9 to TT8.
    old = credential("old", alignments=aligned(("CC1", "assessed"), ("TT9", "assessed"), framework="ipec-2016"))
    forth = accreditation(with_framework(programme([old]), "ipec-2016"), [body(COMMUNICATION)], "nursing")
    assert shown(forth) == [("1", "evidence", "old", ("CC1 > C2",))]
    new = credential("new", alignments=aligned(("C2", "assessed"), ("TT8", "assessed")))
    asked = body({"competencies": {"ipec-2016": ["CC"]}})
    assert shown(accreditation(programme([new]), [asked], "nursing")) == [("1", "evidence", "new", ("C2 > CC1",))]


def test_without_a_crosswalk_the_standard_is_a_gap_and_a_finding():
    matrix = accreditation(with_framework(programme([credential("a")]), "cihc-2024"), [body(COMMUNICATION)], "nursing")
    assert [row.remark for row in matrix.gaps] == ["The programme's frameworks do not lead to ipec-2023."]
    assert [(one.id, one.severity, one.subject) for one in matrix.findings if one.severity == "warning"] == [
        ("no-crosswalk", "warning", "council-1")
    ]
    own = Crosswalk.model_validate(
        {
            "id": "x",
            "title": "X",
            "source": "cihc-2024",
            "target": "ipec-2023",
            "mappings": [{"source": "TC", "target": "C1"}],
        }
    )
    team = credential("team", alignments=aligned(("TC", "assessed"), framework="cihc-2024"))
    led = accreditation(
        with_framework(programme([team]), "cihc-2024"), [body(COMMUNICATION)], "nursing", crosswalks=[own]
    )
    assert shown(led) == [("1", "evidence", "team", ("TC > C1",))]


def test_frameworks_of_a_standard_are_alternatives():
    asked = body({"competencies": {"cihc-2024": ["TC"], "ipec-2023": ["C1"]}})
    matrix = accreditation(programme([credential("a")]), [asked], "nursing")
    assert shown(matrix) == [("1", "evidence", "a", ("C1",))]
    assert not [one for one in matrix.findings if one.severity == "warning"]


def test_a_code_that_the_framework_does_not_have_is_found():
    matrix = accreditation(programme([credential("a")]), [body({"competencies": {"ipec-2023": ["C1", "C99"]}})])
    assert [(one.id, one.subject) for one in matrix.findings if one.severity == "warning"] == [
        ("unknown-competency", "council-1")
    ]


def test_checked_and_unchecked_are_told_apart_everywhere():
    checked = {"checked": True, "checked_on": "2026-02-03", "checked_by": "A. Reader"}
    matrix = accreditation(programme([credential("a")]), [body(checked, {})], "nursing")
    assert [row["checked"] for row in csv.DictReader(io.StringIO(matrix.to_csv()))] == ["checked", "not checked"]
    assert matrix.to_frame()["checked"].tolist() == [True, False]
    assert [row["checked_on"] for row in matrix.to_dict()["rows"]] == ["2026-02-03", None]
    assert matrix.to_dict()["totals"] == {"standards": 2, "unchecked": 1, "gaps": 0}
    assert [one.message for one in matrix.findings] == [
        "1 of 2 standards were not checked against the body's own text."
    ]


def test_hostile_texts_are_no_formulas_in_the_csv():
    hostile = '=HYPERLINK("http://x","y")'
    small = programme(
        [credential("a", title=hostile, evidence=[{"id": "e", "kind": "artefact", "kept_in": "@SUM(1)"}])]
    )
    (row,) = csv.DictReader(io.StringIO(accreditation(small, [body({"edition": "+1"})], "nursing").to_csv()))
    assert (row["credential_title"], row["kept_in"], row["edition"]) == (f"'{hostile}", "'@SUM(1)", "'+1")


def test_the_frame_has_the_documented_columns_and_types_also_when_empty():
    small = programme([credential("a")])
    frame = accreditation(small, [body({"year": 2020})], "nursing").to_frame()
    empty = accreditation(small, [body({}, professions=["law"])], body="council").to_frame()
    for one in (frame, empty):
        assert list(one.columns) == list(COLUMNS)
        assert one.dtypes["year"] == one.dtypes["retention_months"] == "Int64"
        assert one.dtypes["hours"] == "float64"
    assert frame.loc[0, "year"] == 2020
    assert frame.loc[0, "codes"] == "C1"


def test_the_example_has_every_standard_of_its_professions_once_and_no_row_twice():
    bodies, _ = load_standards()
    example = example_programme()
    matrix = accreditation(example, bodies)
    assert [one.id for one in matrix.professions] == [one.id for one in example.info.professions]
    assert matrix.without_standard == ("anesthesiologist-assistant",)
    for profession in matrix.professions:
        expected = [(one.id, s.id) for one in bodies for s in one.standards_for(profession.id)]
        assert [(g[0].body.id, g[0].standard.id) for g in matrix.rows_of(profession.id)] == expected
    keys = [
        (
            row.profession,
            row.standard and row.standard.id,
            row.credential and row.credential.id,
            row.evidence and row.evidence.id,
        )
        for row in matrix.rows
    ]
    assert len(keys) == len(set(keys))
    assert {one.id for one in matrix.other_bodies} == {"acote", "cswe", "caa"}


def test_one_profession_of_the_example_is_that_part_of_the_whole():
    bodies, _ = load_standards()
    example = example_programme()
    whole = accreditation(example, bodies)
    for profession in whole.professions:
        part = accreditation(example, bodies, profession.id)
        assert part.rows == tuple(row for row in whole.rows if row.profession == profession.id)


def test_findings_of_the_reading_stand_in_for_the_same_without_a_place():
    matrix = accreditation(programme([credential("a")]), [body({"competencies": {"ipec-2023": ["C99"]}})])
    (own,) = [one for one in matrix.findings if one.id == "unknown-competency"]
    placed = Finding(own.id, own.severity, own.message, own.mend, Place("x.yaml", 4), own.subject)
    merged = matrix.with_findings([placed])
    assert [one.place.line for one in merged.findings if one.id == "unknown-competency"] == [4]
    assert len(merged.findings) == len(matrix.findings)


def test_neither_the_matrix_nor_its_page_loads_what_only_the_workbook_and_the_frame_need():
    code = (
        "import sys, ipe_workbench.pathways.accreditation, ipe_workbench.reporting.accreditation, ipe_workbench.cli\n"
        "print(sorted({'openpyxl', 'pandas', 'matplotlib', 'numba'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "[]"
