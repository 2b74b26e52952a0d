"""Print the reports of a term: what is up to date stays, one failure stops nothing, and a killed run goes on."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import EnvironmentFault, UnknownNameError, UnusableInputError
from ipe_workbench.reporting.edition.asked import Asked
from ipe_workbench.reporting.edition.counts import records_of
from ipe_workbench.reporting.edition.index_page import write_indexes
from ipe_workbench.reporting.edition.planning import Plan, plan_edition
from ipe_workbench.reporting.edition.receipts import FOLDER, is_current, read_receipt
from ipe_workbench.reporting.edition.subjects import Records
from ipe_workbench.reporting.edition.summary import Summary, failure
from ipe_workbench.reporting.edition.theme import read_theme
from ipe_workbench.reporting.outputs import ready_folder
from ipe_workbench.reporting.press import Job, Outcome, Press

__all__ = ["print_edition", "records_for"]

#: Called with what is being done, the reports done and all reports.
Progress = Callable[[str, int, int], None]
#: The schedulers that are no cluster.
_HERE = ("auto", "processes")


def print_edition(asked: Asked, *, jobs: int = 1, scheduler: str = "auto", progress: Progress | None = None) -> Summary:
    """Print every report of a term.

    Parameters
    ----------
    asked : Asked
        Of which programme and term, and how.
    jobs : int
        How many reports are printed at the same time.
    scheduler : str
        Who prints: ``auto`` or ``processes`` (of this machine), ``local`` (a Dask cluster of `jobs` workers here) or
        the address of a Dask scheduler, whose workers must see the same files.
    progress : callable, optional
        Told of each report.

    Raises
    ------
    UnknownNameError
        When the programme has no such term, template or scenario; nothing was written then.
    UnusableInputError
        When the programme, the scenario, the run, the theme or the scheduler cannot be used, or `out` is a file.
    EnvironmentFault
        When `out` cannot be written, another run writes there, or the processes do not start.

    Examples
    --------
    What is asked for is checked before anything is printed:

    >>> from ipe_workbench.resources import data_folder
    >>> folder = data_folder() / "programmes" / "cu-ipe"
    >>> print_edition(Asked(folder, "2026-autumn", Path("reports")))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ipe_workbench.errors.UnknownNameError: ...
    """
    begun = time.monotonic()
    _check_scheduler(scheduler)
    programme = load_programme(asked.programme)
    programme.term(asked.term)
    theme = read_theme(asked.programme)
    check_run(programme, asked)
    plan_edition(programme, asked, None, theme)  # whatever is wrong without records is told before they are read
    check_records(asked)
    ready_folder(asked.folder)
    with _alone(asked.folder), records_for(programme, asked) as records:
        plan = plan_edition(programme, asked, records, theme)
        stale = [one for one in plan.jobs if asked.force or not is_current(one, asked.folder)]
        for run in plan.runs_of(stale):
            if progress:
                progress(f"Simulating {run.scenario.title}", 0, len(stale))
            run.make(programme)
        outcomes = list(_printed(plan, stale, records, jobs, scheduler, progress))
        failures = tuple(failure(one) for one in sorted(outcomes, key=lambda one: one.id) if one.problem)
        extra = write_indexes(plan, failures)
    printed = [one for one in outcomes if not one.problem]
    rendered = {one.id for one in printed}
    stale_ids = {one.id for one in stale}
    return Summary(
        programme.id,
        asked.term,
        str(asked.folder),
        tuple(sorted(rendered)),
        tuple(one.id for one in plan.jobs if one.id not in stale_ids),
        failures,
        plan.skipped,
        (*_files(plan.jobs, asked.folder), *map(str, extra)),
        time.monotonic() - begun,
        tuple((one.id, one.seconds) for one in printed),
    )


def _printed(
    plan: Plan, stale: Sequence[Job], records: Records | None, jobs: int, scheduler: str, progress: Progress | None
) -> Iterator[Outcome]:
    hints = {"programme": str(plan.asked.programme)}
    raters = sum("rater" in one.parameters for one in stale)
    if records is not None and (raters or any("learner" in one.parameters for one in stale)):
        hints["records"] = str(records.snapshot.folder)
    if raters > 1:
        hints["raters_in"] = plan.asked.term
    titles = {one.id: one.title for one in stale}
    done = 0
    if not stale:
        return
    if scheduler in _HERE:
        press: Press | DaskPress = Press(min(jobs, len(stale)), hints)
    else:
        from ipe_workbench.reporting.edition.distributed_press import DaskPress

        press = DaskPress(scheduler, min(jobs, len(stale)), hints, force=plan.asked.force)
    if progress:
        progress("Warming up", 0, len(stale))
    with press:
        for outcome in press.print(stale):
            done += 1
            if progress:
                progress("failed" if outcome.problem else titles[outcome.id], done, len(stale))
            yield outcome


def _check_scheduler(scheduler: str) -> None:
    """Raise where the words of `ipe simulate --scheduler` do not fit reports, or are none of them."""
    if scheduler == "threads":
        raise UnusableInputError(
            "Reports do not run in threads: each has a process of its own.", mend="Give processes, or nothing."
        )
    if scheduler not in (*_HERE, "local") and "://" not in scheduler:
        known = ", ".join((*_HERE, "local"))
        raise UnusableInputError(f"`{scheduler}` is no scheduler.", mend=f"Give one of {known}, or tcp://host:port.")


def check_run(programme: Programme, asked: Asked) -> None:
    """Raise when the named result of a simulation is none of this programme."""
    if asked.run is None:
        return
    if not Path(asked.run).is_dir():
        # Runs have no home of their own, so there is no list to offer: what lies beside the name is not ours to show.
        raise UnknownNameError(
            "This is a file, not a run." if Path(asked.run).exists() else "There is no such run.",
            place=asked.run,
            mend="A run is a folder that `ipe simulate --out` wrote.",
        )
    # Late, since it brings pandas and the whole simulation with it.
    from ipe_workbench.reporting.term_report import usable_run

    usable_run(programme, asked.run)


def check_records(asked: Asked) -> None:
    """Raise when the records cannot be opened."""
    if asked.db is not None:
        from ipe_workbench.records import open_store

        with open_store(asked.db):
            pass


@contextlib.contextmanager
def records_for(programme: Programme, asked: Asked) -> Iterator[Records | None]:
    """The records behind the reports, open; None where none are named."""
    if asked.db is None:
        yield None
        return
    from ipe_workbench.records import open_store

    with open_store(asked.db) as store:
        yield records_of(store, programme, asked)


def _files(jobs: Sequence[Job], folder: Path) -> Iterator[str]:
    """The files of every report that stands, whenever it was printed."""
    for job in jobs:
        receipt = read_receipt(Path(job.receipt))
        if receipt is not None:
            yield from (str(folder / one.path) for one in receipt.files if (folder / one.path).is_file())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder, and clear away what a killed one left half written."""
    lock = folder / ".lock"
    with lock.open("a") as stream:
        try:
            _lock(stream.fileno())
        except OSError:
            raise EnvironmentFault(
                "Another run is writing the reports of this term.", place=str(folder), mend="Wait until it is done."
            ) from None
        _sweep(folder)
        yield


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(folder: Path) -> None:
    """Delete what is half written: it has hidden names and is never of a complete report."""
    for half in (folder / ".work").glob(".*"):
        if half.is_dir():  # a copy of the records that was never finished
            shutil.rmtree(half, ignore_errors=True)
    for place in (folder, *(one for one in folder.glob("*") if one.is_dir()), folder / FOLDER):
        below = (place, place / "notebooks", place / "tables")
        for one in (file for part in below if part.is_dir() for file in os.scandir(part)):
            if one.is_file() and one.name.startswith(".") and one.name != ".lock":
                Path(one.path).unlink(missing_ok=True)
