"""Crosswalks on disk: written with comments kept, opened by id or file, and found for two frameworks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from ipe_workbench.documents import MAX_BYTES, Document, parse_document, read_document, write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.frameworks.builtin import load_crosswalk
from ipe_workbench.frameworks.crosswalk import Crosswalk
from ipe_workbench.frameworks.yaml_files import read_crosswalk
from ipe_workbench.resources import data_folder

__all__ = [
    "FoundCrosswalk",
    "document_of_crosswalk",
    "find_crosswalk",
    "list_crosswalks",
    "open_crosswalk",
    "write_crosswalk",
]

_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class FoundCrosswalk:
    """A crosswalk between two frameworks and, as a sentence, how it was come by."""

    crosswalk: Crosswalk
    how: str


def write_crosswalk(crosswalk: Crosswalk, path: str | Path, *, replace: bool = False) -> Path:
    """Write a crosswalk.

    Parameters
    ----------
    crosswalk : Crosswalk
        What to write.
    path : path
        A file (``.yaml`` or ``.yml``), or a folder that gets ``<id>.yaml``; made when it does not exist.
    replace : bool
        Whether a file that is there already is changed, with its comments kept, or refused.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnusableInputError
        When the file exists and `replace` is false, when the id cannot be a file's name, or when the text would be
        larger than a YAML file that `read_crosswalk` accepts.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.frameworks import load_crosswalk
    >>> write_crosswalk(load_crosswalk("crosswalk-ipec-2016-2023"), tempfile.mkdtemp()).suffix
    '.yaml'
    """
    file = _file_for(crosswalk, Path(path))
    if file.exists():
        if not replace:
            raise UnusableInputError(
                "The file exists already.",
                place=str(file),
                mend="Remove it, name another, or ask for it to be replaced.",
            )
        start = read_document(file)
    else:
        start = parse_document("id: new\n", str(file))
    text = start.edited(_plain(crosswalk, start)).text
    if len(text.encode("utf-8")) > MAX_BYTES:
        message = f"The crosswalk is too large for a YAML file ({MAX_BYTES // 2**20} MiB at most)."
        raise UnusableInputError(message, place=str(file), mend="Allow fewer suggestions a code.")
    write_atomically(file, text)
    return file


def list_crosswalks() -> tuple[str, ...]:
    """Ids of the built-in crosswalks.

    Examples
    --------
    >>> list_crosswalks()
    ('crosswalk-ipec-2016-2023',)
    """
    return tuple(sorted(path.stem for path in (data_folder() / "frameworks").glob("crosswalk-*.yaml")))


def open_crosswalk(reference: str, base: Path | None = None) -> Crosswalk:
    """A built-in crosswalk by its id, or one from a YAML file (relative to `base`).

    Raises
    ------
    UnknownNameError
        When it is neither a built-in id nor a YAML file.
    UnusableInputError
        When the file cannot be used; `findings` has every reason.

    Examples
    --------
    >>> len(open_crosswalk("crosswalk-ipec-2016-2023").mappings)
    39
    """
    if Path(reference).suffix.lower() not in _YAML:
        return load_crosswalk(reference)
    crosswalk, findings = read_crosswalk((base or Path()) / reference)
    if crosswalk is None:
        first, more = findings[0], len(findings) - 1
        mend = first.mend + (f" (And {more} more.)" if more else "")
        raise UnusableInputError(first.message, place=str(first.place), mend=mend or None, findings=findings)
    return crosswalk


def document_of_crosswalk(reference: str, base: Path | None = None) -> Document:
    """The file behind a crosswalk that `open_crosswalk` opens, for the lines of its rows.

    Raises
    ------
    UnreadableFileError
        When there is no such file.
    """
    if Path(reference).suffix.lower() in _YAML:
        return read_document((base or Path()) / reference)
    return read_document(data_folder() / "frameworks" / f"{reference}.yaml")


def find_crosswalk(source: str, target: str, known: Iterable[Crosswalk] | None = None) -> FoundCrosswalk:
    """The crosswalk from one framework to another.

    Parameters
    ----------
    source, target : str
        Ids of the frameworks.
    known : iterable of Crosswalk, optional
        Where to look; the built-in ones by default.

    Returns
    -------
    FoundCrosswalk
        One that goes that way; else one of the other direction, inverted; else two composed over one framework between
        them, as few of them inverted as possible.

    Raises
    ------
    UnknownNameError
        When there is no such way.

    Examples
    --------
    >>> find_crosswalk("ipec-2023", "ipec-2016").how
    'crosswalk-ipec-2016-2023, read from its target to its source.'
    """
    there = list(known) if known is not None else [load_crosswalk(one) for one in list_crosswalks()]
    steps = [_Step(one, one.id, 0) for one in there] + [
        _Step(one.inverted(), f"{one.id} (inverted)", 1) for one in there
    ]
    for step in steps:
        if (step.crosswalk.source, step.crosswalk.target) == (source, target):
            how = (
                f"{step.crosswalk.inverted().id}, read from its target to its source."
                if step.turns
                else f"{step.name}."
            )
            return FoundCrosswalk(step.crosswalk, how)
    ways = [
        (first.turns + second.turns, first, second)
        for first, second in product(steps, steps)
        if (first.crosswalk.source, second.crosswalk.target) == (source, target)
        and first.crosswalk.target == second.crosswalk.source
    ]
    if not ways:
        names = ", ".join(f"{one.source} to {one.target}" for one in there) or "none"
        mend = f"Name a crosswalk's file, or make one with `ipe frameworks crosswalk suggest`. Known: {names}."
        raise UnknownNameError(f"There is no crosswalk from `{source}` to `{target}`.", mend=mend)
    _, first, second = min(ways, key=lambda way: way[0])
    how = f"{first.name}, then {second.name}, composed over {first.crosswalk.target}."
    return FoundCrosswalk(first.crosswalk.then(second.crosswalk), how)


@dataclass(frozen=True)
class _Step:
    crosswalk: Crosswalk
    name: str
    turns: int


def _file_for(crosswalk: Crosswalk, path: Path) -> Path:
    if path.suffix.lower() in _YAML and not path.is_dir():
        return path
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", crosswalk.id):
        message = f"The id {crosswalk.id!r} cannot be the name of a file."
        raise UnusableInputError(message, mend="Use letters, digits, dots and hyphens, or name a .yaml file.")
    return path / f"{crosswalk.id}.yaml"


def _plain(crosswalk: Crosswalk, before: Document) -> dict[str, Any]:
    """The fields to write: those that say something, and those that the file says already."""
    short, full = crosswalk.model_dump(mode="json", exclude_defaults=True), crosswalk.model_dump(mode="json")
    written = before.data
    rows = written.get("mappings")
    fields_of = {
        (str(row.get("source")), str(row.get("target"))): row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
    }
    data = {name: full[name] for name in full if name in short or name in written or name == "status"}
    data["mappings"] = [
        {name: row[name] for name in row if name in brief or name in fields_of.get((row["source"], row["target"]), ())}
        for row, brief in zip(full["mappings"], short["mappings"], strict=True)
    ]
    return data
