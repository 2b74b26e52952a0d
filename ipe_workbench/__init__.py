"""IPE Workbench: design, simulate, issue and evaluate stackable micro-credentials for interprofessional education.

The names below are the public API; each is loaded when it is first used, so that importing the package costs nothing.

>>> import ipe_workbench
>>> programme = ipe_workbench.example_programme()
>>> programme.id, len(programme.credentials), programme.learners
('cu-ipe', 16, 700)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.credentials import (
        Facts,
        MicroCredential,
        Programme,
        Stack,
        check_programme,
        evaluate,
        example_programme,
        explain,
        load_programme,
        parse_rule,
        save_programme,
    )
    from ipe_workbench.errors import WorkbenchError
    from ipe_workbench.findings import Finding
    from ipe_workbench.folder_check import check_folder
    from ipe_workbench.frameworks import Framework, list_frameworks, load_framework
    from ipe_workbench.pathways import CompetencyGraph, Coverage, coverage
    from ipe_workbench.simulation import Scenario, SimulationResult, simulate

__version__ = "0.1.0"

_HOME = {
    "CompetencyGraph": "pathways",
    "Coverage": "pathways",
    "Facts": "credentials",
    "Finding": "findings",
    "Framework": "frameworks",
    "MicroCredential": "credentials",
    "Programme": "credentials",
    "Scenario": "simulation",
    "SimulationResult": "simulation",
    "Stack": "credentials",
    "WorkbenchError": "errors",
    "check_folder": "folder_check",
    "check_programme": "credentials",
    "coverage": "pathways",
    "evaluate": "credentials",
    "example_programme": "credentials",
    "explain": "credentials",
    "list_frameworks": "frameworks",
    "load_framework": "frameworks",
    "load_programme": "credentials",
    "parse_rule": "credentials",
    "save_programme": "credentials",
    "simulate": "simulation",
}

__all__ = [
    "CompetencyGraph",
    "Coverage",
    "Facts",
    "Finding",
    "Framework",
    "MicroCredential",
    "Programme",
    "Scenario",
    "SimulationResult",
    "Stack",
    "WorkbenchError",
    "check_folder",
    "check_programme",
    "coverage",
    "evaluate",
    "example_programme",
    "explain",
    "list_frameworks",
    "load_framework",
    "load_programme",
    "parse_rule",
    "save_programme",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
