"""The micro-credential: what is recognised, how it is earned, assessed, evidenced and aligned."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from ipe_workbench.credentials.rules import Id, Rule
from ipe_workbench.documents import FileModel

__all__ = [
    "Activity",
    "Alignment",
    "Allowance",
    "Assessment",
    "AssessmentMethod",
    "Assessor",
    "CoIssuer",
    "Coverage",
    "Criterion",
    "Endorsement",
    "Evidence",
    "Level",
    "MicroCredential",
    "Rubric",
    "RubricCriterion",
    "RubricLevel",
    "Stack",
    "Stage",
    "ValueStatement",
]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: The learning continuum of IPE programmes (Jefferson's three stages: exposure, immersion, preparation for practice).
Stage = Literal["exposure", "immersion", "competence"]
Level = Literal["foundation", "intermediate", "advanced"]
#: What a credential does about a competency.
Coverage = Literal["taught", "practised", "assessed"]
AssessmentMethod = Literal[
    "self-report",
    "reflection",
    "test",
    "team-test",
    "peer-evaluation",
    "portfolio",
    "simulation-observation",
    "workplace-observation",
]
Assessor = Literal["automatic", "self", "peer", "faculty", "preceptor"]
Delivery = Literal["in-person", "online", "hybrid", "workplace"]
Audience = Literal["learner", "assessor", "faculty", "programme", "employer", "public"]


class Allowance(FileModel):
    """A finding that the designers know and accept, with their reason: it is then reported apart.

    `id` is the finding's; `field` limits it to findings about that field or what stands inside it, such as
    ``alignments[2]``. In ``programme.yaml`` it holds for the whole programme, elsewhere for its own file. One without a
    reason allows nothing.
    """

    id: Text
    reason: str = ""
    field: str = ""


class Criterion(FileModel):
    """One thing a learner must show to earn the credential."""

    id: Id
    statement: Text


class Activity(FileModel):
    """Where learners practise: a session, a simulation, a placement.

    `hours` are contact hours and `preparation_hours` come on top. `weeks` are the weeks of the term (from 1) in which
    it meets; empty means evenly spread. `min_professions` is the WHO (2010) admission test for an interprofessional
    activity: learners of two or more professions learn about, from and with each other. `room` is a kind of room that
    ``capacity: room_hours`` names, and `learners_per_room` how many learners one such room takes at once.
    """

    id: Id
    title: Text
    kind: Literal[
        "team-based-learning", "workshop", "simulation", "placement", "online-module", "project", "rounds", "debrief"
    ]
    hours: float = Field(gt=0, le=400)
    preparation_hours: float = Field(default=0, ge=0, le=400)
    term: Id
    weeks: tuple[Annotated[int, Field(ge=1, le=60)], ...] = ()
    delivery: Delivery = "in-person"
    team_based: bool = True
    min_professions: int = Field(default=2, ge=1)
    room: Id | None = None
    learners_per_room: int | None = Field(default=None, ge=1, le=10_000)
    description: str = ""

    @property
    def total_hours(self) -> float:
        """Contact hours and the preparation that comes on top."""
        return self.hours + self.preparation_hours


class Assessment(FileModel):
    """How it is decided that a learner has met the criteria.

    `pass_score` is a share of the attainable score in (0, 1]. `pass_rule` says what passes: that score, the rubric's
    pass level in every row, or both. `assessor_minutes` are minutes of an assessor's time for one attempt of one
    learner; `double_rated` is the share of attempts seen by a second assessor.
    """

    methods: tuple[AssessmentMethod, ...] = Field(min_length=1)
    assessor: Assessor
    pass_score: float = Field(gt=0, le=1)
    pass_rule: Literal["score", "every-row", "score-and-every-row"] = "score"  # noqa: S105
    attempts: int = Field(default=2, ge=1, le=20)
    retake_after_weeks: int = Field(default=1, ge=1, le=60)
    assessor_minutes: float = Field(default=0, ge=0, le=10_000)
    double_rated: float = Field(default=0, ge=0, le=1)
    supervision: Literal["none", "in-person", "remote"] = "none"
    identity_check: str = ""
    description: str = ""


class RubricLevel(FileModel):
    """A level of performance, lowest first; `points` are what a criterion at that level scores."""

    id: Id
    title: Text
    points: float = Field(ge=0)


class RubricCriterion(FileModel):
    """One row of a rubric: a descriptor for each level, by level id. `weight` is relative to the other rows."""

    id: Id
    title: Text
    weight: float = Field(default=1, gt=0)
    descriptors: dict[str, str] = Field(default_factory=dict)


class Rubric(FileModel):
    """Criteria by levels with a descriptor in each cell; `pass_level` is the least level that passes a row.

    `public` says whether learners see it before they are assessed.
    """

    levels: tuple[RubricLevel, ...] = Field(min_length=2)
    criteria: tuple[RubricCriterion, ...] = Field(min_length=1)
    pass_level: Id
    public: bool = True


class Evidence(FileModel):
    """What is kept to show that the credential was earned, where, for how long and who may see it.

    `criteria` are ids of the criteria that it shows; empty means all of them.
    """

    id: Id
    kind: Literal[
        "test-result",
        "rubric-scores",
        "reflection",
        "recording",
        "artefact",
        "attendance",
        "peer-feedback",
        "self-rating",
        "preceptor-statement",
    ]
    description: str = ""
    kept_in: str = ""
    retention_months: int | None = Field(default=None, ge=1)
    visible_to: tuple[Audience, ...] = ("learner",)
    criteria: tuple[Id, ...] = ()


class Alignment(FileModel):
    """What the credential does about one competency of a framework.

    `competency` is the item's id in the framework, or its code where that is unique. `level` is the stage to which the
    competency is brought. `criteria` are ids of the credential's criteria that bear the claim; empty means all of them.
    """

    framework: Text
    competency: Text
    how: tuple[Coverage, ...] = Field(min_length=1)
    level: Stage
    relation: Literal["exactMatchOf", "isPartOf", "isRelatedTo"] = "isPartOf"
    criteria: tuple[Id, ...] = ()


class ValueStatement(FileModel):
    """What the credential is worth, in a sentence each, to its earner, its issuer and an employer."""

    earner: str = ""
    issuer: str = ""
    employer: str = ""


class Endorsement(FileModel):
    """Somebody outside the programme who vouches for the credential; the name alone is short for ``{by: name}``."""

    by: Text
    statement: str = ""
    date: datetime.date | None = None
    url: str = ""


class CoIssuer(FileModel):
    """A body that awards the credential together with the issuer; the name alone is short for ``{name: name}``."""

    name: Text
    url: str = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")


def _named_by(key: str) -> BeforeValidator:
    model = {"by": Endorsement, "name": CoIssuer}[key]

    def spelled_out(value: Any) -> Any:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(spelled_out, json_schema_input_type=Text | model)


Endorsements = tuple[Annotated[Endorsement, _named_by("by")], ...]
CoIssuers = tuple[Annotated[CoIssuer, _named_by("name")], ...]


class MicroCredential(FileModel):
    """A micro-credential (credential for short): the content of one file in ``credentials/``.

    The fields follow the programmes in the field, EU Council Recommendation 2022/C 243/02, Annex I, and the 1EdTech
    TrustEd Microcredential types (`type`): *knowledge* needs a validated assessment, *application* a demonstrated use;
    anything less is *recognition*. `hours` is the learner's whole effort; `validity_months` is ``None`` when the badge
    does not expire; `requires` must be satisfied before a learner may be assessed; `professions` limits who may earn
    it (empty: everyone).

    A credential that is changed after it was issued gets a new `version`; the copy of each version that was issued
    stays in ``issued/``, and awards name theirs. `stackability` is what Annex I calls the integration or stackability
    option: a stand-alone credential counts toward nothing. What a file of another platform said of it is kept in
    `extras` under the name of its format (``badgr``, ``ctdl``), for the way back.

    Examples
    --------
    >>> credential = MicroCredential.model_validate({
    ...     "id": "huddles", "title": "Leading huddles", "type": "application", "level": "intermediate",
    ...     "stage": "immersion", "hours": 4})
    >>> credential.requires is None, credential.version
    (True, '1.0')
    """

    id: Id
    title: Text
    version: str = "1.0"
    status: Literal["draft", "active", "retired"] = "active"
    type: Literal["recognition", "knowledge", "application"]
    level: Level
    stage: Stage
    series: str = ""
    summary: str = ""
    learning_outcomes: tuple[Text, ...] = ()
    tags: tuple[str, ...] = ()
    image: str = ""
    language: str = "en"
    license: str = ""
    value: ValueStatement = ValueStatement()
    criteria: tuple[Criterion, ...] = ()
    activities: tuple[Activity, ...] = ()
    assessment: Assessment | None = None
    rubric: Rubric | None = None
    evidence: tuple[Evidence, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    hours: float = Field(gt=0, le=2000, description="The learner's whole effort, in hours.")
    ects: float | None = Field(default=None, gt=0, le=500)
    eqf_level: int | None = Field(default=None, ge=1, le=8)
    participation: Literal["", "in-person", "online", "blended"] = ""
    validity_months: int | None = Field(default=None, ge=1, le=1200)
    renewal: str = ""
    revocation: str = ""
    owner: str = ""
    review_date: datetime.date | None = None
    quality_assurance: str = ""
    co_issuers: CoIssuers = ()
    endorsements: Endorsements = ()
    stackability: Literal["", "stand-alone", "stackable"] = ""
    professions: tuple[Id, ...] = ()
    automatic_issue: bool = True
    requires: Rule | None = None
    allow: tuple[Allowance, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)


class Stack(FileModel):
    """A stack: credentials that together complete something larger. The content of one file in ``pathways/``.

    Completing it earns a completion badge with the stack's own id, which other rules may ask for.
    `double_counting` says whether a badge that counts here may count toward another stack of the programme, too.
    `extras` is as in `MicroCredential`.

    Examples
    --------
    >>> stack = Stack.model_validate({"id": "certificate", "title": "Certificate", "kind": "certificate",
    ...     "stage": "immersion", "rule": {"all": ["huddles", {"any": ["handover", "speaking-up"]}]}})
    >>> from ipe_workbench.credentials import describe
    >>> describe(stack.rule)
    'all of: huddles; and one of: handover or speaking-up'
    """

    id: Id
    title: Text
    version: str = "1.0"
    kind: Literal["certificate", "micro-credential", "badge"]
    stage: Stage
    summary: str = ""
    license: str = ""
    owner: str = ""
    competency: Text | None = None
    framework: Text | None = None
    double_counting: Literal["allowed", "forbidden"] = "allowed"
    validity_months: int | None = Field(default=None, ge=1, le=1200)
    renewal: str = ""
    revocation: str = ""
    review_date: datetime.date | None = None
    quality_assurance: str = ""
    ects: float | None = Field(default=None, gt=0, le=500)
    eqf_level: int | None = Field(default=None, ge=1, le=8)
    image: str = ""
    tags: tuple[str, ...] = ()
    co_issuers: CoIssuers = ()
    endorsements: Endorsements = ()
    value: ValueStatement = ValueStatement()
    rule: Rule
    allow: tuple[Allowance, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)
