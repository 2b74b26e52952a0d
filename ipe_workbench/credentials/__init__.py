"""What is recognised and how it stacks.

In come the files that a designer writes (micro-credentials with criteria, activities, assessment, rubric, evidence and
alignments; stacks with their rules); out go immutable values, the programme that links them, the evaluation of a
learner's progress, and findings about the design.
"""

from ipe_workbench.credentials.cheapest import CheapestWay, cheapest
from ipe_workbench.credentials.checks import (
    LINTS,
    Allowed,
    Lint,
    Review,
    check_programme,
    explanation,
    review_programme,
)
from ipe_workbench.credentials.drafting import Draft, draft_credential, write_draft
from ipe_workbench.credentials.equivalent import Equivalence, equivalent
from ipe_workbench.credentials.evaluate import Evaluation, evaluate, explain, missing, progress
from ipe_workbench.credentials.evaluate_many import evaluate_many
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
from ipe_workbench.credentials.open_parts import OpenPart
from ipe_workbench.credentials.programme import Programme, ProgrammeInfo
from ipe_workbench.credentials.reading import ProgrammeReading, example_programme, load_programme, read_programme
from ipe_workbench.credentials.rules import Rule, badges_in, describe, parse_rule, rule_to_data
from ipe_workbench.credentials.satisfiable import Satisfiable, satisfiable
from ipe_workbench.credentials.saving import ConflictError, save_programme
from ipe_workbench.credentials.simplify import Simplified, simplify
from ipe_workbench.credentials.versions import IssuedVersion, changes_since, keep_issued

__all__ = [
    "LINTS",
    "Activity",
    "Alignment",
    "Allowed",
    "ApprovalGiven",
    "Assessment",
    "Award",
    "CheapestWay",
    "ConflictError",
    "Criterion",
    "Draft",
    "Equivalence",
    "Evaluation",
    "Evidence",
    "Facts",
    "HoursRecorded",
    "IssuedVersion",
    "Lint",
    "MicroCredential",
    "OpenPart",
    "Programme",
    "ProgrammeInfo",
    "ProgrammeReading",
    "Review",
    "Rubric",
    "Rule",
    "Satisfiable",
    "ScoreReached",
    "Simplified",
    "Stack",
    "badges_in",
    "changes_since",
    "cheapest",
    "check_programme",
    "describe",
    "draft_credential",
    "equivalent",
    "evaluate",
    "evaluate_many",
    "example_programme",
    "explain",
    "explanation",
    "keep_issued",
    "load_programme",
    "missing",
    "parse_rule",
    "progress",
    "read_programme",
    "review_programme",
    "rule_to_data",
    "satisfiable",
    "save_programme",
    "simplify",
    "write_draft",
]
