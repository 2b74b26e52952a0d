"""The programme of a report that names none: found where programmes are kept, never guessed between two."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.reporting import programme_with_term
from ipe_workbench.starter import start_programme


@pytest.mark.parametrize("place", [".", "mine", "programmes/mine", "data/programmes/mine"])
def test_the_only_programme_with_the_term_is_taken(tmp_path: Path, place: str) -> None:
    made = start_programme(tmp_path / place, title="T", issuer="I")
    assert programme_with_term(tmp_path, "2027-fall").resolve() == made.resolve()


def test_two_programmes_are_never_guessed_between(tmp_path: Path) -> None:
    shutil.copytree(start_programme(tmp_path / "one", title="T", issuer="I"), tmp_path / "two")
    with pytest.raises(UnknownNameError, match=r"More than one .*one.*two"):
        programme_with_term(tmp_path, "2027-fall")


def test_a_term_that_nobody_has_lists_what_is_there(tmp_path: Path) -> None:
    start_programme(tmp_path / "one", title="T", issuer="I")
    with pytest.raises(UnknownNameError, match=r"No programme here has the term `2030-fall` \(found: .*one"):
        programme_with_term(tmp_path, "2030-fall")
