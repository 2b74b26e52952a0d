"""``ipe pathways import``: pathways of other platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, printable
from ipe_workbench.errors import UnusableInputError

__all__ = ["import_pathway"]


def import_pathway(
    file: Annotated[
        Path, typer.Argument(help="Badgr or Canvas Credentials JSON, or CTDL Pathway JSON-LD.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the pathway there as a programme folder.", show_default=False)
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Print text, or JSON.")] = OutputFormat.table,
) -> None:
    """Read a pathway of another platform, say what was found, and the fewest badges that complete it, proven.

    With --out it is written as a programme folder: a stack for each element, a draft credential for each badge.

    Example: ipe pathways import pathway.json --out my-programme --format json
    """
    from ipe_workbench.credentials.exchange import import_pathway as read
    from ipe_workbench.credentials.exchange import to_programme
    from ipe_workbench.credentials.saving import save_programme

    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UnusableInputError("The folder is not empty.", place=str(out), mend="Name a new folder.")
    reading = read(file)
    if out is not None:
        save_programme(to_programme(reading.design), out)
    if format is OutputFormat.json:
        print_json(reading.to_dict())
        return
    for finding in reading.findings:
        typer.echo(printable(str(finding)), err=True)
    facts = reading.to_dict()
    names = ("elements", "required_badges", "completion_badges", "conditions", "targets", "dangling")
    said = ", ".join(f"{facts[name]} {name.replace('_', ' ')}" for name in names)
    typer.echo(printable(f"{reading.design.title}: {said}."))
    least = facts["minimum"]["root"]
    typer.echo("Nobody can complete it." if least is None else f"The fewest badges that complete it: {least} (proven).")
    if out is not None:
        typer.echo(printable(f"Written to {out}. Go on with: ipe check {out}"))
