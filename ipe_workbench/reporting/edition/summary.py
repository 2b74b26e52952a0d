"""What a run of a term's reports came to, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.reporting.edition.planning import Skipped
from ipe_workbench.reporting.outputs import write_output
from ipe_workbench.reporting.press import Outcome

__all__ = ["Failure", "Summary", "failure", "write_summary"]


@dataclass(frozen=True)
class Failure:
    """A report that failed: the number of its cell, where known, the cause as a sentence, and the kept notebook."""

    report: str
    cell: int | None
    cause: str
    notebook: str


@dataclass(frozen=True)
class Summary:
    """A run.

    Parameters
    ----------
    programme, term, folder : str
        What was reported, and where.
    rendered, reused : tuple of str
        Reports that were printed, and those that were up to date.
    failures : tuple of Failure
        Reports that failed.
    skipped : tuple of Skipped
        Reports that this programme, or this call, cannot have.
    files : tuple of str
        Every file that stands now: pages, PDF, tables, notebooks, index, archive.
    wall_s : float
        Seconds that it took.
    seconds : tuple of (str, float)
        Of each report that was printed.
    """

    programme: str
    term: str
    folder: str
    rendered: tuple[str, ...]
    reused: tuple[str, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]
    files: tuple[str, ...]
    wall_s: float
    seconds: tuple[tuple[str, float], ...] = ()

    def counts(self) -> dict[str, Any]:
        """What programs ask for first, as plain JSON: term, counts, seconds and files."""
        return {
            "term": self.term,
            "rendered": len(self.rendered),
            "reused": len(self.reused),
            "failed": len(self.failures),
            "wall_s": round(self.wall_s, 3),
            "files": list(self.files),
        }

    def to_dict(self) -> dict[str, Any]:
        """The whole summary as plain JSON."""
        return {
            "format": 1,
            "programme": self.programme,
            **self.counts(),
            "failures": [vars(one) for one in self.failures],
            "skipped": [vars(one) for one in self.skipped],
        }


def failure(outcome: Outcome) -> Failure:
    """What is told of a job that failed."""
    return Failure(outcome.id, outcome.cell, outcome.problem, outcome.notebook)


def write_summary(summary: Summary) -> Path:
    """Write the summary beside the reports, for programs that look later."""
    text = json.dumps({**summary.to_dict(), "seconds": dict(summary.seconds)}, ensure_ascii=False, indent=1)
    return write_output(Path(summary.folder) / "run-summary.json", f"{text}\n", private=True)
