"""JSON from anybody: read within limits, with broken characters mended and keys that stand twice told."""

from __future__ import annotations

import json
import math
import re
from itertools import chain
from pathlib import Path
from typing import Any

from ipe_workbench.frameworks.import_result import MAX_BYTES, Notes, refused

__all__ = ["json_text", "parse_json", "read_bytes"]

_SURROGATE = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
#: Deeper than any framework; text nested deeper could not be walked or written again.
_MAX_DEPTH = 200


def read_bytes(path: Path) -> bytes:
    """The content of a file of at most `MAX_BYTES`; raises `UnreadableFileError`."""
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refused(f"The file is larger than {MAX_BYTES // 2**20} MiB.", name)
        return path.read_bytes()
    except FileNotFoundError:
        raise refused("The file does not exist.", name, mend="Check the path.") from None
    except IsADirectoryError:
        raise refused("This is a folder, not a file.", name, mend="Name a file.") from None
    except (OSError, ValueError) as error:
        # ValueError: a name with a null byte in it.
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise refused(f"The file cannot be read: {reason}.", name) from None


def json_text(data: dict[str, Any]) -> str:
    """JSON text with one record a line, which people and version control can read and which is quick to write.

    Examples
    --------
    >>> print(json_text({"CFItems": [{"code": "VE"}, {"code": "RR"}]}), end="")
    {
    "CFItems": [
    {"code": "VE"},
    {"code": "RR"}
    ]
    }
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    members = []
    for name, value in data.items():
        rows = value if isinstance(value, list) else []
        shown = "[\n" + ",\n".join(map(encode, rows)) + "\n]" if rows else encode(value)
        members.append(f"{json.dumps(name)}: {shown}")
    return "{\n" + ",\n".join(members) + "\n}\n"


def parse_json(content: bytes, name: str) -> tuple[Any, Notes]:
    """The JSON value in `content`, and the notes that the reading goes on with.

    Raises
    ------
    UnreadableFileError
        When the content is larger than `MAX_BYTES`, not UTF-8 (or 16, or 32), not JSON, or nested deeper than any
        framework.

    Examples
    --------
    >>> parse_json(b'{"a": 1, "a": 2}', "x.json")[1].all()[0].message
    'Keys that stand twice in one object; the last is kept: 1 (a).'
    """
    notes = Notes(name)
    if len(content) > MAX_BYTES:
        raise refused(f"The file is larger than {MAX_BYTES // 2**20} MiB.", name)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    message = "Keys that stand twice in one object; the last is kept"
                    notes.count("duplicate-key", "warning", message, key, "Remove one of each.")
                seen.add(key)
        return found

    def finite(written: str) -> float | None:
        number = float(written)
        if math.isfinite(number):
            return number
        notes.count("mended", "warning", "Numbers that are not finite, left out", written[:20], "Correct them.")
        return None

    try:
        encoding = json.detect_encoding(content)
        text = content.decode(encoding)
        data = json.loads(text, object_pairs_hook=unique, parse_float=finite, parse_constant=finite)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refused("The file is not UTF-8 text.", name, line, "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at").removesuffix(" starting")
        raise refused(f"This is not valid JSON: {what}.", name, error.lineno, "Is the file complete?") from None
    except RecursionError:
        raise refused("The JSON is nested too deep to be a framework.", name) from None
    except ValueError as error:
        # Python's advice to programmers follows the semicolon (a number of thousands of digits).
        raise refused(f"The file cannot be read: {str(error).split(';')[0]}.", name) from None
    if not encoding.startswith("utf-8"):
        notes.say("mended", "info", f"The file is read as {encoding.upper()}.", "", "Save it as UTF-8.")
    if _too_deep(data):
        raise refused("The JSON is nested too deep to be a framework.", name)
    if _SURROGATE.search(text):
        whole = _whole(data)
        if whole != data:
            message = "Broken characters were replaced by the sign \ufffd."
            notes.say("mended", "warning", message, "", "Correct the texts.")
        data = whole
    return data, notes


def _too_deep(data: Any) -> bool:
    level = [data]
    for _ in range(_MAX_DEPTH):
        parts = chain.from_iterable(one.values() if isinstance(one, dict) else one for one in level)
        level = [part for part in parts if isinstance(part, (dict, list))]
        if not level:
            return False
    return True


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value
