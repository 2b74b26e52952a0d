"""openbadgeslib, which nobody here wrote, accepts our badges and tokens and rejects each with one letter changed.

It is installed by ``scripts/setup.sh interop`` into an environment of its own, since it is under the LGPL and has
its own wishes for versions. It knows no records (CLR) and no Data Integrity status lists.
"""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ipe_workbench.badges import LocalSigner, extract, issue_awards
from ipe_workbench.badges.baking import bake
from ipe_workbench.badges.keys import _loaded
from ipe_workbench.badges.web_token import sign_token
from ipe_workbench.credentials import example_programme
from ipe_workbench.figures import badge_image
from tests.badges.making import PASSPHRASE, award, keyring, unsigned
from tests.interop.test_npm_verifier import one_letter_changed

HERE = Path(__file__).parent
# It goes by the machine's clock, which is later than this.
DAY = datetime.date(2025, 1, 1)
pytestmark = [pytest.mark.slow]  # an environment is made the first time


@pytest.fixture(scope="module", autouse=True)
def stack() -> None:
    subprocess.run([HERE.parents[1] / "scripts" / "setup.sh", "interop"], check=True, timeout=280)


def answers(*cases: dict[str, Any]) -> list[bool]:
    done = subprocess.run(
        [HERE / ".venv" / "bin" / "python", HERE / "verify_openbadgeslib.py"],
        input=json.dumps(cases), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [one["verified"] for one in json.loads(done.stdout)]


def test_badges_are_accepted_also_out_of_a_picture_and_any_changed_letter_is_noticed(tmp_path):
    ring, programme = keyring(tmp_path / "keys", issuer=None, kinds=("Ed25519",)), example_programme()
    awards = [
        award("L1", levels={"case-reasoning": "meets"}, score=0.8, awarded=DAY),
        award("L2", credential="team-simulation", awarded=DAY),
        award("L3", credential="communication-certificate", awarded=DAY),
    ]
    now = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
    issue_awards(
        programme, awards, ring, tmp_path / "out", now=now, passphrase=PASSPHRASE, status="both", pictures=True
    )
    picture = badge_image(programme.credentials["team-simulation"], programme).save(tmp_path / "picture.png")
    badges = [
        json.loads(extract(bake(path.read_bytes(), picture.read_bytes())).content)
        for path in sorted((tmp_path / "out" / "badges").iterdir())
    ]
    assert answers(*({"document": badge} for badge in badges)) == [True] * 3
    changed = [{"document": other} for badge in badges for other in one_letter_changed(badge, 8)]
    assert not any(answers(*changed))


@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_tokens_are_accepted_and_any_changed_letter_is_noticed(kind):
    signer = LocalSigner.generated(kind)
    pem = _loaded(signer.public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    token = sign_token(unsigned(issuer="did:web:example.edu", awarded=DAY), signer, "did:web:example.edu#key")
    changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in (30, 900, len(token) - 40)]
    assert answers(*({"token": one, "pem": pem} for one in (token, *changed))) == [True, False, False, False]
