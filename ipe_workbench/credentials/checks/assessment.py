"""Lints about assessment: whether what a credential claims is assessed, by somebody who can tell, with evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import MicroCredential

__all__ = [
    "alignment_without_evidence",
    "assessed_without_assessment",
    "evidence_expires_first",
    "observation_without_rubric",
    "pass_rule_without_rubric",
    "rubric_level_unknown",
    "rubric_levels_out_of_order",
    "rubric_not_public",
    "rubric_without_descriptor",
    "self_report_only",
    "trusted_type_too_high",
]

_SELF = {"self-report", "reflection"}
#: Evidence that says that somebody was there, or thinks well of themselves, and not what they can do.
_WEAK_EVIDENCE = {"attendance", "self-rating"}
_OBSERVED = {"simulation-observation", "workplace-observation"}
#: Methods that demonstrate use, and those that validate knowledge (1EdTech TrustEd Microcredential types, 2024).
_DEMONSTRATES = _OBSERVED | {"portfolio", "peer-evaluation"}
_VALIDATES = _DEMONSTRATES | {"test", "team-test"}


def _assessed(credential: MicroCredential) -> list[tuple[int, str, str]]:
    return [
        (index, one.framework, one.competency)
        for index, one in enumerate(credential.alignments)
        if "assessed" in one.how
    ]


@lint("assessed-without-assessment", "error", "a credential claims to assess a competency but has no assessment")
def assessed_without_assessment(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        if credential.assessment is None and _assessed(credential):
            index, _, competency = _assessed(credential)[0]
            yield Problem(
                f"{credential.title} claims to assess {competency} but says nowhere how.",
                "Add an `assessment`, or take `assessed` out of the alignments.",
                design.programme.place("credential", credential.id, "alignments", index, "how"),
                credential.id,
            )


@lint("alignment-without-evidence", "warning", "a competency is assessed but no evidence is kept")
def alignment_without_evidence(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        for index, competency, lack, mend in _without_evidence(credential):
            yield Problem(
                f"{credential.title} assesses {competency} but {lack}.",
                mend,
                design.programme.place("credential", credential.id, "alignments", index),
                credential.id,
            )


def _without_evidence(credential: MicroCredential) -> Iterator[tuple[int, str, str, str]]:
    """Assessed alignments that no evidence bears: the first one where that holds of all of them, else each."""
    assessed = _assessed(credential)
    if not assessed:
        return
    strong = [one for one in credential.evidence if one.kind not in _WEAK_EVIDENCE]
    index, _, competency = assessed[0]
    if not credential.evidence:
        yield index, competency, "keeps no evidence of it", "Add an item under `evidence`."
    elif not strong and not _by_self(credential):
        kinds = " and ".join(sorted({one.kind for one in credential.evidence}))
        yield index, competency, f"keeps only {kinds} as evidence", "Keep what was assessed, such as rubric scores."
    elif all(one.criteria for one in strong):
        shown = {criterion for one in strong for criterion in one.criteria}
        for index, _, competency in assessed:
            wanted = credential.alignments[index].criteria
            if wanted and not shown & set(wanted):
                lack = f"no evidence shows its criteria ({', '.join(wanted)})"
                yield index, competency, lack, "Add evidence that shows one of them, or name them under its `criteria`."


def _by_self(credential: MicroCredential) -> bool:
    """Whether the learners alone judge themselves; `self-report-only` has its say about that."""
    assessment = credential.assessment
    return assessment is not None and (set(assessment.methods) <= _SELF or assessment.assessor == "self")


@lint("evidence-expires-first", "warning", "all evidence is deleted while the badge is still valid")
def evidence_expires_first(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        kept = [one.retention_months for one in credential.evidence]
        months = credential.validity_months
        if months is None or not kept or None in kept:
            continue
        longest = max(one for one in kept if one is not None)
        if longest < months:
            index = kept.index(longest)
            yield Problem(
                f"The badge is valid for {months} months, but all its evidence is gone after {longest}.",
                "Keep some of it as long as the badge is valid.",
                design.programme.place("credential", credential.id, "evidence", index, "retention_months"),
                credential.id,
            )


@lint("self-report-only", "warning", "a competency is assessed by nothing but learners' own reports")
def self_report_only(design: Design) -> Iterator[Problem]:
    by_competency: dict[tuple[str, str], list[tuple[MicroCredential, int]]] = {}
    for credential in design.programme.credentials.values():
        for index, framework, competency in _assessed(credential):
            by_competency.setdefault((framework, competency), []).append((credential, index))
    for (_, competency), assessing in by_competency.items():
        able = [one for one, _ in assessing if one.assessment is not None]
        if able and all(_by_self(one) for one in able):
            credential, index = assessing[0]
            yield Problem(
                f"{competency} is assessed by self-report alone; self-ratings agree only weakly with performance.",
                "Add a test or an observation to one of the credentials that assess it.",
                design.programme.place("credential", credential.id, "alignments", index),
                credential.id,
            )


@lint("rubric-without-descriptor", "warning", "a cell of a rubric says nothing")
def rubric_without_descriptor(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        if credential.rubric is None:
            continue
        for index, row in enumerate(credential.rubric.criteria):
            empty = [one.title for one in credential.rubric.levels if not row.descriptors.get(one.id, "").strip()]
            if empty:
                yield Problem(
                    f"The rubric row `{row.title}` has no descriptor for: {', '.join(empty)}.",
                    "Describe what an assessor would see at that level.",
                    design.programme.place("credential", credential.id, "rubric", "criteria", index, "descriptors"),
                    credential.id,
                )


@lint("rubric-level-unknown", "error", "a rubric names a level that it does not have")
def rubric_level_unknown(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        if credential.rubric is None:
            continue
        levels = [one.id for one in credential.rubric.levels]
        if credential.rubric.pass_level not in levels:
            yield Problem(
                f"The rubric passes at `{credential.rubric.pass_level}`, which is none of its levels.",
                f"Name one of: {', '.join(levels)}.",
                design.programme.place("credential", credential.id, "rubric", "pass_level"),
                credential.id,
            )
        for index, row in enumerate(credential.rubric.criteria):
            for name in row.descriptors.keys() - set(levels):
                place = design.programme.place(
                    "credential", credential.id, "rubric", "criteria", index, "descriptors", name
                )
                yield Problem(
                    f"The rubric row `{row.title}` describes `{name}`, which is none of the rubric's levels.",
                    f"Name one of: {', '.join(levels)}.",
                    place,
                    credential.id,
                )


@lint("rubric-levels-out-of-order", "warning", "a higher level of a rubric scores no more than a lower one")
def rubric_levels_out_of_order(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        levels = credential.rubric.levels if credential.rubric else ()
        for index, (lower, higher) in enumerate(pairwise(levels), start=1):
            if higher.points <= lower.points:
                yield Problem(
                    f"The level `{higher.title}` comes after `{lower.title}`, but scores {higher.points:g} points "
                    f"against {lower.points:g}.",
                    "Put the levels in order, lowest first, or correct the points.",
                    design.programme.place("credential", credential.id, "rubric", "levels", index, "points"),
                    credential.id,
                )


@lint("rubric-not-public", "info", "learners do not see the rubric before they are assessed")
def rubric_not_public(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        if credential.rubric is not None and not credential.rubric.public:
            yield Problem(
                f"Learners do not see the rubric of {credential.title} before they are assessed by it.",
                "Show it to them and drop `public: false`, or say under `allow` why it stays closed.",
                design.programme.place("credential", credential.id, "rubric", "public"),
                credential.id,
            )


@lint("pass-rule-without-rubric", "error", "passing depends on the rows of a rubric that is not there")
def pass_rule_without_rubric(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        assessment = credential.assessment
        by_rows = assessment is not None and "every-row" in assessment.pass_rule
        if assessment is not None and by_rows and credential.rubric is None:
            yield Problem(
                f"The pass rule `{assessment.pass_rule}` looks at every row of the rubric, but there is none.",
                "Add a `rubric`, or set `pass_rule: score`.",
                design.programme.place("credential", credential.id, "assessment", "pass_rule"),
                credential.id,
            )


@lint("observation-without-rubric", "warning", "performance is observed without a rubric")
def observation_without_rubric(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        observed = credential.assessment is not None and _OBSERVED & set(credential.assessment.methods)
        if observed and credential.rubric is None:
            yield Problem(
                f"{credential.title} is observed, but assessors have no rubric to agree on.",
                "Add a `rubric` with a descriptor for each level.",
                design.programme.place("credential", credential.id, "assessment", "methods"),
                credential.id,
            )


@lint("trusted-type-too-high", "warning", "the assessment does not bear the type that is claimed")
def trusted_type_too_high(design: Design) -> Iterator[Problem]:
    for credential in design.programme.credentials.values():
        methods = set(credential.assessment.methods) if credential.assessment else set()
        needed, words = {
            "application": (_DEMONSTRATES, "a demonstrated use (an observation, a portfolio or peer evaluation)"),
            "knowledge": (_VALIDATES, "a validated assessment (a test, an observation or a portfolio)"),
            "recognition": (None, ""),
        }[credential.type]
        if needed is not None and not methods & needed:
            bears = "knowledge" if methods & _VALIDATES else "recognition"
            yield Problem(
                f"The type `{credential.type}` asks for {words}; this assessment bears `{bears}` at most.",
                f"Add such an assessment, or set `type: {bears}`.",
                design.programme.place("credential", credential.id, "type"),
                credential.id,
            )
