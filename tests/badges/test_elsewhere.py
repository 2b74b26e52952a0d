"""Badges of other issuers: what they say is told, what cannot be checked offline is said, and nothing is fetched."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from typer.testing import CliRunner

from ipe_workbench.badges import KnownKeys, LocalSigner, RefusedBadgeError, UnreadableBadgeError
from ipe_workbench.badges.baking import bake
from ipe_workbench.badges.elsewhere import ForeignBadge, read_foreign_badge
from ipe_workbench.badges.multibase import encode_base64url
from ipe_workbench.cli import app
from tests.badges.making import EMAIL, NOW, STRANGER, content, signed, unsigned

SALT = "deadsea"
ASSERTION = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://example.org/assertions/123",
    "recipient": {
        "type": "email",
        "hashed": True,
        "salt": SALT,
        "identity": "sha256$" + hashlib.sha256((EMAIL + SALT).encode()).hexdigest(),
    },
    "issuedOn": "2024-12-31T23:59:59Z",
    "expires": "2027-06-30T23:59:59Z",
    "badge": {
        "type": "BadgeClass",
        "id": "https://example.org/badges/handover",
        "name": "Safe handover",
        "description": "Hands over patients in a structured way.",
        "criteria": {"narrative": "Three observed handovers."},
        "issuer": {
            "type": "Profile",
            "id": "https://example.org",
            "name": "Another School",
            "url": "https://example.org",
        },
        "alignment": [{"targetName": "Communication", "targetUrl": "https://example.org/fw/C1", "targetCode": "C1"}],
    },
    "evidence": [{"id": "https://example.org/e/1", "narrative": "A recording."}],
    "verification": {"type": "hosted"},
}


@pytest.fixture(autouse=True)
def without_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def read(badge, **options) -> ForeignBadge:
    return read_foreign_badge(badge if isinstance(badge, bytes) else content(badge), now=NOW, **options)


def states(badge: ForeignBadge) -> dict[str, str]:
    return {one.id: one.state for one in badge.checks}


def png_with(keyword: str, text: str, *, old: bool = False) -> bytes:
    """Baked by Pillow."""
    words = PngImagePlugin.PngInfo()
    if old:
        words.add_text(keyword, text)
    else:
        words.add_itxt(keyword, text)
    buffer = io.BytesIO()
    Image.new("RGB", (90, 90)).save(buffer, "PNG", pnginfo=words)
    return buffer.getvalue()


def svg_with(verify: str, text: str = "") -> bytes:
    inner = f"<![CDATA[{text}]]>" if text else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'
        f'<openbadges:assertion verify="{verify}">{inner}</openbadges:assertion><g/></svg>'
    ).encode()


def token_of(payload, signer: LocalSigner, **header) -> bytes:
    parts = [
        encode_base64url(json.dumps(one).encode()) for one in ({"alg": signer.public.algorithm, **header}, payload)
    ]
    return f"{'.'.join(parts)}.{encode_base64url(signer.sign('.'.join(parts).encode()))}".encode()


@pytest.mark.parametrize(
    ("badge", "carrier"),
    [
        (content(ASSERTION), "JSON"),
        (png_with("openbadges", json.dumps(ASSERTION)), "PNG"),
        (svg_with(ASSERTION["id"], json.dumps(ASSERTION)), "SVG"),
    ],
    ids=["JSON", "PNG", "SVG"],
)
def test_a_hosted_badge_of_version_2_tells_what_it_says_and_what_cannot_be_checked(badge, carrier):
    told = read(badge, recipient=EMAIL)
    assert (told.standard, told.carrier) == ("Open Badges 2.0", carrier)
    assert told.recipient == ASSERTION["recipient"]
    assert told.issuer["name"] == "Another School"
    assert told.achievement["name"] == "Safe handover"
    assert told.dates == {"issued": "2024-12-31T23:59:59Z", "expires": "2027-06-30T23:59:59Z"}
    assert told.alignments[0]["targetCode"] == "C1"
    assert told.evidence[0]["id"] == "https://example.org/e/1"
    expected = {"structure": "ok", "proof": "unknown", "validity": "ok", "status": "unknown", "recipient": "ok"}
    assert states(told) == expected
    assert "nothing was fetched" in told.checks[1].detail


def test_the_badge_of_another_person_an_expired_and_a_revoked_one_are_refuted():
    assert states(read(ASSERTION, recipient="bo@example.edu"))["recipient"] == "failed"
    assert read({**ASSERTION, "expires": "2025-01-01T00:00:00Z"}).refuted
    assert read({**ASSERTION, "revoked": True}).refuted
    assert read({**ASSERTION, "issuedOn": "2030-01-01T00:00:00Z"}).refuted
    assert not read(ASSERTION).refuted


def test_a_recipient_in_plain_is_told_and_compared():
    plain = {**ASSERTION, "recipient": {"type": "email", "hashed": False, "identity": EMAIL}}
    assert read(plain).recipient["identity"] == EMAIL
    assert states(read(plain, recipient=EMAIL))["recipient"] == "ok"
    assert states(read(plain, recipient="x" + EMAIL))["recipient"] == "failed"


def test_a_signed_badge_of_version_2_is_checked_when_its_key_was_given_and_else_not():
    signer = LocalSigner.generated("RSA")
    payload = {**ASSERTION, "verification": {"type": "SignedBadge", "creator": "https://example.org/key"}}
    keys = KnownKeys([{"keys": [{**signer.public.jwk, "kid": "https://example.org#1"}]}])
    token = token_of(payload, signer, kid="https://example.org#1")
    for badge in (token, png_with("openbadges", token.decode()), svg_with(token.decode())):
        assert states(read(badge, keys=keys))["proof"] == "ok"
    assert states(read(token))["proof"] == "unknown"
    bare = read(token_of(payload, signer), keys=keys)
    assert states(bare)["proof"] == "unknown"
    assert "https://example.org/key" in bare.checks[1].detail
    changed = token[:-6] + (b"AAAAAA" if token[-6:] != b"AAAAAA" else b"BBBBBB")
    assert read(changed, keys=keys).refuted
    none = token_of(payload, signer, kid="https://example.org#1", alg="none")
    assert read(none).refuted


def key_document(signer: LocalSigner, owner: str = "https://example.org/issuer", **changes):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    key = load_der_public_key(signer.public.content)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    address = "https://example.org/key"
    made = {"@context": "https://w3id.org/openbadges/v2", "type": "CryptographicKey", "id": address}
    return {**made, "owner": owner, "publicKeyPem": pem, **changes}


def test_a_signed_badge_of_version_2_is_checked_with_the_document_of_its_key():
    signer, other = LocalSigner.generated("RSA"), LocalSigner.generated("RSA")
    owner = ASSERTION["badge"]["issuer"]["id"]
    payload = {**ASSERTION, "verification": {"type": "SignedBadge", "creator": "https://example.org/key"}}
    token = token_of(payload, signer)

    def proof(*documents, badge: bytes = token) -> str:
        return states(read(badge, keys=KnownKeys(documents)))["proof"]

    assert proof(key_document(signer, owner)) == "ok"
    # Beside the keys of others, too, and in a picture.
    theirs = {"keys": [{**other.public.jwk, "kid": "https://else.example#1"}]}
    assert proof(theirs, key_document(signer, owner), badge=png_with("openbadges", token.decode())) == "ok"
    assert proof(key_document(other, owner)) == "failed"
    assert proof(key_document(signer, "https://somebody.example")) == "failed"
    assert proof(key_document(signer, owner, publicKeyPem="-----BEGIN PUBLIC KEY-----\nAAAA\n-----END")) == "failed"
    assert proof(key_document(signer, owner, id="https://example.org/another-key")) == "unknown"
    assert proof() == "unknown"
    changed = token[:-6] + (b"AAAAAA" if token[-6:] != b"AAAAAA" else b"BBBBBB")
    assert proof(key_document(signer, owner), badge=changed) == "failed"
    none = token_of(payload, signer, alg="none")
    assert proof(key_document(signer, owner), badge=none) == "failed"
    # A badge of version 3 is not verified with such a document: its name belongs to version 2.
    assert KnownKeys([key_document(signer, owner)]).find(f"{owner}#1", owner).key is None


def test_older_badges_of_version_1_and_mere_addresses_are_told_too():
    first = {
        "uid": "abc",
        "recipient": {"type": "email", "identity": EMAIL, "hashed": False},
        "badge": "https://example.org/b.json",
        "issuedOn": 1359217910,
        "verify": {"type": "hosted", "url": "https://example.org/a.json"},
    }
    told = read(first)
    assert (told.standard, told.dates["issued"]) == ("Open Badges 1", "2013-01-26T16:31:50Z")
    assert told.achievement == {"id": "https://example.org/b.json"}
    assert "https://example.org/a.json" in told.checks[1].detail
    oldest = read(png_with("openbadges", "https://example.org/a.json", old=True))
    assert (oldest.carrier, oldest.achievement, oldest.refuted) == ("PNG", {}, False)
    assert {one.state for one in oldest.checks} == {"unknown"}
    assert "https://example.org/a.json" in oldest.checks[1].detail


def test_a_badge_of_version_3_is_verified_and_told():
    told = read(signed(), recipient=EMAIL)
    assert told.standard == "Open Badges 3.0"
    assert told.achievement["name"] == "Foundations of shared values"
    assert {one["targetCode"] for one in told.alignments} >= {"VE1", "VE3"}
    assert told.recipient["hashed"] is True
    assert told.dates["awarded"] == "2026-10-01T00:00:00Z"
    assert states(told)["proof"] == "ok"
    assert states(told)["issuer"] == "unknown"
    assert not told.refuted
    picture = bake(content(signed()), svg_with("x").replace(b"openbadges:assertion", b"g"))
    assert read(picture).carrier == "SVG"
    forged = {**signed(), "name": "Surgery"}
    assert read(forged).refuted


def test_a_badge_of_the_older_data_model_is_told_and_not_called_checked():
    older = {**unsigned(), "issuanceDate": "2024-01-01T00:00:00Z", "expirationDate": "2025-01-01T00:00:00Z"}
    older["@context"] = ["https://www.w3.org/2018/credentials/v1", *older["@context"][1:]]
    for name in ("validFrom", "validUntil"):
        del older[name]
    told = read(older)
    assert told.dates["issued"] == "2024-01-01T00:00:00Z"
    assert states(told)["proof"] == "unknown"
    assert states(told)["validity"] == "failed"


@pytest.mark.parametrize(
    "badge",
    [b"", b"{}", b"[]", b"https://example.org/a", b"hello", content({"type": "BadgeClass", "name": "A"})],
)
def test_what_is_no_badge_is_said_to_be_none(badge):
    with pytest.raises(UnreadableBadgeError):
        read(badge)


def test_two_meanings_are_refused():
    twice = content(ASSERTION).replace(b'"issuedOn"', b'"expires": "2099-01-01T00:00:00Z", "issuedOn"')
    with pytest.raises(RefusedBadgeError, match="twice"):
        read(twice)
    token = token_of(ASSERTION, STRANGER).decode()
    with pytest.raises(RefusedBadgeError, match="at once"):
        read(svg_with(token, json.dumps(ASSERTION)))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**12) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ASSERTION)), _JSON), st.data())
def test_any_values_are_read_without_a_traceback(values, data):
    strange = json.loads(json.dumps({**ASSERTION, **values}))
    if isinstance(strange["badge"], dict) and data.draw(st.booleans()):
        strange["badge"]["issuer"] = data.draw(_JSON)
        strange["badge"]["alignment"] = data.draw(_JSON)
    try:
        told = read(strange, recipient=EMAIL)
    except (UnreadableBadgeError, RefusedBadgeError):
        return
    assert all(one.detail for one in told.checks)


def test_the_command_tells_it_as_json_and_as_a_table(tmp_path):
    path = tmp_path / "badge.png"
    path.write_bytes(png_with("openbadges", json.dumps(ASSERTION)))
    arguments = ["badges", "read", str(path), "--recipient", EMAIL, "--now", NOW.date().isoformat()]
    done = CliRunner().invoke(app, [*arguments, "--format", "json"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["standard"], told["refuted"]) == (0, "Open Badges 2.0", False)
    shown = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "Safe handover" in shown.stdout
    late = CliRunner().invoke(app, [*arguments[:-1], "2028-01-01"], catch_exceptions=False)
    assert late.exit_code == 1
    refused = CliRunner().invoke(app, ["badges", "verify", str(path)])
    assert "ipe badges read" in str(refused.exception)
    assert datetime.datetime.fromisoformat(told["dates"]["expires"]) > NOW
