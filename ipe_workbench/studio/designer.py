"""The credential designer: a form on the left, what each edit does on the right."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from ipe_workbench.credentials import Programme
from ipe_workbench.studio.activities_form import ActivitiesSection, EvidenceSection
from ipe_workbench.studio.alignments import AlignmentsSection
from ipe_workbench.studio.components import (
    AlertArea,
    action,
    alert_html,
    escaped,
    guarded,
    markup,
    problem_html,
    stacked,
    style_sheet,
)
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
from ipe_workbench.studio.said import said_in
from ipe_workbench.studio.stack_form import StackSection
from ipe_workbench.studio.texts import texts_in

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
    language : str
        Language of the labels and messages: ``"en"`` or ``"es"``. Findings stay English.

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
    >>> Designer(example_programme(), language="es").save.description
    'Guardar'
    """

    def __init__(self, programme: Programme | str | Path | DesignerModel, *, language: str = "en") -> None:
        self.model = programme if isinstance(programme, DesignerModel) else DesignerModel(programme)
        self.texts = texts_in(language)
        self.alert = AlertArea(self.texts)
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
        titles = tuple(self.texts(one) for one in shown)
        if self.tabs.titles != titles:
            self.tabs.children, self.tabs.titles, self.tabs.selected_index = list(shown.values()), titles, 0
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
        texts = self.texts
        self.chooser = stacked(ipywidgets.Dropdown(description=texts("Credential or stack")), "ipe-grow")
        self.chooser.observe(guarded(self.alert)(lambda change: self._choose(change["new"])), "value")
        self.open_new = action(
            texts("New credential or stack"), lambda: self._open_new(self.new_form.layout.display == "none"), self.alert
        )
        self.new_title = stacked(ipywidgets.Text(description=texts("Title of what is new"), continuous_update=False))
        self.new_id = stacked(
            ipywidgets.Text(
                description=texts("Its id (for good)"),
                placeholder=texts("made from the title"),
                continuous_update=False,
            )
        )
        kinds = [(texts("credential"), "credential"), (texts("stack"), "stack")]
        self.new_kind = stacked(ipywidgets.Dropdown(description=texts("What it is"), options=kinds))
        self.new_error = markup()
        create = action(texts("Create"), self._create, self.alert, primary=True)
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
        texts = self.texts
        self.save = action(texts("Save"), self.model.save, self.alert, primary=True)
        self.undo = action(texts("Undo"), self.model.undo, self.alert)
        self.redo = action(texts("Redo"), self.model.redo, self.alert)
        self.revert = action(texts("Revert to saved"), self.model.revert, self.alert)
        self.again = action(texts("Read files again"), self.model.read_again, self.alert)
        self.state, self.said = markup(), markup()
        words = ipywidgets.VBox([self.state, self.said])
        words.add_class("ipe-words")
        bar = ipywidgets.Box([self.save, self.undo, self.redo, self.revert, self.again, words])
        bar.add_class("ipe-bar")
        return bar

    def _refresh_chooser(self) -> None:
        programme, texts = self.model.programme, self.texts
        options = [(f"{one.title} ({texts(one.level)})", one.id) for one in programme.credentials.values()]
        options += [(f"{one.title} ({texts(one.kind)})", one.id) for one in programme.stacks.values()]
        self._refreshing = True
        try:
            if list(self.chooser.options) != options:
                self.chooser.options = options
            self.chooser.value = self.model.selected or None
        finally:
            self._refreshing = False
        problems = [self.model.field_errors[key] for key in ("new.id", "new.title") if key in self.model.field_errors]
        self.new_error.value = "".join(problem_html(one, texts) for one in problems)

    def _refresh_toolbar(self) -> None:
        self.undo.disabled, self.redo.disabled = not self.model.can_undo, not self.model.can_redo
        self.save.disabled = self.revert.disabled = not self.model.dirty
        unusable, homeless = self._problems()
        texts = self.texts
        saved = "" if unusable else texts("Everything is saved")
        state = texts("Unsaved changes") if self.model.dirty else saved
        words = texts("Cannot be used yet: {fields}.", fields=", ".join(unusable))
        warning = f'<span class="ipe-problem">{escaped(words)}</span>'
        self.state.value = f'<span class="ipe-muted">{state}</span> {warning if unusable else ""}'
        said = self.model.message
        errors = [*homeless, *([said.text] if said.severity == "error" else [])]
        if errors:
            self.said.value = alert_html(" ".join(said_in(one, texts) for one in errors), texts)
        else:
            text = escaped(said_in(said.text, texts))
            self.said.value = f'<div role="status" class="ipe-said">{text}</div>' if text else ""

    def _problems(self) -> tuple[list[str], list[str]]:
        """Fields whose value cannot be used, as a person finds them; and refusals that no part of the form shows."""
        errors = dict(self.model.field_errors)
        for shown_elsewhere in ("alignments", "new.id", "new.title"):
            errors.pop(shown_elsewhere, None)
        fields = [
            f"{field.control.description} ({self.texts(title)})"
            for title, section in self._shown().items()
            for path, field in section.fields.items()
            if errors.pop(path, None) is not None
        ]
        return fields, [f"{path}: {said_in(text, self.texts)}" for path, text in errors.items()]

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
            # The button that was pressed is gone; who works by keyboard goes on at what is new.
            self.graph.focus(self.model.selected)
