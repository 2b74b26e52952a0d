"""The shelf of releases: what was published of a term, kept so that the next release does not give it away.

A folder for each term, a JSON file for each release, numbered. They hold the true counts: nobody but their owner may
read them, and they are never published.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.errors import UnreadableFileError, UnusableInputError
from ipe_workbench.records.privacy.counts import Counts
from ipe_workbench.records.privacy.suppression import THRESHOLD, Release, suppress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["publish", "read_release", "releases_of", "save_release"]

_FORMAT = 1
_NAME = re.compile(r"release-(\d{4,})\.json")


def publish(
    tables: Mapping[str, Counts | pd.DataFrame],
    shelf: str | Path,
    term: str,
    *,
    threshold: int = THRESHOLD,
    show_zeros: bool = True,
) -> Release:
    """Suppress tables with all that was published of the term before, and put the release on the shelf.

    Parameters
    ----------
    tables : mapping of str to Counts or DataFrame
        As for `suppress`.
    shelf : path
        The folder of all terms.
    term : str
        Id of the term: releases of one term speak of the same learners.

    Returns
    -------
    Release
        It is on the shelf before anybody sees it.

    Raises
    ------
    UnusableInputError
        As for `suppress`, and when another release of the term came out in the same moment.
    """
    earlier = releases_of(shelf, term)
    release = suppress(tables, threshold=threshold, earlier=earlier, show_zeros=show_zeros)
    save_release(release, shelf, term, number=len(earlier) + 1)
    return release


def releases_of(shelf: str | Path, term: str) -> tuple[Release, ...]:
    """The releases of a term, the first one first; none when nothing was published."""
    folder = _folder(shelf, term)
    if not folder.is_dir():
        return ()
    numbered = sorted((int(match[1]), one) for one in folder.iterdir() if (match := _NAME.fullmatch(one.name)))
    for at, (number, file) in enumerate(numbered, start=1):
        if number != at:
            message = f"The release {at} of the term is missing; what it showed cannot be protected any more."
            raise UnusableInputError(message, place=str(file.parent), mend="Put its file back.")
    return tuple(read_release(file) for _, file in numbered)


def save_release(release: Release, shelf: str | Path, term: str, *, number: int | None = None) -> Path:
    """Put a release on the shelf, as the next of its term. Gives its file, which only its owner may read.

    Raises
    ------
    UnusableInputError
        When there is a release of that number.
    """
    folder = _folder(shelf, term)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = len(releases_of(shelf, term)) + 1 if number is None else number
    file = folder / f"release-{number:04}.json"
    part = folder / f".{file.name}.{os.getpid()}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(_to_json(release), stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a rename, a link never replaces what is there.
        os.link(part, file)
    except FileExistsError:
        mend = "Publish again: the other one is taken into account then."
        raise UnusableInputError("Another release came out meanwhile.", place=str(file), mend=mend) from None
    finally:
        part.unlink(missing_ok=True)
    return file


def read_release(file: str | Path) -> Release:
    """A release from its file.

    Raises
    ------
    UnreadableFileError
        When it is no release.
    """
    try:
        return _from_json(json.loads(Path(file).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        mend = "Put back the file that was saved; a release that is not known cannot be protected."
        raise UnreadableFileError("This is not a release.", place=str(file), mend=mend) from error


def _folder(shelf: str | Path, term: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", term):
        raise UnusableInputError(f"`{term[:40]}` is no id of a term.", mend="Take letters, digits and hyphens.")
    return Path(shelf) / term


def _to_json(release: Release) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "threshold": release.threshold,
        "show_zeros": release.show_zeros,
        "lost": list(release.lost),
        "tables": {
            name: {
                "dimensions": one.dimensions,
                "where": dict(one.where),
                "overlapping": sorted(one.overlapping),
                "rows": [
                    [*("" if value is None else str(value) for value in row[:-1]), int(row[-1])]
                    for row in one.frame[[*one.dimensions, "count"]].itertuples(index=False, name=None)
                ],
            }
            for name, one in release.tables.items()
        },
        "hidden": sorted([sorted(cell), reason] for cell, reason in release.hidden.items()),
    }


def _from_json(value: Any) -> Release:
    import pandas as pd

    if value["format"] != _FORMAT:
        raise ValueError("another format")
    tables = {
        name: Counts(
            pd.DataFrame(one["rows"], columns=[*one["dimensions"], "count"]),
            dict(one["where"]),
            tuple(one["overlapping"]),
        )
        for name, one in value["tables"].items()
    }
    hidden = {frozenset((name, text) for name, text in cell): reason for cell, reason in value["hidden"]}
    if not set(hidden.values()) <= {"primary", "complementary"}:
        raise ValueError("another reason")
    return Release(tables, hidden, tuple(value["lost"]), int(value["threshold"]), bool(value["show_zeros"]))
