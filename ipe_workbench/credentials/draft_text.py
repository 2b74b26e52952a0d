"""The text of a drafted credential: one plan for each stage of the learning continuum."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ipe_workbench.credentials.model import Stage
from ipe_workbench.credentials.programme import Programme

__all__ = ["PLANS", "Plan", "draft_text"]


@dataclass(frozen=True)
class Plan:
    """How a credential of one stage is usually practised and assessed; `hours` and `minutes` are a first guess."""

    type: str
    level: str
    kind: str
    activity: str
    hours: int
    week: int
    method: str
    assessor: str
    pass_score: float
    attempts: int
    evidence: str
    kept: str
    minutes: int = 0


#: By stage: exposure is tested, immersion observed in a simulation, competence observed at work.
PLANS: dict[Stage, Plan] = {
    "exposure": Plan(
        type="knowledge",
        level="foundation",
        kind="team-based-learning",
        activity="Session in mixed teams",
        hours=3,
        week=3,
        method="test",
        assessor="automatic",
        pass_score=0.7,
        attempts=3,
        evidence="test-result",
        kept="Score of the test",
    ),
    "immersion": Plan(
        type="application",
        level="intermediate",
        kind="simulation",
        activity="Simulation in mixed teams with debriefing",
        hours=4,
        week=6,
        method="simulation-observation",
        assessor="faculty",
        pass_score=0.6,
        attempts=2,
        evidence="rubric-scores",
        kept="Observer's rubric",
        minutes=10,
    ),
    "competence": Plan(
        type="application",
        level="advanced",
        kind="placement",
        activity="Work in a team of several professions",
        hours=8,
        week=8,
        method="workplace-observation",
        assessor="preceptor",
        pass_score=0.7,
        attempts=2,
        evidence="rubric-scores",
        kept="Preceptor's rubric",
        minutes=15,
    ),
}

_RUBRIC = """\
rubric:
  pass_level: capable
  levels:                # lowest first
    - {id: beginning, title: Beginning, points: 1}
    - {id: capable, title: Capable, points: 2}
    - {id: strong, title: Strong, points: 3}
  criteria:              # one row for each criterion; say what an assessor sees at each level
    - id: first-criterion
      title: First criterion
      descriptors:
        beginning: What an assessor sees when it does not succeed yet.
        capable: What an assessor sees when it is good enough.
        strong: What an assessor sees when it is better than it has to be.
"""


def draft_text(programme: Programme, reference: str, stage: Stage, *, aligned: bool = False) -> str:
    """The file of a new credential, but for its first line; `aligned` when alignments are to be added at its end.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> print(draft_text(example_programme(), "home-visits", "exposure").splitlines()[1])
    id: home-visits          # identifies for good; records and rules refer to it
    """
    plan = PLANS[stage]
    terms = programme.info.terms
    term = terms[{"exposure": 0, "immersion": len(terms) // 2, "competence": len(terms) - 1}[stage]]
    workplace = plan.kind == "placement"
    lines = [
        "# A draft that passes `ipe check`. Replace the texts by your own, then set `status: active`.",
        f"id: {reference}          # identifies for good; records and rules refer to it",
        "title: Title",
        'version: "0.1"',
        "status: draft            # draft, active or retired",
        f"type: {plan.type:<19}# recognition, knowledge (validated assessment) or application (demonstrated use)",
        f"level: {plan.level:<18}# foundation, intermediate or advanced",
        f"stage: {stage:<18}# exposure, immersion or competence",
        "summary: One sentence that tells a learner what this is about.",
        "learning_outcomes:       # what a learner can do afterwards",
        "  - Say what the learner can do, beginning with a verb.",
        "criteria:                # what a learner must show to earn it",
        "  - {id: first-criterion, statement: Says what an assessor looks for.}",
        "activities:              # where learners practise; hours and preparation_hours add up to `hours` below",
        f"  - id: {reference[:70]}-1",
        f"    title: {plan.activity}",
        f"    kind: {plan.kind}",
        f"    hours: {plan.hours}",
        f"    term: {term.id}",
        f"    weeks: [{min(plan.week, term.weeks)}]",
        *(["    delivery: workplace"] if workplace else []),
        "assessment:",
        f"  methods: [{plan.method}]",
        f"  assessor: {plan.assessor:<13}# automatic, self, peer, faculty or preceptor",
        f"  pass_score: {plan.pass_score:<11}# a share, 0 to 1",
        f"  attempts: {plan.attempts}",
        "  retake_after_weeks: 2",
    ]
    if plan.minutes:
        lines += [f"  assessor_minutes: {plan.minutes:<5}# of one assessor, for one attempt of one learner"]
        lines += ["  supervision: in-person"]
    text = "\n".join(lines) + "\n" + (_RUBRIC if plan.minutes else "")
    return text + "\n".join(_closing(programme, plan, stage, aligned)) + "\n"


def _closing(programme: Programme, plan: Plan, stage: Stage, aligned: bool) -> list[str]:
    lines = [
        "evidence:                # what is kept, where, for how long, and who may see it",
        f"  - id: {plan.evidence}",
        f"    kind: {plan.evidence}",
        f"    description: {plan.kept}",
        "    kept_in: assessment platform",
        "    retention_months: 60",
        "    visible_to: [learner, assessor, faculty]",
        f"hours: {plan.hours:<18}# the learner's whole effort",
        "participation: in-person # in-person, online or blended",
        "owner: Course director   # who keeps it up to date",
    ]
    if not programme.info.license:
        lines.append("license: CC-BY-4.0       # who may reuse the design")
    if not programme.info.quality_assurance:
        lines.append("quality_assurance: Reviewed each year by the curriculum committee.")
    lines += [
        "# requires: some-badge   # what a learner must hold before; docs/stacking-algebra.md shows what can be asked",
        "# What it does about competencies; list as `assessed` only what the assessment above looks at.",
    ]
    example = next(
        ((name, leaf.code or leaf.id) for name, one in programme.frameworks.items() for leaf in one.leaves), None
    )
    if example is not None and not aligned:
        framework, code = (json.dumps(one.replace("\x7f", "")) for one in example)
        lines += [
            "# alignments:",
            f"#   - {{framework: {framework}, competency: {code}, how: [taught, practised, assessed], level: {stage}}}",
        ]
    return lines
