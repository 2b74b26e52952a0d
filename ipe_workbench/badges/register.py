"""The register of a folder of badges: which awards were issued, under which id and place in the status list.

It is written before the badge, so that whatever dies in between, going on makes the same badge again and no other. It
knows who the learners are, and is for the office only: never publish it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ipe_workbench.badges.award_file import AwardRow
from ipe_workbench.badges.status import LIST_BITS, free_index
from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import EnvironmentFault, UnreadableFileError, UnusableInputError

__all__ = ["REGISTER", "Change", "Entry", "Register", "locked"]

REGISTER = "register.jsonl"
_FORMAT = "ipe-register/1"


@dataclass(frozen=True)
class Entry:
    """One award that was given an id.

    Parameters
    ----------
    award : tuple of str
        Learner, credential, version, day: what makes it one award.
    content : str
        Digest of what else the award says, to notice a change.
    id, subject : str
        Ids of the credential and, for a learner without DID, of the learner.
    salt : str
        Salt of the hashed e-mail address.
    list, index : int
        Which status list, and the place in it.
    issued : str
        The moment of the proof.
    """

    award: tuple[str, str, str, str]
    content: str
    id: str
    subject: str
    salt: str
    list: int
    index: int
    issued: str


@dataclass(frozen=True)
class Change:
    """A change of status: ``revoked``, ``suspended`` or ``restored``, when and why."""

    id: str
    change: str
    when: str
    reason: str


class Register:
    """The entries of a folder.

    Parameters
    ----------
    path : Path
        The file.
    settings : mapping
        What holds for the whole folder: issuer, proof, address of the lists, which lists.
    secret : bytes
        From which ids are made, so that nobody can guess them from a learner's name.

    Attributes
    ----------
    entries : dict
        The entry of each award: the last one, when an award was issued again after its badge was revoked.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], secret: bytes) -> None:
        self.path = path
        self.settings = dict(settings)
        self._secret = secret
        self.entries: dict[tuple[str, str, str, str], Entry] = {}
        self._by_id: dict[str, Entry] = {}
        self.changes: list[Change] = []
        self._taken: dict[int, set[int]] = {}

    @classmethod
    def begun(cls, path: Path, settings: Mapping[str, Any]) -> Register:
        """A new register, written whole or not at all."""
        register = cls(path, settings, secrets.token_bytes(32))
        line = {"format": _FORMAT, "secret": register._secret.hex(), **register.settings}
        write_atomically(path, json.dumps(line) + "\n", private=True)
        return register

    @classmethod
    def read(cls, path: Path) -> Register:
        """The register of a folder; a last line that was cut off by a crash is passed over.

        Raises
        ------
        UnreadableFileError
            When there is none, or it is damaged elsewhere.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise UnreadableFileError(
                "There is no register of badges here.",
                place=str(path.parent),
                mend="Name the folder that `ipe badges issue --out` wrote.",
            ) from None
        whole = content[: content.rfind(b"\n") + 1]
        try:
            first, *lines = [json.loads(line) for line in whole.splitlines()]
            known, secret = first.pop("format") == _FORMAT, bytes.fromhex(first.pop("secret"))
            register = cls(path, first, secret)
            for line in lines:
                register._take(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            known = False
        if not known:
            raise UnreadableFileError(
                "The register of badges is damaged.", place=str(path), mend="Restore it from a backup."
            )
        if len(whole) < len(content):
            with path.open("r+b") as file:
                file.truncate(len(whole))
        return register

    def entry(self, award: AwardRow) -> Entry | None:
        """The entry of an award; none when it is new, or says something else than its badge that was revoked.

        Raises
        ------
        UnusableInputError
            When it was issued with other content, and that badge holds.
        """
        known = self.entries.get(award.key)
        if known is None or known.content == _content(award):
            return known
        if self.is_revoked(known.id):
            return None
        raise UnusableInputError(
            f"The award of row {award.row} was issued with other content (e-mail, levels, evidence).",
            mend=f"Revoke {known.id}, then issue again, or undo the change.",
        )

    def settled(self, awards: Iterable[AwardRow]) -> list[AwardRow]:
        """The awards, those that state no version with the one that their badge has already."""
        versions = {(one.award[0], one.award[1], one.award[3]): one.award[2] for one in self.entries.values()}
        return [
            replace(one, version=versions.get((one.learner, one.credential, one.awarded.isoformat()), one.version))
            if one.version_assumed
            else one
            for one in awards
        ]

    def differs(self, award: AwardRow) -> bool:
        """Whether the award was issued with other content, and that badge holds."""
        known = self.entries.get(award.key)
        return known is not None and known.content != _content(award) and not self.is_revoked(known.id)

    def add(self, awards: Iterable[AwardRow], *, issued: str) -> None:
        """Give awards their ids and places, and write that down before anything is signed."""
        made = [self._made(award, issued) for award in awards]
        self._append(asdict(entry) for entry in made)

    def add_change(self, change: Change) -> None:
        """Write down a change of status."""
        self.changes.append(change)
        self._append([asdict(change)])

    def by_id(self, identifier: str) -> Entry | None:
        """The entry of a credential's id."""
        return self._by_id.get(identifier)

    @property
    def every(self) -> Collection[Entry]:
        """All entries, those of badges that were revoked and issued again, too."""
        return self._by_id.values()

    def is_revoked(self, identifier: str) -> bool:
        """Whether a badge was revoked."""
        return any(one.id == identifier and one.change == "revoked" for one in self.changes)

    def statuses(self) -> dict[str, Change]:
        """The last change of each credential that is revoked or suspended now. What is revoked stays so."""
        last: dict[str, Change] = {}
        for one in self.changes:
            if one.id in last and last[one.id].change == "revoked":
                continue
            last[one.id] = one
        return {name: one for name, one in last.items() if one.change != "restored"}

    @property
    def lists(self) -> int:
        """How many status lists there are."""
        return max(self._taken, default=0) + 1

    def _made(self, award: AwardRow, issued: str) -> Entry:
        number = max(self._taken, default=0)
        taken = self._taken.setdefault(number, set())
        if len(taken) >= LIST_BITS // 2:
            # A list that is half full still hides everybody, and leaves room to pick at random.
            number += 1
            taken = self._taken.setdefault(number, set())
        index = free_index(taken)
        # An award that is issued again after its badge was revoked makes another badge.
        again = self._times_issued(award)
        entry = Entry(
            award.key,
            _content(award),
            self._id("credential", *award.key, *again),
            self._id("learner", award.learner),
            self._mac("salt", *award.key, *again).hex()[:32],
            number,
            index,
            issued,
        )
        self._keep(entry)
        return entry

    def _times_issued(self, award: AwardRow) -> list[str]:
        if award.key not in self.entries:
            return []
        return [str(sum(one.award == award.key for one in self.every))]

    def _id(self, *parts: str) -> str:
        return f"urn:uuid:{uuid.UUID(bytes=self._mac(*parts)[:16], version=4)}"

    def _mac(self, *parts: str) -> bytes:
        return hmac.digest(self._secret, json.dumps(parts).encode(), "sha256")

    def _keep(self, entry: Entry) -> None:
        self.entries[entry.award] = entry
        self._by_id[entry.id] = entry
        self._taken.setdefault(entry.list, set()).add(entry.index)

    def _take(self, line: Mapping[str, Any]) -> None:
        if "change" in line:
            self.changes.append(Change(**line))
        else:
            self._keep(Entry(**{**line, "award": tuple(line["award"])}))

    def _append(self, lines: Iterable[Mapping[str, Any]]) -> None:
        with self.path.open("ab") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a folder of badges to one process; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has another way; there the office must see to it itself
        yield
        return
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EnvironmentFault(
                "Another process works on these badges.", place=str(folder), mend="Wait until it has ended."
            ) from None
        yield


def _content(award: AwardRow) -> str:
    said = [award.email, award.did, sorted(award.levels.items()), award.score, award.narrative, award.evidence]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
