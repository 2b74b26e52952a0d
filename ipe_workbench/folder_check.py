"""The whole check of a programme folder: files, design, scenarios and evaluation plan in one reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import check_programme, read_programme
from ipe_workbench.evaluation import read_plan
from ipe_workbench.findings import Finding, count_by_severity, sort_findings
from ipe_workbench.simulation import read_scenarios

__all__ = ["FolderCheck", "check_folder"]


@dataclass(frozen=True)
class FolderCheck:
    """Every finding of a programme folder; `programme` is its id, ``None`` when ``programme.yaml`` cannot be used."""

    programme: str | None
    findings: tuple[Finding, ...]
    unreadable: bool

    @property
    def exit_code(self) -> int:
        """2 when a file cannot be read, 1 when the design has errors, 0 otherwise."""
        if self.unreadable:
            return 2
        return 1 if count_by_severity(self.findings)["errors"] else 0

    @property
    def summary(self) -> str:
        """One line: how many findings of each severity."""
        counts = count_by_severity(self.findings)
        if not self.findings:
            return f"{self.programme}: no findings."
        words = [
            f"{number} {word if number == 1 else word + 's'}"
            for word, number in (
                ("error", counts["errors"]),
                ("warning", counts["warnings"]),
                ("remark", counts["infos"]),
            )
            if number
        ]
        return f"{self.programme or 'not a programme'}: {', '.join(words)}."

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON: ``programme, findings, errors, warnings, infos``."""
        return {
            "programme": self.programme,
            "findings": [finding.to_dict() for finding in self.findings],
            **count_by_severity(self.findings),
        }


def check_folder(folder: str | Path) -> FolderCheck:
    """Check everything in a programme folder, as far as its files can be read.

    Examples
    --------
    >>> from ipe_workbench.resources import data_folder
    >>> check_folder(data_folder() / "programmes" / "cu-ipe").to_dict()["errors"]
    0
    """
    reading = read_programme(folder)
    findings = list(reading.findings)
    unreadable = reading.unreadable
    programme = reading.programme
    if programme is not None and programme.folder is not None:
        findings.extend(check_programme(programme, damaged=reading.damaged))
        findings.extend(read_scenarios(programme.folder, programme, damaged=reading.damaged)[1])
        findings.extend(read_plan(programme.folder)[1])
        unreadable = unreadable or any(one.id == "unreadable-file" for one in findings)
    return FolderCheck(programme.id if programme else None, sort_findings(findings), unreadable)
