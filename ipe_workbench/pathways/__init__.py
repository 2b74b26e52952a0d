"""How it all connects: the competency graph of a programme and the coverage of a framework by its credentials.

In comes a programme; out go a real networkx graph with questions that people ask, and the coverage as tidy values.
"""

from ipe_workbench.pathways.coverage import Coverage, CoverageRow, coverage, coverage_change
from ipe_workbench.pathways.graph import CompetencyGraph, Shown

__all__ = ["CompetencyGraph", "Coverage", "CoverageRow", "Shown", "coverage", "coverage_change"]
