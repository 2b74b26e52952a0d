"""A file of rows, read as it streams past: never the whole of it in memory, and never beyond stated limits."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.frameworks.import_result import Notes
from ipe_workbench.frameworks.sheets.tables import is_workbook, workbook_tables

__all__ = ["MAX_CELL", "Part", "Source", "open_source", "plain", "quoted"]

#: The longest cell, in characters.
MAX_CELL = 100_000
_MAX_COLUMNS = 2_000
#: How long a cell that is too long may be so that its column is named.
_MAX_LOOKED_AT = 32_000_000
#: The largest archive when unpacked, in bytes, its most members, and how much smaller it may be than what it holds.
_MAX_UNPACKED, _MAX_MEMBERS, _MAX_RATIO = 2 * 2**30, 1_000, 200
_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """A table of a source: a CSV file (of a folder or an archive), or a sheet of a workbook. `name` is empty alone."""

    source: Source = field(repr=False, compare=False)
    name: str
    header: tuple[str, ...]
    header_row: int = 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows below the header: their number in the file, and as many cells as the header has; empty rows left out."""
        width = len(self.header)
        for number, cells in self.source.lines(self.name):
            if number <= self.header_row:
                continue
            texts = list(map(plain, cells))
            if any(texts):
                yield number, texts if len(texts) == width else (texts + [""] * (width - len(texts)))[:width]

    def place(self, row: int | None = None, column: str = "") -> Place:
        """Where a cell stands."""
        file = f"{self.source.path}/{self.name}" if self.name else str(self.source.path)
        return Place(file, row, f"column {column}" if column else "")


