"""A survey export of Qualtrics as CSV: three rows of headings, then a row a response.

The first row names the columns, the second holds the questions, the third what Qualtrics calls them,
``{"ImportId":"QID1"}``, with the choice beside it where a question of several answers has a column each. Answers are
numbers or labels, as chosen at the export. What Qualtrics notes beside an answer - the order of choices (``_DO``),
clicks and seconds, the browser, files - is not read.

Source: Qualtrics Support, "Understanding Your Dataset" and "Data Export Formats" (columns StartDate, EndDate, Status,
IPAddress, Progress, Duration, Finished, RecordedDate, ResponseId, Recipient..., ExternalReference); the codes of Status
are the value labels of its SPSS export.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.importing.reading import Field, Format, Reading
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.survey_exports import Answers, Wave, frame_value
from ipe_workbench.records.importing.targets import Record

__all__ = ["QUALTRICS"]

_LEARNER = Field(
    "learner",
    aliases=(
        "learner id",
        "student id",
        "student",
        "ExternalReference",
        "ExternalDataReference",
        "External Data Reference",
    ),
    needed=True,
)
#: By number and by label. Real ones are 0 IP Address, 4 Imported, 16 Offline, 32 EX, 48 EX Offline, 132 Reimported.
_NOT_REAL = frozenset(
    ("1", "survey preview", "2", "survey test", "8", "spam", "9", "survey preview spam", "12", "imported spam",
     "17", "offline survey preview", "40", "ex spam", "256", "synthetic")
)  # fmt: skip
#: An answer to a question, also in a loop (``2_QID5``); not what is noted beside it.
_ITEM = re.compile(r"(?:\w+_)?QID\d+(?:[_#-].*)?")
_BESIDE = re.compile(
    r"_(?:DO(?:_.*)?|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|BROWSER|VERSION|OS|RESOLUTION|NPS_GROUP"
    r"|FILE_(?:ID|NAME|SIZE|TYPE)|[XY])$"
)
_DONE = frozenset(("true", "1", "yes", "100"))


def _import_ids(part: Part) -> dict[str, str]:
    """The ImportId of each column by its heading; empty when the third row is none."""
    for _, cells in islice(part.rows(), 1, 2):
        try:
            found = [json.loads(one)["ImportId"] if one.startswith("{") else None for one in cells]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return {heading: str(id) for heading, id in zip(part.header, found, strict=True) if heading and id}
    return {}


def _fits(source: Source) -> bool:
    part = source.parts.get("")
    return part is not None and bool(_import_ids(part))


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    part = source.table()
    ids = _import_ids(part)
    if not ids:
        raise UnusableInputError(
            "The third row does not name the columns as Qualtrics does.",
            place=str(part.place(part.header_row + 2)),
            mend="Export the data again as CSV, with its three rows of headings.",
        )
    wave = Wave(
        reading.needed_value("wave", "2026-fall-post", part.place()),
        reading.needed_value("instrument", "iccas", part.place()),
        frame_value(reading.needed_value("frame", "post", part.place()), part.place()),
        reading.values.get("term"),
    )
    items = [heading for heading, id in ids.items() if _is_item(id) and heading not in reading.columns.values()]
    names = {heading: name for name, heading in reading.columns.items()}
    items += [
        heading for name, heading in reading.columns.items() if name.startswith("item:") and heading in part.header
    ]
    by_id = {id: part.header.index(heading) for heading, id in ids.items()}
    learner = reading.heading_of(part, _LEARNER)
    if learner is None:
        # Says in the usual words that there is no such column.
        next(reading.rows(part, (_LEARNER,)), None)
        return
    about = {one for one, id in ids.items() if id in _ABOUT or (_ITEM.fullmatch(id) and _BESIDE.search(id))}
    left = [one for one in ids if one not in items and one != learner and one not in about]
    if left:
        message = f"Columns that are not read: {', '.join(left)[:300]}."
        mend = "Name those that are items in a mapping file: `item:NAME: HEADING`."
        reading.say("column-unread", "info", message, mend, part.place(part.header_row))
    yield wave.record(part)
    answers = Answers(part, reading)
    previews = unfinished = 0
    kept = reading.values.get("unfinished", "").casefold() == "keep"
    finished = Field("finished", aliases=("Finished",))
    recorded = Field("on", "date", ("RecordedDate", "Recorded Date", "EndDate", "End Date"))
    columns = {"on": _first_of(part, by_id, "recordedDate", "endDate"), "finished": _first_of(part, by_id, "finished")}
    chosen = Reading({**{k: v for k, v in columns.items() if v}, **reading.columns}, reading.values, reading.dates)
    chosen.findings, chosen.labels, chosen.people = reading.findings, reading.labels, reading.people
    fields = (
        _LEARNER._replace(needed=False),
        finished,
        recorded,
        Field("status", aliases=("Status", "Response Type")),
        *(Field(f"item {one}", aliases=(one,)) for one in items),
    )
    for row in chosen.rows(_below(part), fields):
        value = row.values
        if (value["status"] or "").casefold() in _NOT_REAL:
            previews += 1
            continue
        if (value["finished"] or "true").casefold() not in _DONE and not kept:
            unfinished += 1
            continue
        if value["learner"] is None:
            place = part.place(row.number, learner)
            reading.say("cell-missing", "error", f"`{learner}` is empty.", "Fill it in, or remove the row.", place)
            continue
        for one in items:
            text = value[f"item {one}"]
            if text is not None:
                item = names.get(one, one).removeprefix("item:")
                yield from answers.record(value["learner"], wave, item, text, value["on"], row.number, one)
    reading.errors += chosen.errors
    answers.tell()
    _tell(part, reading, previews, unfinished)


_ABOUT = frozenset(
    ("startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate", "_recordId",
     "recipientLastName", "recipientFirstName", "recipientEmail", "externalDataReference", "locationLatitude",
     "locationLongitude", "distributionChannel", "userLanguage")
)  # fmt: skip


def _is_item(id: str) -> bool:
    """Whether an ImportId is that of an answer.

    Examples
    --------
    >>> [one for one in ("QID1", "QID2_TEXT", "2_QID5_1", "QID1_DO", "QID9_PAGE_SUBMIT", "status") if _is_item(one)]
    ['QID1', 'QID2_TEXT', '2_QID5_1']
    """
    return _ITEM.fullmatch(id) is not None and _BESIDE.search(id) is None


def _below(part: Part) -> Part:
    """The rows below the three of headings."""
    rows = [number for number, _ in islice(part.rows(), 2)]
    return Part(part.source, part.name, part.header, rows[-1])


def _first_of(part: Part, by_id: dict[str, int], *wanted: str) -> str | None:
    return next((part.header[by_id[one]] for one in wanted if one in by_id), None)


def _tell(part: Part, reading: Reading, previews: int, unfinished: int) -> None:
    if previews:
        reading.say("response-preview", "info", f"{previews:,} previews and tests are left out.", "", part.place())
    if unfinished:
        message = f"{unfinished:,} responses that were not finished are left out."
        mend = "Keep them with --set unfinished=keep."
        reading.say("response-unfinished", "warning", message, mend, part.place())


QUALTRICS = Format("qualtrics", "survey export of Qualtrics (CSV)", _fits, _read)
