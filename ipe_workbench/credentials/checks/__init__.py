"""Design lints: small named checks of a whole programme, each of which yields findings.

In comes a programme, out come findings with an id, a severity, the file and line, what is wrong and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ipe_workbench.credentials.checks import assessment, effort, identity, references, stacking, wording
from ipe_workbench.credentials.checks.allowances import Allowed, Review, reviewed
from ipe_workbench.credentials.checks.effort import assessor_demand, room_demand
from ipe_workbench.credentials.checks.explanations import explained_ids, explanation, explanation_in_short
from ipe_workbench.credentials.checks.lint import Design, Lint, Problem, lint
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.findings import Finding

__all__ = [
    "LINTS",
    "Allowed",
    "Design",
    "Lint",
    "Problem",
    "Review",
    "assessor_demand",
    "check_programme",
    "explained_ids",
    "explanation",
    "explanation_in_short",
    "lint",
    "lint_findings",
    "review_programme",
    "reviewed",
    "room_demand",
]

#: Every lint, in the order in which they run.
LINTS: tuple[Lint, ...] = (
    references.unknown_competency,
    references.unknown_badge,
    references.unknown_profession,
    references.unknown_term,
    references.unknown_criterion,
    references.duplicate_part,
    references.duplicate_alignment,
    references.cycle,
    references.retired_framework,
    assessment.assessed_without_assessment,
    assessment.alignment_without_evidence,
    assessment.evidence_expires_first,
    assessment.self_report_only,
    assessment.pass_rule_without_rubric,
    assessment.rubric_level_unknown,
    assessment.rubric_levels_out_of_order,
    assessment.rubric_not_public,
    assessment.rubric_without_descriptor,
    assessment.observation_without_rubric,
    assessment.trusted_type_too_high,
    wording.text_number_mismatch,
    effort.suspicious_duration,
    effort.assessor_overload,
    effort.room_overload,
    stacking.cannot_be_earned,
    stacking.empty_rule,
    stacking.double_counting,
    stacking.badge_counted_twice,
    stacking.prerequisite_too_late,
    stacking.redundant_prerequisite,
    stacking.badge_in_no_stack,
    stacking.stackability_mismatch,
    stacking.too_few_professions,
    identity.no_credential,
    identity.no_licence,
    identity.annex_element_missing,
    identity.changed_without_new_version,
    identity.version_went_back,
    identity.expiry_without_renewal,
    identity.review_date_past,
)


def lint_findings(
    programme: Programme, *, damaged: Iterable[str] = (), lints: Iterable[Lint] = LINTS
) -> Iterator[Finding]:
    """What the lints find, in their order, whether somebody accepts it or not."""
    design = Design(programme, frozenset(damaged))
    return (finding for one in lints for finding in one.findings(design))


def review_programme(programme: Programme, *, damaged: Iterable[str] = (), lints: Iterable[Lint] = LINTS) -> Review:
    """Run design lints over a programme and set apart what its files allow (`allow`, with a reason).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> review_programme(example_programme()).allowed
    ()
    """
    chosen = tuple(lints)
    found = lint_findings(programme, damaged=damaged, lints=chosen)
    return reviewed(programme, found, ran={one.id for one in chosen})


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
        Gravest first, without those that a file allows with a reason; `review_programme` gives these, too.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> [finding for finding in check_programme(example_programme()) if finding.severity == "error"]
    []
    """
    return review_programme(programme, damaged=damaged, lints=lints).findings
