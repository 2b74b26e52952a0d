"""The designer's view without a kernel: `set_state` is what a browser would send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from ipe_workbench.studio import Designer, DesignerModel
from ipe_workbench.studio.components import AlertArea, guarded
from tests.programmes import copy_of_cu_ipe, credential, programme

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def designer() -> Designer:
    return Designer(programme([credential("roles"), credential("huddles", requires={"badge": "roles"})]))


def control(designer: Designer, section: str, path: str) -> Any:
    return designer.sections[section].fields[path].control


def every_widget(root: Any) -> list[Any]:
    return [root, *(inner for child in getattr(root, "children", ()) for inner in every_widget(child))]


def test_a_value_from_the_browser_edits_the_model_and_the_findings_follow(designer: Designer) -> None:
    control(designer, "Identity", "hours").set_state({"value": 9})
    assert designer.model.value("hours") == 9
    assert "hours</code> says 9" in designer.panel.findings.value
    assert "6 more than saved" in designer.panel.hours.value
    assert "Unsaved changes" in designer.state.value


def test_what_code_does_to_the_model_shows_in_the_view(designer: Designer) -> None:
    designer.model.edit("title", "What others do")
    assert control(designer, "Identity", "title").value == "What others do"
    assert ("What others do (foundation)", "roles") in designer.chooser.options


def test_an_unusable_value_stays_in_sight_with_what_is_wrong(designer: Designer) -> None:
    control(designer, "Identity", "title").set_state({"value": ""})
    field = designer.sections["Identity"].fields["title"]
    assert 'role="alert"' in field.error.value
    assert field.control.value == ""
    assert designer.model.value("title") == "Roles"
    designer.model.revert()
    assert (field.error.value, field.control.value) == ("", "Roles")


def test_a_value_that_cannot_be_used_is_named_beside_save_whichever_tab_is_open(designer: Designer) -> None:
    control(designer, "Identity", "title").set_state({"value": ""})
    assert "Everything is saved" not in designer.state.value
    assert "Cannot be used yet: Title (Identity)." in designer.state.value
    control(designer, "Identity", "hours").set_state({"value": 9})
    assert "Unsaved changes" in designer.state.value
    assert "Title (Identity)" in designer.state.value
    control(designer, "Identity", "title").set_state({"value": "Roles of others"})
    assert "Cannot be used yet" not in designer.state.value


def test_saving_says_which_values_were_not_saved(tmp_path: Path) -> None:
    designer = Designer(copy_of_cu_ipe(tmp_path))
    control(designer, "Identity", "hours").set_state({"value": 4})
    control(designer, "Identity", "title").set_state({"value": ""})
    designer.save.click()
    assert "Saved 01-values-foundations.yaml." in designer.said.value
    assert "Cannot be used yet: Title (Identity)." in designer.state.value


def test_an_empty_criterion_is_refused_in_sight(designer: Designer) -> None:
    designer.sections["Criteria"].add.click()
    assert 'role="alert"' in designer.said.value
    assert "Write the criterion first." in designer.said.value
    control(designer, "Identity", "hours").set_state({"value": 9})
    assert designer.said.value == ""


def test_a_refusal_that_belongs_to_no_field_is_shown_all_the_same(designer: Designer) -> None:
    designer.model.edit("rubric", {"levels": HOSTILE})
    assert 'role="alert"' in designer.said.value
    assert "rubric" in designer.said.value


def test_choosing_a_credential_shows_its_fields(designer: Designer) -> None:
    designer.chooser.set_state({"index": 1})
    assert designer.model.selected == "huddles"
    assert control(designer, "Identity", "title").value == "Huddles"
    assert control(designer, "Requirements", "requires").value == "badge: roles"
    assert "Roles." in designer.sections["Requirements"].words.value


def test_buttons_save_undo_redo_and_revert(tmp_path: Path) -> None:
    designer = Designer(copy_of_cu_ipe(tmp_path))
    assert (designer.save.disabled, designer.undo.disabled, designer.redo.disabled) == (True, True, True)
    control(designer, "Identity", "hours").set_state({"value": 4})
    designer.undo.click()
    assert designer.model.value("hours") == 3
    designer.redo.click()
    designer.save.click()
    assert "Saved 01-values-foundations.yaml." in designer.said.value
    assert "\nhours: 4\n" in (tmp_path / "cu-ipe/credentials/01-values-foundations.yaml").read_text(encoding="utf-8")
    assert designer.save.disabled
    control(designer, "Identity", "hours").set_state({"value": 5})
    designer.revert.click()
    assert designer.model.value("hours") == 4


def test_an_alignment_is_added_changed_and_removed(designer: Designer) -> None:
    section = designer.sections["Alignments"]
    item = designer.model.programme.frameworks["ipec-2023"]["VE9"]
    section.competency.value = item.id
    assert section.add.description == "Add alignment"
    section.how["taught"].value, section.how["assessed"].value = False, True
    section.add.click()
    assert designer.model.value("alignments")[-1]["competency"] == "VE9"
    assert "Now assessed:" in designer.panel.coverage.value
    assert section.add.description == "Change alignment"
    remove = [one for one in every_widget(section.table) if isinstance(one, ipywidgets.Button)][-1]
    assert remove.description == "Remove VE9"
    remove.click()
    assert "no change" in designer.panel.coverage.value


def test_criteria_rubric_and_assessment_are_started_and_edited() -> None:
    designer = Designer(programme([credential("roles", assessment=None)]))
    criteria, rubric, assessment = (designer.sections[one] for one in ("Criteria", "Rubric", "Assessment"))
    criteria.new.value = "Names three roles."
    criteria.add.click()
    assert criteria.new.value == ""
    rubric.start.click()
    cell = rubric.fields["rubric.criteria[0].descriptors.meets"].control
    cell.set_state({"value": "Names them."})
    assert designer.model.value("rubric.criteria[0].descriptors.meets") == "Names them."
    assert assessment.form.layout.display == "none"
    assessment.start.click()
    assert assessment.form.layout.display is None
    assessment.fields["assessment.methods"].control.set_state({"index": [1, 2]})
    assert designer.model.value("assessment.methods") == ["reflection", "test"]


def test_activities_and_evidence_are_rows_that_follow_the_model(designer: Designer) -> None:
    activities = designer.sections["Activities"]
    activities.new_title.value = "Art of teams"
    activities.add.click()
    assert len(activities.rows.children) == 2
    control(designer, "Activities", "activities[1].weeks").set_state({"value": "3, 5"})
    assert designer.model.value("activities[1].weeks") == [3, 5]
    control(designer, "Activities", "activities[1].weeks").set_state({"value": "three"})
    assert "whole number" in designer.model.field_errors["activities[1].weeks"]
    designer.model.undo()
    designer.model.undo()
    assert len(activities.rows.children) == 1
    designer.sections["Evidence"].add.click()
    assert len(designer.model.value("evidence")) == 2


def test_a_stack_has_its_own_forms(designer: Designer) -> None:
    designer.model.new_stack("whole", "The whole")
    assert designer.tabs.titles == ("Stack", "Requirements")
    control(designer, "Stack", "title").set_state({"value": "Everything"})
    assert designer.model.programme.stacks["whole"].title == "Everything"
    assert "What completes it" in designer.sections["Requirements"].words.value
    designer.model.select("roles")
    assert designer.tabs.titles[0] == "Identity"


def test_a_new_credential_is_made_in_the_form(designer: Designer) -> None:
    designer.open_new.click()
    designer.new_id.value, designer.new_title.value = "Bad Id", "Handover"
    designer.create.click()
    assert 'role="alert"' in designer.new_error.value
    designer.new_id.value = "handover"
    designer.create.click()
    assert designer.chooser.value == "handover"
    assert designer.new_form.layout.display == "none"


def test_a_failing_handler_shows_its_error(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> bool:
        raise RuntimeError(f"broken {HOSTILE}")

    alert = AlertArea()
    guarded(alert)(fails)()
    assert 'role="alert"' in alert.value
    assert "RuntimeError: broken &lt;img" in alert.value
    monkeypatch.setattr(DesignerModel, "edit", lambda *_: fails())
    control(designer, "Identity", "hours").set_state({"value": 9})
    assert "RuntimeError" in designer.alert.value
    designer.undo.click()
    assert designer.alert.value == ""


def test_an_error_after_the_edit_does_not_claim_that_the_draft_is_as_it_was(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("no picture")

    monkeypatch.setattr(designer.panel, "refresh", fails)
    control(designer, "Identity", "hours").set_state({"value": 9})
    assert designer.model.value("hours") == 9
    assert "no picture" in designer.alert.value
    assert "as it was" not in designer.alert.value


def test_hostile_text_is_never_markup() -> None:
    one = credential(
        "roles",
        title=HOSTILE,
        hours=9,
        rubric={
            "levels": [{"id": "a", "title": HOSTILE, "points": 1}, {"id": "b", "title": "B", "points": 2}],
            "criteria": [{"id": "r", "title": HOSTILE}],
            "pass_level": "b",
        },
        alignments=[{"framework": "ipec-2023", "competency": HOSTILE, "how": ["taught"], "level": "exposure"}],
        requires={"badge": "huddles"},
    )
    designer = Designer(programme([one, credential("huddles", title=HOSTILE)], title=HOSTILE))
    designer.model.edit("owner", HOSTILE)
    shown = [one for one in every_widget(designer) if isinstance(one, ipywidgets.HTML)]
    assert any("&lt;img" in one.value for one in shown)
    assert not any("<img" in one.value for one in shown)
    assert not any(getattr(one, "description_allow_html", False) for one in every_widget(designer))


def test_every_input_has_a_label_and_no_text_is_sent_while_typing(designer: Designer) -> None:
    kinds = (ipywidgets.HTML, ipywidgets.Button)
    inputs = [one for one in every_widget(designer) if hasattr(one, "value") and not isinstance(one, kinds)]
    assert len(inputs) > 40
    assert not [one for one in inputs if not one.description]
    assert not [one for one in inputs if getattr(one, "continuous_update", False)]
