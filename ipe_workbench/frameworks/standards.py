"""Accreditation standards about interprofessional learning, by body: our reading of them, in files that people edit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints, field_validator, model_validator

from ipe_workbench.documents import Document, FileModel, Step, read_document, validate
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.findings import Finding, sort_findings
from ipe_workbench.frameworks.builtin import load_framework
from ipe_workbench.frameworks.model import Framework
from ipe_workbench.resources import data_folder

__all__ = [
    "AccreditationBody",
    "AccreditationStandard",
    "EvidenceKind",
    "StandardKind",
    "load_standards",
    "read_standards",
]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: Whether learners must have taken part in interprofessional learning, or must be able to do something.
StandardKind = Literal["participation", "competence"]
#: The kinds of evidence that a micro-credential keeps.
EvidenceKind = Literal[
    "test-result",
    "rubric-scores",
    "reflection",
    "recording",
    "artefact",
    "attendance",
    "peer-feedback",
    "self-rating",
    "preceptor-statement",
]
_YAML = (".yaml", ".yml")


class AccreditationStandard(FileModel):
    """One standard of a body, as we read it; `summary` is in our words, never in the body's.

    `professions` limits it to some of the body's professions (empty: all of them). `evidence_kinds` is what usually
    serves. `competencies` says, by framework id, which competencies (ids or codes) we read it to be about; none means
    any interprofessional learning. A `checked` standard was compared with the body's own text, by somebody, on a day.
    """

    id: Id
    number: Text
    edition: str = ""
    year: int | None = Field(default=None, ge=1900, le=2200)
    kind: StandardKind
    professions: tuple[Id, ...] = ()
    summary: Text
    evidence_kinds: tuple[EvidenceKind, ...] = ()
    competencies: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    checked: bool = False
    checked_on: datetime.date | None = None
    checked_by: str = ""
    note: str = ""


class AccreditationBody(FileModel):
    """A body and its standards about interprofessional learning: the content of one file in ``data/standards/``.

    `professions` are ids as a programme uses them; `source` is the body's address on the web.

    Examples
    --------
    >>> body = AccreditationBody.model_validate({
    ...     "id": "lcme", "name": "LCME", "professions": ["medicine"],
    ...     "standards": [{"id": "lcme-7-9", "number": 7.9, "kind": "participation", "summary": "Learn in teams."}]})
    >>> [(one.number, one.checked) for one in body.standards_for("medicine")], body.standards_for("nursing")
    ([('7.9', False)], ())
    """

    id: Id
    name: Text
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    professions: tuple[Id, ...] = Field(min_length=1)
    source: str = ""
    note: str = ""
    standards: tuple[AccreditationStandard, ...] = Field(min_length=1)

    @field_validator("source")
    @classmethod
    def _web_address(cls, source: str) -> str:
        if source and not source.startswith(("https://", "http://")):
            raise ValueError("The source is a web address that begins with https://")
        return source

    @model_validator(mode="after")
    def _consistent(self) -> AccreditationBody:
        if faults := list(_faults(self.model_dump())):
            raise ValueError(" ".join(fault.message for fault in faults))
        return self

    def standards_for(self, profession: str) -> tuple[AccreditationStandard, ...]:
        """The standards that apply to a profession, in the order of the file."""
        if profession not in self.professions:
            return ()
        return tuple(one for one in self.standards if not one.professions or profession in one.professions)


def read_standards(path: str | Path) -> tuple[AccreditationBody | None, tuple[Finding, ...]]:
    """Read a body and its standards.

    Parameters
    ----------
    path : path
        A YAML file of the kind in ``data/standards/``.

    Returns
    -------
    (body or None, findings)
        ``None`` where a finding is an error; all of them are reported at once, each with its line. A code that a
        built-in framework does not have is a warning.

    Raises
    ------
    UnreadableFileError
        When the file is missing or not YAML.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> body, findings = read_standards(data_folder() / "standards" / "lcme.yaml")
    >>> body.id, findings
    ('lcme', ())
    """
    body, findings, _ = _read(Path(path))
    return body, findings


def load_standards(folder: str | Path | None = None) -> tuple[tuple[AccreditationBody, ...], tuple[Finding, ...]]:
    """The bodies that ship with the package, and those of a programme.

    Parameters
    ----------
    folder : path, optional
        A programme's folder. Each file of its ``standards/`` replaces the built-in body of the same id or adds one.

    Returns
    -------
    (bodies, findings)
        The bodies by id; warnings about the files.

    Raises
    ------
    UnusableInputError
        When a file cannot be used, or two files of a folder are about the same body; `findings` has every reason.

    Examples
    --------
    >>> bodies, _ = load_standards()
    >>> [one.id for one in bodies if "nursing" in one.professions]
    ['aacn', 'acen']
    """
    shipped, findings = _read_folder(data_folder() / "standards")
    own: dict[str, AccreditationBody] = {}
    if folder is not None:
        own, more = _read_folder(Path(folder) / "standards")
        findings = (*findings, *more)
    bodies = {**shipped, **own}
    return tuple(bodies[one] for one in sorted(bodies)), sort_findings(findings)


class _Fault(NamedTuple):
    """What a model of single fields cannot see: where in the file, what, and how to mend it."""

    steps: tuple[Step, ...]
    id: str
    message: str
    mend: str


def _read_folder(folder: Path) -> tuple[dict[str, AccreditationBody], tuple[Finding, ...]]:
    bodies: dict[str, AccreditationBody] = {}
    files: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(one for one in folder.glob("*") if one.suffix in _YAML and not one.name.startswith(".")):
        try:
            body, found, document = _read(path)
        except UnusableInputError as error:
            findings.extend(error.findings)
            continue
        findings.extend(found)
        if body is None:
            continue
        if body.id in bodies:
            message = f"The body `{body.id}` is already in {files[body.id]}."
            mend = "Put its standards in one file."
            findings.append(Finding("duplicate-id", "error", message, mend, document.place("id"), body.id))
        bodies[body.id], files[body.id] = body, document.path
    if errors := [one for one in sort_findings(findings) if one.severity == "error"]:
        first, more = errors[0], f" (And {len(errors) - 1} more.)" if len(errors) > 1 else ""
        raise UnusableInputError(
            first.message, place=str(first.place), mend=f"{first.mend}{more}".strip() or None, findings=errors
        )
    return bodies, tuple(findings)


def _read(path: Path) -> tuple[AccreditationBody | None, tuple[Finding, ...], Document]:
    document = read_document(path)
    body, findings = validate(AccreditationBody, document)
    if body is not None:
        return body, sort_findings((*_unknown_codes(body, document), *_lost_zeros(document))), document
    faults = list(_faults(document.data))
    if faults:
        # The model sees the same, but can only say that it is somewhere in the file.
        findings = tuple(finding for finding in findings if finding.place.field)
    placed = [
        Finding(one.id, "error", one.message, one.mend, document.place(*one.steps), str(document.tree.get("id", "")))
        for one in faults
    ]
    return None, sort_findings((*findings, *placed)), document


def _faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    """What is wrong between the fields, as far as they can be read at all."""
    accredits = data.get("professions")
    listed = data.get("standards")
    seen: set[str] = set()
    for index, one in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if not isinstance(one, Mapping):
            continue
        steps: tuple[Step, ...] = ("standards", index)
        name = str(one.get("id", ""))
        if name and name in seen:
            message = f"The id `{name}` stands twice under `standards`."
            yield _Fault((*steps, "id"), "duplicate-id", message, "Give each standard an id of its own.")
        seen.add(name)
        if one.get("checked") is True and not (one.get("checked_on") and str(one.get("checked_by") or "").strip()):
            message = f"`{name}` is marked as checked, but not by whom and when."
            mend = "Add `checked_on: YYYY-MM-DD` and `checked_by:`, or write `checked: false`."
            yield _Fault((*steps, "checked"), "checked-without-date", message, mend)
        limited = one.get("professions")
        if isinstance(limited, list | tuple) and isinstance(accredits, list | tuple):
            for at, profession in enumerate(limited):
                if profession not in accredits:
                    message = f"`{name}` is about `{profession}`, which is not among the body's professions."
                    mend = "Add it to `professions` of the body, or correct it here."
                    yield _Fault((*steps, "professions", at), "unknown-profession", message, mend)


def _unknown_codes(body: AccreditationBody, document: Document) -> Iterator[Finding]:
    for index, standard in enumerate(body.standards):
        for reference, codes in standard.competencies.items():
            framework = _builtin(reference)
            for at, code in _missing(framework, codes):
                place = document.place("standards", index, "competencies", reference, at)
                message = f"`{code}` is not in {reference}."
                mend = "Name a competency of that framework by its code."
                yield Finding("unknown-competency", "warning", message, mend, place, standard.id)


def _lost_zeros(document: Document) -> Iterator[Finding]:
    """Numbers that YAML reads as another: 7.10 without quotes is 7.1."""
    lines = document.text.splitlines()
    for index, one in enumerate(document.data["standards"]):
        place = document.place("standards", index, "number")
        number = one["number"]
        if isinstance(number, float) and place.line and not re.search(rf"{number}(?!\d)", lines[place.line - 1]):
            message = f"The number is read as {number}, since it stands without quotes."
            yield Finding("unquoted-number", "warning", message, "Put it in quotes.", place, str(one["id"]))


def _missing(framework: Framework | None, codes: Iterable[str]) -> Iterator[tuple[int, str]]:
    if framework is not None:
        yield from ((at, code) for at, code in enumerate(codes) if code not in framework)


def _builtin(reference: str) -> Framework | None:
    try:
        return load_framework(reference)
    except UnknownNameError:
        return None
