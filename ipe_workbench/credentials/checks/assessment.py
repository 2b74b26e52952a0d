"""Lints about assessment: whether what a credential claims is assessed, by somebody who can tell, with evidence."""

from __future__ import annotations

from collections.abc import Iterator

from ipe_workbench.credentials.checks.lint import Design, Problem, lint
from ipe_workbench.credentials.model import MicroCredential

__all__ = [
    "alignment_without_evidence",
    "assessed_without_assessment",
    "observation_without_rubric",
    "rubric_level_unknown",
    "rubric_without_descriptor",
    "self_report_only",
    "trusted_type_too_high",
]

_SELF = {"self-report", "reflection"}
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
        if not credential.evidence and _assessed(credential):
            index, _, competency = _assessed(credential)[0]
            yield Problem(
                f"{credential.title} assesses {competency} but keeps no evidence of it.",
                "Add an item under `evidence`.",
                design.programme.place("credential", credential.id, "alignments", index),
                credential.id,
            )


@lint("self-report-only", "warning", "a competency is assessed by nothing but learners' own reports")
def self_report_only(design: Design) -> Iterator[Problem]:
    by_competency: dict[tuple[str, str], list[tuple[MicroCredential, int]]] = {}
    for credential in design.programme.credentials.values():
        for index, framework, competency in _assessed(credential):
            by_competency.setdefault((framework, competency), []).append((credential, index))
    for (_, competency), assessing in by_competency.items():
        methods = [set(one.assessment.methods) for one, _ in assessing if one.assessment is not None]
        if methods and all(kinds <= _SELF for kinds in methods):
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
