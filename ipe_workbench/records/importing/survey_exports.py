"""What the exports of survey systems have in common: their wave, and answers as values or words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Place
from ipe_workbench.records.importing.cells import number
from ipe_workbench.records.importing.reading import Reading
from ipe_workbench.records.importing.source import Part
from ipe_workbench.records.importing.targets import Record

__all__ = ["Answers", "Wave", "frame_in_words", "frame_value"]

_FRAMES = ("pre", "post", "retrospective-pre", "follow-up")
#: What the name of an event or a time says about its frame, the first that fits.
_FRAME_WORDS = (
    ("retro", "retrospective-pre"),
    ("follow", "follow-up"),
    ("post", "post"),
    ("after", "post"),
    ("pre", "pre"),
    ("baseline", "pre"),
    ("before", "pre"),
)
#: `5 - Strongly agree`, `5 = Strongly agree`, `(5) Strongly agree`.
_NUMBERED = re.compile(r"\(?(?P<value>\d{1,3}(?:[.,]\d+)?)\)?\s*[-=:.)\u2013\u2014]?\s+\D.*")


@dataclass(frozen=True)
class Wave:
    """A survey wave, as the records keep it."""

    id: str
    instrument: str
    frame: str
    term: str | None = None

    def record(self, part: Part) -> Record:
        """The row of the wave."""
        return Record("survey_waves", (self.id, self.instrument, self.frame, self.term, None, None), part.header_row)


def frame_in_words(text: str) -> str | None:
    """The frame that the name of an event or a time speaks of; ``None`` where it speaks of none.

    Examples
    --------
    >>> frame_in_words("baseline_arm_1"), frame_in_words("After the course"), frame_in_words("T3")
    ('pre', 'post', None)
    """
    return next((frame for word, frame in _FRAME_WORDS if word in text.casefold()), None)


def frame_value(text: str, place: Place) -> str:
    """One of the frames of a wave.

    Raises
    ------
    UnusableInputError
        When it is none.
    """
    plain = text.strip().casefold().replace(" ", "-").replace("_", "-")
    if plain not in _FRAMES:
        mend = f"It is one of {', '.join(_FRAMES)}."
        raise UnusableInputError(f"`{text[:40]}` is no frame of a survey wave.", place=str(place), mend=mend)
    return plain


@dataclass
class Answers:
    """Answers of a file on their way to records; counts those in words, which no analysis can read."""

    part: Part
    reading: Reading
    words: dict[str, int] = field(default_factory=dict)

    def record(
        self, learner: str, wave: Wave, item: str, text: str, on: datetime.date | None, row: int, column: str
    ) -> Iterator[Record]:
        """The record of one answer: a number, a label with a number in front or in the mapping, or a comment."""
        value: float | None
        if text in self.reading.labels:
            value = self.reading.labels[text]
        elif match := _NUMBERED.fullmatch(text):
            value = number(match["value"])
        else:
            try:
                value = number(text)
            except ValueError:
                value = None
                self.words[column] = self.words.get(column, 0) + 1
        comment = text if value is None else None
        yield Record("survey_responses", (learner, wave.id, item, value, comment, on), row, column=column)

    def tell(self) -> None:
        """Say which columns hold words."""
        if self.words:
            shown = ", ".join(list(self.words)[:20])
            message = f"Answers in words are kept as comments, without a value: {shown}."
            mend = "Where they are labels, give their numbers in a mapping file: `labels: {Agree: 4}`."
            self.reading.say("answers-in-words", "info", message, mend, self.part.place())
