"""What the commands of ``ipe simulate`` share: workers, the folder of parts, progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ipe_workbench.cli.output import is_terminal

if TYPE_CHECKING:
    from ipe_workbench.simulation.experiments.running import Means

__all__ = ["SchedulerOption", "WorkersOption", "simulation_means"]

SchedulerOption = Annotated[
    str,
    typer.Option(help="auto, threads, processes, local (a Dask cluster here) or tcp://HOST:PORT of a Dask scheduler."),
]
WorkersOption = Annotated[int | None, typer.Option(help="How many; one a processor by default.", show_default=False)]


@contextmanager
def simulation_means(scheduler: str, workers: int | None, out: Path | None, what: str) -> Iterator[Means]:
    """Workers, the folder of parts beside `out`, and on a terminal a bar with the time that is left."""
    from ipe_workbench.simulation.experiments.running import Means

    parts = out.with_name(f"{out.name}.parts") if out is not None else None
    if not is_terminal():
        yield Means(scheduler, workers, parts)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
               TextColumn("left"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield Means(
            scheduler, workers, parts, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
