"""Programmes on disk: read whole, with every finding at once; saved with people's comments kept.

The folder holds ``programme.yaml``, ``credentials/*.yaml`` and ``pathways/*.yaml``; scenarios and the evaluation plan
belong to the rooms that use them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme, ProgrammeInfo
from ipe_workbench.credentials.rules import rule_to_data
from ipe_workbench.documents import (
    Document,
    FileModel,
    parse_document,
    read_document,
    validate,
    write_atomically,
)
from ipe_workbench.errors import UnreadableFileError, UnusableInputError, WorkbenchError
from ipe_workbench.findings import Finding, Place, sort_findings
from ipe_workbench.frameworks import Framework, open_framework
from ipe_workbench.resources import data_folder

__all__ = [
    "ConflictError",
    "ProgrammeReading",
    "document_for",
    "example_programme",
    "load_programme",
    "read_programme",
    "save_programme",
]

Kind = Literal["programme", "credential", "stack"]
_Model = TypeVar("_Model", MicroCredential, Stack)

_FOLDERS: dict[str, str] = {"credential": "credentials", "stack": "pathways"}
_LEVELS = {"foundation": 0, "intermediate": 1, "advanced": 2}


class ConflictError(WorkbenchError):
    """Somebody changed a file after it was read; saving would undo their work, so nothing was written."""


@dataclass(frozen=True)
class ProgrammeReading:
    """What reading a folder gave.

    Parameters
    ----------
    programme : Programme or None
        The programme from every file that could be used; ``None`` when ``programme.yaml`` cannot be.
    findings : tuple of Finding
        Everything that is wrong with the files themselves.
    damaged : frozenset of str
        Ids of credentials and stacks that exist but could not be used, so that nobody reports them as unknown.
    unreadable : bool
        Whether some file could not be read at all (not YAML, not text, missing).
    """

    programme: Programme | None
    findings: tuple[Finding, ...]
    damaged: frozenset[str] = frozenset()
    unreadable: bool = False


def read_programme(folder: str | Path) -> ProgrammeReading:
    """Read a programme folder as far as it goes and say everything that is wrong with its files.

    Examples
    --------
    >>> reading = read_programme(data_folder() / "programmes" / "cu-ipe")
    >>> reading.programme.id, reading.findings
    ('cu-ipe', ())
    """
    return _Reader(_programme_folder(Path(folder))).read()


def load_programme(folder: str | Path) -> Programme:
    """Read a programme that must be in order.

    Raises
    ------
    UnusableInputError
        When any file cannot be used; its `findings` name them all.
    """
    reading = read_programme(folder)
    errors = [finding for finding in reading.findings if finding.severity == "error"]
    if reading.programme is None or errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more; `ipe check` lists them)" if len(errors) > 1 else ""
        kind = UnreadableFileError if reading.unreadable else UnusableInputError
        raise kind(first.message + more, place=str(first.place), mend=first.mend, findings=errors)
    return reading.programme


def example_programme() -> Programme:
    """The example programme ``cu-ipe`` that ships with the package."""
    return load_programme(data_folder() / "programmes" / "cu-ipe")


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


def _programme_folder(path: Path) -> Path:
    """Accept the folder or its ``programme.yaml``."""
    return path.parent if path.name in ("programme.yaml", "programme.yml") else path


class _Reader:
    """Collects values, documents and findings of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self.documents: dict[tuple[str, str], Document] = {}
        self.damaged: set[str] = set()
        self.unreadable = False

    def read(self) -> ProgrammeReading:
        info = self._info()
        credentials = self._files("credential", MicroCredential)
        stacks = self._files("stack", Stack)
        self._shared_ids(credentials, stacks)
        programme = None
        if info is not None:
            ordered = sorted(credentials.values(), key=lambda one: _LEVELS[one.level])
            programme = Programme(
                info=info,
                credentials={one.id: one for one in ordered},
                stacks=stacks,
                frameworks=self._frameworks(info),
                documents=self.documents,
                folder=self.folder,
            )
        return ProgrammeReading(programme, sort_findings(self.findings), frozenset(self.damaged), self.unreadable)

    def _info(self) -> ProgrammeInfo | None:
        if not self.folder.is_dir():
            self._unreadable(
                Finding(
                    "unreadable-file", "error", "There is no such folder.", "Check the path.", Place(str(self.folder))
                )
            )
            return None
        path = self.folder / "programme.yaml"
        if not path.exists():
            mend = "Name the folder of a programme, or make one with `ipe init`."
            finding = Finding("unreadable-file", "error", "There is no programme.yaml here.", mend, Place(str(path)))
            self._unreadable(finding)
            return None
        document = self._document(path)
        if document is None:
            return None
        info, findings = validate(ProgrammeInfo, document)
        self.findings.extend(findings)
        if info is not None:
            self.documents["programme", info.id] = document
        return info

    def _files(self, kind: Literal["credential", "stack"], model: type[_Model]) -> dict[str, _Model]:
        values: dict[str, _Model] = {}
        folder = self.folder / _FOLDERS[kind]
        paths = sorted(p for p in folder.glob("*.y*ml") if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))
        for path in paths:
            document = self._document(path)
            if document is None:
                continue
            value, findings = validate(model, document)
            self.findings.extend(findings)
            if value is None:
                self.damaged.add(str(document.tree.get("id") or path.stem))
            elif value.id in values:
                self._duplicate(value.id, document, self.documents[kind, value.id])
            else:
                values[value.id] = value
                self.documents[kind, value.id] = document
        return values

    def _document(self, path: Path) -> Document | None:
        try:
            return read_document(path)
        except UnreadableFileError as error:
            for finding in error.findings:
                self._unreadable(finding)
            self.damaged.add(_id_in_text(path))
            return None

    def _unreadable(self, finding: Finding) -> None:
        self.unreadable = True
        self.findings.append(finding)

    def _shared_ids(self, credentials: Mapping[str, MicroCredential], stacks: Mapping[str, Stack]) -> None:
        for shared in credentials.keys() & stacks.keys():
            self._duplicate(shared, self.documents["stack", shared], self.documents["credential", shared])

    def _duplicate(self, reference: str, second: Document, first: Document) -> None:
        self.findings.append(
            Finding(
                "duplicate-id",
                "error",
                f"The id `{reference}` is already used in {first.path}.",
                "Give one of the two another id; an id identifies for good.",
                second.place("id"),
                reference,
            )
        )

    def _frameworks(self, info: ProgrammeInfo) -> dict[str, Framework]:
        frameworks: dict[str, Framework] = {}
        document = self.documents["programme", info.id]
        for index, reference in enumerate(info.frameworks):
            try:
                framework = open_framework(reference, base=self.folder)
            except WorkbenchError as error:
                self.findings.extend(getattr(error, "findings", ()))
                place = document.place("frameworks", index)
                mend = (
                    error.mend or "Name a built-in framework (`ipe frameworks list`) or a file beside programme.yaml."
                )
                self.findings.append(Finding("unknown-framework", "error", error.message, mend, place, reference))
            else:
                frameworks[framework.id] = framework
        return frameworks


def _id_in_text(path: Path) -> str:
    """The id of a file that cannot be parsed, guessed from its text, else from its name."""
    try:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("id:"):
                return line.removeprefix("id:").split("#")[0].strip().strip("'\"")
    except OSError:
        pass
    return path.stem
