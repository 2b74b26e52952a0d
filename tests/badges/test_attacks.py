"""Attacks that must all fail. Where one leaves the proof valid for a naive verifier, the test shows that it does."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, UnreadableBadgeError, read_badge, verify
from ipe_workbench.badges.issuer_ids import json_web_key_set
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.multibase import decode_base58, encode_base58, encode_base64url
from ipe_workbench.badges.recipient import hashed_email
from ipe_workbench.badges.status import Bits
from ipe_workbench.badges.web_token import read_token, sign_token
from tests.badges.making import (
    EMAIL,
    INDEX,
    METHOD,
    NOW,
    SIGNER,
    STRANGER,
    content,
    method_of,
    naive_verifies,
    signed,
    signed_anyway,
    signed_list,
    unsigned,
)

VALID_UNTIL = "https://www.w3.org/2018/credentials#validUntil"
STATUS = "https://www.w3.org/2018/credentials#credentialStatus"
Change = Callable[[dict[str, Any]], None]


def changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(document)
    change(made)
    return made


def verdict(document: Any, **options: Any) -> str:
    return verify(document if isinstance(document, bytes) else content(document), now=NOW, **options).verdict


def put(path: str, value: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        *steps, last = path.split("/")
        target: Any = document
        for step in steps:
            target = target[step]
        target[last] = value

    return change


def rename(old: str, new: str) -> Change:
    return lambda document: document.update({new: document.pop(old)})


def move(document: dict[str, Any]) -> None:
    """The issuer's name and address go to the creator, the node of the same id."""
    issuer = document["issuer"]
    creator = document["credentialSubject"]["achievement"]["creator"]
    for member in ("name", "url"):
        creator[member] = issuer.pop(member)


def move_all(document: dict[str, Any]) -> None:
    creator = document["credentialSubject"]["achievement"]["creator"]
    creator.update(document["issuer"])
    document["issuer"] = {name: document["issuer"][name] for name in ("id", "type")}


def as_string(document: dict[str, Any]) -> None:
    document["credentialSubject"]["achievement"]["creator"] = document.pop("issuer")
    document["issuer"] = document["credentialSubject"]["achievement"]["creator"]["id"]


