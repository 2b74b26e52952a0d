"""Two people at the same files: nothing of anybody's is lost, and each clash is a person's decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipe_workbench.credentials import load_programme
from ipe_workbench.studio import Designer, DesignerModel
from tests.programmes import copy_of_cu_ipe, programme, replace_in

HUDDLES = "huddles-and-briefings"
FILE = "05-huddles-and-briefings.yaml"


@pytest.fixture
def model(tmp_path: Path) -> DesignerModel:
    opened = DesignerModel(copy_of_cu_ipe(tmp_path))
    opened.select(HUDDLES)
    return opened


def file_of(model: DesignerModel, name: str = FILE) -> Path:
    assert model.programme.folder is not None
    return model.programme.folder / "credentials" / name


def test_what_others_changed_is_told_and_comes_together_with_mine(model: DesignerModel) -> None:
    model.edit("owner", "Me")
    replace_in(file_of(model), "hours: 5\n", "hours: 7 # theirs\n")
    assert not model.save()
    assert model.conflict is not None
    assert model.conflict.clashes == ()
    assert any("7 instead of 5 hours" in one for one in model.conflict.changes)
    assert model.bring_together()
    assert (model.value("hours"), model.value("owner"), model.conflict) == (7, "Me", None)
    assert model.save(), model.message
    text = file_of(model).read_text(encoding="utf-8")
    assert "hours: 7 # theirs" in text
    assert "owner: Me" in text


@pytest.mark.parametrize(("side", "hours"), [("mine", 6), ("theirs", 7)])
def test_a_clash_is_decided_field_by_field(model: DesignerModel, side: str, hours: int) -> None:
    model.edit("hours", 6)
    model.edit("owner", "Me")
    replace_in(file_of(model), "hours: 5\n", "hours: 7\n")
    assert not model.save()
    assert model.conflict is not None
    assert [(one.field, one.mine, one.theirs) for one in model.conflict.clashes] == [("hours", 6, 7)]
    assert model.bring_together(lambda _: "mine" if side == "mine" else "theirs")
    assert (model.value("hours"), model.value("owner")) == (hours, "Me")
    assert model.save()
    assert f"hours: {hours}\n" in file_of(model).read_text(encoding="utf-8")


def test_undo_after_a_conflict_does_not_undo_the_work_of_others(model: DesignerModel) -> None:
    model.edit("owner", "Me")
    model.edit("summary", "Mine.")
    replace_in(file_of(model), "hours: 5\n", "hours: 7\n")
    assert not model.save()
    model.bring_together()
    while model.can_undo:
        model.undo()
    assert model.value("hours") == 7
    assert not model.dirty
    while model.can_redo:
        model.redo()
    assert (model.value("hours"), model.value("summary")) == (7, "Mine.")


def test_theirs_can_be_taken_and_mine_had_back(model: DesignerModel) -> None:
    model.edit("hours", 6)
    model.edit("owner", "Me")
    replace_in(file_of(model), "hours: 5\n", "hours: 7\n")
    model.save()
    assert model.take_theirs()
    assert (model.dirty, model.value("hours"), model.value("owner")) == (False, 7, "Communication strand lead")
    model.undo()
    assert model.value("owner") == "Me"


def test_my_version_is_saved_as_a_copy_and_theirs_stays(model: DesignerModel, tmp_path: Path) -> None:
    model.edit("hours", 6)
    replace_in(file_of(model), "hours: 5\n", "hours: 7\n")
    model.save()
    assert not model.save_copy("")
    assert not model.save_copy(str(file_of(model).parent))
    assert model.save_copy(str(tmp_path / "mine"))
    assert load_programme(tmp_path / "mine").credentials[HUDDLES].hours == 6
    assert "hours: 7\n" in file_of(model).read_text(encoding="utf-8")


def test_a_file_that_was_removed_meanwhile_is_a_clash_that_can_be_decided(model: DesignerModel) -> None:
    model.edit("hours", 6)
    file_of(model).unlink()
    assert not model.save()
    assert model.conflict is not None
    assert [(one.id, one.field, one.theirs) for one in model.conflict.clashes] == [(HUDDLES, "", None)]
    assert model.bring_together(lambda _: "mine")
    assert model.save(), model.message
    assert load_programme(file_of(model).parents[1]).credentials[HUDDLES].hours == 6


def test_files_that_cannot_be_read_any_more_are_told_and_left_alone(model: DesignerModel) -> None:
    model.edit("hours", 6)
    file_of(model).write_text("title: [broken\n", encoding="utf-8")
    assert not model.save()
    assert model.conflict is None
    assert FILE in model.message.text
    assert file_of(model).read_text(encoding="utf-8") == "title: [broken\n"


def test_reading_again_takes_in_what_does_not_clash(model: DesignerModel) -> None:
    assert model.read_again()
    assert "Nobody has changed" in model.message.text
    replace_in(file_of(model), "hours: 5\n", "hours: 7\n")
    assert model.read_again()
    assert (model.value("hours"), model.dirty) == (7, False)
    model.edit("hours", 8)
    replace_in(file_of(model), "hours: 7\n", "hours: 9\n")
    assert model.read_again()
    assert model.conflict is not None
    assert model.value("hours") == 8
    model.decide_later()
    assert model.conflict is None
    assert not DesignerModel(programme([])).read_again()


def test_the_panel_shows_the_clash_as_text_and_does_what_is_chosen(tmp_path: Path) -> None:
    designer = Designer(copy_of_cu_ipe(tmp_path))
    designer.model.select(HUDDLES)
    designer.model.edit("owner", "<b>Me</b>")
    replace_in(file_of(designer.model), "owner: Communication strand lead", "owner: <script>They</script>")
    assert designer.conflict.layout.display == "none"
    designer.save.click()
    assert designer.conflict.layout.display is None
    assert designer.conflict in designer.children
    assert "<script>" not in designer.conflict.said.value
    (choice,) = designer.conflict.choices.values()
    assert choice.options[0][0] == "Theirs: <script>They</script>"
    choice.value = "mine"
    designer.conflict.together.click()
    assert designer.model.value("owner") == "<b>Me</b>"
    assert designer.conflict.layout.display == "none"
