"""Versions: what was issued stays as it was issued, and a design that has changed since gets a new version.

The folder ``issued/`` of a programme holds a copy of the file of each version of a credential or stack that somebody
was awarded. Awards name their version; the copy says what it meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.documents import Document, parse_document, write_atomically
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme

__all__ = ["IssuedVersion", "changes_since", "keep_issued", "version_order"]

#: What may change without a new version: who looks after it, how it is shown, and what the designers accept.
_BOOKKEEPING = frozenset(
    {"version", "status", "owner", "review_date", "tags", "image", "endorsements", "allow", "extras"}
)
#: When and where an activity meets moves each year; so does what an assessment costs the programme.
_OF_THE_YEAR = {
    "activities": frozenset({"term", "weeks", "room", "learners_per_room"}),
    "assessment": frozenset({"assessor_minutes"}),
}


@dataclass(frozen=True)
class IssuedVersion:
    """A credential or stack as it was issued, and the file in ``issued/`` that holds it."""

    value: MicroCredential | Stack
    document: Document


def changes_since(issued: MicroCredential | Stack, now: MicroCredential | Stack) -> tuple[str, ...]:
    """Names of the fields in which a design differs from what was issued, bookkeeping and the calendar aside.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> before = example_programme().credentials["huddles-and-briefings"]
    >>> changes_since(before, before.model_copy(update={"hours": 6.0, "owner": "Somebody else"}))
    ('hours',)
    """
    before, after = _substance(issued), _substance(now)
    return tuple(key for key in {**before, **after} if before.get(key) != after.get(key))


def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts versions by their numbers, so that 1.10 comes after 1.9 and 1.0 is no later than 1.

    Examples
    --------
    >>> sorted(["1.10", "1.9", "2"], key=version_order)
    ['1.9', '1.10', '2']
    """
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]
    while parts and parts[-1] == (0, ""):
        parts.pop()
    return tuple(parts)


def keep_issued(programme: Programme, references: Iterable[str]) -> tuple[Programme, tuple[Path, ...]]:
    """Put a copy of what is awarded today into ``issued/``, comments included.

    Parameters
    ----------
    programme : Programme
        As it was read from its folder, without unsaved edits.
    references : iterable of str
        Ids of credentials and stacks.

    Returns
    -------
    (programme, written)
        The programme that knows these versions, and the files that were written; a copy that is there already and
        says the same is left alone.

    Raises
    ------
    UnknownNameError
        When an id is none of the programme's.
    UnusableInputError
        When the version was issued with another content, or the programme was never saved. Nothing is written then.

    Examples
    --------
    >>> import shutil, tempfile
    >>> from ipe_workbench.credentials import example_programme, load_programme
    >>> folder = Path(shutil.copytree(example_programme().folder, Path(tempfile.mkdtemp(), "mine")))
    >>> programme, written = keep_issued(load_programme(folder), ["speaking-up"])
    >>> [path.relative_to(folder).parts[0] for path in written]
    ['issued']
    """
    if programme.folder is None:
        raise UnusableInputError("The programme has no folder yet.", mend="Save it first.")
    issued = dict(programme.issued)
    copies: dict[Path, str] = {}
    for reference in dict.fromkeys(references):
        value, document = _current(programme, reference)
        known = issued.get((reference, value.version))
        if known is not None:
            if fields := changes_since(known.value, value):
                raise UnusableInputError(
                    f"Version {value.version} of `{reference}` was issued with other {', '.join(fields)}.",
                    place=document.path,
                    mend="Give it a new `version`.",
                )
            continue
        path = programme.folder / "issued" / f"{reference}@{_file_safe(value.version)}.yaml"
        if path.exists():
            raise UnusableInputError("The file exists already.", place=str(path), mend="Move it away, or mend it.")
        copies[path] = document.text
        issued[reference, value.version] = IssuedVersion(value, parse_document(document.text, str(path)))
    for path, text in copies.items():
        write_atomically(path, text)
    return replace(programme, issued=issued), tuple(copies)


def _current(programme: Programme, reference: str) -> tuple[MicroCredential | Stack, Document]:
    value = programme.credentials.get(reference) or programme.stacks.get(reference)
    if value is None:
        known = (*programme.credentials, *programme.stacks)
        raise UnknownNameError(f"`{reference}` is neither a credential nor a stack.", mend=near_names(reference, known))
    kind = "stack" if isinstance(value, Stack) else "credential"
    document = programme.documents.get((kind, reference))
    if document is None:
        raise UnusableInputError(f"`{reference}` is in no file yet.", mend="Save the programme first.")
    return value, document


def _file_safe(version: str) -> str:
    return "".join(sign if sign.isalnum() or sign in ".-+" else "-" for sign in version)


def _substance(value: MicroCredential | Stack) -> dict[str, Any]:
    data = value.model_dump(by_alias=True, exclude=set(_BOOKKEEPING))
    for name, fleeting in _OF_THE_YEAR.items():
        parts = data.get(name) or ()
        for part in [parts] if isinstance(parts, dict) else parts:
            for key in fleeting:
                part.pop(key, None)
    return data
