"""xAPI statements, as JSON lines, an array, or the answer of a learning record store; with the verbs of cmi5.

A learner is the name of the actor's account, or the address of the actor that the records know. A statement is known
by its id, so the same export twice changes nothing; one without an id is known by its content. What a file voids is
left out.

Source: IEEE 9274.1.1 (xAPI 2.0) and ADL xAPI 1.0.3, part two (statements, actors, results, voiding); AICC/ADL cmi5,
section 9.3 (verbs).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ipe_workbench.records.importing.cells import moment
from ipe_workbench.records.importing.json_values import first_value, json_values
from ipe_workbench.records.importing.reading import Format, Reading
from ipe_workbench.records.importing.source import Source
from ipe_workbench.records.importing.targets import TARGETS, Record

__all__ = ["XAPI"]

_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
#: What a verb of cmi5 says by itself.
_SUCCESS = {"passed": True, "failed": False}


def _fits(source: Source) -> bool:
    first = first_value(source)
    return isinstance(first, Mapping) and {"actor", "verb", "object"} <= set(first)


def _read(source: Source, reading: Reading) -> Iterator[Record]:
    voided = {
        _text(_part(one, "object"), "id")
        for _, one in json_values(source)
        if isinstance(one, Mapping) and _text(_part(one, "verb"), "id") == _VOIDED
    }
    groups = timed = left_out = 0
    for line, statement in json_values(source):
        if not isinstance(statement, Mapping):
            _say(reading, source, line, "This is no statement.")
            continue
        if _text(_part(statement, "verb"), "id") == _VOIDED or _text(statement, "id") in voided:
            left_out += 1
            continue
        if _text(_part(statement, "actor"), "objectType") == "Group":
            groups += 1
            continue
        timed += "duration" in _part(statement, "result")
        record = _event(source, reading, line, statement)
        if record is not None:
            yield record
    for count, what in (
        (left_out, "statements are voided, or void others; what the records hold of them stays"),
        (groups, "statements are about groups, which have no learner; they are left out"),
        (timed, "statements tell a duration, which the records do not keep"),
    ):
        if count:
            reading.say("statement-unread", "info", f"{count:,} {what}.", "", source.place())


def _event(source: Source, reading: Reading, line: int, statement: Mapping[str, Any]) -> Record | None:
    learner = _learner(_part(statement, "actor"), reading)
    verb, done_with = _text(_part(statement, "verb"), "id"), _object(_part(statement, "object"))
    if not learner or not verb or not done_with:
        missing = "actor" if not learner else "verb" if not verb else "object"
        _say(reading, source, line, f"The statement has no {missing} that can be read.")
        return None
    at = _time(source, reading, line, statement)
    if at is None:
        return None
    name = verb.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
    result = _part(statement, "result")
    score = _scaled(source, reading, line, _part(result, "score"))
    success = result["success"] if isinstance(result.get("success"), bool) else _SUCCESS.get(name)
    completion = result["completion"] if isinstance(result.get("completion"), bool) else None
    if completion is None and name == "completed":
        completion = True
    values = (_identity(statement), learner, name, done_with, at, score, success, completion)
    order = ("statement", "learner_id", "verb", "object", "at", "score", "success", "completion")
    return _record(dict(zip(order, values, strict=True)), line)


def _record(values: dict[str, Any], line: int) -> Record:
    return Record("activity_events", tuple(values[one] for one in TARGETS["activity_events"].columns), line)


def _identity(statement: Mapping[str, Any]) -> str:
    id = _text(statement, "id")
    if id:
        return id.casefold()
    content = {key: value for key, value in statement.items() if key not in ("stored", "authority", "version")}
    return "sha256:" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _learner(actor: Mapping[str, Any], reading: Reading) -> str | None:
    if name := _text(_part(actor, "account"), "name"):
        return name
    if address := _text(actor, "mbox"):
        email = address.removeprefix("mailto:")
        return reading.people.by_email(email) or email
    return _text(actor, "openid") or _text(actor, "mbox_sha1sum")


def _object(value: Mapping[str, Any]) -> str | None:
    if id := _text(value, "id"):
        return id
    # An agent, as in "asked somebody", has no id; a statement inside has its own object.
    return _text(_part(value, "object"), "id")


def _time(source: Source, reading: Reading, line: int, statement: Mapping[str, Any]) -> datetime.datetime | None:
    text = _text(statement, "timestamp") or _text(statement, "stored")
    if text is None:
        _say(reading, source, line, "The statement has no timestamp.")
        return None
    try:
        return moment(text)
    except ValueError:
        _say(reading, source, line, f"`{text[:40]}` is not a time.")
        return None


def _scaled(source: Source, reading: Reading, line: int, score: Mapping[str, Any]) -> float | None:
    value = score.get("scaled")
    if value is None:
        raw, least, most = (score.get(one) for one in ("raw", "min", "max"))
        numbers = [one for one in (raw, least, most) if isinstance(one, int | float) and not isinstance(one, bool)]
        if len(numbers) < 3 or numbers[2] <= numbers[1]:
            return None
        value = (numbers[0] - numbers[1]) / (numbers[2] - numbers[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1:
        _say(reading, source, line, f"The scaled score `{str(value)[:40]}` is not from -1 to 1.")
        return None
    return float(value)


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found.strip() or None if isinstance(found, str) else None


def _say(reading: Reading, source: Source, line: int, message: str) -> None:
    mend = "Mend the statement, or remove it."
    reading.say("statement-unreadable", "error", message, mend, source.place(line))


XAPI = Format("xapi", "xAPI statements (JSON)", _fits, _read)
