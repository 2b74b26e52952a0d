"""One report to print, and what came of it: plain values that go from process to process as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["FileMade", "Job", "Outcome", "file_made"]


@dataclass(frozen=True)
class Job:
    """A report to print.

    Parameters
    ----------
    id : str
        Its name in the set; also the name of its files.
    template : str
        The notebook.
    parameters : mapping
        With which it runs; `tables`, where the template has it, is filled in by the press.
    title, language : str
        Of the page.
    folder : str
        Where the files go: the page itself, executed notebooks below ``notebooks``, tables below ``tables``.
    receipt : str
        The file that says that the report is complete; written last.
    key : str
        Hash of everything that the report depends on.
    facts : mapping
        What the page says about itself to programs.
    css, banner : str
        Of the theme.
    pdf : bool
        Whether a PDF is printed as well.
    private : bool
        Whether the report is about a person: nobody but the owner may read its files, and the words of errors stay out
        of messages.
    cell_timeout, limit : float
        Seconds for a cell, and for the whole report.
    """

    id: str
    template: str
    parameters: Mapping[str, Any]
    title: str
    folder: str
    receipt: str
    key: str
    language: str = "en"
    facts: Mapping[str, Any] = field(default_factory=dict)
    css: str = ""
    banner: str = ""
    pdf: bool = False
    private: bool = False
    cell_timeout: int = 600
    limit: float = 3600

    @property
    def page(self) -> Path:
        """The page to write."""
        return Path(self.folder) / f"{self.id}.html"

    @property
    def notebook(self) -> Path:
        """The executed notebook to keep."""
        return Path(self.folder) / "notebooks" / f"{self.id}.ipynb"

    def to_json(self) -> str:
        """The job as one line, whatever is in its texts."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Job:
        """The job in a line."""
        return cls(**json.loads(line))


@dataclass(frozen=True)
class FileMade:
    """A file of a report, as seen from the folder of the term, with its SHA-256 and its size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Parameters
    ----------
    id : str
        Of the job.
    files : tuple of FileMade
        What was written; the page first. Empty when it failed.
    problem : str
        Why it failed, as a sentence that names the cell and the cause; empty when it worked.
    cell : int or None
        Number of the cell that failed, counted from one in the template.
    notebook : str
        The executed notebook of a failed report.
    seconds : float
        How long it took.
    died : bool
        Whether the process that printed it died.
    """

    id: str
    files: tuple[FileMade, ...] = ()
    problem: str = ""
    cell: int | None = None
    notebook: str = ""
    seconds: float = 0.0
    died: bool = False

    def to_json(self) -> str:
        """The outcome as one line."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Outcome:
        """The outcome in a line."""
        given = json.loads(line)
        return cls(**{**given, "files": tuple(FileMade(**one) for one in given["files"])})


def file_made(path: Path, folder: Path) -> FileMade:
    """A file as it stands there now."""
    content = path.read_bytes()
    return FileMade(path.relative_to(folder).as_posix(), hashlib.sha256(content).hexdigest(), len(content))
