"""Writing files and cells so that nothing is lost and nothing runs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["spreadsheet_safe", "write_atomically"]


def spreadsheet_safe(text: str) -> str:
    """A CSV cell that no spreadsheet runs as a formula: an apostrophe before the characters that would start one.

    Source: OWASP, CSV Injection (characters ``= + - @``, tab and carriage return).

    Examples
    --------
    >>> spreadsheet_safe("=cmd|' /C calc'!A0"), spreadsheet_safe("Teams")
    ("'=cmd|' /C calc'!A0", 'Teams')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new and never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    payload = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
