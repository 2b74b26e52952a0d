"""The signed badges of one learner, from a folder of badges that the office has issued."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ipe_workbench.documents.writing import spreadsheet_safe
from ipe_workbench.errors import UnusableInputError

__all__ = ["SignedBadge", "signed_badges"]

#: The credential, the content of the file, and how its name ends.
SignedBadge = tuple[str, str, str]


def signed_badges(folder: Path, learner: str, in_force: frozenset[tuple[str, str]]) -> tuple[SignedBadge, ...]:
    """The learner's badges that are in force, as their files hold them.

    Parameters
    ----------
    folder : Path
        As ``ipe badges issue`` writes it, with the index ``issued.csv``. It is only read.
    learner : str
        The id of the learner, as in the records.
    in_force : frozenset of (str, str)
        Credential and day of the awards that count, so that a badge of a revoked award is not handed out.

    Raises
    ------
    UnusableInputError
        When there is no such folder of badges.
    """
    try:
        with (folder / "issued.csv").open(encoding="utf-8", newline="") as stream:
            return tuple(_found(folder, csv.DictReader(stream), learner, in_force))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        mend = "Name the folder that `ipe badges issue` wrote."
        raise UnusableInputError("There are no badges here.", place=str(folder), mend=mend) from None


def _found(
    folder: Path, rows: csv.DictReader[str], learner: str, in_force: frozenset[tuple[str, str]]
) -> Iterator[SignedBadge]:
    for row in rows:
        if row["learner"] == spreadsheet_safe(learner) and (row["credential"], row["awarded"]) in in_force:
            file = folder / "badges" / Path(row["file"]).name
            if file.is_file():
                yield row["credential"], file.read_text(encoding="utf-8"), file.suffix
