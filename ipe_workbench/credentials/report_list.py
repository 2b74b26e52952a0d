"""The reports that a programme asks for each term: the list `reports` of ``programme.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import FileModel

__all__ = ["Reader", "ReportEntry", "ReportFor"]

#: For whom a report is.
Reader = Literal["dean", "committee", "accreditor", "faculty", "rater", "learner", "researcher", "public"]
#: What one report of the kind is about: it is made once for each.
ReportFor = Literal["programme", "profession", "body", "learner", "rater"]

#: The name of a template's notebook, without its ending.
_Template = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]
#: The name of a parameter: an identifier, so that it can never be anything else in a cell.
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ReportEntry(FileModel):
    """One kind of report. `template` is a notebook that ships with the package or lies in the programme's `reports/`.

    `id` names the files and is the template's name by default. `audience` and `each` (what one report is about; it is
    made once for each) are the template's own by default. `professions` limits a report that is made for each
    profession or body. `parameters` are those that the template declares, `pdf` prints each report as PDF as well.

    Examples
    --------
    >>> entry = ReportEntry.model_validate({"template": "term_evaluation", "parameters": {"replicates": 100}})
    >>> entry.name, entry.parameters
    ('term-evaluation', {'replicates': 100})
    """

    template: _Template
    id: Id | None = None
    title: str = ""
    audience: Reader | None = None
    each: ReportFor | None = None
    professions: tuple[Id, ...] = ()
    parameters: dict[_Name, bool | int | float | str] = Field(default_factory=dict)
    pdf: bool = False

    @property
    def name(self) -> str:
        """The id of the report."""
        return self.id or self.template.lower().replace("_", "-")
