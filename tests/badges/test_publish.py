"""What goes on the web: everything that badges name, and nothing of learners or private keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ipe_workbench.badges import Keyring, KnownKeys, change_status, issue_awards, read_badge, verify
from ipe_workbench.badges.publish import publication
from ipe_workbench.badges.register import REGISTER
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.reporting.publication_pages import publication_pages
from tests.badges.making import NOW, PASSPHRASE, award, keyring


def office(folder: Path, *, issuer: str | None = "did:web:example.edu", **options):
    ring = keyring(folder / "keys", issuer=issuer)
    awards = [
        award("lopez-4711", narrative="Ana led the discussion."),
        award("Berta Brecht", credential="speaking-up", email="b.brecht@example.edu"),
    ]
    issue_awards(example_programme(), awards, ring, folder / "badges", now=NOW, passphrase=PASSPHRASE, **options)
    return ring


def whole(folder: Path, ring: Keyring) -> dict[str, str]:
    made = publication(folder / "badges", ring)
    return {**made.files, **publication_pages(made, now=NOW)}


@pytest.mark.parametrize("options", [{}, {"proof": "jwt", "signing_kind": "P-256"}])
def test_with_the_public_folder_alone_each_badge_verifies(tmp_path, options):
    ring = office(tmp_path, **options)
    ring = ring.rotated(PASSPHRASE, now=NOW, kinds=["Ed25519", "P-256"])
    files = whole(tmp_path, ring)
    keys = KnownKeys([json.loads(files[".well-known/did.json"])])
    for path in (tmp_path / "badges" / "badges").iterdir():
        credential = read_badge(path.read_bytes()).credential
        named = credential["credentialStatus"]["statusListCredential"]
        lists = [read_badge(files[named.removeprefix("https://example.edu/")].encode())]
        assert verify(path.read_bytes(), now=NOW, keys=keys, lists=lists).verdict == "verified"
        achievement = credential["credentialSubject"]["achievement"]
        published = json.loads(files[achievement["id"].removeprefix("https://example.edu/")])
        assert {**published, "@context": 0} == {**achievement, "@context": 0}


def test_nothing_of_learners_and_no_private_key_is_public(tmp_path):
    ring = office(tmp_path)
    register = (tmp_path / "badges" / REGISTER).read_text()
    secret = json.loads(register.splitlines()[0])["secret"]
    salts = [json.loads(line)["salt"] for line in register.splitlines()[1:] if "salt" in line]
    names = [path.stem for path in (tmp_path / "badges" / "badges").iterdir()]
    keys = [line for path in (tmp_path / "keys").glob("*.pem") for line in path.read_text().splitlines()[1:3]]
    for content in whole(tmp_path, ring).values():
        for private in ("lopez", "Brecht", "b.brecht@", "led the discussion", "PRIVATE KEY", '"d":', secret,
                        *salts, *names, *keys):  # fmt: skip
            assert private not in content


def test_a_reason_that_names_a_learner_is_not_published(tmp_path):
    ring = office(tmp_path)
    for path, reason in zip(
        sorted((tmp_path / "badges" / "badges").iterdir()), ["Meant for Berta Brecht", "A mistake"], strict=True
    ):
        identifier = json.loads(path.read_text())["id"]
        change_status(tmp_path / "badges", identifier, ring, change="revoked", reason=reason, now=NOW,
                      passphrase=PASSPHRASE)  # fmt: skip
    made = publication(tmp_path / "badges", ring)
    listed = json.loads(made.files["ipe/badges/status/revoked.json"])["revokedCredential"]
    assert (made.withheld, [one.get("revocationReason") for one in listed]) == (1, [None, "A mistake"])


def test_keys_of_another_issuer_are_refused(tmp_path):
    office(tmp_path)
    other = keyring(tmp_path / "other", issuer="did:web:else.example", kinds=("P-256",))
    with pytest.raises(UnusableInputError, match="whose keys these are not"):
        publication(tmp_path / "badges", other)


def test_what_belongs_to_another_server_stands_apart(tmp_path):
    ring = office(tmp_path, issuer="did:web:other.example%3A8443:ipe", base="https://badges.example.org")
    files = whole(tmp_path, ring)
    assert "other-servers/other.example_8443/ipe/did.json" in files
    assert "index.html" in files
    assert "verify.html" in files


@pytest.mark.parametrize("issuer", [None, "https://example.edu/ipe/issuers/1"])
def test_a_did_key_needs_no_document_and_a_web_address_has_its_own(tmp_path, issuer):
    ring = office(tmp_path, issuer=issuer)
    files = whole(tmp_path, ring)
    assert ("ipe/issuers/1" in files) is (issuer is not None)
    assert json.loads(files["ipe/badges/jwks.json"])["keys"]
