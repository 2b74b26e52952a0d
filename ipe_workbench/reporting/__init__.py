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
    from ipe_workbench.reporting.page import active_content, external_references, page_from_notebook
    from ipe_workbench.reporting.parameters import Parameter, check_parameters, read_parameters
    from ipe_workbench.reporting.programmes import programme_with_term
    from ipe_workbench.reporting.provenance import Provenance, collect_provenance
    from ipe_workbench.reporting.render import RenderedReport, TemplateError, render_report
    from ipe_workbench.reporting.tables import write_tables
    from ipe_workbench.reporting.term import RenderedTerm, render_term
    from ipe_workbench.reporting.term_report import TermReport, open_term_report

_HOMES = {
    "Parameter": "parameters",
    "Provenance": "provenance",
    "RenderedReport": "render",
    "RenderedTerm": "term",
    "TemplateError": "render",
    "TermReport": "term_report",
    "accreditation_page": "accreditation",
    "active_content": "page",
    "check_parameters": "parameters",
    "collect_provenance": "provenance",
    "external_references": "page",
    "open_term_report": "term_report",
    "page_from_notebook": "page",
    "programme_with_term": "programmes",
    "read_parameters": "parameters",
    "render_report": "render",
    "render_term": "term",
    "write_accreditation": "accreditation",
    "write_tables": "tables",
}

__all__ = [
    "Parameter",
    "Provenance",
    "RenderedReport",
    "RenderedTerm",
    "TemplateError",
    "TermReport",
    "accreditation_page",
    "active_content",
    "check_parameters",
    "collect_provenance",
    "external_references",
    "open_term_report",
    "page_from_notebook",
    "programme_with_term",
    "read_parameters",
    "render_report",
    "render_term",
    "sections",
    "write_accreditation",
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
