"""Issuing in bulk: each award exactly once, the same bytes as the slow way, nothing written when something is wrong."""

from __future__ import annotations

import csv
import datetime
import json
import os
import random
import signal
import time
from pathlib import Path

import jsonschema
import pytest

from ipe_workbench.badges import (
    Keyring,
    change_status,
    endorse,
    issue_awards,
    parse_awards_to_issue,
    read_badge,
    read_endorsements,
    verify,
)
from ipe_workbench.badges.contexts import schema
from ipe_workbench.badges.proof import sign, without_proof
from ipe_workbench.badges.register import REGISTER, Register
from ipe_workbench.credentials import example_programme
from ipe_workbench.credentials.exchange.achievements import achievement_id
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from tests.badges.making import NOW, PASSPHRASE, award, keyring

OPTIONS = {"now": NOW, "passphrase": PASSPHRASE}


def keys_of(ring: Keyring):
    from ipe_workbench.badges import KnownKeys

    return KnownKeys([json.loads((ring.folder / "did.json").read_text())])


def badges_in(folder: Path) -> list[Path]:
    return sorted((folder / "badges").iterdir())


def lists_in(folder: Path):
    return [read_badge(path.read_bytes()) for path in (folder / "status").iterdir() if path.name != "revoked.json"]


def test_a_cohort_of_every_credential_and_stack_verifies_with_no_error_of_the_schema(tmp_path, ring):
    programme = example_programme()
    awards = [award(f"L{n}", credential=name) for n, name in enumerate((*programme.credentials, *programme.stacks))]
    made = issue_awards(programme, awards, ring, tmp_path, **OPTIONS)
    assert (made.made, made.already) == (21, 0)
    validator = jsonschema.Draft201909Validator(schema("achievementcredential"))
    for path in badges_in(tmp_path):
        document = json.loads(path.read_bytes())
        assert list(validator.iter_errors(document)) == []
        report = verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists_in(tmp_path))
        assert report.verdict == "verified", report.checks


def test_the_quick_way_gives_the_bytes_of_the_slow_way(tmp_path, ring):
    issue_awards(
        example_programme(), [award("L1"), award("L2", levels={"case-reasoning": "meets"})], ring, tmp_path, **OPTIONS
    )
    signer = ring.signer("Ed25519", PASSPHRASE)
    for path in badges_in(tmp_path):
        document = json.loads(path.read_bytes())
        slow = sign(without_proof(document), signer, ring.method("Ed25519"), created=NOW)
        assert path.read_text() == json.dumps(slow, ensure_ascii=False, separators=(",", ":")) + "\n"


@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_tokens_and_their_lists(tmp_path, ring, kind):
    issue_awards(example_programme(), [award()], ring, tmp_path, proof="jwt", signing_kind=kind, **OPTIONS)
    (path,) = badges_in(tmp_path)
    assert verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists_in(tmp_path)).verdict == "verified"


def test_nothing_of_the_learner_is_in_a_badge_but_what_was_given_and_the_hash(tmp_path, ring):
    issue_awards(example_programme(), [award("learner-4711", email="ana.lopez@example.edu")], ring, tmp_path, **OPTIONS)
    text = badges_in(tmp_path)[0].read_text()
    assert "4711" not in text
    assert "lopez" not in text
    for private in (REGISTER, "issued.csv"):
        assert (tmp_path / private).stat().st_mode & 0o077 == 0


def test_the_index_says_which_file_is_whose_and_runs_no_formula(tmp_path, ring):
    issue_awards(example_programme(), [award("=cmd|' /C calc'!A0", email="l@example.edu")], ring, tmp_path, **OPTIONS)
    (row,) = csv.DictReader((tmp_path / "issued.csv").read_text().splitlines())
    assert row["learner"].startswith("'=cmd")
    assert json.loads((tmp_path / row["file"]).read_bytes())["id"] == row["id"]


def test_going_on_adds_what_is_new_and_touches_nothing_else(tmp_path, ring):
    programme = example_programme()
    issue_awards(programme, [award("L1")], ring, tmp_path, **OPTIONS)
    before = {path: path.read_bytes() for path in badges_in(tmp_path)}
    with pytest.raises(UnusableInputError, match="--resume"):
        issue_awards(programme, [award("L1")], ring, tmp_path, **OPTIONS)
    made = issue_awards(programme, [award("L1"), award("L2")], ring, tmp_path, resume=True, **OPTIONS)
    assert (made.made, made.already) == (1, 1)
    assert all(path.read_bytes() == content for path, content in before.items())
    lost = next(iter(before))
    lost.unlink()
    issue_awards(
        programme,
        [award("L1")],
        ring,
        tmp_path,
        resume=True,
        now=NOW + datetime.timedelta(days=9),
        passphrase=PASSPHRASE,
    )
    assert lost.read_bytes() == before[lost]
    with pytest.raises(UnusableInputError, match="other content"):
        issue_awards(programme, [award("L1", narrative="Better.")], ring, tmp_path, resume=True, **OPTIONS)


