"""The accreditation evidence of a profession and a body, as a report of the term."""

from __future__ import annotations

from ipe_workbench.reporting.accreditation import accreditation_parts
from ipe_workbench.reporting.accreditation_report import AccreditationReport
from ipe_workbench.reporting.html import Html

__all__ = ["closing", "evidence", "opening"]


def opening(report: AccreditationReport) -> Html:
    """The title, what was not checked, and the overview."""
    return accreditation_parts(report.matrix, on=report.on)[0]


def evidence(report: AccreditationReport) -> Html:
    """Each standard with the micro-credentials that serve it, and the evidence kept of them."""
    return accreditation_parts(report.matrix, on=report.on)[1]


def closing(report: AccreditationReport) -> Html:
    """How to read it, findings and sources."""
    return accreditation_parts(report.matrix, on=report.on)[2]
