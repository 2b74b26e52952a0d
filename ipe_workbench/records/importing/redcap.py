"""An export of REDCap as CSV, raw or with labels: a row a record and event, the fields of an instrument side by side.

The first column is the record, then come the event, the repeated instrument and its instance, the data access group and
the survey identifier, as far as the project has them; an instrument begins with its survey's timestamp (``[not
completed]`` where it was begun only) and ends with ``<instrument>_complete`` (``Complete?`` where the headings are
labels): 0 Incomplete, 1 Unverified, 2 Complete. A choice of several has a column a choice, ``field___1`` or ``Field
(choice=One)``, with 0 and 1 or Unchecked and Checked. An instance of a repeated instrument is a wave of its own.

Source: REDCap, Help & FAQ, "Data Exports", "Longitudinal", "Form Status" (redcap_event_name, redcap_repeat_instrument,
redcap_repeat_instance, redcap_survey_identifier, <instrument>_timestamp, <instrument>_complete); the documentation of
PyCap, ``Project.export_records`` (raw and label exports side by side).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.reading import Field, Format, Reading, plain_heading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.survey_exports import Answers, Wave, frame_in_words, frame_value
from ipe_workbench.records.importing.targets import Record

__all__ = ["REDCAP"]

_EVENT = frozenset(("redcapeventname", "eventname"))
_INSTANCE = frozenset(("redcaprepeatinstance", "repeatinstance"))
_CHECKED = {"checked": "1", "unchecked": "0"}
_OTHER = frozenset(
    ("redcaprepeatinstrument", "redcaprepeatinstance", "repeatinstrument", "repeatinstance", "redcapsurveyidentifier",
     "surveyidentifier", "redcapdataaccessgroup", "dataaccessgroup")
)  # fmt: skip
_INCOMPLETE = frozenset(("0", "incomplete", ""))


@dataclass(frozen=True)
class _Instrument:
    """An instrument in the export: where its fields, its state and its time stand."""

    name: str
    fields: tuple[int, ...]
    complete: int
    timestamp: int | None


def _ends_instrument(heading: str) -> bool:
    return heading.endswith("_complete") or heading.strip().casefold() == "complete?"


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    if part is None:
        return False
    known = {plain_heading(one) for one in part.header} & (_EVENT | _OTHER)
    return any(map(_ends_instrument, part.header)) and (bool(known) or part.header[0].casefold() in _RECORD)


_RECORD = frozenset(("record_id", "record id", "study_id", "participant_id"))


def _instruments(part: Part, reading: Reading, at_learner: int) -> list[_Instrument]:
    found: list[_Instrument] = []
    fields: list[int] = []
    timestamp: int | None = None
    for at, heading in enumerate(part.header):
        plain = plain_heading(heading)
        # The first column is the record, whoever the learner is.
        if at in (0, at_learner) or plain in _EVENT | _OTHER:
            continue
        if heading.endswith("_timestamp") or plain == "surveytimestamp":
            timestamp = at
        elif _ends_instrument(heading):
            name = heading.removesuffix("_complete")
            if name == heading:
                number = len(found) + 1
                name = reading.values.get(f"instrument:{number}") or f"instrument-{number}"
            found.append(_Instrument(name, tuple(fields), at, timestamp))
            fields, timestamp = [], None
        elif heading:
            fields.append(at)
    wanted = reading.values.get("instrument")
    if wanted is None or len(found) == 1:
        return [_Instrument(wanted or one.name, one.fields, one.complete, one.timestamp) for one in found]
    chosen = [one for one in found if one.name == wanted]
    if not chosen:
        names = ", ".join(one.name for one in found)
        raise UnusableInputError(
            f"There is no instrument `{wanted}`.",
            place=str(part.place()),
            mend=f"It has {names}. An export with labels does not name them: say --set instrument:1={wanted}.",
        )
    return chosen


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    heading = reading.columns.get("learner", part.header[0])
    if heading not in part.header:
        reading.heading_of(part, Field("learner"))
    at_learner = part.header.index(heading)
    at_event, at_instance = _column(part, _EVENT), _column(part, _INSTANCE)
    instruments = _instruments(part, reading, at_learner)
    if not instruments:
        raise UnusableInputError(
            "No column says whether an instrument is complete.",
            place=str(part.place(part.header_row)),
            mend="Export whole instruments, with their `_complete` fields.",
        )
    names = {heading: name.removeprefix("item:") for name, heading in reading.columns.items() if name != "learner"}
    answers = Answers(part, reading)
    waves: dict[tuple[str, str, str], Wave] = {}
    read_days = {
        one.name: reading.date_reader(part, one.timestamp, part.header[one.timestamp])
        for one in instruments
        if one.timestamp is not None
    }
    incomplete = 0
    for row, cells in part.rows():
        learner, event = cells[at_learner], cells[at_event] if at_event is not None else ""
        instance = cells[at_instance] if at_instance is not None else ""
        if not learner:
            reading.say("cell-missing", "error", f"`{heading}` is empty.", "Fill it in.", part.place(row, heading))
            continue
        for one in instruments:
            if not any(cells[at] for at in one.fields):
                continue
            if cells[one.complete].casefold() in _INCOMPLETE:
                incomplete += 1
                continue
            wave = waves.get((event, one.name, instance))
            if wave is None:
                wave = _wave(part, reading, event, one.name, instance, len(instruments) > 1)
                waves[event, one.name, instance] = wave
                yield wave.record(part)
            on = _day(part, row, cells, one, reading, read_days)
            for at in one.fields:
                if cells[at]:
                    item = names.get(part.header[at], part.header[at])
                    text = _CHECKED.get(cells[at].casefold(), cells[at])
                    yield from answers.record(learner, wave, item, text, on, row, part.header[at])
    answers.tell()
    if incomplete:
        message = f"{incomplete:,} forms that are marked Incomplete are left out."
        reading.say("response-unfinished", "warning", message, "Mark them Complete in REDCap.", part.place())


def _column(part: Part, names: frozenset[str]) -> int | None:
    return next((at for at, one in enumerate(part.header) if plain_heading(one) in names), None)


def _wave(part: Part, reading: Reading, event: str, instrument: str, instance: str, several: bool) -> Wave:
    place = part.place()
    frame = reading.values.get(f"frame:{event}") or reading.values.get("frame")
    if frame is None:
        frame = frame_in_words(event)
    if frame is None:
        said = f" for the event `{event}`" if event else ""
        setting = f"frame:{event}=post" if event else "frame=post"
        raise UnusableInputError(
            f"The file does not say the frame of the survey{said}.",
            place=str(place),
            mend=f"Say it with --set {setting}.",
        )
    start = reading.values.get("wave")
    if start is None and not event:
        start = reading.needed_value("wave", "2026-fall-post", place)
    repeated = instance if instance not in ("", "1") else ""
    id = "-".join(filter(None, (start, event, instrument if several else "", repeated)))
    return Wave(id, instrument, frame_value(frame, place), reading.values.get("term"))


def _day(
    part: Part,
    row: int,
    cells: list[str],
    one: _Instrument,
    reading: Reading,
    read: Mapping[str, Callable[[str], datetime.date]],
) -> datetime.date | None:
    text = cells[one.timestamp] if one.timestamp is not None else ""
    if not text or text.startswith("["):
        return None
    try:
        return read[one.name](text)
    except ValueError as error:
        reading.say_unreadable(text, error, part.place(row, part.header[one.timestamp or 0]))
        return None


REDCAP = Format("redcap", "export of REDCap (CSV, raw or labels)", _fits, _read)
