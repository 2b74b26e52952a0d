"""The shipped folders: found beside the package or inside it, and one clear fault when they are nowhere."""

from __future__ import annotations

import pytest

from ipe_workbench import resources
from ipe_workbench.errors import EnvironmentFault


def test_a_wheel_s_folders_are_found_inside_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "site-packages" / "ipe_workbench")
    shipped = tmp_path / "site-packages" / "ipe_workbench" / "_shipped"
    (shipped / "data" / "frameworks").mkdir(parents=True)
    (shipped / "notebooks" / "reports").mkdir(parents=True)
    # Another package may have put a folder of that name beside ours; it is known by its content.
    (tmp_path / "site-packages" / "data").mkdir()
    assert resources.data_folder() == shipped / "data"
    assert resources.notebooks_folder() == shipped / "notebooks"


def test_missing_folders_are_a_fault_of_the_installation(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    with pytest.raises(EnvironmentFault, match="Install ipe-workbench again") as caught:
        resources.data_folder()
    assert caught.value.exit_code == 3
