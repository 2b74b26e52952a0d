"""What the accreditation report of one profession and one body is written from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.frameworks.standards import load_standards
from ipe_workbench.pathways.accreditation import AccreditationMatrix, accreditation
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AccreditationReport", "open_accreditation_report"]


@dataclass(frozen=True)
class AccreditationReport:
    """The evidence that a programme keeps for the standards of a body.

    Parameters
    ----------
    programme : Programme
        The design.
    matrix : AccreditationMatrix
        Standards by credentials, for the profession and the body.
    on : date
        The day on the page: that of the report, else the last day of the term.
    term : Term
        The term of the report.
    released : Released or None
        Counts of learners that may be shown.
    """

    programme: Programme
    matrix: AccreditationMatrix
    on: datetime.date
    term: Term
    released: Released | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """``evidence``: one row a standard and piece of evidence."""
        return {"evidence": self.matrix.to_frame()}


def open_accreditation_report(
    programme: str | Path = "",
    profession: str = "",
    body: str = "",
    term: str = "",
    *,
    released: str | Path = "",
    rendered_at: str = "",
) -> AccreditationReport:
    """Gather what the report is written from.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    profession, body : str
        Ids; all when empty.
    term : str
        Id of the term; the first one when empty.
    released : path
        File of the counts of learners that may be shown; none when empty.
    rendered_at : str
        When the report is made, in ISO 8601.

    Raises
    ------
    UnknownNameError
        When there is no such profession, body or term.

    Examples
    --------
    >>> report = open_accreditation_report(profession="nursing", body="aacn")
    >>> len(report.matrix.rows_of("nursing")) > 0, report.on.isoformat()
    (True, '2026-12-13')
    """
    folder = Path(programme) if programme else data_folder() / "programmes" / "cu-ipe"
    design = load_programme(folder)
    chosen = design.term(term) if term else design.info.terms[0]
    bodies, _ = load_standards(folder)
    matrix = accreditation(design, bodies, profession or None, body=body or None)
    on = datetime.datetime.fromisoformat(rendered_at).date() if rendered_at else chosen.end
    return AccreditationReport(design, matrix, on, chosen, read_released(released) if released else None)
