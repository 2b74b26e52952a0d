"""The credential designer: a form on the left, what each edit does on the right."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from ipe_workbench.credentials import Programme
from ipe_workbench.studio.activities_form import ActivitiesSection, EvidenceSection
from ipe_workbench.studio.alignments import AlignmentsSection
from ipe_workbench.studio.components import AlertArea, action, escaped, guarded, markup, stacked, style_sheet
from ipe_workbench.studio.conflict_panel import ConflictPanel
from ipe_workbench.studio.credential_forms import (
    AssessmentSection,
    CriteriaSection,
    IdentitySection,
    RubricSection,
    Section,
)
from ipe_workbench.studio.design_graph import DesignGraph
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.live_panel import LivePanel
from ipe_workbench.studio.rule_section import RequirementsSection
from ipe_workbench.studio.stack_form import StackSection

__all__ = ["Designer"]

_SECTIONS: tuple[type[Section], ...] = (
    IdentitySection,
    StackSection,
    CriteriaSection,
    ActivitiesSection,
    AssessmentSection,
    RubricSection,
    EvidenceSection,
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
        self.tabs = ipywidgets.Tab()
        self.panel = LivePanel(self.model, self.alert)
        self.graph = DesignGraph(self.model, self.alert)
        self.conflict = ConflictPanel(self.model, self.alert)
        self.tabs.add_class("ipe-main")
        columns = ipywidgets.Box([self.tabs, self.panel])
        columns.add_class("ipe-columns")
        top = [style_sheet(), self._heading(), self._chooser(), self._toolbar()]
        super().__init__([*top, self.alert, self.conflict, self.graph, columns])
        self.add_class("ipe-studio")
        self.model.observe(guarded(self.alert)(self._model_changed), "revision")
        self.refresh()

    def refresh(self) -> None:
        """Show what the model has."""
        self._refresh_chooser()
        self._refresh_toolbar()
        shown = self._shown()
        if self.tabs.titles != tuple(shown):
            self.tabs.children, self.tabs.titles, self.tabs.selected_index = list(shown.values()), tuple(shown), 0
        for section in shown.values():
            section.refresh()
        self.panel.refresh()
        self.graph.refresh()
        self.conflict.refresh()

    def _shown(self) -> dict[str, Section]:
        """The forms for what is selected."""
        kind = "stack" if self.model.stack else "credential"
        return {title: one for title, one in self.sections.items() if kind in one.kinds}

    def _model_changed(self, _: object) -> None:
        self.refresh()

    def _heading(self) -> ipywidgets.Widget:
        info, folder = self.model.programme.info, self.model.programme.folder
        # Not the machine's folders, which are nobody's business where the designer is served.
        shown = folder.name if folder and folder.is_absolute() else folder
        place = f"<span class='ipe-muted'>{escaped(shown)}</span>" if folder else ""
        return markup(f"<h2>{escaped(info.title)}</h2>{place}")

    def _chooser(self) -> ipywidgets.Widget:
        self.chooser = stacked(ipywidgets.Dropdown(description="Credential or stack"), "ipe-grow")
        self.chooser.observe(guarded(self.alert)(lambda change: self._choose(change["new"])), "value")
        self.open_new = action(
            "New credential or stack", lambda: self._open_new(self.new_form.layout.display == "none"), self.alert
        )
        self.new_title = stacked(ipywidgets.Text(description="Title of what is new", continuous_update=False))
        self.new_id = stacked(
            ipywidgets.Text(description="Its id (for good)", placeholder="made from the title", continuous_update=False)
        )
        self.new_kind = stacked(ipywidgets.Dropdown(description="What it is", options=["credential", "stack"]))
        self.new_error = markup()
        create = action("Create", self._create, self.alert, primary=True)
        self.create = create
        line = ipywidgets.Box([self.new_title, self.new_id, self.new_kind, create])
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
        self.again = action("Read files again", self.model.read_again, self.alert)
        self.state, self.said = markup(), markup()
        words = ipywidgets.VBox([self.state, self.said])
        words.add_class("ipe-words")
        bar = ipywidgets.Box([self.save, self.undo, self.redo, self.revert, self.again, words])
        bar.add_class("ipe-bar")
        return bar

    def _refresh_chooser(self) -> None:
        programme = self.model.programme
        options = [(f"{one.title} ({one.level})", one.id) for one in programme.credentials.values()]
        options += [(f"{one.title} ({one.kind})", one.id) for one in programme.stacks.values()]
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
            for title, section in self._shown().items()
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
        make = self.model.new_stack if self.new_kind.value == "stack" else self.model.new_credential
        if make(self.new_id.value, self.new_title.value):
            self.new_id.value = self.new_title.value = ""
            self._open_new(False)
