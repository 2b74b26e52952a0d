"""OneRoster 1.2 (and 1.1) as a folder or an archive of CSV files: people, terms, classes, results.

A student's role in an organisation (a school, a department) is an enrolment in it as the programme of study; the grade
is the cohort. An academic session is a term, a class an offering, and the roster of a class a team in its term, so that
nothing of it is lost. Line items are assessments. Every reference must resolve, here or in the records. End dates of
OneRoster are the first day after: the records keep the last day. Bulk files leave `status` empty; in delta files it is
``active`` or ``tobedeleted``. A learner is known by `sourcedId`, or by another column of users.csv (``identifier``,
``username``) where the other systems know learners by that.

Source: 1EdTech, OneRoster CSV Binding 1.2.1, imsglobal.org/spec/oneroster/v1p2/bind/csv (files, columns, end dates,
vocabularies, dependencies of files). Version 1.1 keeps `role` and `orgSourcedIds` in users.csv, and calls the session
of a line item `gradingPeriodSourcedId`.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ipe_workbench.records.importing.reading import Field, Format, Reading, Row
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["ONE_ROSTER"]

_ID, _STATUS = Field("sourcedId", needed=True), Field("status")
_STUDENT = "student"
#: Who is neither learner nor staff.
_FAMILY = frozenset(("guardian", "parent", "relative"))
_BEGIN, _END = Field("beginDate", "date"), Field("endDate", "date")
#: Results without a score.
_NO_SCORE = frozenset(("exempt", "not submitted"))
_KNOWN = frozenset(
    f"{name}.csv"
    for name in (
        "manifest", "orgs", "academicSessions", "users", "roles", "courses", "classes", "enrollments", "lineItems",
        "results",
    )
)  # fmt: skip


@dataclass
class _Package:
    """What the files have said so far."""

    source: Source
    reading: Reading
    #: By file the ids that it holds, and those that are marked for deletion.
    there: dict[str, set[str]] = field(default_factory=dict)
    gone: dict[str, set[str]] = field(default_factory=dict)
    #: Files that hold only what changed: what they do not name may be in the records.
    delta: set[str] = field(default_factory=set)
    #: The id by which the records know a person, where that is not the one of OneRoster.
    people: dict[str, str] = field(default_factory=dict)

    def rows(
        self, file: str, *fields: Field, references: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[tuple[Part, Row]]:
        """The rows of a file that count, each noted as being there; `references` name the file of a column's ids."""
        part = self.source.parts.get(file)
        if part is None:
            return
        there, gone = self.there.setdefault(file, set()), self.gone.setdefault(file, set())
        own: list[tuple[Row, str]] = []
        listed = (_ID, _STATUS, *fields, *(Field(one) for one in references if one not in {f.name for f in fields}))
        for row in self.reading.rows(part, listed):
            id = row.values["sourcedId"]
            if id is None:
                continue
            if (row.values["status"] or "").casefold() == "tobedeleted":
                gone.add(id)
                continue
            if id in there:
                place = part.place(row.number, "sourcedId")
                self.reading.say("row-twice", "error", f"`{id}` stands twice.", "Keep the row that is right.", place)
            there.add(id)
            own += [(row, column) for column, other in references.items() if other == file and row.values[column]]
            for column, other in references.items():
                if other != file:
                    self.resolves(part, row, column, other)
            yield part, row
        for row, column in own:
            # The row that it names may stand below it.
            self.resolves(part, row, column, file)
        if gone:
            message = f"{len(gone):,} rows are marked tobedeleted: they are left out; what the records hold stays."
            mend = "Remove a person with `ipe records erase`."
            self.reading.say("row-to-be-deleted", "info", message, mend, part.place())

    def resolves(self, part: Part, row: Row, column: str, file: str) -> bool:
        """Whether the id in a column is one of that file; where the file is not here, the records decide."""
        id = row.values[column]
        if id is None or file not in self.source.parts:
            return True
        if id in self.gone.get(file, ()):
            message = f"`{id}` is marked tobedeleted in {file}."
            self.reading.say("reference-deleted", "warning", message, "", part.place(row.number, column))
            return False
        if id in self.there.get(file, ()) or file in self.delta:
            return True
        message = f"{file} has no sourcedId `{id[:60]}`."
        mend = "Export the package again, whole, or mend the id."
        self.reading.say("reference-unknown", "error", message, mend, part.place(row.number, column))
        return False


