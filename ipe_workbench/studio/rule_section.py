"""The designer's form of a rule: in words, as nested blocks, and as the YAML that stands in the file."""

from __future__ import annotations

import ipywidgets

from ipe_workbench.studio.components import BoundField, escaped, markup
from ipe_workbench.studio.credential_forms import Section
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.rule_builder import RuleBuilder

__all__ = ["RequirementsSection"]


class RequirementsSection(Section):
    """What must be held before the assessment; what completes a stack."""

    title = "Requirements"
    kinds = ("credential", "stack")

    def build(self) -> list[ipywidgets.Widget]:
        """The rule in words, as blocks and, for those who like to write it, in YAML."""
        self.words = markup()
        self.builder = RuleBuilder(self.model, self.alert)
        control = ipywidgets.Textarea(
            description="The same as text (YAML); empty for none", rows=8, continuous_update=False
        )
        control.add_class("ipe-code")
        self.rule = BoundField(_RuleOf(self.model), "requires", control, self.alert)
        self.fields["requires"] = self.rule
        self.known = markup()
        return [self.words, self.builder, self.rule, self.known]

    def refresh(self) -> None:
        """Words, rule and the ids to write rules with."""
        words = escaped(self.model.requires_in_words)
        heading = "What completes it" if self.model.stack else "Before a learner may be assessed"
        self.words.value = f"<h3>{heading}</h3><p>{words}</p>"
        programme = self.model.programme
        ids = [one for one in (*programme.credentials, *programme.stacks) if one != self.model.selected]
        items = "".join(f"<li><code>{escaped(one)}</code> {escaped(programme.title(one))}</li>" for one in ids)
        self.known.value = (
            "<p class='ipe-muted'>A rule is one badge's id, or one of <code>all</code>, <code>any</code>, "
            "<code>at_least</code>, <code>points</code>, <code>hours</code>, <code>score</code>, "
            "<code>approval</code>, <code>in_order</code>, <code>within</code>, <code>per_profession</code>, "
            "<code>shortcut</code>. Example: "
            "<code>at_least: {count: 2, of: [first-id, second-id, third-id]}</code></p>"
            f"<details><summary>Ids to use in a rule</summary><ul>{items}</ul></details>"
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
