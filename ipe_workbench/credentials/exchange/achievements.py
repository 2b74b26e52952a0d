"""Write a credential or a stack as an Achievement of Open Badges 3.0.

Source: 1EdTech, Open Badges Specification 3.0 (https://www.imsglobal.org/spec/ob/v3p0), sections Achievement,
Alignment, ResultDescription. Everything that has an id is described in one place only and named by its id elsewhere,
since the same node in two places is one node to whoever checks a signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ipe_workbench.credentials.exchange.narrative import criteria_narrative, one_line
from ipe_workbench.credentials.model import Alignment, MicroCredential, Rubric, RubricCriterion, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks import Framework
from ipe_workbench.frameworks.exporting import without_official_wording
from ipe_workbench.frameworks.identifiers import address, is_address

__all__ = [
    "CONTEXT",
    "achievement",
    "achievement_id",
    "achievement_losses",
    "issuer_id",
    "result_id",
    "rubric_level_id",
]

#: What a file of its own states; inside a badge the badge's own context holds.
CONTEXT = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
#: The words of Open Badges; 1EdTech TrustEd calls a micro-credential only what is validated or demonstrated.
_TYPES = {
    "recognition": "Badge",
    "knowledge": "MicroCredential",
    "application": "MicroCredential",
    "certificate": "Certificate",
    "micro-credential": "MicroCredential",
    "badge": "Badge",
}
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
#: Fields that an Achievement holds as data, and those that it says in the criteria's words only.
_AS_DATA = frozenset({"id", "title", "version", "summary", "tags", "language", "alignments", "rubric", "ects", "type",
                      "kind", "competency", "framework"})  # fmt: skip
_IN_WORDS = frozenset({"criteria", "learning_outcomes", "assessment", "hours", "validity_months", "professions",
                       "co_issuers", "requires", "rule", "participation", "eqf_level",
                       "quality_assurance"})  # fmt: skip
#: Not part of the design that learners see: notes to the checks, and whether it is offered yet.
_OUR_OWN = frozenset({"allow", "extras", "status"})


def achievement(
    design: MicroCredential | Stack, programme: Programme, *, creator: str | None = None, base: str | None = None
) -> dict[str, Any]:
    """The credential or stack as an Achievement, ready to stand in a badge.

    Parameters
    ----------
    design : MicroCredential or Stack
        What to write, of today or as a version of it was issued.
    programme : Programme
        Its programme: titles for the rules, frameworks for the alignments.
    creator : str, optional
        Id of the issuer's profile; by default `issuer_id`. Only the id is written: the profile is described where the
        badge names its issuer.
    base : str, optional
        Address under which achievements are published, such as ``https://badges.example.edu/achievements/``. Without
        one the id is a URN.

    Returns
    -------
    dict
        Plain JSON in the words of Open Badges, without ``@context``. The same in, the same out.

    Notes
    -----
    A competency whose statement is official wording, in a framework that states no licence, is named by title and code
    only. Alignments to competencies that the programme's frameworks do not have are left out, as
    `achievement_losses` says.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> made = achievement(programme.credentials["team-simulation"], programme)
    >>> made["id"]
    'urn:uuid:af1c1a24-b915-5969-b51b-3da8a286b9b0'
    >>> made["achievementType"], [one["targetCode"] for one in made["alignment"]]
    ('MicroCredential', ['TT4', 'RR4', 'TT8', 'TT3'])
    >>> made["resultDescription"][1]["rubricCriterionLevel"][0]["points"]
    '1'
    """
    name = achievement_id(design, programme, base=base)
    made = {
        "id": name,
        "type": ["Achievement"],
        "achievementType": _TYPES[design.kind if isinstance(design, Stack) else design.type],
        "name": one_line(design.title),
        "description": design.summary.strip() or one_line(design.title),
        "criteria": {"narrative": criteria_narrative(design, programme)},
        "creator": {"id": creator or issuer_id(programme), "type": ["Profile"]},
        "humanCode": design.id,
        "version": design.version,
        "inLanguage": _language(design, programme),
        "creditsAvailable": design.ects,
        "image": {"id": design.image, "type": "Image"} if is_address(design.image) else None,
        "tag": list(dict.fromkeys(filter(None, map(str.strip, design.tags)))),
        "alignment": list(_alignments(design, programme)),
        "resultDescription": list(_results(design, name)) if isinstance(design, MicroCredential) else [],
        "related": [{"id": one, "type": ["Related"]} for one in _related(design, programme, base)],
    }
    return {key: value for key, value in made.items() if value not in (None, "", [])}


def achievement_id(design: MicroCredential | Stack, programme: Programme, *, base: str | None = None) -> str:
    """The id of that version of the design: always the same for the same issuer, programme, id and version.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> achievement_id(programme.credentials["team-simulation"], programme, base="https://badges.example.edu/a")
    'https://badges.example.edu/a/cu-ipe/team-simulation/1.0'
    """
    return _versioned_id(design.id, design.version, programme, base)


def issuer_id(programme: Programme) -> str:
    """The id of the issuer's profile: its web address, else a URN made of its name."""
    issuer = programme.info.issuer
    return issuer.url if is_address(issuer.url) else _urn("issuer", issuer.name)


