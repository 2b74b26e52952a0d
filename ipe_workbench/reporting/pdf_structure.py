"""Whether a PDF says to programs what it shows to eyes: the structure that screen readers go by, and nothing that runs.

These are the points of PDF/UA-1 (ISO 14289-1) and of the Matterhorn Protocol 1.1 that can be seen in the structure of a
file. Whether a heading is one, and whether an alternative text is true, only a person can say.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["dated", "pdf_faults"]

_DATE = re.compile(rb"D:\d{14}[+-]\d\d'\d\d'")
#: What a document may do by itself or at a click, other than follow a link.
_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound"}
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def dated(content: bytes, at: datetime.datetime | None) -> bytes:
    """The PDF with its dates set to `at` (1970 where nothing is said), so that the same page gives the same bytes.

    Examples
    --------
    >>> dated(b"/CreationDate (D:20261127183731+00'00')", datetime.datetime(2026, 12, 20, tzinfo=datetime.UTC))
    b"/CreationDate (D:20261220000000+00'00')"
    """
    moment = (at or datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    # Of the same length, for the file's table of contents counts bytes.
    return _DATE.sub(moment.strftime("D:%Y%m%d%H%M%S+00'00'").encode("ascii"), content)


def pdf_faults(content: bytes, *, figures: int = 0) -> tuple[str, ...]:
    """What keeps a PDF from being read by everybody, as sentences; empty when nothing was found.

    Parameters
    ----------
    content : bytes
        The file.
    figures : int
        How many figures there must be, at least; a browser may leave one out of the structure.

    Returns
    -------
    tuple of str
        Of: no structure, no language, no title, a font that is not embedded, a figure without alternative text, a table
        without header cells, headings out of order, no outline although there are headings, something that runs.

    Examples
    --------
    >>> pdf_faults(b"%PDF-1.4 nothing else")
    ('It is no PDF that can be read.',)
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        root: Any = reader.trailer["/Root"]
        return tuple(_faults(reader, root, figures))
    except (PyPdfError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return ("It is no PDF that can be read.",)


def _faults(reader: Any, root: Any, figures: int) -> Iterator[str]:
    marked = bool(root.get("/MarkInfo", {}).get("/Marked", False))
    tree = root.get("/StructTreeRoot")
    if not marked or tree is None:
        yield "It is not tagged."
    if not str(root.get("/Lang", "")).strip():
        yield "It names no language."
    title = str((reader.metadata or {}).get("/Title", "")).strip()
    if not title or not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "It has no title that a reader shows."
    yield from _faults_anywhere(reader)
    if tree is not None:
        found = _Structure()
        found.read(tree.get_object().get("/K"))
        yield from found.faults(figures)
        if found.headings and not reader.outline:
            yield "It has headings and no outline."


@dataclass
class _Structure:
    """What the tree of tags holds."""

    headings: list[int] = field(default_factory=list)
    figures: int = 0
    mute: int = 0
    #: Header cells of each table.
    tables: list[int] = field(default_factory=list)
    tags: int = 0

    def read(self, node: Any) -> None:
        """Read a node and all below it; a stack of our own, since pages nest deeply."""
        waiting: list[tuple[Any, int | None]] = [(node, None)]
        while waiting:
            one, table = waiting.pop()
            one = one.get_object() if hasattr(one, "get_object") else one
            if isinstance(one, list):
                waiting += [(child, table) for child in reversed(one)]
            elif isinstance(one, dict):
                kind = str(one.get("/S", ""))
                table = self._note(kind, one, table)
                if "/K" in one:
                    waiting.append((one["/K"], table))

    def _note(self, kind: str, node: Any, table: int | None) -> int | None:
        self.tags += bool(kind)
        if kind == "/Figure":
            self.figures += 1
            self.mute += not str(node.get("/Alt", "")).strip()
        elif re.fullmatch(r"/H[1-6]", kind):
            self.headings.append(int(kind[2]))
        elif kind == "/Table":
            self.tables.append(0)
            return len(self.tables) - 1
        elif kind == "/TH" and table is not None:
            self.tables[table] += 1
        return table

    def faults(self, figures: int) -> Iterator[str]:
        if not self.tags:
            yield "It is not tagged."
        if self.figures < figures:
            yield f"{figures - self.figures} of {figures} figures are not tagged."
        if self.mute:
            yield f"{self.mute} of {self.figures} figures have no alternative text."
        bare = self.tables.count(0)
        if bare:
            yield f"{bare} of {len(self.tables)} tables have no header cells."
        steps = zip([0, *self.headings], self.headings, strict=False)
        if any(now > before + 1 for before, now in steps) or self.headings.count(1) > 1:
            yield "Its headings are out of order."


def _faults_anywhere(reader: Any) -> Iterator[str]:
    """Fonts that are not in the file, and whatever runs or is filled in, wherever it stands."""
    objects = list(_objects(reader))
    loose = {str(one.get("/BaseFont", "a font")).lstrip("/") for one in objects if _loose_font(one)}
    if loose:
        yield f"Fonts are not embedded: {', '.join(sorted(loose))}."
    if any(_acts(one) for one in objects):
        yield "Something in it runs."


def _objects(reader: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary of the file."""
    from pypdf.generic import IndirectObject

    numbers = [(number, generation) for generation, known in reader.xref.items() for number in known]
    numbers += [(number, 0) for number in reader.xref_objStm]
    waiting: list[Any] = [IndirectObject(number, generation, reader).get_object() for number, generation in numbers]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            # Values as they stand: references come by themselves.
            waiting += dict.values(one)
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def _loose_font(one: dict[str, Any]) -> bool:
    # A composite font stands on another one, and a font of type 3 is drawn in the file itself.
    if one.get("/Type") != "/Font" or one.get("/Subtype") in ("/Type0", "/Type3"):
        return False
    described = one.get("/FontDescriptor")
    return described is None or not any(name in described.get_object() for name in _FONT_FILES)


def _acts(one: dict[str, Any]) -> bool:
    return str(one.get("/S", "")) in _ACTIONS or any(
        name in one for name in ("/JS", "/AA", "/AcroForm", "/EmbeddedFile")
    )
