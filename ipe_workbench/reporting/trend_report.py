"""What the report on the trend over terms is written from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.evaluation.trend import Trend
from ipe_workbench.reporting.learner_record import shared_programme
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TrendReport", "open_trend_report"]


@dataclass(frozen=True)
class TrendReport:
    """Attainment and means over the terms, and where the comparison breaks.

    Parameters
    ----------
    programme : Programme
        The design.
    term : Term
        The last term.
    trend : Trend
        What may be shown; without records it has no series.
    released : Released or None
        Counts of learners that may be shown.
    rendered_at : str
        When the report is made.
    """

    programme: Programme
    term: Term
    trend: Trend
    released: Released | None = None
    rendered_at: str = ""

    @property
    def threshold(self) -> int:
        """The least count of learners that is shown."""
        return self.released.threshold if self.released else 10

    def tables(self) -> dict[str, pd.DataFrame]:
        """``trend``: one row a series and term; ``breaks`` are in its last column."""
        return {"trend": self.trend.to_frame()}


def open_trend_report(
    programme: str | Path = "", term: str = "", released: str | Path = "", *, rendered_at: str = ""
) -> TrendReport:
    """Gather what the report is written from.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    term : str
        Id of the last term; the first one of the programme when empty.
    released : path
        File of what may be shown of the records; nothing when empty.
    rendered_at : str
        When the report is made, in ISO 8601.

    Raises
    ------
    UnknownNameError
        When the programme has no such term.

    Examples
    --------
    >>> report = open_trend_report(term="2027-fall")
    >>> report.term.title, report.trend.series
    ('Fall 2027', ())
    """
    design = shared_programme(str(programme or data_folder() / "programmes" / "cu-ipe"))
    chosen = design.term(term) if term else design.info.terms[0]
    shown = read_released(released) if released else None
    trend = shown.trend if shown and shown.trend else Trend((), ())
    return TrendReport(design, chosen, trend, shown, rendered_at)
