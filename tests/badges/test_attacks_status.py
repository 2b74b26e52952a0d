"""Dates and status lists that cannot be trusted."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ipe_workbench.badges import verify
from ipe_workbench.badges.status import Bits
from ipe_workbench.badges.transcript import LearnersBadges, build_transcript
from ipe_workbench.credentials import example_programme
from tests.badges.attacking import changed, lists, put, verdict
from tests.badges.making import (
    INDEX,
    ISSUER,
    NOW,
    STRANGER,
    content,
    method_of,
    signed,
    signed_anyway,
    signed_list,
    unsigned,
)


def test_expired_not_yet_valid_and_signed_but_backwards():
    assert verify(content(signed()), now=NOW.replace(year=2029)).verdict == "expired"
    assert verify(content(signed()), now=NOW.replace(month=9)).verdict == "not-yet-valid"
    assert verdict(signed_anyway({**unsigned(), "validUntil": "2026-09-30T00:00:00Z"})) == "invalid"
    edge = datetime.datetime(2028, 10, 1, 23, 59, 59, tzinfo=datetime.UTC)
    assert verify(content(signed()), now=edge).valid
    assert not verify(content(signed()), now=edge + datetime.timedelta(seconds=1)).valid


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
    "whose proof has expired": [signed_anyway(unsigned_list(), expires="2026-11-27T11:59:59Z")],
    "whose proof expired before it was made": [
        signed_anyway(unsigned_list(), expires="2026-11-27T11:00:00Z", created="2026-11-27T13:00:00Z")
    ],
    "whose proof has no moment": [signed_anyway(unsigned_list(), created="yesterday")],
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


def test_the_status_of_a_badge_in_a_record_is_looked_up_at_the_same_moment():
    held = LearnersBadges(ISSUER, "https://example.edu", (signed(status=True),), ())
    record = signed(build_transcript(example_programme(), held, identifier="urn:uuid:1", now=NOW))
    assert verdict(record, lists=lists(signed_list(valid_days=1))) == "issuer-unknown"
    assert verdict(record, lists=lists(signed_list(valid_days=1, revoked=(INDEX,)))) == "revoked"
    assert verdict(record, lists=lists(signed_list(valid_days=1, now=NOW.replace(month=1)))) == "status-unknown"
    assert verdict(record) == "status-unknown"


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
