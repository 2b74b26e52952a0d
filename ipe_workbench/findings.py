"""A finding: something that a check, a reader or a writer wants a person to know, as data.

The command line, the studio and the reports show the same findings, so none of them phrases its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Finding", "Place", "Severity", "count_by_severity", "sort_findings"]

Severity = Literal["error", "warning", "info"]

_ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's files something stands.

    Parameters
    ----------
    file : str or None
        Path as the user would type it; ``None`` when the value never came from a file.
    line : int or None
        Line from 1; ``None`` when unknown.
    field : str
        Path of the field inside the file, such as ``alignments[2].competency``; empty for the whole file.
    """

    file: str | None = None
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        file = self.file or "(not saved)"
        return f"{file}:{self.line}" if self.line is not None else file


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a design, an import or an export.

    Parameters
    ----------
    id : str
        The check's stable identifier, such as ``cycle`` or ``alignment-without-evidence``.
    severity : {"error", "warning", "info"}
        ``error``: the design cannot work or cannot be read; ``warning``: a reviewer would object; ``info``: worth
        knowing.
    message : str
        What is wrong, as a sentence.
    mend : str
        How to mend it, as a sentence.
    place : Place
        Where it stands.
    subject : str
        Identifier of the credential, stack, competency or file that it is about.

    Examples
    --------
    >>> finding = Finding("no-licence", "warning", "The credential has no licence.", "Add `license: CC-BY-4.0`.",
    ...                   Place("credentials/teams.yaml", 3, "license"), "teams")
    >>> print(finding)
    credentials/teams.yaml:3: warning: The credential has no licence. Add `license: CC-BY-4.0`. [no-licence]
    >>> finding.to_dict()["line"]
    3
    """

    id: str
    severity: Severity
    message: str
    mend: str = ""
    place: Place = Place()
    subject: str = ""

    def __str__(self) -> str:
        mend = f" {self.mend}" if self.mend else ""
        return f"{self.place}: {self.severity}: {self.message}{mend} [{self.id}]"

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain JSON: ``id, severity, file, line, field, subject, message, mend``."""
        return {
            "id": self.id,
            "severity": self.severity,
            "file": self.place.file,
            "line": self.place.line,
            "field": self.place.field,
            "subject": self.subject,
            "message": self.message,
            "mend": self.mend,
        }


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the gravest first, then by file and line; equal ones only once."""
    unique = dict.fromkeys(findings)
    return tuple(
        sorted(unique, key=lambda f: (_ORDER[f.severity], f.place.file or "", f.place.line or 0, f.id, f.message))
    )


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity.

    Examples
    --------
    >>> count_by_severity([])
    {'errors': 0, 'warnings': 0, 'infos': 0}
    """
    counts = Counter(f.severity for f in findings)
    return {"errors": counts["error"], "warnings": counts["warning"], "infos": counts["info"]}
