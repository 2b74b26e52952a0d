"""The programme: frameworks, credentials, stacks and calendar as one linked, immutable value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from ipe_workbench.credentials.facts import Award, add_months
from ipe_workbench.credentials.model import Activity, Allowance, Assessor, MicroCredential, Stack, Text
from ipe_workbench.credentials.report_list import ReportEntry
from ipe_workbench.credentials.rules import Id
from ipe_workbench.credentials.versions import IssuedVersion
from ipe_workbench.documents import Document, FileModel, Step, misplaced
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.findings import Place
from ipe_workbench.frameworks import Framework

__all__ = ["Capacity", "Issuer", "Profession", "Programme", "ProgrammeInfo", "TeamRules", "Term"]


class Issuer(FileModel):
    """The awarding body. `country` is an ISO 3166-1 alpha-2 code (an Annex I element); `region` is optional."""

    name: Text
    url: str = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    region: str = ""
    email: str = ""


class Profession(FileModel):
    """A profession whose learners take part, with the number of its learners in a cohort."""

    id: Id
    title: Text
    learners: int = Field(ge=0, le=1_000_000)
    short: str = ""


class Term(FileModel):
    """A term of the calendar: its first day and its length in weeks."""

    id: Id
    title: Text
    start: datetime.date = Field(ge=datetime.date(1900, 1, 1), le=datetime.date(2200, 1, 1))
    weeks: int = Field(ge=1, le=60)

    @property
    def end(self) -> datetime.date:
        """The last day of the term."""
        return self.start + datetime.timedelta(weeks=self.weeks, days=-1)


class TeamRules(FileModel):
    """How interprofessional teams are made up. `max_share` is the largest share of a team from one profession."""

    size: int = Field(default=6, ge=2)
    min_professions: int = Field(default=3, ge=2)
    max_share: float = Field(default=0.5, gt=0, le=1)


class Capacity(FileModel):
    """What the programme has in one term: hours of assessors by their role, and of rooms by their kind."""

    assessor_hours: dict[Assessor, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    room_hours: dict[Id, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)


class ProgrammeInfo(FileModel):
    """The content of ``programme.yaml``. `reports` are those of each term; every template that there is by default."""

    id: Id
    title: Text
    version: str = "1.0"
    summary: str = ""
    issuer: Issuer
    language: str = "en"
    license: str = ""
    frameworks: tuple[Text, ...] = Field(min_length=1)
    professions: tuple[Profession, ...] = Field(min_length=1)
    terms: tuple[Term, ...] = Field(min_length=1)
    teams: TeamRules = TeamRules()
    capacity: Capacity = Capacity()
    quality_assurance: str = ""
    learner_identification: str = ""
    reports: tuple[ReportEntry, ...] | None = None
    allow: tuple[Allowance, ...] = ()
    extras: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ids_once(self) -> ProgrammeInfo:
        for name, ids in (("professions", [p.id for p in self.professions]), ("terms", [t.id for t in self.terms])):
            for index, one in enumerate(ids):
                if one in ids[:index]:
                    raise misplaced(f"The id `{one}` stands twice under `{name}`.", name, index, "id")
        self._report_names()
        for index, (before, term) in enumerate(pairwise(self.terms), start=1):
            if term.start <= before.end:
                message = f"{term.title} begins before {before.title} has ended ({before.end.isoformat()})."
                raise misplaced(message, "terms", index, "start")
        return self

    def _report_names(self) -> None:
        """Each report has an id of its own, and is for professions that there are."""
        professions = {one.id for one in self.professions}
        names: set[str] = set()
        for index, entry in enumerate(self.reports or ()):
            if entry.name in names:
                raise misplaced(f"The report `{entry.name}` stands twice; give one of them an id.", "reports", index)
            names.add(entry.name)
            for at, one in enumerate(entry.professions):
                if one not in professions:
                    message = f"`{one}` is not a profession of this programme. {near_names(one, professions)}"
                    raise misplaced(message, "reports", index, "professions", at)


@dataclass(frozen=True)
class Programme:
    """A whole programme in memory. An edit returns a new one; nothing is written until it is saved.

    Parameters
    ----------
    info : ProgrammeInfo
        What ``programme.yaml`` says.
    credentials : mapping of str to MicroCredential
        By id; foundation first, then intermediate and advanced, in the order of the files.
    stacks : mapping of str to Stack
        By id, in the order of the files.
    frameworks : mapping of str to Framework
        By id, in the order in which the programme names them.
    documents : mapping of (kind, id) to Document
        The files behind the values, for line numbers and for saving; kind is ``programme``, ``credential`` or
        ``stack``. Not part of the comparison of two programmes.
    folder : Path or None
        Where it was read from.
    issued : mapping of (id, version) to IssuedVersion
        Credentials and stacks as they were issued (the files in ``issued/``), of this version and earlier ones.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> programme = example_programme()
    >>> sum(profession.learners for profession in programme.info.professions)
    700
    """

    info: ProgrammeInfo
    credentials: Mapping[str, MicroCredential]
    stacks: Mapping[str, Stack]
    frameworks: Mapping[str, Framework]
    documents: Mapping[tuple[str, str], Document] = field(default_factory=dict, compare=False, repr=False)
    folder: Path | None = field(default=None, compare=False)
    issued: Mapping[tuple[str, str], IssuedVersion] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The programme's id."""
        return self.info.id

    @property
    def weeks(self) -> int:
        """Weeks of all terms together."""
        return sum(term.weeks for term in self.info.terms)

    @property
    def learners(self) -> int:
        """Learners of a cohort, all professions together."""
        return sum(profession.learners for profession in self.info.professions)

    def title(self, reference: str) -> str:
        """The title behind the id of a credential, stack or activity; the id itself when there is none."""
        named = self.credentials.get(reference) or self.stacks.get(reference)
        if named is not None:
            return named.title
        for activity in self.activities():
            if activity.id == reference:
                return activity.title
        return reference

    def activities(self) -> tuple[Activity, ...]:
        """Every activity of every credential."""
        return tuple(activity for credential in self.credentials.values() for activity in credential.activities)

    def profession(self, profession: str) -> Profession:
        """The profession with that id. Raises `UnknownNameError`."""
        return _named(self.info.professions, profession, "profession")

    def term(self, term: str) -> Term:
        """The term with that id. Raises `UnknownNameError`."""
        return _named(self.info.terms, term, "term")

    def may_earn(self, credential: str, profession: str) -> bool:
        """Whether learners of the profession may earn the credential at all."""
        only = self.credentials[credential].professions
        return not only or profession in only

    def award(self, reference: str, on: datetime.date, *, version: str | None = None) -> Award:
        """The award that the credential's, or the stack's, design gives on that day: with its expiry and its hours.

        With `version`, as that version's design gave it; see `designed`.
        """
        design = self.designed(reference, version)
        hours = design.hours if isinstance(design, MicroCredential) else 0.0
        expires = add_months(on, design.validity_months) if design.validity_months else None
        return Award(reference, on, expires=expires, hours=hours, version=design.version)

    def designed(self, reference: str, version: str | None = None) -> MicroCredential | Stack:
        """The credential or stack with that id, of today or as a version of it was issued.

        Raises
        ------
        UnknownNameError
            When there is none, or that version was never kept in ``issued/``.
        """
        now = self.credentials.get(reference) or self.stacks.get(reference)
        kept = self.issued.get((reference, version)) if version is not None else None
        if kept is not None:
            return kept.value
        if now is not None and version in (None, now.version):
            return now
        if now is None:
            known = (*self.credentials, *self.stacks)
            raise UnknownNameError(
                f"`{reference}` is neither a credential nor a stack.", mend=near_names(reference, known)
            )
        versions = [now.version, *(one for name, one in self.issued if name == reference)]
        raise UnknownNameError(
            f"`{reference}` has no version {version} here.", mend=near_names(version or "", dict.fromkeys(versions))
        )

    def with_credential(self, credential: MicroCredential) -> Programme:
        """A programme in which the credential with that id is this one, added at the end if it is new."""
        return replace(self, credentials={**self.credentials, credential.id: credential})

    def without_credential(self, credential: str) -> Programme:
        """A programme without that credential; rules that name it are left as they are, for the checks to find."""
        return replace(self, credentials={key: one for key, one in self.credentials.items() if key != credential})

    def with_stack(self, stack: Stack) -> Programme:
        """A programme in which the stack with that id is this one, added at the end if it is new."""
        return replace(self, stacks={**self.stacks, stack.id: stack})

    def without_stack(self, stack: str) -> Programme:
        """A programme without that stack; rules that name it are left as they are, for the checks to find."""
        return replace(self, stacks={key: one for key, one in self.stacks.items() if key != stack})

    def place(self, kind: Literal["programme", "credential", "stack"], reference: str, *steps: Step) -> Place:
        """Where a field stands in the user's files."""
        document = self.documents.get((kind, reference))
        return document.place(*steps) if document else Place()


_Item = TypeVar("_Item", Profession, Term)


def _named(items: tuple[_Item, ...], wanted: str, word: str) -> _Item:
    for item in items:
        if item.id == wanted:
            return item
    raise UnknownNameError(
        f"`{wanted}` is not a {word} of this programme.", mend=near_names(wanted, [i.id for i in items])
    )
