"""Where the shipped data and notebooks are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.errors import EnvironmentFault

__all__ = ["data_folder", "notebooks_folder"]

_PACKAGE = Path(__file__).parent


def data_folder() -> Path:
    """The folder of frameworks, standards, instruments, schemas and example programmes.

    Examples
    --------
    >>> (data_folder() / "frameworks").is_dir()
    True
    """
    return _shipped("data", sign="frameworks")


def notebooks_folder() -> Path:
    """The folder of the notebooks, with the report templates under ``reports/``."""
    return _shipped("notebooks", sign="reports")


def _shipped(name: str, *, sign: str) -> Path:
    # A checkout comes first: there the wheel's copy does not exist, and edits must be seen.
    for folder in (_PACKAGE.parent / name, _PACKAGE / "_shipped" / name):
        if (folder / sign).is_dir():
            return folder
    raise EnvironmentFault(f"The package's {name} are missing.", mend="Install ipe-workbench again.")
