"""The designer's model: edits, undo, refusals and saving, without a widget."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import check_programme, load_programme
from ipe_workbench.studio import DesignerModel
from tests.programmes import copy_of_cu_ipe, credential, programme, replace_in

HUDDLES = "huddles-and-briefings"


@pytest.fixture
def model() -> DesignerModel:
    return DesignerModel(programme([credential("roles"), credential("huddles", requires={"badge": "roles"})]))


@pytest.fixture
def on_disk(tmp_path: Path) -> DesignerModel:
    opened = DesignerModel(copy_of_cu_ipe(tmp_path))
    opened.select(HUDDLES)
    return opened


def file_of(model: DesignerModel, name: str = "05-huddles-and-briefings.yaml") -> Path:
    assert model.programme.folder is not None
    return model.programme.folder / "credentials" / name


def test_the_first_credential_is_selected_and_nothing_is_to_be_saved(model: DesignerModel) -> None:
    assert (model.selected, model.dirty, model.can_undo, model.can_redo) == ("roles", False, False, False)
    assert model.findings == check_programme(model.programme)


def test_an_edit_changes_the_draft_and_not_the_saved_programme(model: DesignerModel) -> None:
    assert model.edit("title", "What others do")
    assert model.programme.credentials["roles"].title == "What others do"
    assert model.saved.credentials["roles"].title == "Roles"
    assert model.dirty


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hours", 4.5),
        ("assessment.pass_score", 0.8),
        ("activities[0].hours", 2.0),
        ("value.earner", "A start."),
        ("validity_months", None),
        ("learning_outcomes", ["One.", "Two."]),
        ("assessment.methods", ["test", "reflection"]),
    ],
)
def test_any_field_can_be_edited_by_its_path(model: DesignerModel, path: str, value: object) -> None:
    assert model.edit(path, value), model.field_errors
    assert model.value(path) == value


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("title", "  ", "must not be empty"),
        ("hours", 0, "greater than 0"),
        ("hours", "many", "must be a number"),
        ("assessment.pass_score", 1.2, "less than or equal to 1"),
        ("assessment.methods", [], "at least one"),
        ("review_date", "soon", "year-month-day"),
        ("type", "diploma", "'recognition'"),
        ("colour", "red", "not a known field"),
        ("criteria[7].statement", "x", "has no field"),
        ("rubric.pass_level", "meets", "has no field"),
        ("id", "other", "cannot be changed"),
        ("title", None, "string"),
    ],
)
def test_an_unusable_value_is_an_error_at_its_field_and_the_draft_stays(
    model: DesignerModel, path: str, value: object, says: str
) -> None:
    before = model.programme
    assert not model.edit(path, value)
    assert says in model.field_errors[path]
    assert model.programme == before
    assert not model.dirty


def test_a_valid_value_clears_the_error_of_its_field_only(model: DesignerModel) -> None:
    model.edit("title", "")
    model.edit("hours", -1)
    model.edit("hours", 2)
    assert list(model.field_errors) == ["title"]


def test_findings_follow_the_draft_with_the_selected_credential_first(model: DesignerModel) -> None:
    model.edit("hours", 9)
    model.select("huddles")
    model.edit("hours", 9)
    mismatches = [one.subject for one in model.findings if one.id == "text-number-mismatch"]
    assert mismatches == ["huddles", "roles"]
    first_of_others = [one.subject == "huddles" for one in model.findings].index(False)
    assert all(one.subject != "huddles" for one in model.findings[first_of_others:])
    assert {one.subject for one in model.new_findings} == {"huddles", "roles"}


def test_mended_findings_are_told() -> None:
    model = DesignerModel(programme([credential("roles", hours=9)]))
    assert model.mended == ()
    model.edit("hours", 3)
    assert "text-number-mismatch" in {one.id for one in model.mended}


def test_hours_of_all_active_credentials_are_compared_with_the_saved_ones(model: DesignerModel) -> None:
    assert model.hours == 6
    model.edit("hours", 5)
    assert (model.hours, model.hours_change) == (8, 2)
    model.edit("status", "retired")
    assert (model.hours, model.hours_change) == (3, -3)


def test_an_alignment_added_and_removed_shows_in_the_coverage_change(model: DesignerModel) -> None:
    assert model.add_alignment("ipec-2023", "VE9", ["assessed"], "immersion")
    assert model.coverage_changes["ipec-2023"]["assessed+"] == ("VE9",)
    assert model.remove_alignment("ipec-2023", "VE9")
    assert not any(model.coverage_changes["ipec-2023"].values())
    assert not model.dirty


def test_a_competency_is_aligned_once_whichever_of_its_names_is_used(model: DesignerModel) -> None:
    item = model.programme.frameworks["ipec-2023"]["C1"]
    assert model.add_alignment("ipec-2023", item.id, ["practised"], "competence")
    assert [one["how"] for one in model.value("alignments")] == [["practised"]]
    assert model.remove_alignment("ipec-2023", "C1")
    assert model.value("alignments") == []


def test_impossible_alignments_are_refused_in_words(model: DesignerModel) -> None:
    assert not model.add_alignment("ipec-2023", "ZZ9", ["taught"], "exposure")
    assert "ZZ9" in model.message.text
    assert not model.add_alignment("no-such", "C1", ["taught"], "exposure")
    assert not model.add_alignment("ipec-2023", "C2", [], "exposure")
    assert model.field_errors["alignments"] == "Choose at least one of taught, practised and assessed."
    assert not model.remove_alignment("ipec-2023", "VE9")
    assert not model.dirty


def test_criteria_are_added_with_a_free_id_and_removed(model: DesignerModel) -> None:
    assert model.add_criterion("Names three roles.")
    assert model.add_criterion("Names four roles.")
    assert model.remove_criterion("criterion-1")
    assert model.add_criterion("Names five roles.")
    assert [one["id"] for one in model.value("criteria")] == ["criterion-2", "criterion-3"]
    assert not model.add_criterion(" ")
    assert model.message.text == "Write the criterion first."


def test_activities_evidence_and_rows_of_the_rubric_are_added_with_free_ids_and_removed(model: DesignerModel) -> None:
    assert model.add_activity("Art of teams", "spring")
    assert model.add_activity("More", "autumn")
    assert [one["id"] for one in model.value("activities")] == ["roles-1", "roles-2", "roles-3"]
    assert model.remove_part("activities", "roles-1")
    assert model.value("activities[0].term") == "spring"
    assert not model.add_activity(" ", "spring")
    assert model.add_evidence("reflection")
    assert model.remove_part("evidence", "test")
    assert [one["kind"] for one in model.value("evidence")] == ["reflection"]
    model.start_rubric()
    assert model.add_rubric_row("Listens")
    assert model.value("rubric.criteria[1].title") == "Listens"
    assert model.remove_part("rubric.criteria", "row-1")
    assert not model.remove_part("rubric.criteria", "overall")
    assert "at least one" in model.field_errors["rubric.criteria"]


def test_a_stack_is_made_edited_and_removed(model: DesignerModel) -> None:
    assert model.new_stack("whole", "The whole")
    assert (model.selected, model.rule_field, model.requires_in_words) == ("whole", "rule", "Nothing more.")
    assert model.edit("kind", "badge")
    assert model.change_rule({"do": "add", "path": []})
    assert model.requires_in_words == "Roles."
    assert model.change_rule({"do": "remove", "path": []})
    assert model.value("rule") == {"all": []}
    assert not model.set_requires("")
    assert model.field_errors["rule"]
    assert model.remove("whole")
    assert model.selected == "roles"
    assert not model.remove("whole")


def test_a_block_of_a_rule_is_changed_and_undone(model: DesignerModel) -> None:
    model.select("huddles")
    assert model.change_rule({"do": "kind", "path": [], "kind": "within"})
    assert model.value("requires") == {"within": {"months": 12, "rule": {"badge": "roles"}}}
    assert not model.change_rule({"do": "field", "path": [], "key": "months", "value": 0})
    assert "greater than or equal to 1" in model.field_errors["requires"]
    assert not model.change_rule({"do": "remove", "path": [4]})
    assert model.undo()
    assert model.value("requires") == {"badge": "roles"}


def test_what_the_draft_changes_is_said_in_sentences(model: DesignerModel) -> None:
    assert model.changes == ()
    model.edit("hours", 5)
    model.connect("huddles", "roles")
    assert any("5 instead of 3 hours" in one for one in model.changes)
    assert len(model.changes) == 2


def test_a_rubric_starts_from_the_criteria_and_its_descriptors_are_edited(model: DesignerModel) -> None:
    model.add_criterion("Names three roles.")
    assert model.start_rubric()
    assert model.edit_descriptor("criterion-1", "meets", "Names them with their duties.")
    assert model.value("rubric.criteria[0].descriptors") == {"meets": "Names them with their duties."}
    assert not model.edit_descriptor("criterion-9", "meets", "x")
    assert "criterion-9" in model.message.text


def test_a_rule_is_written_in_yaml_and_told_in_words(model: DesignerModel) -> None:
    model.select("huddles")
    assert model.requires_in_words == "Roles."
    assert model.set_requires("any:\n  - roles\n  - approval: {role: preceptor}")
    assert "Roles" in model.requires_in_words
    assert model.set_requires("")
    assert model.credential is not None
    assert model.credential.requires is None
    assert model.requires_text == ""


@pytest.mark.parametrize(
    "text", ["all: [roles", "some: [roles]", "- roles", "a: &x 1\nb: *x", "!!python/name:os.system", "Big Id"]
)
def test_a_rule_that_cannot_be_read_is_an_error_at_the_field(model: DesignerModel, text: str) -> None:
    assert not model.set_requires(text)
    assert model.field_errors["requires"]
    assert not model.dirty


def test_a_rule_that_names_an_unknown_badge_is_a_finding(model: DesignerModel) -> None:
    assert model.set_requires("no-such-badge")
    assert "unknown-badge" in {one.id for one in model.new_findings}


def test_a_new_credential_is_selected_and_undone(model: DesignerModel) -> None:
    assert model.new_credential("handover", "Handover")
    assert model.selected == "handover"
    assert model.start_assessment()
    assert model.undo()
    assert model.undo()
    assert "handover" not in model.programme.credentials
    assert model.selected == "roles"


def test_a_new_credential_needs_a_free_id_and_a_title(model: DesignerModel) -> None:
    assert not model.new_credential("roles", "Again")
    assert "already used" in model.field_errors["new.id"]
    assert not model.new_credential("../etc/passwd", "")
    assert set(model.field_errors) == {"new.id", "new.title"}
    assert not model.dirty
    assert model.new_credential("", "Art & teams: an <i>intro</i>")
    assert model.selected == "art-teams-an-i-intro-i"


@settings(max_examples=15, deadline=None)
@given(hours=st.lists(st.integers(1, 50), min_size=1, max_size=4))
def test_undo_goes_back_to_the_start_and_redo_to_the_end(hours: list[int]) -> None:
    model = DesignerModel(programme([credential("roles")]))
    start = model.programme
    for one in hours:
        model.edit("hours", one)
    end = model.programme
    while model.can_undo:
        assert model.undo()
    assert model.programme == start
    assert not model.dirty
    while model.can_redo:
        assert model.redo()
    assert model.programme == end


def test_undo_with_nothing_to_undo_says_so(model: DesignerModel) -> None:
    assert not model.undo()
    assert "nothing to undo" in model.message.text
    assert not model.redo()
    assert not model.revert()


def test_revert_goes_back_to_the_saved_version_and_can_be_undone(model: DesignerModel) -> None:
    model.edit("hours", 8)
    model.edit("title", "")
    assert model.revert()
    assert (model.dirty, model.field_errors) == (False, {})
    assert model.undo()
    assert model.value("hours") == 8


def test_saving_writes_the_changed_file_with_its_comments(on_disk: DesignerModel) -> None:
    before = file_of(on_disk).read_text(encoding="utf-8")
    others = {path: path.read_bytes() for path in file_of(on_disk).parent.glob("*.yaml") if path != file_of(on_disk)}
    on_disk.edit("hours", 6)
    assert on_disk.save()
    after = file_of(on_disk).read_text(encoding="utf-8")
    assert after == before.replace("\nhours: 5\n", "\nhours: 6\n")
    assert all(path.read_bytes() == content for path, content in others.items())
    assert "05-huddles-and-briefings.yaml" in on_disk.message.text
    assert (on_disk.dirty, on_disk.hours_change) == (False, 0)
    assert load_programme(file_of(on_disk).parents[1]) == on_disk.programme


def test_an_edit_can_be_undone_and_saved_again_after_saving(on_disk: DesignerModel) -> None:
    before = file_of(on_disk).read_bytes()
    on_disk.edit("hours", 6)
    assert on_disk.save()
    assert on_disk.undo()
    assert on_disk.dirty
    assert on_disk.save(), on_disk.message
    assert file_of(on_disk).read_bytes() == before


def test_a_new_credential_that_is_saved_and_undone_leaves_no_file(on_disk: DesignerModel) -> None:
    on_disk.new_credential("team-art", "Team art")
    assert on_disk.save()
    written = file_of(on_disk, "team-art.yaml")
    assert written.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
    on_disk.undo()
    assert on_disk.save()
    assert not written.exists()


def test_a_conflict_names_the_file_and_keeps_the_edits(on_disk: DesignerModel) -> None:
    on_disk.edit("hours", 6)
    replace_in(file_of(on_disk), "hours: 5", "hours: 7")
    theirs = file_of(on_disk).read_bytes()
    assert not on_disk.save()
    assert on_disk.message.severity == "error"
    assert "05-huddles-and-briefings.yaml" in on_disk.message.text
    assert "Read the programme again" in on_disk.message.text
    assert file_of(on_disk).read_bytes() == theirs
    assert on_disk.dirty
    assert on_disk.value("hours") == 6


def test_a_programme_without_a_folder_cannot_be_saved_and_says_why(model: DesignerModel) -> None:
    model.edit("hours", 6)
    assert not model.save()
    assert "no folder" in model.message.text


def test_a_file_that_cannot_be_written_is_told(on_disk: DesignerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("ipe_workbench.credentials.saving.write_atomically", full)
    on_disk.edit("hours", 6)
    assert not on_disk.save()
    assert "No space left on device" in on_disk.message.text
    assert on_disk.dirty
