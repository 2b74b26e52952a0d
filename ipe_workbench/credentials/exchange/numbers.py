"""The numbers of rules: written as numbers or as text, and said in sentences ("requires 3 of 5")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ipe_workbench.credentials.checks.claims import asked_badges

__all__ = ["said_numbers", "unkept_numbers", "whole_number"]


def said_numbers(text: str) -> Iterator[tuple[int, int | None]]:
    """(how many, of how many) for each place where the text says how many are asked for.

    Examples
    --------
    >>> list(said_numbers("Requires 2 of 4 items."))
    [(2, 4)]
    >>> list(said_numbers("Earn at least three of the following badges in 2026."))
    [(3, None)]
    >>> list(said_numbers("You need two out of 5 badges."))
    [(2, 5)]
    >>> list(said_numbers("French 2040/2050, one of many courses."))
    []
    """
    for claim in asked_badges(text):
        if not claim.more and claim.count == int(claim.count):
            whole = claim.count if claim.every else claim.of
            yield int(claim.count), None if whole is None else int(whole)


def unkept_numbers(text: str, asked: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """What the text says and no rule asks for, and what they ask for instead; `asked` is (how many, of how many).

    Examples
    --------
    >>> list(unkept_numbers("Requires 3 of 5 items.", [(4, 5)]))
    [('3 of 5', '4 of 5')]
    >>> list(unkept_numbers("Earn all five badges.", [(2, 2), (3, 3)]))
    []
    """
    whole = (sum(count for count, _ in asked), sum(of for _, of in asked))
    if any(claim.half for claim in asked_badges(text)) and all(
        count not in (of // 2, (of + 1) // 2) for count, of in asked
    ):
        yield "half", ", ".join(f"{count} of {there}" for count, there in asked) or "nothing"
    for least, of in said_numbers(text):
        if not any(least == count and of in (None, there) for count, there in (*asked, whole)):
            instead = ", ".join(f"{count} of {there}" for count, there in asked) or "nothing"
            yield (f"{least}" if of is None else f"{least} of {of}"), instead


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
