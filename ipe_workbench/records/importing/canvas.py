"""The gradebook that Canvas exports: a row a student, a column an assignment, a row of possible points above them.

Headings: ``Student`` (or ``LastName`` and ``FirstName``), ``ID``, ``SIS User ID``, ``SIS Login ID``, perhaps
``Integration ID`` and ``Root Account``, ``Section``, columns of the teacher's own, then each assignment as its title
and number, ``Essay (1234)``, then sums. Below the headings there may be a row that says which assignments are posted by
hand, then ``Points Possible``, in which the sums are ``(read only)``. A cell without a submission is empty; ``EX`` is
excused, ``N/A`` not assigned; on a GPA scale it is a letter. The last row may be the student that teachers look
through.

Source: the program that writes it, ``lib/gradebook_exporter.rb`` in github.com/instructure/canvas-lms; Instructure,
"How do I export grades in the Gradebook?" (Canvas guides).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.cells import number
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["CANVAS"]

_LEARNER = Field("learner", aliases=("SIS User ID", "Integration ID", "SIS Login ID", "ID"), needed=True)
_ASSIGNMENT = re.compile(r"(?P<title>.+?)\s*\((?P<number>\d+)\)")
_POINTS = "points possible"
_READ_ONLY = "(read only)"
#: Excused, not assigned and not submitted: no result.
_NONE = frozenset(("", "ex", "n/a", "-"))
_TEST_STUDENTS = frozenset(("student, test", "test student"))
_LETTER = re.compile(r"[A-F][+\N{MINUS SIGN}-]?", re.IGNORECASE)


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    if part is None or len(part.header) < 3:
        return False
    names = [plain_heading(one) for one in part.header]
    named = names[0] == "student" or names[:2] == ["lastname", "firstname"]
    return named and "id" in names and any(_ASSIGNMENT.fullmatch(one) for one in part.header)


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    at_learner, learner_heading = _learner_column(part, reading)
    row_of_points, possible = _points(part)
    assignments = {
        at: match
        for at, one in enumerate(part.header)
        if (match := _ASSIGNMENT.fullmatch(one)) and possible.get(at, "").casefold() != _READ_ONLY
    }
    if not assignments:
        raise UnusableInputError(
            "No column is an assignment, such as `Essay (1234)`.",
            place=str(part.place(part.header_row)),
            mend="Export the gradebook from Canvas again.",
        )
    most = {at: _number_or_none(possible.get(at, "")) for at in assignments}
    for at, match in assignments.items():
        plan = (match["number"], match["title"], None, None, None, None, most[at] or None)
        yield Record("assessment_plan", plan, row_of_points or part.header_row)
    if row_of_points is None:
        message = "There is no row `Points Possible`: the results have points and no share."
        reading.say("points-possible-missing", "warning", message, "Export the gradebook again, whole.", part.place())
    first_assignment = min(assignments)
    letters: dict[str, int] = {}
    for row, cells in part.rows():
        about = cells[:first_assignment]
        if row == row_of_points or not any(about) or _is_test_student(cells):
            # The row of those posted by hand names nobody.
            continue
        learner = cells[at_learner]
        if not learner:
            message = f"`{learner_heading}` is empty."
            mend = "Fill it in, or name the column that knows the learner in a mapping file."
            reading.say("cell-missing", "error", message, mend, part.place(row, learner_heading))
            continue
        for at, match in assignments.items():
            text = cells[at]
            if text.casefold() in _NONE:
                continue
            if _LETTER.fullmatch(text):
                letters[part.header[at]] = letters.get(part.header[at], 0) + 1
                continue
            yield from _result(part, reading, row, learner, match["number"], text, most[at], part.header[at])
    for heading, times in letters.items():
        message = f"{times:,} grades of `{heading}` are letters, which say no points: they are left out."
        reading.say("grade-letters", "warning", message, "Show the assignment as points in Canvas.", part.place())


def _points(part: Part) -> tuple[int | None, dict[int, str]]:
    """The row of the possible points and its cells; among the first rows, or not at all."""
    for count, (row, cells) in enumerate(part.rows()):
        if cells[0].strip().casefold() == _POINTS:
            return row, dict(enumerate(cells))
        if count == 2:
            break
    return None, {}


def _is_test_student(cells: list[str]) -> bool:
    names = (cells[0].casefold(), f"{cells[0]}, {cells[1]}".casefold())
    return any(one in _TEST_STUDENTS for one in names)


def _number_or_none(text: str) -> float | None:
    try:
        return number(text)
    except ValueError:
        # Assignments that count without points say so in words.
        return None


def _result(
    part: Part,
    reading: Reading,
    row: int,
    learner: str,
    assessment: str,
    text: str,
    possible: float | None,
    heading: str,
) -> Iterator[Record]:
    try:
        points = number(text)
    except ValueError as error:
        reading.say_unreadable(text, error, part.place(row, heading))
        return
    score = points / possible if possible else None
    if score is not None and not 0 <= score <= 1:
        # Extra credit: the share ends at 1, the points say how many there were.
        message = f"{points:g} of {possible:g} points count as {min(max(score, 0), 1):.0%}."
        reading.say("score-clipped", "info", message, "", part.place(row, heading))
        score = min(max(score, 0.0), 1.0)
    values = (learner, assessment, 1, None, score, points, possible or None, None, None)
    yield Record("assessments", values, row, column=heading)


def _learner_column(part: Part, reading: Reading) -> tuple[int, str]:
    if "learner" in reading.columns:
        heading = reading.heading_of(part, _LEARNER)
    else:
        # All of them stand beside each other; the university's own id is the one that other files know.
        heading = next((one for name in _LEARNER.aliases for one in part.header if one == name), None)
    heading = heading or part.header[0]
    return part.header.index(heading), heading


CANVAS = Format("canvas-gradebook", "gradebook of Canvas", _fits, _read)
