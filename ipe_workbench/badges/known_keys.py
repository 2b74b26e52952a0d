"""Which key speaks for an issuer: from documents that the verifier was given, or from a did:key itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ipe_workbench.badges.keys import PublicKey, UnsoundKeyError, key_of_did
from ipe_workbench.badges.times import moment

__all__ = ["KeyAnswer", "KnownKeys"]


# The name of a key that has none.
_ANY = "\0"


@dataclass(frozen=True)
class KeyAnswer:
    """What is known of a key that a proof names.

    Parameters
    ----------
    key : PublicKey or None
        The key, if it is known and speaks for the issuer.
    reason : str
        Why not, or whence it is known, as a sentence.
    known : bool
        Whether the question could be answered at all; without documents of the issuer it could not.
    source : {"given", "self", ""}
        Given by the verifier, or the issuer's own did:key.
    expires : datetime or None
        Since when the key signs no more.
    """

    key: PublicKey | None
    reason: str
    known: bool = True
    source: Literal["given", "self", ""] = ""
    expires: datetime.datetime | None = None


class KnownKeys:
    """The keys that a verifier was given: JSON Web Key Sets, DID and controller documents, keys of Open Badges 2.

    Parameters
    ----------
    documents : iterable of mapping
        The documents.
    fetched : iterable of mapping
        Documents that the issuers publish themselves, from the web.

    Raises
    ------
    UnsoundKeyError
        When a document is none of these.

    Examples
    --------
    >>> did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    >>> KnownKeys().find(f"{did}#{did[8:]}", did).source
    'self'
    >>> KnownKeys().find("did:web:example.edu#key-1", "did:web:example.edu").known
    False
    """

    def __init__(
        self, documents: Iterable[Mapping[str, Any]] = (), *, fetched: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        # A key that cannot be used stands for the reason why.
        self._sets: list[dict[str, PublicKey | str]] = []
        self._issuers: dict[str, Mapping[str, Any]] = {}
        self._single: dict[str, tuple[str, PublicKey | str]] = {}
        for document in documents:
            self._take(document)
        self._fetched = {str(one.get("id")): one for one in fetched}

    def find(self, method: str, issuer: str) -> KeyAnswer:
        """The key of a verification method that must be the issuer's own, and be meant for assertions."""
        controller, _, fragment = method.partition("#")
        if not fragment:
            return KeyAnswer(None, f"The key {method[:120]!r} is named without a fragment.")
        if controller != issuer:
            return KeyAnswer(None, f"The key belongs to {controller[:120]}, not to the issuer {issuer[:120]}.")
        if controller.startswith("did:key:"):
            answer = _self_told(controller, fragment)
            given = answer.key is not None and self.holds(answer.key)
            return replace(answer, source="given", reason=f"{method} is in the given keys.") if given else answer
        if controller in self._issuers:
            return _told_by(self._issuers[controller], method)
        if not self._sets and controller in self._fetched:
            # The issuer's own word: the key is right, but nobody here vouches for the issuer.
            return replace(_told_by(self._fetched[controller], method), source="self")
        # A name that does not say whose key it is can only be meant when nobody else's keys were given.
        names = (method, fragment, f"#{fragment}", _ANY) if len(self._sets) + len(self._issuers) == 1 else (method,)
        found = {key for one in self._sets for kid, key in one.items() if kid in names}
        if len(found) == 1:
            key = found.pop()
            if isinstance(key, str):
                return KeyAnswer(None, key)
            return KeyAnswer(key, f"{method} is in the given keys.", source="given")
        if found:
            return KeyAnswer(None, f"The given keys have two keys of the id {method[:120]}.")
        if self._sets:
            return KeyAnswer(None, f"The given keys do not have {method[:120]}.", known=False)
        return KeyAnswer(None, f"The keys of {issuer[:120]} are not known here; give them with --jwks.", known=False)

    def find_single(self, address: str, owner: str) -> KeyAnswer:
        """The key of a document of its own (CryptographicKey of Open Badges 2), which must be the owner's."""
        if address not in self._single:
            return KeyAnswer(None, f"The key {address[:120]} is not known here; give it with --jwks.", known=False)
        stated, key = self._single[address]
        if not owner or stated != owner:
            return KeyAnswer(None, f"The key {address[:120]} belongs to {stated[:120]}, not to {owner[:120] or 'it'}.")
        if isinstance(key, str):
            return KeyAnswer(None, key)
        return KeyAnswer(key, f"{address} is in the given keys.", source="given")

    def holds(self, key: PublicKey) -> bool:
        """Whether a given JSON Web Key Set holds the key."""
        return any(key in one.values() for one in self._sets)

    def _take(self, document: Mapping[str, Any]) -> None:
        if isinstance(document, Mapping) and isinstance(document.get("keys"), list):
            self._sets.append(_key_set(document["keys"]))
        elif isinstance(document, Mapping) and isinstance(document.get("id"), str) and _methods(document):
            self._issuers[document["id"]] = document
        elif isinstance(document, Mapping) and isinstance(document.get("publicKeyPem"), str):
            self._single[str(document.get("id"))] = str(document.get("owner")), _of_pem(document["publicKeyPem"])
        else:
            raise UnsoundKeyError(
                "This is neither a JSON Web Key Set nor a DID, controller or CryptographicKey document."
            )


