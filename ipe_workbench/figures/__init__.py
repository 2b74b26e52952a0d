"""One function a figure: a value of the core in, a figure with its alternative text out.

In come coverage, pathways, plans and simulation results; out go `AccessibleFigure` values that show themselves in a
notebook, write SVG, PNG and PDF, and carry their message in words. One style, safe for colour-blind readers and print.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.figures.accessible import AccessibleFigure
    from ipe_workbench.figures.attainment import attainment_by_badge, attainment_by_profession, attainment_over_time
    from ipe_workbench.figures.badges import badge_image
    from ipe_workbench.figures.calibration import forecast_against_record, posterior_against_prior
    from ipe_workbench.figures.coverage import coverage_heatmap
    from ipe_workbench.figures.designs import designs_compared, designs_on_page, retention_over_time
    from ipe_workbench.figures.forest import comparison_forest
    from ipe_workbench.figures.frameworks import crosswalk_links, framework_tree
    from ipe_workbench.figures.outcomes import forest_plot, likert_bars
    from ipe_workbench.figures.pathways import blocking_heat, critical_path, learner_on_pathway, pathway_map
    from ipe_workbench.figures.plans import plan_chart
    from ipe_workbench.figures.process import process_map
    from ipe_workbench.figures.studies import sensitivity_bars, sweep_curves
    from ipe_workbench.figures.teams import team_composition
    from ipe_workbench.figures.trends import term_trends
    from ipe_workbench.figures.workload import assessor_load, bottlenecks, bottlenecks_on_page

_HOMES = {
    "AccessibleFigure": "accessible",
    "assessor_load": "workload",
    "attainment_by_badge": "attainment",
    "attainment_by_profession": "attainment",
    "attainment_over_time": "attainment",
    "badge_image": "badges",
    "blocking_heat": "pathways",
    "bottlenecks": "workload",
    "bottlenecks_on_page": "workload",
    "comparison_forest": "forest",
    "coverage_heatmap": "coverage",
    "critical_path": "pathways",
    "crosswalk_links": "frameworks",
    "designs_compared": "designs",
    "designs_on_page": "designs",
    "forecast_against_record": "calibration",
    "forest_plot": "outcomes",
    "framework_tree": "frameworks",
    "learner_on_pathway": "pathways",
    "likert_bars": "outcomes",
    "pathway_map": "pathways",
    "plan_chart": "plans",
    "posterior_against_prior": "calibration",
    "process_map": "process",
    "retention_over_time": "designs",
    "sensitivity_bars": "studies",
    "sweep_curves": "studies",
    "team_composition": "teams",
    "term_trends": "trends",
}

__all__ = [
    "AccessibleFigure",
    "assessor_load",
    "attainment_by_badge",
    "attainment_by_profession",
    "attainment_over_time",
    "badge_image",
    "blocking_heat",
    "bottlenecks",
    "bottlenecks_on_page",
    "comparison_forest",
    "coverage_heatmap",
    "critical_path",
    "crosswalk_links",
    "designs_compared",
    "designs_on_page",
    "forecast_against_record",
    "forest_plot",
    "framework_tree",
    "learner_on_pathway",
    "likert_bars",
    "pathway_map",
    "plan_chart",
    "posterior_against_prior",
    "process_map",
    "retention_over_time",
    "sensitivity_bars",
    "sweep_curves",
    "team_composition",
    "term_trends",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
