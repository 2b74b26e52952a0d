"""What comes of reading somebody else's file: the framework, the facts of the file, and what was found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.findings import Finding, Place, Severity, sort_findings
from ipe_workbench.frameworks.model import Framework

__all__ = ["MAX_BYTES", "FrameworkReading", "Notes", "refused"]

#: A whole national framework is some 20 MB; more than this is a mistake or an attack (64 MiB).
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class FrameworkReading:
    """A framework read from a file, with what the file held and what was found on the way.

    `associations` counts every link by type, those that became the hierarchy included; `external_links` counts the ends
    of links that lie outside the file; `format` is ``case-1.0``, ``case-1.1``, ``ctdl-asn``, ``csv``, ``xlsx``,
    ``yaml`` or ``node-link``.
    """

    framework: Framework
    findings: tuple[Finding, ...]
    associations: dict[str, int]
    external_links: int
    format: str

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes the file contradict itself, such as a circle of parents; the framework is mended around it."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def to_dict(self) -> dict[str, Any]:
        """Facts of the file as plain JSON."""
        framework = self.framework
        return {
            "id": framework.id,
            "title": framework.title,
            "items": len(framework.competencies),
            "top_items": len(framework.roots),
            "depth": framework.depth,
            "leaves": len(framework.leaves),
            "associations": self.associations,
            "external_links": self.external_links,
            "rubrics": len(framework.rubrics),
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass
class Notes:
    """The findings of one reading, gathered; the same remark on many items is one finding with a count."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    _counted: dict[tuple[str, Severity, str, str], list[str]] = field(default_factory=dict)

    def say(self, id: str, severity: Severity, message: str, field: str = "", mend: str = "") -> None:
        """One finding at one place."""
        self.findings.append(Finding(id, severity, message, mend, Place(self.file, None, field)))

    def count(self, id: str, severity: Severity, message: str, subject: str, mend: str = "") -> None:
        """A remark that many items may share."""
        self._counted.setdefault((id, severity, message, mend), []).append(subject)

    def take(self, other: Notes) -> None:
        """The notes of a part of the reading that turned out to count."""
        self.findings += other.findings
        for key, subjects in other._counted.items():
            self._counted.setdefault(key, []).extend(subjects)

    def all(self) -> tuple[Finding, ...]:
        """Every finding, the gravest first."""
        counted = [
            Finding(id, severity, f"{message}: {_listed(subjects)}.", mend, Place(self.file))
            for (id, severity, message, mend), subjects in self._counted.items()
        ]
        return sort_findings((*self.findings, *counted))


def refused(message: str, file: str, line: int | None = None, mend: str = "") -> UnreadableFileError:
    """The error for a file that cannot be used at all."""
    place = Place(file, line)
    finding = Finding("unreadable-file", "error", message, mend, place)
    return UnreadableFileError(message, place=str(place), mend=mend or None, findings=[finding])


def _listed(subjects: list[str]) -> str:
    shown = ", ".join(dict.fromkeys(subject[:60] for subject in subjects[:3]))
    return f"{len(subjects)} ({shown}{', ...' if len(subjects) > 3 else ''})"
