"""What every format needs while it reads: columns by the names that people give them, cells as values, findings."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding, Place, Severity
from ipe_workbench.records.importing.cells import (
    AmbiguousDate,
    DateStyle,
    date_style,
    is_ambiguous,
    moment,
    number,
    parse_date,
    truth,
)
from ipe_workbench.records.importing.people import People
from ipe_workbench.records.importing.source import Part, Source
from ipe_workbench.records.importing.targets import Record

__all__ = ["Field", "Format", "Reading", "Row", "plain_heading"]

FieldKind = Literal["text", "date", "time", "number", "share", "whole", "truth"]
#: More findings than this are counted, not listed.
MOST_FINDINGS = 100


class Field(NamedTuple):
    """A column of a file: its name in the manual, what its cells are, other names that people give it."""

    name: str
    kind: FieldKind = "text"
    aliases: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True)
class Format:
    """A kind of file: how to recognise it, and how to turn it into records."""

    id: str
    title: str
    fits: Callable[[Source], bool]
    read: Callable[[Source, Reading], Iterator[Record]]


class Row(NamedTuple):
    """A row of a part: its number and its values by field name; what is missing or wrong is ``None``."""

    number: int
    values: dict[str, Any]


@dataclass
class Reading:
    """One reading of a source.

    Parameters
    ----------
    columns : mapping
        The heading in the file by the name of a field, from a mapping file; it wins over the names that are known.
    values : mapping
        Fixed values by the name of a field, for files that do not say them (a term, an assessment).
    dates : "dmy", "mdy" or None
        In which order dates such as 03/04/2026 name day and month; found out where the file shows it.
    labels : mapping
        The number of an answer that stands in words, such as ``Strongly agree``.
    people : People
        Whom the records know.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    dates: DateStyle | None = None
    findings: list[Finding] = field(default_factory=list)
    errors: int = 0
    labels: Mapping[str, float] = field(default_factory=dict)
    people: People = field(default_factory=People)
    #: Columns of which it was said that their dates could be two days.
    _ambiguous: set[tuple[str | None, str]] = field(default_factory=set)

    def say(self, id: str, severity: Severity, message: str, mend: str, place: Place) -> None:
        """Note a finding; of very many only the first are listed."""
        self.errors += severity == "error"
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(id, severity, message, mend, place))

    def say_unreadable(self, text: str, error: ValueError, place: Place, mend: str = "Mend the cell.") -> None:
        """Note that a cell cannot be read; of dates that could be two days only the first of a column."""
        shown = text if len(text) <= 40 else text[:40] + "..."
        if not isinstance(error, AmbiguousDate):
            self.say("cell-unreadable", "error", f"`{shown}` {error}.", mend, place)
            return
        if (place.file, place.field) in self._ambiguous:
            return
        self._ambiguous.add((place.file, place.field))
        first, second = parse_date(text, "dmy"), parse_date(text, "mdy")
        days = " or ".join(f"{one.day} {one:%B %Y}" for one in (first, second))
        message = f"`{shown}` could be {days}, and nothing in the column shows which."
        mend = "Say --dates dmy or --dates mdy (`dates:` in a mapping file), or write 2026-10-01."
        self.say("date-ambiguous", "error", message, mend, place)

    def needed_value(self, name: str, example: str, place: Place) -> str:
        """A value that the file does not say.

        Raises
        ------
        UnusableInputError
            When nobody has set it.
        """
        if not self.values.get(name):
            mend = f"Say it with --set {name}={example}, or under `values` in a mapping file."
            raise UnusableInputError(f"This kind of file does not say the {name}.", place=str(place), mend=mend)
        return self.values[name]

    def heading_of(self, part: Part, one: Field) -> str | None:
        """The heading of a field in a part; ``None`` when it has none."""
        if one.name in self.columns:
            wanted = self.columns[one.name]
            if wanted in part.header:
                return wanted
            mend = f"It has: {', '.join(filter(None, part.header))[:300]}."
            raise UnusableInputError(
                f"The mapping names the column `{wanted}`, which the file does not have.",
                place=str(part.place()),
                mend=mend,
            )
        known = {plain_heading(name) for name in (one.name, *one.aliases)}
        found = [heading for heading in part.header if heading and plain_heading(heading) in known]
        if len(found) > 1:
            # `Q1_1` and `Q11` are alike but for their signs: then the signs decide.
            found = [heading for heading in found if heading in (one.name, *one.aliases)] or found
        if len(found) > 1:
            raise UnusableInputError(
                f"The columns `{found[0]}` and `{found[1]}` are both `{one.name}`.",
                place=f"{part.place()}, row {part.header_row}",
                mend="Remove one, or say in a mapping file which it is.",
            )
        return found[0] if found else None

    def rows(self, part: Part, fields: Sequence[Field]) -> Iterator[Row]:
        """The rows of a part as values.

        A cell that cannot be read is a finding at its row and column.

        Raises
        ------
        UnusableInputError
            When a needed column is missing or stands twice.
        """
        headings = {one.name: self.heading_of(part, one) for one in fields}
        for one in fields:
            if one.needed and headings[one.name] is None and one.name not in self.values:
                names = " or ".join((one.name, *one.aliases[:2]))
                found = ", ".join(filter(None, part.header))[:300]
                raise UnusableInputError(
                    f"There is no column `{one.name}` (found: {found}).",
                    place=f"{part.place()}, row {part.header_row}",
                    mend=f"Name it {names}, or say in a mapping file which it is.",
                )
        known = [(one, part.header.index(heading), heading) for one in fields if (heading := headings[one.name])]
        reads = [(one, at, heading, self._reader(part, one, at, heading)) for one, at, heading in known]
        fixed = {one.name: self.fixed(one) for one in fields if headings[one.name] is None and one.name in self.values}
        empty = dict.fromkeys((one.name for one in fields), None) | fixed
        for row, cells in part.rows():
            values = empty.copy()
            for one, at, heading, read in reads:
                text = cells[at]
                if not text:
                    if one.needed:
                        self.say(
                            "cell-missing", "error", f"`{heading}` is empty.", "Fill it in.", part.place(row, heading)
                        )
                    continue
                try:
                    values[one.name] = read(text)
                except ValueError as error:
                    self.say_unreadable(text, error, part.place(row, heading))
            yield Row(row, values)

    def unread(self, part: Part, fields: Iterable[Field]) -> None:
        """Say which columns nobody reads."""
        known = {self.heading_of(part, one) for one in fields}
        left = [one for one in part.header if one and one not in known]
        if left:
            message = f"Columns that are not read: {', '.join(left)[:300]}."
            mend = "Name them in a mapping file if they matter."
            self.say("column-unread", "info", message, mend, part.place(part.header_row))

    def fixed(self, one: Field) -> Any:
        """The value that was set for a field of all rows.

        Raises
        ------
        UnusableInputError
            When it is none of its kind.
        """
        try:
            if one.kind == "date":
                return parse_date(self.values[one.name], self.dates)
            return _READERS[one.kind](self.values[one.name])
        except ValueError as error:
            raise UnusableInputError(f"The value of `{one.name}`, `{self.values[one.name]}`, {error}.") from None

    def _reader(self, part: Part, one: Field, at: int, heading: str) -> Callable[[str], Any]:
        # The same texts come again and again: scores, dates, ids.
        if one.kind == "text":
            return _text
        if one.kind != "date":
            return lru_cache(maxsize=10_000)(_READERS[one.kind])
        return self.date_reader(part, at, heading)

    def date_reader(self, part: Part, at: int, heading: str) -> Callable[[str], datetime.date]:
        """How to read the dates of a column; the column is looked at once where a date leaves open how."""
        styles: list[DateStyle | None] = [self.dates] if self.dates else []

        def read(text: str) -> datetime.date:
            if text[4:5] == "-":
                return parse_date(text)
            if not styles:
                styles.append(self._style_of(part, at, heading))
            return parse_date(text, styles[0])

        return lru_cache(maxsize=10_000)(read)

    def _style_of(self, part: Part, at: int, heading: str) -> DateStyle | None:
        """How a column writes its dates, as far as one look at all of it shows."""
        texts: dict[str, int] = {}
        for row, cells in part.rows():
            texts.setdefault(cells[at], row)
        return self.style_of(texts, heading, part)

    def style_of(self, texts: Mapping[str, int], heading: str, part: Part) -> DateStyle | None:
        """What dates, each with its row, show about their style; says what was guessed, and contradictions."""
        shows = {one: style for one in texts if (style := date_style([one])) is not None}
        if len(set(shows.values())) > 1:
            day, month = (next(one for one, style in shows.items() if style == wanted) for wanted in ("dmy", "mdy"))
            message = f"In `{heading}` some dates name the day first (`{day}`), others the month (`{month}`)."
            row = texts[max(day, month, key=lambda one: texts[one])]
            self.say("date-styles", "error", message, "Write all as 2026-10-01.", part.place(row, heading))
            return None
        style = next(iter(shows.values()), None)
        open_ = next((one for one in texts if is_ambiguous(one)), None)
        if style is not None and open_ is not None:
            first = "day" if style == "dmy" else "month"
            message = f"In `{heading}` the {first} comes first, as `{next(iter(shows))}` shows: `{open_}` is read so."
            mend = "Say --dates dmy or --dates mdy if that is wrong."
            self.say("date-style-guessed", "info", message, mend, part.place(texts[open_], heading))
        return style


def plain_heading(heading: str) -> str:
    """A heading without case, blanks and signs, by which headings are compared.

    Examples
    --------
    >>> plain_heading("Student ID"), plain_heading("student_id")
    ('studentid', 'studentid')
    """
    return re.sub(r"[\W_]+", "", heading.casefold())


def _text(text: str) -> str:
    return text


def _share(text: str) -> float:
    value = number(text)
    if not 0 <= value <= 1:
        raise ValueError("is not a share from 0 to 1; write 0.5 or 50 %, or map the column to `points`")
    return value


def _whole(text: str) -> int:
    value = number(text)
    if value != int(value):
        raise ValueError("is not a whole number")
    return int(value)


def _moment(text: str) -> datetime.datetime:
    try:
        return moment(text)
    except ValueError:
        raise ValueError("is not a time; write it as 2026-10-01T08:00:00Z") from None


_READERS: dict[str, Callable[[str], Any]] = {
    "text": _text,
    "number": number,
    "share": _share,
    "whole": _whole,
    "truth": truth,
    "time": _moment,
}
