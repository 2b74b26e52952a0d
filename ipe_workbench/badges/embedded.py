"""Credentials inside a credential: the members of a transcript (CLR 2.0) and endorsements. Each is verified by itself.

The proof around them does not do: in a transcript, nodes of the same id merge, and anybody can sign words of praise in
another's name.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.proof import check_proof
from ipe_workbench.badges.reading import Badge
from ipe_workbench.badges.status_check import StatusAnswer, check_status
from ipe_workbench.badges.structure import structure_flaws

__all__ = ["endorsement_answers", "member_answers"]

_Answer = tuple[Literal["ok", "failed", "unknown"], str]


def member_answers(
    credential: Mapping[str, Any], keys: KnownKeys, lists: Sequence[Badge], *, now: datetime.datetime
) -> tuple[_Answer | None, StatusAnswer]:
    """How the members of a transcript verify, and the gravest of their statuses.

    Returns
    -------
    tuple
        The answer, ``None`` without members; and the status.
    """
    subject = credential.get("credentialSubject")
    if not isinstance(subject, Mapping):
        return None, StatusAnswer("none", "")
    members = subject.get("verifiableCredential", [])
    statuses = [StatusAnswer("none", "")]
    for index, member in enumerate(members):
        flaw = _member_flaw(subject, member, keys, now)
        if flaw:
            return (flaw[0], f"Member {index + 1}: {flaw[1]}"), statuses[0]
        statuses.append(check_status(member, issuer_of(member), lists, keys, now=now))
    order = ("none", "good", "unknown", "suspended", "revoked")
    worst = max(statuses, key=lambda one: order.index(one.status))
    return (("ok", f"Each of the {len(members)} members is genuine.") if members else None), worst


def endorsement_answers(credential: Mapping[str, Any], keys: KnownKeys, *, now: datetime.datetime) -> _Answer | None:
    """How the endorsements inside a badge verify; ``None`` when there are none."""
    endorsers: list[str] = []
    open_ones: list[str] = []
    for endorsed, endorsement in _endorsements(credential):
        issuer = issuer_of(endorsement)
        subject = endorsement.get("credentialSubject")
        if not isinstance(subject, Mapping) or subject.get("id") != endorsed:
            return "failed", f"An endorsement by {issuer[:120]} is about something else."
        if structure_flaws(endorsement):
            return "failed", f"An endorsement by {issuer[:120]} is not as the standard asks."
        answer = check_proof(endorsement, issuer, keys, now=now)
        if answer.state is False:
            return "failed", f"The endorsement in the name of {issuer[:120]} is not theirs. {answer.reason}"
        (endorsers if answer.state else open_ones).append(issuer[:120])
    if open_ones:
        return "unknown", f"The keys of these endorsers are not known here: {', '.join(open_ones[:5])}."
    return ("ok", f"Endorsed by {', '.join(endorsers[:5])}.") if endorsers else None


def issuer_of(credential: Mapping[str, Any]) -> str:
    """The id of a credential's issuer; empty when there is none."""
    issuer = credential.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return identifier if isinstance(identifier, str) else ""


def _member_flaw(subject: Mapping[str, Any], member: Any, keys: KnownKeys, now: datetime.datetime) -> _Answer | None:
    if not isinstance(member, Mapping):
        return "failed", "It is no credential."
    flaws = structure_flaws(member)
    if flaws:
        return "failed", flaws[0]
    if not _same_person(subject, member["credentialSubject"]):
        return "failed", "It is about somebody else than the transcript."
    answer = check_proof(member, issuer_of(member), keys, now=now)
    if answer.state is True:
        return None
    return ("unknown" if answer.state is None else "failed"), answer.reason


def _same_person(subject: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if subject.get("id") is not None and subject.get("id") == other.get("id"):
        return True
    mine, theirs = subject.get("identifier", []), other.get("identifier", [])
    return any(one in theirs for one in mine)


def _endorsements(credential: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Each endorsement with the id of what it stands in: the credential, its issuer or its achievement."""
    subject = credential.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, Mapping) else None
    for holder in (credential, credential.get("issuer"), achievement):
        if isinstance(holder, Mapping):
            for endorsement in holder.get("endorsement", []):
                yield holder.get("id"), endorsement
