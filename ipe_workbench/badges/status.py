"""Status lists: which credentials were revoked or suspended, without saying whose they are.

Each credential gets a random place in a list of at least 131,072 bits; the list is signed and public, and says nothing
to anybody who does not hold the credential.

References
----------
W3C, Bitstring Status List 1.0 (Recommendation, May 2025); 1EdTech Revocation List 1.0.
"""

from __future__ import annotations

import datetime
import gzip
import re
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ipe_workbench.badges.contexts import CREDENTIALS_CONTEXT
from ipe_workbench.badges.multibase import decode_base64url, encode_base64url
from ipe_workbench.badges.times import moment, written

__all__ = [
    "LIST_BITS",
    "Bits",
    "Purpose",
    "StatusListError",
    "free_index",
    "list_bits",
    "list_flaw",
    "revocation_list",
    "status_entry",
    "status_list",
]

Purpose = Literal["revocation", "suspension"]
LIST_BITS = 131_072
_MOST_BYTES = 16_000_000
_INDEX = re.compile(r"0|[1-9][0-9]{0,11}")


class StatusListError(ValueError):
    """A status list that cannot be used. The message says why."""


@dataclass
class Bits:
    """A bitstring; bit 0 is the leftmost one.

    Examples
    --------
    >>> bits = Bits.empty()
    >>> bits.set(10)
    >>> bits[10], bits[11], len(bits)
    (True, False, 131072)
    """

    content: bytearray

    @classmethod
    def empty(cls, length: int = LIST_BITS) -> Bits:
        """All zeros."""
        return cls(bytearray(length // 8))

    def __len__(self) -> int:
        return 8 * len(self.content)

    def __getitem__(self, index: int) -> bool:
        return bool(self.content[index >> 3] & 0x80 >> (index & 7))

    def set(self, index: int, value: bool = True) -> None:
        """Set or clear a bit."""
        mask = 0x80 >> (index & 7)
        if value:
            self.content[index >> 3] |= mask
        else:
            self.content[index >> 3] &= ~mask

    @property
    def encoded(self) -> str:
        """The list as a credential holds it: multibase base64url of gzip, the same for the same bits."""
        return "u" + encode_base64url(gzip.compress(bytes(self.content), mtime=0))

    @classmethod
    def decoded(cls, text: str) -> Bits:
        """The bits of an ``encodedList``.

        Raises
        ------
        StatusListError
            When it is no such text, is shorter than the standard allows, or unpacks to more than 16 MB.
        """
        if text[:1] != "u":
            raise StatusListError("The encodedList is no multibase base64url text.")
        try:
            packed = decode_base64url(text[1:])
            unpacker = zlib.decompressobj(wbits=31)
            content = unpacker.decompress(packed, _MOST_BYTES + 1)
        except (ValueError, zlib.error):
            raise StatusListError("The encodedList does not unpack.") from None
        if len(content) > _MOST_BYTES:
            raise StatusListError(f"The status list unpacks to more than {_MOST_BYTES:,} bytes.")
        if not unpacker.eof or unpacker.unused_data:
            raise StatusListError("The encodedList is cut off, or something follows it.")
        if len(content) * 8 < LIST_BITS:
            raise StatusListError(f"The status list has fewer than {LIST_BITS:,} entries, too few to hide anybody.")
        return cls(bytearray(content))


def free_index(taken: Iterable[int] | set[int], length: int = LIST_BITS) -> int:
    """A random place that nobody has yet.

    Raises
    ------
    StatusListError
        When the list is so full that a new one should be begun.
    """
    used = taken if isinstance(taken, set) else set(taken)
    if len(used) >= length * 3 // 4:
        raise StatusListError("The status list is nearly full.")
    while (index := secrets.randbelow(length)) in used:
        pass
    return index


def status_entry(purpose: Purpose, address: str, index: int) -> dict[str, str]:
    """What a credential says about where its status is.

    Examples
    --------
    >>> status_entry("revocation", "https://example.edu/status/1.json", 94567)["statusListIndex"]
    '94567'
    """
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(
    purpose: Purpose,
    address: str,
    issuer: str,
    bits: Bits,
    *,
    now: datetime.datetime,
    valid_days: int | None = None,
) -> dict[str, Any]:
    """A status list credential, to be signed.

    Parameters
    ----------
    purpose : {"revocation", "suspension"}
        What a set bit means.
    address : str
        Where the list will be published; the id of the credential.
    issuer : str
        The issuer of the badges; lists of others do not count.
    bits : Bits
        The list.
    now : datetime
        Its date.
    valid_days : int, optional
        After how many days a copy is too old to rely on.
    """
    made = {
        "@context": [CREDENTIALS_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": written(now),
    }
    if valid_days is not None:
        made["validUntil"] = written(now + datetime.timedelta(days=valid_days))
    subject = {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": bits.encoded,
    }
    return {**made, "credentialSubject": subject}


def revocation_list(address: str, issuer: str, revoked: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The list in the form of 1EdTech, of (credential id, reason)."""
    entries = [
        {"id": identifier, "revoked": True} | ({"revocationReason": reason} if reason else {})
        for identifier, reason in revoked
    ]
    return {"id": address, "issuer": issuer, "revokedCredential": entries}


def list_flaw(
    entry: Mapping[str, Any], issuer: str, credential: Mapping[str, Any], now: datetime.datetime
) -> str | None:
    """Why a status list credential does not answer for an entry; its proof is checked elsewhere."""
    types = credential.get("type")
    if not isinstance(types, list) or not {"VerifiableCredential", "BitstringStatusListCredential"} <= {
        one for one in types if isinstance(one, str)
    }:
        return "The status list is no BitstringStatusListCredential."
    if credential.get("id") != entry.get("statusListCredential"):
        return "The status list is another one than the badge names."
    named = credential.get("issuer")
    if (named.get("id") if isinstance(named, Mapping) else named) != issuer:
        return "The status list is of another issuer."
    subject = credential.get("credentialSubject")
    if not isinstance(subject, Mapping) or subject.get("type") != "BitstringStatusList":
        return "The status list holds no BitstringStatusList."
    purposes = subject.get("statusPurpose")
    if entry.get("statusPurpose") not in (purposes if isinstance(purposes, list) else [purposes]):
        return "The status list is for another purpose."
    if not isinstance(subject.get("encodedList"), str):
        return "The status list has no encodedList."
    return _size_flaw(entry) or _age_flaw(credential, now)


def list_bits(entry: Mapping[str, Any], credential: Mapping[str, Any]) -> bool:
    """The bit of an entry in a list that has no flaw. Raises `StatusListError`."""
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise StatusListError("The statusListIndex is no plain number in a text.")
    bits = Bits.decoded(credential["credentialSubject"]["encodedList"])
    if int(index) >= len(bits):
        raise StatusListError("The statusListIndex is beyond the end of the list.")
    return bits[int(index)]


def _size_flaw(entry: Mapping[str, Any]) -> str | None:
    if entry.get("statusPurpose") not in ("revocation", "suspension"):
        return "The badge names a status for a purpose that is not known here."
    return None if entry.get("statusSize", 1) == 1 else "The status list has entries of more than one bit."


def _age_flaw(credential: Mapping[str, Any], now: datetime.datetime) -> str | None:
    # A list that was signed after the moment to verify at knows more, not less.
    if "validUntil" not in credential:
        return None
    end = moment(credential["validUntil"])
    if end is None:
        return "The validUntil of the status list is no moment."
    return "This copy of the status list is too old." if end < now else None
