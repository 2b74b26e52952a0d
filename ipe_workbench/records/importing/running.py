"""One import from beginning to end: recognise, read, stage, check, record - or nothing at all."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place, sort_findings
from ipe_workbench.records.importing.cells import DateStyle
from ipe_workbench.records.importing.known_formats import FORMATS
from ipe_workbench.records.importing.people import People
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES, fields_of
from ipe_workbench.records.importing.reading import MOST_FINDINGS, Format, Reading
from ipe_workbench.records.importing.source import Part, Source, open_source
from ipe_workbench.records.importing.staging import Applied, Fault, Staging
from ipe_workbench.records.store import Store
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["ImportResult", "import_file"]

#: What a reference is called in a finding, and how an unknown one is mended.
_NAMES = {
    "learner_id": ("learner", "Import the roster first, or mend the id."),
    "rater_id": ("rater", "Import the staff first, or mend the id."),
    "facilitator_id": ("facilitator", "Import the staff first, or mend the id."),
    "team_id": ("team", "Import the teams of the term first, or mend the name."),
    "assessment_id": ("assessment", "Mend the id."),
    "offering_id": ("offering", "Import the offerings first, or mend the id."),
    "wave_id": ("wave", "Mend the id."),
    "term_id": ("term", "Import the terms first, or mend the id."),
}


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or in a dry run would do.

    Parameters
    ----------
    file, format : str
        What was read, and as which format.
    tables : tuple of Applied
        Rows added, changed and left as they were, by table.
    findings : tuple of Finding
        What a person should know about the file.
    recorded : bool
        Whether it was recorded: not after errors, not in a dry run.
    """

    file: str
    format: str
    tables: tuple[Applied, ...]
    findings: tuple[Finding, ...]
    recorded: bool

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that kept the file from being recorded."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def changed(self) -> bool:
        """Whether anything in the records is, or would be, different."""
        return any(one.added or one.changed for one in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON."""
        return {
            "file": self.file,
            "format": self.format,
            "recorded": self.recorded,
            "tables": {
                one.target: {"rows": one.rows, "added": one.added, "changed": one.changed, "unchanged": one.unchanged}
                for one in self.tables
            },
            "findings": [one.to_dict() for one in self.findings],
        }


def import_file(
    store: Store,
    path: str | Path,
    *,
    at: datetime.datetime,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    dates: DateStyle | None = None,
    labels: Mapping[str, float] | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Bring a file of another system into the records: all of it or nothing.

    Parameters
    ----------
    store : Store
        The records.
    path : path
        A file, a folder of CSV files, an archive of them, or a workbook.
    at : datetime.datetime
        The time of the import, in UTC.
    format : str, optional
        Which kind of file it is; recognised by its columns by default.
    columns, values : mapping, optional
        The heading of each field, and fixed values of fields, from a mapping file.
    dates : "dmy" or "mdy", optional
        Which comes first in dates such as 03/04/2026.
    labels : mapping, optional
        The number of an answer that stands in words, for surveys.
    dry_run : bool
        Do everything, then undo it.

    Returns
    -------
    ImportResult
        Importing the same file again adds and changes nothing. An empty cell never takes away what is known.

    Raises
    ------
    UnreadableFileError, UnusableInputError
        When the file cannot be read, is of no known kind, or lacks a needed column; nothing is recorded then.
    """
    source = open_source(path)
    kind = _format(source, format)
    applied: tuple[Applied, ...] = ()
    with store.writing() as connection:
        reading = Reading(
            columns or {}, values or {}, dates, list(source.findings), labels=labels or {}, people=People(connection)
        )
        staging = Staging(connection)
        staging.add(kind.read(source, reading))
        if not reading.errors:
            for fault in staging.faults(MOST_FINDINGS):
                _tell(fault, source, reading, kind)
        if not reading.errors:
            applied = _record(connection, staging, source, kind, at)
            if not applied:
                message, place = "The file holds nothing to record.", Place(str(path))
                reading.say("nothing-to-record", "warning", message, "Is it the right file, and whole?", place)
        recorded = not reading.errors and not dry_run
        if not recorded:
            connection.rollback()
    hidden = reading.errors - sum(one.severity == "error" for one in reading.findings)
    findings = list(reading.findings)
    if hidden > 0:
        message = f"{hidden:,} more errors are not listed."
        findings.append(Finding("more-errors", "error", message, "Mend these first.", findings[0].place))
    return ImportResult(str(path), kind.id, applied, sort_findings(findings), recorded)


def _format(source: Source, wanted: str | None) -> Format:
    if wanted is not None:
        if wanted not in FORMATS:
            raise UnknownNameError(f"There is no format `{wanted}`.", mend=near_names(wanted, FORMATS))
        return FORMATS[wanted]
    for one in FORMATS.values():
        if one.fits(source):
            return one
    part = next(iter(source.parts.values()), None)
    found = f" (columns: {', '.join(filter(None, part.header))[:200]})" if part else ""
    raise UnusableInputError(
        f"This is no kind of file that the records know{found}.",
        place=str(source.path),
        mend="Name its kind with --as, or propose a mapping with `ipe records map`.",
    )


def _record(
    connection: Connection, staging: Staging, source: Source, kind: Format, at: datetime.datetime
) -> tuple[Applied, ...]:
    imports = table("imports")
    counts = {"rows": 0, "added": 0, "changed": 0, "unchanged": 0}
    row = {"kind": kind.id, "file": source.path.name, "sha256": source.sha256, "at": at, **counts}
    number = connection.execute(imports.insert().values(row).returning(imports.c.id)).scalar_one()
    applied = staging.apply(number)
    for one in applied:
        counts["rows"] += one.rows
        counts["added"] += one.added
        counts["changed"] += one.changed
        counts["unchanged"] += one.unchanged
    connection.execute(update(imports).where(imports.c.id == number).values(counts))
    return applied


def _tell(fault: Fault, source: Source, reading: Reading, kind: Format) -> None:
    part = source.parts.get(fault.part)
    name, mend = _NAMES.get(fault.column, (fault.column.removesuffix("_id").replace("_", " "), "Mend the id."))
    column = fault.file_column or _heading(name, kind, part, reading)
    place = part.place(fault.row, column) if part else source.place(fault.row)
    value = fault.value if len(fault.value) <= 40 else fault.value[:40] + "..."
    if fault.kind == "unknown":
        times = f", in {fault.times:,} rows" if fault.times > 1 else ""
        reading.say(f"unknown-{name}", "error", f"The {name} `{value}` is not known{times}.", mend, place)
        return
    what = fault.target.replace("_", " ")
    if fault.kind == "refused":
        message = f"`{value}` cannot stand in {what}: {fault.rule}."
        reading.say("value-refused", "error", message, "Mend the cell.", place)
        return
    message = f"`{value}` stands twice in {what}, here and in row {fault.first}, with different values."
    reading.say("row-twice", "error", message, "Keep the row that is right.", place)


def _heading(name: str, kind: Format, part: Part | None, reading: Reading) -> str:
    """What the file calls a column; its name in the manual where the kind of file has no such column."""
    fields = fields_of(kind.id.replace("-", "_")) if kind in PLAIN_TABLES else ()
    field = next((one for one in fields if one.name == name.replace(" ", "_")), None)
    return (reading.heading_of(part, field) if part and field else None) or name
