"""What a person answers about a new programme, each answer checked on its own so that it can be asked again."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from pydantic import ValidationError

from ipe_workbench.credentials.programme import Profession, Term
from ipe_workbench.documents import id_from, parse_document
from ipe_workbench.errors import UnknownNameError, UnusableInputError, WorkbenchError, near_names
from ipe_workbench.frameworks import list_frameworks

__all__ = [
    "check_cohort",
    "check_country",
    "check_frameworks",
    "check_home_page",
    "check_professions",
    "check_start",
    "check_text",
    "read_professions",
    "terms_from",
]

#: The second term has to end inside the range of dates that a file may name.
_FIRST_DAY, _LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 1, 1)
_WEEKS = 16
_ENTRY = re.compile(r"(?P<title>.*?)\s*(?:[:=]\s*|\s)(?P<learners>[0-9][0-9_ ]*)", re.DOTALL)


def check_text(text: str, what: str) -> str:
    r"""The text without blanks around it.

    Raises
    ------
    UnusableInputError
        When nothing is left, or when a YAML file cannot hold the text.

    Examples
    --------
    >>> check_text(" Team care ", "title")
    'Team care'
    >>> check_text("\ud800", "title")
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: The title has a character that a file cannot hold. Leave it out.
    """
    stripped = text.strip()
    if not stripped:
        raise UnusableInputError(f"The {what} is empty.", mend="Give it a text.")
    try:
        stripped.encode("utf-8")
        kept = parse_document(parse_document("text: x\n").edited({"text": stripped}).text).tree["text"]
    except (WorkbenchError, ValueError):
        kept = None
    if kept != stripped:
        raise UnusableInputError(f"The {what} has a character that a file cannot hold.", mend="Leave it out.")
    return stripped


def check_country(code: str) -> str:
    """The country's code in capitals; raises `UnusableInputError` when it is not two letters.

    Examples
    --------
    >>> check_country("ca")
    'CA'
    """
    found = code.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", found):
        raise UnusableInputError("The country is not a code of two letters.", mend="Give ISO 3166-1, such as US or CA.")
    return found


def check_home_page(address: str) -> str:
    """The address of the home page; empty when there is none.

    Raises
    ------
    UnusableInputError
        When it is no address that begins with ``https://`` or ``http://`` and has no blanks.

    Examples
    --------
    >>> check_home_page("example.edu")
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: The home page is not an address. Write it like https://example.edu/ipe.
    """
    found = address.strip()
    if not found:
        return ""
    try:
        parts = urlsplit(found)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", found)
    except ValueError:
        usable = False
    if not usable or not found.isprintable():
        raise UnusableInputError("The home page is not an address.", mend="Write it like https://example.edu/ipe.")
    return check_text(found, "home page")


def check_frameworks(references: Iterable[str]) -> tuple[str, ...]:
    """Ids of built-in frameworks, each once.

    Raises
    ------
    UnknownNameError
        When one is not built in; one of your own is added later, beside ``programme.yaml``.
    UnusableInputError
        When there is none.

    Examples
    --------
    >>> check_frameworks(["ipec-2023", "ipec-2023"])
    ('ipec-2023',)
    """
    found = tuple(dict.fromkeys(stripped for one in references if (stripped := one.strip())))
    known = [one.id for one in list_frameworks()]
    if not found:
        raise UnusableInputError("No framework is named.", mend=near_names("", known))
    for one in found:
        if one not in known:
            mend = f"{near_names(one, known)} A framework of your own is added in programme.yaml afterwards."
            raise UnknownNameError(f"`{one}` is not a built-in framework.", mend=mend)
    return found


def read_professions(text: str) -> tuple[Profession, ...]:
    """Professions from one line, as a person types it.

    Raises
    ------
    UnusableInputError
        As `check_professions` does.

    Examples
    --------
    >>> [(one.id, one.learners) for one in read_professions("Medicine 40, Nursing: 60")]
    [('medicine', 40), ('nursing', 60)]
    """
    return check_professions([one for one in re.split(r"[,;]", text) if one.strip()])


def check_professions(entries: Sequence[str]) -> tuple[Profession, ...]:
    """Professions from entries such as ``Medicine=40``; the last number is that of the learners in a cohort.

    Raises
    ------
    UnusableInputError
        When an entry has no number, two have one title, or there are not two professions with a learner.

    Examples
    --------
    >>> check_professions(["Medicine=40"])
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: There is one profession; learning together takes two or more. Write them \
like Medicine=40 and Nursing=60.
    """
    found: list[Profession] = []
    for number, entry in enumerate(entries, start=1):
        match = _ENTRY.fullmatch(entry.strip())
        if match is None:
            raise UnusableInputError(
                f"Entry {number} of the professions has no number of learners.", mend="Write it like Medicine=40."
            )
        title = check_text(match["title"], "title of a profession")
        if title.casefold() in (one.title.casefold() for one in found):
            raise UnusableInputError(f"The profession {title} stands twice.", mend="Name each once.")
        taken = {"default", *(one.id for one in found)}
        base = id_from(title, longest=60) or f"profession-{number}"
        reference = next(one for one in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if one not in taken)
        try:
            learners = int(re.sub(r"[ _]", "", match["learners"]))
            found.append(Profession(id=reference, title=title, learners=learners))
        except (ValidationError, ValueError):
            raise UnusableInputError(
                f"{title} has a number of learners that is out of range.", mend="Give 0 to 1,000,000."
            ) from None
    return check_cohort(found)


def check_cohort(professions: Iterable[Profession]) -> tuple[Profession, ...]:
    """The professions, when there are two or more (WHO 2010) and at least one learner; else `UnusableInputError`."""
    found = tuple(professions)
    if len(found) < 2:
        count = "one profession" if found else "no profession"
        raise UnusableInputError(
            f"There is {count}; learning together takes two or more.",
            mend="Write them like Medicine=40 and Nursing=60.",
        )
    if not any(one.learners for one in found):
        raise UnusableInputError("The cohort has no learners.", mend="Give at least one profession a learner.")
    return found


def check_start(text: str) -> datetime.date:
    """The first day of the first term.

    Raises
    ------
    UnusableInputError
        When it is not a day as YYYY-MM-DD between 1900 and 2199.

    Examples
    --------
    >>> check_start("2027-01-11").year
    2027
    """
    try:
        day = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise UnusableInputError(
            "The first day of term is not a date.", mend="Write it as YYYY-MM-DD, such as 2027-01-11."
        ) from None
    if not _FIRST_DAY <= day < _LAST_DAY:
        raise UnusableInputError("The first day of term lies too far away.", mend="Give a day from 1900 to 2198.")
    return day


def terms_from(start: datetime.date) -> tuple[Term, Term]:
    """Two terms of a usual year: a term that begins in the second half of a year is followed by one in the next.

    Examples
    --------
    >>> [(term.id, term.start.isoformat()) for term in terms_from(datetime.date(2026, 9, 7))]
    [('2026-fall', '2026-09-07'), ('2027-spring', '2027-01-25')]
    """
    week = datetime.timedelta(weeks=1)
    if start.month >= 7:
        second = start + 20 * week
        while second < datetime.date(start.year + 1, 1, 8):
            second += week
    else:
        second = start + (32 if start.month < 3 else 24) * week
    return _term(start), _term(second)


def _term(start: datetime.date) -> Term:
    season = "spring" if start.month < 5 else "summer" if start.month < 8 else "fall"
    return Term(id=f"{start.year}-{season}", title=f"{season.capitalize()} {start.year}", start=start, weeks=_WEEKS)
