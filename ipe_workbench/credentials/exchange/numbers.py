"""The numbers of rules: written as numbers or as text, and said in sentences ("requires 3 of 5")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["said_numbers", "whole_number"]

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = rf"(\d{{1,3}}|{'|'.join(_WORDS)})"
_ASKS = r"(?:requires?|complete|earn|any|at least|choose|select|minimum of|pass)"
#: "3 of 5" needs the second number or a word that asks for something before the first; years and codes have neither.
_SAID = re.compile(
    rf"\b(?:{_ASKS}\s+(?:at least\s+)?{_NUMBER}\s+(?:out\s+)?of\s+(?:the\s+|these\s+)?(?:{_NUMBER}\b)?)", re.IGNORECASE
)


def said_numbers(text: str) -> Iterator[tuple[int, int | None]]:
    """(how many, of how many) for each place where the text says how many are asked for.

    Examples
    --------
    >>> list(said_numbers("Requires 2 of 4 items."))
    [(2, 4)]
    >>> list(said_numbers("Earn at least three of the following badges in 2026."))
    [(3, None)]
    >>> list(said_numbers("French 2040/2050, one of many courses."))
    []
    """
    for found in _SAID.finditer(text):
        least, whole = (_number(part) for part in found.groups())
        if least is not None:
            yield least, whole


def whole_number(value: Any) -> int | None:
    """The whole number from 0 that a JSON value states, as a number or as text; ``None`` where it states none.

    Examples
    --------
    >>> whole_number("2"), whole_number(2.0), whole_number(-1), whole_number(True), whole_number(None)
    (2, 2, None, None, None)
    """
    if isinstance(value, str):
        written = value.strip()
        return int(written) if re.fullmatch("[0-9]{1,9}", written) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        return None
    return int(value)


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdigit() else _WORDS.index(written.lower())
