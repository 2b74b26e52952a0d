"""The shipped standards, and standards files with planted mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from ipe_workbench.credentials.model import Evidence
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.frameworks import load_framework
from ipe_workbench.frameworks.standards import AccreditationBody, EvidenceKind, load_standards, read_standards
from ipe_workbench.resources import data_folder

GOOD = """\
id: ours
name: Our council
country: US
professions: [nursing, dental-hygiene]
source: https://example.org
standards:
  - id: ours-1
    number: 7.9
    kind: participation
    summary: Learn with others.
  - id: ours-2
    number: "2"
    kind: competence
    professions: [nursing]
    summary: Work with others.
    competencies:
      ipec-2023: [C, TT3]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_standards_of_the_domain_are_shipped_each_with_its_number_and_none_called_checked():
    bodies, findings = load_standards()
    assert findings == ()
    # The list of the domain notes: body, numbers, year where it names one.
    expected = {
        "coda": [("2-20", 2023), ("2-15", 2025)],
        "acpe": [("Standard 11", 2016)],
        "lcme": [("Element 7.9", None)],
        "capte": [("6F", 2016), ("7D39", 2016)],
        "arc-pa": [("B2.10", None)],
        "aacn": [(f"Domain 6, 6.{n}", 2021) for n in (1, 2, 3, 4)],
        "acen": [("4.7d", 2023)],
        "acote": [("B.4.25", 2018)],
        "cswe": [(f"Competency {n}", 2022) for n in (6, 7, 8)],
        "caa": [("3.1.1A", None), ("3.1.1B", None)],
        "ceph": [("D2 (MPH)", None)],
        "aamc": [("Domain 7", None)],
    }
    assert {one.id: [(s.number, s.year) for s in one.standards] for one in bodies} == expected
    assert not any(standard.checked for one in bodies for standard in one.standards)
    assert all(one.source.startswith("https://") for one in bodies)


def test_shipped_ids_are_unique_across_bodies_and_every_code_exists():
    standards = [standard for body in load_standards()[0] for standard in body.standards]
    assert len({one.id for one in standards}) == len(standards)
    for standard in standards:
        for framework, codes in standard.competencies.items():
            assert all(code in load_framework(framework) for code in codes)


def test_the_file_of_a_body_is_named_after_it():
    files = sorted((data_folder() / "standards").glob("*.yaml"))
    assert [path.stem for path in files] == [read_standards(path)[0].id for path in files]  # type: ignore[union-attr]


def test_a_standard_can_be_for_some_of_the_professions_of_its_body(file):
    body, findings = read_standards(file)
    assert findings == ()
    assert [one.id for one in body.standards_for("nursing")] == ["ours-1", "ours-2"]
    assert [one.id for one in body.standards_for("dental-hygiene")] == ["ours-1"]
    assert body.standards_for("medicine") == ()


def test_the_kinds_of_evidence_are_those_of_a_credential():
    assert get_args(EvidenceKind) == get_args(Evidence.model_fields["kind"].annotation)


@pytest.mark.parametrize(
    ("old", "new", "finding", "line"),
    [
        ("  - id: ours-2", "  - id: ours-1", "duplicate-id", 11),
        ("    summary: Work with others.", "    summary: Work.\n    checked: true", "checked-without-date", 16),
        (
            "    summary: Work with others.",
            "    checked: true\n    checked_on: 2026-01-02\n    summary: Work.",
            "checked-without-date",
            15,
        ),
        ("    professions: [nursing]", "    professions: [medicine]", "unknown-profession", 14),
        ("kind: competence", "kind: competent", "invalid-field", 13),
        ("source: https://example.org", "source: javascript:alert(1)", "invalid-field", 5),
    ],
)
def test_a_mistake_is_an_error_at_its_line(file, old, new, finding, line):
    change(file, old, new)
    body, findings = read_standards(file)
    assert body is None
    assert [(one.id, one.severity, one.place.line) for one in findings] == [(finding, "error", line)]
    assert findings[0].mend


def test_all_mistakes_of_a_file_are_told_at_once(file):
    change(file, "  - id: ours-2", "  - id: ours-1\n    checked: true")
    change(file, "kind: participation", "kind: presence")
    assert {one.id for one in read_standards(file)[1]} == {"duplicate-id", "checked-without-date", "invalid-field"}


def test_a_checked_standard_has_day_and_person(file):
    change(
        file,
        "    summary: Work with others.",
        "    summary: Work.\n    checked: true\n    checked_on: 2026-01-02\n    checked_by: A. Reader",
    )
    body, _ = read_standards(file)
    assert (body.standards[1].checked_on.isoformat(), body.standards[1].checked_by) == ("2026-01-02", "A. Reader")


def test_a_body_made_in_memory_is_held_to_the_same_rules():
    standard = {"id": "a", "number": "1", "kind": "competence", "summary": "Work.", "checked": True}
    with pytest.raises(ValueError, match="not by whom and when"):
        AccreditationBody.model_validate({"id": "b", "name": "B", "professions": ["x"], "standards": [standard]})


def test_an_unknown_code_of_a_built_in_framework_is_a_warning(file):
    change(file, "[C, TT3]", "[C, CC1]")
    body, findings = read_standards(file)
    assert body is not None
    assert [(one.id, one.severity, one.place.line, one.subject) for one in findings] == [
        ("unknown-competency", "warning", 17, "ours-2")
    ]
    change(file, "ipec-2023", "our-own-framework")
    assert read_standards(file)[1] == ()


def test_a_number_that_yaml_reads_as_another_is_a_warning(file):
    assert read_standards(file)[1] == ()
    change(file, "number: 7.9", "number: 7.10")
    body, findings = read_standards(file)
    assert body.standards[0].number == "7.1"
    assert [(one.id, one.severity, one.place.line) for one in findings] == [("unquoted-number", "warning", 8)]
    change(file, "number: 7.10", 'number: "7.10"')
    assert read_standards(file)[0].standards[0].number == "7.10"
    assert read_standards(file)[1] == ()


def test_the_programmes_own_file_replaces_a_body_or_adds_one(tmp_path):
    before = {one.id: one for one in load_standards(tmp_path)[0]}
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "ours.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "standards" / "nurses.yaml").write_text(GOOD.replace("id: ours\n", "id: acen\n"), encoding="utf-8")
    (tmp_path / "standards" / "notes.txt").write_text("not a standard", encoding="utf-8")
    after = {one.id: one for one in load_standards(tmp_path)[0]}
    assert set(after) - set(before) == {"ours"}
    assert {one for one in before if before[one] != after[one]} == {"acen"}
    assert after["acen"].name == "Our council"


def test_two_own_files_of_one_body_and_broken_files_are_refused_with_every_reason(tmp_path):
    (tmp_path / "standards").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "standards" / name).write_text(GOOD, encoding="utf-8")
    (tmp_path / "standards" / "c.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "standards" / "d.yaml").write_text(GOOD.replace("kind: competence", "kind: x"), encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        load_standards(tmp_path)
    found = {(Path(one.place.file).name, one.id) for one in caught.value.findings}
    assert found == {("b.yaml", "duplicate-id"), ("c.yaml", "unreadable-file"), ("d.yaml", "invalid-field")}


def test_a_missing_file_is_told_as_such(tmp_path):
    with pytest.raises(UnreadableFileError, match="does not exist"):
        read_standards(tmp_path / "none.yaml")
