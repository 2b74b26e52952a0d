"""Sheets with a row a learner (or a team) that people keep by hand: readiness tests, rubric ratings, attendance.

A sheet has no standard; these are the layouts of the manual. What a sheet does not say (which assessment, which
offering, which term) is set beside it. Readiness tests as in team-based learning: Michaelsen, Knight, Fink (2004),
Team-Based Learning; the same items are answered alone (iRAT) and then by the team (tRAT), and a team's answers count
for each member.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ipe_workbench.records.importing.cells import number, parse_date
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["ATTENDANCE_SHEET", "READINESS_TEST", "RUBRIC_SHEET"]

_LEARNER = Field("learner", aliases=("learner id", "student", "student id", "id"))
_TEAM = Field("team", aliases=("team name", "group"))
_TERM = Field("term", aliases=("term id", "semester"))
_ON = Field("on", "date", ("date", "day"))
_RATER = Field("rater", aliases=("assessor", "rater id", "facilitator", "evaluator"))
_ASSESSMENT = Field("assessment", aliases=("assessment id", "test"))
_ATTEMPT = Field("attempt", "whole")
#: Columns for people that no sheet's reading needs.
_NAMES = frozenset(
    ("name", "givenname", "familyname", "firstname", "lastname", "surname", "email", "profession", "comment",
     "comments", "total", "score", "sum", "percent")
)  # fmt: skip
_ITEM = re.compile(r"(?:q|question|item|i)?[\s._-]*0*(?P<number>\d{1,3})", re.IGNORECASE)
_KEY_ROWS = frozenset(("key", "answerkey", "correct", "correctanswer", "solution"))
_POINT_ROWS = frozenset(("points", "pointspossible", "maxpoints", "possible"))


# Readiness tests ----------------------------------------------------------------------------------------------------


def _items(part: Part) -> dict[int, str]:
    """The place of each item's column, and the item."""
    return {at: match["number"] for at, one in enumerate(part.header) if (match := _ITEM.fullmatch(one.strip()))}


def _who(part: Part, reading: Reading, field: Field) -> int | None:
    heading = reading.heading_of(part, field)
    return None if heading is None else part.header.index(heading)


def _named(part: Part, field: Field) -> bool:
    known = {plain_heading(one) for one in (field.name, *field.aliases)}
    return any(plain_heading(one) in known for one in part.header if one)


def _is_readiness_test(source: Source) -> bool:
    part = source.parts.get("")
    return part is not None and len(_items(part)) >= 2 and (_named(part, _LEARNER) or _named(part, _TEAM))


