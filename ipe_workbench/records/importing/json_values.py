"""The values of a JSON file as they stream past: a line each, an array of them, one alone, or an answer of an LRS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.records.importing.source import Source

__all__ = ["first_value", "json_values"]

#: The longest value, in characters, and how much is read at a time.
_LONGEST, _BLOCK = 4_000_000, 1 << 16
_BLANK = re.compile(r"[\s\x1e]*")
#: What may stand around the values: an array, or an object whose one list they are (xAPI StatementResult, a backpack).
_OPENING = re.compile(r"\s*(?:\{\s*\"(?:statements|assertions|credentials)\"\s*:\s*)?\[")


def first_value(source: Source) -> Any:
    """The first value of a file; ``None`` when it is no JSON."""
    if source.parts or source.path.is_dir():
        return None
    try:
        return next(json_values(source), (0, None))[1]
    except UnreadableFileError:
        return None


def json_values(source: Source) -> Iterator[tuple[int, Any]]:
    """The values with the lines on which they begin, in bounded memory.

    Raises
    ------
    UnreadableFileError
        When the file is no JSON, ends in the middle, or holds a value that is too long.
    """
    decoder = json.JSONDecoder(parse_constant=_no_number)
    with source.text() as text:
        buffer, line = text.read(_BLOCK), 1
        if not buffer.strip():
            raise _broken(source, line, "the file is empty")
        opening = _OPENING.match(buffer)
        if opening:
            buffer, line = buffer[opening.end() :], 1 + opening.group().count("\n")
        wanted, ended = True, False
        while True:
            blank = _BLANK.match(buffer)
            skipped = blank.end() if blank else 0
            line += buffer.count("\n", 0, skipped)
            buffer = buffer[skipped:]
            if opening and buffer[:1] in (",", "]"):
                if buffer[0] == "]":
                    return
                buffer, wanted = buffer[1:], True
                continue
            if not buffer:
                buffer = text.read(_BLOCK)
                if buffer:
                    continue
                if opening:
                    raise _broken(source, line, "the file ends in the middle of a list")
                return
            try:
                if opening and not wanted:
                    raise _broken(source, line, "a comma is missing between two values")
                value, end = decoder.raw_decode(buffer)
            except json.JSONDecodeError as error:
                more = text.read(max(_BLOCK, len(buffer)))
                ended = not more
                if ended or len(buffer) > _LONGEST:
                    cause = "the value is too long" if not ended else f"this is no JSON: {error.msg}"
                    raise _broken(source, line, cause) from None
                buffer += more
                continue
            except (RecursionError, ValueError) as error:
                cause = "values are nested too deep" if isinstance(error, RecursionError) else str(error)
                raise _broken(source, line, cause) from None
            yield line, value
            line += buffer.count("\n", 0, end)
            buffer, wanted = buffer[end:], False


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")


def _broken(source: Source, line: int, cause: str) -> UnreadableFileError:
    place = f"{source.path}, line {line}"
    return UnreadableFileError(
        f"{cause[0].upper()}{cause[1:]}.", place=place, mend="Export it again, as JSON in UTF-8."
    )
