"""The roster: who takes part, when they can meet, with whom they must or must not be; rooms and earlier teams."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.findings import Finding, Place
from ipe_workbench.pathways.teams.rules import Room, Slot, Timetable, profession_of
from ipe_workbench.pathways.teams.tables import Row, Rows, bad_table, read_rows
from ipe_workbench.phrases import listed

__all__ = [
    "Learner",
    "Roster",
    "Seat",
    "read_roster",
    "read_teams",
    "read_timetable",
    "timetable_of",
    "with_slot_remarks",
]

_ROSTER = {
    "learner": ("learner", "learner id", "id", "student", "student id", "student number", "person", "person id"),
    "profession": ("profession", "programme", "program", "school", "discipline"),
    "score": ("score", "prior score", "prior performance", "performance", "grade", "mark", "average", "points", "gpa"),
    "available": ("available", "availability", "slots", "available slots", "times"),
    "together": ("together", "keep together", "with"),
    "apart": ("apart", "keep apart", "not with"),
    "previous": ("previous team", "previous", "last team", "last term team", "last term's team", "prior team"),
    "name": ("name", "learner name", "full name"),
}
_ROOMS = {
    "slot": ("slot", "time", "session"),
    "room": ("room", "room id"),
    "rooms": ("rooms", "number of rooms", "teams"),
    "seats": ("seats", "places", "capacity"),
}
_TEAMS = {
    "team": ("team", "team id", "group"),
    "learner": _ROSTER["learner"],
    "slot": ("slot", "time", "session"),
    "room": ("room", "room id"),
}
_ID_LENGTH = 200


@dataclass(frozen=True)
class Learner:
    """One row of the roster.

    Parameters
    ----------
    id : str
        Identifies the learner.
    profession : str
        Id of a profession of the programme.
    score : float, optional
        Prior performance, on any scale on which more is better; ``None`` when not known.
    slots : frozenset of str, optional
        When the learner can meet; ``None`` for any time.
    together, apart : tuple of str
        Labels. Learners who share a label are kept together, or apart. (In a file, an id names that learner.)
    name : str
        Only for those who ask for names; never used.
    """

    id: str
    profession: str
    score: float | None = None
    slots: frozenset[str] | None = None
    together: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    name: str = ""

    def can_meet(self, slot: str) -> bool:
        """Whether the learner is available in the slot."""
        return self.slots is None or slot in self.slots


@dataclass(frozen=True)
class Roster:
    """All learners, in the order of the file; `previous` maps a learner to last term's team.

    Examples
    --------
    >>> roster = Roster((Learner("L1", "nursing"), Learner("L2", "medicine")))
    >>> len(roster.without(["L1"]).learners)
    1
    """

    learners: tuple[Learner, ...]
    previous: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def without(self, learners: Iterable[str]) -> Roster:
        """The roster after learners have withdrawn. Raises `UnknownNameError` when one is not in it."""
        gone = set(learners)
        known = {one.id for one in self.learners}
        for one in sorted(gone - known):
            raise UnknownNameError(f"`{one}` is not a learner of the roster.", mend=near_names(one, known))
        return replace(self, learners=tuple(one for one in self.learners if one.id not in gone))

    def with_previous(self, seats: Iterable[Seat]) -> Roster:
        """The roster with last term's teams."""
        return replace(self, previous={**self.previous, **{seat.learner: seat.team for seat in seats}})


@dataclass(frozen=True)
class Seat:
    """A learner's place in a team, as a list of teams says it."""

    learner: str
    team: str
    slot: str = ""
    room: str = ""


def read_roster(path: str | Path, programme: Programme) -> Roster:
    """Read a roster from CSV or a workbook (.xlsx).

    Columns ``learner`` and ``profession`` are needed; ``score``, ``available``, ``together``, ``apart``,
    ``previous team`` and ``name`` may be there. Several values in one cell are separated by semicolons. A profession
    may be given by its id, title or short name.

    Raises
    ------
    UnreadableFileError
        When the file is missing or no table.
    UnusableInputError
        With a finding for each fault, by row and column: a learner twice or without id, a profession that is unknown
        (one finding for all rows with the same text), a score that is no number; or when there is no learner at all.
    """
    table = read_rows(path, _ROSTER, ("learner", "profession"), "roster")
    faults = list(_id_faults(table, "learner"))
    professions, wrong = _professions(table, programme)
    faults += wrong
    learners, previous = [], {}
    for row in table.rows:
        score, bad = _score(table, row)
        faults += bad
        slots = frozenset(_several(row.get("available")))
        learners.append(
            Learner(
                row.get("learner"),
                professions.get(row.get("profession"), ""),
                score,
                slots or None,
                _several(row.get("together")),
                _several(row.get("apart")),
                row.get("name"),
            )
        )
        if row.get("previous"):
            previous[row.get("learner")] = row.get("previous")
    learners = _named(learners)
    if not table.rows:
        message = "The roster has no learner."
        faults.append(Finding("empty-roster", "error", message, "Give it one row a learner.", Place(table.file, 1)))
    if faults:
        raise bad_table(sorted(faults, key=lambda one: one.place.line or 0))
    return Roster(tuple(learners), previous, (*table.findings, *_remarks(table, learners)))


