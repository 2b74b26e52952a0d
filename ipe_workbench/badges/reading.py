"""Badges as they arrive: JSON, a token, or an image (PNG, SVG) that carries one of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.carried import NoBadgeInImageError, RefusedImageError
from ipe_workbench.badges.image_carriers import badge_in_image
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


def read_badge(content: bytes) -> Badge:
    """The badge of a file's content.

    Raises
    ------
    UnreadableBadgeError
        When it is neither JSON nor a token, nor an image that carries one.
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
    raise UnreadableBadgeError("This is no badge: neither JSON, nor a JSON Web Token, nor an image that carries one.")


def _unwrapped(content: bytes) -> bytes:
    """What an image carries; anything else as it is."""
    try:
        carried = badge_in_image(content)
    except NoBadgeInImageError as error:
        raise UnreadableBadgeError(str(error)) from None
    except RefusedImageError as error:
        raise RefusedBadgeError(str(error)) from None
    if carried is None:
        return content
    if carried.kind == "open-badges-2":
        raise UnreadableBadgeError("The image carries an Open Badge of version 2 or before; see `ipe badges read`.")
    return carried.content


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
