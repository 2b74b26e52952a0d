"""Awards from a CSV file, for issuing: who gets which badge, since when, at which level of each criterion."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ipe_workbench.credentials.award_headings import AWARD_HEADINGS
from ipe_workbench.credentials.model import MicroCredential, Rubric, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents.csv_rows import columns_named, csv_rows, read_csv_text
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.findings import Finding, Place

__all__ = [
    "AwardRow",
    "AwardsToIssue",
    "criterion_named",
    "is_did",
    "is_email",
    "is_web_address",
    "level_named",
    "parse_awards_to_issue",
    "read_awards_to_issue",
]

#: Of the columns of a table of awards, those that issuing reads: `AWARD_HEADINGS`.
_READ = ("learner", "email", "did", "credential", "version", "on", "score", "narrative", "evidence")
_REQUIRED = ("learner", "credential", "on")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+")
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class AwardRow:
    """One award to issue. `levels` are level ids by rubric criterion id; `score` is a share in [0, 1].

    `row` is the row of the file, or the number of the award in the records. `version_assumed` says
    that no version was stated and this is today's: an award that has a badge of an earlier version keeps it.
    """

    row: int
    learner: str
    credential: str
    version: str
    awarded: datetime.date
    email: str | None = None
    did: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    score: float | None = None
    narrative: str = ""
    evidence: tuple[str, ...] = ()
    version_assumed: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one award: learner, credential, version, day."""
        return (self.learner, self.credential, self.version, self.awarded.isoformat())


@dataclass(frozen=True)
class AwardsToIssue:
    """The awards of a file in its order, each once, and what to know about the file."""

    awards: tuple[AwardRow, ...]
    findings: tuple[Finding, ...] = ()


def read_awards_to_issue(path: str | Path, programme: Programme) -> AwardsToIssue:
    r"""Read a file of awards; see `parse_awards_to_issue`.

    Raises
    ------
    UnreadableFileError
        When the file is missing, too large, or not UTF-8.
    UnusableInputError
        When a cell cannot be used; its `findings` name every row and column.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> file = Path(tempfile.mkdtemp(), "awards.csv")
    >>> _ = file.write_text("learner,email,credential,on\nL1,a@example.edu,speaking-up,2026-10-01\n")
    >>> [one.credential for one in read_awards_to_issue(file, example_programme()).awards]
    ['speaking-up']
    """
    return parse_awards_to_issue(read_csv_text(path), programme, path=str(path))


def parse_awards_to_issue(text: str, programme: Programme, *, path: str = "(text)") -> AwardsToIssue:
    r"""Awards from the text of a CSV file.

    Parameters
    ----------
    text : str
        With a header: ``learner, credential, on``, and ``email`` or ``did``; optional ``version``, ``score`` (0 to 1),
        ``narrative``, ``evidence`` (https addresses, blanks between), and one column for each rubric criterion, headed
        by its id or title, that holds a level's id or title. Commas, semicolons or tabs; days as YYYY-MM-DD. Other
        headings that mean the same are known, such as ``badge`` and ``awarded`` (`AWARD_HEADINGS`).
    programme : Programme
        The programme of the credentials.
    path : str
        How to call the file in messages.

    Raises
    ------
    UnusableInputError
        With every row and column that cannot be used. Cells that may hold a name are not quoted.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> text = "learner,email,credential,on,case-reasoning\n"
    >>> text += "L1,a@example.edu,values-foundations,2026-10-01,Exceeds\n"
    >>> dict(parse_awards_to_issue(text, example_programme()).awards[0].levels)
    {'case-reasoning': 'exceeds'}
    """
    rows = csv_rows(text, path)
    header = next(rows, (1, []))[1]
    reader = _Reader(path, programme, header)
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            reader.take(number, cells)
    if reader.problems:
        first, *others = reader.problems
        more = f" (and {len(others)} more)" if others else ""
        raise UnusableInputError(
            first.message + more, place=f"{path}:{first.place.line}", mend=first.mend, findings=reader.problems
        )
    return AwardsToIssue(tuple(reader.awards.values()), tuple(reader.notes))


