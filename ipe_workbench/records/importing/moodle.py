"""The grade export of Moodle as plain text or a workbook: a row a student, a column (or several) an activity.

First come the fields of the profile (which ones, the site decides), perhaps ``Suspended``, then the grades, and in text
files ``Last downloaded from this course``. A grade's heading is ``Quiz: iRAT 1 (Real)``: in brackets stands whether the
cells are points (Real), a percentage or a letter; exports of old versions leave the bracket out. ``-`` is no grade. On
a scale the points are its words. The export does not say the points that could be reached: a share needs the percentage
beside the points, or the points in the mapping. Headings are in the language of whoever exports; English is read.

Source: the program that writes it, ``grade/export/lib.php`` and ``grade/export/txt/grade_export_txt.php`` in
github.com/moodle/moodle; Moodle documentation, "Grade export".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ipe_workbench.records.importing.cells import number
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["MOODLE"]

_LEARNER = Field("learner", aliases=("ID number", "Username"), needed=True)
_ABOUT = frozenset(
    ("firstname", "lastname", "surname", "idnumber", "institution", "department", "emailaddress", "username",
     "suspended", "lastdownloadedfromthiscourse")
)  # fmt: skip
_ACTIVITY = re.compile(
    r"(?:(?P<kind>[^\W\d_][\w ]{1,30}):\s*)?(?P<title>.+?)(?:\s*\((?P<shown>Real|Percentage|Letter|Feedback)\))?"
)
_LAST = "lastdownloadedfromthiscourse"
_SHOWN = re.compile(r"\((Real|Percentage|Letter)\)$")


class _Column(NamedTuple):
    """A column with grades: where it stands, and what is shown in it."""

    at: int
    shown: str


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    if part is None:
        return False
    plain = {plain_heading(one) for one in part.header}
    shown = any(_SHOWN.search(one) for one in part.header)
    return _LAST in plain or ("emailaddress" in plain and "idnumber" in plain and shown)


def _activities(part: Part, reading: Reading) -> tuple[dict[str, tuple[str, str | None, list[_Column]]], list[str]]:
    """By heading without its bracket: title, kind, columns; and the columns that are sums."""
    found: dict[str, tuple[str, str | None, list[_Column]]] = {}
    sums, unread = [], []
    shows = any(_SHOWN.search(one) for one in part.header)
    for at, heading in enumerate(part.header):
        if not heading or plain_heading(heading) in _ABOUT or heading == reading.columns.get("learner"):
            continue
        match = _ACTIVITY.fullmatch(heading)
        if match is None or match["shown"] in ("Letter", "Feedback"):
            continue
        if shows and not match["shown"]:
            # Where grades say how they are shown, a column that does not is a field of the profile.
            unread.append(heading)
            continue
        whole = heading.removesuffix(f"({match['shown']})").strip() if match["shown"] else heading
        if re.search(r"\btotal$", whole, re.IGNORECASE):
            sums.append(heading)
            continue
        kind = match["kind"].casefold() if match["kind"] else None
        found.setdefault(whole, (match["title"], kind, []))[2].append(_Column(at, match["shown"] or ""))
    if unread:
        message = f"Columns that are not read: {', '.join(unread)[:300]}."
        reading.say("column-unread", "info", message, "", part.place(part.header_row))
    return found, sums


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    named = {heading: name for name, heading in reading.columns.items() if name != "learner"}
    heading = _learner_heading(part, reading)
    at_learner = part.header.index(heading)
    activities, sums = _activities(part, reading)
    if sums:
        message = f"Columns of sums are left out: {', '.join(sums)[:300]}."
        reading.say("column-sum", "info", message, "", part.place(part.header_row))
    scales = _without_scales(part, activities)
    if scales:
        message = f"Graded on a scale, in words, which say no points: {', '.join(scales)[:300]}; they are left out."
        reading.say("grade-words", "warning", message, "Export them as percentages.", part.place(part.header_row))
    shares = {column.at for _, _, columns in activities.values() for column in columns if _is_share(part, column)}
    most: dict[str, float | None] = {}
    for whole, (title, kind, columns) in activities.items():
        id = next((named[one] for one in (whole, *(part.header[c.at] for c in columns)) if one in named), whole)
        points = reading.values.get(f"points_possible:{whole}") or reading.values.get("points_possible")
        most[whole] = number(points) if points else None
        yield Record("assessment_plan", (id, title, kind, None, None, None, most[whole]), part.header_row)
        if most[whole] is None and not any(column.at in shares for column in columns):
            message = f"`{whole}` has points but not how many could be reached: there is no share."
            mend = f"Export the percentage too, or say --set 'points_possible:{whole}=20'."
            reading.say("points-possible-missing", "warning", message, mend, part.place(part.header_row, whole))
    for row, cells in part.rows():
        learner = cells[at_learner]
        if not learner:
            reading.say("cell-missing", "error", f"`{heading}` is empty.", "Fill it in.", part.place(row, heading))
            continue
        for whole, (_, _, columns) in activities.items():
            id = next((named[one] for one in (whole, *(part.header[c.at] for c in columns)) if one in named), whole)
            yield from _result(part, reading, row, cells, learner, id, columns, shares, most[whole])


def _learner_heading(part: Part, reading: Reading) -> str:
    if "learner" not in reading.columns:
        for name in _LEARNER.aliases:
            if name in part.header:
                return name
    heading = reading.heading_of(part, _LEARNER)
    if heading is None:
        next(reading.rows(part, (_LEARNER,)), None)
    return heading or ""


def _without_scales(part: Part, activities: dict[str, tuple[str, str | None, list[_Column]]]) -> list[str]:
    """Take out the columns in which no cell is a number, such as those graded on a scale; their headings."""
    numbers: set[int] = set()
    words: set[int] = set()
    at_all = [c.at for _, _, columns in activities.values() for c in columns if c.shown != "Percentage"]
    for _, cells in part.rows():
        for at in at_all:
            if cells[at] not in ("", "-"):
                (numbers if _is_number(cells[at]) else words).add(at)
    scales = words - numbers
    for whole, (title, kind, columns) in list(activities.items()):
        left = [one for one in columns if one.at not in scales]
        activities[whole] = (title, kind, left)
        if not left:
            del activities[whole]
    return [part.header[at] for at in at_all if at in scales]


def _is_number(text: str) -> bool:
    try:
        number(text)
    except ValueError:
        return False
    return True


def _is_share(part: Part, column: _Column) -> bool:
    """Whether a column holds percentages: its heading says so, or all its cells do."""
    if column.shown:
        return column.shown == "Percentage"
    texts = {cells[column.at] for _, cells in part.rows()} - {"", "-"}
    return bool(texts) and all(one.endswith("%") for one in texts)


def _result(
    part: Part,
    reading: Reading,
    row: int,
    cells: list[str],
    learner: str,
    assessment: str,
    columns: list[_Column],
    shares: set[int],
    possible: float | None,
) -> Iterator[Record]:
    score = points = None
    for at, _ in columns:
        text = cells[at]
        if text in ("", "-"):
            continue
        try:
            value = number(text)
        except ValueError as error:
            reading.say_unreadable(text, error, part.place(row, part.header[at]))
            continue
        if at in shares:
            # A workbook holds 85 for 85 %.
            score = value if text.endswith("%") else value / 100
        else:
            points = value
    if score is None and points is None:
        return
    heading = part.header[columns[0].at]
    if score is None and points is not None and possible:
        score = points / possible
    if score is not None and not 0 <= score <= 1:
        message = f"{score:.0%} counts as {min(max(score, 0), 1):.0%}."
        reading.say("score-clipped", "info", message, "", part.place(row, heading))
        score = min(max(score, 0.0), 1.0)
    values = (learner, assessment, 1, None, score, points, possible, None, None)
    yield Record("assessments", values, row, column=heading)


MOODLE = Format("moodle-grades", "grade export of Moodle", _fits, _read)
