"""Reading a programme folder with everything that is wrong with it, and saving without harming other people's work."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials import ConflictError, load_programme, read_programme, save_programme
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from tests.programmes import copy_of_cu_ipe, credential, replace_in

FIRST = "credentials/01-values-foundations.yaml"


@pytest.fixture
def folder(tmp_path):
    return copy_of_cu_ipe(tmp_path)


def test_many_faults_are_found_in_one_reading_each_with_file_and_line(folder):
    deleted = replace_in(folder / FIRST, "title: ", "# title: ")
    (folder / "credentials/98-broken.yaml").write_text("id: broken\ntitle: [unclosed\n", encoding="utf-8")
    clone = (folder / "credentials/02-roles-foundations.yaml").read_text(encoding="utf-8")
    (folder / "credentials/99-clone.yaml").write_text(clone, encoding="utf-8")
    reading = read_programme(folder)
    by_id = {finding.id: finding for finding in reading.findings}
    assert set(by_id) == {"invalid-field", "unreadable-file", "duplicate-id"}
    assert deleted > 1
    assert by_id["invalid-field"].place.file.endswith(FIRST)
    assert "`title` is missing" in by_id["invalid-field"].message
    assert by_id["unreadable-file"].place.line == 3
    assert by_id["duplicate-id"].place.file.endswith("99-clone.yaml")
    assert "02-roles-foundations.yaml" in by_id["duplicate-id"].message
    assert reading.unreadable
    assert {"broken", "values-foundations"} <= reading.damaged
    assert len(reading.programme.credentials) == 15


def test_strict_loading_names_the_first_fault_and_counts_the_others(folder):
    replace_in(folder / FIRST, "title: ", "# title: ")
    replace_in(folder / "credentials/02-roles-foundations.yaml", "level: foundation", "level: basic")
    with pytest.raises(UnusableInputError, match=r"01-values-foundations\.yaml:\d+: .*and 1 more") as caught:
        load_programme(folder)
    assert len(caught.value.findings) == 2


def test_missing_folder_and_missing_programme_file_are_said_plainly(tmp_path):
    with pytest.raises(UnreadableFileError, match="no such folder"):
        load_programme(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFileError, match=r"programme\.yaml: There is no programme\.yaml here"):
        load_programme(tmp_path / "empty")


def test_saving_an_unchanged_programme_writes_nothing(folder):
    _, written = save_programme(load_programme(folder))
    assert written == ()


def test_saving_an_edit_changes_only_its_lines(folder):
    programme = load_programme(folder)
    first = programme.credentials["values-foundations"]
    before = (folder / FIRST).read_text(encoding="utf-8")
    saved, written = save_programme(programme.with_credential(first.model_copy(update={"title": "New title"})))
    after = (folder / FIRST).read_text(encoding="utf-8")
    assert [path.name for path in written] == ["01-values-foundations.yaml"]
    gone = set(before.splitlines()) - set(after.splitlines())
    assert gone == {f"title: {first.title}"}
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    assert load_programme(folder) == saved


def test_every_shipped_credential_is_the_same_after_a_trivial_edit_and_its_reversal(folder):
    """Saving may reflow a file once; what it says must not change, comments included."""
    programme = load_programme(folder)
    edited = programme
    for one in programme.credentials.values():
        edited = edited.with_credential(one.model_copy(update={"version": "9.9"}))
    saved, written = save_programme(edited)
    assert len(written) == len(programme.credentials)
    for one in programme.credentials.values():
        saved = saved.with_credential(one)
    save_programme(saved)
    assert load_programme(folder) == load_programme(copy_of_cu_ipe(folder))


def test_a_file_changed_by_someone_else_is_never_overwritten(folder):
    programme = load_programme(folder)
    theirs = (folder / FIRST).read_text(encoding="utf-8") + "# their note\n"
    (folder / FIRST).write_text(theirs, encoding="utf-8")
    second = programme.credentials["roles-foundations"].model_copy(update={"title": "Mine too"})
    mine = programme.credentials["values-foundations"].model_copy(update={"title": "Mine"})
    before = (folder / "credentials/02-roles-foundations.yaml").read_text(encoding="utf-8")
    with pytest.raises(ConflictError, match="changed by someone else"):
        save_programme(programme.with_credential(second).with_credential(mine))
    assert (folder / FIRST).read_text(encoding="utf-8") == theirs
    assert (folder / "credentials/02-roles-foundations.yaml").read_text(encoding="utf-8") == before


def test_new_credential_gets_a_file_with_the_schema_line_and_removed_one_loses_it(folder):
    programme = load_programme(folder)
    new = credential("brand-new", activities=[])
    programme, written = save_programme(programme.with_credential(new))
    assert [path.name for path in written] == ["brand-new.yaml"]
    assert written[0].read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
    assert load_programme(folder).credentials["brand-new"] == new
    _, written = save_programme(programme.without_credential("brand-new"))
    assert not written[0].exists()


def test_new_credential_never_overwrites_a_foreign_file(folder):
    programme = load_programme(folder)
    (folder / "credentials/brand-new.yaml").write_text("id: other-thing\n", encoding="utf-8")
    with pytest.raises(ConflictError, match="exists already"):
        save_programme(programme.with_credential(credential("brand-new")))


def test_an_id_cannot_leave_the_folder():
    with pytest.raises(ValueError, match="pattern"):
        credential("../../evil")
