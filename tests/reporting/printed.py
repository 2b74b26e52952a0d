"""What a test looks at in a printed report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ipe_workbench.reporting.edition import Summary


@dataclass(frozen=True)
class Printed:
    """One report of a run: its page, notebook and tables."""

    summary: Summary
    page: Path
    notebook: Path
    tables: tuple[Path, ...]


def printed_report(summary: Summary) -> Printed:
    """The first report of a run, which must have worked."""
    assert summary.failures == ()
    files = [Path(one) for one in summary.files]
    page = next(one for one in files if one.suffix == ".html")
    notebook = next(one for one in files if one.suffix == ".ipynb")
    return Printed(summary, page, notebook, tuple(one for one in files if one.parent.name == "tables"))