def _fits(source: Source) -> bool:
    if "users.csv" not in source.parts and "enrollments.csv" not in source.parts:
        return False
    return any("sourcedId" in part.header for part in source.parts.values())


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    if not _fits(source):
        source.table("users.csv")
    package = _Package(source, reading)
    _manifest(package)
    parent = {"parentSourcedId": "orgs.csv"}
    listed = package.rows("orgs.csv", Field("name"), references=parent)
    orgs = {row.values["sourcedId"]: row.values["name"] for _, row in listed}
    yield from _terms(package)
    yield from _people(package, orgs)
    classes = yield from _classes(package)
    yield from _rosters(package, classes)
    yield from _results(package, (yield from _line_items(package)))
    unread = sorted(name for name in source.parts if name not in _KNOWN)
    if unread:
        message = f"Files that are not read: {', '.join(unread)[:300]}."
        reading.say("file-unread", "info", message, "", source.place())


def _manifest(package: _Package) -> None:
    part = package.source.parts.get("manifest.csv")
    if part is None:
        message = "There is no manifest.csv; all files are taken as whole (bulk)."
        package.reading.say("manifest-missing", "warning", message, "", package.source.place())
        return
    for row in package.reading.rows(part, (Field("propertyName", needed=True), Field("value"))):
        name, value = row.values["propertyName"] or "", (row.values["value"] or "").casefold()
        place = part.place(row.number, "value")
        if name == "oneroster.version" and value not in ("1.1", "1.2"):
            package.reading.say("version-unknown", "warning", f"OneRoster {value[:20]} is read as 1.2.", "", place)
        if not name.startswith("file."):
            continue
        file = f"{name.removeprefix('file.')}.csv"
        if value == "delta":
            package.delta.add(file)
        elif value == "bulk" and file in _KNOWN and file not in package.source.parts:
            message = f"The manifest announces {file}, which is not here."
            package.reading.say("file-missing", "error", message, "Export the package again, whole.", place)


def _last(begins: datetime.date | None, ends: datetime.date | None) -> datetime.date | None:
    """The last day before an end that is the first day after; of what ends when it begins, that day."""
    if ends is None or ends == begins:
        return ends
    return ends - datetime.timedelta(days=1) if ends > datetime.date.min else ends


def _terms(package: _Package) -> Iterator[Record]:
    fields = (Field("title"), Field("startDate", "date"), Field("endDate", "date"))
    parent = {"parentSourcedId": "academicSessions.csv"}
    for part, row in package.rows("academicSessions.csv", *fields, references=parent):
        value = row.values
        last = _last(value["startDate"], value["endDate"])
        yield Record("terms", (value["sourcedId"], value["title"], value["startDate"], last), row.number, part.name)


def _people(package: _Package, orgs: dict[str, str | None]) -> Iterator[Record]:
    names = (Field("givenName"), Field("familyName"), Field("email"), Field("grades"))
    old = (Field("role"), Field("orgSourcedIds"))
    known_by = "sourcedId"
    if "learner" in package.reading.columns and "users.csv" in package.source.parts:
        known_by = package.reading.heading_of(package.source.parts["users.csv"], Field("learner")) or known_by
    users: dict[str, Row] = {}
    orgs_file = {"primaryOrgSourcedId": "orgs.csv"}
    for part, row in package.rows("users.csv", *names, *old, Field(known_by), references=orgs_file):
        id, known = row.values["sourcedId"], row.values[known_by]
        users[id] = row
        if known is None:
            message = f"`{known_by}` is empty."
            package.reading.say("cell-missing", "error", message, "Fill it in.", part.place(row.number, known_by))
        elif known != id:
            package.people[id] = known
    roles: dict[str, list[tuple[Part, Row]]] = {}
    role_fields = (Field("userSourcedId", needed=True), Field("role", needed=True), Field("orgSourcedId"), _BEGIN, _END)
    for part, row in package.rows("roles.csv", *role_fields):
        if package.resolves(part, row, "userSourcedId", "users.csv") and _org_resolves(package, part, row):
            roles.setdefault(row.values["userSourcedId"] or "", []).append((part, row))
    if "users.csv" in package.source.parts:
        yield from _users(package, users, roles, orgs)


