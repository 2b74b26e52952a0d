"""Multibase and multicodec, as far as keys and proofs use them (Controlled Identifiers 1.0, section 2.4)."""

from __future__ import annotations

import base64
import re

__all__ = ["decode_base58", "decode_base64url", "encode_base58", "encode_base64url"]

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
# Decoding takes time that grows with the square; no key or signature here is longer.
_LONGEST = 1500
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def encode_base58(content: bytes) -> str:
    r"""Bytes in base58btc, without the multibase prefix ``z``.

    Examples
    --------
    >>> encode_base58(b"\x00Hello World!")
    '12NEpo7TZRRrLZSi2U'
    """
    zeros = len(content) - len(content.lstrip(b"\0"))
    number = int.from_bytes(content, "big")
    signs = []
    # Ten signs at a time: dividing long numbers is what takes the time.
    while number:
        number, part = divmod(number, 58**10)
        for _ in range(10):
            part, rest = divmod(part, 58)
            signs.append(_ALPHABET[rest])
    return "1" * zeros + "".join(reversed(signs)).lstrip("1")


def decode_base58(text: str) -> bytes:
    """The bytes of a base58btc text without prefix. Raises `ValueError`."""
    if len(text) > _LONGEST:
        raise ValueError("The base58 text is too long.")
    number = 0
    for sign in text:
        if sign not in _VALUES:
            raise ValueError("The text holds a sign that base58 has not.")
        number = number * 58 + _VALUES[sign]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_base64url(content: bytes) -> str:
    """Bytes in base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """The bytes of a base64url text without padding, in its one canonical spelling. Raises `ValueError`.

    Examples
    --------
    >>> decode_base64url("aGk")
    b'hi'
    """
    if not _BASE64URL.fullmatch(text):
        raise ValueError("The text is no base64url without padding.")
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(content) != text:
        raise ValueError("The base64url text has another spelling of the same bytes.")
    return content
