"""Whoever holds a private key and signs with it: this process, or a command that talks to a token or an HSM."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ipe_workbench.badges.keys import KeyKind, PublicKey, UnsoundKeyError
from ipe_workbench.errors import EnvironmentFault, UnusableInputError

__all__ = ["CommandSigner", "LocalSigner", "ScryptCost", "Signer", "WrongPassphraseError"]


@dataclass(frozen=True)
class ScryptCost:
    """The cost of trying a passphrase (RFC 7914): by default 16 MiB of memory, five times over.

    OpenSSL opens files up to this memory. Less is for tests alone, whose keys protect nothing.
    """

    n: int = 2**14
    r: int = 8
    p: int = 5


class WrongPassphraseError(UnusableInputError):
    """The passphrase does not open the private key. The message never holds it."""


class Signer(Protocol):
    """What issuing needs of a private key. An HSM takes part by a class with these two."""

    @property
    def public(self) -> PublicKey:
        """The public key."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: Ed25519, RS256, or ES256 as 64 bytes r and s."""


class LocalSigner:
    """A private key in this process. It shows nothing of itself, and cannot be pickled into another.

    Examples
    --------
    >>> signer = LocalSigner.generated("Ed25519")
    >>> signer.public.verifies(signer.sign(b"badge"), b"badge")
    True
    >>> repr(signer).startswith("LocalSigner(did:key:z6Mk")
    True
    """

    __slots__ = ("_key", "_public")

    def __init__(self, key: Any) -> None:
        self._key = key
        self._public = PublicKey.of(key.public_key())

    @classmethod
    def generated(cls, kind: KeyKind) -> LocalSigner:
        """A new key from the operating system's randomness; RSA with 3072 bits."""
        if kind == "Ed25519":
            return cls(ed25519.Ed25519PrivateKey.generate())
        if kind == "P-256":
            return cls(ec.generate_private_key(ec.SECP256R1()))
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=3072))

    @classmethod
    def from_seed(cls, seed: bytes) -> LocalSigner:
        """The Ed25519 key of a 32-byte seed, as test vectors give them."""
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def read(cls, path: Path, passphrase: str) -> LocalSigner:
        """The key of an encrypted PEM file.

        Raises
        ------
        WrongPassphraseError
            When the passphrase is another.
        UnusableInputError
            When the file is no encrypted private key, or others may read it.
        """
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UnusableInputError(
                "Others on this machine may read the private key.", place=str(path), mend=f"Run: chmod 600 {path}"
            )
        pem = path.read_bytes()
        if b"ENCRYPTED" not in pem:
            raise UnusableInputError(
                "This is no encrypted private key.", place=str(path), mend="Make one with: ipe badges keygen"
            )
        try:
            return cls(serialization.load_pem_private_key(pem, passphrase.encode()))
        except UnsoundKeyError as error:
            raise UnusableInputError(str(error), place=str(path)) from None
        except (ValueError, TypeError):
            # The cause is cut off: some libraries quote what they were given.
            raise WrongPassphraseError("The passphrase does not open this key.", place=str(path)) from None

    def write(self, path: Path, passphrase: str, *, cost: ScryptCost | None = None) -> None:
        """Write the key encrypted (PKCS#8, scrypt, AES-256), readable by its owner only; OpenSSL reads it, too."""
        der = self._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = _encrypted_pkcs8(der, passphrase.encode(), cost or ScryptCost())
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: Ed25519, RS256, or ES256 as 64 bytes r and s."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, rsa_padding.PKCS1v15(), hashes.SHA256())
        return _fixed_length(self._key.sign(message, ec.ECDSA(hashes.SHA256())))

    def __repr__(self) -> str:
        return f"LocalSigner(did:key:{self._public.multibase[:24]}...)"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("A private key is not pickled.")


class CommandSigner:
    """A private key that stays behind a command: a smart card, an HSM through ``pkcs11-tool``, a signing service.

    The command gets the message on standard input and writes the signature to standard output: raw bytes or base64 of
    them; for P-256 the form of OpenSSL (DER) is understood, too. Each signature is checked with the public key before
    it is used.

    Parameters
    ----------
    command : sequence of str
        Program and arguments. No shell reads them.
    public : PublicKey
        The public key of what the command signs with.
    timeout : float, default 30
        Seconds to wait for a signature.

    Raises
    ------
    EnvironmentFault
        From `sign`, when the command is missing, fails, is too slow, or signs with another key.
    """

    def __init__(self, command: Sequence[str], public: PublicKey, *, timeout: float = 30) -> None:
        self.command = tuple(command)
        self._public = public
        self._timeout = timeout

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, made by the command and checked here."""
        try:
            done = subprocess.run(self.command, input=message, capture_output=True, timeout=self._timeout, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFault(
                f"The signing command gave no signature ({type(error).__name__}).", place=self.command[0]
            ) from None
        if done.returncode:
            raise EnvironmentFault(
                f"The signing command failed with exit code {done.returncode}.",
                place=self.command[0],
                mend="Run it by hand to see its own message.",
            )
        for signature in self._readings(done.stdout):
            if self._public.verifies(signature, message):
                return signature
        raise EnvironmentFault(
            "What the signing command wrote is no signature by the expected key.",
            place=self.command[0],
            mend="Check which key of the token the command uses.",
        )

    def _readings(self, output: bytes) -> list[bytes]:
        readings = [output]
        with contextlib.suppress(ValueError):
            readings.append(base64.b64decode(output.strip(), validate=True))
        if self._public.kind == "P-256":
            for one in list(readings):
                try:
                    readings.append(_fixed_length(one))
                except ValueError:
                    continue
        return readings


def _fixed_length(der: bytes) -> bytes:
    """ES256 as JSON Web Signatures write it: r and s with 32 bytes each (RFC 7518, section 3.4)."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


_PBES2 = bytes.fromhex("2a864886f70d01050d")
_SCRYPT = bytes.fromhex("2b06010401da47040b")
_AES_256_CBC = bytes.fromhex("60864801650304012a")


def _encrypted_pkcs8(der: bytes, passphrase: bytes, cost: ScryptCost) -> bytes:
    """EncryptedPrivateKeyInfo with PBES2 and scrypt (RFC 5958, RFC 8018, RFC 7914 section 7), as PEM.

    ``cryptography`` reads this form but writes PBKDF2 only, which is much cheaper to attack.
    """
    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(passphrase)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    content = encryptor.update(padder.update(der) + padder.finalize()) + encryptor.finalize()
    parameters = _sequence(_octets(salt), *(_integer(one) for one in (cost.n, cost.r, cost.p, 32)))
    scheme = _sequence(
        _sequence(_identifier(_SCRYPT), parameters), _sequence(_identifier(_AES_256_CBC), _octets(start))
    )
    info = _sequence(_sequence(_identifier(_PBES2), scheme), _octets(content))
    lines = base64.encodebytes(info)
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + lines + b"-----END ENCRYPTED PRIVATE KEY-----\n"


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _der(0x04, content)


def _identifier(content: bytes) -> bytes:
    return _der(0x06, content)


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))
