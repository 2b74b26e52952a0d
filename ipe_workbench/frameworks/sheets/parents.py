"""Whose part each row is, by the best sign there is: parents, outline numbers, levels, indents, headings or codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.records import Record

__all__ = ["levels_of", "parents_of"]

#: A level as people write it.
_LEVEL = re.compile(r"(?:level|lvl|tier|stufe|l)?[ .:-]*([0-9]{1,2})(?:\.0)?")
#: More words than that are no levels.
_MAX_WORDS = 8
_BREAK = re.compile(r"[.\-/_ :]+|(?<=[^\W\d_])(?=\d)")


def parents_of(
    rows: Mapping[str, Record], found: Callable[[str], str | None], notes: Notes
) -> Iterator[tuple[str, str]]:
    """(id of the part, id of the whole) for each row that is part of another, by the best sign that the sheet has.

    A parent that is no row is given as it is written. Parents, outline numbers and levels are taken as stated; indents,
    headings and codes are a guess, and noted. A row that none of them places is part of its `whole`.
    """
    if any(row.get("parent") for row in rows.values()):
        for name, row in rows.items():
            if written := row.get("parent"):
                yield name, found(written) or written
        return
    if any(row.get("smart_level") for row in rows.values()):
        yield from _by_outline(rows)
        return
    if levels := levels_of(rows, notes):
        yield from _by_level(levels)
        return
    coded = dict(_by_code(rows, found))
    indented = dict(_by_level({name: row.indent for name, row in rows.items()}))
    # A stray blank moves one row; what really is indented moves as many as the codes would, or more.
    by_indent = len(indented) >= max(1, len(coded))
    guessed = indented if by_indent else dict(_by_heading(rows)) or coded
    if any(row.whole for row in rows.values()):
        # Columns of wholes say more than codes and layout, which then only tell parts of one whole apart.
        guessed = {name: one for name, one in guessed.items() if rows[name].whole == rows[one].whole}
    sign = "how far rows are indented" if by_indent else "headings and codes"
    for name, parent in guessed.items():
        message = f"Parents guessed from {sign}, since no column names them"
        notes.count("sheet-guessed", "warning", message, f"{name} below {parent}", "Add a column `parent`.")
    yield from guessed.items()
    yield from ((name, row.whole) for name, row in rows.items() if row.whole and name not in guessed)


def levels_of(rows: Mapping[Any, Record], notes: Notes) -> dict[Any, int]:
    """The depth of each row by its level: a number (2, 2.0, L2, Level 2), or one of a few words in order of depth.

    Words are taken to go deeper as they first appear: Domain, Competency, Sub-competency. None where a row has no
    level.
    """
    written = {name: " ".join((row.get("level") or "").casefold().split()) for name, row in rows.items()}
    if not all(written.values()):
        return {}
    numbers = {name: _LEVEL.fullmatch(level) for name, level in written.items()}
    if all(numbers.values()):
        return {name: int(found[1]) for name, found in numbers.items() if found}
    words = list(dict.fromkeys(written.values()))
    if any(numbers.values()) or not 2 <= len(words) <= _MAX_WORDS:
        return {}
    shown = " > ".join(word[:40] for word in words)
    notes.say("sheet-guessed", "warning", f"Levels are words; they are read as going deeper in this order: {shown}.")
    return {name: words.index(level) for name, level in written.items()}


def _by_outline(rows: Mapping[str, Record]) -> Iterator[tuple[str, str]]:
    numbered = {row.get("smart_level") or "": name for name, row in rows.items()}
    for number, name in numbered.items():
        parent = numbered.get(number.rpartition(".")[0]) if "." in number else None
        if parent is not None:
            yield name, parent


def _by_level(levels: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    above: list[tuple[int, str]] = []
    for name, level in levels.items():
        while above and above[-1][0] >= level:
            above.pop()
        if above:
            yield name, above[-1][1]
        above.append((level, name))


def _by_heading(rows: Mapping[str, Record]) -> Iterator[tuple[str, str]]:
    """Rows with a title or statement alone, among rows with a code as well, head what follows them."""
    alone = {"title"}, {"statement"}
    headings = {name for name, row in rows.items() if set(row.fields) in alone}
    if not headings or 2 * len(headings) > len(rows):
        return
    heading: str | None = None
    for name in rows:
        if name in headings:
            heading = name
        elif heading is not None:
            yield name, heading


def _by_code(rows: Mapping[str, Record], found: Callable[[str], str | None]) -> Iterator[tuple[str, str]]:
    """VE1 is part of VE and 2.A.1.a of 2.A.1, where both are codes of the sheet."""
    for name, row in rows.items():
        code = row.get("code") or ""
        for at in sorted({match.start() for match in _BREAK.finditer(code)}, reverse=True):
            parent = found(code[:at]) if at else None
            if parent is not None and parent != name:
                yield name, parent
                break
