"""Programmes to disk: only what changed, with people's comments kept, and never over somebody else's work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import rule_to_data
from ipe_workbench.documents import Document, FileModel, parse_document, write_atomically
from ipe_workbench.errors import UnusableInputError, WorkbenchError

__all__ = ["ConflictError", "document_for", "save_programme"]

Kind = Literal["programme", "credential", "stack"]

_FOLDERS: dict[str, str] = {"credential": "credentials", "stack": "pathways"}


class ConflictError(WorkbenchError):
    """Somebody changed a file after it was read; saving would undo their work, so nothing was written."""


def document_for(value: FileModel, before: Document | None, path: str, *, header: str = "") -> Document:
    """The file of a value: the one it came from with the changes in place, or a new one.

    Fields that did not change keep their lines as people wrote them; fields at their default are only written where
    the file had them. `header` is the first line of a new file.
    """
    if before is None:
        new = parse_document(f"id: {value.id}\n", path)  # type: ignore[attr-defined]
        body = new.edited(_written(value, {})).text
        return parse_document(header + body, path)
    return before.edited(_written(value, before.data))


def save_programme(programme: Programme, folder: str | Path | None = None) -> tuple[Programme, tuple[Path, ...]]:
    """Write the files whose content changed.

    Parameters
    ----------
    programme : Programme
        The edited programme.
    folder : path, optional
        Where to; by default where it was read from.

    Returns
    -------
    (programme, written)
        The programme with its documents brought up to date, and the files that were written or removed.

    Raises
    ------
    ConflictError
        When a file that would be written was changed by somebody else since it was read. Nothing is written then.
    UnusableInputError
        When the programme was never read from a folder and none is named.

    Examples
    --------
    >>> import shutil, tempfile
    >>> from ipe_workbench.credentials import example_programme, load_programme
    >>> folder = Path(shutil.copytree(example_programme().folder, Path(tempfile.mkdtemp(), "mine")))
    >>> save_programme(load_programme(folder))[1]  # nothing was edited, so nothing is written
    ()
    """
    target = Path(folder) if folder is not None else programme.folder
    if target is None:
        raise UnusableInputError("The programme has no folder yet.", mend="Name the folder to save it to.")
    same_place = programme.folder is not None and target.resolve() == programme.folder.resolve()
    changes: dict[Path, Document | None] = {}
    documents: dict[tuple[str, str], Document] = {}
    for key, value in _values(programme).items():
        before = programme.documents.get(key)
        path = target / _file_name(key, before)
        after = document_for(value, before, str(path), header=_header(programme, key[0]))
        after = replace(after, path=str(path))
        documents[key] = after
        if before is None or after.text != before.text or not same_place:
            changes[path] = after
        _refuse_conflict(path, before if same_place else None, changed=path in changes)
    for gone, last in programme.documents.items():
        if gone not in documents and same_place:
            path = target / _file_name(gone, last)
            _refuse_conflict(path, last, changed=True)
            changes[path] = None
    for path, document in changes.items():
        if document is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, document.text)
    return replace(programme, documents=documents, folder=target), tuple(changes)


def _refuse_conflict(path: Path, before: Document | None, *, changed: bool) -> None:
    if not changed:
        return
    if before is None:
        if path.exists():
            raise ConflictError(
                "The file exists already; nothing was written.", place=str(path), mend="Choose another id."
            )
        return
    try:
        on_disk = hashlib.sha256(path.read_bytes().decode("utf-8-sig").encode("utf-8")).hexdigest()
    except FileNotFoundError:
        raise ConflictError(
            "The file was removed since it was read; nothing was written.",
            place=str(path),
            mend="Read the programme again.",
        ) from None
    if on_disk != before.digest:
        raise ConflictError(
            "The file was changed by someone else since it was read; nothing was written.",
            place=str(path),
            mend="Read the programme again and repeat your edit.",
        )


def _values(programme: Programme) -> dict[tuple[Kind, str], FileModel]:
    values: dict[tuple[Kind, str], FileModel] = {("programme", programme.id): programme.info}
    values.update({("credential", one.id): one for one in programme.credentials.values()})
    values.update({("stack", one.id): one for one in programme.stacks.values()})
    return values


def _file_name(key: tuple[str, str], before: Document | None) -> Path:
    kind, reference = key
    if kind == "programme":
        return Path("programme.yaml")
    return Path(_FOLDERS[kind]) / (Path(before.path).name if before else f"{reference}.yaml")


def _header(programme: Programme, kind: str) -> str:
    """The line that names the schema to an editor, as the neighbouring files have it."""
    for (other, _), document in programme.documents.items():
        first = document.text.splitlines()[0] if document.text else ""
        if other == kind and first.startswith("# yaml-language-server:"):
            return f"{first}\n"
    return f"# yaml-language-server: $schema={'' if kind == 'programme' else '../'}schemas/{kind}.schema.json\n"


def _written(value: FileModel, like: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data of a value: unchanged fields as `like` has them, the others without defaults that it lacks."""
    try:
        before = type(value).model_validate(dict(like))
    except ValueError:
        before = None
    full = value.model_dump(by_alias=True)
    short = value.model_dump(by_alias=True, exclude_defaults=True)
    data: dict[str, Any] = {}
    for name, field in type(value).model_fields.items():
        key = field.alias or name
        if before is not None and key in like and getattr(before, name) == getattr(value, name):
            data[key] = like[key]
        elif name in ("rule", "requires") and key in short:
            data[key] = rule_to_data(getattr(value, name))
        elif key in short or key in like:
            data[key] = _trimmed(full[key], short.get(key), like.get(key))
    return data


def _trimmed(full: Any, short: Any, like: Any) -> Any:
    """`full` without the defaults that neither `short` nor `like` has."""
    if isinstance(full, dict):
        short, like = short if isinstance(short, dict) else {}, like if isinstance(like, dict) else {}
        return {
            key: _trimmed(item, short.get(key), like.get(key))
            for key, item in full.items()
            if key in short or key in like
        }
    if isinstance(full, list | tuple):
        shorts = list(short) if isinstance(short, list | tuple) else []
        likes = _matched(full, like if isinstance(like, list) else [])
        return [
            _trimmed(item, shorts[index] if index < len(shorts) else item, likes[index])
            for index, item in enumerate(full)
        ]
    if isinstance(full, float) and full.is_integer():
        return int(full)
    return full


def _matched(items: Iterable[Any], like: list[Any]) -> list[Any]:
    """For each item its earlier form: the one with the same id, else the one at the same position."""
    by_id = {one.get("id"): one for one in like if isinstance(one, dict) and one.get("id") is not None}
    return [
        by_id.get(item.get("id"))
        if isinstance(item, dict) and "id" in item
        else (like[index] if index < len(like) else None)
        for index, item in enumerate(items)
    ]
