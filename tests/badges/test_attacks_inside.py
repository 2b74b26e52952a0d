"""What is inside a genuine badge: endorsements, references, forms; and whose word it is."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ipe_workbench.badges import KnownKeys, LocalSigner, issue_awards, read_badge, verify
from ipe_workbench.badges.issuer_ids import json_web_key_set
from ipe_workbench.badges.keys import did_key
from ipe_workbench.badges.proof import without_proof
from ipe_workbench.badges.status import status_entry
from ipe_workbench.badges.transcript import build_transcript, learners_badges
from ipe_workbench.credentials import example_programme
from tests.badges.attacking import changed, lists, put, verdict
from tests.badges.making import (
    NOW,
    PASSPHRASE,
    SIGNER,
    STRANGER,
    award,
    content,
    method_of,
    signed,
    signed_anyway,
    signed_list,
    unsigned,
)


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


def test_who_is_given_the_key_of_a_did_key_knows_the_issuer():
    ours, theirs = (KnownKeys([json_web_key_set([("k", one.public)])]) for one in (SIGNER, STRANGER))
    assert (verdict(signed(), keys=ours), verdict(signed(), keys=theirs)) == ("verified", "issuer-unknown")


def profile(number: int, *endorsements: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"urn:uuid:6f0d3a1e-0000-4000-8000-0000000001{number:02}",
        "type": ["Profile"],
        "name": "A school",
        "endorsement": list(endorsements),
    }


@pytest.mark.parametrize("place", ["achievement/creator", "source", "../issuer/parentOrg"])
def test_a_false_endorsement_of_whoever_is_named_in_a_badge(place):
    society = LocalSigner.from_seed(hashlib.sha256(b"society").digest())
    number = len(place)
    about = profile(number)["id"]

    def endorsed(one: dict[str, Any]) -> str:
        document = unsigned()
        if place.startswith("../"):
            document["issuer"]["parentOrg"] = profile(number, one)
        else:
            document = changed(document, put(f"credentialSubject/{place}", profile(number, one)))
        return verdict(signed_anyway(document))

    assert endorsed(endorsement(society, about)) == "issuer-unknown"
    assert endorsed(endorsement(STRANGER, about, did_key(society.public))) == "invalid"
    assert endorsed(endorsement(society, "urn:uuid:another")) == "invalid"


def test_an_endorsement_that_has_expired_or_was_withdrawn_is_told_and_does_the_badge_no_harm():
    society = LocalSigner.from_seed(hashlib.sha256(b"society").digest())
    address = "https://society.example/status/1.json"
    praise = without_proof(endorsement(society, unsigned()["credentialSubject"]["achievement"]["id"]))
    listed = status_entry("revocation", address, 7)

    def answer(change: dict[str, Any], *given: Any) -> tuple[str, str | None]:
        document = unsigned()
        one = signed_anyway({**praise, **change}, society, method=method_of(society))
        document["credentialSubject"]["achievement"]["endorsement"] = [one]
        report = verify(content(signed(document)), now=NOW, lists=lists(*given))
        return report.verdict, report.state("endorsements")

    assert answer({}) == ("issuer-unknown", "ok")
    assert answer({"validUntil": "2026-11-01T00:00:00Z"}) == ("issuer-unknown", "unknown")
    assert answer({"validFrom": "2027-01-01T00:00:00Z"}) == ("issuer-unknown", "unknown")
    withdrawn = signed_list(signer=society, address=address, revoked=(7,))
    assert answer({"credentialStatus": listed}, withdrawn) == ("issuer-unknown", "unknown")
    good = signed_list(signer=society, address=address)
    assert answer({"credentialStatus": listed}, good) == ("issuer-unknown", "ok")


def test_a_record_inside_a_record_is_looked_into(tmp_path, ring):
    awards = [award("L1", credential=name) for name in ("values-foundations", "speaking-up")]
    issue_awards(example_programme(), awards, ring, tmp_path, now=NOW, passphrase=PASSPHRASE)
    keys = KnownKeys(ring.documents().values())
    held = learners_badges(tmp_path, "L1", keys, now=NOW)
    signer, method = ring.signer("Ed25519", PASSPHRASE), ring.method("Ed25519")
    good = [read_badge(one.read_bytes()) for one in (tmp_path / "status").iterdir()]

    def nested(inner: dict[str, Any]) -> Any:
        outer = build_transcript(example_programme(), held, identifier="urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b01",
                                 now=NOW)  # fmt: skip
        outer["credentialSubject"]["verifiableCredential"] = [signed_anyway(inner, signer, method=method)]
        outer["credentialSubject"].pop("association", None)
        outer["credentialSubject"].pop("achievement", None)
        return verify(content(signed_anyway(outer, signer, method=method)), now=NOW, keys=keys, lists=good)

    inner = build_transcript(example_programme(), held, identifier="urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b02",
                             now=NOW)  # fmt: skip
    assert nested(inner).state("members") == "ok"
    forged = changed(inner, lambda record: record["credentialSubject"]["verifiableCredential"][0].update(name="Doctor"))
    report = nested(forged)
    assert (report.verdict, report.state("members")) == ("invalid", "failed")
