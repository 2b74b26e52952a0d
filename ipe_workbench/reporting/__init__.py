"""Reports that a dean can read: a programme and a term in, one self-contained page out.

A template notebook is run with checked parameters and turned into a page that needs no network, runs nothing and prints
well; beside it stand the executed notebook, the tables as CSV, and the provenance of every number.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.reporting import sections
    from ipe_workbench.reporting.accreditation import accreditation_page, write_accreditation
    from ipe_workbench.reporting.accreditation_report import AccreditationReport, open_accreditation_report
    from ipe_workbench.reporting.comparison_report import ComparisonReport, open_comparison_report
    from ipe_workbench.reporting.edition import Asked, print_edition
    from ipe_workbench.reporting.faculty_report import FacultyReport, open_faculty_report
    from ipe_workbench.reporting.learner_record import LearnerRecord, open_learner_record
    from ipe_workbench.reporting.methods_report import MethodsReport, open_methods_report
    from ipe_workbench.reporting.outcomes import claim_section, outcome_figures, outcomes_page, write_outcomes
    from ipe_workbench.reporting.page import active_content, external_references, page_from_notebook
    from ipe_workbench.reporting.parameters import Parameter, check_parameters, read_parameters
    from ipe_workbench.reporting.programmes import programme_with_term
    from ipe_workbench.reporting.provenance import Provenance, collect_provenance
    from ipe_workbench.reporting.render import RenderedReport, TemplateError, render_report
    from ipe_workbench.reporting.tables import write_tables
    from ipe_workbench.reporting.term_report import TermReport, open_term_report
    from ipe_workbench.reporting.trend_report import TrendReport, open_trend_report

_HOMES = {
    "AccreditationReport": "accreditation_report",
    "Asked": "edition",
    "ComparisonReport": "comparison_report",
    "FacultyReport": "faculty_report",
    "LearnerRecord": "learner_record",
    "MethodsReport": "methods_report",
    "Parameter": "parameters",
    "Provenance": "provenance",
    "RenderedReport": "render",
    "TemplateError": "render",
    "TermReport": "term_report",
    "TrendReport": "trend_report",
    "accreditation_page": "accreditation",
    "active_content": "page",
    "check_parameters": "parameters",
    "claim_section": "outcomes",
    "outcome_figures": "outcomes",
    "outcomes_page": "outcomes",
    "write_outcomes": "outcomes",
    "collect_provenance": "provenance",
    "external_references": "page",
    "open_accreditation_report": "accreditation_report",
    "open_comparison_report": "comparison_report",
    "open_faculty_report": "faculty_report",
    "open_learner_record": "learner_record",
    "open_methods_report": "methods_report",
    "open_term_report": "term_report",
    "open_trend_report": "trend_report",
    "page_from_notebook": "page",
    "print_edition": "edition",
    "programme_with_term": "programmes",
    "read_parameters": "parameters",
    "render_report": "render",
    "write_accreditation": "accreditation",
    "write_tables": "tables",
}

__all__ = [
    "AccreditationReport",
    "Asked",
    "ComparisonReport",
    "FacultyReport",
    "LearnerRecord",
    "MethodsReport",
    "Parameter",
    "Provenance",
    "RenderedReport",
    "TemplateError",
    "TermReport",
    "TrendReport",
    "accreditation_page",
    "active_content",
    "check_parameters",
    "claim_section",
    "collect_provenance",
    "external_references",
    "open_accreditation_report",
    "open_comparison_report",
    "open_faculty_report",
    "open_learner_record",
    "open_methods_report",
    "open_term_report",
    "open_trend_report",
    "outcome_figures",
    "outcomes_page",
    "page_from_notebook",
    "print_edition",
    "programme_with_term",
    "read_parameters",
    "render_report",
    "sections",
    "write_accreditation",
    "write_outcomes",
    "write_tables",
]


def __getattr__(name: str) -> Any:
    if name == "sections":
        return importlib.import_module(f"{__name__}.sections")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
