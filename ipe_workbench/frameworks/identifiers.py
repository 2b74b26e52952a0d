"""Identifiers for formats that ask for UUIDs: made from our ids, always the same, and traced back to them.

An id of ours (``VE1`` of ``ipec-2023``) becomes the UUID of version 5 (RFC 9562) of the framework's and the item's id.
Where the format wants an address as well, it is that UUID as a URN with our id as its fragment
(``urn:uuid:...#VE1``), from which the id is read again; the UUID proves that it is ours.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, unquote
from uuid import NAMESPACE_URL

from ipe_workbench.documents import id_from

__all__ = [
    "address",
    "framework_address",
    "is_address",
    "is_uuid",
    "local_id",
    "local_uri",
    "original_id",
    "stable_uuid",
]

#: RFC 3986, as far as its characters tell.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
#: RFC 9562: lower case, a version of 1 to 5 and the variant that CASE 1.0 allows.
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID as CASE and CTDL write it."""
    return _UUID.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether `text` is an absolute URI."""
    return _ADDRESS.fullmatch(text) is not None


@lru_cache(maxsize=2**16)
def stable_uuid(framework: str, item: str = "") -> str:
    """The UUID (version 5) of a framework, or of one item of it, by our ids.

    Examples
    --------
    >>> stable_uuid("ipec-2023", "VE1")
    '0868008e-4991-5c8a-9cd0-c7be62c1380d'
    """
    # The length keeps apart what a sign between the two could not.
    name = f"ipe-workbench:{len(framework)}:{framework}:{item}".encode()
    # What uuid.uuid5 does (RFC 9562, 5.5), in half of its time; frameworks ask for tens of thousands.
    digits = hashlib.sha1(NAMESPACE_URL.bytes + name, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


@lru_cache(maxsize=2**16)
def local_uri(framework: str, item: str = "") -> str:
    """An address for what has none: the UUID as a URN, with our id as the fragment.

    Examples
    --------
    >>> local_uri("ipec-2023")
    'urn:uuid:4a0d8dc7-884a-5d3e-ac2b-1ecea5fa16fa#ipec-2023'
    """
    return f"urn:uuid:{stable_uuid(framework, item)}#{quote(item or framework, safe='')}"


def local_id(uri: str, framework: str | None = None) -> str | None:
    """Our id behind an address of `local_uri`; ``None`` for any other. Without `framework`, a framework's own address.

    Examples
    --------
    >>> local_id(local_uri("ipec-2023", "VE1"), "ipec-2023")
    'VE1'
    >>> local_id(local_uri("ipec-2023", "VE1"), "cihc-2024") is None
    True
    """
    if not uri.startswith("urn:uuid:") or "#" not in uri:
        return None
    found = unquote(uri.split("#", 1)[1], errors="replace")
    expected = local_uri(found) if framework is None else local_uri(framework, found)
    return found if found and uri == expected else None


def original_id(uri: str, identifier: str, framework: str) -> str | None:
    """Our id behind a UUID that was made from it: the address holds it, and making the UUID again proves it.

    Examples
    --------
    >>> original_id("https://case.example/items/VE1", stable_uuid("ipec-2023", "VE1"), "ipec-2023")
    'VE1'
    """
    own = local_id(uri, framework)
    if own:
        return own
    last = unquote(uri.rstrip("/").rsplit("/", 1)[-1], errors="replace")
    return last if last and last != identifier and stable_uuid(framework, last) == identifier else None


def address(uri: str, framework: str, item: str) -> str:
    """The address to write for an item: its own where our id can be told from it, else one of our making."""
    if (
        uri
        and is_address(uri)
        and (is_uuid(item.removeprefix("ce-")) or original_id(uri, stable_uuid(framework, item), framework))
    ):
        return uri
    return local_uri(framework, item)


def framework_address(uri: str, framework: str, title: str) -> str:
    """The address to write for a framework: its own where our id is that of the title, else one of our making."""
    return uri if is_address(uri) and id_from(title) == framework else local_uri(framework)
