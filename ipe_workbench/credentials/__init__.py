"""What is recognised and how it stacks.

In come the files that a designer writes (micro-credentials with criteria, activities, assessment, rubric, evidence and
alignments; stacks with their rules); out go immutable values, the programme that links them, the evaluation of a
learner's progress, and findings about the design.
"""

from ipe_workbench.credentials.checks import LINTS, Lint, check_programme
from ipe_workbench.credentials.drafting import Draft, draft_credential, write_draft
from ipe_workbench.credentials.evaluate import Evaluation, evaluate, explain, missing, progress
from ipe_workbench.credentials.facts import ApprovalGiven, Award, Facts, HoursRecorded, ScoreReached
from ipe_workbench.credentials.model import (
    Activity,
    Alignment,
    Assessment,
    Criterion,
    Evidence,
    MicroCredential,
    Rubric,
    Stack,
)
from ipe_workbench.credentials.programme import Programme, ProgrammeInfo
from ipe_workbench.credentials.reading import ProgrammeReading, example_programme, load_programme, read_programme
from ipe_workbench.credentials.rules import Rule, badges_in, describe, parse_rule, rule_to_data
from ipe_workbench.credentials.saving import ConflictError, save_programme

__all__ = [
    "LINTS",
    "Activity",
    "Alignment",
    "ApprovalGiven",
    "Assessment",
    "Award",
    "ConflictError",
    "Criterion",
    "Draft",
    "Evaluation",
    "Evidence",
    "Facts",
    "HoursRecorded",
    "Lint",
    "MicroCredential",
    "Programme",
    "ProgrammeInfo",
    "ProgrammeReading",
    "Rubric",
    "Rule",
    "ScoreReached",
    "Stack",
    "badges_in",
    "check_programme",
    "describe",
    "draft_credential",
    "evaluate",
    "example_programme",
    "explain",
    "load_programme",
    "missing",
    "parse_rule",
    "progress",
    "read_programme",
    "rule_to_data",
    "save_programme",
    "write_draft",
]
