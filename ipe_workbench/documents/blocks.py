"""Plain data as YAML in block style, quickly: a framework of ten thousand competencies in a quarter of a second."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ipe_workbench.documents.scalars import resolved

__all__ = ["block_text"]

#: Text that needs no quotes, unless it is a word for another kind of value.
_BARE = re.compile(r"[A-Za-z](?:[\w .,;()/'-]*[\w.,;()/'-])?", re.ASCII)
#: What readers of YAML 1.1 take for truth values.
_OLD_WORDS = frozenset(("y", "n", "yes", "no", "on", "off"))
#: A key that is longer gets a line of its own; with its colon on one line it may have 1024 signs (YAML 1.2.2, 7.4.2).
_LONG_KEY = 120


def block_text(data: Mapping[str, Any]) -> str:
    r"""YAML 1.2 that is read as `data` by readers of YAML 1.1 as well. Lines are as long as the texts are.

    Examples
    --------
    >>> print(block_text({"id": "ours", "year": 2027, "tags": ["yes", "a: b"], "parts": [{"id": "2.1"}]}), end="")
    id: ours
    year: 2027
    tags:
      - "yes"
      - "a: b"
    parts:
      - id: "2.1"
    """
    lines: list[str] = []
    _write(data, "", "", lines)
    return "\n".join(lines) + "\n" if data else "{}\n"


def _write(value: Any, pad: str, lead: str, lines: list[str]) -> None:
    """Append the lines of a mapping or list that is not empty; the first begins with `lead`, the others with `pad`."""
    listed = not isinstance(value, Mapping)
    parts: Iterable[tuple[Any, Any]] = ((None, one) for one in value) if listed else value.items()
    for key, one in parts:
        head = f"{lead}-" if listed else _key(key, lead, pad)
        lead = pad
        if not (isinstance(one, Mapping | list | tuple) and one):
            lines.append(f"{head} {_scalar(one)}")
        elif listed:
            _write(one, pad + "  ", head + " ", lines)
        else:
            lines.append(head)
            _write(one, pad + "  ", pad + "  ", lines)


def _key(key: Any, lead: str, pad: str) -> str:
    written = _scalar(key)
    return f"{lead}{written}:" if len(written) <= _LONG_KEY else f"{lead}? {written}\n{pad}:"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float):
        return repr(value).replace("inf", ".inf").replace("nan", ".nan")
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _text(value: str) -> str:
    if _BARE.fullmatch(value) and value.casefold() not in _OLD_WORDS and isinstance(resolved(value), str):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(sign if sign.isprintable() else _escape(sign) for sign in escaped)
    return f'"{escaped}"'


def _escape(sign: str) -> str:
    return "\\n" if sign == "\n" else f"\\U{ord(sign):08x}"
