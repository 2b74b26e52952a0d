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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.pathways.structure import Course, Curriculum, Requisite, Structure

__all__ = ["parse_curriculum", "read_curriculum", "write_curriculum"]

_NAMES = {
    "curriculum": "name",
    "degreeplan": "plan",
    "institution": "institution",
    "degreetype": "degree_type",
    "systemtype": "system",
    "cip": "cip",
}
_COURSES = ("courses", "additionalcourses")
_OUTCOMES = ("courselearningoutcomes", "curriculumlearningoutcomes")
_REQUISITES: dict[str, Requisite] = {
    "prerequisites": "pre",
    "corequisites": "co",
    "strictcorequisites": "strict-co",
}
_KNOWN = "Curriculum, Degree Plan, Institution, Degree Type, System Type, CIP"
_LAYOUT = "Save it in the layout of CurricularAnalytics.jl."
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
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return parse_curriculum(content.decode("utf-16", errors="replace"), str(path))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return parse_curriculum(text, str(path))


def parse_curriculum(text: str, file: str = "(text)") -> Curriculum:
    r"""A curriculum from the text of a CSV file.

    Parameters
    ----------
    text : str
        Cells are separated by commas, semicolons or tabs. Headings may be written in any case, with or without
        hyphens; a table of courses alone will do. Lines that are blank or begin with # are passed over.
    file : str
        How to call the file in messages.

    Returns
    -------
    Curriculum
        Its findings name requisites that are not in the file and rows that say nothing known; both are left out.

    Examples
    --------
    >>> text = "Curriculum,Two\nCourses\nCourse ID,Course Name,Prerequisites\n1,A,\n2,B,1\n"
    >>> [(one.id, dict(one.requisites)) for one in parse_curriculum(text).courses]
    [('1', {}), ('2', {'1': 'pre'})]
    """
    if "\0" in text:
        raise UnreadableFileError("The file is not text.", place=file)
    reader = _Reader(file)
    for number, cells in _rows(text, file):
        reader.take(number, cells)
    return reader.done()


@dataclass
class _Reader:
    """Collects what the rows say; `section` is the one that the rows belong to, `header` its columns."""

    file: str
    about: dict[str, str] = field(default_factory=dict)
    courses: dict[str, tuple[int, Course]] = field(default_factory=dict)
    outcomes: list[tuple[str, ...]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    section: str = ""
    header: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, cells: list[str]) -> None:
        first, alone = _plain(cells[0]), not any(cells[1:])
        if alone and first in (*_COURSES, *_OUTCOMES):
            self.section, self.header = first, {}
            if first in _OUTCOMES:
                self.outcomes.append((cells[0],))
        elif self.section in _OUTCOMES:
            self.outcomes.append(tuple(cells))
        elif not self.header and "courseid" in map(_plain, cells):
            self.section = self.section or "courses"
            self.header = {_plain(name): at for at, name in reversed(list(enumerate(cells))) if name}
        elif self.section and not self.header:
            message = "The header has no column Course ID."
            raise _unusable(message, self.file, number, "Name the columns in the row below Courses.")
        elif self.section:
            self._course(number, {name: cells[at] if at < len(cells) else "" for name, at in self.header.items()})
        elif first in _NAMES:
            self.about[_NAMES[first]] = cells[1] if len(cells) > 1 else ""
        else:
            message = f"This row is none of {_KNOWN}, nor does the section Courses begin."
            self.findings.append(Finding("unknown-row", "info", message, _LAYOUT, Place(self.file, number)))

    def done(self) -> Curriculum:
        if not self.section:
            raise UnusableInputError("This is not a curriculum: it has no courses.", place=self.file, mend=_LAYOUT)
        system = self.about.pop("system", "").lower()
        if system not in ("", "semester", "quarter"):
            message = f"The system type is `{system[:40]}`."
            raise UnusableInputError(message, place=self.file, mend="Write semester or quarter.")
        texts: dict[str, Any] = {"name": Path(self.file).stem} | self.about
        return Curriculum(
            courses=tuple(self._with_known_requisites()),
            system="quarter" if system == "quarter" else "semester",
            learning_outcomes=tuple(self.outcomes),
            findings=tuple(self.findings),
            **texts,
        )

    def _course(self, number: int, values: dict[str, str]) -> None:
        course = _course(values, self.file, number, self.section == "additionalcourses")
        key = _key(course.id)
        if key in self.courses:
            message = f"The course {course.id} stands twice."
            raise _unusable(message, self.file, number, "Give it an id of its own.")
        self.courses[key] = number, course

    def _with_known_requisites(self) -> Iterator[Course]:
        for number, course in self.courses.values():
            known: dict[str, Requisite] = {}
            for one, kind in course.requisites.items():
                if _key(one) in self.courses:
                    known[self.courses[_key(one)][1].id] = kind
                    continue
                message = f"{course.id} requires {one[:40]}, which is not in the file; the requisite is left out."
                mend = "Add the course, or remove the requisite."
                self.findings.append(Finding("unknown-requisite", "warning", message, mend, Place(self.file, number)))
            yield replace(course, requisites=known)


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
    writer.writerows(
        map(spreadsheet_safe, (*row, *[""] * (len(header) - len(row)))) for row in curriculum.learning_outcomes
    )
    return stream.getvalue()


def _of_kind(course: Course, kind: Requisite) -> Iterable[str]:
    return [one for one, its in course.requisites.items() if its == kind]


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    # Requisites have semicolons between them, so that what follows the first heading decides.
    found = re.search(r"^\s*\"?[A-Za-z][\w \-]*\"?\s*([,;\t])", text.removeprefix("\ufeff"), re.MULTILINE)
    delimiter = found[1] if found else ","
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not stripped[0].startswith("#"):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise _unusable(f"This cannot be read as CSV: {error}.", file, reader.line_num, "Check its quotes.") from None


def _course(values: dict[str, str], file: str, row: int, additional: bool) -> Course:
    reference = values["courseid"]
    if not reference:
        raise _unusable("The course has no Course ID.", file, row, "Give it one.")
    requisites: dict[str, Requisite] = {}
    for column, kind in _REQUISITES.items():
        for one in filter(None, (part.strip() for part in re.split("[;,]", values.get(column, "")))):
            if _key(one) == _key(reference):
                raise _unusable(f"{reference[:40]} requires itself.", file, row, "Remove the requisite.")
            requisites.setdefault(one, kind)
    return Course(
        id=reference,
        name=values.get("coursename", ""),
        requisites=requisites,
        hours=_number(values.get("credithours", ""), "Credit Hours", file, row),
        term=int(_number(values["term"], "Term", file, row)) if values.get("term") else None,
        prefix=values.get("prefix", ""),
        number=values.get("number", ""),
        institution=values.get("institution", ""),
        canonical_name=values.get("canonicalname", ""),
        additional=additional,
    )


def _plain(heading: str) -> str:
    """A heading without case, blanks and hyphens."""
    return "".join(one for one in heading.lower() if one.isalnum())


def _key(reference: str) -> str:
    """What identifies a course: spreadsheets write the id 7 as 7.0 when a cell of the column is empty."""
    number = re.fullmatch(r"0*(\d+)(\.0*)?", reference, re.ASCII)
    return number[1] if number else reference


def _number(written: str, column: str, file: str, row: int) -> float:
    try:
        number = float(written or 0)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise _unusable(
            f"`{written[:40]}` in the column {column} is no number.", file, row, "Write digits and a point."
        )
    return number


def _unusable(message: str, file: str, row: int, mend: str) -> UnusableInputError:
    return UnusableInputError(message, place=f"{file}:{row}", mend=mend)
