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
from ipe_workbench.badges.times import CLOCK_SKEW, moment

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
    members = list(_members(credential))
    statuses = [StatusAnswer("none", "")]
    for index, (about, member) in enumerate(members):
        flaw = _member_flaw(about, member, keys, now)
        if flaw:
            return (flaw[0], f"Member {index + 1}: {flaw[1]}"), statuses[0]
        statuses.append(check_status(member, issuer_of(member), lists, keys, now=now))
    order = ("none", "good", "unknown", "suspended", "revoked")
    worst = max(statuses, key=lambda one: order.index(one.status))
    if not members:
        return None, worst
    over = sum(_in_force(member, now) is not None for _, member in members)
    expired = f" {over} of them are not in force now (expired, or not yet valid)." if over else ""
    return ("ok", f"Each of the {len(members)} members is genuine.{expired}"), worst


def endorsement_answers(
    credential: Mapping[str, Any], keys: KnownKeys, lists: Sequence[Badge], *, now: datetime.datetime
) -> _Answer | None:
    """How the endorsements inside a badge or a transcript verify; ``None`` when there are none.

    One that is not its endorser's, or is about something else, is a failure. One that has expired or was withdrawn is
    told, but does the badge no harm.
    """
    endorsers: list[str] = []
    open_ones: list[str] = []
    for endorsed, endorsement in _endorsements(credential):
        if endorsement is None:
            open_ones.append("one as a token, which is not checked here")
            continue
        issuer = issuer_of(endorsement)
        subject = endorsement.get("credentialSubject")
        if not isinstance(subject, Mapping) or subject.get("id") != endorsed:
            return "failed", f"An endorsement by {issuer[:120]} is about something else."
        if structure_flaws(endorsement):
            return "failed", f"An endorsement by {issuer[:120]} is not as the standard asks."
        answer = check_proof(endorsement, issuer, keys, now=now)
        if answer.state is False:
            return "failed", f"The endorsement in the name of {issuer[:120]} is not theirs. {answer.reason}"
        status = check_status(endorsement, issuer, lists, keys, now=now).status
        if status not in ("none", "good"):
            open_ones.append(f"{issuer[:120]} (status {status})")
        elif (over := _in_force(endorsement, now)) is not None:
            open_ones.append(f"{issuer[:120]} ({over})")
        elif answer.state is None:
            open_ones.append(f"{issuer[:120]} (its keys are not known here)")
        else:
            endorsers.append(issuer[:120])
    if open_ones:
        return "unknown", f"These endorsements cannot be relied on: {', '.join(open_ones[:5])}."
    return ("ok", f"Endorsed by {', '.join(dict.fromkeys(endorsers[:5]))}.") if endorsers else None


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


def _members(credential: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Each member with the subject of the record that holds it; those of a record inside a record, too."""
    subject = credential.get("credentialSubject") if isinstance(credential, Mapping) else None
    if not isinstance(subject, Mapping):
        return
    members = subject.get("verifiableCredential")
    for member in members if isinstance(members, list) else ():
        yield subject, member
        yield from _members(member)


def _in_force(credential: Mapping[str, Any], now: datetime.datetime) -> str | None:
    """Why a credential is not in force; ``None`` when it is."""
    start, end = moment(credential.get("validFrom")), moment(credential.get("validUntil"))
    if end is not None and end < now:
        return "expired"
    return "not yet valid" if start is not None and start - now > CLOCK_SKEW else None


def _endorsements(value: Any) -> Iterator[tuple[Any, Mapping[str, Any] | None]]:
    """Each endorsement, wherever it stands, with the id of what it stands in; ``None`` for one as a token."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, (dict, list)):
                yield from _endorsements(one)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "endorsement":
                listed = inner if isinstance(inner, list) else [inner]
                yield from ((value.get("id"), one) for one in listed if isinstance(one, Mapping))
            elif name == "endorsementJwt":
                yield value.get("id"), None
            if isinstance(inner, (dict, list)):
                yield from _endorsements(inner)
