"""Whether a credential was revoked or suspended, by the lists that the verifier has."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.proof import check_proof
from ipe_workbench.badges.reading import Badge
from ipe_workbench.badges.status import StatusListError, list_bits, list_flaw
from ipe_workbench.badges.web_token import check_token

__all__ = ["StatusAnswer", "check_status"]


@dataclass(frozen=True)
class StatusAnswer:
    """The status of a credential: ``none`` when it names none, ``unknown`` when one that it names cannot be checked."""

    status: Literal["none", "good", "revoked", "suspended", "unknown"]
    reason: str


# The worst answer of several entries counts.
_GRAVITY = ("none", "good", "unknown", "suspended", "revoked")


def check_status(
    credential: Mapping[str, Any], issuer: str, lists: Sequence[Badge], keys: KnownKeys, *, now: datetime.datetime
) -> StatusAnswer:
    """The status that a credential names, looked up in lists.

    Parameters
    ----------
    credential : mapping
        The credential.
    issuer : str
        Its issuer, who must have signed the lists, too.
    lists : sequence of Badge
        Status list credentials, and lists in 1EdTech's form.
    keys : KnownKeys
        The keys for the lists' proofs.
    now : datetime
        Lists that are too old at that moment do not count.
    """
    named = credential.get("credentialStatus")
    if named is None:
        return StatusAnswer("none", "The badge names no status list; its issuer cannot revoke it.")
    entries = named if isinstance(named, list) else [named]
    answers = [_answer(entry, credential, issuer, lists, keys, now) for entry in entries]
    return max(
        answers, key=lambda one: _GRAVITY.index(one.status), default=StatusAnswer("unknown", "The status is empty.")
    )


def _answer(
    entry: Any,
    credential: Mapping[str, Any],
    issuer: str,
    lists: Sequence[Badge],
    keys: KnownKeys,
    now: datetime.datetime,
) -> StatusAnswer:
    if not isinstance(entry, Mapping):
        return StatusAnswer("unknown", "The status is no object.")
    if entry.get("type") == "1EdTechRevocationList":
        return _by_1edtech(entry, credential, issuer, lists)
    if entry.get("type") != "BitstringStatusListEntry":
        return StatusAnswer("unknown", f"A status of the type {str(entry.get('type'))[:60]!r} cannot be checked here.")
    address = entry.get("statusListCredential")
    candidates = [one for one in lists if one.credential.get("id") == address]
    if not candidates:
        given = "None of the given lists is" if lists else "No list was given; the badge names"
        return StatusAnswer("unknown", f"{given} {str(address)[:200]}.")
    for candidate in candidates:
        flaw = list_flaw(entry, issuer, candidate.credential, now) or _proof_flaw(candidate, issuer, keys, now)
        if flaw:
            return StatusAnswer("unknown", flaw)
    try:
        is_set = any(list_bits(entry, candidate.credential) for candidate in candidates)
    except StatusListError as error:
        return StatusAnswer("unknown", str(error))
    if not is_set:
        return StatusAnswer("good", f"The list of {entry['statusPurpose']}s does not have it.")
    return StatusAnswer(
        "revoked" if entry["statusPurpose"] == "revocation" else "suspended",
        f"The issuer's list says so ({entry['statusPurpose']}).",
    )


def _proof_flaw(listed: Badge, issuer: str, keys: KnownKeys, now: datetime.datetime) -> str | None:
    if listed.token is not None:
        state, reason, _ = check_token(listed.token, issuer, keys)
    else:
        answer = check_proof(listed.credential, issuer, keys, now=now)
        state, reason = answer.state, answer.reason
    return None if state is True else f"The status list is not signed by the issuer. {reason}"


def _by_1edtech(
    entry: Mapping[str, Any], credential: Mapping[str, Any], issuer: str, lists: Sequence[Badge]
) -> StatusAnswer:
    candidates = [one.credential for one in lists if one.credential.get("id") == entry.get("id")]
    if not candidates:
        return StatusAnswer("unknown", f"The list {str(entry.get('id'))[:200]} was not given.")
    for candidate in candidates:
        revoked = candidate.get("revokedCredential", [])
        if (
            candidate.get("issuer") != issuer
            or not isinstance(revoked, list)
            or not all(isinstance(one, Mapping) for one in revoked)
        ):
            return StatusAnswer("unknown", "The revocation list is of another issuer, or is none.")
        for one in revoked:
            if one.get("id") == credential.get("id") and one.get("revoked", True) is not False:
                return StatusAnswer("revoked", f"Revoked: {str(one.get('revocationReason', 'no reason given'))[:200]}")
    return StatusAnswer("good", "The revocation list does not have it (such lists are not signed).")
