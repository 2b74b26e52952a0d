"""The decisions of a migration as a YAML file: written for a person to edit, read with every mistake at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.credentials.migration.applying import decision_mistakes
from ipe_workbench.credentials.migration.model import Decision, Migration
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import Document, FileModel, parse_document, read_document, validate, write_atomically
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.findings import Finding, sort_findings

__all__ = ["DecisionFile", "read_decisions", "write_decisions"]

_HEADER = """\
# What becomes of each old competency. For each entry write `accept: yes` or `accept: no`; empty means not decided yet,
# and nothing is changed. With several proposals, or none, write what it becomes: `codes: [C2]`. Comments are yours.
"""


class DecisionFile(FileModel):
    """The content of a decisions file. `source` and `target` are ids of frameworks."""

    programme: str
    source: str
    target: str
    crosswalk: str = ""
    decisions: tuple[Decision, ...] = ()


def write_decisions(migration: Migration, path: str | Path, decided: Iterable[Decision] = ()) -> Path:
    """Write a file with an entry for each proposal.

    Parameters
    ----------
    migration : Migration
        What to ask about.
    path : path
        A file that does not exist yet.
    decided : iterable of Decision
        Answers that are known already.

    Raises
    ------
    UnusableInputError
        When the file exists: it may hold somebody's decisions.
    """
    file = Path(path)
    if file.exists():
        mend = "Name another file; answers of this one are taken over with --decisions."
        raise UnusableInputError("The file exists already.", place=str(file), mend=mend)
    answers = {found.key: one for one in decided if (found := migration.find(one)) is not None}
    entries: list[dict[str, Any]] = []
    for proposal in migration.proposals:
        answer = answers.get(proposal.key)
        entries.append(
            {
                proposal.owner: proposal.reference,
                "code": proposal.code,
                "proposal": [one.code for one in proposal.alternatives],
                "why": proposal.why or _reading(proposal.alternatives[0].relation, proposal.alternatives[0].note),
                "accept": answer.accept if answer is not None else None,
                "codes": list(answer.codes) if answer is not None else [],
            }
        )
    data = {
        "programme": migration.programme,
        "source": migration.source.id,
        "target": migration.target.id,
        "crosswalk": migration.crosswalk,
        "decisions": entries,
    }
    start = parse_document(f"{_HEADER}programme: new\n", str(file))
    write_atomically(file, start.edited(data).text)
    return file


def read_decisions(
    path: str | Path, migration: Migration, programme: Programme | None = None
) -> tuple[DecisionFile | None, tuple[Finding, ...]]:
    """Read a decisions file and check it against the migration that it is about.

    Parameters
    ----------
    path : path
        The file.
    migration : Migration
        The migration as it is proposed now.
    programme : Programme, optional
        To tell an unknown credential or stack from one whose alignments are moved already.

    Returns
    -------
    (decisions or None, findings)
        ``None`` where a finding is an error; each has its line. ``nothing-to-decide`` (a warning) is an answer to what
        is not asked any more. Errors: ``invalid-field``, ``other-migration``, ``unknown-owner``,
        ``duplicate-decision``, ``unknown-competency``, ``nothing-chosen``, ``too-many-codes``.

    Raises
    ------
    UnreadableFileError
        When the file is missing or not YAML.
    """
    document = read_document(Path(path))
    file, findings = validate(DecisionFile, document)
    if file is None:
        return None, findings
    found = sort_findings(
        (*_about_another(file, migration, document), *_mistakes(file, migration, programme, document))
    )
    return (None if any(one.severity == "error" for one in found) else file), found


def _about_another(file: DecisionFile, migration: Migration, document: Document) -> Iterator[Finding]:
    for name, said, meant in (
        ("programme", file.programme, migration.programme),
        ("source", file.source, migration.source.id),
        ("target", file.target, migration.target.id),
    ):
        if said != meant:
            message = f"The decisions are for the {name} `{said}`, but this migration has `{meant}`."
            yield Finding("other-migration", "error", message, "Name the file of this migration.", document.place(name))


def _mistakes(
    file: DecisionFile, migration: Migration, programme: Programme | None, document: Document
) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for index, decision in enumerate(file.decisions):
        owners = (*programme.credentials, *programme.stacks) if programme is not None else ()
        if bool(decision.credential) == bool(decision.stack):
            message = "An entry is about one credential or one stack."
            place = document.place("decisions", index)
            yield Finding("unknown-owner", "error", message, "Write `credential:` or `stack:` with its id.", place)
            continue
        if programme is not None and decision.reference not in owners:
            message = f"`{decision.reference}` is neither a credential nor a stack of the programme."
            place = document.place("decisions", index, decision.owner)
            yield Finding("unknown-owner", "error", message, near_names(decision.reference, owners), place)
            continue
        proposal = migration.find(decision)
        key = proposal.key if proposal is not None else (decision.owner, decision.reference, decision.code)
        if key in seen:
            message = f"{decision.code} of `{decision.reference}` is decided twice."
            place = document.place("decisions", index)
            yield Finding(
                "duplicate-decision", "error", message, "Remove one of the entries.", place, decision.reference
            )
        seen.add(key)
        for field, finding in decision_mistakes(decision, migration):
            place = document.place("decisions", index, field)
            yield Finding(finding.id, finding.severity, finding.message, finding.mend, place, finding.subject)


def _reading(relation: str | None, note: str) -> str:
    return " ".join(filter(None, (f"{relation}." if relation else "", note)))
