"""Open Badges that learners earned elsewhere: assertions of 2.0, credentials of 3.0, or a CSV list of them.

They become awards with their issuer. Their proofs are not looked at here; `ipe badges verify` does that. The learner is
whoever the records know by the recipient's address, also where the badge holds its hash only.

Source: 1EdTech, Open Badges 2.0 (Assertion, IdentityObject, BadgeClass); Open Badges 3.0 (AchievementCredential,
AchievementSubject, IdentityObject), W3C Verifiable Credentials Data Model 2.0 (validFrom, validUntil).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ipe_workbench.records.importing.cells import parse_date
from ipe_workbench.records.importing.json_values import first_value, json_values
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["EARNED_BADGES", "EARNED_BADGES_LIST"]


class _Badge(NamedTuple):
    """A badge as its file says it."""

    recipient: tuple[str, str, bool]
    credential: str | None
    issuer: str | None
    on: str | None
    expires: str | None
    version: str
    revoked: bool


def _is_badge(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    third = "credentialSubject" in value and "issuer" in value
    return third or ("badge" in value and "recipient" in value)


def _fits(source: Source) -> bool:
    return _is_badge(first_value(source))


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    count = 0
    for line, value in json_values(source):
        if not _is_badge(value):
            _say(reading, source, line, "This is no badge of Open Badges 2.0 or 3.0.")
            continue
        badge = _third(value) if "credentialSubject" in value else _second(value)
        record = _award(source, reading, line, badge)
        if record is not None:
            count += 1
            yield record
    if count:
        message = f"The proofs of {count:,} badges were not looked at."
        reading.say("badge-unverified", "info", message, "Verify them with `ipe badges verify`.", source.place())


def _second(value: Mapping[str, Any]) -> _Badge:
    recipient, badge = _part(value, "recipient"), value.get("badge")
    details: Mapping[str, Any] = badge if isinstance(badge, Mapping) else {}
    identity, salt = _text(recipient, "identity") or "", _text(recipient, "salt") or ""
    hashed = recipient.get("hashed") is True or identity.startswith(("sha256$", "md5$"))
    return _Badge(
        (identity, salt, hashed),
        badge if isinstance(badge, str) else _text(details, "id") or _text(details, "name"),
        _issuer(details.get("issuer")) or _host(_text(value, "id")),
        _text(value, "issuedOn"),
        _text(value, "expires"),
        _text(details, "version") or "",
        value.get("revoked") is True,
    )


def _third(value: Mapping[str, Any]) -> _Badge:
    subject = _first(value.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    identity = _first(subject.get("identifier"))
    hashed = identity.get("hashed") is True
    recipient = (_text(identity, "identityHash") or "", _text(identity, "salt") or "", hashed)
    if not recipient[0]:
        recipient = ((_text(subject, "id") or "").removeprefix("mailto:"), "", False)
    return _Badge(
        recipient,
        _text(achievement, "id") or _text(achievement, "name"),
        _issuer(value.get("issuer")),
        _text(value, "validFrom") or _text(value, "issuanceDate"),
        _text(value, "validUntil") or _text(value, "expirationDate"),
        _text(achievement, "version") or "",
        revoked=False,
    )


def _award(source: Source, reading: Reading, line: int, badge: _Badge) -> Record | None:
    if badge.revoked:
        message = "The badge was revoked; it is left out."
        reading.say("badge-revoked", "warning", message, "", source.place(line))
        return None
    if badge.credential is None or badge.issuer is None or badge.on is None:
        missing = "achievement" if badge.credential is None else "issuer" if badge.issuer is None else "day of issue"
        _say(reading, source, line, f"The badge names no {missing}.")
        return None
    days: list[datetime.date | None] = []
    for text in (badge.on, badge.expires):
        try:
            days.append(parse_date(text) if text else None)
        except ValueError as error:
            _say(reading, source, line, f"`{str(text)[:40]}` {error}.")
            return None
    learner = _learner(badge.recipient, reading)
    if learner is None:
        message = "Nobody in the records has the address that this badge was issued to."
        mend = "Import the roster with addresses first, or say whose it is with --set learner=ID."
        reading.say("unknown-learner", "error", message, mend, source.place(line))
        return None
    credential = reading.values.get(f"credential:{badge.credential}", badge.credential)
    return Record("awards", (learner, credential, days[0], badge.issuer, badge.version, days[1], None), line)


def _learner(recipient: tuple[str, str, bool], reading: Reading) -> str | None:
    if "learner" in reading.values:
        return reading.values["learner"]
    identity, salt, hashed = recipient
    if hashed:
        return reading.people.by_hash(identity, salt)
    return reading.people.by_email(identity) if identity else None


def _is_list(source: Source) -> bool:
    part = source.parts.get("")
    if part is None:
        return False
    there = {plain_heading(one) for one in part.header}
    return all(
        there & {plain_heading(name) for name in (one.name, *one.aliases)} for one in (_RECIPIENT, _BADGE, _ISSUED)
    )


_RECIPIENT = Field("recipient", aliases=("recipient email", "recipient identifier", "email"), needed=True)
_BADGE = Field("badge", aliases=("badge class id", "badge id", "badge name", "achievement", "badge class"), needed=True)
_ISSUED = Field("issued on", "date", ("issuedOn", "issue date", "issued", "date issued"), needed=True)
_LIST = (
    _RECIPIENT,
    _BADGE,
    _ISSUED,
    Field("expires", "date", ("expires on", "expiration date", "valid until")),
    Field("issuer", aliases=("issuer name", "issuer id", "issued by"), needed=True),
    Field("version"),
    Field("revoked", "truth"),
)


def _read_list(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    reading.unread(part, _LIST)
    for row in reading.rows(part, _LIST):
        recipient, badge, on, expires, issuer, version, revoked = (row.values[one.name] for one in _LIST)
        if None in (recipient, badge, on, issuer):
            continue
        place = part.place(row.number, reading.heading_of(part, _RECIPIENT) or "")
        if revoked:
            reading.say("badge-revoked", "warning", "The badge was revoked; it is left out.", "", place)
            continue
        hashed = recipient.startswith(("sha256$", "md5$"))
        learner = _learner((recipient, "", hashed), reading) or recipient
        credential = reading.values.get(f"credential:{badge}", badge)
        values = (learner, credential, on, issuer, version or "", expires, None)
        yield Record("awards", values, row.number, column=reading.heading_of(part, _RECIPIENT) or "")


def _issuer(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return (_text(value, "id") or _text(value, "name")) if isinstance(value, Mapping) else None


def _host(address: str | None) -> str | None:
    """Who hosts an assertion has issued it (2.0, hosted verification)."""
    try:
        return urlsplit(address or "").netloc or None
    except ValueError:
        return None


def _first(value: Any) -> Mapping[str, Any]:
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, Mapping) else {}


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _first(value.get(name))


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found.strip() or None if isinstance(found, str) else None


def _say(reading: Reading, source: Source, line: int, message: str) -> None:
    reading.say("badge-unreadable", "error", message, "Mend the badge, or remove it.", source.place(line))


EARNED_BADGES = Format("open-badges", "Open Badges 2.0 or 3.0 (JSON)", _fits, _read)
EARNED_BADGES_LIST = Format("open-badges-list", "list of Open Badges (CSV)", _is_list, _read_list)
