"""Issue badges for awards, in bulk: each award exactly once, whatever dies in between.

A folder of badges holds ``badges/`` (one file each), ``status/`` (the lists to publish) and the register (private).
What a cohort's badges share is read and canonicalised once, so a badge costs little more than its signature.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ipe_workbench.badges.award_file import AwardRow
from ipe_workbench.badges.canonical import canonical_form, canonical_form_by_pyld, canonical_form_of
from ipe_workbench.badges.credential import BadgeDesign, Recipient, badge_design, build_credential, issuer_profile
from ipe_workbench.badges.keyring import Keyring
from ipe_workbench.badges.keys import KeyKind
from ipe_workbench.badges.multibase import encode_base58
from ipe_workbench.badges.pictures import picture_file, with_picture
from ipe_workbench.badges.proof import hash_data, proof_options
from ipe_workbench.badges.register import REGISTER, Entry, Register, locked
from ipe_workbench.badges.signers import Signer
from ipe_workbench.badges.statements import SharedParts, UnsafeDocumentError
from ipe_workbench.badges.status_files import StatusForm, status_entries, status_settings, write_lists
from ipe_workbench.badges.structure import schema_flaw, structure_flaws
from ipe_workbench.badges.times import moment, written
from ipe_workbench.badges.web_token import sign_token
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import spreadsheet_safe, write_atomically
from ipe_workbench.errors import EnvironmentFault, UnknownNameError, UnusableInputError

__all__ = ["BadgeWriter", "Issued", "ProofForm", "badge_path", "issue_awards"]

ProofForm = Literal["data-integrity", "jwt"]


@dataclass(frozen=True)
class Issued:
    """What came of issuing: how many badges were made now, how many were there already, and where they are.

    `kept` are the awards that say something else now than their badges do, which were left as they are. `pictures` are
    the files of the pictures that the badges name, by credential and version; drawing them is left to others.
    """

    made: int
    already: int
    folder: Path
    issuer: str
    kept: tuple[AwardRow, ...] = ()
    pictures: Mapping[tuple[str, str], Path] = field(default_factory=dict)


def issue_awards(
    programme: Programme,
    awards: Sequence[AwardRow],
    keyring: Keyring,
    folder: Path,
    *,
    now: datetime.datetime,
    passphrase: str | None,
    proof: ProofForm = "data-integrity",
    signing_kind: Literal["RSA", "P-256"] = "RSA",
    base: str | None = None,
    status: StatusForm = "bitstring",
    suspension: bool = False,
    pictures: bool | None = None,
    endorsements: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    resume: bool = False,
    changed: Literal["refuse", "keep"] = "refuse",
    progress: Callable[[int], None] | None = None,
) -> Issued:
    """Issue a badge for each award, and write them with their status lists into a folder.

    Parameters
    ----------
    programme : Programme
        The programme of the credentials.
    awards : sequence of AwardRow
        The awards.
    keyring : Keyring
        The issuer's keys.
    folder : Path
        New, or with `resume` one that holds badges of the same issuer: what is there is kept, the rest is added.
    now : datetime
        The moment of the proofs.
    passphrase : str or None
        Opens the private key.
    proof : {"data-integrity", "jwt"}
        The form of the proof.
    signing_kind : {"RSA", "P-256"}
        The key for tokens (RS256 or ES256).
    base : str, optional
        Web address under which achievements and status lists will be published; the issuer's own by default.
    status : {"bitstring", "revocation-list", "both"}
        Which lists badges name: W3C's signed Bitstring Status List, 1EdTech's unsigned Revocation List, or both, and
        then verifiers need both.
    suspension : bool
        Whether badges can be suspended, too: they then name one more list.
    pictures : bool, optional
        Whether badges name a picture, which the caller draws (`Issued.pictures`). By default as the folder was begun.
    endorsements : mapping of str to sequence of mapping, optional
        By the id of the achievement or issuer that they are about (see `read_endorsements`); they are embedded.
    resume : bool
        Go on with a folder.
    changed : {"refuse", "keep"}
        An award that was issued with other content, and is not revoked: raise, or keep its badge (`Issued.kept`).
    progress : callable, optional
        Called with the number of awards done.

    Raises
    ------
    UnusableInputError
        When the folder holds badges without `resume`, or another issuer's; when an award was issued with other
        content; when a text of the design cannot be signed; when no list can hold the suspensions asked for.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> now, folder = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC), Path(tempfile.mkdtemp())
    >>> ring = Keyring.generated(folder / "keys", "correct horse", issuer="did:web:x.edu", kinds=["Ed25519"], now=now)
    >>> award = AwardRow(2, "L1", "speaking-up", "1.0", datetime.date(2026, 10, 1), email="a@example.edu")
    >>> issue_awards(example_programme(), [award], ring, folder / "out", now=now, passphrase="correct horse").made
    1
    """
    kind: KeyKind = "Ed25519" if proof == "data-integrity" else signing_kind
    signer = keyring.signer(kind, passphrase)
    issuer = keyring.issuer_id(kind)
    settings: dict[str, Any] = {
        "issuer": issuer,
        "programme": programme.id,
        "proof": proof,
        "base": _base(programme, base),
        **status_settings(status, suspension=suspension),
    } | ({} if pictures is None else {"pictures": pictures})
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        register = _register(folder, settings, resume)
        writer = BadgeWriter(programme, register, signer, keyring.method(kind), endorsements or {})
        awards = register.settled(awards)
        kept = tuple(one for one in awards if changed == "keep" and register.differs(one))
        awards = [one for one in awards if one not in kept] if kept else awards
        _check_designs(writer, awards, endorsements or ())
        new = list({award.key: award for award in awards if register.entry(award) is None}.values())
        register.add(new, issued=written(now))
        (folder / "badges").mkdir(exist_ok=True)
        _sweep(folder)
        write_lists(folder, register, signer, keyring.method(kind), now=now)
        made = 0
        for done, award in enumerate(awards, start=1):
            entry = register.entries[award.key]
            path = badge_path(folder, register, entry)
            if not path.exists():
                write_atomically(path, writer.badge(award, entry), durable=False)
                made += 1
            if progress is not None:
                progress(done)
        _write_index(folder, register, awards)
    return Issued(made, len(awards) - made, folder, issuer, kept, writer.pictures(folder))


def _sweep(folder: Path) -> None:
    """Remove what a killed run was writing: it must not be published beside what is whole."""
    for place in ("badges/.*", "status/.*", f".{REGISTER}.*", ".issued.csv.*"):
        for begun in folder.glob(place):
            begun.unlink()


def badge_path(folder: Path, register: Register, entry: Entry) -> Path:
    """The file of a badge."""
    ending = "jwt" if register.settings["proof"] == "jwt" else "json"
    return folder / "badges" / f"{entry.id.removeprefix('urn:uuid:')}.{ending}"


def _write_index(folder: Path, register: Register, awards: Sequence[AwardRow]) -> None:
    """``issued.csv``: which file is whose, for the mailing tool. Private, like the register."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["learner", "email", "did", "credential", "awarded", "id", "file"])
    for award in awards:
        entry = register.entries[award.key]
        row = [award.learner, award.email or "", award.did or "", award.credential, award.awarded.isoformat(), entry.id]
        name = badge_path(folder, register, entry).relative_to(folder).as_posix()
        writer.writerow([spreadsheet_safe(cell) for cell in (*row, name)])
    write_atomically(folder / "issued.csv", text.getvalue(), private=True)


