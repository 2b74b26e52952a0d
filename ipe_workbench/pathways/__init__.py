"""How it all connects: the competency graph of a programme, and what its credentials cover of frameworks and standards.

In comes a programme; out go a real networkx graph with questions that people ask, and the coverage as tidy values.
"""

from ipe_workbench.pathways.accreditation import accreditation
from ipe_workbench.pathways.accreditation_matrix import AccreditationMatrix, AccreditationRow
from ipe_workbench.pathways.coverage import Coverage, CoverageRow, coverage, coverage_change
from ipe_workbench.pathways.graph import CompetencyGraph, Shown

__all__ = [
    "AccreditationMatrix",
    "AccreditationRow",
    "CompetencyGraph",
    "Coverage",
    "CoverageRow",
    "Shown",
    "accreditation",
    "coverage",
    "coverage_change",
]