def result_id(achievement: str, criterion: str | None = None) -> str:
    """The id of the ResultDescription of a rubric row, or of the score, in the achievement with that id."""
    return _urn(achievement, "score" if criterion is None else "row", criterion or "")


def rubric_level_id(achievement: str, criterion: str, level: str) -> str:
    """The id of a level of a rubric row, which a Result names as what was achieved."""
    return _urn(achievement, "level", criterion, level)


def achievement_losses(design: MicroCredential | Stack, programme: Programme) -> tuple[Finding, ...]:
    """What an Achievement does not carry of the design, or carries in words only.

    Returns
    -------
    tuple of Finding
        Ids ``lost-in-export`` (warning), ``words-only`` (info) and ``official-wording-withheld`` (warning).
    """
    place, kept = _place(design, programme), _AS_DATA | ({"image"} if is_address(design.image) else set())
    stated = [name for name in type(design).model_fields if name not in _OUR_OWN and _stated(design, name)]
    lost = [name for name in stated if name not in kept | _IN_WORDS]
    words = [name for name in stated if name in _IN_WORDS]
    if isinstance(design, MicroCredential):
        lost += ["the level, relation and criteria of its alignments"] if design.alignments else []
        lost += ["whether its rubric is public"] if design.rubric is not None and not design.rubric.public else []
        weighty = design.rubric is not None and any(one.weight != 1 for one in design.rubric.criteria)
        words += ["the weights of its rubric"] if weighty and design.assessment is not None else []
    found = []
    if lost:
        message = f"An Achievement does not carry {', '.join(lost)} of {design.id}."
        mend = "Keep the programme's own file as the master copy."
        found.append(Finding("lost-in-export", "warning", message, mend, place, design.id))
    if words:
        message = f"An Achievement says {', '.join(words)} of {design.id} in the words of its criteria only."
        found.append(Finding("words-only", "info", message, place=place, subject=design.id))
    unknown = [
        one.competency
        for one in _claims(design)
        if one.framework not in programme.frameworks or programme.frameworks[one.framework].find(one.competency) is None
    ]
    if unknown:
        message = f"Alignments of {design.id} to what no framework has are left out: {', '.join(unknown)}."
        found.append(Finding("lost-in-export", "warning", message, "Correct the codes.", place, design.id))
    for framework in dict.fromkeys(one.framework for one in _claims(design)):
        if framework in programme.frameworks:
            found += without_official_wording(programme.frameworks[framework])[1]
    return tuple(found)


def _urn(*parts: str) -> str:
    # Lengths keep apart what a sign between the parts could not.
    return uuid5(NAMESPACE_URL, "ipe-workbench:" + "".join(f"{len(one)}:{one}" for one in parts)).urn


def _versioned_id(reference: str, version: str, programme: Programme, base: str | None) -> str:
    if base is not None and is_address(f"{base.rstrip('/')}/{programme.id}/{reference}/{version}"):
        return f"{base.rstrip('/')}/{programme.id}/{reference}/{version}"
    return _urn("achievement", issuer_id(programme), programme.id, reference, version)


