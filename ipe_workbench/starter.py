"""A first programme to edit: small, complete, and clean under every check."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ipe_workbench.documents import parse_document, read_document, write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.resources import data_folder

__all__ = ["start_programme"]


def start_programme(folder: str | Path, *, title: str, issuer: str) -> Path:
    """Make a programme folder from the starter template.

    Parameters
    ----------
    folder : path
        The folder to make; its name becomes the programme's id.
    title, issuer : str
        What the programme and its awarding body are called.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnusableInputError
        When the folder exists and is not empty, or its name gives no id. Nothing is written then.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UnusableInputError(
            "The folder exists and is not empty; nothing was written.", place=str(target), mend="Name a new folder."
        )
    reference = re.sub(r"[^a-z0-9]+", "-", target.resolve().name.lower()).strip("-")[:80].strip("-")
    if not reference:
        raise UnusableInputError(
            "The folder's name gives no id.", place=str(target), mend="Use letters or digits, such as my-programme."
        )
    if not title.strip() or not issuer.strip():
        raise UnusableInputError("The title or the issuer is empty.", mend="Give both a text.")
    template = data_folder() / "templates" / "starter"
    for source in sorted(template.rglob("*.yaml")):
        write_atomically(target / source.relative_to(template), source.read_text(encoding="utf-8"))
    shutil.copytree(data_folder() / "schemas", target / "schemas")
    path = target / "programme.yaml"
    document = read_document(path)
    data = document.data
    data |= {"id": reference, "title": title.strip(), "issuer": data["issuer"] | {"name": issuer.strip()}}
    # Written through the tree, so that no character of a title can change the structure of the file.
    write_atomically(path, parse_document(document.edited(data).text, str(path)).text)
    return target
