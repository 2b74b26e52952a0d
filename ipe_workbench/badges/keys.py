"""Public keys of issuers: Ed25519 for Data Integrity proofs, RSA and P-256 for JSON Web Tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ipe_workbench.badges.ed25519_points import is_sound_point
from ipe_workbench.badges.multibase import decode_base58, decode_base64url, encode_base58, encode_base64url

__all__ = ["ALGORITHMS", "KeyKind", "PublicKey", "UnsoundKeyError", "did_key", "key_of_did"]

KeyKind = Literal["Ed25519", "RSA", "P-256"]
# The algorithm names of JSON Web Signatures (RFC 7518, RFC 8037), one for each kind: a token cannot choose another.
ALGORITHMS: Mapping[KeyKind, str] = {"Ed25519": "EdDSA", "RSA": "RS256", "P-256": "ES256"}

# Multicodec prefixes: ed25519-pub 0xed, p256-pub 0x1200, rsa-pub 0x1205, as varints.
_PREFIXES: Mapping[KeyKind, bytes] = {"Ed25519": b"\xed\x01", "P-256": b"\x80\x24", "RSA": b"\x85\x24"}


class UnsoundKeyError(ValueError):
    """A key that is not one, or that no signature can be trusted with."""


@dataclass(frozen=True)
class PublicKey:
    """A public key.

    Parameters
    ----------
    kind : {"Ed25519", "RSA", "P-256"}
        The kind of key.
    content : bytes
        32 bytes of the point (Ed25519), the compressed point (P-256), or PKCS#1 DER (RSA).

    Examples
    --------
    >>> key = PublicKey.from_multibase("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    >>> key.kind, key.algorithm, sorted(key.jwk)
    ('Ed25519', 'EdDSA', ['crv', 'kty', 'x'])
    """

    kind: KeyKind
    content: bytes

    @classmethod
    def from_multibase(cls, text: str) -> PublicKey:
        """A key in multibase form (``z6Mk...``). Raises `UnsoundKeyError`."""
        try:
            content = decode_base58(text[1:]) if text[:1] == "z" else b""
        except ValueError:
            content = b""
        for kind, prefix in _PREFIXES.items():
            if content.startswith(prefix):
                return _sound(cls(kind, content[len(prefix) :]))
        raise UnsoundKeyError("This is no public key in multibase form.")

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> PublicKey:
        """A key as a JSON Web Key (RFC 7517). Raises `UnsoundKeyError`, also for a private key."""
        if not isinstance(jwk, Mapping) or any(part in jwk for part in ("d", "k", "p", "q")):
            raise UnsoundKeyError("A JSON Web Key here must be a public one.")
        try:
            return _sound(_from_jwk(jwk))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UnsoundKeyError(
                str(error) if isinstance(error, UnsoundKeyError) else "This is no JSON Web Key."
            ) from None

    @classmethod
    def of(cls, key: Any) -> PublicKey:
        """The public key of a key object of ``cryptography``."""
        if isinstance(key, ed25519.Ed25519PublicKey):
            raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return _sound(cls("Ed25519", raw))
        if isinstance(key, rsa.RSAPublicKey):
            der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
            return _sound(cls("RSA", der))
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
            return _sound(cls("P-256", point))
        raise UnsoundKeyError("Only Ed25519, RSA and P-256 keys are used for badges.")

    @property
    def algorithm(self) -> str:
        """Its algorithm in JSON Web Signatures."""
        return ALGORITHMS[self.kind]

    @property
    def multibase(self) -> str:
        """Its multibase form."""
        return "z" + encode_base58(_PREFIXES[self.kind] + self.content)

    @property
    def jwk(self) -> dict[str, str]:
        """Its JSON Web Key, with the members that RFC 7638 hashes."""
        key = _loaded(self)
        if isinstance(key, rsa.RSAPublicKey):
            numbers = key.public_numbers()
            return {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
        if isinstance(key, ec.EllipticCurvePublicKey):
            point = key.public_numbers()
            x, y = (encode_base64url(one.to_bytes(32, "big")) for one in (point.x, point.y))
            return {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        return {"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(self.content)}

    @property
    def thumbprint(self) -> str:
        """SHA-256 of the JSON Web Key in its canonical form (RFC 7638), in base64url."""
        canonical = json.dumps(self.jwk, sort_keys=True, separators=(",", ":"))
        return encode_base64url(hashlib.sha256(canonical.encode()).digest())

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's for the message: Ed25519, RS256, or ES256 as 64 bytes r and s."""
        key = _loaded(self)
        try:
            if isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, message)
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                if len(signature) != 64:
                    return False
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def did_key(key: PublicKey) -> str:
    """The key as an identifier of its own: ``did:key:z...``."""
    return f"did:key:{key.multibase}"


def key_of_did(did: str) -> PublicKey:
    """The key that a did:key holds. Raises `UnsoundKeyError`.

    Examples
    --------
    >>> key_of_did("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").kind
    'Ed25519'
    """
    key = PublicKey.from_multibase(did.removeprefix("did:key:"))
    if did_key(key) != did:
        raise UnsoundKeyError("This did:key has another spelling of its key.")
    return key


_PublicKeyObject = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@lru_cache(maxsize=256)
def _loaded(key: PublicKey) -> _PublicKeyObject:
    try:
        if key.kind == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(key.content)
        if key.kind == "P-256":
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.content)
        return cast("rsa.RSAPublicKey", serialization.load_der_public_key(key.content))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnsoundKeyError(f"This is no {key.kind} key.") from None


def _sound(key: PublicKey) -> PublicKey:
    loaded = _loaded(key)
    if isinstance(loaded, ed25519.Ed25519PublicKey):
        if not is_sound_point(key.content):
            raise UnsoundKeyError(
                "This Ed25519 key is no sound point of the curve (small order, or none): forged signatures would pass."
            )
    elif isinstance(loaded, rsa.RSAPublicKey):
        exponent = loaded.public_numbers().e
        if not 2048 <= loaded.key_size <= 8192 or exponent < 65537 or exponent.bit_length() > 64:
            raise UnsoundKeyError("An RSA key must have 2048 to 8192 bits and an exponent of 65537 or a little more.")
        # The same key must have one spelling only.
        if key.content != loaded.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1):
            raise UnsoundKeyError("This is no RSA key in PKCS#1 form.")
    return key


def _from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    kind = (jwk["kty"], jwk.get("crv"))
    if kind == ("OKP", "Ed25519"):
        return PublicKey("Ed25519", decode_base64url(jwk["x"]))
    if kind == ("EC", "P-256"):
        x, y = (int.from_bytes(decode_base64url(jwk[name]), "big") for name in ("x", "y"))
        return PublicKey.of(ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())
    if jwk["kty"] == "RSA":
        n, e = (int.from_bytes(decode_base64url(jwk[name]), "big") for name in ("n", "e"))
        if not 2048 <= n.bit_length() <= 8192:
            raise UnsoundKeyError("An RSA key must have 2048 to 8192 bits.")
        return PublicKey.of(rsa.RSAPublicNumbers(e, n).public_key())
    raise UnsoundKeyError("Only Ed25519, RSA and P-256 keys are used for badges.")


def _number(value: int) -> str:
    return encode_base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
