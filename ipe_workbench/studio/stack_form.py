"""The designer's form of a stack: what it is and what it is worth; what completes it stands under Requirements."""

from __future__ import annotations

from typing import get_args

import ipywidgets

from ipe_workbench.credentials import Stack
from ipe_workbench.credentials.model import Stage
from ipe_workbench.studio.components import wrapped
from ipe_workbench.studio.credential_forms import Section

__all__ = ["StackSection"]


class StackSection(Section):
    """Identity of a stack."""

    title = "Stack"
    kinds = ("stack",)

    def build(self) -> list[ipywidgets.Widget]:
        """Fields in the order in which one thinks of them."""
        title = self.text("title", "Title of the stack")
        title.add_class("ipe-wide")
        return [
            wrapped(
                [
                    title,
                    self.choice("kind", "Kind", _options("kind")),
                    self.choice("stage", "Stage of the stack", get_args(Stage)),
                    self.choice("double_counting", "May its badges count twice", _options("double_counting")),
                    self.optional_number("validity_months", "Valid for months (0: no end)", whole=True),
                    self.optional_number("ects", "ECTS of the stack (0: not stated)", step=0.01),
                    self.optional_number("eqf_level", "EQF of the stack (0: not stated)", whole=True),
                    self.text("summary", "Summary of the stack", lines=4),
                    self.text("license", "Licence of the stack", hint="CC-BY-4.0"),
                    self.text("version", "Version of the stack"),
                    self.text("owner", "Owner of the stack"),
                    self.text("quality_assurance", "Quality assurance of the stack", lines=3),
                ]
            )
        ]


def _options(name: str) -> tuple[str, ...]:
    return get_args(Stack.model_fields[name].annotation)
