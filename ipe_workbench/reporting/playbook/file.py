"""The file of a playbook: who does what in which week, and what is decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import Document, FileModel, read_document, validate
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.findings import Finding
from ipe_workbench.resources import data_folder

__all__ = ["FIGURES", "Playbook", "PlaybookWeek", "Task", "read_playbook"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

#: What may stand in braces in a task, and what it says.
FIGURES: dict[str, str] = {
    "learners": "learners of a cohort",
    "professions": "how many professions take part",
    "credentials": "how many credentials and stacks there are",
    "not_taught": "sub-competencies of the first framework that nothing teaches",
    "not_assessed": "sub-competencies of the first framework that nothing assesses",
    "findings": "what `ipe check` finds",
    "load": "hours of assessors in the fullest term against what there is, simulated",
    "bottleneck": "the credential that fewest earn, and what stops most of the others, simulated",
    "detectable": "the smallest paired change that the cohort shows with 80 % power",
    "pilot": "the first credential that people observe",
    "pilot_learners": "learners of the pilot",
    "pilot_teams": "teams of the pilot",
}


class Task(FileModel):
    """Something to do: by whom (a role's id), and with which command, notebook or file.

    Examples
    --------
    >>> Task.model_validate({"what": "Write down {learners}.", "who": "lead", "with": "programme.yaml"}).tool
    'programme.yaml'
    """

    what: Text
    who: Id
    tool: str = Field(default="", alias="with")


class PlaybookWeek(FileModel):
    """A week: what it is for, what is done, and what is decided at its end."""

    goal: Text
    tasks: tuple[Task, ...] = Field(min_length=1)
    decision: str = ""


class Playbook(FileModel):
    """The content of a playbook file; `roles` maps ids to the words of the house.

    Examples
    --------
    >>> len(read_playbook().weeks)
    12
    """

    id: Id
    title: Text
    roles: dict[Id, Text] = Field(min_length=1)
    weeks: tuple[PlaybookWeek, ...] = Field(min_length=1)


def read_playbook(path: str | Path | None = None) -> Playbook:
    """Read a playbook that must be in order.

    Parameters
    ----------
    path : path, optional
        A file, or a programme's folder: its ``playbook.yaml`` where it has one. Ours otherwise.

    Raises
    ------
    UnreadableFileError
        When the file is missing or is not YAML.
    UnusableInputError
        When a field is wrong, a task names no role of the file, or a figure in braces is unknown; `findings` has all.

    Examples
    --------
    >>> read_playbook().weeks[2].goal
    'The alignment workshop'
    """
    document = read_document(_file(path))
    playbook, findings = validate(Playbook, document)
    faults = [*findings, *(_faults(playbook, document) if playbook is not None else ())]
    if playbook is None or faults:
        first = faults[0]
        message = f"{first.message}" + (f" ({len(faults)} such places.)" if len(faults) > 1 else "")
        raise UnusableInputError(message, place=str(first.place), mend=first.mend, findings=faults)
    return playbook


def _file(path: str | Path | None) -> Path:
    if path is not None and not Path(path).is_dir():
        return Path(path)
    own = Path(path) / "playbook.yaml" if path is not None else None
    return own if own is not None and own.exists() else data_folder() / "playbooks" / "twelve-weeks.yaml"


def _faults(playbook: Playbook, document: Document) -> Iterator[Finding]:
    for week, one in enumerate(playbook.weeks):
        for at, task in enumerate(one.tasks):
            place = ("weeks", week, "tasks", at)
            if task.who not in playbook.roles:
                mend = near_names(task.who, playbook.roles)
                message = f"The task asks for `{task.who}`, and `roles` has no such role."
                yield Finding("unknown-role", "error", message, mend, document.place(*place, "who"), task.who)
            for name in sorted(set(re.findall(r"\{([^{}]*)\}", task.what)) - set(FIGURES)):
                message = f"There is no figure `{{{name}}}`."
                mend = near_names(name, FIGURES)
                yield Finding("unknown-figure", "error", message, mend, document.place(*place, "what"), name)
