"""Print one job: run its template, write page, notebook, tables and PDF, and the receipt when all of them stand."""

from __future__ import annotations

import csv
import datetime
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.html import visible
from ipe_workbench.reporting.outputs import write_output
from ipe_workbench.reporting.page import Look
from ipe_workbench.reporting.parameters import read_parameters
from ipe_workbench.reporting.press.job import Job, Outcome, file_made
from ipe_workbench.reporting.render import TemplateError, render_report

__all__ = ["print_job", "write_receipt"]


def print_job(job: Job, *, engine: str | None) -> Outcome:
    """Print a report.

    Parameters
    ----------
    job : Job
        What to print.
    engine : str or None
        The papermill engine that runs the cells; None for a kernel.

    Returns
    -------
    Outcome
        Also when it failed; nothing is raised.
    """
    begun = time.monotonic()
    try:
        files = tuple(file_made(one, Path(job.receipt).parents[1]) for one in _printed(job, engine))
        outcome = Outcome(job.id, files, seconds=round(time.monotonic() - begun, 3))
        write_receipt(job, outcome)
        return outcome
    except TemplateError as error:
        notebook = str(error.notebook) if error.notebook else ""
        return Outcome(job.id, (), str(error), error.cell, notebook, time.monotonic() - begun)
    except WorkbenchError as error:
        return Outcome(job.id, (), str(error), seconds=time.monotonic() - begun)
    except Exception as error:  # one report never stops the rest
        why = type(error).__name__ if job.private else f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return Outcome(job.id, (), f"{Path(job.template).name}: {why}", seconds=time.monotonic() - begun)


def write_receipt(job: Job, outcome: Outcome) -> None:
    """Say in a file that the report is complete, and from what it was made."""
    receipt = {
        "format": 1,
        "id": job.id,
        "key": job.key,
        "facts": dict(job.facts),
        "private": job.private,
        "title": job.title,
        "files": [[one.path, one.sha256, one.size] for one in outcome.files],
        "seconds": outcome.seconds,
    }
    text = json.dumps(receipt, ensure_ascii=False, indent=1)
    write_output(Path(job.receipt), f"{text}\n", private=job.private)


def _printed(job: Job, engine: str | None) -> Iterator[Path]:
    facts = json.dumps(dict(job.facts), ensure_ascii=False, sort_keys=True)
    if visible(facts) != facts:
        # Marks that turn the direction of the text around them stand in no page, not even in its head.
        facts = json.dumps(dict(job.facts), sort_keys=True)
    look = Look(job.css, job.banner, facts)
    with tempfile.TemporaryDirectory(prefix="ipe-tables-") as work:
        declared = {one.name for one in read_parameters(job.template)}
        own = {"tables": work} if "tables" in declared else {}
        rendered = render_report(
            job.template,
            {**job.parameters, **own},
            job.page,
            title=job.title,
            notebook=job.notebook,
            language=job.language,
            cell_timeout=job.cell_timeout,
            engine=engine,
            look=look,
            private=job.private,
        )
        tables = sorted(Path(work).glob("*.csv"))
        yield rendered.page
        yield rendered.notebook
        yield from _kept_tables(job, tables)
    if job.pdf:
        from ipe_workbench.reporting.pdf import page_as_pdf

        made = str(job.facts.get("made", {}).get("rendered_at", ""))
        at = datetime.datetime.fromisoformat(made) if made else None
        printed = page_as_pdf(rendered.page.read_text(encoding="utf-8"), at=at)
        yield write_output(job.page.with_suffix(".pdf"), printed, private=job.private)


def _kept_tables(job: Job, tables: list[Path]) -> Iterator[Path]:
    folder = Path(job.folder) / "tables"
    for one in tables:
        text = one.read_text(encoding="utf-8")
        yield write_output(folder / f"{job.id}-{one.name}", text, private=job.private)
    if tables:
        yield write_output(folder / f"{job.id}.xlsx", _workbook(tables), private=job.private)


def _workbook(tables: list[Path]) -> bytes:
    """All tables of a report as sheets of one workbook in which nothing runs."""
    import io

    import xlsxwriter

    stream = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, safe) as book:
        # The same tables give the same bytes.
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # noqa: DTZ001
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for one in tables:
            sheet = book.add_worksheet(one.stem[:31])
            with one.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(at, column, _value(cell) if at else cell, bold if at == 0 else None)
            sheet.freeze_panes(1, 0)
            if rows:
                sheet.autofilter(0, 0, max(1, len(rows) - 1), len(rows[0]) - 1)
                sheet.autofit(300)
    return stream.getvalue()


def _value(cell: str) -> Any:
    """A cell of a CSV as a number where it is one; an id such as 007 stays text."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    plain = cell.lstrip("-")
    if (plain.startswith("0") and len(plain) > 1 and plain[1] != ".") or number != number or number in (1e400, -1e400):
        return cell
    return number
