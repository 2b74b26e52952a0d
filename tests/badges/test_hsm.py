"""A security module signs through the signing command: SoftHSM stands in for one, OpenSC's tool talks to it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipe_workbench.badges import Keyring, KnownKeys, read_badge, verify
from ipe_workbench.cli import app
from tests.badges.making import NOW

MODULE = next((str(one) for one in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")), "")
TOOLS = all(map(shutil.which, ("softhsm2-util", "pkcs11-tool"))) and bool(MODULE)
pytestmark = pytest.mark.skipif(not TOOLS, reason="softhsm2 and opensc are not installed: scripts/setup.sh hsm")
KINDS = {
    "Ed25519": ("EC:edwards25519", "EDDSA", []),
    "RSA": ("RSA:3072", "SHA256-RSA-PKCS", ["--proof", "jwt"]),
    "P-256": ("EC:prime256v1", "ECDSA", ["--proof", "jwt", "--algorithm", "ES256"]),
}


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A token with a PIN; what begins each command that talks to it."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("IPE_TOKEN_PIN", "98765432")
    made = ["softhsm2-util", "--init-token", "--free", "--label", "badges", "--so-pin", "12345678", "--pin", "98765432"]
    subprocess.run(made, check=True, capture_output=True)
    return ["pkcs11-tool", "--module", MODULE, "--token-label", "badges", "--login", "--pin", "env:IPE_TOKEN_PIN"]


@pytest.mark.parametrize("kind", KINDS)
def test_badges_are_issued_with_a_key_that_never_leaves_its_module(tmp_path, token, kind):
    type, mechanism, options = KINDS[kind]
    subprocess.run([*token, "--keypairgen", "--key-type", type, "--id", "01"], check=True, capture_output=True)
    read = ["--read-object", "--type", "pubkey", "--id", "01", "--output-file", tmp_path / "key"]
    subprocess.run([*token, *read], check=True, capture_output=True)
    public = (tmp_path / "key").read_bytes()
    if not public.startswith(b"-----"):
        pem = subprocess.run(
            ["openssl", "pkey", "-pubin", "-inform", "DER", "-in", tmp_path / "key"], check=True, capture_output=True
        )
        (tmp_path / "key").write_bytes(pem.stdout)
    command = " ".join([*token, "--sign", "--mechanism", mechanism, "--id", "01"])
    if kind == "P-256":
        # This module signs digests only.
        command = shlex.join(["sh", "-c", f"openssl dgst -sha256 -binary | {command}"])
    (tmp_path / "awards.csv").write_text("learner,email,credential,awarded\nL1,a@example.edu,speaking-up,2026-10-01\n")

    def ipe(*arguments: object) -> None:
        done = CliRunner().invoke(app, ["badges", *map(str, arguments)], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    ipe("keygen", "--out", tmp_path / "keys", "--issuer", "did:web:example.edu", "--public", tmp_path / "key",
        "--command", command)  # fmt: skip
    ipe("issue", "data/programmes/cu-ipe", "--awards", tmp_path / "awards.csv", "--key", tmp_path / "keys",
        "--out", tmp_path / "out", "--now", NOW.isoformat(), *options)  # fmt: skip
    ring = Keyring.read(tmp_path / "keys")
    lists = [read_badge(one.read_bytes()) for one in (tmp_path / "out" / "status").iterdir()]
    (badge,) = (tmp_path / "out" / "badges").iterdir()
    report = verify(badge.read_bytes(), now=NOW, keys=KnownKeys(ring.documents().values()), lists=lists)
    assert report.verdict == "verified", report.checks
    # No private key and no PIN is in the folder of keys.
    assert not list(ring.folder.glob("*.pem"))
    assert os.environ["IPE_TOKEN_PIN"] not in (ring.folder / "keys.json").read_text()
