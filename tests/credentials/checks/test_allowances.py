"""What a file allows, with a reason, is set apart; an allowance that does nothing is itself reported."""

from __future__ import annotations

from typing import Any

import pytest

from ipe_workbench.credentials import check_programme, review_programme
from ipe_workbench.folder_check import check_folder
from tests.programmes import copy_of_cu_ipe, credential, programme, replace_in, stack

REASON = "The licence is being negotiated with the eight schools."
NO_EVIDENCE = {"evidence": []}


def allow(id: str, **more: Any) -> dict[str, Any]:
    return {"allow": [{"id": id, "reason": REASON, **more}]}


def ids(design: Any) -> list[str]:
    return [finding.id for finding in check_programme(design)]


def test_allowed_finding_is_set_apart_with_its_reason():
    review = review_programme(programme([credential("a", **NO_EVIDENCE, **allow("alignment-without-evidence"))]))
    assert review.findings == ()
    assert [(one.finding.id, one.finding.subject, one.reason) for one in review.allowed] == [
        ("alignment-without-evidence", "a", REASON)
    ]
    assert review.allowed[0].to_dict()["reason"] == REASON


def test_allowance_holds_for_its_own_file_only():
    allowing = credential("a", **NO_EVIDENCE, **allow("alignment-without-evidence"))
    assert [f.subject for f in check_programme(programme([allowing, credential("b", **NO_EVIDENCE)]))] == ["b"]


def test_allowance_of_the_programme_holds_for_all_its_files():
    design = programme([credential(x, **NO_EVIDENCE) for x in "ab"], **allow("alignment-without-evidence"))
    assert ids(design) == []
    assert len(review_programme(design).allowed) == 2


def test_stack_allows_its_own_finding():
    assert ids(programme([credential("a")], [stack("s", {"all": []}, **allow("empty-rule"))])) == ["badge-in-no-stack"]


@pytest.mark.parametrize("reason", ["", "   "])
def test_allowance_without_a_reason_allows_nothing(reason):
    design = programme([credential("a", **NO_EVIDENCE, **allow("alignment-without-evidence", reason=reason))])
    assert ids(design) == ["alignment-without-evidence", "allow-without-reason"]


def test_allowance_that_nothing_needs_is_reported():
    found = check_programme(programme([credential("a", **allow("alignment-without-evidence"))]))
    assert [f.id for f in found] == ["allow-without-finding"]
    assert "Delete" in found[0].mend


def test_allowance_of_an_unknown_id_is_answered_with_near_ones():
    found = check_programme(programme([credential("a", **allow("alignment-without-evidenc"))]))
    assert [f.id for f in found] == ["allow-without-finding"]
    assert "alignment-without-evidence" in found[0].mend


def test_allowance_for_a_lint_that_did_not_run_is_not_called_idle():
    design = programme([credential("a", **allow("stray-file"))])
    assert ids(design) == []  # stray files are found by reading the folder, not by a lint


@pytest.mark.parametrize(
    ("field", "found"), [("evidence", True), ("alignments", False), ("alignments[0]", False), ("alignments[1]", True)]
)
def test_field_limits_the_allowance(tmp_path, field, found):
    folder = copy_of_cu_ipe(tmp_path)
    file = folder / "credentials" / "05-huddles-and-briefings.yaml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("evidence:"), text.index("alignments:")
    entry = f"allow:\n  - id: alignment-without-evidence\n    field: {field}\n    reason: Kept by the clinic.\n"
    file.write_text(text[:start] + text[end:] + entry, encoding="utf-8")
    result = check_folder(folder)
    assert ("alignment-without-evidence" in {one.id for one in result.findings}) is found
    assert ("allow-without-finding" in {one.id for one in result.findings}) is found
    assert len(result.allowed) == (0 if found else 1)


def test_error_that_is_allowed_no_longer_fails_the_check_and_is_counted(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    file = folder / "credentials" / "05-huddles-and-briefings.yaml"
    replace_in(file, "competency: ", "competency: X")
    assert check_folder(folder).exit_code == 1
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\nallow:\n  - {id: unknown-competency, reason: The framework is being extended.}\n")
    result = check_folder(folder)
    assert (result.exit_code, result.findings) == (0, ())
    assert "1 allowed" in result.summary
    assert result.to_dict()["allowed"][0]["id"] == "unknown-competency"


def test_file_finding_can_be_allowed_for_the_programme(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    (folder / "notes.yaml").write_text("id: notes\n", encoding="utf-8")
    assert [f.id for f in check_folder(folder).findings] == ["stray-file"]
    with (folder / "programme.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nallow:\n  - {id: stray-file, reason: Notes of the committee.}\n")
    assert check_folder(folder).findings == ()


def test_damaged_file_cannot_be_allowed(tmp_path):
    folder = copy_of_cu_ipe(tmp_path)
    (folder / "credentials" / "broken.yaml").write_text("id: [\n", encoding="utf-8")
    with (folder / "programme.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nallow:\n  - {id: unreadable-file, reason: Nobody knows.}\n")
    result = check_folder(folder)
    assert result.exit_code == 2
    assert {f.id for f in result.findings} == {"unreadable-file", "allow-without-finding"}
