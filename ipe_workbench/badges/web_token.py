"""Badges as JSON Web Tokens (VC-JWT): the other proof format of Open Badges 3.0.

The header says which key signed; it never brings a key along that is believed, and never chooses the algorithm: that
follows from the key.

References
----------
1EdTech, Open Badges 3.0, section 8.2 (JSON Web Token proof format); RFC 7515, 7519, 8725.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipe_workbench.badges.keys import PublicKey, UnsoundKeyError
from ipe_workbench.badges.known_keys import KeyAnswer, KnownKeys
from ipe_workbench.badges.multibase import decode_base64url, encode_base64url
from ipe_workbench.badges.signers import Signer
from ipe_workbench.badges.strict_json import AmbiguousJsonError, parse_json
from ipe_workbench.badges.times import moment

__all__ = ["CLAIMS", "Token", "UnreadableTokenError", "check_token", "claims_flaw", "read_token", "sign_token"]

#: The claims of RFC 7519 that Open Badges asks for; each repeats a member of the credential.
CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
_HEADER = frozenset({"alg", "kid", "jwk", "typ"})
_TYPES = frozenset({"jwt", "vc+jwt", "vc+ld+jwt"})
_LONGEST = 8_000_000


class UnreadableTokenError(ValueError):
    """A text that is no compact JSON Web Token with a credential in it."""


@dataclass(frozen=True)
class Token:
    """A token taken apart, nothing of it believed.

    Parameters
    ----------
    header : mapping
        Its header.
    payload : mapping
        The claims: the credential, and `CLAIMS`.
    signed : bytes
        What the signature covers.
    signature : bytes
        The signature.
    """

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def credential(self) -> dict[str, Any]:
        """The credential without the claims of the token."""
        return {name: value for name, value in self.payload.items() if name not in (*CLAIMS, "iat")}


def sign_token(credential: Mapping[str, Any], signer: Signer, method: str) -> str:
    """A credential as a compact JSON Web Token, signed with RS256 or ES256.

    Parameters
    ----------
    credential : mapping
        With ``id``, ``issuer``, ``validFrom`` and a subject with ``id``.
    signer : Signer
        An RSA or P-256 key; verifiers of Open Badges take no other.
    method : str
        Its id, for ``kid``.

    Examples
    --------
    >>> from ipe_workbench.badges.signers import LocalSigner
    >>> credential = {"id": "urn:uuid:1", "issuer": "did:web:example.edu", "validFrom": "2026-09-01T00:00:00Z",
    ...     "credentialSubject": {"id": "urn:uuid:2"}}
    >>> token = read_token(sign_token(credential, LocalSigner.generated("P-256"), "did:web:example.edu#p256-1"))
    >>> token.header["alg"], token.payload["nbf"], claims_flaw(token)
    ('ES256', 1788220800, None)
    """
    if signer.public.kind == "Ed25519":
        raise ValueError("A badge as a token needs an RSA or P-256 key.")
    header = {"alg": signer.public.algorithm, "kid": method, "typ": "JWT"}
    payload = {**credential, **_claims(credential)}
    signed = ".".join(
        encode_base64url(json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode())
        for one in (header, payload)
    )
    return f"{signed}.{encode_base64url(signer.sign(signed.encode()))}"


def read_token(text: str) -> Token:
    """Take a token apart. Raises `UnreadableTokenError`."""
    if len(text) > _LONGEST:
        raise UnreadableTokenError("The token is too long.")
    parts = text.strip().split(".")
    if len(parts) != 3:
        raise UnreadableTokenError("A token has three parts with dots between.")
    try:
        header, payload = (parse_json(decode_base64url(part)) for part in parts[:2])
        signature = decode_base64url(parts[2])
    except (AmbiguousJsonError, ValueError) as error:
        raise UnreadableTokenError(str(error)) from None
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise UnreadableTokenError("Header and payload of a token must be JSON objects.")
    return Token(header, payload, f"{parts[0]}.{parts[1]}".encode(), signature)


def check_token(
    token: Token, issuer: str, keys: KnownKeys, *, document: str = ""
) -> tuple[bool | None, str, KeyAnswer | None]:
    """Whether the signature is the issuer's (None: its key is not known), the reason, and what is known of the key.

    `document` is the address of the key's own document, for tokens of Open Badges 2, whose headers name no key.
    """
    flaw = _header_flaw(token.header)
    if flaw:
        return False, flaw, None
    named = bool({"kid", "jwk"} & set(token.header)) or not document
    answer = _key_of(token.header, issuer, keys) if named else keys.find_single(document, issuer)
    if answer.key is None:
        return (False if answer.known else None), answer.reason, answer
    if token.header["alg"] != answer.key.algorithm:
        return False, f"The token says {token.header['alg']!r}; its key signs with {answer.key.algorithm} only.", answer
    if not answer.key.verifies(token.signature, token.signed):
        return False, "The signature is not this key's for this content: one of the two was changed.", answer
    return True, "The signature is the issuer's and covers the whole token.", answer


def claims_flaw(token: Token) -> str | None:
    """What a claim of the token says other than its credential; ``None`` when they agree.

    Examples
    --------
    >>> claims_flaw(Token({}, {"id": "urn:uuid:1", "jti": "urn:uuid:2"}, b"", b""))
    'The claim `iss` is missing.'
    """
    expected = _claims(token.credential)
    if wrapped := {"vc", "vp"} & set(token.payload):
        return f"It holds a second credential (`{min(wrapped)}`), which older software would read instead."
    for name in ("iss", "jti", "sub", "nbf"):
        if name not in token.payload:
            return f"The claim `{name}` is missing."
    for name in CLAIMS:
        said = token.payload.get(name)
        if type(said) is not type(expected.get(name)) or said != expected.get(name):
            return f"The claim `{name}` says other than the credential."
    return None


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    start, end = moment(credential.get("validFrom")), moment(credential.get("validUntil"))
    claims = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
        "nbf": None if start is None else int(start.timestamp()),
        "exp": None if end is None else int(end.timestamp()),
    }
    return {name: value for name, value in claims.items() if value is not None}


def _header_flaw(header: Mapping[str, Any]) -> str | None:
    if not set(header) <= _HEADER:
        return f"The token's header has members that are not allowed: {', '.join(sorted(set(header) - _HEADER))[:100]}."
    if header.get("alg") not in ("RS256", "ES256", "EdDSA"):
        return f"The token's algorithm {str(header.get('alg'))[:20]!r} is none of RS256, ES256, EdDSA."
    # Letters' case does not matter there (RFC 7515, section 4.1.9).
    if "typ" in header and str(header["typ"]).lower() not in _TYPES:
        return "The token is of another type."
    return None


def _key_of(header: Mapping[str, Any], issuer: str, keys: KnownKeys) -> KeyAnswer:
    brought = None
    if "jwk" in header:
        try:
            brought = PublicKey.from_jwk(header["jwk"])
        except UnsoundKeyError as error:
            return KeyAnswer(None, str(error))
    if isinstance(header.get("kid"), str):
        method = header["kid"] if "#" in header["kid"] else f"{issuer}#{header['kid']}"
        answer = keys.find(method, issuer)
        if brought is not None and answer.key is not None and answer.key != brought:
            return KeyAnswer(None, "The token brings another key along than the one that it names.")
        return answer
    if brought is None:
        return KeyAnswer(None, "The token names no key.")
    if keys.holds(brought):
        return KeyAnswer(brought, "The key that the token brings along is one of the given ones.", source="given")
    return KeyAnswer(None, "The token brings its own key along; anybody can do that.")
