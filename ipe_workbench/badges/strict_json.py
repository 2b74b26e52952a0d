"""JSON as a verifier must read it: one meaning only, and bounded in size and depth before anything works on it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

__all__ = ["MAXIMUM_BYTES", "MAXIMUM_DEPTH", "AmbiguousJsonError", "parse_json"]

MAXIMUM_BYTES = 8_000_000
MAXIMUM_DEPTH = 60


class AmbiguousJsonError(ValueError):
    """Text that is no JSON, or JSON that two readers could understand in two ways."""


def parse_json(content: bytes | str) -> Any:
    r"""Parse JSON that has a single meaning.

    Refused: a repeated member, NaN and infinities, whole numbers beyond 2^53, lone surrogates, more than
    `MAXIMUM_DEPTH` levels, more than `MAXIMUM_BYTES` bytes, anything but UTF-8.

    Raises
    ------
    AmbiguousJsonError
        With the reason as a sentence.

    Examples
    --------
    >>> parse_json('{"validUntil": "2030-01-01", "validUntil": "2099-01-01"}')
    Traceback (most recent call last):
        ...
    ipe_workbench.badges.strict_json.AmbiguousJsonError: The member `validUntil` stands twice in one object.
    """
    if len(content) > MAXIMUM_BYTES:
        raise AmbiguousJsonError(f"The file is larger than {MAXIMUM_BYTES:,} bytes.")
    text = _decoded(content) if isinstance(content, bytes) else content
    if _deeper_than(text, MAXIMUM_DEPTH):
        raise AmbiguousJsonError(f"The JSON is nested more than {MAXIMUM_DEPTH} levels deep.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members_once,
            parse_constant=_no_constant,
            parse_int=_bounded_int,
            parse_float=_finite,
        )
    except AmbiguousJsonError:
        raise
    except ValueError as error:
        raise AmbiguousJsonError(f"This is no JSON: {error}.") from None
    if "\\u" in text:
        # Only an escape can bring half of a pair in: the decoder has refused it as bytes.
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise AmbiguousJsonError("A text holds half of a surrogate pair.") from None
    return value


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise AmbiguousJsonError("The text is not UTF-8.") from None


# A string, whole or cut off by the end, or a bracket. Possessive: the scan stays linear on any input.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)


def _deeper_than(text: str, limit: int) -> bool:
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        sign = found[0]
        if sign in ("[", "{"):
            depth += 1
            if depth > limit:
                return True
        elif sign in ("]", "}"):
            depth -= 1
    return False


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise AmbiguousJsonError(f"The member `{twice[:80]}` stands twice in one object.")
    return made


def _no_constant(name: str) -> None:
    raise AmbiguousJsonError(f"{name} is no number of JSON.")


def _bounded_int(digits: str) -> int:
    if len(digits) > 18 or abs(int(digits)) > 2**53:
        raise AmbiguousJsonError("A whole number is beyond 2^53; readers round it differently.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise AmbiguousJsonError("A number is too large; readers make infinity of it.")
    return number
