"""The designer's form of a stack: what it is and what it is worth; what completes it stands under Requirements."""

from __future__ import annotations

from typing import get_args

import ipywidgets

from ipe_workbench.credentials import Stack
from ipe_workbench.credentials.model import Stage
from ipe_workbench.studio.components import wrapped
from ipe_workbench.studio.credential_forms import Section
from ipe_workbench.studio.texts import mark

__all__ = ["StackSection"]


class StackSection(Section):
    """Identity of a stack."""

    title = mark("Stack")
    kinds = ("stack",)

    def build(self) -> list[ipywidgets.Widget]:
        """Fields in the order in which one thinks of them."""
        texts = self.texts
        title = self.text("title", texts("Title of the stack"))
        title.add_class("ipe-wide")
        return [
            wrapped(
                [
                    title,
                    self.choice("kind", texts("Kind"), _options("kind")),
                    self.choice("stage", texts("Stage of the stack"), get_args(Stage)),
                    self.choice("double_counting", texts("May its badges count twice"), _options("double_counting")),
                    self.optional_number("validity_months", texts("Valid for months (0: no end)"), whole=True),
                    self.optional_number("ects", texts("ECTS of the stack (0: not stated)"), step=0.01),
                    self.optional_number("eqf_level", texts("EQF of the stack (0: not stated)"), whole=True),
                    self.text("summary", texts("Summary of the stack"), lines=4),
                    self.text("license", texts("Licence of the stack"), hint="CC-BY-4.0"),
                    self.text("version", texts("Version of the stack")),
                    self.text("owner", texts("Owner of the stack")),
                    self.text("quality_assurance", texts("Quality assurance of the stack"), lines=3),
                ]
            )
        ]


def _options(name: str) -> tuple[str, ...]:
    return get_args(Stack.model_fields[name].annotation)