def test_a_revoked_award_can_be_issued_again_with_other_content_and_both_keep_their_place(tmp_path, ring):
    programme = example_programme()
    issue_awards(programme, [award("L1")], ring, tmp_path, **OPTIONS)
    (first,) = badges_in(tmp_path)
    identifier = json.loads(first.read_bytes())["id"]
    change_status(tmp_path, identifier, ring, change="revoked", reason="Wrong address", **OPTIONS)
    # The same award again changes nothing; with another address it is another badge, once.
    right = award("L1", email="right@example.edu")
    made = [
        issue_awards(programme, [one], ring, tmp_path, resume=True, **OPTIONS).made
        for one in (award("L1"), right, right)
    ]
    assert made == [0, 1, 0]
    (second,) = set(badges_in(tmp_path)) - {first}
    verdicts = [
        verify(one.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists_in(tmp_path)).verdict
        for one in (first, second)
    ]
    assert verdicts == ["revoked", "verified"]
    register = Register.read(tmp_path / REGISTER)
    assert len({(one.list, one.index, one.id, one.salt) for one in register.every}) == 2
    # Revoking the second one, too, leaves both revoked.
    change_status(tmp_path, json.loads(second.read_bytes())["id"], ring, change="revoked", reason="", **OPTIONS)
    listed = json.loads((tmp_path / "status" / "revoked.json").read_text())["revokedCredential"]
    assert {one["id"] for one in listed} == {one.id for one in register.every}


def test_an_award_without_a_version_keeps_the_one_of_its_badge(tmp_path, ring):
    before = example_programme()
    text = "learner,email,credential,awarded\nL1,l1@example.edu,speaking-up,2026-10-01\n"
    issue_awards(before, parse_awards_to_issue(text, before).awards, ring, tmp_path, **OPTIONS)
    newer = before.credentials["speaking-up"].model_copy(update={"version": "2.0"})
    after = before.with_credential(newer)
    text += "L2,l2@example.edu,speaking-up,2026-10-01\n"
    made = issue_awards(after, parse_awards_to_issue(text, after).awards, ring, tmp_path, resume=True, **OPTIONS)
    assert (made.made, made.already) == (1, 1)
    versions = {json.loads(one.read_bytes())["credentialSubject"]["achievement"]["version"] for one in
                badges_in(tmp_path)}  # fmt: skip
    assert versions == {"1.0", "2.0"}


@pytest.mark.parametrize("status", ["bitstring", "revocation-list", "both"])
def test_badges_name_the_lists_that_were_asked_for(tmp_path, ring, status):
    issue_awards(example_programme(), [award("L1"), award("L2")], ring, tmp_path, status=status, **OPTIONS)
    first, second = badges_in(tmp_path)
    named = json.loads(first.read_bytes())["credentialStatus"]
    kinds = {one["type"] for one in (named if isinstance(named, list) else [named])}
    wanted = {"bitstring": {"BitstringStatusListEntry"}, "revocation-list": {"1EdTechRevocationList"}}
    assert kinds == wanted.get(status, set().union(*wanted.values()))
    identifier = json.loads(first.read_bytes())["id"]
    change_status(tmp_path, identifier, ring, change="revoked", reason="A mistake", **OPTIONS)
    every = [read_badge(path.read_bytes()) for path in (tmp_path / "status").iterdir()]

    def verdict(path: Path, lists) -> str:
        return verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists).verdict

    assert (verdict(first, every), verdict(second, every)) == ("revoked", "verified")
    assert verdict(second, []) == "status-unknown"
    if status == "both":
        # One of the two is not enough for a badge that is said to hold.
        assert {verdict(second, [one]) for one in every} == {"status-unknown"}


def test_a_revocation_list_knows_no_suspensions_and_a_folder_keeps_to_its_lists(tmp_path, ring):
    programme = example_programme()
    with pytest.raises(UnusableInputError, match="no suspensions"):
        issue_awards(programme, [award()], ring, tmp_path, status="revocation-list", suspension=True, **OPTIONS)
    issue_awards(programme, [award()], ring, tmp_path, status="both", **OPTIONS)
    with pytest.raises(UnusableInputError, match="begun with"):
        issue_awards(programme, [award()], ring, tmp_path, resume=True, **OPTIONS)


