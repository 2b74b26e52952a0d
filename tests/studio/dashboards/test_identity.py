"""Who a link is for: it opens for that person alone, for a while, and a changed one opens nothing."""

from __future__ import annotations

import base64
import datetime
import pickle
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.studio.dashboards.identity import (
    LONGEST,
    LinkKeys,
    RefusedLinkError,
    Visitor,
    hub_visitor,
    make_key_file,
)

NOW = datetime.datetime(2027, 3, 20, 9, tzinfo=datetime.UTC)
KEYS = LinkKeys([Fernet.generate_key().decode()])


def opened(token: str, *, role: str = "learner", audience: str = "cu-ipe", now: datetime.datetime = NOW) -> Visitor:
    return KEYS.open(token, role=role, audience=audience, now=now)  # type: ignore[arg-type]


def sealed(person: str = "s001", *, role: str = "learner", days: float = 7) -> str:
    return KEYS.seal(Visitor(role, person), audience="cu-ipe", now=NOW, days=days)  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_a_link_opens_for_whom_it_was_made_whatever_the_id_is(person: str) -> None:
    assert opened(sealed(person)) == Visitor("learner", person)


@given(st.data())
def test_a_link_with_any_letter_changed_is_refused(data: st.DataObject) -> None:
    token = sealed()
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189-_=!é"))
    changed = token[:at] + letter + token[at + 1 :]
    # In the last letter of base64 some bits mean nothing.
    same = changed == token or (changed.isascii() and _bytes(changed) == _bytes(token))
    if not same:
        with pytest.raises(RefusedLinkError) as refused:
            opened(changed)
        assert refused.value.why == "changed"


def _bytes(token: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(token)
    except ValueError:
        return None


def test_a_link_opens_until_its_last_second_and_not_after() -> None:
    token = sealed(days=2)
    end = NOW + datetime.timedelta(days=2)
    assert opened(token, now=end - datetime.timedelta(seconds=1)).id == "s001"
    for now in (end, end + datetime.timedelta(days=900)):
        with pytest.raises(RefusedLinkError) as refused:
            opened(token, now=now)
        assert refused.value.why == "expired"


@pytest.mark.parametrize(("role", "audience"), [("faculty", "cu-ipe"), ("programme", "cu-ipe"), ("learner", "other")])
def test_a_link_opens_no_other_dashboard(role: str, audience: str) -> None:
    with pytest.raises(RefusedLinkError) as refused:
        opened(sealed(), role=role, audience=audience)
    assert refused.value.why == "elsewhere"


@pytest.mark.parametrize("token", ["", "s002", "x" * 100_000, "gAAAA", "🙂", "a.b.c", '{"role":"learner","id":"s002"}'])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(RefusedLinkError):
        opened(token)


def test_a_link_says_nothing_about_its_learner() -> None:
    token = sealed("s1234567")
    assert b"s1234567" not in base64.urlsafe_b64decode(token)
    assert len({sealed("s1234567") for _ in range(3)}) == 3


def test_an_old_key_still_opens_and_a_removed_one_does_not(tmp_path: Path) -> None:
    file = make_key_file(tmp_path / "links.key")
    old = LinkKeys.read(file)
    token = old.seal(Visitor("learner", "s1"), audience="a", now=NOW, days=1)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], Fernet.generate_key().decode(), *lines[1:]]))
    assert LinkKeys.read(file).open(token, role="learner", audience="a", now=NOW).id == "s1"
    file.write_text("\n".join(file.read_text().splitlines()[:2]))
    with pytest.raises(RefusedLinkError):
        LinkKeys.read(file).open(token, role="learner", audience="a", now=NOW)


def test_a_key_is_made_for_its_owner_alone_and_never_twice(tmp_path: Path) -> None:
    file = make_key_file(tmp_path / "links.key")
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(UnusableInputError, match="exists already"):
        make_key_file(file)
    assert file.read_bytes() == before
    file.chmod(0o644)
    with pytest.raises(UnusableInputError, match="chmod 600"):
        LinkKeys.read(file)


@pytest.mark.parametrize("content", ["", "# only words\n", "not a key\n", "é\n"])
def test_a_file_without_keys_is_said_to_be_one(tmp_path: Path, content: str) -> None:
    file = tmp_path / "links.key"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(UnusableInputError, match="ipe dashboard key"):
        LinkKeys.read(file)


@pytest.mark.parametrize("days", [0, -1, LONGEST + 1, float("nan"), float("inf")])
def test_a_link_lives_for_a_reasonable_time(days: float) -> None:
    with pytest.raises(UnusableInputError, match="days"):
        sealed(days=days)


def test_a_refusal_crosses_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(RefusedLinkError("expired")))
    assert error.why == "expired"
    assert "run out" in str(error)


TABLE = "user,role,id\nana,learner,s001\nana,faculty,f001\nbo,learner,s002\noffice,programme,\n"


def people(tmp_path: Path, content: str = TABLE) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_user_of_the_hub_is_who_the_table_says(tmp_path: Path) -> None:
    file = people(tmp_path)
    assert hub_visitor("ana", file, "learner") == Visitor("learner", "s001")
    assert hub_visitor("ana", file, "faculty") == Visitor("faculty", "f001")
    assert hub_visitor("office", file, "programme") == Visitor("programme", "")


@pytest.mark.parametrize(
    ("user", "role"), [("bo", "faculty"), ("s001", "learner"), ("", "learner"), ("ANA", "learner")]
)
def test_a_user_without_that_role_is_refused(tmp_path: Path, user: str, role: str) -> None:
    with pytest.raises(RefusedLinkError):
        hub_visitor(user, people(tmp_path), role)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content", [TABLE + "ana,learner,s002\n", "user,role,id\nana,learner,\n", "user,role\nana,learner\n"]
)
def test_a_table_that_does_not_name_exactly_one_person_is_not_used(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnusableInputError):
        hub_visitor("ana", people(tmp_path, content), "learner")


def test_a_missing_table_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"user, role and id"):
        hub_visitor("ana", tmp_path / "none.csv", "learner")
    assert not list(tmp_path.iterdir())
