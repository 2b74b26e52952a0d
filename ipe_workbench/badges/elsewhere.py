"""Badges that others issued, read as evidence of prior learning: what they say, and what of it can be checked offline.

Nothing is fetched. What only a visit to the issuer's address could show is told as unknown, never taken as true.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.carried import NoBadgeInImageError, RefusedImageError
from ipe_workbench.badges.image_carriers import badge_in_image, image_kind
from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.old_badge import OldBadge, read_old_badge
from ipe_workbench.badges.reading import Badge, RefusedBadgeError, UnreadableBadgeError, read_badge
from ipe_workbench.badges.recipient import recipient_answer
from ipe_workbench.badges.structure import kind_of
from ipe_workbench.badges.times import moment
from ipe_workbench.badges.verify import Check, verify_badge

__all__ = ["ForeignBadge", "read_foreign_badge"]

_OLDER_FORM = "https://www.w3.org/2018/credentials/v1"


@dataclass(frozen=True)
class ForeignBadge:
    """A badge of anybody's, read. What it says is hostile text: escape it.

    Parameters
    ----------
    standard : str
        ``Open Badges 3.0``, ``Open Badges 2.0``, or ``Open Badges 1`` for the older forms.
    carrier : str
        ``PNG``, ``SVG``, ``JSON``, ``token`` or ``address``.
    recipient : mapping
        ``id``, or ``identity`` (in plain, or as a hash) with ``hashed``, ``type`` and ``salt``.
    issuer, achievement : mapping
        ``id``, and ``name`` and more unless the badge has the address only.
    dates : mapping
        ``issued`` and ``expires``, as written.
    alignments, evidence : tuple of mapping
        Competencies, and what the award rests on.
    checks : tuple of Check
        What could be checked (``ok``, ``failed``) and what could not (``unknown``).
    """

    standard: str
    carrier: str
    recipient: Mapping[str, Any]
    issuer: Mapping[str, Any]
    achievement: Mapping[str, Any]
    dates: Mapping[str, Any]
    alignments: tuple[Mapping[str, Any], ...]
    evidence: tuple[Mapping[str, Any], ...]
    checks: tuple[Check, ...]

    @property
    def refuted(self) -> bool:
        """Whether a check failed: then it is no evidence of anything."""
        return any(one.state == "failed" for one in self.checks)


def read_foreign_badge(
    content: bytes,
    *,
    now: datetime.datetime,
    keys: KnownKeys | None = None,
    lists: Sequence[Badge] = (),
    recipient: str | None = None,
) -> ForeignBadge:
    """Read a badge of Open Badges 1, 2 or 3 from JSON, a token, a PNG or an SVG.

    Parameters
    ----------
    content : bytes
        The file.
    now : datetime
        The moment at which it should hold, with a zone.
    keys : KnownKeys, optional
        Keys of issuers.
    lists : sequence of Badge, optional
        Status lists.
    recipient : str, optional
        E-mail address or id of who shows it.

    Raises
    ------
    UnreadableBadgeError
        When it is no badge.
    RefusedBadgeError
        When it has two meanings, or is a trap.

    Examples
    --------
    >>> badge = read_foreign_badge(b'''{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion",
    ...     "id": "https://example.org/a/1", "recipient": {"type": "email", "identity": "a@example.edu"},
    ...     "badge": "https://example.org/b/1", "issuedOn": "2024-05-01T00:00:00Z",
    ...     "verification": {"type": "hosted"}}''', now=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC))
    >>> badge.standard, badge.achievement, [(one.id, one.state) for one in badge.checks][:2]
    ('Open Badges 2.0', {'id': 'https://example.org/b/1'}, [('structure', 'ok'), ('proof', 'unknown')])
    """
    keys = keys or KnownKeys()
    image, inner = _taken_out(content)
    old = read_old_badge(inner)
    if old is not None and (old.assertion or image):
        return _old(old, image, now, keys, recipient)
    return _new(read_badge(inner), image, now, keys, lists, recipient)


def _taken_out(content: bytes) -> tuple[str | None, bytes]:
    try:
        carried = badge_in_image(content)
        return (None, content) if carried is None else (image_kind(content), carried.content)
    except NoBadgeInImageError as error:
        raise UnreadableBadgeError(str(error)) from None
    except RefusedImageError as error:
        raise RefusedBadgeError(str(error)) from None


def _old(
    old: OldBadge, image: str | None, now: datetime.datetime, keys: KnownKeys, recipient: str | None
) -> ForeignBadge:
    checks = list(old.checks(now, keys))
    if recipient is not None:
        stated = old.recipient
        identity = {**stated, "identityHash": stated.get("identity")}
        matches, reason = recipient_answer({"id": stated.get("id"), "identifier": [identity]}, recipient)
        checks.append(_recipient(matches, reason) if stated else Check("recipient", "unknown", "It names nobody here."))
    carrier = image or ("token" if old.token is not None else "JSON")
    return ForeignBadge(
        old.standard, carrier, old.recipient, old.issuer, old.achievement, old.dates, old.alignments, old.evidence,
        tuple(checks),
    )  # fmt: skip


def _new(
    badge: Badge,
    image: str | None,
    now: datetime.datetime,
    keys: KnownKeys,
    lists: Sequence[Badge],
    recipient: str | None,
) -> ForeignBadge:
    credential = badge.credential
    if kind_of(credential) != "achievementcredential":
        raise UnreadableBadgeError("This is no badge of Open Badges 1, 2 or 3.")
    subject = _mapping(credential.get("credentialSubject"))
    achievement = _mapping(subject.get("achievement"))
    if _OLDER_FORM in _each(credential.get("@context")):
        checks = tuple(_older_checks(credential, now, recipient))
    else:
        checks = verify_badge(badge, now=now, keys=keys, lists=lists, recipient=recipient).checks
    issuer = credential.get("issuer")
    return ForeignBadge(
        "Open Badges 3.0",
        image or ("token" if badge.token is not None else "JSON"),
        _recipient_of(subject),
        {"id": issuer} if isinstance(issuer, str) else _some(_mapping(issuer), "id", "name", "url", "email"),
        _some(achievement, "id", "name", "description", "criteria", "achievementType", "humanCode", "version"),
        _dates(credential),
        tuple(_some(_mapping(one), "targetName", "targetUrl", "targetCode", "targetFramework", "targetType")
              for one in _each(achievement.get("alignment"))),
        tuple(_some(_mapping(one), "id", "name", "description", "narrative", "genre")
              for one in _each(credential.get("evidence"))),
        checks,
    )  # fmt: skip


def _older_checks(credential: Mapping[str, Any], now: datetime.datetime, recipient: str | None) -> Sequence[Check]:
    form = "It follows the older Verifiable Credentials 1.1; its form and proof are not checked here."
    checks = [Check("structure", "unknown", form), Check("proof", "unknown", form)]
    expires = moment(credential.get("expirationDate"))
    if expires is not None and expires < now:
        checks.append(Check("validity", "failed", f"Expired on {credential['expirationDate']}."))
    else:
        checks.append(
            Check("validity", "unknown", "Its dates are what it says; no proof that was checked covers them.")
        )
    checks.append(Check("status", "unknown", "Not looked up, since the proof was not checked."))
    if recipient is not None:
        checks.append(_recipient(*recipient_answer(credential.get("credentialSubject"), recipient)))
    return checks


def _recipient(matches: bool, reason: str) -> Check:
    return Check("recipient", "ok" if matches else "failed", reason)


def _recipient_of(subject: Mapping[str, Any]) -> dict[str, Any]:
    identity = _mapping(next(iter(_each(subject.get("identifier"))), None))
    made = {
        "id": subject.get("id"),
        "identity": identity.get("identityHash"),
        "hashed": identity.get("hashed"),
        "type": identity.get("identityType"),
        "salt": identity.get("salt"),
    }
    return _some(made, *made)


def _dates(credential: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "awarded": credential.get("awardedDate"),
        "issued": credential.get("validFrom", credential.get("issuanceDate")),
        "expires": credential.get("validUntil", credential.get("expirationDate")),
    }
    return _some(made, *made)


def _some(stated: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: stated[name] for name in names if stated.get(name) not in (None, "", [], {})}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
