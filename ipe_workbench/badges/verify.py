"""Verify a badge: a list of checks, each with its result, and one verdict that follows from them.

Nothing is fetched: keys and status lists are what the verifier was given. A check that could not be made is
``unknown``, never passed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ipe_workbench.badges.embedded import endorsement_answers, member_answers
from ipe_workbench.badges.known_keys import KeyAnswer, KnownKeys
from ipe_workbench.badges.proof import check_proof, proofs_of
from ipe_workbench.badges.reading import Badge, RefusedBadgeError, read_badge
from ipe_workbench.badges.recipient import recipient_answer
from ipe_workbench.badges.stack_check import stack_answer
from ipe_workbench.badges.status_check import StatusAnswer, check_status
from ipe_workbench.badges.structure import kind_of, structure_flaws
from ipe_workbench.badges.times import CLOCK_SKEW, moment
from ipe_workbench.badges.web_token import check_token, claims_flaw
from ipe_workbench.credentials.programme import Programme

__all__ = ["Check", "State", "Verdict", "Verification", "verify", "verify_badge"]

State = Literal["ok", "failed", "unknown"]
Verdict = Literal[
    "verified", "issuer-unknown", "expired", "not-yet-valid", "revoked", "suspended", "status-unknown", "invalid"
]


@dataclass(frozen=True)
class Check:
    """One check: its id, how it ended, and a sentence."""

    id: str
    state: State
    detail: str


@dataclass(frozen=True)
class Verification:
    """What came of verifying a badge.

    Parameters
    ----------
    verdict : str
        ``verified`` or ``issuer-unknown`` (both valid: the second says that the keys are right, but nobody vouched for
        the issuer), ``expired``, ``not-yet-valid``, ``revoked``, ``suspended``, ``status-unknown``, ``invalid``.
    checks : tuple of Check
        ``readable``, ``structure``, ``proof``, ``issuer-key``, ``purpose``, ``validity``, ``status``, ``issuer``;
        ``recipient``, ``alignment``,
        ``endorsements``, ``members`` and ``stacks`` where there is something to check.
    credential : mapping or None
        The credential, for display; escape it, it is hostile.
    """

    verdict: Verdict
    checks: tuple[Check, ...]
    credential: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def valid(self) -> bool:
        """Whether the badge holds."""
        return self.verdict in ("verified", "issuer-unknown")

    def state(self, check: str) -> State | None:
        """How a check ended; ``None`` when it was not made."""
        return next((one.state for one in self.checks if one.id == check), None)


def verify(
    content: bytes,
    *,
    now: datetime.datetime,
    keys: KnownKeys | None = None,
    issuers: Collection[str] = (),
    lists: Sequence[Badge] = (),
    recipient: str | None = None,
    known_alignment: Callable[[Mapping[str, Any]], bool | None] | None = None,
    programme: Programme | None = None,
) -> Verification:
    """Verify the content of a file.

    Parameters
    ----------
    content : bytes
        JSON or a JSON Web Token.
    now : datetime
        The moment to verify at, with a zone.
    keys : KnownKeys, optional
        Keys of issuers; a did:key needs none.
    issuers : collection of str, optional
        Ids of the issuers that are trusted. Without any, those are trusted whose keys were given.
    lists : sequence of Badge, optional
        Status lists.
    recipient : str, optional
        E-mail address or id of who shows the badge.
    known_alignment : callable, optional
        Whether an alignment leads to a competency that exists; ``None`` when its framework is not known.
    programme : Programme, optional
        Whose rules say whether the badges of a record complete its stacks.

    Raises
    ------
    UnreadableBadgeError
        When the content is no badge at all.

    Examples
    --------
    >>> report = verify(b'{"type": "VerifiableCredential"}', now=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC))
    >>> report.verdict, report.state("structure"), report.state("proof")
    ('invalid', 'failed', 'failed')
    """
    try:
        badge = read_badge(content)
    except RefusedBadgeError as error:
        return Verification("invalid", (Check("readable", "failed", str(error)),))
    return verify_badge(
        badge,
        now=now,
        keys=keys,
        issuers=issuers,
        lists=lists,
        recipient=recipient,
        known_alignment=known_alignment,
        programme=programme,
    )


def verify_badge(
    badge: Badge,
    *,
    now: datetime.datetime,
    keys: KnownKeys | None = None,
    issuers: Collection[str] = (),
    lists: Sequence[Badge] = (),
    recipient: str | None = None,
    known_alignment: Callable[[Mapping[str, Any]], bool | None] | None = None,
    programme: Programme | None = None,
) -> Verification:
    """Verify a badge that was read; see `verify`.

    Examples
    --------
    >>> import datetime
    >>> from ipe_workbench.badges import read_badge
    >>> badge = read_badge(b'{"type": ["VerifiableCredential"]}')
    >>> verify_badge(badge, now=datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)).valid
    False
    """
    keys = keys or KnownKeys()
    credential = badge.credential
    issuer = _issuer_of(credential)
    checks = [Check("readable", "ok", "One meaning, within the limits.")]
    flaws = structure_flaws(credential)
    checks.append(
        Check("structure", "failed" if flaws else "ok", " ".join(flaws[:3]) or "As the standard's schema asks.")
    )
    proved, key = _proof_checks(badge, issuer, keys, now)
    checks += proved
    checks.append(_validity(credential, now))
    # A status list is worth unpacking only for a badge that is genuine so far.
    genuine = all(one.state == "ok" for one in checks if one.id != "validity")
    status = (
        check_status(credential, issuer, lists, keys, now=now)
        if genuine
        else StatusAnswer("unknown", "Not looked up, since the badge is not genuine.")
    )
    if genuine:
        members, worst = member_answers(credential, keys, lists, now=now)
        checks += [Check("members", *members)] if members else []
        status = _graver(status, worst)
        stacks = stack_answer(credential, programme) if members and members[0] == "ok" else None
        checks += [Check("stacks", *stacks)] if stacks else []
        endorsed = endorsement_answers(credential, keys, lists, now=now)
        checks += [Check("endorsements", *endorsed)] if endorsed else []
    checks.append(Check("status", _STATUS_STATES[status.status], status.reason))
    if recipient is not None:
        matches, reason = recipient_answer(credential.get("credentialSubject"), recipient)
        checks.append(Check("recipient", "ok" if matches else "failed", reason))
    if known_alignment is not None and genuine and kind_of(credential) == "achievementcredential":
        checks += _alignment(credential, known_alignment)
    checks.append(_trust(issuer, issuers, key))
    return Verification(_verdict(checks, status), tuple(checks), credential)


def _issuer_of(credential: Mapping[str, Any]) -> str:
    issuer = credential.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return identifier if isinstance(identifier, str) else ""


def _proof_checks(
    badge: Badge, issuer: str, keys: KnownKeys, now: datetime.datetime
) -> tuple[list[Check], KeyAnswer | None]:
    if badge.token is None:
        answer = check_proof(badge.credential, issuer, keys, now=now)
        purpose: State = "unknown" if answer.purpose is None else "ok" if answer.purpose else "failed"
        words = {
            "ok": "The proof is made to assert.",
            "failed": "The proof was made for something else.",
            "unknown": "Not seen.",
        }
        return [
            _proof(answer.state, answer.reason),
            _key(answer.key),
            Check("purpose", purpose, words[purpose]),
        ], answer.key
    state, reason, key = check_token(badge.token, issuer, keys)
    flaw = claims_flaw(badge.token)
    if state is True and flaw:
        state, reason = False, flaw
    if state is True and proofs_of(badge.credential):
        inner = check_proof(badge.credential, issuer, keys, now=now)
        if inner.state is not True:
            state, reason = False, f"The proof inside the token does not hold. {inner.reason}"
    return [_proof(state, reason), _key(key), Check("purpose", "ok", "A signed token is made to assert.")], key


def _proof(state: bool | None, reason: str) -> Check:
    return Check("proof", "unknown" if state is None else "ok" if state else "failed", reason)


def _key(answer: KeyAnswer | None) -> Check:
    if answer is None:
        return Check("issuer-key", "unknown", "The check did not come as far as the key.")
    state: State = "ok" if answer.key is not None else "failed" if answer.known else "unknown"
    return Check("issuer-key", state, answer.reason)


def _validity(credential: Mapping[str, Any], now: datetime.datetime) -> Check:
    start, end = moment(credential.get("validFrom")), moment(credential.get("validUntil"))
    if start is None or ("validUntil" in credential and end is None):
        return Check("validity", "unknown", "The dates of the badge cannot be read.")
    if start - now > CLOCK_SKEW:
        return Check("validity", "failed", f"Not valid before {credential['validFrom']}.")
    if end is not None and end < now:
        return Check("validity", "failed", f"Expired on {credential['validUntil']}.")
    return Check("validity", "ok", f"Valid until {credential['validUntil']}." if end else "Valid without end.")


def _graver(one: StatusAnswer, other: StatusAnswer) -> StatusAnswer:
    order = ("none", "good", "unknown", "suspended", "revoked")
    return max(one, other, key=lambda answer: order.index(answer.status))


_STATUS_STATES: Mapping[str, State] = {
    "none": "ok",
    "good": "ok",
    "unknown": "unknown",
    "suspended": "failed",
    "revoked": "failed",
}


def _alignment(credential: Mapping[str, Any], known: Callable[[Mapping[str, Any]], bool | None]) -> list[Check]:
    alignments = credential["credentialSubject"]["achievement"].get("alignment", [])
    if not alignments:
        return []
    answers = [known(one) for one in alignments]
    wrong = [
        str(one.get("targetCode") or one["targetName"])[:40]
        for one, answer in zip(alignments, answers, strict=True)
        if answer is False
    ]
    if wrong:
        return [Check("alignment", "failed", f"Not in the framework that they name: {', '.join(wrong[:5])}.")]
    if None in answers:
        return [Check("alignment", "unknown", "A framework that the badge names is not known here.")]
    if len(alignments) == 1:
        return [Check("alignment", "ok", "The competency that it names is in its framework.")]
    return [Check("alignment", "ok", f"All {len(alignments)} competencies are in their frameworks.")]


def _trust(issuer: str, issuers: Collection[str], key: KeyAnswer | None) -> Check:
    if issuer in issuers:
        return Check("issuer", "ok", f"{issuer} is one of the trusted issuers.")
    if issuers:
        return Check("issuer", "unknown", f"{issuer[:200]} is none of the trusted issuers.")
    if key is not None and key.key is not None and key.source == "given":
        return Check("issuer", "ok", f"The keys of {issuer} were given by the verifier.")
    return Check("issuer", "unknown", "Nobody vouches for the issuer here; name trusted ones with --issuer.")


# An alignment to nowhere is told, but the badge was still issued as it stands.
_MUST_BE_OK = ("readable", "structure", "proof", "issuer-key", "purpose", "recipient", "members")


def _verdict(checks: Sequence[Check], status: StatusAnswer) -> Verdict:
    states = {one.id: one.state for one in checks}
    if any(states.get(name, "ok") != "ok" for name in _MUST_BE_OK) or "failed" in (
        states.get("endorsements"),
        states.get("stacks"),
    ):
        return "invalid"
    if status.status in ("revoked", "suspended"):
        return "revoked" if status.status == "revoked" else "suspended"
    if states["validity"] != "ok":
        detail = next(one.detail for one in checks if one.id == "validity")
        return (
            "invalid"
            if states["validity"] == "unknown"
            else "expired"
            if detail.startswith("Expired")
            else "not-yet-valid"
        )
    if status.status == "unknown":
        return "status-unknown"
    return "verified" if states["issuer"] == "ok" else "issuer-unknown"
