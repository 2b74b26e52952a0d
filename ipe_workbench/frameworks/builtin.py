"""The frameworks and crosswalks that ship with the package, by id; and any framework by id or file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.findings import Finding
from ipe_workbench.frameworks.crosswalk import Crosswalk
from ipe_workbench.frameworks.model import Framework
from ipe_workbench.frameworks.yaml_files import read_crosswalk, read_framework
from ipe_workbench.resources import data_folder

__all__ = [
    "IMPORT_SUFFIXES",
    "FrameworkSummary",
    "list_frameworks",
    "load_crosswalk",
    "load_framework",
    "open_framework",
    "usable",
]

Read = TypeVar("Read", Framework, Crosswalk)
_CROSSWALK = "crosswalk-"
#: The kinds of files that a framework is named by.
IMPORT_SUFFIXES = (".json", ".jsonld", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".yaml", ".yml")


@dataclass(frozen=True)
class FrameworkSummary:
    """One line about a built-in framework."""

    id: str
    title: str
    version: str
    status: str
    competencies: int


def list_frameworks() -> tuple[FrameworkSummary, ...]:
    """The built-in frameworks, by id.

    Examples
    --------
    >>> [one.id for one in list_frameworks() if one.status == "current"]
    ['cihc-2024', 'ipec-2023']
    """
    return tuple(
        FrameworkSummary(one.id, one.title, one.version, one.status, len(one.competencies))
        for one in map(load_framework, _frameworks())
    )


@lru_cache(maxsize=32)
def load_framework(reference: str) -> Framework:
    """A built-in framework by its id; read once.

    Raises
    ------
    UnknownNameError
        When there is none with that id; the message lists near ones.

    Examples
    --------
    >>> load_framework("ipec-2023")["VE2"].parent
    'VE'
    """
    if reference not in _frameworks():
        raise _unknown(reference, "framework", _frameworks())
    return usable(*read_framework(_file(reference)))


@lru_cache(maxsize=32)
def load_crosswalk(reference: str) -> Crosswalk:
    """A built-in crosswalk by its id; read once. Raises `UnknownNameError`.

    Examples
    --------
    >>> load_crosswalk("crosswalk-ipec-2016-2023").targets("CC1")
    ('C2',)
    """
    if reference not in _crosswalks():
        raise _unknown(reference, "crosswalk", _crosswalks())
    return usable(*read_crosswalk(_file(reference)))


def open_framework(reference: str, base: Path | None = None) -> Framework:
    """A built-in framework by its id, or one from a file: our YAML, a CASE package, a CTDL-ASN graph, a sheet.

    Parameters
    ----------
    reference : str
        An id, or a path.
    base : Path, optional
        The folder that a path is relative to.

    Raises
    ------
    UnknownNameError
        When it is neither a built-in id nor a file.
    UnusableInputError
        When the file cannot be used; `findings` has every reason.

    Examples
    --------
    >>> len(open_framework("ipec-2023").leaves)
    33
    """
    if reference in _frameworks():
        return load_framework(reference)
    path = (base or Path()) / reference
    kind = path.suffix.lower()
    if kind in (".yaml", ".yml"):
        return usable(*read_framework(path))
    if kind in IMPORT_SUFFIXES or path.is_file():
        from ipe_workbench.frameworks.importing import import_framework

        reading = import_framework(path)
        return usable(None if reading.errors else reading.framework, reading.findings)
    raise _unknown(reference, "framework", _frameworks())


def _frameworks() -> list[str]:
    return [name for name in _files() if not name.startswith(_CROSSWALK)]


def _crosswalks() -> list[str]:
    return [name for name in _files() if name.startswith(_CROSSWALK)]


def _files() -> list[str]:
    return sorted(path.stem for path in (data_folder() / "frameworks").glob("*.yaml"))


def _file(name: str) -> Path:
    return data_folder() / "frameworks" / f"{name}.yaml"


def _unknown(reference: str, kind: str, known: list[str]) -> UnknownNameError:
    return UnknownNameError(f"`{reference}` is not a built-in {kind}.", mend=near_names(reference, known))


def usable(value: Read | None, findings: tuple[Finding, ...]) -> Read:
    """What was read, or the error that its findings make."""
    if value is None:
        first, more = findings[0], len(findings) - 1
        mend = first.mend + (f" (And {more} more.)" if more else "")
        raise UnusableInputError(first.message, place=str(first.place), mend=mend or None, findings=findings)
    return value
