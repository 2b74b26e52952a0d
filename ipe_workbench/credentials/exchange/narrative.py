"""A credential or a stack in sentences: what must be shown, how it is assessed, what passes, what it takes."""

from __future__ import annotations

from ipe_workbench.credentials.model import Assessment, MicroCredential, Rubric, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import describe

__all__ = ["assessment_in_words", "criteria_narrative", "effort_in_words", "one_line", "pass_rule_in_words"]

_BY = {
    "automatic": "scored automatically",
    "self": "judged by the learner",
    "peer": "judged by peers",
    "faculty": "judged by faculty",
    "preceptor": "judged by a preceptor",
}


def criteria_narrative(design: MicroCredential | Stack, programme: Programme) -> str:
    """What has to be done for it, as Markdown: criteria or rule, prerequisites, assessment, pass rule, effort, life.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> print(criteria_narrative(programme.stacks["values-and-ethics-certificate"], programme)[:79])
    What completes it: all of: in this order: Foundations of shared values, then at
    """
    if isinstance(design, Stack):
        parts = [f"What completes it: {one_line(describe(design.rule, programme.title))}."]
    else:
        parts = _shown(design)
        if design.requires is not None:
            parts.append(f"Before the assessment: {one_line(describe(design.requires, programme.title))}.")
        if design.professions:
            names = {one.id: one.title for one in programme.info.professions}
            only = ", ".join(one_line(names.get(one, one)) for one in design.professions)
            parts.append(f"Open to learners of: {only}.")
        if design.assessment is not None:
            parts.append(assessment_in_words(design.assessment))
            parts.append(pass_rule_in_words(design.assessment, design.rubric))
    parts.append(effort_in_words(design))
    parts += _annex_1(design)
    if design.validity_months:
        parts.append(f"Valid for {design.validity_months} months from the award.")
    if design.co_issuers:
        parts.append(f"Awarded together with {', '.join(one_line(one.name) for one in design.co_issuers)}.")
    return "\n\n".join(part for part in parts if part)


def _annex_1(design: MicroCredential | Stack) -> list[str]:
    """What else EU Council Recommendation 2022/C 243/02, Annex I, wants every holder to be able to show."""
    found = []
    if isinstance(design, MicroCredential) and design.participation:
        found.append(f"Participation: {design.participation.replace('-', ' ')}.")
    if design.eqf_level:
        found.append(f"Level {design.eqf_level} of the European Qualifications Framework.")
    if design.quality_assurance.strip():
        found.append(f"Quality assurance: {one_line(design.quality_assurance)}")
    return found


def _shown(credential: MicroCredential) -> list[str]:
    found = []
    if credential.learning_outcomes:
        rows = "\n".join(f"- {one_line(one)}" for one in credential.learning_outcomes)
        found.append(f"Learning outcomes:\n\n{rows}")
    if credential.criteria:
        rows = "\n".join(f"- {one_line(one.statement)}" for one in credential.criteria)
        found.append(f"The learner shows that they meet each criterion:\n\n{rows}")
    if credential.alignments:
        claims = "; ".join(f"{one_line(one.competency)} {' and '.join(one.how)}" for one in credential.alignments)
        found.append(f"Competencies: {claims}.")
    return found


def assessment_in_words(assessment: Assessment) -> str:
    """The methods, who judges, supervision and attempts, in a sentence.

    Examples
    --------
    >>> assessment_in_words(Assessment(methods=("test",), assessor="automatic", pass_score=0.7, attempts=3))
    'Assessed by test, scored automatically; up to 3 attempts.'
    """
    methods = " and ".join(one.replace("-", " ") for one in assessment.methods)
    watched = "" if assessment.supervision == "none" else f", supervised {assessment.supervision.replace('-', ' ')}"
    attempts = "1 attempt" if assessment.attempts == 1 else f"up to {assessment.attempts} attempts"
    return f"Assessed by {methods}, {_BY[assessment.assessor]}{watched}; {attempts}."


def pass_rule_in_words(assessment: Assessment, rubric: Rubric | None) -> str:
    """What passes: a score, the rubric's pass level in every row, or both.

    Examples
    --------
    >>> pass_rule_in_words(Assessment(methods=("test",), assessor="faculty", pass_score=0.75), None)
    'Passed with at least 75 % of the attainable score.'
    """
    score = f"at least {assessment.pass_score * 100:g} % of the attainable score"
    level = "the pass level"
    if rubric is not None:
        titles = {one.id: one_line(one.title) for one in rubric.levels}
        level = f"at least the level {titles.get(rubric.pass_level, rubric.pass_level)}"
    rows = f"{level} in every row of the rubric"
    asked = {"score": score, "every-row": rows, "score-and-every-row": f"{score} and {rows}"}[assessment.pass_rule]
    weighty = [one for one in rubric.criteria if one.weight != 1] if rubric is not None else []
    weights = ", ".join(f"{one_line(one.title)} {one.weight:g}" for one in weighty)
    return f"Passed with {asked}." + (f" Rows weigh 1 each, but for: {weights}." if weights else "")


def effort_in_words(design: MicroCredential | Stack) -> str:
    """The learner's effort in hours and ECTS, as far as they are stated."""
    amounts = [f"{design.hours:g} hour{'s' * (design.hours != 1)}"] if isinstance(design, MicroCredential) else []
    amounts += [f"{design.ects:g} ECTS"] if design.ects else []
    return f"Effort: {', '.join(amounts)}." if amounts else ""


def one_line(text: str) -> str:
    """The text on one line, so that a title cannot start a paragraph or a list of its own."""
    return " ".join(text.split())
