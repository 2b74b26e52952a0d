"""The designer's table of alignments: which competencies the credential teaches, practises and assesses."""

from __future__ import annotations

from typing import Any, get_args

import ipywidgets

from ipe_workbench.credentials.model import Stage
from ipe_workbench.frameworks import Competency
from ipe_workbench.pathways.coverage import HOW
from ipe_workbench.studio.components import action, escaped, guarded, markup, problem_html, stacked, wrapped
from ipe_workbench.studio.credential_forms import Section
from ipe_workbench.studio.texts import mark

__all__ = ["AlignmentsSection"]

_BOXES = {"taught": mark("Taught"), "practised": mark("Practised"), "assessed": mark("Assessed")}


class AlignmentsSection(Section):
    """Current alignments with a button to remove each, and a row to add or change one."""

    title = mark("Alignments")

    def build(self) -> list[ipywidgets.Widget]:
        """The table, and below it the row to add one."""
        texts = self.texts
        frameworks = [(one.title, one.id) for one in self.model.programme.frameworks.values()]
        self._shown: object = None
        self.table = ipywidgets.VBox()
        self.framework = stacked(ipywidgets.Dropdown(description=texts("Framework"), options=frameworks), "ipe-wide")
        self.competency = stacked(ipywidgets.Dropdown(description=texts("Competency")), "ipe-wide")
        self.how = {one: ipywidgets.Checkbox(description=texts(_BOXES[one]), indent=False) for one in HOW}
        for box in self.how.values():
            box.add_class("ipe-check")
        self.level = stacked(
            ipywidgets.Dropdown(
                description=texts("Brought to the stage"), options=[(texts(one), one) for one in get_args(Stage)]
            )
        )
        self.add = action(texts("Add alignment"), self._add, self.alert)
        self.error = markup()
        self.framework.observe(guarded(self.alert)(lambda _: self._offer_competencies()), "value")
        self.competency.observe(guarded(self.alert)(lambda _: self._show_current()), "value")
        self._offer_competencies()
        checks = ipywidgets.Box(list(self.how.values()))
        checks.add_class("ipe-bar")
        last = ipywidgets.Box([self.level, self.add])
        last.add_class("ipe-bar")
        last.add_class("ipe-bottom")
        form = ipywidgets.VBox(
            [
                markup(f"<h3>{texts('Add or change an alignment')}</h3>"),
                wrapped([self.framework, self.competency]),
                checks,
                last,
            ]
        )
        form.add_class("ipe-card")
        return [self.table, form, self.error]

    def refresh(self) -> None:
        """Make the table anew when an alignment is another."""
        problem = self.model.field_errors.get("alignments", "")
        self.error.value = problem_html(problem, self.texts)
        alignments = self.model.value("alignments") or []
        if (self.model.selected, alignments) != self._shown:
            self._shown = (self.model.selected, alignments)
            self.table.children = [self._row(one) for one in alignments] or [
                markup(f"<p>{self.texts('This credential is aligned with no competency yet.')}</p>")
            ]
            self._show_current()

    def _row(self, alignment: dict[str, Any]) -> ipywidgets.Widget:
        framework, reference = alignment["framework"], alignment["competency"]
        known = self.model.programme.frameworks.get(framework)
        item = known.find(reference) if known else None
        texts = self.texts
        how = ", ".join(texts(one) for one in alignment["how"]).capitalize()
        words = texts("{how}; to the stage {stage}.", how=how, stage=texts(alignment["level"]))
        if len(self.model.programme.frameworks) > 1 or known is None:
            words += f" {known.title if known else framework}"
        what = markup(
            f"<strong>{escaped(item.code or item.id if item else reference)}</strong> "
            f"{escaped(_statement(item) if item else texts('(not in the framework)'))}<br>"
            f"<span class='ipe-muted'>{escaped(words)}</span>"
        )
        what.add_class("ipe-grow")
        remove = action(
            texts("Remove {n}", n=reference), lambda: self.model.remove_alignment(framework, reference), self.alert
        )
        row = ipywidgets.Box([what, remove])
        row.add_class("ipe-row")
        return row

    def _offer_competencies(self) -> None:
        known = self.model.programme.frameworks.get(self.framework.value)
        options = (
            [(f"{one.code or one.id} · {_short(_statement(one))}", one.id) for one in known.in_order()] if known else []
        )
        self.competency.options = options
        if known and known.leaves:
            self.competency.value = known.leaves[0].id

    def _show_current(self) -> None:
        """Start from what the credential does about the chosen competency now."""
        known = self.model.programme.frameworks.get(self.framework.value)
        current = None
        for one in self.model.value("alignments") or ():
            item = known.find(one["competency"]) if known and one["framework"] == known.id else None
            if item is not None and item.id == self.competency.value:
                current = one
        for how, box in self.how.items():
            box.value = how in (current["how"] if current else ("taught",))
        stage = current["level"] if current else self.model.value("stage")
        self.level.value = stage or "exposure"
        self.add.description = self.texts("Change alignment") if current else self.texts("Add alignment")

    def _add(self) -> None:
        how = [one for one in HOW if self.how[one].value]
        known = self.model.programme.frameworks.get(self.framework.value)
        item = known.find(self.competency.value) if known and self.competency.value else None
        # The code reads better in a file, as long as it says which competency is meant.
        code = item.code if known and item and item.code and known.find(item.code) == item else None
        self.model.add_alignment(self.framework.value, code or self.competency.value, how, self.level.value)


def _statement(item: Competency) -> str:
    return item.title or item.statement or item.id


def _short(text: str) -> str:
    """Short enough for one line of a list to choose from."""
    return text if len(text) <= 110 else text[:107].rsplit(" ", 1)[0] + " ..."
