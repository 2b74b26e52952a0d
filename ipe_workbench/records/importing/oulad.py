"""The Open University Learning Analytics Dataset: its folder of CSV files, whole or a part of it.

A module is a programme of study, its presentation a term, a cohort and an offering. Days count from the first day of
the presentation: 1 February for one that ends in B, 1 October for J. A score is of 100; below 40 is not a pass.

Source: Kuzilek, Hlosta, Zdrahal (2017), Open University Learning Analytics dataset, Scientific Data 4:170171,
doi 10.1038/sdata.2017.171; and the description of its tables at analyse.kmi.open.ac.uk/open_dataset.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from ipe_workbench.records.importing.reading import Field, Format, Reading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["OULAD"]

_PRESENTATION = re.compile(r"(?P<year>\d{4})(?P<letter>[BJ])")
_MONTHS = {"B": 2, "J": 10}
#: What describes a person; of several presentations the latest counts.
_PERSON = ("gender", "region", "highest_education", "imd_band", "age_band", "disability")
#: What describes a person in one presentation.
_PRESENT = ("num_of_prev_attempts", "studied_credits", "final_result")
_STATUS = {"pass": "completed", "distinction": "completed", "fail": "completed", "withdrawn": "withdrawn"}
_PASS_MARK = 40
_UNKNOWN = frozenset(("", "?"))
_MODULE, _WHEN = Field("code_module", needed=True), Field("code_presentation", needed=True)
_STUDENT = Field("id_student", needed=True)


def _fits(source: Source) -> bool:
    return {"courses.csv", "studentInfo.csv"} <= set(source.parts)


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    unread = sorted(set(source.parts) & {"vle.csv", "studentVle.csv"})
    if unread:
        message = f"{' and '.join(unread)} are not read: the records hold no single clicks."
        reading.say("file-unread", "info", message, "", source.place())
    starts: dict[tuple[str, str], datetime.date] = {}
    yield from _courses(source.table("courses.csv"), reading, starts)
    registered: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    if part := source.parts.get("studentRegistration.csv"):
        registered = _registrations(part, reading, starts)
    yield from _students(source.table("studentInfo.csv"), reading, starts, registered)
    planned: dict[str, datetime.date | None] = {}
    if part := source.parts.get("assessments.csv"):
        yield from _plan(part, reading, starts, planned)
    if part := source.parts.get("studentAssessment.csv"):
        yield from _results(part, reading, planned)


def _courses(part: Part, reading: Reading, starts: dict[tuple[str, str], datetime.date]) -> Iterator[Record]:
    fields = (_MODULE, _WHEN, Field("module_presentation_length", "whole", ("length",)))
    terms: dict[str, tuple[datetime.date, datetime.date | None, int]] = {}
    modules: set[str] = set()
    for row in reading.rows(part, fields):
        module, when, length = (row.values[one.name] for one in fields)
        if module is None or when is None:
            continue
        match = _PRESENTATION.fullmatch(when)
        if match is None:
            message = f"`{when}` is no presentation."
            mend = "It is a year and B (February) or J (October), such as 2013J."
            reading.say("presentation-unknown", "error", message, mend, part.place(row.number, "code_presentation"))
            continue
        first = datetime.date(int(match["year"]), _MONTHS[match["letter"]], 1)
        last = first + datetime.timedelta(days=length) if length is not None else None
        starts[module, when] = first
        if module not in modules:
            modules.add(module)
            yield Record("study_programmes", (module, None, None), row.number, part.name)
        known = terms.get(when, (first, None, row.number))
        terms[when] = (first, max(filter(None, (known[1], last)), default=None), known[2])
        offering = (f"{module}-{when}", module, None, when, first, last, None, None)
        yield Record("offerings", offering, row.number, part.name)
    for when, (first, last, number) in terms.items():
        yield Record("terms", (when, None, first, last), number, part.name)
        yield Record("cohorts", (when, None, first), number, part.name)


def _registrations(
    part: Part, reading: Reading, starts: dict[tuple[str, str], datetime.date]
) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """First and last day of each student in each presentation."""
    fields = (_MODULE, _WHEN, _STUDENT, Field("date_registration"), Field("date_unregistration"))
    found = {}
    early: list[int] = []
    for row in reading.rows(part, fields):
        module, when, student, first, last = (row.values[one.name] for one in fields)
        start = _start(part, row.number, module, when, reading, starts)
        if start is None or student is None:
            continue
        days = [
            _day(part, row.number, name, text, start, reading)
            for name, text in (("date_registration", first), ("date_unregistration", last))
        ]
        begins, ends = days
        if begins is not None and ends is not None and ends < begins:
            # Some gave up before the day on which their registration counts from.
            early.append(row.number)
            begins = ends
        found[student, module, when] = (begins, ends)
    if early:
        message = f"{len(early):,} unregistered before their registration: the day on which they left stands for both."
        place = part.place(early[0], "date_unregistration")
        reading.say("unregistered-early", "info", message, "", place)
    return found


def _students(
    part: Part,
    reading: Reading,
    starts: dict[tuple[str, str], datetime.date],
    registered: dict[tuple[str, str, str], tuple[Any, Any]],
) -> Iterator[Record]:
    fields = (_MODULE, _WHEN, _STUDENT, *map(Field, (*_PERSON, *_PRESENT)))
    latest: dict[str, tuple[datetime.date, int, list[tuple[str, str]]]] = {}
    for row in reading.rows(part, fields):
        value = row.values
        module, when, student = value["code_module"], value["code_presentation"], value["id_student"]
        start = _start(part, row.number, module, when, reading, starts)
        if start is None or student is None:
            continue
        yield Record("learners", (student,), row.number, part.name)
        first, last = registered.get((student, module, when), (None, None))
        result = value["final_result"] or ""
        status = _STATUS.get(result.casefold(), "active")
        yield Record("enrolments", (student, module, when, first, last, status), row.number, part.name)
        for name in _PRESENT:
            if (value[name] or "") not in _UNKNOWN:
                trait = (student, f"{module}-{when} {name}", value[name])
                yield Record("learner_traits", trait, row.number, part.name)
        if student not in latest or start >= latest[student][0]:
            traits = [(name, value[name]) for name in _PERSON if (value[name] or "") not in _UNKNOWN]
            latest[student] = (start, row.number, traits)
    for student, (_, number, traits) in latest.items():
        for name, text in traits:
            yield Record("learner_traits", (student, name, text), number, part.name)


def _plan(
    part: Part,
    reading: Reading,
    starts: dict[tuple[str, str], datetime.date],
    planned: dict[str, datetime.date | None],
) -> Iterator[Record]:
    id = Field("id_assessment", needed=True)
    fields = (_MODULE, _WHEN, id, Field("assessment_type"), Field("date"), Field("weight", "number"))
    for row in reading.rows(part, fields):
        module, when, assessment, kind, day, weight = (row.values[one.name] for one in fields)
        start = _start(part, row.number, module, when, reading, starts)
        if start is None or assessment is None:
            continue
        planned[assessment] = start
        due = _day(part, row.number, "date", day, start, reading)
        title = f"{module} {when} {kind or ''} {assessment}"
        values = (assessment, title, kind and kind.casefold(), None, due, weight, 100.0)
        yield Record("assessment_plan", values, row.number, part.name)


def _results(part: Part, reading: Reading, planned: dict[str, datetime.date | None]) -> Iterator[Record]:
    id = Field("id_assessment", needed=True)
    fields = (id, _STUDENT, Field("date_submitted"), Field("is_banked", "truth"), Field("score"))
    unscored = 0
    for row in reading.rows(part, fields):
        assessment, student, day, banked, text = (row.values[one.name] for one in fields)
        if assessment is None or student is None:
            continue
        start = planned.get(assessment)
        # A banked result was carried over from an earlier presentation: its day stands for nothing.
        on = _day(part, row.number, "date_submitted", day, start, reading) if start and not banked else None
        score = None
        if (text or "") in _UNKNOWN:
            unscored += 1
        else:
            score = _score(part, row.number, text, reading)
        points = None if score is None else score * 100
        passed = None if points is None else points >= _PASS_MARK
        values = (student, assessment, 1, on, score, points, 100.0, passed, None)
        yield Record("assessments", values, row.number, part.name, "id_assessment")
    if unscored:
        reading.say("score-missing", "info", f"{unscored:,} results have no score.", "", part.place())


def _score(part: Part, row: int, text: str, reading: Reading) -> float | None:
    try:
        points = float(text)
    except ValueError:
        points = -1.0
    if 0 <= points <= 100:
        return points / 100
    message = f"`{text[:40]}` is no score from 0 to 100."
    reading.say("cell-unreadable", "error", message, "Mend the cell.", part.place(row, "score"))
    return None


def _start(
    part: Part,
    row: int,
    module: str | None,
    when: str | None,
    reading: Reading,
    starts: dict[tuple[str, str], datetime.date],
) -> datetime.date | None:
    if module is None or when is None:
        return None
    if (module, when) not in starts:
        message = f"courses.csv has no presentation {when} of {module}."
        place = part.place(row, "code_presentation")
        reading.say("unknown-presentation", "error", message, "Take the row of courses.csv, too.", place)
    return starts.get((module, when))


def _day(
    part: Part, row: int, column: str, text: str | None, start: datetime.date, reading: Reading
) -> datetime.date | None:
    if text is None or text in _UNKNOWN:
        return None
    if not re.fullmatch(r"[+-]?\d{1,5}(\.0*)?", text):
        message = f"`{text[:40]}` is no number of days."
        reading.say("cell-unreadable", "error", message, "Mend the cell.", part.place(row, column))
        return None
    return start + datetime.timedelta(days=int(float(text)))


OULAD = Format("oulad", "folder of the Open University Learning Analytics Dataset", _fits, _read)