def test_a_revocation_list_of_another_issuer_or_form_is_no_answer(tmp_path, ring):
    issue_awards(example_programme(), [award()], ring, tmp_path, status="revocation-list", **OPTIONS)
    (path,) = badges_in(tmp_path)
    listed = json.loads((tmp_path / "status" / "revoked.json").read_text())
    changes = ({"issuer": "did:web:else.example"}, {"revokedCredential": {}}, {"revokedCredential": ["x"]}, {"id": "x"})
    for change in changes:
        other = [read_badge(json.dumps({**listed, **change}).encode())]
        assert verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=other).verdict == "status-unknown"


def test_places_in_the_list_are_random_and_never_given_twice(tmp_path):
    register = Register.begun(tmp_path / REGISTER, {})
    register.add([award(f"L{n}") for n in range(3000)], issued="2026-11-27T00:00:00Z")
    places = [(one.list, one.index) for one in register.entries.values()]
    assert len(set(places)) == 3000
    indices = [index for _, index in places]
    assert indices != sorted(indices)
    # The mean of 3000 uniform places: 65,536 with a standard error of 691.
    assert abs(sum(indices) / 3000 - 65_536) < 6 * 691
    assert Register.read(tmp_path / REGISTER).entries == register.entries


def test_revoke_suspend_and_restore_through_the_lists(tmp_path, ring):
    programme = example_programme()
    issue_awards(programme, [award("L1"), award("L2")], ring, tmp_path, suspension=True, **OPTIONS)
    first, second = badges_in(tmp_path)

    def verdict(path: Path) -> str:
        return verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists_in(tmp_path)).verdict

    def change(path: Path, change: str) -> None:
        identifier = json.loads(path.read_bytes())["id"]
        change_status(tmp_path, identifier, ring, change=change, reason="A mistake", **OPTIONS)

    change(first, "suspended")
    assert (verdict(first), verdict(second)) == ("suspended", "verified")
    change(first, "restored")
    assert verdict(first) == "verified"
    change(first, "revoked")
    assert (verdict(first), verdict(second)) == ("revoked", "verified")
    with pytest.raises(UnusableInputError, match="cannot be undone"):
        change(first, "restored")
    with pytest.raises(UnknownNameError):
        change_status(tmp_path, "urn:uuid:nobody", ring, change="revoked", reason="", **OPTIONS)
    listed = json.loads((tmp_path / "status" / "revoked.json").read_text())
    assert [one["revocationReason"] for one in listed["revokedCredential"]] == ["A mistake"]


def test_an_endorsement_is_embedded_verified_and_refused_when_it_is_about_something_else(tmp_path, ring):
    programme = example_programme()
    society = keyring(tmp_path / "society", issuer=None, kinds=("Ed25519",))
    base = "https://example.edu/badges"
    about = achievement_id(programme.credentials["speaking-up"], programme, base=f"{base}/achievements")

    def issue(endorsed: str, folder: str) -> bytes:
        path = tmp_path / f"{folder}.json"
        path.write_text(json.dumps(endorse(endorsed, "Sound.", society, name="A society", **OPTIONS)))
        given = read_endorsements([path], now=NOW)
        awards = [award(credential="speaking-up")]
        issue_awards(programme, awards, ring, tmp_path / folder, base=base, endorsements=given, **OPTIONS)
        return badges_in(tmp_path / folder)[0].read_bytes()

    for number, endorsed in enumerate((about, "did:web:example.edu")):
        report = verify(
            issue(endorsed, f"good{number}"), now=NOW, keys=keys_of(ring), lists=lists_in(tmp_path / f"good{number}")
        )
        assert (report.verdict, report.state("endorsements")) == ("verified", "ok"), report.checks
    with pytest.raises(UnusableInputError, match="neither the issuer nor"):
        issue("urn:uuid:2c1c5d2e-6b39-4a5c-9d0a-0d8d8d8d8d8d", "bad")


def test_a_text_that_no_proof_covers_stops_the_run_before_anything_is_signed(tmp_path, ring):
    programme = example_programme()
    design = programme.credentials["values-foundations"].model_copy(update={"summary": "Bell\x07"})
    with pytest.raises(UnusableInputError, match="control character"):
        issue_awards(programme.with_credential(design), [award()], ring, tmp_path, **OPTIONS)
    assert not (tmp_path / "badges").exists()


CSV = "learner,email,did,credential,awarded,score,evidence,Reasoning in the application task\n"


def test_a_file_of_awards_with_titles_of_criteria_and_repeated_rows():
    row = "L1,a@example.edu,,values-foundations,2026-10-01,0.8,https://example.edu/e,exceeds\n"
    read = parse_awards_to_issue(CSV + row + "\n" + row, example_programme())
    (one,) = read.awards
    assert (one.levels, one.score, one.evidence) == ({"case-reasoning": "exceeds"}, 0.8, ("https://example.edu/e",))
    assert [finding.id for finding in read.findings] == ["repeated-award"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",a@example.edu,,speaking-up,2026-10-01,,,", "learner: is empty"),
        ("L1,,,speaking-up,2026-10-01,,,", "email: is empty"),
        ("L1,a.example.edu,,speaking-up,2026-10-01,,,", "no e-mail"),
        ("L1,,did:x,speaking-up,2026-10-01,,,", "did: is no"),
        ("L1,a@example.edu,,speking-up,2026-10-01,,,", "none of this programme"),
        ("L1,a@example.edu,,speaking-up,01.10.2026,,,", "is no day"),
        ("L1,a@example.edu,,speaking-up,2026-10-01,80,,", "share from 0 to 1"),
        ("L1,a@example.edu,,speaking-up,2026-10-01,,javascript:alert(1),", "no web address"),
        ("L1,a@example.edu,,speaking-up,2026-10-01,,,exceeds", "no criterion of speaking-up"),
        ("L1,a@example.edu,,values-foundations,2026-10-01,,,superb", "no level of"),
    ],
)
def test_an_unusable_cell_is_named_with_its_row_and_a_name_is_not_quoted(row, reason):
    with pytest.raises(UnusableInputError, match=reason) as caught:
        parse_awards_to_issue(CSV + row, example_programme(), path="awards.csv")
    assert "awards.csv:2" in str(caught.value)
    assert "a@example" not in str(caught.value)


class Opened(Keyring):
    """Keys that were opened before, so that a run does not spend its time on the passphrase."""

    def signer(self, kind, passphrase):
        return OPENED[kind]


OPENED = {}
PROGRAMME = example_programme()
COHORT = [award(f"L{n}", credential="speaking-up") for n in range(12)]


def go_on(ring: Keyring, folder: Path) -> None:
    resume = (folder / REGISTER).exists()
    issue_awards(PROGRAMME, COHORT, ring, folder, resume=resume, **OPTIONS)


@pytest.mark.slow  # a hundred processes are started and killed
@pytest.mark.skipif(not hasattr(os, "fork"), reason="killed processes are forked")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_killed_at_a_hundred_random_moments_each_award_has_exactly_one_valid_badge(tmp_path, ring):
    OPENED["Ed25519"] = ring.signer("Ed25519", PASSPHRASE)
    opened = Opened(ring.folder, ring.issuer, ring.keys)
    began = time.perf_counter()
    go_on(opened, tmp_path / "whole")
    whole = time.perf_counter() - began
    moments, found = random.Random(7), []  # noqa: S311
    for number in range(100):
        folder = tmp_path / str(number)
        child = os.fork()
        if child == 0:
            go_on(opened, folder)
            os._exit(0)
        # Half of them after a time, half when so many badges are there: on any machine some die between two.
        few = moments.randrange(1, len(COHORT))
        until = time.perf_counter() + moments.uniform(0, 1.1 * whole)
        while (len(names_in(folder)) < few) if number % 2 else (time.perf_counter() < until):
            time.sleep(0.0005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found.append(len(names_in(folder)))
        go_on(opened, folder)
        assert_each_award_once(folder, ring)
    # The moments were spread: some before the first badge, some between two, and not all after the last.
    assert 0 in found
    assert set(found) - {0, len(COHORT)}


@pytest.mark.parametrize(
    "begun", ["status/.revocation-1.json.k3x_9a0b", "badges/.a.json.k3x_9a0b", ".issued.csv.k3x_9a0b"]
)
def test_going_on_clears_what_a_killed_run_was_writing_and_nothing_else(tmp_path, ring, begun):
    folder = tmp_path / "out"
    opened = Opened(ring.folder, ring.issuer, ring.keys)
    OPENED["Ed25519"] = ring.signer("Ed25519", PASSPHRASE)
    go_on(opened, folder)
    before = {path.relative_to(folder) for path in folder.rglob("*")}
    (folder / begun).write_bytes(b"")
    go_on(opened, folder)
    assert {path.relative_to(folder) for path in folder.rglob("*")} == before


def names_in(folder: Path) -> list[Path]:
    return list((folder / "badges").glob("*.json"))


def assert_each_award_once(folder: Path, ring: Keyring) -> None:
    paths = badges_in(folder)
    entries = Register.read(folder / REGISTER).entries
    assert set(entries) == {one.key for one in COHORT}
    assert {path.stem for path in paths} == {one.id.removeprefix("urn:uuid:") for one in entries.values()}
    assert len({one.index for one in entries.values()}) == len(paths) == len(COHORT)
    for path in paths[:: len(paths) // 3]:
        assert verify(path.read_bytes(), now=NOW, keys=keys_of(ring), lists=lists_in(folder)).valid
