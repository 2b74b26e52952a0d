"""Assertions of Open Badges 1 and 2: what they say, and what of it can be checked without a visit to the issuer.

References
----------
IMS Global, Open Badges 2.0 (https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final): Assertion, BadgeClass,
Profile, IdentityObject, AlignmentObject, VerificationObject; Mozilla, Open Badges 1.0 and 1.1.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.reading import RefusedBadgeError
from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.times import moment
from ipe_workbench.badges.verify import Check
from ipe_workbench.badges.web_token import Token, UnreadableTokenError, check_token, read_token

__all__ = ["OldBadge", "read_old_badge"]

_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")


@dataclass(frozen=True)
class OldBadge:
    """An assertion of Open Badges 1 or 2.

    Parameters
    ----------
    assertion : mapping
        It, empty when only its address is known.
    address : str
        Where it is hosted, if it says so.
    token : Token or None
        The signed token that it came in.
    """

    assertion: Mapping[str, Any]
    address: str = ""
    token: Token | None = None

    @property
    def standard(self) -> str:
        """Its standard, by context and form."""
        second = "openbadges/v2" in str(self.assertion.get("@context", "")) or "verification" in self.assertion
        return "Open Badges 2.0" if second else "Open Badges 1"

    @property
    def recipient(self) -> dict[str, Any]:
        """Whose it is: ``identity``, in plain or hashed."""
        stated = self.assertion.get("recipient")
        if isinstance(stated, str):
            salt = self.assertion.get("salt")
            return _present({"identity": stated, "hashed": "$" in stated, "type": "email", "salt": salt})
        return _some(stated, "identity", "hashed", "type", "salt")

    @property
    def achievement(self) -> dict[str, Any]:
        """What was achieved; the address only, when the badge class is not embedded."""
        stated = self.assertion.get("badge")
        made = _some(stated, "id", "name", "description", "criteria", "tags", "version")
        return made if made.get("criteria") != {} else {name: made[name] for name in made if name != "criteria"}

    @property
    def issuer(self) -> dict[str, Any]:
        """Who issued it, if the badge class is embedded."""
        badge = self.assertion.get("badge")
        return _some(
            badge.get("issuer") if isinstance(badge, Mapping) else None, "id", "name", "url", "email", "origin"
        )

    @property
    def dates(self) -> dict[str, str]:
        """``issued`` and ``expires``; seconds since 1970, as version 1 has them, as dates."""
        stated = {"issued": self.assertion.get("issuedOn", self.assertion.get("issued_on")),
                  "expires": self.assertion.get("expires")}  # fmt: skip
        return {name: _date(value) for name, value in stated.items() if value is not None}

    @property
    def alignments(self) -> tuple[dict[str, Any], ...]:
        """The competencies of the badge class, in the words of Open Badges 3."""
        badge = self.assertion.get("badge")
        stated = badge.get("alignment", badge.get("alignments")) if isinstance(badge, Mapping) else None
        return tuple(_alignment(one) for one in _each(stated))

    @property
    def evidence(self) -> tuple[dict[str, Any], ...]:
        """What the award rests on."""
        return tuple(_some(one, "id", "name", "description", "narrative", "genre") for one in
                     _each(self.assertion.get("evidence")))  # fmt: skip

    def checks(self, now: datetime.datetime, keys: KnownKeys) -> Iterator[Check]:
        """What can be checked offline, and what cannot."""
        yield self._form()
        yield self._signature(keys) if self.token is not None else self._origin()
        yield self._validity(now)
        if self.assertion.get("revoked") is True:
            yield Check("status", "failed", "The assertion says of itself that it is revoked.")
        else:
            yield Check("status", "unknown", "Whether it was revoked stands with the issuer; nothing was fetched.")

    def _form(self) -> Check:
        if not self.assertion:
            return Check("structure", "unknown", "Only the address of the assertion is here; nothing was fetched.")
        missing = [name for name in ("recipient", "badge", "issuedOn") if name not in self.assertion]
        if self.standard == "Open Badges 1":
            missing = [name for name in missing if name != "issuedOn"]
        if missing:
            return Check("structure", "failed", f"The assertion lacks {', '.join(missing)}.")
        return Check("structure", "ok", f"It has what an assertion of {self.standard} needs.")

    def _origin(self) -> Check:
        if not self.address:
            return Check(
                "proof", "unknown", "It is neither signed nor says where it is hosted: anybody can write this."
            )
        host = f"It is hosted at {self.address[:200]}: only that address can show that it is genuine"
        return Check("proof", "unknown", f"{host}; nothing was fetched.")

    def _signature(self, keys: KnownKeys) -> Check:
        assert self.token is not None  # noqa: S101 - asked only of tokens
        issuer = str(self.issuer.get("id", ""))
        stated = self.assertion.get("verification", self.assertion.get("verify"))
        where = stated.get("creator", stated.get("url")) if isinstance(stated, Mapping) else None
        document = where if isinstance(where, str) else ""
        state, reason, answer = check_token(self.token, issuer, keys, document=document)
        # A key document of somebody else is a lie; a key that is named in another way may be the issuer's own.
        lie = state is False and bool(document) and not {"kid", "jwk"} & set(self.token.header)
        if answer is not None and answer.key is None and not lie:
            at = f" It says that the key is at {document[:200]}; nothing was fetched." if document else ""
            return Check(
                "proof", "unknown", f"The signature cannot be checked: the issuer's key is not known here.{at}"
            )
        return Check("proof", "unknown" if state is None else "ok" if state else "failed", reason)

    def _validity(self, now: datetime.datetime) -> Check:
        dates = self.dates
        issued, expires = moment(dates.get("issued")), moment(dates.get("expires"))
        if expires is not None and expires < now:
            return Check("validity", "failed", f"Expired on {dates['expires']}.")
        if issued is not None and issued > now + datetime.timedelta(days=1):
            return Check("validity", "failed", f"Issued in the future, on {dates['issued']}.")
        if issued is None or ("expires" in dates and expires is None):
            return Check("validity", "unknown", "The dates of the badge cannot be read.")
        return Check("validity", "ok", f"Valid until {dates['expires']}." if expires else "Valid without end.")


def read_old_badge(content: bytes) -> OldBadge | None:
    """The assertion of a content, or ``None`` when it is no badge of version 1 or 2.

    Raises
    ------
    RefusedBadgeError
        When it is one that has two meanings.

    Examples
    --------
    >>> read_old_badge(b"https://example.org/assertions/1").address
    'https://example.org/assertions/1'
    >>> read_old_badge(b'{"type": "VerifiableCredential"}') is None
    True
    """
    text = content.strip()
    if _ADDRESS.fullmatch(text.decode("utf-8", "replace")):
        return OldBadge({}, text.decode("utf-8", "replace"))
    token = None
    try:
        if text.startswith(b"{"):
            value = parse_json(text)
        elif text.startswith(b"ey") and text.count(b".") == 2:
            token = read_token(text.decode("ascii", "replace"))
            value = token.payload
        else:
            return None
    except UnreadableTokenError as error:
        raise RefusedBadgeError(str(error)) from None
    except AmbiguousJsonError as error:
        if str(error).startswith("This is no JSON"):
            return None
        raise RefusedBadgeError(str(error)) from None
    if not isinstance(value, Mapping) or not _is_assertion(value):
        return None
    return OldBadge(value, _hosted_at(value) if token is None else "", token)


def _is_assertion(value: Mapping[str, Any]) -> bool:
    if "credentialSubject" in value or "VerifiableCredential" in _each(value.get("type")):
        return False
    return "Assertion" in _each(value.get("type")) or ("recipient" in value and "badge" in value)


def _hosted_at(assertion: Mapping[str, Any]) -> str:
    verify = assertion.get("verify")
    stated = assertion.get("id") or (verify.get("url") if isinstance(verify, Mapping) else "")
    return stated if isinstance(stated, str) and _ADDRESS.fullmatch(stated) else ""


def _alignment(stated: Any) -> dict[str, Any]:
    made = _some(stated, "targetName", "targetUrl", "targetCode", "targetFramework", "targetDescription")
    if isinstance(stated, Mapping) and "targetUrl" not in stated:
        made = _present({"targetName": stated.get("name"), "targetUrl": stated.get("url"),
                         "targetDescription": stated.get("description")})  # fmt: skip
    return made


def _some(stated: Any, *names: str) -> dict[str, Any]:
    """The members that are told on; of a mere address, it as `id`."""
    if isinstance(stated, str):
        return {"id": stated}
    return _present({name: stated.get(name) for name in names}) if isinstance(stated, Mapping) else {}


def _present(made: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if value not in (None, "", [], {})}


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _date(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 4_102_444_800:
        return datetime.datetime.fromtimestamp(value, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{value}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else str(value)