def hidden_by_context(document: dict[str, Any]) -> None:
    document["@context"] = [
        *document["@context"],
        {"until": {"@id": VALID_UNTIL, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
    ]
    document["until"] = document.pop("validUntil")


# The proof stays valid for who only canonicalises; the badge says something else to people.
SILENT = {
    "an unmapped term added": put("colour", "green"),
    "an unmapped term deep inside": put("credentialSubject/achievement/criteria/note", "and more"),
    "expiry renamed to its address": lambda document: document.update(
        {VALID_UNTIL: {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": document.pop("validUntil")}}
    ),
    "the status renamed to its address": rename("credentialStatus", STATUS),
    "expiry hidden by a context of its own": hidden_by_context,
    "members moved between two nodes of one id": move,
    "all members moved between two nodes of one id": move_all,
    "the issuer's description moved to the creator": as_string,
    "an empty member added": put("refreshService", []),
    "a repeated tag": lambda document: document["credentialSubject"]["achievement"]["tag"].append(
        document["credentialSubject"]["achievement"]["tag"][0]
    ),
    "a null member": put("termsOfUse", None),
    "the criteria under the name of their type": lambda document: document["credentialSubject"]["achievement"].update(
        Criteria=document["credentialSubject"]["achievement"].pop("criteria")
    ),
}


@pytest.mark.parametrize("attack", SILENT)
def test_changes_that_the_proof_does_not_cover_are_refused(attack):
    document = changed(signed(status=True), SILENT[attack])
    assert naive_verifies(document)
    assert verdict(document, lists=[read_badge(content(signed_list()))]) == "invalid"


LOUD = {
    "a name": put("name", "Another badge"),
    "the expiry": put("validUntil", "2099-01-01T00:00:00Z"),
    "the level reached": lambda document: document["credentialSubject"]["result"].pop(),
    "the proof's moment": put("proof/created", "2026-11-27T11:00:00Z"),
    "the proof's purpose": put("proof/proofPurpose", "authentication"),
    "the suite": put("proof/cryptosuite", "eddsa-jcs-2022"),
    "the type of the proof": put("proof/type", "Ed25519Signature2020"),
    "the method": put("proof/verificationMethod", method_of(STRANGER)),
    "the method's fragment": put("proof/verificationMethod", METHOD[:-1] + "x"),
    "no method": lambda document: document["proof"].pop("verificationMethod"),
    "an added member of the proof": put("proof/previousProof", "urn:uuid:1"),
    "the proof's context": put("proof/@context", ["https://www.w3.org/ns/credentials/v2"]),
    "another order of contexts": lambda document: document["@context"].reverse(),
    "a context left out": lambda document: document["@context"].pop(),
    "a context added": lambda document: document["@context"].append("https://evil.example/context"),
    "no proof": lambda document: document.pop("proof"),
    "an empty list of proofs": put("proof", []),
    "a proof as text": put("proof", "z3FXQ"),
    "the issuer": put("issuer/id", did_key(STRANGER.public)),
    "the issuer as text": put("issuer", did_key(STRANGER.public)),
    "the recipient": lambda document: document["credentialSubject"].update(
        identifier=[hashed_email("eve@example.edu", "s")]
    ),
}


@pytest.mark.parametrize("part", LOUD)
def test_a_changed_part_is_noticed(part):
    assert verdict(changed(signed(), LOUD[part])) == "invalid"


def test_every_letter_of_the_value_counts():
    document = signed()
    value = document["proof"]["proofValue"]
    for at in range(0, len(value), 7):
        other = value[:at] + ("2" if value[at] != "2" else "3") + value[at + 1 :]
        assert verdict(changed(document, put("proof/proofValue", other))) == "invalid"
    for other in (value + "1", "z1" + value[1:], value[1:], "u" + value[1:], "", "z"):
        assert verdict(changed(document, put("proof/proofValue", other))) == "invalid"


def test_the_second_half_of_a_signature_plus_the_order_is_no_other_signature():
    order = 2**252 + 27742317777372353535851937790883648493
    document = signed()
    signature = decode_base58(document["proof"]["proofValue"][1:])
    s = int.from_bytes(signature[32:], "little") + order
    forged = "z" + encode_base58(signature[:32] + s.to_bytes(32, "little"))
    assert verdict(changed(document, put("proof/proofValue", forged))) == "invalid"


def test_a_genuine_signature_for_another_purpose_or_by_another_key_with_our_name():
    for purpose in ("authentication", "capabilityInvocation"):
        document = signed_anyway(unsigned(), proofPurpose=purpose)
        assert naive_verifies(document)
        report = verify(content(document), now=NOW)
        assert (report.verdict, report.state("purpose")) == ("invalid", "failed")
    assert verdict(signed_anyway(unsigned(), STRANGER)) == "invalid"
    assert verdict(signed_anyway(unsigned(), STRANGER, method=method_of(STRANGER))) == "invalid"


def test_the_proof_of_another_document_and_doubled_proofs():
    other = signed(unsigned("team-simulation"))
    mine = signed()
    assert verdict({**mine, "proof": other["proof"]}) == "invalid"
    assert verdict({**mine, "proof": [mine["proof"], mine["proof"]]}) == "invalid"
    assert verdict({**mine, "proof": [mine["proof"], other["proof"]]}) == "invalid"
    assert verdict({**mine, "proof": [mine["proof"]]}) == "issuer-unknown"


def test_a_proof_that_has_expired():
    assert verdict(signed_anyway(unsigned(), expires="2026-11-27T11:59:59Z")) == "invalid"
    assert verdict(signed_anyway(unsigned(), expires="2027-11-27T11:59:59Z")) == "issuer-unknown"


def test_repeated_members_numbers_that_are_none_and_halves_of_signs():
    whole = content(signed()).decode()
    twice = whole.replace('"name"', '"validUntil": "2099-01-01T00:00:00Z", "name"', 1)
    for text in (twice, whole.replace('"name"', '"x": NaN, "name"', 1), whole.replace('"Led ', '"\\ud800Led ', 1)):
        report = verify(text.encode(), now=NOW)
        assert (report.verdict, report.state("readable")) == ("invalid", "failed")


def poison(twins: int, leaves: int, difference: int) -> dict[str, Any]:
    """Results and alignments that look alike to the first degree; `difference` is how deep they differ."""
    document = unsigned()
    document["credentialSubject"]["result"] = [
        {
            "type": ["Result"],
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "a",
                    "targetUrl": "https://example.edu/a",
                    **({"alignment": [{"type": ["Alignment"], "targetName": f"{twin} {leaf}"}]} if difference else {}),
                }
                for leaf in range(leaves)
            ],
        }
        for twin in range(twins)
    ]
    return {**document, "proof": signed()["proof"]}


CLIQUE = {
    **unsigned(),
    "evidence": [{"id": f"_:e{one}", "type": ["Evidence"]} for one in range(8)],
    "proof": signed()["proof"],
}
QUOTES = b'{"a": "' + b'\\"' * 2_000_000


@pytest.mark.parametrize(
    "attack",
    [
        content(poison(2, 8, 0)),
        content(poison(9, 9, 1)),
        content(poison(30, 4, 1)),
        content(CLIQUE),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":"' + b"x" * 9_000_000 + b'"}',
        QUOTES,
        b'{"a": [' + b",".join(b'{"b": %d}' % one for one in range(400_000)) + b"]}",
        b'{"a": ' + b"9" * 5_000_000 + b"}",
        b"ey" + b"a" * 5_000_000 + b"..",
    ],
    ids=[
        "twins",
        "deep twins",
        "many twins",
        "clique",
        "arrays",
        "objects",
        "long text",
        "quotes",
        "many",
        "digits",
        "token",
    ],
)
def test_poison_and_bombs_get_their_answer_in_time(attack):
    began = time.process_time()
    with contextlib.suppress(UnreadableBadgeError):
        assert verify(attack, now=NOW).verdict == "invalid"
    # The bar is five seconds; this is no measurement of speed but of growth without bounds.
    assert time.process_time() - began < 5


# ---- dates and status


def test_expired_not_yet_valid_and_signed_but_backwards():
    import datetime

    assert verify(content(signed()), now=NOW.replace(year=2029)).verdict == "expired"
    assert verify(content(signed()), now=NOW.replace(month=9)).verdict == "not-yet-valid"
    assert verdict(signed_anyway({**unsigned(), "validUntil": "2026-09-30T00:00:00Z"})) == "invalid"
    edge = datetime.datetime(2028, 10, 1, 23, 59, 59, tzinfo=datetime.UTC)
    assert verify(content(signed()), now=edge).valid
    assert not verify(content(signed()), now=edge + datetime.timedelta(seconds=1)).valid


def lists(*made: Any) -> list[Any]:
    return [read_badge(one if isinstance(one, bytes) else content(one)) for one in made]


def unsigned_list() -> dict[str, Any]:
    return {name: value for name, value in signed_list().items() if name != "proof"}


BAD_LISTS = {
    "absent": [],
    "of another issuer": [signed_list(signer=STRANGER)],
    "in the issuer's name, signed by another": [signed_anyway(unsigned_list(), STRANGER, method=method_of(STRANGER))],
    "unsigned": [unsigned_list()],
    "of another purpose": [signed_list(purpose="suspension")],
    "of another address": [signed_list(address="https://example.edu/status/revocation-2.json")],
    "altered": [changed(signed_list(revoked=(INDEX,)), put("credentialSubject/encodedList", Bits.empty().encoded))],
    "too old": [signed_list(valid_days=1, now=NOW.replace(month=1))],
    "too short": [
        signed_anyway(changed(unsigned_list(), put("credentialSubject/encodedList", Bits.empty(8192).encoded)))
    ],
    "a bomb": [
        signed_anyway(
            changed(unsigned_list(), put("credentialSubject/encodedList", Bits.empty(8 * 60_000_000).encoded))
        )
    ],
    "no gzip": [signed_anyway(changed(unsigned_list(), put("credentialSubject/encodedList", "uAAAA")))],
    "good and a stranger's": [signed_list(), signed_list(signer=STRANGER)],
}


@pytest.mark.parametrize("kind", BAD_LISTS)
def test_a_status_list_that_cannot_be_trusted_is_no_good_status(kind):
    assert verdict(signed(status=True), lists=lists(*BAD_LISTS[kind])) == "status-unknown"


def test_good_revoked_and_suspended():
    badge = signed(status=True)
    assert verdict(badge, lists=lists(signed_list())) == "issuer-unknown"
    assert verdict(badge, lists=lists(signed_list(revoked=(INDEX - 1, INDEX + 1)))) == "issuer-unknown"
    assert verdict(badge, lists=lists(signed_list(revoked=(INDEX,)))) == "revoked"
    document = unsigned(status=True)
    document["credentialStatus"]["statusPurpose"] = "suspension"
    assert verdict(signed(document), lists=lists(signed_list(purpose="suspension", revoked=(INDEX,)))) == "suspended"


@pytest.mark.parametrize("index", ["-1", "1e3", "0x10", "007", "131072", "", " 5", 94567, True, None, "9" * 30])
def test_a_place_in_the_list_that_is_no_plain_number_within_it(index):
    document = unsigned(status=True)
    document["credentialStatus"]["statusListIndex"] = index
    if index is None:
        del document["credentialStatus"]["statusListIndex"]
    assert verdict(signed_anyway(document), lists=lists(signed_list(revoked=(7, 5, 1000)))) == "status-unknown"


def test_a_status_of_a_kind_that_is_not_known_here():
    document = unsigned(status=True)
    document["credentialStatus"] = {"id": "https://example.edu/s#1", "type": "1EdTechCredentialRefresh"}
    assert verdict(signed(document)) == "status-unknown"


def test_a_status_address_inside_the_network_is_never_called(monkeypatch):
    import socket

    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("the verifier went to the network")

    monkeypatch.setattr(socket, "socket", called)
    monkeypatch.setattr(socket, "getaddrinfo", called)
    document = unsigned(status=True)
    document["credentialStatus"]["statusListCredential"] = "http://169.254.169.254/latest/meta-data/"
    assert verdict(signed(document)) == "status-unknown"
    assert verdict(signed(unsigned(issuer="did:web:localhost%3A8080"))) == "invalid"


# ---- recipient


def test_the_hash_of_another_recipient_and_of_other_letters():
    badge = signed()
    assert verdict(badge, recipient=EMAIL) == "issuer-unknown"
    for other in ("eve@example.edu", EMAIL.upper(), EMAIL + " ", ""):
        assert verdict(badge, recipient=other) == "invalid"
    stolen = changed(
        badge, lambda document: document["credentialSubject"].update(identifier=[hashed_email("eve@example.edu", "x")])
    )
    assert verdict(stolen, recipient="eve@example.edu") == "invalid"


# ---- tokens

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


def test_who_is_given_the_key_of_a_did_key_knows_the_issuer():
    ours, theirs = (KnownKeys([json_web_key_set([("k", one.public)])]) for one in (SIGNER, STRANGER))
    assert (verdict(signed(), keys=ours), verdict(signed(), keys=theirs)) == ("verified", "issuer-unknown")


# ---- inside


def endorsement(signer: LocalSigner, about: str, issuer: str | None = None) -> dict[str, Any]:
    return signed_anyway(
        {
            "@context": unsigned()["@context"],
            "id": "urn:uuid:6f0d3a1e-0000-4000-8000-000000000001",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Praise",
            "issuer": {"id": issuer or did_key(signer.public), "type": ["Profile"], "name": "A society"},
            "validFrom": "2026-09-01T00:00:00Z",
            "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
        },
        signer,
        method=method_of(signer),
    )


def test_a_false_endorsement_inside_a_genuine_badge():
    society = LocalSigner.from_seed(hashlib.sha256(b"society").digest())
    achievement = unsigned()["credentialSubject"]["achievement"]["id"]

    def endorsed(one: dict[str, Any]) -> str:
        document = unsigned()
        document["credentialSubject"]["achievement"]["endorsement"] = [one]
        return verdict(signed(document))

    assert endorsed(endorsement(society, achievement)) == "issuer-unknown"
    assert endorsed(endorsement(STRANGER, achievement, did_key(society.public))) == "invalid"
    assert endorsed(endorsement(society, "urn:uuid:another")) == "invalid"
    unproved = endorsement(society, achievement)
    del unproved["proof"]
    assert endorsed(unproved) == "invalid"


def test_signed_but_not_as_the_standard_asks():
    broken = {
        "no criteria": lambda document: document["credentialSubject"]["achievement"].pop("criteria"),
        "nobody's": lambda document: [document["credentialSubject"].pop(name) for name in ("id", "identifier")],
        "a level that there is not": lambda document: document["credentialSubject"]["result"][-1].update(
            achievedLevel="urn:uuid:x"
        ),
        "a result that there is not": lambda document: document["credentialSubject"]["result"][0].update(
            resultDescription="urn:uuid:x"
        ),
        "an achievement type of one's own": put("credentialSubject/achievement/achievementType", "Sandwich"),
        "a date that is none": put("validFrom", "2026-02-30T00:00:00Z"),
        "a date without zone": put("validFrom", "2026-10-01T00:00:00"),
    }
    for name, change in broken.items():
        report = verify(content(signed_anyway(changed(unsigned(), change))), now=NOW)
        assert (report.verdict, report.state("structure")) == ("invalid", "failed"), name


def test_a_stranger_with_a_badge_of_his_own_is_told_apart_from_a_trusted_issuer():
    theirs = signed(unsigned(issuer=did_key(STRANGER.public)), STRANGER)
    assert verdict(theirs, issuers=[did_key(SIGNER.public)]) == "issuer-unknown"
    assert verdict(signed(), issuers=[did_key(SIGNER.public)]) == "verified"
