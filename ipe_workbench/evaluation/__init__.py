"""What happened, and what it means.

In comes the evaluation plan, which says for each claim of the programme what would show it, and tidy tables of what was
recorded. Out come the plan as an immutable value, and for each question an `Analysis`: estimates with intervals, a
status, findings and one plain sentence. One module a question; a wrong shape gives findings and no number.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.evaluation.agreement import estimate_agreement, intraclass_correlations, krippendorff_alpha
    from ipe_workbench.evaluation.angoff import set_standard_angoff
    from ipe_workbench.evaluation.change import estimate_change
    from ipe_workbench.evaluation.change_imputed import change_with_imputation
    from ipe_workbench.evaluation.change_threats import compare_pretests, regression_to_the_mean
    from ipe_workbench.evaluation.comments import count_comments, quotations
    from ipe_workbench.evaluation.comparison import compare_changes, compare_groups
    from ipe_workbench.evaluation.confidence import calibrate_confidence
    from ipe_workbench.evaluation.distractors import score_choices, study_distractors
    from ipe_workbench.evaluation.equity import estimate_equity
    from ipe_workbench.evaluation.estimates import Analysis, Estimate, Status, Test
    from ipe_workbench.evaluation.generalizability import study_generalizability
    from ipe_workbench.evaluation.growth import fit_growth
    from ipe_workbench.evaluation.imputation import Pooled, impute, pool
    from ipe_workbench.evaluation.instruments import (
        Instrument,
        InstrumentItem,
        list_instruments,
        load_instrument,
        score_instrument,
    )
    from ipe_workbench.evaluation.item_groups import compare_item_functioning
    from ipe_workbench.evaluation.items import analyse_items, mantel_haenszel
    from ipe_workbench.evaluation.many_facet import ManyFacetStudy, study_many_facet
    from ipe_workbench.evaluation.missingness import describe_missing
    from ipe_workbench.evaluation.mixed_models import MixedModel, RandomTerm, fit_mixed_model
    from ipe_workbench.evaluation.multiplicity import adjust_p_values
    from ipe_workbench.evaluation.plan import Claim, EvaluationPlan, OutcomeLevel, read_plan
    from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
    from ipe_workbench.evaluation.planned.answer_shares import AnswerShares, answer_shares, answers_in_plan
    from ipe_workbench.evaluation.planned.registration import plan_digest, register_plan
    from ipe_workbench.evaluation.planned.results import Answer, ClaimResult, PlanResult
    from ipe_workbench.evaluation.planned.running import run_plan
    from ipe_workbench.evaluation.power import solve_power
    from ipe_workbench.evaluation.process import ProcessStudy, study_process
    from ipe_workbench.evaluation.process_map import ProcessMap
    from ipe_workbench.evaluation.raters import study_raters
    from ipe_workbench.evaluation.reliability import alpha_of, estimate_reliability, omega_of, scored_items
    from ipe_workbench.evaluation.retention import estimate_retention
    from ipe_workbench.evaluation.simulated_power import power_of_designs, simulate_power
    from ipe_workbench.evaluation.standard_setting import set_standard_borderline
    from ipe_workbench.evaluation.tidy_files import read_tidy
    from ipe_workbench.evaluation.time_to_badge import cumulative_incidence, estimate_time_to_badge
    from ipe_workbench.evaluation.weighting import balance

_HOMES = {
    "answers_in_plan": "planned.answer_shares",
    "AnswerShares": "planned.answer_shares",
    "answer_shares": "planned.answer_shares",
    "compare_pretests": "change_threats",
    "regression_to_the_mean": "change_threats",
    "adjust_p_values": "multiplicity",
    "PlannedAnalysis": "planned.analyses",
    "plan_digest": "planned.registration",
    "register_plan": "planned.registration",
    "Answer": "planned.results",
    "ClaimResult": "planned.results",
    "PlanResult": "planned.results",
    "Trend": "trend",
    "term_trend": "trend",
    "run_plan": "planned.running",
    "score_instrument": "instruments",
    "load_instrument": "instruments",
    "list_instruments": "instruments",
    "InstrumentItem": "instruments",
    "Instrument": "instruments",
    "Analysis": "estimates",
    "Claim": "plan",
    "Estimate": "estimates",
    "EvaluationPlan": "plan",
    "ManyFacetStudy": "many_facet",
    "MixedModel": "mixed_models",
    "OutcomeLevel": "plan",
    "ProcessMap": "process_map",
    "ProcessStudy": "process",
    "RandomTerm": "mixed_models",
    "Status": "estimates",
    "Test": "estimates",
    "alpha_of": "reliability",
    "analyse_items": "items",
    "balance": "weighting",
    "Pooled": "imputation",
    "change_with_imputation": "change_imputed",
    "describe_missing": "missingness",
    "impute": "imputation",
    "pool": "imputation",
    "compare_changes": "comparison",
    "compare_groups": "comparison",
    "compare_item_functioning": "item_groups",
    "count_comments": "comments",
    "cumulative_incidence": "time_to_badge",
    "estimate_agreement": "agreement",
    "estimate_change": "change",
    "estimate_reliability": "reliability",
    "calibrate_confidence": "confidence",
    "estimate_equity": "equity",
    "estimate_retention": "retention",
    "estimate_time_to_badge": "time_to_badge",
    "fit_growth": "growth",
    "fit_mixed_model": "mixed_models",
    "intraclass_correlations": "agreement",
    "krippendorff_alpha": "agreement",
    "mantel_haenszel": "items",
    "omega_of": "reliability",
    "quotations": "comments",
    "read_plan": "plan",
    "read_tidy": "tidy_files",
    "scored_items": "reliability",
    "set_standard_angoff": "angoff",
    "set_standard_borderline": "standard_setting",
    "power_of_designs": "simulated_power",
    "simulate_power": "simulated_power",
    "solve_power": "power",
    "score_choices": "distractors",
    "study_distractors": "distractors",
    "study_generalizability": "generalizability",
    "study_many_facet": "many_facet",
    "study_process": "process",
    "study_raters": "raters",
}

__all__ = [
    "Analysis",
    "Answer",
    "AnswerShares",
    "Claim",
    "ClaimResult",
    "Estimate",
    "EvaluationPlan",
    "Instrument",
    "InstrumentItem",
    "ManyFacetStudy",
    "MixedModel",
    "OutcomeLevel",
    "PlanResult",
    "PlannedAnalysis",
    "Pooled",
    "ProcessMap",
    "ProcessStudy",
    "RandomTerm",
    "Status",
    "Test",
    "adjust_p_values",
    "alpha_of",
    "analyse_items",
    "answer_shares",
    "answers_in_plan",
    "balance",
    "calibrate_confidence",
    "change_with_imputation",
    "compare_changes",
    "compare_groups",
    "compare_item_functioning",
    "compare_pretests",
    "count_comments",
    "cumulative_incidence",
    "describe_missing",
    "estimate_agreement",
    "estimate_change",
    "estimate_equity",
    "estimate_reliability",
    "estimate_retention",
    "estimate_time_to_badge",
    "fit_growth",
    "fit_mixed_model",
    "impute",
    "intraclass_correlations",
    "krippendorff_alpha",
    "list_instruments",
    "load_instrument",
    "mantel_haenszel",
    "omega_of",
    "plan_digest",
    "pool",
    "power_of_designs",
    "quotations",
    "read_plan",
    "read_tidy",
    "register_plan",
    "regression_to_the_mean",
    "run_plan",
    "score_choices",
    "score_instrument",
    "scored_items",
    "set_standard_angoff",
    "set_standard_borderline",
    "simulate_power",
    "solve_power",
    "study_distractors",
    "study_generalizability",
    "study_many_facet",
    "study_process",
    "study_raters",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
