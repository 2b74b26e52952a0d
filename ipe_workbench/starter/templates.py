"""The templates that a programme can begin from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.resources import data_folder

__all__ = ["TEMPLATES", "Template", "find_template"]

_PUBLISHED = re.compile(r"\A(# yaml-language-server: \$schema=)(?:\.\./)*schemas/")


@dataclass(frozen=True)
class Template:
    """A programme to begin from.

    `folder` is where its files stand in the shipped data; `adapts` says whether frameworks, professions and terms can
    be chosen. A template that does not adapt is a whole design whose rules and evaluation plan refer to its own.
    """

    id: str
    description: str
    folder: str
    adapts: bool

    def files(self) -> dict[Path, str]:
        """The text of each file by its path in a programme folder, naming the schemas that stand beside it."""
        home = data_folder() / self.folder
        return {
            path.relative_to(home): _PUBLISHED.sub(
                rf"\g<1>{'../' * (len(path.relative_to(home).parts) - 1)}schemas/", path.read_text(encoding="utf-8")
            )
            for path in sorted(home.rglob("*.yaml"))
        }


#: The templates by id; the first one is the default.
TEMPLATES: Mapping[str, Template] = {
    one.id: one
    for one in (
        Template("starter", "two badges, one certificate, a scenario and a claim", "templates/starter", adapts=True),
        Template("blank", "one draft badge and a scenario", "templates/starter", adapts=True),
        Template(
            "cu-ipe",
            "the example: sixteen badges, four certificates, eight professions, four terms",
            "programmes/cu-ipe",
            adapts=False,
        ),
    )
}


def find_template(reference: str) -> Template:
    """The template with that id; raises `UnknownNameError` with the known ones.

    Examples
    --------
    >>> find_template("starter").adapts
    True
    """
    if reference not in TEMPLATES:
        raise UnknownNameError(f"There is no template `{reference}`.", mend=near_names(reference, TEMPLATES))
    return TEMPLATES[reference]
