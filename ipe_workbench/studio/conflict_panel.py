"""What one sees when somebody else changed the files: their changes, where they clash with mine, and the ways out."""

from __future__ import annotations

from typing import Any

import ipywidgets

from ipe_workbench.credentials import describe
from ipe_workbench.credentials.merging import Clash
from ipe_workbench.pathways.comparison.fields import in_words
from ipe_workbench.studio.components import AlertArea, action, english, markup, stacked
from ipe_workbench.studio.designer_model import DesignerModel

__all__ = ["ConflictPanel"]

_MOST = 12


class ConflictPanel(ipywidgets.VBox):  # type: ignore[misc]
    """Shown while `DesignerModel.conflict` is there: a choice for each clash, and the ways to go on."""

    def __init__(self, model: DesignerModel, alert: AlertArea) -> None:
        self.model, self.alert = model, alert
        texts = self.texts = alert.texts
        self._shown: object = None
        self.said = markup()
        self.rows = ipywidgets.VBox()
        #: By kind, id and field of the clash.
        self.choices: dict[tuple[str, str, str], ipywidgets.Dropdown] = {}
        self.together = action(texts("Bring both together"), self._bring_together, alert, primary=True)
        self.theirs = action(texts("Take theirs, drop my edits"), model.take_theirs, alert)
        self.later = action(texts("Decide later"), model.decide_later, alert)
        self.folder = stacked(
            ipywidgets.Text(description=texts("Folder for a copy of my version"), continuous_update=False), "ipe-grow"
        )
        self.copy = action(texts("Save mine as a copy"), self._save_copy, alert)
        ways = ipywidgets.Box([self.together, self.theirs, self.later])
        aside = ipywidgets.Box([self.folder, self.copy])
        for bar in (ways, aside):
            bar.add_class("ipe-bar")
        aside.add_class("ipe-bottom")
        super().__init__([self.said, self.rows, ways, aside])
        self.add_class("ipe-card")
        self.add_class("ipe-conflict")
        self.refresh()

    def refresh(self) -> None:
        """Show the conflict, or nothing."""
        conflict = self.model.conflict
        self.layout.display = None if conflict else "none"
        if conflict is self._shown:
            return
        self._shown, texts = conflict, self.texts
        self.choices = {_key(one): self._choice(one) for one in conflict.clashes} if conflict else {}
        self.rows.children = list(self.choices.values())
        if conflict is None:
            self.said.value = ""
            return
        listed = "".join(f"<li>{english(one, texts)}</li>" for one in conflict.changes[:_MOST])
        more = len(conflict.changes) - _MOST
        listed += f"<li>{texts('and {n} more', n=more)}</li>" if more > 0 else ""
        none = f"<p>{texts('Only comments or the order of lines differ.')}</p>"
        clash = texts("Your edits do not clash.")
        if conflict.clashes:
            clash = texts("Both of you changed these; say whose value stays:")
        heading = texts("Somebody changed the files since you read them")
        self.said.value = (
            f'<section aria-label="{texts("Conflict")}"><h3>{heading}</h3>'
            f"{f'<ul>{listed}</ul>' if listed else none}<p>{clash}</p></section>"
        )

    def _choice(self, clash: Clash) -> ipywidgets.Dropdown:
        title = self.model.programme.title(clash.id)
        what = f"{title}: {clash.field.replace('_', ' ') or self.texts('removed by one of you')}"
        options = [
            (self.texts("Theirs: {value}", value=self._short(clash.theirs, clash.field)), "theirs"),
            (self.texts("Mine: {value}", value=self._short(clash.mine, clash.field)), "mine"),
        ]
        return stacked(ipywidgets.Dropdown(description=what, options=options), "ipe-wide")

    def _short(self, value: Any, field: str) -> str:
        """A value in words, short enough to choose by."""
        if field in ("rule", "requires") and value is not None:
            words = describe(value, self.model.programme.title)
        else:
            words = self.texts("not there") if value is None else in_words(value, field)
        return words if len(words) <= 90 else f"{words[:87]}..."

    def _bring_together(self) -> None:
        chosen = {key: control.value for key, control in self.choices.items()}
        self.model.bring_together(lambda clash: chosen.get(_key(clash), "theirs"))

    def _save_copy(self) -> None:
        self.model.save_copy(self.folder.value)


def _key(clash: Clash) -> tuple[str, str, str]:
    return clash.kind, clash.id, clash.field
