from __future__ import annotations

import datetime
import getpass
import hashlib
import json
from pathlib import Path

import pytest

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.reporting.provenance import Provenance, collect_provenance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inputs = tmp_path / "inputs"
    (inputs / "credentials").mkdir(parents=True)
    (inputs / "programme.yaml").write_text("id: a\n")
    (inputs / "credentials" / "b.yaml").write_text("id: b\n")
    (inputs / ".hidden.yaml").write_text("x")
    (inputs / "notes.txt").write_text("x")
    return inputs


def _collect(folder: Path, at: datetime.datetime | None = None, seed: int = 7) -> Provenance:
    return collect_provenance({"programme": folder}, parameters={"term": "t"}, seed=seed, at=at)


def test_inputs_are_named_without_paths_of_this_machine_and_hashed(folder: Path) -> None:
    provenance = _collect(folder)
    assert [one.name for one in provenance.inputs] == ["programme/credentials/b.yaml", "programme/programme.yaml"]
    assert provenance.inputs[1].sha256 == hashlib.sha256(b"id: a\n").hexdigest()
    text = json.dumps(provenance.to_dict())
    assert str(folder) not in text
    assert getpass.getuser() not in text.replace("programme", "")


def test_the_digest_changes_with_an_input_and_not_with_the_time(folder: Path) -> None:
    before = _collect(folder)
    assert _collect(folder, at=datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)).digest == before.digest
    (folder / "credentials" / "b.yaml").write_text("id: c\n")
    after = _collect(folder)
    assert after.digest != before.digest
    assert after.inputs_digest != before.inputs_digest


def test_the_digest_changes_with_the_seed_while_the_inputs_stay(folder: Path) -> None:
    one, other = _collect(folder, seed=1), _collect(folder, seed=2)
    assert one.digest != other.digest
    assert one.inputs_digest == other.inputs_digest


def test_versions_of_everything_that_numbers_pass_through_are_there(folder: Path) -> None:
    assert set(_collect(folder).versions) >= {"python", "ipe-workbench", "numpy", "pandas", "networkx", "numba"}


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="programme"):
        collect_provenance({"programme": tmp_path / "gone"}, parameters={})
