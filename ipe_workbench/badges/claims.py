"""Who of the last list of awards gets which badges, so that each learner can be written to."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipe_workbench.badges.pictures import picture_file
from ipe_workbench.badges.reading import read_badge
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.errors import UnreadableFileError

__all__ = ["BadgeFile", "LearnersClaim", "learners_to_write_to"]


@dataclass(frozen=True)
class BadgeFile:
    """A signed badge, its file's name, and the file of its picture if there is one."""

    credential: Mapping[str, Any]
    content: bytes
    name: str
    picture: Path | None = None


@dataclass
class LearnersClaim:
    """What one learner gets: `page` is a name that tells nobody who the learner is."""

    page: str
    email: str
    badges: list[BadgeFile] = field(default_factory=list)


def learners_to_write_to(folder: Path) -> list[LearnersClaim]:
    """The learners of ``issued.csv`` with their badges; revoked and suspended ones are left out.

    Raises
    ------
    UnreadableFileError
        When the folder has no such list, or a badge is missing.
    """
    register = Register.read(folder / REGISTER)
    path, gone = folder / "issued.csv", register.statuses()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise UnreadableFileError("There is no list of who gets what.", place=str(path), mend="Issue again.") from None
    entries = {entry.id: entry for entry in register.entries.values()}
    found: dict[tuple[str, str], LearnersClaim] = {}
    for row in rows:
        entry = entries.get(row["id"])
        if entry is None:
            raise UnreadableFileError("The list is not that of these badges.", place=str(path), mend="Issue again.")
        if entry.id in gone:
            continue
        email = _plain(row["email"])
        # One learner with two addresses gets two e-mails: no address sees what went to the other.
        claim = found.setdefault(
            (entry.award[0], email), LearnersClaim(str(uuid.uuid5(uuid.UUID(entry.subject[9:]), email)), email)
        )
        claim.badges.append(_read(folder, row["file"], str(register.settings["base"])))
    return list(found.values())


def _read(folder: Path, name: str, base: str) -> BadgeFile:
    path = folder / "badges" / Path(name).name
    try:
        content = path.read_bytes()
        credential = read_badge(content).credential
        image = credential["credentialSubject"]["achievement"].get("image")
        picture = picture_file(folder, str(image["id"]), base) if image else None
        return BadgeFile(credential, content, path.name, picture)
    except (OSError, ValueError):
        raise UnreadableFileError(
            "A badge is missing or damaged.", place=str(path), mend="Issue again with --resume."
        ) from None


def _plain(cell: str) -> str:
    """The cell without the sign that kept it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell
