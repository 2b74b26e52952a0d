"""The status lists of a folder of badges: written when badges are issued, and again when one is revoked."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ipe_workbench.badges.keyring import Keyring
from ipe_workbench.badges.proof import sign
from ipe_workbench.badges.register import REGISTER, Change, Entry, Register, locked
from ipe_workbench.badges.signers import Signer
from ipe_workbench.badges.status import Bits, Purpose, revocation_list, status_entry, status_list
from ipe_workbench.badges.times import written
from ipe_workbench.badges.web_token import sign_token
from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError

__all__ = ["REVOKED", "StatusForm", "change_status", "list_address", "status_entries", "status_settings", "write_lists"]

StatusForm = Literal["bitstring", "revocation-list", "both"]
#: Path of the list in 1EdTech's form, below the address of the badges.
REVOKED = "status/revoked.json"
_MEANING: dict[str, Purpose] = {"revoked": "revocation", "suspended": "suspension"}


def list_address(base: str, purpose: Purpose, number: int, proof: str) -> str:
    """Where a status list will be published; its file has the same name.

    Examples
    --------
    >>> list_address("https://example.edu/badges", "revocation", 0, "data-integrity")
    'https://example.edu/badges/status/revocation-1.json'
    """
    return f"{base}/status/{purpose}-{number + 1}.{'jwt' if proof == 'jwt' else 'json'}"


def status_settings(status: StatusForm, *, suspension: bool) -> dict[str, Any]:
    """What a register keeps about the lists of its badges. Raises `UnusableInputError`.

    Examples
    --------
    >>> status_settings("both", suspension=True)
    {'purposes': ['revocation', 'suspension'], 'revocation_list': True}
    """
    if suspension and status == "revocation-list":
        raise UnusableInputError(
            "A revocation list of 1EdTech knows no suspensions.", mend="Take --status both, or no --suspension."
        )
    purposes: list[Purpose] = [] if status == "revocation-list" else ["revocation"]
    settings: dict[str, Any] = {"purposes": purposes + (["suspension"] if suspension else [])}
    return settings if status == "bitstring" else {**settings, "revocation_list": True}


def status_entries(settings: Mapping[str, Any], entry: Entry) -> list[dict[str, str]]:
    """What a badge says about where its status is."""
    base, proof = settings["base"], settings["proof"]
    entries = [
        status_entry(purpose, list_address(base, purpose, entry.list, proof), entry.index)
        for purpose in settings["purposes"]
    ]
    listed = {"id": f"{base}/{REVOKED}", "type": "1EdTechRevocationList"}
    return [*entries, listed] if settings.get("revocation_list") else entries


def write_lists(
    folder: Path,
    register: Register,
    signer: Signer,
    method: str,
    *,
    now: datetime.datetime,
    valid_days: int | None = None,
) -> list[Path]:
    """Sign and write every status list of a folder, and the list in 1EdTech's form."""
    settings = register.settings
    (folder / "status").mkdir(exist_ok=True)
    statuses = register.statuses()
    places = {entry.id: (entry.list, entry.index) for entry in register.every}
    paths = []
    for purpose in settings["purposes"]:
        for number in range(register.lists):
            bits = Bits.empty()
            for identifier, change in statuses.items():
                if _MEANING[change.change] == purpose and places[identifier][0] == number:
                    bits.set(places[identifier][1])
            address = list_address(settings["base"], purpose, number, settings["proof"])
            listed = status_list(purpose, address, settings["issuer"], bits, now=now, valid_days=valid_days)
            path = folder / "status" / address.rsplit("/", 1)[1]
            if settings["proof"] == "jwt":
                write_atomically(path, sign_token(listed, signer, method) + "\n")
            else:
                write_atomically(path, json.dumps(sign(listed, signer, method, created=now), indent=2) + "\n")
            paths.append(path)
    revoked = [(one.id, one.reason) for one in statuses.values() if one.change == "revoked"]
    path = folder / REVOKED
    made = revocation_list(f"{settings['base']}/{REVOKED}", settings["issuer"], revoked)
    write_atomically(path, json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return [*paths, path]


def change_status(
    folder: Path,
    identifier: str,
    keyring: Keyring,
    *,
    change: Literal["revoked", "suspended", "restored"],
    reason: str,
    now: datetime.datetime,
    passphrase: str | None,
    valid_days: int | None = None,
) -> list[Path]:
    """Revoke or suspend a badge, or end its suspension, and sign the lists anew.

    Parameters
    ----------
    folder : Path
        The folder of badges.
    identifier : str
        Id of the credential.
    keyring : Keyring
        The issuer's keys.
    change : {"revoked", "suspended", "restored"}
        What is said from now on.
    reason : str
        Why; it is kept in the register, and published in the list of 1EdTech's form.
    now : datetime
        The moment.
    passphrase : str or None
        Opens the private key.
    valid_days : int, optional
        After how many days a copy of the lists is too old to rely on.

    Returns
    -------
    list of Path
        The lists, to be published now.

    Raises
    ------
    UnknownNameError
        When the folder has no such badge.
    UnusableInputError
        When it is revoked already, or cannot be suspended.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.badges import Keyring
    >>> from ipe_workbench.credentials import example_programme
    >>> now = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> folder = Path(tempfile.mkdtemp())
    >>> ring = Keyring.generated(folder / "keys", "correct horse", issuer="did:web:x.edu", kinds=["Ed25519"], now=now)
    >>> from ipe_workbench.badges import AwardRow, issue_awards
    >>> awards = [AwardRow(2, "L1", "speaking-up", "1.0", datetime.date(2026, 10, 1), email="a@example.edu")]
    >>> out = folder / "badges"
    >>> _ = issue_awards(example_programme(), awards, ring, out, now=now, passphrase="correct horse")
    >>> badge = "urn:uuid:" + next((out / "badges").iterdir()).stem
    >>> lists = change_status(
    ...     out, badge, ring, change="revoked", reason="Issued by mistake", now=now, passphrase="correct horse"
    ... )
    >>> [path.name for path in lists]
    ['revocation-1.json', 'revoked.json']
    """
    with locked(folder):
        register = Register.read(folder / REGISTER)
        settings = register.settings
        kind = "Ed25519" if settings["proof"] == "data-integrity" else _token_kind(keyring, settings["issuer"])
        if keyring.issuer_id(kind) != settings["issuer"]:
            raise UnusableInputError(f"These keys are not those of {settings['issuer']}.", place=str(keyring.folder))
        signer = keyring.signer(kind, passphrase)
        if register.by_id(identifier) is None:
            raise UnknownNameError(
                f"No badge here has the id {identifier[:100]}.",
                place=str(folder),
                mend="Give the badge's file, or its id.",
            )
        _check_change(register, identifier, change)
        register.add_change(Change(identifier, change, written(now), reason))
        return write_lists(folder, register, signer, keyring.method(kind), now=now, valid_days=valid_days)


def _token_kind(keyring: Keyring, issuer: str) -> Literal["RSA", "P-256"]:
    held = {key.public.kind for key in keyring.keys if key.signs}
    for kind in ("RSA", "P-256"):
        if kind in held and keyring.issuer_id(kind) == issuer:
            return kind
    return "RSA"


def _check_change(register: Register, identifier: str, change: str) -> None:
    now = register.statuses().get(identifier)
    if now is not None and now.change == "revoked":
        raise UnusableInputError(
            f"This badge was revoked on {now.when}; that cannot be undone.", mend="Issue a new one."
        )
    if change != "revoked" and "suspension" not in register.settings["purposes"]:
        raise UnusableInputError(
            "These badges name no list of suspensions.",
            mend="Revoke it, or issue with --suspension to be able to suspend.",
        )
    if change == "restored" and now is None:
        raise UnusableInputError("This badge is not suspended.")
