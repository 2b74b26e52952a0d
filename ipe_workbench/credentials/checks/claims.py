"""What an English text claims in numbers: how many badges, within how many months, at which score.

A claim is read only where the words around a number say what it counts, since a number by itself says nothing:
"within six months" is a claim about a rule, "three scenes with six patients" is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "NUMBER",
    "Asked",
    "asked_badges",
    "in_digits",
    "months_of_validity",
    "number_of",
    "pass_marks",
    "pattern",
    "points_said",
    "windows",
]

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
          "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_BELOW_TEN = "|".join(_UNITS[:9])
_WORD = re.compile(
    rf"(?<![\w.,-])(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_BELOW_TEN})\b)?"
    rf"|{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?!\w)",
    re.IGNORECASE,
)
#: A number in a text whose words are digits already. It stands by itself: neither "3.5.1" nor "3-5" nor "IPEC2023" has
#: one.
NUMBER = r"(?<![\w.,-])(\d+(?:\.\d+)?)(?![\w]|[.,]\d)"

#: Parts of a pathway that are no badges themselves, perhaps.
_PART = r"(?:area|category|categories|component|element|elective|option|pathway|pathway element|requirement|step)"
_BADGE = rf"(?:badge|credential|micro-?credential|certificate|course|{_PART})"
#: Up to two words that say which badges: "three open badges", "two different immersion badges".
_WHICH = r"(?:(?!of\b|and\b|or\b|in\b|to\b|for\b)[a-z-]+\s+){0,2}?"
_BADGES = rf"{_WHICH}{_BADGE}s?\b"
_OF_PARTS = re.compile(rf"\b{_PART}s?\b", re.IGNORECASE)
_SEVERAL = rf"{_WHICH}{_BADGE}s\b"
_THESE = r"of\s+(?:them|these|those|the\s+following|the\b|its\b)"
_OF_THESE = re.compile(r"\bof\s+(?:them|these|those|the\s+following)$", re.IGNORECASE)
_VERBS = r"(?:choose|select|pick|earn|complete|collect|obtain|gain|hold|requires?|needs?|asks?\s+for|pass|finish)"
_AT_LEAST = (
    r"(?:any|at\s+least|an?y?\s+minimum\s+of|minimum(?:\s+of)?|min\.|no\s+(?:fewer|less)\s+than|exactly|another"
    r"|a\s+total\s+of)"
)
#: What is counted elsewhere in such a sentence is no badge.
_NO_BADGES = re.compile(
    r"\s*(?:[a-z-]+\s+)?(?:professions?|learners?|students?|members?|people|patients?|teams?|sites?|visits?|sessions?"
    r"|scenes?|cases?|years?|terms?|months?|weeks?|days?|hours?|points?|attempts?|programmes?|programs?|items?)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def in_digits(text: str) -> str:
    """The text with its numbers below 100 in digits, as the patterns of this room read it.

    Examples
    --------
    >>> in_digits("Twenty-one badges, or seven; no twofold one-way ten.")
    '21 badges, or 7; no twofold 1-way 10.'
    """
    return _WORD.sub(lambda found: f"{number_of(found[0]):g}", text)


def pattern(text: str) -> re.Pattern[str]:
    """The pattern, for a text `in_digits`, with ``NUMBER`` standing for a number and spaces for any white space."""
    return re.compile(text.replace("NUMBER", NUMBER).replace(" ", r"\s+"), re.IGNORECASE)


#: Said twice, or with a sign, as "three (3)", "3 (of 5)", "3+ badges": said once, and in words.
_TWICE = pattern(r"NUMBER \((\d+)\)")
_IN_BRACKETS = pattern(r"NUMBER \(((?:out )?of (?:the )?NUMBER)\)")
_PLUS = re.compile(r"(?<![\w.,/-])(\d+)\+(?=\s)")
_SLASH = pattern(
    rf"(?:(\b(?:{_VERBS}|{_AT_LEAST}) )(\d{{1,2}})/(\d{{1,2}})(?![\w/])"
    rf"|(?<![\w/.,-])(\d{{1,2}})/(\d{{1,2}})(?= (?:{_BADGES}|(?:are |is )?(?:required|needed)\b)))"
)
#: "Part 2 of 3" counts what there is, not what is asked for.
_NUMBERED = re.compile(
    r"\b(?:part|step|page|phase|level|week|module|session|unit|figure|table|stage|year|term|semester|day|slide|chapter"
    r"|volume|section|question|round|badge|credential|course|area|element|no\.|number)\s*$",
    re.IGNORECASE,
)
_ITEMS = re.compile(r"\s*items?\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:requires?|needs?|asks?\s+for|complete|earn|choose|select|pick)\s+(?:at\s+least\s+|any\s+)?$", re.IGNORECASE
)
_K_OF_N = pattern(
    rf"NUMBER (?:{_BADGES} )?(?:of|out of|from|from among)(?: (?:an?|the) (?:list|choice|pool|set) of)?"
    r"(?: (?:the|these|those|its|our))?(?: following)? NUMBER"
)
_COUNT = pattern(
    rf"\b(?:(?:{_VERBS}|{_AT_LEAST}) )+NUMBER (?:(?:or more|more|further|other) )?(?:{_THESE}(?! {NUMBER})|{_BADGES})"
)
_OR_MORE = pattern(rf"NUMBER (?:or more (?:{_THESE}(?! {NUMBER})|{_BADGES})|{_BADGES} or more\b)")
_NEEDED = pattern(rf"NUMBER {_BADGES} (?:is|are|must be) (?:required|needed|asked for|earned|completed|held)\b")
_ENDS = r"(?=\s*[.;,)!]|\s*$)"
_ALONE = pattern(
    rf"(?:(?:^|[.;:!?(] ?)(?:{_VERBS} )?{_AT_LEAST}|\b{_VERBS} {_AT_LEAST}|\b(?:choose|select|pick)) NUMBER"
    rf"(?: or more)?{_ENDS}"
)
_HALF = pattern(
    rf"\bhalf(?: of)?(?: (?:the|these|those|its|our))?(?:(?: NUMBER)? {_BADGES}| (?:of )?(?:them|these|those)\b"
    r"| (?:of )?the following\b| NUMBER(?= (?:is|are|must)\b))"
)
_ALL = pattern(
    rf"\ball(?: of)?(?: the| these)? NUMBER(?:(?= {_BADGES})| of (?:them|these|those)\b|(?= (?:are|is|must)\b)|{_ENDS})"
)
_BOTH = pattern(
    rf"\bboth(?: of (?:them|these|those|the following)\b|(?: of)?(?: the| these)? {_SEVERAL}|{_ENDS}"
    r"| (?:are|must be) (?:required|needed)\b)"
)
_EITHER = pattern(
    r"\beither(?: one)?(?: of (?:them|these|those|the following|the 2)\b"
    rf"| {_BADGE}\b| of (?:the|these)(?: 2)? {_SEVERAL}|{_ENDS})"
)
_AND_MORE = re.compile(r"[^.;:]*?(?:,|\band\b|\bplus\b|\bthen\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """That a text asks for `count` badges: out of `of` where it says so, all of them where `every`.

    `more` says that the sentence goes on to ask for other things, so that the whole may be more; `parts` that it counts
    areas, steps or the like, which may be no badges; `choice` that it leaves the choice, as "of these" does. Half of a
    number that the text does not say is 0.5.
    """

    count: float
    of: float | None = None
    every: bool = False
    more: bool = False
    parts: bool = False
    choice: bool = False

    def __str__(self) -> str:
        if self.half:
            return "half"
        if self.every:
            return "both" if self.count == 2 else f"all {self.count:g}"
        return f"{self.count:g}" if self.of is None else f"{self.count:g} of {self.of:g}"

    @property
    def half(self) -> bool:
        """Whether it asks for half of a number that the text does not say."""
        return self.of is None and self.count == 0.5


def asked_badges(text: str) -> Iterator[Asked]:
    """How many badges the text asks for, each claim once.

    Examples
    --------
    >>> [str(one) for one in asked_badges("Choose any two of the following, or all four badges.")]
    ['2', 'all 4']
    >>> [str(one) for one in asked_badges("Three of the five badges; both of them observed.")]
    ['3 of 5', 'both']
    >>> list(asked_badges("Two teams of three learners from all eight programmes, both in person and online."))
    []
    """
    text = _said_once(text)
    said: dict[Asked, int] = {}
    taken: list[tuple[int, int]] = []
    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Asked]], ...] = (
        (_K_OF_N, lambda found: Asked(float(found[1]), float(found[2]))),
        (_ALL, lambda found: Asked(float(found[1]), every=True)),
        (_BOTH, lambda found: Asked(2, every=True)),
        (_EITHER, lambda found: Asked(1, 2)),
        (_HALF, _half),
        *((one, lambda found: _number_asked(text, found)) for one in (_COUNT, _OR_MORE, _NEEDED, _ALONE)),
    )
    for reading, claim in readings:
        for found in reading.finditer(text):
            inside = any(start < found.end() and found.start() < end for start, end in taken)
            if not inside and not _counts_something_else(text, found):
                taken.append(found.span())
                said.setdefault(claim(found), found.start())
    yield from (one for one in sorted(said, key=said.__getitem__) if one.of is None or one.count <= one.of)


def _said_once(text: str) -> str:
    text = _IN_BRACKETS.sub(r"\1 \2", in_digits(text))
    text = _TWICE.sub(lambda found: found[2] if float(found[1]) == float(found[2]) else found[0], text)
    return _PLUS.sub(r"\1 or more", _SLASH.sub(_slash, text))


def _slash(found: re.Match[str]) -> str:
    verb, *numbers = (found[1], found[2], found[3]) if found[2] else ("", found[4], found[5])
    count, of = map(int, numbers)
    return f"{verb}{count} of {of}" if 0 < count <= of > 1 else found[0]


def _counts_something_else(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    if found.re is _K_OF_N and _NUMBERED.search(before):
        return True
    if _ITEMS.match(text, found.end()):
        # A pathway may ask for 2 of 4 items; of a test's items nobody is asked to earn some.
        return not (found.re is _K_OF_N and _ASKS.search(before))
    return _NO_BADGES.match(text, found.end()) is not None


def _half(found: re.Match[str]) -> Asked:
    of = next((float(one) for one in found.groups() if one), None)
    parts = _of_parts(found)
    return Asked(0.5, parts=parts) if of is None else Asked(math.ceil(of / 2), of, parts=parts)


def _number_asked(text: str, found: re.Match[str]) -> Asked:
    choice = _OF_THESE.search(found[0]) is not None
    return Asked(float(found[1]), more=_goes_on(text, found), parts=_of_parts(found), choice=choice)


def _of_parts(found: re.Match[str]) -> bool:
    return _OF_PARTS.search(found[0]) is not None


def _goes_on(text: str, found: re.Match[str]) -> bool:
    return _AND_MORE.match(text, found.end()) is not None


_WINDOW = pattern(
    r"(?:\b(?:within|in less than|in no more than|over no more than|at most)(?: an?| the| any)?"
    r"(?: (?:span|period|window) of)? NUMBER[ -](months?|years?)\b"
    r"|NUMBER[ -](months?|years?)[ -](?:window|period|span)\b)"
)
_LATER = re.compile(r"\b(?:renew\w*|expir\w*|retakes?|appeal\w*|valid)\b", re.IGNORECASE)


def windows(text: str) -> Iterator[float]:
    """The months inside which all must lie, where the text says so.

    Examples
    --------
    >>> list(windows("Within six months, or in a two-year window. Renew it within 3 months of its end."))
    [6.0, 24.0]
    """
    if "month" not in text and "year" not in text:
        return
    for sentence in sentences(in_digits(text)):
        if not _LATER.search(sentence):
            for first, first_unit, second, second_unit in _WINDOW.findall(sentence):
                yield float(first or second) * (12 if (first_unit or second_unit).lower().startswith("y") else 1)


_SHARE = r"NUMBER\s*(?:%|per\s?cent\b)"
_PASS = pattern(
    r"(?:\b(?:at least|a minimum of|minimum(?: of)?|no less than|not less than"
    r"|pass(?:es|ed|ing)?(?: (?:mark|score|grade|level))?(?: (?:is|of|at|with|from))?|threshold(?: (?:of|is))?"
    r"|cut(?:-off|off| score)(?: (?:of|is))?|scor(?:e|es|ing)(?: of)?|must (?:reach|get|achieve|have)|reach(?:es)?)"
    rf"|≥|>=)(?:\s*(?:at least|a minimum of|≥|>=))?\s*{_SHARE}"
)
_MARK = pattern(
    rf"{_SHARE}(?: of (?:the )?(?:items|points|questions|answers|score|marks))?"
    r" (?:or (?:more|higher|better|above)|and (?:above|over|more)|to pass\b|is (?:the |a )?pass"
    r"|(?:is|are) (?:needed|required)|must be (?:right|correct)|pass mark)"
)
_CLAUSE_END = re.compile(r"(?<=[.;!?])\s|,\s")
#: A share of something else than the score.
_NOT_THE_SCORE = re.compile(
    r"\b(?:attend\w*|present|sessions?|classes|meetings|response rate"
    r"|of (?:the )?(?:team|learners|performances|raters|cohort|weight))\b",
    re.IGNORECASE,
)


def pass_marks(text: str) -> tuple[float, ...]:
    """The shares at which the text says that one passes.

    Examples
    --------
    >>> pass_marks("The item test (75 % of the score) and a team test (25 %); seventy percent or more passes.")
    (0.7,)
    >>> pass_marks("At least 80 % of sessions must be attended.")
    ()
    """
    marks: dict[float, None] = {}
    if "%" not in text and "cent" not in text:
        return ()
    for clause in _CLAUSE_END.split(in_digits(text)):
        if not _NOT_THE_SCORE.search(clause):
            for found in (*_PASS.findall(clause), *_MARK.findall(clause)):
                marks[round(float(found) / 100, 6)] = None
    return tuple(marks)


_VALID = pattern(
    r"\b(?:valid (?:for|during)|validity(?: is| of)?|expires (?:after|in)|lasts(?: for)?|renews it for|good for)"
    r" NUMBER (months?|years?)\b"
)


def months_of_validity(text: str) -> Iterator[tuple[float, str]]:
    """The months for which the text says that a badge is valid, with the words.

    Examples
    --------
    >>> list(months_of_validity("It is valid for two years."))
    [(24.0, '2 years')]
    """
    if "month" not in text and "year" not in text:
        return
    for number, unit in _VALID.findall(in_digits(text)):
        yield float(number) * (12 if unit.lower().startswith("y") else 1), f"{number} {unit.lower()}"


_SENTENCE_END = re.compile(r"(?<=[.;!?])\s")
_POINTS = pattern(r"NUMBER points?\b(?! of view| out\b)")
_POINTS_ASKED = pattern(rf"\b(?:(?:{_VERBS}|{_AT_LEAST}) )+NUMBER points?\b(?! of view)")


def points_said(text: str, *, asked: bool) -> Iterator[float]:
    """The points that the text speaks of, or only those that it asks for."""
    return (float(one) for one in (_POINTS_ASKED if asked else _POINTS).findall(in_digits(text)))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return _SENTENCE_END.split(text)


def number_of(word: str) -> float:
    """The number that a word or digits say.

    Examples
    --------
    >>> number_of("twelve"), number_of("seventy-five"), number_of("3.5")
    (12.0, 75.0, 3.5)
    """
    if word[0].isdigit():
        return float(word)
    tens, _, unit = word.lower().replace("-", " ").partition(" ")
    units = float(_UNITS.index(unit.strip()) + 1) if unit else 0.0
    return float(10 * _TENS.index(tens) + 20) + units if tens in _TENS else float(_UNITS.index(tens) + 1)
