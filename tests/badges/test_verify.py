"""Checks of `verify` beside the proof: alignments, the recipient, lists of 1EdTech, tokens of each algorithm."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, verify
from ipe_workbench.badges.issuer_ids import issuer_document, json_web_key_set
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.multibase import encode_base64url
from ipe_workbench.badges.recipient import hashed_email, recipient_answer
from ipe_workbench.badges.status import revocation_list
from ipe_workbench.badges.web_token import read_token, sign_token
from tests.badges.attacking import lists, verdict
from tests.badges.making import EMAIL, ISSUER, METHOD, NOW, SIGNER, content, method_of, signed, signed_anyway, unsigned

EC = LocalSigner.generated("P-256")
WEB = "did:web:example.edu"
REVOKED = "https://example.edu/status/revoked.json"


@pytest.mark.parametrize(
    ("known", "state", "said"),
    [
        (lambda one: True, "ok", "All 2 competencies"),
        (lambda one: one["targetCode"] != "VE3", "failed", "name: VE3."),
        (lambda one: None if one["targetCode"] == "VE3" else True, "unknown", "not known here"),
        (lambda one: None if one["targetCode"] == "VE3" else False, "failed", "name: VE1."),
    ],
)
def test_alignments_that_lead_nowhere_are_told_and_leave_the_badge_valid(known, state, said):
    document = unsigned()
    alignments = document["credentialSubject"]["achievement"]["alignment"]
    del alignments[2:]
    for one, code in zip(alignments, ("VE1", "VE3"), strict=True):
        one["targetCode"] = code
    report = verify(content(signed(document)), now=NOW, known_alignment=known)
    (check,) = (one for one in report.checks if one.id == "alignment")
    assert check.state == state
    assert said in check.detail
    assert report.valid


def test_an_alignment_without_a_code_is_told_by_its_name_and_none_needs_no_check():
    document = unsigned()
    achievement = document["credentialSubject"]["achievement"]
    del achievement["alignment"][1:]
    achievement["alignment"][0].pop("targetCode", None)
    achievement["alignment"][0]["targetName"] = "Listening"
    report = verify(content(signed(document)), now=NOW, known_alignment=lambda one: False)
    assert next(one.detail for one in report.checks if one.id == "alignment").endswith("name: Listening.")
    del achievement["alignment"]
    report = verify(content(signed(document)), now=NOW, known_alignment=lambda one: False)
    assert report.state("alignment") is None
    assert verify(content(signed()), now=NOW).state("alignment") is None


def identity(stored: str, **more: Any) -> dict[str, Any]:
    return {"identifier": [{"type": "IdentityObject", "identityHash": stored, "identityType": "emailAddress", **more}]}


MD5 = "md5$" + hashlib.md5((EMAIL + "salt").encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("subject", "whose", "said"),
    [
        (identity(EMAIL, hashed=False), True, "matches."),
        (identity("eve@example.edu", hashed=False), False, "somebody else"),
        (identity(EMAIL), True, "matches."),
        # What says that it is a hash is none because it looks like an address.
        (identity(EMAIL, hashed=True), False, "somebody else"),
        (identity(MD5, hashed=True, salt="salt"), True, "weak"),
        (identity(MD5.upper().replace("MD5", "md5"), hashed=True, salt="salt"), True, "weak"),
        (identity(MD5, hashed=True, salt="other"), False, "somebody else"),
        ({"identifier": [hashed_email(EMAIL, "")]}, True, "weak"),
        ({"identifier": [hashed_email("eve@example.edu", "s"), hashed_email(EMAIL, "s")]}, True, "matches."),
        (identity("sha1$" + hashlib.sha1(EMAIL.encode(), usedforsecurity=False).hexdigest(), hashed=True), False, ""),
        (identity(EMAIL, hashed=False, salt=7), False, ""),
        ({"identifier": [{"hashed": False}, "x", None]}, False, ""),
        ({"identifier": EMAIL}, False, ""),
        ({"id": EMAIL}, True, "this id"),
        ({}, False, ""),
        ([hashed_email(EMAIL, "s")], False, "no one subject"),
    ],
)
def test_whose_badge_it_is(subject, whose, said):
    answer, reason = recipient_answer(subject, EMAIL)
    assert answer is whose
    assert said in reason


def test_a_badge_of_somebody_else_is_not_the_recipients():
    assert verdict(signed(), recipient=EMAIL) == "issuer-unknown"
    assert verdict(signed(), recipient="eve@example.edu") == "invalid"


def test_lists_of_1edtech_revoke_the_badges_that_they_name_and_no_other():
    document = unsigned()
    document["credentialStatus"] = {"id": REVOKED, "type": "1EdTechRevocationList"}
    badge, identifier = signed(document), document["id"]

    def status(*given: Any) -> tuple[str, str]:
        report = verify(content(badge), now=NOW, lists=lists(*given))
        return report.verdict, next(one.detail for one in report.checks if one.id == "status")

    assert status() == ("status-unknown", f"The list {REVOKED} was not given.")
    others = revocation_list(REVOKED, ISSUER, [("urn:uuid:other", "Lost")])
    assert status(others)[0] == "issuer-unknown"
    ours = revocation_list(REVOKED, ISSUER, [("urn:uuid:other", ""), (identifier, "A mistake")])
    assert status(ours) == ("revoked", "Revoked: A mistake")
    # Of two copies of a list the one that revokes counts; one of another issuer counts for nothing.
    assert status(others, ours)[0] == "revoked"
    assert status({**ours, "id": "https://example.edu/else"})[0] == "status-unknown"
    assert status({**ours, "issuer": WEB})[0] == "status-unknown"
    entry = {"id": identifier}
    assert status({**ours, "revokedCredential": [entry]}) == ("revoked", "Revoked: no reason given")
    assert status({**ours, "revokedCredential": [{**entry, "revoked": False}]})[0] == "issuer-unknown"


def test_several_statuses_the_worst_of_which_counts():
    document = unsigned()
    one = {"id": REVOKED, "type": "1EdTechRevocationList"}
    document["credentialStatus"] = [one, {**one, "id": REVOKED + "2"}]
    good = [revocation_list(address, ISSUER, []) for address in (REVOKED, REVOKED + "2")]
    bad = revocation_list(REVOKED + "2", ISSUER, [(document["id"], "")])
    badge = signed(document)
    assert verdict(badge, lists=lists(*good)) == "issuer-unknown"
    assert verdict(badge, lists=lists(good[0])) == "status-unknown"
    assert verdict(badge, lists=lists(good[0], bad)) == "revoked"
    # What is known to be revoked is so, whatever cannot be looked up beside it.
    assert verdict(badge, lists=lists(bad)) == "revoked"


def token(signer: LocalSigner, header: dict[str, Any], issuer: str) -> bytes:
    payload = read_token(sign_token(unsigned(issuer=issuer), EC, f"{issuer}#k")).payload
    start = ".".join(encode_base64url(json.dumps(one).encode()) for one in (header, dict(payload)))
    return f"{start}.{encode_base64url(signer.sign(start.encode()))}".encode()


def test_a_token_of_each_algorithm_with_the_key_that_it_names_or_brings_along():
    keys = KnownKeys([json_web_key_set([(f"{WEB}#k", EC.public)])])
    named = {"alg": "ES256", "kid": f"{WEB}#k"}
    assert verdict(token(EC, named, WEB), keys=keys) == "verified"
    # A fragment alone is the issuer's own; letters' case of the type does not matter.
    assert verdict(token(EC, {**named, "kid": "k", "typ": "VC+JWT"}, WEB), keys=keys) == "verified"
    assert verdict(token(EC, {**named, "typ": "secevent+jwt"}, WEB), keys=keys) == "invalid"
    assert verdict(token(EC, {"alg": "ES256", "jwk": EC.public.jwk}, WEB), keys=keys) == "verified"
    assert verdict(token(EC, {"alg": "ES256", "jwk": EC.public.jwk}, WEB)) == "invalid"
    assert verdict(token(EC, {"alg": "ES256", "jwk": {"kty": "EC"}}, WEB), keys=keys) == "invalid"
    assert verdict(token(SIGNER, {"alg": "EdDSA", "kid": METHOD}, ISSUER)) == "issuer-unknown"
    theirs = token(EC, {"alg": "ES256", "kid": method_of(EC)}, did_key(EC.public))
    assert verdict(theirs) == "issuer-unknown"
    assert verdict(token(EC, named, WEB)) == "invalid"


def test_a_proof_inside_of_a_token_must_hold_as_well():
    keys = KnownKeys([json_web_key_set([(f"{WEB}#k", EC.public), (f"{WEB}#e", SIGNER.public)])])
    inside = signed_anyway(unsigned(issuer=WEB), method=f"{WEB}#e")

    def said(document: dict[str, Any]) -> str:
        return verdict(sign_token(document, EC, f"{WEB}#k").encode(), keys=keys)

    assert said(inside) == "verified"
    assert said({**inside, "name": "Another badge"}) == "invalid"
    assert said({**inside, "proof": {**inside["proof"], "proofPurpose": "authentication"}}) == "invalid"


def test_a_token_whose_key_is_not_known_is_neither_good_nor_forged():
    report = verify(token(EC, {"alg": "ES256", "kid": f"{WEB}#k"}, WEB), now=NOW)
    assert (report.state("proof"), report.state("issuer-key")) == ("unknown", "unknown")


def test_a_key_for_encryption_or_without_soundness_signs_nothing():
    named = token(EC, {"alg": "ES256", "kid": f"{WEB}#k"}, WEB)
    jwk = {**EC.public.jwk, "kid": f"{WEB}#k"}
    assert verdict(named, keys=KnownKeys([{"keys": [{**jwk, "use": "sig"}]}])) == "verified"
    assert verdict(named, keys=KnownKeys([{"keys": [{**jwk, "use": "enc"}]}])) == "invalid"
    assert verdict(named, keys=KnownKeys([{"keys": ["x", None, jwk]}])) == "verified"
    report = verify(named, now=NOW, keys=KnownKeys([{"keys": [{**jwk, "x": "AA"}]}]))
    assert (report.verdict, report.state("issuer-key")) == ("invalid", "failed")


def document_with(**changes: Any) -> KnownKeys:
    """The document of an issuer whose one key has something changed; None takes a member away."""
    key = {"id": f"{WEB}#k", "type": "JsonWebKey", "controller": WEB, "publicKeyJwk": EC.public.jwk, **changes}
    method = {name: value for name, value in key.items() if value is not None}
    return KnownKeys([{"id": WEB, "verificationMethod": [method], "assertionMethod": [f"{WEB}#k"]}])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "verified"),
        ({"id": "#k"}, "invalid"),  # not what assertionMethod names
        ({"publicKeyJwk": None, "publicKeyMultibase": EC.public.multibase}, "verified"),
        ({"publicKeyJwk": None, "publicKeyMultibase": "zabc"}, "invalid"),
        ({"publicKeyJwk": None}, "invalid"),
        ({"publicKeyJwk": {**EC.public.jwk, "x": "AA"}}, "invalid"),
        ({"publicKeyJwk": LocalSigner.generated("P-256").public.jwk}, "invalid"),
        ({"controller": "did:web:else.example"}, "invalid"),
        ({"controller": None}, "invalid"),
        ({"revoked": "2026-01-01T00:00:00Z"}, "invalid"),
        ({"expires": "soon"}, "invalid"),
        ({"id": f"{WEB}#other"}, "invalid"),
    ],
)
def test_the_key_in_the_document_of_an_issuer_must_be_sound_and_meant(change, said):
    assert verdict(token(EC, {"alg": "ES256", "kid": f"{WEB}#k"}, WEB), keys=document_with(**change)) == said


def test_a_key_that_may_only_log_in_asserts_nothing():
    method = {"id": f"{WEB}#k", "type": "JsonWebKey", "controller": WEB, "publicKeyJwk": EC.public.jwk}
    named = token(EC, {"alg": "ES256", "kid": f"{WEB}#k"}, WEB)
    for purposes, said in (
        ({"authentication": [f"{WEB}#k"]}, "invalid"),
        ({"assertionMethod": []}, "invalid"),
        ({"assertionMethod": [f"{WEB}#else"]}, "invalid"),
        ({"assertionMethod": [method]}, "verified"),
    ):
        keys = KnownKeys([{"id": WEB, "verificationMethod": [method], **purposes}])
        assert verdict(named, keys=keys) == said, purposes


@pytest.mark.parametrize(
    ("expires", "said"), [(None, "verified"), ("2026-11-27T12:00:00Z", "verified"), ("2026-11-27T11:59:59Z", "invalid")]
)
def test_a_retired_key_verifies_what_it_signed_until_then(expires, said):
    document = signed_anyway(unsigned(issuer=WEB), method=f"{WEB}#k")  # signed at NOW
    keys = KnownKeys([issuer_document(WEB, [(f"{WEB}#k", SIGNER.public, expires)])])
    assert verdict(document, keys=keys) == said


@pytest.mark.parametrize(
    "moments", [{"created": "yesterday"}, {"expires": "soon"}, {"expires": "2026-11-27T11:59:59Z"},
                {"created": "2026-11-28T00:00:00Z", "expires": "2026-11-27T18:00:00Z"}]
)  # fmt: skip
def test_a_proof_out_of_its_time_has_failed(moments):
    report = verify(content(signed_anyway(unsigned(), **moments)), now=NOW)
    assert (report.verdict, report.state("proof"), report.state("purpose")) == ("invalid", "failed", "ok")
    still = signed_anyway(unsigned(), expires="2026-11-27T12:00:00Z")
    assert verify(content(still), now=NOW).verdict == "issuer-unknown"


@pytest.mark.parametrize("key", ["z6Mk", "z" + "1" * 48, "uAAAA", ""])
def test_an_issuer_whose_name_holds_no_key_is_refused(key):
    issuer = f"did:key:{key}"
    report = verify(content(signed_anyway(unsigned(issuer=issuer), method=f"{issuer}#{key or 'k'}")), now=NOW)
    assert (report.verdict, report.state("issuer-key")) == ("invalid", "failed")
