"""Software that nobody here wrote accepts every kind of badge that we issue, and rejects each with one byte changed.

Digital Bazaar's vc with eddsa-rdfc-2022 and vc-bitstring-status-list, and jose, on Node.js; installed by
``scripts/setup.sh interop`` (versions and hashes in ``package-lock.json``).
"""

from __future__ import annotations

import datetime
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ipe_workbench.badges import Keyring, KnownKeys, change_status, endorse, issue_awards
from ipe_workbench.badges.proof import sign
from ipe_workbench.badges.transcript import build_transcript, learners_badges
from ipe_workbench.credentials import example_programme
from tests.badges.making import NOW, award, signed, signed_anyway, unsigned

HERE = Path(__file__).parent
PASSPHRASE = "correct horse battery"  # noqa: S105
# Their check of a status list goes by the machine's clock, which is later than this.
OPTIONS = {"now": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC), "passphrase": PASSPHRASE}
pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
    pytest.mark.slow,  # Node.js starts, and installs its packages the first time
]


@pytest.fixture(scope="module", autouse=True)
def stack() -> None:
    subprocess.run([HERE.parents[1] / "scripts" / "setup.sh", "interop"], check=True, timeout=200)


def answers(*cases: dict[str, Any]) -> list[dict[str, Any]]:
    asked = json.dumps([{"now": "2026-11-27T12:00:00Z", **case} for case in cases])
    done = subprocess.run(
        ["node", HERE / "verify.mjs"], input=asked, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def issued(folder: Path, ring: Keyring, **options: Any) -> list[str]:
    programme = example_programme()
    learners = [award("L1", levels={"case-reasoning": "meets"}, score=0.8), award("L2", credential="team-simulation")]
    stack = award(
        "L3", credential="ipe-micro-credential", did="did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    )
    issue_awards(programme, [*learners, stack], ring, folder, **OPTIONS, **options)
    return [path.read_text().strip() for path in sorted((folder / "badges").iterdir())]


def lists_of(folder: Path) -> dict[str, Any]:
    listed = [json.loads(path.read_text()) for path in (folder / "status").glob("*-1.json")]
    return {one["id"]: one for one in listed}


def test_data_integrity_badges_are_accepted_and_any_changed_letter_is_noticed(tmp_path):
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    badges = [json.loads(text) for text in issued(tmp_path / "out", ring, suspension=True)]
    lists = lists_of(tmp_path / "out")
    assert len(lists) == 2
    good = answers(*({"document": badge, "lists": lists} for badge in badges))
    assert [(one["verified"], one["revoked"]) for one in good] == [(True, False)] * 3, good
    changed = [{"document": other, "lists": lists} for badge in badges for other in one_letter_changed(badge, 8)]
    assert not any(one["verified"] for one in answers(*changed))


def test_records_are_accepted_with_each_badge_in_them_and_any_changed_letter_is_noticed(tmp_path):
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    programme, folder = example_programme(), tmp_path / "out"
    awards = [award("L1", credential=name) for name in (*programme.credentials, "communication-certificate")]
    issue_awards(programme, awards, ring, folder, **OPTIONS)
    held = learners_badges(folder, "L1", KnownKeys(), now=NOW)
    signer, method = ring.signer("Ed25519", PASSPHRASE), ring.method("Ed25519")
    records = [
        sign(
            build_transcript(programme, held, identifier=f"urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b9{n}", now=NOW,
                             **options),
            signer, method, created=NOW,
        )
        for n, options in enumerate(({"profession": "nursing"}, {"stack": "communication-certificate"}))
    ]  # fmt: skip
    lists = lists_of(folder)
    assert all(record["credentialSubject"]["association"] for record in records)
    good = answers(*({"document": record, "lists": lists} for record in records))
    assert [one["verified"] for one in good] == [True, True], good
    members = [one for record in records for one in record["credentialSubject"]["verifiableCredential"]]
    assert all(one["verified"] for one in answers(*({"document": one, "lists": lists} for one in members)))
    # A whole record takes their canonicalization more than a second each time.
    changed = [
        {"document": other, "lists": lists}
        for record, times in zip(records, (4, 10), strict=True)
        for other in one_letter_changed(record, times)
    ]
    assert not any(one["verified"] for one in answers(*changed))


def test_an_endorsement_and_a_status_list_are_accepted_and_any_changed_letter_is_noticed(tmp_path):
    society = Keyring.generated(tmp_path / "society", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    praise = endorse("urn:uuid:2c1c5d2e-6b39-4a5c-9d0a-0d8d8d8d8d8d", "Sound.", society, name="A society", **OPTIONS)
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    issued(tmp_path / "out", ring)
    listed = lists_of(tmp_path / "out").values()
    documents = [praise, *listed]
    assert all(one["verified"] for one in answers(*({"document": one} for one in documents)))
    changed = [{"document": other} for document in documents for other in one_letter_changed(document, 8)]
    assert not any(one["verified"] for one in answers(*changed))


def one_letter_changed(badge: dict[str, Any], times: int) -> list[dict[str, Any]]:
    """Copies with one letter of a value changed: of a name, an id, a digest, the signature, ..."""
    picks = random.Random(3)  # noqa: S311
    places = [place for place in texts(badge) if place[0] != "@context"]
    copies = []
    for place in picks.sample(places, times):
        copy = json.loads(json.dumps(badge))
        target = copy
        for step in place[:-1]:
            target = target[step]
        text = target[place[-1]]
        at = picks.randrange(len(text))
        target[place[-1]] = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
        copies.append(copy)
    return copies


def texts(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, str):
        return [place] if value else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for step, part in steps for one in texts(part, (*place, step))]


def test_a_revoked_badge_is_seen_as_revoked_in_the_list_that_we_publish(tmp_path):
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, kinds=["Ed25519"])
    badges = [json.loads(text) for text in issued(tmp_path / "out", ring)]
    change_status(tmp_path / "out", badges[1]["id"], ring, change="revoked", reason="A mistake", **OPTIONS)
    lists = lists_of(tmp_path / "out")
    assert [one["revoked"] for one in answers(*({"document": badge, "lists": lists} for badge in badges))] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_tokens_are_accepted_and_any_changed_letter_is_noticed(tmp_path, kind):
    ring = Keyring.generated(tmp_path / "keys", PASSPHRASE, now=NOW, issuer="did:web:example.edu", kinds=[kind])
    jwks = json.loads((tmp_path / "keys" / "jwks.json").read_text())
    given = {"jwks": jwks, "issuer": "did:web:example.edu"}
    tokens = issued(tmp_path / "out", ring, proof="jwt", signing_kind=kind)
    assert all(one["verified"] for one in answers(*({**given, "token": token} for token in tokens)))
    changed = [
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        for token in tokens
        for at in (30, 900, len(token) - 40)
    ]
    assert not any(one["verified"] for one in answers(*({**given, "token": token} for token in changed)))


def test_both_make_the_same_of_what_a_careless_signer_left_unsigned():
    careless = signed_anyway({**unsigned(), "colour": "green"})
    honest, refused = answers({"document": signed()}, {"document": careless})
    assert honest["verified"], honest["error"]
    assert not refused["verified"]
