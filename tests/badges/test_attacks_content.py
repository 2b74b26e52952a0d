"""Content that was changed, moved or hidden. Where the proof stays valid for a naive verifier, the test shows it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from ipe_workbench.badges import read_badge, verify
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.multibase import decode_base58, encode_base58
from ipe_workbench.badges.recipient import hashed_email
from tests.badges.attacking import Change, changed, put, verdict
from tests.badges.making import (
    EMAIL,
    METHOD,
    NOW,
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


def test_the_hash_of_another_recipient_and_of_other_letters():
    badge = signed()
    assert verdict(badge, recipient=EMAIL) == "issuer-unknown"
    for other in ("eve@example.edu", EMAIL.upper(), EMAIL + " ", ""):
        assert verdict(badge, recipient=other) == "invalid"
    stolen = changed(
        badge, lambda document: document["credentialSubject"].update(identifier=[hashed_email("eve@example.edu", "x")])
    )
    assert verdict(stolen, recipient="eve@example.edu") == "invalid"


def proof_sets():
    mine = signed()
    foreign = {**mine["proof"], "cryptosuite": "ecdsa-sd-2023", "proofValue": "u2V0AhVhA"}
    return mine, foreign


def test_a_proof_of_another_suite_beside_a_good_one_neither_helps_nor_harms():
    mine, foreign = proof_sets()
    assert verdict({**mine, "proof": [mine["proof"], foreign]}) == "issuer-unknown"
    assert verdict({**mine, "proof": [foreign, mine["proof"]]}) == "issuer-unknown"
    assert verdict({**mine, "proof": foreign}) == "invalid"
    broken = {**mine["proof"], "proofValue": "z" + "2" * 87}
    assert verdict({**mine, "proof": [broken, foreign]}) == "invalid"
    assert verdict({**mine, "proof": [mine["proof"], broken]}) == "invalid"
    assert verdict({**mine, "proof": [mine["proof"], foreign], "name": "Another"}) == "invalid"


def wrapped() -> dict[str, Any]:
    badge, contexts = signed(), {"@context": unsigned()["@context"]}
    return {
        "a presentation": {**contexts, "type": "VerifiablePresentation", "verifiableCredential": badge},
        "an envelope": {**contexts, "type": "EnvelopedVerifiableCredential", "id": "data:,x"},
        "subject as array": signed_anyway({**unsigned(), "credentialSubject": [unsigned()["credentialSubject"]]}),
        "one context as text": {**badge, "@context": badge["@context"][0]},
        "a context twice": {**badge, "@context": [*badge["@context"], badge["@context"][0]]},
        "a context inside": changed(badge, put("credentialSubject/achievement/@context", {"name": "x:y"})),
        "a name with a language": {**badge, "name": {"@value": "Badge", "@language": "en"}},
        "a prototype": json.loads(content(badge).replace(b'"name"', b'"__proto__": {"validUntil": "2099"}, "name"', 1)),
        "two kinds at once": signed_anyway({**unsigned(), "type": [*unsigned()["type"], "EndorsementCredential"]}),
        "a proof within a list within a list": {**badge, "proof": [[badge["proof"]]]},
    }  # fmt: skip


@pytest.mark.parametrize("form", wrapped())
def test_a_badge_in_another_wrapping_is_not_valid(form):
    assert verdict(wrapped()[form]) == "invalid"


@pytest.mark.parametrize("number", ["9007199254740993", "1e400", "-1e999", "123456789012345678901"])
def test_numbers_that_readers_round_differently_are_refused(number):
    document = unsigned()
    document["credentialSubject"]["creditsEarned"] = 7
    text = content(signed_anyway(document)).replace(b'"creditsEarned": 7', b'"creditsEarned": ' + number.encode())
    report = verify(text, now=NOW)
    assert (report.verdict, report.state("readable")) == ("invalid", "failed")


@pytest.mark.parametrize(
    "until", ["2028-10-01T23:59:59", "2028-10-01T23:59:59z", "2028-10-01T23:59:60Z", "2028-10-01T24:00:00Z",
              "10000-01-01T00:00:00Z", "２０２８-10-01T23:59:59Z", "2028-10-01T23:59:59Z ", "0000-01-01T00:00:00Z",
              "2028-10-01T23:59:59+99:99"]
)  # fmt: skip
def test_a_moment_that_readers_understand_differently_is_none(until):
    assert verdict(signed_anyway({**unsigned(), "validUntil": until})) == "invalid"


def test_moments_of_other_zones_and_at_the_end_of_time():
    east = signed({**unsigned(), "validUntil": "2026-11-27T13:59:59+02:00"})
    assert verdict(east) == "expired"  # it is 12:00 in UTC, 14:00 there
    assert verdict(signed({**unsigned(), "validUntil": "2026-11-27T10:00:01-02:00"})) == "issuer-unknown"
    end = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    assert verify(content(signed()), now=end).verdict == "expired"
    assert verdict(signed({**unsigned(), "validUntil": "9999-12-31T23:59:59-14:00"})) == "issuer-unknown"
