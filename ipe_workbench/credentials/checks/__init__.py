"""Design lints: small named checks of a whole programme, each of which yields findings.

In comes a programme, out come findings with an id, a severity, the file and line, what is wrong and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ipe_workbench.credentials.checks import assessment, effort, identity, references, stacking
from ipe_workbench.credentials.checks.effort import assessor_demand
from ipe_workbench.credentials.checks.lint import Design, Lint, Problem, lint
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.findings import Finding, sort_findings

__all__ = ["LINTS", "Design", "Lint", "Problem", "assessor_demand", "check_programme", "lint"]

#: Every lint, in the order in which they run.
LINTS: tuple[Lint, ...] = (
    references.unknown_competency,
    references.unknown_badge,
    references.unknown_profession,
    references.unknown_term,
    references.duplicate_part,
    references.cycle,
    references.retired_framework,
    assessment.assessed_without_assessment,
    assessment.alignment_without_evidence,
    assessment.self_report_only,
    assessment.rubric_level_unknown,
    assessment.rubric_without_descriptor,
    assessment.observation_without_rubric,
    assessment.trusted_type_too_high,
    effort.text_number_mismatch,
    effort.suspicious_duration,
    effort.assessor_overload,
    stacking.cannot_be_earned,
    stacking.empty_rule,
    stacking.double_counting,
    stacking.redundant_prerequisite,
    stacking.badge_in_no_stack,
    stacking.too_few_professions,
    identity.no_credential,
    identity.no_licence,
    identity.annex_element_missing,
)


def check_programme(
    programme: Programme, *, damaged: Iterable[str] = (), lints: Iterable[Lint] = LINTS
) -> tuple[Finding, ...]:
    """Run design lints over a programme.

    Parameters
    ----------
    programme : Programme
        The design.
    damaged : iterable of str
        Ids whose files exist but could not be used (`ProgrammeReading.damaged`); nobody calls them unknown.
    lints : iterable of Lint
        Which ones to run; all of them by default.

    Returns
    -------
    tuple of Finding
        Gravest first.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> [finding for finding in check_programme(example_programme()) if finding.severity == "error"]
    []
    """
    design = Design(programme, frozenset(damaged))
    return sort_findings(finding for one in lints for finding in one.findings(design))
