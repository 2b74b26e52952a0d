"""What learners get: a page and an e-mail each, from whatever titles and addresses there are."""

from __future__ import annotations

import copy
import csv
import io
import json
import mailbox
import re

import pytest

from ipe_workbench.badges import change_status, issue_awards
from ipe_workbench.badges.claims import learners_to_write_to
from ipe_workbench.credentials import example_programme
from ipe_workbench.reporting.claim_page import (
    ClaimedBadge,
    claim_message,
    claim_page,
    claims_as_csv,
    in_mbox,
)
from ipe_workbench.reporting.page import active_content, external_references
from tests.badges.making import NOW, PASSPHRASE, award, keyring, signed

HOSTILE = "=1+1\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>\nFrom somebody"


def claimed(title: str | None = None, issuer: str | None = None) -> ClaimedBadge:
    credential = copy.deepcopy(signed())
    if title is not None:
        credential["name"] = title
        credential["credentialSubject"]["achievement"]["description"] = title
        credential["credentialSubject"]["narrative"] = title
    if issuer is not None:
        credential["issuer"]["name"] = issuer
    return ClaimedBadge(credential, json.dumps(credential).encode(), "badge.json")


def test_a_page_shows_the_badge_and_carries_it():
    import base64

    badge = claimed()
    page = claim_page([badge], verifier="https://example.edu/verify.html")
    assert "Foundations of shared values" in page
    assert "Led the discussion." in page
    (carried,) = re.findall(r'href="data:application/ld\+json;base64,([^"]+)"', page)
    assert base64.b64decode(carried) == badge.content


def test_hostile_texts_stay_texts_on_the_page():
    page = claim_page([claimed(HOSTILE, HOSTILE)] * 2, verifier="javascript:alert(1)")
    assert active_content(page) == []
    assert external_references(page) == []
    assert "javascript:" not in page


def test_no_title_or_issuer_adds_a_header_or_a_message():
    message = claim_message("ana@example.edu", [claimed(HOSTILE, HOSTILE)], sender="office@example.edu", page="<p>")
    assert sorted(message.keys()) == sorted(["To", "From", "Subject", "MIME-Version", "Content-Type"])
    assert message["To"] == "ana@example.edu"
    with pytest.raises(ValueError, match="no address"):
        claim_message("ana@example.edu\r\nBcc: x@example.org", [claimed()], sender="office@example.edu")


def test_an_address_with_other_letters_is_written_as_mail_servers_read_it_or_refused():
    message = claim_message("ana@exämple.edu", [claimed()], sender="office@example.edu")
    assert message["To"] == "ana@xn--exmple-cua.edu"
    for address in ("", "müller@example.edu", "a b@example.edu"):
        with pytest.raises(ValueError, match="no address"):
            claim_message(address, [claimed()], sender="office@example.edu")


def test_the_mbox_is_read_back_message_by_message(tmp_path):
    badges = [claimed(HOSTILE, HOSTILE)]
    messages = [
        claim_message(f"{name}@example.edu", badges, sender="office@example.edu", page="<p>") for name in ("ana", "ben")
    ]
    (tmp_path / "claims.mbox").write_bytes(b"".join(map(in_mbox, messages)))
    box = mailbox.mbox(tmp_path / "claims.mbox")
    read = list(box)
    box.close()
    assert [one["To"] for one in read] == ["ana@example.edu", "ben@example.edu"]
    assert all(one["Bcc"] is None for one in read)
    for one in read:
        attached = [part.get_payload(decode=True) for part in one.walk() if part.get_filename() == "badge.json"]
        assert attached == [badges[0].content]


def test_no_cell_of_the_table_is_a_formula():
    rows = [("=cmd|'/C calc'!A0@example.edu", "pages/1.html", [claimed(HOSTILE, "=1+1")])]
    (read,) = csv.DictReader(io.StringIO(claims_as_csv(rows), newline=""))
    assert all(cell[0] not in "=+-@\t\r" for cell in read.values())


def test_each_learner_is_written_to_once_and_not_about_revoked_badges(tmp_path):
    words, ring = PASSPHRASE, keyring(tmp_path / "keys")
    awards = [award("=L1"), award("=L1", credential="speaking-up", email="=l1@example.edu"), award("L2")]
    issue_awards(example_programme(), awards, ring, tmp_path / "badges", now=NOW, passphrase=words)
    found = learners_to_write_to(tmp_path / "badges")
    assert sorted((one.email, len(one.badges)) for one in found) == [("=l1@example.edu", 2), ("l2@example.edu", 1)]
    assert not any("l1" in one.page.lower().split("-")[0] for one in found)
    identifier = found[1].badges[0].credential["id"]
    change_status(tmp_path / "badges", identifier, ring, change="revoked", reason="", now=NOW, passphrase=words)
    assert [one.email for one in learners_to_write_to(tmp_path / "badges")] == ["=l1@example.edu"]


def test_the_picture_stands_in_the_page_and_loads_nothing():
    plain = claimed("Values")
    shown = claim_page([ClaimedBadge(plain.credential, plain.content, plain.name, b"\x89PNG picture")])
    assert 'src="data:image/png;base64,iVBORyBwaWN0dXJl"' in shown
    assert external_references(shown) == []
    assert "<img" not in claim_page([plain])
