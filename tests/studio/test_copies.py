"""Working copies: made once, never overwritten, and the shipped files stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipe_workbench.credentials import example_programme, load_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.resources import data_folder, notebooks_folder
from ipe_workbench.studio import working_copy
from ipe_workbench.studio.copies import notebooks_copy
from tests.programmes import replace_in


def test_a_copy_is_the_shipped_programme_and_its_schemas_are_where_the_files_say(tmp_path: Path) -> None:
    copy = working_copy("cu-ipe", tmp_path)
    assert load_programme(copy) == example_programme()
    files = list(copy.rglob("*.yaml"))
    assert len(files) > 20
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        if first.startswith("# yaml-language-server"):
            schema = file.parent / first.partition("$schema=")[2]
            assert schema.resolve().is_relative_to(copy.resolve())
            assert schema.is_file(), schema


def test_a_copy_that_is_there_is_returned_with_its_edits(tmp_path: Path) -> None:
    file = working_copy("cu-ipe", tmp_path) / "programme.yaml"
    replace_in(file, "title:", "title: Ours, not")
    before = file.read_bytes()
    assert working_copy("cu-ipe", tmp_path) == file.parent
    assert file.read_bytes() == before
    assert (data_folder() / "programmes/cu-ipe/programme.yaml").read_bytes() != before


def test_the_default_place_is_named_by_the_environment_or_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IPE_PROGRAMMES", raising=False)
    assert working_copy("cu-ipe") == Path("my-programmes/cu-ipe")
    monkeypatch.setenv("IPE_PROGRAMMES", str(tmp_path / "elsewhere"))
    assert working_copy("cu-ipe").parent == tmp_path / "elsewhere"


def test_a_foreign_folder_and_an_unknown_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cu-ipe").mkdir()
    with pytest.raises(UnusableInputError, match="not a programme"):
        working_copy("cu-ipe", tmp_path)
    with pytest.raises(UnknownNameError, match="cu-ipe"):
        working_copy("../cu-ipe", tmp_path)


def test_notebooks_are_copied_without_touching_edited_ones(tmp_path: Path) -> None:
    (tmp_path / "00_start_here.ipynb").write_text("mine", encoding="utf-8")
    notebooks_copy(tmp_path)
    assert (tmp_path / "00_start_here.ipynb").read_text(encoding="utf-8") == "mine"
    shipped = notebooks_folder() / "01_design_credentials.ipynb"
    assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
    assert not list(tmp_path.rglob("*.py"))
