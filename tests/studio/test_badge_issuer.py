"""Issuing badges in a notebook: each control does what it says, and no passphrase stays behind."""

from __future__ import annotations

import datetime
import json
import traceback
from pathlib import Path

import ipywidgets
import pytest

from ipe_workbench.badges import Keyring
from ipe_workbench.credentials import example_programme
from ipe_workbench.studio import BadgeIssuer, BadgeIssuerModel, example_awards
from ipe_workbench.studio.passphrase import PassphraseField
from tests.badges.making import NOW, PASSPHRASE, keyring
from tests.figures.conftest import HOSTILE
from tests.programmes import credential, programme

CSV = """learner,email,credential,awarded,Reasoning in the application task,Individual readiness (iRAT)
ana-7,ana@example.edu,values-foundations,2026-10-01,Exceeds,Meets
ben-8,ben@example.edu,speaking-up,2026-10-02,,
eve-9,eve@example.edu,team-simulation,2026-10-03,,
"""


@pytest.fixture
def shown(tmp_path: Path) -> BadgeIssuer:
    """The room with keys and three awards."""
    keyring(tmp_path / "keys", kinds=("Ed25519",))
    model = BadgeIssuerModel(example_programme(), tmp_path, clock=lambda: NOW)
    made = BadgeIssuer(model.programme, model=model)
    file = tmp_path / "awards.csv"
    file.write_text(CSV)
    made.file.set_state({"value": str(file)})
    assert model.error == ""
    return made


def choose(shown: BadgeIssuer, *places: int) -> None:
    shown.awards.set_state({"index": places})


def sign(shown: BadgeIssuer, passphrase: str = PASSPHRASE) -> None:
    shown.passphrase.set_state({"value": passphrase})
    shown.sign.click()


def test_the_whole_way_from_a_file_to_a_revoked_badge(shown):
    assert shown.sign.disabled
    assert "Choose an award" in shown.preview.value
    choose(shown, 0)
    for words in ("Foundations of shared values", "Your strengths", "Where to grow", "ana@example.edu (in the badge as",
                  'role="img"'):  # fmt: skip
        assert words in shown.preview.value
    shown.all.click()
    assert shown.model.chosen == (0, 1, 2)
    sign(shown)
    assert shown.model.said == "3 badges made."
    assert all("has a badge" in words for words, _ in shown.awards.options)
    assert len(shown.badge.options) == 4
    # The first award's badge is at hand.
    assert "ana-7" in shown.badge.label
    shown.verify.click()
    assert shown.model.report.verdict == "verified"
    assert "Valid: genuine" in shown.report.value
    shown.reason.set_state({"value": "Meant for somebody else"})
    shown.revoke_passphrase.set_state({"value": PASSPHRASE})
    shown.revoke.click()
    assert "Revoked" in shown.model.said, shown.model.error
    assert shown.report.value == ""
    shown.verify.click()
    assert shown.model.report.verdict == "revoked"
    assert shown.revoke.disabled
    other = next(identifier for words, identifier in shown.badge.options if "ben-8" in words)
    shown.badge.value = other
    shown.verify.click()
    assert shown.model.report.verdict == "verified"


def test_signing_twice_makes_no_second_badge_and_another_file_goes_on(shown, tmp_path):
    choose(shown, 0)
    sign(shown)
    choose(shown, 0, 1)
    sign(shown)
    assert shown.model.said == "1 badges made. 1 were there already."
    again = BadgeIssuer(shown.model.programme, tmp_path)
    assert len(again.model.badges) == 2
    again.model.read_content("x.csv", CSV.replace("ana@", "anna@").encode())
    choose(again, 0)
    sign(again)
    assert "issued with other content" in again.alert.value


def test_keys_are_made_in_the_room(tmp_path):
    made = BadgeIssuer(example_programme(), tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert "no keys yet" in made.key_state.value
    made.make_keys.click()
    assert "passphrase is empty" in made.alert.value
    made.issuer.value = "did:web:badges.example.edu"
    made.passphrase.set_state({"value": PASSPHRASE})
    made.make_keys.click()
    assert Keyring.read(tmp_path / "new" / "keys").issuer == "did:web:badges.example.edu"
    assert made._making.layout.display == "none"
    made.example.click()
    made.all.click()
    sign(made)
    assert made.model.said == "6 badges made."


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda shown: shown.file.set_state({"value": "nowhere.csv"}), "does not exist"),
        (lambda shown: shown.model.read_content("a.csv", b"\xff\xfe\xff"), "not UTF-8"),
        (lambda shown: shown.model.read_content("a.csv", b"learner,colour\n"), "no column"),
        (lambda shown: shown.model.read_text(CSV.replace("2026-10-01", "soon")), "is no day"),
        (lambda shown: (shown.db.set_state({"value": "nowhere.sqlite"}), shown.records.click()), "no records"),
        (lambda shown: (choose(shown, 0), sign(shown, "wrong words")), "does not open this key"),
        (lambda shown: (choose(shown, 0), shown.sign.click()), "does not open this key"),
        (lambda shown: shown.model.sign(PASSPHRASE), "No award is chosen"),
        (lambda shown: shown.model.verify(), "No badge is chosen"),
        (lambda shown: (choose(shown, 0), sign(shown), shown.revoke.click()), "needs a reason"),
    ],
)
def test_what_goes_wrong_is_told_and_leaves_the_badges_as_they_are(shown, act, words):
    act(shown)
    assert words in shown.alert.value
    assert 'role="alert"' in shown.alert.value
    assert {one.state for one in shown.model.badges} <= {"issued"}


