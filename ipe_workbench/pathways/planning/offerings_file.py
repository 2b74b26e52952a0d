"""Offerings from a file: when each credential is offered, and its seats and assessors' hours."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import near_names
from ipe_workbench.findings import Finding
from ipe_workbench.pathways.planning.offerings import Offering, offerings_of
from ipe_workbench.pathways.teams.tables import Row, Rows, bad_table, read_rows

__all__ = ["read_offerings"]

_COLUMNS: dict[str, Sequence[str]] = {
    "credential": ("credential", "badge", "credential id", "badge id"),
    "term": ("term", "term id", "semester"),
    "starts": ("starts", "start", "begins", "from", "first day"),
    "ends": ("ends", "end", "until", "last day", "awarded on"),
    "seats": ("seats", "places", "capacity"),
    "assessor_hours": ("assessor hours", "assessors hours", "hours of assessors"),
}
_MOST_SEATS = 1_000_000


def read_offerings(path: str | Path, programme: Programme) -> tuple[Offering, ...]:
    """Read the offerings of a programme from a CSV file or a workbook.

    Parameters
    ----------
    path : path
        Columns ``credential`` and ``term`` (ids) and, where they are known, ``starts`` and ``ends`` (YYYY-MM-DD),
        ``seats`` and ``assessor_hours``. One row an offering; several in one term are sections of it. Without days it
        meets when the programme's activities of that term say, else from the term's first day to its last.
    programme : Programme
        Gives the hours. What the file does not list is not offered.

    Returns
    -------
    tuple of Offering
        By the day on which they end.

    Raises
    ------
    UnreadableFileError
        When the file is missing, damaged or no table.
    UnusableInputError
        With a finding for each fault: an unknown credential or term, one that is retired, a day that is none or lies
        outside its term, an end before its start, a number that is none.
    """
    table = read_rows(path, _COLUMNS, ("credential", "term"), "table of offerings")
    planned = {one.id: one for one in offerings_of(programme)}
    found: list[Offering] = []
    faults: list[Finding] = []
    for row in table.rows:
        reading = _Reading(programme, table, row)
        offering = reading.offering(planned)
        faults += reading.faults
        if offering is not None and not reading.faults:
            section = sum(one.credential == offering.credential and one.term == offering.term for one in found) + 1
            found.append(replace(offering, section=section))
    if faults:
        raise bad_table(faults)
    order = {reference: place for place, reference in enumerate(programme.credentials)}
    return tuple(sorted(found, key=lambda one: (one.ends, order[one.credential], one.section)))


class _Reading:
    """One row; `faults` collects what is wrong with it."""

    def __init__(self, programme: Programme, table: Rows, row: Row) -> None:
        self.programme, self.table, self.row = programme, table, row
        self.faults: list[Finding] = []

    def offering(self, planned: dict[str, Offering]) -> Offering | None:
        credential = self.programme.credentials.get(self.row.get("credential"))
        term = next((one for one in self.programme.info.terms if one.id == self.row.get("term")), None)
        if credential is None:
            mend = near_names(self.row.get("credential"), self.programme.credentials)
            self._fault("credential", "unknown-credential", "This is no credential of the programme.", mend)
        elif credential.status == "retired":
            message = f"{credential.title} is retired and is not offered any more."
            self._fault("credential", "retired", message, "Delete the row.")
        if term is None:
            mend = near_names(self.row.get("term"), [one.id for one in self.programme.info.terms])
            self._fault("term", "unknown-term", "This is no term of the programme.", mend)
        starts, ends = self._day("starts"), self._day("ends")
        seats, hours = self._number("seats", whole=True), self._number("assessor_hours", whole=False)
        if credential is None or term is None:
            return None
        usual = planned.get(f"{credential.id}@{term.id}")
        begins = starts or (usual.begins if usual else term.start)
        last = ends or (usual.ends if usual else term.end)
        if not term.start <= last <= term.end:
            message = f"{last.isoformat()} lies outside {term.title} ({term.start} to {term.end})."
            self._fault("ends", "outside-term", message, "An offering is listed in the term in which it ends.")
        elif begins > last:
            message = f"It ends on {last.isoformat()}, before it starts on {begins.isoformat()}."
            self._fault("starts" if starts else "ends", "ends-before-start", message, "Correct one of the two days.")
        return Offering(
            credential.id,
            term.id,
            begins,
            last,
            {term.id: credential.hours} if usual is None else usual.hours,
            {one.id: one.hours for one in credential.activities} if usual is None else usual.activities,
            seats=None if seats is None else int(seats),
            assessor_hours=hours,
        )

    def _day(self, field: str) -> datetime.date | None:
        written = self.row.get(field)
        if not written:
            return None
        try:
            if len(written) >= 10:  # a workbook writes the time of day, too
                return datetime.date.fromisoformat(written[:10])
        except ValueError:
            pass
        self._fault(field, "not-a-day", f"`{written[:40]}` is not a day.", "Write it as YYYY-MM-DD.")
        return None

    def _number(self, field: str, *, whole: bool) -> float | None:
        written = self.row.get(field)
        if not written:
            return None
        try:
            number = float(written)
        except ValueError:
            number = math.nan
        if not 0 <= number <= _MOST_SEATS or (whole and number != int(number)):
            kind = "a whole number" if whole else "a number"
            self._fault(
                field, "not-a-number", f"`{written[:40]}` is not {kind} from 0 on.", "Leave it empty for no limit."
            )
            return None
        return number

    def _fault(self, field: str, id: str, message: str, mend: str) -> None:
        self.faults.append(Finding(id, "error", message, mend, self.table.place(self.row, field)))
