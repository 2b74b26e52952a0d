"""Numbers and lists as sentences say them; every message, report and page words them the same way."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["counted", "listed"]


def counted(number: float, thing: str) -> str:
    """The number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "badge"), counted(2.5, "hour"), counted(1200, "sub-competency")
    ('1 badge', '2.5 hours', '1,200 sub-competencies')
    """
    rounded = round(number, 6)
    if rounded == 1:
        return f"1 {thing}"
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{rounded:,.12g} {plural}"


def listed(words: Iterable[object], most: int | None = None, *, last: str = "and") -> str:
    """The words as a list in a sentence; of more than `most` the others are counted.

    Examples
    --------
    >>> listed(["VE9", "VE11", "TT9"]), listed("abcde", 2), listed(["nursing", "pharmacy"], last="or")
    ('VE9, VE11 and TT9', 'a, b and 3 more', 'nursing or pharmacy')
    """
    shown = [str(one) for one in words]
    if most is not None and len(shown) > most:
        shown[most:] = [f"{len(shown) - most} more"]
        last = "and"
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
