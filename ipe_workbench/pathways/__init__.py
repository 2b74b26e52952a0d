"""How it all connects: the competency graph of a programme, and what its credentials cover of frameworks and standards.

In comes a programme; out go a real networkx graph with questions that people ask, and the coverage as tidy values.
"""

from ipe_workbench.pathways.accreditation import accreditation
from ipe_workbench.pathways.accreditation_matrix import AccreditationMatrix, AccreditationRow
from ipe_workbench.pathways.comparison import DesignComparison, compare_designs, parse_awards, read_awards
from ipe_workbench.pathways.coverage import Coverage, CoverageRow, coverage, coverage_change
from ipe_workbench.pathways.covering import Cover, smallest_cover
from ipe_workbench.pathways.equity import CoverageEquity, ProfessionCoverage, coverage_equity
from ipe_workbench.pathways.graph import CompetencyGraph, Shown
from ipe_workbench.pathways.reach import Reaches, earnable
from ipe_workbench.pathways.standing import BadgeState, standing
from ipe_workbench.pathways.strength import StrengthRow, WeightedCoverage, evidence_strength, weighted_coverage

__all__ = [
    "AccreditationMatrix",
    "AccreditationRow",
    "BadgeState",
    "CompetencyGraph",
    "Cover",
    "Coverage",
    "CoverageEquity",
    "CoverageRow",
    "DesignComparison",
    "ProfessionCoverage",
    "Reaches",
    "Shown",
    "StrengthRow",
    "WeightedCoverage",
    "accreditation",
    "compare_designs",
    "coverage",
    "coverage_change",
    "coverage_equity",
    "earnable",
    "evidence_strength",
    "parse_awards",
    "read_awards",
    "smallest_cover",
    "standing",
    "weighted_coverage",
]