def _language(design: MicroCredential | Stack, programme: Programme) -> str | None:
    written = design.language if isinstance(design, MicroCredential) else programme.info.language
    return written if _LANGUAGE.fullmatch(written) else None


def _claims(design: MicroCredential | Stack) -> tuple[Alignment, ...]:
    if isinstance(design, MicroCredential):
        return design.alignments
    if design.competency is None or design.framework is None:
        return ()
    return (Alignment(framework=design.framework, competency=design.competency, how=("assessed",), level=design.stage),)


def _alignments(design: MicroCredential | Stack, programme: Programme) -> Iterator[dict[str, Any]]:
    """One for each competency: equal siblings would make a badge that verifiers refuse."""
    seen: set[tuple[str, str]] = set()
    for one in _claims(design):
        framework = programme.frameworks.get(one.framework)
        found = framework.find(one.competency) if framework is not None else None
        if framework is not None and found is not None and (framework.id, found.id) not in seen:
            seen.add((framework.id, found.id))
            yield _alignment(framework, found.id)


def _alignment(framework: Framework, competency: str) -> dict[str, Any]:
    one = without_official_wording(framework)[0][competency]
    code = one.code or one.id
    made = {
        "type": ["Alignment"],
        "targetName": one_line(one.title or one.statement or code),
        "targetUrl": address(one.uri, framework.id, one.id),
        "targetType": "CFItem",
        "targetCode": code,
        "targetFramework": framework.title,
        "targetDescription": one.statement if one.title and one.statement else None,
    }
    return {key: value for key, value in made.items() if value is not None}


def _results(credential: MicroCredential, name: str) -> Iterator[dict[str, Any]]:
    assessment = credential.assessment
    if assessment is not None:
        needed = {"requiredValue": f"{assessment.pass_score * 100:g}"} if "score" in assessment.pass_rule else {}
        score = {"name": "Score in the assessment", "resultType": "Percent", "valueMin": "0", "valueMax": "100"}
        yield {"id": result_id(name), "type": ["ResultDescription"]} | score | needed
    if credential.rubric is not None:
        yield from (_row(credential.rubric, row, name) for row in credential.rubric.criteria)


def _row(rubric: Rubric, row: RubricCriterion, name: str) -> dict[str, Any]:
    levels = []
    for number, level in enumerate(rubric.levels, start=1):
        made = {
            "id": rubric_level_id(name, row.id, level.id),
            "type": ["RubricCriterionLevel"],
            "name": one_line(level.title),
            "level": str(number),
            "points": f"{level.points:g}",
            "description": row.descriptors.get(level.id, "").strip(),
        }
        levels.append({key: value for key, value in made.items() if value})
    return {
        "id": result_id(name, row.id),
        "type": ["ResultDescription"],
        "name": one_line(row.title),
        "resultType": "RubricCriterionLevel",
        "requiredLevel": rubric_level_id(name, row.id, rubric.pass_level),
        "rubricCriterionLevel": levels,
    }


def _related(design: MicroCredential | Stack, programme: Programme, base: str | None) -> Iterator[str]:
    """What the rule asks for, and the versions before that were issued."""
    rule = design.rule if isinstance(design, Stack) else design.requires
    for badge in badges_in(rule) if rule is not None else ():
        other = programme.credentials.get(badge) or programme.stacks.get(badge)
        if other is not None and other.id != design.id:
            yield achievement_id(other, programme, base=base)
    for reference, version in programme.issued:
        if reference == design.id and version != design.version:
            yield _versioned_id(reference, version, programme, base)


def _stated(design: MicroCredential | Stack, name: str) -> bool:
    value = getattr(design, name)
    default = type(design).model_fields[name].get_default(call_default_factory=True)
    return bool(value != default and value not in ("", ()))


def _place(design: MicroCredential | Stack, programme: Programme) -> Place:
    return programme.place("stack" if isinstance(design, Stack) else "credential", design.id)