def _org_resolves(package: _Package, part: Part, row: Row) -> bool:
    return package.resolves(part, row, "orgSourcedId", "orgs.csv")


def _users(
    package: _Package, users: dict[str, Row], roles: dict[str, list[tuple[Part, Row]]], orgs: dict[str, str | None]
) -> Iterator[Record]:
    part = package.source.parts["users.csv"]
    family = 0
    studies: dict[str, int] = {}
    cohorts: dict[str, int] = {}
    for id, row in users.items():
        value = row.values
        held = list(_roles_of(package, part, row, roles.get(id, [])))
        id = package.people.get(id, id)
        person = (id, value["givenName"], value["familyName"], value["email"])
        kinds = {role for role, _, _, _ in held}
        family += bool(kinds) and kinds <= _FAMILY
        if kinds - _FAMILY - {_STUDENT}:
            yield Record("staff", person, row.number, part.name)
        if _STUDENT not in kinds:
            continue
        yield Record("learners", (id,), row.number, part.name)
        if any(person[1:]):
            yield Record("learner_names", person, row.number, part.name)
        cohort = value["grades"] or "none"
        for role, org, begins, ends in held:
            if role == _STUDENT and org:
                studies.setdefault(org, row.number)
                cohorts.setdefault(cohort, row.number)
                yield Record("enrolments", (id, org, cohort, begins, ends, "active"), row.number, part.name)
    for study, number in studies.items():
        title = orgs.get(study)
        yield Record(
            "study_programmes", (study, title, package.reading.values.get(f"profession:{study}")), number, part.name
        )
    for cohort, number in cohorts.items():
        yield Record("cohorts", (cohort, None, None), number, part.name)
    if family:
        message = f"{family:,} parents and guardians are left out."
        package.reading.say("person-unread", "info", message, "", part.place())


def _roles_of(
    package: _Package, part: Part, user: Row, roles: list[tuple[Part, Row]]
) -> Iterator[tuple[str, str | None, Any, Any]]:
    """Role, organisation, first and last day: of roles.csv, or as users.csv of OneRoster 1.1 says them."""
    for _, row in roles:
        value = row.values
        last = _last(value["beginDate"], value["endDate"])
        yield (value["role"] or "").casefold(), value["orgSourcedId"], value["beginDate"], last
    if roles or not user.values["role"]:
        return
    orgs: list[str | None] = [*_several(user.values["orgSourcedIds"])]
    for org in orgs or [None]:
        one = Row(user.number, {"orgSourcedIds": org})
        if package.resolves(part, one, "orgSourcedIds", "orgs.csv"):
            yield user.values["role"].casefold(), org, None, None


