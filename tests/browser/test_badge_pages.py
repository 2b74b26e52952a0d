"""The verification page in a real browser, from a file and without network: it says what `ipe badges verify` says."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from ipe_workbench.badges import Keyring, change_status, issue_awards
from ipe_workbench.badges.proof import sign, without_proof
from ipe_workbench.badges.publish import publication
from ipe_workbench.badges.web_token import sign_token
from ipe_workbench.credentials import example_programme
from ipe_workbench.reporting.publication_pages import publication_pages
from tests.badges.making import award, signed_anyway

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSPHRASE = "correct horse battery"  # noqa: S105
NOW = datetime.datetime.now(datetime.UTC)
LONG_AGO = datetime.date(2020, 1, 1)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


class Issuer:
    """An issuer with a valid, an expired and a revoked badge, and its verification page."""

    def __init__(self, folder: Path, **options) -> None:
        self.ring = Keyring.generated(
            folder / "keys", PASSPHRASE, now=NOW, issuer="did:web:example.edu", kinds=["Ed25519", "RSA", "P-256"]
        )
        self.signers = {kind: self.ring.signer(kind, PASSPHRASE) for kind in ("Ed25519", "RSA", "P-256")}
        programme = example_programme()
        short = programme.credentials["speaking-up"].model_copy(update={"validity_months": 12})
        programme = programme.with_credential(short)
        awards = [
            award("valid", levels={"case-reasoning": "meets"}, score=0.81, awarded=LONG_AGO),
            award("revoked", awarded=LONG_AGO),
            award("expired", credential="speaking-up", awarded=LONG_AGO),
        ]
        issue_awards(programme, awards, self.ring, folder / "badges", now=NOW, passphrase=PASSPHRASE, **options)
        rows = (folder / "badges" / "issued.csv").read_text().splitlines()[1:]
        self.badges = {
            row.split(",")[0]: json.loads((folder / "badges" / row.split(",")[-1]).read_text()) for row in rows
        }
        change_status(folder / "badges", self.badges["revoked"]["id"], self.ring, change="revoked", reason="",
                      now=NOW, passphrase=PASSPHRASE)  # fmt: skip
        published = publication(folder / "badges", self.ring)
        self.page = folder / "verify.html"
        self.page.write_text(publication_pages(published, now=NOW)[published.start + "verify.html"], encoding="utf-8")

    def signed(self, document):
        return sign(without_proof(document), self.signers["Ed25519"], self.ring.method("Ed25519"), created=NOW)

    def careless(self, document, **changes):
        method = self.ring.method("Ed25519")
        return signed_anyway(without_proof(document), self.signers["Ed25519"], method=method, **changes)

    def token(self, document, kind):
        return sign_token(without_proof(document), self.signers[kind], self.ring.method(kind))


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


def answer(page: Page, issuer: Issuer, content: str, *, email: str = "", name: str = "badge.json") -> str:
    page.context.set_offline(True)
    page.goto(issuer.page.as_uri())
    page.get_by_label("The learner’s e-mail address").fill(email)
    file = {"name": name, "mimeType": "application/json", "buffer": content.encode()}
    page.get_by_label("File of the badge").set_input_files(file)
    # Not wait_for_function: the page's own policy forbids what it evaluates.
    page.locator("#result[data-verdict]:not([data-verdict=''])").wait_for(state="attached")
    return str(page.locator("#result").get_attribute("data-verdict"))


def test_valid_expired_and_revoked_badges_and_whose_they_are(browser_page: Page, issuer: Issuer) -> None:
    def ask(name: str, **options: str) -> str:
        return answer(browser_page, issuer, json.dumps(issuer.badges[name]), **options)

    assert ask("valid") == "verified", browser_page.locator("#result").inner_text()
    assert "Foundations of shared values" in browser_page.locator("#result").inner_text()
    found = Axe().run(browser_page).response["violations"]
    assert found == []
    assert ask("valid", email="valid@example.edu") == "verified"
    assert ask("valid", email="mallory@example.edu") == "other-recipient"
    assert ask("expired") == "expired"
    assert ask("revoked") == "revoked"
    for kind in ("RSA", "P-256"):
        token = issuer.token(issuer.badges["valid"], kind)
        assert answer(browser_page, issuer, token, name="badge.jwt") == "verified"
        head, body, signature = token.split(".")
        flipped = "A" if signature[9] != "A" else "B"
        assert answer(browser_page, issuer, f"{head}.{body}.{signature[:9]}{flipped}{signature[10:]}") == "invalid"


@pytest.mark.parametrize("status", ["revocation-list", "both"])
def test_the_list_of_1edtech_is_looked_up_too(browser_page: Page, tmp_path: Path, status: str) -> None:
    other = Issuer(tmp_path, status=status)
    for name, verdict in (("valid", "verified"), ("revoked", "revoked"), ("expired", "expired")):
        assert answer(browser_page, other, json.dumps(other.badges[name])) == verdict


def changes(valid):
    def changed(*path, value):
        made = copy.deepcopy(valid)
        place = made
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return made

    achievement = ("credentialSubject", "achievement")
    yield changed(*achievement, "name", value="Doctor of Medicine")
    yield changed("proof", "created", value="2026-01-01T00:00:00Z")
    yield changed("proof", "proofValue", value=valid["proof"]["proofValue"][:-1] + "1")
    yield changed("proof", "verificationMethod", value="did:web:example.edu#ed25519-9")
    yield changed("credentialStatus", "statusListIndex", value="1")
    yield changed("credentialSubject", "result", 0, "value", value="100")
    yield changed(*achievement, "colour", value="green")
    yield changed("credentialSubject", "_:x", value="green")
    yield changed("@context", 1, value={"@vocab": "https://example.org/"})
    yield changed("@context", 1, value="https://example.org/context.json")
    yield {name: value for name, value in valid.items() if name != "proof"}


def test_whatever_was_changed_is_not_valid(browser_page: Page, issuer: Issuer) -> None:
    for made in changes(issuer.badges["valid"]):
        assert answer(browser_page, issuer, json.dumps(made)) == "invalid", made
    expired = json.dumps(issuer.badges["expired"])
    twice = expired.replace('"name"', '"validUntil": "2099-01-01T00:00:00Z", "name"', 1)
    assert answer(browser_page, issuer, twice) == "invalid"
    hidden = expired.replace('"validUntil"', '"https://www.w3.org/2018/credentials#validUntil"')
    assert answer(browser_page, issuer, hidden) != "verified"
    purpose = issuer.careless(issuer.badges["valid"], proofPurpose="authentication")
    assert answer(browser_page, issuer, json.dumps(purpose)) == "invalid"


def test_what_cannot_be_checked_is_called_neither_valid_nor_invalid(browser_page: Page, issuer: Issuer) -> None:
    valid = issuer.badges["valid"]
    other = {**valid, "issuer": {**valid["issuer"], "id": "did:web:elsewhere.example"}}
    record = {**valid, "type": ["VerifiableCredential", "ClrCredential"]}
    elsewhere = copy.deepcopy(without_proof(valid))
    elsewhere["credentialStatus"]["statusListCredential"] = "https://example.edu/ipe/badges/status/revocation-9.json"
    for made in (other, record, issuer.signed(elsewhere), "%PDF-1.4", "{"):
        content = made if isinstance(made, str) else json.dumps(made)
        assert answer(browser_page, issuer, content) == "cannot-tell", content[:200]


def test_a_hostile_title_is_shown_and_not_run(browser_page: Page, issuer: Issuer) -> None:
    made = copy.deepcopy(without_proof(issuer.badges["valid"]))
    made["credentialSubject"]["achievement"]["name"] = HOSTILE
    assert answer(browser_page, issuer, json.dumps(issuer.signed(made)), name=f"{HOSTILE[:30]}.json") == "verified"
    assert HOSTILE in browser_page.locator("#result").inner_text()
    assert browser_page.title().startswith("Check a badge")
    assert browser_page.locator("#result img, #result script").count() == 0
