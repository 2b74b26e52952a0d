"""The widget apps: for each a model (traitlets, no widgets in it) and a view.

In comes a programme, or the folder of one; out come its edited files. The views only build controls and link them to
their model, so that everything they can do is done and tested without a browser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.studio.badge_issuer import BadgeIssuer
    from ipe_workbench.studio.badge_issuer_model import BadgeIssuerModel, example_awards
    from ipe_workbench.studio.cohort_explorer import CohortExplorer, cohort_explorer
    from ipe_workbench.studio.cohort_explorer_model import CohortExplorerModel
    from ipe_workbench.studio.copies import working_copy
    from ipe_workbench.studio.coverage_explorer import coverage_explorer
    from ipe_workbench.studio.crosswalk_explorer import crosswalk_explorer
    from ipe_workbench.studio.crosswalk_explorer_model import CrosswalkExplorerModel
    from ipe_workbench.studio.designer import Designer
    from ipe_workbench.studio.designer_model import DesignerModel
    from ipe_workbench.studio.framework_importer import FrameworkImporter
    from ipe_workbench.studio.framework_importer_model import FrameworkImporterModel
    from ipe_workbench.studio.pathway_explorer import PathwayExplorer, pathway_explorer
    from ipe_workbench.studio.pathway_explorer_model import PathwayExplorerModel
    from ipe_workbench.studio.simulator import Simulator
    from ipe_workbench.studio.simulator_model import SimulatorModel

_HOMES = {
    "BadgeIssuer": "badge_issuer",
    "BadgeIssuerModel": "badge_issuer_model",
    "CohortExplorer": "cohort_explorer",
    "CohortExplorerModel": "cohort_explorer_model",
    "CrosswalkExplorerModel": "crosswalk_explorer_model",
    "Designer": "designer",
    "DesignerModel": "designer_model",
    "FrameworkImporter": "framework_importer",
    "FrameworkImporterModel": "framework_importer_model",
    "PathwayExplorer": "pathway_explorer",
    "PathwayExplorerModel": "pathway_explorer_model",
    "Simulator": "simulator",
    "SimulatorModel": "simulator_model",
    "cohort_explorer": "cohort_explorer",
    "coverage_explorer": "coverage_explorer",
    "crosswalk_explorer": "crosswalk_explorer",
    "example_awards": "badge_issuer_model",
    "pathway_explorer": "pathway_explorer",
    "working_copy": "copies",
}

__all__ = [
    "BadgeIssuer",
    "BadgeIssuerModel",
    "CohortExplorer",
    "CohortExplorerModel",
    "CrosswalkExplorerModel",
    "Designer",
    "DesignerModel",
    "FrameworkImporter",
    "FrameworkImporterModel",
    "PathwayExplorer",
    "PathwayExplorerModel",
    "Simulator",
    "SimulatorModel",
    "cohort_explorer",
    "coverage_explorer",
    "crosswalk_explorer",
    "example_awards",
    "pathway_explorer",
    "working_copy",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
