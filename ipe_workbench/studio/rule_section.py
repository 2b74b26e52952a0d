"""The designer's form of a rule: in words, as nested blocks, and as the YAML that stands in the file."""

from __future__ import annotations

import ipywidgets

from ipe_workbench.credentials.rules import RULE_KINDS
from ipe_workbench.studio.components import BoundField, english, escaped, markup
from ipe_workbench.studio.credential_forms import Section
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.rule_builder import RuleBuilder
from ipe_workbench.studio.texts import mark

__all__ = ["RequirementsSection"]

_KINDS = ", ".join(f"<code>{kind}</code>" for kind in RULE_KINDS if kind != "badge")


class RequirementsSection(Section):
    """What must be held before the assessment; what completes a stack."""

    title = mark("Requirements")
    kinds = ("credential", "stack")

    def build(self) -> list[ipywidgets.Widget]:
        """The rule in words, as blocks and, for those who like to write it, in YAML."""
        texts = self.texts
        self.words = markup()
        self.builder = RuleBuilder(self.model, self.alert)
        control = ipywidgets.Textarea(
            description=texts("The same as text (YAML); empty for none"), rows=8, continuous_update=False
        )
        control.add_class("ipe-code")
        self.rule = BoundField(_RuleOf(self.model), "requires", control, self.alert)
        self.fields["requires"] = self.rule
        self.known = markup()
        return [self.words, self.builder, self.rule, self.known]

    def refresh(self) -> None:
        """Words, rule and the ids to write rules with."""
        texts = self.texts
        words = english(self.model.requires_in_words, texts)
        heading = texts("What completes it") if self.model.stack else texts("Before a learner may be assessed")
        self.words.value = f"<h3>{heading}</h3><p>{words}</p>"
        programme = self.model.programme
        ids = [one for one in (*programme.credentials, *programme.stacks) if one != self.model.selected]
        items = "".join(f"<li><code>{escaped(one)}</code> {escaped(programme.title(one))}</li>" for one in ids)
        self.known.value = (
            f"<p class='ipe-muted'>{texts('A rule is the id of one badge, or one of {kinds}.', kinds=_KINDS)} "
            f"{texts('Example: {rule}', rule='<code>at_least: {count: 2, of: [first-id, second-id, third-id]}</code>')}"
            f"</p><details><summary>{texts('Ids to use in a rule')}</summary><ul>{items}</ul></details>"
        )
        self.builder.refresh()
        super().refresh()


class _RuleOf:
    """The model seen as if its rule were a text."""

    def __init__(self, model: DesignerModel) -> None:
        self._model = model

    @property
    def field_errors(self) -> dict[str, str]:
        problem = self._model.field_errors.get(self._model.rule_field)
        return {"requires": problem} if problem else {}

    def value(self, path: str) -> str:
        return self._model.requires_text

    def edit(self, path: str, value: str) -> bool:
        return self._model.set_requires(value)
