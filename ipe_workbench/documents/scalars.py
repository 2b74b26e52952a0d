"""What an unquoted word of YAML 1.2 means: a text, a number, a date, a truth value or nothing.

Source: YAML 1.2.2, section 10.3 (core schema), and the timestamp of the YAML type repository; digits may be grouped by
underscores. ``yes``, ``no``, ``on``, ``off`` and ``12:30`` are texts.
"""

from __future__ import annotations

import datetime
import re

__all__ = ["Scalar", "resolved"]

Scalar = str | int | float | bool | datetime.date | None

#: A word that begins otherwise is a text.
_FIRST = frozenset("-+.0123456789~nNtTfF")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_INTEGER = re.compile(r"[-+]?(?:0b(?P<binary>[01_]+)|0o(?P<octal>[0-7_]+)|0x(?P<hex>[0-9a-fA-F_]+)|[0-9_]+)")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|\.[0-9_]+(?:[eE][-+][0-9]+)?)"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?"
    r"(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?"
)
_BASES = {"binary": 2, "octal": 8, "hex": 16}


def resolved(word: str) -> Scalar:
    """The value of an unquoted word.

    Raises
    ------
    ValueError
        When it has the form of a date or a number and is none, such as ``2027-02-30``; in one sentence.

    Examples
    --------
    >>> resolved("yes"), resolved("1_000"), resolved("0o17"), resolved("~"), resolved("2027-01-11")
    ('yes', 1000, 15, None, datetime.date(2027, 1, 11))
    """
    if word[:1] not in _FIRST and word:
        return word
    if word in _WORDS:
        return _WORDS[word]
    if word[0] in "~nNtTfF":
        return word
    if match := _INTEGER.fullmatch(word):
        return _integer(word, match)
    if _FLOAT.fullmatch(word):
        return _float(word)
    if _DATE.fullmatch(word):
        return _date(word)
    if match := _MOMENT.fullmatch(word):
        return _moment(match)
    return word


def _integer(word: str, match: re.Match[str]) -> int:
    digits, base = word.lstrip("+-"), 10
    if match.lastgroup:
        digits, base = match[match.lastgroup], _BASES[match.lastgroup]
    digits = digits.replace("_", "")
    if not digits:
        raise ValueError(f"`{word}` is not a number.")
    try:
        value = int(digits, base)
    except ValueError:
        # Python refuses to convert thousands of digits, which would take quadratic time.
        raise ValueError("A number has more digits than can be read.") from None
    return -value if word[0] == "-" else value


def _float(word: str) -> float:
    try:
        return float(word.replace("_", ""))
    except ValueError:
        raise ValueError(f"`{word}` is not a number.") from None


def _date(word: str) -> datetime.date:
    try:
        return datetime.date(*map(int, word.split("-")))
    except ValueError:
        raise ValueError(f"{word} is not a day of the calendar.") from None


def _moment(match: re.Match[str]) -> datetime.datetime:
    day, hour, minute, second, fraction, zone, sign, zone_hours, zone_minutes = match.groups()
    date = _date(day)
    try:
        tzinfo = None
        if zone:
            offset = datetime.timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
            tzinfo = datetime.timezone(-offset if sign == "-" else offset)
        clock = datetime.time(int(hour), int(minute), int(second), tzinfo=tzinfo)
        # A fraction is rounded to the microsecond.
        digits = ((fraction or "") + "0" * 7)[:7]
        microseconds = (int(digits) + 5) // 10
        return datetime.datetime.combine(date, clock) + datetime.timedelta(microseconds=microseconds)
    except (ValueError, OverflowError):
        raise ValueError(f"`{match[0]}` is not a time of the day.") from None