def read_teams(path: str | Path) -> tuple[Seat, ...]:
    """Read teams from CSV or a workbook: columns ``team`` and ``learner``, and ``slot`` and ``room`` if there.

    What ``ipe teams --out`` writes is read back as it was.

    Raises
    ------
    UnreadableFileError
        When the file is missing or no table.
    UnusableInputError
        With a finding for each fault: a learner twice or without a team, a team in two slots or rooms.
    """
    table = read_rows(path, _TEAMS, ("team", "learner"), "list of teams")
    faults = list(_id_faults(table, "learner"))
    where: dict[str, tuple[str, str]] = {}
    for row in table.rows:
        if not row.get("team"):
            faults.append(_fault(table, row, "team", "no-team", "The learner has no team.", "Name one."))
        at = (row.get("slot"), row.get("room"))
        if where.setdefault(row.get("team"), at) != at:
            message = f"Team {row.get('team')} meets at two times or places."
            faults.append(_fault(table, row, "slot", "two-places", message, "Give all its rows one slot and room."))
    if not table.rows:
        faults.append(Finding("empty-teams", "error", "The list of teams is empty.", "", Place(table.file, 1)))
    if faults:
        raise bad_table(faults)
    return tuple(Seat(row.get("learner"), row.get("team"), row.get("slot"), row.get("room")) for row in table.rows)


def read_timetable(path: str | Path) -> Timetable:
    """Read rooms by slot from CSV or a workbook: ``slot`` and either ``room`` (a name a row) or ``rooms`` (a number).

    ``seats`` may say how large a team fits.

    Raises
    ------
    UnreadableFileError
        When the file is missing or no table.
    UnusableInputError
        With a finding for each fault: a room twice in a slot, a number that is none.
    """
    table = read_rows(path, _ROOMS, ("slot",), "table of rooms")
    slots: dict[str, list[Room]] = {}
    faults = []
    for row in table.rows:
        rooms = slots.setdefault(row.get("slot"), [])
        seats, number = (_count(row.get(name)) for name in ("seats", "rooms"))
        for name, value in (("seats", seats), ("rooms", number)):
            if row.get(name) and value is None:
                message = f"`{row.get(name)[:40]}` is not a number of {name}."
                faults.append(_fault(table, row, name, "not-a-number", message, "Write a whole number up to 10,000."))
        if not row.get("slot"):
            faults.append(_fault(table, row, "slot", "no-slot", "The row names no slot.", "Name one, or delete it."))
        named = [row.get("room")] if row.get("room") else [str(len(rooms) + n + 1) for n in range(number or 0)]
        if named and named[0] in {room.id for room in rooms}:
            message = f"Room {named[0]} stands twice in slot {row.get('slot')}."
            faults.append(_fault(table, row, "room", "room-twice", message, "Delete one row."))
        rooms.extend(Room(one, seats) for one in named)
    if not slots:
        faults.append(Finding("empty-rooms", "error", "The table of rooms is empty.", "", Place(table.file, 1)))
    if faults:
        raise bad_table(faults)
    return Timetable(tuple(Slot(slot, tuple(rooms)) for slot, rooms in slots.items()))


def timetable_of(roster: Roster) -> Timetable:
    """The slots that the roster names, in natural order, each with any number of rooms; one nameless slot if none."""
    named = {slot for learner in roster.learners for slot in learner.slots or ()}
    return Timetable(tuple(Slot(one) for one in sorted(named, key=_natural)) or (Slot(""),))


def with_slot_remarks(roster: Roster, timetable: Timetable) -> Roster:
    """The roster with a warning about slots that learners name and the timetable does not have."""
    known = {slot.id for slot in timetable.slots}
    strange = sorted({slot for one in roster.learners for slot in one.slots or ()} - known, key=_natural)
    if not strange:
        return roster
    shown = listed(strange, 5)
    message = f"Slots of the roster in which no team can meet: {shown}."
    mend = "Correct their names, or give them rooms."
    return replace(roster, findings=(*roster.findings, Finding("slot-closed", "warning", message, mend)))


