"""The edition of a term: every report that a programme declares, planned, printed, resumed, indexed and archived."""

from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.printing import print_edition
from ipe_workbench.reporting.edition.summary import Failure, Summary, write_summary
from ipe_workbench.reporting.edition.templates import Template, find_templates
from ipe_workbench.reporting.edition.verifying import Verification, verify_report

__all__ = [
    "Asked",
    "Failure",
    "Summary",
    "Template",
    "Verification",
    "find_templates",
    "print_edition",
    "verify_report",
    "write_summary",
]
