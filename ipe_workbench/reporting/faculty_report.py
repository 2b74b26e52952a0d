"""What the report for faculty, or for one rater, is written from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.reporting.learner_record import shared_programme
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.reporting.snapshot import Snapshot, open_snapshot, simulated_snapshot, up_to
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.evaluation.feedback import FacultyFeedback

__all__ = ["FacultyReport", "open_faculty_report", "shared_feedback"]


@dataclass(frozen=True)
class FacultyReport:
    """How faculty rate, what to teach more, who may need help; by the end of a term.

    Parameters
    ----------
    programme : Programme
        The design.
    term : Term
        What counts is dated up to its last day.
    rater : str
        Pseudonym of the one rater whom it is for; empty for all faculty.
    feedback : FacultyFeedback
        What is said.
    simulated : bool
        Whether the records are simulated.
    rendered_at : str
        When the report is made.
    released : Released or None
        The counts of learners that may be shown.
    own : DataFrame or None
        Ratings of the one rater; none for all faculty.
    """

    programme: Programme
    term: Term
    rater: str
    feedback: FacultyFeedback
    simulated: bool = False
    rendered_at: str = ""
    released: Released | None = None
    own: pd.DataFrame | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """``said``: one row a line of the report."""
        import pandas as pd

        lines = [one for one in self.feedback.text().split("\n") if one.strip()]
        return {"said": pd.DataFrame({"line": lines})}


def open_faculty_report(
    programme: str | Path = "",
    term: str = "",
    records: str | Path = "",
    rater: str = "",
    *,
    released: str | Path = "",
    rendered_at: str = "",
) -> FacultyReport:
    """Gather what the report is written from.

    Parameters
    ----------
    programme : path
        Folder of the programme; the shipped example when empty.
    term : str
        Id of the term; the first one when empty.
    records : path
        Folder of a snapshot of the records; those of a simulated cohort when empty.
    rater : str
        Pseudonym of one rater; all when empty.
    released : path
        File of the counts of learners that may be shown; none when empty.
    rendered_at : str
        When the report is made, in ISO 8601.

    Raises
    ------
    UnknownNameError
        When there is no such term or rater.

    Examples
    --------
    >>> report = open_faculty_report(term="2026-fall")
    >>> report.simulated, list(report.tables())
    (True, ['said'])
    """
    from ipe_workbench.evaluation.feedback import feedback_for_rater

    folder = str(programme or data_folder() / "programmes" / "cu-ipe")
    design = shared_programme(folder)
    chosen = design.term(term) if term else design.info.terms[0]
    snapshot = _snapshot(folder, str(records))
    found = shared_feedback(folder, str(records), chosen.end)
    if rater:
        found = feedback_for_rater(found, design, snapshot, rater)
    counts = read_released(released) if released else None
    own = up_to(snapshot.frame("rubric_scores", where={"rater": rater}), chosen.end) if rater else None
    return FacultyReport(design, chosen, rater, found, snapshot.simulated, rendered_at, counts, own)


@cache
def shared_feedback(programme: str, records: str, on: datetime.date) -> FacultyFeedback:
    """What all faculty are told, studied once in a process: a press does it before it forks.

    Parameters
    ----------
    programme, records : str
        Folders of the programme and of the snapshot; simulated records when empty.
    on : date
        The day: what was recorded later is not known.

    Raises
    ------
    UnreadableFileError
        When there is no programme or no snapshot.

    Examples
    --------
    >>> folder = str(data_folder() / "programmes" / "cu-ipe")
    >>> shared_feedback(folder, "", datetime.date(2026, 12, 18)).rater is None
    True
    """
    from ipe_workbench.evaluation.feedback import faculty_feedback

    return faculty_feedback(shared_programme(programme), _snapshot(programme, records), on=on)


def _snapshot(programme: str, records: str) -> Snapshot:
    return open_snapshot(records) if records else simulated_snapshot(programme)
