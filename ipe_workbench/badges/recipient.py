"""Whose badge it is: an id, or the salted hash of an e-mail address, for those who know the address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

__all__ = ["hashed_email", "identity_hash", "recipient_answer"]


def identity_hash(identifier: str, salt: str) -> str:
    """The identityHash of Open Badges 3.0: SHA-256 of the identifier with the salt after it.

    The letters' case is kept: what is hashed is the address as it was given.

    Examples
    --------
    >>> identity_hash("a@example.edu", "s")[:20]
    'sha256$1f1ae77198503'
    """
    return "sha256$" + hashlib.sha256((identifier + salt).encode()).hexdigest()


def hashed_email(email: str, salt: str) -> dict[str, Any]:
    """An IdentityObject that tells the address to nobody who does not know it."""
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(email, salt),
        "identityType": "emailAddress",
        "salt": salt,
    }


def recipient_answer(subject: Any, wanted: str) -> tuple[bool, str]:
    """Whether a badge's subject is somebody, by id or e-mail address, and why.

    Examples
    --------
    >>> recipient_answer({"identifier": [hashed_email("a@example.edu", "s")]}, "a@example.edu")[0]
    True
    >>> recipient_answer({"identifier": [hashed_email("a@example.edu", "s")]}, "A@example.edu")[0]
    False
    """
    if not isinstance(subject, Mapping):
        return False, "The badge has no one subject."
    if subject.get("id") == wanted:
        return True, "The badge is about this id."
    identifiers = subject.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else []:
        if isinstance(one, Mapping) and _matches(one, wanted):
            weak = one.get("hashed") is True and (
                not one.get("salt") or str(one.get("identityHash")).startswith("md5$")
            )
            return True, "The identity matches" + ("; its hash is weak (MD5, or no salt)." if weak else ".")
    return False, "The badge was issued to somebody else."


def _matches(identity: Mapping[str, Any], wanted: str) -> bool:
    stored, salt = identity.get("identityHash"), identity.get("salt", "")
    if not isinstance(stored, str) or not isinstance(salt, str):
        return False
    if identity.get("hashed") is not True:
        return hmac.compare_digest(stored.encode(), wanted.encode())
    kind, _, digest = stored.partition("$")
    if kind not in ("sha256", "md5"):
        return False
    known = hashlib.new(kind, (wanted + salt).encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(known.encode(), digest.lower().encode())
