"""``ipe report``: the reports of a term."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.days import day_of
from ipe_workbench.cli.output import OutputFormat, is_terminal, print_json, print_table, printable, table

if TYPE_CHECKING:
    from ipe_workbench.reporting.edition import Summary


def report(
    term: Annotated[str, typer.Argument(help="Id of the term, such as 2026-fall.", show_default=False)],
    programme: Annotated[
        Path | None,
        typer.Option(help="Folder of the programme; by default the one here that has the term.", show_default=False),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            "--db",
            envvar="IPE_DB",
            help="Records: SQLite file or PostgreSQL URL. Without: no learner.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only these reports: id, or pattern with * and ?. Repeatable.", show_default=False),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="Reports made at the same time.")] = 1,
    scheduler: Annotated[
        str, typer.Option(help="auto or processes (of this machine), local (a Dask cluster here) or tcp://HOST:PORT.")
    ] = "auto",
    since: Annotated[
        str | None,
        typer.Option(help="Of persons only those with records of that day or later, YYYY-MM-DD.", show_default=False),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print each report as tagged PDF, too (needs Chromium).")] = False,
    force: Annotated[bool, typer.Option("--force", help="Make reports that are up to date anew.")] = False,
    scenario: Annotated[
        str | None, typer.Option(help="Id or file of the scenario to simulate; today by default.", show_default=False)
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Simulated cohorts; the scenario's number by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the simulation; the scenario's by default.")] = None,
    run: Annotated[
        Path | None, typer.Option(help="Use this result of `ipe simulate` and simulate nothing.", show_default=False)
    ] = None,
    threshold: Annotated[int, typer.Option(min=2, help="Least count of learners that is shown.")] = 10,
    shelf: Annotated[
        Path | None, typer.Option(help="Folder of earlier releases; beside the records by default.", show_default=False)
    ] = None,
    who: Annotated[str | None, typer.Option(help="Who makes them; by default who is here.", show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("reports"),
    format: Annotated[OutputFormat, typer.Option(help="Print a summary for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Make the reports of a term: those that the programme declares, or all that there are templates for.

    What is up to date stays; a run that was stopped goes on where it was. One failure stops nothing; then the exit
    code is 1.

    Example: ipe report 2026-fall --programme cu-ipe --jobs 2

    Example: ipe report 2026-fall --only term-evaluation --replicates 100 --pdf
    """
    from ipe_workbench.records.privacy.audit import this_person
    from ipe_workbench.reporting import programme_with_term
    from ipe_workbench.reporting.edition import Asked, print_edition, write_summary

    asked = Asked(
        programme=programme or programme_with_term(Path(), term),
        term=term,
        out=out,
        scenario=scenario,
        replicates=replicates,
        seed=seed,
        run=str(run) if run else None,
        db=db,
        shelf=shelf,
        threshold=threshold,
        only=tuple(only or ()),
        since=day_of(since, "--since") if since else None,
        pdf=pdf,
        force=force,
        who=this_person() if who is None else who,
        at=datetime.datetime.now(datetime.UTC),
    )
    with _progress() as progress:
        summary = print_edition(asked, jobs=jobs, scheduler=scheduler, progress=progress)
    write_summary(summary)
    for one in summary.failures:
        typer.echo(printable(f"{one.report} failed: {one.cause}"), err=True)
    if format is OutputFormat.json:
        print_json(summary.counts())
    else:
        _show(summary)
    if summary.failures:
        raise typer.Exit(1)


def verify(
    file: Annotated[Path, typer.Argument(help="A page that `ipe report` wrote.", show_default=False)],
    programme: Annotated[
        Path | None,
        typer.Option(help="Folder of the programme; by default the one here that has the term.", show_default=False),
    ] = None,
    db: Annotated[
        str | None, typer.Option("--db", envvar="IPE_DB", help="The records, if it is made from them.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="The result of `ipe simulate`, if it is made from one.", show_default=False)
    ] = None,
    shelf: Annotated[
        Path | None, typer.Option(help="Folder of earlier releases; beside the records by default.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print words, or JSON.")] = OutputFormat.table,
) -> None:
    """Tell whether a report can be made again from what is here, make it again and compare.

    Exit code 0: it comes out the same, byte for byte. 1: it does not, or something it was made from has changed.

    Example: ipe report verify reports/2026-fall/cu-ipe-term-evaluation.html --programme cu-ipe
    """
    from ipe_workbench.reporting import programme_with_term
    from ipe_workbench.reporting.edition import verify_report
    from ipe_workbench.reporting.edition.verifying import read_facts

    page = file.with_suffix(".html") if file.suffix == ".pdf" else file
    folder = programme or programme_with_term(Path(), str(read_facts(page)["term"]))
    found = verify_report(file, folder, db=db, run=str(run) if run else None, shelf=shelf)
    if format is OutputFormat.json:
        print_json(found.to_dict())
    elif found.reproduced:
        typer.echo(printable(f"{found.report}: made again, the same byte for byte."))
    else:
        typer.echo(printable(f"{found.report}: not reproduced. {' '.join(found.reasons)}"))
    if not found.reproduced:
        raise typer.Exit(1)


def _show(summary: Summary) -> None:
    for skipped in summary.skipped:
        typer.echo(printable(f"{skipped.report} is not made: {skipped.why}"), err=True)
    pages = [one for one in summary.files if one.endswith((".html", ".zip")) and "/learners/L" not in one]
    rows = [
        ("made", f"{len(summary.rendered):,}"),
        ("up to date already", f"{len(summary.reused):,}"),
        ("failed", f"{len(summary.failures):,}"),
        ("seconds", f"{summary.wall_s:,.1f}"),
    ]
    print_table(table(f"Reports of {summary.term}", ("Reports", ("", "right")), rows))
    index = next((one for one in pages if one.endswith("index.html")), pages[0] if pages else summary.folder)
    typer.echo(printable(index))


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    if not is_terminal():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=printable(what), completed=done, total=total)

        yield tell
