"""Awards from a CSV file: what each learner holds, as facts that rules are evaluated on."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ipe_workbench.credentials.award_headings import AWARD_HEADINGS
from ipe_workbench.credentials.facts import Award, Facts, ScoreReached
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents.csv_rows import columns_named, csv_rows, read_csv_text
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place

__all__ = ["COLUMNS", "AwardsFile", "awards_after", "parse_awards", "read_awards"]

#: The columns that are read; others are passed over. The first four must be there.
COLUMNS: tuple[str, ...] = ("learner", "credential", "on", "profession", "expires", "score", "revoked")
_REQUIRED = COLUMNS[:4]
_YES, _NO = ("yes", "true", "1", "y"), ("", "no", "false", "0", "n")
#: What of a cell may be shown: a date or a number, and nothing that could be a person's name.
_SHOWN = re.compile(r"[0-9+-][0-9./:,% TZ+-]{0,39}")


@dataclass(frozen=True)
class AwardsFile:
    """The learners of a file: facts by learner id, in the order of the file, and what to know about the file."""

    learners: Mapping[str, Facts]
    findings: tuple[Finding, ...] = ()


@dataclass
class _Learner:
    profession: str | None = None
    awards: list[Award] = field(default_factory=list)
    scores: list[ScoreReached] = field(default_factory=list)


def read_awards(path: str | Path, *programmes: Programme) -> AwardsFile:
    r"""Read a file of awards; see `parse_awards`.

    Raises
    ------
    UnreadableFileError
        When the file is missing, is too large or is not UTF-8 text.
    UnusableInputError
        When a column is missing or a cell cannot be used; the message names the row and the column.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> file = Path(tempfile.mkdtemp(), "awards.csv")
    >>> _ = file.write_text("learner,credential,on,profession\nL1,speaking-up,2026-10-01,nursing\n")
    >>> list(read_awards(file, example_programme()).learners)
    ['L1']
    """
    return parse_awards(read_csv_text(path), *programmes, path=str(path))


def parse_awards(text: str, *programmes: Programme, path: str = "(text)") -> AwardsFile:
    r"""Awards from the text of a CSV file.

    Parameters
    ----------
    text : str
        With a header; columns ``learner, credential, on, profession`` and, where known, ``expires, score, revoked``,
        in any order, separated by commas, semicolons or tabs. Days are written YYYY-MM-DD; a row that is ``revoked``
        (yes, true or 1) counts for nothing. Other headings that mean the same are known, such as ``badge`` and
        ``awarded_on`` (`AWARD_HEADINGS`).
    *programmes : Programme
        The designs under which the awards are looked at, the one of the awards first. It gives the hours of an award
        and, when there is no column ``expires``, its expiry.
    path : str
        How to call the file in messages.

    Raises
    ------
    UnusableInputError
        When a column is missing or a cell cannot be used; its `findings` name every row and column. Learners' ids and
        cells that might hold a name are never quoted.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> text = "learner,credential,on,profession\nL1,speaking-up,2027-05-03,nursing\n"
    >>> facts = parse_awards(text, example_programme()).learners["L1"]
    >>> facts.profession, facts.awards[0].badge, facts.awards[0].hours
    ('nursing', 'speaking-up', 6.0)
    """
    rows = csv_rows(text, path)
    reader = _Reader(path, next(rows, (0, []))[1], programmes)
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            reader.take(number, cells)
    if reader.problems:
        first, *others = reader.problems
        more = f" (and {len(others)} more)" if others else ""
        raise UnusableInputError(first.message + more, place=path, mend=first.mend, findings=reader.problems)
    return reader.done()


def _columns(header: Sequence[str], path: str) -> dict[str, int]:
    found = columns_named(header, {name: AWARD_HEADINGS[name] for name in COLUMNS}, path)
    missing = [one for one in _REQUIRED if one not in found]
    if missing:
        raise UnusableInputError(
            f"The header has no column {', '.join(missing)}.",
            place=f"{path}:1",
            mend=f"The first row names the columns: {', '.join(_REQUIRED)}, and {', '.join(COLUMNS[4:])} if known.",
        )
    return found


class _Reader:
    """Collects the learners of the rows, and every problem of every row."""

    def __init__(self, path: str, header: Sequence[str], programmes: Sequence[Programme]) -> None:
        self.path, self.columns, self.programmes = path, _columns(header, path), programmes
        self.shown = {name: header[index].strip() for name, index in self.columns.items()}
        self.learners: dict[str, _Learner] = {}
        self.problems: list[Finding] = []
        self.revoked = 0
        self.unknown: dict[tuple[str, str], list[int]] = {}
        self.badges = {one for programme in programmes for one in (*programme.credentials, *programme.stacks)}
        self.professions = {one.id for programme in programmes for one in programme.info.professions}

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Read one row."""
        got = {name: cells[at].strip() if at < len(cells) else "" for name, at in self.columns.items()}
        before = len(self.problems)
        for name in ("learner", "credential", "on"):
            if not got[name]:
                self._problem(number, name, "is empty", "Fill it in, or delete the row.")
        on = self._day(number, "on", got["on"])
        expires = self._day(number, "expires", got.get("expires", ""))
        if on is not None and expires is not None and expires < on:
            self._problem(number, "expires", "lies before the day of the award", "Correct one of the two days.")
        score = self._score(number, got.get("score", ""))
        revoked = self._revoked(number, got.get("revoked", ""))
        learner = self.learners.setdefault(got["learner"], _Learner())
        self._profession(number, learner, got["profession"])
        if len(self.problems) > before or on is None:
            return
        if revoked:
            self.revoked += 1
            return
        badge = got["credential"]
        if badge not in self.badges:
            self.unknown.setdefault(("badge", badge), []).append(number)
        learner.awards.append(self._award(badge, on, expires))
        if score is not None:
            learner.scores.append(ScoreReached(badge, score, on))

    def done(self) -> AwardsFile:
        """The learners and what was unknown, when no row had a problem."""
        learners = {
            name: Facts(one.profession, tuple(one.awards), tuple(one.scores)) for name, one in self.learners.items()
        }
        return AwardsFile(learners, (*self._left_out(), *self._unknown_names()))

    def _award(self, badge: str, on: datetime.date, expires: datetime.date | None) -> Award:
        home = next((one for one in self.programmes if badge in one.credentials or badge in one.stacks), None)
        award = home.award(badge, on) if home is not None else Award(badge, on)
        if "expires" in self.columns:
            return Award(badge, on, expires=expires, hours=award.hours)
        return award

    def _day(self, number: int, column: str, cell: str) -> datetime.date | None:
        if not cell:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
                return datetime.date.fromisoformat(cell)
        except ValueError:
            pass
        self._problem(number, column, f"{_quoted(cell)} is not a day", "Write it as YYYY-MM-DD, such as 2027-05-03.")
        return None

    def _score(self, number: int, cell: str) -> float | None:
        if not cell:
            return None
        try:
            score = float(cell)
        except ValueError:
            score = -1.0
        if 0 <= score <= 1:
            return score
        self._problem(number, "score", f"{_quoted(cell)} is not a share from 0 to 1", "Write 0.7 for 70%.")
        return None

    def _revoked(self, number: int, cell: str) -> bool:
        said = cell.casefold()
        if said in _YES:
            return True
        if said not in _NO:
            self._problem(number, "revoked", f"{_quoted(cell)} is neither yes nor no", "Write yes, no, or nothing.")
        return False

    def _profession(self, number: int, learner: _Learner, cell: str) -> None:
        if not cell:
            return
        if learner.profession not in (None, cell):
            self._problem(
                number, "profession", "differs from an earlier row of the same learner", "A learner has one profession."
            )
        if learner.profession is None and cell not in self.professions:
            self.unknown.setdefault(("profession", cell), []).append(number)
        learner.profession = learner.profession or cell

    def _problem(self, number: int, column: str, what: str, mend: str) -> None:
        column = self.shown.get(column, column)
        message = f"Row {number}, column {column}: {what}."
        self.problems.append(Finding("invalid-cell", "error", message, mend, Place(self.path, number, column)))

    def _left_out(self) -> Iterator[Finding]:
        if self.revoked:
            message = f"Revoked awards that count for nothing: {self.revoked}."
            yield Finding("badge-revoked", "warning", message, "", Place(self.path))

    def _unknown_names(self) -> Iterator[Finding]:
        known = {"badge": self.badges, "profession": self.professions}
        effect = {"badge": "It counts for nothing.", "profession": "Its learners take the default of each rule."}
        for (kind, name), rows in self.unknown.items():
            column = self.shown["credential" if kind == "badge" else kind]
            times = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
            yield Finding(
                f"unknown-{kind}",
                "warning",
                f"Row {rows[0]}{times}, column {column}: no {kind} has this name. {effect[kind]}",
                near_names(name, sorted(known[kind])),
                Place(self.path, rows[0], column),
            )


def _quoted(cell: str) -> str:
    """The cell where it cannot be a person's name; a file with shifted columns must not spill what it holds."""
    return f"`{cell}`" if _SHOWN.fullmatch(cell) else "the cell"


def awards_after(learners: Mapping[str, Facts], day: datetime.date) -> int:
    """How many awards are dated after a day, and so do not count on it."""
    return Counter(award.on > day for facts in learners.values() for award in facts.awards)[True]
