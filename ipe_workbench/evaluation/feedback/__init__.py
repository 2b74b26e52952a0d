"""Feedback: what faculty and learners are told from the records, in plain words and with what is not known.

In come the tidy frames of the records and the programme; out go severity and agreement of raters, rows of rubrics that
tell nobody apart, who may need help, what to teach more, and for a learner where to grow and what to do next.
"""

from ipe_workbench.evaluation.feedback.criteria import judge_criteria, low_competencies, low_criteria
from ipe_workbench.evaluation.feedback.faculty import FacultyFeedback, faculty_feedback
from ipe_workbench.evaluation.feedback.growth_areas import GrowthArea, LearnerFeedback, learner_feedback
from ipe_workbench.evaluation.feedback.rater_feedback import RaterFeedback, RaterStudy, feed_back_raters
from ipe_workbench.evaluation.feedback.ratings import first_results, levelled_ratings
from ipe_workbench.evaluation.feedback.support import MayNeedHelp, SupportStudy, TrackRecord, who_may_need_help

__all__ = [
    "FacultyFeedback",
    "GrowthArea",
    "LearnerFeedback",
    "MayNeedHelp",
    "RaterFeedback",
    "RaterStudy",
    "SupportStudy",
    "TrackRecord",
    "faculty_feedback",
    "feed_back_raters",
    "first_results",
    "judge_criteria",
    "learner_feedback",
    "levelled_ratings",
    "low_competencies",
    "low_criteria",
    "who_may_need_help",
]
