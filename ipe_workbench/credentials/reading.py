"""Programmes from disk: read whole, with every finding at once.

The folder holds ``programme.yaml``, ``credentials/*.yaml``, ``pathways/*.yaml`` and, once something was awarded,
``issued/*.yaml``; scenarios and the evaluation plan belong to the rooms that use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from ipe_workbench.credentials.model import MicroCredential, Stack
from ipe_workbench.credentials.programme import Programme, ProgrammeInfo
from ipe_workbench.credentials.versions import IssuedVersion
from ipe_workbench.documents import Document, read_document, validate
from ipe_workbench.errors import UnreadableFileError, UnusableInputError, WorkbenchError
from ipe_workbench.findings import Finding, Place, sort_findings
from ipe_workbench.frameworks import Framework, open_framework
from ipe_workbench.resources import data_folder

__all__ = ["ProgrammeReading", "example_programme", "load_programme", "read_programme"]

_Model = TypeVar("_Model", MicroCredential, Stack)

_FOLDERS: dict[str, str] = {"credential": "credentials", "stack": "pathways"}
_LEVELS = {"foundation": 0, "intermediate": 1, "advanced": 2}
_YAML = (".yaml", ".yml")


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

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> len(load_programme(data_folder() / "programmes" / "cu-ipe").credentials)
    16
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
    """The example programme ``cu-ipe`` that ships with the package.

    Examples
    --------
    >>> example_programme().id
    'cu-ipe'
    """
    return load_programme(data_folder() / "programmes" / "cu-ipe")


def _programme_folder(path: Path) -> Path:
    """Accept the folder or its ``programme.yaml``."""
    return path.parent if path.name in ("programme.yaml", "programme.yml") else path


#: The folders of a programme whose YAML files something reads.
_HOMES = ("credentials", "pathways", "issued", "scenarios", "standards", "instruments", "reports")


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
        issued = self._issued()
        self._shared_ids(credentials, stacks)
        programme = None
        if info is not None:
            self.findings.extend(self._strays(info))
            ordered = sorted(credentials.values(), key=lambda one: _LEVELS[one.level])
            programme = Programme(
                info=info,
                credentials={one.id: one for one in ordered},
                stacks=stacks,
                frameworks=self._frameworks(info),
                documents=self.documents,
                folder=self.folder,
                issued=issued,
            )
        return ProgrammeReading(programme, sort_findings(self.findings), frozenset(self.damaged), self.unreadable)

    def _info(self) -> ProgrammeInfo | None:
        if not self.folder.is_dir():
            if self.folder.exists():
                message, mend = "This is a file, not a folder.", "Name the folder in which programme.yaml stands."
            else:
                message, mend = "There is no such folder.", "Check the path."
            self._unreadable(Finding("unreadable-file", "error", message, mend, Place(str(self.folder))))
            return None
        path = next((one for one in self._named("programme") if one.exists()), None)
        if path is None:
            path = self.folder / "programme.yaml"
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
        for file in sorted(filter(_is_yaml, (self.folder / _FOLDERS[kind]).glob("*"))):
            self._file(kind, model, file, values)
        return values

    def _file(
        self, kind: Literal["credential", "stack"], model: type[_Model], file: Path, values: dict[str, _Model]
    ) -> None:
        document = self._document(file)
        if document is None:
            return
        value, findings = validate(model, document)
        self.findings.extend(_wrong_folder(kind, document) or findings)
        if value is None:
            self.damaged.update({str(document.tree.get("id") or ""), *_ids_in_name(file)})
        elif value.id in values:
            self._duplicate(value.id, document, self.documents[kind, value.id])
        else:
            values[value.id] = value
            self.documents[kind, value.id] = document

    def _issued(self) -> dict[tuple[str, str], IssuedVersion]:
        """The copies of what was issued. One that cannot be used damages nothing else."""
        kept: dict[tuple[str, str], IssuedVersion] = {}
        for file in sorted(filter(_is_yaml, (self.folder / "issued").glob("*"))):
            try:
                document = read_document(file)
            except UnreadableFileError as error:
                for finding in error.findings:
                    self._unreadable(finding)
                continue
            model: type[MicroCredential | Stack] = Stack if "rule" in document.tree else MicroCredential
            value, findings = validate(model, document)
            self.findings.extend(findings)
            if value is None:
                continue
            if known := kept.get((value.id, value.version)):
                message = f"Version {value.version} of `{value.id}` is already kept in {known.document.path}."
                mend = "Delete one of the two copies."
                self.findings.append(
                    Finding("duplicate-id", "error", message, mend, document.place("version"), value.id)
                )
            kept.setdefault((value.id, value.version), IssuedVersion(value, document))
        return kept

    def _document(self, path: Path) -> Document | None:
        try:
            return read_document(path)
        except UnreadableFileError as error:
            for finding in error.findings:
                self._unreadable(finding)
            self.damaged.update({_id_in_text(path), *_ids_in_name(path)})
            return None

    def _named(self, name: str) -> Iterator[Path]:
        return (self.folder / f"{name}{suffix}" for suffix in _YAML)

    def _strays(self, info: ProgrammeInfo) -> Iterator[Finding]:
        """Files that look like ours but stand where nothing reads them."""
        read = {*self._named("programme"), *self._named("evaluation"), *(self.folder / one for one in info.frameworks)}
        for path in sorted((*self.folder.glob("*"), *self.folder.glob("*/*"), *self.folder.glob("*/*/*"))):
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            looks_ours = re.search(r"\.ya?ml(\.txt)?$", path.name.lower()) is not None and not hidden
            home = path.parent.name in _HOMES and path.parent.parent == self.folder
            if looks_ours and path.is_file() and path not in read and not (home and _is_yaml(path)):
                yield Finding(
                    "stray-file",
                    "warning",
                    "Nothing reads this file.",
                    "Move it to credentials/, pathways/, scenarios/ or standards/, and let its name end in .yaml.",
                    Place(str(path)),
                    path.name,
                )

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
                told = getattr(error, "findings", ()) if (self.folder / reference).is_file() else ()
                place = document.place("frameworks", index)
                mend = (
                    error.mend or "Name a built-in framework (`ipe frameworks list`) or a file beside programme.yaml."
                )
                own = Finding("unknown-framework", "error", error.message, mend, place, reference)
                self.findings.extend(told or (own,))
            else:
                frameworks[framework.id] = framework
        return frameworks


def _is_yaml(path: Path) -> bool:
    return path.suffix in _YAML and not path.name.startswith(".")


def _wrong_folder(kind: str, document: Document) -> tuple[Finding, ...]:
    """One finding for a stack among the credentials or the other way round, in place of a dozen about its fields."""
    looks_like = "stack" if "rule" in document.tree else "credential"
    marks = {"activities", "assessment", "alignments", "criteria", "rubric"}
    if looks_like == kind or (looks_like == "credential" and not marks & set(document.tree)):
        return ()
    message = f"This looks like a {looks_like}, but stands in {_FOLDERS[kind]}/."
    mend = f"Move it to {_FOLDERS[looks_like]}/."
    subject = str(document.tree.get("id", ""))
    return (Finding("wrong-folder", "error", message, mend, Place(document.path), subject),)


def _ids_in_name(path: Path) -> set[str]:
    """The ids that a file's name suggests: with and without the number that puts it in order."""
    return {path.stem, re.sub(r"^\d+-", "", path.stem)}


def _id_in_text(path: Path) -> str:
    """The id of a file that cannot be parsed, guessed from its text, else from its name."""
    try:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("id:"):
                return line.removeprefix("id:").split("#")[0].strip().strip("'\"")
    except OSError:
        pass
    return path.stem
