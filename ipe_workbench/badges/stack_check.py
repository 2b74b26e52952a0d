"""Whether the badges of a record complete the stacks that it names, by the rules of the programme."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ipe_workbench.badges.times import moment
from ipe_workbench.credentials.completions import with_completions
from ipe_workbench.credentials.facts import Award, Facts, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Approval, Hours, PerProfession, Rule, Score, walk

__all__ = ["completed_stacks", "member_facts", "references_of", "stack_answer"]

_Answer = tuple[Literal["ok", "failed", "unknown"], str]


def stack_answer(credential: Mapping[str, Any], programme: Programme | None) -> _Answer | None:
    """Whether the members of a record complete the stacks among its achievements; ``None`` when it names none.

    A stack whose own signed badge is a member needs no rule: the issuer has said so. A rule that asks for what badges
    do not tell (approvals, hours, the profession) is ``unknown`` unless the badges satisfy it anyway.
    """
    subject = credential["credentialSubject"]
    claimed = [one for one in subject.get("achievement", ()) if isinstance(one, Mapping)]
    if not claimed:
        return None
    if programme is None:
        return "unknown", "The rules of its stacks are not known here; give them with --programme."
    issuer = credential["issuer"]
    issuer = str(issuer.get("id")) if isinstance(issuer, Mapping) else str(issuer)
    start = moment(credential["validFrom"])
    if start is None:
        return "unknown", "The date of the record cannot be read."
    facts = member_facts(subject["verifiableCredential"], issuer, programme)
    complete = completed_stacks(programme, facts, on=start.date())
    open_ones = []
    for one in claimed:
        name = one.get("humanCode")
        stack = programme.stacks.get(name) if isinstance(name, str) else None
        title = str(one.get("name"))[:80]
        if stack is None or stack.version != one.get("version"):
            open_ones.append(title)
        elif name not in complete:
            if not _tells_all(stack.rule):
                open_ones.append(title)
            else:
                return "failed", f"The badges do not complete {title}."
    if open_ones:
        return "unknown", f"Badges alone do not tell whether these are complete: {', '.join(open_ones[:5])}."
    return "ok", f"The badges complete {', '.join(str(one.get('name'))[:80] for one in claimed[:5])}."


def completed_stacks(programme: Programme, facts: Facts, *, on: datetime.date) -> list[str]:
    """The stacks that are complete on a day, in the programme's order."""
    held = {one.badge for one in with_completions(facts, programme, on=on).known_on(on).awards}
    return [name for name in programme.stacks if name in held]


def references_of(
    members: Iterable[Mapping[str, Any]], issuer: str, programme: Programme
) -> dict[str, Mapping[str, Any]]:
    """The members by the id of their credential or stack; of several the last. Those of other issuers do not count."""
    found = {}
    for member in members:
        named = member["issuer"]
        code = _achievement(member).get("humanCode")
        by = named.get("id") if isinstance(named, Mapping) else named
        if by == issuer and (code in programme.credentials or code in programme.stacks):
            found[str(code)] = member
    return found


def member_facts(
    members: Iterable[Mapping[str, Any]], issuer: str, programme: Programme, *, profession: str | None = None
) -> Facts:
    """What the members of a record tell for the rules: awards with their last day, and scores."""
    awards, scores = [], []
    for member in members:
        found = references_of([member], issuer, programme)
        start, end = moment(member["validFrom"]), moment(member.get("validUntil"))
        for name in found if start is not None else ():
            day = (moment(member.get("awardedDate")) or start).date()  # type: ignore[union-attr]
            hours = programme.credentials[name].hours if name in programme.credentials else 0.0
            version = str(_achievement(member).get("version", ""))
            awards.append(Award(name, day, end.date() if end else None, hours, version))
            scores += [ScoreReached(name, value, day) for value in _scores(member)]
    return Facts(profession=profession, awards=tuple(awards), scores=tuple(scores))


def _achievement(member: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a member was awarded for; empty for an endorsement, which may be a member as well."""
    found = member["credentialSubject"].get("achievement")
    return found if isinstance(found, Mapping) else {}


def _scores(member: Mapping[str, Any]) -> list[float]:
    described = _achievement(member).get("resultDescription", ())
    percents = {one["id"] for one in described if one.get("resultType") == "Percent"}
    found = []
    for result in member["credentialSubject"].get("result", ()):
        if result.get("resultDescription") in percents:
            try:
                found.append(min(1.0, max(0.0, float(result["value"]) / 100)))
            except (KeyError, ValueError):
                continue
    return found


def _tells_all(rule: Rule) -> bool:
    return not any(isinstance(one, Approval | Hours | PerProfession | Score) for one in walk(rule))
