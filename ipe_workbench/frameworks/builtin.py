"""The frameworks and crosswalks that ship with the package, by id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ipe_workbench.documents import parse_document, read_document, validate, write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks.case import read_case
from ipe_workbench.frameworks.model import Crosswalk, Framework
from ipe_workbench.resources import data_folder

__all__ = [
    "FrameworkSummary",
    "list_frameworks",
    "load_crosswalk",
    "load_framework",
    "open_framework",
    "read_framework",
    "write_framework",
]


@dataclass(frozen=True)
class FrameworkSummary:
    """One line about a built-in framework."""

    id: str
    title: str
    version: str
    status: str
    competencies: int


def list_frameworks() -> tuple[FrameworkSummary, ...]:
    """The built-in frameworks, by id."""
    return tuple(
        FrameworkSummary(one.id, one.title, one.version, one.status, len(one.competencies))
        for one in map(load_framework, _names())
    )


def _names() -> list[str]:
    folder = data_folder() / "frameworks"
    return sorted(path.stem for path in folder.glob("*.yaml") if not path.stem.startswith("crosswalk-"))


@lru_cache(maxsize=32)
def load_framework(reference: str) -> Framework:
    """A built-in framework by its id. Raises `UnknownNameError`."""
    if reference not in _names():
        raise UnknownNameError(f"`{reference}` is not a built-in framework.", mend=near_names(reference, _names()))
    framework, findings = read_framework(data_folder() / "frameworks" / f"{reference}.yaml")
    if framework is None:
        raise UnusableInputError(findings[0].message, place=str(findings[0].place), findings=findings)
    return framework


def read_framework(path: Path) -> tuple[Framework | None, tuple[Finding, ...]]:
    """Read a framework from our own YAML."""
    return validate(Framework, read_document(path))


def load_crosswalk(reference: str) -> Crosswalk:
    """A built-in crosswalk by its id."""
    crosswalk, findings = validate(Crosswalk, read_document(data_folder() / "frameworks" / f"{reference}.yaml"))
    if crosswalk is None:
        raise UnusableInputError(findings[0].message, place=str(findings[0].place), findings=findings)
    return crosswalk


def open_framework(reference: str, *, base: Path | None = None) -> Framework:
    """A built-in framework by its id, or one from a file (our YAML, or a CASE package in JSON).

    Parameters
    ----------
    reference : str
        An id, or a path.
    base : Path, optional
        The folder that a path is relative to.

    Raises
    ------
    UnknownNameError
        When it is neither a built-in id nor a file of a known kind.
    UnusableInputError
        When the file cannot be used.

    Examples
    --------
    >>> len(open_framework("ipec-2023").leaves)
    33
    """
    if reference in _names():
        return load_framework(reference)
    path = (base or Path()) / reference
    if path.suffix == ".json":
        return read_case(path).framework
    if path.suffix not in (".yaml", ".yml"):
        raise UnknownNameError(f"`{reference}` is not a built-in framework.", mend=near_names(reference, _names()))
    framework, findings = read_framework(path)
    if framework is None:
        raise UnusableInputError(findings[0].message, place=str(findings[0].place), findings=findings)
    return framework


def write_framework(framework: Framework, folder: Path) -> Path:
    """Write a framework as our YAML to ``folder/<id>.yaml``; a file that is there already is not overwritten."""
    path = folder / f"{framework.id}.yaml"
    if path.exists():
        raise UnusableInputError("The file exists already.", place=str(path), mend="Remove it, or name another folder.")
    start = parse_document(f"id: {framework.id}\n", str(path))
    data = framework.model_dump(mode="json", exclude_defaults=True)
    write_atomically(path, start.edited(data).text)
    return path
