"""Badges as they arrive: JSON or a token. What other carriers hold (PNG, SVG) is taken out before (`unwrapped`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.web_token import Token, UnreadableTokenError, read_token

__all__ = ["Badge", "RefusedBadgeError", "UnreadableBadgeError", "read_badge"]


class UnreadableBadgeError(ValueError):
    """A content that is no badge at all."""


class RefusedBadgeError(ValueError):
    """A content that could be a badge, but not one that two readers understand alike."""


@dataclass(frozen=True)
class Badge:
    """A credential as it was handed over.

    Parameters
    ----------
    credential : mapping
        The credential, with its embedded proof if it has one.
    token : Token or None
        The token that it came in.
    """

    credential: Mapping[str, Any]
    token: Token | None = None


# Carriers by the first bytes; each takes the file's content and returns what it carries, JSON or token.
_CARRIERS: dict[bytes, Callable[[bytes], bytes]] = {}


def read_badge(content: bytes) -> Badge:
    """The badge of a file's content.

    Raises
    ------
    UnreadableBadgeError
        When it is neither JSON nor a token.
    RefusedBadgeError
        When it is, but has two meanings, or is beyond what a verifier works on.

    Examples
    --------
    >>> read_badge(b'{"type": ["VerifiableCredential"]}').credential["type"]
    ['VerifiableCredential']
    """
    content = _unwrapped(content).strip()
    if content[:1] in (b"{", b"["):
        return Badge(_parsed(content))
    if content.count(b".") == 2 and content[:2] == b"ey":
        try:
            token = read_token(content.decode("ascii", "replace"))
        except UnreadableTokenError as error:
            raise RefusedBadgeError(str(error)) from None
        return Badge(token.credential, token)
    raise UnreadableBadgeError("This is no badge: neither JSON nor a JSON Web Token.")


def _unwrapped(content: bytes) -> bytes:
    for start, carried in _CARRIERS.items():
        if content.startswith(start):
            return carried(content)
    return content


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        value = parse_json(content)
    except AmbiguousJsonError as error:
        if str(error).startswith("This is no JSON"):
            raise UnreadableBadgeError(str(error)) from None
        raise RefusedBadgeError(str(error)) from None
    if not isinstance(value, Mapping):
        raise UnreadableBadgeError("A badge is a JSON object.")
    return value
