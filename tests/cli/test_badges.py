"""``ipe badges`` as an office uses it: the contract of its commands, outputs and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ipe_workbench.resources import data_folder
from tests.cli.test_commands import ipe

PROGRAMME = str(data_folder() / "programmes" / "cu-ipe")
CSV = """learner,email,credential,awarded,case-reasoning
L1,ana@example.edu,values-foundations,2026-10-01,meets
L2,ben@example.edu,values-foundations,2026-10-01,
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPE_KEY_PASSPHRASE", "correct horse battery")
        (folder / "awards.csv").write_text(CSV)
        ipe("badges", "keygen", "--out", str(folder / "keys"), "--issuer", "did:web:example.edu")
        issue = ("badges", "issue", PROGRAMME, "--awards", str(folder / "awards.csv"), "--key", str(folder / "keys"))
        said = json.loads(ipe(*issue, "--out", str(folder / "out"), "--format", "json").stdout)
        assert (said["made"], said["issuer"]) == (2, "did:web:example.edu")
        ipe(*issue, "--out", str(folder / "tokens"), "--proof", "jwt")
        yield folder


def report(*arguments: str, code: int) -> dict[str, object]:
    return json.loads(ipe("badges", "verify", *arguments, "--format", "json", code=code).stdout)


def test_verify_prints_checks_and_a_verdict_and_leaves_with_it(office: Path):
    for folder, ending in (("out", "json"), ("tokens", "jwt")):
        badge = str(next((office / folder / "badges").glob(f"*.{ending}")))
        given = (badge, "--jwks", str(office / "keys" / "jwks.json"))
        listed = (*given, "--status", str(office / folder / "status" / f"revocation-1.{ending}"))
        good = report(*listed, "--issuer", "did:web:example.edu", "--now", "2026-11-27", code=0)
        assert (good["valid"], good["verdict"]) == (True, "verified")
        assert {"structure", "proof", "issuer-key", "validity", "status"} <= {check["id"] for check in good["checks"]}
        assert all(set(check) == {"id", "state", "detail"} for check in good["checks"])
    assert report(*listed, "--issuer", "did:web:other.edu", code=0)["verdict"] == "issuer-unknown"
    assert report(*given, code=1)["verdict"] == "status-unknown"
    assert report(*listed, "--now", "2026-09-01T00:00:00Z", code=1)["verdict"] == "not-yet-valid"
    assert report(*listed, "--recipient", "eve@example.edu", code=1)["verdict"] == "invalid"


def test_revoked_with_a_reason(office: Path):
    badge = str(sorted((office / "out" / "badges").glob("*.json"))[-1])
    folder, keys = str(office / "out"), str(office / "keys")
    ipe("badges", "revoke", folder, badge, "--key", keys, "--reason", "Issued by mistake")
    listed = ("--jwks", f"{keys}/did.json", "--status", f"{folder}/status")
    assert report(badge, *listed, code=1)["verdict"] == "revoked"
    assert "cannot be undone" in ipe("badges", "revoke", folder, badge, "--key", keys, "--reason", "x", code=2).stderr


def test_what_is_no_badge_is_unreadable_in_one_sentence(office: Path):
    path = office / "text.json"
    path.write_text("hello")
    answer = ipe("badges", "verify", str(path), "--format", "json", code=2)
    assert json.loads(answer.stdout)["valid"] is False
    assert answer.stderr.count("\n") == 1
    assert "does not exist" in ipe("badges", "verify", str(office / "none.json"), code=2).stderr


def test_a_wrong_passphrase_and_a_faulty_file_write_nothing(office: Path, monkeypatch: pytest.MonkeyPatch):
    (office / "bad.csv").write_text(CSV.replace("2026-10-01,meets", "yesterday,meets"))
    where = ("--key", str(office / "keys"), "--out", str(office / "none"))
    answer = ipe("badges", "issue", PROGRAMME, "--awards", str(office / "bad.csv"), *where, code=2)
    assert "bad.csv:2: Row 2, column awarded: is no day." in answer.stderr
    monkeypatch.setenv("IPE_KEY_PASSPHRASE", "wrong horse battery")
    answer = ipe("badges", "issue", PROGRAMME, "--awards", str(office / "awards.csv"), *where, code=2)
    assert "does not open" in answer.stderr
    assert "wrong horse" not in answer.stderr
    assert not (office / "none").exists()


def test_badges_name_a_picture_that_is_drawn_published_and_shown_to_the_learner(office: Path, tmp_path: Path):
    folder, keys = str(office / "out"), str(office / "keys")
    badge = json.loads(next((office / "out" / "badges").glob("*.json")).read_text())
    address = badge["credentialSubject"]["achievement"]["image"]["id"]
    assert address.startswith("https://")
    ipe("badges", "publish", folder, "--key", keys, "--out", str(tmp_path / "public"))
    picture = tmp_path / "public" / address.split("/", 3)[3]
    assert picture.read_bytes().startswith(b"\x89PNG")
    ipe("badges", "claim", "--badges", folder, "--out", str(tmp_path / "claims"), "--sender", "office@example.edu")
    page = next((tmp_path / "claims" / "pages").iterdir()).read_text()
    assert 'src="data:image/png;base64,' in page
    # Going on keeps to what the folder was begun with, and draws what is missing.
    drawn = next((office / "out" / "images").rglob("*.png"))
    drawn.unlink()
    assert "is missing" in ipe("badges", "publish", folder, "--key", keys, "--out", str(tmp_path / "p2"), code=2).stderr
    ipe(
        "badges", "issue", PROGRAMME, "--awards", str(office / "awards.csv"), "--key", keys, "--out", folder, "--resume"
    )
    assert drawn.exists()
    said = ipe("badges", "issue", PROGRAMME, "--awards", str(office / "awards.csv"), "--key", keys, "--out", folder,
               "--resume", "--no-pictures", code=2)  # fmt: skip
    assert "begun with pictures" in said.stderr