def test_an_error_of_the_program_is_shown_and_not_swallowed(shown, monkeypatch):
    monkeypatch.setattr(BadgeIssuerModel, "sign", lambda *_: 1 / 0)
    choose(shown, 0)
    sign(shown)
    assert "division by zero" in shown.alert.value


def test_awards_come_from_the_records(shown, tmp_path, monkeypatch):
    from ipe_workbench.records import make_store
    from ipe_workbench.records.importing import import_file

    monkeypatch.setenv("IPE_RECORDS_KEY", str(tmp_path / "records.key"))
    contents = {"learners": "learner,email\ns1,s1@example.edu\n",
                "awards": "learner,credential,on\ns1,speaking-up,2026-10-02\n"}  # fmt: skip
    with make_store(tmp_path / "records.sqlite") as store:
        for kind, content in contents.items():
            path = tmp_path / f"{kind}.csv"
            path.write_text(content)
            import_file(store, path, at=datetime.datetime(2026, 11, 1), format=kind)  # noqa: DTZ001 - UTC is meant
    shown.db.set_state({"value": str(tmp_path / "records.sqlite")})
    shown.records.click()
    assert [one.learner for one in shown.model.awards] == ["s1"]


def test_the_passphrase_is_in_no_state_no_text_and_no_file(shown, tmp_path, caplog, capsys):
    secret = "swordfish and seven herrings"  # noqa: S105
    Keyring.generated(tmp_path / "more", secret, now=NOW, issuer="did:web:example.edu", kinds=["Ed25519"])
    shown.model.keys = tmp_path / "more"
    choose(shown, 0)
    for passphrase in (secret + "!", secret):
        sign(shown, passphrase)
        shown.reason.value = "A mistake"
        shown.revoke_passphrase.set_state({"value": passphrase})
        # Before it is used, too.
        assert not held(shown, secret)
        shown.revoke.click()
    assert {one.state for one in shown.model.badges} == {"revoked"}
    assert not held(shown, secret)
    assert secret not in caplog.text + "".join(capsys.readouterr())
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


def held(shown: BadgeIssuer, secret: str) -> bool:
    """Whether what a notebook saves, or what people print, holds a text."""
    saved = json.dumps(ipywidgets.Widget.get_manager_state(drop_defaults=False))
    printed = repr(shown) + repr(vars(shown.model)) + repr(shown.passphrase) + repr(shown.revoke_passphrase)
    return secret in saved + printed


def test_a_passphrase_is_handed_over_once_and_not_sent_back_to_browsers():
    field, sent = PassphraseField(), []
    field.comm = None
    field.observe(sent.append, "placeholder")
    field.set_state({"value": "open sesame"})
    assert field.value == ""
    assert (field.take(), field.take()) == ("open sesame", "")
    assert field.trait_metadata("value", "echo_update") is False
    assert "sesame" not in str(sent)
    with pytest.raises(TypeError) as caught:
        field.take("too much")
    assert "sesame" not in "".join(traceback.format_exception(caught.value))


def test_every_control_has_a_name(shown):
    controls = [one for one in vars(shown).values() if isinstance(one, ipywidgets.DOMWidget) and hasattr(one, "index")]
    controls += [shown.file, shown.db, shown.find, shown.find_badge, shown.issuer, shown.passphrase, shown.reason,
                 shown.revoke_passphrase, shown.upload, shown.sign, shown.verify, shown.revoke]  # fmt: skip
    names = [one.description for one in controls]
    assert all(names)
    assert len(set(names)) == len(names)


def test_hostile_texts_are_only_words(tmp_path):
    made = programme([credential("first", title=HOSTILE, summary=HOSTILE)])
    shown = BadgeIssuer(made, tmp_path)
    name = HOSTILE.replace('"', "'")
    row = f'"{name}",a@example.edu,first,2026-10-01,"<script>alert(1)</script>"\n'
    shown.model.read_content(f"{HOSTILE}.csv", f"learner,email,credential,awarded,narrative\n{row}".encode())
    assert shown.model.error == ""
    choose(shown, 0)
    shown.model.read_content(f"{HOSTILE}.csv", b"x")
    for one in (shown.preview, shown.said, shown.alert, shown.count, shown.report):
        assert "<script" not in one.value
        assert "<img" not in one.value


def test_a_long_list_is_searched(shown):
    rows = "".join(f"s{n},s{n}@example.edu,speaking-up,2026-10-01\n" for n in range(1200))
    shown.model.read_text("learner,email,credential,awarded\n" + rows)
    assert len(shown.awards.options) == 500
    assert "500 of 1200" in shown.count.value
    shown.find.set_state({"value": "S1199 speaking"})
    assert [words for words, _ in shown.awards.options] == ["s1199 · Speaking up for safety · 2026-10-01"]
    shown.all.click()
    assert [one.learner for one in shown.model.chosen_awards] == ["s1199"]


def test_example_awards_are_those_of_any_programme():
    plain = programme([credential("first"), credential("second")])
    for made in (plain, example_programme()):
        model = BadgeIssuerModel(made)
        model.read_text(example_awards(made, 3))
        assert (len(model.awards), model.error, model.findings) == (3, "", ())