def _several(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def _classes(package: _Package) -> Generator[Record, None, dict[str, tuple[str | None, str]]]:
    """The classes with their terms and names."""
    belongs = {"orgSourcedId": "orgs.csv", "schoolYearSourcedId": "academicSessions.csv"}
    for _ in package.rows("courses.csv", references=belongs):
        pass
    fields = (Field("title"), Field("courseSourcedId"), Field("termSourcedIds"), Field("location"), Field("classCode"))
    found: dict[str, tuple[str | None, str]] = {}
    names: set[tuple[str | None, str]] = set()
    for part, row in package.rows("classes.csv", *fields, references={"schoolSourcedId": "orgs.csv"}):
        value, id = row.values, row.values["sourcedId"]
        terms = _several(value["termSourcedIds"])
        fine = package.resolves(part, row, "courseSourcedId", "courses.csv")
        for term in terms:
            one = Row(row.number, {"termSourcedIds": term})
            fine = package.resolves(part, one, "termSourcedIds", "academicSessions.csv") and fine
        if not fine:
            continue
        first = terms[0] if terms else None
        if len(terms) > 1:
            message = f"The class {id} runs over {len(terms)} terms; it is recorded in the first, {first}."
            package.reading.say("class-terms", "info", message, "", part.place(row.number, "termSourcedIds"))
        name = value["title"] or id
        name = id if (first, name) in names else name
        names.add((first, name))
        found[id] = (first, name)
        offering = (id, value["courseSourcedId"], None, first, None, None, value["location"], None)
        yield Record("offerings", offering, row.number, part.name)
    return found


def _rosters(package: _Package, classes: dict[str, tuple[str | None, str]]) -> Iterator[Record]:
    fields = (
        Field("classSourcedId", needed=True),
        Field("userSourcedId", needed=True),
        Field("role", needed=True),
        Field("primary", "truth"),
        _BEGIN,
        _END,
    )
    teachers: dict[str, str] = {}
    used: dict[str, int] = {}
    members = []
    for part, row in package.rows("enrollments.csv", *fields, references={"schoolSourcedId": "orgs.csv"}):
        value = row.values
        there = package.resolves(part, row, "classSourcedId", "classes.csv")
        if not (package.resolves(part, row, "userSourcedId", "users.csv") and there):
            continue
        group, user, role = value["classSourcedId"], value["userSourcedId"], (value["role"] or "").casefold()
        if group is None or user is None:
            continue
        used.setdefault(group, row.number)
        user = package.people.get(user, user)
        if role == _STUDENT:
            last = _last(value["beginDate"], value["endDate"])
            members.append((group, user, value["beginDate"], last, row.number))
        elif role == "teacher" and (value["primary"] or group not in teachers):
            teachers[group] = user
    termless = 0
    for group, number in used.items():
        term, name = classes.get(group, (None, group))
        termless += term is None
        if term is not None:
            yield Record("teams", (term, name, teachers.get(group)), number, "enrollments.csv", "classSourcedId")
    for group, user, begins, ends, number in members:
        term, name = classes.get(group, (None, group))
        if term is not None:
            values = ((term, name), user, begins, ends)
            yield Record("team_members", values, number, "enrollments.csv", "userSourcedId")
    if termless:
        message = f"{termless:,} classes name no term (or are not in this package): their rosters are left out."
        part = package.source.parts["enrollments.csv"]
        package.reading.say("class-without-term", "warning", message, "Fill in termSourcedIds.", part.place())


def _line_items(package: _Package) -> Generator[Record, None, dict[str, float | None]]:
    """The line items with their greatest results."""
    fields = (Field("title"), Field("dueDate", "date"), Field("classSourcedId"), Field("resultValueMax", "number"))
    found: dict[str, float | None] = {}
    references = {
        "schoolSourcedId": "orgs.csv",
        "academicSessionSourcedId": "academicSessions.csv",
        "gradingPeriodSourcedId": "academicSessions.csv",
    }
    for part, row in package.rows("lineItems.csv", *fields, references=references):
        value = row.values
        if not package.resolves(part, row, "classSourcedId", "classes.csv"):
            continue
        most = value["resultValueMax"] or None
        found[value["sourcedId"]] = most
        values = (value["sourcedId"], value["title"], None, None, value["dueDate"], None, most)
        yield Record("assessment_plan", values, row.number, part.name)
    return found


def _results(package: _Package, items: dict[str, float | None]) -> Iterator[Record]:
    fields = (
        Field("lineItemSourcedId", needed=True),
        Field("studentSourcedId", needed=True),
        Field("scoreStatus"),
        Field("score", "number"),
        Field("scoreDate", "date"),
        Field("textScore"),
    )
    worded = 0
    for part, row in package.rows("results.csv", *fields, references={"classSourcedId": "classes.csv"}):
        value = row.values
        there = package.resolves(part, row, "lineItemSourcedId", "lineItems.csv")
        if not (package.resolves(part, row, "studentSourcedId", "users.csv") and there):
            continue
        if (value["scoreStatus"] or "").casefold() in _NO_SCORE:
            continue
        item, points = value["lineItemSourcedId"], value["score"]
        if points is None:
            worded += value["textScore"] is not None
            continue
        most = items.get(item or "")
        score = points / most if most else None
        if score is not None and not 0 <= score <= 1:
            message = f"{points:g} of {most:g} points count as {min(max(score, 0), 1):.0%}."
            package.reading.say("score-clipped", "info", message, "", part.place(row.number, "score"))
            score = min(max(score, 0.0), 1.0)
        student = package.people.get(value["studentSourcedId"], value["studentSourcedId"])
        values = (student, item, 1, value["scoreDate"], score, points, most, None, None)
        yield Record("assessments", values, row.number, part.name, "studentSourcedId")
    if worded:
        message = f"{worded:,} results are words (textScore) without a score: they are left out."
        package.reading.say("grade-words", "warning", message, "", package.source.parts["results.csv"].place())


ONE_ROSTER = Format("oneroster", "OneRoster 1.2 CSV (folder or archive)", _fits, _read)