def _read_readiness_test(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    assessment = reading.needed_value("assessment", "irat-1", part.place())
    items = _items(part)
    at_learner, at_team = _who(part, reading, _LEARNER), _who(part, reading, _TEAM)
    at_first = at_team if at_learner is None else at_learner
    if at_first is None:
        # Says in the usual words that there is no such column.
        next(reading.rows(part, (_LEARNER._replace(needed=True),)), None)
        return
    key, points = _key_rows(part, items, at_first, reading)
    at_term, read_on = _who(part, reading, _TERM), _dates(part, reading)
    kind = reading.values.get("kind") or ("trat" if at_learner is None else "irat")
    plan = (assessment, reading.values.get("title"), kind, reading.values.get("credential"), None, None, None)
    yield Record("assessment_plan", plan, part.header_row)
    for row, cells in part.rows():
        who = cells[at_first]
        if plain_heading(who) in _KEY_ROWS | _POINT_ROWS:
            continue
        if not who:
            heading = part.header[at_first]
            message = f"`{heading}` is empty."
            reading.say("cell-missing", "error", message, "Fill it in.", part.place(row, heading))
            continue
        if not any(cells[at] for at in items):
            # Who was not there has no result.
            continue
        answers = list(_answers(part, row, cells, items, key, points, reading))
        term = (cells[at_term] if at_term is not None else "") or reading.values.get("term")
        on = read_on(row, cells)
        team = cells[at_team] if at_team is not None else ""
        people = [who]
        if at_learner is None:
            found = _members(part, row, term, who, part.header[at_first], reading)
            if found is None:
                continue
            term, people = found
        in_team = (term, team) if team and term else None
        for learner in people:
            yield from _result(learner, assessment, on, in_team, answers, row, part.header[at_first])


def _key_rows(
    part: Part, items: dict[int, str], at_first: int, reading: Reading
) -> tuple[dict[int, frozenset[str]] | None, dict[int, float]]:
    """The right answers by column (``None``: the cells are scores), and the points of each item."""
    key: dict[int, frozenset[str]] | None = None
    points: dict[int, float] = {}
    for row, cells in part.rows():
        first = plain_heading(cells[at_first])
        if first in _KEY_ROWS:
            # Several answers may be right: `A/C`.
            key = {at: frozenset(one.strip().casefold() for one in re.split(r"[/|;,]", cells[at])) for at in items}
            for at in items:
                if not cells[at]:
                    place = part.place(row, part.header[at])
                    reading.say("key-missing", "error", "The key has no answer.", "Fill it in.", place)
        elif first in _POINT_ROWS:
            for at in items:
                value = _number(part, row, cells, at, reading)
                if value:
                    points[at] = value
    return key, points


def _answers(
    part: Part,
    row: int,
    cells: list[str],
    items: dict[int, str],
    key: Mapping[int, frozenset[str]] | None,
    points: Mapping[int, float],
    reading: Reading,
) -> Iterator[tuple[str, str | None, float | None, float]]:
    """Item, answer, share of its points, its points."""
    for at, item in items.items():
        text, most = cells[at], points.get(at, 1.0)
        if key is not None:
            # No answer is a wrong answer.
            yield item, text or None, float(text.strip().casefold() in key[at]) if text else 0.0, most
            continue
        if not text:
            yield item, None, None, most
            continue
        value = _number(part, row, cells, at, reading)
        share = None if value is None else value / most
        if share is not None and not 0 <= share <= 1:
            message = f"`{text[:40]}` is not from 0 to {most:g}."
            mend = "Add a row `key` with the right answers, or a row `points` with the points of each item."
            reading.say("cell-unreadable", "error", message, mend, part.place(row, part.header[at]))
            share = None
        yield item, None, share, most


def _result(
    learner: str,
    assessment: str,
    on: datetime.date | None,
    team: tuple[str, str] | None,
    answers: list[tuple[str, str | None, float | None, float]],
    row: int,
    heading: str,
) -> Iterator[Record]:
    reached = sum(share * most for _, _, share, most in answers if share is not None)
    possible = sum(most for _, _, _, most in answers)
    values = (learner, assessment, 1, on, reached / possible, reached, possible, None, team)
    yield Record("assessments", values, row, column=heading)
    for item, text, share, _ in answers:
        if text is not None or share is not None:
            yield Record("item_responses", (learner, assessment, 1, item, text, share), row, column=heading)


def _members(
    part: Part, row: int, term: str | None, team: str, heading: str, reading: Reading
) -> tuple[str, list[str]] | None:
    found = reading.people.members(term, team)
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        message = f"The team `{team[:40]}` is in the terms {', '.join(sorted(found))}."
        mend = "Say the term with --set term=ID."
        reading.say("team-ambiguous", "error", message, mend, part.place(row, heading))
    else:
        message = f"The team `{team[:40]}` is not known, or has no members."
        mend = "Import the teams of the term first, or mend the name."
        reading.say("unknown-team", "error", message, mend, part.place(row, heading))
    return None


# Rubric ratings -----------------------------------------------------------------------------------------------------


def _is_rubric_sheet(source: Source) -> bool:
    part = source.parts.get("")
    if part is None or not (_named(part, _LEARNER) and _named(part, _RATER)):
        return False
    if _named(part, Field("criterion", aliases=("row", "criteria"))) or _named(part, _TERM):
        return False
    return bool(_criteria(part))


def _criteria(part: Part) -> dict[int, str]:
    about = (_LEARNER, _RATER, _ASSESSMENT, _ATTEMPT, _ON, _TEAM)
    known = {plain_heading(name) for one in about for name in (one.name, *one.aliases)} | _NAMES
    return {at: one for at, one in enumerate(part.header) if one and plain_heading(one) not in known}


def _read_rubric_sheet(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    mapped = set(reading.columns.values())
    criteria = {at: one for at, one in _criteria(part).items() if one not in mapped}
    names = {heading: name for name, heading in reading.columns.items()}
    fields = (
        _LEARNER._replace(needed=True),
        _RATER._replace(needed=True),
        _ASSESSMENT._replace(needed=True),
        _ATTEMPT,
        _ON,
        *(Field(one, aliases=()) for one in criteria.values()),
    )
    reading.unread(part, fields)
    seen: set[tuple[str, str]] = set()
    for row in reading.rows(part, fields):
        value = row.values
        learner, rater, assessment = value["learner"], value["rater"], value["assessment"]
        if learner is None or rater is None or assessment is None:
            continue
        if ("rater", rater) not in seen:
            seen.add(("rater", rater))
            yield Record("staff", (rater, None, None, None), row.number)
        if ("assessment", assessment) not in seen:
            seen.add(("assessment", assessment))
            yield Record("assessment_plan", (assessment, *[None] * 6), row.number)
        for criterion in criteria.values():
            text = value[criterion]
            if text is None or text in ("-", "n/a", "N/A"):
                continue
            level, score = _level(text, reading)
            key = (
                learner,
                assessment,
                1 if value["attempt"] is None else value["attempt"],
                names.get(criterion, criterion),
                rater,
            )
            yield Record("rubric_scores", (*key, level, score, value["on"]), row.number, column=criterion)


def _level(text: str, reading: Reading) -> tuple[str | None, float | None]:
    """A level in words, or points."""
    try:
        return None, number(text)
    except ValueError:
        return text, reading.labels.get(text)


# Attendance ---------------------------------------------------------------------------------------------------------

_STATUS = {
    **dict.fromkeys(("present", "p", "x", "yes", "y", "1", "here", "\N{CHECK MARK}"), "present"),
    **dict.fromkeys(("late", "l", "tardy", "t"), "late"),
    **dict.fromkeys(("excused", "e", "ex"), "excused"),
    **dict.fromkeys(("absent", "a", "no", "n", "0"), "absent"),
}
_SESSION = re.compile(
    r"(?:(?P<offering>\S.*?)[\s(@]+)?"
    r"(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4})\)?"
)


def _sessions(part: Part) -> dict[int, re.Match[str]]:
    return {at: match for at, one in enumerate(part.header) if (match := _SESSION.fullmatch(one))}


def _is_attendance_sheet(source: Source) -> bool:
    part = source.parts.get("")
    return part is not None and _named(part, _LEARNER) and bool(_sessions(part))


def _read_attendance_sheet(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    sessions: dict[int, tuple[str, datetime.date]] = {}
    found = _sessions(part)
    texts = {match["date"]: part.header_row for match in found.values()}
    style = reading.dates or reading.style_of(texts, "the headings", part)
    for at, match in found.items():
        offering = match["offering"] or reading.needed_value("offering", "team-day-1", part.place())
        try:
            sessions[at] = (offering, parse_date(match["date"], style))
        except ValueError as error:
            place = part.place(part.header_row, match[0])
            reading.say_unreadable(match["date"], error, place, "Write it as 2026-10-01.")
    fields = (_LEARNER._replace(needed=True), *(Field(part.header[at]) for at in sessions))
    reading.unread(part, fields)
    hours = number(reading.values["hours"]) if "hours" in reading.values else None
    for row in reading.rows(part, fields):
        learner = row.values["learner"]
        for at, (offering, on) in sessions.items():
            text = row.values[part.header[at]]
            if learner is None or text is None:
                continue
            status = _STATUS.get(text.casefold())
            if status is None:
                message = f"`{text[:40]}` is no attendance."
                mend = "Write present, late, excused or absent (P, L, E, A); nothing where none was taken."
                reading.say("cell-unreadable", "error", message, mend, part.place(row.number, part.header[at]))
                continue
            counted = hours if status in ("present", "late") else None
            values: tuple[Any, ...] = (learner, offering, on, status, counted)
            yield Record("attendance", values, row.number, column=part.header[at])


def _number(part: Part, row: int, cells: list[str], at: int, reading: Reading) -> float | None:
    if not cells[at]:
        return None
    try:
        return number(cells[at])
    except ValueError as error:
        message = f"`{cells[at][:40]}` {error}."
        mend = "Mend the cell; a sheet of answers needs a row `key` with the right ones."
        reading.say("cell-unreadable", "error", message, mend, part.place(row, part.header[at]))
        return None


def _dates(part: Part, reading: Reading) -> Callable[[int, list[str]], datetime.date | None]:
    """How to read the day of a row: from its column, or as it was set for all of them."""
    at = _who(part, reading, _ON)
    fixed = reading.fixed(_ON) if "on" in reading.values else None
    if at is None:
        return lambda _row, _cells: fixed
    heading = part.header[at]
    read = reading.date_reader(part, at, heading)

    def day(row: int, cells: list[str]) -> datetime.date | None:
        if not cells[at]:
            return fixed
        try:
            return read(cells[at])
        except ValueError as error:
            reading.say_unreadable(cells[at], error, part.place(row, heading))
            return None

    return day


READINESS_TEST = Format(
    "readiness-test", "readiness test, a column an item (iRAT, tRAT)", _is_readiness_test, _read_readiness_test
)
RUBRIC_SHEET = Format("rubric-sheet", "rubric ratings, a column a criterion", _is_rubric_sheet, _read_rubric_sheet)
ATTENDANCE_SHEET = Format(
    "attendance-sheet", "attendance, a column a session", _is_attendance_sheet, _read_attendance_sheet
)
