"""Keys: their forms, those that are refused, and what stays secret."""

from __future__ import annotations

import datetime
import json
import pickle
import subprocess
import sys
import traceback

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from ipe_workbench.badges import CommandSigner, Keyring, KnownKeys, LocalSigner, PublicKey, UnsoundKeyError, verify
from ipe_workbench.badges.ed25519_points import is_sound_point
from ipe_workbench.badges.keys import did_key, key_of_did
from ipe_workbench.badges.multibase import encode_base64url
from ipe_workbench.badges.proof import sign
from ipe_workbench.badges.signers import WrongPassphraseError
from ipe_workbench.errors import EnvironmentFault, UnusableInputError
from tests.badges.making import NOW, content, unsigned

PASSPHRASE = "correct horse battery"  # noqa: S105
P = 2**255 - 19
# The points of order 1, 2, 4 and 8 (https://cr.yp.to/ecdh.html#validate, in Edwards form).
ORDER_8 = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
SMALL = [
    (1).to_bytes(32, "little"),
    (P - 1).to_bytes(32, "little"),
    bytes(32),
    (1 << 255).to_bytes(32, "little"),
    *(bytes.fromhex(one) for one in ORDER_8),
    *(bytes.fromhex(one[:-2]) + bytes([int(one[-2:], 16) | 0x80]) for one in ORDER_8),
]
NOT_CANONICAL = [(P + 1).to_bytes(32, "little"), P.to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")]


@pytest.mark.parametrize("point", SMALL + NOT_CANONICAL)
def test_points_of_small_order_and_second_spellings_are_no_keys(point):
    assert not is_sound_point(point)
    with pytest.raises(UnsoundKeyError):
        PublicKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(point)})


def test_openssl_takes_the_neutral_point_whose_one_signature_fits_any_message():
    # This is why the check is here: the same signature for two messages.
    neutral = ed25519.Ed25519PublicKey.from_public_bytes((1).to_bytes(32, "little"))
    forged = (1).to_bytes(32, "little") + bytes(32)
    # `verify` raises on a signature that does not fit.
    assert neutral.verify(forged, b"one message") is None
    assert neutral.verify(forged, b"another message") is None


@pytest.mark.parametrize("kind", ["Ed25519", "RSA", "P-256"])
def test_a_key_keeps_its_identity_through_every_form(kind, tmp_path):
    signer = LocalSigner.generated(kind)
    public = signer.public
    assert (
        PublicKey.from_jwk(public.jwk)
        == PublicKey.from_multibase(public.multibase)
        == key_of_did(did_key(public))
        == public
    )
    signer.write(tmp_path / "key.pem", PASSPHRASE)
    again = LocalSigner.read(tmp_path / "key.pem", PASSPHRASE)
    assert public.verifies(again.sign(b"badge"), b"badge")
    assert not public.verifies(again.sign(b"badge"), b"bagde")


def test_thumbprint_is_that_of_rfc_7638():
    # RFC 7638, section 3.1.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw"
    )
    jwk = {
        "kty": "RSA",
        "n": modulus,
        "e": "AQAB",
    }
    assert PublicKey.from_jwk(jwk).thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_weak_and_private_keys_are_refused():
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    with pytest.raises(UnsoundKeyError, match="2048"):
        PublicKey.of(weak.public_key())
    with pytest.raises(UnsoundKeyError, match="public"):
        PublicKey.from_jwk({**LocalSigner.generated("Ed25519").public.jwk, "d": "AAAA"})


def test_the_private_key_is_encrypted_with_scrypt_and_openssl_opens_it(tmp_path):
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    path = ring.folder / "ed25519-1.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    shown = subprocess.run(["openssl", "asn1parse", "-in", path], capture_output=True, text=True, check=True).stdout
    assert "PBES2" in shown
    assert "scrypt" in shown
    opened = ["openssl", "pkey", "-in", path, "-passin", f"pass:{PASSPHRASE}", "-pubout", "-outform", "DER"]
    der = subprocess.run(opened, capture_output=True, check=True).stdout
    assert der[-32:] == ring.current("Ed25519").public.content


def test_the_secret_shows_neither_in_texts_nor_in_tracebacks_nor_in_pickles(tmp_path):
    signer = LocalSigner.generated("Ed25519")
    signer.write(tmp_path / "key.pem", PASSPHRASE)
    assert repr(signer).startswith("LocalSigner(did:key:")
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(signer)
    try:
        LocalSigner.read(tmp_path / "key.pem", PASSPHRASE[::-1])
    except WrongPassphraseError as error:
        shown = "".join(traceback.format_exception(error)) + str(error)
    assert PASSPHRASE[::-1] not in shown
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(UnusableInputError, match="chmod 600"):
        LocalSigner.read(tmp_path / "key.pem", PASSPHRASE)


