"""What happened, and what it means.

In comes the evaluation plan, which says for each claim of the programme what would show it: an outcome level, an
instrument, points in time, a comparison and an analysis. Out come the plan as an immutable value and findings about it.
"""

from ipe_workbench.evaluation.plan import Claim, EvaluationPlan, OutcomeLevel, read_plan

__all__ = ["Claim", "EvaluationPlan", "OutcomeLevel", "read_plan"]