def _of_pem(pem: str) -> PublicKey | str:
    try:
        return PublicKey.of(load_pem_public_key(pem.encode()))
    except UnsoundKeyError as error:
        return str(error)
    except (ValueError, UnsupportedAlgorithm):
        return "The publicKeyPem holds no public key."


def _key_set(listed: list[Any]) -> dict[str, PublicKey | str]:
    signing = [one for one in listed if isinstance(one, Mapping) and one.get("use", "sig") == "sig"]
    keys: dict[str, PublicKey | str] = {}
    for jwk in signing:
        # A key without name can only be meant when it is alone.
        name = jwk.get("kid", _ANY if len(signing) == 1 else None)
        if isinstance(name, str):
            try:
                keys[name] = PublicKey.from_jwk(jwk)
            except UnsoundKeyError as error:
                keys[name] = str(error)
    return keys


def _self_told(controller: str, fragment: str) -> KeyAnswer:
    try:
        key = key_of_did(controller)
    except UnsoundKeyError as error:
        return KeyAnswer(None, str(error))
    if fragment != key.multibase:
        return KeyAnswer(None, "The fragment of a did:key must be its key.")
    return KeyAnswer(key, "The issuer is the key itself (did:key); it says nothing about who holds it.", source="self")


def _told_by(document: Mapping[str, Any], method: str) -> KeyAnswer:
    issuer = document["id"]
    found = [one for one in _methods(document) if one.get("id") in (method, f"#{method.partition('#')[2]}")]
    if not found:
        return KeyAnswer(
            None, f"The document of {issuer[:120]} has no key {method[:120]}; it was removed, or never was one."
        )
    allowed = document.get("assertionMethod")
    if found[0] not in _list(allowed) and found[0]["id"] not in _list(allowed):
        return KeyAnswer(None, "The issuer's document does not allow this key to assert anything (assertionMethod).")
    if found[0].get("controller") != issuer:
        return KeyAnswer(None, "The key is controlled by somebody else than the issuer.")
    if found[0].get("revoked") is not None:
        return KeyAnswer(None, "The issuer has revoked this key.")
    if found[0].get("expires") is not None and moment(found[0]["expires"]) is None:
        return KeyAnswer(None, "Until when the key signs cannot be read in the issuer's document (expires).")
    try:
        key = (
            PublicKey.from_jwk(found[0]["publicKeyJwk"])
            if "publicKeyJwk" in found[0]
            else PublicKey.from_multibase(str(found[0].get("publicKeyMultibase", "")))
        )
    except UnsoundKeyError as error:
        return KeyAnswer(None, str(error))
    return KeyAnswer(
        key, f"{method} is in the issuer's document.", source="given", expires=moment(found[0].get("expires"))
    )


def _methods(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The verification methods of a document; they may also stand under the purpose that they are for."""
    listed = [*_list(document.get("verificationMethod")), *_list(document.get("assertionMethod"))]
    return [one for one in listed if isinstance(one, Mapping)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
