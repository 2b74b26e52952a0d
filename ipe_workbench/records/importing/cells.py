"""From the text of a cell to a value: dates in the styles that people write, decimal commas, yes and no."""

from __future__ import annotations

import datetime
import re
from typing import Literal

__all__ = ["AmbiguousDate", "DateStyle", "date_style", "is_ambiguous", "moment", "number", "parse_date", "truth"]

#: In which order a date like 03/04/2026 names day and month.
DateStyle = Literal["dmy", "mdy"]

#: What may stand behind a date: a time of day, with or without a zone.
_TIME = r"(?:,?[T ]+\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})([-/])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_NUMERIC = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}")
#: 11 Mar 2026, 11-March-2026, Mar 11, 2026.
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[ .-]+([a-z]{{3,9}})[ .,-]+(\d{{4}}){_TIME}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"([a-z]{{3,9}})[ .]+(\d{{1,2}}),? +(\d{{4}}){_TIME}", re.IGNORECASE)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_TRUE = frozenset(("1", "true", "t", "yes", "y", "x", "pass", "passed", "complete", "completed", "checked", "si", "ja"))
_FALSE = frozenset(("0", "false", "f", "no", "n", "fail", "failed", "incomplete", "unchecked", "nein"))


class AmbiguousDate(ValueError):
    """A date that can be read in two ways, with nothing that shows which."""


def is_ambiguous(text: str) -> bool:
    """Whether a date means two days, as long as nobody says which comes first, day or month.

    Examples
    --------
    >>> is_ambiguous("03/11/2026"), is_ambiguous("03/13/2026"), is_ambiguous("03/03/2026"), is_ambiguous("3.11.2026")
    (True, False, False, False)
    """
    match = _NUMERIC.fullmatch(text.strip())
    if match is None or match[2] == ".":
        return False
    first, second = int(match[1]), int(match[3])
    return first != second and first <= 12 and second <= 12


def date_style(texts: list[str]) -> DateStyle | None:
    """What the dates of a column show about their style; ``None`` when both can be read into them.

    Raises
    ------
    ValueError
        When they contradict each other.

    Examples
    --------
    >>> date_style(["03/04/2026", "13/04/2026"]), date_style(["03/04/2026", "04/13/2026"])
    ('dmy', 'mdy')
    >>> date_style(["03/04/2026"]) is None, date_style(["03.04.2026"])
    (True, 'dmy')
    """
    found: set[DateStyle] = set()
    for text in texts:
        match = _NUMERIC.fullmatch(text.strip())
        if match is None:
            continue
        first, sign, second, _ = match.groups()
        if int(first) > 12 or sign == ".":
            found.add("dmy")
        elif int(second) > 12:
            found.add("mdy")
    if len(found) > 1:
        raise ValueError("some dates name the day first, others the month")
    return next(iter(found), None)


def parse_date(text: str, style: DateStyle | None = None) -> datetime.date:
    """A date written as 2026-10-01, as 11 Mar 2026 (in English), or with day and month in the order of `style`.

    A time behind it is left out.

    Raises
    ------
    AmbiguousDate
        When it could be two days and `style` does not say which.
    ValueError
        When it is no date.

    Examples
    --------
    >>> parse_date("2026-10-01T08:00:00Z"), parse_date("1/10/2026", "dmy"), parse_date("1 Oct 2026")
    (datetime.date(2026, 10, 1), datetime.date(2026, 10, 1), datetime.date(2026, 10, 1))
    """
    text = text.strip()
    if match := _ISO.fullmatch(text):
        return _day(match[1], match[3], match[4])
    if match := _DAY_FIRST.fullmatch(text):
        return _day(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _day(match[3], _month(match[1]), match[2])
    match = _NUMERIC.fullmatch(text)
    if match is None:
        raise ValueError("is not a date; write it as 2026-10-01")
    if style is None and is_ambiguous(text):
        raise AmbiguousDate("could be two dates; say which comes first, day or month")
    month_first = style == "mdy" or (style is None and int(match[3]) > 12)
    day, month = (match[3], match[1]) if month_first else (match[1], match[3])
    return _day(match[4], month, day)


def _day(year: str, month: str | int, day: str) -> datetime.date:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError("is a day that does not exist") from None


def _month(name: str) -> int:
    """The number of a month by its English name or the first three letters of it (or four: Sept)."""
    plain = name.casefold()
    found = [at for at, one in enumerate(_MONTHS, start=1) if one.startswith(plain)]
    if len(found) != 1 or len(plain) < 3:
        raise ValueError("is not a date; write it as 2026-10-01")
    return found[0]


def moment(text: str) -> datetime.datetime:
    """A time (ISO 8601), in UTC; one without a zone is taken for UTC.

    Examples
    --------
    >>> moment("2026-10-01T10:00:00+02:00")
    datetime.datetime(2026, 10, 1, 8, 0)
    """
    found = datetime.datetime.fromisoformat(text.strip())
    return found.astimezone(datetime.UTC).replace(tzinfo=None) if found.tzinfo else found


def number(text: str) -> float:
    """A number, with a decimal point or comma, perhaps in percent.

    Raises
    ------
    ValueError
        When it is none, or not finite.

    Examples
    --------
    >>> number("12.5"), number("12,5"), number("80 %"), number("1,234.5")
    (12.5, 12.5, 0.8, 1234.5)
    """
    plain = text.strip().replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").strip()
    if "," in plain:
        # A comma is the decimal sign unless a point follows, or groups of three digits show that it parts thousands.
        grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain) and ("." in plain or plain.count(",") > 1)
        plain = plain.replace(",", "") if grouped else plain.replace(",", ".", 1)
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", plain):
        raise ValueError("is not a number")
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        raise ValueError("is not a number")
    return value / 100 if percent else value


def truth(text: str) -> bool:
    """Yes or no, as systems write it. Raises `ValueError` when it is neither.

    Examples
    --------
    >>> truth("Yes"), truth("0"), truth("passed")
    (True, False, True)
    """
    plain = text.strip().casefold()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise ValueError("is neither yes nor no")
