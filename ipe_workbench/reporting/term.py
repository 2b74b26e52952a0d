"""The template of the term evaluation."""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.resources import notebooks_folder

__all__ = ["TERM_TEMPLATE", "template_path"]

#: The template's place in the notebooks folder.
TERM_TEMPLATE = "reports/term_evaluation.ipynb"


def template_path() -> Path:
    """The template that ships with the package.

    Raises
    ------
    EnvironmentFault
        When the installation lacks it.
    """
    path = notebooks_folder() / TERM_TEMPLATE
    if not path.is_file():
        raise EnvironmentFault(
            "The report's template is missing from this installation.",
            place=TERM_TEMPLATE,
            mend="Install the package anew.",
        )
    return path
