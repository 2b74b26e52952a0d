"""The whole check of a programme folder: files, design, scenarios and evaluation plan in one reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import read_programme
from ipe_workbench.credentials.checks import Allowed, lint_findings, reviewed
from ipe_workbench.evaluation import read_plan
from ipe_workbench.evaluation.planned.plan_checks import plan_findings
from ipe_workbench.findings import Finding, count_by_severity, sort_findings
from ipe_workbench.simulation import read_scenarios

__all__ = ["FolderCheck", "check_folder"]


@dataclass(frozen=True)
class FolderCheck:
    """Every finding of a programme folder.

    Parameters
    ----------
    programme : str or None
        Its id; ``None`` when ``programme.yaml`` cannot be used.
    findings : tuple of Finding
        Gravest first.
    unreadable : bool
        Whether some file could not be read at all.
    allowed : tuple of Allowed
        Findings that the files allow, each with the reason that stands there.
    """

    programme: str | None
    findings: tuple[Finding, ...]
    unreadable: bool
    allowed: tuple[Allowed, ...] = ()

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
        accepted = f", {len(self.allowed)} allowed" if self.allowed else ""
        if not self.findings:
            return f"{self.programme}: no findings{accepted}."
        words = [
            f"{number} {word if number == 1 else word + 's'}"
            for word, number in (
                ("error", counts["errors"]),
                ("warning", counts["warnings"]),
                ("remark", counts["infos"]),
            )
            if number
        ]
        return f"{self.programme or 'not a programme'}: {', '.join(words)}{accepted}."

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON: ``programme, findings, errors, warnings, infos, allowed``."""
        return {
            "programme": self.programme,
            "findings": [finding.to_dict() for finding in self.findings],
            **count_by_severity(self.findings),
            "allowed": [one.to_dict() for one in self.allowed],
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
    programme = reading.programme
    if programme is None or programme.folder is None:
        return FolderCheck(None, sort_findings(reading.findings), reading.unreadable)
    plan, said = read_plan(programme.folder)
    findings = [
        *reading.findings,
        *lint_findings(programme, damaged=reading.damaged),
        *read_scenarios(programme.folder, programme, damaged=reading.damaged)[1],
        *said,
        *(plan_findings(plan, programme) if plan is not None and not reading.damaged else ()),
    ]
    unreadable = reading.unreadable or any(one.id == "unreadable-file" for one in findings)
    review = reviewed(programme, findings)
    return FolderCheck(programme.id, review.findings, unreadable, review.allowed)
