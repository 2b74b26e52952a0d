"""The sections of a term's report: each a pure function from a `TermReport` to markup or a figure that shows itself.

Titles and texts of a programme are hostile input; every section escapes them. Every simulated number says so.
"""

from ipe_workbench.reporting.sections import (
    accreditation,
    checklist,
    comparison,
    faculty,
    learner,
    methods,
    recorded,
    trend,
)
from ipe_workbench.reporting.sections.attainment import (
    badge_figure,
    badge_table,
    curve_figure,
    profession_figure,
    profession_table,
    stack_profession_figure,
)
from ipe_workbench.reporting.sections.closing import (
    design_findings,
    evaluation_plan,
    how_to_read,
    provenance,
)
from ipe_workbench.reporting.sections.design import coverage_figure, coverage_table, gaps
from ipe_workbench.reporting.sections.opening import data_source, masthead, summary
from ipe_workbench.reporting.sections.workload import (
    assessor_figure,
    assessor_table,
    bottleneck_figure,
    bottleneck_table,
)

__all__ = [
    "accreditation",
    "assessor_figure",
    "assessor_table",
    "badge_figure",
    "badge_table",
    "bottleneck_figure",
    "bottleneck_table",
    "checklist",
    "comparison",
    "coverage_figure",
    "coverage_table",
    "curve_figure",
    "data_source",
    "design_findings",
    "evaluation_plan",
    "faculty",
    "gaps",
    "how_to_read",
    "learner",
    "masthead",
    "methods",
    "profession_figure",
    "profession_table",
    "provenance",
    "recorded",
    "stack_profession_figure",
    "summary",
    "trend",
]
