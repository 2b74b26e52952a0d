"""A questionnaire as forms and spreadsheets export it: a row a response, a column an item.

LimeSurvey, SoSci Survey, Microsoft Forms, Google Forms and tables kept by hand agree on nothing but this. The items are
the columns that a mapping file names (``item:1: SP01``), or the largest family of headings that differ in a number only
(``SP01``, ``SP02`` ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ipe_workbench.documents.missing_answers import MISSING, codes_among
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.survey_exports import Answers, Wave, frame_in_words, frame_value
from ipe_workbench.records.importing.targets import Record

__all__ = ["FRAME", "LEARNER", "SURVEY_SHEET", "items_of"]

LEARNER = Field("learner", aliases=("learner id", "student", "student id", "id"), needed=True)
FRAME = Field("frame", aliases=("time", "time point", "timepoint", "wave", "occasion"))
_ON = Field("on", "date", ("date", "day", "submitdate", "completion time"))
_NUMBERED = re.compile(r"(?P<family>.*?)[\s._-]*0*(?P<number>[1-9]\d{0,2})\]?", re.DOTALL)
#: Fewer columns than this are no questionnaire that anybody would recognise.
_FEWEST = 3
#: More different words than this are comments, not the steps of a scale.
_MOST_LABELS = 12


def items_of(headings: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """The name of each item by its heading: as a mapping's columns say, else those that differ in a number only.

    Examples
    --------
    >>> items_of(["Student", "SP01", "SP02", "SP03", "Age"], {})
    {'SP01': '1', 'SP02': '2', 'SP03': '3'}
    >>> items_of(["Student", "Likes", "SP01"], {"item:7": "Likes"})
    {'Likes': '7'}
    """
    named = {heading: name.removeprefix("item:") for name, heading in columns.items() if name.startswith("item:")}
    if named:
        return named
    families: dict[str, dict[str, str]] = {}
    for heading in headings:
        if heading not in columns.values() and (match := _NUMBERED.fullmatch(heading)):
            families.setdefault(plain_heading(match["family"]), {})[heading] = match["number"]
    largest = max(families.values(), key=len, default={})
    return largest if len(largest) >= _FEWEST and len(set(largest.values())) == len(largest) else {}


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    if part is None:
        return False
    known = [{plain_heading(name) for name in (one.name, *one.aliases)} for one in (LEARNER, FRAME)]
    named = all(any(plain_heading(heading) in names for heading in part.header) for names in known)
    return named and bool(items_of(part.header, {}))


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    items = items_of(part.header, reading.columns)
    if not items:
        raise UnusableInputError(
            "No column looks like an item of a questionnaire.",
            place=str(part.place()),
            mend="Name the items in a mapping file, under `columns`: `item:1: HEADING`.",
        )
    instrument = reading.needed_value("instrument", "iccas-r", part.place())
    missing = _missing(reading)
    fields = (LEARNER, FRAME, _ON, *(Field(heading) for heading in items))
    reading.unread(part, fields)
    answers = Answers(part, reading)
    waves: dict[str, Wave] = {}
    numbers: dict[float, str] = {}
    labels: dict[str, None] = {}
    for row in reading.rows(part, fields):
        learner, said = row.values["learner"], row.values["frame"] or ""
        if learner is None:
            continue
        if said not in waves:
            waves[said] = _wave(part, reading, instrument, said)
            yield waves[said].record(part)
        for heading, item in items.items():
            text = row.values[heading]
            if text is None or text.casefold() in missing:
                continue
            for record in answers.record(learner, waves[said], item, text, row.values["on"], row.number, heading):
                value = record.values[3]
                if value is None:
                    labels[text] = None
                if isinstance(value, int | float):
                    numbers.setdefault(value, f"{heading}, row {row.number}")
                yield record
    _tell_codes(part, reading, numbers)
    if labels and len(labels) <= _MOST_LABELS and reading.values.get("words", "").casefold() != "keep":
        shown = ", ".join(f"`{one[:40]}`" for one in labels)
        message = f"Answers in words have no number yet: {shown}."
        mend = "Give the numbers in a mapping file (`labels: {Agree: 4}`), or keep the words with --set words=keep."
        reading.say("answers-in-words", "error", message, mend, part.place())
    else:
        answers.tell()


def _missing(reading: Reading) -> frozenset[str]:
    told = reading.values.get("missing", "")
    return MISSING | {one.strip().casefold() for one in told.split(",") if one.strip()}


def _wave(part: Part, reading: Reading, instrument: str, said: str) -> Wave:
    """The wave of the rows that name this time; of all rows where the file names none."""
    place = part.place()
    told = reading.values.get(f"frame:{said}") if said else reading.needed_value("frame", "post", place)
    frame = told or frame_in_words(said)
    if frame is None:
        raise UnusableInputError(
            f"`{said[:40]}` does not say the frame of the questionnaire.",
            place=str(place),
            mend=f"Say it with --set frame:{said[:40]}=pre, or post, retrospective-pre or follow-up.",
        )
    frame = frame_value(frame, place)
    start = reading.needed_value("wave", "2026-fall", place)
    return Wave(f"{start}-{frame}" if said else start, instrument, frame, reading.values.get("term"))


def _tell_codes(part: Part, reading: Reading, numbers: dict[float, str]) -> None:
    """Ask about numbers that look like a code for a missing answer: far outside of what the others say."""
    codes = codes_among(numbers)
    if reading.values.get("codes", "").casefold() == "keep" or not codes:
        return
    others = set(numbers) - set(codes)
    shown = ", ".join(f"{value:g}" for value in codes)
    message = f"{shown} stands among answers from {min(others):g} to {max(others):g} ({numbers[codes[0]]})."
    mend = f"If it means no answer, say --set missing={shown.replace(' ', '')}; if it is one, --set codes=keep."
    reading.say("answer-outside", "error", message, mend, part.place())


SURVEY_SHEET = Format("survey-sheet", "questionnaire with a column an item", _fits, _read)
