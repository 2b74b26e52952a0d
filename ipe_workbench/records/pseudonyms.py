"""Pseudonyms of learners: a keyed hash, whose key is never in the database."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b32encode
from pathlib import Path

from ipe_workbench.errors import UnusableInputError

__all__ = ["Key", "key_file_of", "make_key", "read_key", "replace_key"]

_BYTES = 32


class Key:
    """The secret that turns an identifier into a pseudonym. It never shows itself."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def pseudonym(self, source_id: str) -> str:
        """The pseudonym of a learner: the same for the same identifier and key, and no way back without the key.

        Notes
        -----
        ``L`` and the first 80 bits, in base 32, of HMAC-SHA-256 (RFC 2104). Among 100,000 learners two share one
        with a probability of 4e-15.

        Examples
        --------
        >>> Key(b"0" * 32).pseudonym("s1234567")
        'Lxbyz7z3e2zpohwyc'
        """
        digest = hmac.digest(self._secret, source_id.encode(), hashlib.sha256)
        return "L" + b32encode(digest[:10]).decode().lower()

    def __repr__(self) -> str:
        return "Key(...)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("The key of the pseudonyms is not sent or stored with other things.")


def key_file_of(place: Path) -> Path:
    """Where the key for a SQLite file is: beside it, or where ``IPE_RECORDS_KEY`` says."""
    named = os.environ.get("IPE_RECORDS_KEY")
    return Path(named) if named else place.with_name(place.name + ".key")


def make_key(file: Path) -> Key:
    """A new key in a new file that only its owner may read. Raises `FileExistsError` when there is one."""
    secret = secrets.token_bytes(_BYTES)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secret.hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return Key(secret)


def replace_key(file: Path, keep: Path | None = None) -> Key:
    """A new key in the place of the old one, which goes, or is kept in a new file that only its owner may read.

    A crash leaves the old key or the new one, never a part of one.

    Raises
    ------
    UnusableInputError
        When there is no old key, or the file to keep it in exists.
    """
    read_key(file)
    if keep is not None:
        try:
            # A link: at no moment is there no file with the old key.
            os.link(file, keep)
        except FileExistsError:
            raise UnusableInputError("This file exists already.", place=str(keep), mend="Name another one.") from None
        except OSError as error:
            message = f"The old key cannot be kept here: {error.strerror}."
            mend = "Name a file on the same disk, in a folder that is there."
            raise UnusableInputError(message, place=str(keep), mend=mend) from None
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    key = make_key(fresh)
    fresh.replace(file)
    return key


def read_key(file: Path) -> Key:
    """The key in a file.

    Raises
    ------
    UnusableInputError
        When there is none, when others may read it, or when it is not a key.
    """
    try:
        with file.open(encoding="ascii") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            text = stream.read(1000).strip()
    except FileNotFoundError:
        raise UnusableInputError(
            "The key of the pseudonyms is missing.",
            place=str(file),
            mend="Put it back, or name its file in IPE_RECORDS_KEY. Without it no pseudonym can be the same again.",
        ) from None
    except UnicodeDecodeError:
        text, mode = "", 0
    if os.name == "posix" and mode & 0o077:
        raise UnusableInputError(
            "Others may read the key of the pseudonyms.", place=str(file), mend=f"Close it: chmod 600 {file.name}"
        )
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise UnusableInputError("This is not a key of pseudonyms.", place=str(file), mend="Put back the right file.")
    return Key(secret)
