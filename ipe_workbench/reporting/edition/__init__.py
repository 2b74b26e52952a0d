"""The edition of a term: every report that a programme declares, planned, printed, resumed, indexed and archived."""

from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.printing import print_edition
from ipe_workbench.reporting.edition.summary import Failure, Summary, write_summary
from ipe_workbench.reporting.edition.templates import Template, find_templates

__all__ = ["Asked", "Failure", "Summary", "Template", "find_templates", "print_edition", "write_summary"]
