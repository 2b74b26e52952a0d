"""Two designs compared: what changed, in a designer's words, and what it does, to learners in progress as well.

In come two programmes and, where they are known, the awards of learners; out comes one value with every change, the
hours, the coverage, who is shut out, the least that completes each stack, and who gains, loses or keeps what.
"""

from ipe_workbench.pathways.comparison.awards import AwardsFile, parse_awards, read_awards
from ipe_workbench.pathways.comparison.comparing import MOST_WITHIN, compare_designs
from ipe_workbench.pathways.comparison.learner_values import LearnersInProgress, NearlyThere, StackEffect, StepEffect
from ipe_workbench.pathways.comparison.rules import rule_changes
from ipe_workbench.pathways.comparison.values import (
    AccessChange,
    Change,
    CoverageChange,
    DesignComparison,
    HoursChange,
    MinimumChange,
)

__all__ = [
    "MOST_WITHIN",
    "AccessChange",
    "AwardsFile",
    "Change",
    "CoverageChange",
    "DesignComparison",
    "HoursChange",
    "LearnersInProgress",
    "MinimumChange",
    "NearlyThere",
    "StackEffect",
    "StepEffect",
    "compare_designs",
    "parse_awards",
    "read_awards",
    "rule_changes",
]
