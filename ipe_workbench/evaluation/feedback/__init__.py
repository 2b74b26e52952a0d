"""Feedback: what faculty and learners are told from the records, in plain words and with what is not known.

In come the tidy frames of the records and the programme; out go severity and agreement of raters, rows of rubrics that
tell nobody apart, who may need help, what to teach more, and for a learner where to grow and what to do next.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipe_workbench.evaluation.feedback.criteria import judge_criteria, low_competencies, low_criteria
    from ipe_workbench.evaluation.feedback.faculty import FacultyFeedback, faculty_feedback, feedback_for_rater
    from ipe_workbench.evaluation.feedback.learner import (
        GrowthArea,
        LearnerFeedback,
        growth_areas,
        growth_wishes,
        learner_feedback,
    )
    from ipe_workbench.evaluation.feedback.rater_feedback import RaterFeedback, RaterStudy, feed_back_raters
    from ipe_workbench.evaluation.feedback.ratings import first_results, latest_levels, levelled_ratings
    from ipe_workbench.evaluation.feedback.support import MayNeedHelp, SupportStudy, TrackRecord, who_may_need_help
    from ipe_workbench.evaluation.feedback.support_reasons import open_matters
    from ipe_workbench.evaluation.feedback.teaching import TeachingHint, teaching_hints

_HOMES = {
    "FacultyFeedback": "faculty",
    "GrowthArea": "learner",
    "LearnerFeedback": "learner",
    "MayNeedHelp": "support",
    "RaterFeedback": "rater_feedback",
    "RaterStudy": "rater_feedback",
    "SupportStudy": "support",
    "TeachingHint": "teaching",
    "TrackRecord": "support",
    "faculty_feedback": "faculty",
    "feed_back_raters": "rater_feedback",
    "feedback_for_rater": "faculty",
    "first_results": "ratings",
    "growth_areas": "learner",
    "growth_wishes": "learner",
    "judge_criteria": "criteria",
    "latest_levels": "ratings",
    "learner_feedback": "learner",
    "levelled_ratings": "ratings",
    "low_competencies": "criteria",
    "low_criteria": "criteria",
    "open_matters": "support_reasons",
    "teaching_hints": "teaching",
    "who_may_need_help": "support",
}

__all__ = [
    "FacultyFeedback",
    "GrowthArea",
    "LearnerFeedback",
    "MayNeedHelp",
    "RaterFeedback",
    "RaterStudy",
    "SupportStudy",
    "TeachingHint",
    "TrackRecord",
    "faculty_feedback",
    "feed_back_raters",
    "feedback_for_rater",
    "first_results",
    "growth_areas",
    "growth_wishes",
    "judge_criteria",
    "latest_levels",
    "learner_feedback",
    "levelled_ratings",
    "low_competencies",
    "low_criteria",
    "open_matters",
    "teaching_hints",
    "who_may_need_help",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
