"""The record of a learner (CLR 2.0): what it holds, that it is as the standard asks, and when it does not verify."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path

import jsonschema
import pytest

from ipe_workbench.badges import KnownKeys, change_status, issue_awards, read_badge, verify
from ipe_workbench.badges.canonical import canonical_form, canonical_form_by_pyld
from ipe_workbench.badges.contexts import schema
from ipe_workbench.badges.proof import sign, without_proof
from ipe_workbench.badges.transcript import build_transcript, learners_badges
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from tests.badges.making import NOW, PASSPHRASE, award, keyring

VALUES = ("values-foundations", "ethics-in-practice", "equity-and-inclusion")
RECORD = "urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b99"


class Office:
    """An issuer with the badges of a cohort."""

    def __init__(self, folder: Path) -> None:
        self.programme = example_programme()
        self.ring = keyring(folder / "keys")
        self.signer = self.ring.signer("Ed25519", PASSPHRASE)
        self.keys = KnownKeys(self.ring.documents().values())
        self.folder = folder / "badges"
        everything = [award("all", credential=name) for name in self.programme.credentials]
        two = [award("two", credential=name) for name in list(self.programme.credentials)[:2]]
        issue_awards(self.programme, [*everything, *two], self.ring, self.folder, now=NOW, passphrase=PASSPHRASE)

    @property
    def lists(self):
        return [read_badge(one.read_bytes()) for one in (self.folder / "status").glob("*-*.json")]

    def record(self, learner: str = "all", **options):
        held = learners_badges(self.folder, learner, self.keys, now=NOW)
        return build_transcript(self.programme, held, identifier=RECORD, now=NOW, **options)

    def signed(self, record):
        return sign(record, self.signer, self.ring.method("Ed25519"), created=NOW)

    def verify(self, record, **options):
        content = json.dumps(record).encode()
        return verify(content, now=NOW, keys=self.keys, lists=self.lists, programme=self.programme, **options)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def whole(office: Office):
    return office.signed(office.record(profession="nursing"))


def test_a_record_is_as_the_schema_asks_and_verifies_with_each_of_its_badges(office, whole):
    validator = jsonschema.Draft201909Validator(schema("clrcredential"))
    assert list(validator.iter_errors(whole)) == []
    report = office.verify(whole, recipient="all@example.edu")
    assert (report.verdict, report.state("members"), report.state("stacks")) == ("verified", "ok", "ok"), report.checks
    for member in whole["credentialSubject"]["verifiableCredential"]:
        assert office.verify(member).verdict == "verified"


def test_the_canonical_form_of_a_record_is_that_of_pyld(office):
    record = office.record("two")
    assert canonical_form(record) == canonical_form_by_pyld(record)


def test_associations_say_what_the_programme_says(office, whole):
    subject = whole["credentialSubject"]
    codes = {one["id"]: one["humanCode"] for one in subject["achievement"]}
    codes |= {
        one["credentialSubject"]["achievement"]["id"]: one["credentialSubject"]["achievement"]["humanCode"]
        for one in subject["verifiableCredential"]
    }
    said = {(one["associationType"], codes[one["sourceId"]], codes[one["targetId"]]) for one in subject["association"]}
    stacks = office.programme.stacks
    assert {source for kind, source, _ in said if kind == "isPartOf"} <= set(office.programme.credentials)
    assert {source for kind, source, _ in said if kind == "isChildOf"} <= set(stacks)
    # Read off data/programmes/cu-ipe by eye.
    assert ("precedes", "communication-foundations", "structured-handover") in said
    assert {code for code in codes.values() if code in stacks} == set(stacks)
    assert len(said) == len(subject["association"])


def test_a_stack_alone_holds_its_own_badges_and_says_that_there_are_more(office):
    stack = next(iter(office.programme.stacks))
    record = office.record(stack=stack)
    held = {one["credentialSubject"]["achievement"]["humanCode"] for one in
            record["credentialSubject"]["verifiableCredential"]}  # fmt: skip
    assert record["partial"] is True
    assert 0 < len(held) < len(office.programme.credentials)
    assert office.verify(office.signed(record)).state("stacks") == "ok"
    with pytest.raises(UnusableInputError, match="not complete"):
        office.record("two", stack=stack)
    with pytest.raises(UnknownNameError, match="no stack"):
        office.record(stack="nowhere")


def test_a_record_that_claims_a_stack_which_its_badges_do_not_complete_is_refused(office):
    stack = next(iter(office.programme.stacks))
    record = office.record(stack=stack)
    lone = copy.deepcopy(record)
    subject = lone["credentialSubject"]
    subject["verifiableCredential"] = subject["verifiableCredential"][:1]
    subject.pop("association")
    report = office.verify(office.signed(lone))
    assert (report.verdict, report.state("stacks")) == ("invalid", "failed")
    # Without the rules nobody can tell, and that is said.
    content = json.dumps(office.signed(lone)).encode()
    report = verify(content, now=NOW, keys=office.keys, lists=office.lists)
    assert (report.verdict, report.state("stacks")) == ("verified", "unknown")


@pytest.mark.parametrize("place", ["member", "association", "achievement", "name"])
def test_a_changed_record_does_not_verify(office, whole, place):
    changed = copy.deepcopy(whole)
    subject = changed["credentialSubject"]
    if place == "member":
        subject["verifiableCredential"][3]["credentialSubject"]["achievement"]["name"] += "!"
    elif place == "association":
        subject["association"][0]["associationType"] = "exactMatchOf"
    elif place == "achievement":
        subject["achievement"][0]["name"] += "!"
    else:
        changed["name"] += "!"
    assert office.verify(changed).verdict == "invalid"


@pytest.mark.parametrize("end", ["sourceId", "targetId"])
def test_an_association_to_what_the_record_does_not_hold_is_refused(office, end):
    record = copy.deepcopy(office.record(stack=next(iter(office.programme.stacks))))
    record["credentialSubject"]["association"][0][end] = "urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b00"
    report = office.verify(office.signed(record))
    assert (report.verdict, report.state("structure")) == ("invalid", "failed")


def test_a_member_changed_before_the_record_was_signed_does_not_verify(office):
    record = copy.deepcopy(office.record("two"))
    record["credentialSubject"]["verifiableCredential"][1]["credentialSubject"]["achievement"]["name"] += "!"
    report = office.verify(office.signed(record))
    assert (report.verdict, report.state("proof"), report.state("members")) == ("invalid", "ok", "failed")


def test_the_badges_of_somebody_else_make_no_record(office):
    record, other = office.record("two"), office.record()
    record = copy.deepcopy(record)
    record["credentialSubject"]["verifiableCredential"] += other["credentialSubject"]["verifiableCredential"][:1]
    assert office.verify(office.signed(record)).state("members") == "failed"


def test_revoked_badges_are_left_out_and_spoil_an_older_record(tmp_path):
    office = Office(tmp_path)
    before = office.signed(office.record("two"))
    identifier = before["credentialSubject"]["verifiableCredential"][0]["id"]
    change_status(office.folder, identifier, office.ring, change="revoked", reason="", now=NOW, passphrase=PASSPHRASE)
    assert office.verify(before).verdict == "revoked"
    held = learners_badges(office.folder, "two", office.keys, now=NOW)
    assert (len(held.members), len(held.left_out)) == (1, 1)
    after = build_transcript(office.programme, held, identifier=RECORD, now=NOW)
    assert after["partial"] is True
    assert office.verify(office.signed(after)).verdict == "verified"


def test_a_folder_that_somebody_wrote_in_makes_no_record(tmp_path):
    office = Office(tmp_path)
    path = next((office.folder / "badges").glob("*.json"))
    document = json.loads(path.read_text())
    document["name"] = "Doctor of Medicine"
    path.write_text(json.dumps(document))
    with pytest.raises(UnusableInputError, match="does not verify"):
        office.record()
    with pytest.raises(UnknownNameError) as caught:
        office.record("carla.lopez")
    assert "carla" not in str(caught.value)


def test_one_person_by_a_wallet_and_by_an_address(tmp_path):
    programme = example_programme()
    ring = keyring(tmp_path / "keys")
    later = datetime.date(2026, 11, 1)
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    awards = [award("L1"), award("L1", credential="speaking-up", awarded=later, did=did)]
    issue_awards(programme, awards, ring, tmp_path / "badges", now=NOW, passphrase=PASSPHRASE)
    keys = KnownKeys(ring.documents().values())
    held = learners_badges(tmp_path / "badges", "L1", keys, now=NOW)
    record = build_transcript(programme, held, identifier=RECORD, now=NOW)
    assert record["credentialSubject"]["id"] == did
    signed = sign(record, ring.signer("Ed25519", PASSPHRASE), ring.method("Ed25519"), created=NOW)
    lists = [read_badge(one.read_bytes()) for one in (tmp_path / "badges" / "status").glob("*-*.json")]
    report = verify(json.dumps(signed).encode(), now=NOW, keys=keys, lists=lists, recipient="l1@example.edu")
    assert report.verdict == "verified", report.checks


@pytest.mark.parametrize("status", ["revocation-list", "both"])
def test_badges_with_the_list_of_1edtech_and_a_picture_make_a_record(tmp_path, ring, status):
    programme, keys = example_programme(), KnownKeys(ring.documents().values())
    awards = [award("L1"), award("L1", credential="speaking-up"), award("L1", credential="communication-certificate")]
    issue_awards(programme, awards, ring, tmp_path, status=status, pictures=True, now=NOW, passphrase=PASSPHRASE)
    held = learners_badges(tmp_path, "L1", keys, now=NOW)
    record = build_transcript(programme, held, identifier=RECORD, now=NOW)
    signed = sign(record, ring.signer("Ed25519", PASSPHRASE), ring.method("Ed25519"), created=NOW)
    assert list(jsonschema.Draft201909Validator(schema("clrcredential")).iter_errors(signed)) == []
    lists = [read_badge(one.read_bytes()) for one in (tmp_path / "status").iterdir()]
    assert verify(json.dumps(signed).encode(), now=NOW, keys=keys, lists=lists).verdict == "verified"
    change_status(tmp_path, held.members[0]["id"], ring, change="revoked", reason="", now=NOW, passphrase=PASSPHRASE)
    assert len(learners_badges(tmp_path, "L1", keys, now=NOW).left_out) == 1


def test_tokens_make_no_record_and_it_is_said(tmp_path):
    programme = example_programme()
    ring = keyring(tmp_path / "keys")
    issue_awards(programme, [award()], ring, tmp_path / "badges", proof="jwt", signing_kind="P-256",
                 now=NOW, passphrase=PASSPHRASE)  # fmt: skip
    with pytest.raises(UnusableInputError, match="tokens"):
        learners_badges(tmp_path / "badges", "L1", KnownKeys(ring.documents().values()), now=NOW)


def test_the_record_names_no_learner(whole):
    text = json.dumps(without_proof(whole))
    assert "@example.edu" not in text.replace(str(whole["issuer"].get("email")), "")
    assert '"all"' not in text
