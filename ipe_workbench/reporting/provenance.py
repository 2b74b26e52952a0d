"""Where a report's numbers come from: versions, parameters, seed and the hash of every input file.

Who ran it is not recorded. The same inputs give the same provenance, but for the time, which the caller hands in.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from ipe_workbench import __version__
from ipe_workbench.errors import UnreadableFileError

__all__ = ["InputFile", "Provenance", "collect_provenance", "hash_files", "installed_versions"]

_PACKAGES = ("ipe-workbench", "numpy", "pandas", "networkx", "numba", "matplotlib")
#: What belongs to a programme; anything else in its folder is no input.
_ENDINGS = (".yaml", ".yml", ".json", ".csv")


@dataclass(frozen=True)
class InputFile:
    """One input: its name inside its folder, its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Provenance:
    """How a report was made.

    Parameters
    ----------
    versions : mapping of str to str
        Of Python and of the packages that numbers pass through.
    parameters : mapping
        With which the report was rendered.
    seed : int or None
        Of the simulation; ``None`` when nothing was simulated.
    inputs : tuple of InputFile
        Every input file, by name.
    command : str
        The command that makes the report again.
    at : datetime.datetime or None
        When it was rendered; ``None`` when the caller did not say.
    """

    versions: Mapping[str, str]
    parameters: Mapping[str, Any]
    seed: int | None
    inputs: tuple[InputFile, ...]
    command: str = ""
    at: datetime.datetime | None = None

    @property
    def digest(self) -> str:
        """One SHA-256 over versions, parameters, seed and inputs; the time is left out."""
        body = {key: value for key, value in self.to_dict().items() if key not in ("at", "digest", "command")}
        return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()

    @property
    def inputs_digest(self) -> str:
        """One SHA-256 over the names and hashes of the inputs alone."""
        lines = "".join(f"{one.sha256}  {one.name}\n" for one in self.inputs)
        return hashlib.sha256(lines.encode("utf-8")).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The provenance as plain JSON."""
        return {
            "versions": dict(self.versions),
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "inputs": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in self.inputs],
            "command": self.command,
            "at": self.at.isoformat(timespec="seconds") if self.at else None,
        }


def collect_provenance(
    folders: Mapping[str, str | Path],
    *,
    parameters: Mapping[str, Any],
    seed: int | None = None,
    command: str = "",
    at: datetime.datetime | None = None,
) -> Provenance:
    """The provenance of a report made from the files in `folders`.

    Parameters
    ----------
    folders : mapping of str to path
        Input folders or files, by the name under which they stand in the provenance (never a path of this machine).
    parameters, seed, command, at
        See `Provenance`.

    Raises
    ------
    UnreadableFileError
        When an input cannot be read.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> rule = {"programme": data_folder() / "programmes" / "cu-ipe"}
    >>> made = collect_provenance(rule, parameters={"term": "2026-fall"}, seed=7)
    >>> made.seed, made.inputs[0].name
    (7, 'programme/credentials/01-values-foundations.yaml')
    """
    inputs = tuple(
        sorted((one for name, path in folders.items() for one in hash_files(name, path)), key=lambda one: one.name)
    )
    return Provenance(installed_versions(), dict(parameters), seed, inputs, command, at)


def hash_files(name: str, path: str | Path) -> tuple[InputFile, ...]:
    """The input files below a folder (or the one file), hidden ones and foreign kinds left out."""
    root = Path(path)
    if root.is_file():
        return (_hashed(name, root),)
    if not root.is_dir():
        raise UnreadableFileError("The input is missing.", place=name, mend="Check the path.")
    found = sorted(one for one in root.rglob("*") if one.is_file() and _counts(one.relative_to(root)))
    return tuple(_hashed(f"{name}/{one.relative_to(root).as_posix()}", one) for one in found)


def installed_versions(packages: Iterable[str] = _PACKAGES) -> dict[str, str]:
    """Versions of Python and of installed packages, by name."""
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = __version__ if package == "ipe-workbench" else "not installed"
    return versions


def _counts(relative: Path) -> bool:
    # What reports write, and what they look like, lies in `reports`; it is no input.
    hidden = any(part.startswith(".") for part in relative.parts)
    return relative.suffix.lower() in _ENDINGS and not hidden and relative.parts[0] != "reports"


def _hashed(name: str, path: Path) -> InputFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"The input cannot be read: {error.strerror}.", place=name) from None
    return InputFile(name, hashlib.sha256(content).hexdigest(), len(content))
