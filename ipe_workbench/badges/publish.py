"""What an issuer puts on the web: key documents, profile, achievements and status lists, and nothing about learners."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ipe_workbench.badges.contexts import CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT
from ipe_workbench.badges.issue import badge_path
from ipe_workbench.badges.issuer_ids import document_address
from ipe_workbench.badges.keyring import Keyring
from ipe_workbench.badges.pictures import picture_file
from ipe_workbench.badges.reading import read_badge
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.badges.status_files import REVOKED
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["Publication", "publication"]


@dataclass(frozen=True)
class Publication:
    """The files of a public folder.

    Parameters
    ----------
    base : str
        The address that badges name.
    start : str
        The path of `base` in the folder, empty or with a slash at the end.
    files : mapping of str to str
        Content by path. The folder is the root of the web server of `base`; what belongs to the root of another server
        stands under ``other-servers/HOST/``.
    profile : mapping
        The issuer's profile.
    achievements : tuple of mapping
        What badges were issued for.
    lists : tuple of str
        Paths of the signed status lists.
    withheld : int
        Reasons of revocations that named somebody and are left out.
    pictures : mapping of str to bytes
        The pictures of achievements by path.
    """

    base: str
    start: str
    files: Mapping[str, str]
    profile: Mapping[str, Any]
    achievements: tuple[Mapping[str, Any], ...]
    lists: tuple[str, ...]
    withheld: int
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def publication(folder: Path, keyring: Keyring) -> Publication:
    """What to publish for a folder of badges.

    Parameters
    ----------
    folder : Path
        A folder of badges.
    keyring : Keyring
        The issuer's keys; only the public ones are read.

    Raises
    ------
    UnusableInputError
        When the keys are another issuer's, or there are no badges yet.
    """
    register = Register.read(folder / REGISTER)
    settings = register.settings
    issuer, base = str(settings["issuer"]), str(settings["base"])
    _check_owner(keyring, issuer)
    profile, achievements = _designs(folder, register)
    host = urlsplit(base).netloc
    start = _place(base + "/", host)
    files = {_place(str(one["id"]), host): _json(one) for one in achievements if str(one["id"]).startswith(base + "/")}
    for name, document in keyring.documents().items():
        address = document_address(issuer) if name != "jwks.json" else None
        files[start + "jwks.json" if address is None else _place(address, host)] = _json(document)
    # The profile of Open Badges stands beside the key document, which has the issuer's own address.
    files[start + "issuer.json"] = _json({"@context": [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT], **profile})
    lists = []
    for path in sorted((folder / "status").iterdir()):
        if re.fullmatch(r"(revocation|suspension)-\d+\.(json|jwt)", path.name):
            files[f"{start}status/{path.name}"] = path.read_text("utf-8")
            lists.append(f"{start}status/{path.name}")
    revoked, withheld = _revoked(folder, register)
    files[start + REVOKED] = revoked
    pictures = {
        _place(address, host): _picture(picture_file(folder, address, base))
        for one in achievements
        if (address := str(one.get("image", {}).get("id", ""))).startswith(base + "/")
    }
    return Publication(base, start, files, profile, achievements, tuple(lists), withheld, pictures)


def _picture(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise UnreadableFileError(
            "The picture that badges name is missing.", place=str(path), mend="Issue again with --resume."
        ) from None


def _check_owner(keyring: Keyring, issuer: str) -> None:
    own = {keyring.issuer} if keyring.issuer else {keyring.issuer_id(key.public.kind) for key in keyring.keys}
    if issuer not in own:
        raise UnusableInputError(
            f"The badges were issued by {issuer}, whose keys these are not.",
            place=str(keyring.folder),
            mend="Give the folder of keys that they were issued with.",
        )


def _designs(folder: Path, register: Register) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]:
    """Issuer's profile and achievements exactly as the badges have them; one badge of each design is read."""
    profile: Mapping[str, Any] | None = None
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in register.entries.values():
        path = badge_path(folder, register, entry)
        if entry.award[1:3] in found or not path.is_file():
            continue
        try:
            credential = read_badge(path.read_bytes()).credential
            achievement = credential["credentialSubject"]["achievement"]
            profile = dict(credential["issuer"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableFileError(f"This badge cannot be read ({error}).", place=str(path)) from None
        contexts = [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT]
        found[entry.award[1:3]] = {"@context": contexts, **achievement}
    if profile is None:
        raise UnusableInputError("There are no badges to publish for.", place=str(folder))
    return profile, tuple(found[key] for key in sorted(found))


def _revoked(folder: Path, register: Register) -> tuple[str, int]:
    """The list of 1EdTech's form, without reasons that name a learner."""
    listed = json.loads((folder / REVOKED).read_text("utf-8"))
    learners = {entry.award[0].casefold() for entry in register.every}
    withheld = 0
    for one in listed["revokedCredential"]:
        reason = str(one.get("revocationReason", "")).casefold()
        words = set(re.findall(r"[^\s,;:.()]+", reason))
        if "@" in reason or words & learners or any(" " in name and name in reason for name in learners):
            del one["revocationReason"]
            withheld += 1
    return _json(listed), withheld


def _place(address: str, host: str) -> str:
    """The path of a web address in the folder."""
    parts = urlsplit(address)
    steps = parts.path.split("/")[1:]
    if parts.scheme != "https" or any(step in (".", "..") or "\\" in step for step in steps):
        raise UnusableInputError(f"{address[:200]!r} is no address to publish at.", mend="Issue with another --base.")
    path = "/".join(step for step in steps if step) + ("/" if parts.path.endswith("/") and any(steps) else "")
    if path.endswith("/") and parts.netloc != host:
        path += "index.json"
    return path if parts.netloc == host else f"other-servers/{parts.netloc.replace(':', '_')}/{path or 'index.json'}"


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
