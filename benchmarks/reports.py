"""The reports of a term against plain papermill and nbconvert, one after the other, on the same templates.

Small ones (learner records) and large ones (term evaluation, accreditation, methods), each in one run. The plain way
starts a kernel for each report, as everybody's loop does; ours prints with two at a time.

    python benchmarks/reports.py --learners 60 --plain 6
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import papermill
from board import score
from nbconvert import HTMLExporter

from ipe_workbench.credentials import load_programme
from ipe_workbench.records import open_store
from ipe_workbench.reporting.edition import Asked
from ipe_workbench.reporting.edition.counts import records_of
from ipe_workbench.reporting.edition.planning import plan_edition
from ipe_workbench.reporting.edition.theme import Theme
from ipe_workbench.reporting.press import Job, Press
from ipe_workbench.resources import data_folder

LARGE = ("term-evaluation", "accreditation-alignment*", "research-methods")


def plain(jobs: list[Job], folder: Path) -> float:
    """Seconds a report of papermill and nbconvert, one after the other."""
    begun = time.perf_counter()
    for job in jobs:
        target = folder / f"{job.id}.ipynb"
        papermill.execute_notebook(
            job.template, str(target), parameters=dict(job.parameters), kernel_name="python3", progress_bar=False
        )
        page, _ = HTMLExporter(exclude_input=True).from_filename(str(target))
        target.with_suffix(".html").write_text(page, encoding="utf-8")
    return (time.perf_counter() - begun) / len(jobs)


def ours(jobs: list[Job], hints: dict[str, str]) -> tuple[float, float]:
    """Seconds a report with the start of the press, and without it."""
    begun = time.perf_counter()
    with Press(2, hints) as press:
        first = None
        for outcome in press.print(jobs):
            if outcome.problem:
                raise SystemExit(outcome.problem)
            first = first or time.perf_counter()
        end = time.perf_counter()
    return (end - begun) / len(jobs), (end - (first or begun)) / max(1, len(jobs) - 1)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=60, help="learner records of the press")
    parser.add_argument("--plain", type=int, default=6, help="of these with papermill and nbconvert alone")
    parser.add_argument("--db", help="records; those of `ipe records practice` by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        programme = data_folder() / "programmes" / "cu-ipe"
        loaded = load_programme(programme)
        db = given.db or str(_practice(folder))
        asked = Asked(programme, "2027-spring", folder / "out", db=db, shelf=folder / "shelf", replicates=20)
        asked.folder.mkdir(parents=True)
        (folder / "plain").mkdir()
        with open_store(db) as store:
            records = records_of(store, loaded, asked)
        small = plan_edition(loaded, replace(asked, only=("learner-record",)), records, Theme())
        large = plan_edition(loaded, replace(asked, only=LARGE), records, Theme())
        for run in large.runs_of(large.jobs):
            run.make(loaded)
        hints = {"programme": str(programme), "records": str(records.snapshot.folder)}
        for name, jobs, compared, bar in (
            ("learner records", list(small.jobs[: given.learners]), list(small.jobs[: given.plain]), 6.0),
            ("large reports", list(large.jobs), list(large.jobs), 2.5),
        ):
            alone = plain(compared, folder / "plain")
            whole, running = ours(jobs, hints)
            print(
                f"{name}: plain {alone:.2f} s each ({len(compared)}), press {whole:.2f} s each with its start "
                f"({len(jobs)}), {running:.2f} s without"
            )
            score(f"{name}, against papermill and nbconvert one after the other", alone / whole, least=bar)


def _practice(folder: Path) -> Path:
    db = folder / "records.sqlite"
    programme = str(data_folder() / "programmes" / "cu-ipe")
    command = [sys.executable, "-m", "ipe_workbench", "records", "practice", programme, "--db", str(db)]
    subprocess.run(command, check=True)  # noqa: S603 - this very interpreter
    return db


if __name__ == "__main__":
    main()
