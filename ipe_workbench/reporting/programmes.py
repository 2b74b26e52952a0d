"""Which programme a term's report is about when nobody says so."""

from __future__ import annotations

from pathlib import Path

from ipe_workbench.credentials import read_programme
from ipe_workbench.errors import UnknownNameError

__all__ = ["programme_with_term"]

#: Where programmes are kept in a folder, besides the folder itself.
_PLACES = (".", "*", "programmes/*", "data/programmes/*")


def programme_with_term(folder: Path, term: str) -> Path:
    """The folder itself if it is a programme, else the only programme in it that has the term.

    Programmes are looked for directly in the folder, in ``programmes/`` and in ``data/programmes/``.

    Raises
    ------
    UnknownNameError
        When no programme there has the term, or more than one has it; the message lists them.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> programme_with_term(data_folder() / "programmes", "2028-spring").name
    'cu-ipe'
    """
    if (folder / "programme.yaml").exists():
        return folder
    found = sorted({path.parent for place in _PLACES for path in folder.glob(f"{place}/programme.yaml")})
    having = [one for one in found if _has(one, term)]
    if len(having) == 1:
        return having[0]
    names = ", ".join(str(one) for one in (having or found)) or "none"
    if having:
        raise UnknownNameError(f"More than one programme here has the term `{term}`: {names}.", mend="Use --programme.")
    raise UnknownNameError(
        f"No programme here has the term `{term}` (found: {names}).", mend="Name its folder with --programme."
    )


def _has(folder: Path, term: str) -> bool:
    programme = read_programme(folder).programme
    return programme is not None and any(one.id == term for one in programme.info.terms)