def signed_by(ring: Keyring, when: datetime.datetime) -> bytes:
    document = unsigned(issuer="did:web:example.edu")
    return content(sign(document, ring.signer("Ed25519", PASSPHRASE), ring.method("Ed25519"), created=when))


def test_a_retired_key_verifies_what_it_signed_before_and_nothing_later(tmp_path):
    ring = Keyring.generated(tmp_path, PASSPHRASE, now=NOW, issuer="did:web:example.edu", kinds=["Ed25519"])
    before, later = signed_by(ring, NOW), signed_by(ring, NOW + datetime.timedelta(days=2))
    rotated = ring.rotated(PASSPHRASE, now=NOW + datetime.timedelta(days=1), kinds=["Ed25519"])
    assert rotated.method("Ed25519") == "did:web:example.edu#ed25519-2"
    assert Keyring.read(tmp_path) == rotated
    keys = KnownKeys([json.loads((tmp_path / "did.json").read_text())])
    now = NOW + datetime.timedelta(days=3)
    assert verify(before, keys=keys, now=now).verdict == "verified"
    assert verify(later, keys=keys, now=now).verdict == "invalid"
    assert verify(signed_by(rotated, now), keys=keys, now=now).verdict == "verified"


def test_a_leaked_key_verifies_nothing_any_more(tmp_path):
    ring = Keyring.generated(tmp_path, PASSPHRASE, now=NOW, issuer="did:web:example.edu", kinds=["Ed25519"])
    before = signed_by(ring, NOW)
    ring.rotated(PASSPHRASE, now=NOW, kinds=["Ed25519"], leaked=True)
    for name in ("did.json", "jwks.json"):
        keys = KnownKeys([json.loads((tmp_path / name).read_text())])
        assert not verify(before, keys=keys, now=NOW).valid


def test_keys_are_not_overwritten_and_an_empty_passphrase_is_refused(tmp_path):
    with pytest.raises(UnusableInputError, match="passphrase"):
        Keyring.generated(tmp_path / "a", "", now=NOW)
    assert not (tmp_path / "a").exists()
    Keyring.generated(tmp_path / "b", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    with pytest.raises(UnusableInputError, match="already"):
        Keyring.generated(tmp_path / "b", PASSPHRASE, now=NOW, kinds=["Ed25519"])


SIGNING = """
import sys, base64
from cryptography.hazmat.primitives.serialization import load_pem_private_key
key = load_pem_private_key(open({path!r}, "rb").read(), {passphrase!r}.encode())
signature = key.sign(sys.stdin.buffer.read())
{write}
"""


@pytest.mark.parametrize("write", ["sys.stdout.buffer.write(signature)", "print(base64.b64encode(signature).decode())"])
def test_a_signing_command_stands_in_for_the_key(tmp_path, write):
    signer = LocalSigner.generated("Ed25519")
    signer.write(tmp_path / "token.pem", PASSPHRASE)
    script = SIGNING.format(path=str(tmp_path / "token.pem"), passphrase=PASSPHRASE, write=write)
    ring = Keyring.empty(tmp_path / "keys", "did:web:example.edu")
    ring = ring.with_command("Ed25519", signer.public, [sys.executable, "-c", script], now=NOW)
    assert not ring.needs_passphrase
    keys = KnownKeys([json.loads((tmp_path / "keys" / "did.json").read_text())])
    document = sign(
        unsigned(issuer="did:web:example.edu"),
        Keyring.read(ring.folder).signer("Ed25519", None),
        ring.method("Ed25519"),
        created=NOW,
    )
    assert verify(content(document), keys=keys, now=NOW).valid


def test_openssls_signature_of_a_p256_key_is_understood(tmp_path):
    subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", tmp_path / "k.pem"], check=True
    )
    pem = subprocess.run(
        ["openssl", "ec", "-in", tmp_path / "k.pem", "-pubout"], capture_output=True, check=True
    ).stdout
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    public = PublicKey.of(load_pem_public_key(pem))
    signer = CommandSigner(["openssl", "dgst", "-sha256", "-sign", str(tmp_path / "k.pem")], public)
    assert public.verifies(signer.sign(b"badge"), b"badge")


@pytest.mark.parametrize("command", [["false"], ["echo", "nonsense"], ["/no/such/command"]])
def test_a_command_that_gives_no_signature_is_a_fault_of_the_machine(command):
    with pytest.raises(EnvironmentFault):
        CommandSigner(command, LocalSigner.generated("Ed25519").public).sign(b"badge")
