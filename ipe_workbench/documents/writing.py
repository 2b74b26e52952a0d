"""Writing files and cells so that nothing is lost and nothing runs."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

__all__ = ["plain_cell", "safe_cell", "spreadsheet_safe", "write_atomically"]


#: Control characters but tab and line ends, marks that turn the direction of text (UAX #9), and halves of letters.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: What may stand before a formula without stopping a spreadsheet: blanks, and signs of no width.
_FORMULA = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[ \xa0]*[\t\n]")


def spreadsheet_safe(text: str) -> str:
    r"""A CSV cell that no spreadsheet runs as a formula: an apostrophe before the characters that would start one.

    Leading blanks do not hide a formula. Control characters and marks that reorder the text on the screen go; tabs and
    line ends inside the text stay, as line feeds.

    Source: OWASP, CSV Injection (characters ``= + - @``, also of full width, tab, carriage return and line feed);
    CWE-1236.

    Examples
    --------
    >>> spreadsheet_safe("=cmd|' /C calc'!A0"), spreadsheet_safe("Teams")
    ("'=cmd|' /C calc'!A0", 'Teams')
    >>> print(spreadsheet_safe("  -5"), spreadsheet_safe("Team\u202ework"))
    '  -5 Teamwork
    """
    shown = re.sub(r"\r\n?", "\n", _UNSEEN.sub("", text))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def safe_cell(text: str) -> str:
    """Text as a cell that no spreadsheet runs (see `spreadsheet_safe`), and that `plain_cell` reads back."""
    quoted = text.startswith("'") and spreadsheet_safe(text.lstrip("'")).startswith("'")
    return "'" + text if quoted else spreadsheet_safe(text)


def plain_cell(cell: str) -> str:
    """A cell without blanks around it and without the apostrophe that kept a spreadsheet from running it.

    Examples
    --------
    >>> plain_cell(safe_cell("=1+1")), plain_cell(safe_cell("'=1")), plain_cell(" a ")
    ('=1+1', "'=1", 'a')
    """
    text = cell.strip()
    return text[1:] if text.startswith("'") and spreadsheet_safe(text.lstrip("'")).startswith("'") else text


def write_atomically(path: Path, content: str | bytes, *, durable: bool = True, private: bool = False) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new and never a part.

    With `durable` the disk has it before the call returns; a process that is killed loses nothing without that, a power
    cut may. With `private` nobody but the owner may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        mode = 0o600 if private else path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
