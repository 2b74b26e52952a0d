"""``ipe report``: the report of a term as one self-contained page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, is_terminal, print_json, printable


def report(
    term: Annotated[str, typer.Argument(help="Id of the term, such as 2026-fall.", show_default=False)],
    programme: Annotated[
        Path | None,
        typer.Option(help="Folder of the programme; by default the one here that has the term.", show_default=False),
    ] = None,
    scenario: Annotated[str, typer.Option(help="Id or file of the scenario to simulate.")] = "today",
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Simulated cohorts; the scenario's number by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the simulation; the scenario's by default.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("reports"),
    run: Annotated[
        Path | None, typer.Option(help="Use this result of `ipe simulate` and simulate nothing.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print the files for people, or JSON.")] = OutputFormat.table,
) -> None:
    """Render the report of a term as one HTML page.

    The page opens without a network; its executed notebook and its tables stand beside it.

    Example: ipe report 2026-fall --programme data/programmes/cu-ipe --replicates 100
    """
    import datetime

    from ipe_workbench.reporting import programme_with_term, render_term

    folder = programme or programme_with_term(Path(), term)
    with _progress() as progress:
        rendered = render_term(
            folder,
            term,
            out,
            scenario=scenario,
            replicates=replicates,
            seed=seed,
            run=run,
            at=datetime.datetime.now(datetime.UTC),
            progress=progress,
        )
    if format is OutputFormat.json:
        print_json(rendered.to_dict())
    else:
        typer.echo(printable(str(rendered.page)))


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    if not is_terminal():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield tell
