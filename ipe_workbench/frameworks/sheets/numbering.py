"""Codes that a sheet does not have in a column of their own: at the beginning of the text, or beside a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.records import Record

__all__ = ["with_codes"]

#: "1.2 Respect", "VE1: Respect", "2) Trust", "C.3 - Say"; a number alone, or letters with a number.
_NUMBERED = re.compile(
    r"((?:[A-Za-z]{1,4}[.\- ]?)?[0-9]{1,3}(?:\.[0-9A-Za-z]{1,3})*)(?:[.:)]|\s[-\u2013\u2014])?\s+(\S.*)", re.DOTALL
)


def with_codes(rows: Sequence[Record], notes: Notes) -> list[Record]:
    """The rows with the codes that their texts begin with, where the text of every row begins with one of its own.

    A column of codes that is filled just where the first whole is (No., Domain, Competency, as tables out of Word have
    them) numbers the wholes, not the rows.
    """
    rows = [_numbering_the_whole(row) for row in rows] if _numbers_wholes(rows) else list(rows)
    texts = [row for row in rows if row.get("statement")]
    found = {row.row: _NUMBERED.fullmatch(row.get("statement") or "") for row in texts}
    codes = {match[1] for match in found.values() if match}
    if len(texts) < 2 or len(codes) < len(texts) or any(row.get("code") for row in rows):
        return rows
    notes.say(
        "sheet-guessed", "warning", "Codes are taken from the beginning of the statements.", "", "Add a column `code`."
    )
    return [
        replace(row, fields=row.fields | {"code": match[1], "statement": match[2]})
        if (match := found.get(row.row))
        else row
        for row in rows
    ]


def _numbers_wholes(rows: Sequence[Record]) -> bool:
    """Whether codes stand where the first whole does, and texts without both go on below."""
    told = [(bool(row.get("code")), bool(next(iter(row.wholes.values()), ""))) for row in rows]
    return (True, True) in told and (False, False) in told and all(code == whole for code, whole in told)


def _numbering_the_whole(row: Record) -> Record:
    code, first = row.get("code"), next(iter(row.wholes))
    fields = {name: text for name, text in row.fields.items() if name != "code"}
    return replace(row, fields=fields, others=row.others | ({f"{first} code": code} if code else {}))
