"""Receipts: what was printed completely, from what, and whether it still stands as it was printed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipe_workbench.reporting.press import FileMade, Job, Outcome

__all__ = ["FOLDER", "Receipt", "completed", "is_current", "read_receipt", "receipt_file"]

#: The folder of the receipts inside that of the term.
FOLDER = ".receipts"


@dataclass(frozen=True)
class Receipt:
    """That a report is complete: its key, its facts and its files."""

    id: str
    key: str
    title: str
    private: bool
    facts: dict[str, Any]
    files: tuple[FileMade, ...]


def receipt_file(folder: Path, job: str) -> Path:
    """Where the receipt of a report of a term is."""
    return folder / FOLDER / f"{job}.json"


def read_receipt(file: Path) -> Receipt | None:
    """The receipt in a file, or None where there is none that can be used."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        files = tuple(FileMade(str(path), str(sha256), int(size)) for path, sha256, size in told["files"])
        return Receipt(
            str(told["id"]), str(told["key"]), str(told["title"]), bool(told["private"]), dict(told["facts"]), files
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_current(job: Job, folder: Path) -> bool:
    """Whether the report was printed from what it would be printed from now, and stands untouched."""
    receipt = read_receipt(Path(job.receipt))
    if receipt is None or receipt.key != job.key:
        return False
    return all(_untouched(one, folder) for one in receipt.files)


def completed(job: Job) -> Outcome:
    """What came of a report that is complete already, from its receipt."""
    receipt = read_receipt(Path(job.receipt))
    return Outcome(job.id, receipt.files if receipt else ())


def _untouched(made: FileMade, folder: Path) -> bool:
    try:
        content = (folder / made.path).read_bytes()
    except OSError:
        return False
    return len(content) == made.size and hashlib.sha256(content).hexdigest() == made.sha256
