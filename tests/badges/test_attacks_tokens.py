"""Tokens that are forged, or confuse algorithms and keys."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, verify
from ipe_workbench.badges.issuer_ids import document_address, issuer_document, json_web_key_set
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.multibase import encode_base58, encode_base64url
from ipe_workbench.badges.web_token import read_token, sign_token
from tests.badges.attacking import verdict
from tests.badges.making import NOW, content, signed_anyway, unsigned

RSA = LocalSigner.generated("RSA")
RSA_ISSUER = "did:web:example.edu"
KID = f"{RSA_ISSUER}#rsa-1"
KEYS = KnownKeys([json_web_key_set([(KID, RSA.public)])])


def token() -> str:
    return sign_token(unsigned(issuer=RSA_ISSUER), RSA, KID)


def forged(
    header: dict[str, Any], *, payload: dict[str, Any] | None = None, signature: Callable[[bytes], bytes] = RSA.sign
) -> bytes:
    parts = [header, payload or dict(read_token(token()).payload)]
    start = ".".join(encode_base64url(json.dumps(one).encode()) for one in parts)
    return f"{start}.{encode_base64url(signature(start.encode()))}".encode()


def mac(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


OTHER_RSA = LocalSigner.generated("RSA")
TOKENS = {
    "alg none": forged({"alg": "none", "kid": KID}, signature=lambda _: b""),
    "alg None": forged({"alg": "NoNe", "kid": KID}, signature=lambda _: b""),
    "no alg": forged({"kid": KID}),
    "the public key as a secret": forged({"alg": "HS256", "kid": KID}, signature=mac(RSA.public.content)),
    "another algorithm of the same key": forged({"alg": "ES256", "kid": KID}),
    "another key with our kid": forged({"alg": "RS256", "kid": KID}, signature=OTHER_RSA.sign),
    "an embedded key": forged({"alg": "RS256", "jwk": OTHER_RSA.public.jwk}, signature=OTHER_RSA.sign),
    "an embedded key and our kid": forged(
        {"alg": "RS256", "kid": KID, "jwk": OTHER_RSA.public.jwk}, signature=OTHER_RSA.sign
    ),
    "a did:key as kid": forged(
        {"alg": "RS256", "kid": f"{did_key(OTHER_RSA.public)}#{OTHER_RSA.public.multibase}"}, signature=OTHER_RSA.sign
    ),
    "jku": forged({"alg": "RS256", "kid": KID, "jku": "https://evil.example/jwks"}),
    "x5u": forged({"alg": "RS256", "kid": KID, "x5u": "https://evil.example/x5"}),
    "crit": forged({"alg": "RS256", "kid": KID, "crit": ["exp"]}),
    "b64 false": forged({"alg": "RS256", "kid": KID, "b64": False}),
    "no kid": forged({"alg": "RS256"}),
    "cut off": token().encode()[:-20],
    "no signature": token().encode().rpartition(b".")[0] + b".",
    "padding": token().encode() + b"=",
}


@pytest.mark.parametrize("attack", TOKENS)
def test_a_token_that_is_forged_or_confused(attack):
    assert verdict(token().encode(), keys=KEYS) == "verified"
    assert verdict(TOKENS[attack], keys=KEYS) == "invalid"


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "nbf", "exp"])
def test_a_token_whose_claims_say_other_than_its_credential(claim):
    payload = dict(read_token(token()).payload)
    for value in (0, "urn:uuid:other", None):
        assert verdict(forged({"alg": "RS256", "kid": KID}, payload={**payload, claim: value}), keys=KEYS) == "invalid"
    payload.pop(claim)
    assert verdict(forged({"alg": "RS256", "kid": KID}, payload=payload), keys=KEYS) == "invalid"


def test_a_token_with_a_repeated_member():
    header = b'{"alg":"none","alg":"RS256","kid":"' + KID.encode() + b'"}'
    start = encode_base64url(header) + "." + token().split(".")[1]
    assert verdict(f"{start}.{encode_base64url(RSA.sign(start.encode()))}".encode(), keys=KEYS) == "invalid"


def test_a_lone_key_without_name_is_meant_and_one_of_two_is_not():
    bare = RSA.public.jwk
    assert verdict(token().encode(), keys=KnownKeys([{"keys": [bare]}])) == "verified"
    two = [bare, {**OTHER_RSA.public.jwk, "kid": "did:web:other.edu#rsa-1"}]
    assert verdict(token().encode(), keys=KnownKeys([{"keys": two}])) == "invalid"


def test_a_given_key_of_small_order_fails_the_check_and_keys_of_other_kinds_do_no_harm():
    method = "did:web:example.edu#k"
    weak = {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url((1).to_bytes(32, "little")), "kid": method}
    document = signed_anyway(unsigned(issuer="did:web:example.edu"), method=method)
    forged_value = "z" + encode_base58((1).to_bytes(32, "little") + bytes(32))
    document["proof"]["proofValue"] = forged_value
    report = verify(content(document), now=NOW, keys=KnownKeys([{"keys": [weak]}]))
    assert (report.verdict, report.state("issuer-key")) == ("invalid", "failed")
    other = {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "kid": "x"}
    assert verdict(token().encode(), keys=KnownKeys([{"keys": [other, {**RSA.public.jwk, "kid": KID}]}])) == "verified"


def test_a_key_without_its_owners_name_speaks_for_nobody_beside_the_keys_of_others():
    theirs = json_web_key_set([("did:web:other.edu#rsa-1", OTHER_RSA.public)])
    forgery = sign_token(unsigned(issuer="did:web:other.edu"), RSA, "did:web:other.edu#mine").encode()
    for bare in (RSA.public.jwk, {**RSA.public.jwk, "kid": "mine"}, {**RSA.public.jwk, "kid": "#mine"}):
        assert verdict(forgery, keys=KnownKeys([{"keys": [bare]}, theirs])) == "invalid"
    honest = sign_token(unsigned(issuer="did:web:other.edu"), OTHER_RSA, "did:web:other.edu#rsa-1").encode()
    assert verdict(honest, keys=KnownKeys([{"keys": [RSA.public.jwk]}, theirs])) == "verified"


def test_a_second_credential_in_a_token_for_older_software():
    payload = dict(read_token(token()).payload)
    for name in ("vc", "vp"):
        both = {**payload, name: unsigned("team-simulation", issuer=RSA_ISSUER)}
        assert verdict(forged({"alg": "RS256", "kid": KID}, payload=both), keys=KEYS) == "invalid"


def test_an_endorsement_as_a_token_is_not_called_good():
    payload = {**read_token(token()).payload, "endorsementJwt": ["eyJ.e30.x"]}
    report = verify(forged({"alg": "RS256", "kid": KID}, payload=payload), now=NOW, keys=KEYS)
    assert report.state("endorsements") == "unknown"


def test_a_key_whose_end_cannot_be_read_signs_no_more():
    document = issuer_document(RSA_ISSUER, [(KID, RSA.public, "soon")])
    assert verdict(token().encode(), keys=KnownKeys([document])) == "invalid"


@pytest.mark.parametrize(
    "issuer", ["did:web:somebody%40example.edu", "did:web:example.edu%2Fuploads%2Fx", "did:web:example.edu:..:x",
               "did:web:example.edu:%2e%2e:x", "did:web:ex%00.edu", "https://a@example.edu/", "http://example.edu/"]
)  # fmt: skip
def test_an_id_that_leads_elsewhere_than_it_says_leads_nowhere(issuer):
    assert document_address(issuer) is None
