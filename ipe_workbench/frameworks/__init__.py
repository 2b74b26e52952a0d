"""What people should be able to do: competency frameworks, and crosswalks between their versions.

In come our YAML files and CASE packages; out go immutable frameworks whose competencies are found by id or code, with
their tree of parts and their links, and findings about what was mended or could not be used.
"""

from ipe_workbench.frameworks.builtin import (
    FrameworkSummary,
    list_frameworks,
    load_crosswalk,
    load_framework,
    open_framework,
)
from ipe_workbench.frameworks.case import CaseReading, read_case
from ipe_workbench.frameworks.crosswalk import Crosswalk, Mapping
from ipe_workbench.frameworks.model import Association, Competency, Framework
from ipe_workbench.frameworks.yaml_files import read_crosswalk, read_framework, write_framework

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
    "read_crosswalk",
    "read_framework",
    "write_framework",
]
