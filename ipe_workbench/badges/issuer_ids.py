"""Who an issuer is: did:web, did:key or a web address, and the documents that say which keys are its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ipe_workbench.badges.contexts import MULTIKEY_CONTEXT
from ipe_workbench.badges.keys import PublicKey
from ipe_workbench.errors import UnusableInputError

__all__ = ["check_issuer_id", "document_address", "issuer_document", "json_web_key_set"]

_DID_WEB = re.compile(r"did:web:[A-Za-z0-9.-]+(%3A[0-9]+)?(:[A-Za-z0-9._%-]+)*")


def check_issuer_id(identifier: str) -> str:
    """The identifier, if an issuer can have it.

    Raises
    ------
    UnusableInputError
        When it is neither did:web nor an https address.

    Examples
    --------
    >>> check_issuer_id("did:web:badges.example.edu:ipe")
    'did:web:badges.example.edu:ipe'
    """
    if _DID_WEB.fullmatch(identifier):
        return identifier
    parts = urlsplit(identifier)
    if (
        parts.scheme == "https"
        and parts.hostname
        and not parts.fragment
        and not re.search(r"[\s<>\"{}|\\^`@]", identifier)
    ):
        return identifier
    raise UnusableInputError(
        f"{identifier[:120]!r} cannot be the id of an issuer.",
        mend="Write did:web:badges.example.edu, or an https address; leave it out for a did:key.",
    )


def document_address(identifier: str) -> str | None:
    """Where the key document of an issuer is on the web.

    ``None`` for a did:key, which needs none, and for an id that could be read as another address than it says.

    Examples
    --------
    >>> document_address("did:web:example.edu"), document_address("did:web:example.edu%3A8443:ipe:badges")
    ('https://example.edu/.well-known/did.json', 'https://example.edu:8443/ipe/badges/did.json')
    >>> document_address("did:web:somebody%40example.edu") is None
    True
    """
    if identifier.startswith("did:web:"):
        host, *path = (unquote(part) for part in identifier.removeprefix("did:web:").split(":"))
        if not _DID_WEB.fullmatch(identifier) or {".", ".."} & set(path):
            return None
        folder = "/".join(quote(part, safe="") for part in path) or ".well-known"
        return f"https://{host}/{folder}/did.json"
    try:
        return check_issuer_id(identifier)
    except UnusableInputError:
        return None


def issuer_document(identifier: str, keys: Iterable[tuple[str, PublicKey, str | None]]) -> dict[str, Any]:
    """The DID document (did:web) or controller document (https) of an issuer.

    Parameters
    ----------
    identifier : str
        The issuer.
    keys : iterable of (id, key, expires)
        Verification methods with full ids; `expires` is when a retired key stopped signing.

    References
    ----------
    W3C, Decentralized Identifiers 1.0; W3C, Controlled Identifiers 1.0 (Multikey, JsonWebKey, assertionMethod).
    """
    methods = [_method(identifier, name, key, expires) for name, key, expires in keys]
    first = "https://www.w3.org/ns/did/v1" if identifier.startswith("did:") else "https://www.w3.org/ns/cid/v1"
    contexts = (
        [first, MULTIKEY_CONTEXT, "https://w3id.org/security/jwk/v1"] if identifier.startswith("did:") else [first]
    )
    return {
        "@context": contexts,
        "id": identifier,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def json_web_key_set(keys: Iterable[tuple[str, PublicKey]]) -> dict[str, Any]:
    """The JSON Web Key Set (RFC 7517) of keys with their full ids."""
    return {"keys": [{**key.jwk, "kid": name, "use": "sig", "alg": key.algorithm} for name, key in keys]}


def _method(controller: str, name: str, key: PublicKey, expires: str | None) -> dict[str, Any]:
    form: Mapping[str, Any] = (
        {"type": "Multikey", "publicKeyMultibase": key.multibase}
        if key.kind == "Ed25519"
        else {"type": "JsonWebKey", "publicKeyJwk": key.jwk}
    )
    made = {"id": name, "type": form["type"], "controller": controller, **form}
    return made if expires is None else {**made, "expires": expires}