def _natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((not one[0].isdigit(), int(one) if one[0].isdigit() else 0, one) for one in parts)


def _id_faults(table: Rows, name: str) -> Iterable[Finding]:
    seen: dict[str, int] = {}
    for row in table.rows:
        written = row.get(name)
        if not written:
            yield _fault(table, row, name, "no-id", f"The row has no {name}.", "Give it an id, or delete the row.")
        elif len(written) > _ID_LENGTH or any(unicodedata.category(one) in ("Cc", "Cf", "Cs") for one in written):
            message = f"The id of the {name} is longer than {_ID_LENGTH} letters or has signs that cannot be seen."
            yield _fault(table, row, name, "odd-id", message, "Shorten it, or type it again.")
        elif written in seen:
            message = f"The {name} `{written}` stands in row {seen[written]} already."
            yield _fault(table, row, name, "id-twice", message, "Delete one of the rows, or correct its id.")
        else:
            seen[written] = row.number


def _professions(table: Rows, programme: Programme) -> tuple[dict[str, str], list[Finding]]:
    """The profession that each text of the column means, and a fault for each that means none."""
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(row.get("profession"), []).append(row)
    found: dict[str, str] = {}
    faults: list[Finding] = []
    for written, own in rows.items():
        first = listed((row.number for row in own), 5)
        where = f" ({len(own)} rows: {first})" if len(own) > 1 else ""
        if not written:
            message = f"The learner has no profession{where}."
            mend = f"Write one of {', '.join(one.id for one in programme.info.professions)}."
            faults.append(_fault(table, own[0], "profession", "no-profession", message, mend))
            continue
        try:
            found[written] = profession_of(programme, written)
        except UnknownNameError as error:
            message = f"{error.message.removesuffix('.')}{where}."
            faults.append(_fault(table, own[0], "profession", "unknown-profession", message, error.mend or ""))
    return found, faults


def _named(learners: Sequence[Learner]) -> list[Learner]:
    """The learners with a label of their own for each two of whom one names the other by id."""
    labels: dict[str, dict[str, list[str]]] = {one.id: {"together": [], "apart": []} for one in learners}
    for one in learners:
        for what, own in labels[one.id].items():
            for written in getattr(one, what):
                if written != one.id and written in labels:
                    pair = " and ".join(sorted((one.id, written)))
                    own.append(pair)
                    labels[written][what].append(pair)
                else:
                    own.append(written)
    return [
        replace(one, together=_once(labels[one.id]["together"]), apart=_once(labels[one.id]["apart"]))
        for one in learners
    ]


def _score(table: Rows, row: Row) -> tuple[float | None, list[Finding]]:
    written = row.get("score")
    if not written:
        return None, []
    try:
        score = math.nan if "_" in written else float(written if "." in written else written.replace(",", "."))
    except ValueError:
        score = math.nan
    if not math.isfinite(score) or abs(score) > 1e9:
        message = f"The score `{written[:40]}` is not a number."
        return None, [_fault(table, row, "score", "not-a-number", message, "Write a number, or leave the cell empty.")]
    return score, []


def _remarks(table: Rows, learners: Sequence[Learner]) -> Iterable[Finding]:
    place = Place(table.file, 1)
    if table.ignored:
        shown = listed(table.ignored, 5)
        yield Finding("column-ignored", "info", f"Columns that are not read: {shown}.", "", place)
    scoreless = sum(one.score is None for one in learners)
    if 0 < scoreless < len(learners):
        message = f"{scoreless} of {len(learners)} learners have no score; they count as average."
        yield Finding("score-missing", "warning", message, "Fill in the scores for a better balance.", place)
    for what in ("together", "apart"):
        labels: dict[str, int] = {}
        for one in learners:
            for label in getattr(one, what):
                labels[label] = labels.get(label, 0) + 1
        if alone := [label for label, count in labels.items() if count == 1]:
            shown = listed(alone, 5)
            message = f"Labels of `{what}` that only one learner has: {shown}."
            yield Finding("label-alone", "warning", message, "Give the others the same label.", place)


def _fault(table: Rows, row: Row, name: str, id: str, message: str, mend: str) -> Finding:
    return Finding(id, "error", message, mend, table.place(row, name), row.get("learner"))


def _several(text: str) -> tuple[str, ...]:
    return _once(one.strip() for one in re.split(r"[;|\n]", text) if one.strip())


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 10_000 else None
