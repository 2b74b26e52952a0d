"""The notebooks are tested on copies in a temporary folder, so that a test run leaves nothing beside them."""

from __future__ import annotations

import os
import tempfile

import pytest

_place = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_place] = tempfile.TemporaryDirectory(prefix="ipe-notebooks-")
    # Kernels inherit the environment of the test run.
    os.environ["IPE_PROGRAMMES"] = config.stash[_place].name


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_place].cleanup()
    os.environ.pop("IPE_PROGRAMMES", None)