class BadgeWriter:
    """Makes signed badges of awards; what badges of one design share is worked out once.

    Parameters
    ----------
    programme : Programme
        The programme.
    register : Register
        The settings of the folder.
    signer : Signer
        The private key.
    method : str
        Its id.
    endorsements : mapping of str to sequence of mapping, optional
        By what they are about.
    """

    def __init__(
        self,
        programme: Programme,
        register: Register,
        signer: Signer,
        method: str,
        endorsements: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        self._endorsements = endorsements or {}
        self._programme = programme
        self.known = register.entries
        self._settings = register.settings
        self._signer = signer
        self._method = method
        self._issuer = self._endorsed(issuer_profile(programme, self._settings["issuer"]))
        self._designs: dict[tuple[str, str], BadgeDesign] = {}
        self._shared = SharedParts()
        self._options: dict[str, tuple[dict[str, str], str]] = {}
        self._texts: dict[int, str] = {}

    def credential(self, award: AwardRow, entry: Entry) -> dict[str, Any]:
        """The credential of an award, without proof."""
        return build_credential(
            self._design(award),
            identifier=entry.id,
            issuer=self._issuer,
            recipient=Recipient(award.did or entry.subject, award.email, entry.salt),
            awarded=award.awarded,
            levels=award.levels,
            score=award.score,
            narrative=award.narrative,
            evidence=award.evidence,
            status=status_entries(self._settings, entry),
        )

    def badge(self, award: AwardRow, entry: Entry) -> bytes:
        """The signed badge of an award, as its file holds it. The same entry always makes the same credential.

        Raises
        ------
        UnusableInputError
            When a text of the award cannot be signed.
        """
        credential = self.credential(award, entry)
        shared = credential["credentialSubject"]["achievement"]
        first = id(shared) not in self._texts
        try:
            statements, parts = self._shared.read(credential)
            canonical = canonical_form_of(statements, parts)
        except UnsafeDocumentError as error:
            raise UnusableInputError(
                f"The award of row {award.row} cannot be signed. {error}", mend="Correct the text."
            ) from None
        # The first badge of each design goes the long way, too: the whole schema, and what others work out must be
        # what we sign.
        flaw = (
            " ".join(structure_flaws(credential))
            if first
            else schema_flaw(_without_detail(credential), "achievementcredential")
        )
        if flaw:
            raise UnusableInputError(f"The award of row {award.row} makes no Open Badge. {flaw}")
        if first and canonical != canonical_form_by_pyld(credential):
            raise EnvironmentFault(
                "The two ways of canonicalization disagree; nothing was signed.", mend="Please report this."
            )
        if first:
            self._texts[id(shared)] = _json(shared)
        if self._settings["proof"] == "jwt":
            return (sign_token(credential, self._signer, self._method) + "\n").encode()
        options, canonical_options = self._proof_options(credential, entry.issued)
        value = "z" + encode_base58(self._signer.sign(hash_data(canonical, canonical_options)))
        signed = {**credential, "proof": {**options, "proofValue": value}}
        signed["credentialSubject"] = {**credential["credentialSubject"], "achievement": _MARK}
        return _json(signed).replace(_json(_MARK), self._texts[id(shared)], 1).encode() + b"\n"

    def _proof_options(self, credential: Mapping[str, Any], issued: str) -> tuple[dict[str, str], str]:
        if issued not in self._options:
            created = moment(issued)
            if created is None:
                raise UnusableInputError("The register of badges is damaged.", mend="Restore it from a backup.")
            options = proof_options(self._method, created)
            self._options[issued] = options, canonical_form({"@context": credential["@context"], **options})
        return self._options[issued]

    @property
    def ids(self) -> set[str]:
        """Ids of the issuer and of the achievements so far."""
        return {self._issuer["id"], *(one.achievement["id"] for one in self._designs.values())}

    def pictures(self, folder: Path) -> dict[tuple[str, str], Path]:
        """The files of the pictures that the badges made so far name, by credential and version."""
        named = {
            key: one.achievement["image"]["id"] for key, one in self._designs.items() if "image" in one.achievement
        }
        return {key: picture_file(folder, address, self._settings["base"]) for key, address in named.items()}

    def _endorsed(self, node: Mapping[str, Any]) -> dict[str, Any]:
        about = self._endorsements.get(node["id"])
        return {**node, "endorsement": list(about)} if about else dict(node)

    def _design(self, award: AwardRow) -> BadgeDesign:
        key = (award.credential, award.version)
        if key not in self._designs:
            design = self._programme.designed(*key)
            made = badge_design(
                design, self._programme, creator=self._settings["issuer"], base=self._settings["base"] + "/achievements"
            )
            if self._settings.get("pictures"):
                made = replace(made, achievement=with_picture(made.achievement, self._settings["base"]))
            made = replace(made, achievement=self._endorsed(made.achievement))
            self._designs[key] = made
            self._shared.add(made.achievement)
        return self._designs[key]


# Stands for the achievement while the rest is written; no text that is signed holds this sign.
_MARK = "\0"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without_detail(credential: Mapping[str, Any]) -> dict[str, Any]:
    """The credential with the least of its achievement, whose whole was checked with the first badge of its design."""
    subject = credential["credentialSubject"]
    least = {name: subject["achievement"][name] for name in ("id", "type", "name", "description", "criteria")}
    return {**credential, "credentialSubject": {**subject, "achievement": least}}


_ANY_MOMENT = "2000-01-01T00:00:00Z"


def _check_designs(writer: BadgeWriter, awards: Sequence[AwardRow], endorsements: Collection[str]) -> None:
    """One badge of each design is made before anything is written, so that a fault of a design stops the run early."""
    blank = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    seen = set()
    for award in awards:
        if (award.credential, award.version) not in seen:
            seen.add((award.credential, award.version))
            entry = Entry(
                award.key, "", f"urn:uuid:{blank}", f"urn:uuid:{blank[:-1]}1", "0" * 32, 0, 0, "2000-01-01T00:00:00Z"
            )
            try:
                writer.badge(replace(award, narrative=""), entry)
            except UnknownNameError:
                # A version that is no longer kept does no harm to badges that are there already.
                if award.key not in writer.known:
                    raise
    for about in endorsements:
        if about not in writer.ids:
            raise UnusableInputError(
                f"An endorsement is about {about[:120]}, which is neither the issuer nor an achievement here.",
                mend="Leave its file out, or let the endorser name the right id.",
            )


def _base(programme: Programme, base: str | None) -> str:
    chosen = (base or programme.info.issuer.url).rstrip("/")
    if not chosen.startswith("https://"):
        raise UnusableInputError(
            "The badges need a web address (https) under which their status lists will be published.",
            mend="Give --base https://..., or fill in `issuer: url:` in programme.yaml.",
        )
    return chosen + "/badges" if base is None else chosen


def _register(folder: Path, settings: Mapping[str, Any], resume: bool) -> Register:
    path = folder / REGISTER
    if not path.exists():
        return Register.begun(path, settings)
    if not resume:
        raise UnusableInputError(
            "There are badges already.", place=str(folder), mend="Go on with --resume, or take another folder."
        )
    register = Register.read(path)
    wanted = {"pictures": register.settings.get("pictures", False), **settings}
    for name, value in _differences({"pictures": False, **register.settings}, wanted):
        raise UnusableInputError(
            f"The badges here were begun with {name} {register.settings.get(name)!s}, not {value!s}.",
            place=str(folder),
            mend="Go on as they were begun, or take another folder.",
        )
    return register


def _differences(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in (*wanted, *(one for one in known if one not in wanted)):
        if known.get(name) != wanted.get(name):
            yield name, wanted.get(name)
