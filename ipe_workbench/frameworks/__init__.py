"""What people should be able to do: competency frameworks, and crosswalks between their versions.

In come our YAML files, CASE packages, CTDL-ASN graphs and sheets; out go immutable frameworks whose competencies are
found by id or code, with their tree of parts and their links, and findings about what was mended or could not be used.
They are written again in any of these formats, with a report of what a format does not carry.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.frameworks.builtin import (
        FrameworkSummary,
        list_frameworks,
        load_crosswalk,
        load_framework,
        open_framework,
    )
    from ipe_workbench.frameworks.case import read_case
    from ipe_workbench.frameworks.crosswalk import Crosswalk, Mapping
    from ipe_workbench.frameworks.crosswalk_checks import check_crosswalk
    from ipe_workbench.frameworks.crosswalk_files import list_crosswalks, open_crosswalk, write_crosswalk
    from ipe_workbench.frameworks.ctdl_asn import read_ctdl_asn
    from ipe_workbench.frameworks.exporting import EXPORT_FORMATS, Export, ExportFormat, export_framework
    from ipe_workbench.frameworks.import_result import FrameworkReading
    from ipe_workbench.frameworks.importing import import_framework
    from ipe_workbench.frameworks.model import Competency, Framework
    from ipe_workbench.frameworks.package import (
        Association,
        Definition,
        ExternalNode,
        PublishedCriterion,
        PublishedLevel,
        PublishedRubric,
    )
    from ipe_workbench.frameworks.sheets import read_sheet
    from ipe_workbench.frameworks.similarity import suggest_crosswalk, suggest_mappings
    from ipe_workbench.frameworks.standards import (
        AccreditationBody,
        AccreditationStandard,
        load_standards,
        read_standards,
    )
    from ipe_workbench.frameworks.yaml_files import read_crosswalk, read_framework, write_framework

#: In which file each name is at home. It is loaded when the name is first used: one format needs no other.
_HOME = {
    "EXPORT_FORMATS": "exporting",
    "AccreditationBody": "standards",
    "AccreditationStandard": "standards",
    "Association": "package",
    "Competency": "model",
    "Crosswalk": "crosswalk",
    "Definition": "package",
    "Export": "exporting",
    "ExportFormat": "exporting",
    "ExternalNode": "package",
    "Framework": "model",
    "FrameworkReading": "import_result",
    "FrameworkSummary": "builtin",
    "Mapping": "crosswalk",
    "PublishedCriterion": "package",
    "PublishedLevel": "package",
    "PublishedRubric": "package",
    "check_crosswalk": "crosswalk_checks",
    "export_framework": "exporting",
    "import_framework": "importing",
    "list_crosswalks": "crosswalk_files",
    "list_frameworks": "builtin",
    "load_crosswalk": "builtin",
    "load_framework": "builtin",
    "load_standards": "standards",
    "open_crosswalk": "crosswalk_files",
    "open_framework": "builtin",
    "read_case": "case",
    "read_crosswalk": "yaml_files",
    "read_ctdl_asn": "ctdl_asn",
    "read_framework": "yaml_files",
    "read_sheet": "sheets",
    "read_standards": "standards",
    "suggest_crosswalk": "similarity",
    "suggest_mappings": "similarity",
    "write_crosswalk": "crosswalk_files",
    "write_framework": "yaml_files",
}

__all__ = [
    "EXPORT_FORMATS",
    "AccreditationBody",
    "AccreditationStandard",
    "Association",
    "Competency",
    "Crosswalk",
    "Definition",
    "Export",
    "ExportFormat",
    "ExternalNode",
    "Framework",
    "FrameworkReading",
    "FrameworkSummary",
    "Mapping",
    "PublishedCriterion",
    "PublishedLevel",
    "PublishedRubric",
    "check_crosswalk",
    "export_framework",
    "import_framework",
    "list_crosswalks",
    "list_frameworks",
    "load_crosswalk",
    "load_framework",
    "load_standards",
    "open_crosswalk",
    "open_framework",
    "read_case",
    "read_crosswalk",
    "read_ctdl_asn",
    "read_framework",
    "read_sheet",
    "read_standards",
    "suggest_crosswalk",
    "suggest_mappings",
    "write_crosswalk",
    "write_framework",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
