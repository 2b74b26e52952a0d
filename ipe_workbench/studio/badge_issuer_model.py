"""What the issuing of badges does, without widgets: pick awards, preview, sign, verify, revoke."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets

from ipe_workbench.badges import (
    AwardRow,
    AwardsToIssue,
    Issued,
    Keyring,
    KnownKeys,
    change_status,
    issue_awards,
    parse_awards_to_issue,
    read_awards_to_issue,
    read_badge,
    verify,
)
from ipe_workbench.badges.alignments import is_known_alignment
from ipe_workbench.badges.credential import Recipient, badge_design, build_credential, issuer_profile
from ipe_workbench.badges.issue import badge_path
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.credentials import MicroCredential, Programme
from ipe_workbench.errors import UnreadableFileError, UnusableInputError, WorkbenchError

__all__ = ["BadgeIssuerModel", "HeldBadge", "example_awards"]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class HeldBadge:
    """A badge that was issued: whose and for what, whether it is in force by the issuer's register, and its file."""

    id: str
    learner: str
    title: str
    awarded: str
    state: str
    file: Path

    @property
    def words(self) -> str:
        """It in a line, for a list to choose from."""
        return f"{self.learner} · {self.title} · {self.awarded} · {self.state}"


class BadgeIssuerModel(traitlets.HasTraits):
    """The state of issuing: awards that were read, those chosen, and the badges that there are.

    Parameters
    ----------
    programme : Programme
        The programme of the credentials.
    folder : path, optional
        Holds the keys (``keys/``) and the badges (``badges/``); ``my-badges`` in the current folder by default.
    keys : path, optional
        The folder of keys, where it is another one.
    clock : callable, optional
        The present moment, with a zone.

    Attributes
    ----------
    awards : tuple of AwardRow
        What was read last.
    findings : tuple of Finding
        What is to be known about them.
    chosen : tuple of int
        The places in `awards` of those to issue.
    badge : str
        Id of the badge to verify or revoke.
    report : Verification or None
        What came of verifying it.
    said, error : str
        How the last step ended, in a sentence.
    updated : int
        Counts the updates, so that a view draws once for several changes.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> place = tempfile.TemporaryDirectory()
    >>> model = BadgeIssuerModel(example_programme(), place.name)
    >>> model.make_keys("correct horse battery", "did:web:badges.example.edu")
    >>> model.read_text(example_awards(model.programme))
    >>> model.chosen = (0, 1)
    >>> model.sign("correct horse battery")
    >>> model.said, len(model.badges)
    ('2 badges made.', 2)
    >>> place.cleanup()
    """

    awards = traitlets.Tuple()
    findings = traitlets.Tuple()
    chosen = traitlets.Tuple()
    badge = traitlets.Unicode()
    report = traitlets.Any(None, allow_none=True)
    said = traitlets.Unicode()
    error = traitlets.Unicode()
    updated = traitlets.Int(0)

    def __init__(
        self,
        programme: Programme,
        folder: str | Path = "my-badges",
        *,
        keys: str | Path | None = None,
        clock: Callable[[], datetime.datetime] = _now,
    ) -> None:
        super().__init__()
        self.programme = programme
        self.keys = Path(keys) if keys is not None else Path(folder) / "keys"
        self.folder = Path(folder) / "badges"
        self._clock = clock
        self.observe(self._tell, ["chosen", "badge"])

    # ---- awards

    def read(self, path: str | Path) -> None:
        """Take the awards of a CSV file on this machine."""
        with self._step():
            self._take(read_awards_to_issue(Path(path).expanduser(), self.programme), "the file")

    def read_content(self, name: str, content: bytes) -> None:
        """Take the awards of an uploaded CSV file."""
        with self._step():
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise UnreadableFileError("The file is not UTF-8 text.", place=name[:100], mend="Save it so.") from None
            self._take(parse_awards_to_issue(text, self.programme, path=name[:100]), "the file")

    def read_text(self, text: str) -> None:
        """Take the awards of a CSV text."""
        with self._step():
            self._take(parse_awards_to_issue(text, self.programme), "the text")

    def read_records(self, db: str = "") -> None:
        """Take the awards of the records: a SQLite file or a PostgreSQL URL; ``IPE_DB`` by default."""
        from ipe_workbench.recorded_awards import awards_in_records
        from ipe_workbench.records import open_store
        from ipe_workbench.records.privacy.audit import this_person

        with self._step(), open_store(db.strip() or os.environ.get("IPE_DB") or None) as store:
            self._take(awards_in_records(store, self.programme, who=this_person()), "the records")

    def _take(self, read: AwardsToIssue, source: str) -> None:
        with self.hold_trait_notifications():
            self.chosen = ()
            self.awards, self.findings = read.awards, read.findings
        self.said = f"{len(read.awards)} awards in {source}."

    @property
    def chosen_awards(self) -> tuple[AwardRow, ...]:
        """The awards to issue."""
        return tuple(self.awards[place] for place in self.chosen)

    def title(self, award: AwardRow) -> str:
        """The title of what was awarded."""
        return self.programme.designed(award.credential, award.version).title

    def issued(self) -> frozenset[tuple[str, str, str]]:
        """Learner, credential and day of the awards that have a badge in force or once had one."""
        register = self._register()
        entries = register.entries.values() if register is not None else ()
        return frozenset((one.award[0], one.award[1], one.award[3]) for one in entries)

    def preview(self) -> Mapping[str, Any] | None:
        """The badge of the first chosen award as it will be signed, but with ids that are not its own."""
        if not self.chosen:
            return None
        award = self.chosen_awards[0]
        issuer = self._issuer_id() or self.programme.info.issuer.url or "urn:uuid:00000000-0000-4000-8000-000000000000"
        design = self.programme.designed(award.credential, award.version)
        blank = "urn:uuid:00000000-0000-4000-8000-00000000000"
        return build_credential(
            badge_design(design, self.programme, creator=issuer),
            identifier=f"{blank}1",
            issuer=issuer_profile(self.programme, issuer),
            recipient=Recipient(award.did or f"{blank}2", award.email, "salt"),
            awarded=award.awarded,
            levels=award.levels,
            score=award.score,
            narrative=award.narrative,
            evidence=award.evidence,
        )

    # ---- keys

    @property
    def has_keys(self) -> bool:
        """Whether there are keys to sign with."""
        return (self.keys / "keys.json").is_file()

    @property
    def needs_passphrase(self) -> bool:
        """Whether signing asks for a passphrase; a signing command does not."""
        return not self.has_keys or Keyring.read(self.keys).needs_passphrase

    def make_keys(self, passphrase: str, issuer: str = "") -> None:
        """Make the keys of an issuer, encrypted with a passphrase; with no id they are a did:key, for trials."""
        with self._step():
            made = Keyring.generated(
                self.keys, passphrase, now=self._clock(), issuer=issuer.strip() or None, kinds=["Ed25519"]
            )
            self.said = f"Keys of {made.issuer_id('Ed25519')} made in {self.keys}."

    def _issuer_id(self) -> str:
        return Keyring.read(self.keys).issuer_id("Ed25519") if self.has_keys else ""

    # ---- badges

    @property
    def badges(self) -> tuple[HeldBadge, ...]:
        """The badges of the folder, the last issued first."""
        register = self._register()
        if register is None:
            return ()
        states = {name: change.change for name, change in register.statuses().items()}
        return tuple(
            HeldBadge(
                one.id, one.award[0], self._title_of(one.award[1], one.award[2]), one.award[3],
                states.get(one.id, "issued"), badge_path(self.folder, register, one),
            )
            for one in reversed(list(register.every))
        )  # fmt: skip

    def sign(self, passphrase: str | None) -> None:
        """Issue the badges of the chosen awards; those that have one already keep it."""
        with self._step():
            if not self.chosen:
                raise UnusableInputError("No award is chosen.", mend="Choose one or more in the list of awards.")
            made: Issued = issue_awards(
                self.programme,
                self.chosen_awards,
                Keyring.read(self.keys),
                self.folder,
                now=self._clock(),
                passphrase=passphrase,
                resume=(self.folder / REGISTER).exists(),
            )
            already = f" {made.already} were there already." if made.already else ""
            self.said = f"{made.made} badges made.{already}"
            entry = Register.read(self.folder / REGISTER).entry(self.chosen_awards[0])
            self.badge = entry.id if entry is not None else self.badge

    def verify(self) -> None:
        """Verify the badge that is chosen, as anybody can who has the issuer's keys and status lists."""
        with self._step():
            content = self._chosen_badge().file.read_bytes()
            lists = [read_badge(one.read_bytes()) for one in sorted((self.folder / "status").iterdir())]
            keys = KnownKeys(Keyring.read(self.keys).documents().values())
            self.report = verify(content, now=self._clock(), keys=keys, lists=lists, known_alignment=is_known_alignment)
            self.said = f"The verdict: {self.report.verdict}."

    def revoke(self, reason: str, passphrase: str | None) -> None:
        """Revoke the badge that is chosen, and sign the status lists anew. A reason is needed."""
        with self._step():
            badge = self._chosen_badge()
            if not reason.strip():
                raise UnusableInputError("A revocation needs a reason.", mend="Say why; the reason is published.")
            change_status(
                self.folder,
                badge.id,
                Keyring.read(self.keys),
                change="revoked",
                reason=reason.strip(),
                now=self._clock(),
                passphrase=passphrase,
            )
            self.said = f"Revoked. Publish {self.folder / 'status'} now; until then others see the old lists."

    def _chosen_badge(self) -> HeldBadge:
        found = next((one for one in self.badges if one.id == self.badge), None)
        if found is None:
            raise UnusableInputError("No badge is chosen.", mend="Choose one in the list of badges.")
        return found

    def _register(self) -> Register | None:
        path = self.folder / REGISTER
        return Register.read(path) if path.exists() else None

    def _title_of(self, credential: str, version: str) -> str:
        try:
            return self.programme.designed(credential, version).title
        except WorkbenchError:
            return credential

    # ---- what each step does besides

    @contextmanager
    def _step(self) -> Iterator[None]:
        """One step of the work: how it ended is told, and what was known of a badge before is forgotten."""
        self.said, self.error, self.report = "", "", None
        try:
            yield
        except WorkbenchError as problem:
            self.said, self.error = "", str(problem)
        self.updated += 1

    def _tell(self, change: Any) -> None:
        if change["name"] == "badge":
            self.report = None
        self.updated += 1


def example_awards(programme: Programme, learners: int = 6) -> str:
    """Invented awards of a programme as the text of a CSV file, to try things out: one of each learner, all levels.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> print(example_awards(example_programme(), 1).splitlines()[1][:60])
    learner-1,learner-1@example.edu,values-foundations,2026-10-0
    """
    import csv
    import io

    chosen = [one for one in programme.credentials.values() if one.rubric is not None] or [
        *programme.credentials.values()
    ]
    criteria = dict.fromkeys(row.title for one in chosen for row in _criteria(one))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["learner", "email", "credential", "awarded", *criteria])
    for number in range(learners):
        one = chosen[number % len(chosen)]
        levels = [level.title for level in one.rubric.levels] if one.rubric is not None else []
        given = {row.title: levels[-1 - (number + place) % 2] for place, row in enumerate(_criteria(one))}
        name = f"learner-{number + 1}"
        day = f"2026-10-{1 + number % 28:02}"
        writer.writerow([name, f"{name}@example.edu", one.id, day, *(given.get(title, "") for title in criteria)])
    return text.getvalue()


def _criteria(credential: MicroCredential) -> tuple[Any, ...]:
    return credential.rubric.criteria if credential.rubric is not None else ()
