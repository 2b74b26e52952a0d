"""Rows for what others are part of, where a sheet only names it in columns beside them: Domain, Level 1, Level 2.

Such a column is filled in each row, or once for the rows below it (a merged cell, as in tables out of Word).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ipe_workbench.documents import id_from
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.columns import CODE_WORDS, plain_header
from ipe_workbench.frameworks.sheets.parents import levels_of
from ipe_workbench.frameworks.sheets.records import Record

__all__ = ["with_wholes"]

_Path = tuple[str, ...]


def with_wholes(rows: Sequence[Record], notes: Notes) -> list[Record]:
    """The rows, and before the first of its parts a row for each whole that the columns beside them name.

    A row without a text of its own stands for the last whole that it names. A whole that is a row of the sheet, by its
    code, title or statement, is not made anew. Where parents, outline numbers or levels are written, those columns say
    nothing about the tree and are kept aside. Words alone in the column of codes are a heading over the whole width.
    """
    rows = [_heading(row) for row in rows]
    if not any(any(row.wholes.values()) for row in rows):
        return rows
    stated = any(row.get("parent") or row.get("smart_level") for row in rows)
    if stated or levels_of(dict(enumerate(rows)), Notes(notes.file)):
        message = "Columns that may name wholes are kept aside, since parents or levels are written"
        notes.count("sheet-extra", "info", message, ", ".join(rows[0].wholes))
        return [replace(row, others=row.others | {k: v for k, v in row.wholes.items() if v}) for row in rows]
    return list(_grown(rows, notes))


def _heading(row: Record) -> Record:
    words = row.get("code") or ""
    if set(row.fields) != {"code"} or len(words.split()) < 2 or any(row.wholes.values()):
        return row
    return replace(row, fields={"statement": words})


def _grown(rows: Sequence[Record], notes: Notes) -> Iterator[Record]:
    ids = {name for row in rows for name in (row.get("id"), row.get("code")) if name}
    known = _by_text(rows)
    made: dict[_Path, str] = {}
    for row, path in zip(rows, _paths(rows), strict=True):
        own_name, whole = row.get("id") or row.get("code"), ""
        here: _Path = ()
        steps = [(header, text) for header, text in zip(row.wholes, path, strict=True) if text]
        alone = steps.pop() if steps and not _has_text(row) else None
        for header, text in steps:
            here = (*here, text)
            if here not in made:
                code = _code_of(header, row)
                made[here] = known.get(code) or known.get(text) or _free(code or id_from(text), ids)
                if made[here] not in ids:
                    notes.count(
                        "sheet-guessed",
                        "warning",
                        "Rows made of the columns beside others, which are read as what those are part of",
                        text,
                        "Give each a row of its own, and add a column `parent`.",
                    )
                    yield _made(row, header, text, made[here], code, whole)
                ids.add(made[here])
            if made[here] != own_name:
                whole = made[here]
        if alone is None:
            yield replace(row, whole=whole)
        elif (*here, alone[1]) in made:
            notes.count("sheet-joined", "warning", "Rows that name the same whole again, not read", row.place)
        else:
            name = own_name or _free(id_from(alone[1]), ids)
            made[*here, alone[1]] = name
            ids.add(name)
            fields = _typed(alone[0]) | row.fields | {"statement": alone[1], "id": name}
            yield replace(row, fields=fields, whole=whole)


def _paths(rows: Sequence[Record]) -> Iterator[_Path]:
    """For each row the texts of all its wholes; an empty cell takes what stands above it, as below a merged one."""
    headers = list(rows[0].wholes)
    repeated = {header for at, header in enumerate(headers) if _is_repeated(headers[:at], header, rows)}
    above = dict.fromkeys(headers, "")
    for row in rows:
        cells = [row.wholes.get(header, "") for header in headers]
        last = len(cells) if _has_text(row) else max((at for at, cell in enumerate(cells) if cell), default=-1)
        same = True
        for at, header in enumerate(headers):
            if not cells[at] and same and at < last and header not in repeated:
                cells[at] = above[header]
            same = same and cells[at] == above[header]
        above = dict(zip(headers, cells, strict=True))
        yield tuple(cells)


def _is_repeated(left: Sequence[str], header: str, rows: Sequence[Record]) -> bool:
    """Whether the column says the same in a row and the next, so that an empty cell means nothing."""
    return any(
        upper.wholes.get(header)
        and upper.wholes.get(header) == lower.wholes.get(header)
        and all(lower.wholes.get(one) in ("", upper.wholes.get(one)) for one in left)
        for upper, lower in pairwise(rows)
    )


def _has_text(row: Record) -> bool:
    return "statement" in row.fields or "title" in row.fields


def _by_text(rows: Sequence[Record]) -> dict[str, str]:
    """The id of the row with a code, title or statement, where one row alone has it and no id is to be made for it."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if name := row.get("id") or row.get("code"):
            for text in filter(None, map(row.get, ("id", "code", "title", "statement"))):
                found.setdefault(text, set()).add(name)
    return {text: names.pop() for text, names in found.items() if len(names) == 1}


def _code_of(header: str, row: Record) -> str:
    """What a column such as `Domain code` says beside the column `Domain`."""
    named = {plain_header(header) + word for word in CODE_WORDS}
    return next((cell for other, cell in row.others.items() if plain_header(other) in named), "")


def _free(start: str, ids: set[str]) -> str:
    name, number = start or "whole", 2
    while name in ids:
        name, number = f"{start or 'whole'}-{number}", number + 1
    return name


def _made(row: Record, header: str, text: str, name: str, code: str, whole: str) -> Record:
    fields = _typed(header) | {"id": name, "statement": text} | ({"code": code} if code else {})
    return Record(row.row, row.place, fields, {}, {}, row.columns, whole=whole)


def _typed(header: str) -> dict[str, str]:
    return {} if header.strip()[-1:].isdigit() else {"type": header.casefold()}