class _Reader:
    def __init__(self, path: str, programme: Programme, header: Sequence[str]) -> None:
        self.path, self.programme = path, programme
        self.awards: dict[tuple[str, str, str, str], AwardRow] = {}
        self.problems: list[Finding] = []
        self.notes: list[Finding] = []
        self.columns: dict[str, int] = {}
        self.shown: dict[str, str] = {}
        self.criteria: dict[str, int] = {}
        self._read_header([cell.strip() for cell in header])

    def _read_header(self, header: list[str]) -> None:
        self.columns = columns_named(header, {name: AWARD_HEADINGS[name] for name in _READ}, self.path)
        self.shown = {name: header[index] for name, index in self.columns.items()}
        criteria = _criteria(self.programme)
        for index, heading in enumerate(header):
            bare = re.sub(r"^(level|criterion)[:_ ]+", "", heading, flags=re.IGNORECASE).strip().lower()
            if index in self.columns.values() or not heading:
                continue
            if bare not in criteria:
                message = f"The column {heading[:40]!r} is passed over: it is no column of awards and no criterion."
                place = Place(self.path, 1, heading[:40])
                self.notes.append(Finding("unknown-column", "warning", message, place=place))
            elif bare in self.criteria:
                raise UnusableInputError(
                    f"The column {bare} stands twice.", place=f"{self.path}:1", mend="Keep one of the two."
                )
            else:
                self.criteria[bare] = index
        missing = [name for name in _REQUIRED if name not in self.columns]
        if missing or not {"email", "did"} & set(self.columns):
            raise UnusableInputError(
                f"The header has no column {', '.join(missing) or 'email or did'}.",
                place=f"{self.path}:1",
                mend="The first row names the columns: learner, email or did, credential, on, and criteria.",
            )

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Read one row; every problem of it is kept."""
        got = {name: cells[at].strip() if at < len(cells) else "" for name, at in self.columns.items()}
        before = len(self.problems)
        if not got["learner"]:
            self._problem(number, "learner", "is empty", "Fill it in, or delete the row.")
        email, did = self._identity(number, got.get("email", ""), got.get("did", ""))
        awarded = self._day(number, got["on"])
        design = self._design(number, got["credential"], got.get("version", ""))
        score = self._score(number, got.get("score", ""), design)
        levels = {} if design is None else self._levels(number, cells, design)
        narrative = self._narrative(number, got.get("narrative", ""))
        evidence = self._evidence(number, got.get("evidence", ""))
        if len(self.problems) > before or design is None or awarded is None:
            return
        row = AwardRow(
            number, got["learner"], design.id, design.version, awarded, email, did, levels, score, narrative, evidence,
            version_assumed=not got.get("version"),
        )  # fmt: skip
        known = self.awards.setdefault(row.key, row)
        if known is not row:
            self._repeated(known, row)

    def _repeated(self, known: AwardRow, row: AwardRow) -> None:
        if replace(row, row=known.row, version_assumed=known.version_assumed) == known:
            message = f"Row {row.row} repeats row {known.row}; the award is issued once."
            self.notes.append(Finding("repeated-award", "warning", message, place=Place(self.path, row.row)))
        else:
            self._problem(
                row.row,
                "credential",
                f"is the same award as row {known.row}, with other content",
                "Keep one of the two.",
            )

    def _identity(self, number: int, email: str, did: str) -> tuple[str | None, str | None]:
        if not email and not did:
            self._problem(number, "email", "is empty, and there is no did", "A badge needs one of the two.")
        if email and not is_email(email):
            self._problem(number, "email", "is no e-mail address", "Correct it.")
        if did and not is_did(did):
            self._problem(
                number, "did", "is no decentralized identifier (did:...)", "Correct it, or give the e-mail address."
            )
        return email or None, did or None

    def _day(self, number: int, cell: str) -> datetime.date | None:
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
                return datetime.date.fromisoformat(cell)
        except ValueError:
            pass
        self._problem(number, "on", "is no day", "Write it as YYYY-MM-DD, such as 2027-05-03.")
        return None

    def _design(self, number: int, reference: str, version: str) -> MicroCredential | Stack | None:
        try:
            return self.programme.designed(reference, version or None)
        except UnknownNameError as error:
            known = (*self.programme.credentials, *self.programme.stacks)
            mend = error.mend or near_names(reference, known)
            self._problem(number, "version" if version else "credential", "is none of this programme's", mend)
            return None

    def _score(self, number: int, cell: str, design: MicroCredential | Stack | None) -> float | None:
        if not cell:
            return None
        try:
            score = float(cell)
        except ValueError:
            score = -1.0
        if not 0 <= score <= 1:
            self._problem(number, "score", "is no share from 0 to 1", "Write 0.7 for 70%.")
            return None
        if design is not None and getattr(design, "assessment", None) is None:
            self._problem(number, "score", "stands for a credential without assessment", "Leave it empty.")
        return score

    def _levels(self, number: int, cells: Sequence[str], design: MicroCredential | Stack) -> dict[str, str]:
        rubric = design.rubric if isinstance(design, MicroCredential) else None
        levels: dict[str, str] = {}
        for heading, at in self.criteria.items():
            cell = cells[at].strip() if at < len(cells) else ""
            if not cell:
                continue
            criterion = criterion_named(rubric, heading)
            level = level_named(rubric, cell)
            if criterion is None:
                self._problem(
                    number, heading, f"is no criterion of {design.id}", "Leave the cell empty for this credential."
                )
            elif level is None:
                known = ", ".join(one.id for one in rubric.levels) if rubric is not None else ""
                self._problem(number, heading, f"is no level of {design.id}", f"Its levels: {known}.")
            else:
                levels[criterion] = level
        return levels

    def _narrative(self, number: int, cell: str) -> str:
        if _CONTROL.search(cell):
            self._problem(number, "narrative", "holds control characters", "Delete them.")
        return cell

    def _evidence(self, number: int, cell: str) -> tuple[str, ...]:
        addresses = tuple(cell.split())
        for one in addresses:
            if not is_web_address(one):
                self._problem(number, "evidence", "is no web address", "Write https addresses with blanks between.")
        return addresses

    def _problem(self, number: int, column: str, what: str, mend: str) -> None:
        column = self.shown.get(column, column)
        message = f"Row {number}, column {column}: {what}."
        self.problems.append(Finding("invalid-cell", "error", message, mend, Place(self.path, number, column)))


def _criteria(programme: Programme) -> set[str]:
    designs: list[Any] = [*programme.credentials.values(), *(one.value for one in programme.issued.values())]
    rubrics = [one.rubric for one in designs if isinstance(one, MicroCredential) and one.rubric is not None]
    return {name.lower() for rubric in rubrics for one in rubric.criteria for name in (one.id, one.title)}


def criterion_named(rubric: Rubric | None, name: str) -> str | None:
    """The id of the rubric's criterion with that id or title, in any case of its letters."""
    wanted = name.strip().lower()
    criteria = () if rubric is None else rubric.criteria
    return next((one.id for one in criteria if wanted in (one.id.lower(), one.title.lower())), None)


def level_named(rubric: Rubric | None, name: str) -> str | None:
    """The id of the rubric's level with that id or title, in any case of its letters."""
    wanted = name.strip().lower()
    levels = () if rubric is None else rubric.levels
    return next((one.id for one in levels if wanted in (one.id.lower(), one.title.lower())), None)


def is_email(text: str) -> bool:
    """Whether a text is one e-mail address.

    Examples
    --------
    >>> is_email("ana@example.edu"), is_email("ana@example.edu, eve@example.edu")
    (True, False)
    """
    return _EMAIL.fullmatch(text) is not None


def is_did(text: str) -> bool:
    """Whether a text is a decentralized identifier."""
    return _DID.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Whether a text is an address of the web that a badge may name as evidence."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(host) and not re.search(r"[\s<>\"{}|\\^`]", text)
