"""Plans: which credentials to earn in which term, proven best for a learner, a cohort, or all of them together.

In come a programme, a goal and what learners hold and can do; out go plans by term with a proof, or the smallest reason
why there is none and the cheapest way out.
"""

from ipe_workbench.pathways.planning.cohort import CohortPlans, cohort_of, plan_cohort
from ipe_workbench.pathways.planning.joint import JointPlans, plan_jointly
from ipe_workbench.pathways.planning.learner import AIMS, Aim, PlanFor
from ipe_workbench.pathways.planning.offerings import Offering, limit_seats, offerings_of
from ipe_workbench.pathways.planning.offerings_file import read_offerings
from ipe_workbench.pathways.planning.plan import Plan, PlannedStep, plan
from ipe_workbench.pathways.planning.reasons import Impossible

__all__ = [
    "AIMS",
    "Aim",
    "CohortPlans",
    "Impossible",
    "JointPlans",
    "Offering",
    "Plan",
    "PlanFor",
    "PlannedStep",
    "cohort_of",
    "limit_seats",
    "offerings_of",
    "plan",
    "plan_cohort",
    "plan_jointly",
    "read_offerings",
]
