"""Numbers as the APA's manual of style (7th edition, 6.36 to 6.52) writes them."""

from __future__ import annotations

import math

__all__ = ["apa_interval", "apa_number", "apa_p"]

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def apa_number(value: float | None, *, digits: int = 2, bounded: bool = False) -> str:
    """A number with a true minus; `bounded` ones cannot pass 1 (p, r, alpha, shares) and lose the nought.

    Examples
    --------
    >>> apa_number(0.4218), apa_number(-0.4218, bounded=True), apa_number(None), apa_number(-0.001)
    ('0.42', '−.42', '–', '0.00')
    """
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):,.{digits}f}"
    if bounded:
        text = text.removeprefix("0")
    negative = value < 0 and float(text.replace(",", "")) != 0
    return (MINUS if negative else "") + text


def apa_interval(low: float | None, high: float | None, *, digits: int = 2, bounded: bool = False) -> str:
    """An interval in brackets; a dash where an end is missing.

    Examples
    --------
    >>> apa_interval(-0.1, 0.25), apa_interval(0.7, 0.9, bounded=True), apa_interval(None, 1)
    ('[−0.10, 0.25]', '[.70, .90]', '–')
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    ends = (apa_number(one, digits=digits, bounded=bounded) for one in (low, high))
    return f"[{', '.join(ends)}]"


def apa_p(p: float | None) -> str:
    """A p-value, exact to .001.

    Examples
    --------
    >>> apa_p(0.0314), apa_p(0.00002), apa_p(0.9999), apa_p(None)
    ('.031', '< .001', '> .999', '–')
    """
    if p is None or not math.isfinite(p):
        return DASH
    if p < 0.001:
        return "< .001"
    if round(p, 3) >= 1:
        return "> .999"
    return f"{p:.3f}".removeprefix("0")
