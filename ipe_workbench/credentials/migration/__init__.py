"""Moving a programme from one framework to another along a crosswalk: proposed, decided by a person, applied.

In come a programme, a crosswalk and its two frameworks; out goes a migration (what each alignment may become, and what
needs a decision), a file of decisions for a person to edit, and the programme with what was accepted.
"""

from ipe_workbench.credentials.migration.applying import (
    accept_automatic,
    apply_migration,
    coverage_count,
    decision_mistakes,
)
from ipe_workbench.credentials.migration.decisions import DecisionFile, read_decisions, write_decisions
from ipe_workbench.credentials.migration.model import Alternative, CoverageCount, Decision, Migration, Proposal
from ipe_workbench.credentials.migration.proposing import propose_migration

__all__ = [
    "Alternative",
    "CoverageCount",
    "Decision",
    "DecisionFile",
    "Migration",
    "Proposal",
    "accept_automatic",
    "apply_migration",
    "coverage_count",
    "decision_mistakes",
    "propose_migration",
    "read_decisions",
    "write_decisions",
]
