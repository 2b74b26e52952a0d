"""Whether a credential has the form of Open Badges 3.0 or CLR 2.0: the JSON Schema, then rules that it cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import fastjsonschema

from ipe_workbench.badges.contexts import schema
from ipe_workbench.badges.times import moment

__all__ = ["kind_of", "schema_flaw", "structure_flaws"]

_SCHEMAS = {
    "OpenBadgeCredential": "achievementcredential",
    "AchievementCredential": "achievementcredential",
    "ClrCredential": "clrcredential",
    "EndorsementCredential": "endorsementcredential",
}


def kind_of(credential: Mapping[str, Any]) -> str | None:
    """Which schema a credential follows by its types; ``None`` when it is none of ours.

    Examples
    --------
    >>> kind_of({"type": ["VerifiableCredential", "OpenBadgeCredential"]})
    'achievementcredential'
    """
    types = credential.get("type")
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or "VerifiableCredential" not in types:
        return None
    kinds = {_SCHEMAS[one] for one in types if isinstance(one, str) and one in _SCHEMAS}
    return kinds.pop() if len(kinds) == 1 else None


def structure_flaws(credential: Mapping[str, Any]) -> list[str]:
    """What is wrong with the form of a badge, an endorsement or a transcript; empty when nothing is.

    Examples
    --------
    >>> structure_flaws({"type": ["VerifiableCredential"]})
    ['This is no Open Badge, endorsement or CLR of the standards (type).']
    """
    kind = kind_of(credential)
    if kind is None:
        return ["This is no Open Badge, endorsement or CLR of the standards (type)."]
    flaw = schema_flaw(credential, kind)
    return list(_model_flaws(credential, kind)) if flaw is None else [flaw]


def schema_flaw(credential: Mapping[str, Any], kind: str) -> str | None:
    """The first violation of a JSON Schema, by its name; see `contexts.schema`."""
    try:
        _validator(kind)(credential)
    except fastjsonschema.JsonSchemaValueException as error:
        return _sentence(error)
    return None


@cache
def _validator(kind: str) -> Callable[[Mapping[str, Any]], Any]:
    # The formats are checked by `times`, which knows the calendar; the library's own patterns let 30 February pass.
    formats: dict[str, Any] = {"date-time": lambda text: moment(text) is not None}
    validator: Callable[[Mapping[str, Any]], Any] = fastjsonschema.compile(
        dict(schema(kind)), formats=formats, use_default=False
    )
    return validator


def _sentence(error: fastjsonschema.JsonSchemaValueException) -> str:
    message = error.message.replace("data.", "", 1) if error.message.startswith("data.") else error.message
    return f"{message[:300]}."


def _model_flaws(credential: Mapping[str, Any], kind: str) -> Iterator[str]:
    start, end = moment(credential["validFrom"]), moment(credential.get("validUntil"))
    if start is not None and end is not None and end < start:
        yield "validUntil is before validFrom."
    subject = credential["credentialSubject"]
    if kind == "achievementcredential":
        yield from _subject_flaws(subject)
    elif kind == "clrcredential":
        yield from _association_flaws(subject)


def _subject_flaws(subject: Mapping[str, Any]) -> Iterator[str]:
    achievement = subject.get("achievement")
    if not isinstance(achievement, Mapping):
        return
    yield from _required_level_flaws(achievement)
    descriptions = {one["id"]: one for one in achievement.get("resultDescription", ())}
    for index, result in enumerate(subject.get("result", ())):
        named = result.get("resultDescription")
        if named is not None and named not in descriptions:
            yield f"result[{index}] names a resultDescription that the achievement has not."
        elif "achievedLevel" in result:
            levels = descriptions[named].get("rubricCriterionLevel", ()) if named else ()
            if result["achievedLevel"] not in [level["id"] for level in levels]:
                yield f"result[{index}] names an achievedLevel that its resultDescription has not."


def _required_level_flaws(achievement: Mapping[str, Any]) -> Iterator[str]:
    for description in achievement.get("resultDescription", ()):
        levels = [level["id"] for level in description.get("rubricCriterionLevel", ())]
        if "requiredLevel" in description and levels and description["requiredLevel"] not in levels:
            yield f"The required level of {description['name'][:60]!r} is none of its levels."


def _association_flaws(subject: Mapping[str, Any]) -> Iterator[str]:
    known = {one["id"] for one in subject.get("achievement", ()) if isinstance(one, Mapping) and "id" in one}
    for member in subject.get("verifiableCredential", ()):
        if isinstance(member, Mapping):
            known.add(member.get("id"))
            inner = member.get("credentialSubject")
            if isinstance(inner, Mapping) and isinstance(inner.get("achievement"), Mapping):
                known.add(inner["achievement"].get("id"))
    for index, association in enumerate(subject.get("association", ())):
        for end in ("sourceId", "targetId"):
            if association[end] not in known:
                yield f"association[{index}] leads to {str(association[end])[:80]!r}, which the record does not hold."
