"""The keys of an issuer on disk: private ones encrypted, public ones in the documents that verifiers read.

A folder of keys holds ``keys.json`` (the list), one ``*.pem`` for each private key, ``jwks.json``, and ``did.json``
(did:web) or
``controller.json`` (https). Only the last two are for publication.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ipe_workbench.badges.issuer_ids import check_issuer_id, issuer_document, json_web_key_set
from ipe_workbench.badges.keys import KeyKind, PublicKey, UnsoundKeyError, did_key
from ipe_workbench.badges.signers import CommandSigner, LocalSigner, ScryptCost, Signer
from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.times import written
from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnreadableFileError, UnusableInputError

__all__ = ["HeldKey", "Keyring"]

_LIST = "keys.json"


@dataclass(frozen=True)
class HeldKey:
    """One key of the issuer.

    Parameters
    ----------
    name : str
        Its name within the folder and the fragment of its id, such as ``ed25519-1``.
    public : PublicKey
        The public key.
    created : str
        When it was made, ISO 8601.
    retired : str or None
        Since when it signs no more; what it signed before stays valid.
    revoked : str or None
        Since when it is known to others: nothing that it signed is valid any more.
    command : tuple of str
        The signing command, when the private key is not in a file here.
    """

    name: str
    public: PublicKey
    created: str
    retired: str | None = None
    revoked: str | None = None
    command: tuple[str, ...] = ()

    @property
    def signs(self) -> bool:
        """Whether it is the key to sign with."""
        return self.retired is None and self.revoked is None


@dataclass(frozen=True)
class Keyring:
    """The keys of an issuer.

    Parameters
    ----------
    folder : Path
        Where they are.
    issuer : str or None
        did:web or https id; ``None``: each key is an issuer of its own by its did:key.
    keys : tuple of HeldKey
        All keys that the issuer ever had.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "keys"
    >>> now = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    >>> ring = Keyring.generated(folder, "correct horse", issuer="did:web:example.edu", kinds=["Ed25519"], now=now)
    >>> ring.method("Ed25519")
    'did:web:example.edu#ed25519-1'
    """

    folder: Path
    issuer: str | None
    keys: tuple[HeldKey, ...]

    @classmethod
    def generated(
        cls,
        folder: Path,
        passphrase: str,
        *,
        now: datetime.datetime,
        issuer: str | None = None,
        kinds: Iterable[KeyKind] = ("Ed25519", "RSA"),
        cost: ScryptCost | None = None,
    ) -> Keyring:
        """A new folder of keys, one of each kind.

        `cost` is that of trying a passphrase; tests, whose keys protect nothing, take less than the default.

        Raises
        ------
        UnusableInputError
            When the folder holds keys already, the passphrase is empty, or the issuer's id is none.
        """
        if (folder / _LIST).exists():
            raise UnusableInputError(
                "There are keys already.", place=str(folder), mend="Use --rotate for new ones, or another folder."
            )
        return cls.empty(folder, issuer)._with_new(kinds, passphrase, now, cost)

    @classmethod
    def empty(cls, folder: Path, issuer: str | None) -> Keyring:
        """A folder without keys yet, for `with_command`."""
        return cls(folder, None if issuer is None else check_issuer_id(issuer), ())

    @classmethod
    def read(cls, folder: Path) -> Keyring:
        """The keys of a folder; private keys stay closed.

        Raises
        ------
        UnusableInputError
            When there are none, or the list is damaged.
        """
        path = folder / _LIST
        if not path.is_file():
            raise UnreadableFileError(
                "There are no keys here.", place=str(folder), mend=f"Make some: ipe badges keygen --out {folder}"
            )
        try:
            content = parse_json(path.read_bytes())
            keys = tuple(_held(one) for one in content["keys"])
            issuer = content["issuer"]
            return cls(folder, None if issuer is None else check_issuer_id(issuer), keys)
        except (AmbiguousJsonError, UnsoundKeyError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableFileError(f"The list of keys is damaged ({error}).", place=str(path)) from None

    def rotated(
        self, passphrase: str, *, now: datetime.datetime, kinds: Iterable[KeyKind], leaked: bool = False
    ) -> Keyring:
        """Keys with new ones in use. The old ones are retired, or revoked when they `leaked`."""
        wanted = list(kinds)
        if self.issuer is None:
            raise UnusableInputError(
                "Keys that are a did:key cannot be rotated: the key is the issuer.",
                place=str(self.folder),
                mend="Make new keys in another folder, with --issuer did:web:... to be able to rotate them.",
            )
        mark: dict[str, Any] = {"revoked" if leaked else "retired": written(now)}
        old = tuple(replace(key, **mark) if key.signs and key.public.kind in wanted else key for key in self.keys)
        return replace(self, keys=old)._with_new(wanted, passphrase, now)

    def with_command(
        self, kind: KeyKind, public: PublicKey, command: Iterable[str], *, now: datetime.datetime
    ) -> Keyring:
        """Keys with one whose private part stays behind a signing command (see `CommandSigner`)."""
        held = HeldKey(self._free_name(kind), public, written(now), command=tuple(command))
        mark = written(now)
        old = tuple(replace(key, retired=mark) if key.signs and key.public.kind == kind else key for key in self.keys)
        ring = replace(self, keys=(*old, held))
        ring._write()
        return ring

    def current(self, kind: KeyKind) -> HeldKey:
        """The key of that kind to sign with. Raises `UnusableInputError`."""
        for key in reversed(self.keys):
            if key.public.kind == kind and key.signs:
                return key
        raise UnusableInputError(
            f"There is no {kind} key to sign with.",
            place=str(self.folder),
            mend=f"Make one with --kind {kind.lower()}.",
        )

    def issuer_id(self, kind: KeyKind) -> str:
        """The issuer of what the key of that kind signs."""
        return self.issuer or did_key(self.current(kind).public)

    def method(self, kind: KeyKind) -> str:
        """The id of the key of that kind, as proofs and tokens name it."""
        return self._method(self.current(kind))

    def signer(self, kind: KeyKind, passphrase: str | None) -> Signer:
        """The private key of that kind, opened. Raises `UnusableInputError`, also for a wrong passphrase."""
        key = self.current(kind)
        if key.command:
            return CommandSigner(key.command, key.public)
        path = self.folder / f"{key.name}.pem"
        if not path.is_file():
            raise UnreadableFileError("The private key is missing.", place=str(path))
        signer = LocalSigner.read(path, passphrase or "")
        if signer.public != key.public:
            raise UnusableInputError("The private key is not the one of the list.", place=str(path))
        return signer

    @property
    def needs_passphrase(self) -> bool:
        """Whether a key in use is in a file."""
        return any(key.signs and not key.command for key in self.keys)

    def documents(self) -> Mapping[str, dict[str, Any]]:
        """The documents for publication, by file name; revoked keys are left out, so their signatures fail."""
        known = [key for key in self.keys if key.revoked is None]
        made = {"jwks.json": json_web_key_set((self._method(key), key.public) for key in known)}
        if self.issuer is not None:
            name = "did.json" if self.issuer.startswith("did:") else "controller.json"
            made[name] = issuer_document(self.issuer, [(self._method(key), key.public, key.retired) for key in known])
        return made

    def _method(self, key: HeldKey) -> str:
        if self.issuer is not None:
            return f"{self.issuer}#{key.name}"
        return f"{did_key(key.public)}#{key.public.multibase}"

    def _free_name(self, kind: KeyKind) -> str:
        word = kind.lower().replace("-", "")
        return f"{word}-{1 + sum(key.public.kind == kind for key in self.keys)}"

    def _with_new(
        self, kinds: Iterable[KeyKind], passphrase: str, now: datetime.datetime, cost: ScryptCost | None = None
    ) -> Keyring:
        if not passphrase:
            raise UnusableInputError("The passphrase is empty.", mend="Take a few words that nobody guesses.")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = self
        for kind in kinds:
            signer = LocalSigner.generated(kind)
            held = HeldKey(ring._free_name(kind), signer.public, written(now))
            signer.write(self.folder / f"{held.name}.pem", passphrase, cost=cost)
            ring = replace(ring, keys=(*ring.keys, held))
        ring._write()
        return ring

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The list last: until it names a key, that key does not exist.
        for name, document in self.documents().items():
            write_atomically(self.folder / name, json.dumps(document, indent=2) + "\n")
        listed = {"format": "ipe-keys/1", "issuer": self.issuer, "keys": [_listed(key) for key in self.keys]}
        write_atomically(self.folder / _LIST, json.dumps(listed, indent=2) + "\n")


def _listed(key: HeldKey) -> dict[str, Any]:
    made = {
        "name": key.name,
        "kind": key.public.kind,
        "public": key.public.multibase,
        "created": key.created,
        "retired": key.retired,
        "revoked": key.revoked,
        "command": list(key.command),
    }
    return {name: value for name, value in made.items() if value not in (None, [])}


def _held(listed: Mapping[str, Any]) -> HeldKey:
    kind: Literal["Ed25519", "RSA", "P-256"] = listed["kind"]
    public = PublicKey.from_multibase(listed["public"])
    if kind not in get_args(KeyKind) or public.kind != kind:
        raise UnsoundKeyError("the kind of a key is wrong")
    name = str(listed["name"])
    if not name.replace("-", "").isalnum():
        raise UnsoundKeyError("the name of a key is wrong")
    command = tuple(str(one) for one in listed.get("command", ()))
    return HeldKey(name, public, str(listed["created"]), listed.get("retired"), listed.get("revoked"), command)
