"""Copies of what ships with the package, in the user's own folder, so that the originals stay as they are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ipe_workbench.documents import write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.resources import data_folder, notebooks_folder

__all__ = ["notebooks_copy", "working_copy"]


def working_copy(name: str, folder: str | Path | None = None) -> Path:
    """A shipped programme as a copy that may be edited.

    Parameters
    ----------
    name : str
        The programme's folder name under ``data/programmes``, such as ``cu-ipe``.
    folder : path, optional
        Where the copy goes, in a folder of that name. By default the one that the environment variable
        ``IPE_PROGRAMMES`` names, else ``my-programmes`` in the current folder.

    Returns
    -------
    Path
        The copy. The first call makes it, with the schemas that its files name; a later call returns it as it is.

    Raises
    ------
    UnknownNameError
        When no such programme ships.
    UnusableInputError
        When there is something at that place that is not a programme.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     copy = working_copy("cu-ipe", place)
    ...     (copy / "programme.yaml").is_file(), copy == working_copy("cu-ipe", place)
    (True, True)
    """
    shipped = {one.parent.name: one.parent for one in (data_folder() / "programmes").glob("*/programme.yaml")}
    if name not in shipped:
        raise UnknownNameError(f"No programme `{name}` ships.", mend=near_names(name, sorted(shipped)))
    target = Path(folder or os.environ.get("IPE_PROGRAMMES") or "my-programmes") / name
    if (target / "programme.yaml").exists():
        return target
    if target.exists():
        raise UnusableInputError(
            "There is something here that is not a programme; nothing was written.",
            place=str(target),
            mend="Name another folder.",
        )
    shutil.copytree(data_folder() / "schemas", target / "schemas")
    # programme.yaml goes last: a copy that was interrupted is not mistaken for a whole one.
    for source in sorted(shipped[name].rglob("*.*"), key=lambda one: one.name == "programme.yaml"):
        if source.is_file():
            place = source.relative_to(shipped[name])
            write_atomically(target / place, _with_near_schema(source.read_bytes(), depth=len(place.parts) - 1))
    return target


def notebooks_copy(folder: str | Path) -> Path:
    """The shipped notebooks in a folder of one's own; a file that is already there is left as it is.

    Returns
    -------
    Path
        The folder.
    """
    target, shipped = Path(folder), notebooks_folder()
    for source in sorted(shipped.rglob("*")):
        place = source.relative_to(shipped)
        wanted = source.suffix in (".ipynb", ".md") and "my-programmes" not in place.parts and not _hidden(place)
        if wanted and not (target / place).exists():
            write_atomically(target / place, source.read_bytes())
    return target


def _hidden(place: Path) -> bool:
    return any(part.startswith(".") for part in place.parts)


def _with_near_schema(content: bytes, *, depth: int) -> bytes:
    """The first line of a shipped file names ``data/schemas``; a copy has the schemas in its own folder."""
    first, line_end, rest = content.partition(b"\n")
    if not first.startswith(b"# yaml-language-server: $schema=") or b"schemas/" not in first:
        return content
    schema = first.rpartition(b"schemas/")[2]
    near = b"# yaml-language-server: $schema=" + b"../" * depth + b"schemas/" + schema
    return near + line_end + rest
