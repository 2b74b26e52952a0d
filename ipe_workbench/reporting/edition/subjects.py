"""What the reports of one kind are about: the programme, each profession, each accreditation body, each person."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.frameworks.standards import load_standards
from ipe_workbench.reporting.snapshot import Snapshot

__all__ = ["Records", "Subject", "subjects_of", "suffixes_of"]


@dataclass(frozen=True)
class Records:
    """The records behind a term's reports: one state of them, and what may be published of it.

    `released` is the file of the counts that may be shown, `released_digest` the SHA-256 of its content.
    """

    snapshot: Snapshot
    term: Term
    released: Path | None = None
    released_digest: str = ""


@dataclass(frozen=True)
class Subject:
    """What one report is about.

    Parameters
    ----------
    parameters : mapping
        Of the template.
    suffix : str
        Of the report's name.
    title : str
        For people.
    private : bool
        Whether it is a person.
    folder : str
        Of reports about such persons.
    digest : str
        Hash of the records of the person.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    title: str = ""
    private: bool = False
    folder: str = ""
    digest: str = ""


def subjects_of(
    each: str,
    programme: Programme,
    professions: Sequence[str],
    records: Records | None,
    since: datetime.date | None,
) -> Iterator[Subject]:
    """Everything that a kind of report is made for.

    Parameters
    ----------
    each : str
        ``programme``, ``profession``, ``body``, ``learner`` or ``rater``.
    programme : Programme
        The programme.
    professions : sequence of str
        Only these; all when empty.
    records : Records or None
        Where persons come from.
    since : date or None
        Of persons only those of whom something was recorded on that day or later.
    """
    chosen = [one for one in programme.info.professions if not professions or one.id in professions]
    if each == "programme":
        yield Subject()
    elif each == "profession":
        for one in chosen:
            yield Subject({"profession": one.id}, f"-{one.id}", one.title)
    elif each == "body":
        bodies, _ = load_standards(programme.folder)
        for one in chosen:
            own = [body for body in bodies if body.standards_for(one.id)]
            for body in own:
                named = {"profession": one.id, "body": body.id}
                yield Subject(named, f"-{one.id}-{body.id}", f"{one.title}, {body.id.upper()}")
            if not own:
                yield Subject({"profession": one.id, "body": ""}, f"-{one.id}", one.title)
    elif records is not None:
        yield from _persons(each, records, since)


def suffixes_of(each: str, programme: Programme, professions: Sequence[str], records: Records | None) -> Iterator[str]:
    """The ends of the names of all reports of a kind, whoever has new records; quicker than `subjects_of`."""
    if each not in ("learner", "rater"):
        yield from (one.suffix for one in subjects_of(each, programme, professions, records, None))
    elif records is not None:
        snapshot, term = records.snapshot, records.term
        people = snapshot.learners if each == "learner" else snapshot.raters
        yield from (f"-{one}" for one in people(term.start, term.end))


def _persons(each: str, records: Records, since: datetime.date | None) -> Iterator[Subject]:
    snapshot, term = records.snapshot, records.term
    if each == "learner":
        changed = snapshot.changed_since(since) if since else None
        for learner in snapshot.learners(term.start, term.end):
            if changed is None or learner in changed:
                digest = snapshot.digest_of(learner, term.end)
                yield Subject({"learner": learner}, f"-{learner}", "", private=True, folder="learners", digest=digest)
    else:
        for rater in snapshot.raters(term.start, term.end, since):
            yield Subject({"rater": rater}, f"-{rater}", "", private=True, folder="raters")
