"""Curricula and degree plans in the CSV layout of CurricularAnalytics.jl: read and written.

Source: CurricularAnalytics.jl, documentation, "Persisting Curricula and Degree Plans". A block of names (Curriculum,
Degree Plan, Institution, Degree Type, System Type, CIP), then the sections Courses and, in a plan, Additional Courses,
each with a header; requisites are ids separated by semicolons.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.pathways.structure import Course, Curriculum, Requisite, Structure

__all__ = ["parse_curriculum", "read_curriculum", "write_curriculum"]

_NAMES = {
    "curriculum": "name",
    "degree plan": "plan",
    "institution": "institution",
    "degree type": "degree_type",
    "system type": "system",
    "cip": "cip",
}
_SECTIONS = {"courses", "additional courses", "course learning outcomes", "curriculum learning outcomes"}
_REQUISITES: dict[str, Requisite] = {
    "prerequisites": "pre",
    "corequisites": "co",
    "strict-corequisites": "strict-co",
}
_MAX_BYTES = 64 * 1024 * 1024


def read_curriculum(path: str | Path) -> Curriculum:
    """Read a curriculum or degree plan from a CSV file; see `parse_curriculum`.

    Raises
    ------
    UnreadableFileError
        When the file is missing, is too large or is not text.
    UnusableInputError
        When it is not in that layout; the message names the row.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise UnreadableFileError("The file is too large for a curriculum.", place=str(path))
        content = file.read_bytes()
    except OSError as error:
        reason = "The file does not exist" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
        raise UnreadableFileError(f"{reason}.", place=str(path), mend="Check the path.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return parse_curriculum(text, str(path))


def parse_curriculum(text: str, file: str = "(text)") -> Curriculum:
    r"""A curriculum from the text of a CSV file.

    Examples
    --------
    >>> text = "Curriculum,Two\nCourses\nCourse ID,Course Name,Prerequisites\n1,A,\n2,B,1\n"
    >>> [(one.id, dict(one.requisites)) for one in parse_curriculum(text).courses]
    [('1', {}), ('2', {'1': 'pre'})]
    """
    if "\0" in text:
        raise UnreadableFileError("The file is not text.", place=file)
    about: dict[str, str] = {}
    courses: dict[str, Course] = {}
    rows_of: dict[str, int] = {}
    section = ""
    header: dict[str, int] = {}
    for number, cells in _rows(text, file):
        first = cells[0].lower()
        alone = not any(cells[1:])
        if first in _SECTIONS and alone:
            section, header = first, {}
        elif not section:
            if first not in _NAMES:
                message = f"This row is none of {', '.join(_NAMES)}, nor does the section Courses begin."
                raise _unusable(message, file, number, "Save it in the layout of CurricularAnalytics.jl.")
            about[_NAMES[first]] = cells[1] if len(cells) > 1 else ""
        elif section not in ("courses", "additional courses") or first.startswith("#"):
            continue
        elif not header:
            header = {name.lower(): at for at, name in enumerate(cells) if name}
            if "course id" not in header:
                raise _unusable("The header has no column Course ID.", file, number, "Name the columns there.")
        else:
            values = {name: cells[at] if at < len(cells) else "" for name, at in header.items()}
            course = _course(values, file, number, section == "additional courses")
            if course.id in courses:
                raise _unusable(f"The course {course.id} stands twice.", file, number, "Give it an id of its own.")
            courses[course.id], rows_of[course.id] = course, number
    if "name" not in about or not section:
        raise UnusableInputError(
            "This is not a curriculum: it has no row Curriculum, or no section Courses.",
            place=file,
            mend="Save it in the layout of CurricularAnalytics.jl.",
        )
    for course in courses.values():
        unknown = [one for one in course.requisites if one not in courses]
        if unknown:
            message = f"{course.id} requires {unknown[0]}, which is not in the file."
            raise _unusable(message, file, rows_of[course.id], "Add the course, or remove the requisite.")
    system = about.pop("system", "").lower()
    if system not in ("", "semester", "quarter"):
        raise UnusableInputError(f"The system type is `{system}`.", place=file, mend="Write semester or quarter.")
    texts: dict[str, Any] = about
    return Curriculum(courses=tuple(courses.values()), system="quarter" if system == "quarter" else "semester", **texts)


def write_curriculum(curriculum: Curriculum, figures: Structure | None = None) -> str:
    """The CSV text of a curriculum, or of a degree plan when it has one; with its figures if they are given.

    Text that a spreadsheet would run as a formula is neutralised.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    about = [("Curriculum", curriculum.name)]
    about += [("Degree Plan", curriculum.plan)] if curriculum.plan else []
    about += [("Institution", curriculum.institution), ("Degree Type", curriculum.degree_type)]
    about += [("System Type", curriculum.system), ("CIP", curriculum.cip)]
    header = ["Course ID", "Course Name", "Prefix", "Number", "Prerequisites", "Corequisites", "Strict-Corequisites"]
    header += ["Credit Hours", "Institution", "Canonical Name", *(["Term"] if curriculum.plan else [])]
    header += ["Complexity", "Blocking", "Delay", "Centrality"] if figures else []
    # As wide as the header, which the authors' own reader relies on.
    blank = [""] * (len(header) - 2)
    writer.writerows([name, spreadsheet_safe(value), *blank] for name, value in about)
    numbers = (
        {one.id: (one.complexity, one.blocking, one.delay, one.centrality) for one in figures.nodes} if figures else {}
    )
    for title, additional in (("Courses", False), ("Additional Courses", True)):
        listed = [one for one in curriculum.courses if one.additional is additional]
        if additional and not (listed and curriculum.plan):
            continue
        writer.writerow([title, "", *blank])
        writer.writerow(header)
        for one in listed:
            row = [one.id, one.name, one.prefix, one.number]
            row += [";".join(_of_kind(one, kind)) for kind in _REQUISITES.values()]
            row += [f"{one.hours:g}", one.institution, one.canonical_name]
            row += [str(one.term or "")] if curriculum.plan else []
            writer.writerow([*map(spreadsheet_safe, row), *numbers.get(one.id, ())])
    return stream.getvalue()


def _of_kind(course: Course, kind: Requisite) -> Iterable[str]:
    return [one for one, its in course.requisites.items() if its == kind]


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise _unusable(f"This cannot be read as CSV: {error}.", file, reader.line_num, "Check its quotes.") from None


def _course(values: dict[str, str], file: str, row: int, additional: bool) -> Course:
    reference = _plain_id(values["course id"])
    if not reference:
        raise _unusable("The course has no Course ID.", file, row, "Give it one.")
    requisites: dict[str, Requisite] = {}
    for column, kind in _REQUISITES.items():
        for one in filter(None, (part.strip() for part in re.split("[;,]", values.get(column, "")))):
            if _plain_id(one) == reference:
                raise _unusable(f"{reference} requires itself.", file, row, "Remove the requisite.")
            requisites.setdefault(_plain_id(one), kind)
    return Course(
        id=reference,
        name=values.get("course name", ""),
        requisites=requisites,
        hours=_number(values.get("credit hours", ""), "Credit Hours", file, row),
        term=int(_number(values["term"], "Term", file, row)) if values.get("term") else None,
        prefix=values.get("prefix", ""),
        number=values.get("number", ""),
        institution=values.get("institution", ""),
        canonical_name=values.get("canonical name", ""),
        additional=additional,
    )


def _plain_id(written: str) -> str:
    """Spreadsheets write the id 7 as 7.0 when a cell of the column is empty."""
    return re.sub(r"^(\d+)\.0+$", r"\1", written)


def _number(written: str, column: str, file: str, row: int) -> float:
    if not written:
        return 0.0
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", written):
        raise _unusable(
            f"`{written[:40]}` in the column {column} is no number.", file, row, "Write digits and a point."
        )
    return float(written)


def _unusable(message: str, file: str, row: int, mend: str) -> UnusableInputError:
    return UnusableInputError(message, place=f"{file}:{row}", mend=mend)
