"""From awards to pictures that carry badges, by the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.resources import data_folder

AWARDS = """learner,email,credential,awarded
L1,ana@example.edu,team-simulation,2026-10-01
L2,bo@example.edu,communication-certificate,2026-10-02
"""


def run(*arguments: object, code: int = 0) -> str:
    answer = CliRunner().invoke(app, ["badges", *map(str, arguments)], catch_exceptions=False)
    assert answer.exit_code == code, answer.output
    return answer.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "awards.csv").write_text(AWARDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPE_KEY_PASSPHRASE", "correct horse battery")
        run("keygen", "--out", folder / "keys", "--issuer", "did:web:badges.example.edu", "--kind", "ed25519")
        source = data_folder() / "programmes" / "cu-ipe"
        run("issue", source, "--awards", folder / "awards.csv", "--key", folder / "keys", "--out", folder / "badges")
    return folder


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_cohort_is_baked_into_its_pictures_and_each_verifies(office, ending):
    source, baked = data_folder() / "programmes" / "cu-ipe", office / ending
    run("bake", office / "badges" / "badges", "--programme", source, "--out", baked, "--to", ending)
    options = ["--jwks", office / "keys" / "jwks.json", "--status", office / "badges" / "status", "--format", "json"]
    pictures = sorted(baked.iterdir())
    assert [one.stem for one in pictures] == sorted(one.stem for one in (office / "badges" / "badges").iterdir())
    for picture in pictures:
        assert json.loads(run("verify", picture, *options))["verdict"] == "verified"
        run("extract", picture, "--out", office / "out.json")
        issued = (office / "badges" / "badges" / f"{picture.stem}.json").read_bytes()
        assert (office / "out.json").read_bytes() == issued.strip()
        if ending == "png":
            Image.open(picture).load()
    changed = office / f"changed.{ending}"
    text = (office / "out.json").read_text().replace("2026-10-0", "2026-09-0", 1)
    (office / "out.json").write_text(text)
    run("bake", office / "out.json", "--image", pictures[0], "--out", changed)
    assert json.loads(run("verify", changed, *options, code=1))["verdict"] == "invalid"


def test_nothing_is_written_when_the_picture_or_its_name_is_not_right(office, tmp_path):
    badge = next((office / "badges" / "badges").iterdir())
    (tmp_path / "trap.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    (tmp_path / "plain.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    for image, out, words in (("trap.svg", "a.svg", "script"), ("plain.svg", "a.png", "end in .svg")):
        with pytest.raises(UnusableInputError, match=words):
            run("bake", badge, "--image", tmp_path / image, "--out", tmp_path / out)
        assert not (tmp_path / out).exists()
