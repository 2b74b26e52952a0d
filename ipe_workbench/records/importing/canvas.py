"""The gradebook that Canvas exports: a row a student, a column an assignment, a row of possible points above them.

Source: Instructure, "How do I export grades in the Gradebook?" (Canvas guides). The columns Student, ID, SIS User ID,
SIS Login ID and Section come first; an assignment's heading ends with its number in brackets, ``Essay (1234)``; columns
of sums (Current Score and the like) are read-only and are left out.
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
#: Excused and not submitted: no result.
_NONE = frozenset(("", "ex", "n/a", "-"))


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    if part is None or not part.header or plain_heading(part.header[0]) != "student":
        return False
    return any(_ASSIGNMENT.fullmatch(one) for one in part.header)


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    at_learner, learner_heading = _learner_column(part, reading)
    assignments = {at: match for at, one in enumerate(part.header) if (match := _ASSIGNMENT.fullmatch(one))}
    if not assignments:
        raise UnusableInputError(
            "No column is an assignment, such as `Essay (1234)`.",
            place=str(part.place(part.header_row)),
            mend="Export the gradebook from Canvas again.",
        )
    possible: dict[int, float] = {}
    for row, cells in part.rows():
        first = cells[0].strip().casefold()
        if first == _POINTS:
            for at in assignments:
                try:
                    possible[at] = number(cells[at])
                except ValueError:
                    # Columns that count without points say so in words.
                    continue
            for at, match in assignments.items():
                points = possible.get(at) or None
                yield Record("assessment_plan", (match["number"], match["title"], None, None, None, None, points), row)
            continue
        learner = cells[at_learner]
        if first in ("student, test", "test student") or not any(cells):
            continue
        if not learner:
            message = f"`{learner_heading}` is empty."
            reading.say("cell-missing", "error", message, "Fill it in.", part.place(row, learner_heading))
            continue
        for at, match in assignments.items():
            if cells[at].casefold() in _NONE:
                continue
            yield from _result(
                part, reading, row, learner, match["number"], cells[at], possible.get(at), part.header[at]
            )


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
        reading.say("cell-unreadable", "error", f"`{text[:40]}` {error}.", "Mend the cell.", part.place(row, heading))
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
