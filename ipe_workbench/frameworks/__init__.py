"""What people should be able to do: competency frameworks, and crosswalks between their versions.

In come our YAML files and CASE packages; out go immutable frameworks whose competencies are found by id or
code, and their tree of parts.
"""

from ipe_workbench.frameworks.builtin import (
    FrameworkSummary,
    list_frameworks,
    load_crosswalk,
    load_framework,
    open_framework,
    read_framework,
    write_framework,
)
from ipe_workbench.frameworks.case import CaseReading, read_case
from ipe_workbench.frameworks.model import Association, Competency, Crosswalk, Framework, Mapping

__all__ = [
    "Association",
    "CaseReading",
    "Competency",
    "Crosswalk",
    "Framework",
    "FrameworkSummary",
    "Mapping",
    "list_frameworks",
    "load_crosswalk",
    "load_framework",
    "open_framework",
    "read_case",
    "read_framework",
    "write_framework",
]
