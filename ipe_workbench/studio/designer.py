"""The credential designer: a form on the left, what each edit does on the right."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from ipe_workbench.credentials import Programme
from ipe_workbench.studio.alignments import AlignmentsSection
from ipe_workbench.studio.components import AlertArea, action, escaped, guarded, markup, stacked, style_sheet
from ipe_workbench.studio.credential_forms import (
    AssessmentSection,
    CriteriaSection,
    IdentitySection,
    RequirementsSection,
    RubricSection,
    Section,
)
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.live_panel import LivePanel

__all__ = ["Designer"]

_SECTIONS: tuple[type[Section], ...] = (
    IdentitySection,
    CriteriaSection,
    AssessmentSection,
    RubricSection,
    AlignmentsSection,
    RequirementsSection,
)


class Designer(ipywidgets.VBox):  # type: ignore[misc]
    """Edit the credentials of a programme and see at once what that does to the design.

    Parameters
    ----------
    programme : Programme, path or DesignerModel
        The programme, its folder, or a model to look at.

    Attributes
    ----------
    model : DesignerModel
        The state. What is done to it from code shows in the designer, and the other way round.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> designer = Designer(example_programme())
    >>> designer.sections["Identity"].fields["title"].control.value
    'Foundations of shared values'
    """

    def __init__(self, programme: Programme | str | Path | DesignerModel) -> None:
        self.model = programme if isinstance(programme, DesignerModel) else DesignerModel(programme)
        self.alert = AlertArea()
        self._refreshing = False
        self.sections = {kind.title: kind(self.model, self.alert) for kind in _SECTIONS}
        self.tabs = ipywidgets.Tab(list(self.sections.values()), titles=tuple(self.sections))
        self.panel = LivePanel(self.model)
        self.tabs.add_class("ipe-main")
        columns = ipywidgets.Box([self.tabs, self.panel])
        columns.add_class("ipe-columns")
        super().__init__(
            [style_sheet(), self._heading(), self._chooser(), self._toolbar(), self.said, self.alert, columns]
        )
        self.add_class("ipe-studio")
        self.model.observe(guarded(self.alert)(self._model_changed), "revision")
        self.refresh()

    def refresh(self) -> None:
        """Show what the model has."""
        self._refresh_chooser()
        self._refresh_toolbar()
        for section in self.sections.values():
            section.refresh()
        self.panel.refresh()

    def _model_changed(self, _: object) -> None:
        self.refresh()

    def _heading(self) -> ipywidgets.Widget:
        info, folder = self.model.programme.info, self.model.programme.folder
        place = f"<span class='ipe-muted'>{escaped(folder)}</span>" if folder else ""
        return markup(f"<h2>{escaped(info.title)}</h2>{place}")

    def _chooser(self) -> ipywidgets.Widget:
        self.chooser = stacked(ipywidgets.Dropdown(description="Credential"), "ipe-grow")
        self.chooser.observe(guarded(self.alert)(lambda change: self._choose(change["new"])), "value")
        self.open_new = action(
            "New credential", lambda: self._open_new(self.new_form.layout.display == "none"), self.alert
        )
        self.new_title = stacked(ipywidgets.Text(description="Title of the new credential", continuous_update=False))
        self.new_id = stacked(
            ipywidgets.Text(description="Its id (for good)", placeholder="team-huddles", continuous_update=False)
        )
        self.new_error = markup()
        create = action("Create", self._create, self.alert, primary=True)
        self.create = create
        line = ipywidgets.Box([self.new_title, self.new_id, create])
        line.add_class("ipe-bar")
        line.add_class("ipe-bottom")
        self.new_form = ipywidgets.VBox([line, self.new_error], layout=ipywidgets.Layout(display="none"))
        self.new_form.add_class("ipe-card")
        choose = ipywidgets.Box([self.chooser, self.open_new])
        for one in ("ipe-bar", "ipe-bottom"):
            choose.add_class(one)
        return ipywidgets.VBox([choose, self.new_form], layout=ipywidgets.Layout(overflow="visible"))

    def _toolbar(self) -> ipywidgets.Widget:
        self.save = action("Save", self.model.save, self.alert, primary=True)
        self.undo = action("Undo", self.model.undo, self.alert)
        self.redo = action("Redo", self.model.redo, self.alert)
        self.revert = action("Revert to saved", self.model.revert, self.alert)
        self.state, self.said = markup(), markup()
        bar = ipywidgets.Box([self.save, self.undo, self.redo, self.revert, self.state])
        bar.add_class("ipe-bar")
        return bar

    def _refresh_chooser(self) -> None:
        options = [(f"{one.title} ({one.level})", one.id) for one in self.model.programme.credentials.values()]
        self._refreshing = True
        try:
            if list(self.chooser.options) != options:
                self.chooser.options = options
            self.chooser.value = self.model.selected or None
        finally:
            self._refreshing = False
        problems = [self.model.field_errors[key] for key in ("new.id", "new.title") if key in self.model.field_errors]
        self.new_error.value = "".join(
            f'<div role="alert" class="ipe-problem">{escaped(one)}</div>' for one in problems
        )

    def _refresh_toolbar(self) -> None:
        self.undo.disabled, self.redo.disabled = not self.model.can_undo, not self.model.can_redo
        self.save.disabled = self.revert.disabled = not self.model.dirty
        unusable, homeless = self._problems()
        state = "Unsaved changes" if self.model.dirty else "" if unusable else "Everything is saved"
        warning = f'<span class="ipe-problem">Cannot be used yet: {escaped(", ".join(unusable))}.</span>'
        self.state.value = f'<span class="ipe-muted">{state}</span> {warning if unusable else ""}'
        said = self.model.message
        errors = [*homeless, *([said.text] if said.severity == "error" else [])]
        if errors:
            text = escaped(" ".join(errors))
            self.said.value = f'<div role="alert" class="ipe-alert"><strong>Error.</strong> {text}</div>'
        else:
            self.said.value = f'<div role="status" class="ipe-said">{escaped(said.text)}</div>' if said.text else ""

    def _problems(self) -> tuple[list[str], list[str]]:
        """Fields whose value cannot be used, as a person finds them; and refusals that no part of the form shows."""
        errors = dict(self.model.field_errors)
        for shown_elsewhere in ("alignments", "new.id", "new.title"):
            errors.pop(shown_elsewhere, None)
        fields = [
            f"{field.control.description} ({title})"
            for title, section in self.sections.items()
            for path, field in section.fields.items()
            if errors.pop(path, None) is not None
        ]
        return fields, [f"{path}: {text}" for path, text in errors.items()]

    def _choose(self, reference: str | None) -> None:
        if not self._refreshing and reference:
            self.model.select(reference)

    def _open_new(self, wanted: bool) -> None:
        self.new_form.layout.display = None if wanted else "none"

    def _create(self) -> None:
        if self.model.new_credential(self.new_id.value, self.new_title.value):
            self.new_id.value = self.new_title.value = ""
            self._open_new(False)