class Source:
    """What somebody hands over: a file, a folder of CSV files, an archive of them, or a workbook.

    Attributes
    ----------
    path : Path
        Where it is.
    sha256 : str
        Hash of the content, of a folder that of all its files.
    findings : list of Finding
        What was guessed while reading.
    parts : dict
        Tables by name; empty for a file that is no table (JSON lines).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.parts: dict[str, Part] = {}
        self._files: dict[str, _Member] = {}
        self._sheets: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self.sha256 = self._survey()

    def lines(self, name: str) -> Generator[tuple[int, Sequence[str]], None, None]:
        """All rows of a part with their numbers, the header too."""
        if name in self._sheets:
            yield from self._sheets[name]
            return
        member = self._files[name]
        with member.open() as binary, io.TextIOWrapper(binary, encoding=member.encoding, newline="") as text:
            # Strict, so that a file that ends inside a quoted cell is not taken for a whole one.
            reader = csv.reader(text, delimiter=member.delimiter, strict=True)
            csv.field_size_limit(MAX_CELL)
            row = 0
            try:
                width = len(self.parts[name].header) if name in self.parts else 0
                cells: Sequence[str] = ()
                for row, cells in enumerate(reader, start=1):
                    if len(cells) > _MAX_COLUMNS:
                        raise self._broken(name, row, f"the row has more than {_MAX_COLUMNS:,} cells")
                    yield row, cells
                if member.cut_short and 0 < len(cells) < width:
                    column = self.parts[name].header[len(cells) - 1]
                    raise self._broken(name, row, "the file ends in the middle of a row", column)
            except csv.Error as error:
                if "field larger" in str(error):
                    cause, column = f"a cell has more than {MAX_CELL:,} characters", self._long_cell(name, row + 1)
                elif "unexpected end" in str(error):
                    cause, column = "a quotation mark is opened and not closed: the file may be cut off", ""
                else:
                    cause, column = str(error), ""
                raise self._broken(name, row + 1, cause, column) from None

    def _long_cell(self, name: str, wanted: int) -> str:
        """The heading of the cell that is too long, as far as it can be looked at; the row was met before."""
        member = self._files[name]
        header = self.parts[name].header if name in self.parts else ()
        with member.open() as binary, io.TextIOWrapper(binary, encoding=member.encoding, newline="") as text:
            csv.field_size_limit(_MAX_LOOKED_AT)
            try:
                for row, cells in enumerate(csv.reader(text, delimiter=member.delimiter, strict=True), start=1):
                    if row == wanted:
                        at = max(range(len(cells)), key=lambda one: len(cells[one]))
                        return header[at] if at < len(header) else ""
            except csv.Error:
                pass
            finally:
                csv.field_size_limit(MAX_CELL)
        return ""

    def table(self, name: str = "") -> Part:
        """The one table of a file, or a named one of several.

        Raises
        ------
        UnusableInputError
            When there is none.
        """
        if name not in self.parts:
            message = f"There is no {name} here." if name else "This is not one table with a row of headings."
            found = ", ".join(filter(None, self.parts))[:200]
            mend = f"It holds: {found}." if found else "Is it the right file for this kind of import?"
            raise UnusableInputError(message, place=str(self.path), mend=mend)
        return self.parts[name]

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """The text of a file that is no table."""
        member = self._files.get("")
        if member is None:
            mend = "Is it the right file for this kind of import?"
            raise UnusableInputError("This is not one file of text.", place=str(self.path), mend=mend)
        with member.open() as binary, io.TextIOWrapper(binary, encoding=member.encoding) as text:
            yield text

    def place(self, row: int | None = None) -> Place:
        """Where a line of a file that is no table stands."""
        return Place(str(self.path), row)

    def _survey(self) -> str:
        """Look at everything once: kind, encodings, limits, headers, hash."""
        if self.path.is_dir():
            members = [(one.name, one) for one in sorted(self.path.iterdir()) if one.suffix.lower() == ".csv"]
            if not members:
                raise self._broken("", None, "the folder holds no CSV files")
            hashes = [self._look_at(name, _Member(file)) for name, file in members]
            return hashlib.sha256("".join(hashes).encode()).hexdigest()
        try:
            with self.path.open("rb") as binary:
                start = binary.read(4)
        except FileNotFoundError:
            raise UnreadableFileError("There is no such file.", place=str(self.path)) from None
        if not is_workbook(start):
            return self._look_at("", _Member(self.path))
        return self._look_into_archive()

    def _look_into_archive(self) -> str:
        content_hash = _hash(self.path)
        try:
            with zipfile.ZipFile(self.path) as packed:
                infos = [one for one in packed.infolist() if not one.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError):
            raise self._broken("", None, "the archive is damaged") from None
        if any(one.filename.startswith("xl/worksheets/") for one in infos):
            return self._look_at_workbook(content_hash)
        unpacked, packed_size = sum(one.file_size for one in infos), max(self.path.stat().st_size, 1)
        if len(infos) > _MAX_MEMBERS or unpacked > _MAX_UNPACKED:
            raise self._broken("", None, "the archive is too large when unpacked")
        if unpacked > 10 * 2**20 and unpacked / packed_size > _MAX_RATIO:
            raise self._broken("", None, f"the archive holds more than {_MAX_RATIO} times its size")
        for one in infos:
            name = PurePosixPath(one.filename.replace("\\", "/"))
            if name.is_absolute() or ".." in name.parts or ":" in one.filename:
                raise self._broken("", None, f"the archive holds a file outside of itself ({one.filename[:80]!r})")
            if one.flag_bits & 1:
                raise self._broken("", None, "the archive is encrypted")
            if name.suffix.lower() == ".csv" and "__MACOSX" not in name.parts:
                if name.name in self._files:
                    raise self._broken("", None, f"the archive holds two files {name.name}")
                self._look_at(name.name, _Member(self.path, one.filename))
        if not self._files:
            raise self._broken("", None, "the archive holds no CSV files")
        return content_hash

    def _look_at_workbook(self, content_hash: str) -> str:
        notes = Notes(str(self.path))
        tables = workbook_tables(self.path.read_bytes(), notes)
        self.findings += notes.all()
        alone = sum(bool(table.rows) for table in tables) == 1
        for table in tables:
            for row, column in sorted(table.formulas):
                # Read as empty it would say that there is no result.
                cause = f"{table.place(row, column)} is a formula whose value was not stored"
                raise UnreadableFileError(
                    f"{cause[0].upper()}{cause[1:]}.",
                    place=f"{self.path}, row {row}",
                    mend="Open the workbook, let it compute, and save it; or paste values.",
                )
            if table.rows:
                name = "" if alone else table.name
                self._sheets[name] = list(table.rows)
                number, cells = table.rows[0]
                self.parts[name] = Part(self, name, tuple(map(plain, cells)), number)
        if not self.parts:
            raise self._broken("", None, "the workbook is empty")
        return content_hash

    def _look_at(self, name: str, member: _Member) -> str:
        with member.open() as binary:
            digest, member.encoding, member.cut_short = _hash_and_encoding(binary)
        if member.encoding == "":
            raise self._broken(name, None, "this is not a table of text")
        if member.encoding == "cp1252":
            message = "The file is not UTF-8; it is read as Windows-1252."
            place = Place(f"{self.path}/{name}" if name else str(self.path))
            mend = "Save it as CSV, UTF-8, and look at its accents."
            self.findings.append(Finding("guessed-encoding", "warning", message, mend, place))
        self._files[name] = member
        with member.open() as binary, io.TextIOWrapper(binary, encoding=member.encoding, errors="replace") as text:
            start = text.read(_BLOCK)
        first = next((line for line in start.splitlines() if line.strip()), "")
        if first.lstrip().startswith(("{", "[")):
            return digest
        member.delimiter = max(
            _DELIMITERS, key=lambda sign: (_outside_quotes(first).count(sign), -_DELIMITERS.index(sign))
        )
        with closing(self.lines(name)) as rows:
            for row, cells in rows:
                if any(cell.strip() for cell in cells):
                    self.parts[name] = Part(self, name, tuple(map(plain, cells)), row)
                    break
        return digest

    def _broken(self, part: str, row: int | None, cause: str, column: str = "") -> UnreadableFileError:
        file = f"{self.path}/{part}" if part else str(self.path)
        place = ", ".join(filter(None, (file, f"row {row}" if row else "", f"column {column}" if column else "")))
        return UnreadableFileError(
            f"{cause[0].upper()}{cause[1:]}.", place=place, mend="Export it again, as CSV in UTF-8."
        )


@dataclass
class _Member:
    """A file on the disk or in an archive, with what was found out about it."""

    path: Path
    inside: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    #: Whether the last line has no end, as in a file that was cut off.
    cut_short: bool = False

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if not self.inside:
            with self.path.open("rb") as binary:
                yield binary
            return
        try:
            with zipfile.ZipFile(self.path) as packed, packed.open(self.inside) as binary:
                yield binary
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            place = f"{self.path}/{self.inside}"
            raise UnreadableFileError("The archive is damaged.", place=place, mend="Export it again.") from error


def open_source(path: str | Path) -> Source:
    """Look at a file, a folder or an archive.

    Raises
    ------
    UnreadableFileError
        When it is missing, damaged, encrypted, too large, or no table of text.
    """
    return Source(Path(path))


def plain(cell: str) -> str:
    """A cell without blanks around it and without the apostrophe that kept a spreadsheet from running it.

    Examples
    --------
    >>> plain(" '=1+1 "), plain("'tis"), plain("-3")
    ('=1+1', "'tis", '-3')
    """
    text = cell.strip()
    if text[:1] != "'":
        return text
    return text[1:] if spreadsheet_safe(text.lstrip("'")).startswith("'") else text


def quoted(text: str) -> str:
    """A text as a cell that no spreadsheet runs and that `plain` reads back, also one that looks quoted already.

    Examples
    --------
    >>> quoted("=1+1"), quoted("'=1+1"), quoted("'tis"), plain(quoted("'=1+1"))
    ("'=1+1", "''=1+1", "'tis", "'=1+1")
    """
    looks_quoted = text.startswith("'") and spreadsheet_safe(text.lstrip("'")).startswith("'")
    return f"'{text}" if looks_quoted else spreadsheet_safe(text)


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _hash(path: Path) -> str:
    with path.open("rb") as binary:
        return hashlib.file_digest(binary, "sha256").hexdigest()


def _hash_and_encoding(binary: IO[bytes]) -> tuple[str, str, bool]:
    """The hash of a file, the encoding that reads all of it (empty: no text), and whether its last line has no end."""
    digest = hashlib.sha256()
    encoding, decoder, last = "", None, b""
    for block in iter(lambda: binary.read(_BLOCK), b""):
        digest.update(block)
        if not encoding:
            wide = block.startswith((b"\xff\xfe", b"\xfe\xff"))
            if b"\0" in block[:4096] and not wide:
                return digest.hexdigest(), "", False
            encoding = "utf-16" if wide else "utf-8-sig"
            decoder = codecs.getincrementaldecoder(encoding)()
        last = block[-2:]
        if decoder is not None:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                encoding, decoder = "cp1252", None
    if decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            encoding = "cp1252"
    ended = (b"\n" in last or b"\r" in last) if encoding == "utf-16" else last.endswith((b"\n", b"\r"))
    return digest.hexdigest(), encoding or "utf-8-sig", not ended
