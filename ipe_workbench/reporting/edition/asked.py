"""What somebody asks for when the reports of a term are printed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked:
    """The reports of a term, as asked for.

    Parameters
    ----------
    programme : Path
        Folder of the programme.
    term : str
        Id of one of its terms.
    out : Path
        Folder for the reports; those of the term go into ``<out>/<term>``.
    scenario : str or None
        Id or file of the scenario to simulate; what the programme's list says by default, else ``today``.
    replicates, seed : int or None
        Of the simulation; the list's or the scenario's own by default.
    run : str or None
        A result of `ipe simulate` to use instead.
    db : str or None
        The records; without them only what needs none is printed.
    shelf : Path or None
        Where earlier releases of counts are kept; beside the records by default.
    threshold : int
        The least count of learners that a report shows.
    only : tuple of str
        Names or patterns of reports; all by default.
    since : date or None
        Of learners and raters only those of whom something was recorded on that day or later.
    pdf : bool
        Whether every report is printed as PDF as well.
    force : bool
        Whether reports are printed that are up to date already.
    who : str
        Who prints them, for their provenance.
    at : datetime or None
        When, for their provenance.
    cell_timeout : int
        Seconds that a cell may take.
    rehearsal : bool
        Whether nothing comes out: releases of counts are worked out, but not put on the shelf.
    """

    programme: Path
    term: str
    out: Path = field(default_factory=lambda: Path("reports"))
    scenario: str | None = None
    replicates: int | None = None
    seed: int | None = None
    run: str | None = None
    db: str | None = None
    shelf: Path | None = None
    threshold: int = 10
    only: tuple[str, ...] = ()
    since: datetime.date | None = None
    pdf: bool = False
    force: bool = False
    who: str = ""
    at: datetime.datetime | None = None
    cell_timeout: int = 600
    rehearsal: bool = False

    @property
    def folder(self) -> Path:
        """Where the reports of the term go."""
        return self.out / self.term

    @property
    def work(self) -> Path:
        """What the reports of the term share; nothing in it is to be read by people."""
        return self.folder / ".work"
