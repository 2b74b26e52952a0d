"""``ipe pathways import`` and ``export``: pathways of other platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ipe_workbench.cli.output import OutputFormat, print_json, printable
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names

__all__ = ["export_pathway", "import_pathway"]


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


def export_pathway(
    programme: Annotated[Path, typer.Argument(help="Folder of the programme.", show_default=False)],
    to: Annotated[str, typer.Option(help="badgr, ctdl, open-badges, graphml or catalogue.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Write it to this file.", show_default=False)],
    format: Annotated[OutputFormat, typer.Option(help="Print text, or JSON.")] = OutputFormat.table,
) -> None:
    """Write the stacks and credentials of a programme for other platforms, and say what is lost.

    badgr: native JSON of Badgr and Canvas Credentials; ctdl: CTDL Pathway as JSON-LD; open-badges: a list of Open
    Badges 3.0 Achievements; graphml: the graph; catalogue: a page to print.

    Example: ipe pathways export my-programme --to ctdl --out pathway.json --format json
    """
    from ipe_workbench.credentials import load_programme
    from ipe_workbench.credentials.exchange.exporting import PATHWAY_FORMATS
    from ipe_workbench.credentials.exchange.exporting import export_pathway as export
    from ipe_workbench.documents import write_atomically

    if out.is_dir():
        raise UnusableInputError("This is a folder.", place=str(out), mend="Name a file to write.")
    loaded = load_programme(programme)
    if to == "catalogue":
        from ipe_workbench.reporting.catalogue import catalogue_page

        page = catalogue_page(loaded).encode("utf-8")
        write_atomically(out, page)
        if format is OutputFormat.json:
            print_json({"format": to, "bytes": len(page), "losses": [], "path": str(out)})
        else:
            typer.echo(printable(f"Written to {out}."))
        return
    if to not in PATHWAY_FORMATS:
        raise UnknownNameError(f"`{to}` is no format of export.", mend=near_names(to, (*PATHWAY_FORMATS, "catalogue")))
    made = export(loaded, to)
    write_atomically(out, made.content)
    if format is OutputFormat.json:
        print_json(made.to_dict() | {"path": str(out)})
        return
    for loss in made.losses:
        typer.echo(printable(str(loss)), err=True)
    typer.echo(printable(f"Written to {out}."))
